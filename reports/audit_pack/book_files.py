"""Files 01 to 06, 27 and 43: accounts, balances, ledgers, exceptions, funds, archives."""

from collections.abc import Iterator
from typing import Any, BinaryIO

from dateutil.relativedelta import relativedelta
from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from ledger import balances
from ledger.accounts import Account
from ledger.balances import Span, printed
from ledger.catalogue import AccountInfo
from ledger.charts.definitions import AccountCategory, BalanceSide
from ledger.dimensions import Dimension
from ledger.vouchers import Voucher, VoucherKind, VoucherLine, VoucherSeries, VoucherState, label
from reports.audit_pack.definitions import filled
from reports.books import fund_roll_forward
from reports.interchange import files, reading
from reports.parameters import Parameters, chart_of
from reports.period_range import month_text
from reports.tables import Emphasis, Row, Table

_CHUNK = 2000
_CATEGORIES = {
    AccountCategory.ASSET: "资产",
    AccountCategory.LIABILITY: "负债",
    AccountCategory.NET_ASSET: "净资产",
    AccountCategory.INCOME: "收入",
    AccountCategory.EXPENSE: "费用",
}
_RESTRICTIONS = {"restricted": "限定性", "unrestricted": "非限定性"}
# 会计档案管理办法 (财政部 国家档案局令第79号): vouchers and ledgers 30 years.
_KEPT_FOR = "30年"


