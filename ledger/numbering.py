"""Gap-free numbers per month and voucher word, from a counter row that stays locked.

The row is locked from the moment numbers are taken until the transaction ends, so one that is
undone gives its numbers back. Vouchers are locked before counters, counters in ascending order,
the head of the trail last (no two transactions can wait for each other).
"""

import hashlib

from sqlalchemy import Connection, update
from sqlalchemy.dialects import postgresql, sqlite

from ledger.vouchers import VoucherSeries


def genesis(period_id: int, word: str) -> str:
    """Return the digest that the first voucher of a series is chained to."""
    return hashlib.sha256(f"{period_id}:{word}".encode()).hexdigest()


def take(connection: Connection, period_id: int, word: str, count: int) -> tuple[int, str]:
    """Take `count` numbers; return the first of them and the head of the chain before it."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    insert = dialect.insert(VoucherSeries).values(
        period_id=period_id, word=word, last_number=count, head=genesis(period_id, word)
    )
    row = connection.execute(
        insert.on_conflict_do_update(
            index_elements=["period_id", "word"],
            set_={"last_number": VoucherSeries.last_number + insert.excluded.last_number},
        ).returning(VoucherSeries.last_number, VoucherSeries.head)
    ).one()
    return row.last_number - count + 1, row.head


def set_head(connection: Connection, period_id: int, word: str, head: str) -> None:
    """Remember the digest of the last voucher of a series."""
    connection.execute(
        update(VoucherSeries)
        .where(VoucherSeries.period_id == period_id, VoucherSeries.word == word)
        .values(head=head)
    )
