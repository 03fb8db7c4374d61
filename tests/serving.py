"""The application as a browser and a program meet it, with people of every role."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Engine
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from foundation import database
from foundation.app import create_app
from foundation.config import Config
from foundation.users import service
from foundation.users.models import Role
from ledger.clock import Clock
from ledger.vouchers import SYSTEM_ACTOR
from tests import factories
from tests.databases import DIALECTS

PASSWORD = "correct horse 42"
# For tests of pages and programs whose SQL could tell the databases apart; others run on SQLite.
ON_BOTH = pytest.mark.parametrize("served", DIALECTS, indirect=True)
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass(frozen=True, slots=True)
class HandClock(Clock):
    """A clock that a test turns by hand."""

    hand: list[datetime] = field(default_factory=lambda: [factories.CLOCK.instant])

    def now(self) -> datetime:
        return self.hand[0]

    def turn(self, **by: int) -> None:
        """Let time pass."""
        self.hand[0] += timedelta(**by)


def settings(folder: Path, *, public_url: str = "http://127.0.0.1:8000") -> Config:
    """Settings of an application in a test."""
    return Config(
        data_dir=folder,
        database_url="",
        secret_key="a key for tests, 0123456789 and more",
        port=8000,
        public_url=public_url,
        smtp_url=None,
        signing_key=None,
        signing_cert=None,
    )


class _CompiledTemplates(BytecodeCache):
    """Templates that any application of this process has compiled, as long as they are the same."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


_templates = _CompiledTemplates()


def _remember_builders() -> None:
    """Compile what builds the address of a rule once in this process.

    The router writes and compiles two functions for every rule of every application, a seventh of
    a second for ours, and the tests put thousands together. They depend on the rule's text only.
    """
    compiled: dict[Any, Callable[..., Any]] = {}
    compile_builder = Rule._compile_builder

    def remembered(rule: Rule, append_unknown: bool = True) -> Callable[..., Any]:
        if rule.defaults:
            return compile_builder(rule, append_unknown)
        key = (rule.rule, tuple(rule._trace), append_unknown)
        if key not in compiled:
            compiled[key] = compile_builder(rule, append_unknown)
        return compiled[key]

    Rule._compile_builder = remembered  # type: ignore[assignment, method-assign]


_remember_builders()


def application(engine: Engine, config: Config, *, clock: Clock = factories.CLOCK) -> Flask:
    """Put the application together on a database."""
    app = create_app(config, engine=engine, clock=clock)
    app.testing = False  # failures are answered as they are for people
    app.jinja_env.bytecode_cache = _templates
    return app


def add_people(engine: Engine, *roles: Role) -> None:
    """Add one person for each role, named for it; every role unless some are given."""
    with database.transaction(engine) as session:
        for role in roles or tuple(Role):
            service.add_user(
                session,
                name=role.value,
                role=role,
                password=PASSWORD,
                actor=SYSTEM_ACTOR,
                clock=factories.CLOCK,
            )


def open_books(engine: Engine) -> None:
    """Books, and one person for each role."""
    factories.install_books(engine)
    add_people(engine)


def issue_token(engine: Engine, role: Role) -> str:
    """Issue a token for the person of a role."""
    with database.transaction(engine) as session:
        return service.issue_token(
            session, role.value, label="test", actor=SYSTEM_ACTOR, clock=factories.CLOCK
        )


class Browser:
    """A browser: it keeps cookies and sends forms with the token of the page they came from."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.client.get(path, **options)

    def post(self, path: str, fields: dict[str, Any] | None = None, **options: Any) -> TestResponse:
        """Send a form as one of our pages would."""
        data = {"csrf_token": self.form_token()} | (fields or {})
        return self.client.post(path, data=data, **options)

    def form_token(self) -> str:
        # The page that says that an address does not exist has the language form, as all have.
        found = _TOKEN.search(self.get("/no-such-page").text)
        assert found is not None
        return found[1]

    def sign_in(
        self, name: str, password: str = PASSWORD, *, target: str = "/", **options: Any
    ) -> TestResponse:
        fields = {"name": name, "password": password, "next": target}
        return self.post("/sign-in", fields, **options)

    def cookie(self, name: str) -> str | None:
        found = self.client.get_cookie(name)
        return None if found is None else found.value

    def is_signed_in(self) -> bool:
        return self.get("/account").status_code == 200


def signed_in(app: Flask, role: Role) -> Browser:
    """Return a browser in which the person of a role has signed in."""
    browser = Browser(app)
    answer = browser.sign_in(role.value)
    assert answer.status_code == 303, answer.text
    return browser


class Program:
    """A program with the token of the person of a role."""

    def __init__(self, app: Flask, token: str) -> None:
        self.client = app.test_client()
        self.headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str) -> TestResponse:
        return self.client.get(path, headers=self.headers)

    def post(self, path: str, body: Any, *, key: str | None = None) -> TestResponse:
        headers = self.headers | ({"Idempotency-Key": key} if key else {})
        return self.client.post(path, json=body, headers=headers)

    def patch(self, path: str, body: Any) -> TestResponse:
        return self.client.patch(path, json=body, headers=self.headers)
