"""Pledges and the gifts that pay them, for programs and by command."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from foundation import database
from foundation.mail.models import Message
from foundation.pledges import commands as pledge_commands
from foundation.pledges import forecasting, reminding
from foundation.users.models import Role
from tests import serving
from tests.databases import Databases
from tests.factories import CLOCK, PREPARER
from tests.foundation.cli import command_line
from tests.foundation.cli.command_line import CommandLine
from tests.foundation.gifts import gift_cases
from tests.foundation.pledges import pledge_cases
from tests.foundation.pledges.pledge_cases import recorded
from tests.serving import Program

API = "/api/v1/pledges"


def body(donor: int, **changed: object) -> dict[str, object]:
    values: dict[str, object] = {
        "donor": donor,
        "fund": "SCHOL",
        "made_on": "2026-01-10",
        "amount": "300000.00",
        "regular": {"first": "2026-01-31", "count": 3, "every": "month"},
    }
    return values | changed


def gift(donor: int, amount: str, **changed: object) -> dict[str, object]:
    values: dict[str, object] = {
        "donor": {"id": donor},
        "kind": "cash",
        "received_on": "2026-01-15",
        "amount": amount,
        "currency": "CNY",
        "account": "100201",
        "allocations": [{"fund": "SCHOL", "amount": amount}],
        "pledge": None,
    }
    return values | changed


def test_pledge_of_a_program_is_paid_by_its_gifts(everywhere: Engine, tmp_path: Path) -> None:
    app = serving.application(everywhere, serving.settings(tmp_path))
    program = Program(app, serving.issue_token(everywhere, Role.ACCOUNTANT))
    who = gift_cases.donor(everywhere)
    made = program.post(API, body(who.id))
    assert made.status_code == 201, made.text
    reference = made.json["reference"]
    assert [item["due_on"] for item in made.json["instalments"]] == [
        "2026-01-31",
        "2026-02-28",
        "2026-03-31",
    ]
    given = program.post("/api/v1/gifts", gift(who.id, "120000.00", pledge=reference), key="one")
    assert (given.status_code, given.json["pledge"]) == (201, reference)
    again = program.post("/api/v1/gifts", gift(who.id, "120000.00", pledge=reference), key="one")
    assert again.json == given.json
    found = program.get(f"{API}/{reference}").json
    assert (found["paid"], found["open"]) == ("120000.00", "180000.00")
    assert [(p["instalment"], p["amount"]) for p in found["payments"]] == [
        (1, "100000.00"),
        (2, "20000.00"),
    ]
    refused = program.post("/api/v1/gifts", gift(who.id, "5.00", pledge="P2026-999999"))
    assert (refused.status_code, refused.json["code"]) == (404, "unknown_pledge")
    assert gift_cases.counts(everywhere)["gift"] == 1
    more = program.post("/api/v1/gifts", gift(who.id, "30000.00"))
    assert more.json["pledge"] is None
    parts = [{"instalment": 3, "amount": "10000.00"}]
    payment = {"gift": more.json["reference"], "parts": parts}
    assert program.post(f"{API}/{reference}/payments", payment).json["paid"] == "130000.00"
    wrong = {"gift": more.json["reference"], "parts": [{"instalment": 3, "amount": "20000.01"}]}
    assert program.post(f"{API}/{reference}/payments", wrong).json["code"] == "gift_money_used"
    pledge_cases.everything_holds(everywhere)


def test_acts_of_programs_and_their_second_person(
    served: Engine, program: Program, approving: Program
) -> None:
    _, made = recorded(served)
    home = f"{API}/{made.reference}"
    due = {"instalments": [{"due_on": "2027-01-01", "amount": "300000.00"}], "reason": "来函"}
    assert program.post(f"{home}/reschedule", due).json["next_due_on"] == "2027-01-01"
    asked = program.post(f"{home}/write-off", {"reason": "破产", "amount": "100000.00"})
    key = asked.json["changes"][-1]["id"]
    assert program.post(f"{home}/write-off/{key}/approve", {}).status_code == 403
    assert approving.post(f"{API}/P2026-999999/write-off/{key}/approve", {}).status_code == 404
    done = approving.post(f"{home}/write-off/{key}/approve", {})
    assert (done.json["written_off"], done.json["open"]) == ("100000.00", "200000.00")
    again = program.post(f"{home}/write-off", {"reason": "破产"})
    other = again.json["changes"][-1]["id"]
    refusal = approving.post(f"{home}/write-off/{other}/refuse", {"reason": "不同意"})
    assert refusal.json["changes"][-1]["refused_by"] == "reviewer"
    assert program.post(f"{home}/cancel", {"reason": "误"}).json["state"] == "written_off"
    wrong = body(1, instalments=[{"due_on": "2026-02-01", "amount": "1.00"}])
    assert program.post(API, wrong).status_code == 422
    listed = program.get(f"{API}?fund=SCHOL&limit=1").json
    assert (len(listed["items"]), listed["next"]) == (1, None)
    forecast = program.get(f"{API}/forecast?from=2027-01-01&to=2027-03-31").json
    assert [item["month"] for item in forecast["months"]] == ["2027-01", "2027-02", "2027-03"]
    assert program.get(f"{API}/forecast?from=2027-01-02&to=2027-01-01").status_code == 422


def test_conditional_instalment_of_a_program(served: Engine, program: Program) -> None:
    who = gift_cases.donor(served)
    parts = [
        {"due_on": "2026-12-01", "amount": "100000.00"},
        {"due_on": "2027-02-01", "amount": "200000.00", "condition": "竣工"},
    ]
    given = {key: value for key, value in body(who.id).items() if key != "regular"}
    made = program.post(API, given | {"instalments": parts}).json
    assert made["conditional"] == "200000.00"
    forecast = program.get(f"{API}/forecast?from=2027-02-01&to=2027-02-28").json
    assert forecast["months"][0]["conditional"] == "200000.00"
    assert forecast["months"][0]["planned_match"] == "0.00"
    met = program.post(f"{API}/{made['reference']}/instalments/2/met", {"reason": "验收"})
    assert met.json["conditional"] == "0.00"
    after = program.get(f"{API}/forecast?from=2027-02-01&to=2027-02-28").json["months"][0]
    assert after["planned_match"] == "200000.00"


@pytest.fixture
def commands(databases: Databases, tmp_path: Path) -> Iterator[CommandLine]:
    with databases.prepared("sqlite", "opened", command_line.initialise) as found:
        yield CommandLine(found, tmp_path, extra=pledge_commands.COMMANDS)


def test_commands_add_list_and_remind(commands: CommandLine) -> None:
    adding = ("pledges", "add", "--donor-name", "林晓舟", "--fund", "GEN", "--amount", "300")
    dates = ("--made-on", "2026-01-10", "--first", "2026-01-31", "--count", "3", "--every", "month")
    made = commands.run(*adding, *dates, "--email", "lin@example.org", by="accountant")
    assert (made["pledges"][0]["amount"], made["overdue"]) == ("300.00", "300.00")
    assert commands.refused(*adding, by="accountant")["code"] == "invalid"
    part = ("--part", "2027-01-01=100", "--part", "2027-02-01=200")
    commands.run(*adding, *part, "--made-on", "2026-01-10", by="accountant")
    wrong = ("--part", "明年=300")
    assert commands.refused(*adding, *wrong, by="accountant")["code"] == "invalid"
    listed = commands.run("pledges", "list")
    assert (listed["count"], listed["open"], listed["due"]) == (2, "600.00", "300.00")
    due = commands.run("pledges", "list", "--due-by", "2027-01-31")
    assert (len(due["pledges"]), due["due"], due["overdue"]) == (2, "400.00", "300.00")
    reminded = commands.run("pledges", "remind", by="accountant")
    assert [item["stage"] for item in reminded["pledges"]] == ["overdue_90"] * 3
    assert (reminded["due"], reminded["overdue"]) == ("300.00", "300.00")
    assert commands.run("pledges", "remind", by="accountant")["pledges"] == []
    assert "P2026-000001" in commands.invoke("pledges", "list").stdout


def test_reminders_leave_by_mail_once_and_are_logged(served: Engine) -> None:
    who, made = recorded(served)
    with database.transaction(served) as session:
        written = reminding.remind(session, actor=PREPARER, clock=CLOCK)
    assert [item.sent_to for item in written] == [None, None, None]
    other = gift_cases.donor(served, name="周知秋", email="zhou@example.org")
    pledge_cases.record(served, pledge_cases.entry(other))
    with database.transaction(served) as session:
        assert len(reminding.remind(session, actor=PREPARER, clock=CLOCK)) == 3
        assert reminding.remind(session, actor=PREPARER, clock=CLOCK) == []
    with database.reading(served) as session:
        letters = session.execute(select(Message).order_by(Message.id)).scalars().all()
        assert {letter.to_address for letter in letters} == {"zhou@example.org"}
        assert "P2026-000002" in letters[0].subject
        assert "100,000.00" in letters[0].body
        logged = reminding.log(session)
        assert len(logged) == 6
        assert len(reminding.log(session, pledge_id=made.pledge_id)) == 3
    assert who.name


def test_ageing_classes_add_up_to_what_is_open(served: Engine) -> None:
    recorded(served)
    with database.reading(served) as session:
        ages = forecasting.ageing(session, CLOCK.today())
    assert sum(age.minor for age in ages) == 300_000_00
    assert [(age.days_from, age.count) for age in ages if age.count] == [(181, 3)]
