"""Gap-free numbers per month and voucher word, from a counter row that stays locked.

The row is locked from the moment numbers are taken until the transaction ends, so one that is
undone gives its numbers back. Vouchers are locked before counters, counters in ascending order,
the head of the trail last (no two transactions can wait for each other).
"""

import hashlib

from sqlalchemy import Connection, bindparam, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.expression import ClauseElement

from ledger.orm import Prepared
from ledger.vouchers import VoucherSeries


def genesis(period_id: int, word: str) -> str:
    """Return the digest that the first voucher of a series is chained to."""
    return hashlib.sha256(f"{period_id}:{word}".encode()).hexdigest()


def _upsert(dialect: str) -> ClauseElement:
    made = (postgresql if dialect == "postgresql" else sqlite).insert(VoucherSeries)
    made = made.values(
        period_id=bindparam("period_id"),
        word=bindparam("word"),
        last_number=bindparam("count"),
        head=bindparam("genesis"),
    )
    upsert = made.on_conflict_do_update(
        index_elements=["period_id", "word"],
        set_={"last_number": VoucherSeries.last_number + made.excluded.last_number},
    )
    returning: ClauseElement = upsert.returning(VoucherSeries.last_number, VoucherSeries.head)
    return returning


_TAKE = Prepared(_upsert)
_SET_HEAD = Prepared(
    lambda _: (
        update(VoucherSeries)
        .where(
            VoucherSeries.period_id == bindparam("series_period"),
            VoucherSeries.word == bindparam("series_word"),
        )
        .values(head=bindparam("new_head"))
    )
)


def take(connection: Connection, period_id: int, word: str, count: int) -> tuple[int, str]:
    """Take `count` numbers; return the first of them and the head of the chain before it."""
    cursor = _TAKE.run(
        connection,
        period_id=period_id,
        word=word,
        count=count,
        genesis=genesis(period_id, word),
    )
    last_number, head = cursor.fetchone()
    return last_number - count + 1, head


def set_head(connection: Connection, period_id: int, word: str, head: str) -> None:
    """Remember the digest of the last voucher of a series."""
    _SET_HEAD.run(connection, series_period=period_id, series_word=word, new_head=head)
