"""Prepare, publish and decline publications. What is prepared is frozen: it is what is published.

One person prepares, another publishes. A correction is a further version with its 更正说明; the
one before stays. Publishing marks the duty of the calendar that it fulfils.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.disclosure import composing, content, kinds, screening
from foundation.disclosure.composing import Wanted
from foundation.disclosure.content import Content, Paper
from foundation.disclosure.kinds import About, Kind
from foundation.disclosure.models import (
    DisclosureEntry,
    DisclosureFile,
    DisclosureVersion,
    VersionState,
)
from foundation.duties import service as duties
from foundation.statements.models import IssuedStatement, IssuedStatementFile
from ledger import trail
from ledger.clock import Clock
from ledger.errors import Conflict, InvalidInput, NotAllowed, NotFound, Stale

PDF = "application/pdf"
LARGEST_BYTES = 20 * 1024 * 1024
MOST_FILES = 12
_LONGEST_SUBJECT = 40


class UnknownPublication(NotFound):
    """There is no such publication."""

    code = "unknown_publication"
    message = "没有公开事项 {publication}"


class OwnPublication(NotAllowed):
    """Who prepared a publication does not publish it."""

    code = "own_publication"
    message = "公开事项由另一人复核后发布，不能发布自己准备的内容"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file to publish."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Preparation:
    """What somebody wants to publish."""

    kind: str
    subject: str = "current"
    title: str = ""
    text: str = ""
    correction: str = ""
    files: tuple[Upload, ...] = ()


def prepare(
    session: Session, wanted: Preparation, *, actor: str, clock: Clock
) -> DisclosureVersion:
    """Write a publication and freeze it for a second person.

    Raises UnknownKind, InvalidInput, NothingToPublish, MayNotBePublished, and Conflict while
    another one waits, for a correction without its explanation, or when nothing changed.
    """
    kind = kinds.get(wanted.kind)
    subject = _subject(kind, wanted.subject)
    files = (*_checked(wanted.files), *_issued(session, kind, subject))
    papers = tuple(
        Paper(file.name, hashlib.sha256(file.data).hexdigest(), len(file.data)) for file in files
    )
    asked = Wanted(kind, subject, wanted.text, wanted.title, papers[: len(wanted.files)])
    written = composing.compose(session, asked, today=clock.today())
    written = _with_papers(written, papers)
    screening.require_publishable(session, written)
    entry = _entry(session, kind, subject, actor=actor, clock=clock)
    correction = wanted.correction.strip()
    _refuse_second(session, entry, written, correction)
    body = content.dump(written)
    version = DisclosureVersion(
        entry_id=entry.id,
        state=VersionState.PREPARED,
        title=written.title,
        content=body,
        digest=content.digest_of(body),
        correction=correction or None,
        duty=kind.duty or None,
        occurrence=_occurrence(kind, subject) if kind.duty else None,
        prepared_by=actor,
        prepared_at=clock.now(),
    )
    session.add(version)
    session.flush()
    session.add_all(
        DisclosureFile(
            version_id=version.id,
            name=file.name,
            media_type=PDF,
            digest=paper.digest,
            data=file.data,
        )
        for file, paper in zip(files, papers, strict=True)
    )
    session.flush()
    _record(session, "disclosure.prepare", version, entry, actor, clock)
    return version


def publish(
    session: Session, version_id: int, *, expected: str, public_url: str, actor: str, clock: Clock
) -> DisclosureVersion:
    """Publish what another person prepared; `expected` is the digest that was looked at.

    Raises UnknownPublication, OwnPublication, Stale, Conflict, and MayNotBePublished when a donor
    took consent back in the meantime.
    """
    version, entry = _hold(session, version_id)
    if version.prepared_by == actor:
        raise OwnPublication
    if expected != version.digest:
        raise Stale(what="公开内容")
    screening.require_publishable(session, content.load(version.content))
    before = session.execute(
        select(func.max(DisclosureVersion.number)).where(DisclosureVersion.entry_id == entry.id)
    ).scalar()
    version.number = (before or 0) + 1
    version.address = f"{public_url.rstrip('/')}/disclosure/{entry.kind}/{entry.subject}"
    version.state = VersionState.PUBLISHED
    version.decided_by, version.decided_at = actor, clock.now()
    session.flush()
    _record(session, "disclosure.publish", version, entry, actor, clock)
    _mark_duty(session, version, entry, actor=actor, clock=clock)
    return version


def decline(
    session: Session, version_id: int, *, reason: str, actor: str, clock: Clock
) -> DisclosureVersion:
    """Send a prepared publication back. Raises UnknownPublication, Conflict, InvalidInput."""
    if not reason.strip() or len(reason) > 500:
        raise InvalidInput(field="原因", reason="请写明退回的原因，最多 500 字")
    version, entry = _hold(session, version_id)
    if version.prepared_by == actor:
        raise OwnPublication
    version.state = VersionState.DECLINED
    version.declined_reason = reason.strip()
    version.decided_by, version.decided_at = actor, clock.now()
    session.flush()
    _record(session, "disclosure.decline", version, entry, actor, clock, reason=reason.strip())
    return version


def _subject(kind: Kind, text: str) -> str:
    subject = "current" if kind.about is About.CURRENT else text.strip()
    plain = subject.replace("-", "").replace("_", "")
    is_plain = plain.isascii() and plain.isalnum()
    if not subject or len(subject) > _LONGEST_SUBJECT or not is_plain:
        raise InvalidInput(field="对象", reason="应为年度、事项编号或由字母数字组成的公告编号")
    return subject


def _checked(files: Sequence[Upload]) -> tuple[Upload, ...]:
    if len(files) > MOST_FILES:
        raise InvalidInput(field="附件", reason=f"最多 {MOST_FILES} 个文件")
    names = [file.name for file in files]
    if len(set(names)) < len(names):
        raise InvalidInput(field="附件", reason="文件名不能重复")
    for file in files:
        if not file.data.startswith(b"%PDF-"):
            raise InvalidInput(field="附件", reason=f"“{file.name[:60]}”不是 PDF 文件")
        if len(file.data) > LARGEST_BYTES:
            raise InvalidInput(field="附件", reason=f"“{file.name[:60]}”超过 20 MB")
        if not 0 < len(file.name) <= 120 or not file.name.isprintable() or "/" in file.name:
            raise InvalidInput(field="附件", reason="文件名最多 120 字，不能含有不能显示的字符")
    return tuple(files)


def _issued(session: Session, kind: Kind, subject: str) -> tuple[Upload, ...]:
    """Return the printed files of issued statements, byte for byte."""
    if kind.id != "statements":
        return ()
    rows = session.execute(
        select(IssuedStatement.layout, IssuedStatementFile)
        .join(IssuedStatementFile, IssuedStatementFile.statement_id == IssuedStatement.id)
        .where(IssuedStatement.period == subject, IssuedStatementFile.media_type == PDF)
        .order_by(IssuedStatement.id, IssuedStatementFile.name)
    )
    return tuple(Upload(f"{subject}-{layout}-{file.name}", file.data) for layout, file in rows)


def _with_papers(written: Content, papers: tuple[Paper, ...]) -> Content:
    return written if written.papers == papers else content.with_papers(written, papers)


def _entry(
    session: Session, kind: Kind, subject: str, *, actor: str, clock: Clock
) -> DisclosureEntry:
    known = (
        select(DisclosureEntry)
        .where(DisclosureEntry.kind == kind.id, DisclosureEntry.subject == subject)
        .with_for_update()
    )
    entry = session.execute(known).scalar_one_or_none()
    if entry is None:
        entry = DisclosureEntry(
            kind=kind.id, subject=subject, created_by=actor, created_at=clock.now()
        )
        session.add(entry)
        session.flush()
    return entry


def _refuse_second(
    session: Session, entry: DisclosureEntry, written: Content, correction: str
) -> None:
    versions = list(
        session.execute(
            select(DisclosureVersion)
            .where(DisclosureVersion.entry_id == entry.id)
            .order_by(DisclosureVersion.id)
        ).scalars()
    )
    if any(version.state is VersionState.PREPARED for version in versions):
        raise Conflict(reason="此事项已有待复核的内容，请先发布或退回")
    public = [version for version in versions if version.state is VersionState.PUBLISHED]
    if not public:
        if correction:
            raise InvalidInput(field="更正说明", reason="还没有公开过，不需要更正说明")
        return
    if not correction or len(correction) > 1000 or not correction.replace("\n", "").isprintable():
        raise InvalidInput(field="更正说明", reason="更正已公开的内容须写明更正说明，最多 1000 字")
    before = content.load(public[-1].content)
    if content.same(before, written):
        raise Conflict(reason="内容与已公开的相同，没有需要更正的")


def _hold(session: Session, version_id: int) -> tuple[DisclosureVersion, DisclosureEntry]:
    version = session.execute(
        select(DisclosureVersion).where(DisclosureVersion.id == version_id).with_for_update()
    ).scalar_one_or_none()
    if version is None:
        raise UnknownPublication(publication=version_id)
    if version.state is not VersionState.PREPARED:
        raise Conflict(reason="此内容已由他人处理")
    return version, session.get_one(DisclosureEntry, version.entry_id)


def _occurrence(kind: Kind, subject: str) -> str:
    """Return what the calendar calls this occasion: the year it falls due, or the event."""
    return str(int(subject) + 1) if kind.about is About.YEAR else subject


def _mark_duty(
    session: Session,
    version: DisclosureVersion,
    entry: DisclosureEntry,
    *,
    actor: str,
    clock: Clock,
) -> None:
    """Mark the duty as done, unless it is not in the calendar or was marked before."""
    kind = kinds.get(entry.kind)
    if version.duty is None or version.occurrence is None:
        return
    if kind.together and not _is_public(session, kind.together, entry.subject):
        return
    try:
        duties.mark_done(
            session,
            version.duty,
            version.occurrence,
            done_on=clock.today(),
            note=f"已公开：{version.address}",
            actor=actor,
            clock=clock,
        )
    except (duties.UnknownDuty, duties.DutyDone):
        # The calendar does not ask for it this year, or somebody marked it by hand.
        return


def _is_public(session: Session, kind: str, subject: str) -> bool:
    found = (
        select(DisclosureVersion.id)
        .join(DisclosureEntry, DisclosureEntry.id == DisclosureVersion.entry_id)
        .where(
            DisclosureEntry.kind == kind,
            DisclosureEntry.subject == subject,
            DisclosureVersion.state == VersionState.PUBLISHED,
        )
    )
    return session.execute(found.limit(1)).first() is not None


def _record(
    session: Session,
    action: str,
    version: DisclosureVersion,
    entry: DisclosureEntry,
    actor: str,
    clock: Clock,
    *,
    reason: str | None = None,
) -> None:
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action=action,
        subject=f"disclosure:{entry.kind}:{entry.subject}",
        reason=reason or version.correction,
        detail={"version": version.id, "number": version.number, "digest": version.digest},
    )
