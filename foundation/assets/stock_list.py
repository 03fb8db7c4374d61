"""Lists of donated goods: what there is of each item, and the stock card of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from foundation.assets import stock
from foundation.assets.models import StockItem, StockMove, StockMovement
from foundation.books import voucher_view
from foundation.gifts.models import Gift, reference
from foundation.http import lists
from foundation.http.lists import Page, PageRequest
from ledger.funds import Fund

DEFAULT_SORT = "number"
_COUNTED = (StockMove.COUNT, StockMove.SURPLUS, StockMove.SHORTAGE)
_KEYS: dict[str, Any] = {
    "number": StockItem.number,
    "name": StockItem.name,
    "custody": StockItem.custody,
}


@dataclass(frozen=True, slots=True)
class ItemFilter:
    """What a list is narrowed to; empty fields narrow nothing."""

    is_agency: bool
    text: str = ""
    fund: str = ""


@dataclass(frozen=True, slots=True)
class ItemLine:
    """An item in a list with what there is of it."""

    id: int
    number: str
    name: str
    unit: str
    fund: str
    custody: str
    is_agency: bool
    recipient: str | None
    quantity: int
    value_minor: int
    counted_on: date | None
    address: str = ""


@dataclass(frozen=True, slots=True)
class CardLine:
    """A movement on the stock card, with what there is after it."""

    movement: StockMovement
    gift: str | None
    quantity_after: int
    value_after_minor: int
    # Undone by its mirror, or the mirror itself.
    is_undone: bool
    voucher: str


def search(session: Session, wanted: ItemFilter, request: PageRequest) -> Page[ItemLine]:
    """Return one part of a list. Raises BadCursor."""
    key = _KEYS[request.column or DEFAULT_SORT]
    keys = [key] if key is StockItem.number else [key, StockItem.number]
    rows = lists.page(session, _selected(wanted).add_columns(*keys), keys=keys, request=request)
    return Page([_line(row) for row in rows.items], rows.next)


def get_line(session: Session, item: StockItem) -> ItemLine:
    """Return one item as a list shows it."""
    wanted = ItemFilter(is_agency=item.is_agency)
    return _line(session.execute(_selected(wanted).where(StockItem.id == item.id)).one())


def add_up(session: Session, wanted: ItemFilter) -> tuple[int, int]:
    """Return how many items there are and what they are worth."""
    rows = session.execute(_selected(wanted).order_by(StockItem.id)).all()
    return len(rows), sum(int(row.value) for row in rows)


def card(session: Session, number: str) -> tuple[ItemLine, Sequence[CardLine]]:
    """Return an item and its movements with the running quantity and value, in their order.

    Raises UnknownThing.
    """
    item = stock.find(session, number)
    rows = session.execute(
        select(StockMovement, Gift.id, Gift.received_on)
        .outerjoin(Gift, Gift.id == StockMovement.gift_id)
        .where(StockMovement.item_id == item.id)
        .order_by(StockMovement.moved_on, StockMovement.id)
    ).all()
    undone = {row[0].reverses_id for row in rows} - {None}
    labels = voucher_view.find_labels(
        session, [row[0].voucher_id for row in rows if row[0].voucher_id is not None]
    )
    found, quantity, value = [], 0, 0
    for movement, gift_id, received_on in rows:
        is_gift = movement.gift_id is not None
        quantity, value = quantity + movement.quantity, value + movement.value_minor
        found.append(
            CardLine(
                movement=movement,
                gift=reference(gift_id, received_on) if is_gift else None,
                quantity_after=quantity,
                value_after_minor=value,
                is_undone=movement.id in undone or movement.kind is StockMove.UNDONE,
                voucher=labels.get(movement.voucher_id or 0, ""),
            )
        )
    return get_line(session, item), found


def _selected(wanted: ItemFilter) -> Any:
    counted = (
        select(func.max(StockMovement.moved_on))
        .where(StockMovement.item_id == StockItem.id, StockMovement.kind.in_(_COUNTED))
        .correlate(StockItem)
        .scalar_subquery()
    )
    return (
        select(
            StockItem,
            Fund.code,
            _sum(StockMovement.quantity).label("quantity"),
            _sum(StockMovement.value_minor).label("value"),
            counted.label("counted_on"),
        )
        .join(Fund, Fund.id == StockItem.fund_id)
        .where(*_conditions(wanted))
    )


def _sum(column: Any) -> Any:
    return (
        select(func.coalesce(func.sum(column), 0))
        .where(StockMovement.item_id == StockItem.id)
        .correlate(StockItem)
        .scalar_subquery()
    )


def _conditions(wanted: ItemFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [StockItem.is_agency.is_(wanted.is_agency)]
    typed = wanted.text.replace("\x00", "").strip()
    if typed:
        columns = (StockItem.number, StockItem.name, StockItem.custody, StockItem.recipient)
        found.append(or_(*(column.contains(typed, autoescape=True) for column in columns)))
    if wanted.fund:
        found.append(Fund.code == wanted.fund)
    return found


def _line(row: Any) -> ItemLine:
    item: StockItem = row[0]
    return ItemLine(
        id=item.id,
        number=item.number,
        name=item.name,
        unit=item.unit,
        fund=row.code,
        custody=item.custody,
        is_agency=item.is_agency,
        recipient=item.recipient,
        quantity=int(row.quantity),
        value_minor=int(row.value),
        counted_on=row.counted_on,
    )
