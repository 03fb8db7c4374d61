"""What a sample is drawn from: read from the books once, in the order of the books, as numbers.

A line of a million is two machine integers and not an object, so that sampling them costs a few
seconds and a few dozen megabytes. The order is period, voucher word, number, line (gifts: day and
key), and the same on every database.
"""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.auditing.plans import Plan, SideOf, Source
from foundation.gifts import standing
from foundation.gifts.models import Gift
from ledger import balances
from ledger.periods import Period
from ledger.vouchers import Side, Voucher, VoucherKind, VoucherLine, VoucherSeries, VoucherState

_AT_ONCE = 20_000


@dataclass(slots=True)
class Population:
    """The items in order: whose they are and how much they are, always without a sign.

    `owners` are keys of vouchers or gifts. The sums are signed as the books have them.
    """

    amounts: "array[int]" = field(default_factory=lambda: array("q"))
    owners: "array[int]" = field(default_factory=lambda: array("q"))
    lines: "array[int]" = field(default_factory=lambda: array("i"))
    accounts: "array[int]" = field(default_factory=lambda: array("q"))
    debit_minor: int = 0
    credit_minor: int = 0
    red_count: int = 0

    def __len__(self) -> int:
        return len(self.amounts)


@dataclass(frozen=True, slots=True)
class Control:
    """What the sums of the books say of a population of lines, to tie it to."""

    debit_minor: int
    credit_minor: int


def load(session: Session, plan: Plan) -> Population:
    """Read the population of a plan."""
    if plan.source is Source.GIFTS:
        return _gifts(session, plan)
    found = Population()
    is_lines = plan.source is Source.LINES
    for period, word in _series(session, plan):
        query = _lines(plan, period, word) if is_lines else _vouchers(plan, period, word)
        take = _take_line if is_lines else _take_voucher
        for row in session.connection().execute(query, execution_options={"yield_per": _AT_ONCE}):
            take(found, row)
    return found


def _series(session: Session, plan: Plan) -> Iterator[tuple[int, str]]:
    """Yield every month and word that has vouchers; words in one order on every database."""
    rows = session.execute(
        select(VoucherSeries.period_id, VoucherSeries.word)
        .join(Period, Period.id == VoucherSeries.period_id)
        .where(VoucherSeries.period_id.between(plan.span.first, plan.span.last))
    )
    yield from sorted((row.period_id, row.word) for row in rows)


def _lines(plan: Plan, period: int, word: str) -> Any:
    query: Any = (
        select(
            VoucherLine.voucher_id,
            VoucherLine.line_no,
            VoucherLine.account_id,
            VoucherLine.side,
            VoucherLine.amount_minor,
        )
        .join(Voucher, Voucher.id == VoucherLine.voucher_id)
        .where(VoucherLine.period_id == period, *_posted(plan, period, word))
        .order_by(Voucher.number, VoucherLine.line_no)
    )
    if plan.accounts:
        query = query.where(VoucherLine.account_id.in_(plan.accounts))
    if plan.fund_id is not None:
        query = query.where(VoucherLine.fund_id == plan.fund_id)
    if plan.side is not SideOf.BOTH:
        wanted = Side.DEBIT if plan.side is SideOf.DEBIT else Side.CREDIT
        query = query.where(VoucherLine.side == wanted.value)
    return query


def _vouchers(plan: Plan, period: int, word: str) -> Any:
    query: Any = select(Voucher.id, Voucher.total_minor)
    return query.where(*_posted(plan, period, word)).order_by(Voucher.number)


def _posted(plan: Plan, period: int, word: str) -> list[Any]:
    conditions: list[Any] = [
        Voucher.period_id == period,
        Voucher.word == word,
        Voucher.state == VoucherState.POSTED,
    ]
    if not plan.has_closing:
        conditions.append(Voucher.kind != VoucherKind.CLOSING)
    return conditions


def _take_line(found: Population, row: Any) -> None:
    voucher_id, line_no, account_id, side, minor = row
    found.amounts.append(abs(minor))
    found.owners.append(voucher_id)
    found.lines.append(line_no)
    found.accounts.append(account_id)
    printed = minor * side
    if side > 0:
        found.debit_minor += printed
    else:
        found.credit_minor += printed
    if printed < 0:
        found.red_count += 1


def _take_voucher(found: Population, row: Any) -> None:
    voucher_id, minor = row
    found.amounts.append(abs(minor))
    found.owners.append(voucher_id)
    found.debit_minor += minor
    found.credit_minor += minor
    if minor < 0:
        found.red_count += 1


def _gifts(session: Session, plan: Plan) -> Population:
    """Gifts that are in the books and still stand, by the period of their vouchers."""
    found = Population()
    query = (
        select(Gift.id, Gift.amount_minor)
        .join(Voucher, Voucher.id == Gift.voucher_id)
        .where(
            Voucher.period_id.between(plan.span.first, plan.span.last),
            Voucher.state == VoucherState.POSTED,
            ~standing.ended(),
        )
        .order_by(Gift.received_on, Gift.id)
    )
    for gift_id, minor in session.connection().execute(
        query, execution_options={"yield_per": _AT_ONCE}
    ):
        found.amounts.append(minor)
        found.owners.append(gift_id)
        found.debit_minor += minor
        found.credit_minor += minor
    return found


def control(session: Session, plan: Plan) -> Control | None:
    """Return what the books have for a population of lines: turnover less the closing vouchers."""
    if plan.source is not Source.LINES:
        return None
    funds = () if plan.fund_id is None else (plan.fund_id,)
    debit = credit = 0
    for row in balances.trial_balance(session, plan.span, funds=funds):
        if not plan.accounts or row.account_id in plan.accounts:
            debit += row.debit_minor
            credit += row.credit_minor
    if not plan.has_closing:
        taken_debit, taken_credit = _closing(session, plan)
        debit, credit = debit - taken_debit, credit - taken_credit
    return Control(
        0 if plan.side is SideOf.CREDIT else debit, 0 if plan.side is SideOf.DEBIT else credit
    )


def _closing(session: Session, plan: Plan) -> tuple[int, int]:
    query = (
        select(VoucherLine.side, func.sum(VoucherLine.amount_minor * VoucherLine.side))
        .join(Voucher, Voucher.id == VoucherLine.voucher_id)
        .where(
            Voucher.period_id.between(plan.span.first, plan.span.last),
            Voucher.state == VoucherState.POSTED,
            Voucher.kind == VoucherKind.CLOSING,
        )
        .group_by(VoucherLine.side)
    )
    if plan.accounts:
        query = query.where(VoucherLine.account_id.in_(plan.accounts))
    if plan.fund_id is not None:
        query = query.where(VoucherLine.fund_id == plan.fund_id)
    sums = {row[0]: int(row[1]) for row in session.execute(query)}
    return sums.get(Side.DEBIT.value, 0), sums.get(Side.CREDIT.value, 0)
