"""File 21: what donors were told of their gifts, each with the paper that they got."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import Engine

from foundation import database
from foundation.uses import service
from reports.audit_pack import packing, use_files
from tests.databases import DIALECTS, Databases
from tests.factories import CLOCK, PREPARER
from tests.foundation.uses import use_cases


@pytest.fixture(params=DIALECTS)
def books(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    with databases.prepared(request.param, "uses", use_cases.build) as found:
        yield found


def test_last_report_of_each_gift_stands_in_the_list_with_its_paper(books: Engine) -> None:
    use_cases.make(books, 1, through=date(2026, 2, 28))
    last, other = use_cases.make(books, 1), use_cases.make(books, 2)
    with database.transaction(books) as session:
        service.send(session, last, public_url="https://example.org", actor=PREPARER, clock=CLOCK)
    with database.reading(books) as session:
        year = packing.year_parameters(session, 2026, clock=CLOCK)
        rows = [row.cells for row in use_files.uses(session, year).rows]
        papers = dict(use_files.papers(session, year))
        kept = [service.get(session, key).file for key in (last, other)]
        before = packing.year_parameters(session, 2025, clock=CLOCK)
        assert list(use_files.uses(session, before).rows) == []
    assert [(row[0], *row[1:3], row[4], row[5]) for row in rows] == [
        ("G2026-000001", 60_000_00, 15_000_00, 45_000_00, CLOCK.now().date()),
        ("G2026-000002", 40_000_00, 10_000_00, 30_000_00, None),
    ]
    assert "SCHOL" in str(rows[0][3])
    assert papers == {
        "G2026-000001-U2.pdf": kept[0],
        "G2026-000002-U1.pdf": kept[1],
    }
