"""Read the gifts that a roll is about, from posted gifts less what went back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.donors import aliases
from foundation.donors.models import AlumniClass, Donor, DonorClass, DonorKind
from foundation.gifts.kinds import ChangeKind
from foundation.gifts.models import Gift, GiftAllocation, GiftChange
from foundation.gifts.standing import ended, withdrawn
from foundation.honours import levels, roll
from foundation.honours.models import Basis
from foundation.honours.roll import GivenGift, HonourRoll
from foundation.portal.consents import Consent
from foundation.portal.models import PublicityConsent
from foundation.projects import campaigns
from foundation.projects.models import Campaign, CampaignFund
from ledger import money
from ledger.errors import InvalidInput
from ledger.vouchers import Voucher, VoucherState


@dataclass(frozen=True, slots=True)
class RollScope:
    """Which gifts a roll is about: a year, a campaign, or all of them; perhaps of one college."""

    year: int | None = None
    campaign: str = ""
    college: str = ""
    class_name: str = ""
    class_year: int | None = None

    def __post_init__(self) -> None:
        if self.year is not None and self.campaign:
            raise InvalidInput(field="范围", reason="年度和筹款活动只能选择一个")
        if self.year is not None and not 1900 < self.year < 2200:
            raise InvalidInput(field="年度", reason="应为四位数的年份")

    @property
    def basis(self) -> Basis:
        """What the levels of this roll are measured by."""
        if self.campaign:
            return Basis.CAMPAIGN
        return Basis.CUMULATIVE if self.year is None else Basis.YEARLY


def read(session: Session, scope: RollScope, *, today: date) -> HonourRoll:
    """Return the honour roll of a scope. Raises NotFound for an unknown campaign."""
    campaign = campaigns.get_campaign(session, scope.campaign) if scope.campaign else None
    on = _day_of(scope, campaign, today)
    known = levels.in_force(
        session, scope.basis, on=on, campaign_id=campaign.id if campaign else None
    )
    return roll.compose(given(session, scope, campaign), known)


def given(session: Session, scope: RollScope, campaign: Campaign | None) -> list[GivenGift]:
    """Return what is left of each gift of a scope, for the donor that it counts for now."""
    where = _conditions(session, scope, campaign)
    funds = _funds(session, campaign)
    led = aliases.led_to(Gift.donor_id)
    last = (
        select(func.max(PublicityConsent.id))
        .where(PublicityConsent.gift_id == Gift.id)
        .correlate(Gift)
        .scalar_subquery()
    )
    rows: Any = session.execute(
        select(
            Gift.id,
            Gift.amount_minor,
            Gift.is_anonymous,
            Donor.id.label("donor_id"),
            Donor.name,
            Donor.kind,
            PublicityConsent.is_name_shown,
            PublicityConsent.is_amount_shown,
            PublicityConsent.display_name,
        )
        .join(Voucher, Voucher.id == Gift.voucher_id)
        .join(Donor, Donor.id == led)
        .outerjoin(PublicityConsent, PublicityConsent.id == last)
        .where(*where)
        .order_by(Gift.id)
    ).all()
    minors = _left(session, [row.id for row in rows], where, funds)
    found = []
    for row in rows:
        minor = minors.get(row.id, row.amount_minor if funds is None else 0)
        if minor <= 0:
            continue
        consent = None
        if row.is_name_shown is not None:
            consent = Consent(row.is_name_shown, row.is_amount_shown, row.display_name or "")
        is_anonymous = row.is_anonymous or row.kind is DonorKind.ANONYMOUS
        found.append(GivenGift(row.id, row.donor_id, row.name, is_anonymous, minor, consent))
    return found


def years(session: Session) -> list[int]:
    """Return the years in which posted gifts were received, the latest first."""
    ends: Any = session.execute(
        select(func.min(Gift.received_on), func.max(Gift.received_on))
        .join(Voucher, Voucher.id == Gift.voucher_id)
        .where(Voucher.state == VoucherState.POSTED)
    ).one()
    return [] if ends[0] is None else list(range(ends[1].year, ends[0].year - 1, -1))


def colleges(session: Session) -> list[str]:
    """Return the colleges of which a class is known."""
    return list(
        session.execute(
            select(AlumniClass.college).distinct().order_by(AlumniClass.college)
        ).scalars()
    )


def _day_of(scope: RollScope, campaign: Campaign | None, today: date) -> date:
    """The day whose levels count: the last of the span, or today while it lasts."""
    if campaign is not None:
        return min(campaign.ends_on, today)
    return today if scope.year is None else min(date(scope.year, 12, 31), today)


def _conditions(session: Session, scope: RollScope, campaign: Campaign | None) -> list[Any]:
    where: list[Any] = [Voucher.state == VoucherState.POSTED, ~ended()]
    if scope.year is not None:
        where.append(Gift.received_on.between(date(scope.year, 1, 1), date(scope.year, 12, 31)))
    if campaign is not None:
        of_campaign = (
            select(GiftAllocation.gift_id)
            .join(CampaignFund, CampaignFund.fund_id == GiftAllocation.fund_id)
            .where(CampaignFund.campaign_id == campaign.id)
        )
        where += [
            Gift.received_on.between(campaign.starts_on, campaign.ends_on),
            Gift.id.in_(of_campaign),
        ]
    if scope.college or scope.class_name or scope.class_year is not None:
        where.append(aliases.led_to(Gift.donor_id).in_(_members(scope)))
    return where


def _members(scope: RollScope) -> Any:
    members = select(aliases.led_to(DonorClass.donor_id)).join(
        AlumniClass, AlumniClass.id == DonorClass.class_id
    )
    if scope.college:
        members = members.where(AlumniClass.college == scope.college)
    if scope.class_name:
        members = members.where(AlumniClass.class_name == scope.class_name)
    if scope.class_year is not None:
        members = members.where(AlumniClass.year == scope.class_year)
    return members


def _funds(session: Session, campaign: Campaign | None) -> frozenset[int] | None:
    if campaign is None:
        return None
    return frozenset(
        session.execute(
            select(CampaignFund.fund_id)
            .where(CampaignFund.campaign_id == campaign.id)
            .order_by(CampaignFund.fund_id)
        ).scalars()
    )


def _left(
    session: Session, keys: Sequence[int], where: Sequence[Any], funds: frozenset[int] | None
) -> dict[int, int]:
    """Return what is left of gifts: of those with refunds, and of all where only parts count."""
    taken = {
        gift: int(minor)
        for gift, minor in session.execute(
            select(GiftChange.gift_id, func.sum(GiftChange.amount_minor))
            .where(GiftChange.kind == ChangeKind.REFUNDED, ~withdrawn())
            .group_by(GiftChange.gift_id)
            .order_by(GiftChange.gift_id)
        )
    }
    if funds is None and not taken:
        return {}
    parts: dict[int, list[tuple[int, int]]] = {}
    query = (
        select(GiftAllocation.gift_id, GiftAllocation.fund_id, GiftAllocation.amount_minor)
        .join(Gift, Gift.id == GiftAllocation.gift_id)
        .join(Voucher, Voucher.id == Gift.voucher_id)
        .where(*where)
        .order_by(GiftAllocation.gift_id, GiftAllocation.fund_id)
    )
    if funds is None:
        query = query.where(Gift.id.in_(sorted(taken)))
    for gift, fund, minor in session.execute(query):
        parts.setdefault(gift, []).append((fund, minor))
    known = set(keys)
    left = {}
    for gift, shares in parts.items():
        if gift not in known:
            continue
        # Spread over the funds as the parts of the gift are, as the figures of projects do.
        gone = money.split(taken.get(gift, 0), [minor for _, minor in shares])
        left[gift] = sum(
            minor - less
            for (fund, minor), less in zip(shares, gone, strict=True)
            if funds is None or fund in funds
        )
    return left
