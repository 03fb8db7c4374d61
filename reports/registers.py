"""Registers of what came in: the donation register (捐赠台账), with the state of every gift.

Unlike the books a register also shows what is not posted yet, and what was undone. A gift
stands in the period in which it was received; what was refunded or cancelled later reduces it
there, so that the register always says what is left of each gift.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from foundation.donors.models import Donor, DonorKind
from foundation.gifts import standing
from foundation.gifts.kinds import ChangeKind, GiftKind, GiftMethod
from foundation.gifts.models import Gift, GiftAllocation, GiftChange, reference
from ledger import money
from ledger.funds import Restriction
from ledger.vouchers import Voucher, VoucherState, label
from reports.books.fund_roll_forward import RESTRICTIONS
from reports.books.voucher_list import STATES, in_state
from reports.parameters import Parameters
from reports.tables import Column, Kind, Label, Link, Row, Table, Term, to_gift, to_voucher

ID = "donation_register"
TITLE = Label("捐赠台账", "Donation register")
COLUMNS = (
    Column("reference", Label("捐赠编号", "Gift"), Kind.CODE, 14),
    Column("received_on", Label("到账日期", "Received"), Kind.DATE, 11),
    Column("donor", Label("捐赠人", "Donor"), width=22),
    Column("credit_code", Label("统一社会信用代码", "Credit code"), Kind.CODE, 19),
    Column("donor_kind", Label("类别", "Donor kind"), width=8),
    Column("kind", Label("捐赠方式", "Kind"), width=10),
    Column("method", Label("付款方式", "Paid by"), width=10),
    Column("fund", Label("基金", "Fund"), Kind.CODE, 10),
    Column("restriction", Label("限定性", "Restriction"), width=9),
    Column("amount", Label("金额", "Amount"), Kind.MONEY, 15),
    Column("reduced", Label("退回、作废", "Returned or void"), Kind.MONEY, 14),
    Column("net", Label("净额", "Net"), Kind.MONEY, 15),
    Column("currency", Label("原币", "Currency"), Kind.CODE, 6),
    Column("original", Label("原币金额", "Original amount"), Kind.CODE, 13),
    Column("agreement", Label("协议编号", "Agreement"), Kind.CODE, 12),
    Column("voucher", Label("凭证号", "Voucher"), Kind.CODE, 17),
    Column("state", Label("状态", "State"), width=8),
    Column("publication", Label("公开意愿", "Publication"), width=10),
)
_DONOR_KINDS = {
    DonorKind.PERSON: Label("自然人", "Person"),
    DonorKind.ORGANISATION: Label("单位", "Organisation"),
    DonorKind.GROUP: Label("集体", "Group"),
    DonorKind.ANONYMOUS: Label("匿名", "Anonymous"),
}
_KINDS = {
    GiftKind.CASH: Label("现金", "Cash"),
    GiftKind.CONDITIONAL: Label("附条件现金", "Conditional"),
    GiftKind.IN_KIND: Label("实物", "In kind"),
    GiftKind.NOMINAL: Label("实物（名义金额）", "In kind (nominal)"),
    GiftKind.SERVICE: Label("服务", "Service"),
    GiftKind.EQUITY: Label("股权", "Equity"),
    GiftKind.AGENCY: Label("受托代理", "Agency"),
}
_METHODS = {
    GiftMethod.BANK: Label("银行转账", "Bank"),
    GiftMethod.CASH: Label("现金", "Cash"),
    GiftMethod.ONLINE: Label("网络支付", "Online"),
    GiftMethod.CHEQUE: Label("支票", "Cheque"),
    GiftMethod.OTHER: Label("其他", "Other"),
}
_CHANGES = {
    ChangeKind.CANCELLED: Term("cancelled", Label("已作废", "Cancelled")),
    ChangeKind.CORRECTED: Term("corrected", Label("已更正", "Corrected")),
    ChangeKind.REFUNDED: Term("refunded", Label("有退款", "Refunded")),
}
_CHUNK = 500


@dataclass(slots=True)
class _Reduction:
    """What was taken back of one gift, by fund, and what happened last to it."""

    by_fund: dict[int, int] = field(default_factory=dict)
    state: Term | None = None


def run(session: Session, parameters: Parameters) -> Table:
    """Return the donation register: a row for each gift and fund that it goes to."""
    reductions = _reductions(session, parameters)
    asked = parameters.fund.id if parameters.fund is not None else None
    amount = int(
        session.execute(
            _narrowed(select(func.coalesce(func.sum(GiftAllocation.amount_minor), 0)), parameters)
        ).scalar_one()
    )
    reduced = sum(
        taken
        for reduction in reductions.values()
        for fund_id, taken in reduction.by_fund.items()
        if asked in (None, fund_id)
    )
    return Table(
        id=ID,
        title=TITLE,
        columns=COLUMNS,
        rows=_rows(session, parameters, reductions),
        heading=parameters.heading,
        totals={"amount": amount, "reduced": reduced, "net": amount - reduced},
        subtitle=parameters.subtitle,
        is_list=True,
    )


def _narrowed(query: Any, parameters: Parameters) -> Select[Any]:
    """Join a gift with its parts, donor and voucher, under the filters."""
    donor = parameters.dimensions.get("donor")
    conditions: list[ColumnElement[bool]] = [
        Gift.received_on >= parameters.period.first_day,
        Gift.received_on <= parameters.period.last_day,
        *in_state(parameters.option("state")),
    ]
    if parameters.fund is not None:
        conditions.append(GiftAllocation.fund_id == parameters.fund.id)
    if donor is not None:
        conditions.append(Donor.dimension_id == donor.id)
    narrowed: Select[Any] = (
        query.select_from(Gift)
        .join(GiftAllocation, GiftAllocation.gift_id == Gift.id)
        .join(Donor, Donor.id == Gift.donor_id)
        .join(Voucher, Voucher.id == Gift.voucher_id)
        .where(*conditions)
    )
    return narrowed


def _reductions(session: Session, parameters: Parameters) -> dict[int, _Reduction]:
    """Spread every change over the funds of its gift, as its voucher does."""
    rows = session.execute(
        _narrowed(select(GiftChange.gift_id, GiftChange.kind, GiftChange.amount_minor), parameters)
        .join(GiftChange, GiftChange.gift_id == Gift.id)
        .where(~standing.withdrawn())
        .distinct()
        .add_columns(GiftChange.id)
        .order_by(GiftChange.id)
    ).all()
    parts: dict[int, list[tuple[int, int]]] = {}
    allocations = session.execute(
        select(GiftAllocation.gift_id, GiftAllocation.fund_id, GiftAllocation.amount_minor)
        .where(GiftAllocation.gift_id.in_(select(GiftChange.gift_id)))
        .order_by(GiftAllocation.gift_id, GiftAllocation.fund_id)
    )
    for part in allocations:
        parts.setdefault(part.gift_id, []).append((part.fund_id, part.amount_minor))
    found: dict[int, _Reduction] = {}
    for row in rows:
        reduction = found.setdefault(row.gift_id, _Reduction())
        reduction.state = _CHANGES[row.kind]
        shares = money.split(row.amount_minor, [amount for _, amount in parts[row.gift_id]])
        for (fund_id, _), share in zip(parts[row.gift_id], shares, strict=True):
            reduction.by_fund[fund_id] = reduction.by_fund.get(fund_id, 0) + share
    return found


def _rows(
    session: Session, parameters: Parameters, reductions: Mapping[int, _Reduction]
) -> Iterator[Row]:
    query = _narrowed(
        select(
            Gift.id,
            Gift.received_on,
            Gift.donor_name,
            Gift.kind,
            Gift.method,
            Gift.original_minor,
            Gift.original_currency,
            Gift.agreement,
            Gift.is_anonymous,
            Donor.credit_code,
            Donor.kind.label("donor_kind"),
            GiftAllocation.fund_id,
            GiftAllocation.amount_minor,
            Gift.voucher_id,
            Voucher.period_id,
            Voucher.word,
            Voucher.number,
            Voucher.state,
        ),
        parameters,
    ).order_by(Gift.received_on, Gift.id, GiftAllocation.fund_id)
    for row in session.execute(query, execution_options={"yield_per": _CHUNK}):
        yield _row(parameters, row, reductions.get(row.id, _Reduction()))


def _row(parameters: Parameters, row: Any, reduction: _Reduction) -> Row:
    fund = parameters.known.funds[row.fund_id]
    reduced = reduction.by_fund.get(row.fund_id, 0)
    gift, voucher = to_gift(row.id), to_voucher(row.voucher_id)
    original = None
    if row.original_minor is not None:
        original = money.to_text(row.original_minor, row.original_currency)
    links: list[Link | None] = [None] * len(COLUMNS)
    links[0] = links[9] = links[10] = links[11] = gift
    links[15] = voucher
    return Row(
        (
            reference(row.id, row.received_on),
            row.received_on,
            row.donor_name,
            row.credit_code,
            Term(row.donor_kind.value, _DONOR_KINDS[row.donor_kind]),
            Term(row.kind.value, _KINDS[row.kind]),
            Term(row.method.value, _METHODS[row.method]),
            fund.code,
            RESTRICTIONS[Restriction(fund.restriction)],
            row.amount_minor,
            reduced,
            row.amount_minor - reduced,
            row.original_currency,
            original,
            row.agreement,
            label(row.period_id, row.word, row.number),
            reduction.state or Term(row.state.value, STATES[VoucherState(row.state)]),
            _PUBLICATION[row.is_anonymous],
        ),
        tuple(links),
    )


_PUBLICATION = {
    False: Term("public", Label("可公开", "May be published")),
    True: Term("anonymous", Label("匿名", "Anonymous")),
}
