"""The guards of mail and donors' access refuse what they are there for, also to raw SQL."""

from collections.abc import Iterator

import pytest
from sqlalchemy import CheckConstraint, Engine

from foundation import database
from foundation.mail import models as mail
from foundation.portal import consents, contact, entering, visits
from foundation.portal import models as portal
from foundation.portal.consents import Consent
from foundation.portal.contact import Wish
from foundation.portal.models import Channel, VisitKind
from foundation.portal.visits import Visit
from tests.databases import DIALECTS, Databases
from tests.factories import CLOCK
from tests.foundation.mail import mail_cases, smtp_server
from tests.foundation.portal import portal_cases
from tests.migrations.violations import Case, documented, guard_of, refusal, run

NAMES: dict[str, object] = {"now": "2026-11-22 02:00:00.000000", "digest": "0" * 64}


def never(table: str) -> tuple[Case, ...]:
    """Rows that are neither updated nor deleted nor truncated."""
    guard = f"{table}_final"
    touch = f"UPDATE {table} SET id = id"
    return (
        Case(f"update {table}", guard, touch, f"{table}_update", f"{table}_change"),
        Case(
            f"delete {table}",
            guard,
            f"DELETE FROM {table}",
            f"{table}_delete",
            f"{table}_change",
        ),
        Case(f"empty {table}", guard, f"TRUNCATE {table}", "", f"{table}_truncate"),
    )


def link(does: str, change: str) -> Case:
    return Case(
        does,
        "donor_link_used",
        f"UPDATE donor_link SET {change}",
        "donor_link_update",
        "donor_link_update",
    )


CASES = (
    *never("mail_attempt"),
    *never("donor_visit"),
    *never("publicity_consent"),
    link("give a link to another donor", "donor_id = 2"),
    link("make a link last longer", "expires_at = '2099-01-01 00:00:00.000000'"),
    link("change how a link came about", "channel = 'email'"),
    link("say that another made a link", "created_by = 'nobody'"),
    link("move a link in time", "created_at = '2000-01-01 00:00:00.000000'"),
    link("change the secret of a link", "digest = :digest"),
    Case(
        "use a used link again",
        "donor_link_used",
        "UPDATE donor_link SET used_at = NULL",
        "donor_link_update",
        "donor_link_update",
        ("UPDATE donor_link SET used_at = :now",),
    ),
)
MESSAGE = "UPDATE mail_message SET {change}"
SESSION = (
    "INSERT INTO donor_session (digest, donor_id, letter_id, channel, created_at, seen_at,"
    " expires_at) VALUES (:digest, 1, {letter}, '{channel}', :now, :now, :now)"
)
VISIT = (
    "INSERT INTO donor_visit (id, donor_id, kind, channel, letter_id, mark, digest, at, actor)"
    " VALUES (901, 1, '{kind}', '{channel}', 1, {mark}, {digest}, :now, 'a')"
)
VIOLATIONS = {
    "ck_mail_message_messagestate": MESSAGE.format(change="state = 'lost', sent_at = NULL"),
    "ck_mail_message_sent_complete": MESSAGE.format(change="sent_at = NULL"),
    "ck_mail_message_attempts": MESSAGE.format(change="attempts = -1"),
    "ck_mail_attempt_outcome": (
        "INSERT INTO mail_attempt (id, message_id, header_id, outcome, at)"
        " VALUES (901, 1, 'x', 'perhaps', :now)"
    ),
    "ck_donor_link_channel": (
        "INSERT INTO donor_link (digest, donor_id, channel, created_by, created_at, expires_at)"
        " VALUES (:digest, 1, 'window', 'a', :now, :now)"
    ),
    "ck_donor_session_channel": SESSION.format(letter="NULL", channel="window"),
    "ck_donor_session_letter": SESSION.format(letter="1", channel="email"),
    "ck_donor_visit_visitkind": VISIT.format(
        kind="peeped", channel="email", mark="NULL", digest="NULL"
    ),
    "ck_donor_visit_channel": VISIT.format(
        kind="entered", channel="window", mark="NULL", digest="NULL"
    ),
    "ck_donor_visit_rendermark": VISIT.format(
        kind="entered", channel="email", mark="'draft'", digest="NULL"
    ),
    "ck_donor_visit_download_complete": VISIT.format(
        kind="downloaded", channel="email", mark="NULL", digest="NULL"
    ),
    "ck_contact_request_requeststate": (
        "UPDATE contact_request SET state = 'lost', decided_at = :now, decided_by = 'a'"
    ),
    "ck_contact_request_decided_complete": "UPDATE contact_request SET state = 'accepted'",
}


def build(engine: Engine) -> None:
    """One row of everything."""
    portal_cases.build(engine)
    mail_cases.queue(engine)
    with smtp_server.running() as server:
        mail_cases.send(engine, server.port)
    with database.transaction(engine) as session:
        entering.invite(session, 1, actor="accountant", public_url="https://x.example", clock=CLOCK)
        visits.note(
            session, Visit(1, VisitKind.ENTERED, Channel.EMAIL), actor="donor:1", clock=CLOCK
        )
        consents.record(session, 1, Consent(), actor="donor:1", clock=CLOCK)
        contact.ask(session, 1, Wish(message="x"), actor="donor:1", clock=CLOCK)


@pytest.fixture(scope="module", params=DIALECTS)
def guarded(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    """Books that no test changes: whatever is tried is undone."""
    with databases.prepared(request.param, "guarded_portal", build) as engine:
        yield engine


@pytest.mark.parametrize("case", CASES, ids=[case.does for case in CASES])
def test_raw_sql_is_refused_by_its_guard_and_by_nothing_else(guarded: Engine, case: Case) -> None:
    trigger = case.trigger(guarded.dialect.name)
    if not trigger:
        assert guarded.dialect.name == "sqlite"  # there is no such statement
        return
    assert guard_of(guarded, case, NAMES) == case.guard
    # Without the trigger the same statement gets past it: it is this guard that refuses.
    assert guard_of(guarded, case, NAMES, dropped=trigger) != case.guard


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_guard_has_a_violation(dialect: str) -> None:
    tried = {case.trigger(dialect) for case in CASES} - {""}
    assert tried == {trigger for trigger, _ in documented(dialect, ["portal"])}


@pytest.mark.parametrize("name", VIOLATIONS)
def test_check_refuses_its_violation(guarded: Engine, name: str) -> None:
    assert name in refusal(guarded, VIOLATIONS[name], NAMES)


def test_every_check_has_a_violation() -> None:
    tables = [
        model.__table__
        for models in (mail, portal)
        for model in vars(models).values()
        if getattr(model, "__module__", "") == models.__name__ and hasattr(model, "__table__")
    ]
    checks = {
        str(constraint.name)
        for table in tables
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint)
    }
    assert checks == set(VIOLATIONS)


def test_what_the_rules_allow_is_not_refused(guarded: Engine) -> None:
    for statement in (
        "UPDATE donor_link SET used_at = :now",
        "UPDATE donor_link SET expires_at = :now",
        "DELETE FROM donor_session",
    ):
        with guarded.connect() as connection:
            run(connection, statement, NAMES)
            connection.rollback()
