"""From gifts to the drafts of documents. Pure; what the draft cannot say is refused by it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from foundation.donors.models import DonorKind
from foundation.gifts.kinds import MONEY_KINDS
from foundation.organisation.letterhead import LetterheadInput
from foundation.receipting import eligibility
from foundation.receipting.facts import GiftFacts
from ledger.money import BOOK_CURRENCY
from receipts.content import (
    BillReference,
    Designation,
    Draft,
    GiftForm,
    GiftItem,
    Issuer,
    Kind,
    OriginalAmount,
    Recipient,
    RecipientKind,
)

_ORGANISATIONS = frozenset({DonorKind.ORGANISATION, DonorKind.GROUP})


@dataclass(frozen=True, slots=True)
class Sender:
    """Who issues, under which law, and the names of the funds that gifts go to."""

    issuer: Issuer
    head: LetterheadInput
    funds: Mapping[int, str]
    currency: str = BOOK_CURRENCY


def letter(gift: GiftFacts, sender: Sender) -> Draft:
    """Draft the confirmation of one gift (捐赠确认函)."""
    return Draft(
        kind=Kind.LETTER,
        profile=sender.head.profile,
        issuer=sender.issuer,
        recipient=recipient_of(gift),
        gifts=(item_of(gift, sender.funds),),
        message=sender.head.letter_words,
    )


def certificate(gift: GiftFacts, sender: Sender) -> Draft:
    """Draft the certificate for one gift (捐赠证书); it names no amount."""
    return Draft(
        kind=Kind.CERTIFICATE,
        profile=sender.head.profile,
        issuer=sender.issuer,
        recipient=recipient_of(gift),
        gifts=(item_of(gift, sender.funds),),
        message=sender.head.certificate_words,
    )


def annual(gifts: Sequence[GiftFacts], days: tuple[date, date], sender: Sender) -> Draft:
    """Draft the statement of a donor's gifts in a year, or from day to day (年度捐赠明细)."""
    ordered = sorted(gifts, key=lambda gift: (gift.received_on, gift.gift_id))
    return Draft(
        kind=Kind.ANNUAL,
        profile=sender.head.profile,
        issuer=sender.issuer,
        recipient=recipient_of(ordered[-1], name=ordered[-1].registered_name),
        gifts=tuple(item_of(gift, sender.funds) for gift in ordered),
        period_from=days[0],
        period_to=days[1],
        message=sender.head.statement_words,
    )


def tax_receipt(gift: GiftFacts, sender: Sender) -> Draft:
    """Draft the receipt that the charity itself issues for income tax, where the law lets it.

    The amount is in the currency of that country, as it was given; see `amount_in`.
    """
    minor = amount_in(gift, sender.currency)
    assert minor is not None
    is_organisation = gift.donor_kind in _ORGANISATIONS
    in_kind = gift.kind not in MONEY_KINDS
    item = GiftItem(
        reference=gift.reference,
        received_on=gift.received_on,
        amount_minor=minor,
        # What each fund got is known in the currency of the books only.
        designations=(
            Designation("、".join(sender.funds[fund] for fund, _ in gift.parts)[:120], minor),
        ),
        form=GiftForm.IN_KIND if in_kind else GiftForm.CASH,
        currency=sender.currency,
        description=f"{gift.item} {gift.quantity}".strip() if in_kind else "",
        appraiser=gift.value_evidence if in_kind else "",
        advantage_minor=gift.advantage_minor or 0,
        advantage=f"({gift.benefit})" if gift.benefit else "",
    )
    return Draft(
        kind=Kind.TAX_RECEIPT,
        profile=sender.head.profile,
        issuer=sender.issuer,
        recipient=Recipient(
            name=eligibility.title_of(gift),
            kind=RecipientKind.ORGANISATION if is_organisation else RecipientKind.PERSON,
            address=gift.payer_address,
        ),
        gifts=(item,),
        message=sender.head.letter_words,
        place=sender.head.place,
    )


def amount_in(gift: GiftFacts, currency: str) -> int | None:
    """Return what is left of a gift in a currency, None when nobody can say it exactly."""
    if currency == BOOK_CURRENCY:
        return gift.left_minor
    if gift.original_currency == currency and gift.left_minor == gift.amount_minor:
        return gift.original_minor
    return None


def recipient_of(gift: GiftFacts, *, name: str = "") -> Recipient:
    """Return whom a document addresses; a person's identity number never comes near it."""
    is_organisation = gift.donor_kind in _ORGANISATIONS
    return Recipient(
        name=name or gift.donor_name,
        kind=RecipientKind.ORGANISATION if is_organisation else RecipientKind.PERSON,
        registration=gift.credit_code if is_organisation else "",
    )


def item_of(gift: GiftFacts, funds: Mapping[int, str]) -> GiftItem:
    """Return a gift as a document names it: what is left of it after refunds."""
    is_money = gift.kind in MONEY_KINDS
    return GiftItem(
        reference=gift.reference,
        received_on=gift.received_on,
        amount_minor=gift.left_minor,
        designations=tuple(Designation(funds[fund], minor) for fund, minor in gift.parts),
        form=GiftForm.CASH if is_money else GiftForm.IN_KIND,
        description="" if is_money else f"{gift.item} {gift.quantity}".strip(),
        voucher=gift.voucher,
        bill=None if gift.bill is None else BillReference(*gift.bill),
        original=_original(gift),
    )


def _original(gift: GiftFacts) -> OriginalAmount | None:
    # Of a partly refunded gift nobody can say what is left in the other currency.
    if gift.original_minor is None or gift.left_minor != gift.amount_minor:
        return None
    return OriginalAmount(
        amount_minor=gift.original_minor,
        currency=gift.original_currency,
        rate=gift.rate,
        rate_on=gift.rate_on or gift.received_on,
    )
