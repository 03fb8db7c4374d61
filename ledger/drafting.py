"""Check drafts and write them: the way into the books, before anything is final.

A draft may be incomplete; what is submitted must balance within each fund, name open accounts
and funds of the right chart, and fall into an open period.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from ledger import catalogue, trail
from ledger.accounts import AccountNotPostable
from ledger.catalogue import Catalogue, PeriodInfo
from ledger.clock import Clock
from ledger.errors import Conflict, InvalidInput, NotFound, Stale
from ledger.money import MAX_MINOR, to_text
from ledger.orm import bulk_insert, reserve_ids
from ledger.periods import PeriodClosed, PeriodState, period_key, text_of
from ledger.vouchers import (
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
        raise PeriodClosed(period=text_of(period.id))
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
    connection = session.connection()
    keys = reserve_ids(connection, Voucher.__table__, len(drafts))  # type: ignore[arg-type]
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
    if len(lines) <= _SMALL:
        connection.execute(
            insert(Voucher), [dict(zip(_VOUCHER_COLUMNS, row, strict=True)) for row in vouchers]
        )
        if lines:
            connection.execute(
                insert(VoucherLine), [dict(zip(_LINE_COLUMNS, row, strict=True)) for row in lines]
            )
    else:
        bulk_insert(connection, Voucher.__table__, _VOUCHER_COLUMNS, vouchers)  # type: ignore[arg-type]
        bulk_insert(connection, VoucherLine.__table__, _LINE_COLUMNS, lines)  # type: ignore[arg-type]
    note(session, "voucher.prepare", keys, actor=actor, clock=clock)
    return keys


def check(known: Catalogue, item: VoucherDraft, *, complete: bool) -> PeriodInfo:
    """Check a draft against the catalogue and return its period. Raises as `draft` does."""
    if not item.summary.strip() or len(item.summary) > 300:
        raise InvalidInput(field="摘要", reason="不能为空，最多 300 字")
    if item.attachment_count < 0:
        raise InvalidInput(field="附件张数", reason="不能为负数")
    period = open_period_for(known, item.booked_on, before_year=item.before_year)
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
    """Write a draft anew. Raises Stale when somebody else wrote it since `version`."""
    known = catalogue.load(session)
    period = check(known, item, complete=complete)
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
            summary=item.summary,
            attachment_count=item.attachment_count,
            total_minor=total_of(item.lines),
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
    connection = session.connection()
    connection.execute(delete(VoucherLine).where(VoucherLine.voucher_id == voucher_id))
    rows = [
        dict(zip(_LINE_COLUMNS, row, strict=True))
        for row in _line_rows(voucher_id, period.id, item.lines)
    ]
    if rows:
        connection.execute(insert(VoucherLine), rows)
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


def _refuse_replacing(session: Session, voucher_id: int) -> None:
    if get_state(session, voucher_id) is not VoucherState.DRAFT:
        raise Conflict(reason="只有草稿可以修改；已提交的凭证请先退回草稿")
    raise Stale(what="凭证")


def _check_line(known: Catalogue, item: VoucherDraft, line: Line, chart: str) -> None:
    if line.amount_minor == 0 or abs(line.amount_minor) > MAX_MINOR:
        raise InvalidInput(field="金额", reason="不能为零，也不能超过账簿可记录的最大金额")
    account = known.accounts.get(line.account_id)
    if account is None:
        raise AccountNotPostable(account=line.account_id, reason="没有这个科目")
    if account.chart != chart and item.kind is not VoucherKind.CONVERSION:
        raise AccountNotPostable(
            account=account.code, reason=f"{item.booked_on.year} 年使用科目表 {chart}"
        )
    if not account.is_postable:
        raise AccountNotPostable(account=account.code, reason="请使用明细科目")
    if account.closed_on is not None and item.booked_on >= account.closed_on:
        raise AccountNotPostable(account=account.code, reason="科目已停用")
    fund = known.funds.get(line.fund_id)
    if fund is None:
        raise InvalidInput(field="基金", reason="没有这个基金")
    if (fund.closed_on is not None and item.booked_on >= fund.closed_on) or (
        fund.opened_on is not None and item.booked_on < fund.opened_on
    ):
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
