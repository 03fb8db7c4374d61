"""The trail (操作日志): who did what, when and why, append-only and chained by digest.

Records gather in the session and are written by `flush`, which the one place that commits
calls last. So the head of the chain is locked for the shortest time, and a transaction that is
undone leaves nothing. Source of the duty: 财会〔2024〕12号 第三十二条.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, String, insert, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from ledger.clock import Clock
from ledger.orm import Base, Digest

GENESIS = hashlib.sha256(b"trail").hexdigest()
_PENDING = "ledger.trail.pending"


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
    connection = session.connection()
    head = connection.execute(
        update(TrailHead)
        .where(TrailHead.id == 1)
        .values(sequence=TrailHead.sequence + len(pending))
        .returning(TrailHead.sequence, TrailHead.digest)
    ).one()
    sequence, digest = head.sequence - len(pending), head.digest
    rows = []
    for at, actor, action, subject, reason, detail in pending:
        sequence += 1
        digest = link(digest, sequence, at, actor, action, subject, reason, detail)
        rows.append(
            {
                "sequence": sequence,
                "at": at,
                "actor": actor,
                "action": action,
                "subject": subject,
                "reason": reason,
                "detail": detail,
                "digest": digest,
            }
        )
    connection.execute(insert(TrailRecord), rows)
    connection.execute(update(TrailHead).where(TrailHead.id == 1).values(digest=digest))


def forget(session: Session) -> None:
    """Drop what was gathered, because the transaction is undone."""
    session.info.pop(_PENDING, None)


def link(previous: str, *content: Any) -> str:
    """Return the digest of a record and of the chain before it."""
    fields = [item.isoformat() if isinstance(item, datetime) else item for item in content]
    return hashlib.sha256(f"{previous}\n{canonical(fields)}".encode()).hexdigest()


def canonical(value: Any) -> str:
    """Write JSON in the one form that digests are made of: sorted, compact, UTF-8."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
