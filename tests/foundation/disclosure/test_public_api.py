"""Programs read the roll and the publications, and the same two people are needed."""

from flask import Flask
from sqlalchemy import Engine

from foundation import database
from foundation.users.models import Role
from reports import honours, parameters
from reports.parameters import PERIOD
from tests import serving
from tests.factories import CLOCK
from tests.foundation.disclosure import disclosure_cases
from tests.foundation.honours import honour_cases
from tests.serving import Program


def test_program_reads_the_roll_and_sets_levels(served: Engine, app: Flask) -> None:
    program = Program(app, serving.issue_token(served, Role.ACCOUNTANT))
    roll = program.get("/api/v1/honour-roll?year=2026").get_json()
    assert {item["name"] for item in roll["names"]} == {
        honour_cases.NAMED,
        honour_cases.PEN_NAME,
        honour_cases.QUIET,
    }
    level = {"basis": "cumulative", "name": "铜榜", "from": "1000.00", "first_on": "2026-01-01"}
    made = program.post("/api/v1/honour-roll/levels", level)
    assert (made.status_code, made.get_json()["from"]) == (201, "1000.00")
    assert program.post("/api/v1/honour-roll/levels", level).status_code == 409
    key = made.get_json()["id"]
    ended = program.post(f"/api/v1/honour-roll/levels/{key}/end", {"last_on": "2026-06-30"})
    assert ended.get_json()["last_on"] == "2026-06-30"
    assert len(program.get("/api/v1/honour-roll/levels").get_json()["levels"]) == 3


def test_program_prepares_and_another_publishes(served: Engine, app: Flask) -> None:
    preparing = Program(app, serving.issue_token(served, Role.ACCOUNTANT))
    approving = Program(app, serving.issue_token(served, Role.REVIEWER))
    made = preparing.post("/api/v1/publications", {"kind": "gifts", "subject": "2026"})
    assert made.status_code == 201
    place, digest = f"/api/v1/publications/{made.get_json()['id']}", made.get_json()["digest"]
    assert preparing.post(f"{place}/publish", {"digest": digest}).status_code == 403
    assert approving.post(f"{place}/publish", {"digest": "0" * 64}).status_code == 412
    assert approving.post(f"{place}/publish", {"digest": digest}).get_json()["number"] == 1
    again = preparing.post("/api/v1/publications", {"kind": "gifts", "subject": "2026"})
    assert again.status_code == 422
    basic = preparing.post("/api/v1/publications", {"kind": "basic"}).get_json()["id"]
    answer = approving.post(f"/api/v1/publications/{basic}/decline", {"reason": "地址有误"})
    assert answer.get_json()["state"] == "declined"
    assert len(preparing.get("/api/v1/publications").get_json()["publications"]) == 2
    assert preparing.get(place).get_json()["state"] == "published"


def test_printed_roll_adds_up_and_names_only_who_agreed(served: Engine) -> None:
    asked = (PERIOD, honours.SPAN, honours.CAMPAIGN, honours.COLLEGE, honours.CLASS)
    with database.reading(served) as session:
        for given in (
            {"period": "2026"},
            {"period": "2026", "span": "all"},
            {"period": "2026", "campaign": "J120"},
        ):
            table = honours.run(session, parameters.resolve(session, asked, given, clock=CLOCK))
            rows = list(table.rows)
            amounts = [row.cells[3] for row in rows if isinstance(row.cells[3], int)]
            gifts = [row.cells[2] for row in rows if isinstance(row.cells[2], int)]
            assert sum(amounts) == table.totals["amount"]
            assert sum(gifts) == table.totals["gifts"]
            named = {row.cells[1] for row in rows}
            assert not named & set(disclosure_cases.FORBIDDEN)
