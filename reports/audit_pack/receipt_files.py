"""Files 16, 18, 19, 20 and 42: gifts in kind, bills in stock, what has none, duties."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from foundation.duties import service as duties
from foundation.gifts.kinds import MONEY_KINDS, GiftKind
from foundation.gifts.models import Gift, GiftChange, reference
from foundation.gifts.standing import withdrawn
from foundation.receipting import unreceipted
from foundation.receipting.models import GiftBill
from ledger.vouchers import Voucher, VoucherState, label
from receipts import bill_registers
from receipts.models import Bill, BillColour, BillMedium
from reports.audit_pack.definitions import filled
from reports.parameters import Parameters
from reports.tables import Row, Table

_CHUNK = 2000
_MEDIA = {BillMedium.PAPER: "纸质票据", BillMedium.ELECTRONIC: "电子票据"}


def in_kind(session: Session, parameters: Parameters) -> Table:
    """16 非现金捐赠清单: each posted gift of goods, equity or services, and its evidence."""
    rows = [
        Row(
            (
                reference(gift.id, gift.received_on),
                gift.item,
                gift.quantity,
                "",
                gift.value_evidence,
                gift.amount_minor - int(taken),
                "",
            )
        )
        for gift, taken in session.execute(
            _posted(parameters).where(Gift.kind.not_in(MONEY_KINDS)).order_by(Gift.id)
        )
    ]
    return filled("16", parameters, rows)


def _posted(parameters: Parameters) -> Any:
    taken = (
        select(func.coalesce(func.sum(GiftChange.amount_minor), 0))
        .where(GiftChange.gift_id == Gift.id, ~withdrawn())
        .correlate(Gift)
        .scalar_subquery()
    )
    return (
        select(Gift, taken)
        .join(Voucher, Voucher.id == Gift.voucher_id)
        .where(
            Voucher.state == VoucherState.POSTED,
            Gift.kind != GiftKind.AGENCY,
            Gift.received_on.between(parameters.period.first_day, parameters.period.last_day),
        )
    )


def bill_stock(session: Session, parameters: Parameters) -> Table:
    """18 票据领用核销表: each batch drawn up to the end of the year, and what became of it."""
    last = parameters.period.last_day
    rows = []
    for batch in bill_registers.list_batches(session):
        if batch.drawn_on > last:
            continue
        quantity = batch.quantity or batch.issued + batch.reversed + batch.void + batch.lost
        is_new = batch.drawn_on >= parameters.period.first_day
        numbers = f"{batch.first_number}—{batch.last_number}" if batch.first_number else ""
        rows.append(
            Row(
                (
                    f"{_MEDIA[batch.medium]} {batch.code}",
                    0 if is_new else quantity,
                    quantity if is_new else 0,
                    batch.issued + batch.reversed,
                    batch.void + batch.lost,
                    batch.in_stock,
                    numbers,
                )
            )
        )
    return filled("18", parameters, rows)


def without_bill(session: Session, parameters: Parameters) -> Table:
    """19 未开票捐赠清单: each gift that no bill covers wholly, and why."""
    return filled("19", parameters, _without_bill(session, parameters))


def _without_bill(session: Session, parameters: Parameters) -> Iterator[Row]:
    period = parameters.period
    for gift in unreceipted.read(session, period.first_day, period.last_day, on=period.last_day):
        if gift.open_minor > 0:
            yield Row((gift.reference, gift.received_on, gift.open_minor, gift.sentence, ""))


def across_years(session: Session, parameters: Parameters) -> Table:
    """20 跨年与退款票据: bills of another year than their gift, and bills taken back in red."""
    first, last = parameters.period.first_day, parameters.period.last_day
    red, change = aliased(Bill), aliased(Voucher)
    refund = (
        select(func.min(GiftChange.voucher_id))
        .where(GiftChange.gift_id == Gift.id, ~withdrawn())
        .correlate(Gift)
        .scalar_subquery()
    )
    # Any: what an outer join leaves out is None, whatever the column says.
    found: Any = session.execute(
        select(Bill, Gift, GiftBill.amount_minor, red.code, red.number, change)
        .join(GiftBill, GiftBill.bill_id == Bill.id)
        .join(Gift, Gift.id == GiftBill.gift_id)
        .outerjoin(red, red.reverses_id == Bill.id)
        .outerjoin(change, change.id == refund)
        .where(
            Bill.colour == BillColour.BLUE,
            Bill.issued_on.between(first, last),
        )
        .order_by(Bill.code, Bill.number, Gift.id)
        .execution_options(yield_per=_CHUNK)
    )
    rows = []
    for bill, gift, minor, red_code, red_number, voucher in found:
        if bill.issued_on.year == gift.received_on.year and red_number is None:
            continue
        refunded = (
            label(voucher.period_id, voucher.word, voucher.number)
            if voucher is not None and voucher.state is VoucherState.POSTED
            else ""
        )
        rows.append(
            Row(
                (
                    f"{bill.code}-{bill.number}",
                    bill.issued_on.year,
                    gift.received_on.year,
                    minor,
                    f"{red_code}-{red_number}" if red_number else "",
                    refunded,
                )
            )
        )
    return filled("20", parameters, rows)


def disclosures(session: Session, parameters: Parameters) -> Table:
    """42 信息公开日历与日志: what fell due in the year, and when it was done."""
    year, last = parameters.period.year, parameters.period.last_day
    rows = [
        Row(
            (
                item.title.zh,
                item.duty.source,
                None,
                item.due_on,
                item.mark.done_on if item.mark else None,
                item.mark.note if item.mark else "",
                "",
            )
        )
        for item in duties.list_items(session, year=year, today=last)
    ]
    return filled("42", parameters, rows)
