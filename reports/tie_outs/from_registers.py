"""Control totals between the books and the registers of gifts and bills."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, func, select

from foundation.gifts.kinds import ChangeKind, GiftKind, RefundCause
from foundation.gifts.models import Gift, GiftAllocation, GiftChange
from foundation.receipting.models import GiftBill
from ledger import money
from ledger.charts.definitions import AccountTag
from ledger.funds import Restriction
from ledger.vouchers import Voucher, VoucherKind, VoucherLine, VoucherState, label
from receipts.models import Bill, BillBatch, BillState
from reports.parameters import Parameters, chart_of
from reports.statements.books import CLASSES, RESTRICTED, UNRESTRICTED, total
from reports.tie_outs.definitions import Gap, Question, Sides

_MANY = 50
_CLASS_WORDS = {UNRESTRICTED: "非限定性", RESTRICTED: "限定性"}
_IN_KIND = (GiftKind.IN_KIND, GiftKind.NOMINAL, GiftKind.SERVICE, GiftKind.EQUITY)
_LIVE = (BillState.ISSUED,)


def donations(question: Question) -> Sides:
    """CT11: the donation register net of refunds, and donation income in the books."""
    register = _register(question)
    books = _income(question)
    left, right = sum(register.values()), sum(books.values())
    gaps = () if left == right else _lines_without_gift(question)
    return Sides(left, right, gaps)


def donations_by_class(question: Question) -> Sides:
    """CT15: the same by restricted and unrestricted."""
    register, books = _register(question), _income(question)
    gaps = tuple(
        Gap(_CLASS_WORDS[name], register[name] - books[name])
        for name in CLASSES
        if register[name] != books[name]
    )
    return Sides(sum(register.values()), sum(books.values()), gaps)


def receipts(question: Question) -> Sides:
    """CT12: the register, and what bills say with the gifts that have none."""
    parameters = question.parameters
    gifts = _gifts(parameters)
    net = sum(_register(question).values())
    live = (
        select(GiftBill.gift_id, func.sum(GiftBill.amount_minor).label("amount"))
        .where(GiftBill.is_live)
        .group_by(GiftBill.gift_id)
        .subquery()
    )
    taken = (
        select(GiftChange.gift_id, func.sum(GiftChange.amount_minor).label("amount"))
        .join(Voucher, Voucher.id == GiftChange.voucher_id)
        .where(_posted(parameters))
        .group_by(GiftChange.gift_id)
        .subquery()
    )
    billed_of = func.coalesce(live.c.amount, 0)
    rows = question.session.execute(
        select(Gift.id, Gift.amount_minor, func.coalesce(taken.c.amount, 0), billed_of)
        .join(Voucher, Voucher.id == Gift.voucher_id)
        .outerjoin(live, live.c.gift_id == Gift.id)
        .outerjoin(taken, taken.c.gift_id == Gift.id)
        .where(*gifts)
        .order_by(Gift.id)
    ).all()
    unreceipted = sum(max(int(row[1]) - int(row[2]) - int(row[3]), 0) for row in rows)
    # The bills themselves, by their own amounts; what they cover of other gifts is taken off.
    bills = question.session.execute(
        select(func.coalesce(func.sum(Bill.amount_minor), 0)).where(
            Bill.id.in_(
                select(GiftBill.bill_id)
                .join(Gift, Gift.id == GiftBill.gift_id)
                .join(Voucher, Voucher.id == Gift.voucher_id)
                .where(GiftBill.is_live, *gifts)
            ),
            Bill.state.in_(_LIVE),
        )
    ).scalar_one()
    elsewhere = question.session.execute(
        select(func.coalesce(func.sum(GiftBill.amount_minor), 0)).where(
            GiftBill.is_live,
            GiftBill.bill_id.in_(
                select(GiftBill.bill_id)
                .join(Gift, Gift.id == GiftBill.gift_id)
                .join(Voucher, Voucher.id == Gift.voucher_id)
                .where(GiftBill.is_live, *gifts)
            ),
            GiftBill.gift_id.not_in(select(Gift.id).join(Voucher).where(*gifts)),
        )
    ).scalar_one()
    billed, other = int(bills or 0), int(elsewhere or 0)
    right = billed - other + unreceipted
    note = (
        f"有效票据 {money.to_text(billed)}，其中他期 {money.to_text(other)}，"
        f"未开票 {money.to_text(unreceipted)}"
    )
    refunded_before = net - sum(int(row[1]) - int(row[2]) for row in rows)
    right += refunded_before
    if refunded_before:
        note += f"，以前年度捐赠本期退回 {money.to_text(refunded_before)}"
    return Sides(net, right, note=note)


def bill_stock(question: Question) -> Sides | None:
    """CT13: bills of the register and numbers drawn, batch by batch."""
    rows = question.session.execute(
        select(BillBatch.id, BillBatch.code, BillBatch.quantity, func.count(Bill.id))
        .outerjoin(Bill, Bill.batch_id == BillBatch.id)
        .where(BillBatch.quantity.is_not(None))
        .group_by(BillBatch.id, BillBatch.code, BillBatch.quantity)
        .order_by(BillBatch.id)
    ).all()
    if not rows:
        return None
    counts = [(row[1], int(row[3]), int(row[2] or 0)) for row in rows]
    gaps = tuple(Gap(f"票据 {code}", kept - drawn) for code, kept, drawn in counts if kept != drawn)
    kept, drawn = sum(row[1] for row in counts), sum(row[2] for row in counts)
    return Sides(kept, drawn, gaps, is_count=True)


def in_kind(question: Question) -> Sides:
    """CT32: what the vouchers of gifts in kind booked as income, and the register."""
    parameters = question.parameters
    conditions = (*_gifts(parameters), Gift.kind.in_(_IN_KIND))
    register = question.session.execute(
        select(func.coalesce(func.sum(Gift.amount_minor), 0))
        .join(Voucher, Voucher.id == Gift.voucher_id)
        .where(*conditions)
    ).scalar_one()
    booked = question.session.execute(
        select(func.coalesce(func.sum(-VoucherLine.amount_minor), 0)).where(
            VoucherLine.account_id.in_(_income_accounts(parameters)),
            VoucherLine.voucher_id.in_(
                select(Gift.voucher_id)
                .join(Voucher, Voucher.id == Gift.voucher_id)
                .where(*conditions)
            ),
        )
    ).scalar_one()
    return Sides(int(booked), int(register))


def _posted(parameters: Parameters) -> ColumnElement[bool]:
    span = parameters.period.to_date.span
    return (
        (Voucher.state == VoucherState.POSTED)
        & (Voucher.period_id >= span.first)
        & (Voucher.period_id <= span.last)
    )


def _gifts(parameters: Parameters) -> tuple[ColumnElement[bool], ...]:
    """Return what makes a gift one of the year's: it is booked, and no agency."""
    return (_posted(parameters), Gift.kind != GiftKind.AGENCY)


