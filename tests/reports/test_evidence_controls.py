"""Control totals and pack files over payroll, projects, pledges, budgets and the audit report."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from foundation import database
from foundation.projects import service as projects
from foundation.spending.drafts import PartInput, RequestInput
from foundation.spending.models import SpendingKind
from ledger import posting
from reports.audit_pack import criteria, management_files, packing, project_files
from reports.parameters import Parameters
from reports.tables import Table, kept
from reports.tie_outs import registry
from reports.tie_outs.definitions import TieOut
from tests import factories
from tests.databases import DIALECTS, Databases
from tests.factories import CLOCK, PREPARER, REVIEWER, cr, dr
from tests.foundation.evidence import evidence_tables as tables
from tests.foundation.evidence.evidence_tables import hand_in
from tests.foundation.gifts import gift_cases
from tests.foundation.pledges import pledge_cases
from tests.foundation.projects import project_cases
from tests.foundation.spending import test_spending as spending_cases

DAY = date(2026, 1, 20)
PAY = "2204"


def build(engine: Engine) -> None:
    """A scholarship paid by a request, one by a voucher; office costs and pay of the office."""
    factories.install_books(engine)
    factories.install_organisation(engine)
    factories.post_gift(engine, minor=200_000_00)
    factories.post_gift(engine, minor=300_000_00, fund="GEN")
    project_cases.project(engine, "SCHOL", starts_on=date(2024, 1, 1))
    _spend(engine, PartInput("SCHOL", "grant", 30_000_00), kind=SpendingKind.GRANT)
    _spend(engine, PartInput("GEN", "office", 2_000_00), kind=SpendingKind.EXPENSE)
    factories.post_spending(engine, minor=5_000_00)
    factories.book(
        engine,
        factories.voucher(
            engine, dr("530101", "GEN", 144_000_00), cr(PAY, "GEN", 144_000_00), on=DAY,
            summary="计提工资",
        ),
    )  # fmt: skip


def _spend(engine: Engine, part: PartInput, *, kind: SpendingKind) -> None:
    more: dict[str, Any] = {"relation": "发起人"} if kind is SpendingKind.GRANT else {}
    entry = RequestInput(
        kind=kind,
        payee_name="测试大学",
        summary="付款",
        requested_on=DAY,
        parts=(part,),
        **more,
    )
    key = spending_cases.approved(engine, entry)
    spending_cases.pay(engine, key)
    voucher = spending_cases.book(engine, key)
    with database.transaction(engine) as session:
        posting.review(session, [voucher], actor=REVIEWER, clock=CLOCK)
        posting.post(session, [voucher], actor=PREPARER, clock=CLOCK)


@pytest.fixture(params=DIALECTS, name="books")
def _books(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    with databases.prepared(request.param, "evidence-controls", build) as engine:
        yield engine


@pytest.fixture(name="local")
def _local(databases: Databases) -> Iterator[Engine]:
    with databases.prepared("sqlite", "evidence-controls", build) as engine:
        yield engine


def found(engine: Engine, period: str = "2026") -> dict[str, TieOut]:
    with database.reading(engine) as session:
        return {t.control.id: t for t in registry.run(session, period, clock=CLOCK)}


def differing(one: TieOut) -> list[tuple[str, int]]:
    assert one.sides is not None
    return [(gap.words, gap.minor) for gap in one.sides.gaps]


def table(engine: Engine, make: Any) -> Table:
    with database.reading(engine) as session:
        parameters: Parameters = packing.year_parameters(session, 2026, clock=CLOCK)
        return kept(make(session, parameters))


def cells(made: Table) -> list[tuple[Any, ...]]:
    return [row.cells for row in made.rows]


def test_payroll_ties_with_what_was_owed_and_what_the_office_cost(
    books: Engine, tmp_path: Path
) -> None:
    assert found(books)["CT23"].holds is None
    assert found(books)["CT24"].holds is None
    one = tables.payroll(staff=tables.STAFF[:1], top=tables.TOP[:1])
    hand_in(books, tmp_path, "payroll", one)
    answers = found(books)
    assert (answers["CT23"].holds, answers["CT24"].holds) == (True, True), answers["CT23"].note
    assert found(books, "2026-01")["CT24"].holds is None


def test_payroll_that_says_something_else_is_red_and_not_balanced(
    local: Engine, tmp_path: Path
) -> None:
    hand_in(local, tmp_path, "payroll", tables.payroll())
    answers = found(local)
    assert differing(answers["CT24"]) == [("工资薪酬表与应付职工薪酬", 117_600_50)]
    # The project's share of the payroll is no management expense.
    assert answers["CT23"].holds is True


def test_management_expense_stands_by_item_and_says_what_is_pay(books: Engine) -> None:
    with database.reading(books) as session:
        parameters = packing.year_parameters(session, 2026, clock=CLOCK)
        costs = management_files.costs(session, parameters)
    assert [(cost.item, cost.minor, cost.is_pay) for cost in costs] == [
        ("行政办公支出", 2_000_00, False),
        ("行政管理人员工资福利", 144_000_00, True),
    ]
    assert sum(row[3] for row in cells(table(books, management_files.management))) == 146_000_00


def test_major_project_shows_its_registered_costs_and_the_rest_is_named(books: Engine) -> None:
    (row,) = cells(table(books, project_files.major_projects))
    assert row[1:3] == (200_000_00, 30_000_00)
    assert row[-1] == 30_000_00
    assert differing(found(books)["CT20"]) == [("SCHOL", -5_000_00)]


def test_what_else_a_major_project_bore_is_among_its_other_costs(local: Engine) -> None:
    fee = (dr("530102", "SCHOL", 700_00), cr(factories.BANK, "SCHOL", 700_00))
    factories.book(local, factories.voucher(local, *fee, on=DAY, summary="管理费"))
    (row,) = cells(table(local, project_files.major_projects))
    assert row[-1] == 30_700_00
    assert differing(found(local)["CT20"]) == [("SCHOL", -5_000_00)]


def test_large_payee_is_one_above_the_share(books: Engine) -> None:
    (row,) = cells(table(books, project_files.large_payees))
    assert row[1:4] == ("测试大学", 30_000_00, "100.00%")


def test_rule_of_major_projects_counts_shares_and_years() -> None:
    rule = criteria.major_project(DAY)
    assert not rule.is_met(income=(19, 100), expense=(19, 100), years=2)
    assert rule.is_met(income=(20, 100), expense=(0, 100), years=0)
    assert rule.is_met(income=(0, 0), expense=(20, 100), years=0)
    assert rule.is_met(income=(0, 0), expense=(0, 0), years=3)
    payee = criteria.large_payee(DAY)
    assert payee.is_met(5, 100)
    assert not payee.is_met(4, 100)
    assert payee.is_met(500_000_00, 0)


def test_budget_stands_beside_what_was_spent(local: Engine) -> None:
    with database.transaction(local) as session:
        projects.set_budget(
            session, "SCHOL", 2026, 40_000_00, resolution="2026-1", actor=PREPARER, clock=CLOCK
        )
    rows = {str(row[0]).split()[0]: row[1:] for row in cells(table(local, project_files.budgets))}
    assert rows["SCHOL"] == (40_000_00, 0, 35_000_00, 5_000_00, "2026-1")
    assert rows["GEN"] == (0, 0, 146_000_00, -146_000_00, "未列预算")


def test_restricted_projects_close_with_what_they_hold(books: Engine) -> None:
    assert found(books)["CT22"].holds is True


def test_pledges_received_tie_with_the_gifts_of_their_agreement(local: Engine) -> None:
    assert found(local)["CT16"].holds is None
    who = gift_cases.donor(local, name="东湖启明科技有限公司")
    project_cases.sign(local, project_cases.agreement(local, who.id, number="X-1").id)
    pledge = pledge_cases.record(local, pledge_cases.entry(who, agreement="X-1"))
    gift = pledge_cases.give(local, who, 100_000_00, agreement="X-1")
    gift_cases.post(local, gift_cases.stored(local, gift).voucher_id)
    assert differing(found(local)["CT16"]) == [("X-1", -100_000_00)]
    pledge_cases.pay(local, gift, pledge.pledge_id)
    assert found(local)["CT16"].holds is True


def test_audited_figures_are_held_against_the_statements_row_by_row(
    local: Engine, tmp_path: Path
) -> None:
    rows = [
        ("业务活动表", "收入合计", "500000.00", "", ""),
        ("资产负债表", "资产总计", "463001.00", "1.00", "补提利息"),
    ]
    hand_in(local, tmp_path, "audited_figures", tables.single(tables.AUDITED_HEAD, *rows))
    answer = found(local)["CT35"]
    assert answer.holds is False
    assert differing(answer) == [("资产负债表 资产总计（审计调整 1.00：补提利息）", 1_00)]
    assert "审计调整合计 1.00" in answer.note
    right = [rows[0], ("资产负债表", "资产总计", "463000.00", "", "")]
    hand_in(local, tmp_path, "audited_figures", tables.single(tables.AUDITED_HEAD, *right))
    assert found(local)["CT35"].holds is True
