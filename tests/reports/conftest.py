"""Books for the reports, read only: built once for each database and shared by the tests."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from sqlalchemy import Engine

from tests.databases import DIALECTS, Databases
from tests.reports import book_cases


@pytest.fixture(scope="session", params=DIALECTS)
def kept_books(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    """The books of `book_cases`; nobody writes to them."""
    with ExitStack() as stack:
        found = databases.prepared(request.param, "report-books", book_cases.build)
        yield stack.enter_context(found)
