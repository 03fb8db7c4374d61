"""Control totals of spending and of the bank: two sides each, and one test that breaks each."""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction

import pytest
from sqlalchemy import Engine, text

from foundation import database
from foundation.shared_costs.keys import ShareInput
from foundation.shared_costs.models import Function
from foundation.spending import approvals, drafts, paying
from foundation.spending.drafts import PartInput, RequestInput
from foundation.spending.models import SpendingKind
from reports import registry as reports
from reports.tables import kept
from reports.tie_outs import registry
from reports.tie_outs.definitions import Sides, TieOut
from tests import factories
from tests.databases import Databases
from tests.factories import BANK, CLOCK, PREPARER, REVIEWER, SPENDING_DAY
from tests.foundation.banking import bank_cases
from tests.foundation.shared_costs import cost_cases


@pytest.fixture(name="local")
def _local(databases: Databases) -> Iterator[Engine]:
    with databases.prepared("sqlite", "shared-costs", cost_cases.build) as engine:
        yield engine


def found(engine: Engine, control: str, period: str = "2026") -> TieOut:
    with database.reading(engine) as session:
        (answer,) = (
            one for one in registry.run(session, period, clock=CLOCK) if one.control.id == control
        )
    return answer


def sides(engine: Engine, control: str) -> Sides:
    answer = found(engine, control).sides
    assert answer is not None
    return answer


def spend(engine: Engine, element: str = "grant", *, minor: int = 1_000_00) -> int:
    """Spend by request, posted; return the key of the voucher."""
    entry = RequestInput(
        kind=SpendingKind.EXPENSE,
        payee_name="测试书店",
        summary="买书",
        requested_on=SPENDING_DAY,
        parts=(PartInput("GEN", element, minor),),
    )
    with database.transaction(engine) as session:
        key = drafts.save_draft(session, entry, actor=PREPARER, clock=CLOCK).id
        approvals.submit(session, key, actor=PREPARER, clock=CLOCK)
        approvals.approve(session, key, actor=REVIEWER, clock=CLOCK)
        paying.pay(
            session,
            key,
            account_code=BANK,
            paid_on=SPENDING_DAY,
            payment_reference=None,
            actor="cashier",
            clock=CLOCK,
        )
        voucher_id = paying.book(session, key, actor=PREPARER, clock=CLOCK)
    factories.post(engine, [voucher_id]).require()
    return voucher_id


def allocated(engine: Engine) -> None:
    """Allocate the rent of January: half charitable, a quarter other, a quarter management."""
    shares = (
        ShareInput(Function.CHARITABLE, "SCHOL", Fraction(1, 2)),
        ShareInput(Function.OTHER, "GEN", Fraction(1, 4)),
        ShareInput(Function.MANAGEMENT, "GEN", Fraction(1, 4)),
    )
    cost_cases.approve(engine, cost_cases.entry(shares=shares))
    factories.post(engine, [cost_cases.allocate(engine).voucher_id]).require()


def test_programme_costs_of_the_registers_tie_with_the_books(local: Engine) -> None:
    spend(local)
    spend(local, "board")
    allocated(local)
    answer = found(local, "CT18")
    assert answer.holds is True, answer.note
    # The board is management cost of the general fund, and so shared with the rent.
    assert sides(local, "CT18").left == 1_000_00 + 1_500_00


def test_reversed_request_ties_too(local: Engine) -> None:
    factories.post_reversal(local, spend(local), on=date(2026, 1, 31))
    assert found(local, "CT18").holds is True
    assert sides(local, "CT18").left == 0


def test_programme_cost_without_a_request_is_named(local: Engine) -> None:
    spend(local)
    factories.post_spending(local, minor=70_00)
    answer = found(local, "CT18")
    assert answer.holds is False
    assert [gap.minor for gap in sides(local, "CT18").gaps] == [-70_00]
    assert "没有支出登记" in answer.note


def test_charitable_elements_are_what_the_ratios_take(local: Engine) -> None:
    spend(local)
    spend(local, "other_activity", minor=300_00)
    allocated(local)
    answer = found(local, "CT19")
    assert answer.holds is True, answer.note
    assert sides(local, "CT19").right == 1_000_00 + 500_00
    assert "其他业务活动成本 550.00 不计入" in answer.note


def test_charitable_spending_that_no_element_explains_breaks_the_tie(local: Engine) -> None:
    spend(local)
    factories.post_spending(local, minor=70_00)
    answer = found(local, "CT19")
    assert answer.holds is False
    assert [gap.minor for gap in sides(local, "CT19").gaps] == [-70_00]


def test_what_was_allocated_is_what_the_sources_cost(local: Engine) -> None:
    assert found(local, "CT33").holds is None
    allocated(local)
    answer = found(local, "CT33")
    assert answer.holds is True, answer.note
    assert sides(local, "CT33").left == 1_000_00


def test_cost_that_came_after_the_allocation_breaks_the_tie(local: Engine) -> None:
    allocated(local)
    cost_cases.rent(local, 80_00, day=date(2026, 1, 30))
    answer = found(local, "CT33")
    assert answer.holds is False
    assert [gap.minor for gap in sides(local, "CT33").gaps] == [-80_00]
    assert "FT2026-" in answer.note


def test_table_of_shared_costs_shows_who_bears_what(local: Engine) -> None:
    allocated(local)
    with database.reading(local) as session:
        table = kept(reports.run(session, "shared_costs", {"period": "2026"}, clock=CLOCK))
    assert table.totals == {
        "total": 1_000_00,
        "charitable": 500_00,
        "other": 250_00,
        "management": 250_00,
        "fundraising": 0,
    }
    assert "共同费用分配表" in table.title.zh


def reconciled(engine: Engine) -> None:
    """A statement of February that ties with the books, prepared and reviewed."""
    bank_cases.gift(engine, "甲公司", 500_00, on=date(2026, 2, 3))
    opening = 100_000_00 * 2 - 1_000_00
    rows = [("2026-02-03", "捐款", 500_00, "甲公司", "R1")]
    bank_cases.bring(
        engine,
        bank_cases.csv_of(rows, opening=opening),
        opening=opening,
        through=date(2026, 2, 28),
    )
    bank_cases.match(engine)
    bank_cases.prepare(engine, 202602)
    bank_cases.review(engine, 202602)


def test_reconciled_months_tie_with_books_and_statements(local: Engine) -> None:
    for control in ("CT09", "CT10"):
        assert found(local, control).holds is None
    reconciled(local)
    for control in ("CT09", "CT10"):
        answer = found(local, control)
        assert answer.holds is True, (control, answer.note)
        assert sides(local, control).left == 199_500_00


def test_books_that_moved_after_the_reconciliation_break_the_tie(local: Engine) -> None:
    reconciled(local)
    factories.post_gift(local, minor=9_00, fund="GEN", on=date(2026, 2, 5))
    answer = found(local, "CT09")
    assert answer.holds is False
    assert [gap.minor for gap in sides(local, "CT09").gaps] == [-9_00]
    assert "100201 2026-02" in answer.note


def test_statement_that_was_changed_breaks_the_tie(local: Engine) -> None:
    reconciled(local)
    with local.begin() as connection:
        connection.execute(text("DROP TRIGGER bank_line_update"))
        connection.execute(text("UPDATE bank_line SET balance_minor = balance_minor + 7"))
    answer = found(local, "CT10")
    assert answer.holds is False
    assert [gap.minor for gap in sides(local, "CT10").gaps] == [7]
