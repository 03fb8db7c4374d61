"""Name the cost element of programme costs that were booked without a request.

Pay, depreciation booked by hand and vouchers that were brought in come from no register that says
which element of 189号 they are. Without one they are charitable spending that nothing proves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import CompoundSelect, Select, func, select, union_all
from sqlalchemy.orm import Session

from foundation.assets.models import DepreciationRun, StockMovement
from foundation.gifts.kinds import GiftKind
from foundation.gifts.models import Gift
from foundation.shared_costs.models import CostRun
from foundation.spending.element_models import BookedElement
from foundation.spending.models import SpendingRequest
from foundation.spending.rules import get_element
from ledger import catalogue, trail
from ledger.clock import Clock
from ledger.errors import InvalidInput
from ledger.funds import Fund
from ledger.vouchers import Voucher, VoucherKind, VoucherLine, VoucherState, label

TAG = "programme_expense"
_CARRIED = (VoucherKind.CLOSING, VoucherKind.OPENING, VoucherKind.CONVERSION)


@dataclass(frozen=True, slots=True)
class OpenLine:
    """A line of programme costs that no register explains."""

    voucher_id: int
    line_no: int
    voucher: str
    on: date
    summary: str
    rule: str
    fund: str
    minor: int


@dataclass(frozen=True, slots=True)
class OpenSums:
    """How many lines are unexplained, and what they come to."""

    count: int
    minor: int


def unexplained(session: Session, first: int, last: int, *, limit: int = 200) -> list[OpenLine]:
    """Return lines of some months without an element, the oldest first."""
    rows = session.execute(
        _open(
            session,
            first,
            last,
            Voucher.id,
            VoucherLine.line_no,
            Voucher.period_id,
            Voucher.word,
            Voucher.number,
            Voucher.booked_on,
            func.coalesce(VoucherLine.summary, Voucher.summary).label("summary"),
            Voucher.rule,
            Fund.code,
            VoucherLine.amount_minor,
        )
        .order_by(Voucher.booked_on, Voucher.id, VoucherLine.line_no)
        .limit(limit)
    )
    return [
        OpenLine(
            row.id,
            row.line_no,
            label(row.period_id, row.word, row.number),
            row.booked_on,
            row.summary,
            row.rule,
            row.code,
            row.amount_minor,
        )
        for row in rows
    ]


def add_up(session: Session, first: int, last: int) -> OpenSums:
    """Count the lines of some months without an element, and add them up."""
    count, minor = session.execute(
        _open(
            session,
            first,
            last,
            func.count(),
            func.coalesce(func.sum(VoucherLine.amount_minor), 0),
        )
    ).one()
    return OpenSums(count, int(minor))


def _open(session: Session, first: int, last: int, *columns: Any) -> Select[Any]:
    known = catalogue.load(session)
    accounts = [info.id for info in known.accounts.values() if info.tag == TAG]
    by_register: CompoundSelect[Any] = union_all(
        select(SpendingRequest.voucher_id).where(SpendingRequest.voucher_id.is_not(None)),
        select(CostRun.voucher_id),
        select(DepreciationRun.voucher_id),
        select(StockMovement.voucher_id).where(StockMovement.voucher_id.is_not(None)),
        select(Gift.voucher_id).where(Gift.kind == GiftKind.SERVICE),
    )
    named = select(BookedElement.voucher_id)
    here = named.where(
        BookedElement.voucher_id == VoucherLine.voucher_id,
        BookedElement.line_no == VoucherLine.line_no,
    )
    # A reversal takes its original back, and says nothing of its own.
    reversed_id = func.coalesce(Voucher.reverses_id, 0)
    query: Select[Any] = (
        select(*columns)
        .select_from(VoucherLine)
        .join(Voucher, Voucher.id == VoucherLine.voucher_id)
        .join(Fund, Fund.id == VoucherLine.fund_id)
        .where(
            VoucherLine.account_id.in_(accounts),
            VoucherLine.period_id.between(first, last),
            Voucher.state == VoucherState.POSTED,
            Voucher.kind.not_in(_CARRIED),
            ~here.exists(),
            Voucher.id.not_in(by_register),
            reversed_id.not_in(by_register),
            reversed_id.not_in(named),
        )
    )
    return query


def classify(
    session: Session,
    lines: Sequence[tuple[int, int]],
    element: str,
    *,
    actor: str,
    clock: Clock,
) -> int:
    """Say which element some lines (voucher, line number) are; return how many.

    Raises InvalidInput for an element that is no programme cost, and for a line that is not
    posted or is no programme cost.
    """
    if get_element(element).tag != TAG:
        raise InvalidInput(field="费用要素", reason="应为业务活动成本的要素")
    known = catalogue.load(session)
    wanted = sorted(set(lines))
    found = {
        (row.voucher_id, row.line_no): row
        for row in session.execute(
            select(VoucherLine)
            .join(Voucher, Voucher.id == VoucherLine.voucher_id)
            .where(
                VoucherLine.voucher_id.in_({voucher for voucher, _ in wanted}),
                Voucher.state == VoucherState.POSTED,
            )
        ).scalars()
    }
    if not wanted:
        raise InvalidInput(field="分录", reason="请至少选择一行")
    for key in wanted:
        line = found.get(key)
        if line is None or known.accounts[line.account_id].tag != TAG:
            raise InvalidInput(field="分录", reason="只能登记已记账的业务活动成本分录")
        session.merge(
            BookedElement(
                voucher_id=line.voucher_id,
                line_no=line.line_no,
                element=element,
                amount_minor=line.amount_minor,
                noted_by=actor,
                noted_at=clock.now(),
            )
        )
    session.flush()
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="spending.classify",
        subject=f"element:{element}",
        detail={"lines": [f"{voucher}:{line}" for voucher, line in wanted]},
    )
    return len(wanted)
