"""The bank for programs: lines, matches and reconciliations below `/api/v1/bank-lines`."""

import io
from datetime import date
from typing import Any

from flask import Flask
from sqlalchemy import Engine

from foundation.users.models import Role
from tests import serving
from tests.factories import BANK
from tests.foundation.banking import bank_cases
from tests.foundation.banking.bank_cases import Row
from tests.serving import Program

PLACE = "/api/v1/bank-lines"
LINES: list[Row] = [
    ("2026-01-15", "捐款", 100_00, "王敏", "SN0000000001"),
    ("2026-01-16", "捐款", 300_00, "李强", "SN0000000002"),
    ("2026-01-30", "手续费", -1_50, "", "SN0000000003"),
]


def send(program: Program, content: bytes, **fields: str) -> Any:
    data = {"file": (io.BytesIO(content), "对账单.csv"), "account": BANK} | fields
    return program.client.post(f"{PLACE}/statements", data=data, headers=program.headers)


def test_statement_is_imported_once_and_looked_at_first(program: Program) -> None:
    content = bank_cases.csv_of(LINES, opening=10_00)
    looked = send(program, content, dry_run="true")
    assert (looked.status_code, looked.get_json()["new"]) == (200, 3)
    first = send(program, content)
    assert first.status_code == 201, first.text
    answer = first.get_json()
    assert (answer["imported"], answer["ties"], answer["closing"]) == (3, True, "408.50")
    assert answer["from"] == "2026-01-15"
    assert send(program, content).get_json()["imported"] == 0


def test_broken_statement_is_a_problem_with_its_gaps(program: Program) -> None:
    content = bank_cases.csv_of(LINES).replace(b"400.00", b"401.00")
    refused = send(program, content)
    assert refused.status_code == 422
    problem = refused.get_json()
    assert problem["code"] == "balance_broken"
    assert len(problem["gaps"]) == 2
    assert send(program, content, accept_gap="银行更正").status_code == 201


def test_lines_are_listed_in_parts_and_filtered(served: Engine, program: Program) -> None:
    bank_cases.bring(served, bank_cases.csv_of(LINES))
    page = program.get(f"{PLACE}?limit=2").get_json()
    assert [line["date"] for line in page["items"]] == ["2026-01-30", "2026-01-16"]
    rest = program.get(f"{PLACE}?limit=2&cursor={page['next']}").get_json()
    assert (len(rest["items"]), rest["next"]) == (1, None)
    paid = program.get(f"{PLACE}?direction=out&period=2026-01&account={BANK}").get_json()
    assert [line["amount"] for line in paid["items"]] == ["-1.50"]
    assert program.get(f"{PLACE}?q=李强").get_json()["items"][0]["name"] == "李强"
    one = program.get(f"{PLACE}/{rest['items'][0]['id']}").get_json()
    assert one["counterparty_account"].startswith("6222****")
    assert program.get(f"{PLACE}/4711").status_code == 404
    assert program.get(f"{PLACE}?state=what").status_code == 422


def test_matching_explains_itself_and_is_undone(served: Engine, program: Program) -> None:
    bank_cases.gift(served, "王敏", 100_00, date(2026, 1, 15))
    bank_cases.gift(served, "赵芳", 300_00, date(2026, 1, 17))
    bank_cases.bring(served, bank_cases.csv_of(LINES))
    done = program.post(f"{PLACE}/match", {"account": BANK}).get_json()
    assert (done["matches"], done["open_lines"], done["open_amount"]) == (1, 2, "301.50")
    line = program.get(f"{PLACE}?state=open&direction=in").get_json()["items"][0]
    found = program.get(f"{PLACE}/{line['id']}/suggestions").get_json()["suggestions"]
    assert "户名不同" in [reason["text"] for reason in found[0]["reasons"]]
    sides = [{"voucher": v["voucher"], "side": v["side"]} for v in found[0]["vouchers"]]
    body = {"account": BANK, "lines": [line["id"]], "vouchers": sides}
    made = program.post(f"{PLACE}/matches", body, key="m1")
    assert made.status_code == 201, made.text
    assert program.post(f"{PLACE}/matches", body, key="m1").get_json() == made.get_json()
    assert program.post(f"{PLACE}/matches", body).status_code == 422
    key = made.get_json()["id"]
    assert program.get(f"{PLACE}/matches/{key}").get_json()["origin"] in ("accepted", "manual")
    undone = program.post(f"{PLACE}/matches/{key}/undo", {"reason": "勾错"})
    assert undone.get_json()["state"] == "undone"
    assert program.get(f"{PLACE}/matches/4711").status_code == 404


def test_reconciliation_is_prepared_reviewed_and_withdrawn(
    served: Engine, program: Program, second: Program
) -> None:
    bank_cases.bring(served, bank_cases.csv_of(LINES))
    place = f"{PLACE}/reconciliations/{BANK}/2026-01"
    now = program.get(place).get_json()
    assert (now["bank"], now["bank_received"], now["difference"]) == ("398.50", "400.00", "0.00")
    assert now["kept"] is None
    made = program.post(place, {"explanation": ""})
    assert made.status_code == 201, made.text
    assert program.post(f"{place}/review", {}).status_code == 403
    reviewed = second.post(f"{place}/review", {}).get_json()
    assert (reviewed["kept"]["state"], reviewed["kept"]["reviewed_by"]) == ("reviewed", "reviewer")
    withdrawn = program.post(f"{place}/withdraw", {"reason": "重做"}).get_json()
    assert withdrawn["kept"] is None


def test_month_without_movement_is_recorded(served: Engine, program: Program) -> None:
    bank_cases.bring(served, bank_cases.csv_of(LINES))
    body = {"account": BANK, "through": "2026-02-28", "balance": "398.50"}
    assert program.post(f"{PLACE}/idle", body).status_code == 201
    assert program.post(f"{PLACE}/idle", body | {"balance": "1.00"}).status_code == 422


def test_auditor_reads_and_changes_nothing(served: Engine, app: Flask) -> None:
    bank_cases.bring(served, bank_cases.csv_of(LINES))
    auditor = Program(app, serving.issue_token(served, Role.AUDITOR))
    assert auditor.get(PLACE).status_code == 200
    for path in ("match", "matches", "idle", f"reconciliations/{BANK}/2026-01"):
        assert auditor.post(f"{PLACE}/{path}", {}).status_code == 403, path
