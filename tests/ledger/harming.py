"""Do harm to stored books by raw SQL, let somebody look, and undo it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from ledger.integrity import Finding
from tests.migrations.violations import drop_guards, run


@dataclass(frozen=True, slots=True)
class Stored:
    """Books with every kind of voucher, on one database; whatever is tried is undone."""

    engine: Engine
    names: dict[str, object]


@contextmanager
def harmed(stored: Stored, *statements: str) -> Iterator[Session]:
    """Drop the guards, do harm, let the checks look, and undo everything."""
    with stored.engine.connect() as connection, connection.begin() as transaction:
        drop_guards(connection)
        for statement in statements:
            run(connection, statement, stored.names)
        with Session(connection) as session:
            yield session
        transaction.rollback()


def rows_by_check(findings: list[Finding]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for finding in findings:
        found.setdefault(finding.check, []).append(finding.row)
    return found
