"""Addresses are told of what happens: in order, signed, with patience, and nothing is lost."""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from foundation import database
from foundation.donors.vault import Vault
from foundation.http.context import Services
from foundation.users.models import Role
from foundation.webhooks import commands, service, telling, worker
from foundation.webhooks.events import EVENTS
from foundation.webhooks.models import Webhook, WebhookAttempt, WebhookState
from foundation.webhooks.telling import BACKOFF, CLAIM, Run
from ledger.clock import FixedClock
from ledger.errors import InvalidInput
from ledger.orm import guard_name
from tests import factories, serving
from tests.databases import DIALECTS, Databases
from tests.factories import CLOCK
from tests.foundation.cli.command_line import CommandLine
from tests.foundation.webhooks import receiver as receiving
from tests.foundation.webhooks.receiver import Receiver
from tests.serving import Program

SECRET = "a key for tests, 0123456789 and more"
VAULT = Vault.of(SECRET)
PATH = "/api/v1/webhooks"
NOW = CLOCK.now()


def build(engine: Engine) -> None:
    factories.install_books(engine)
    serving.add_people(engine)
    factories.install_organisation(engine)


@pytest.fixture(params=DIALECTS)
def books(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    with databases.prepared(request.param, "webhooks", build) as found:
        yield found


@pytest.fixture
def local(databases: Databases) -> Iterator[Engine]:
    with databases.prepared("sqlite", "webhooks", build) as found:
        yield found


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving.running() as found:
        yield found


def add(engine: Engine, url: str, *events: str) -> tuple[int, str]:
    with database.transaction(engine) as session:
        made, secret = service.add(
            session,
            url=url,
            events=events or ("voucher.posted",),
            vault=VAULT,
            actor="admin",
            clock=CLOCK,
        )
        return made.id, secret


def stored(engine: Engine, key: int) -> Webhook:
    with database.reading(engine) as session:
        return service.get(session, key)


def log(engine: Engine, key: int) -> list[WebhookAttempt]:
    with database.reading(engine) as session:
        return service.attempts(session, key)


def happen(engine: Engine, count: int = 1) -> None:
    """Post vouchers, each in an act of its own."""
    for _ in range(count):
        drafts = factories.gift_voucher(engine, minor=500_00, fund="GEN", on=date(2026, 1, 5))
        factories.book(engine, drafts)


def tell(engine: Engine, **later: int) -> Run:
    clock = FixedClock(instant=NOW + timedelta(**later))
    return telling.tell_waiting(engine, vault=VAULT, clock=clock)


def test_address_is_told_in_order_of_what_it_asked_for(books: Engine, receiver: Receiver) -> None:
    happen(books)  # before the address was added
    key, secret = add(books, receiver.url)
    happen(books, 3)

    assert tell(books) == Run(delivered=3)
    sequences = []
    for headers, body in receiver.taken:
        notice = json.loads(body)
        assert set(notice) == {"event", "subject", "sequence", "at"}
        assert (notice["event"], headers["Foundation-Event"]) == ("voucher.posted",) * 2
        assert headers["Foundation-Delivery"] == f"{key}-{notice['sequence']}"
        moment, _, signature = headers["Foundation-Signature"].partition(",v1=")
        assert telling.sign(secret, moment.removeprefix("t="), body) == signature
        sequences.append(notice["sequence"])
    assert sequences == sorted(set(sequences))
    assert tell(books) == Run()
    assert [each.is_delivered for each in log(books, key)] == [True] * 3


def test_address_that_fails_is_asked_again_and_then_paused(
    books: Engine, receiver: Receiver
) -> None:
    key, _ = add(books, receiver.url)
    happen(books, 2)
    receiver.status = 503
    moment = timedelta()
    for wait in (*BACKOFF, timedelta()):
        assert tell(books, seconds=int(moment.total_seconds())) == Run(failed=1)
        moment += wait
    assert (stored(books, key).state, len(receiver.taken)) == (WebhookState.PAUSED, 8)
    assert "503" in (stored(books, key).last_error or "")
    assert tell(books, days=9) == Run()

    receiver.status = 200
    with database.transaction(books) as session:
        service.change(session, key, WebhookState.ACTIVE, actor="admin", clock=CLOCK)
    assert tell(books, days=9) == Run(delivered=2)  # nothing was lost meanwhile
    assert stored(books, key).last_error is None


def test_worker_that_dies_is_followed_by_another(books: Engine, receiver: Receiver) -> None:
    key, _ = add(books, receiver.url)
    happen(books)
    assert telling.claim(books, vault=VAULT, clock=CLOCK) is not None  # and then it died
    assert tell(books) == Run()
    assert tell(books, seconds=int(CLAIM.total_seconds())) == Run(delivered=1)
    assert len(log(books, key)) == 1


def test_redirect_is_not_followed(local: Engine, receiver: Receiver) -> None:
    key, _ = add(local, receiver.url)
    happen(local)
    receiver.status, receiver.headers = 307, {"Location": receiver.url}
    assert tell(local) == Run(failed=1)
    assert (len(receiver.taken), log(local, key)[0].status) == (1, 307)


def test_address_where_nobody_listens_waits(local: Engine) -> None:
    key, _ = add(local, "http://127.0.0.1:9/hook")
    happen(local)
    assert tell(local) == Run(failed=1)
    assert log(local, key)[0].status is None
    assert stored(local, key).last_error


def test_lost_key_pauses_the_address_and_loses_nothing(local: Engine, receiver: Receiver) -> None:
    key, _ = add(local, receiver.url)
    happen(local)
    other = Vault.of("another key of the service, 0123456789")
    assert telling.tell_waiting(local, vault=other, clock=CLOCK) == Run()
    assert stored(local, key).state is WebhookState.PAUSED
    assert receiver.taken == []


def test_acts_that_nobody_asked_for_are_passed_over(
    local: Engine, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "_STRIDE", 2)
    key, _ = add(local, receiver.url, "period.closed")
    happen(local, 2)
    before = stored(local, key).told_to
    assert tell(local) == Run()
    assert stored(local, key).told_to > before
    factories.close_periods(local, 202511)
    assert tell(local).delivered == len(receiver.taken) > 0
    assert {json.loads(body)["event"] for _, body in receiver.taken} == {"period.closed"}


def test_every_event_names_an_act_that_the_code_records() -> None:
    root = Path(telling.__file__).parents[2]
    code = "".join(
        path.read_text(encoding="utf-8")
        for folder in ("foundation", "ledger", "receipts")
        for path in (root / folder).rglob("*.py")
        if "webhooks" not in path.parts
    )
    assert [act for act, _ in EVENTS.values() if f'"{act}"' not in code] == []


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.org/hook",
        "http://example.org/hook",
        "https://user:word@example.org/hook",
        "https://example.org/hook#part",
        "https://example.org:port/hook",
        "https://例子.org/hook",
        "https://example.org/" + "x" * 500,
        "file:///etc/passwd",
        "https:///hook",
    ],
)
def test_address_that_is_none_is_refused(local: Engine, url: str) -> None:
    with pytest.raises(InvalidInput):
        add(local, url)
    with database.reading(local) as session:
        assert service.list_webhooks(session) == []


