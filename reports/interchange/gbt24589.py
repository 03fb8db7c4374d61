"""The audit data interface of GB/T 24589.1-2010: common archives and general ledger of a year.

Every table holds what the books hold and nothing is made up: currencies other than RMB, staff,
customers and suppliers have tables of the standard that a foundation leaves out (5.3). Funds,
donors, counterparties and projects are archives of their own (自定义档案).
"""

import calendar
from collections.abc import Collection, Sequence
from typing import BinaryIO

from sqlalchemy.orm import Session

from foundation.organisation.models import Organisation
from ledger import balances, chains
from ledger.balances import Span, Turnover
from ledger.catalogue import AccountInfo, Catalogue
from ledger.charts.definitions import AccountCategory, BalanceSide
from ledger.dimensions import DimensionKind
from ledger.money import to_text
from reports.interchange import reading
from reports.interchange.elements import Writer, standard
from reports.interchange.reading import CURRENCY, Exported, ExportedLine, ExportedVoucher

COMMON, LEDGER = "公共档案", "总账"
# The standard knows companies and public institutions only; a foundation is neither. What is
# nearer is written, and the note beside the files says so.
_KIND_OF_UNIT = "事业单位"
_CATEGORIES = {
    AccountCategory.ASSET: "资产",
    AccountCategory.LIABILITY: "负债",
    AccountCategory.NET_ASSET: "净资产",
    AccountCategory.INCOME: "收入",
    AccountCategory.EXPENSE: "费用",
}
_FUND = "FUND"
_ARCHIVES = (
    (DimensionKind.DONOR, "捐赠人"),
    (DimensionKind.COUNTERPARTY, "往来单位"),
    (DimensionKind.PROJECT, "项目"),
)
_LEVELS = {4: 1, 6: 2, 8: 3}
_INFLOW, _OUTFLOW, _EITHER = "1", "0", "2"


def write_common(
    session: Session,
    stream: BinaryIO,
    known: Catalogue,
    organisation: Organisation,
    keys: Sequence[int],
) -> None:
    """Write the common archives of the year whose periods are given."""
    writer = Writer(stream, standard().root(COMMON))
    year = f"{keys[0] // 100:04d}"
    writer.row(
        "电子账簿",
        (
            year,
            f"{organisation.name}{year}年度账簿",
            organisation.name,
            organisation.credit_code,
            _KIND_OF_UNIT,
            "基金会",
            "",
            "1.0",
            "人民币",
            year,
            "GB/T 24589.1-2010",
        ),
    )
    for key in keys:
        writer.row("会计期间", (year, _period(key), *_days(key)))
    words = {word for period, word, *_ in chains.series_heads(session) if period in keys}
    for word in sorted(words):
        writer.row("记账凭证类型", (word, f"{word}账凭证", word))
    writer.row("币种", (CURRENCY, "人民币"))
    _archives(session, writer, known)
    writer.close()


def _archives(session: Session, writer: Writer, known: Catalogue) -> None:
    writer.row("自定义档案项", (_FUND, "基金", "账务按基金分段核算", "0", ""))
    for kind, title in _ARCHIVES:
        writer.row("自定义档案项", (kind.value, title, "", "0", ""))
    for fund in sorted(known.funds.values(), key=lambda fund: fund.code):
        writer.row("自定义档案值", (_FUND, fund.code, fund.name, "", "", "1"))
    for kind, _ in _ARCHIVES:
        for code, name in reading.archive(session, kind):
            writer.row("自定义档案值", (kind.value, code, name, "", "", "1"))


def write_ledger(
    session: Session, stream: BinaryIO, known: Catalogue, keys: Sequence[int]
) -> Exported:
    """Write accounts, balances of every period, vouchers and cash flows of the year."""
    writer = Writer(stream, standard().root(LEDGER))
    chart = known.period(keys[-1]).chart
    moved = [
        (key, row)
        for key in keys
        for row in balances.trial_balance(session, Span.of_period(key), by_fund=True)
    ]
    used = {row.account_id for _, row in moved}
    _basis(session, writer, known, chart, used)
    for key, row in moved:
        writer.row("科目余额及发生额", _balance(row, known, key, chart))
    vouchers = lines = 0
    for voucher in reading.vouchers(session, known, keys):
        vouchers += 1
        lines += len(voucher.lines)
        for line in voucher.lines:
            writer.row("记账凭证", _line(voucher, line, chart))
    for voucher in reading.vouchers(session, known, keys):
        for line in voucher.lines:
            item = line.values.get(DimensionKind.CASH_FLOW_ITEM)
            if item is not None:
                writer.row("现金流量凭证项目数据", _cash_flow(voucher, line, item))
    writer.close()
    return Exported(vouchers, lines)


