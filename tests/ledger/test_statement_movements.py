"""What statements read instead of lines: kept by the seal, told apart by meaning, checked."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, text

from foundation import database
from ledger import dimensions, integrity, statement_movements
from ledger.balances import Span
from ledger.dimensions import DimensionKind
from ledger.statement_movements import CHECKS, NO_ITEM
from ledger.vouchers import VoucherKind
from tests import factories
from tests.factories import AGENCY_BANK, BANK, cr, dr

DAY = date(2026, 1, 15)
WHOLE = Span(202601, 202612)


def moved(engine: Engine, span: Span = WHOLE) -> dict[tuple[str, str, bool], tuple[int, int]]:
    """Return (kind, account, has an item) with debit and credit."""
    known = factories.known(engine)
    with database.reading(engine) as session:
        return {
            (row.kind.value, known.accounts[row.account_id].code, row.item_key != NO_ITEM): (
                row.debit_minor,
                row.credit_minor,
            )
            for row in statement_movements.moved(session, span)
        }


def item(engine: Engine, name: str = "接受捐赠收到的现金") -> int:
    with database.transaction(engine) as session:
        found = dimensions.ensure(session, DimensionKind.CASH_FLOW_ITEM, {name: name})
    return found[name]


def book(engine: Engine, *rows: Any, kind: VoucherKind = VoucherKind.ORDINARY) -> int:
    return factories.book(engine, factories.voucher(engine, *rows, on=DAY, kind=kind))[0]


def findings(engine: Engine) -> list[str]:
    with database.reading(engine) as session:
        return [finding.check for finding in integrity.run(session, CHECKS)]


def test_cash_is_kept_by_its_item(books: Engine) -> None:
    book(books, dr(BANK, "GEN", 500, cash_flow_item_id=item(books)), cr("410101", "GEN", 500))
    assert moved(books) == {("cash", BANK, True): (500, 0)}


def test_cash_without_an_item_is_kept_by_what_stood_opposite(books: Engine) -> None:
    book(books, dr(BANK, "GEN", 700), cr("410101", "GEN", 500), cr("2202", "GEN", 200))
    book(books, dr("530101", "GEN", 90), cr(BANK, "GEN", 90))
    assert moved(books) == {
        ("cash", "410101", False): (500, 0),
        ("cash", "2202", False): (200, 0),
        ("cash", "530101", False): (0, 90),
    }


def test_red_copy_takes_the_same_figure_back(books: Engine) -> None:
    key = book(books, dr(BANK, "GEN", 500), cr("410101", "GEN", 500))
    factories.post_reversal(books, key, on=DAY)
    assert moved(books) == {("cash", "410101", False): (0, 0)}


def test_cash_that_only_changes_place_is_no_flow(books: Engine) -> None:
    book(books, dr("1001", "GEN", 100), cr(BANK, "GEN", 100))
    assert moved(books) == {}


def test_money_held_for_others_is_no_cash(books: Engine) -> None:
    book(books, dr(AGENCY_BANK, "GEN", 100), cr("2601", "GEN", 100))
    assert moved(books) == {}
    book(books, dr(AGENCY_BANK, "GEN", 30), cr(BANK, "GEN", 30))
    assert moved(books) == {("cash", AGENCY_BANK, False): (0, 30)}


def test_lines_without_an_item_beside_one_that_has_stay_with_cash(books: Engine) -> None:
    first = dr(BANK, "GEN", 300, cash_flow_item_id=item(books))
    book(books, first, dr("1001", "GEN", 200), cr("410101", "GEN", 500))
    assert moved(books) == {("cash", BANK, True): (300, 0), ("cash", "1001", False): (200, 0)}


def test_release_restriction_and_moves_between_funds_are_told_apart(books: Engine) -> None:
    transfer = VoucherKind.TRANSFER
    factories.book(books, factories.opening_voucher(books, year=2026))
    move = (dr(BANK, "GEN", 50), dr(BANK, "LAB", -50))
    key = book(books, dr("3102", "LAB", 50), cr("3101", "GEN", 50), *move, kind=transfer)
    back = (dr(BANK, "LAB", 20), dr(BANK, "GEN", -20))
    book(books, dr("3101", "GEN", 20), cr("3102", "LAB", 20), *back, kind=transfer)
    over = (dr(BANK, "SCHOL", 10), dr(BANK, "LAB", -10))
    book(books, dr("3102", "LAB", 10), cr("3102", "SCHOL", 10), *over, kind=transfer)
    assert moved(books) == {
        ("release", "3102", False): (50, 0),
        ("release", "3101", False): (0, 50),
        ("restriction", "3101", False): (20, 0),
        ("restriction", "3102", False): (0, 20),
        ("between", "3102", False): (10, 10),
    }
    factories.post_reversal(books, key, on=DAY)
    # A red release takes the release back; it is no new restriction.
    assert moved(books)["release", "3102", False] == (0, 0)
    assert moved(books)["restriction", "3102", False] == (0, 20)


def test_earlier_years_and_capital_reach_net_assets_by_their_own_names(books: Engine) -> None:
    book(books, dr("320101", "GEN", 40), cr("2202", "GEN", 40))
    book(books, dr("3101", "GEN", 40), cr("320101", "GEN", 40), kind=VoucherKind.TRANSFER)
    book(books, dr(BANK, "GEN", 1000), cr("3101", "GEN", 1000))
    assert moved(books) == {
        ("adjustment", "320101", False): (40, 40),
        ("adjustment", "3101", False): (40, 0),
        ("direct", "3101", False): (0, 1000),
        ("cash", "3101", False): (1000, 0),
    }


def test_closing_vouchers_are_kept_apart(books: Engine) -> None:
    factories.book(books, factories.gift_voucher(books, minor=80, fund="GEN", on=date(2025, 11, 3)))
    factories.close_periods(books, 202511, 202512)
    december = moved(books, Span(202512, 202512))
    assert december == {
        ("closing", "410101", False): (80, 0),
        ("closing", "3101", False): (0, 80),
    }


def test_what_stands_before_january_is_no_movement(books: Engine) -> None:
    factories.book(books, factories.opening_voucher(books, year=2026))
    assert moved(books, Span(202600, 202612)) == {}


def test_drafts_and_submitted_vouchers_move_nothing(books: Engine) -> None:
    factories.prepare(books, factories.gift_voucher(books))
    assert moved(books) == {}


def test_books_that_were_not_touched_have_no_findings(books: Engine) -> None:
    factories.book(books, factories.opening_voucher(books))
    factories.post_gift(books)
    factories.post_spending(books)
    factories.close_periods(books, 202511, 202512)
    assert findings(books) == []


@pytest.mark.parametrize(
    ("harm", "found"),
    [
        (
            "UPDATE statement_movement SET debit_minor = debit_minor + 1 WHERE kind = 'cash'",
            {"statement_movements_agree", "cash_flow_is_change_of_cash"},
        ),
        (
            "DELETE FROM statement_movement WHERE kind = 'direct'",
            {"statement_movements_agree", "net_asset_changes_told"},
        ),
        (
            "UPDATE statement_movement SET kind = 'adjustment' WHERE kind = 'direct'",
            {"statement_movements_agree"},
        ),
    ],
)
def test_check_names_a_sum_that_was_changed(books: Engine, harm: str, found: set[str]) -> None:
    book(books, dr(BANK, "GEN", 1000), cr("3101", "GEN", 1000))
    with books.begin() as connection:
        connection.execute(text(harm))
    assert set(findings(books)) == found


def test_books_from_before_get_their_sums_with_the_upgrade(books: Engine) -> None:
    book(books, dr(BANK, "GEN", 500, cash_flow_item_id=item(books)), cr("410101", "GEN", 500))
    book(books, dr(BANK, "GEN", 1000), cr("3101", "GEN", 1000))
    before = moved(books)
    database.downgrade(books, "0006")
    database.upgrade(books)
    assert moved(books) == before
    assert findings(books) == []
