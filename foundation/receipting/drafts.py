"""From gifts to the drafts of documents. Pure; what the draft cannot say is refused by it."""

from collections.abc import Mapping, Sequence
from datetime import date

from foundation.donors.models import DonorKind
from foundation.gifts.kinds import MONEY_KINDS
from foundation.organisation.models import Organisation
from foundation.receipting.facts import GiftFacts
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

# The profile of documents; other countries have theirs in receipts/profiles.
PROFILE = "cn"
_ORGANISATIONS = frozenset({DonorKind.ORGANISATION, DonorKind.GROUP})


def issuer_of(organisation: Organisation) -> Issuer:
    """Return the organisation as its letterhead shows it."""
    return Issuer(
        name=organisation.name,
        registration=organisation.credit_code,
        name_second=organisation.name_en,
    )


def letter(gift: GiftFacts, issuer: Issuer, funds: Mapping[int, str]) -> Draft:
    """Draft the confirmation of one gift (捐赠确认函)."""
    return Draft(
        kind=Kind.LETTER,
        profile=PROFILE,
        issuer=issuer,
        recipient=recipient_of(gift),
        gifts=(item_of(gift, funds),),
    )


def certificate(gift: GiftFacts, issuer: Issuer, funds: Mapping[int, str]) -> Draft:
    """Draft the certificate for one gift (捐赠证书); it names no amount."""
    return Draft(
        kind=Kind.CERTIFICATE,
        profile=PROFILE,
        issuer=issuer,
        recipient=recipient_of(gift),
        gifts=(item_of(gift, funds),),
    )


def annual(
    gifts: Sequence[GiftFacts], year: int, issuer: Issuer, funds: Mapping[int, str]
) -> Draft:
    """Draft the statement of a donor's gifts in a year (年度捐赠明细)."""
    ordered = sorted(gifts, key=lambda gift: (gift.received_on, gift.gift_id))
    return Draft(
        kind=Kind.ANNUAL,
        profile=PROFILE,
        issuer=issuer,
        recipient=recipient_of(ordered[-1], name=ordered[-1].registered_name),
        gifts=tuple(item_of(gift, funds) for gift in ordered),
        period_from=date(year, 1, 1),
        period_to=date(year, 12, 31),
    )


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
