"""Matching on the books, the monthly reconciliation by two persons, and the closing gate."""

from datetime import date

import pytest
from sqlalchemy import Engine, select

from foundation import closing_gates, database
from foundation.banking import accounts, closing_gate, matches, reconciling
from foundation.banking.models import BankMatch, BankPayer, ItemKind, ReconciliationState
from foundation.banking.refusals import (
    DifferenceUnexplained,
    MatchRefused,
    MonthReconciled,
    NoStatement,
    ReconciliationRefused,
)
from ledger import closing
from ledger.closing import Gate, GatesNotPassed
from ledger.errors import NotAllowed
from tests import factories
from tests.factories import BANK, CLOCK
from tests.foundation.banking import bank_cases
from tests.foundation.banking.bank_cases import CASHIER, Row

JANUARY: list[Row] = [
    ("2026-01-15", "捐款", 100_000_00, "王敏", "SN0000000001"),
    ("2026-01-21", "转账", -10_000_00, "武汉晨光印务有限公司", "SN0000000002"),
    ("2026-01-30", "捐款", 700_00, "李强", "SN0000000003"),
]


def opened(engine: Engine) -> None:
    """January: a gift and a payment on both sides, one line and one voucher on the way."""
    bank_cases.gift(engine, "王敏", 100_000_00, date(2026, 1, 15), reference="SN0000000001")
    factories.post_spending(engine, fund="GEN", on=date(2026, 1, 20))
    factories.post_spending(engine, fund="GEN", minor=55_00, on=date(2026, 1, 31))
    bank_cases.bring(engine, bank_cases.csv_of(JANUARY))


def gate(engine: Engine, key: int = 202601) -> Gate:
    with database.reading(engine) as session:
        return closing_gate.bank_reconciled(session, key)


def open_keys(engine: Engine) -> list[int]:
    with database.reading(engine) as session:
        account = accounts.get_account(session, BANK)
        return [line.id for line in matches.items.bank_items(session, account)]


def by_hand(engine: Engine, lines: list[int], sides: list[tuple[int, int]]) -> int:
    with database.transaction(engine) as session:
        account = accounts.get_account(session, BANK)
        return matches.match_by_hand(session, account, lines, sides, actor=CASHIER, clock=CLOCK)


def undo(engine: Engine, key: int) -> None:
    with database.transaction(engine) as session:
        matches.undo(session, key, reason="勾错", actor=CASHIER, clock=CLOCK)


def withdraw(engine: Engine) -> None:
    with database.transaction(engine) as session:
        account = accounts.get_account(session, BANK)
        reconciling.withdraw(session, account, 202601, reason="重做", actor=CASHIER, clock=CLOCK)


def test_month_reconciles_with_what_is_on_the_way(books: Engine) -> None:
    opened(books)
    done = bank_cases.match(books)
    # The gift by its name; the payment names nobody in the books and is left to a person.
    assert (done.matches, done.open_lines) == (1, 2)
    found = bank_cases.month(books, 202601)
    assert found.figures.books_minor == 89_945_00
    assert found.figures.bank_minor == 90_700_00
    assert found.figures.difference_minor == 0
    assert found.figures.adjusted_books_minor == found.figures.adjusted_bank_minor == 80_645_00
    kinds = {item.kind: item.amount_minor for item in found.items}
    assert kinds[ItemKind.BANK_RECEIVED] == 700_00
    assert kinds[ItemKind.BANK_PAID] == 10_000_00


def test_month_needs_two_persons_and_then_closes(books: Engine) -> None:
    factories.close_periods(books, 202511, 202512)
    opened(books)
    bank_cases.match(books)
    assert "尚未编制" in gate(books).detail
    bank_cases.prepare(books, 202601)
    assert "尚未复核" in gate(books).detail
    with pytest.raises(NotAllowed, match="另一人"):
        bank_cases.review(books, 202601, actor=CASHIER)
    with database.transaction(books) as session, pytest.raises(GatesNotPassed, match="尚未复核"):
        closing.close(session, 202601, actor="r", clock=CLOCK, extra=closing_gates.GATES)
    bank_cases.review(books, 202601)
    assert gate(books).passed
    with database.transaction(books) as session:
        closing.close(session, 202601, actor="r", clock=CLOCK, extra=closing_gates.GATES)
    with pytest.raises(ReconciliationRefused, match="已结账"):
        withdraw(books)


