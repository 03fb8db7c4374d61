"""Accounts of auditors end: when, who may move the day, and what somebody expired is told."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, select

from foundation import database
from foundation.users import commands, service
from foundation.users.models import Role
from ledger.trail import TrailRecord
from tests import serving
from tests.databases import Databases
from tests.factories import CLOCK
from tests.foundation.cli import command_line
from tests.foundation.cli.command_line import CommandLine
from tests.refusals import refused
from tests.serving import Browser, HandClock, Program

WHO: dict[str, Any] = {"actor": "administrator", "clock": CLOCK}
TODAY = CLOCK.today()


@pytest.fixture
def engine(databases: Databases) -> Iterator[Engine]:
    with databases.prepared("sqlite", "audit-expiry", serving.open_books) as found:
        yield found


def extend(engine: Engine, until: date | None, reason: str = "") -> date | None:
    with database.transaction(engine) as session:
        return service.set_expiry(session, "auditor", until, reason=reason, **WHO).expires_on


def test_auditor_without_a_day_gets_the_usual_one(engine: Engine) -> None:
    with database.reading(engine) as session:
        people = {user.role: user.expires_on for user in service.list_users(session)}

    assert people.pop(Role.AUDITOR) == TODAY + timedelta(days=90)
    assert set(people.values()) == {None}


def test_day_of_an_auditor_has_limits(engine: Engine) -> None:
    latest = TODAY + service.LONGEST_AUDIT

    assert extend(engine, latest, "审计延期") == latest
    with refused("invalid", "最长 400 天"):
        extend(engine, latest + timedelta(days=1), "审计延期")
    with refused("invalid", "须有有效期"):
        extend(engine, None, "长期")
    with refused("invalid", "最长 400 天"), database.transaction(engine) as session:
        service.add_user(
            session,
            name="another",
            role=Role.AUDITOR,
            expires_on=latest + timedelta(days=1),
            **WHO,
        )


def test_extending_needs_a_reason_that_stays_in_the_trail(engine: Engine) -> None:
    later = TODAY + timedelta(days=120)

    with refused("invalid", "说明原因"):
        extend(engine, later, " ")
    extend(engine, TODAY + timedelta(days=10))  # sooner needs none
    extend(engine, later, "补充审计程序")

    with database.reading(engine) as session:
        found = session.execute(
            select(TrailRecord.reason, TrailRecord.detail)
            .where(TrailRecord.action == "user.set_expiry")
            .order_by(TrailRecord.sequence.desc())
            .limit(1)
        ).one()
    assert found.reason == "补充审计程序"
    assert json.loads(found.detail)["expires_on"] == later.isoformat()


def test_expired_auditor_is_told_so_everywhere(engine: Engine, tmp_path: Path) -> None:
    clock = HandClock()
    app: Flask = serving.application(engine, serving.settings(tmp_path), clock=clock)
    browser = serving.signed_in(app, Role.AUDITOR)
    program = Program(app, serving.issue_token(engine, Role.AUDITOR))
    extend(engine, TODAY)
    assert browser.get("/vouchers").status_code == 200
    clock.turn(hours=15)  # the next day in Wuhan
    said = f"账号已于 {TODAY.isoformat()} 到期"

    answer = program.get("/api/v1/vouchers")
    assert (answer.status_code, json.loads(answer.data)["code"]) == (401, "account_expired")
    fresh = Browser(app)
    refusal = fresh.sign_in("auditor")
    assert refusal.status_code == 401
    assert said in refusal.text
    # Whoever does not know the password learns nothing.
    assert said not in Browser(app).sign_in("auditor", "not the password").text


def test_session_that_outlived_its_account_leads_to_the_sentence(
    engine: Engine, tmp_path: Path
) -> None:
    app: Flask = serving.application(engine, serving.settings(tmp_path))
    browser = serving.signed_in(app, Role.AUDITOR)
    extend(engine, TODAY - timedelta(days=1))

    sent_away = browser.get("/vouchers")

    assert sent_away.status_code == 302
    assert "到期，请联系管理员延期" in browser.get(sent_away.location or "").text
    assert browser.get("/verify").status_code == 200


def test_administrator_extends_on_the_page(engine: Engine, tmp_path: Path) -> None:
    app: Flask = serving.application(engine, serving.settings(tmp_path))
    admin = serving.signed_in(app, Role.ADMINISTRATOR)
    page = "/settings/users/auditor"

    far = admin.post(f"{page}/expiry", {"expires_on": "2028-12-31", "reason": "延期"})
    silent = admin.post(f"{page}/expiry", {"expires_on": "2027-06-30"})
    done = admin.post(f"{page}/expiry", {"expires_on": "2027-06-30", "reason": "延期"})

    assert (far.status_code, 'id="expires_on-error"' in far.text) == (422, True)
    assert (silent.status_code, 'id="reason-error"' in silent.text) == (422, True)
    assert done.status_code == 303
    assert "2027-06-30" in admin.get("/settings/users").text


def test_commands_add_and_extend(databases: Databases, tmp_path: Path) -> None:
    with databases.prepared("sqlite", "opened", command_line.initialise) as engine:
        line = CommandLine(engine, tmp_path, extra=commands.COMMANDS)
        add = ("users", "add", "firm", "--role", "auditor")
        made = line.run(*add, "--until", "2027-03-31", by="admin")
        assert made["expires_on"] == "2027-03-31"
        assert line.refused("users", "extend", "firm", "--until", "2027-04-30", by="admin")
        moved = line.run(
            "users", "extend", "firm", "--until", "2027-04-30", "--reason", "延期", by="admin"
        )
        assert moved["expires_on"] == "2027-04-30"
        opened = {user["user"]: user for user in line.run("users", "list", by="admin")["users"]}
        # Whoever opens the books has more than a year to look at them.
        assert opened["auditor"]["expires_on"] == (TODAY + service.LONGEST_AUDIT).isoformat()
