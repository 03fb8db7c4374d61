"""Checks of what was handed in: rows as they were read, files as they came, two people."""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.evidence.models import ControlExplanation, EvidenceRow, EvidenceUpload
from foundation.evidence.service import rows_digest
from ledger.integrity import Check
from receipts import files

_ONE_PERSON = """
SELECT 'control ' || period || ' ' || control, 'explained and approved by one person'
FROM control_explanation WHERE approved_by = made_by
"""


def _changed_rows(session: Session) -> Iterator[tuple[str, str]]:
    uploads = session.execute(select(EvidenceUpload).order_by(EvidenceUpload.id)).scalars().all()
    for upload in uploads:
        written = session.execute(
            select(EvidenceRow.cells)
            .where(EvidenceRow.upload_id == upload.id)
            .order_by(EvidenceRow.line_no)
        ).scalars()
        cells = list(written)
        if len(cells) != upload.row_count or rows_digest(cells) != upload.rows_digest:
            yield f"evidence {upload.id}", "rows differ from what was read"


CHECKS: tuple[Check, ...] = (
    Check("evidence_rows", "Every table that was handed in has its rows as read", _changed_rows),
    Check("explanations_by_two", "No control total is explained and approved by one", _ONE_PERSON),
)


def file_check(data_dir: Path) -> Check:
    """Return the check of a folder: every file that was handed in is there, byte for byte."""

    def broken(session: Session) -> Iterator[tuple[str, str]]:
        connection = session.connection()
        stored = [
            (f"evidence {row.id}", row.digest)
            for row in connection.execute(
                select(EvidenceUpload.id, EvidenceUpload.digest).order_by(EvidenceUpload.id)
            )
        ]
        stored += [
            (f"explanation {row.id}", row.file_digest)
            for row in connection.execute(
                select(ControlExplanation.id, ControlExplanation.file_digest)
                .where(ControlExplanation.file_digest != "")
                .order_by(ControlExplanation.id)
            )
        ]
        for name, digest in stored:
            try:
                content = files.path_of(data_dir, digest).read_bytes()
            except OSError:
                content = b""
            if files.digest_of(content) != digest:
                yield name, f"file {digest} changed or missing"

    return Check("evidence_files", "Every file that was handed in is as it came", broken)
