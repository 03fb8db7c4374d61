"""The papers of gifts as donors see them: our documents, and official bills with their files."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from foundation.gifts.models import Gift
from foundation.portal.models import DonorVisit, VisitKind
from foundation.receipting.models import GiftBill, GiftLetter
from receipts.content import Kind
from receipts.models import (
    Bill,
    BillFile,
    BillFileKind,
    BillState,
    Letter,
    LetterState,
    RenderMark,
)


@dataclass(frozen=True, slots=True)
class LetterCard:
    """A document of our own. `is_fetched`: the donor has the original, so copies follow."""

    id: int
    reference: str
    kind: Kind
    issued_on: date
    state: LetterState
    replaced_by: str
    is_fetched: bool


@dataclass(frozen=True, slots=True)
class FileCard:
    """A file of the finance department, kept as it came."""

    id: int
    kind: BillFileKind
    name: str


@dataclass(frozen=True, slots=True)
class BillCard:
    """An official bill; `given_on` is the day that the tax form asks for."""

    id: int
    code: str
    number: str
    check_code: str
    issued_on: date
    given_on: date
    payer: str
    amount_minor: int
    is_standing: bool
    files: tuple[FileCard, ...]


def letters_of(
    session: Session, gift_ids: Sequence[int], *, only: int | None = None
) -> dict[int, tuple[LetterCard, ...]]:
    """Return the documents that speak of each gift; `only` one of them where no more is shown."""
    successor = aliased(Letter)
    fetched = (
        select(DonorVisit.id)
        .where(
            DonorVisit.letter_id == Letter.id,
            DonorVisit.kind == VisitKind.DOWNLOADED,
            DonorVisit.mark == RenderMark.ORIGINAL,
        )
        .exists()
    )
    query = (
        select(
            GiftLetter.gift_id,
            Letter.id,
            Letter.reference,
            Letter.kind,
            Letter.issued_on,
            Letter.state,
            successor.reference.label("replaced_by"),
            fetched.label("is_fetched"),
        )
        .join(Letter, Letter.id == GiftLetter.letter_id)
        .outerjoin(successor, successor.id == Letter.replaced_by_id)
        .where(GiftLetter.gift_id.in_(gift_ids))
        .order_by(GiftLetter.gift_id, Letter.issued_on.desc(), Letter.id.desc())
    )
    if only is not None:
        query = query.where(Letter.id == only)
    found: dict[int, tuple[LetterCard, ...]] = {}
    for row in session.execute(query):
        card = LetterCard(
            row.id,
            row.reference,
            row.kind,
            row.issued_on,
            row.state,
            row.replaced_by or "",
            bool(row.is_fetched),
        )
        found[row.gift_id] = (*found.get(row.gift_id, ()), card)
    return found


def bills_of(session: Session, gift_ids: Sequence[int]) -> dict[int, tuple[BillCard, ...]]:
    """Return the official bills that cover each gift, also those that were taken back."""
    rows = session.execute(
        select(GiftBill.gift_id, Bill)
        .join(Bill, Bill.id == GiftBill.bill_id)
        .where(GiftBill.gift_id.in_(gift_ids))
        .order_by(GiftBill.gift_id, Bill.id.desc())
    ).all()
    keys = sorted({bill.id for _, bill in rows})
    files, days = _files(session, keys), _days(session, keys)
    found: dict[int, tuple[BillCard, ...]] = {}
    for gift_id, bill in rows:
        card = _bill(bill, days[bill.id], files.get(bill.id, ()))
        found[gift_id] = (*found.get(gift_id, ()), card)
    return found


def find_letter(session: Session, reference: str, gift_ids: Iterable[int]) -> Letter | None:
    """Return a document if it speaks of one of the gifts, else None."""
    if not reference.isprintable():
        return None
    query = (
        select(Letter)
        .join(GiftLetter, GiftLetter.letter_id == Letter.id)
        .where(Letter.reference == reference, GiftLetter.gift_id.in_(sorted(gift_ids)))
        .limit(1)
    )
    return session.execute(query).scalar()


def find_file(session: Session, file_id: int, gift_ids: Iterable[int]) -> int | None:
    """Return the key of a bill's file if the bill covers one of the gifts."""
    query = (
        select(BillFile.id)
        .join(GiftBill, GiftBill.bill_id == BillFile.bill_id)
        .where(BillFile.id == file_id, GiftBill.gift_id.in_(sorted(gift_ids)))
        .limit(1)
    )
    return session.execute(query).scalar()


def _bill(bill: Bill, days: Sequence[date], files: tuple[FileCard, ...]) -> BillCard:
    # What covers a gift was issued, and a guard keeps whatever was issued complete.
    assert bill.issued_on is not None
    assert bill.payer_name is not None
    assert bill.amount_minor is not None
    return BillCard(
        id=bill.id,
        code=bill.code,
        number=bill.number,
        check_code=bill.check_code or "",
        issued_on=bill.issued_on,
        # Of several gifts on one bill no single day is right but that of the bill.
        given_on=days[0] if len(days) == 1 else bill.issued_on,
        payer=bill.payer_name,
        amount_minor=bill.amount_minor,
        is_standing=bill.state is BillState.ISSUED,
        files=files,
    )


def _files(session: Session, bill_ids: Sequence[int]) -> dict[int, tuple[FileCard, ...]]:
    found: dict[int, tuple[FileCard, ...]] = {}
    query = select(BillFile).where(BillFile.bill_id.in_(bill_ids)).order_by(BillFile.id)
    for file in session.execute(query).scalars():
        card = FileCard(file.id, file.kind, file.file_name)
        found[file.bill_id] = (*found.get(file.bill_id, ()), card)
    return found


def _days(session: Session, bill_ids: Sequence[int]) -> dict[int, list[date]]:
    found: dict[int, list[date]] = {}
    query = (
        select(GiftBill.bill_id, Gift.received_on)
        .join(Gift, Gift.id == GiftBill.gift_id)
        .where(GiftBill.bill_id.in_(bill_ids))
        .order_by(GiftBill.bill_id, Gift.received_on)
    )
    for bill_id, day in session.execute(query):
        found.setdefault(bill_id, []).append(day)
    return found
