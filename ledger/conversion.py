"""Convert the balances at the first day of a year from the old chart of accounts to the new.

One generated voucher in the opening period moves every balance of the old chart to its account
in the new, within each fund and counterparty, so nothing is lost and nothing is renamed. It is
reviewed and posted like any other. Source: 财会〔2025〕6号, whose table was not read in the
official text; the mapping file carries the grade of every row and the questions for the
accountant, and running it again gives the same voucher.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ledger import catalogue
from ledger.accounts import Account, find_account, open_account
from ledger.catalogue import AccountInfo
from ledger.charts import loading
from ledger.charts.definitions import AccountCategory
from ledger.clock import Clock
from ledger.drafting import draft
from ledger.errors import Conflict
from ledger.overspending import CLAIMS_ON_FUND
from ledger.periods import FiscalYear, Period, PeriodState, text_of
from ledger.vouchers import (
    Line,
    Side,
    Voucher,
    VoucherDraft,
    VoucherKind,
    VoucherLine,
    VoucherState,
)


@dataclass(frozen=True, slots=True)
class ConversionRow:
    """One balance of the old chart and where it goes; amounts are debit positive."""

    old_code: str
    old_name: str
    new_code: str
    fund_id: int
    counterparty_id: int | None
    amount_minor: int
    question: str


def preview(session: Session, year: int) -> list[ConversionRow]:
    """Return what the conversion at the first of January of `year` would move.

    What a posted conversion has moved already does not come again; what was booked into the
    old year after it was reopened does.

    Raises Conflict when the year keeps the chart of the year before, when the year before is
    not closed, or when an income or expense account still has a balance.
    """
    old, new = _charts(session, year)
    last = (year - 1) * 100 + 12
    state = session.execute(select(Period.state).where(Period.id == last)).scalar()
    if state is not PeriodState.CLOSED:
        raise Conflict(reason=f"{text_of(last)} 尚未结账，不能转换新旧科目")
    mapping = loading.load_mapping(old, new)
    questions = {row.old_code: row.question for row in mapping}
    known = catalogue.load(session)
    rows = []
    for (account_id, fund_id, counterparty_id), amount in _old_balances(
        session, old, year * 100
    ).items():
        account = known.accounts[account_id]
        if not amount:
            continue
        if account.category in (AccountCategory.INCOME, AccountCategory.EXPENSE):
            raise Conflict(reason=f"{account.full_name} 仍有余额，请先结转本年损益")
        rows.append(
            ConversionRow(
                old_code=account.code,
                old_name=account.full_name,
                new_code=loading.convert_code(mapping, account.code),
                fund_id=fund_id,
                counterparty_id=counterparty_id,
                amount_minor=amount,
                question=questions.get(account.code[:4], ""),
            )
        )
    return sorted(rows, key=lambda row: (row.old_code, row.fund_id, row.counterparty_id or 0))


def _old_balances(session: Session, old: str, upto: int) -> dict[tuple[int, int, int | None], int]:
    """Balances of the old chart by account, fund and counterparty at the end of a period.

    What is closed to net assets is closed without its counterparties, so these do not count
    for income, expenses and net assets.
    """
    known = catalogue.load(session)
    found: dict[tuple[int, int, int | None], int] = {}
    for account_id, fund_id, counterparty_id, amount in session.execute(
        select(
            VoucherLine.account_id,
            VoucherLine.fund_id,
            VoucherLine.counterparty_id,
            func.sum(VoucherLine.amount_minor),
        )
        .join(Voucher, Voucher.id == VoucherLine.voucher_id)
        .where(VoucherLine.period_id <= upto, Voucher.state == VoucherState.POSTED)
        .group_by(VoucherLine.account_id, VoucherLine.fund_id, VoucherLine.counterparty_id)
        .order_by(VoucherLine.account_id, VoucherLine.fund_id, VoucherLine.counterparty_id)
    ):
        account = known.accounts[account_id]
        if account.chart != old:
            continue
        party = None if account.category in CLAIMS_ON_FUND else counterparty_id
        key = (account_id, fund_id, party)
        found[key] = found.get(key, 0) + int(amount)
    return found


def convert(session: Session, year: int, *, actor: str, clock: Clock) -> int:
    """Prepare the conversion voucher of a year and return its key.

    Details of the organisation's own are opened in the new chart where they are missing.
    Raises Conflict as `preview` does, and when the year was converted before.
    """
    old, new = _charts(session, year)
    taken = session.execute(
        select(Voucher.id).where(
            Voucher.kind == VoucherKind.CONVERSION,
            Voucher.period_id == year * 100,
            Voucher.state.in_((VoucherState.DRAFT, VoucherState.SUBMITTED, VoucherState.REVIEWED)),
        )
    ).first()
    if taken is not None:
        raise Conflict(reason=f"{year} 年的新旧科目转换凭证已经生成，尚未记账")
    rows = preview(session, year)
    if not rows:
        raise Conflict(reason=f"{year - 1} 年末没有需要转换的余额")
    for row in rows:
        _ensure_account(session, old, new, row, actor=actor, clock=clock)
    known = catalogue.load(session)
    lines: list[Line] = []
    for row in rows:
        source, target = known.account(old, row.old_code), known.account(new, row.new_code)
        lines += _move(source, target, row)
    voucher = VoucherDraft(
        booked_on=date(year, 1, 1),
        summary=f"{year}年1月1日新旧会计科目余额转换（科目表{old}→{new}）",
        lines=tuple(lines),
        kind=VoucherKind.CONVERSION,
        rule="conversion",
        before_year=True,
    )
    return draft(session, [voucher], actor=actor, clock=clock)[0]


def _charts(session: Session, year: int) -> tuple[str, str]:
    charts = {
        row.year: row.chart
        for row in session.execute(
            select(FiscalYear.year, FiscalYear.chart).where(FiscalYear.year.in_([year - 1, year]))
        )
    }
    if set(charts) != {year - 1, year} or charts[year - 1] == charts[year]:
        raise Conflict(reason=f"{year} 年没有更换科目表，无需转换")
    return charts[year - 1], charts[year]


def _ensure_account(
    session: Session, old: str, new: str, row: ConversionRow, *, actor: str, clock: Clock
) -> None:
    if find_account(session, chart=new, code=row.new_code) is not None:
        return
    source = find_account(session, chart=old, code=row.old_code)
    assert isinstance(source, Account)
    open_account(
        session,
        chart=new,
        code=row.new_code,
        name=source.name,
        flags=source.flags,
        actor=actor,
        clock=clock,
    )


def _move(source: AccountInfo, target: AccountInfo, row: ConversionRow) -> list[Line]:
    """Empty the old account on the side away from its balance and fill the new one."""
    emptied = Side.CREDIT if row.amount_minor > 0 else Side.DEBIT
    filled = Side.DEBIT if row.amount_minor > 0 else Side.CREDIT
    return [
        Line(
            source.id,
            row.fund_id,
            emptied,
            -row.amount_minor,
            counterparty_id=row.counterparty_id,
        ),
        Line(
            target.id,
            row.fund_id,
            filled,
            row.amount_minor,
            counterparty_id=row.counterparty_id,
        ),
    ]
