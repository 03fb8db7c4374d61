"""Which documents a gift has, and the refusal to change a gift that has any.

A gift with a live document is not cancelled, corrected or refunded: first the document is undone
(red bill, void, cancelled letter), then the gift is changed. `gifts.changes` calls
`refuse_documented` first, in the same transaction; the guard `gift_has_document` of the database
holds it also against everybody who forgets.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.gifts.models import Gift, reference
from foundation.gifts.service import UnknownGift
from foundation.receipting.eligibility import KINDS, Document
from foundation.receipting.models import GiftBill, GiftLetter
from ledger.errors import Conflict
from receipts.content import Kind
from receipts.models import Bill, Letter

DOCUMENT_NAMES = {
    Document.BILL: "票据",
    Document.LETTER: "确认函",
    Document.ANNUAL: "年度捐赠明细",
    Document.CERTIFICATE: "捐赠证书",
    Document.TAX_RECEIPT: "税务收据",
}
_DOCUMENTS = {kind: document for document, kind in KINDS.items()}


class GiftDocumented(Conflict):
    """Documents speak of the gift as it is."""

    code = "gift_documented"
    message = "捐赠 {gift} 已有有效文件（{documents}），请先冲红或作废这些文件"


@dataclass(frozen=True, slots=True)
class LiveDocument:
    """A document that stands and speaks of a gift; a certificate holds nothing up."""

    document: Document
    id: int
    number: str
    issued_on: date | None
    amount_minor: int
    is_binding: bool


def live_documents(session: Session, gift_id: int) -> list[LiveDocument]:
    """Return the documents that stand for a gift: its bill first, then letters by number."""
    bills = session.execute(
        select(Bill.id, Bill.code, Bill.number, Bill.issued_on, GiftBill.amount_minor)
        .join(GiftBill, GiftBill.bill_id == Bill.id)
        .where(GiftBill.gift_id == gift_id, GiftBill.is_live)
        .order_by(Bill.id)
    )
    found = [
        LiveDocument(
            Document.BILL,
            row.id,
            f"{row.code} {row.number}",
            row.issued_on,
            row.amount_minor,
            is_binding=True,
        )
        for row in bills
    ]
    own = session.execute(
        select(Letter.id, Letter.kind, Letter.reference, Letter.issued_on, GiftLetter.amount_minor)
        .join(GiftLetter, GiftLetter.letter_id == Letter.id)
        .where(GiftLetter.gift_id == gift_id, GiftLetter.is_live)
        .order_by(Letter.reference)
    )
    found += [
        LiveDocument(
            _DOCUMENTS[row.kind],
            row.id,
            row.reference,
            row.issued_on,
            row.amount_minor,
            is_binding=row.kind is not Kind.CERTIFICATE,
        )
        for row in own
    ]
    return found


def document_of(kind: Kind) -> Document:
    """Return the document that a kind of letter is."""
    return _DOCUMENTS[kind]


def refuse_documented(session: Session, gift_id: int) -> None:
    """Hold a gift and refuse when a document binds it. Call before any change of the gift.

    Raises GiftDocumented, UnknownGift.
    """
    held = session.execute(
        select(Gift.received_on).where(Gift.id == gift_id).with_for_update()
    ).scalar()
    if held is None:
        raise UnknownGift(gift=gift_id)
    documents = binding_documents(session, gift_id)
    if documents:
        raise GiftDocumented(gift=reference(gift_id, held), documents=documents)


def binding_documents(session: Session, gift_id: int) -> str:
    """Name the documents that stand against a change of a gift; empty when there are none."""
    return "、".join(
        f"{DOCUMENT_NAMES[found.document]} {found.number}"
        for found in live_documents(session, gift_id)
        if found.is_binding
    )
