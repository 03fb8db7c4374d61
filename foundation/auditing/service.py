"""Questions of auditors and the answers to them: recording, answering, closing.

The auditor writes nothing in this service. The accountant records what was asked, from a letter
or from the workbook of a sample; what was recorded is never changed, only answered and closed.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from foundation.auditing import references
from foundation.auditing.models import AuditAnswer, AuditAnswerFile, AuditQuery, reference
from foundation.auditing.references import Object
from foundation.books import papers
from foundation.imports.uploads import clean_name
from ledger import trail
from ledger.clock import Clock
from ledger.errors import Conflict, InvalidInput
from receipts import files

LONGEST_TEXT = 5000
LONGEST_LINE = 200
MOST_FILES = 20


@dataclass(frozen=True, slots=True)
class QueryInput:
    """A question as it was put; `about` names a voucher, a line or a gift, or nothing."""

    topic: str
    text: str
    asked_by: str
    asked_on: date
    about: str = ""


class AskedBefore(Conflict):
    """The same question about the same thing is recorded already."""

    code = "asked_before"
    message = "相同的询问已登记为 {query}"


class QueryClosed(Conflict):
    """A closed question takes no answer."""

    code = "audit_query_closed"
    message = "审计询问 {query} 已关闭，如有新的问题请另行登记"


def record(session: Session, entry: QueryInput, *, actor: str, clock: Clock) -> AuditQuery:
    """Record a question and number it.

    Raises InvalidInput, NotFound for what it is about, or AskedBefore.
    """
    topic = _line(entry.topic, "主题")
    asked_by = _line(entry.asked_by, "询问人")
    body = _body(entry.text, "询问")
    if entry.asked_on > clock.today():
        raise InvalidInput(field="询问日期", reason="不能晚于今天")
    about = references.find(session, entry.about)
    fingerprint = _fingerprint(about, body)
    _lock(session)
    known = session.execute(
        select(AuditQuery.year, AuditQuery.number).where(AuditQuery.fingerprint == fingerprint)
    ).one_or_none()
    if known is not None:
        raise AskedBefore(query=reference(known.year, known.number))
    year = entry.asked_on.year
    last = session.execute(select(func.max(AuditQuery.number)).where(AuditQuery.year == year))
    query = AuditQuery(
        year=year,
        number=(last.scalar() or 0) + 1,
        topic=topic,
        text=body,
        voucher_id=about.voucher_id,
        line_no=about.line_no,
        gift_id=about.gift_id,
        asked_by=asked_by,
        asked_on=entry.asked_on,
        fingerprint=fingerprint,
        recorded_by=actor,
        recorded_at=clock.now(),
        closed_by=None,
        closed_at=None,
    )
    session.add(query)
    session.flush()
    _note(session, "audit_query.record", query, actor, clock, detail={"topic": topic})
    return query


def answer(
    session: Session,
    named: str,
    said: str,
    *,
    attached: Sequence[tuple[str, bytes]] = (),
    data_dir: Path,
    actor: str,
    clock: Clock,
) -> AuditAnswer:
    """Answer a question, perhaps with papers; an answer before stays and is superseded.

    Raises UnknownQuery, QueryClosed or InvalidInput.
    """
    body = _body(said, "答复")
    _lock(session)
    query = references.find_query(session, named)
    if query.closed_at is not None:
        raise QueryClosed(query=reference(query.year, query.number))
    made = AuditAnswer(query_id=query.id, text=body, answered_by=actor, answered_at=clock.now())
    session.add(made)
    session.flush()
    digests = _attach(session, made.id, attached, data_dir)
    detail = {"answer": made.id, "files": digests}
    _note(session, "audit_query.answer", query, actor, clock, detail=detail)
    return made


def _attach(
    session: Session, answer_id: int, attached: Sequence[tuple[str, bytes]], data_dir: Path
) -> list[str]:
    if len(attached) > MOST_FILES:
        raise InvalidInput(field="附件", reason=f"一次最多 {MOST_FILES} 个文件")
    digests: list[str] = []
    for name, content in attached:
        cleaned = clean_name(name)[-LONGEST_LINE:]
        suffix = Path(cleaned).suffix.lower()
        if suffix not in papers.MEDIA_TYPES:
            known = "、".join(sorted(papers.MEDIA_TYPES))
            raise InvalidInput(field="附件", reason=f"文件类型应为 {known}")
        if not content or len(content) > papers.MAX_BYTES:
            most = papers.MAX_BYTES // 1024 // 1024
            raise InvalidInput(field="附件", reason=f"不能为空，最大 {most} MB")
        digest = files.store(data_dir, content)
        if digest in digests:
            continue
        digests.append(digest)
        session.add(
            AuditAnswerFile(
                answer_id=answer_id,
                file_name=cleaned,
                media_type=papers.MEDIA_TYPES[suffix],
                size=len(content),
                digest=digest,
            )
        )
    session.flush()
    return digests


def close(session: Session, named: str, *, actor: str, clock: Clock) -> AuditQuery:
    """Close a question that was answered. Raises UnknownQuery, QueryClosed or Conflict."""
    _lock(session)
    query = references.find_query(session, named)
    if query.closed_at is not None:
        raise QueryClosed(query=reference(query.year, query.number))
    answered = select(AuditAnswer.id).where(AuditAnswer.query_id == query.id)
    if session.execute(answered.limit(1)).first() is None:
        raise Conflict(reason="没有答复的询问不能关闭")
    query.closed_by = actor
    query.closed_at = clock.now()
    session.flush()
    _note(session, "audit_query.close", query, actor, clock)
    return query


def _lock(session: Session) -> None:
    """Let one person at a time number, answer or close; SQLite has one writer anyway."""
    if session.connection().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE audit_query IN SHARE ROW EXCLUSIVE MODE"))


def _fingerprint(about: Object, body: str) -> str:
    parts = (about.voucher_id, about.line_no, about.gift_id, " ".join(body.split()))
    return hashlib.sha256("|".join(str(part or "") for part in parts).encode()).hexdigest()


def _line(value: str, field: str) -> str:
    cleaned = " ".join(value.split())
    if not cleaned or len(cleaned) > LONGEST_LINE or not cleaned.isprintable():
        raise InvalidInput(field=field, reason=f"应为 1 到 {LONGEST_LINE} 个字符")
    return cleaned


def _body(value: str, field: str) -> str:
    cleaned = value.replace("\r\n", "\n").strip()
    if not cleaned or len(cleaned) > LONGEST_TEXT or "\x00" in cleaned:
        raise InvalidInput(field=field, reason=f"应为 1 到 {LONGEST_TEXT} 个字符")
    return cleaned


def _note(
    session: Session,
    action: str,
    query: AuditQuery,
    actor: str,
    clock: Clock,
    *,
    detail: dict[str, object] | None = None,
) -> None:
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action=action,
        subject=f"audit_query:{reference(query.year, query.number)}",
        detail=detail,
    )
