"""Gifts that are not money: how much of each is in a register already, and what is still to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from foundation.assets.models import AssetCard, InvestmentMovement, StockMovement
from foundation.gifts import standing
from foundation.gifts.kinds import GiftKind
from foundation.gifts.models import Gift, GiftAllocation, reference
from ledger import catalogue
from ledger.funds import Fund
from ledger.vouchers import VoucherLine

# Where a gift belongs, by the meaning of its account.
ASSETS, STOCK, INVESTMENTS = "asset", "stock", "investment"
PLACES = {
    "fixed_asset": ASSETS,
    "intangible_asset": ASSETS,
    "inventory": STOCK,
    "agency_asset": STOCK,
    "short_term_investment": INVESTMENTS,
    "long_term_equity": INVESTMENTS,
    "long_term_debt_investment": INVESTMENTS,
}


@dataclass(frozen=True, slots=True)
class Given:
    """A gift that is not money. `place` is the register it belongs to, or empty."""

    reference: str
    received_on: date
    donor: str
    item: str
    quantity: str
    evidence: str
    kind: GiftKind
    fund: str
    tag: str
    place: str
    amount_minor: int
    registered_minor: int
    voucher_id: int

    @property
    def open_minor(self) -> int:
        """What no register holds yet."""
        return self.amount_minor - self.registered_minor if self.place else 0


def list_given(session: Session) -> Sequence[Given]:
    """Return the gifts of things and shares, the latest first; not those that ended.

    Few vouchers touch the accounts of things, so they are the way to the few gifts among many.
    """
    known = catalogue.load(session)
    places = [key for key, account in known.accounts.items() if account.tag in PLACES]
    vouchers = select(VoucherLine.voucher_id).where(VoucherLine.account_id.in_(places))
    return _list(session, Gift.voucher_id.in_(vouchers), Gift.account_id.in_(places))


def list_services(session: Session, first: date, last: date) -> Sequence[Given]:
    """Return the donated services that were recognised from one day to another, latest first."""
    return _list(session, Gift.received_on.between(first, last), Gift.kind == GiftKind.SERVICE)


def _list(session: Session, *conditions: ColumnElement[bool]) -> list[Given]:
    known = catalogue.load(session)
    registered = _registered(session)
    rows = session.execute(
        select(Gift, func.min(Fund.code))
        .join(GiftAllocation, GiftAllocation.gift_id == Gift.id)
        .join(Fund, Fund.id == GiftAllocation.fund_id)
        .where(*conditions, ~standing.ended())
        .group_by(Gift.id)
        .order_by(Gift.received_on.desc(), Gift.id.desc())
    )
    found = []
    for gift, fund in rows:
        tag = known.accounts[gift.account_id].tag
        found.append(
            Given(
                reference=reference(gift.id, gift.received_on),
                received_on=gift.received_on,
                donor=gift.donor_name,
                item=gift.item or "",
                quantity=gift.quantity or "",
                evidence=gift.value_evidence or "",
                kind=gift.kind,
                fund=fund,
                tag=tag,
                place=PLACES.get(tag, ""),
                amount_minor=gift.amount_minor,
                registered_minor=registered.get(gift.id, 0),
                voucher_id=gift.voucher_id,
            )
        )
    return found


def _registered(session: Session) -> dict[int, int]:
    found: dict[int, int] = {}
    for key, value in (
        (AssetCard.gift_id, AssetCard.cost_minor),
        (StockMovement.gift_id, StockMovement.value_minor),
        (InvestmentMovement.gift_id, InvestmentMovement.value_minor),
    ):
        query = select(key, func.sum(value)).where(key.is_not(None)).group_by(key)
        for gift_id, minor in session.execute(query):
            assert gift_id is not None
            found[gift_id] = found.get(gift_id, 0) + int(minor)
    return found
