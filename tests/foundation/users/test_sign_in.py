"""Signing in: who gets in, who does not, and what a stranger learns from the answer."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, select

from foundation import database
from foundation.users import service, sessions
from foundation.users.models import Role, SignInFailure, UserSession
from tests import factories, serving
from tests.databases import Databases
from tests.serving import PASSWORD, Browser, HandClock

WRONG = "not the password"


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def engine(databases: Databases) -> Iterator[Engine]:
    with databases.migrated("sqlite") as found:
        serving.add_people(found, Role.ACCOUNTANT, Role.ADMINISTRATOR)
        yield found


@pytest.fixture
def app(engine: Engine, clock: HandClock, tmp_path: Path) -> Flask:
    return serving.application(engine, serving.settings(tmp_path), clock=clock)


def count(engine: Engine, table: type) -> int:
    with database.reading(engine) as session:
        return len(session.execute(select(table)).all())


def change(engine: Engine, act: str, *arguments: object) -> None:
    with database.transaction(engine) as session:
        getattr(service, act)(
            session, "accountant", *arguments, actor="administrator", clock=factories.CLOCK
        )


def test_right_password_signs_in(app: Flask, engine: Engine) -> None:
    browser = Browser(app)

    answer = browser.sign_in("accountant")

    assert (answer.status_code, answer.location) == (303, "/")
    assert browser.is_signed_in()
    assert count(engine, SignInFailure) == 0


def test_name_is_read_without_case_and_blanks(app: Flask) -> None:
    assert Browser(app).sign_in(" Accountant ").status_code == 303


def test_wrong_password_is_refused(app: Flask) -> None:
    browser = Browser(app)

    answer = browser.sign_in("accountant", WRONG)

    assert answer.status_code == 401
    assert "用户名或密码不正确" in answer.text
    assert not browser.is_signed_in()


def test_what_was_typed_is_kept_but_not_the_password(app: Flask) -> None:
    answer = Browser(app).sign_in("accountant", WRONG)

    assert 'value="accountant"' in answer.text
    assert WRONG not in answer.text


def test_unknown_name_gets_the_same_answer_as_a_wrong_password(app: Flask) -> None:
    known = Browser(app).sign_in("accountant", WRONG)
    unknown = Browser(app).sign_in("nobody-here", WRONG)

    def without_what_differs(text: str, name: str) -> str:
        return serving._TOKEN.sub("", text).replace(name, "NAME")

    assert unknown.status_code == known.status_code
    assert without_what_differs(unknown.text, "nobody-here") == without_what_differs(
        known.text, "accountant"
    )


def test_user_without_password_cannot_sign_in(app: Flask, engine: Engine) -> None:
    with database.transaction(engine) as session:
        service.add_user(
            session, name="robot", role=Role.AUDITOR, actor="system", clock=factories.CLOCK
        )

    assert Browser(app).sign_in("robot", "").status_code == 401


def test_inactive_user_is_refused(app: Flask, engine: Engine) -> None:
    change(engine, "deactivate")

    assert Browser(app).sign_in("accountant").status_code == 401


def test_last_day_still_counts_and_the_next_does_not(
    app: Flask, engine: Engine, clock: HandClock
) -> None:
    change(engine, "set_expiry", date(2026, 11, 22))

    assert Browser(app).sign_in("accountant").status_code == 303
    clock.turn(days=1)
    assert Browser(app).sign_in("accountant").status_code == 401


def test_deactivation_ends_what_is_open(app: Flask, engine: Engine) -> None:
    browser = serving.signed_in(app, Role.ACCOUNTANT)

    change(engine, "deactivate")

    assert not browser.is_signed_in()


def test_expiry_ends_what_is_open(app: Flask, engine: Engine) -> None:
    browser = serving.signed_in(app, Role.ACCOUNTANT)

    change(engine, "set_expiry", date(2026, 11, 21))

    assert not browser.is_signed_in()


def test_session_is_a_new_one_at_every_sign_in(app: Flask, engine: Engine) -> None:
    browser = serving.signed_in(app, Role.ACCOUNTANT)
    first = browser.cookie(sessions.COOKIE)

    browser.sign_in("accountant")

    assert browser.cookie(sessions.COOKIE) not in (None, first)


def test_session_set_by_a_stranger_is_not_taken_over(app: Flask) -> None:
    browser = Browser(app)
    browser.client.set_cookie(sessions.COOKIE, "chosen-by-a-stranger", domain="localhost")

    browser.sign_in("accountant")

    assert browser.cookie(sessions.COOKIE) not in (None, "chosen-by-a-stranger")


def test_signing_in_again_ends_the_session_before(app: Flask, engine: Engine) -> None:
    browser = serving.signed_in(app, Role.ACCOUNTANT)
    old = browser.cookie(sessions.COOKIE)

    browser.sign_in("administrator")

    stranger = Browser(app)
    stranger.client.set_cookie(sessions.COOKIE, old or "", domain="localhost")
    assert not stranger.is_signed_in()
    assert count(engine, UserSession) == 1


def test_only_the_digest_of_the_secret_is_stored(app: Flask, engine: Engine) -> None:
    secret = serving.signed_in(app, Role.ACCOUNTANT).cookie(sessions.COOKIE)
    assert secret is not None

    with database.reading(engine) as session:
        (kept,) = session.execute(select(UserSession)).scalars()
        assert secret not in (kept.digest, kept.csrf_secret)
        assert kept.digest == sessions.digest_of(secret)
    assert len(secret) >= 43  # 256 bits


def test_sign_out_ends_the_session(app: Flask, engine: Engine) -> None:
    browser = serving.signed_in(app, Role.ACCOUNTANT)

    assert browser.post("/sign-out").location == "/sign-in"

    assert not browser.is_signed_in()
    assert count(engine, UserSession) == 0


def test_idle_session_ends(app: Flask, clock: HandClock) -> None:
    browser = serving.signed_in(app, Role.ACCOUNTANT)

    clock.turn(seconds=int(sessions.IDLE.total_seconds()) - 1)
    assert browser.is_signed_in()
    clock.turn(seconds=int(sessions.IDLE.total_seconds()))

    assert not browser.is_signed_in()


def test_used_session_ends_after_the_longest_time(app: Flask, clock: HandClock) -> None:
    browser = serving.signed_in(app, Role.ACCOUNTANT)
    end = clock.now() + sessions.LONGEST

    while clock.now() + timedelta(hours=1) < end:
        clock.turn(hours=1)
        assert browser.is_signed_in()
    clock.turn(hours=1)

    assert not browser.is_signed_in()


def test_cookie_is_kept_from_scripts_and_other_sites(app: Flask) -> None:
    answer = Browser(app).sign_in("accountant")

    (cookie,) = (c for c in answer.headers.getlist("Set-Cookie") if c.startswith("session="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_cookie_is_kept_to_https_where_the_service_has_it(engine: Engine, tmp_path: Path) -> None:
    config = serving.settings(tmp_path, public_url="https://books.example.org")
    browser = Browser(serving.application(engine, config))
    # The test client, too, sends such a cookie back only by https.
    notice = browser.get("/sign-in", base_url="https://localhost")
    token = serving._TOKEN.search(notice.text)[1]  # type: ignore[index]

    answer = browser.client.post(
        "/sign-in",
        data={"name": "accountant", "password": PASSWORD, "csrf_token": token},
        base_url="https://localhost",
    )

    cookies = answer.headers.getlist("Set-Cookie")
    assert answer.status_code == 303
    assert all("Secure" in cookie for cookie in cookies)


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "evil.example",
        "/\tfoo",
        "",
    ],
)
def test_sign_in_leads_to_no_other_site(app: Flask, target: str) -> None:
    assert Browser(app).sign_in("accountant", target=target).location == "/"


def test_sign_in_leads_back_to_the_page_that_was_wanted(app: Flask) -> None:
    browser = Browser(app)

    answer = browser.get("/search?q=a&x=1")
    assert answer.status_code == 302
    page = browser.get(answer.location or "")

    assert 'name="next" value="/search?q=a&amp;x=1"' in page.text
    assert browser.sign_in("accountant", target="/search?q=a&x=1").location == "/search?q=a&x=1"


def test_sign_in_page_sends_on_who_is_signed_in(app: Flask) -> None:
    browser = serving.signed_in(app, Role.ACCOUNTANT)

    assert browser.get("/sign-in?next=/account").location == "/account"


def test_wrong_form_token_is_refused_before_the_password_is_looked_at(
    app: Flask, engine: Engine
) -> None:
    answer = Browser(app).post(
        "/sign-in", {"name": "accountant", "password": PASSWORD, "csrf_token": "made up"}
    )

    assert answer.status_code == 400
    assert count(engine, SignInFailure) == 0


def test_guessing_is_slowed_down(app: Flask) -> None:
    stranger = Browser(app)
    answers = [stranger.sign_in("accountant", WRONG).status_code for _ in range(7)]

    assert answers == [401] * 5 + [429] * 2


def test_waiting_time_is_said_and_over_when_it_has_passed(app: Flask, clock: HandClock) -> None:
    stranger = Browser(app)
    for _ in range(5):
        stranger.sign_in("accountant", WRONG)

    refused = stranger.sign_in("accountant")
    assert refused.status_code == 429
    assert "秒后再试" in refused.text
    clock.turn(seconds=int(refused.headers["Retry-After"]))

    assert stranger.sign_in("accountant").status_code == 303


def test_waiting_grows_but_never_beyond_a_minute(app: Flask, clock: HandClock) -> None:
    stranger = Browser(app)
    waits = []
    while len(waits) < 8:
        answer = stranger.sign_in("accountant", WRONG)
        if answer.status_code == 429:
            waits.append(int(answer.headers["Retry-After"]))
            clock.turn(seconds=waits[-1])

    assert waits == [2, 4, 8, 16, 32, 60, 60, 60]


def test_unknown_names_are_slowed_down_alike(app: Flask) -> None:
    stranger = Browser(app)
    answers = [stranger.sign_in("nobody", WRONG).status_code for _ in range(6)]

    assert answers == [401] * 5 + [429]


def test_one_address_guessing_many_names_is_slowed_down(app: Flask) -> None:
    stranger = Browser(app)
    answers = [stranger.sign_in(f"name{i}", WRONG).status_code for i in range(21)]

    assert answers == [401] * 20 + [429]


def test_stranger_does_not_lock_out_the_browser_of_the_right_person(
    app: Flask, clock: HandClock
) -> None:
    owner = serving.signed_in(app, Role.ACCOUNTANT)
    owner.post("/sign-out")
    stranger = Browser(app)
    for _ in range(30):
        stranger.sign_in("accountant", WRONG)
    assert stranger.sign_in("accountant").status_code == 429

    assert owner.sign_in("accountant").status_code == 303


def test_known_browser_is_slowed_down_too(app: Flask) -> None:
    owner = serving.signed_in(app, Role.ACCOUNTANT)
    owner.post("/sign-out")
    answers = [owner.sign_in("accountant", WRONG).status_code for _ in range(6)]

    assert answers == [401] * 5 + [429]


def test_mark_of_a_known_browser_cannot_be_made_up(app: Flask) -> None:
    stranger = Browser(app)
    stranger.client.set_cookie("browser", "ImFjY291bnRhbnQi.AAAA", domain="localhost")
    answers = [stranger.sign_in("accountant", WRONG).status_code for _ in range(6)]
    stranger.client.delete_cookie("browser", domain="localhost")

    assert answers[-1] == 429
    assert stranger.sign_in("accountant").status_code == 429


def test_failures_are_forgotten(app: Flask, clock: HandClock) -> None:
    stranger = Browser(app)
    for _ in range(5):
        stranger.sign_in("accountant", WRONG)

    clock.turn(minutes=31)

    answers = [stranger.sign_in("accountant", WRONG).status_code for _ in range(5)]
    assert answers == [401] * 5


def test_names_and_addresses_of_failures_are_not_readable(app: Flask, engine: Engine) -> None:
    Browser(app).sign_in("accountant", WRONG)

    with database.reading(engine) as session:
        kept = session.execute(select(SignInFailure.subject)).scalars().all()
    assert len(kept) == 2
    assert all(len(subject) == 64 for subject in kept)


def test_proxy_on_this_machine_names_the_address_of_the_browser(app: Flask) -> None:
    stranger, other = Browser(app), Browser(app)
    for i in range(20):
        stranger.sign_in(f"name{i}", WRONG, headers={"X-Forwarded-For": "6.6.6.6, 203.0.113.9"})

    theirs = stranger.sign_in("x", WRONG, headers={"X-Forwarded-For": "203.0.113.9"})
    ours = other.sign_in("accountant", headers={"X-Forwarded-For": "203.0.113.10"})

    assert (theirs.status_code, ours.status_code) == (429, 303)
