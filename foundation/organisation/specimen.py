"""A document with an invented gift, marked 样张, to look at letterhead and wording."""

from datetime import date

from sqlalchemy.orm import Session

from foundation.organisation import letterhead
from foundation.organisation.letterhead import LetterheadInput
from receipts import profile, rendering
from receipts.content import (
    BillReference,
    Content,
    Designation,
    Draft,
    GiftItem,
    Kind,
    Recipient,
)

_MINOR = 140_950
_ADVANTAGE = 5_000


def kinds(given: LetterheadInput) -> tuple[Kind, ...]:
    """Return the documents that the chosen profile has."""
    return tuple(profile.get_profile(given.profile).forms)


def draw(
    session: Session, given: LetterheadInput, kind: Kind, *, verify_at: str, on: date
) -> bytes:
    """Return the page (PDF) of a kind under a letterhead that need not be saved yet.

    Raises InvalidInput, ForbiddenWord, NotFound for a kind that the profile does not have.
    """
    letterhead.check(session, given)
    chosen = profile.get_profile(given.profile)
    is_receipt = kind is Kind.TAX_RECEIPT
    words = {
        Kind.LETTER: given.letter_words,
        Kind.TAX_RECEIPT: given.letter_words,
        Kind.ANNUAL: given.statement_words,
        Kind.CERTIFICATE: given.certificate_words,
    }
    gift = GiftItem(
        reference=f"G{on.year}-000000",
        received_on=date(on.year, 1, 15),
        amount_minor=_MINOR,
        designations=(Designation("示例基金" if not is_receipt else "Example fund", _MINOR),),
        currency=chosen.currency,
        voucher="" if is_receipt else f"记-{on.year}-01-0001",
        bill=None if is_receipt else BillReference("00000000", "0000000000"),
        advantage_minor=_ADVANTAGE if is_receipt else 0,
        advantage="(dinner)" if is_receipt else "",
    )
    draft = Draft(
        kind=kind,
        profile=given.profile,
        issuer=letterhead.issuer(session, given),
        recipient=Recipient(
            "Jordan Example" if is_receipt else "样张",
            address="1 Example Street" if is_receipt else "",
        ),
        gifts=(gift,),
        period_from=date(on.year, 1, 1) if kind is Kind.ANNUAL else None,
        period_to=date(on.year, 12, 31) if kind is Kind.ANNUAL else None,
        message=words[kind],
        place=given.place,
    )
    content = Content(
        draft=draft,
        number=f"TEST-{on.year}-000000",
        issued_on=max(on, gift.received_on),
        verify_url=f"{verify_at}{'x' * 26}",
        is_specimen=True,
    )
    return rendering.render(content)
