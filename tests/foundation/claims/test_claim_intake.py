"""Hubei: a skeleton with a guided form, which two persons turn into a scheme."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from foundation import database
from foundation.claims import computing, confirmations, intake, lifecycle, schemes
from foundation.claims.kinds import SchemeOrigin
from foundation.matching.results import ResultStatus
from tests import factories
from tests.databases import Databases
from tests.factories import CLOCK, PREPARER, REVIEWER
from tests.foundation.claims import claim_cases as cases
from tests.foundation.claims.intake_answers import ANSWERS
from tests.refusals import refused


def fill(engine: Engine, folder: Path, answers: dict[str, str], **given: Any) -> intake.Filled:
    values: dict[str, Any] = {
        "document_title": "湖北省省属高校捐赠收入财政配比资金管理办法",
        "document_number": "鄂财教规〔2025〕9号",
        "file": ("办法.pdf", b"%PDF-1.4 official"),
        "actor": PREPARER,
    }
    with database.transaction(engine) as session:
        return intake.fill(
            session, answers, {"minimum": "第五条"}, folder=folder, clock=CLOCK, **(values | given)
        )


def confirm(engine: Engine, actor: str = REVIEWER) -> str:
    with database.transaction(engine) as session:
        return intake.confirm(session, actor=actor, clock=CLOCK)


@pytest.fixture
def books(databases: Databases) -> Iterator[Engine]:
    """Books on SQLite: the questionnaire uses nothing in which the databases differ."""
    with databases.prepared("sqlite", "books", factories.install_books) as found:
        yield found


@pytest.fixture
def gift(books: Engine) -> int:
    for fact in cases.NO:
        cases.decide(books, fact, False, scheme_code="cn-hubei")
    cases.decide(books, "inst.owner", "hubei_province", scheme_code="cn-hubei")
    return cases.posted(books).gift_id


def test_skeleton_gives_recognised_income_and_an_upper_bound(books: Engine, gift: int) -> None:
    claim = cases.compute(books, "cn-hubei")

    assert cases.lines(books, claim.id) == {gift: "eligible"}
    assert claim.result is ResultStatus.UPPER_BOUND
    assert claim.recognised_low == 120_000_00
    assert (claim.matched_low, claim.matched_high) == (0, 144_000_00)


@pytest.mark.usefixtures("gift")
def test_skeleton_refuses_to_be_final(books: Engine) -> None:
    claim = cases.compute(books, "cn-hubei")

    with refused("scheme_incomplete", saying="只知道办法存在"):
        cases.freeze(books, claim.id)


@pytest.mark.usefixtures("gift")
def test_confirmed_form_makes_a_scheme_that_can_be_final(books: Engine, tmp_path: Path) -> None:
    filled = fill(books, tmp_path, ANSWERS)
    assert filled.is_complete
    confirm(books)

    with database.reading(books) as session:
        stored = schemes.current(session, "cn-hubei")
        states = confirmations.list_states(session, stored)
    claim = cases.compute(books, "cn-hubei")

    assert stored.origin is SchemeOrigin.INTAKE
    assert {state.state for state in states} == {"confirmed"}
    by_name = {state.name: state.confirmation for state in states}
    minimum = by_name["minimum"]
    assert minimum is not None
    assert (minimum.article, minimum.proposed_by, minimum.answered_by) == (
        "第五条",
        PREPARER,
        REVIEWER,
    )
    assert computing.blockers_of(claim) == []
    assert claim.matched_low == 96_000_00
    with database.transaction(books) as session:
        assert lifecycle.freeze(session, claim.id, actor=REVIEWER, clock=CLOCK).digest
    assert cases.findings(books) == []


def test_who_filled_it_in_does_not_confirm_it(books: Engine, tmp_path: Path) -> None:
    fill(books, tmp_path, ANSWERS)

    with refused("same_person"):
        confirm(books, actor=PREPARER)


@pytest.mark.parametrize(
    ("changes", "what"),
    [({"minimum": ""}, "单笔最低额"), ({"ratio": ""}, "统一比例"), ({"deadline": ""}, "截止")],
)
def test_incomplete_form_is_not_confirmed(
    books: Engine, tmp_path: Path, changes: dict[str, str], what: str
) -> None:
    fill(books, tmp_path, ANSWERS | changes)

    with refused("intake_incomplete", saying=what):
        confirm(books)


def test_form_without_the_official_file_is_not_confirmed(books: Engine, tmp_path: Path) -> None:
    fill(books, tmp_path, ANSWERS, file=None)

    with refused("intake_incomplete", saying="附件"):
        confirm(books)


@pytest.mark.parametrize(
    "changes",
    [
        {"minimum": "十万"},
        {"max_ratio": "120%"},
        {"unit": "whatever"},
        {"money_only": "maybe"},
        {"in_force_from": "2025年"},
        {"bands": "1000000 0.5"},
    ],
)
def test_answer_of_the_wrong_kind_is_refused(
    books: Engine, tmp_path: Path, changes: dict[str, str]
) -> None:
    with refused("invalid"):
        fill(books, tmp_path, ANSWERS | changes)
