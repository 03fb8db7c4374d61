"""Make the books ready for a voucher file: its months, accounts, funds, and what came before.

Each step adds only what is missing and refuses what contradicts the books.
"""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.books.voucher_file import BadVoucherFile, FileVoucher, Problem, VoucherFile
from ledger import accounts, catalogue, funds, periods
from ledger.clock import Clock
from ledger.errors import Conflict
from ledger.orm import chunks
from ledger.periods import FiscalYear, Movement, Period, UnknownPeriod
from ledger.vouchers import Voucher, VoucherKind, VoucherState

RULE = "file:"
"""Vouchers from a file carry this and their fingerprint as the rule that drafted them."""


def open_months(session: Session, file: VoucherFile, *, actor: str, clock: Clock) -> list[str]:
    """Open the months of the file that follow the last one of the books."""
    last = session.execute(select(func.max(Period.id))).scalar()
    needed = max(periods.period_key(voucher.booked_on) for voucher in file.vouchers)
    if last is not None and last >= needed:
        return []
    following = [key for key in periods.months(last or file.year * 100 + 1, needed) if key != last]
    opened = periods.open_through(session, following[0], needed, actor=actor, clock=clock)
    return [periods.text_of(key) for key in opened if key % 100]


def chart_of(session: Session, year: int) -> str:
    """Return the chart of accounts of a year. Raises UnknownPeriod."""
    found = session.get(FiscalYear, year)
    if found is None:
        raise UnknownPeriod(period=f"{year}-01")
    return found.chart


def add_accounts(
    session: Session, file: VoucherFile, chart: str, *, actor: str, clock: Clock
) -> list[str]:
    """Open the detail accounts that the chart does not have yet; return their codes."""
    known = catalogue.load(session)
    missing = [item for item in file.accounts if (chart, item.code) not in known.account_ids]
    problems = [
        Problem("accounts", None, "code", f"科目表 {chart} 的科目或其明细", item.code)
        for item in missing
        if not item.code.isdecimal() or (chart, item.code[:4]) not in known.account_ids
    ]
    if problems:
        raise BadVoucherFile(problems)
    for item in sorted(missing, key=lambda item: item.code):
        name = item.name.split("—")[-1]
        # Money held for others in a bank account is agency money (受托代理), by its name.
        agency = "受托代理" in name and item.code.startswith("10")
        accounts.open_account(
            session,
            chart=chart,
            code=item.code,
            name=name,
            flags="agency" if agency else "",
            actor=actor,
            clock=clock,
        )
    return [item.code for item in missing]


def add_funds(session: Session, file: VoucherFile, *, actor: str, clock: Clock) -> list[str]:
    """Open the funds that the books do not have yet; return their codes."""
    known = catalogue.load(session)
    missing = [item for item in file.funds if item.code not in known.fund_ids]
    problems = [
        Problem(
            "funds",
            None,
            f"{item.code} restriction",
            known.fund(item.code).restriction.value,
            item.restriction.value,
        )
        for item in file.funds
        if item.code in known.fund_ids and known.fund(item.code).restriction != item.restriction
    ]
    if problems:
        raise BadVoucherFile(problems)
    for item in missing:
        funds.open_fund(
            session,
            code=item.code,
            name=item.name,
            restriction=item.restriction,
            actor=actor,
            clock=clock,
        )
    return [item.code for item in missing]


def present(session: Session, vouchers: Sequence[FileVoucher]) -> dict[str, int]:
    """Return which fingerprints the books have already, with the keys of their vouchers."""
    found: dict[str, int] = {}
    for chunk in chunks((RULE + voucher.fingerprint for voucher in vouchers), 500):
        rows = session.execute(
            select(Voucher.rule, Voucher.id)
            .where(Voucher.rule.in_(chunk), Voucher.state != VoucherState.DISCARDED)
            .order_by(Voucher.id)
        )
        found.update({row.rule.removeprefix(RULE): row.id for row in rows})
    return found


def refuse_second_opening(session: Session, year: int, new: Sequence[FileVoucher]) -> None:
    """Raise Conflict when opening balances would be counted twice."""
    if not any(voucher.is_opening for voucher in new):
        return
    second = session.execute(
        select(Voucher.id)
        .where(
            Voucher.period_id == year * 100,
            Voucher.kind == VoucherKind.OPENING,
            Voucher.state != VoucherState.DISCARDED,
        )
        .limit(1)
    ).first()
    carried = session.execute(select(1).where(Movement.period_id < year * 100).limit(1)).first()
    if second is not None:
        raise Conflict(reason=f"{year} 年的期初余额已经录入，与文件中的不同")
    if carried is not None:
        raise Conflict(reason=f"{year} 年的期初余额由上年结转，不能再从文件导入")
