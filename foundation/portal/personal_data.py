"""Everything that is kept of a donor, to read and to take along (个人信息保护法 第四十五条).

An identity number is shown with its last four places only: a link in a mail is not enough to hand
out the whole of it.
"""

from datetime import date, datetime
from enum import Enum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.donors import service as donors
from foundation.donors.models import Donor
from foundation.donors.vault import Vault
from foundation.organisation.service import get_organisation
from foundation.portal import consents, contact, gift_cards, visits
from foundation.portal.gift_cards import GiftCard
from foundation.portal.visitors import Visitor
from ledger.clock import Clock
from ledger.errors import DomainError
from ledger.money import to_text

_MOST_VISITS = 1000


def of_visitor(session: Session, visitor: Visitor, *, vault: Vault, clock: Clock) -> dict[str, Any]:
    """Return the copy of a donor's data, ready for JSON."""
    people = session.execute(
        select(Donor).where(Donor.id.in_(visitor.family)).order_by(Donor.id)
    ).scalars()
    gifts = gift_cards.own_gifts(session, visitor)
    allowed = consents.current(session, [gift.id for gift in gifts])
    requests = [
        request
        for key in visitor.family
        for request in contact.list_requests(session, donor_id=key)
    ]
    log = visits.list_visits(session, donor_id=visitor.donor_id, limit=_MOST_VISITS)
    return {
        "controller": get_organisation(session).name,
        "made_at": clock.now().isoformat(),
        "particulars": [_person(donor, vault) for donor in people],
        "gifts": [_gift(gift, allowed.get(gift.id)) for gift in gifts],
        "requests": [
            {
                "asked_at": request.asked_at.isoformat(),
                "email": request.email,
                "phone": request.phone,
                "message": request.message,
                "state": request.state.value,
                "reason": request.reason,
            }
            for request in requests
        ],
        "visits": [
            {
                "at": visit.at.isoformat(),
                "kind": visit.kind.value,
                "channel": visit.channel.value,
                "document": visit.document or None,
                "digest": visit.digest or None,
            }
            for visit in log
        ],
    }


def masked_number(donor: Donor, vault: Vault) -> str:
    """Return the identity number as it may be shown, or nothing when it cannot be opened."""
    try:
        return donors.masked_id_number(donor, vault)
    except DomainError:
        return "****"


def _person(donor: Donor, vault: Vault) -> dict[str, Any]:
    return {
        "name": donor.name,
        "kind": donor.kind.value,
        "credit_code": donor.credit_code,
        "id_number": masked_number(donor, vault) or None,
        "email": donor.email,
        "phone": donor.phone,
        "note": donor.note,
        "recorded_at": donor.created_at.isoformat(),
    }


def _gift(gift: GiftCard, consent: consents.Consent | None) -> dict[str, Any]:
    return {
        "reference": gift.reference,
        "name": gift.donor_name,
        "received_on": _plain(gift.received_on),
        "kind": gift.kind.value,
        "state": gift.state.value,
        "amount": to_text(gift.amount_minor),
        "currency": "CNY",
        "original": gift.original or None,
        "item": gift.item or None,
        "anonymous": gift.is_anonymous,
        "funds": [
            {"code": part.code, "name": part.name, "amount": to_text(part.amount_minor)}
            for part in gift.funds
        ],
        "documents": [
            {
                "number": letter.reference,
                "kind": letter.kind.value,
                "issued_on": _plain(letter.issued_on),
                "state": letter.state.value,
            }
            for letter in gift.letters
        ],
        "bills": [
            {
                "code": bill.code,
                "number": bill.number,
                "check_code": bill.check_code or None,
                "issued_on": _plain(bill.issued_on),
                "payer": bill.payer,
                "amount": to_text(bill.amount_minor),
                "stands": bill.is_standing,
            }
            for bill in gift.bills
        ],
        "publication": None
        if consent is None
        else {
            "name": consent.is_name_shown,
            "amount": consent.is_amount_shown,
            "display_name": consent.display_name or None,
        },
    }


def _plain(value: date | datetime | Enum) -> str:
    return str(value.value) if isinstance(value, Enum) else value.isoformat()
