"""Read gifts: lists that are filtered, summed and cut by a cursor, and one gift with everything.

Nothing here writes. The state of a gift is never stored: it follows from its voucher and from
what became of it since.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from foundation.gifts import standing
from foundation.gifts.filtering import GiftFilter, conditions, ended_kind, refunded
from foundation.gifts.kinds import ChangeKind, GiftKind, GiftMethod, GiftState
from foundation.gifts.models import Gift, GiftAllocation, GiftChange, reference
from foundation.http import lists
from foundation.http.lists import Page, PageRequest
from ledger.funds import Fund
from ledger.vouchers import Voucher, VoucherState, label

# What a list can be ordered by, and the column behind each name; none of them is ever empty.
_SORTED_BY = {
    "received_on": Gift.received_on,
    "amount": Gift.amount_minor,
    "reference": Gift.id,
    "donor": Gift.donor_name,
    "kind": Gift.kind,
    "method": Gift.method,
}
SORTS = tuple(_SORTED_BY)
DEFAULT_SORT = "-received_on"


@dataclass(frozen=True, slots=True)
class GiftRow:
    """A gift in a list."""

    id: int
    reference: str
    received_on: date
    donor_id: int
    donor_name: str
    is_anonymous: bool
    kind: GiftKind
    method: GiftMethod
    amount_minor: int
    # What is left after cancellation, correction and refunds.
    remaining_minor: int
    funds: tuple[str, ...]
    state: GiftState
    voucher_id: int
    voucher_label: str | None
    bank_reference: str | None
    batch_id: int | None
    created_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class GiftPage:
    """Part of a list, where it goes on, and the sums of the whole of it."""

    items: tuple[GiftRow, ...]
    next: str | None
    count: int
    total_minor: int
    remaining_minor: int


@dataclass(frozen=True, slots=True)
class GiftSums:
    """How many gifts a list has, what they were, and what is left of them."""

    count: int
    total_minor: int
    remaining_minor: int


def search(session: Session, wanted: GiftFilter, request: PageRequest) -> GiftPage:
    """Return one part of a list and the sums of the whole. Raises BadCursor."""
    page = rows(session, wanted, request)
    sums = add_up(session, wanted)
    return GiftPage(
        tuple(page.items), page.next, sums.count, sums.total_minor, sums.remaining_minor
    )


def rows(session: Session, wanted: GiftFilter, request: PageRequest) -> Page[GiftRow]:
    """Return one part of a list, the latest gifts first unless asked otherwise."""
    first = _SORTED_BY.get(request.column, Gift.received_on)
    keys: list[Any] = [first] if first is Gift.id else [first, Gift.id]
    falls = request.is_descending if request.sort else True
    part = lists.page(
        session, _selected(conditions(wanted)), keys=keys, request=request, descending=falls
    )
    funds = _funds_of(session, [row.id for row in part.items])
    return Page(tuple(_row(row, funds.get(row.id, ())) for row in part.items), part.next)


def add_up(session: Session, wanted: GiftFilter) -> GiftSums:
    """Return the sums of a whole list."""
    narrowed = conditions(wanted)
    given: Any = select(func.count(), func.coalesce(func.sum(Gift.amount_minor), 0))
    count, total = session.execute(_joined(given.select_from(Gift)).where(*narrowed)).one()
    taken = session.execute(
        _joined(
            select(func.coalesce(func.sum(GiftChange.amount_minor), 0)).join(
                Gift, Gift.id == GiftChange.gift_id
            )
        ).where(~standing.withdrawn(), *narrowed)
    ).scalar_one()
    return GiftSums(int(count), int(total), int(total) - int(taken))


def state_of(
    voucher: VoucherState, ended: ChangeKind | None, amount_minor: int, refunded_minor: int
) -> GiftState:
    """Return the state of a gift from its voucher and what became of it."""
    if ended is ChangeKind.CORRECTED:
        return GiftState.CORRECTED
    if ended is ChangeKind.CANCELLED or voucher is VoucherState.DISCARDED:
        return GiftState.CANCELLED
    if refunded_minor:
        whole = refunded_minor >= amount_minor
        return GiftState.REFUNDED if whole else GiftState.PARTLY_REFUNDED
    return GiftState(voucher.value)


def _selected(narrowed: list[ColumnElement[bool]]) -> Select[Any]:
    query: Any = select(
        Gift.id,
        Gift.received_on,
        Gift.donor_id,
        Gift.donor_name,
        Gift.is_anonymous,
        Gift.kind,
        Gift.method,
        Gift.amount_minor,
        Gift.voucher_id,
        Gift.bank_reference,
        Gift.batch_id,
        Gift.created_by,
        Gift.created_at,
        Voucher.state,
        Voucher.period_id,
        Voucher.word,
        Voucher.number,
        ended_kind().label("ended"),
        refunded().label("refunded"),
    )
    return _joined(query).where(*narrowed)


def _joined(query: Select[Any]) -> Select[Any]:
    return query.join(Voucher, Voucher.id == Gift.voucher_id)


def _row(row: Any, funds: tuple[str, ...]) -> GiftRow:
    state = state_of(row.state, row.ended, row.amount_minor, int(row.refunded))
    is_over = state in (GiftState.CANCELLED, GiftState.CORRECTED)
    return GiftRow(
        id=row.id,
        reference=reference(row.id, row.received_on),
        received_on=row.received_on,
        donor_id=row.donor_id,
        donor_name=row.donor_name,
        is_anonymous=row.is_anonymous,
        kind=row.kind,
        method=row.method,
        amount_minor=row.amount_minor,
        remaining_minor=0 if is_over else row.amount_minor - int(row.refunded),
        funds=funds,
        state=state,
        voucher_id=row.voucher_id,
        voucher_label=None if row.number is None else label(row.period_id, row.word, row.number),
        bank_reference=row.bank_reference,
        batch_id=row.batch_id,
        created_by=row.created_by,
        created_at=row.created_at,
    )


def _funds_of(session: Session, gifts: list[int]) -> dict[int, tuple[str, ...]]:
    found: dict[int, tuple[str, ...]] = {}
    query = (
        select(GiftAllocation.gift_id, Fund.code)
        .join(Fund, Fund.id == GiftAllocation.fund_id)
        .where(GiftAllocation.gift_id.in_(gifts))
        .order_by(GiftAllocation.gift_id, Fund.code)
    )
    for row in session.execute(query):
        found[row.gift_id] = (*found.get(row.gift_id, ()), row.code)
    return found
