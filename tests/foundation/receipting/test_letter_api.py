"""Letters over the API: previewed, issued once, handed out, replaced, cancelled."""

import io
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import Engine

from tests.foundation.gifts import gift_cases
from tests.foundation.gifts.gift_cases import posted
from tests.foundation.receipting import document_cases
from tests.foundation.receipting.document_cases import numbers
from tests.serving import Program

LETTERS = "/api/v1/letters"


def issue(program: Program, **asked: Any) -> dict[str, Any]:
    answer = program.post(LETTERS, asked)
    assert answer.status_code == 201, answer.text
    issued: dict[str, Any] = answer.get_json()
    return issued


def test_preview_equals_the_result(served: Engine, recording: Program, reading: Program) -> None:
    posted(served, minor=1_000_00)
    anonymous = posted(served, minor=5_00, is_anonymous=True)
    said = reading.get(f"{LETTERS}/preview?year=2026&kind=letter").get_json()
    assert (said["issued"], said["total"], said["first"]) == (1, "1000.00", None)
    assert said["excluded"] == [
        {
            "gift": anonymous.reference,
            "code": "anonymous",
            "reason": "匿名捐赠，没有可以出具的对象",
        }
    ]
    done = issue(recording, year=2026, kind="letter", expected=said["fingerprint"])
    assert (done["issued"], done["total"], done["excluded"]) == (1, "1000.00", said["excluded"])
    assert (done["first"], done["last"]) == ("QR-2026-000001", "QR-2026-000001")


def test_preview_that_changed_is_stale(served: Engine, recording: Program) -> None:
    gift = posted(served, minor=1_000_00)
    said = recording.get(f"{LETTERS}/preview?gift={gift.reference}").get_json()
    gift_cases.refund(served, gift.gift_id, 1)
    asked = {"gift": gift.reference, "expected": said["fingerprint"]}
    answer = recording.post(LETTERS, asked)

    assert (answer.status_code, answer.get_json()["code"]) == (412, "stale")
    assert numbers(served, gift.gift_id) == []


def test_same_key_issues_once(served: Engine, recording: Program) -> None:
    gift = posted(served)
    first = recording.post(LETTERS, {"gift": gift.reference}, key="letter-1")
    again = recording.post(LETTERS, {"gift": gift.reference}, key="letter-1")

    assert first.status_code == 201
    assert first.get_json() == again.get_json()
    assert numbers(served, gift.gift_id) == ["QR-2026-000001"]
    second = recording.post(LETTERS, {"gift": gift.reference})
    assert (second.status_code, second.get_json()["code"]) == (409, "not_eligible")


def test_original_and_copies(served: Engine, recording: Program, reading: Program) -> None:
    posted(served)
    number = issue(recording, year=2026, kind="letter")["first"]
    address = f"{LETTERS}/{number}"
    assert reading.get(f"{address}/original").status_code == 409
    assert reading.post(f"{address}/original", {}).status_code == 403
    original = recording.post(f"{address}/original", {})
    assert original.data.startswith(b"%PDF-")
    assert reading.get(f"{address}/original").data == original.data
    assert recording.post(f"{address}/original", {}).data == original.data
    copy = recording.post(f"{address}/copy", {})
    assert "副本" in PdfReader(io.BytesIO(copy.data)).pages[0].extract_text()
    files = reading.get(address).get_json()["files"]
    assert [file["mark"] for file in files] == ["original", "copy"]


def test_letter_is_replaced_then_cancelled(
    served: Engine, recording: Program, approving: Program
) -> None:
    gift = posted(served)
    number = issue(recording, gift=gift.reference)["first"]
    new = recording.post(f"{LETTERS}/{number}/replace", {"reason": "名称有误"}).get_json()
    assert (new["number"], new["replaces"]) == ("QR-2026-000002", number)
    old = recording.get(f"{LETTERS}/{number}").get_json()
    assert (old["state"], old["replaced_by"]) == ("replaced", "QR-2026-000002")
    cancel = f"{LETTERS}/{new['number']}/cancel"
    assert recording.post(cancel, {"reason": "重复"}).status_code == 403
    assert approving.post(cancel, {"reason": "重复"}).get_json()["state"] == "cancelled"
    assert numbers(served, gift.gift_id) == []
    assert document_cases.findings(served) == []


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"kind": "bill", "year": 2026}, 422),
        ({"kind": "tax_receipt", "year": 2026}, 404),
        ({"gift": "G2026-999999"}, 404),
        ({}, 422),
        ({"year": 2026, "gift": "G2026-000001"}, 404),
        ({"batch": 99}, 404),
        ({"from": "2026-03-01", "to": "2026-01-01", "kind": "annual"}, 422),
    ],
)
def test_scope_that_makes_no_sense_is_refused(
    recording: Program, asked: dict[str, Any], status: int
) -> None:
    assert recording.post(LETTERS, asked).status_code == status


def test_letters_are_listed_by_what_they_speak_of(served: Engine, recording: Program) -> None:
    first = posted(served, minor=1_00)
    posted(served, minor=2_00)
    issue(recording, year=2026, kind="letter")
    issue(recording, year=2026)
    of_first = recording.get(f"{LETTERS}?gift={first.reference}").get_json()["items"]
    assert [row["kind"] for row in of_first] == ["letter", "annual"]
    certificates = recording.get(f"{LETTERS}?kind=certificate").get_json()["items"]
    assert certificates == []
    part = recording.get(f"{LETTERS}?limit=1").get_json()
    rest = recording.get(f"{LETTERS}?limit=1&cursor={part['next']}").get_json()
    assert rest["items"][0]["number"] != part["items"][0]["number"]
