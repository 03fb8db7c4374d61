"""Gifts over the API: recorded as the contract says, ended, and refused."""

from typing import Any

import pytest
from sqlalchemy import Engine

from tests.factories import AGENCY_BANK, BANK
from tests.foundation.donors.donor_cases import CREDIT_CODE, ID_NUMBER
from tests.foundation.gifts import gift_cases
from tests.foundation.gifts.gift_bodies import COMPANY, GIFTS, body, record
from tests.serving import ON_BOTH, Program


@ON_BOTH
def test_gift_is_recorded_as_the_contract_says(served: Engine, recording: Program) -> None:
    gift = record(recording)

    assert gift["reference"].startswith("G2026-")
    assert gift["state"] == "submitted"
    assert gift["voucher"]["state"] == "submitted"
    assert gift["voucher"]["number"] is None
    assert (gift["amount"], gift["currency"], gift["account"]) == ("120000.00", "CNY", BANK)
    assert gift["allocations"] == [{"fund": "SCHOL", "name": "奖学金", "amount": "120000.00"}]
    assert gift["donor"]["name"] == COMPANY["name"]
    assert (gift["pledge"], gift["original"], gift["changes"]) == (None, None, [])
    assert recording.get(f"{GIFTS}/{gift['reference']}").get_json() == gift
    gift_cases.everything_holds(served)


def test_donor_is_found_or_recorded(recording: Program) -> None:
    first, second = record(recording), record(recording, amount="120000.00")
    by_id = record(recording, donor={"id": first["donor"]["id"]})
    coded = record(recording, donor=COMPANY | {"credit_code": CREDIT_CODE})
    other = record(recording, donor={"name": "林晓舟", "id_number": ID_NUMBER})

    ids = {gift["donor"]["id"] for gift in (first, second, by_id, coded)}
    assert len(ids) == 1
    assert other["donor"] == {"id": other["donor"]["id"], "name": "林晓舟", "kind": "person"}


def test_state_and_number_follow_the_voucher(served: Engine, recording: Program) -> None:
    gift = record(recording)
    gift_cases.post(served, gift["voucher"]["id"])

    after = recording.get(f"{GIFTS}/{gift['reference']}").get_json()
    assert after["state"] == "posted"
    assert after["voucher"] == {
        "id": gift["voucher"]["id"],
        "state": "posted",
        "number": "记-2026-03-0001",
    }


@ON_BOTH
def test_same_key_records_once(served: Engine, recording: Program) -> None:
    first = recording.post(GIFTS, body(), key="gift-1")
    again = recording.post(GIFTS, body(), key="gift-1")
    other = recording.post(GIFTS, body(amount="1.00"), key="gift-1")

    assert first.get_json() == again.get_json()
    assert other.status_code == 409
    assert gift_cases.counts(served)["gift"] == 1


def test_everything_about_a_gift_comes_back(recording: Program) -> None:
    said = {
        "method": "cheque",
        "donor_name": "东湖启明（校庆）",
        "passed_on_by": "湖北省慈善机构",
        "anonymous": True,
        "agreement": "XY-2026-017",
        "bank_reference": "SN1",
        "note": "每年两名",
        "attachments": 3,
    }
    gift = record(recording, **said)

    assert {name: gift[name] for name in said} == said


@pytest.mark.parametrize(
    ("changes", "amount"),
    [({}, "71235.00"), ({"book_amount": "71235.01"}, "71235.01")],
)
def test_foreign_gift_is_given_in_its_currency(
    recording: Program, changes: dict[str, str], amount: str
) -> None:
    gift = record(
        recording,
        amount="10000",
        currency="USD",
        rate="7.1235",
        rate_on="2026-03-04",
        allocations=[{"fund": "GEN", "amount": amount}],
        **changes,
    )

    assert gift["amount"] == amount
    assert gift["original"] == {
        "amount": "10000.00",
        "currency": "USD",
        "rate": "7.1235",
        "rate_on": "2026-03-04",
    }


def test_agency_gift_names_whom_it_is_for(recording: Program) -> None:
    gift = record(
        recording,
        kind="agency",
        account=AGENCY_BANK,
        recipient="江城中学",
        allocations=[{"fund": "GEN", "amount": "120000.00"}],
    )

    assert (gift["kind"], gift["recipient"]) == ("agency", "江城中学")


