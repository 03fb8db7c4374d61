"""The public check of a document: by number and code, or by the file itself.

Whoever holds a letter learns whether it is genuine and still stands, and sees enough to compare it
with the paper in hand; the donor's name stays masked. Whoever holds nothing learns nothing: without
the code a number is unknown.
"""

import hmac
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from receipts import signing
from receipts.content import Content, Kind, RecipientKind
from receipts.files import digest_of
from receipts.letters import content_of, find_letter
from receipts.models import Letter, LetterRender, LetterState, RenderMark
from receipts.signing import NotAPdf, Verification


class VerdictStatus(StrEnum):
    """真实有效、已更换、已作废、被改动、查无此件."""

    GENUINE = "genuine"
    REPLACED = "replaced"
    CANCELLED = "cancelled"
    ALTERED = "altered"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the check of a document says; everything but the status is empty for an unknown one."""

    status: VerdictStatus
    number: str = ""
    kind: Kind | None = None
    issuer: str = ""
    issued_on: date | None = None
    recipient: str = ""
    gift_count: int = 0
    total_minor: int = 0
    currency: str = ""
    replaced_by: str = ""
    ended_on: datetime | None = None
    is_copy: bool = False
    signed_by: str = ""
    signed_at: datetime | None = None

    @property
    def is_valid(self) -> bool:
        """Whether the document is genuine and still stands."""
        return self.status is VerdictStatus.GENUINE


_UNKNOWN = Verdict(VerdictStatus.UNKNOWN)
_STATUS = {
    LetterState.ISSUED: VerdictStatus.GENUINE,
    LetterState.REPLACED: VerdictStatus.REPLACED,
    LetterState.CANCELLED: VerdictStatus.CANCELLED,
}


def by_code(session: Session, code: str, *, number: str = "") -> Verdict:
    """Check a document by its code, as the QR code gives it, or by number and typed code."""
    typed = _typed(code)
    if number.strip():
        letter = find_letter(session, number)
        if letter is None or not _same(letter.verification_code, typed):
            return _UNKNOWN
    else:
        query = select(Letter).where(Letter.verification_code == typed)
        letter = session.execute(query).scalar_one_or_none()
        if letter is None:
            return _UNKNOWN
    return _verdict(session, letter)


def by_file(session: Session, pdf: bytes, *, trusted: bytes | None) -> Verdict:
    """Check a file. Only a file that left the house byte for byte is genuine.

    `trusted` are the certificates (PEM) that signatures are judged by, None without a key. A file
    that names one of our documents and is none of our files was altered.
    """
    seal = _seal_of(pdf, trusted)
    render = session.execute(
        select(LetterRender).where(LetterRender.digest == digest_of(pdf)).limit(1)
    ).scalar()
    if render is not None:
        letter = session.get_one(Letter, render.letter_id)
        return _verdict(session, letter, is_copy=render.mark is RenderMark.COPY, seal=seal)
    named = None
    if seal.content_digest:
        query = select(Letter.reference).where(Letter.digest == seal.content_digest).limit(1)
        named = session.execute(query).scalar()
    if named is None:
        return _UNKNOWN
    return Verdict(VerdictStatus.ALTERED, number=named)


def masked(name: str, kind: RecipientKind) -> str:
    """Show a name so that its owner recognises it and nobody else learns it."""
    if kind is RecipientKind.PERSON:
        return f"{name[:1]}{'*' * min(max(len(name) - 1, 1), 3)}"
    if len(name) <= 4:
        return f"{name[:1]}***"
    return f"{name[:2]}***{name[-2:]}"


def _typed(code: str) -> str:
    """Return a code as it is stored, whatever blanks and hyphens it was typed with."""
    return "".join(code.split()).replace("-", "").lower()


def _same(code: str, typed: str) -> bool:
    return hmac.compare_digest(code.encode(), typed.encode())


def _seal_of(pdf: bytes, trusted: bytes | None) -> Verification:
    try:
        return signing.verify(pdf, trusted=trusted or b"")
    except NotAPdf:
        return Verification(is_signed=False)


def _verdict(
    session: Session, letter: Letter, *, is_copy: bool = False, seal: Verification | None = None
) -> Verdict:
    content = content_of(letter)
    replaced_by = ""
    if letter.replaced_by_id is not None:
        replaced_by = session.get_one(Letter, letter.replaced_by_id).reference
    return Verdict(
        status=_STATUS[letter.state],
        number=letter.reference,
        kind=letter.kind,
        issuer=content.draft.issuer.name,
        issued_on=letter.issued_on,
        recipient=_recipient(content),
        gift_count=len(content.draft.gifts),
        # A certificate names no amount, so its check does not either.
        total_minor=0 if letter.kind is Kind.CERTIFICATE else letter.total_minor,
        currency=content.draft.gifts[0].currency if content.draft.gifts else "",
        replaced_by=replaced_by,
        ended_on=letter.ended_at,
        is_copy=is_copy,
        signed_by=seal.signed_by if seal is not None and seal.is_valid else "",
        signed_at=seal.signed_at if seal is not None and seal.is_valid else None,
    )


def _recipient(content: Content) -> str:
    recipient = content.draft.recipient
    return masked(recipient.name, recipient.kind)