def _basis(
    session: Session, writer: Writer, known: Catalogue, chart: str, used: Collection[int]
) -> None:
    """Write the accounts of the year's chart, those of another that moved, and cash-flow items."""
    accounts = sorted(
        (a for a in known.accounts.values() if a.chart == chart or a.id in used),
        key=lambda account: _code(account, chart),
    )
    writer.row("总账基础信息", ("-", "4-2-2", "由使用者定义"))
    for account in accounts:
        writer.row("会计科目", _account(account, chart))
    for account in accounts:
        if account.is_postable:
            writer.row("科目辅助核算", (_code(account, chart), _FUND, "基金", _FUND, None))
    for code, name in reading.archive(session, DimensionKind.CASH_FLOW_ITEM):
        writer.row("现金流量项目", (code, name, None, "1", "1", None, "1", _EITHER))


def _code(account: AccountInfo, chart: str) -> str:
    """The code; one of another chart (conversion in month 00) says which, for codes collide."""
    return account.code if account.chart == chart else f"{account.chart}:{account.code}"


def _account(account: AccountInfo, chart: str) -> tuple[str, ...]:
    return (
        _code(account, chart),
        account.full_name,
        str(_LEVELS.get(len(account.code), 4)),
        _CATEGORIES[account.category],
        _side(account.side is BalanceSide.DEBIT),
    )


def _balance(row: Turnover, known: Catalogue, key: int, chart: str) -> tuple[str | None, ...]:
    account = known.accounts[row.account_id]
    assert row.fund_id is not None
    is_debit = account.side is BalanceSide.DEBIT

    def of(minor: int) -> str:
        return _side(minor > 0 if minor else is_debit)

    amounts = (
        abs(row.opening_minor),
        row.debit_minor,
        row.credit_minor,
        abs(row.closing_minor),
    )
    return (
        _code(account, chart),
        known.funds[row.fund_id].code,
        of(row.opening_minor),
        of(row.closing_minor),
        CURRENCY,
        f"{key // 100:04d}",
        _period(key),
        # In the currency of the transaction and in RMB: the books are kept in RMB.
        *(text for minor in amounts for text in (to_text(minor), to_text(minor))),
    )


def _line(voucher: ExportedVoucher, line: ExportedLine, chart: str) -> tuple[str | None, ...]:
    debit, credit = to_text(line.debit_minor), to_text(line.credit_minor)
    return (
        voucher.booked_on.strftime("%Y%m%d"),
        f"{voucher.period_id // 100:04d}",
        _period(voucher.period_id),
        voucher.word,
        voucher.label,
        str(line.line_no),
        line.summary,
        _code(line.account, chart),
        line.fund,
        *(line.values.get(kind) for kind, _ in _ARCHIVES),
        CURRENCY,
        debit,
        debit,
        credit,
        credit,
        str(voucher.attachment_count),
        voucher.prepared_by,
        voucher.reviewed_by,
        voucher.posted_by,
        "1",
        "0",
        "",
    )


def _cash_flow(voucher: ExportedVoucher, line: ExportedLine, item: str) -> tuple[str | None, ...]:
    # The side tells in from out, also in red: a negative receipt is still a receipt.
    inward = line.debit_minor != 0
    amount = to_text(line.debit_minor if inward else line.credit_minor)
    return (
        voucher.word,
        voucher.label,
        CURRENCY,
        str(line.line_no),
        line.summary,
        item,
        _INFLOW if inward else _OUTFLOW,
        amount,
        amount,
    )


def _period(key: int) -> str:
    return str(key % 100)


def _days(key: int) -> tuple[str, str]:
    year, month = divmod(key, 100)
    if month == 0:
        return f"{year:04d}0101", f"{year:04d}0101"
    last = calendar.monthrange(year, month)[1]
    return f"{year:04d}{month:02d}01", f"{year:04d}{month:02d}{last:02d}"


def _side(is_debit: bool) -> str:
    return "借" if is_debit else "贷"
