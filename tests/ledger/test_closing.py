"""Closing a period: the vouchers it generates, and the state it leaves."""

from datetime import date

from sqlalchemy import Engine, select

from foundation import database
from ledger import accounts, balances, closing, funds
from ledger.periods import PeriodState
from ledger.policy import ClosingFrequency, Policy
from ledger.vouchers import SYSTEM_ACTOR, Voucher, VoucherKind, VoucherState
from tests import factories
from tests.factories import BANK, CLOCK, PREPARER, REVIEWER, cr, dr
from tests.ledger.year_end import NOVEMBER, a_year_end, period, printed
from tests.refusals import refused

MONTHLY = Policy(closing_frequency=ClosingFrequency.MONTH)


def test_closed_period_is_signed_and_chained(books: Engine) -> None:
    factories.close_periods(books, 202511)
    row = period(books, 202511)
    assert (row.state, row.closed_by, row.closed_at) == (
        PeriodState.CLOSED,
        REVIEWER,
        CLOCK.now(),
    )
    assert len(row.digest) == 64
    factories.close_periods(books, 202512)
    assert period(books, 202512).digest != row.digest


def test_closed_period_is_not_closed_again(books: Engine) -> None:
    factories.close_periods(books, 202511)
    with refused("conflict", "已经结账"):
        factories.close_periods(books, 202511)


def test_what_stands_before_january_closes_with_the_first_month(books: Engine) -> None:
    factories.book(books, factories.opening_voucher(books))
    factories.close_periods(books, 202511)
    assert period(books, 202500).state is PeriodState.CLOSED
    factories.close_periods(books, 202512)
    assert period(books, 202600).state is PeriodState.OPEN
    factories.convert_year(books)
    factories.close_periods(books, 202601)
    assert period(books, 202600).state is PeriodState.CLOSED
    assert factories.findings(books) == []


def test_yearly_policy_closes_income_and_expenses_in_december_only(books: Engine) -> None:
    a_year_end(books)
    assert factories.close_periods(books, 202511) == []
    keys = factories.close_periods(books, 202512)
    assert [factories.head(books, key).summary for key in keys] == [
        "结转本年非限定性收入",
        "结转本年限定性收入",
        "结转本年非限定性费用",
    ]
    assert [printed(books, key) for key in keys] == [
        [("借", "410101", "GEN", 500_00), ("贷", "3101", "GEN", 500_00)],
        [
            ("借", "410102", "LAB", 200_00),
            ("借", "410102", "SCHOL", 300_00),
            ("贷", "3102", "LAB", 200_00),
            ("贷", "3102", "SCHOL", 300_00),
        ],
        [
            ("借", "3101", "GEN", 120_00),
            ("借", "3101", "SCHOL", 70_00),
            ("贷", "5101", "GEN", 120_00),
            ("贷", "5101", "SCHOL", 70_00),
        ],
    ]
    assert factories.findings(books) == []


def test_closing_vouchers_are_prepared_by_the_system_and_reviewed_by_who_closes(
    books: Engine,
) -> None:
    a_year_end(books)
    for key in factories.close_periods(books, 202511, 202512):
        head = factories.head(books, key)
        assert (head.kind, head.state) == (VoucherKind.CLOSING, VoucherState.POSTED)
        assert (head.prepared_by, head.reviewed_by, head.posted_by) == (
            SYSTEM_ACTOR,
            REVIEWER,
            REVIEWER,
        )
        assert (head.booked_on, head.attachment_count) == (date(2025, 12, 31), 0)


def test_after_the_year_is_closed_income_and_expenses_are_zero(books: Engine) -> None:
    a_year_end(books)
    factories.close_periods(books, 202511, 202512)
    known = factories.known(books)
    with database.reading(books) as session:
        left = balances.balances_at(session, 202512)
        held = balances.fund_nets(session)
    assert {known.accounts[account].code: amount for (account, _), amount in left.items()} == {
        BANK: 810_00,
        "3101": -310_00,
        "3102": -500_00,
    }
    assert {known.funds[fund].code: amount for fund, amount in held.items()} == {
        "GEN": 380_00,
        "SCHOL": 230_00,
        "LAB": 200_00,
        "ENDOW": 0,
    }


def test_monthly_policy_closes_every_month(books: Engine) -> None:
    factories.change_policy(books, MONTHLY)
    a_year_end(books)
    first = factories.close_periods(books, 202511)
    second = factories.close_periods(books, 202512)
    assert [factories.head(books, key).summary for key in first] == [
        "结转本月非限定性收入",
        "结转本月限定性收入",
    ]
    assert [factories.head(books, key).booked_on for key in first] == [date(2025, 11, 30)] * 2
    assert [factories.head(books, key).summary for key in second] == [
        "结转本月限定性收入",
        "结转本月非限定性费用",
    ]
    assert printed(books, second[0]) == [
        ("借", "410102", "LAB", 200_00),
        ("贷", "3102", "LAB", 200_00),
    ]
    assert factories.findings(books) == []


def test_month_without_income_or_expenses_has_no_closing_voucher(books: Engine) -> None:
    factories.change_policy(books, MONTHLY)
    assert factories.close_periods(books, 202511) == []


