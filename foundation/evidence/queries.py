"""Reading what was handed in: by year, with what is missing. For pages, commands and reports."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.evidence.kinds import REPORT_FILES, REPORTS, CellKind, Kind, get_kind, kinds
from foundation.evidence.models import (
    AuditPack,
    ControlExplanation,
    EvidenceRow,
    EvidenceUpload,
    EvidenceWaiver,
)
from ledger.periods import Period
from receipts import files

Value = str | int | date | None


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table with its cells by key."""

    sheet: int
    row: int
    cells: dict[str, Value]

    def fen(self, key: str) -> int:
        """Return an amount."""
        value = self.cells[key]
        return value if isinstance(value, int) else 0

    def text(self, key: str) -> str:
        """Return a text."""
        value = self.cells[key]
        return value if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True)
class Slot:
    """A kind of table in a year: what is there, or why it may be missing."""

    kind: Kind
    upload: EvidenceUpload | None
    waiver: EvidenceWaiver | None
    total_minor: int | None

    @property
    def state(self) -> str:
        """`there`, `waived`, `missing` (required) or `optional`."""
        if self.upload is not None:
            return "there"
        if self.waiver is not None:
            return "waived"
        return "missing" if self.kind.is_required else "optional"


def find_live(session: Session, code: str, year: int, *, slot: str = "") -> EvidenceUpload | None:
    """Return what counts of a kind in a year: the table, or the paper with this digest."""
    return session.execute(
        select(EvidenceUpload).where(
            EvidenceUpload.kind == code,
            EvidenceUpload.year == year,
            EvidenceUpload.slot == slot,
            EvidenceUpload.ended_at.is_(None),
        )
    ).scalar_one_or_none()


def find_waiver(session: Session, code: str, year: int) -> EvidenceWaiver | None:
    """Return why a year does without a table, if it does."""
    return session.execute(
        select(EvidenceWaiver).where(
            EvidenceWaiver.kind == code,
            EvidenceWaiver.year == year,
            EvidenceWaiver.ended_at.is_(None),
        )
    ).scalar_one_or_none()


def lines_of(session: Session, upload: EvidenceUpload) -> list[Line]:
    """Return the rows of a table as they were read."""
    kind = get_kind(upload.kind)
    found = session.execute(
        select(EvidenceRow).where(EvidenceRow.upload_id == upload.id).order_by(EvidenceRow.line_no)
    ).scalars()
    return [_line(kind, row) for row in found]


def table(session: Session, code: str, year: int) -> list[Line] | None:
    """Return the rows of the table that counts in a year, None when there is none."""
    upload = find_live(session, code, year)
    return None if upload is None else lines_of(session, upload)


def list_papers(session: Session, code: str, year: int) -> list[EvidenceUpload]:
    """Return the papers of a kind that count in a year, by date and name."""
    return list(
        session.execute(
            select(EvidenceUpload)
            .where(
                EvidenceUpload.kind == code,
                EvidenceUpload.year == year,
                EvidenceUpload.slot != "",
                EvidenceUpload.ended_at.is_(None),
            )
            .order_by(EvidenceUpload.dated_on, EvidenceUpload.file_name, EvidenceUpload.id)
        ).scalars()
    )


def list_ended(session: Session, year: int) -> list[EvidenceUpload]:
    """Return what was handed in for a year and counts no more, the latest first."""
    return list(
        session.execute(
            select(EvidenceUpload)
            .where(EvidenceUpload.year == year, EvidenceUpload.ended_at.is_not(None))
            .order_by(EvidenceUpload.id.desc())
        ).scalars()
    )


def slots(session: Session, year: int) -> list[Slot]:
    """Return every kind of table with what is there for a year."""
    return [_slot(session, kind, year) for kind in kinds().values() if kind.is_table]


def missing(session: Session, year: int) -> list[Kind]:
    """Return the tables that a year must have, has not, and was not let off."""
    return [slot.kind for slot in slots(session, year) if slot.state == "missing"]


def reports_without_file(session: Session, year: int) -> list[str]:
    """Return the files that the index of reports names and that were not handed in."""
    named = [line.text("file") for line in table(session, REPORTS, year) or ()]
    there = {paper.file_name for paper in list_papers(session, REPORT_FILES, year)}
    return [name for name in dict.fromkeys(named) if name and name not in there]


def years(session: Session) -> Sequence[int]:
    """Return the fiscal years of the books, the latest first."""
    found = session.execute(select(Period.year).distinct().order_by(Period.year.desc())).scalars()
    return list(found)


def content_of(upload: EvidenceUpload, data_dir: Path) -> bytes:
    """Return the bytes of an upload, checked against its digest. Raises FileChanged."""
    return files.read(data_dir, upload.digest, name=upload.file_name)


def find_explanation(session: Session, period: str, control: str) -> ControlExplanation | None:
    """Return the explanation of a control total that counts, if there is one."""
    return explanations(session, period).get(control)


def explanations(session: Session, period: str) -> dict[str, ControlExplanation]:
    """Return the explanations of a period that count, by control total."""
    found = session.execute(
        select(ControlExplanation)
        .where(ControlExplanation.period == period, ControlExplanation.ended_at.is_(None))
        .order_by(ControlExplanation.control)
    ).scalars()
    return {row.control: row for row in found}


def list_packs(session: Session) -> list[AuditPack]:
    """Return the packs that were made, the latest first."""
    return list(session.execute(select(AuditPack).order_by(AuditPack.id.desc())).scalars())


def _slot(session: Session, kind: Kind, year: int) -> Slot:
    upload = find_live(session, kind.code, year)
    total = None
    if upload is not None:
        wanted = [f.key for f in kind.sheets[0].fields if f.kind is CellKind.MONEY]
        lines = [line for line in lines_of(session, upload) if line.sheet == 1]
        total = sum(line.fen(key) for line in lines for key in wanted) if wanted else None
    return Slot(kind, upload, find_waiver(session, kind.code, year), total)


def _line(kind: Kind, row: EvidenceRow) -> Line:
    fields = kind.sheets[row.sheet - 1].fields
    cells: dict[str, Value] = {}
    for field, cell in zip(fields, json.loads(row.cells), strict=True):
        is_day = field.kind is CellKind.DATE and cell is not None
        cells[field.key] = date.fromisoformat(cell) if is_day else cell
    return Line(row.sheet, row.source_row, cells)
