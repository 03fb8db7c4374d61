"""Gates: what must hold before a period is closed, each naming what is missing."""

import pytest
from sqlalchemy import Engine

from foundation import database
from ledger import closing, posting
from ledger.closing import Gate
from ledger.periods import PeriodState
from tests import factories
from tests.factories import AGENCY_BANK, CLOCK, PREPARER, REVIEWER, cr, dr
from tests.ledger.year_end import DECEMBER, NOVEMBER, period
from tests.refusals import refused


def gates(engine: Engine, key: int) -> dict[str, Gate]:
    with database.reading(engine) as session:
        return {gate.name: gate for gate in closing.gates(session, key)}


def failing(engine: Engine, key: int) -> list[str]:
    return [name for name, gate in gates(engine, key).items() if not gate.passed]


def test_gates_are_named_in_order_and_pass_on_clean_books(books: Engine) -> None:
    found = gates(books, 202511)
    assert list(found) == [
        "上期已结账",
        "凭证全部记账",
        "试算平衡",
        "受托代理资产等于受托代理负债",
        "以前年度净资产调整已结转",
    ]
    assert failing(books, 202511) == []


def test_gates_of_an_unknown_period_are_refused(books: Engine) -> None:
    with refused("unknown_period"):
        gates(books, 203001)
    with refused("unknown_period"):
        factories.close_periods(books, 203001)


def test_previous_period_must_be_closed(books: Engine) -> None:
    assert failing(books, 202512) == ["上期已结账"]
    with refused("gates_not_passed", "2025-11 尚未结账"):
        factories.close_periods(books, 202512)
    assert period(books, 202500).state is PeriodState.OPEN


@pytest.mark.parametrize("state", ["draft", "submitted", "reviewed"])
def test_every_voucher_of_the_period_must_be_posted(books: Engine, state: str) -> None:
    gift = factories.gift_voucher(books, on=NOVEMBER)
    keys = factories.prepare(books, gift, complete=state != "draft")
    if state == "reviewed":
        with database.transaction(books) as session:
            posting.review(session, keys, actor=REVIEWER, clock=CLOCK).require()
    assert failing(books, 202511) == ["凭证全部记账"]
    with refused("gates_not_passed", "还有 1 张凭证未记账"):
        factories.close_periods(books, 202511)


def test_opening_balances_must_be_posted_before_the_first_month_closes(books: Engine) -> None:
    keys = factories.prepare(books, factories.opening_voucher(books))
    with refused("gates_not_passed", "凭证全部记账"):
        factories.close_periods(books, 202511)
    factories.post(books, keys)
    factories.close_periods(books, 202511)


def test_discarded_vouchers_do_not_hold_up_the_close(books: Engine) -> None:
    keys = factories.prepare(books, factories.gift_voucher(books, on=NOVEMBER))
    with database.transaction(books) as session:
        posting.discard(session, keys, reason="重复", actor=PREPARER, clock=CLOCK).require()
    factories.close_periods(books, 202511)


def test_agency_assets_must_equal_agency_liabilities(books: Engine) -> None:
    received = factories.voucher(
        books, dr(AGENCY_BANK, "GEN", 50_00), cr("2601", "GEN", 50_00), on=NOVEMBER
    )
    factories.book(books, received)
    assert failing(books, 202511) == []
    factories.book(
        books,
        factories.voucher(
            books, dr(AGENCY_BANK, "GEN", 8_00), cr("410101", "GEN", 8_00), on=NOVEMBER
        ),
    )
    assert failing(books, 202511) == ["受托代理资产等于受托代理负债"]
    with refused("gates_not_passed", "受托代理资产 58.00，受托代理负债 50.00"):
        factories.close_periods(books, 202511)


def test_extra_gates_hold_up_the_close_and_are_named(books: Engine) -> None:
    def reconciled(session: object, key: int) -> Gate:
        return Gate("银行对账", passed=False, detail=f"{key} 未对账")

    with (
        refused("gates_not_passed", "银行对账（202511 未对账）"),
        database.transaction(books) as session,
    ):
        closing.close(session, 202511, actor=REVIEWER, clock=CLOCK, extra=[reconciled])
    assert period(books, 202511).state is PeriodState.OPEN


def test_every_missing_thing_is_named_at_once(books: Engine) -> None:
    factories.prepare(books, factories.gift_voucher(books, on=DECEMBER))
    assert failing(books, 202512) == ["上期已结账", "凭证全部记账"]
