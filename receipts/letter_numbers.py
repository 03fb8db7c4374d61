"""Gap-free numbers per kind and year, from a counter row that stays locked, and their codes.

The row is locked from the moment numbers are taken until the transaction ends, so one that is
undone gives its numbers back. Gifts are locked before it, the head of the trail after it.
"""

import base64
import re
import secrets

from sqlalchemy import Connection, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.expression import ClauseElement

from ledger.orm import Prepared
from receipts.content import Kind
from receipts.models import LetterSeries

# 确认函, 明细, 证书, and the receipt of other countries. None may pass for a number of the state.
PREFIXES = {
    Kind.LETTER: "QR",
    Kind.ANNUAL: "MX",
    Kind.CERTIFICATE: "ZS",
    Kind.TAX_RECEIPT: "TR",
}
_KINDS = {prefix: kind for kind, prefix in PREFIXES.items()}
_REFERENCE = re.compile(r"([A-Z]{2})-(\d{4})-(\d{6,9})", re.ASCII)
_CODE_BYTES = 16


def _upsert(dialect: str) -> ClauseElement:
    made = (postgresql if dialect == "postgresql" else sqlite).insert(LetterSeries)
    made = made.values(
        kind=bindparam("kind"), year=bindparam("year"), last_number=bindparam("count")
    )
    upsert = made.on_conflict_do_update(
        index_elements=["kind", "year"],
        set_={"last_number": LetterSeries.last_number + made.excluded.last_number},
    )
    returning: ClauseElement = upsert.returning(LetterSeries.last_number)
    return returning


_TAKE = Prepared(_upsert)


def take(connection: Connection, kind: Kind, year: int, count: int) -> int:
    """Take `count` numbers of a series and return the first of them."""
    cursor = _TAKE.run(connection, kind=kind.value, year=year, count=count)
    (last_number,) = cursor.fetchone()
    return int(last_number) - count + 1


def reference(kind: Kind, year: int, number: int) -> str:
    """Write the number as it is printed: `QR-2026-000123`."""
    return f"{PREFIXES[kind]}-{year:04d}-{number:06d}"


def parse(text: str) -> tuple[Kind, int, int] | None:
    """Return kind, year and number of a printed number, None for any other text."""
    match = _REFERENCE.fullmatch(text.strip().upper())
    if match is None or match[1] not in _KINDS:
        return None
    return _KINDS[match[1]], int(match[2]), int(match[3])


def new_code() -> str:
    """Return 128 random bits in letters and digits that can be read out and typed."""
    return base64.b32encode(secrets.token_bytes(_CODE_BYTES)).decode("ascii").rstrip("=").lower()
