"""The payer of a gift is who the bank says, once its line is matched."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import Engine, select

from foundation import database
from foundation.claims import book_facts
from foundation.gifts.models import Gift, reference
from tests import factories
from tests.databases import Databases
from tests.foundation.banking import bank_cases

DAY = date(2026, 1, 5)
NAME, BRANCH = "东湖启明科技有限公司", "东湖启明科技有限公司武汉分公司"


@pytest.fixture
def books(databases: Databases) -> Iterator[Engine]:
    with databases.prepared("sqlite", "books", factories.install_books) as engine:
        yield engine


def payers(engine: Engine) -> list[object]:
    """What is known of the payers, in the order of the gifts."""
    with database.reading(engine) as session:
        keys = list(session.execute(select(Gift.id).order_by(Gift.id)).scalars())
        books = book_facts.load(session, keys)
        assert [item.facts.id for item in books] == [reference(key, DAY) for key in keys]
        return [item.facts.facts.get("payment.payer") for item in books]


def test_unmatched_line_says_nothing(books: Engine) -> None:
    bank_cases.gift(books, NAME, 50_000_00, DAY)
    bank_cases.gift(books, "林晓舟", 60_000_00, DAY, reference="A2")
    row = ("2026-01-05", "捐款", 50_000_00, BRANCH, "A1")
    bank_cases.bring(books, bank_cases.csv_of([row]), opening=0)

    assert payers(books) == [None, "林晓舟"]


def test_matched_line_names_the_payer_before_the_register_does(books: Engine) -> None:
    bank_cases.gift(books, NAME, 50_000_00, DAY, reference="A1")
    bank_cases.gift(books, NAME, 70_000_00, DAY)
    rows = [
        ("2026-01-05", "捐款", 50_000_00, BRANCH, "A1"),
        ("2026-01-05", "捐款", 70_000_00, NAME, "A2"),
    ]
    bank_cases.bring(books, bank_cases.csv_of(rows), opening=0)
    assert payers(books) == [NAME, None]

    assert bank_cases.match(books).matches == 2

    # A branch paid the first one: whether that is the donor is for a person to decide.
    assert payers(books) == [BRANCH, NAME]
