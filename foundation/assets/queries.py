"""Read the registers as of a day: what each thing was, and what moved between two days.

Only what stands in the books counts: a voucher that is posted, or nothing to post.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

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
from ledger.vouchers import Voucher, VoucherState

POSTED = Voucher.state == VoucherState.POSTED


@dataclass(frozen=True, slots=True)
class CardRow:
    """A card and what was charged to it up to a day."""

    card: AssetCard
    charged_minor: int

    @property
    def net_minor(self) -> int:
        return self.card.cost_minor - self.charged_minor


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
    return [CardRow(card, card.charged_before_minor + charged.get(card.id, 0)) for card in found]


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
    return [
        InvestmentRow(one, int(cost), int(value), int(income), int(back))
        for one, cost, value, income, back in found
    ]


def _sum(value: Any, *conditions: ColumnElement[bool]) -> Any:
    chosen = case((and_(*conditions), value), else_=0) if conditions else value
    return func.coalesce(func.sum(chosen), 0)


def _not_undone(table: Any, undone: Any) -> tuple[ColumnElement[bool], ...]:
    """A movement and its mirror cancel; neither is shown."""
    mirrors = select(table.reverses_id).where(table.reverses_id.is_not(None))
    return table.kind != undone, table.id.not_in(mirrors)
