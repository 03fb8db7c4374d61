"""Campaigns over many funds: target, total, donors, and participation by class and college."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.donors import aliases
from foundation.donors.models import AlumniClass, DonorClass
from foundation.gifts.models import Gift, GiftAllocation
from foundation.gifts.standing import ended
from foundation.projects import figures
from foundation.projects.models import Campaign, CampaignFund
from ledger import funds, trail
from ledger.clock import Clock
from ledger.errors import InvalidInput, NotFound
from ledger.funds import Fund
from ledger.money import MAX_MINOR
from ledger.vouchers import Voucher, VoucherState

_TEXTS = {
    "code": ("编码", 32),
    "name": ("名称", 200),
    "name_en": ("英文名称", 200),
    "public_text": ("公开介绍", 4000),
    "public_text_en": ("英文介绍", 4000),
}


@dataclass(frozen=True, slots=True)
class CampaignInput:
    """A campaign as typed."""

    code: str
    name: str
    starts_on: date
    ends_on: date
    funds: tuple[str, ...]
    name_en: str = ""
    target_minor: int | None = None
    is_public: bool = False
    public_text: str = ""
    public_text_en: str = ""


@dataclass(frozen=True, slots=True)
class CampaignFigures:
    """How a campaign stands: what its funds were given between its days."""

    campaign: Campaign
    funds: tuple[Fund, ...]
    raised_minor: int
    gifts: int
    donors: int
    by_fund: tuple[tuple[Fund, int], ...]

    @property
    def progress(self) -> int | None:
        """Whole percent of the target, or None without one."""
        target = self.campaign.target_minor
        return None if target is None else self.raised_minor * 100 // target


@dataclass(frozen=True, slots=True)
class Participation:
    """How many of a class or college gave, and what. `members` None: nobody counted."""

    college: str
    class_name: str
    year: int | None
    donors: int
    minor: int
    members: int | None

    @property
    def basis_points(self) -> int | None:
        """The share of members who gave, in hundredths of a percent."""
        return None if not self.members else self.donors * 10000 // self.members


def set_campaign(session: Session, entry: CampaignInput, *, actor: str, clock: Clock) -> Campaign:
    """Record a campaign, or change the one with its code. Raises InvalidInput, UnknownFund."""
    values = _checked(entry)
    chosen = [funds.get_fund(session, code) for code in dict.fromkeys(entry.funds)]
    if not chosen:
        raise InvalidInput(field="基金", reason="请至少选择一个基金")
    campaign = find_campaign(session, values["code"])
    if campaign is None:
        campaign = Campaign(**values, created_by=actor, created_at=clock.now())
        session.add(campaign)
    else:
        for name, value in values.items():
            setattr(campaign, name, value)
    session.flush()
    kept = {fund.id for fund in chosen}
    for row in session.execute(
        select(CampaignFund).where(CampaignFund.campaign_id == campaign.id)
    ).scalars():
        if row.fund_id in kept:
            kept.discard(row.fund_id)
        else:
            session.delete(row)
    session.add_all(
        CampaignFund(campaign_id=campaign.id, fund_id=fund_id) for fund_id in sorted(kept)
    )
    session.flush()
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="campaign.set",
        subject=f"campaign:{campaign.code}",
        detail={"funds": sorted(fund.code for fund in chosen)},
    )
    return campaign


def find_campaign(session: Session, code: str) -> Campaign | None:
    """Return a campaign by its code, or None."""
    return session.execute(select(Campaign).where(Campaign.code == code)).scalar_one_or_none()


def get_campaign(session: Session, code: str) -> Campaign:
    """Return a campaign by its code. Raises NotFound."""
    found = find_campaign(session, code)
    if found is None:
        raise NotFound(what="筹款活动", name=code[:60])
    return found


def list_campaigns(session: Session, *, only_public: bool = False) -> list[Campaign]:
    """Return campaigns, the latest first."""
    query = select(Campaign).order_by(Campaign.starts_on.desc(), Campaign.code)
    if only_public:
        query = query.where(Campaign.is_public)
    return list(session.execute(query).scalars())


def read(session: Session, campaign: Campaign) -> CampaignFigures:
    """Return how a campaign stands, from posted gifts less refunds."""
    chosen = _funds(session, campaign)
    keys = [fund.id for fund in chosen]
    given = figures.raised(session, first=campaign.starts_on, last=campaign.ends_on, funds=keys)
    gifts, donors = session.execute(
        select(
            func.count(func.distinct(Gift.id)),
            func.count(func.distinct(aliases.led_to(Gift.donor_id))),
        )
        .select_from(Gift)
        .join(GiftAllocation, GiftAllocation.gift_id == Gift.id)
        .join(Voucher, Voucher.id == Gift.voucher_id)
        .where(*_counted(campaign, keys))
    ).one()
    return CampaignFigures(
        campaign=campaign,
        funds=tuple(chosen),
        raised_minor=sum(item.minor for item in given.values()),
        gifts=int(gifts),
        donors=int(donors),
        by_fund=tuple((fund, given[fund.id].minor if fund.id in given else 0) for fund in chosen),
    )


def by_class(session: Session, campaign: Campaign) -> list[Participation]:
    """Return participation by class, the greatest share first; classes without gifts too."""
    keys = [fund.id for fund in _funds(session, campaign)]
    led = aliases.led_to(Gift.donor_id)
    members = (
        select(aliases.led_to(DonorClass.donor_id).label("donor_id"), DonorClass.class_id)
        .distinct()
        .subquery()
    )
    rows = session.execute(
        select(
            members.c.class_id,
            func.count(func.distinct(led)),
            func.sum(GiftAllocation.amount_minor),
        )
        .select_from(Gift)
        .join(GiftAllocation, GiftAllocation.gift_id == Gift.id)
        .join(Voucher, Voucher.id == Gift.voucher_id)
        .join(members, members.c.donor_id == led)
        .where(*_counted(campaign, keys))
        .group_by(members.c.class_id)
        .order_by(members.c.class_id)
    )
    given = {key: (int(donors), int(minor)) for key, donors, minor in rows}
    classes = session.execute(
        select(AlumniClass).order_by(AlumniClass.college, AlumniClass.year, AlumniClass.class_name)
    ).scalars()
    found = [
        Participation(
            item.college,
            item.class_name,
            item.year,
            *given.get(item.id, (0, 0)),
            item.member_count,
        )
        for item in classes
    ]
    return sorted(found, key=lambda item: (-(item.basis_points or 0), -item.minor, item.college))


def by_college(session: Session, campaign: Campaign) -> list[Participation]:
    """Return participation by college; a donor in two classes of one college counts once."""
    keys = [fund.id for fund in _funds(session, campaign)]
    led = aliases.led_to(Gift.donor_id)
    donors = (
        select(aliases.led_to(DonorClass.donor_id).label("donor_id"), AlumniClass.college)
        .join(AlumniClass, AlumniClass.id == DonorClass.class_id)
        .distinct()
        .subquery()
    )
    rows = session.execute(
        select(
            donors.c.college,
            func.count(func.distinct(led)),
            func.sum(GiftAllocation.amount_minor),
        )
        .select_from(Gift)
        .join(GiftAllocation, GiftAllocation.gift_id == Gift.id)
        .join(Voucher, Voucher.id == Gift.voucher_id)
        .join(donors, donors.c.donor_id == led)
        .where(*_counted(campaign, keys))
        .group_by(donors.c.college)
        .order_by(donors.c.college)
    )
    given = {college: (int(count), int(minor)) for college, count, minor in rows}
    sizes = session.execute(
        select(
            AlumniClass.college,
            func.sum(AlumniClass.member_count),
            func.count(AlumniClass.member_count),
            func.count(),
        )
        .group_by(AlumniClass.college)
        .order_by(AlumniClass.college)
    )
    found = []
    for college, members, counted, classes in sizes:
        # A college is measured only when each of its classes was counted.
        size = int(members or 0) if counted == classes else None
        found.append(Participation(college, "", None, *given.get(college, (0, 0)), size))
    return sorted(found, key=lambda item: (-(item.basis_points or 0), -item.minor, item.college))


def _counted(campaign: Campaign, keys: Sequence[int]) -> list[Any]:
    return [
        Voucher.state == VoucherState.POSTED,
        ~ended(),
        Gift.received_on >= campaign.starts_on,
        Gift.received_on <= campaign.ends_on,
        GiftAllocation.fund_id.in_(keys),
    ]


def _funds(session: Session, campaign: Campaign) -> list[Fund]:
    return list(
        session.execute(
            select(Fund)
            .join(CampaignFund, CampaignFund.fund_id == Fund.id)
            .where(CampaignFund.campaign_id == campaign.id)
            .order_by(Fund.code)
        ).scalars()
    )


def _checked(entry: CampaignInput) -> dict[str, Any]:
    values: dict[str, Any] = {
        item.name: getattr(entry, item.name) for item in fields(entry) if item.name != "funds"
    }
    for name, (called, longest) in _TEXTS.items():
        text = str(values[name]).strip()
        if len(text) > longest or not all(c.isprintable() or c in "\n\r\t" for c in text):
            raise InvalidInput(field=called, reason=f"最多 {longest} 字，不能含有不能显示的字符")
        values[name] = text or None
    if not values["code"] or not values["name"]:
        raise InvalidInput(field="名称", reason="编码和名称不能为空")
    if entry.ends_on < entry.starts_on:
        raise InvalidInput(field="结束日期", reason="不能早于开始日期")
    if entry.target_minor is not None and not 0 < entry.target_minor <= MAX_MINOR:
        raise InvalidInput(field="目标", reason="应大于零，不设目标时不填")
    return values
