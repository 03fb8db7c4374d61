"""Who may come in by which address, and whose gifts a letter speaks of."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.donors import merging
from foundation.donors.models import Donor, DonorKind
from foundation.gifts.models import Gift
from foundation.receipting.models import GiftLetter

# One address for more donors than this is a mistake of the register, not a household.
_MOST = 10


@dataclass(frozen=True, slots=True)
class Reachable:
    """A donor who may come in, by the address that is kept of them."""

    donor_id: int
    name: str
    email: str


def with_address(session: Session, email: str) -> list[Reachable]:
    """Return who may come in by mail to this address; nobody ever comes in as 匿名.

    Somebody who was found to be another donor comes in as that one.
    """
    rows = session.execute(
        select(Donor.id, Donor.name, Donor.email)
        .where(
            Donor.email.ilike(_literally(email), escape="\\"),
            Donor.kind != DonorKind.ANONYMOUS,
        )
        .order_by(Donor.id)
        .limit(_MOST)
    )
    found: dict[int, Reachable] = {}
    for row in rows:
        key = merging.kept_id(session, row.id)
        found.setdefault(key, Reachable(key, row.name, row.email))
    return list(found.values())


def gifts_of_letter(session: Session, letter_id: int) -> tuple[int, ...]:
    """Return the gifts that a letter speaks of."""
    query = (
        select(GiftLetter.gift_id)
        .where(GiftLetter.letter_id == letter_id)
        .order_by(GiftLetter.gift_id)
    )
    return tuple(session.execute(query).scalars())


def donor_of_letter(session: Session, letter_id: int) -> int | None:
    """Return the donor whose gifts a letter speaks of."""
    query = (
        select(Gift.donor_id)
        .join(GiftLetter, GiftLetter.gift_id == Gift.id)
        .where(GiftLetter.letter_id == letter_id)
        .order_by(Gift.id)
        .limit(1)
    )
    return session.execute(query).scalar()


def _literally(email: str) -> str:
    return email.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
