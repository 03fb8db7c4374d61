"""凭证清单: every voucher of a span with its state, from draft to posted."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, func, nulls_last, select
from sqlalchemy.orm import Session, aliased

from ledger.vouchers import Voucher, VoucherKind, VoucherState, label
from reports.parameters import Answer, Parameter, Parameters
from reports.tables import Column, Kind, Label, Link, Row, Table, Term, to_voucher

ID = "voucher_list"
TITLE = Label("凭证清单", "Voucher list")
COLUMNS = (
    Column("voucher", Label("凭证号", "Voucher"), Kind.CODE, 17),
    Column("date", Label("日期", "Date"), Kind.DATE, 11),
    Column("kind", Label("类型", "Kind"), width=10),
    Column("summary", Label("摘要", "Summary"), width=36),
    Column("amount", Label("金额", "Amount"), Kind.MONEY, 17),
    Column("attachments", Label("附件数", "Papers"), Kind.INTEGER, 7),
    Column("prepared_by", Label("制单", "Prepared"), width=11),
    Column("reviewed_by", Label("审核", "Reviewed"), width=11),
    Column("posted_by", Label("记账", "Posted"), width=11),
    Column("reverses", Label("红冲凭证", "Reverses"), Kind.CODE, 17),
    Column("state", Label("状态", "State"), width=8),
)
STATE = Parameter(
    "state",
    Label("状态", "State"),
    Answer.CHOICE,
    (
        ("all", Label("全部", "All")),
        ("posted", Label("已记账", "Posted")),
        ("waiting", Label("未记账", "Not posted")),
    ),
)
STATES = {
    VoucherState.DRAFT: Label("草稿", "Draft"),
    VoucherState.SUBMITTED: Label("待审核", "Submitted"),
    VoucherState.REVIEWED: Label("已审核", "Reviewed"),
    VoucherState.POSTED: Label("已记账", "Posted"),
    VoucherState.DISCARDED: Label("已作废", "Discarded"),
}
_KINDS = {
    VoucherKind.ORDINARY: Label("普通", "Ordinary"),
    VoucherKind.OPENING: Label("期初", "Opening"),
    VoucherKind.CONVERSION: Label("新旧衔接", "Conversion"),
    VoucherKind.TRANSFER: Label("转账", "Transfer"),
    VoucherKind.CLOSING: Label("期末结转", "Closing"),
    VoucherKind.REVERSAL: Label("红字冲销", "Reversal"),
    VoucherKind.CORRECTION: Label("更正", "Correction"),
}
_WAITING = (VoucherState.DRAFT, VoucherState.SUBMITTED, VoucherState.REVIEWED)
_CHUNK = 500
_reversed_voucher = aliased(Voucher, name="reversed_voucher")


def in_state(choice: str) -> list[ColumnElement[bool]]:
    """Return what a voucher must fulfil for a choice of STATE."""
    if choice == "posted":
        return [Voucher.state == VoucherState.POSTED]
    if choice == "waiting":
        return [Voucher.state.in_(_WAITING)]
    return []


def run(session: Session, parameters: Parameters) -> Table:
    """Return the vouchers of a span; discarded ones are listed and not counted."""
    total = session.execute(
        select(func.coalesce(func.sum(Voucher.total_minor), 0)).where(*_conditions(parameters))
    ).scalar_one()
    return Table(
        id=ID,
        title=TITLE,
        columns=COLUMNS,
        rows=_rows(session, parameters),
        heading=parameters.heading,
        totals={"amount": int(total)},
        subtitle=parameters.subtitle,
        is_list=True,
    )


def _conditions(parameters: Parameters) -> list[ColumnElement[bool]]:
    return [
        Voucher.period_id >= parameters.period.first,
        Voucher.period_id <= parameters.period.last,
        Voucher.state != VoucherState.DISCARDED,
        *in_state(parameters.option("state")),
    ]


def _rows(session: Session, parameters: Parameters) -> Iterator[Row]:
    query = (
        select(
            Voucher.id,
            Voucher.period_id,
            Voucher.word,
            Voucher.number,
            Voucher.booked_on,
            Voucher.kind,
            Voucher.summary,
            Voucher.total_minor,
            Voucher.attachment_count,
            Voucher.prepared_by,
            Voucher.reviewed_by,
            Voucher.posted_by,
            Voucher.state,
            _reversed_voucher.id.label("reversed_id"),
            _reversed_voucher.period_id.label("reversed_period"),
            _reversed_voucher.word.label("reversed_word"),
            _reversed_voucher.number.label("reversed_number"),
        )
        .outerjoin(_reversed_voucher, _reversed_voucher.id == Voucher.reverses_id)
        .where(*_conditions(parameters))
        .order_by(Voucher.period_id, Voucher.word, nulls_last(Voucher.number), Voucher.id)
    )
    for row in session.execute(query, execution_options={"yield_per": _CHUNK}):
        reversed_label, reversed_link = None, None
        if row.reversed_id is not None:
            reversed_label = label(row.reversed_period, row.reversed_word, row.reversed_number)
            reversed_link = to_voucher(row.reversed_id)
        link: Link | None = to_voucher(row.id)
        yield Row(
            (
                label(row.period_id, row.word, row.number),
                row.booked_on,
                Term(row.kind.value, _KINDS[row.kind]),
                row.summary,
                row.total_minor,
                row.attachment_count,
                row.prepared_by,
                row.reviewed_by,
                row.posted_by,
                reversed_label,
                Term(row.state.value, STATES[row.state]),
            ),
            (link, None, None, None, link, *[None] * 4, reversed_link, None),
        )
