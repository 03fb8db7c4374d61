"""What a command works with: the books, the clock, the person who acts, and how to answer.

A command asks `require(Permission.X)` for the actor, opens `transaction()` or `reading()`, and
calls `answer()` once. It knows neither of JSON nor of exit codes; `foundation.cli` does the rest.
"""

import json
import secrets
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

import click
from sqlalchemy import Engine, inspect, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session

from foundation import config, database
from foundation.config import BadSetting, Config
from foundation.http import languages
from foundation.organisation.models import Organisation
from foundation.users import service as users
from foundation.users import sessions
from foundation.users.permissions import Permission, allows
from ledger.clock import Clock
from ledger.errors import Conflict, DomainError, InvalidInput, NotAllowed, NotFound
from ledger.integrity import CHECKS, Check

# Makes the check of what lies in a folder of data.
FileCheck = Callable[[Path], Check]


class NotInitialised(Conflict):
    """There are no books in this database yet."""

    code = "not_initialised"
    message = "账簿尚未初始化，请先运行 foundation init --profile demo（或机构资料文件）"


class SchemaBehind(Conflict):
    """The database was made by an older version of the program."""

    code = "schema_behind"
    message = "数据库结构不是当前版本，请先备份，再运行 foundation migrate"


class ActorNeeded(InvalidInput):
    """The command changes the books and nobody was named."""

    code = "actor_needed"
    message = "此命令会改变账簿，请用 --as 用户名（或环境变量 FOUNDATION_USER）指明操作人"


class UnknownActor(NotFound):
    """Nobody has this name."""

    code = "unknown_user"
    message = "没有名为“{user}”的用户"


class CommandContext:
    """One run of the command line."""

    def __init__(
        self,
        *,
        environ: Mapping[str, str],
        clock: Clock,
        as_json: bool = False,
        actor: str | None = None,
        english: Mapping[str, str] | None = None,
        checks: Sequence[Check] = CHECKS,
        file_checks: Sequence[FileCheck] = (),
    ) -> None:
        self.environ = environ
        self.clock = clock
        self.as_json = as_json
        self._english = english
        self._checks = tuple(checks)
        self._file_checks = tuple(file_checks)
        self._actor = actor
        self._engine: Engine | None = None
        self._is_ready = False

    @property
    def config(self) -> Config:
        """The settings. Commands sign no cookies, so they do without a SECRET_KEY of their own."""
        given = dict(self.environ)
        data_dir = Path(given.get("DATA_DIR") or "instance").resolve()
        if not given.get("SECRET_KEY") and not (data_dir / "secret_key").is_file():
            given["SECRET_KEY"] = secrets.token_urlsafe(48)
        return config.read(given)

    @property
    def checks(self) -> tuple[Check, ...]:
        """The whole integrity suite: the rows, and the files beside them."""
        folder = self.config.data_dir
        return (*self._checks, *(make(folder) for make in self._file_checks))

    @property
    def engine(self) -> Engine:
        """The database as it is, whatever its schema; most commands want `reading` instead."""
        if self._engine is None:
            self._engine = database.create(self._url().render_as_string(hide_password=False))
        return self._engine

    def _url(self) -> URL:
        try:
            url = make_url(self.config.database_url)
        except ArgumentError:
            url = URL.create("unknown")
        if url.get_backend_name() not in ("sqlite", "postgresql"):
            raise BadSetting(name="DATABASE_URL", reason="应为 SQLite 或 PostgreSQL 数据库的地址")
        return url

    def close(self) -> None:
        """Give the connections back."""
        if self._engine is not None:
            self._engine.dispose()

    def check_schema(self) -> None:
        """Refuse a database without books, or with the schema of another version."""
        if self._is_ready:
            return
        url = self._url()
        if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
            raise NotInitialised  # and leave no empty file behind
        if not inspect(self.engine).has_table(Organisation.__tablename__):
            raise NotInitialised
        if not database.at_head(self.engine):
            raise SchemaBehind
        with database.reading(self.engine) as session:
            zone = session.execute(select(Organisation.time_zone)).scalar_one_or_none()
        if zone is None:
            raise NotInitialised
        if type(self.clock) is Clock:
            self.clock = Clock(zone)
        self._is_ready = True

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session that only reads."""
        self.check_schema()
        with database.reading(self.engine) as session:
            yield session

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Open a session that writes; an error or an interruption undoes everything."""
        self.check_schema()
        with database.transaction(self.engine) as session:
            yield session

    def require(self, *permissions: Permission) -> str:
        """Return the actor, who must have one of the permissions (any of several will do).

        Raises ActorNeeded, UnknownActor, or NotAllowed.
        """
        if not self._actor:
            raise ActorNeeded
        with self.reading() as session:
            user = users.find_user(session, self._actor)
            if user is None:
                raise UnknownActor(user=self._actor)
            if not sessions.may_sign_in(user, self.clock):
                reason = self.text("用户 {user} 已停用或到期", user=user.name)
                raise NotAllowed(reason=reason)
            if not any(allows(user.role, permission) for permission in permissions):
                reason = self.text("角色 {role} 不能执行此操作", role=user.role.value)
                raise NotAllowed(reason=reason)
            return user.name

    def require_reading(self, permission: Permission) -> None:
        """Check the person's permission when one is named; reading changes nothing."""
        if self._actor:
            self.require(permission)

    def answer(self, document: Mapping[str, Any], lines: Iterable[str] = ()) -> None:
        """Print the result: the JSON document, or the lines for people."""
        if self.as_json:
            click.echo(json.dumps(document, ensure_ascii=False, indent=2))
            return
        for line in lines:
            click.echo(line)

    @property
    def actor(self) -> str | None:
        """The person who was named, without a question whether they may; see `require`."""
        return self._actor

    @property
    def language(self) -> str:
        """The language in which the person is answered."""
        return languages.CHINESE if self._english is None else languages.ENGLISH

    def translate(self, text: str) -> str:
        """Return a text in the person's language."""
        return text if self._english is None else self._english.get(text, text)

    def describe(self, error: DomainError) -> str:
        """Say what the rules refused in the person's language."""
        if self._english is None:
            return error.describe()
        return languages.describe_in(self._english, error)

    def say(self, template: str, **data: Any) -> None:
        """Tell the person something on standard error."""
        click.echo(self.text(template, **data), err=True)

    def text(self, template: str, **data: Any) -> str:
        """Return a sentence in the person's language."""
        return self.translate(template).format(**data)

    @contextmanager
    def progress(self, label: str, length: int) -> Iterator[Callable[[int], None]]:
        """Show a bar on a terminal; yields the function that moves it on."""
        hidden = not sys.stderr.isatty() or length == 0
        with click.progressbar(
            length=length, label=self.translate(label), file=sys.stderr, hidden=hidden
        ) as bar:
            yield bar.update


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, right: str = "") -> list[str]:
    """Lay out columns for a terminal; `right` has an `r` for each column aligned right."""
    cells = [list(heads), *(list(row) for row in rows)]
    widths = [max(_width(row[i]) for row in cells) for i in range(len(heads))]
    return [
        "  ".join(
            _padded(text, widths[i], to_right=right[i : i + 1] == "r") for i, text in enumerate(row)
        ).rstrip()
        for row in cells
    ]


def _width(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _padded(text: str, width: int, *, to_right: bool) -> str:
    space = " " * (width - _width(text))
    return space + text if to_right else text + space


pass_context = click.make_pass_decorator(CommandContext)
