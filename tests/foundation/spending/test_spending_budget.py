"""A request beyond the budget of its fund needs a resolution of the board."""

from dataclasses import replace

import pytest
from sqlalchemy import Engine

from foundation import database
from foundation.projects import service as projects
from foundation.projects.models import FundProject, Remainder
from foundation.spending import approvals, drafts
from foundation.spending.drafts import PartInput, RequestInput
from foundation.spending.models import SpendingKind, SpendingState
from tests import factories
from tests.factories import CLOCK, PREPARER, SPENDING_DAY
from tests.refusals import refused

GRANT = RequestInput(
    kind=SpendingKind.GRANT,
    payee_name="测试大学",
    summary="助学金拨款",
    requested_on=SPENDING_DAY,
    parts=(PartInput("SCHOL", "grant", 4_000_00),),
)


@pytest.fixture
def planned(books: Engine) -> Engine:
    """SCHOL holds 100,000 yuan, plans to spend 10,000 in 2026, and spent 2,000 of it."""
    factories.post_gift(books)
    factories.post_spending(books, minor=2_000_00)
    with database.transaction(books) as session:
        session.add(
            FundProject(
                fund_id=factories.fund_id(books, "SCHOL"),
                kind="students",
                purpose="奖学金",
                remainder=Remainder.AS_AGREED,
                is_public=False,
                created_by=PREPARER,
                created_at=CLOCK.now(),
            )
        )
        session.flush()
        projects.set_budget(session, "SCHOL", 2026, 10_000_00, actor=PREPARER, clock=CLOCK)
    return books


def submit(engine: Engine, entry: RequestInput) -> SpendingState:
    with database.transaction(engine) as session:
        key = drafts.save_draft(session, entry, actor=PREPARER, clock=CLOCK).id
        return approvals.submit(session, key, actor=PREPARER, clock=CLOCK).state


def test_what_was_spent_and_asked_for_counts_against_the_budget(planned: Engine) -> None:
    assert submit(planned, GRANT) is SpendingState.SUBMITTED
    assert submit(planned, GRANT) is SpendingState.SUBMITTED
    with refused("budget_exceeded"):
        submit(planned, replace(GRANT, parts=(PartInput("SCHOL", "grant", 1),)))


def test_resolution_lets_a_request_exceed_the_budget(planned: Engine) -> None:
    large = replace(GRANT, parts=(PartInput("SCHOL", "grant", 8_000_01),))
    with refused("budget_exceeded"):
        submit(planned, large)
    resolved = replace(large, resolution="理事会决议〔2026〕2号")
    assert submit(planned, resolved) is SpendingState.SUBMITTED


def test_fund_without_a_budget_is_not_held_to_one(planned: Engine) -> None:
    factories.post_gift(planned, fund="GEN")
    free = replace(GRANT, parts=(PartInput("GEN", "grant", 40_000_00),))
    assert submit(planned, free) is SpendingState.SUBMITTED
