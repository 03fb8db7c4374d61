"""What fund projects show in figures, all of it read from gifts, books and pledges."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.donors import aliases
from foundation.funds import service as fund_service
from foundation.gifts.kinds import ChangeKind
from foundation.gifts.models import Gift, GiftAllocation, GiftChange
from foundation.gifts.standing import ended, withdrawn
from foundation.pledges.models import Instalment, Pledge
from foundation.projects import kinds
from foundation.projects.models import FundProject, ProjectPicture
from ledger import money
from ledger.funds import Fund
from ledger.vouchers import Voucher, VoucherState


@dataclass(frozen=True, slots=True)
class Raised:
    """What a fund was given: posted gifts less what went back; how many gifts and donors."""

    minor: int = 0
    gifts: int = 0
    donors: int = 0


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """A fund with its project, as lists and the API show it. Amounts are fen."""

    fund: Fund
    project: FundProject | None
    net_minor: int
    raised: Raised
    pledged_minor: int
    has_picture: bool

    @property
    def progress(self) -> int | None:
        """Whole percent of the target that was raised, or None without a target."""
        if self.project is None or self.project.target_minor is None:
            return None
        return self.raised.minor * 100 // self.project.target_minor


def rows(session: Session, *, only: Sequence[int] | None = None) -> list[ProjectRow]:
    """Return every fund (or some) with what is said of it and what it raised, in code order."""
    held = fund_service.list_funds(session)
    if only is not None:
        held = [item for item in held if item.fund.id in only]
    projects = {
        item.fund_id: item
        for item in session.execute(select(FundProject).order_by(FundProject.fund_id)).scalars()
    }
    pictured = set(session.execute(select(ProjectPicture.fund_id)).scalars())
    given = raised(session)
    promised = pledged(session)
    return [
        ProjectRow(
            item.fund,
            projects.get(item.fund.id),
            item.net_minor,
            given.get(item.fund.id, Raised()),
            promised.get(item.fund.id, 0),
            item.fund.id in pictured,
        )
        for item in held
    ]


def public_rows(session: Session) -> list[ProjectRow]:
    """Return what the published catalogue shows: public projects of open funds, by kind."""
    order = list(kinds.shipped())
    found = [
        row
        for row in rows(session)
        if row.project is not None and row.project.is_public and row.fund.closed_on is None
    ]
    return sorted(
        found,
        key=lambda row: (order.index(row.project.kind) if row.project else 0, row.fund.code),
    )


def raised(
    session: Session,
    *,
    first: date | None = None,
    last: date | None = None,
    funds: Sequence[int] | None = None,
) -> dict[int, Raised]:
    """Return what each fund was given by posted gifts, less what was refunded, by fund."""
    where: list[Any] = [
        Voucher.state == VoucherState.POSTED,
        ~ended(),
        *([Gift.received_on >= first] if first is not None else []),
        *([Gift.received_on <= last] if last is not None else []),
        *([GiftAllocation.fund_id.in_(funds)] if funds is not None else []),
    ]
    query = (
        select(
            GiftAllocation.fund_id,
            func.sum(GiftAllocation.amount_minor),
            func.count(),
            func.count(func.distinct(aliases.led_to(Gift.donor_id))),
        )
        .select_from(GiftAllocation)
        .join(Gift, Gift.id == GiftAllocation.gift_id)
        .join(Voucher, Voucher.id == Gift.voucher_id)
        .where(*where)
        .group_by(GiftAllocation.fund_id)
        .order_by(GiftAllocation.fund_id)
    )
    taken = _taken_back(session, where)
    return {
        fund: Raised(int(minor) - taken.get(fund, 0), int(count), int(donors))
        for fund, minor, count, donors in session.execute(query)
    }


def pledged(session: Session) -> dict[int, int]:
    """Return what is still promised to each fund."""
    rows = session.execute(
        select(Pledge.fund_id, func.sum(Instalment.open_minor))
        .join(Instalment, Instalment.pledge_id == Pledge.id)
        .where(Instalment.open_minor > 0)
        .group_by(Pledge.fund_id)
        .order_by(Pledge.fund_id)
    )
    return {fund: int(minor) for fund, minor in rows}


def by_month(session: Session, fund_id: int, year: int) -> list[int]:
    """Return what a fund was given in each month of a year, before refunds."""
    found = [0] * 12
    rows = session.execute(
        select(Gift.received_on, func.sum(GiftAllocation.amount_minor))
        .join(GiftAllocation, GiftAllocation.gift_id == Gift.id)
        .join(Voucher, Voucher.id == Gift.voucher_id)
        .where(
            GiftAllocation.fund_id == fund_id,
            Voucher.state == VoucherState.POSTED,
            ~ended(),
            Gift.received_on >= date(year, 1, 1),
            Gift.received_on <= date(year, 12, 31),
        )
        .group_by(Gift.received_on)
        .order_by(Gift.received_on)
    )
    for day, minor in rows:
        found[day.month - 1] += int(minor)
    return found


def _taken_back(session: Session, where: Sequence[Any]) -> dict[int, int]:
    """Return what was refunded, spread over the funds of each gift as its parts are."""
    refunds = session.execute(
        select(GiftChange.gift_id, func.sum(GiftChange.amount_minor))
        .where(GiftChange.kind == ChangeKind.REFUNDED, ~withdrawn())
        .group_by(GiftChange.gift_id)
        .order_by(GiftChange.gift_id)
    ).all()
    if not refunds:
        return {}
    minors = {gift: int(minor) for gift, minor in refunds}
    counted = set(
        session.execute(
            select(Gift.id)
            .join(Voucher, Voucher.id == Gift.voucher_id)
            .join(GiftAllocation, GiftAllocation.gift_id == Gift.id)
            .where(Gift.id.in_(sorted(minors)), *where)
        ).scalars()
    )
    parts: dict[int, list[tuple[int, int]]] = {}
    for part in session.execute(
        select(GiftAllocation.gift_id, GiftAllocation.fund_id, GiftAllocation.amount_minor)
        .where(GiftAllocation.gift_id.in_(sorted(counted)))
        .order_by(GiftAllocation.gift_id, GiftAllocation.fund_id)
    ):
        parts.setdefault(part.gift_id, []).append((part.fund_id, part.amount_minor))
    taken: dict[int, int] = {}
    for gift, shares in parts.items():
        split = money.split(minors[gift], [minor for _, minor in shares])
        for (fund, _), minor in zip(shares, split, strict=True):
            taken[fund] = taken.get(fund, 0) + minor
    return taken
