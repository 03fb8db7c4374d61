"""What several tests of the ledger look at together."""

from collections.abc import Iterator

import pytest

from tests.databases import DIALECTS, Databases
from tests.ledger.harming import Stored
from tests.migrations import guarded_books


@pytest.fixture(scope="module", params=DIALECTS)
def stored(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Stored]:
    """Books with one voucher of every kind; no test changes them for good."""
    with databases.prepared(request.param, "guarded", guarded_books.build) as engine:
        yield Stored(engine, guarded_books.names(engine))
