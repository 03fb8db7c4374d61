"""Merging donors moves nothing: gifts, vouchers and issued documents stay what they were."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text

from foundation import database
from foundation.donors import aliases, facts, finding, merging, service
from foundation.donors.models import DonorKind, RelationKind
from foundation.gifts import queries
from foundation.gifts.filtering import GiftFilter
from foundation.http.lists import PageRequest
from foundation.users.models import Role
from receipts.models import Letter
from tests import serving
from tests.databases import Databases
from tests.factories import CLOCK, PREPARER
from tests.foundation.donors import donor_cases
from tests.foundation.donors.donor_cases import CREDIT_CODE, OTHER_CREDIT_CODE, given, record
from tests.foundation.gifts import gift_cases
from tests.foundation.receipting import document_cases
from tests.refusals import guarded, refused


def merge(engine: Engine, kept: int, merged: int, reason: str = "同一人两次登记") -> None:
    with database.transaction(engine) as session:
        merging.merge(session, kept, merged, reason=reason, actor=PREPARER, clock=CLOCK)


def undo(engine: Engine, merged: int) -> int:
    with database.transaction(engine) as session:
        return merging.undo(session, merged, reason="不是同一人", actor=PREPARER, clock=CLOCK)


def gifts_of(engine: Engine, donor: int) -> int:
    with database.reading(engine) as session:
        return queries.search(session, GiftFilter(donor_id=donor), PageRequest()).count


def test_merged_donor_leads_to_the_kept_one_and_back(books: Engine) -> None:
    first, second = (record(books, given(name=name)) for name in ("林晓舟", "林晓洲"))
    for who in (first, second):
        gift_cases.record(books, gift_cases.entry(who))
    merge(books, first.id, second.id)
    assert (gifts_of(books, first.id), gifts_of(books, second.id)) == (2, 1)
    with database.reading(books) as session:
        ref = service.get_ref(session, second.id)
        assert (ref.id, ref.dimension_id, ref.name) == (first.id, first.dimension_id, "林晓洲")
        assert aliases.ids_of(session, second.id) == [first.id, second.id]
        assert [donor.id for donor in finding.search(session, "lxz")] == [first.id]
        assert [donor.id for donor in finding.search(session, "林晓洲")] == [first.id]
        named = service.ensure_named(
            session, {"林晓洲": DonorKind.PERSON}, actor=PREPARER, clock=CLOCK
        )
        assert named["林晓洲"].id == first.id
    assert undo(books, second.id) == first.id
    assert (gifts_of(books, first.id), gifts_of(books, second.id)) == (1, 1)
    with refused("conflict"):
        undo(books, second.id)
    gift_cases.everything_holds(books)


def test_merging_never_changes_an_issued_document(engine: Engine) -> None:
    books = engine
    document_cases.install(books)
    first, second = (record(books, given(name=name)) for name in ("周知秋", "周之秋"))
    gift = gift_cases.record(books, gift_cases.entry(second))
    gift_cases.post(books, gift.voucher_id)
    document_cases.issue(books, gift_id=gift.gift_id)

    def issued() -> list[tuple[object, ...]]:
        with database.reading(books) as session:
            rows = session.execute(
                select(Letter.reference, Letter.recipient_name, Letter.content, Letter.digest)
            )
            return [tuple(row) for row in rows]

    before = issued()
    assert len(before) == 1
    merge(books, first.id, second.id)
    assert issued() == before
    assert "周之秋" in str(before[0])
    with guarded("gift_final"), books.begin() as connection:
        connection.execute(text("UPDATE gift SET donor_id = :kept"), {"kept": first.id})
    undo(books, second.id)
    assert issued() == before


@pytest.mark.parametrize(
    ("kept", "merged", "saying"),
    [
        ({"name": "甲"}, {"name": "乙公司", "kind": DonorKind.ORGANISATION}, "类型不同"),
        (
            {"name": "甲", "kind": DonorKind.ORGANISATION, "credit_code": CREDIT_CODE},
            {"name": "乙", "kind": DonorKind.ORGANISATION, "credit_code": OTHER_CREDIT_CODE},
            "信用代码不同",
        ),
        (
            {"name": "甲", "id_number": donor_cases.ID_NUMBER},
            {"name": "甲", "id_number": donor_cases.OTHER_ID_NUMBER},
            "身份证号码不同",
        ),
        (
            {"name": "匿名", "kind": DonorKind.ANONYMOUS},
            {"name": "匿名", "kind": DonorKind.ANONYMOUS},
            "匿名",
        ),
    ],
)
def test_merge_is_refused_where_anything_speaks_against_it(
    books: Engine, kept: dict, merged: dict, saying: str
) -> None:
    first, second = record(books, given(**kept)), record(books, given(**merged))
    with refused("unsure_merge", saying):
        merge(books, first.id, second.id)


def test_merges_make_no_chains(books: Engine) -> None:
    a, b, c = (record(books, given(name=name)).id for name in ("甲甲", "乙乙", "丙丙"))
    merge(books, a, b)
    for kept, merged, saying in (
        (a, b, "已并入"),
        (c, b, "已并入"),
        (b, c, "已并入"),
        (c, a, "反向"),
    ):
        with refused("unsure_merge", saying):
            merge(books, kept, merged)
    with refused("unsure_merge", "同一条"):
        merge(books, a, a)
    with refused("invalid"):
        merge(books, a, c, reason=" ")
    with guarded("donor_merge_chain"), books.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO donor_merge (id, kept_id, merged_id, reason, merged_by, merged_at)"
                " VALUES (901, :c, :a, 'x', 'x', '2026-01-01 00:00:00.000000')"
            ),
            {"a": a, "c": c},
        )
    merge(books, a, c)


def _served(engine: Engine) -> None:
    gift_cases.factories.install_books(engine)
    serving.add_people(engine)


@pytest.fixture
def everyone(databases: Databases) -> Iterator[Engine]:
    with databases.prepared("sqlite", "served_gifts", _served) as found:
        yield found


def test_pages_and_programs_merge_join_classes_and_relate(everyone: Engine, tmp_path: Path) -> None:
    app = serving.application(everyone, serving.settings(tmp_path))
    browser = serving.signed_in(app, Role.ACCOUNTANT)
    first, second, firm = (
        record(everyone, given(name="林晓舟")),
        record(everyone, given(name="林晓洲")),
        record(everyone),
    )
    links = f"/donors/{first.id}/links"
    bad = browser.post(f"/donors/{first.id}/merge", {"other": str(firm.id), "reason": "同名"})
    assert (bad.status_code, "类型不同" in bad.text) == (409, True)
    merging_form = {"other": f"D{second.id:07d}", "reason": "同一人"}
    assert browser.post(f"/donors/{first.id}/merge", merging_form).status_code == 303
    assert "林晓洲" in browser.get(links).text
    assert "已并入" in browser.get(f"/donors/{second.id}").text
    assert "林晓洲" not in browser.get("/donors").text
    assert "林晓舟" in browser.get("/donors?q=林晓洲").text
    fields = {"college": "水利学院", "class_name": "一班", "year": "1998", "members": "30"}
    assert browser.post(f"/donors/{first.id}/classes", fields).status_code == 303
    assert "水利学院" in browser.get(f"/donors/{first.id}").text
    assert browser.post(f"/donors/{firm.id}/classes", fields).status_code == 409
    relation = {"kind": "employer", "related": str(firm.id)}
    assert browser.post(f"/donors/{first.id}/relations", relation).status_code == 303
    assert browser.post(f"/donors/{first.id}/relations", relation).status_code == 409
    assert firm.name in browser.get(links).text
    assert browser.post(f"/donors/{first.id}/relations/1/remove").status_code == 303
    assert browser.post(f"/donors/{first.id}/classes/1/leave").status_code == 303
    assert browser.post(f"/donors/{second.id}/unmerge", {"undo_reason": "误"}).status_code == 303
    program = serving.Program(app, serving.issue_token(everyone, Role.ACCOUNTANT))
    api = f"/api/v1/donors/{first.id}"
    assert program.post(f"{api}/merge", {"donor": second.id, "reason": "同"}).status_code == 200
    assert program.get(f"/api/v1/donors/{second.id}").json["merged_into"] == first.id
    keys = {item["id"] for item in program.get("/api/v1/donors").json["items"]}
    assert keys == {first.id, firm.id}
    undone = program.post(f"/api/v1/donors/{second.id}/unmerge", {"reason": "误"})
    assert undone.json["merged_into"] is None
    body = {"college": "文学院", "class_name": "二班", "year": 1999, "members": 40}
    assert program.post(f"{api}/classes", body).status_code == 201
    auditor = serving.signed_in(app, Role.AUDITOR)
    assert auditor.get(links).status_code == 200
    assert auditor.post(f"/donors/{first.id}/merge", merging_form).status_code == 403


def test_relation_is_seen_from_both_sides(books: Engine) -> None:
    one, two = record(books, given(name="甲甲")), record(books, given(name="乙乙"))
    with database.transaction(books) as session:
        facts.relate(session, one.id, two.id, RelationKind.HOUSEHOLD, actor=PREPARER, clock=CLOCK)
    with database.reading(books) as session:
        (seen,) = facts.relations_of(session, two.id)
        assert (seen.other_name, seen.is_from) == ("甲甲", False)
    with refused("invalid"), database.transaction(books) as session:
        facts.relate(session, one.id, one.id, RelationKind.MEMBER, actor=PREPARER, clock=CLOCK)
