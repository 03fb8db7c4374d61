"""The log of what was sent to donors, what they opened, and which files they took with them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.portal.models import Channel, DonorVisit, VisitKind
from ledger.clock import Clock
from receipts.models import BillFile, Letter, RenderMark


@dataclass(frozen=True, slots=True)
class Visit:
    """Something to note; a download has the digest of what went out."""

    donor_id: int
    kind: VisitKind
    channel: Channel
    letter_id: int | None = None
    bill_file_id: int | None = None
    mark: RenderMark | None = None
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class VisitRow:
    """What is in the log, with the names of things."""

    at: datetime
    kind: VisitKind
    channel: Channel
    actor: str
    document: str
    mark: RenderMark | None
    digest: str


def note(session: Session, visit: Visit, *, actor: str, clock: Clock) -> None:
    """Write into the log; nothing of it is ever changed."""
    session.add(
        DonorVisit(
            donor_id=visit.donor_id,
            kind=visit.kind,
            channel=visit.channel,
            letter_id=visit.letter_id,
            bill_file_id=visit.bill_file_id,
            mark=visit.mark,
            digest=visit.digest,
            at=clock.now(),
            actor=actor[:64],
        )
    )
    session.flush()


def first_original(session: Session, letter_id: int) -> datetime | None:
    """Return when a donor first took the original of a letter, None while nobody has."""
    query = (
        select(DonorVisit.at)
        .where(
            DonorVisit.letter_id == letter_id,
            DonorVisit.kind == VisitKind.DOWNLOADED,
            DonorVisit.mark == RenderMark.ORIGINAL,
        )
        .order_by(DonorVisit.id)
        .limit(1)
    )
    return session.execute(query).scalar()


def list_visits(
    session: Session, *, donor_id: int | None = None, letter_id: int | None = None, limit: int = 100
) -> list[VisitRow]:
    """Return the log of a donor or of a letter, the latest first."""
    query = (
        select(DonorVisit, Letter.reference, BillFile.file_name)
        .outerjoin(Letter, Letter.id == DonorVisit.letter_id)
        .outerjoin(BillFile, BillFile.id == DonorVisit.bill_file_id)
        .order_by(DonorVisit.id.desc())
        .limit(limit)
    )
    if donor_id is not None:
        query = query.where(DonorVisit.donor_id == donor_id)
    if letter_id is not None:
        query = query.where(DonorVisit.letter_id == letter_id)
    return [
        VisitRow(
            visit.at,
            visit.kind,
            visit.channel,
            visit.actor,
            reference or file_name or "",
            visit.mark,
            visit.digest or "",
        )
        for visit, reference, file_name in session.execute(query)
    ]
