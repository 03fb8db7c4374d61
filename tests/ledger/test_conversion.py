"""From the 2004 chart to the 2024 chart on 1 January 2026."""

from datetime import date

from sqlalchemy import Engine, select

from foundation import database
from ledger import accounts, balances, conversion, funds, posting
from ledger.balances import Span
from ledger.conversion import ConversionRow
from ledger.dimensions import DimensionKind, ensure
from ledger.trail import TrailRecord
from ledger.vouchers import Voucher, VoucherKind, VoucherState
from tests import factories
from tests.factories import AGENCY_BANK, BANK, CLOCK, GIFT_DAY, PREPARER, REVIEWER, cr, dr
from tests.ledger.harming import Stored, harmed
from tests.refusals import excluded, refused

NOVEMBER = date(2025, 11, 10)


def convert(engine: Engine, year: int = 2026) -> int:
    with database.transaction(engine) as session:
        return conversion.convert(session, year, actor=PREPARER, clock=CLOCK)


def preview(engine: Engine, year: int = 2026) -> list[ConversionRow]:
    with database.reading(engine) as session:
        return conversion.preview(session, year)


def an_old_year(engine: Engine) -> None:
    """Leave balances in accounts that keep their code, change it, or are the books' own."""
    factories.open_account(engine, "170101", chart="2004", name="受托代理物资")
    with database.transaction(engine) as session:
        owed = ensure(session, DimensionKind.COUNTERPARTY, {"C1": "东湖科技", "C2": "珞珈书店"})
    factories.book(
        engine,
        factories.gift_voucher(engine, minor=900_00, on=NOVEMBER),
        factories.gift_voucher(engine, minor=400_00, fund="GEN", on=NOVEMBER),
        factories.spending_voucher(engine, minor=150_00, on=NOVEMBER),
        factories.voucher(
            engine,
            dr("1122", "GEN", 30_00, counterparty_id=owed["C1"]),
            dr("1122", "GEN", 20_00, counterparty_id=owed["C2"]),
            cr(BANK, "GEN", 50_00),
            on=NOVEMBER,
        ),
        factories.voucher(
            engine,
            dr(AGENCY_BANK, "GEN", 60_00),
            dr("170101", "GEN", 15_00),
            cr("2601", "GEN", 75_00),
            on=NOVEMBER,
        ),
        # Closing names no counterparty; an expense that had one is closed all the same.
        factories.voucher(
            engine,
            dr("5401", "GEN", 11_00, counterparty_id=owed["C1"]),
            cr("2401", "GEN", 11_00),
            on=NOVEMBER,
        ),
    )


def closed_old_year(engine: Engine) -> None:
    an_old_year(engine)
    factories.close_periods(engine, 202511, 202512)


def standing(engine: Engine, upto: int) -> dict[tuple[str, str, str], int]:
    """Return balances by (chart, account, fund)."""
    known = factories.known(engine)
    with database.reading(engine) as session:
        found = balances.balances_at(session, upto, by_fund=True)
    return {
        (
            known.accounts[account].chart,
            known.accounts[account].code,
            known.funds[fund].code,
        ): amount
        for (account, fund), amount in found.items()
    }


def test_every_balance_moves_to_its_account_in_the_new_chart(books: Engine) -> None:
    closed_old_year(books)
    before = standing(books, 202512)
    factories.convert_year(books)
    after = standing(books, 202600)
    recoded = {"170101": "180101", "2401": "2503"}
    assert {chart for chart, _, _ in after} == {"2024"}
    assert after == {
        ("2024", recoded.get(code, code), fund): amount
        for (_, code, fund), amount in before.items()
    }
    assert before["2004", "170101", "GEN"] == 15_00
    assert before["2004", "2401", "GEN"] == -11_00
    assert factories.findings(books) == []


def test_every_fund_holds_the_same_before_and_after(books: Engine) -> None:
    closed_old_year(books)
    with database.reading(books) as session:
        before = balances.fund_nets(session)
    factories.convert_year(books)
    with database.reading(books) as session:
        assert balances.fund_nets(session) == before
        assert {f for f, net in before.items() if net} == {
            factories.fund_id(books, "GEN"),
            factories.fund_id(books, "SCHOL"),
        }


