"""What may be published of a gift: only what its donor agreed to, gift by gift, until taken back.

Sources: 慈善法 第八十二条, 公益事业捐赠法 第八条, 个人信息保护法 第十四、十五条 (A). Without a
record nothing is published. Every record names the wording that the donor read.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.portal.models import PublicityConsent
from ledger import trail
from ledger.clock import Clock
from ledger.errors import InvalidInput

# Changes whenever the sentence that donors agree to is changed (portal/gift.html).
WORDING = "2026-1"
_MOST_NAME = 60


@dataclass(frozen=True, slots=True)
class Consent:
    """What may be published of one gift."""

    is_name_shown: bool = False
    is_amount_shown: bool = False
    display_name: str = ""


def current(session: Session, gift_ids: Sequence[int]) -> dict[int, Consent]:
    """Return what may be published of each gift now; a gift without a record is not in it."""
    last = (
        select(func.max(PublicityConsent.id))
        .where(PublicityConsent.gift_id.in_(gift_ids))
        .group_by(PublicityConsent.gift_id)
    )
    query = (
        select(PublicityConsent)
        .where(PublicityConsent.id.in_(last))
        .order_by(PublicityConsent.gift_id)
    )
    return {
        row.gift_id: Consent(row.is_name_shown, row.is_amount_shown, row.display_name or "")
        for row in session.execute(query).scalars()
    }


def record(session: Session, gift_id: int, consent: Consent, *, actor: str, clock: Clock) -> None:
    """Write down what a donor agreed to or took back; the caller knows whose gift it is.

    Raises InvalidInput.
    """
    name = " ".join(consent.display_name.split())
    if len(name) > _MOST_NAME or not name.isprintable():
        raise InvalidInput(field="公示名称", reason="最多 60 字，不能含有不能显示的字符")
    session.add(
        PublicityConsent(
            gift_id=gift_id,
            is_name_shown=consent.is_name_shown,
            is_amount_shown=consent.is_amount_shown,
            display_name=name or None,
            wording=WORDING,
            given_by=actor[:64],
            given_at=clock.now(),
        )
    )
    session.flush()
    trail.record(
        session,
        actor=actor[:64],
        clock=clock,
        action="gift.consent",
        subject=f"gift:{gift_id}",
        detail={
            "name": consent.is_name_shown,
            "amount": consent.is_amount_shown,
            "wording": WORDING,
        },
    )
