"""Checks of issued statements: no byte has changed, none is missing, no month was reopened."""

import hashlib
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.statements.models import IssuedStatement, IssuedStatementFile
from foundation.statements.service import GENESIS
from ledger.integrity import Check

_OPEN_BENEATH = """
SELECT 'statement ' || s.id, 'period ' || p.id || ' is not settled'
FROM issued_statement s
JOIN period p ON p.id BETWEEN s.first_period_id AND s.last_period_id
WHERE p.state <> 'closed' OR p.statements_issued_at IS NULL
"""


def _changed(session: Session) -> Iterator[tuple[str, str]]:
    previous = GENESIS
    for row in session.execute(select(IssuedStatement).order_by(IssuedStatement.id)).scalars():
        name = f"statement {row.id}"
        if hashlib.sha256(row.content.encode()).hexdigest() != row.digest:
            yield name, "content does not match its digest"
        if row.previous_digest != previous:
            yield name, "does not follow the statement before it"
        previous = row.digest
    for file in session.execute(
        select(IssuedStatementFile).order_by(
            IssuedStatementFile.statement_id, IssuedStatementFile.name
        )
    ).scalars():
        if hashlib.sha256(file.data).hexdigest() != file.digest:
            yield f"statement {file.statement_id} {file.name}", "does not match its digest"


CHECKS: tuple[Check, ...] = (
    Check("issued_statements_kept", "No issued statement has changed or vanished", _changed),
    Check("issued_periods_settled", "Periods of issued statements stay closed", _OPEN_BENEATH),
)