def test_receivables_keep_their_counterparties(books: Engine) -> None:
    closed_old_year(books)
    factories.convert_year(books)
    old, new = (factories.account_id(books, "1122", chart=chart) for chart in ("2004", "2024"))
    with database.reading(books) as session:
        at_end = balances.dimension_balances(session, "counterparty_id", upto=202512)
        at_start = balances.dimension_balances(session, "counterparty_id", upto=202600)
    owed = {who: amount for (account, who), amount in at_end.items() if account == old}
    assert sorted(owed.values()) == [20_00, 30_00]
    assert owed == {who: amount for (account, who), amount in at_start.items() if account == new}


def test_details_of_the_books_own_are_opened_in_the_new_chart(books: Engine) -> None:
    closed_old_year(books)
    factories.convert_year(books)
    known = factories.known(books)
    opened = known.account("2024", "180101")
    assert opened.full_name.endswith("—受托代理物资")
    assert (opened.tag, opened.is_postable) == ("agency_asset", True)
    assert known.accounts[opened.parent_id or 0].code == "1801"
    assert not known.account("2024", "1801").is_postable
    with database.reading(books) as session:
        acts = session.execute(
            select(TrailRecord.subject).where(TrailRecord.action == "account.open")
        )
        assert "account:2024:180101" in acts.scalars().all()


def test_flags_of_own_details_go_with_them(books: Engine) -> None:
    with database.transaction(books) as session:
        accounts.open_account(
            session,
            chart="2004",
            code="100901",
            name="受托代理存款",
            flags="agency",
            actor=PREPARER,
            clock=CLOCK,
        )
    factories.book(
        books,
        factories.voucher(books, dr("100901", "GEN", 5_00), cr("2601", "GEN", 5_00), on=NOVEMBER),
    )
    factories.close_periods(books, 202511, 202512)
    factories.convert_year(books)
    assert "agency" in factories.known(books).account("2024", "100901").flags
    factories.close_periods(books, 202601)
    assert factories.findings(books) == []


def test_conversion_is_one_voucher_that_somebody_else_reviews(books: Engine) -> None:
    closed_old_year(books)
    key = convert(books)
    head = factories.head(books, key)
    assert (head.kind, head.state) == (VoucherKind.CONVERSION, VoucherState.SUBMITTED)
    assert (head.period_id, head.booked_on) == (202600, date(2026, 1, 1))
    assert excluded(factories.post(books, [key], actor=PREPARER)) == {key: "self_review"}
    assert factories.post(books, [key], actor=REVIEWER).done == (key,)


def test_each_old_account_is_emptied_on_the_side_away_from_its_balance(books: Engine) -> None:
    closed_old_year(books)
    key = convert(books)
    known = factories.known(books)
    printed = {
        (known.accounts[line.account_id].chart, known.accounts[line.account_id].code): (
            balances.printed(line)
        )
        for line in factories.lines(books, key)
        if known.accounts[line.account_id].code in ("2401", "2503", "170101", "180101")
    }
    assert printed == {
        ("2004", "2401"): (11_00, 0),
        ("2024", "2503"): (0, 11_00),
        ("2004", "170101"): (0, 15_00),
        ("2024", "180101"): (15_00, 0),
    }


def test_conversion_is_opening_balance_not_turnover_of_the_new_year(books: Engine) -> None:
    closed_old_year(books)
    factories.convert_year(books)
    with database.reading(books) as session:
        rows = balances.trial_balance(session, Span.of_year(2026))
    assert rows
    assert all((row.debit_minor, row.credit_minor) == (0, 0) for row in rows)


def test_preview_names_what_would_move_and_the_open_questions(books: Engine) -> None:
    closed_old_year(books)
    rows = preview(books)
    codes = [(row.old_code, row.new_code) for row in rows]
    assert codes == sorted(codes)
    assert ("170101", "180101") in codes
    assert sum(row.amount_minor for row in rows) == 0
    assert [row.amount_minor for row in rows if row.old_code == "1122"] == [30_00, 20_00]
    with database.reading(books) as session:
        kinds = session.execute(select(Voucher.kind).distinct()).scalars().all()
    assert VoucherKind.CONVERSION not in kinds