def _register(question: Question) -> dict[str, int]:
    """Return the register net of what was taken back, by class of the funds."""
    parameters = question.parameters
    found = dict.fromkeys(CLASSES, 0)
    for fund_id, minor in question.session.execute(
        select(GiftAllocation.fund_id, func.sum(GiftAllocation.amount_minor))
        .join(Gift, Gift.id == GiftAllocation.gift_id)
        .join(Voucher, Voucher.id == Gift.voucher_id)
        .where(*_gifts(parameters))
        .group_by(GiftAllocation.fund_id)
        .order_by(GiftAllocation.fund_id)
    ):
        found[_class_of(parameters, fund_id)] += int(minor)
    for fund_id, minor in _taken_back(question).items():
        found[_class_of(parameters, fund_id)] -= minor
    return found


def _taken_back(question: Question) -> dict[int, int]:
    """Return what changes of gifts took off donation income in the span, by fund."""
    parameters = question.parameters
    rows = question.session.execute(
        select(GiftChange.id, GiftChange.gift_id, GiftChange.kind, GiftChange.cause,
               GiftChange.amount_minor)
        .join(Gift, Gift.id == GiftChange.gift_id)
        .join(Voucher, Voucher.id == GiftChange.voucher_id)
        .where(_posted(parameters), Gift.kind != GiftKind.AGENCY)
        .order_by(GiftChange.id)
    ).all()  # fmt: skip
    wanted = [row for row in rows if _reduces(parameters, row)]
    parts: dict[int, list[tuple[int, int]]] = {}
    for part in question.session.execute(
        select(GiftAllocation.gift_id, GiftAllocation.fund_id, GiftAllocation.amount_minor)
        .where(GiftAllocation.gift_id.in_([row.gift_id for row in wanted]))
        .order_by(GiftAllocation.gift_id, GiftAllocation.fund_id)
    ):
        parts.setdefault(part.gift_id, []).append((part.fund_id, part.amount_minor))
    found: dict[int, int] = {}
    for row in wanted:
        shares = money.split(row.amount_minor, [minor for _, minor in parts[row.gift_id]])
        for (fund_id, _), share in zip(parts[row.gift_id], shares, strict=True):
            found[fund_id] = found.get(fund_id, 0) + share
    return found