def accounts(session: Session, parameters: Parameters) -> Table:
    """01 科目表: every account of the year's chart."""
    version = chart_of(parameters.known, parameters.period.year)
    found = session.execute(
        select(Account).where(Account.chart == version).order_by(Account.code)
    ).scalars()
    rows = [
        Row(
            (
                account.code,
                account.full_name,
                max(1, len(account.code) // 2 - 1),
                _CATEGORIES[account.category],
                "借" if account.side is BalanceSide.DEBIT else "贷",
                account.chart,
                _RESTRICTIONS.get(account.restriction, ""),
                account.tag,
                "",
                "",
                account.closed_on,
            )
        )
        for account in found
    ]
    return filled("01", parameters, rows)


def trial_balance(session: Session, parameters: Parameters) -> Table:
    """02 科目余额表: of the year, which is also the turnover to date."""
    year = parameters.period.year
    rows = []
    for turnover in balances.trial_balance(session, Span(year * 100, year * 100 + 12)):
        account = parameters.known.accounts[turnover.account_id]
        opening, closing = turnover.opening_minor, turnover.closing_minor
        moved = (turnover.debit_minor, turnover.credit_minor)
        rows.append(
            Row(
                (
                    parameters.account_text(account),
                    account.full_name,
                    *_by_side(opening),
                    *moved,
                    *moved,
                    *_by_side(closing),
                )
            )
        )
    return filled("02", parameters, rows)


def _by_side(minor: int) -> tuple[int, int]:
    return (minor, 0) if minor >= 0 else (0, -minor)


def ledger(session: Session, parameters: Parameters) -> Table:
    """03 明细账: every line by account, with the balance after it."""
    return filled("03", parameters, _ledger_rows(session, parameters))


def _ledger_rows(session: Session, parameters: Parameters) -> Iterator[Row]:
    year = parameters.period.year
    opening = {
        row.account_id: row.opening_minor
        for row in balances.trial_balance(session, Span(year * 100, year * 100 + 12))
    }
    known = parameters.known
    ordered = sorted(opening, key=lambda key: (known.accounts[key].code, known.accounts[key].chart))
    for account_id in ordered:
        account, balance = known.accounts[account_id], opening[account_id]
        code = parameters.account_text(account)
        for line in session.execute(_lines_of(account_id, year)):
            balance += line.amount_minor
            debit, credit = printed(line)
            yield Row(
                (
                    code,
                    line.booked_on,
                    label(line.period_id, line.word, line.number),
                    line.line_no,
                    line.line_summary or line.summary,
                    debit,
                    credit,
                    _direction(balance, account),
                    abs(balance),
                    line.project,
                    line.donor,
                    line.counterparty,
                    known.funds[line.fund_id].code,
                )
            )


def _direction(balance: int, account: AccountInfo) -> str:
    if balance == 0:
        return "平"
    is_debit = balance > 0
    return "借" if is_debit else "贷"


def _lines_of(account_id: int, year: int) -> Any:
    donor, counterparty, project = (aliased(Dimension) for _ in range(3))
    return (
        select(
            VoucherLine.line_no,
            VoucherLine.side,
            VoucherLine.amount_minor,
            VoucherLine.fund_id,
            VoucherLine.summary.label("line_summary"),
            Voucher.period_id,
            Voucher.word,
            Voucher.number,
            Voucher.booked_on,
            Voucher.summary,
            project.code.label("project"),
            donor.code.label("donor"),
            counterparty.name.label("counterparty"),
        )
        .join(Voucher, Voucher.id == VoucherLine.voucher_id)
        .outerjoin(project, project.id == VoucherLine.project_id)
        .outerjoin(donor, donor.id == VoucherLine.donor_id)
        .outerjoin(counterparty, counterparty.id == VoucherLine.counterparty_id)
        .where(
            VoucherLine.account_id == account_id,
            VoucherLine.period_id.between(year * 100, year * 100 + 12),
            Voucher.state == VoucherState.POSTED,
        )
        .order_by(VoucherLine.period_id, Voucher.booked_on, Voucher.word, Voucher.number)
        .order_by(VoucherLine.line_no)
        .execution_options(yield_per=_CHUNK)
    )


def journal(session: Session, parameters: Parameters) -> Table:
    """04 凭证序时簿: every line of every voucher, in the order of their numbers."""
    return filled("04", parameters, _journal_rows(session, parameters))


def _journal_rows(session: Session, parameters: Parameters) -> Iterator[Row]:
    year = parameters.period.year
    keys = reading.periods(parameters.known, year * 100, year * 100 + 12)
    for voucher in reading.vouchers(session, parameters.known, keys):
        for line in voucher.lines:
            yield Row(
                (
                    voucher.booked_on,
                    voucher.label,
                    line.line_no,
                    line.summary,
                    parameters.account_text(line.account),
                    line.account.full_name,
                    line.debit_minor,
                    line.credit_minor,
                    voucher.attachment_count,
                    voucher.prepared_by,
                    voucher.reviewed_by,
                    voucher.posted_by,
                    "",
                    "已记账",
                )
            )


def exceptions(session: Session, parameters: Parameters) -> Table:
    """05 凭证断号与异常: gaps, same person, red vouchers, vouchers made by hand."""
    return filled("05", parameters, list(_exceptions(session, parameters)))


def _exceptions(session: Session, parameters: Parameters) -> Iterator[Row]:
    year = parameters.period.year
    heads = session.execute(
        select(
            Voucher.period_id,
            Voucher.word,
            Voucher.number,
            Voucher.booked_on,
            Voucher.kind,
            Voucher.rule,
            Voucher.reason,
            Voucher.prepared_by,
            Voucher.reviewed_by,
        )
        .where(
            Voucher.state == VoucherState.POSTED,
            Voucher.period_id.between(year * 100, year * 100 + 12),
        )
        .order_by(Voucher.period_id, Voucher.word, Voucher.number)
        .execution_options(yield_per=_CHUNK)
    )
    expected: dict[tuple[int, str], int] = {}
    for head in heads:
        name = label(head.period_id, head.word, head.number)
        number = expected.get((head.period_id, head.word), 0) + 1
        expected[head.period_id, head.word] = head.number
        if head.number > number:
            yield Row(("断号", name, f"前缺 {head.number - number} 个号"))
        if head.number < number:
            yield Row(("重号", name, ""))
        if head.prepared_by == head.reviewed_by:
            yield Row(("同人制单审核", name, head.prepared_by))
        if head.booked_on.year * 100 + head.booked_on.month != max(
            head.period_id, head.period_id // 100 * 100 + 1
        ):
            yield Row(("跨期", name, f"凭证日期 {head.booked_on}"))
        if head.kind is VoucherKind.REVERSAL:
            yield Row(("红字", name, head.reason or ""))
        if head.rule == "manual":
            yield Row(("手工", name, head.reason or ""))


def interface(session: Session, parameters: Parameters, stream: BinaryIO) -> None:
    """06: the audit data interface of the year."""
    files.gbt24589_zip(session, stream, year=parameters.period.year)


def restricted_funds(session: Session, parameters: Parameters) -> Table:
    """27 限定性净资产变动表: a row for each restricted fund."""
    asked = {**parameters.options, "scope": "restricted"}
    found = fund_roll_forward.run(session, _with_options(parameters, asked))
    place = {column.key: i for i, column in enumerate(found.columns)}
    rows = []
    for row in found.rows:
        if row.emphasis is not Emphasis.PLAIN:
            continue

        def of(key: str, cells: tuple[Any, ...] = row.cells) -> int:
            return int(cells[place[key]] or 0)

        rows.append(
            Row(
                (
                    row.cells[place["fund"]],
                    row.cells[place["name"]],
                    row.cells[place["restriction"]],
                    of("opening"),
                    of("restricted_income_net"),
                    of("restricted_expense"),
                    of("released_to_unrestricted"),
                    of("reclassified") + of("other_changes"),
                    of("closing"),
                )
            )
        )
    return filled("27", parameters, rows)


def _with_options(parameters: Parameters, options: dict[str, str]) -> Parameters:
    return Parameters(
        period=parameters.period,
        heading=parameters.heading,
        known=parameters.known,
        options=options,
        given=parameters.given,
    )


def archives(session: Session, parameters: Parameters) -> Table:
    """43 会计档案清册: a file for each month and word, and how long it is kept."""
    year = parameters.period.year
    series = session.execute(
        select(VoucherSeries.period_id, VoucherSeries.word, VoucherSeries.last_number)
        .where(VoucherSeries.period_id.between(year * 100, year * 100 + 12))
        .order_by(VoucherSeries.period_id, VoucherSeries.word)
    )
    until = parameters.period.last_day + relativedelta(years=30)
    rows = [
        Row(
            (
                f"PZ-{month_text(period_id)}-{word}",
                "会计凭证",
                year,
                period_id % 100,
                f"{label(period_id, word, 1)}至{label(period_id, word, last)}",
                1,
                last,
                f"{_KEPT_FOR}（至{until}）",
                "",
                "",
            )
        )
        for period_id, word, last in series
    ]
    return filled("43", parameters, rows)
