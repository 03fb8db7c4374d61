"""Programme costs that no request booked are named by hand; until then they are unexplained."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from foundation import database
from foundation.spending import classifying
from foundation.users.models import Role
from reports.tie_outs import registry
from tests import factories, serving
from tests.databases import DIALECTS, Databases
from tests.factories import CLOCK, PREPARER
from tests.migrations.violations import Case, documented, guard_of
from tests.refusals import refused


def build(engine: Engine) -> None:
    """A gift, and a payment for its purpose that nobody asked for."""
    factories.install_books(engine)
    factories.post_gift(engine)
    factories.post_spending(engine)


@pytest.fixture(name="direct", params=DIALECTS)
def _direct(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    with databases.prepared(request.param, "direct-costs", build) as engine:
        yield engine


@pytest.fixture(name="local")
def _local(databases: Databases) -> Iterator[Engine]:
    with databases.prepared("sqlite", "direct-costs", build) as engine:
        yield engine


def unexplained(engine: Engine) -> list[tuple[int, int, int]]:
    with database.reading(engine) as session:
        found = classifying.unexplained(session, 202601, 202612)
        sums = classifying.add_up(session, 202601, 202612)
    assert (sums.count, sums.minor) == (len(found), sum(line.minor for line in found))
    return [(line.voucher_id, line.line_no, line.minor) for line in found]


def classify(engine: Engine, *lines: tuple[int, int], element: str = "grant") -> int:
    with database.transaction(engine) as session:
        return classifying.classify(session, lines, element, actor=PREPARER, clock=CLOCK)


def holds(engine: Engine, control: str) -> bool | None:
    with database.reading(engine) as session:
        answers = {one.control.id: one for one in registry.run(session, "2026", clock=CLOCK)}
    return answers[control].holds


def test_cost_that_was_named_is_explained(direct: Engine) -> None:
    ((voucher, line, minor),) = unexplained(direct)
    assert minor == 10_000_00
    assert (holds(direct, "CT18"), holds(direct, "CT19")) == (False, False)
    assert classify(direct, (voucher, line)) == 1
    assert unexplained(direct) == []
    assert (holds(direct, "CT18"), holds(direct, "CT19")) == (True, True)


def test_element_is_said_again_when_it_was_wrong(direct: Engine) -> None:
    ((voucher, line, _),) = unexplained(direct)
    classify(direct, (voucher, line))
    classify(direct, (voucher, line), element="project_meetings")
    assert holds(direct, "CT19") is True


def test_reversal_of_a_named_cost_needs_no_element(local: Engine) -> None:
    ((voucher, line, _),) = unexplained(local)
    classify(local, (voucher, line))
    factories.post_reversal(local, voucher, on=date(2026, 1, 31))
    assert unexplained(local) == []
    assert (holds(local, "CT18"), holds(local, "CT19")) == (True, True)


def test_only_posted_programme_costs_have_programme_elements(local: Engine) -> None:
    ((voucher, line, _),) = unexplained(local)
    for lines, element in (
        (((voucher, line),), "office"),
        (((voucher, line),), "nonsense"),
        (((voucher, line + 1),), "grant"),
        (((99, 1),), "grant"),
        ((), "grant"),
    ):
        with refused("invalid"):
            classify(local, *lines, element=element)
    (draft,) = factories.prepare(local, factories.spending_voucher(local, minor=5_00))
    with refused("invalid"):
        classify(local, (draft, 1))


def test_page_and_program_name_elements(local: Engine, tmp_path: Path) -> None:
    serving.add_people(local)
    app = serving.application(local, serving.settings(tmp_path))
    accountant = serving.signed_in(app, Role.ACCOUNTANT)
    ((voucher, line, _),) = unexplained(local)
    assert "10,000.00" in accountant.get("/spending/elements?period=2026").text
    assert accountant.get("/spending/elements?period=nonsense").status_code == 200
    nothing = accountant.post("/spending/elements", {"period": "2026", "element": "grant"})
    assert nothing.status_code == 422
    chosen = {"period": "2026", "element": "grant", "line": f"{voucher}:{line}"}
    auditor = serving.signed_in(app, Role.AUDITOR)
    assert auditor.post("/spending/elements", chosen).status_code == 403
    assert accountant.post("/spending/elements", chosen).status_code == 303

    program: Any = serving.Program(app, serving.issue_token(local, Role.ACCOUNTANT))
    listed = program.get("/api/v1/spending/elements?period=2026").json
    assert (listed["count"], listed["total"]) == (0, "0.00")
    body = {"element": "volunteers", "lines": [{"voucher": voucher, "line": line}]}
    assert program.post("/api/v1/spending/elements", body).status_code == 200
    body["lines"] = [{"voucher": voucher, "line": 77}]
    assert program.post("/api/v1/spending/elements", body).status_code == 422


GUARDS = (
    Case(
        "name a line that is another amount",
        "booked_element_line",
        "INSERT INTO booked_element (voucher_id, line_no, element, amount_minor, noted_by,"
        " noted_at) SELECT 1, 1, element, 1, noted_by, noted_at FROM booked_element",
        "booked_element_insert",
        "booked_element_insert",
    ),
    Case(
        "change the amount of an element",
        "booked_element_line",
        "UPDATE booked_element SET amount_minor = 1",
        "booked_element_update",
        "booked_element_update",
    ),
)


@pytest.mark.parametrize("violation", GUARDS, ids=[one.does for one in GUARDS])
def test_raw_sql_on_elements_is_refused(direct: Engine, violation: Case) -> None:
    ((voucher, line, _),) = unexplained(direct)
    classify(direct, (voucher, line))
    trigger = violation.trigger(direct.dialect.name)
    assert guard_of(direct, violation, {}) == violation.guard
    assert guard_of(direct, violation, {}, dropped=trigger) != violation.guard


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_guard_of_elements_has_a_violation(dialect: str) -> None:
    tried = {one.trigger(dialect) for one in GUARDS} - {""}
    assert tried == {name for name, _ in documented(dialect, ["booked_elements"])}