def test_log_of_attempts_is_never_changed(books: Engine, receiver: Receiver) -> None:
    add(books, receiver.url)
    happen(books)
    tell(books)
    for harm in ("UPDATE webhook_attempt SET status = 200", "DELETE FROM webhook_attempt"):
        with pytest.raises(DBAPIError) as refused, books.begin() as connection:
            connection.execute(text(harm))
        assert guard_name(refused.value) == "webhook_attempt_final"


@pytest.fixture
def app(local: Engine, tmp_path: Path) -> Flask:
    return serving.application(local, serving.settings(tmp_path))


def program(engine: Engine, app: Flask, role: Role) -> Program:
    return Program(app, serving.issue_token(engine, role))


def test_program_adds_pauses_and_ends_an_address(
    local: Engine, app: Flask, receiver: Receiver
) -> None:
    admin = program(local, app, Role.ADMINISTRATOR)
    made = admin.post(PATH, {"url": receiver.url, "events": ["voucher.posted"]})
    assert made.status_code == 201, made.text
    key = made.get_json()["id"]
    assert len(made.get_json()["secret"]) > 40
    happen(local)
    tell(local)
    (listed,) = admin.get(PATH).get_json()["items"]
    assert "secret" not in listed
    assert (listed["state"], listed["events"]) == ("active", ["voucher.posted"])
    (delivery,) = admin.get(f"{PATH}/{key}/deliveries").get_json()["items"]
    assert (delivery["delivered"], delivery["status"]) == (True, 204)
    for state in ("paused", "active", "ended"):
        assert admin.patch(f"{PATH}/{key}", {"state": state}).get_json()["state"] == state
    late = admin.patch(f"{PATH}/{key}", {"state": "active"})
    assert (late.status_code, late.get_json()["code"]) == (409, "webhook_ended")
    assert admin.get(f"{PATH}/99").get_json()["code"] == "unknown_webhook"
    wrong = admin.post(PATH, {"url": receiver.url, "events": ["donor.named"]})
    assert wrong.get_json()["code"] == "invalid_fields"


