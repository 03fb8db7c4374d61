"""Schemes, decisions and claims for programs, and on the command line."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine

from foundation import cli
from foundation.claims import commands, integrity
from tests.databases import Databases
from tests.factories import CLOCK
from tests.foundation.claims import claim_cases as cases
from tests.foundation.receipting import document_cases
from tests.serving import Program

CLAIM = {"scheme": cases.CODE, "year": cases.YEAR}


def test_claim_is_computed_once_for_a_key_and_frozen_by_another(
    desk: Engine, preparing: Program, approving: Program, reading: Program, tmp_path: Path
) -> None:
    _, gifts = cases.ready(desk, tmp_path, 120_000_00, 8_000_00)

    first = preparing.post("/api/v1/claims", CLAIM, key="k1")
    again = preparing.post("/api/v1/claims", CLAIM, key="k1")

    assert (first.status_code, again.json) == (201, first.json)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert first.json is not None
    assert {
        name: first.json[name]
        for name in ("eligible", "ineligible", "undecided", "recognised", "matched", "status")
    } == {
        "eligible": 1,
        "ineligible": 1,
        "undecided": 0,
        "recognised": "120000.00",
        "matched": "40000.00",
        "status": "computed",
    }
    key = first.json["id"]
    lines = reading.get(f"/api/v1/claims/{key}/lines?status=ineligible").json
    assert lines is not None
    assert [(item["gift"], item["codes"]) for item in lines["items"]] == [
        (gifts[1].reference, ["BELOW_MINIMUM"])
    ]
    trace = reading.get(f"/api/v1/claims/{key}/lines/{gifts[0].reference}").json
    assert trace is not None
    assert trace["reproduced"]
    assert preparing.post(f"/api/v1/claims/{key}/freeze", {}).status_code == 403
    assert reading.post("/api/v1/claims", CLAIM).status_code == 403
    frozen = approving.post(f"/api/v1/claims/{key}/freeze", {})
    assert (frozen.status_code, frozen.json["state"]) == (200, "frozen")  # type: ignore[index]


def test_claim_that_is_not_final_names_everything_that_is_missing(
    desk: Engine, preparing: Program, approving: Program
) -> None:
    cases.scheme(desk)
    cases.posted(desk)
    made = preparing.post("/api/v1/claims", CLAIM).json
    assert made is not None

    answer = approving.post(f"/api/v1/claims/{made['id']}/freeze", {})

    assert answer.status_code == 409
    assert answer.json is not None
    assert answer.json["code"] == "scheme_incomplete"
    assert {"match", "minimum", "gifts.open"} <= set(answer.json["parameters"])


def test_scheme_text_is_checked_and_stored(
    desk: Engine, editing: Program, preparing: Program
) -> None:
    wrong = {"text": cases.TEXT.replace('ratio: "1/3"', "ratio: 0.33"), "reason": "x"}
    checked = editing.post("/api/v1/schemes/check", {"text": wrong["text"]}).json
    assert checked is not None
    assert checked["problems"][0]["line"] == 17

    refused = editing.post("/api/v1/schemes", wrong)
    assert refused.status_code == 422
    assert refused.json is not None
    assert refused.json["problems"][0]["line"] == 17
    stored = editing.post("/api/v1/schemes", {"text": cases.TEXT, "reason": "录入"})
    assert stored.status_code == 201
    found = preparing.get(f"/api/v1/schemes/{cases.CODE}").json
    assert found is not None
    assert found["version"] == 1
    assert {item["state"] for item in found["parameters"]} == {"unconfirmed"}
    listed = preparing.get("/api/v1/schemes?limit=200").json
    assert listed is not None
    assert {"cn-hubei", "plan-one-to-one", cases.CODE} <= {item["id"] for item in listed["items"]}
    assert preparing.post("/api/v1/schemes", wrong).status_code == 403


def test_decision_is_recorded_superseded_and_never_edited(
    desk: Engine, preparing: Program, tmp_path: Path
) -> None:
    _, gifts = cases.ready(desk, tmp_path)
    body = {
        "question": "gift.university_may_pool",
        "answer": False,
        "reason": "协议指定用途",
        "scheme": cases.CODE,
        "gift": gifts[0].reference,
    }

    made = preparing.post("/api/v1/claims/decisions", body).json
    assert made is not None
    twice = preparing.post("/api/v1/claims/decisions", body)
    assert twice.json is not None
    assert (twice.status_code, twice.json["code"]) == (409, "decision_stands")
    later = body | {"answer": True, "supersedes": made["id"]}
    assert preparing.post("/api/v1/claims/decisions", later).status_code == 201
    listed = preparing.get(f"/api/v1/claims/decisions?gift={gifts[0].reference}").json
    assert listed is not None
    assert [item["is_live"] for item in listed["items"]] == [True, False]


@pytest.fixture
def organised(databases: Databases) -> Iterator[Engine]:
    """The books of the demo organisation with its people."""
    with databases.prepared("sqlite", "organised_claims", document_cases.install) as found:
        yield found


def test_command_computes_a_claim_with_its_work_list(organised: Engine, tmp_path: Path) -> None:
    cases.ready(organised, tmp_path, 120_000_00, 8_000_00)
    root = cli.build_cli(extra=commands.COMMANDS, checks=integrity.CHECKS, clock=CLOCK)
    out = tmp_path / "claim.json"
    arguments = ["--json", "--as", "accountant", "claims", "compute", "--scheme", cases.CODE]
    environment = {
        "DATABASE_URL": organised.url.render_as_string(hide_password=False),
        "DATA_DIR": str(tmp_path),
    }

    result = CliRunner().invoke(
        root, [*arguments, "--year", str(cases.YEAR), "--out", str(out)], env=environment
    )

    answer = json.loads(result.stdout)
    assert (answer["eligible"], answer["ineligible"], answer["undecided"]) == (1, 1, 0)
    assert (answer["recognised"], answer["matched"]) == ("120000.00", "40000.00")
    written = json.loads(out.read_text(encoding="utf-8"))
    assert written["work_list"][0]["lacks"][0]["shortfall"] == "2000.00"