def _reduces(parameters: Parameters, change: Any) -> bool:
    """A refund for a cause outside reduces income from 2024 on; for an own cause it is a cost."""
    if change.kind is not ChangeKind.REFUNDED:
        return True
    is_2004 = chart_of(parameters.known, parameters.period.year) == "2004"
    return change.cause is RefundCause.EXTERNAL and not is_2004


def _income(question: Question) -> dict[str, int]:
    """Return donation income in the books, before closing, by class."""
    span = question.parameters.period.to_date.span
    sources = question.frame.books.activity(span, releases_used=False)
    tag = AccountTag.DONATION_INCOME
    return {name: -total(sources[name].get(tag, ())) for name in CLASSES}


def _income_accounts(parameters: Parameters) -> list[int]:
    accounts: Mapping[int, Any] = parameters.known.accounts
    return [key for key, info in accounts.items() if info.tag == AccountTag.DONATION_INCOME]


def _lines_without_gift(question: Question) -> tuple[Gap, ...]:
    """Name the vouchers that booked donation income and stand behind no gift."""
    parameters = question.parameters
    span = parameters.period.to_date.span
    known = select(Gift.voucher_id).union(
        select(GiftChange.voucher_id).where(GiftChange.voucher_id.is_not(None))
    )
    rows = question.session.execute(
        select(
            Voucher.period_id,
            Voucher.word,
            Voucher.number,
            func.sum(-VoucherLine.amount_minor),
        )
        .join(VoucherLine, VoucherLine.voucher_id == Voucher.id)
        .where(
            VoucherLine.account_id.in_(_income_accounts(parameters)),
            VoucherLine.period_id >= span.first,
            VoucherLine.period_id <= span.last,
            Voucher.state == VoucherState.POSTED,
            Voucher.kind != VoucherKind.CLOSING,
            Voucher.id.not_in(known),
        )
        .group_by(Voucher.id, Voucher.period_id, Voucher.word, Voucher.number)
        .having(func.sum(VoucherLine.amount_minor) != 0)
        .order_by(Voucher.id)
        .limit(_MANY)
    )
    return tuple(
        Gap(f"{label(period, word, number)} 没有捐赠登记", -int(minor))
        for period, word, number, minor in rows
    )


def _class_of(parameters: Parameters, fund_id: int) -> str:
    restriction = parameters.known.funds[fund_id].restriction
    return UNRESTRICTED if restriction is Restriction.NONE else RESTRICTED
