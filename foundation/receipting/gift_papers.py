"""The documents of one gift, for the block on its page: what there is, and why the rest is not."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation import database
from foundation.gifts.models import reference
from foundation.http.context import services
from foundation.organisation import qualification
from foundation.organisation.qualification import Answer
from foundation.organisation.service import find_organisation
from foundation.receipting import coverage, eligibility, facts, particulars, planning
from foundation.receipting.coverage import LiveDocument
from foundation.receipting.eligibility import SENTENCES, Document, Reason
from foundation.receipting.models import GiftBill, GiftLetter
from foundation.receipting.particulars import Particulars
from foundation.receipting.planning import Exclusion
from receipts.models import Bill, BillState, Letter, LetterState


@dataclass(frozen=True, slots=True)
class Offer:
    """A document that the gift does not have: the reason, or none when it can be issued."""

    document: Document
    sentence: str

    @property
    def is_open(self) -> bool:
        """Whether it can be issued or recorded now."""
        return not self.sentence


@dataclass(frozen=True, slots=True)
class EndedDocument:
    """A document that spoke of the gift and stands no more."""

    document: Document
    id: int
    number: str
    state: str


@dataclass(frozen=True, slots=True)
class GiftPapers:
    """Everything about the documents of one gift."""

    reference: str
    live: tuple[LiveDocument, ...]
    ended: tuple[EndedDocument, ...]
    offers: tuple[Offer, ...]
    binding: str
    tax: Answer
    particulars: Particulars

    @property
    def has_particulars(self) -> bool:
        """Whether something was agreed about the bill."""
        return self.particulars != Particulars()


def of_gift(gift_id: int) -> GiftPapers | None:
    """Return the documents of a gift; None before the books are opened. For templates."""
    with database.reading(services().engine) as session:
        if find_organisation(session) is None:
            return None
        return read(session, gift_id, on=services().clock.today())


def read(session: Session, gift_id: int, *, on: date) -> GiftPapers:
    """Return the documents of a gift as they stand on a day."""
    (gift,) = facts.load(session, [gift_id])
    live = coverage.live_documents(session, gift_id)
    offers = []
    has = {found.document for found in live}
    for document in (Document.BILL, *planning.documents_of(session)):
        if document in has:
            continue
        if document is Document.BILL or document is Document.ANNUAL:
            # A statement is issued for a donor and year; whether this gift is in it is the same.
            reason: Reason | None = eligibility.judge(gift, document, on=on)
            sentence = "" if reason is None else SENTENCES[reason]
        else:
            step = planning.one(session, gift, document, on=on)
            sentence = step.sentence if isinstance(step, Exclusion) else ""
        offers.append(Offer(document, sentence))
    return GiftPapers(
        reference=reference(gift_id, gift.received_on),
        live=tuple(live),
        ended=_ended(session, gift_id),
        offers=tuple(offers),
        binding=coverage.binding_documents(session, gift_id),
        tax=qualification.answer_on(session, gift.received_on),
        particulars=particulars.get_particulars(session, gift_id),
    )


def _ended(session: Session, gift_id: int) -> tuple[EndedDocument, ...]:
    bills = session.execute(
        select(Bill.id, Bill.code, Bill.number, Bill.state)
        .join(GiftBill, GiftBill.bill_id == Bill.id)
        .where(GiftBill.gift_id == gift_id, Bill.state.in_((BillState.VOID, BillState.RED)))
        .order_by(Bill.id)
    )
    found = [
        EndedDocument(Document.BILL, row.id, f"{row.code} {row.number}", row.state) for row in bills
    ]
    letters = session.execute(
        select(Letter.id, Letter.kind, Letter.reference, Letter.state)
        .join(GiftLetter, GiftLetter.letter_id == Letter.id)
        .where(GiftLetter.gift_id == gift_id, Letter.state != LetterState.ISSUED)
        .order_by(Letter.id)
    )
    found += [
        EndedDocument(coverage.document_of(row.kind), row.id, row.reference, row.state)
        for row in letters
    ]
    return tuple(found)
