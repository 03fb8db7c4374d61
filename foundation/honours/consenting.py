"""Consent that reached the office on paper: recorded for one gift, with where the paper is."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.donors import aliases
from foundation.gifts.models import Gift, reference
from foundation.gifts.service import UnknownGift
from foundation.portal import consents
from foundation.portal.consents import Consent
from ledger import trail
from ledger.clock import Clock
from ledger.errors import Conflict, InvalidInput
from ledger.vouchers import Voucher, VoucherState


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """A gift of a donor and what may be published of it now."""

    gift_id: int
    reference: str
    received_on: str
    minor: int
    is_anonymous: bool
    consent: Consent | None


def of_donor(session: Session, donor_id: int) -> list[ConsentRow]:
    """Return the posted gifts of a donor, the latest first, with what may be published."""
    gifts = list(
        session.execute(
            select(Gift)
            .join(Voucher, Voucher.id == Gift.voucher_id)
            .where(
                Gift.donor_id.in_(aliases.ids_of(session, donor_id)),
                Voucher.state == VoucherState.POSTED,
            )
            .order_by(Gift.received_on.desc(), Gift.id.desc())
            .limit(200)
        ).scalars()
    )
    known = consents.current(session, [gift.id for gift in gifts])
    return [
        ConsentRow(
            gift.id,
            reference(gift.id, gift.received_on),
            gift.received_on.isoformat(),
            gift.amount_minor,
            gift.is_anonymous,
            known.get(gift.id),
        )
        for gift in gifts
    ]


def record_paper(
    session: Session, gift_id: int, consent: Consent, *, evidence: str, actor: str, clock: Clock
) -> None:
    """Record what a donor said on paper, by mail or at the desk, and where that is kept.

    Raises UnknownGift, InvalidInput without the evidence, Conflict for an anonymous gift.
    """
    said = evidence.strip()
    if not said or len(said) > 200 or not said.isprintable():
        raise InvalidInput(field="依据", reason="请写明捐赠人同意或撤回的依据，最多 200 字")
    gift = session.get(Gift, gift_id)
    if gift is None:
        raise UnknownGift(gift=gift_id)
    if gift.is_anonymous and consent.is_name_shown:
        raise Conflict(reason="捐赠人要求匿名的捐赠不能公示姓名")
    if consent.is_amount_shown and not consent.is_name_shown:
        raise InvalidInput(field="公示内容", reason="公示金额须同时公示姓名")
    consents.record(session, gift_id, consent, actor=actor, clock=clock)
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="gift.consent_paper",
        subject=f"gift:{gift_id}",
        reason=said,
    )