def test_reconciled_month_takes_no_line_and_lets_no_match_go(books: Engine) -> None:
    opened(books)
    bank_cases.match(books)
    with database.reading(books) as session:
        (key,) = session.execute(select(BankMatch.id)).scalars()
    before = bank_cases.month(books, 202601)
    bank_cases.prepare(books, 202601)
    with pytest.raises(MonthReconciled):
        undo(books, key)
    late: Row = ("2026-01-31", "结息", 1_00, "", "SN0000000004")
    with pytest.raises(MonthReconciled):
        bank_cases.bring(books, bank_cases.csv_of([*JANUARY, late]))
    # What is matched afterwards settles in the next month: January stays as it was.
    payment = open_keys(books)[0]
    with database.reading(books) as session:
        account = accounts.get_account(session, BANK)
        days = date(2026, 1, 1), date(2026, 1, 31)
        sides = matches.items.book_items(session, account, first=days[0], last=days[1])
    side = next(one for one in sides if one.amount == -10_000_00)
    made = by_hand(books, [payment], [side.key])
    after = bank_cases.month(books, 202601)
    assert after.figures == before.figures
    assert not after.is_stale
    with database.reading(books) as session:
        assert session.get_one(BankMatch, made).settled_in == 202602
    undo(books, made)


def test_voucher_posted_later_makes_the_reconciliation_stale(books: Engine) -> None:
    opened(books)
    bank_cases.prepare(books, 202601)
    factories.post_spending(books, fund="GEN", minor=1_00, on=date(2026, 1, 25))
    assert bank_cases.month(books, 202601).is_stale
    with pytest.raises(ReconciliationRefused, match="变动"):
        bank_cases.review(books, 202601)
    withdraw(books)
    bank_cases.prepare(books, 202601)
    bank_cases.review(books, 202601)
    assert gate(books).passed


def test_difference_is_refused_unless_explained_and_kept(books: Engine) -> None:
    opened(books)
    factories.book(books, factories.opening_voucher(books, minor=5_00))
    with pytest.raises(DifferenceUnexplained, match=r"相差 -?10"):
        bank_cases.prepare(books, 202601)
    bank_cases.prepare(books, 202601, explanation="开户前的余额，已向银行函证")
    bank_cases.review(books, 202601)
    kept = bank_cases.month(books, 202601).kept
    assert kept is not None
    assert (kept.state, kept.figures.difference_minor) == (ReconciliationState.REVIEWED, 10_00)


def test_months_are_prepared_in_order_and_with_a_statement(books: Engine) -> None:
    opened(books)
    with pytest.raises(NoStatement):
        bank_cases.prepare(books, 202602)
    bank_cases.prepare(books, 202601)
    with pytest.raises(ReconciliationRefused, match="已经编制"):
        bank_cases.prepare(books, 202601)
    march: list[Row] = [("2026-03-02", "捐款", 1_00, "李强", "SN0000000009")]
    bank_cases.bring(books, bank_cases.csv_of(march, opening=90_700_00))
    with pytest.raises(ReconciliationRefused, match="2026-02"):
        bank_cases.prepare(books, 202603)


def test_account_without_statement_is_named_and_does_not_hold_up(books: Engine) -> None:
    assert gate(books).passed
    assert BANK in gate(books).detail
    with database.transaction(books) as session:
        accounts.change(
            session,
            BANK,
            bank="",
            number="",
            required_from="2026-01",
            reason="内控制度",
            actor="reviewer",
            clock=CLOCK,
        )
    assert not gate(books).passed
    assert "没有本月对账单" in gate(books).detail


def test_match_by_hand_must_add_up_and_remembers_the_payer(books: Engine) -> None:
    bank_cases.gift(books, "王敏", 700_00, date(2026, 1, 29))
    bank_cases.bring(books, bank_cases.csv_of(JANUARY))
    bank_cases.match(books)
    key = open_keys(books)[-1]
    with database.reading(books) as session:
        account = accounts.get_account(session, BANK)
        first, last = date(2026, 1, 1), date(2026, 1, 31)
        (side,) = matches.items.book_items(session, account, first=first, last=last)
    with pytest.raises(MatchRefused, match="不等"):
        by_hand(books, open_keys(books)[:1], [side.key])
    made = by_hand(books, [key], [side.key])
    with pytest.raises(MatchRefused, match="已经勾对"):
        by_hand(books, [key], [side.key])
    with database.reading(books) as session:
        payer = session.execute(select(BankPayer)).scalar_one()
        assert payer.name == "李强"
    # The next payment of the same payer is the donor's, although the name is another.
    bank_cases.gift(books, "王敏", 300_00, date(2026, 2, 2))
    february: list[Row] = [("2026-02-03", "捐款", 300_00, "李强", "SN0000000005")]
    bank_cases.bring(books, bank_cases.csv_of(february, opening=90_700_00))
    assert bank_cases.match(books).matches == 1
    undo(books, made)
    with database.reading(books) as session:
        assert session.execute(select(BankPayer.forgotten_by)).scalar_one() == CASHIER


def test_unposted_voucher_is_never_matched(books: Engine) -> None:
    bank_cases.gift(books, "王敏", 100_000_00, date(2026, 1, 15), posted=False)
    bank_cases.bring(books, bank_cases.csv_of(JANUARY))
    assert bank_cases.match(books).matches == 0
