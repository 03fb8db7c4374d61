"""Read the registers as of a day: what each thing was, and what moved between two days.

Only what stands in the books counts: a voucher that is posted, or nothing to post.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from foundation.assets.change_models import AssetChange, InvestmentImpairment
from foundation.assets.models import (
    AssetCard,
    AssetDisposal,
    DepreciationLine,
    DepreciationRun,
    Investment,
    InvestmentMove,
    InvestmentMovement,
    StockItem,
    StockMove,
    StockMovement,
)
from foundation.assets.standing import Standing, after
from ledger.vouchers import Voucher, VoucherState

POSTED = Voucher.state == VoucherState.POSTED


@dataclass(frozen=True, slots=True)
class CardRow:
    """A card as it stood on a day, after what was posted."""

    card: AssetCard
    standing: Standing

    @property
    def cost_minor(self) -> int:
        return self.standing.cost_minor

    @property
    def charged_minor(self) -> int:
        return self.standing.charged_minor

    @property
    def net_minor(self) -> int:
        return self.standing.net_minor


@dataclass(frozen=True, slots=True)
class StockRow:
    """An item over a span: values in fen, the quantity at its end, and the last count."""

    item: StockItem
    opening_minor: int
    in_minor: int
    out_minor: int
    quantity: int
    counted_on: date | None

    @property
    def closing_minor(self) -> int:
        return self.opening_minor + self.in_minor - self.out_minor


@dataclass(frozen=True, slots=True)
class InvestmentRow:
    """An investment over a span: cost, book value at its end, income and what came back in it."""

    investment: Investment
    cost_minor: int
    value_minor: int
    income_minor: int
    redeemed_minor: int
    # What was written down and not recovered.
    impaired_minor: int = 0

    @property
    def carrying_minor(self) -> int:
        """账面价值: the book value less the allowance."""
        return self.value_minor - self.impaired_minor


def list_cards(session: Session, last: date) -> Sequence[CardRow]:
    """Return the assets that were held on a day, by number."""
    left = (
        select(AssetDisposal.card_id)
        .join(Voucher, Voucher.id == AssetDisposal.voucher_id)
        .where(AssetDisposal.disposed_on <= last, POSTED)
    )
    charged = {
        card_id: int(minor)
        for card_id, minor in session.execute(
            select(DepreciationLine.card_id, func.sum(DepreciationLine.amount_minor))
            .join(DepreciationRun, DepreciationRun.period_id == DepreciationLine.period_id)
            .join(Voucher, Voucher.id == DepreciationRun.voucher_id)
            .where(DepreciationLine.period_id <= last.year * 100 + last.month, POSTED)
            .group_by(DepreciationLine.card_id)
        )
    }
    found = session.execute(
        select(AssetCard)
        .where(AssetCard.acquired_on <= last, AssetCard.id.not_in(left))
        .order_by(AssetCard.number)
    ).scalars()
    changes: dict[int, list[AssetChange]] = {}
    for change in session.execute(
        select(AssetChange)
        .join(Voucher, Voucher.id == AssetChange.voucher_id)
        .where(AssetChange.changed_on <= last, POSTED)
        .order_by(AssetChange.id)
    ).scalars():
        changes.setdefault(change.card_id, []).append(change)
    return [
        CardRow(card, after(card, charged.get(card.id, 0), changes.get(card.id, ())))
        for card in found
    ]


def list_runs(session: Session, *, most: int = 36) -> Sequence[DepreciationRun]:
    """Return the monthly runs, the latest first."""
    query = select(DepreciationRun).order_by(DepreciationRun.period_id.desc()).limit(most)
    return session.scalars(query).all()


def list_stock(session: Session, first: date, last: date, *, is_agency: bool) -> Sequence[StockRow]:
    """Return what goods there were on the first day, came, went, and are there on the last."""
    value = StockMovement.value_minor
    within = StockMovement.moved_on >= first
    came = StockMovement.kind.in_((StockMove.RECEIPT, StockMove.SURPLUS))
    counted = case(
        (
            StockMovement.kind.in_((StockMove.COUNT, StockMove.SURPLUS, StockMove.SHORTAGE)),
            StockMovement.moved_on,
        )
    )
    found = session.execute(
        select(
            StockItem,
            _sum(value, ~within),
            _sum(value, within, came),
            _sum(-value, within, ~came),
            func.coalesce(func.sum(StockMovement.quantity), 0),
            func.max(counted),
        )
        .join(StockMovement, StockMovement.item_id == StockItem.id)
        .outerjoin(Voucher, Voucher.id == StockMovement.voucher_id)
        .where(
            StockItem.is_agency.is_(is_agency),
            StockMovement.moved_on <= last,
            or_(StockMovement.voucher_id.is_(None), POSTED),
            *_not_undone(StockMovement, StockMove.UNDONE),
        )
        .group_by(StockItem.id)
        .order_by(StockItem.number)
    )
    return [
        StockRow(item, int(opening), int(came_in), int(went), int(quantity), on)
        for item, opening, came_in, went, quantity, on in found
    ]


def list_investments(session: Session, first: date, last: date) -> Sequence[InvestmentRow]:
    """Return the investments up to a day, with what they earned and gave back since the first."""
    move = InvestmentMovement
    within = move.moved_on >= first
    bought = move.kind.in_((InvestmentMove.PURCHASE, InvestmentMove.DONATION))
    found = session.execute(
        select(
            Investment,
            _sum(move.value_minor, bought),
            _sum(move.value_minor),
            _sum(move.income_minor, within),
            _sum(move.cash_minor, within, move.kind == InvestmentMove.REDEMPTION),
        )
        .join(move, move.investment_id == Investment.id)
        .join(Voucher, Voucher.id == move.voucher_id)
        .where(move.moved_on <= last, POSTED, *_not_undone(move, InvestmentMove.UNDONE))
        .group_by(Investment.id)
        .order_by(Investment.number)
    )
    written, released = _impaired(session, first, last)
    return [
        InvestmentRow(
            one,
            int(cost),
            int(value),
            int(income) + released.get(one.id, 0),
            int(back),
            written.get(one.id, 0),
        )
        for one, cost, value, income, back in found
    ]


def _impaired(session: Session, first: date, last: date) -> tuple[dict[int, int], dict[int, int]]:
    """The allowance of each investment on a day, and what of it left with redemptions since."""
    of_redemption = InvestmentImpairment.voucher_id.in_(select(InvestmentMovement.voucher_id))
    within = InvestmentImpairment.booked_on >= first
    written, released = {}, {}
    for key, left, gone in session.execute(
        select(
            InvestmentImpairment.investment_id,
            _sum(InvestmentImpairment.amount_minor),
            _sum(-InvestmentImpairment.amount_minor, within, of_redemption),
        )
        .join(Voucher, Voucher.id == InvestmentImpairment.voucher_id)
        .where(InvestmentImpairment.booked_on <= last, POSTED)
        .group_by(InvestmentImpairment.investment_id)
    ):
        written[key], released[key] = int(left), int(gone)
    return written, released


def _sum(value: Any, *conditions: ColumnElement[bool]) -> Any:
    chosen = case((and_(*conditions), value), else_=0) if conditions else value
    return func.coalesce(func.sum(chosen), 0)


def _not_undone(table: Any, undone: Any) -> tuple[ColumnElement[bool], ...]:
    """A movement and its mirror cancel; neither is shown."""
    mirrors = select(table.reverses_id).where(table.reverses_id.is_not(None))
    return table.kind != undone, table.id.not_in(mirrors)