WRONG_FIELDS: tuple[tuple[dict[str, Any], str], ...] = (
    ({"donor": {}}, "donor"),
    ({"donor": {"id": 1, "name": "两者"}}, "donor"),
    ({"donor": {"name": ""}}, "donor"),
    ({"donor": "林晓舟"}, "donor"),
    ({"kind": "loan"}, "kind"),
    ({"method": "barter"}, "method"),
    ({"received_on": "2026-3-5"}, "received_on"),
    ({"received_on": "2026-02-30"}, "received_on"),
    ({"amount": 120000}, "amount"),
    ({"amount": None}, "amount"),
    ({"allocations": []}, "allocations"),
    ({"allocations": [{"fund": "SCHOL"}]}, "allocations"),
    ({"allocations": [{"fund": "SCHOL", "amount": "1.005"}]}, "allocations"),
    ({"allocations": [{"fund": "SCHOL", "amount": "NaN"}]}, "allocations"),
    ({"pledge": 7}, "pledge"),
    ({"attachments": "3"}, "attachments"),
    ({"attachments": -1}, "attachments"),
    ({"served": "donation_income"}, "served"),
    ({"note": "x" * 2001}, "note"),
    ({"bank_reference": "a\x00b"}, "bank_reference"),
    ({"colour": "red"}, "colour"),
)


def test_body_that_does_not_fit_names_the_field(served: Engine, recording: Program) -> None:
    for changes, field in WRONG_FIELDS:
        answer = recording.post(GIFTS, body(**changes))
        problem = answer.get_json()
        assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
        assert (problem["code"], list(problem["errors"])) == ("invalid_fields", [field])
    assert gift_cases.counts(served)["gift"] == 0


REFUSED: tuple[tuple[dict[str, Any], int, str], ...] = (
    ({"amount": "0.00"}, 422, "invalid_amount"),
    ({"amount": "-1.00"}, 422, "invalid_amount"),
    ({"amount": "NaN"}, 422, "invalid_amount"),
    ({"amount": "1e5"}, 422, "invalid_amount"),
    ({"amount": "120000.001"}, 422, "invalid_amount"),
    ({"amount": "99999999999999999.99"}, 422, "amount_too_large"),
    ({"amount": "119999.99"}, 422, "allocation_differs"),
    ({"account": "100299"}, 404, "unknown_account"),
    ({"account": ""}, 404, "unknown_account"),
    ({"account": "1201"}, 422, "invalid"),
    ({"account": "1002"}, 409, "account_not_postable"),
    ({"allocations": [{"fund": "NONE", "amount": "120000.00"}]}, 404, "unknown_fund"),
    ({"received_on": "2026-11-23"}, 422, "invalid"),
    ({"received_on": "2026-06-01"}, 404, "unknown_period"),
    ({"donor": {"id": 4711}}, 404, "unknown_donor"),
    ({"donor": COMPANY | {"credit_code": "91420100MA4K00000R"}}, 422, "wrong_number"),
    ({"donor": {"name": "林晓舟", "id_number": "123"}}, 422, "wrong_number"),
    ({"kind": "in_kind", "account": "1201"}, 422, "invalid"),
    ({"currency": "USD"}, 422, "invalid"),
    (
        {
            "currency": "usd",
            "rate": "7",
            "rate_on": "2026-03-05",
            "allocations": [{"fund": "GEN", "amount": "840000.00"}],
        },
        422,
        "invalid",
    ),
    ({"rate": "7.1"}, 422, "invalid"),
    (
        {"currency": "USD", "rate": "7", "rate_on": "2026-03-05", "book_amount": "1.00"},
        422,
        "allocation_differs",
    ),
)


def test_gift_that_cannot_be_booked_is_refused_and_leaves_nothing(
    served: Engine, recording: Program
) -> None:
    before = gift_cases.counts(served)
    for changes, status, code in REFUSED:
        answer = recording.post(GIFTS, body(**changes))
        assert (answer.status_code, answer.get_json()["code"]) == (status, code), changes
    assert gift_cases.counts(served) == before


