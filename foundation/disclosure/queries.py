"""Read publications: what is public, what waits, and what may still be shown of it."""

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.disclosure import content, screening
from foundation.disclosure.content import Cell, Content
from foundation.disclosure.models import (
    DisclosureEntry,
    DisclosureFile,
    DisclosureVersion,
    VersionState,
)
from foundation.disclosure.service import UnknownPublication

TAKEN_BACK = "（捐赠人已撤回公示）"


@dataclass(frozen=True, slots=True)
class Publication:
    """A version of an entry; `shown` reads what it says from `body`."""

    id: int
    kind: str
    subject: str
    number: int | None
    state: VersionState
    title: str
    digest: str
    correction: str
    address: str
    prepared_by: str
    prepared_at: datetime
    decided_by: str
    decided_at: datetime | None
    declined_reason: str
    body: str


@dataclass(frozen=True, slots=True)
class FileRef:
    """A published file, without its bytes."""

    id: int
    name: str
    digest: str


def find(session: Session, kind: str, subject: str) -> list[Publication]:
    """Return every published version of an entry, the latest first."""
    return _read(
        session,
        DisclosureEntry.kind == kind,
        DisclosureEntry.subject == subject,
        DisclosureVersion.state == VersionState.PUBLISHED,
    )


def get(session: Session, version_id: int) -> Publication:
    """Return one version in whatever state. Raises UnknownPublication."""
    found = _read(session, DisclosureVersion.id == version_id)
    if not found:
        raise UnknownPublication(publication=version_id)
    return found[0]


def latest(session: Session) -> list[Publication]:
    """Return the latest published version of every entry, the newest first."""
    seen: dict[tuple[str, str], Publication] = {}
    for item in _read(session, DisclosureVersion.state == VersionState.PUBLISHED):
        seen.setdefault((item.kind, item.subject), item)
    return list(seen.values())


def recent(session: Session, *, limit: int = 100) -> list[Publication]:
    """Return the latest versions in every state, for the office: those that wait come first."""
    found = _read(session, limit=limit)
    return sorted(found, key=lambda item: item.state is not VersionState.PREPARED)


def shown(session: Session, publication: Publication) -> Content:
    """Return what a publication says, without the names of donors who took consent back since.

    Amounts and sums stay: the frozen bytes and their digest are what they were.
    """
    written = content.load(publication.body)
    gone = set(screening.taken_back(session, written))
    if not gone:
        return written
    sections = tuple(
        replace(section, rows=tuple(_without(row, gone) for row in section.rows))
        for section in written.sections
    )
    return replace(written, sections=sections)


def files_of(session: Session, version_id: int) -> list[FileRef]:
    """Return the files of a version."""
    rows = session.execute(
        select(DisclosureFile.id, DisclosureFile.name, DisclosureFile.digest)
        .where(DisclosureFile.version_id == version_id)
        .order_by(DisclosureFile.id)
    )
    return [FileRef(row.id, row.name, row.digest) for row in rows]


def get_file(session: Session, file_id: int, *, only_public: bool) -> DisclosureFile:
    """Return a file with its bytes. Raises UnknownPublication."""
    query = (
        select(DisclosureFile)
        .join(DisclosureVersion, DisclosureVersion.id == DisclosureFile.version_id)
        .where(DisclosureFile.id == file_id)
    )
    if only_public:
        query = query.where(DisclosureVersion.state == VersionState.PUBLISHED)
    found = session.execute(query).scalar_one_or_none()
    if found is None:
        raise UnknownPublication(publication=file_id)
    return found


def _read(session: Session, *where: Any, limit: int | None = None) -> list[Publication]:
    query = (
        select(DisclosureVersion, DisclosureEntry)
        .join(DisclosureEntry, DisclosureEntry.id == DisclosureVersion.entry_id)
        .where(*where)
        .order_by(DisclosureVersion.decided_at.desc(), DisclosureVersion.id.desc())
        .limit(limit)
    )
    rows: Sequence[Any] = session.execute(query).all()
    return [_publication(version, entry) for version, entry in rows]


def _publication(version: DisclosureVersion, entry: DisclosureEntry) -> Publication:
    return Publication(
        id=version.id,
        kind=entry.kind,
        subject=entry.subject,
        number=version.number,
        state=version.state,
        title=version.title,
        digest=version.digest,
        correction=version.correction or "",
        address=version.address or "",
        prepared_by=version.prepared_by,
        prepared_at=version.prepared_at,
        decided_by=version.decided_by or "",
        decided_at=version.decided_at,
        declined_reason=version.declined_reason or "",
        body=version.content,
    )


def _without(row: Sequence[Cell], gone: Container[tuple[int, ...]]) -> tuple[Cell, ...]:
    return tuple(
        TAKEN_BACK if isinstance(cell, dict) and tuple(cell.get("gifts", ())) in gone else cell
        for cell in row
    )
