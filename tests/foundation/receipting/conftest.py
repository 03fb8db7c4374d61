"""Books of an organisation, for the tests of its documents."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from tests.databases import DIALECTS, Databases
from tests.foundation.receipting import document_cases


@pytest.fixture(params=DIALECTS)
def books(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    """The demo organisation with a scholarship fund, on SQLite and on PostgreSQL."""
    with databases.prepared(request.param, "documents", document_cases.install) as found:
        yield found
