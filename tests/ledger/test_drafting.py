"""Drafts: what may be written, what may be submitted, and what is refused."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Engine, select

from foundation import database
from ledger import accounts, balances, drafting, funds
from ledger.funds import Restriction
from ledger.money import MAX_MINOR
from ledger.vouchers import (
    Line,
    Side,
    Voucher,
    VoucherDraft,
    VoucherKind,
    VoucherLine,
    VoucherState,
)
from tests import factories
from tests.factories import BANK, CLOCK, GIFT_DAY, PREPARER, cr, dr
from tests.refusals import refused


def count_vouchers(engine: Engine) -> int:
    with database.reading(engine) as session:
        return len(session.execute(select(Voucher.id)).all())


def test_complete_draft_is_submitted_with_everything_it_was_given(books: Engine) -> None:
    draft = factories.gift_voucher(books, minor=120_000_00)
    (key,) = factories.prepare(books, replace(draft, attachment_count=3, rule="gift_cash"))
    head, lines = factories.head(books, key), factories.lines(books, key)
    assert head.state is VoucherState.SUBMITTED
    assert (head.period_id, head.word, head.number, head.digest) == (202601, "记", None, None)
    assert (head.booked_on, head.total_minor, head.version) == (GIFT_DAY, 120_000_00, 1)
    assert (head.attachment_count, head.rule, head.kind) == (3, "gift_cash", VoucherKind.ORDINARY)
    assert (head.prepared_by, head.prepared_at) == (PREPARER, CLOCK.now())
    assert [(row.line_no, row.side, row.amount_minor) for row in lines] == [
        (1, 1, 120_000_00),
        (2, -1, -120_000_00),
    ]


def test_unfinished_draft_may_lack_lines_and_balance(books: Engine) -> None:
    empty = factories.voucher(books, on=GIFT_DAY)
    lopsided = factories.voucher(books, dr(BANK, "GEN", 5_00), on=GIFT_DAY)
    keys = factories.prepare(books, empty, lopsided, complete=False)
    assert [factories.head(books, key).state for key in keys] == [VoucherState.DRAFT] * 2
    assert [len(factories.lines(books, key)) for key in keys] == [0, 1]


@pytest.mark.parametrize("count", [3, 60])
def test_sets_are_written_alike_whatever_their_size(books: Engine, count: int) -> None:
    one = factories.gift_voucher(books)
    keys = factories.prepare(
        books, *(replace(one, summary=f"收到捐赠款 {n}") for n in range(count))
    )
    with database.reading(books) as session:
        heads = session.execute(select(Voucher.__table__).order_by(Voucher.id)).all()
        lines = session.execute(select(VoucherLine.__table__)).all()
    assert [head.id for head in heads] == keys
    assert [head.summary for head in heads] == [f"收到捐赠款 {n}" for n in range(count)]
    assert {(head.booked_on, head.prepared_at) for head in heads} == {(GIFT_DAY, CLOCK.now())}
    assert len(lines) == 2 * count


def test_voucher_balanced_in_total_but_not_within_a_fund_is_refused(books: Engine) -> None:
    crossed = factories.voucher(
        books, dr(BANK, "SCHOL", 100_00), cr("410101", "GEN", 100_00), on=GIFT_DAY
    )
    with refused("unbalanced", "差额"):
        factories.prepare(books, crossed)
    assert count_vouchers(books) == 0


def test_unbalanced_voucher_is_refused_with_the_difference(books: Engine) -> None:
    off = factories.voucher(books, dr(BANK, "GEN", 100_00), cr("410101", "GEN", 99_99), on=GIFT_DAY)
    with refused("unbalanced", "基金“GEN”内借贷不平衡，差额 0.01"):
        factories.prepare(books, off)


def test_voucher_over_several_funds_balances_within_each(books: Engine) -> None:
    draft = factories.voucher(
        books,
        dr(BANK, "SCHOL", 60_00),
        dr(BANK, "LAB", 40_00),
        cr("410102", "SCHOL", 60_00),
        cr("410102", "LAB", 40_00),
        on=GIFT_DAY,
    )
    assert len(factories.book(books, draft)) == 1


@pytest.mark.parametrize("size", [0, 1])
def test_complete_voucher_needs_two_lines(books: Engine, size: int) -> None:
    rows = [dr(BANK, "GEN", 100_00)][:size]
    with refused("empty_voucher"):
        factories.prepare(books, factories.voucher(books, *rows, on=GIFT_DAY))


@pytest.mark.parametrize(
    ("minor", "code"),
    [(0, "invalid"), (MAX_MINOR + 1, "amount_too_large"), (-MAX_MINOR - 1, "amount_too_large")],
)
def test_line_of_nothing_or_beyond_the_books_is_refused(
    books: Engine, minor: int, code: str
) -> None:
    draft = factories.voucher(
        books, dr(BANK, "GEN", minor), cr("410101", "GEN", minor), on=GIFT_DAY
    )
    with refused(code, "金额"):
        factories.prepare(books, draft)


def test_largest_amount_can_be_booked_again_and_again(books: Engine) -> None:
    """The turnover of an account adds up, far beyond the largest amount of one line."""
    draft = factories.voucher(
        books, dr(BANK, "GEN", MAX_MINOR), cr("410101", "GEN", MAX_MINOR), on=GIFT_DAY
    )
    factories.book(books, *[draft] * 20)
    with database.reading(books) as session:
        assert balances.fund_nets(session)[factories.fund_id(books, "GEN")] == 20 * MAX_MINOR
    factories.close_periods(books, 202511, 202512)
    assert factories.findings(books) == []


def test_sums_of_the_books_hold_thousands_of_the_largest_amount() -> None:
    assert MAX_MINOR * 9_000 < 2**63


def test_voucher_whose_sum_is_beyond_the_books_is_refused(books: Engine) -> None:
    rows = [dr(BANK, "GEN", MAX_MINOR), cr("410101", "GEN", MAX_MINOR)] * 6
    with refused("amount_too_large", "最大金额"):
        factories.prepare(books, factories.voucher(books, *rows, on=GIFT_DAY))


@pytest.mark.parametrize("summary", ["", "  ", "摘" * 301])
@pytest.mark.parametrize("complete", [True, False])
def test_summary_is_required_and_bounded(books: Engine, summary: str, *, complete: bool) -> None:
    draft = replace(factories.gift_voucher(books), summary=summary)
    with refused("invalid", "摘要"):
        factories.prepare(books, draft, complete=complete)


def test_negative_number_of_attachments_is_refused(books: Engine) -> None:
    with refused("invalid", "附件张数"):
        factories.prepare(books, factories.gift_voucher(books, attachments=-1))


def test_date_without_a_period_is_refused(books: Engine) -> None:
    with refused("unknown_period", "2026-04"):
        factories.prepare(books, factories.gift_voucher(books, on=date(2026, 4, 1)))
    with refused("unknown_period", "2025-10"):
        factories.prepare(books, factories.voucher(books, on=date(2025, 10, 31)), complete=False)


def test_closed_period_refuses_new_voucher(books: Engine) -> None:
    draft = factories.gift_voucher(books, on=date(2025, 11, 30))
    factories.close_periods(books, 202511)
    with refused("period_closed", "2025-11"):
        factories.prepare(books, draft)
    with refused("period_closed", "2025-11"):
        factories.prepare(books, draft, complete=False)


def test_unknown_account_is_refused(books: Engine) -> None:
    good = factories.gift_voucher(books)
    strange = replace(good.lines[0], account_id=999_999)
    with refused("account_not_postable", "没有这个科目"):
        factories.prepare(books, replace(good, lines=(strange, good.lines[1])))


def test_unknown_fund_is_refused(books: Engine) -> None:
    good = factories.gift_voucher(books)
    strange = tuple(replace(line, fund_id=999_999) for line in good.lines)
    with refused("invalid", "没有这个基金"):
        factories.prepare(books, replace(good, lines=strange))


def test_account_with_details_takes_no_lines(books: Engine) -> None:
    draft = factories.voucher(
        books, dr("1002", "GEN", 5_00), cr("410101", "GEN", 5_00), on=GIFT_DAY
    )
    with refused("account_not_postable", "请使用明细科目"):
        factories.prepare(books, draft)


@pytest.mark.parametrize(("chart", "day"), [("2004", GIFT_DAY), ("2024", date(2025, 12, 31))])
def test_account_of_another_years_chart_is_refused(books: Engine, chart: str, day: date) -> None:
    draft = factories.voucher(
        books, dr(BANK, "GEN", 5_00), cr("410101", "GEN", 5_00), on=day, chart=chart
    )
    with refused("account_not_postable", f"{day.year} 年使用科目表"):
        factories.prepare(books, draft)


def test_account_out_of_use_is_refused_from_its_last_day_on(books: Engine) -> None:
    with database.transaction(books) as session:
        accounts.close_account(
            session,
            factories.account_id(books, "1122"),
            closed_on=date(2026, 2, 1),
            reason="不再使用",
            actor=PREPARER,
            clock=CLOCK,
        )
    rows = (dr("1122", "GEN", 5_00), cr("410101", "GEN", 5_00))
    factories.book(books, factories.voucher(books, *rows, on=date(2026, 1, 31)))
    with refused("account_not_postable", "科目已停用"):
        factories.prepare(books, factories.voucher(books, *rows, on=date(2026, 2, 1)))


def test_fund_is_refused_before_it_opens_and_after_it_closes(books: Engine) -> None:
    with database.transaction(books) as session:
        funds.open_fund(
            session,
            code="NEW",
            name="新设基金",
            restriction=Restriction.PURPOSE,
            opened_on=date(2026, 2, 1),
            actor=PREPARER,
            clock=CLOCK,
        )
        funds.close_fund(
            session,
            "NEW",
            closed_on=date(2026, 3, 1),
            reason="项目结束",
            actor=PREPARER,
            clock=CLOCK,
        )
    factories.book(
        books,
        factories.gift_voucher(books, fund="NEW", on=date(2026, 2, 1)),
        factories.gift_voucher(books, fund="NEW", on=date(2026, 2, 28)),
    )
    for day in (date(2026, 1, 31), date(2026, 3, 1)):
        with refused("fund_closed", day.isoformat()):
            factories.prepare(books, factories.gift_voucher(books, fund="NEW", on=day))


def test_only_opening_and_conversion_stand_before_january(books: Engine) -> None:
    draft = replace(factories.gift_voucher(books), before_year=True)
    with refused("invalid", "年初之前"):
        factories.prepare(books, draft)
    (key,) = factories.book(books, factories.opening_voucher(books, year=2025))
    assert factories.head(books, key).period_id == 202500


def test_one_bad_draft_writes_none_of_its_set(books: Engine) -> None:
    good = factories.gift_voucher(books)
    with refused("empty_voucher"):
        factories.prepare(books, good, replace(good, lines=good.lines[:1]))
    assert count_vouchers(books) == 0


def test_draft_is_written_anew(books: Engine) -> None:
    (key,) = factories.prepare(books, factories.voucher(books, on=GIFT_DAY), complete=False)
    with database.transaction(books) as session:
        drafting.replace(
            session,
            key,
            factories.gift_voucher(books, minor=7_00, on=date(2026, 2, 3)),
            version=1,
            actor="second",
            clock=CLOCK,
        )
    head, lines = factories.head(books, key), factories.lines(books, key)
    assert (head.state, head.version, head.period_id) == (VoucherState.DRAFT, 2, 202602)
    assert (head.total_minor, head.prepared_by) == (7_00, "second")
    moved = [(row.period_id, row.amount_minor) for row in lines]
    assert moved == [(202602, 7_00), (202602, -7_00)]


def test_draft_written_anew_is_all_that_it_says(books: Engine) -> None:
    posted = factories.post_gift(books)
    (key,) = factories.prepare(books, factories.gift_voucher(books), complete=False)
    newer = replace(
        factories.gift_voucher(books),
        kind=VoucherKind.CORRECTION,
        word="转",
        rule="correction.test",
        corrects_id=posted,
        reason="科目用错",
    )
    with database.transaction(books) as session:
        drafting.replace(session, key, newer, version=1, actor=PREPARER, clock=CLOCK)
    head = factories.head(books, key)
    assert (head.kind, head.word, head.rule) == (VoucherKind.CORRECTION, "转", "correction.test")
    assert (head.corrects_id, head.reason) == (posted, "科目用错")


def test_draft_somebody_else_wrote_since_is_stale(books: Engine) -> None:
    (key,) = factories.prepare(books, factories.voucher(books, on=GIFT_DAY), complete=False)
    newer = factories.gift_voucher(books)
    with database.transaction(books) as session:
        drafting.replace(session, key, newer, version=1, actor=PREPARER, clock=CLOCK)
    with refused("stale"), database.transaction(books) as session:
        drafting.replace(session, key, newer, version=1, actor="second", clock=CLOCK)
    assert factories.head(books, key).prepared_by == PREPARER


def test_submitted_voucher_is_not_written_anew(books: Engine) -> None:
    draft = factories.gift_voucher(books)
    (key,) = factories.prepare(books, draft)
    with refused("conflict", "只有草稿可以修改"), database.transaction(books) as session:
        drafting.replace(session, key, draft, version=1, actor=PREPARER, clock=CLOCK)


def test_unknown_voucher_is_not_written_anew(books: Engine) -> None:
    draft = factories.gift_voucher(books)
    with refused("unknown_voucher"), database.transaction(books) as session:
        drafting.replace(session, 4711, draft, version=1, actor=PREPARER, clock=CLOCK)


def test_draft_is_not_replaced_by_something_that_does_not_balance(books: Engine) -> None:
    good = factories.gift_voucher(books)
    (key,) = factories.prepare(books, good, complete=False)
    off = (good.lines[0], Line(good.lines[1].account_id, good.lines[1].fund_id, Side.CREDIT, -1))
    with refused("unbalanced"), database.transaction(books) as session:
        drafting.replace(
            session,
            key,
            replace(good, lines=off),
            version=1,
            actor=PREPARER,
            clock=CLOCK,
            complete=True,
        )
    assert factories.head(books, key).version == 1


def test_draft_moved_into_a_closed_period_is_refused(books: Engine) -> None:
    (key,) = factories.prepare(books, factories.gift_voucher(books), complete=False)
    factories.close_periods(books, 202511)
    november = factories.gift_voucher(books, on=date(2025, 11, 3))
    with refused("period_closed"), database.transaction(books) as session:
        drafting.replace(session, key, november, version=1, actor=PREPARER, clock=CLOCK)


def test_database_without_books_is_refused(engine: Engine) -> None:
    draft = VoucherDraft(booked_on=GIFT_DAY, summary="测试", lines=())
    with refused("books_not_installed"):
        factories.prepare(engine, draft, complete=False)
