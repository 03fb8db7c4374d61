"""Check drafts and write them: the way into the books, before anything is final.

A draft may be incomplete; what is submitted must balance within each fund, name open accounts
and funds of the right chart, and fall into an open period.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from ledger import catalogue, stored, trail
from ledger.accounts import AccountNotPostable
from ledger.catalogue import Catalogue, PeriodInfo
from ledger.clock import Clock
from ledger.errors import Conflict, InvalidInput, NotFound, Stale
from ledger.money import MAX_MINOR, AmountTooLarge, to_text
from ledger.orm import Prepared, bulk_insert, connection_of, reserve_ids
from ledger.periods import PeriodState, closed, hold_open, period_key
from ledger.vouchers import (
    BEFORE_YEAR,
    CARRIES_BALANCES,
    Line,
    Side,
    Voucher,
    VoucherDraft,
    VoucherKind,
    VoucherLine,
    VoucherState,
)

# Up to this many rows one INSERT is quicker than the bulk path of the driver.
_SMALL = 40
_LINE_COLUMNS = (
    "voucher_id",
    "line_no",
    "period_id",
    "account_id",
    "fund_id",
    "side",
    "amount_minor",
    "summary",
    "donor_id",
    "counterparty_id",
    "project_id",
    "cash_flow_item_id",
)
_VOUCHER_COLUMNS = (
    "id",
    "period_id",
    "word",
    "booked_on",
    "kind",
    "state",
    "summary",
    "attachment_count",
    "rule",
    "total_minor",
    "reverses_id",
    "corrects_id",
    "reason",
    "prepared_by",
    "prepared_at",
)


_INSERT_VOUCHER = Prepared(
    lambda _: insert(Voucher).values({name: bindparam(name) for name in _VOUCHER_COLUMNS})
)
_INSERT_LINE = Prepared(
    lambda _: insert(VoucherLine).values({name: bindparam(name) for name in _LINE_COLUMNS})
)


class EmptyVoucher(InvalidInput):
    """A voucher needs two lines at least."""

    code = "empty_voucher"
    message = "凭证至少应有两条分录"


class UnbalancedVoucher(InvalidInput):
    """Debits and credits differ within a fund."""

    code = "unbalanced"
    message = "基金“{fund}”内借贷不平衡，差额 {difference}"


class FundClosed(Conflict):
    """The fund is closed or not yet open on that date."""

    code = "fund_closed"
    message = "基金“{fund}”在 {day} 未开放，不能记账"


class UnknownVoucher(NotFound):
    """No voucher has this key."""

    code = "unknown_voucher"
    message = "找不到凭证 {voucher}"


def open_period_for(known: Catalogue, day: date, *, before_year: bool = False) -> PeriodInfo:
    """Return the open period of a date. Raises UnknownPeriod or PeriodClosed."""
    period = known.period(day.year * 100 if before_year else period_key(day))
    if period.state is not PeriodState.OPEN:
        raise closed(period.id)
    return period


def draft(
    session: Session,
    drafts: Sequence[VoucherDraft],
    *,
    actor: str,
    clock: Clock,
    complete: bool = True,
) -> list[int]:
    """Write drafts and return their keys; `complete` ones are submitted for review at once.

    Raises EmptyVoucher, UnbalancedVoucher, UnknownAccount, AccountNotPostable, UnknownFund,
    FundClosed, UnknownPeriod, PeriodClosed or InvalidInput; then nothing is written.
    """
    known = catalogue.load(session)
    periods = [check(known, item, complete=complete) for item in drafts]
    connection = connection_of(session)
    require_open = hold_open(session, {period.id for period in periods})
    keys = reserve_ids(connection, Voucher.__table__, len(drafts))  # type: ignore[arg-type]
    require_open()
    state = VoucherState.SUBMITTED if complete else VoucherState.DRAFT
    now = clock.now()
    vouchers = [
        (
            key,
            period.id,
            item.word,
            item.booked_on,
            item.kind.value,
            state.value,
            item.summary,
            item.attachment_count,
            item.rule,
            total_of(item.lines),
            item.reverses_id,
            item.corrects_id,
            item.reason,
            actor,
            now,
        )
        for key, period, item in zip(keys, periods, drafts, strict=True)
    ]
    lines = [
        row
        for key, period, item in zip(keys, periods, drafts, strict=True)
        for row in _line_rows(key, period.id, item.lines)
    ]
    if len(keys) == 1:
        _remember(session, vouchers[0], lines)
    if len(lines) <= _SMALL:
        _INSERT_VOUCHER.run_each(
            connection, [dict(zip(_VOUCHER_COLUMNS, row, strict=True)) for row in vouchers]
        )
        _INSERT_LINE.run_each(
            connection, [dict(zip(_LINE_COLUMNS, row, strict=True)) for row in lines]
        )
    else:
        bulk_insert(connection, Voucher.__table__, _VOUCHER_COLUMNS, vouchers)  # type: ignore[arg-type]
        bulk_insert(connection, VoucherLine.__table__, _LINE_COLUMNS, lines)  # type: ignore[arg-type]
    note(session, "voucher.prepare", keys, actor=actor, clock=clock)
    return keys


def _remember(session: Session, voucher: tuple[Any, ...], lines: Sequence[tuple[Any, ...]]) -> None:
    row = dict(zip(_VOUCHER_COLUMNS, voucher, strict=True))
    head: dict[str, Any] = {name: row.get(name) for name in stored.StoredVoucher._fields}
    head |= {"kind": VoucherKind(row["kind"]), "state": VoucherState(row["state"])}
    stored.remember(
        session,
        stored.StoredVoucher(**head),
        [
            stored.StoredLine(
                **{
                    name: value
                    for name, value in zip(_LINE_COLUMNS, line, strict=True)
                    if name != "period_id"
                }
            )
            for line in lines
        ],
    )


def check(known: Catalogue, item: VoucherDraft, *, complete: bool) -> PeriodInfo:
    """Check a draft against the catalogue and return its period. Raises as `draft` does."""
    if not item.summary.strip() or len(item.summary) > 300:
        raise InvalidInput(field="摘要", reason="不能为空，最多 300 字")
    if item.attachment_count < 0:
        raise InvalidInput(field="附件张数", reason="不能为负数")
    if item.before_year and item.kind not in BEFORE_YEAR:
        raise InvalidInput(field="会计期间", reason="年初之前只能记期初余额和新旧科目转换凭证")
    period = open_period_for(known, item.booked_on, before_year=item.before_year)
    turnover = sum(abs(line.amount_minor) for line in item.lines)
    if turnover > 2 * MAX_MINOR:
        raise AmountTooLarge(text=to_text(turnover // 2))
    for line in item.lines:
        _check_line(known, item, line, period.chart)
    if complete:
        if len(item.lines) < 2:
            raise EmptyVoucher
        _check_balance(known, item.lines)
    return period


def replace(
    session: Session,
    voucher_id: int,
    item: VoucherDraft,
    *,
    version: int,
    actor: str,
    clock: Clock,
    complete: bool = False,
) -> None:
    """Write a draft anew, with everything that `item` says; nothing of the old one is kept.

    Raises Stale when somebody else wrote it since `version`.
    """
    known = catalogue.load(session)
    period = check(known, item, complete=complete)
    hold_open(session, {period.id})()
    state = VoucherState.SUBMITTED if complete else VoucherState.DRAFT
    changed = session.execute(
        update(Voucher)
        .where(
            Voucher.id == voucher_id,
            Voucher.version == version,
            Voucher.state == VoucherState.DRAFT,
        )
        .values(
            period_id=period.id,
            word=item.word,
            booked_on=item.booked_on,
            kind=item.kind,
            summary=item.summary,
            attachment_count=item.attachment_count,
            rule=item.rule,
            total_minor=total_of(item.lines),
            reverses_id=item.reverses_id,
            corrects_id=item.corrects_id,
            reason=item.reason,
            state=state,
            version=version + 1,
            prepared_by=actor,
            prepared_at=clock.now(),
        )
        .returning(Voucher.id)
        .execution_options(synchronize_session=False)
    ).first()
    if changed is None:
        _refuse_replacing(session, voucher_id)
    connection = connection_of(session)
    connection.execute(delete(VoucherLine).where(VoucherLine.voucher_id == voucher_id))
    rows = [
        dict(zip(_LINE_COLUMNS, row, strict=True))
        for row in _line_rows(voucher_id, period.id, item.lines)
    ]
    _INSERT_LINE.run_each(connection, rows)
    note(session, "voucher.replace", [voucher_id], actor=actor, clock=clock)


def note(
    session: Session,
    action: str,
    keys: Sequence[int],
    *,
    actor: str,
    clock: Clock,
    reason: str | None = None,
    detail: dict[str, object] | None = None,
) -> None:
    """Record an act on vouchers: one record for one voucher, one for a whole set."""
    if not keys:
        return
    if len(keys) == 1:
        subject = f"voucher:{keys[0]}"
    else:
        subject = "vouchers"
        detail = {"count": len(keys), "first": min(keys), "last": max(keys), **(detail or {})}
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action=action,
        subject=subject,
        reason=reason,
        detail=detail,
    )


def total_of(lines: Sequence[Line]) -> int:
    """Return what stands on the debit side."""
    return sum(line.amount_minor for line in lines if line.side is Side.DEBIT)


def get_state(session: Session, voucher_id: int) -> VoucherState:
    """Return the state of a voucher. Raises UnknownVoucher."""
    state = session.execute(select(Voucher.state).where(Voucher.id == voucher_id)).scalar()
    if state is None:
        raise UnknownVoucher(voucher=voucher_id)
    return state


def stored_draft(session: Session, head: Any) -> VoucherDraft:
    """Return a stored voucher as the draft that it was made from, for checking it again."""
    rows = session.execute(
        select(VoucherLine.__table__)
        .where(VoucherLine.voucher_id == head.id)
        .order_by(VoucherLine.line_no)
    )
    return VoucherDraft(
        booked_on=head.booked_on,
        summary=head.summary,
        lines=tuple(
            Line(row.account_id, row.fund_id, Side(row.side), row.amount_minor) for row in rows
        ),
        kind=head.kind,
        word=head.word,
        attachment_count=head.attachment_count,
        before_year=head.period_id % 100 == 0,
    )


def _refuse_replacing(session: Session, voucher_id: int) -> None:
    if get_state(session, voucher_id) is not VoucherState.DRAFT:
        raise Conflict(reason="只有草稿可以修改；已提交的凭证请先退回草稿")
    raise Stale(what="凭证")


def _check_line(known: Catalogue, item: VoucherDraft, line: Line, chart: str) -> None:
    if line.amount_minor == 0:
        raise InvalidInput(field="金额", reason="不能为零")
    if abs(line.amount_minor) > MAX_MINOR:
        raise AmountTooLarge(text=to_text(line.amount_minor))
    account = known.accounts.get(line.account_id)
    if account is None:
        raise AccountNotPostable(account=line.account_id, reason="没有这个科目")
    if account.chart != chart and item.kind is not VoucherKind.CONVERSION:
        raise AccountNotPostable(
            account=account.code, reason=f"{item.booked_on.year} 年使用科目表 {chart}"
        )
    if not account.is_postable:
        raise AccountNotPostable(account=account.code, reason="请使用明细科目")
    carrying = item.kind in CARRIES_BALANCES
    if account.closed_on is not None and item.booked_on >= account.closed_on and not carrying:
        raise AccountNotPostable(account=account.code, reason="科目已停用")
    fund = known.funds.get(line.fund_id)
    if fund is None:
        raise InvalidInput(field="基金", reason="没有这个基金")
    closed = fund.closed_on is not None and item.booked_on >= fund.closed_on and not carrying
    if closed or (fund.opened_on is not None and item.booked_on < fund.opened_on):
        raise FundClosed(fund=fund.code, day=item.booked_on.isoformat())


def _check_balance(known: Catalogue, lines: Sequence[Line]) -> None:
    sums: dict[int, int] = {}
    for line in lines:
        sums[line.fund_id] = sums.get(line.fund_id, 0) + line.amount_minor
    for fund_id, difference in sums.items():
        if difference:
            raise UnbalancedVoucher(fund=known.funds[fund_id].code, difference=to_text(difference))


def _line_rows(key: int, period_id: int, lines: Sequence[Line]) -> Iterator[tuple[object, ...]]:
    for number, line in enumerate(lines, start=1):
        yield (
            key,
            number,
            period_id,
            line.account_id,
            line.fund_id,
            int(line.side),
            line.amount_minor,
            line.summary,
            line.donor_id,
            line.counterparty_id,
            line.project_id,
            line.cash_flow_item_id,
        )
