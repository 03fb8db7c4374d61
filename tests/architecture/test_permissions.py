"""Every address names who may use it, and holds to it: each role against each route."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, func, select
from werkzeug.routing import Rule

import wsgi
from foundation.http.context import Services
from foundation.users import guard
from foundation.users.models import Role
from foundation.users.permissions import ROLE_PERMISSIONS, Permission, allows
from migrations import metadata
from tests import factories, serving
from tests.databases import Databases
from tests.serving import Browser, Program

# What anybody may open, in full: a page that joins this list is a decision.
PUBLIC = {
    "disclosure.entry",
    "disclosure.file",
    "disclosure.home",
    "disclosure.version",
    "documentation.docs",
    "documentation.openapi",
    "health.alive",
    "health.ready",
    # Names only with consent; see foundation.honours.public_pages.
    "honours.honours",
    # Donors have no account; visitors.check of foundation.portal asks for their own session.
    "portal.ask",
    "portal.bill_file",
    "portal.by_document",
    "portal.by_mail",
    "portal.consent",
    "portal.data",
    "portal.enter",
    "portal.fund",
    "portal.gift",
    "portal.home",
    "portal.leave",
    "portal.letter",
    "portal.link",
    "portal.particulars",
    "portal.renew_link",
    "portal.tax",
    "portal.use_link",
    "portal.use_report",
    "preferences.choose_language",
    "projects.catalogue",
    "projects.picture",
    "projects.public_campaign",
    "projects.public_project",
    "reports.style",
    "users.begin",
    "users.sign_in",
    "verification.by_code",
    "verification.by_file",
    "verification.by_number",
    "verification.index",
}
# Reading is for everybody who works with the books; these never change anything.
READING = {
    Permission.BOOKS_READ,
    Permission.GIFTS_READ,
    Permission.DONORS_READ,
    Permission.REPORTS_READ,
    Permission.TRAIL_READ,
    Permission.SPENDING_READ,
}
# A person's own session, language and password are theirs whatever the role.
PERSONAL = {"users", "home", "preferences"}


def _build(engine: Engine) -> None:
    factories.install_books(engine)
    serving.add_people(engine)


@pytest.fixture(scope="module")
def engine(databases: Databases) -> Iterator[Engine]:
    with databases.prepared("sqlite", "permissions", _build) as found:
        yield found


@pytest.fixture(scope="module")
def app(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    config = serving.settings(tmp_path_factory.mktemp("permissions"))
    return wsgi.join(Services(engine=engine, clock=factories.CLOCK, config=config))


def rules(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def mark_of(app: Flask, rule: Rule) -> Permission | str | None:
    return guard.permission_of(app.view_functions[rule.endpoint])


def address(app: Flask, rule: Rule) -> str:
    """An address of the rule whose parts name nothing that exists."""
    values: dict[str, Any] = {}
    for name, converter in rule._converters.items():
        kind = type(converter).__name__
        values[name] = {"IntegerConverter": 987654321, "AnyConverter": "json"}.get(kind, "none")
    with app.test_request_context():
        built = rule.build(values, append_unknown=False)
    assert built is not None
    return str(built[1])


def methods(rule: Rule) -> list[str]:
    return sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})


def test_every_endpoint_names_its_permission(app: Flask) -> None:
    unmarked = [
        rule.endpoint
        for rule in rules(app)
        if not isinstance(mark_of(app, rule), Permission) and mark_of(app, rule) != guard.PUBLIC
    ]

    assert unmarked == []


def test_only_what_is_listed_is_public(app: Flask) -> None:
    assert {rule.endpoint for rule in rules(app) if mark_of(app, rule) == guard.PUBLIC} == PUBLIC


def test_view_without_a_mark_is_refused(engine: Engine, tmp_path: Path) -> None:
    fresh = serving.application(engine, serving.settings(tmp_path))
    fresh.add_url_rule("/unmarked", "unmarked", lambda: "secret")

    for role in Role:
        assert serving.signed_in(fresh, role).get("/unmarked").status_code == 403
    assert Browser(fresh).get("/unmarked").status_code == 302


@pytest.mark.parametrize("role", list(Role))
def test_role_opens_what_it_may_and_nothing_else(app: Flask, engine: Engine, role: Role) -> None:
    """403 exactly where the table says so; what passes may still miss what it names."""
    browser = serving.signed_in(app, role)
    program = Program(app, serving.issue_token(engine, role))
    token = browser.form_token()
    wrong = []
    for rule in rules(app):
        mark = mark_of(app, rule)
        if rule.endpoint == "users.sign_out":
            continue
        expected = mark == guard.PUBLIC or (isinstance(mark, Permission) and allows(role, mark))
        for method in methods(rule):
            path = address(app, rule)
            if path.startswith("/api/"):
                answer = program.client.open(path, method=method, headers=program.headers)
            else:
                data = {"csrf_token": token} if method == "POST" else None
                answer = browser.client.open(path, method=method, data=data)
            answer.close()
            if (answer.status_code != 403) is not expected or answer.status_code >= 500:
                wrong.append((method, path, answer.status_code))

    assert wrong == []


def test_nobody_opens_anything_without_signing_in(app: Flask) -> None:
    wrong = []
    for rule in rules(app):
        if mark_of(app, rule) == guard.PUBLIC:
            continue
        for method in methods(rule):
            path = address(app, rule)
            browser = Browser(app)
            fields = {"csrf_token": browser.form_token()} if method == "POST" else None
            answer = browser.client.open(path, method=method, data=fields)
            expected = 401 if path.startswith("/api/") else 302
            if answer.status_code != expected:
                wrong.append((method, path, answer.status_code))

    assert wrong == []


def test_what_changes_something_needs_more_than_reading(app: Flask) -> None:
    changing = [
        rule.endpoint
        for rule in rules(app)
        if set(methods(rule)) - {"GET"} and mark_of(app, rule) in READING
    ]

    # Keeping a period in view changes only the own cookie.
    assert changing == ["preferences.choose_period"]


def test_auditor_may_only_read(app: Flask) -> None:
    changing = [
        rule.endpoint
        for rule in rules(app)
        if set(methods(rule)) - {"GET"}
        and isinstance(mark := mark_of(app, rule), Permission)
        and allows(Role.AUDITOR, mark)
        and rule.endpoint.partition(".")[0] not in PERSONAL
    ]

    assert changing == []


def _rows(engine: Engine) -> dict[str, int]:
    """How many rows every table has, but for the log of what auditors opened."""
    with engine.connect() as connection:
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in metadata.everything().sorted_tables
            if table.name != "access_log"
        }


def test_no_unsafe_request_of_an_auditor_is_accepted_on_any_address(
    app: Flask, engine: Engine
) -> None:
    """By browser with a right form token, and by program; what anybody may do is not asked."""
    browser = serving.signed_in(app, Role.AUDITOR)
    program = Program(app, serving.issue_token(engine, Role.AUDITOR))
    token = browser.form_token()
    before, accepted, tried = _rows(engine), [], 0
    router = app.url_map.bind("localhost")
    for rule in rules(app):
        if mark_of(app, rule) == guard.PUBLIC or rule.endpoint.partition(".")[0] in PERSONAL:
            continue
        path = address(app, rule)
        is_page = not path.startswith("/api/")
        client, headers = (browser.client, None) if is_page else (program.client, program.headers)
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            # What no address takes is refused before anybody is asked who they are.
            if not router.test(path, method):
                continue
            answer = client.open(path, method=method, headers=headers, data={"csrf_token": token})
            answer.close()
            tried += 1
            if answer.status_code != 403:
                accepted.append((method, path, answer.status_code))

    assert accepted == []
    assert tried > 100
    assert _rows(engine) == before


def test_duties_are_separated_in_the_table() -> None:
    prepare, review = Permission.VOUCHERS_PREPARE, Permission.VOUCHERS_REVIEW
    bookkeeping = {prepare, review, Permission.VOUCHERS_POST, Permission.GIFTS_RECORD}

    assert not any({prepare, review} <= given for given in ROLE_PERMISSIONS.values())
    assert not bookkeeping & ROLE_PERMISSIONS[Role.ADMINISTRATOR]
    assert not bookkeeping & ROLE_PERMISSIONS[Role.CASHIER]
    assert not bookkeeping & ROLE_PERMISSIONS[Role.AUDITOR]
    assert ROLE_PERMISSIONS[Role.DONOR] == {Permission.OWN_GIFTS, Permission.OWN_ACCOUNT}
