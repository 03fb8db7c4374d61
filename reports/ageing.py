"""往来账龄: how long receivables, prepayments, payables and advances stand open, by counterparty.

What is settled takes from the oldest that is open (先进先出). Amounts are those of the account's
own side; what was settled twice stands there with a minus.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from dateutil.relativedelta import relativedelta
from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from ledger.catalogue import Catalogue
from ledger.charts.definitions import AccountTag
from ledger.dimensions import Dimension
from ledger.vouchers import Voucher, VoucherKind, VoucherLine, VoucherState
from reports.parameters import Parameters, chart_of
from reports.tables import Column, Kind, Label, Row, Table

ID = "receivables_ageing"
TITLE = Label("往来账龄", "Ageing of receivables and payables")
# The rows of the balance sheet, and the accounts that each is made of.
SECTIONS: dict[str, tuple[AccountTag, ...]] = {
    "receivables": (
        AccountTag.NOTES_RECEIVABLE,
        AccountTag.ACCOUNTS_RECEIVABLE,
        AccountTag.OTHER_RECEIVABLE,
    ),
    "prepayments": (AccountTag.PREPAYMENT,),
    "payables": (AccountTag.NOTES_PAYABLE, AccountTag.ACCOUNTS_PAYABLE, AccountTag.OTHER_PAYABLE),
    "advance_receipts": (AccountTag.ADVANCE_RECEIPT,),
}
CREDIT_SECTIONS = frozenset({"payables", "advance_receipts"})
_SECTION_OF = {tag: section for section, tags in SECTIONS.items() for tag in tags}
_ALLOWANCE = AccountTag.BAD_DEBT_ALLOWANCE
_NOBODY = "（未指定往来单位）"
_YEARS = (1, 2, 3)
COLUMNS = (
    Column("party", Label("往来单位", "Counterparty"), width=26),
    Column("account", Label("科目", "Account"), width=18),
    Column("year1", Label("1年以内", "Within 1 year"), Kind.MONEY, 15),
    Column("year2", Label("1至2年", "1-2 years"), Kind.MONEY, 15),
    Column("year3", Label("2至3年", "2-3 years"), Kind.MONEY, 15),
    Column("over", Label("3年以上", "Over 3 years"), Kind.MONEY, 15),
    Column("total", Label("合计", "Total"), Kind.MONEY, 16),
    Column("impairment", Label("减值", "Impairment"), Kind.MONEY, 15),
    Column("reason", Label("原因", "Reason"), width=24),
)


@dataclass(slots=True)
class Open:
    """What stands open with one counterparty on the accounts of one meaning, oldest first."""

    tag: str
    party: str
    layers: deque[list[date | int]] = field(default_factory=deque)
    impairment_minor: int = 0
    words: str = ""

    @property
    def section(self) -> str:
        """The row of the balance sheet."""
        return _SECTION_OF.get(AccountTag(self.tag), "receivables")

    @property
    def total_minor(self) -> int:
        """Everything that is open."""
        return sum(_minor(layer) for layer in self.layers)

    def move(self, day: date, minor: int) -> None:
        """Add what became open on a day, or take what was settled from the oldest."""
        while minor and self.layers and (_minor(self.layers[0]) > 0) is not (minor > 0):
            oldest = self.layers[0]
            left = _minor(oldest) + minor
            if left and (left > 0) is (_minor(oldest) > 0):
                oldest[1], minor = left, 0
            else:
                self.layers.popleft()
                minor = left
        if minor:
            self.layers.append([day, minor])

    def aged(self, on: date) -> tuple[int, ...]:
        """Return what is open by age: within one year, to two, to three, and over."""
        found = [0, 0, 0, 0]
        for layer in self.layers:
            day = layer[0]
            assert isinstance(day, date)
            # 1年以内 includes the whole year.
            age = sum(day < on - relativedelta(years=years) for years in _YEARS)
            found[age] += _minor(layer)
        return tuple(found)


def _minor(layer: list[date | int]) -> int:
    minor = layer[1]
    assert isinstance(minor, int)
    return minor


def run(session: Session, parameters: Parameters) -> Table:
    """Return the ageing at the end of the period."""
    found = read(session, parameters)
    rows = tuple(rows_of(found, parameters))
    keys = [column.key for column in COLUMNS if column.kind is Kind.MONEY]
    sums = dict.fromkeys(keys, 0)
    for row in rows:
        for column, cell in zip(COLUMNS, row.cells, strict=True):
            if column.key in sums and isinstance(cell, int):
                sums[column.key] += cell
    return Table(
        id=ID,
        title=TITLE,
        columns=COLUMNS,
        rows=rows,
        heading=parameters.heading,
        totals=sums,
        notes=(
            Label(
                "按往来单位先进先出计算账龄；各科目均按其正常余额方向列示，负数为相反方向的余额。",
                "Settlements take the oldest first; amounts are those of the account's own side.",
            ),
        ),
        is_list=True,
    )


def rows_of(found: Iterable[Open], parameters: Parameters) -> Iterator[Row]:
    """Yield a row for each counterparty and account with something open."""
    on = parameters.period.last_day
    for one in found:
        yield Row(
            (
                one.party,
                _account(parameters, one.tag),
                *one.aged(on),
                one.total_minor,
                one.impairment_minor,
                one.words,
            )
        )


def read(session: Session, parameters: Parameters) -> list[Open]:
    """Return what stands open at the end of the period, in the order of the accounts."""
    known = parameters.known
    tags = {tag.value for tag in _SECTION_OF}
    found: dict[tuple[str, int], Open] = {}
    for account_id, party_id, name, day, minor in _lines(session, known, tags, parameters):
        tag = known.accounts[account_id].tag
        one = found.setdefault((tag, party_id or 0), Open(tag, name or _NOBODY))
        one.move(day, -minor if one.section in CREDIT_SECTIONS else minor)
    for party_id, name, minor in _allowances(session, known, parameters):
        owners = [key for key in found if key[1] == party_id and party_id and _is_receivable(key)]
        key = owners[-1] if owners else (_ALLOWANCE.value, party_id)
        one = found.setdefault(key, Open(key[0], name or _NOBODY))
        one.impairment_minor += minor
    kept = [one for one in found.values() if one.layers or one.impairment_minor]
    order = [tag.value for tags_of in SECTIONS.values() for tag in tags_of] + [_ALLOWANCE.value]
    return sorted(kept, key=lambda one: (order.index(one.tag), -abs(one.total_minor), one.party))


def _is_receivable(key: tuple[str, int]) -> bool:
    return key[0] in {tag.value for tag in SECTIONS["receivables"]}


def _lines(
    session: Session, known: Catalogue, tags: set[str], parameters: Parameters
) -> Iterable[tuple[int, int | None, str | None, date, int]]:
    accounts = [account.id for account in known.accounts.values() if account.tag in tags]
    party = func.coalesce(VoucherLine.counterparty_id, VoucherLine.donor_id)
    value = aliased(Dimension)
    return session.execute(
        select(
            VoucherLine.account_id, party, value.name, Voucher.booked_on, VoucherLine.amount_minor
        )
        .join(Voucher, Voucher.id == VoucherLine.voucher_id)
        .outerjoin(value, value.id == party)
        .where(
            VoucherLine.account_id.in_(accounts),
            VoucherLine.period_id <= parameters.period.last,
            Voucher.state == VoucherState.POSTED,
            # What the conversion carries on is not new.
            Voucher.kind != VoucherKind.CONVERSION,
        )
        .order_by(Voucher.booked_on, Voucher.id, VoucherLine.line_no)
    ).all()


def _allowances(
    session: Session, known: Catalogue, parameters: Parameters
) -> Iterable[tuple[int, str, int]]:
    accounts = [account.id for account in known.accounts.values() if account.tag == _ALLOWANCE]
    value = aliased(Dimension)
    rows = session.execute(
        select(
            func.coalesce(VoucherLine.counterparty_id, 0),
            value.name,
            func.sum(-VoucherLine.amount_minor),
        )
        .join(Voucher, Voucher.id == VoucherLine.voucher_id)
        .outerjoin(value, value.id == VoucherLine.counterparty_id)
        .where(
            VoucherLine.account_id.in_(accounts),
            VoucherLine.period_id <= parameters.period.last,
            Voucher.state == VoucherState.POSTED,
            Voucher.kind != VoucherKind.CONVERSION,
        )
        .group_by(VoucherLine.counterparty_id, value.name)
        .order_by(value.name)
    )
    return [(key, name or "", int(minor)) for key, name, minor in rows if minor]


def _account(parameters: Parameters, tag: str) -> str:
    chart = chart_of(parameters.known, parameters.period.year)
    account = parameters.known.tagged(chart, tag)
    return f"{account.code} {account.full_name}"
