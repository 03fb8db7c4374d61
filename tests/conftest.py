"""What every test may ask for: databases, books, a clock that stands still, and no network."""

import ipaddress
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from hypothesis import settings
from sqlalchemy import Engine

from ledger.clock import FixedClock
from tests import factories
from tests.databases import DIALECTS, Databases

# Databases answer in uneven times; a slow example is not a wrong one.
settings.register_profile("books", deadline=None, print_blob=True)
settings.load_profile("books")


@pytest.fixture(scope="session")
def databases() -> Iterator[Databases]:
    """Give out databases; for tests that need several, or one for each example."""
    with ExitStack() as stack:
        yield Databases(stack)


@pytest.fixture(params=DIALECTS)
def engine(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    """A database with the schema and nothing in it, on SQLite and on PostgreSQL."""
    with databases.migrated(request.param) as found:
        yield found


@pytest.fixture(params=DIALECTS)
def books(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    """A database with books and no vouchers (see `factories.install_books`)."""
    with databases.prepared(request.param, "books", factories.install_books) as found:
        yield found


@pytest.fixture(scope="session")
def clock() -> FixedClock:
    """2026-11-22 02:00 UTC, which is ten in the morning in Wuhan."""
    return factories.CLOCK


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """Refuse every connection that leaves the machine."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def guarded(original: Any) -> Any:
        def call(self: socket.socket, address: Any) -> Any:
            if self.family != socket.AF_UNIX and not _is_loopback(address):
                message = f"a test tried to reach {address!r}"
                raise AssertionError(message)
            return original(self, address)

        return call

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded(connect))
        patch.setattr(socket.socket, "connect_ex", guarded(connect_ex))
        yield


def _is_loopback(address: Any) -> bool:
    host = address[0] if isinstance(address, tuple) else address
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
