"""The foundation of portal_cases and its application, with a clock that a test turns."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine

from tests.databases import Databases
from tests.foundation.portal import portal_cases
from tests.serving import HandClock


@pytest.fixture
def books(databases: Databases) -> Iterator[Engine]:
    """Two donors with papers, on SQLite: pages are the same on both databases."""
    with databases.prepared("sqlite", "portal", portal_cases.build) as found:
        yield found


@pytest.fixture
def hand() -> HandClock:
    """A clock that the test turns."""
    return HandClock()


@pytest.fixture
def app(books: Engine, tmp_path: Path, hand: HandClock) -> Flask:
    """The application on these books."""
    return portal_cases.application(books, tmp_path, clock=hand)
