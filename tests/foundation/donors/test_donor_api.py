"""Donors over the API: recorded, found, changed; whole numbers by `unmask` only."""

from typing import Any

from sqlalchemy import Engine, select

from foundation import database
from ledger.trail import TrailRecord
from tests.foundation.donors.donor_cases import CREDIT_CODE, ID_NUMBER
from tests.serving import ON_BOTH, Program

DONORS = "/api/v1/donors"


def body(**changes: Any) -> dict[str, Any]:
    return {"name": "林晓舟", "kind": "person", "id_number": ID_NUMBER} | changes


def record(program: Program, **changes: Any) -> dict[str, Any]:
    answer = program.post(DONORS, body(**changes))
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


@ON_BOTH
def test_donor_is_recorded_and_the_number_never_leaves(recording: Program) -> None:
    donor = record(recording, email="lin@example.org", note="2003 级")

    assert donor["id_number_masked"] == "990000********007X"
    assert donor["similar"] == []
    answer = recording.get(f"{DONORS}/{donor['id']}")
    assert answer.get_json() == donor
    assert ID_NUMBER not in answer.text
    assert ID_NUMBER not in recording.get(DONORS).text


@ON_BOTH
def test_answer_names_donors_that_may_be_the_same(recording: Program) -> None:
    first = record(recording)
    second = record(recording, name="林小舟", id_number="")

    assert second["similar"] == [{"id": first["id"], "name": "林晓舟", "why": "读音相同"}]


@ON_BOTH
def test_donors_are_listed_and_found(recording: Program, reading: Program) -> None:
    for name, kind in (("周知秋", "person"), ("东湖启明科技有限公司", "organisation")):
        record(recording, name=name, kind=kind, id_number="")

    def names(query: str) -> list[str]:
        return [item["name"] for item in reading.get(f"{DONORS}{query}").get_json()["items"]]

    assert names("") == ["东湖启明科技有限公司", "周知秋"]
    assert names("?q=zzq") == ["周知秋"]
    assert names("?kind=organisation") == ["东湖启明科技有限公司"]
    first = reading.get(f"{DONORS}?limit=1").get_json()
    assert names(f"?limit=1&cursor={first['next']}") == ["周知秋"]
    assert reading.get(f"{DONORS}?kind=ghost").status_code == 422


def test_contact_data_is_changed_and_nothing_else(recording: Program) -> None:
    donor = record(recording, email="old@example.org", phone="027 1234 5678")
    path = f"{DONORS}/{donor['id']}"
    changed = recording.patch(path, {"email": "new@example.org", "phone": ""}).get_json()

    assert (changed["email"], changed["phone"]) == ("new@example.org", None)
    assert changed["id_number_masked"] == donor["id_number_masked"]
    for wrong in ({"name": "别人"}, {"id_number": ID_NUMBER}, {"email": 7}):
        assert recording.patch(path, wrong).status_code == 422
    assert recording.patch(path, {"email": "nowhere"}).status_code == 422


def test_unmasking_leaves_a_record(served: Engine, recording: Program, reading: Program) -> None:
    donor = record(recording)
    path = f"{DONORS}/{donor['id']}/unmask"

    assert recording.post(path, {}).status_code == 422
    assert reading.post(path, {"reason": "审计"}).status_code == 403
    answer = recording.post(path, {"reason": "开具票据"})
    assert answer.get_json() == {"id": donor["id"], "id_number": ID_NUMBER}
    with database.reading(served) as session:
        query = select(TrailRecord.reason).where(TrailRecord.action == "donor.unmask")
        assert session.execute(query).scalars().all() == ["开具票据"]


def test_donor_without_a_number_has_nothing_to_unmask(recording: Program) -> None:
    donor = record(recording, id_number="")
    answer = recording.post(f"{DONORS}/{donor['id']}/unmask", {"reason": "核对"})

    assert (answer.status_code, answer.get_json()["code"]) == (404, "not_found")


def test_wrong_donor_is_refused(recording: Program) -> None:
    record(recording, credit_code=CREDIT_CODE)
    for changes, status in (
        ({"name": ""}, 422),
        ({"kind": "company"}, 422),
        ({"credit_code": "1"}, 422),
        ({"credit_code": CREDIT_CODE}, 422),
        ({"id_number": "990000200001080071"}, 422),
        ({"colour": "red"}, 422),
    ):
        assert recording.post(DONORS, body(**changes)).status_code == status
    assert recording.get(f"{DONORS}/4711").status_code == 404


def test_auditor_records_nobody(reading: Program, recording: Program) -> None:
    donor = record(recording)

    assert reading.post(DONORS, body()).status_code == 403
    assert reading.patch(f"{DONORS}/{donor['id']}", {"note": "x"}).status_code == 403
    assert reading.get(f"{DONORS}/{donor['id']}").status_code == 200