def test_preview_asks_about_accounts_that_the_regime_splits(books: Engine) -> None:
    factories.book(
        books,
        factories.gift_voucher(books, minor=10_00, fund="GEN", on=NOVEMBER),
        factories.voucher(books, dr("1301", "GEN", 4_00), cr(BANK, "GEN", 4_00), on=NOVEMBER),
    )
    factories.close_periods(books, 202511, 202512)
    questions = {row.old_code: row.question for row in preview(books)}
    assert "长期待摊费用" in questions["1301"]
    assert questions[BANK] == ""


def test_second_conversion_is_refused(books: Engine) -> None:
    closed_old_year(books)
    key = convert(books)
    with refused("conflict", "已经生成"):
        convert(books)
    factories.post(books, [key])
    with refused("conflict", "没有需要转换的余额"):
        convert(books)


def test_discarded_conversion_can_be_made_again_and_is_the_same(books: Engine) -> None:
    closed_old_year(books)
    first = convert(books)
    with database.transaction(books) as session:
        posting.discard(session, [first], reason="先核对", actor=PREPARER, clock=CLOCK).require()
    second = convert(books)
    told = ("line_no", "account_id", "fund_id", "side", "amount_minor", "counterparty_id")
    assert [[getattr(line, name) for name in told] for line in factories.lines(books, second)] == [
        [getattr(line, name) for name in told] for line in factories.lines(books, first)
    ]


def test_conversion_waits_for_december_to_be_closed(books: Engine) -> None:
    an_old_year(books)
    with refused("conflict", "2025-12 尚未结账"):
        convert(books)
    factories.close_periods(books, 202511)
    with refused("conflict", "2025-12 尚未结账"):
        preview(books)


def test_year_that_keeps_its_chart_is_not_converted(books: Engine) -> None:
    with refused("conflict", "没有更换科目表"):
        convert(books, 2025)
    with refused("conflict", "没有更换科目表"):
        preview(books, 2027)


def test_books_without_balances_have_nothing_to_convert(books: Engine) -> None:
    factories.close_periods(books, 202511, 202512)
    with refused("conflict", "没有需要转换的余额"):
        convert(books)


def test_conversion_into_a_closed_opening_is_refused(books: Engine) -> None:
    closed_old_year(books)
    factories.close_periods(books, 202600)
    with refused("opening_closed", "2026-00"):
        convert(books)


def test_fund_closed_meanwhile_is_converted_too(books: Engine) -> None:
    closed_old_year(books)
    with database.transaction(books) as session:
        funds.close_fund(
            session,
            "SCHOL",
            closed_on=date(2025, 12, 31),
            reason="并入新基金",
            actor=PREPARER,
            clock=CLOCK,
        )
    factories.convert_year(books)
    assert standing(books, 202600)["2024", BANK, "SCHOL"] == 750_00


def test_new_year_goes_on_from_the_converted_balances(books: Engine) -> None:
    closed_old_year(books)
    factories.convert_year(books)
    factories.book(
        books,
        factories.voucher(books, dr("2503", "GEN", 11_00), cr(BANK, "GEN", 11_00), on=GIFT_DAY),
    )
    factories.post_spending(books, minor=750_00)
    factories.close_periods(books, 202601, 202602, 202603)
    assert ("2024", "2503", "GEN") not in standing(books, 202603)
    assert factories.findings(books) == []


def test_income_that_was_never_closed_holds_up_the_conversion(stored: Stored) -> None:
    """Closing December clears income and expenses; this looks again."""
    unclosed = (
        "DELETE FROM voucher_line WHERE voucher_id IN"
        " (SELECT id FROM voucher WHERE kind = 'closing')"
    )
    with harmed(stored, unclosed) as session, refused("conflict", "仍有余额"):
        conversion.preview(session, 2026)


def test_first_month_of_the_new_chart_closes_only_after_the_conversion(books: Engine) -> None:
    closed_old_year(books)
    with refused("gates_not_passed", "新旧科目余额已转换"):
        factories.close_periods(books, 202601)
    factories.convert_year(books)
    factories.close_periods(books, 202601)


def test_conversion_voucher_is_not_reversed_in_red(books: Engine) -> None:
    closed_old_year(books)
    key = factories.convert_year(books)
    with refused("conflict", "不能红字冲销"):
        factories.post_reversal(books, key, on=date(2026, 1, 5))
