"""Proof of the questions of auditors: numbers without gaps, and papers as they were stored."""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.auditing.models import AuditAnswerFile, AuditQuery
from ledger.integrity import Check
from receipts import files


def _gaps(session: Session) -> Iterator[tuple[str, str]]:
    rows = session.execute(
        select(AuditQuery.year, func.count(), func.max(AuditQuery.number))
        .group_by(AuditQuery.year)
        .having(func.count() != func.max(AuditQuery.number))
        .order_by(AuditQuery.year)
    )
    for year, count, last in rows:
        yield f"audit questions of {year}", f"{count} questions, the last number is {last}"


CHECKS = (Check("audit_queries_numbered", "Questions of a year are numbered from 1", _gaps),)


def file_check(data_dir: Path) -> Check:
    """Return the check of a folder: every paper of an answer is there, byte for byte."""

    def broken(session: Session) -> Iterator[tuple[str, str]]:
        rows = session.connection().execute(
            select(
                AuditAnswerFile.answer_id, AuditAnswerFile.digest, AuditAnswerFile.file_name
            ).order_by(AuditAnswerFile.id)
        )
        for row in rows:
            try:
                files.read(data_dir, row.digest, name=row.file_name)
            except files.FileChanged:
                yield f"audit answer {row.answer_id}", f"file {row.digest} changed or missing"

    return Check("audit_answer_files", "Every paper of an answer is as it was stored", broken)
