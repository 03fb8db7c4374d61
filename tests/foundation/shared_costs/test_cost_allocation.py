"""A run charges each fund its part, once a month, and is taken back only with its voucher."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy import Engine, select

from foundation import database
from foundation.shared_costs import integrity, keys, runs, steps
from foundation.shared_costs.keys import ShareInput
from foundation.shared_costs.models import (
    Basis,
    CostLine,
    CostMonth,
    CostRun,
    Function,
    RunState,
)
from ledger import balances, posting
from ledger import integrity as ledger_integrity
from tests import factories
from tests.factories import BANK, CLOCK, PREPARER, REVIEWER, cr, dr
from tests.foundation.shared_costs import cost_cases
from tests.foundation.shared_costs.cost_cases import (
    CHARITABLE,
    MANAGEMENT,
    RENT,
    THIRDS,
    allocate,
    approve,
    entry,
    rent,
    work,
)
from tests.refusals import refused


def borne(engine: Engine, run: CostRun) -> list[tuple[Any, ...]]:
    with database.reading(engine) as session:
        names = {info.id: code for code, info in _funds(engine).items()}
        rows = session.execute(
            select(CostLine).where(CostLine.run_id == run.id).order_by(CostLine.line_no)
        ).scalars()
        return [(row.function.value, names[row.fund_id], row.amount_minor) for row in rows]


def _funds(engine: Engine) -> dict[str, Any]:
    known = factories.known(engine)
    return {info.code: info for info in known.funds.values()}


def net(engine: Engine, fund: str) -> int:
    with database.reading(engine) as session:
        return balances.fund_nets(session)[factories.fund_id(engine, fund)]


def problems(engine: Engine) -> list[str]:
    with database.reading(engine) as session:
        found = ledger_integrity.run(session, (*ledger_integrity.CHECKS, *integrity.CHECKS))
    return [f"{finding.check} {finding.detail}" for finding in found]


def test_thirds_of_a_thousand_lose_no_fen(costly: Engine) -> None:
    approve(costly, entry())
    run = allocate(costly)
    assert run.total_minor == 1_000_00
    assert borne(costly, run) == [
        ("charitable", "SCHOL", 333_34),
        ("charitable", "GEN", 333_33),
        ("management", "GEN", 333_33),
    ]
    before = net(costly, "SCHOL"), net(costly, "GEN")
    factories.post(costly, [run.voucher_id]).require()
    assert (net(costly, "SCHOL"), net(costly, "GEN")) == (before[0] - 333_34, before[1] + 333_34)
    assert problems(costly) == []


def test_voucher_of_a_run_moves_the_cost_and_the_money_inside_each_fund(local: Engine) -> None:
    approve(local, entry())
    lines = factories.lines(local, allocate(local).voucher_id)
    known = factories.known(local)
    seen = {
        (known.accounts[line.account_id].code, known.funds[line.fund_id].code): line.amount_minor
        for line in lines
    }
    assert seen == {
        ("510102", "SCHOL"): 333_34,
        ("510101", "GEN"): 333_33,
        (RENT, "GEN"): -666_67,
        (BANK, "SCHOL"): -333_34,
        (BANK, "GEN"): 333_34,
    }


def test_month_is_allocated_once_for_a_key(costly: Engine) -> None:
    approve(costly, entry())
    allocate(costly)
    with refused("already_allocated"):
        allocate(costly)
    with refused("already_allocated"):
        allocate(costly, period="2026-Q1")


def test_two_keys_never_take_the_same_cost(local: Engine) -> None:
    approve(local, entry())
    approve(local, entry("OTHER"))
    allocate(local)
    with refused("shared_cost_taken"):
        allocate(local, "OTHER")


def test_quarter_takes_the_costs_of_its_months(local: Engine) -> None:
    rent(local, 500_00, day=date(2026, 2, 10))
    approve(local, entry())
    run = allocate(local, period="2026-Q1")
    assert run.total_minor == 1_500_00
    with database.reading(local) as session:
        assert session.execute(select(CostMonth.period_id)).scalars().all() == [
            202601,
            202602,
            202603,
        ]


def test_run_is_taken_back_with_its_voucher_and_done_again(costly: Engine) -> None:
    approve(costly, entry())
    run = allocate(costly)
    with refused("allocation_still_booked"):
        undo(costly, run)
    with database.transaction(costly) as session:
        posting.discard(session, [run.voucher_id], reason="错", actor=PREPARER, clock=CLOCK)
    undo(costly, run)
    with refused("conflict"):
        undo(costly, run)
    again = allocate(costly)
    factories.post(costly, [again.voucher_id]).require()
    with database.reading(costly) as session:
        found = session.execute(select(CostRun.state).order_by(CostRun.id)).scalars().all()
    assert found == [RunState.UNDONE, RunState.BOOKED]
    assert problems(costly) == []


def undo(engine: Engine, run: CostRun) -> None:
    with database.transaction(engine) as session:
        runs.undo(session, str(run.id), reason="错", actor=PREPARER, clock=CLOCK)


def test_reversed_run_leaves_the_cost_to_be_allocated_again(local: Engine) -> None:
    approve(local, entry())
    run = allocate(local)
    factories.post(local, [run.voucher_id]).require()
    factories.post_reversal(local, run.voucher_id, on=date(2026, 1, 31))
    undo(local, run)
    assert allocate(local).total_minor == 1_000_00


def test_cost_that_waits_to_be_posted_holds_the_run_up(local: Engine) -> None:
    approve(local, entry())
    factories.prepare(local, cost_cases.rent_draft(local, 10_00, date(2026, 1, 12)))
    with refused("shared_costs_waiting"):
        allocate(local)


def test_restricted_fund_bears_no_more_than_it_holds(local: Engine) -> None:
    factories.post_spending(local, minor=99_900_00)
    approve(local, entry())
    assert borne(local, allocate(local))[:2] == [
        ("charitable", "SCHOL", 100_00),
        ("charitable", "GEN", 233_34),
    ]


def test_management_of_a_restricted_fund_needs_a_fee_rule(local: Engine) -> None:
    shares = (ShareInput(MANAGEMENT, "SCHOL", Fraction(1)),)
    approve(local, entry(shares=shares))
    with refused("allocation_moves_nothing"):
        allocate(local)


def test_person_who_prepares_a_key_does_not_approve_it(local: Engine) -> None:
    version = cost_cases.draft_key(local, entry())
    with database.transaction(local) as session, refused("not_allowed"):
        keys.approve(session, "RENT", version, actor=PREPARER, clock=CLOCK)
    with refused("unknown_cost_key"):
        allocate(local)


def test_new_way_to_allocate_is_a_new_version(local: Engine) -> None:
    assert approve(local, entry()) == 1
    allocate(local)
    late = entry(valid_from=date(2026, 1, 1), shares=(ShareInput(CHARITABLE, "GEN", Fraction(1)),))
    version = cost_cases.draft_key(local, late)
    with database.transaction(local) as session, refused("conflict"):
        keys.approve(session, "RENT", version, actor=REVIEWER, clock=CLOCK)
    assert approve(local, replace(late, valid_from=date(2026, 3, 1))) == 2
    rent(local, day=date(2026, 2, 10))
    rent(local, day=date(2026, 3, 10))
    with database.reading(local) as session:
        in_force = {
            period: runs.key_for(session, "RENT", steps.read_months(period)).version
            for period in ("2026-02", "2026-03")
        }
        assert in_force == {"2026-02": 1, "2026-03": 2}
        with refused("invalid"):
            runs.key_for(session, "RENT", steps.read_months("2026-Q1"))


def test_retired_key_allocates_nothing_more(local: Engine) -> None:
    approve(local, entry())
    with database.transaction(local) as session:
        keys.retire(session, "RENT", 1, reason="搬走", actor=REVIEWER, clock=CLOCK)
    with refused("unknown_cost_key"):
        allocate(local)


def test_working_time_is_the_weight(costly: Engine) -> None:
    approve(costly, entry("PAY", basis=Basis.STAFF_TIME, shares=(), charitable="project_staff"))
    with refused("conflict"):
        allocate(costly, "PAY")
    work(
        costly,
        ("P1", CHARITABLE, "SCHOL", 7_500),
        ("P1", MANAGEMENT, "GEN", 2_500),
        ("P2", MANAGEMENT, "GEN", 10_000),
    )
    assert borne(costly, allocate(costly, "PAY")) == [
        ("charitable", "SCHOL", 375_00),
        ("management", "GEN", 625_00),
    ]
    with refused("time_sheet_used"):
        work(costly, ("P1", CHARITABLE, "SCHOL", 10_000))


def test_month_of_a_person_is_a_hundred_percent(local: Engine) -> None:
    with refused("invalid"):
        work(local, ("P1", CHARITABLE, "SCHOL", 7_500), ("P1", MANAGEMENT, "GEN", 2_499))
    with refused("invalid"):
        work(local, ("P1", CHARITABLE, "ENDOW", 10_000))


def test_direct_cost_is_the_weight(local: Engine) -> None:
    factories.post_spending(local, minor=30_000_00)
    factories.post_spending(local, minor=10_000_00, fund="GEN")
    approve(
        local,
        entry(
            basis=Basis.DIRECT_COST,
            shares=(ShareInput(CHARITABLE, "SCHOL"), ShareInput(CHARITABLE, "GEN")),
        ),
    )
    assert borne(local, allocate(local)) == [
        ("charitable", "SCHOL", 750_00),
        ("charitable", "GEN", 250_00),
    ]


def test_areas_are_weights(local: Engine) -> None:
    shares = (
        ShareInput(CHARITABLE, "SCHOL", Fraction("37.5")),
        ShareInput(MANAGEMENT, "GEN", Fraction("112.5")),
    )
    approve(local, entry(basis=Basis.AREA, shares=shares))
    assert [row[2] for row in borne(local, allocate(local))] == [250_00, 750_00]


@pytest.mark.parametrize(
    "wrong",
    [
        {"shares": (ShareInput(CHARITABLE, "GEN", Fraction(999, 1000)),)},
        {"shares": ()},
        {"shares": (THIRDS[0], THIRDS[0], THIRDS[2])},
        {"shares": (ShareInput(CHARITABLE, "ENDOW", Fraction(1)),)},
        {"shares": (ShareInput(CHARITABLE, "GEN"),)},
        {"fund": "SCHOL"},
        {"accounts": (BANK,)},
        {"accounts": ()},
        {"charitable": "office"},
        {"charitable": "other_activity"},
        {"valid_from": date(2026, 1, 2)},
        {"code": "房 租!"},
    ],
)
def test_key_that_makes_no_sense_is_refused(local: Engine, wrong: dict[str, Any]) -> None:
    with refused("invalid"):
        cost_cases.draft_key(local, entry(**wrong))


def test_month_without_cost_and_month_to_come_are_refused(local: Engine) -> None:
    approve(local, entry())
    with refused("nothing_to_allocate"):
        allocate(local, period="2026-02")
    with refused("unknown_period"):
        allocate(local, period="2026-04")
    for text in ("2026-13", "202601", "2026-00", "x"):
        with refused("invalid"):
            allocate(local, period=text)


def test_closed_month_is_not_even_looked_at(local: Engine) -> None:
    approve(local, entry(accounts=("5201",), valid_from=date(2025, 11, 1)))
    factories.close_periods(local, 202511)
    months = steps.read_months("2025-11")
    with database.reading(local) as session, refused("period_closed"):
        runs.preview(session, "RENT", months, held_in=BANK)


def test_credit_balance_is_not_allocated(local: Engine) -> None:
    factories.book(
        local,
        factories.voucher(
            local,
            dr(BANK, "GEN", 2_000_00),
            cr(RENT, "GEN", 2_000_00),
            on=date(2026, 1, 15),
        ),
    )
    approve(local, entry())
    with refused("invalid"):
        allocate(local)


def test_functions_have_the_elements_of_the_rules(local: Engine) -> None:
    shares = tuple(ShareInput(function, "GEN", Fraction(1, 4)) for function in Function)
    approve(local, entry(shares=shares))
    run = allocate(local)
    with database.reading(local) as session:
        found = session.execute(select(CostLine.element).where(CostLine.run_id == run.id)).scalars()
        assert set(found) == {"premises_material", "other_activity", "office", "fundraising"}
