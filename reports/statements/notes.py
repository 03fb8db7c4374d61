"""附注: what the books answer of the notes by themselves, and what must still be written."""

import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from importlib import resources
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.gifts.kinds import GiftKind
from foundation.gifts.models import Gift
from ledger import balances
from ledger.charts.definitions import AccountTag
from ledger.funds import Restriction
from ledger.policy import ClosingFrequency
from ledger.vouchers import Voucher, VoucherState
from reports.books import fund_roll_forward
from reports.parameters import Parameters
from reports.statements import layouts, tabling
from reports.statements.books import CLASSES, total
from reports.statements.frame import Frame
from reports.statements.layouts import RowKind
from reports.tables import Column, Emphasis, Kind, Label, Link, Row, Table, Value, to_report

ID = "notes"
TITLE = Label("会计报表附注", "Notes to the statements")
COLUMNS = (
    Column("number", Label("序号", "No."), Kind.TEXT, 6),
    Column("item", Label("项目", "Item"), Kind.TEXT, 60),
    Column("opening", Label("年初余额", "Opening"), Kind.MONEY, 16),
    Column("increase", Label("本期增加", "Increase"), Kind.MONEY, 16),
    Column("decrease", Label("本期减少", "Decrease"), Kind.MONEY, 16),
    Column("closing", Label("期末余额", "Closing"), Kind.MONEY, 16),
)
_ALLOWANCES = frozenset(
    {
        AccountTag.SHORT_TERM_INVESTMENT_ALLOWANCE,
        AccountTag.BAD_DEBT_ALLOWANCE,
        AccountTag.INVENTORY_ALLOWANCE,
        AccountTag.LONG_TERM_INVESTMENT_ALLOWANCE,
        AccountTag.FIXED_ASSET_IMPAIRMENT_ALLOWANCE,
        AccountTag.INTANGIBLE_ASSET_IMPAIRMENT_ALLOWANCE,
    }
)
_NONE = Label("本期无", "None in the period")
Lines = Iterator[Row]


def run(session: Session, parameters: Parameters) -> Table:
    """Return the notes at the end of a period."""
    frame = tabling.frame_of(session, parameters)
    rows: list[Row] = []
    for note in _notes():
        if note.get("layout", frame.layout.version) != frame.layout.version:
            continue
        title = Label(note["title"], note["title_en"])
        rows.append(Row((note["number"], title, *[None] * 4), emphasis=Emphasis.HEADING))
        figures = note.get("figures")
        if figures:
            found = list(_FIGURES[figures](parameters, frame))
            rows += found or [_text(_NONE)]
        if "text" in note:
            rows.append(_text(Label(note["text"], note["text"])))
    return Table(
        id=ID,
        title=TITLE,
        columns=COLUMNS,
        rows=tuple(rows),
        heading=parameters.heading,
        subtitle=frame.layout.title,
    )


@cache
def _notes() -> list[dict[str, Any]]:
    text = resources.files("reports.statements.data").joinpath("notes.toml")
    notes: list[dict[str, Any]] = tomllib.loads(text.read_text(encoding="utf-8"))["note"]
    return notes


def _text(words: Label) -> Row:
    return Row((None, words, *[None] * 4), level=1)


def _line(
    name: Value, opening: int, increase: int, decrease: int, *, link: Link | None = None
) -> Row:
    closing = opening + increase - decrease
    cells = (None, name, opening, increase, decrease, closing)
    return Row(cells, (None, link, *[link] * 4), level=1)


def _policies(parameters: Parameters, frame: Frame) -> Lines:
    policy = parameters.known.policy
    is_monthly = policy.closing_frequency is ClosingFrequency.MONTH
    often = ("按月", "monthly") if is_monthly else ("按年", "yearly")
    document, title = frame.layout.document, frame.layout.title
    yield _text(Label(f"执行{document}；报表采用{title.zh}。", f"{document}; {title.en} layout."))
    yield _text(
        Label(
            f"权责发生制，以人民币为记账本位币，会计年度为公历年度；{often[0]}结转收入、费用。",
            f"Accrual basis, in renminbi, by calendar year; results are closed {often[1]}.",
        )
    )
    yield _text(Label("现金等价物：未认定。", "Cash equivalents: none."))


