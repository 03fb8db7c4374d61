"""Books whose costs are shared, on both databases."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from tests.databases import DIALECTS, Databases
from tests.foundation.shared_costs import cost_cases


@pytest.fixture(params=DIALECTS)
def costly(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    """Where the database may tell itself apart."""
    with databases.prepared(request.param, "shared-costs", cost_cases.build) as engine:
        yield engine


@pytest.fixture
def local(databases: Databases) -> Iterator[Engine]:
    """Where it may not."""
    with databases.prepared("sqlite", "shared-costs", cost_cases.build) as engine:
        yield engine
