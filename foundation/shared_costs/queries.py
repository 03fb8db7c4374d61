"""Read keys, time sheets and runs; reports read them here too."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.shared_costs.models import (
    CostKey,
    CostLine,
    CostRun,
    CostShare,
    CostSource,
    Function,
    RunState,
    TimeSheet,
    reference,
)
from foundation.shared_costs.steps import Months, UnknownKey, get_run
from foundation.spending.rules import get_element
from ledger.accounts import Account
from ledger.funds import Fund
from ledger.vouchers import Voucher, VoucherState, label, stands


@dataclass(frozen=True, slots=True)
class SourceView:
    """A source of a key: an account, or a cost element."""

    code: str
    name: str
    is_element: bool


@dataclass(frozen=True, slots=True)
class KeyView:
    """One version of a key with everything it says."""

    key: CostKey
    fund: Fund
    sources: Sequence[SourceView]
    shares: Sequence[tuple[CostShare, Fund]]


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run in a list."""

    run: CostRun
    reference: str
    key: CostKey
    months: Months
    voucher: str
    voucher_state: VoucherState


@dataclass(frozen=True, slots=True)
class LineView:
    """What one fund bears of one source."""

    source: SourceView
    function: Function
    element: str
    wanted: Fund
    fund: Fund
    account: Account
    minor: int


@dataclass(frozen=True, slots=True)
class RunView:
    """One run with who bears what. A voucher that is gone lets the run be taken back."""

    row: RunRow
    lines: Sequence[LineView]
    voucher_is_gone: bool


@dataclass(frozen=True, slots=True)
class SheetLine:
    """What part of a person's month was for a fund and a function."""

    person: str
    function: Function
    fund: Fund
    basis_points: int


def list_keys(session: Session) -> list[tuple[CostKey, Fund]]:
    """Return every version of every key, the newest first within its code."""
    rows = session.execute(
        select(CostKey, Fund)
        .join(Fund, Fund.id == CostKey.fund_id)
        .order_by(CostKey.code, CostKey.version.desc())
    )
    return [(key, fund) for key, fund in rows]


def view_key(session: Session, code: str, version: int) -> KeyView:
    """Return one version of a key. Raises UnknownKey."""
    found = session.execute(
        select(CostKey, Fund)
        .join(Fund, Fund.id == CostKey.fund_id)
        .where(CostKey.code == code, CostKey.version == version)
    ).one_or_none()
    if found is None:
        raise UnknownKey(key=f"{code} v{version}")
    key, fund = found
    sources = session.execute(
        select(CostSource, Account)
        .outerjoin(Account, Account.id == CostSource.account_id)
        .where(CostSource.key_id == key.id)
        .order_by(CostSource.line_no)
    )
    shares = session.execute(
        select(CostShare, Fund)
        .join(Fund, Fund.id == CostShare.fund_id)
        .where(CostShare.key_id == key.id)
        .order_by(CostShare.line_no)
    )
    return KeyView(
        key,
        fund,
        [_source(source.element, account) for source, account in sources],
        [(share, of) for share, of in shares],
    )


def _source(element: str | None, account: Account | None) -> SourceView:
    if element is not None:
        return SourceView(element, get_element(element).zh, is_element=True)
    assert account is not None
    return SourceView(account.code, account.full_name, is_element=False)


def list_runs(
    session: Session, *, first: int = 0, last: int = 999912, only_standing: bool = False
) -> list[RunRow]:
    """Return the runs that touch some months, the latest first."""
    query = (
        select(CostRun, CostKey, Voucher)
        .join(CostKey, CostKey.id == CostRun.key_id)
        .join(Voucher, Voucher.id == CostRun.voucher_id)
        .where(CostRun.first_period_id <= last, CostRun.last_period_id >= first)
        .order_by(CostRun.last_period_id.desc(), CostRun.id.desc())
    )
    if only_standing:
        query = query.where(CostRun.state == RunState.BOOKED)
    return [_row(run, key, voucher) for run, key, voucher in session.execute(query)]


def _row(run: CostRun, key: CostKey, voucher: Voucher) -> RunRow:
    return RunRow(
        run,
        reference(run.id, run.last_period_id),
        key,
        Months(run.first_period_id, run.last_period_id),
        label(voucher.period_id, voucher.word, voucher.number),
        voucher.state,
    )


def view_run(session: Session, named: str) -> RunView:
    """Return one run with its lines. Raises UnknownRun."""
    run = get_run(session, named)
    key, voucher = session.get(CostKey, run.key_id), session.get(Voucher, run.voucher_id)
    assert key is not None
    assert voucher is not None
    return RunView(
        _row(run, key, voucher),
        lines_of(session, [run.id]),
        not stands(session, voucher.id),
    )


def lines_of(session: Session, run_ids: Sequence[int]) -> list[LineView]:
    """Return what every fund bears in some runs, in their order."""
    rows = (
        session.execute(
            select(CostLine)
            .where(CostLine.run_id.in_(run_ids))
            .order_by(CostLine.run_id, CostLine.line_no)
        )
        .scalars()
        .all()
    )
    fund_ids = {each for row in rows for each in (row.fund_id, row.wanted_fund_id)}
    account_ids = {each for row in rows for each in (row.account_id, row.source_account_id)}
    funds = {
        fund.id: fund
        for fund in session.execute(select(Fund).where(Fund.id.in_(fund_ids))).scalars()
    }
    accounts = {
        account.id: account
        for account in session.execute(select(Account).where(Account.id.in_(account_ids))).scalars()
    }
    return [
        LineView(
            _source(row.source_element, accounts[row.source_account_id]),
            row.function,
            row.element,
            funds[row.wanted_fund_id],
            funds[row.fund_id],
            accounts[row.account_id],
            row.amount_minor,
        )
        for row in rows
    ]


def sheet(session: Session, period: int) -> list[SheetLine]:
    """Return the time sheet of a month, person by person."""
    rows = session.execute(
        select(TimeSheet, Fund)
        .join(Fund, Fund.id == TimeSheet.fund_id)
        .where(TimeSheet.period_id == period)
        .order_by(TimeSheet.person, TimeSheet.id)
    )
    return [SheetLine(row.person, row.function, fund, row.basis_points) for row, fund in rows]


def sheet_months(session: Session) -> list[tuple[int, int]]:
    """Return the months that have a time sheet and how many people each has, latest first."""
    rows = session.execute(
        select(TimeSheet.period_id, func.count(func.distinct(TimeSheet.person)))
        .group_by(TimeSheet.period_id)
        .order_by(TimeSheet.period_id.desc())
    )
    return [(period, count) for period, count in rows]
