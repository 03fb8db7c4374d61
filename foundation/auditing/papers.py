"""The files behind books: of vouchers, agreements, bills, letters and answers, by what they are.

Every one lies in the archive under its digest and is checked against it whenever it is read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.agreements.models import AgreementFile
from foundation.auditing.models import AuditAnswerFile
from ledger.errors import NotFound
from ledger.vouchers import VoucherFile
from receipts import bill_files, files
from receipts.models import BillFile, Letter, LetterRender, RenderMark

_PDF = "application/pdf"
# What a browser shows by itself and what cannot run there.
SHOWN = frozenset({_PDF, "image/jpeg", "image/png"})


class PaperKind(StrEnum):
    """What a file belongs to."""

    VOUCHER = "voucher"
    AGREEMENT = "agreement"
    BILL = "bill"
    LETTER = "letter"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class Paper:
    """One stored file. `owner` is the key of the voucher, agreement, bill, letter or answer."""

    kind: PaperKind
    key: int
    owner: int
    name: str
    media_type: str
    size: int
    digest: str

    @property
    def is_image(self) -> bool:
        """Whether a page can show it as a picture."""
        return self.media_type in SHOWN and self.media_type != _PDF

    @property
    def is_pdf(self) -> bool:
        """Whether a page can show it in a frame."""
        return self.media_type == _PDF


def of_vouchers(session: Session, keys: Sequence[int]) -> list[Paper]:
    """Return the papers of vouchers."""
    query = select(VoucherFile).where(VoucherFile.voucher_id.in_(keys)).order_by(VoucherFile.id)
    return [
        Paper(
            PaperKind.VOUCHER,
            row.id,
            row.voucher_id,
            row.file_name,
            row.media_type,
            row.size,
            row.digest,
        )
        for row in session.execute(query).scalars()
    ]


def of_agreements(session: Session, keys: Sequence[int]) -> list[Paper]:
    """Return the papers of agreements."""
    query = (
        select(AgreementFile).where(AgreementFile.agreement_id.in_(keys)).order_by(AgreementFile.id)
    )
    return [
        Paper(
            PaperKind.AGREEMENT,
            row.id,
            row.agreement_id,
            row.file_name,
            row.media_type,
            row.size,
            row.digest,
        )
        for row in session.execute(query).scalars()
    ]


def of_bills(session: Session, keys: Sequence[int]) -> list[Paper]:
    """Return the originals of bills."""
    query = select(BillFile).where(BillFile.bill_id.in_(keys)).order_by(BillFile.id)
    return [
        Paper(
            PaperKind.BILL,
            row.id,
            row.bill_id,
            row.file_name,
            bill_files.MEDIA_TYPES[row.kind],
            row.size,
            row.digest,
        )
        for row in session.execute(query).scalars()
    ]


def of_letters(session: Session, keys: Sequence[int]) -> list[Paper]:
    """Return the originals of letters that were made."""
    query = (
        select(LetterRender, Letter.reference)
        .join(Letter, Letter.id == LetterRender.letter_id)
        .where(LetterRender.letter_id.in_(keys), LetterRender.mark == RenderMark.ORIGINAL)
        .order_by(LetterRender.id)
    )
    return [
        Paper(
            PaperKind.LETTER,
            row.id,
            row.letter_id,
            f"{named}.pdf",
            _PDF,
            row.size,
            row.digest,
        )
        for row, named in session.execute(query)
    ]


def of_answers(session: Session, keys: Sequence[int]) -> list[Paper]:
    """Return the papers that came with answers."""
    query = (
        select(AuditAnswerFile)
        .where(AuditAnswerFile.answer_id.in_(keys))
        .order_by(AuditAnswerFile.id)
    )
    return [
        Paper(
            PaperKind.ANSWER,
            row.id,
            row.answer_id,
            row.file_name,
            row.media_type,
            row.size,
            row.digest,
        )
        for row in session.execute(query).scalars()
    ]


_TABLES: dict[PaperKind, tuple[Any, Any, Any]] = {
    PaperKind.VOUCHER: (VoucherFile, VoucherFile.voucher_id, of_vouchers),
    PaperKind.AGREEMENT: (AgreementFile, AgreementFile.agreement_id, of_agreements),
    PaperKind.BILL: (BillFile, BillFile.bill_id, of_bills),
    PaperKind.LETTER: (LetterRender, LetterRender.letter_id, of_letters),
    PaperKind.ANSWER: (AuditAnswerFile, AuditAnswerFile.answer_id, of_answers),
}


def get(session: Session, kind: PaperKind, key: int) -> Paper:
    """Return a paper by its key. Raises NotFound."""
    table, owner, papers_of = _TABLES[kind]
    owned_by = session.execute(select(owner).where(table.id == key)).scalar_one_or_none()
    if owned_by is not None:
        for paper in papers_of(session, [owned_by]):
            if paper.key == key:
                return paper  # type: ignore[no-any-return]
    raise NotFound(what="附件", name=str(key))


def read(paper: Paper, folder: Path) -> bytes:
    """Return the bytes of a paper. Raises FileChanged."""
    return files.read(folder, paper.digest, name=paper.name)