@pytest.mark.parametrize("role", [Role.ACCOUNTANT, Role.REVIEWER, Role.AUDITOR, Role.CASHIER])
def test_only_an_administrator_sees_addresses(local: Engine, app: Flask, role: Role) -> None:
    assert program(local, app, role).get(PATH).status_code == 403
    assert serving.signed_in(app, role).get("/settings/webhooks").status_code == 403


def test_administrator_adds_an_address_on_the_page(app: Flask, local: Engine) -> None:
    admin = serving.signed_in(app, Role.ADMINISTRATOR)
    assert "还没有通知地址" in admin.get("/settings/webhooks").text
    fields: dict[str, Any] = {"url": "https://crm.example.org/hook", "events": ["gift.recorded"]}
    made = admin.post("/settings/webhooks", fields)
    assert made.status_code == 201
    assert "签名密钥只显示这一次" in made.text
    again = admin.get("/settings/webhooks").text
    assert "crm.example.org" in again
    assert "签名密钥只显示这一次" not in again
    assert admin.post("/settings/webhooks/1", {"state": "paused"}).status_code == 303
    assert stored(local, 1).state is WebhookState.PAUSED
    assert admin.post("/settings/webhooks", {"url": "ftp://x", "events": []}).status_code == 422
    assert admin.post("/settings/webhooks/1", {"state": "on"}).status_code == 422


def test_commands_add_list_tell_and_end(local: Engine, tmp_path: Path, receiver: Receiver) -> None:
    line = CommandLine(local, tmp_path, extra=commands.COMMANDS)
    line.environ["SECRET_KEY"] = SECRET
    made = line.run(
        "webhooks", "add", receiver.url, "--event", "voucher.posted", by="administrator"
    )
    assert made["secret"]
    happen(local)
    assert line.run("webhooks", "tell") == {"delivered": 1, "failed": 0}
    line.run("webhooks", "set", "1", "ended", by="administrator")
    (listed,) = line.run("webhooks", "list", by="administrator")["webhooks"]
    assert listed["state"] == "ended"
    assert "secret" not in listed
    refused = line.refused("webhooks", "list", by="accountant")
    assert refused["code"] == "not_allowed"


def test_thread_beside_the_pages_tells(local: Engine, tmp_path: Path, receiver: Receiver) -> None:
    add(local, receiver.url)
    happen(local)
    beside = worker.start(Services(local, CLOCK, serving.settings(tmp_path)))
    try:
        assert receiver.arrived.wait(timeout=20)
    finally:
        beside.stop()
