"""Lists of gifts over the API: narrowed, sorted, cut by a cursor; every state on the way."""

from typing import Any

import pytest
from sqlalchemy import Engine

from foundation.gifts.kinds import GiftState
from tests import serving
from tests.foundation.gifts import gift_cases
from tests.foundation.gifts.gift_bodies import GIFTS, record
from tests.serving import ON_BOTH, Program


@pytest.fixture
def many(served: Engine, recording: Program) -> dict[str, str]:
    """Gifts in every state; their references by name."""

    def made(day: str, amount: str, fund: str = "SCHOL", **changes: Any) -> dict[str, Any]:
        return record(
            recording,
            received_on=day,
            amount=amount,
            allocations=[{"fund": fund, "amount": amount}],
            **changes,
        )

    person = {"name": "林晓舟", "kind": "person"}
    found = {
        "waiting": made("2026-01-05", "10.00", bank_reference="SN-77", agreement="XY-9"),
        "posted": made("2026-01-06", "20.00", donor=person),
        "cancelled": made("2026-01-07", "30.00"),
        "corrected": made("2026-01-08", "40.00", fund="GEN"),
        "part": made("2026-01-09", "50.00", donor=person),
        "refunded": made("2026-01-10", "60.00", fund="GEN"),
        "conditional": made("2026-01-10", "70.00", kind="conditional"),
    }
    for name in ("posted", "part", "refunded"):
        gift_cases.post(served, found[name]["voucher"]["id"])
    keys = {name: int(gift["reference"][-6:]) for name, gift in found.items()}
    gift_cases.cancel(served, keys["cancelled"])
    who = gift_cases.donor(served, name="周知秋")
    gift_cases.correct(served, keys["corrected"], gift_cases.entry(who, minor=41_00))
    gift_cases.refund(served, keys["part"], 5_00)
    gift_cases.refund(served, keys["refunded"], 60_00)
    return {name: gift["reference"] for name, gift in found.items()}


def names(program: Program, many: dict[str, str], query: str) -> list[str]:
    answer = program.get(f"{GIFTS}?{query}")
    assert answer.status_code == 200, answer.text
    known = {reference: name for name, reference in many.items()}
    return [known.get(item["reference"], "new") for item in answer.get_json()["items"]]


QUERIES = {
    "": "new conditional refunded part corrected cancelled posted waiting",
    "state=submitted": "new conditional waiting",
    "state=posted": "posted",
    "state=cancelled": "cancelled",
    "state=corrected": "corrected",
    "state=partly_refunded": "part",
    "state=refunded": "refunded",
    "state=reviewed": "",
    "state=draft": "",
    "kind=conditional": "conditional",
    "fund=GEN": "refunded corrected",
    "fund=NONE": "",
    "from=2026-01-07&to=2026-01-09": "part corrected cancelled",
    "min=20.00&max=30.00": "cancelled posted",
    "q=林晓舟": "part posted",
    "q=lxz": "part posted",
    "q=linxiaozhou": "part posted",
    "q=启明": "conditional refunded corrected cancelled waiting",
    "q=SN-77": "waiting",
    "q=XY-9": "waiting",
    "q=30": "cancelled",
    "q=30.00": "cancelled",
    "q=nobody": "",
    "batch=1": "",
    "sort=amount&max=41.00": "waiting posted cancelled corrected new",
    "sort=-amount&min=50.00": "conditional refunded part",
}


@ON_BOTH
def test_list_is_narrowed_and_sorted(recording: Program, many: dict[str, str]) -> None:
    found = {query: " ".join(names(recording, many, query)) for query in QUERIES}

    assert found == QUERIES


@ON_BOTH
def test_reference_and_donor_narrow_the_list(recording: Program, many: dict[str, str]) -> None:
    assert names(recording, many, f"q={many['part']}") == ["part"]
    gift = recording.get(f"{GIFTS}/{many['posted']}").get_json()
    assert names(recording, many, f"donor={gift['donor']['id']}") == ["part", "posted"]


@ON_BOTH
def test_pages_show_every_gift_once(recording: Program, many: dict[str, str]) -> None:
    known = {reference: name for name, reference in many.items()}
    for sort in ("-received_on", "received_on", "amount", "-amount"):
        found: list[str] = []
        cursor = ""
        while cursor is not None:
            answer = recording.get(f"{GIFTS}?limit=3&sort={sort}&cursor={cursor}").get_json()
            found += [known.get(item["reference"], "new") for item in answer["items"]]
            cursor = answer["next"]
        assert found == names(recording, many, f"sort={sort}")


def test_filter_that_cannot_be_read_is_refused(recording: Program) -> None:
    wrong = ("state=lost", "kind=loan", "from=0305", "min=1.005", "sort=name", "donor=x", "q=%00")
    for query in (*wrong, "colour=red", "limit=0", "cursor=zzz"):
        assert recording.get(f"{GIFTS}?{query}").status_code == 422, query


@ON_BOTH
def test_every_state_can_be_asked_for(recording: Program, many: dict[str, str]) -> None:
    found = [name for state in GiftState for name in names(recording, many, f"state={state}")]

    assert sorted(found) == sorted([*many, "new"])


def test_token_of_nobody_reads_nothing(app: Any, served: Engine) -> None:
    stranger = Program(app, "no such token")
    assert stranger.get(GIFTS).status_code == 401
    cashier = Program(app, serving.issue_token(served, serving.Role.CASHIER))
    assert cashier.get(GIFTS).status_code == 403
