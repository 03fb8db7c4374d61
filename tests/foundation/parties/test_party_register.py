"""The register of related parties: history is kept, nothing is edited, wrong input is refused."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Engine, select

from foundation import database
from foundation.donors.identity import WrongNumber
from foundation.donors.models import DonorKind
from foundation.parties import linking, queries, service
from foundation.parties.linking import Link, LinkTaken
from foundation.parties.models import RelationKind
from foundation.parties.queries import PartyFilter, UnknownParty
from foundation.parties.service import PartyThere, RelationThere
from ledger.errors import Conflict, InvalidInput, NotFound
from ledger.trail import TrailRecord
from tests import factories
from tests.databases import Databases
from tests.foundation.donors import donor_cases
from tests.foundation.donors.donor_cases import CREDIT_CODE, ID_NUMBER
from tests.foundation.parties import party_cases
from tests.foundation.parties.party_cases import BOARD, COMPANY, FOUNDER, UNIVERSITY, do

TODAY = date(2026, 11, 22)


@pytest.fixture(name="local")
def _local(databases: Databases) -> Iterator[Engine]:
    """Books on SQLite, where the database makes no difference."""
    with databases.prepared("sqlite", "books", factories.install_books) as engine:
        yield engine


def view(engine: Engine, key: int) -> queries.View:
    with database.reading(engine) as session:
        return queries.get(session, key)


def test_declared_party_is_related_and_important_in_its_days(books: Engine) -> None:
    key = party_cases.declare(books, relation=replace(FOUNDER, valid_until=date(2025, 12, 31)))
    found = view(books, key)
    assert found.number == "R0001"
    assert found.is_important(date(2025, 12, 31))
    assert not found.is_related(date(2026, 1, 1))
    assert not found.is_related(date(2009, 12, 31))


def test_relation_is_ended_withdrawn_and_stated_anew(books: Engine) -> None:
    key = party_cases.declare(books)
    first = view(books, key).relations[0]
    do(books, service.end, key, first.id, until=date(2026, 6, 30), reason="退出")
    with pytest.raises(Conflict):
        do(books, service.end, key, first.id, until=date(2026, 7, 31), reason="再次")
    again = replace(FOUNDER, valid_from=date(2026, 6, 30))
    with pytest.raises(RelationThere):
        do(books, service.relate, key, again)
    do(books, service.relate, key, replace(again, valid_from=date(2026, 7, 1)))
    second = view(books, key).relations[1]
    do(books, service.withdraw, key, second.id, reason="录错")
    with pytest.raises(Conflict):
        do(books, service.withdraw, key, second.id, reason="又一次")
    do(books, service.relate, key, replace(again, valid_from=date(2026, 7, 1), is_important=False))
    found = view(books, key)
    assert len(found.relations) == 3
    assert found.is_related(TODAY)
    assert not found.is_important(TODAY)


def test_second_party_with_the_same_name_or_number_is_refused(books: Engine) -> None:
    party_cases.declare(books, credit_code=CREDIT_CODE)
    party_cases.declare(books, "李某某（虚构）", BOARD, is_person=True, id_number=ID_NUMBER)
    for more in (
        {"name": UNIVERSITY},
        {"name": COMPANY, "credit_code": CREDIT_CODE},
        {"name": "另一人", "is_person": True, "id_number": ID_NUMBER},
    ):
        with pytest.raises(PartyThere):
            party_cases.declare(books, relation=BOARD, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "given",
    [
        {"name": ""},
        {"name": "测\x00试"},
        {"credit_code": "91420100MA4K0000X0"},
        {"is_person": True, "id_number": "110101199001011234"},
        {"is_person": True, "credit_code": CREDIT_CODE},
        {"id_number": ID_NUMBER},
        {"relation": replace(FOUNDER, relation=" ")},
        {"relation": replace(FOUNDER, source="")},
        {"relation": replace(FOUNDER, source="文" * 301)},
        {"relation": replace(FOUNDER, valid_until=date(2009, 12, 31))},
    ],
)
def test_what_cannot_be_a_party_is_refused(local: Engine, given: dict[str, object]) -> None:
    with pytest.raises((InvalidInput, WrongNumber)):
        party_cases.declare(local, **given)  # type: ignore[arg-type]
    with database.reading(local) as session:
        assert queries.load(session) == ()


def test_identity_number_is_masked_and_not_in_the_trail(local: Engine) -> None:
    key = party_cases.declare(local, "王某某", BOARD, is_person=True, id_number=ID_NUMBER)
    party = view(local, key).party
    assert ID_NUMBER.encode() not in (party.id_number or b"")
    shown = service.masked_id_number(party, donor_cases.VAULT)
    assert shown.endswith(ID_NUMBER[-4:])
    assert "*" in shown
    with database.reading(local) as session:
        said = [row.detail for row in session.execute(select(TrailRecord)).scalars()]
    assert not any(ID_NUMBER in str(detail) for detail in said)


def test_donor_and_payee_of_the_same_name_are_linked_at_once(books: Engine) -> None:
    donor_cases.record(books, donor_cases.given(name=UNIVERSITY, kind=DonorKind.ORGANISATION))
    party_cases.payee(books)
    party_cases.payee(books, "测试大学出版社")
    key = party_cases.declare(books)
    assert [target.name for target in view(books, key).live] == [UNIVERSITY, UNIVERSITY]


def test_link_belongs_to_one_party_and_once_taken_off_stays_off(books: Engine) -> None:
    payee = party_cases.payee(books)
    key = party_cases.declare(books)
    other = party_cases.declare(books, COMPANY, BOARD)
    target = Link(counterparty_id=payee)
    with pytest.raises(LinkTaken):
        do(books, linking.link, other, target)
    (link,) = view(books, key).live
    with pytest.raises(InvalidInput):
        do(books, linking.unlink, key, link.link.id, reason=" ")
    with pytest.raises(NotFound):
        do(books, linking.unlink, other, link.link.id, reason="不是")
    do(books, linking.unlink, key, link.link.id, reason="同名的另一单位")
    assert view(books, key).live == ()
    do(books, service.rename, key, "测试大学（新）", reason="更名")
    do(books, service.rename, key, UNIVERSITY, reason="改回")
    assert view(books, key).live == ()
    do(books, linking.link, other, target)
    assert len(view(books, other).live) == 1


@pytest.mark.parametrize(
    "target",
    [
        Link(),
        Link(donor_id=424242),
        Link(counterparty_id=424242),
        Link(investment_id=424242),
        Link(donor_id=1, counterparty_id=1),
    ],
)
def test_link_to_nothing_is_refused(local: Engine, target: Link) -> None:
    key = party_cases.declare(local)
    with pytest.raises((InvalidInput, NotFound)):
        do(local, linking.link, key, target)


def test_rename_keeps_the_earlier_name_in_the_trail(local: Engine) -> None:
    key = party_cases.declare(local)
    with pytest.raises(InvalidInput):
        do(local, service.rename, key, "测试科技大学", reason="")
    do(local, service.rename, key, "测试科技大学", reason="教育部批准更名")
    with database.reading(local) as session:
        said = session.execute(
            select(TrailRecord.detail).where(TrailRecord.action == "party.rename")
        ).scalar_one()
    assert UNIVERSITY in str(said)


def test_list_is_narrowed_by_text_kind_importance_and_day(books: Engine) -> None:
    party_cases.declare(books, credit_code=CREDIT_CODE)
    party_cases.declare(books, COMPANY, replace(BOARD, valid_until=date(2026, 3, 31)))

    def names(**wanted: object) -> list[str]:
        with database.reading(books) as session:
            found = queries.list_parties(session, PartyFilter(**wanted), on=TODAY)  # type: ignore[arg-type]
            return [one.party.name for one in found]

    assert names() == [UNIVERSITY, COMPANY]
    assert names(text="启明") == [COMPANY]
    assert names(text=CREDIT_CODE[:8].lower()) == [UNIVERSITY]
    assert names(kind=RelationKind.BOARD_SOURCE) == [COMPANY]
    assert names(important=True) == [UNIVERSITY]
    assert names(standing="current") == [UNIVERSITY]
    assert names(standing="past") == [COMPANY]


@pytest.mark.parametrize("number", ["R0042", "0042", "r42", "x", "", "R" + "9" * 30])
def test_party_that_is_not_there_is_said_by_its_number(local: Engine, number: str) -> None:
    with database.reading(local) as session, pytest.raises(UnknownParty):
        queries.get(session, queries.key_of(number))
