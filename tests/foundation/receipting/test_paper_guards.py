"""Every guard of the papers refuses what it is there for, also to raw SQL."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from foundation import database
from foundation.organisation import letterhead, qualification
from foundation.organisation.letterhead import LetterheadInput
from foundation.organisation.models import Standing
from foundation.organisation.qualification import PeriodInput
from tests.databases import DIALECTS, Databases
from tests.factories import CLOCK, PREPARER
from tests.foundation.receipting import document_cases
from tests.migrations.violations import Case, documented, guard_of, refusal

DAY = CLOCK.today()
WITHDRAW = (
    "UPDATE tax_qualification SET withdrawn_at = '2026-03-01', withdrawn_by = 'a',"
    " withdrawn_reason = 'x'{more} WHERE id = 1"
)
FINAL, KEPT = "tax_qualification_final", "letterhead_kept"


def both(does: str, guard: str, statement: str, trigger: str, *setup: str) -> Case:
    return Case(does, guard, statement, trigger, trigger, setup)


CASES = (
    both("change a period", FINAL, "UPDATE tax_qualification SET last_on = '2030-12-31'",
         "tax_qualification_update"),
    both("withdraw and change", FINAL, WITHDRAW.format(more=", standing = 'cancelled'"),
         "tax_qualification_update"),
    both("withdraw twice", FINAL, WITHDRAW.format(more=""), "tax_qualification_update",
         WITHDRAW.format(more="")),
    both("delete a period", FINAL, "DELETE FROM tax_qualification", "tax_qualification_delete"),
    Case("empty the periods", FINAL, "TRUNCATE tax_qualification", "",
         "tax_qualification_truncate"),
    both("delete the letterhead", KEPT, "DELETE FROM letterhead", "letterhead_delete"),
    Case("empty the letterhead", KEPT, "TRUNCATE letterhead", "", "letterhead_truncate"),
)  # fmt: skip


def build(engine: Engine) -> None:
    document_cases.install(engine)
    with database.transaction(engine) as session:
        letterhead.change(
            session, LetterheadInput(address="武汉"), reason="建账", actor=PREPARER, clock=CLOCK
        )
        given = PeriodInput(Standing.QUALIFIED, DAY, DAY, "鄂财税〔2026〕1号", DAY)
        qualification.record(session, given, actor=PREPARER, clock=CLOCK)


@pytest.fixture(scope="module", params=DIALECTS)
def guarded(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    with databases.prepared(request.param, "papers", build) as engine:
        yield engine


@pytest.mark.parametrize("case", CASES, ids=[case.does for case in CASES])
def test_raw_sql_is_refused_by_its_guard_and_by_nothing_else(guarded: Engine, case: Case) -> None:
    trigger = case.trigger(guarded.dialect.name)
    if not trigger:
        # The statement exists on PostgreSQL only.
        assert case.trigger("postgresql")
        return
    assert guard_of(guarded, case, {}) == case.guard
    assert guard_of(guarded, case, {}, dropped=trigger) != case.guard


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_guard_of_the_papers_has_a_violation(dialect: str) -> None:
    tried = {case.trigger(dialect) for case in CASES} - {""}
    assert tried == {trigger for trigger, _ in documented(dialect, ["papers"])}


def test_withdrawing_once_is_allowed(guarded: Engine) -> None:
    allowed = Case("withdraw", "", WITHDRAW.format(more=""))
    assert guard_of(guarded, allowed, {}) == ""


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("UPDATE letterhead SET id = 2", "one_row"),
        (
            (
                "INSERT INTO bill_printer (id, name, form, right_tenths, down_tenths, changed_by,"
                " changed_at) VALUES (1, 'a', 'b', 301, 0, 'a', '2026-03-01')"
            ),
            "offset_small",
        ),
        (
            (
                "INSERT INTO tax_qualification (id, standing, first_on, last_on, document_number,"
                " published_on, recorded_by, recorded_at) VALUES (9, 'qualified', '2026-02-01',"
                " '2026-01-01', 'x', '2026-01-01', 'a', '2026-03-01')"
            ),
            "period",
        ),
        (
            (
                "INSERT INTO tax_qualification (id, standing, first_on, last_on, document_number,"
                " published_on, recorded_by, recorded_at) VALUES (9, 'perhaps', '2026-01-01',"
                " '2026-01-01', 'x', '2026-01-01', 'a', '2026-03-01')"
            ),
            "standing",
        ),
    ],
)
def test_constraints_hold_what_is_whole(guarded: Engine, statement: str, constraint: str) -> None:
    assert constraint in refusal(guarded, statement, {})
