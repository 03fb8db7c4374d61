"""Official bills over the API: drawn, recorded once, taken back, ended, with their files."""

import io
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.foundation.gifts.gift_cases import posted
from tests.foundation.receipting import document_cases
from tests.foundation.receipting.document_cases import numbers
from tests.receipts import bill_cases
from tests.receipts.bill_cases import CODE, PAPER_CODE
from tests.serving import Program

BILLS = "/api/v1/bills"


def body(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A bill as the contract says."""
    values = {
        "code": CODE,
        "number": f"{number:010d}",
        "check_code": "a1b2c3",
        "issued_on": "2026-03-10",
        "payer": "林晓舟",
        "payer_kind": "person",
        "amount": "1000.00",
    }
    return values | changes


def test_batch_is_drawn_listed_and_written_off(
    served: Engine, recording: Program, approving: Program
) -> None:
    given = {"code": CODE, "first": "0000000001", "last": "0000000002", "drawn_on": "2026-01-05"}
    made = recording.post(f"{BILLS}/batches", given)
    assert made.status_code == 201
    assert (made.get_json()["quantity"], made.get_json()["in_stock"]) == (2, 2)
    again = recording.post(f"{BILLS}/batches", given)
    assert (again.status_code, again.get_json()["code"]) == (409, "bill_numbers_drawn")
    off = {"reference": "核销〔2026〕1号"}
    key = made.get_json()["batch"]
    assert recording.post(f"{BILLS}/batches/{key}/write-off", off).status_code == 403
    early = approving.post(f"{BILLS}/batches/{key}/write-off", off)
    assert (early.status_code, early.get_json()["code"]) == (409, "bill_batch_in_use")
    for number in ("0000000001", "0000000002"):
        bill_cases.void(served, CODE, number)
    assert approving.post(f"{BILLS}/batches/{key}/write-off", off).status_code == 200
    (listed,) = recording.get(f"{BILLS}/batches").get_json()["items"]
    assert (listed["void"], listed["write_off_reference"]) == (2, "核销〔2026〕1号")


def test_bill_is_recorded_once_for_a_key(served: Engine, recording: Program) -> None:
    bill_cases.draw(served)
    gift = posted(served, minor=1_000_00)
    given = body(gifts=[gift.reference])
    first = recording.post(BILLS, given, key="bill-1")
    again = recording.post(BILLS, given, key="bill-1")
    other = recording.post(BILLS, body(2), key="bill-1")

    assert first.status_code == 201
    assert again.get_json() == first.get_json()
    assert other.status_code == 409
    made = first.get_json()
    assert made["gifts"] == [{"gift": gift.reference, "amount": "1000.00", "live": True}]
    assert made["lines"][0]["name"] == "捐赠"
    assert recording.get(f"{BILLS}/{made['id']}").get_json() == made
    assert numbers(served, gift.gift_id) == [f"{CODE} 0000000001"]


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"amount": 1000}, 422, "invalid_fields"),
        ({"amount": "1000.01"}, 422, "bill_differs"),
        ({"payer": "周明远"}, 422, "payer_differs"),
        ({"gifts": ["G2026-999999"]}, 404, "unknown_gift"),
        ({"number": "0000000099"}, 409, "bill_number_not_drawn"),
        ({"check_code": "12"}, 422, "odd_bill"),
        ({"payer": "林\u202e晓舟"}, 422, "invalid"),
        ({"unknown": 1}, 422, "invalid_fields"),
        ({"reverses": {"code": CODE, "number": "0000000009"}}, 422, "invalid"),
    ],
)
def test_wrong_bill_is_refused_with_its_code(
    served: Engine, recording: Program, changes: dict[str, Any], status: int, code: str
) -> None:
    bill_cases.draw(served)
    gift = posted(served, minor=1_000_00)
    answer = recording.post(BILLS, body(gifts=[gift.reference]) | changes)

    assert (answer.status_code, answer.get_json()["code"]) == (status, code)
    assert numbers(served, gift.gift_id) == []


def test_red_of_another_amount_is_refused(served: Engine, recording: Program) -> None:
    bill_cases.draw(served)
    recording.post(BILLS, body(1))
    red = body(2, amount="-999.99", reverses={"code": CODE, "number": "0000000001"})
    partial = recording.post(BILLS, red)
    assert (partial.status_code, partial.get_json()["code"]) == (422, "red_bill_differs")
    whole = recording.post(BILLS, red | {"amount": "-1000.00"})
    assert whole.status_code == 201
    assert whole.get_json()["counterpart"] == f"{CODE} 0000000001"
    (red_row,) = recording.get(f"{BILLS}?colour=red").get_json()["items"]
    assert red_row["amount"] == "-1000.00"


def test_paper_bill_is_voided_by_the_reviewer(
    served: Engine, recording: Program, approving: Program, reading: Program
) -> None:
    bill_cases.draw_paper(served)
    made = recording.post(BILLS, body(101, code=PAPER_CODE)).get_json()
    end = {"state": "void", "reason": "写错", "date": "2026-03-11"}
    address = f"{BILLS}/{made['id']}/end"
    assert recording.post(address, end).status_code == 403
    assert reading.post(address, end).status_code == 403
    assert approving.post(address, end | {"state": "red"}).status_code == 422
    done = approving.post(address, end)
    assert (done.status_code, done.get_json()["state"]) == (200, "void")
    assert approving.post(address, end).get_json()["code"] == "bill_not_live"


def test_files_come_back_byte_for_byte(served: Engine, recording: Program) -> None:
    bill_cases.draw(served)
    made = recording.post(BILLS, body(1)).get_json()
    content = b"PK\x03\x04 an OFD \xff\x00"
    answer = recording.client.post(
        f"{BILLS}/{made['id']}/files",
        data={"file": (io.BytesIO(content), "票据.ofd")},
        headers=recording.headers,
    )
    assert answer.status_code == 201
    (file,) = answer.get_json()["files"]
    assert file["size"] == len(content)
    got = recording.get(f"{BILLS}/{made['id']}/files/{file['id']}")
    assert got.data == content
    other = recording.post(BILLS, body(2, amount="5.00")).get_json()
    assert recording.get(f"{BILLS}/{other['id']}/files/{file['id']}").status_code == 404


def test_bill_is_linked_later_and_listed_in_parts(served: Engine, recording: Program) -> None:
    bill_cases.draw(served)
    made = recording.post(BILLS, body(1)).get_json()
    gift = posted(served, minor=1_000_00)
    linked = recording.post(f"{BILLS}/{made['id']}/gifts", {"gifts": [gift.reference]})
    assert linked.get_json()["gifts"][0]["gift"] == gift.reference
    part = recording.get(f"{BILLS}?limit=3").get_json()
    assert [row["number"][-1] for row in part["items"]] == ["1", "2", "3"]
    rest = recording.get(f"{BILLS}?limit=3&cursor={part['next']}").get_json()
    assert rest["items"][0]["number"][-1] == "4"
    assert document_cases.findings(served) == []


def test_api_is_described(recording: Program) -> None:
    paths = recording.get("/api/v1/openapi.json").get_json()["paths"]

    for path in ("/api/v1/bills", "/api/v1/bills/{bill_id}/end", "/api/v1/letters/preview"):
        assert path in paths
    assert "Idempotency-Key" in str(paths["/api/v1/letters"]["post"]["parameters"])
