"""The trail (操作日志): who did what, when and why, append-only and chained by digest.

Records gather in the session and are written by `flush`, which the one place that commits
calls last. So the head of the chain is locked for the shortest time, and a transaction that is
undone leaves nothing. Source of the duty: 财会〔2024〕12号 第三十二条.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Index,
    Insert,
    String,
    Text,
    bindparam,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from ledger.clock import Clock
from ledger.orm import Base, Digest, Prepared, connection_of, is_postgresql

GENESIS = hashlib.sha256(b"trail").hexdigest()
_PENDING = "ledger.trail.pending"
# Set in `session.info` by whoever opens a transaction for one act and nothing more: it may let
# the server number and chain, and so hold the last locks without a word going back and forth.
SINGLE_ACT = "ledger.trail.single_act"
_encoder = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


class TrailRecord(Base):
    """One act of one person."""

    __tablename__ = "trail_record"

    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(64))
    action: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(120))
    reason: Mapped[str | None]
    detail: Mapped[str | None]
    digest: Mapped[Digest]

    __table_args__ = (Index(None, "subject"), Index(None, "actor", "sequence"))


class TrailHead(Base):
    """The last link of the chain; locked while records are added."""

    __tablename__ = "trail_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sequence: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[Digest]

    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)


_COLUMNS = ("sequence", "at", "actor", "action", "subject", "reason", "detail", "digest")
_LOCK_HEAD = Prepared(lambda _: select(TrailHead.sequence, TrailHead.digest).with_for_update())
_INSERT = Prepared(
    lambda _: insert(TrailRecord).values({name: bindparam(name) for name in _COLUMNS})
)
_SET_HEAD = Prepared(
    lambda _: update(TrailHead).values(
        sequence=bindparam("new_sequence", type_=BigInteger), digest=bindparam("new_digest")
    )
)


def _appending(_dialect: str) -> Insert:
    """Append one record in one statement: the server takes the sequence and hashes."""
    head, content = TrailHead.__table__.c, bindparam("content", type_=Text)
    text = func.concat(head.digest, "\n", head.sequence + 1, "\n", content)
    moved = (
        update(TrailHead)
        .values(
            sequence=head.sequence + 1,
            digest=func.encode(func.sha256(func.convert_to(text, "UTF8")), "hex"),
        )
        .returning(TrailHead.sequence, TrailHead.digest)
        .cte("moved")
    )
    table = TrailRecord.__table__
    given = [bindparam(name, type_=table.c[name].type) for name in _COLUMNS[1:-1]]
    return insert(TrailRecord).from_select(
        list(_COLUMNS), select(moved.c.sequence, *given, moved.c.digest)
    )


_APPEND = Prepared(_appending)


def record(
    session: Session,
    *,
    actor: str,
    clock: Clock,
    action: str,
    subject: str,
    reason: str | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Note an act; it is written when the transaction commits.

    `action` is `noun.verb`, `subject` names the thing (`voucher:12`), `detail` is JSON-ready.
    """
    packed = None if detail is None else canonical(detail)
    pending = session.info.setdefault(_PENDING, [])
    pending.append((clock.now(), actor, action, subject, reason, packed))


def flush(session: Session) -> None:
    """Write the gathered records at the end of the chain. Call right before commit."""
    pending = session.info.pop(_PENDING, [])
    if not pending:
        return
    connection = connection_of(session)
    if session.info.get(SINGLE_ACT) and is_postgresql(connection):
        for act in pending:
            values = dict(zip(_COLUMNS[1:-1], act, strict=True))
            _APPEND.run(connection, content=content_of(*act), **values)
        return
    last, digest = _LOCK_HEAD.run(connection).fetchone()
    rows = []
    for sequence, act in enumerate(pending, start=last + 1):
        digest = link(digest, sequence, *act)
        rows.append(dict(zip(_COLUMNS, (sequence, *act, digest), strict=True)))
    _INSERT.run_each(connection, rows)
    _SET_HEAD.run(connection, new_sequence=last + len(pending), new_digest=digest)


def forget(session: Session) -> None:
    """Drop what was gathered, because the transaction is undone."""
    session.info.pop(_PENDING, None)


def link(previous: str, sequence: int, *act: Any) -> str:
    """Return the digest of a record and of the chain before it."""
    text = f"{previous}\n{sequence}\n{content_of(*act)}"
    return hashlib.sha256(text.encode()).hexdigest()


def content_of(*act: Any) -> str:
    """Return the canonical content of a record: when, who, what, about what, why, details."""
    fields = [
        # In UTC, as it is read back, whatever zone the clock gave.
        item.astimezone(UTC).isoformat() if isinstance(item, datetime) else item
        for item in act
    ]
    return canonical(fields)


def canonical(value: Any) -> str:
    """Write JSON in the one form that digests are made of: sorted, compact, UTF-8."""
    return _encoder.encode(value)