@ON_BOTH
def test_cancelled_gift_says_so(served: Engine, recording: Program) -> None:
    gift = record(recording)
    gift_cases.post(served, gift["voucher"]["id"])
    path = f"{GIFTS}/{gift['reference']}"
    answer = recording.post(f"{path}/cancel", {"reason": "重复登记", "date": "2026-03-10"})

    assert answer.status_code == 200, answer.text
    after = answer.get_json()
    assert (after["state"], after["remaining"]) == ("cancelled", "0.00")
    (change,) = after["changes"]
    assert (change["kind"], change["date"], change["reason"]) == (
        "cancelled",
        "2026-03-10",
        "重复登记",
    )
    assert change["voucher"]["state"] == "submitted"
    again = recording.post(f"{path}/cancel", {"reason": "再次"})
    assert (again.status_code, again.get_json()["code"]) == (409, "gift_ended")
    gift_cases.post(served, change["voucher"]["id"])
    gift_cases.everything_holds(served)


@ON_BOTH
def test_correction_answers_the_gift_that_replaces(served: Engine, recording: Program) -> None:
    gift = record(recording)
    right = body(amount="12000.00", allocations=[{"fund": "SCHOL", "amount": "12000.00"}])
    answer = recording.post(
        f"{GIFTS}/{gift['reference']}/correct", {"reason": "多录一个零", "gift": right}
    )

    assert answer.status_code == 200, answer.text
    after = answer.get_json()
    assert (after["amount"], after["replaces"]) == ("12000.00", gift["reference"])
    old = recording.get(f"{GIFTS}/{gift['reference']}").get_json()
    assert (old["state"], old["changes"][0]["replaced_by"]) == ("corrected", after["reference"])
    gift_cases.everything_holds(served)


@ON_BOTH
def test_refund_counts_down_what_remains(served: Engine, recording: Program) -> None:
    gift = record(recording)
    gift_cases.post(served, gift["voucher"]["id"])
    path = f"{GIFTS}/{gift['reference']}/refund"
    asked = {"cause": "external", "reason": "项目取消", "date": "2026-03-20"}
    part = recording.post(path, asked | {"amount": "20000.00", "pay_from": BANK}).get_json()
    rest = recording.post(path, asked | {"amount": "100000.00"}).get_json()
    more = recording.post(path, asked | {"amount": "0.01"})

    assert (part["state"], part["remaining"]) == ("partly_refunded", "100000.00")
    assert (rest["state"], rest["remaining"]) == ("refunded", "0.00")
    assert [change["amount"] for change in rest["changes"]] == ["20000.00", "100000.00"]
    assert (more.status_code, more.get_json()["code"]) == (422, "invalid")
    gift_cases.everything_holds(served)


@ON_BOTH
def test_change_is_undone_while_nothing_is_posted(served: Engine, recording: Program) -> None:
    gift = record(recording)
    gift_cases.post(served, gift["voucher"]["id"])
    path = f"{GIFTS}/{gift['reference']}"
    ending = {"reason": "重复登记", "date": "2026-03-10"}
    ended = recording.post(f"{path}/cancel", ending).get_json()
    (change,) = ended["changes"]
    undo = f"{path}/changes/{change['id']}/undo"
    after = recording.post(undo, {"reason": "误操作"}).get_json()

    assert (after["state"], after["remaining"]) == ("posted", gift["amount"])
    assert after["changes"][0]["withdrawn"] is True
    again = recording.post(undo, {"reason": "误操作"})
    assert (again.status_code, again.get_json()["code"]) == (404, "unknown_gift_change")
    gift_cases.everything_holds(served)


def test_unknown_gift_is_not_found(recording: Program) -> None:
    for path in ("G2026-999999", "nonsense", "1"):
        assert recording.get(f"{GIFTS}/{path}").get_json()["code"] == "unknown_gift"
    answer = recording.post(f"{GIFTS}/G2026-999999/cancel", {"reason": "x"})
    assert answer.status_code == 404


def test_auditor_reads_and_records_nothing(reading: Program, recording: Program) -> None:
    gift = record(recording)

    assert reading.get(GIFTS).status_code == 200
    assert reading.get(f"{GIFTS}/{gift['reference']}").status_code == 200
    for path, content in (
        ("", body()),
        (f"/{gift['reference']}/cancel", {"reason": "x"}),
        (f"/{gift['reference']}/refund", {}),
        (f"/{gift['reference']}/correct", {}),
    ):
        assert reading.post(f"{GIFTS}{path}", content).status_code == 403


def test_nobody_reads_without_a_token(served: Engine, app: Any) -> None:
    assert app.test_client().get(GIFTS).status_code == 401
