"""What donors gave in a year, donor by donor: large donations, and who may be a main donor."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from foundation.donors import aliases
from foundation.donors.models import Donor
from foundation.gifts.kinds import MONEY_KINDS, GiftKind
from foundation.gifts.models import Gift, GiftAllocation, GiftChange
from foundation.gifts.standing import withdrawn
from foundation.parties.rules import Threshold
from ledger.funds import Fund
from ledger.vouchers import Voucher, VoucherState


@dataclass(frozen=True, slots=True)
class Given:
    """What one donor gave between two days, less what was taken back of it."""

    donor_id: int
    name: str
    # Whether some gift of the donor may not be published under the name.
    is_hidden: bool
    cash_minor: int
    kind_minor: int

    @property
    def total_minor(self) -> int:
        """Everything together."""
        return self.cash_minor + self.kind_minor

    @property
    def shown_name(self) -> str:
        """The name, or the code under which a donor stands who may not be named."""
        return f"捐赠人{self.donor_id:06d}" if self.is_hidden else self.name


def taken() -> ColumnElement[int]:
    """What was taken back of a gift and stays so."""
    return (
        select(func.coalesce(func.sum(GiftChange.amount_minor), 0))
        .where(GiftChange.gift_id == Gift.id, ~withdrawn())
        .correlate(Gift)
        .scalar_subquery()
    )


def is_income(first: date, last: date) -> tuple[ColumnElement[bool], ...]:
    """The conditions of posted gifts of some days that are income; needs Gift and Voucher."""
    return (
        Voucher.state == VoucherState.POSTED,
        Gift.kind != GiftKind.AGENCY,
        Gift.received_on.between(first, last),
    )


def given(session: Session, first: date, last: date) -> list[Given]:
    """Return what each donor gave, the largest sum first; aliases count as one donor."""
    left = Gift.amount_minor - taken()
    gifts = (
        select(
            aliases.led_to(Gift.donor_id).label("donor_id"),
            left.label("minor"),
            Gift.kind.in_(MONEY_KINDS).label("is_cash"),
            Gift.is_anonymous.label("is_hidden"),
        )
        .join(Voucher, Voucher.id == Gift.voucher_id)
        .where(*is_income(first, last))
        .subquery()
    )
    rows = session.execute(
        select(
            Donor.id,
            Donor.name,
            func.max(case((gifts.c.is_hidden, 1), else_=0)),
            func.sum(case((gifts.c.is_cash, gifts.c.minor), else_=0)),
            func.sum(case((gifts.c.is_cash, 0), else_=gifts.c.minor)),
        )
        .join(gifts, gifts.c.donor_id == Donor.id)
        .group_by(Donor.id, Donor.name)
        .order_by(func.sum(gifts.c.minor).desc(), Donor.id)
    )
    return [
        Given(key, name, bool(hidden), int(cash), int(kind))
        for key, name, hidden, cash, kind in rows
    ]


def large(found: list[Given], threshold: Threshold) -> list[Given]:
    """Return those whose sum is above the threshold."""
    income = sum(one.total_minor for one in found)
    return [one for one in found if threshold.is_exceeded(one.total_minor, income)]


def purposes(session: Session, donor_ids: list[int], first: date, last: date) -> dict[int, str]:
    """Return what the donors gave for: the names of the funds."""
    donor = aliases.led_to(Gift.donor_id)
    rows = session.execute(
        select(donor, Fund.code, Fund.name)
        .select_from(Gift)
        .join(Voucher, Voucher.id == Gift.voucher_id)
        .join(GiftAllocation, GiftAllocation.gift_id == Gift.id)
        .join(Fund, Fund.id == GiftAllocation.fund_id)
        .where(*is_income(first, last), donor.in_(donor_ids))
        .distinct()
        .order_by(donor, Fund.code)
    )
    found: dict[int, list[str]] = {}
    for key, _, name in rows:
        found.setdefault(key, []).append(name)
    return {key: "；".join(names) for key, names in found.items()}
