"""What programmes cost by the registers: requests, goods given out, depreciation, shared costs.

Each cost names its voucher, so that the registers can be held against the ledger voucher by
voucher. A reversal that was posted counts as the negative of what it reverses.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session, aliased

from foundation.assets.models import (
    AssetCard,
    DepreciationLine,
    DepreciationRun,
    StockItem,
    StockMove,
    StockMovement,
)
from foundation.gifts.kinds import GiftKind
from foundation.gifts.models import Gift, GiftAllocation
from foundation.shared_costs.models import CostKey, CostLine, CostRun, Function
from foundation.spending.element_models import BookedElement
from foundation.spending.models import SpendingPart, SpendingRequest, SpendingState
from foundation.spending.rules import elements
from ledger.balances import Span
from ledger.catalogue import Catalogue
from ledger.vouchers import Voucher, VoucherLine, VoucherState, label

OTHER_ACTIVITY = "other_activity"
_PROGRAMME = "programme_expense"
_AT_ONCE = 500
# What goods given out, depreciation and services count as (民发〔2016〕189号第四条).
_GOODS, _USE = "grant", "premises_material"


@dataclass(frozen=True, slots=True)
class ProgrammeCost:
    """One cost of a programme, by a register."""

    voucher_id: int
    voucher: str
    on: date
    fund_id: int
    element: str
    payee: str
    minor: int


def of_span(session: Session, known: Catalogue, span: Span) -> list[ProgrammeCost]:
    """Return every cost of programmes whose voucher was posted in some months, by day."""
    registered = list(_registered(session, known))
    vouchers = _vouchers(session, sorted({voucher_id for voucher_id, *_ in registered}), span)
    reversals = {row.reverses_id: row for row in vouchers.values() if row.reverses_id is not None}
    found = []
    for voucher_id, fund_id, element, payee, minor in registered:
        cost = ProgrammeCost(voucher_id, "", date.min, fund_id, element, payee, minor)
        for row, sign in ((vouchers.get(voucher_id), 1), (reversals.get(voucher_id), -1)):
            if row is not None:
                named = label(row.period_id, row.word, row.number)
                found.append(
                    replace(cost, voucher_id=row.id, voucher=named, on=row.booked_on,
                            minor=sign * minor)
                )  # fmt: skip
    return sorted(found, key=lambda cost: (cost.on, cost.voucher_id))


def _vouchers(session: Session, keys: Sequence[int], span: Span) -> dict[int, Any]:
    """Return the posted vouchers among these and those that reverse them, few at a time.

    The registers know few of the vouchers of a long book.
    """
    found: dict[int, Any] = {}
    for start in range(0, len(keys), _AT_ONCE):
        part = keys[start : start + _AT_ONCE]
        rows = session.execute(
            select(
                Voucher.id, Voucher.period_id, Voucher.word, Voucher.number, Voucher.booked_on,
                Voucher.reverses_id,
            )
            .where(
                Voucher.id.in_(part) | Voucher.reverses_id.in_(part),
                Voucher.state == VoucherState.POSTED,
                Voucher.period_id.between(span.first, span.last),
            )
            .order_by(Voucher.id)
        )  # fmt: skip
        found |= {row.id: row for row in rows}
    return found


def other_activities(session: Session, span: Span) -> int:
    """Return what the registers say other activities cost in some months: not charitable."""
    requests = (
        select(SpendingRequest.voucher_id, SpendingPart.amount_minor.label("minor"))
        .join(SpendingPart, SpendingPart.request_id == SpendingRequest.id)
        .where(
            SpendingRequest.state == SpendingState.BOOKED, SpendingPart.element == OTHER_ACTIVITY
        )
    )
    runs = (
        select(CostRun.voucher_id, CostLine.amount_minor.label("minor"))
        .join(CostLine, CostLine.run_id == CostRun.id)
        .where(CostLine.element == OTHER_ACTIVITY)
    )
    named = select(BookedElement.voucher_id, BookedElement.amount_minor.label("minor")).where(
        BookedElement.element == OTHER_ACTIVITY
    )
    found = union_all(requests, runs, named).subquery()
    reversal = aliased(Voucher)
    total = 0
    for table, sign, key in ((Voucher, 1, Voucher.id), (reversal, -1, reversal.reverses_id)):
        minor = session.execute(
            select(func.coalesce(func.sum(found.c.minor), 0))
            .join(table, key == found.c.voucher_id)
            .where(
                table.state == VoucherState.POSTED,
                table.period_id.between(span.first, span.last),
            )
        ).scalar_one()
        total += sign * int(minor)
    return total


def _registered(session: Session, known: Catalogue) -> Iterator[tuple[int, int, str, str, int]]:
    """Yield (voucher, fund, element, payee, fen) of every register."""
    programme = {code for code, item in elements().items() if item.tag == _PROGRAMME}
    for request, part in session.execute(
        select(SpendingRequest, SpendingPart)
        .join(SpendingPart, SpendingPart.request_id == SpendingRequest.id)
        .where(SpendingRequest.state == SpendingState.BOOKED, SpendingPart.element.in_(programme))
        .order_by(SpendingRequest.id, SpendingPart.line_no)
    ):
        assert request.voucher_id is not None
        yield (
            request.voucher_id,
            part.fund_id,
            part.element,
            request.payee_name,
            part.amount_minor,
        )
    yield from _shared(session, known)
    yield from _goods(session)
    yield from _depreciation(session)
    yield from _services(session, known)
    yield from _named(session)


def _shared(session: Session, known: Catalogue) -> Iterator[tuple[int, int, str, str, int]]:
    """What runs charged to programmes, less what they took out of programme accounts."""
    for line, run, key in session.execute(
        select(CostLine, CostRun, CostKey)
        .join(CostRun, CostRun.id == CostLine.run_id)
        .join(CostKey, CostKey.id == CostRun.key_id)
        .order_by(CostLine.run_id, CostLine.line_no)
    ):
        if line.function in (Function.CHARITABLE, Function.OTHER):
            yield run.voucher_id, line.fund_id, line.element, key.name, line.amount_minor
        if known.accounts[line.source_account_id].tag == _PROGRAMME:
            element = line.source_element or key.charitable_element
            yield run.voucher_id, key.fund_id, element, key.name, -line.amount_minor


def _goods(session: Session) -> Iterator[tuple[int, int, str, str, int]]:
    for movement, fund_id in session.execute(
        select(StockMovement, StockItem.fund_id)
        .join(StockItem, StockItem.id == StockMovement.item_id)
        .where(StockMovement.kind == StockMove.ISSUE, StockMovement.voucher_id.is_not(None))
        .order_by(StockMovement.id)
    ):
        assert movement.voucher_id is not None
        yield movement.voucher_id, fund_id, _GOODS, movement.party, -movement.value_minor


def _depreciation(session: Session) -> Iterator[tuple[int, int, str, str, int]]:
    for voucher_id, fund_id, name, minor in session.execute(
        select(
            DepreciationRun.voucher_id,
            AssetCard.fund_id,
            AssetCard.name,
            DepreciationLine.amount_minor,
        )
        .join(DepreciationLine, DepreciationLine.period_id == DepreciationRun.period_id)
        .join(AssetCard, AssetCard.id == DepreciationLine.card_id)
        .where(AssetCard.expense_tag == _PROGRAMME)
        .order_by(DepreciationRun.period_id, AssetCard.id)
    ):
        yield voucher_id, fund_id, _USE, name, int(minor)


def _services(session: Session, known: Catalogue) -> Iterator[tuple[int, int, str, str, int]]:
    """Services given to programmes; those to management or fundraising are no programme cost."""
    accounts = [key for key, info in known.accounts.items() if info.tag == _PROGRAMME]
    served = select(VoucherLine.voucher_id).where(
        VoucherLine.voucher_id == Gift.voucher_id, VoucherLine.account_id.in_(accounts)
    )
    for gift, part in session.execute(
        select(Gift, GiftAllocation)
        .join(GiftAllocation, GiftAllocation.gift_id == Gift.id)
        .where(Gift.kind == GiftKind.SERVICE, served.exists())
        .order_by(Gift.id, GiftAllocation.fund_id)
    ):
        yield gift.voucher_id, part.fund_id, _USE, gift.donor_name, part.amount_minor


def _named(session: Session) -> Iterator[tuple[int, int, str, str, int]]:
    """What was booked without a request and named by hand."""
    for row, fund_id, summary in session.execute(
        select(
            BookedElement,
            VoucherLine.fund_id,
            func.coalesce(VoucherLine.summary, Voucher.summary),
        )
        .join(
            VoucherLine,
            (VoucherLine.voucher_id == BookedElement.voucher_id)
            & (VoucherLine.line_no == BookedElement.line_no),
        )
        .join(Voucher, Voucher.id == BookedElement.voucher_id)
        .order_by(BookedElement.voucher_id, BookedElement.line_no)
    ):
        yield row.voucher_id, fund_id, row.element, summary, row.amount_minor