def _items(parameters: Parameters, frame: Frame) -> Lines:
    """Every row of the balance sheet that has or had a balance, with its accounts."""
    upto = parameters.period.last
    opening, closing = frame.balance_sheet(parameters.period.year * 100), frame.balance_sheet(upto)
    for row in frame.rows(layouts.BALANCE_SHEET):
        if row.kind in (RowKind.HEADING, RowKind.SUM):
            continue
        before, after = opening[row.code], closing[row.code]
        if before or after:
            link = to_report(
                tabling.SOURCES,
                period=parameters.period.text,
                layout=frame.layout.version,
                statement=layouts.BALANCE_SHEET,
                row=row.code,
            )
            yield _line(
                row.label, before, max(after - before, 0), max(before - after, 0), link=link
            )


def _restricted_funds(parameters: Parameters, frame: Frame) -> Lines:
    """What each restricted fund held and holds; the roll-forward says how it came about."""
    year, last = parameters.period.year, parameters.period.last
    opening = balances.fund_nets(frame.session, year * 100)
    closing = balances.fund_nets(frame.session, last)
    for fund in sorted(parameters.known.funds.values(), key=lambda fund: fund.code):
        before, after = opening.get(fund.id, 0), closing.get(fund.id, 0)
        if fund.restriction is Restriction.NONE or not (before or after):
            continue
        kind = fund_roll_forward.RESTRICTIONS[fund.restriction].label.zh
        period = parameters.period.to_date.text
        link = to_report("fund_statement", fund=fund.code, period=period)
        name = f"{fund.code} {fund.name}（{kind}）"
        yield _line(name, before, max(after - before, 0), max(before - after, 0), link=link)


def _agency(parameters: Parameters, frame: Frame) -> Lines:
    return _of_accounts(
        parameters,
        frame,
        lambda account: (
            "agency" in account.flags
            or account.tag in (AccountTag.AGENCY_ASSET, AccountTag.AGENCY_LIABILITY)
        ),
    )


def _impairment(parameters: Parameters, frame: Frame) -> Lines:
    return _of_accounts(parameters, frame, lambda account: account.tag in _ALLOWANCES)


def _of_accounts(parameters: Parameters, frame: Frame, wanted: Callable[[Any], bool]) -> Lines:
    opening = frame.books.balances_at(parameters.period.year * 100)
    closing = frame.books.balances_at(parameters.period.last)
    accounts = [a for a in parameters.known.accounts.values() if wanted(a)]
    for account in sorted(accounts, key=lambda account: (account.code, account.chart)):
        sign = -1 if account.side.value == "credit" else 1
        before, after = sign * opening.get(account.id, 0), sign * closing.get(account.id, 0)
        if before or after:
            link = to_report(
                "subsidiary_ledger",
                account=parameters.account_text(account),
                period=parameters.period.to_date.text,
            )
            name = f"{account.code} {account.full_name}"
            yield _line(name, before, max(after - before, 0), max(before - after, 0), link=link)


def _adjustments(parameters: Parameters, frame: Frame) -> Lines:
    span = parameters.period.to_date.span
    sources = frame.books.activity(span, releases_used=frame.layout.releases_used)
    minor = -sum(total(sources[name].get("adjustment", ())) for name in CLASSES)
    if minor:
        words = Label("以前年度净资产调整", "Prior-period adjustments")
        link = to_report("activities", period=parameters.period.text)
        yield _line(words, 0, max(minor, 0), max(-minor, 0), link=link)


def _gifts_of(kind: GiftKind) -> Callable[[Parameters, Frame], Lines]:
    def lines(parameters: Parameters, frame: Frame) -> Lines:
        count, minor = frame.session.execute(
            select(func.count(), func.coalesce(func.sum(Gift.amount_minor), 0))
            .join(Voucher, Voucher.id == Gift.voucher_id)
            .where(
                Gift.kind == kind,
                Gift.received_on >= parameters.period.to_date.first_day,
                Gift.received_on <= parameters.period.last_day,
                Voucher.state == VoucherState.POSTED,
            )
        ).one()
        if count:
            words = Label(f"已入账 {count} 笔", f"{count} recognised")
            link = to_report("donation_register", period=parameters.period.to_date.text)
            yield _line(words, 0, int(minor), 0, link=link)

    return lines


_FIGURES: dict[str, Callable[[Parameters, Frame], Lines]] = {
    "policies": _policies,
    "items": _items,
    "restricted_funds": _restricted_funds,
    "agency": _agency,
    "impairment": _impairment,
    "nominal_gifts": _gifts_of(GiftKind.NOMINAL),
    "service_gifts": _gifts_of(GiftKind.SERVICE),
    "adjustments": _adjustments,
}
