"""Registers of official bills: every bill of a period, and the gifts that have none and why.

`unreceipted_gifts` ties out: what it lists and what bills cover are together all gifts of the
period. Gifts are counted with what is left of them after refunds.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from foundation.gifts.models import Gift, reference
from foundation.receipting import unreceipted
from foundation.receipting.models import GiftBill
from foundation.receipting.unreceipted import Receipted
from receipts.models import Bill, BillBatch, BillColour, BillMedium, BillState
from reports.parameters import Parameters
from reports.tables import Column, Emphasis, Kind, Label, Link, Row, Table, Term, to_gift

REGISTER_ID = "bill_register"
REGISTER_TITLE = Label("票据使用登记簿", "Register of official bills")
REGISTER_COLUMNS = (
    Column("code", Label("票据代码", "Bill code"), Kind.CODE, 10),
    Column("number", Label("票据号码", "Bill number"), Kind.CODE, 12),
    Column("check_code", Label("校验码", "Check code"), Kind.CODE, 8),
    Column("medium", Label("介质", "Medium"), width=6),
    Column("colour", Label("蓝红字", "Blue or red"), width=6),
    Column("state", Label("状态", "State"), width=8),
    Column("issued_on", Label("开票日期", "Issued"), Kind.DATE, 11),
    Column("payer", Label("交款人", "Payer"), width=24),
    Column("gift", Label("捐赠编号", "Gift"), Kind.CODE, 14),
    Column("counterpart", Label("相关票据", "Blue or red counterpart"), Kind.CODE, 20),
    Column("reason", Label("终止原因", "Why it ended"), width=18),
    Column("amount", Label("金额", "Amount"), Kind.MONEY, 15),
)
UNRECEIPTED_ID = "unreceipted_gifts"
UNRECEIPTED_TITLE = Label("未开票捐赠清单", "Gifts without a bill")
UNRECEIPTED_COLUMNS = (
    Column("reference", Label("捐赠编号", "Gift"), Kind.CODE, 14),
    Column("received_on", Label("收到日期", "Received"), Kind.DATE, 11),
    Column("days", Label("已过天数", "Days since"), Kind.INTEGER, 8),
    Column("donor", Label("捐赠人", "Donor"), width=22),
    Column("reason", Label("没有票据的原因", "Why there is no bill"), width=26),
    Column("left", Label("现有金额", "Left of the gift"), Kind.MONEY, 15),
    Column("covered", Label("已开票", "Billed"), Kind.MONEY, 15),
    Column("open", Label("未开票", "Not billed"), Kind.MONEY, 15),
)
_CHUNK = 500
_MEDIA = {
    BillMedium.PAPER: Term("paper", Label("纸质", "Paper")),
    BillMedium.ELECTRONIC: Term("electronic", Label("电子", "Electronic")),
}
_COLOURS = {
    BillColour.BLUE: Term("blue", Label("蓝字", "Blue")),
    BillColour.RED: Term("red", Label("红字", "Red")),
}
_STATES = {
    BillState.IN_STOCK: Term("in_stock", Label("库存", "In stock")),
    BillState.ISSUED: Term("issued", Label("已开具", "Issued")),
    BillState.VOID: Term("void", Label("作废", "Void")),
    BillState.LOST: Term("lost", Label("遗失", "Lost")),
    BillState.RED: Term("red", Label("已冲红", "Taken back")),
}
# In English as on the pages; the reason itself is the code of the rule.
_REASONS = {
    "waiting": "A bill can be issued, none is recorded",
    "ended": "Cancelled or corrected",
    "refunded": "Wholly refunded",
    "not_received": "Not received yet",
    "not_posted": "Not posted yet",
    "agency": "Held for others, no gift to the foundation",
    "service": "A service, for which there is no bill",
    "no_value_evidence": "No evidence of the fair value",
    "benefit": "With a benefit in return",
    "waived": "The donor waived the bill",
    "anonymous": "Anonymous",
    "no_title": "No confirmed bill title",
    "no_address": "No address of the donor",
    "no_currency": "No amount in the currency of the document",
    "partly_covered": "The bill is for less than what is left",
}


def run_register(session: Session, parameters: Parameters) -> Table:
    """Return the bills of a period by day and number: blue, red, void and lost ones."""
    total = session.execute(
        _narrowed(select(func.coalesce(func.sum(Bill.amount_minor), 0)), parameters).where(
            Bill.state != BillState.VOID
        )
    ).scalar_one()
    return Table(
        id=REGISTER_ID,
        title=REGISTER_TITLE,
        columns=REGISTER_COLUMNS,
        rows=_bills(session, parameters),
        heading=parameters.heading,
        totals={"amount": int(total)},
        subtitle=parameters.subtitle,
        notes=(
            Label(
                "作废和遗失的空白号码按终止日期列入；作废票据的面额不计入金额。",
                "Blank numbers count on the day they ended; void bills count no amount.",
            ),
        ),
        is_list=True,
    )


def _narrowed(query: Any, parameters: Parameters) -> Any:
    period = parameters.period
    return query.where(
        func.coalesce(Bill.issued_on, Bill.ended_on).between(period.first_day, period.last_day)
    )


def _bills(session: Session, parameters: Parameters) -> Iterator[Row]:
    blue, red = aliased(Bill), aliased(Bill)
    query = _narrowed(
        select(
            Bill,
            BillBatch.medium,
            func.coalesce(blue.code + " " + blue.number, red.code + " " + red.number).label(
                "counterpart"
            ),
        )
        .join(BillBatch, BillBatch.id == Bill.batch_id)
        .outerjoin(blue, blue.id == Bill.reverses_id)
        .outerjoin(red, red.reverses_id == Bill.id),
        parameters,
    ).order_by(func.coalesce(Bill.issued_on, Bill.ended_on), Bill.code, Bill.number)
    gifts = _gifts(session, parameters)
    for bill, medium, counterpart in session.execute(
        query, execution_options={"yield_per": _CHUNK}
    ):
        covered = gifts.get(bill.id, ())
        links: list[Link | None] = [None] * len(REGISTER_COLUMNS)
        if len(covered) == 1:
            links[8] = to_gift(covered[0][0])
        yield Row(
            (
                bill.code,
                bill.number,
                bill.check_code,
                _MEDIA[medium],
                _COLOURS[bill.colour],
                _STATES[bill.state],
                bill.issued_on,
                bill.payer_name,
                "、".join(name for _, name in covered) or None,
                counterpart,
                bill.ended_reason,
                0 if bill.state is BillState.VOID else bill.amount_minor,
            ),
            tuple(links),
        )


def _gifts(session: Session, parameters: Parameters) -> dict[int, list[tuple[int, str]]]:
    rows = session.execute(
        _narrowed(
            select(GiftBill.bill_id, Gift.id, Gift.received_on)
            .join(Gift, Gift.id == GiftBill.gift_id)
            .join(Bill, Bill.id == GiftBill.bill_id),
            parameters,
        ).order_by(GiftBill.bill_id, Gift.id)
    )
    found: dict[int, list[tuple[int, str]]] = {}
    for bill_id, gift_id, received_on in rows:
        found.setdefault(bill_id, []).append((gift_id, reference(gift_id, received_on)))
    return found


def run_unreceipted(session: Session, parameters: Parameters) -> Table:
    """Return the gifts of a period without a bill, the reason of each, and the control total."""
    period = parameters.period
    today = parameters.heading.printed_at.date()
    open_rows: list[Row] = []
    count = total = covered = listed = listed_covered = 0
    for gift in unreceipted.read(session, period.first_day, period.last_day, on=today):
        count, total, covered = count + 1, total + gift.left_minor, covered + gift.covered_minor
        if gift.open_minor > 0:
            open_rows.append(_row(gift))
            listed, listed_covered = listed + gift.left_minor, listed_covered + gift.covered_minor
    others = count - len(open_rows)
    controls = [
        _control(
            Label(f"已全部开票的捐赠 {others} 笔", f"{others} gifts wholly billed"),
            (total - listed, covered - listed_covered, 0),
        ),
        _control(
            Label(
                f"本期全部捐赠 {count} 笔＝未开票＋已开票",
                f"All {count} gifts of the period = not billed + billed",
            ),
            (total, covered, total - covered),
        ),
    ]
    return Table(
        id=UNRECEIPTED_ID,
        title=UNRECEIPTED_TITLE,
        columns=UNRECEIPTED_COLUMNS,
        rows=(*open_rows, *controls),
        heading=parameters.heading,
        totals={"left": listed, "covered": listed_covered, "open": listed - listed_covered},
        subtitle=parameters.subtitle,
        notes=(
            Label(
                "金额为退款、更正后的现有金额。合计为本清单所列，其上两行是与全部捐赠的勾稽。",
                "Amounts are what is left after refunds. The total is that of the gifts listed;"
                " the two rows above it tie it to all gifts.",
            ),
        ),
    )


def _row(gift: Receipted) -> Row:
    code = "waiting" if gift.reason is None else gift.reason.value
    link = to_gift(gift.gift_id)
    links: list[Link | None] = [None] * len(UNRECEIPTED_COLUMNS)
    links[0] = links[-1] = link
    return Row(
        (
            gift.reference,
            gift.received_on,
            gift.days,
            gift.donor,
            Term(code, Label(gift.sentence, _REASONS[code])),
            gift.left_minor,
            gift.covered_minor,
            gift.open_minor,
        ),
        tuple(links),
    )


def _control(label: Label, figures: tuple[int, int, int]) -> Row:
    cells = (None, None, None, None, label, *figures)
    return Row(cells, emphasis=Emphasis.CUMULATIVE)
