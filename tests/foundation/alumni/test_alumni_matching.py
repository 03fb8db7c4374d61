"""Whom a person of a list may be: explained, proposed, and confirmed by somebody's word."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from foundation import database
from foundation.alumni import proposing
from foundation.alumni.models import MatchState
from foundation.donors import facts
from tests import factories
from tests.databases import DIALECTS, Databases
from tests.factories import CLOCK, PREPARER
from tests.foundation.alumni import alumni_cases as cases
from tests.foundation.alumni.alumni_cases import COLLEGE, LIN, LU, csv, read
from tests.refusals import refused


@pytest.fixture(params=DIALECTS)
def both(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    with databases.prepared(request.param, "alumni", factories.install_books) as found:
        yield found


@pytest.fixture
def local(databases: Databases) -> Iterator[Engine]:
    with databases.prepared("sqlite", "alumni", factories.install_books) as found:
        yield found


def join(engine: Engine, donor_id: int, class_name: str = "农学1班") -> None:
    with database.transaction(engine) as session:
        facts.join_class(
            session,
            donor_id,
            college=COLLEGE,
            class_name=class_name,
            year=2008,
            actor=PREPARER,
            clock=CLOCK,
        )


def test_score_says_what_it_rests_on(both: Engine) -> None:
    by_phone = cases.donor(both, phone="139-0000-0001")
    by_class = cases.donor(both)
    join(both, by_class.id)
    only_name = cases.donor(both)
    other = cases.donor(both, "赵一一", email="LIN@example.org")
    read(both, csv(LIN))
    assert cases.scores(both) == {
        by_phone.id: (85, ("name", "phone")),
        by_class.id: (80, ("name", "class")),
        only_name.id: (40, ("name",)),
        other.id: (40, ("mail",)),
    }


def test_single_name_is_likelier_and_still_only_proposed(local: Engine) -> None:
    who = cases.donor(local)
    assert read(local, csv(LIN)).proposed == 1
    assert cases.scores(local)[who.id] == (50, ("name", "only_one"))
    assert cases.confirm_sure(local) == 0
    assert cases.classes_of(local, who) == []


def test_name_that_many_share_is_not_proposed_alone(local: Engine) -> None:
    for _ in range(4):
        cases.donor(local)
    known = cases.donor(local, phone="13900000001")
    read(local, csv(LIN))
    assert set(cases.scores(local)) == {known.id}


def test_confirmed_donor_joins_the_class(local: Engine) -> None:
    who = cases.donor(local)
    read(local, csv(LIN))
    (row,) = cases.proposals(local)
    cases.decide(local, row.id)
    assert cases.classes_of(local, who) == ["农学1班"]
    with refused("conflict"):
        cases.decide(local, row.id)


def test_declined_proposal_does_not_come_back(both: Engine) -> None:
    cases.donor(both)
    read(both, csv(LIN))
    cases.decide(both, cases.proposals(both)[0].id, is_same=False)
    with database.transaction(both) as session:
        assert proposing.propose_again(session, actor=PREPARER, clock=CLOCK) == 0
    assert cases.proposals(both) == []


def test_donor_who_came_later_is_found_again(local: Engine) -> None:
    read(local, csv(LIN))
    cases.donor(local)
    with database.transaction(local) as session:
        assert proposing.propose_again(session, actor=PREPARER, clock=CLOCK) == 1


def test_person_is_one_donor_only(local: Engine) -> None:
    cases.donor(local)
    cases.donor(local)
    read(local, csv(LIN))
    first, second = cases.proposals(local)
    cases.decide(local, first.id)
    with refused("conflict"):
        cases.decide(local, second.id)


def test_many_are_confirmed_where_nothing_speaks_against(both: Engine) -> None:
    sure = cases.donor(both, phone="13900000001")
    weak = cases.donor(both, "陆行远")
    read(both, csv(LIN, LU))
    assert cases.confirm_sure(both) == 1
    states = {item.donor_id: item.state for item in cases.matches(both)}
    assert states == {sure.id: MatchState.CONFIRMED, weak.id: MatchState.PROPOSED}


def test_two_likely_donors_wait_for_eyes(local: Engine) -> None:
    for _ in range(2):
        cases.donor(local, phone="13900000001")
    read(local, csv(LIN))
    assert cases.confirm_sure(local) == 0


def test_donor_who_may_be_two_of_a_class_waits_for_eyes(local: Engine) -> None:
    cases.donor(local, phone="13900000001")
    twin = LIN.replace("2008010101", "2008010199")
    read(local, csv(LIN, twin))
    assert cases.confirm_sure(local) == 0


def test_unknown_proposal_is_not_found(local: Engine) -> None:
    with refused("not_found"):
        cases.decide(local, 987)
