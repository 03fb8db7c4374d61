"""The one place that commits: errors of one kind whoever meets them, and readers that only read."""

import logging

import pytest
from sqlalchemy import Engine, delete, text
from sqlalchemy.exc import DBAPIError

from foundation import database
from ledger import drafting
from ledger.errors import Conflict
from ledger.orm import Prepared
from ledger.trail import TrailRecord
from tests import factories
from tests.factories import CLOCK, PREPARER
from tests.refusals import guarded, refused

FORGE = Prepared(lambda _: delete(TrailRecord))
BOTH = pytest.mark.parametrize("pipelined", [False, True], ids=["plain", "pipelined"])


@BOTH
def test_guard_that_the_driver_meets_is_an_error_like_any_other(
    books: Engine, *, pipelined: bool
) -> None:
    with guarded("trail_final"), database.transaction(books, pipelined=pipelined) as session:
        FORGE.run(session.connection())
    assert factories.findings(books) == []


@BOTH
def test_first_failure_is_named_and_not_what_followed_it(books: Engine, *, pipelined: bool) -> None:
    """In a pipeline the answer comes after more was sent; the rest only says that it broke."""
    with guarded("trail_final"), database.transaction(books, pipelined=pipelined) as session:
        FORGE.run(session.connection())
        gift = factories.gift_voucher(books)
        for _ in range(3):
            drafting.draft(session, [gift], actor=PREPARER, clock=CLOCK)
    assert factories.findings(books) == []


@BOTH
def test_refusal_of_a_service_is_not_hidden_by_a_statement_that_failed_too(
    books: Engine, caplog: pytest.LogCaptureFixture, *, pipelined: bool
) -> None:
    caplog.set_level(logging.WARNING)
    with (
        refused("conflict") if pipelined and is_postgresql(books) else guarded("trail_final"),
        database.transaction(books, pipelined=pipelined) as session,
    ):
        FORGE.run(session.connection())
        raise Conflict(reason="期间已结账")
    # The driver would tell the log what it could not raise, with the values of the row.
    assert caplog.text == ""
    assert factories.findings(books) == []


def is_postgresql(engine: Engine) -> bool:
    return engine.dialect.name == "postgresql"


def test_failure_without_a_guard_keeps_its_kind(books: Engine) -> None:
    with pytest.raises(DBAPIError) as caught, database.reading(books) as session:
        session.connection().connection.driver_connection.execute("SELECT * FROM nothing")  # type: ignore[union-attr]
    kind = "OperationalError" if books.dialect.name == "sqlite" else "ProgrammingError"
    assert type(caught.value).__name__ == kind


def test_reader_cannot_write(books: Engine) -> None:
    with pytest.raises(DBAPIError, match=r"read-?only"), database.reading(books) as session:
        session.execute(text("UPDATE fund SET name = 'x'"))
    with pytest.raises(DBAPIError, match=r"read-?only"), database.reading(books) as session:
        FORGE.run(session.connection())


def test_connection_of_a_reader_writes_again_afterwards(books: Engine) -> None:
    for _ in range(3):
        with database.reading(books) as session:
            session.connection()
        factories.post_gift(books)
    assert factories.findings(books) == []
