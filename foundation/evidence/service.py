"""Hand in tables and papers, withdraw them, and do without what cannot be had.

A table is read and checked whole before anything is kept; the original file stays under its
digest, the rows beside it. A later table of the same kind and year takes its place; the earlier
one stays as it was. Nothing here changes the books.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.books import papers
from foundation.evidence import checking, queries, reading
from foundation.evidence.kinds import Kind, get_kind
from foundation.evidence.models import EvidenceRow, EvidenceUpload, EvidenceWaiver
from foundation.evidence.reading import ReadRow
from foundation.evidence.refusals import NothingThere, SamePaper, TableRefused, UnknownUpload
from foundation.imports.uploads import clean_name
from ledger import trail
from ledger.clock import Clock
from ledger.errors import Conflict, InvalidInput, NotFound
from ledger.funds import Fund
from ledger.periods import Period
from receipts import files

_FORMATS = (".xlsx", ".xls", ".csv")
_REPLACED = "由后来上传的资料替代"


@dataclass(frozen=True, slots=True)
class Paper:
    """A file with what stands about it; a table has no title of its own."""

    name: str
    content: bytes
    title: str = ""
    reference: str = ""
    dated_on: date | None = None


def hand_in_table(
    session: Session,
    code: str,
    year: int,
    paper: Paper,
    *,
    statement_rows: Sequence[str] | None = None,
    data_dir: Path,
    actor: str,
    clock: Clock,
) -> EvidenceUpload:
    """Read, check and keep a table of a year; one of the same kind before it ends.

    `statement_rows` are the rows that the statements of the year have, as `报表/项目`.
    Raises TableRefused with every flaw, a FileRefused, InvalidInput, UnknownKind.
    """
    kind = _kind(code, is_table=True)
    _require_year(session, year)
    name = clean_name(paper.name)
    suffix = Path(name).suffix.lower()
    if suffix not in _FORMATS:
        raise InvalidInput(field="文件", reason="应为 .xlsx、.xls 或 .csv 表格")
    _require_size(paper.content)
    rows = reading.read(kind, paper.content, name)
    known = {"funds": set(session.execute(select(Fund.code).order_by(Fund.code)).scalars())}
    if statement_rows is not None:
        known["rows"] = set(statement_rows)
    flaws = checking.check(kind, rows, known)
    if flaws:
        raise TableRefused(name, flaws)
    digest = files.digest_of(paper.content)
    before = queries.find_live(session, kind.code, year)
    if before is not None and before.digest == digest:
        raise SamePaper(
            year=year,
            title=kind.zh,
            on=before.uploaded_at.date().isoformat(),
            by=before.uploaded_by,
        )
    if before is not None:
        _end(before, reason=_REPLACED, actor=actor, now=clock.now())
        session.flush()
    files.store(data_dir, paper.content)
    upload = _upload(kind, year, paper, name=name, actor=actor, now=clock.now())
    written = [json.dumps(_cells(row), ensure_ascii=False) for row in rows]
    upload.row_count, upload.rows_digest = len(rows), rows_digest(written)
    upload.media_type = papers.MEDIA_TYPES.get(suffix, "application/vnd.ms-excel")
    session.add(upload)
    session.flush()
    session.add_all(
        EvidenceRow(
            upload_id=upload.id, line_no=i, sheet=row.sheet, source_row=row.row, cells=cells
        )
        for i, (row, cells) in enumerate(zip(rows, written, strict=True), start=1)
    )
    _end_waiver(session, kind.code, year, reason="资料已上传", actor=actor, clock=clock)
    session.flush()
    _note(session, "evidence.hand_in", upload, actor=actor, clock=clock)
    return upload


def hand_in_paper(
    session: Session,
    code: str,
    year: int,
    paper: Paper,
    *,
    data_dir: Path,
    actor: str,
    clock: Clock,
) -> EvidenceUpload:
    """Keep a paper of a year as it is. Raises InvalidInput, SamePaper, UnknownKind."""
    kind = _kind(code, is_table=False)
    _require_year(session, year)
    name = clean_name(paper.name)
    suffix = Path(name).suffix.lower()
    if suffix not in papers.MEDIA_TYPES:
        known = "、".join(sorted(papers.MEDIA_TYPES))
        raise InvalidInput(field="文件", reason=f"文件类型应为 {known}")
    _require_size(paper.content)
    digest = files.digest_of(paper.content)
    same = queries.find_live(session, kind.code, year, slot=digest)
    if same is not None:
        raise SamePaper(
            year=year,
            title=same.title,
            on=same.uploaded_at.date().isoformat(),
            by=same.uploaded_by,
        )
    if any(one.file_name == name for one in queries.list_papers(session, kind.code, year)):
        raise Conflict(reason=f"{year} 年已有名为“{name}”的文件，请改名，或先撤回原来的文件")
    files.store(data_dir, paper.content)
    upload = _upload(kind, year, paper, name=name, actor=actor, now=clock.now())
    upload.slot, upload.media_type = digest, papers.MEDIA_TYPES[suffix]
    upload.title = paper.title.strip()[:200] or Path(name).stem
    session.add(upload)
    session.flush()
    _note(session, "evidence.hand_in", upload, actor=actor, clock=clock)
    return upload


def withdraw(session: Session, upload_id: int, *, reason: str, actor: str, clock: Clock) -> None:
    """End an upload with a reason; it stays in the archive. Raises UnknownUpload, NothingThere."""
    upload = get_upload(session, upload_id)
    if upload.ended_at is not None:
        raise NothingThere(what=upload.title)
    if not reason.strip():
        raise InvalidInput(field="原因", reason="请写明撤回的原因")
    _end(upload, reason=reason.strip(), actor=actor, now=clock.now())
    session.flush()
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="evidence.withdraw",
        subject=f"evidence:{upload.id}",
        reason=reason.strip(),
    )


def waive(
    session: Session, code: str, year: int, *, reason: str, actor: str, clock: Clock
) -> EvidenceWaiver:
    """Do without a required table for a year. Raises InvalidInput, Conflict, UnknownKind."""
    kind = _kind(code, is_table=True)
    _require_year(session, year)
    if not kind.is_required:
        raise InvalidInput(field="资料", reason="这项资料不是必报的，不需要免报")
    if not reason.strip():
        raise InvalidInput(field="原因", reason="请写明免报的原因")
    if queries.find_live(session, kind.code, year) is not None:
        raise Conflict(reason="该年度的资料已经上传，不需要免报")
    if queries.find_waiver(session, kind.code, year) is not None:
        raise Conflict(reason="该年度已经办理免报")
    waiver = EvidenceWaiver(
        kind=kind.code,
        year=year,
        reason=reason.strip(),
        waived_by=actor,
        waived_at=clock.now(),
    )
    session.add(waiver)
    session.flush()
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="evidence.waive",
        subject=f"evidence:{kind.code}:{year}",
        reason=reason.strip(),
    )
    return waiver


def get_upload(session: Session, upload_id: int) -> EvidenceUpload:
    """Return an upload, ended or not. Raises UnknownUpload."""
    upload = session.get(EvidenceUpload, upload_id)
    if upload is None:
        raise UnknownUpload(upload=upload_id)
    return upload


def read_file(session: Session, upload_id: int, *, data_dir: Path) -> tuple[EvidenceUpload, bytes]:
    """Return an upload with its bytes, checked against the digest. Raises FileChanged."""
    upload = get_upload(session, upload_id)
    return upload, files.read(data_dir, upload.digest, name=upload.file_name)


def rows_digest(written: Sequence[str]) -> str:
    """Return the digest of the rows of a table as they are stored."""
    return hashlib.sha256("\n".join(written).encode()).hexdigest()


def _kind(code: str, *, is_table: bool) -> Kind:
    kind = get_kind(code)
    if kind.is_table is not is_table:
        wanted = "表格" if is_table else "文件"
        raise InvalidInput(field="资料", reason=f"“{kind.zh}”不是{wanted}")
    return kind


def _require_year(session: Session, year: int) -> None:
    found = session.execute(select(Period.id).where(Period.id == year * 100 + 12)).first()
    months = session.execute(select(Period.id).where(Period.year == year).limit(1)).first()
    if found is None and months is None:
        raise NotFound(what="会计年度", name=str(year))


def _require_size(content: bytes) -> None:
    if not content or len(content) > papers.MAX_BYTES:
        raise InvalidInput(field="文件", reason=f"不能为空，最大 {papers.MAX_BYTES >> 20} MB")


def _upload(
    kind: Kind, year: int, paper: Paper, *, name: str, actor: str, now: datetime
) -> EvidenceUpload:
    return EvidenceUpload(
        kind=kind.code,
        year=year,
        slot="",
        title=kind.zh,
        reference=paper.reference.strip()[:120],
        dated_on=paper.dated_on,
        file_name=name,
        media_type="",
        size=len(paper.content),
        digest=files.digest_of(paper.content),
        row_count=0,
        rows_digest=rows_digest(()),
        uploaded_by=actor,
        uploaded_at=now,
    )


def _cells(row: ReadRow) -> list[str | int | None]:
    return [cell.isoformat() if isinstance(cell, date) else cell for cell in row.cells]


def _end(upload: EvidenceUpload, *, reason: str, actor: str, now: datetime) -> None:
    upload.ended_by, upload.ended_at, upload.ended_reason = actor, now, reason


def _end_waiver(
    session: Session, code: str, year: int, *, reason: str, actor: str, clock: Clock
) -> None:
    waiver = queries.find_waiver(session, code, year)
    if waiver is not None:
        waiver.ended_by, waiver.ended_at, waiver.ended_reason = actor, clock.now(), reason


def _note(
    session: Session, action: str, upload: EvidenceUpload, *, actor: str, clock: Clock
) -> None:
    detail = {
        "kind": upload.kind,
        "year": str(upload.year),
        "digest": upload.digest,
        "rows": str(upload.row_count),
    }
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action=action,
        subject=f"evidence:{upload.id}",
        detail=detail,
    )
