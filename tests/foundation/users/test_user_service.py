"""Users, passwords and tokens: what is accepted, and what each change leaves behind."""

from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from foundation import database
from foundation.users import passwords, service, sessions
from foundation.users.models import ApiToken, Role, User, UserSession
from ledger.trail import TrailRecord
from tests import factories, serving
from tests.refusals import refused
from tests.serving import PASSWORD

CLOCK = factories.CLOCK
WHO = {"actor": "administrator", "clock": CLOCK}


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with database.transaction(engine) as opened:
        yield opened


def add(session: Session, name: str = "lin", role: Role = Role.ACCOUNTANT) -> User:
    return service.add_user(session, name=name, role=role, password=PASSWORD, **WHO)


@pytest.mark.parametrize("name", ["li", "wang.xiaoming", "a-b_c.9", "x" * 64, "007"])
def test_name_of_letters_and_digits_is_accepted(session: Session, name: str) -> None:
    assert add(session, name).name == name


@pytest.mark.parametrize(
    "name", ["", "x", "x" * 65, "Lin", "林", "a b", "a/b", "../a", "a\n", "lin\x00", "a@b", "٣٣"]
)
def test_other_names_are_refused(session: Session, name: str) -> None:
    with refused("bad_user_name"):
        add(session, name)


def test_name_of_the_system_is_kept_for_it(session: Session) -> None:
    with refused("bad_user_name", "保留"):
        add(session, "system")


def test_name_is_given_once(session: Session) -> None:
    add(session)

    with refused("user_exists"):
        add(session)


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("", "至少"),
        ("short", "至少"),
        ("nine char", "至少"),
        ("x" * 201, "最多"),
        ("linlinlinlin", "用户名"),
        ("xlin2026ab", "用户名"),
        ("LIN-LIN-2026", "用户名"),
        ("aaaaaaaaaaaa", "重复"),
    ],
)
def test_weak_password_is_refused(password: str, reason: str) -> None:
    with refused("weak_password", reason):
        passwords.check(password, name="lin")


@pytest.mark.parametrize(
    "password", ["correct horse", "一二三四五六七八九十", "bill & linda, 1994!"]
)
def test_long_password_of_any_kind_is_accepted(password: str) -> None:
    passwords.check(password, name="lin")
    kept = passwords.hash_of(password)

    assert passwords.matches(kept, password)
    assert not passwords.matches(kept, password + " ")


def test_password_is_kept_as_a_salted_argon2_hash(session: Session) -> None:
    one, other = add(session, "one"), add(session, "other")

    assert one.password_hash != other.password_hash
    assert str(one.password_hash).startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_nothing_matches_where_there_is_no_password() -> None:
    assert not passwords.matches(None, "")
    assert not passwords.matches(None, PASSWORD)
    assert not passwords.matches("not a hash", PASSWORD)


@given(st.text(max_size=40))
def test_any_text_can_be_compared(text: str) -> None:
    assert not passwords.matches(None, text)


def test_own_password_needs_the_current_one(session: Session) -> None:
    add(session)

    with refused("wrong_password"):
        service.change_own_password(session, "lin", current="?", new="another one 9", clock=CLOCK)
    with refused("weak_password"):
        service.change_own_password(session, "lin", current=PASSWORD, new="x", clock=CLOCK)
    with refused("weak_password", "相同"):
        service.change_own_password(session, "lin", current=PASSWORD, new=PASSWORD, clock=CLOCK)
    service.change_own_password(session, "lin", current=PASSWORD, new="another one 9", clock=CLOCK)

    assert passwords.matches(service.get_user(session, "lin").password_hash, "another one 9")


def test_new_password_ends_every_session(session: Session) -> None:
    user = add(session)
    sessions.begin(session, user.id, clock=CLOCK)

    service.set_password(session, "lin", "another one 9", **WHO)

    assert session.execute(select(UserSession)).first() is None


def test_last_administrator_stays(session: Session) -> None:
    add(session, "boss", Role.ADMINISTRATOR)
    add(session, "guest", Role.ADMINISTRATOR)
    service.set_expiry(session, "guest", date(2027, 1, 1), **WHO)

    with refused("conflict", "管理员"):
        service.deactivate(session, "boss", **WHO)
    with refused("conflict", "管理员"):
        service.set_expiry(session, "boss", date(2027, 1, 1), **WHO)
    service.deactivate(session, "guest", **WHO)


def test_nobody_deactivates_oneself(session: Session) -> None:
    add(session, "boss", Role.ADMINISTRATOR)
    add(session, "administrator", Role.ADMINISTRATOR)

    with refused("conflict", "自己"):
        service.deactivate(session, "administrator", **WHO)


def test_token_is_stored_as_its_digest(session: Session) -> None:
    user = add(session)
    token = service.issue_token(session, "lin", label=" nightly ", **WHO)

    (kept,) = service.list_tokens(session, user.id)
    assert kept.digest == sessions.digest_of(token)
    assert kept.label == "nightly"
    assert token not in (kept.digest, kept.label)
    assert len(token) >= 43


def test_token_is_not_issued_to_who_may_not_sign_in(session: Session) -> None:
    add(session)
    service.set_expiry(session, "lin", date(2026, 11, 21), **WHO)

    with refused("conflict"):
        service.issue_token(session, "lin", label="", **WHO)


def test_token_of_somebody_else_cannot_be_revoked(session: Session) -> None:
    add(session)
    other = add(session, "other")
    token = service.issue_token(session, "lin", label="", **WHO)

    with refused("not_found"):
        service.revoke_token(session, sessions.digest_of(token), user_id=other.id, **WHO)
    with refused("not_found"):
        service.revoke_token(session, "0" * 64, **WHO)

    assert session.get_one(ApiToken, sessions.digest_of(token)).revoked_at is None


def test_unknown_user_is_named(session: Session) -> None:
    with refused("unknown_user", "nobody"):
        service.deactivate(session, "nobody", **WHO)


def test_every_change_is_in_the_trail_without_secrets(engine: Engine) -> None:
    with database.transaction(engine) as session:
        add(session)
        service.set_password(session, "lin", "another one 9", **WHO)
        service.set_expiry(session, "lin", date(2027, 1, 1), **WHO)
        token = service.issue_token(session, "lin", label="x", **WHO)
        service.revoke_token(session, sessions.digest_of(token), **WHO)
        service.deactivate(session, "lin", **WHO)
        service.activate(session, "lin", **WHO)

    with database.reading(engine) as session:
        records = (
            session.execute(select(TrailRecord).order_by(TrailRecord.sequence)).scalars().all()
        )
        acts = [record.action for record in records]
        written = " ".join(f"{record.detail} {record.reason}" for record in records)
    assert acts == [
        "user.add",
        "user.set_password",
        "user.set_expiry",
        "user.issue_token",
        "user.revoke_token",
        "user.deactivate",
        "user.activate",
    ]
    assert token not in written
    assert "another one 9" not in written
    assert "argon2" not in written


def test_two_people_signing_in_at_once_have_two_sessions(engine: Engine) -> None:
    serving.add_people(engine, Role.ACCOUNTANT, Role.REVIEWER)
    with database.transaction(engine) as session:
        secrets = {
            sessions.begin(session, service.get_user(session, name).id, clock=CLOCK)
            for name in ("accountant", "reviewer")
        }

    assert len(secrets) == 2