def test_restricted_expenses_close_to_restricted_net_assets(books: Engine) -> None:
    factories.change_policy(books, MONTHLY)
    factories.close_periods(books, 202511, 202512)
    factories.post_gift(books, minor=300_00)
    factories.post_spending(books, minor=90_00)
    income, expense = factories.close_periods(books, 202601)
    assert factories.head(books, expense).summary == "结转本月限定性费用"
    assert printed(books, expense) == [
        ("借", "3102", "SCHOL", 90_00),
        ("贷", "510102", "SCHOL", 90_00),
    ]
    assert printed(books, income)[1] == ("贷", "3102", "SCHOL", 300_00)


def test_investment_loss_closes_in_red_on_the_usual_side(books: Engine) -> None:
    factories.change_policy(books, MONTHLY)
    factories.book(
        books,
        factories.voucher(books, dr("460101", "GEN", 40_00), cr("1101", "GEN", 40_00), on=NOVEMBER),
    )
    (key,) = factories.close_periods(books, 202511)
    assert printed(books, key) == [
        ("借", "460101", "GEN", -40_00),
        ("贷", "3101", "GEN", -40_00),
    ]


def test_prior_period_adjustments_are_carried_to_net_assets(books: Engine) -> None:
    factories.change_policy(books, MONTHLY)
    factories.post_gift(books, minor=100_00, fund="SCHOL", on=NOVEMBER)
    factories.close_periods(books, 202511, 202512)
    factories.convert_year(books)
    factories.book(
        books,
        factories.voucher(
            books,
            dr("1122", "GEN", 25_00),
            cr("320101", "GEN", 25_00),
            dr("320102", "SCHOL", 10_00),
            cr("2209", "SCHOL", 10_00),
            on=date(2026, 1, 9),
        ),
    )
    (key,) = factories.close_periods(books, 202601)
    assert factories.head(books, key).summary == "结转以前年度净资产调整"
    assert sorted(printed(books, key)) == [
        ("借", "3102", "SCHOL", 10_00),
        ("借", "320101", "GEN", 25_00),
        ("贷", "3101", "GEN", 25_00),
        ("贷", "320102", "SCHOL", 10_00),
    ]
    assert factories.findings(books) == []


def test_income_that_cancels_within_a_fund_carries_nothing_to_net_assets(books: Engine) -> None:
    factories.change_policy(books, MONTHLY)
    rows = (dr("490101", "GEN", 5_00), cr("430101", "GEN", 5_00))
    factories.book(books, factories.voucher(books, *rows, on=NOVEMBER))
    (key,) = factories.close_periods(books, 202511)
    assert sorted(printed(books, key)) == [
        ("借", "430101", "GEN", 5_00),
        ("借", "490101", "GEN", -5_00),
    ]
    assert factories.findings(books) == []


def test_closing_drafts_are_a_preview_that_writes_nothing(books: Engine) -> None:
    a_year_end(books)
    with database.reading(books) as session:
        assert len(closing.closing_drafts(session, 202512)) == 3
        assert closing.closing_drafts(session, 202511) == []
        assert closing.closing_drafts(session, 202500) == []
        kinds = session.execute(select(Voucher.kind).distinct()).scalars().all()
    assert kinds == [VoucherKind.ORDINARY]


def test_long_closing_voucher_is_cut_between_funds(books: Engine) -> None:
    factories.change_policy(books, MONTHLY)
    with database.transaction(books) as session:
        for n in range(210):
            funds.open_fund(
                session,
                code=f"P{n:03d}",
                name=f"专项基金{n}",
                restriction=funds.Restriction.PURPOSE,
                actor=PREPARER,
                clock=CLOCK,
            )
    gift = [
        row
        for n in range(210)
        for row in (dr(BANK, f"P{n:03d}", 100 + n), cr("410102", f"P{n:03d}", 100 + n))
    ]
    factories.book(books, factories.voucher(books, *gift, on=NOVEMBER))
    keys = factories.close_periods(books, 202511)
    assert len(keys) == 2
    assert all(len(factories.lines(books, key)) <= 400 for key in keys)
    assert factories.findings(books) == []


def test_fund_closed_during_the_year_does_not_hold_up_its_closing(books: Engine) -> None:
    factories.post_gift(books, minor=100_00, on=NOVEMBER)
    factories.post_spending(books, minor=100_00, on=NOVEMBER)
    with database.transaction(books) as session:
        funds.close_fund(
            session,
            "SCHOL",
            closed_on=date(2025, 12, 1),
            reason="项目结束",
            actor=PREPARER,
            clock=CLOCK,
        )
    keys = factories.close_periods(books, 202511, 202512)
    assert [factories.head(books, key).state for key in keys] == [VoucherState.POSTED] * 2


def test_account_closed_during_the_year_does_not_hold_up_its_closing(books: Engine) -> None:
    key = factories.open_account(books, "49010101", chart="2004", name="利息")
    rows = (dr(BANK, "GEN", 5_00), cr("49010101", "GEN", 5_00))
    factories.book(books, factories.voucher(books, *rows, on=NOVEMBER))
    with database.transaction(books) as session:
        accounts.close_account(
            session, key, closed_on=date(2025, 12, 1), reason="合并", actor=PREPARER, clock=CLOCK
        )
    (generated,) = factories.close_periods(books, 202511, 202512)
    assert printed(books, generated)[0] == ("借", "49010101", "GEN", 5_00)
