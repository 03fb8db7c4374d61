"""Books with something of everything in them, and what they say when every line is added up.

Two years and two charts, a conversion, closed and open months, red entries, moves between funds,
donors and counterparties, and drafts that no book may show.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Engine, select

from foundation import database
from ledger import dimensions
from ledger.catalogue import Catalogue
from ledger.dimensions import DimensionKind
from ledger.vouchers import Voucher, VoucherKind, VoucherLine, VoucherState
from reports import registry
from reports.tables import Emphasis, Link, Row, Table, Target, kept
from tests import factories
from tests.factories import BANK, CLOCK, cr, dr

PERIODS = ("2025", "2025-11", "2025-12", "2026", "2026-00", "2026-01", "2026-02", "2026-Q1")


def build(engine: Engine) -> None:
    """Make the books (see the top of this module)."""
    factories.install_books(engine)
    values = _dimensions(engine)
    lan, zhou, vendor = values["D1"], values["D2"], values["V1"]
    factories.book(
        engine,
        factories.opening_voucher(engine),
        _gift(engine, 80_000_01, "SCHOL", date(2025, 11, 5), donor=lan),
        _gift(engine, 5_000_00, "GEN", date(2025, 11, 5), donor=zhou),
        factories.spending_voucher(engine, minor=20_000_33, on=date(2025, 12, 9)),
        # The 2004 regime releases what is used: 3102 to 3101 inside the fund.
        factories.voucher(
            engine,
            dr("3102", "SCHOL", 20_000_33),
            cr("3101", "SCHOL", 20_000_33),
            on=date(2025, 12, 9),
            kind=VoucherKind.TRANSFER,
        ),
    )
    factories.close_periods(engine, 202511, 202512)
    factories.convert_year(engine)
    wrong = factories.book(engine, _gift(engine, 700_00, "GEN", date(2026, 1, 8), donor=zhou))[0]
    factories.book(
        engine,
        _gift(engine, 120_000_00, "SCHOL", date(2026, 1, 8), donor=lan),
        _gift(engine, 300_000_00, "ENDOW", date(2026, 1, 9), donor=lan),
        _purchase(engine, 4_321_09, date(2026, 1, 20), vendor=vendor),
    )
    factories.post_reversal(engine, wrong, on=date(2026, 1, 25))
    factories.close_periods(engine, 202601)
    factories.book(
        engine,
        _release(engine, 100_000_00, date(2026, 2, 2)),
        _between(engine, 1_000_00, date(2026, 2, 3)),
        _prior_period(engine, 250_00, date(2026, 2, 4)),
        _payment(engine, 4_000_09, date(2026, 2, 10), vendor=vendor),
        _payment(engine, 21_00, date(2026, 2, 10), vendor=None),
        factories.spending_voucher(engine, minor=60_000_00, on=date(2026, 2, 11)),
        factories.spending_voucher(engine, minor=60_00, fund="GEN", on=date(2026, 3, 31)),
        _gift(engine, 1, "SCHOL", date(2026, 3, 31), donor=lan),
    )
    # What is not posted is in no book.
    factories.prepare(engine, _gift(engine, 999_00, "GEN", date(2026, 2, 12), donor=lan))
    factories.prepare(
        engine, _gift(engine, 888_00, "SCHOL", date(2026, 3, 1), donor=lan), complete=False
    )


def _dimensions(engine: Engine) -> dict[str, int]:
    with database.transaction(engine) as session:
        donors = {"D1": "蓝天测试有限公司", "D2": "周测试"}
        found = dimensions.ensure(session, DimensionKind.DONOR, donors)
        return found | dimensions.ensure(session, DimensionKind.COUNTERPARTY, {"V1": "文印社"})


def _gift(engine: Engine, minor: int, fund: str, on: date, *, donor: int) -> Any:
    return factories.gift_voucher(engine, minor=minor, fund=fund, on=on, donor_id=donor)


def _purchase(engine: Engine, minor: int, on: date, *, vendor: int) -> Any:
    lines = (dr("530101", "GEN", minor), cr("2202", "GEN", minor, counterparty_id=vendor))
    return factories.voucher(engine, *lines, on=on, summary="购办公用品，未付款")


def _payment(engine: Engine, minor: int, on: date, *, vendor: int | None) -> Any:
    lines = (dr("2202", "GEN", minor, counterparty_id=vendor), cr(BANK, "GEN", minor))
    return factories.voucher(engine, *lines, on=on, summary="付欠款")


def _release(engine: Engine, minor: int, on: date) -> Any:
    return factories.voucher(
        engine,
        dr("3102", "LAB", minor),
        cr("3101", "GEN", minor),
        dr(BANK, "GEN", minor),
        dr(BANK, "LAB", -minor),
        on=on,
        summary="时间限定到期",
    )


def _between(engine: Engine, minor: int, on: date) -> Any:
    return factories.voucher(
        engine,
        dr("3102", "SCHOL", minor),
        cr("3102", "ENDOW", minor),
        dr(BANK, "ENDOW", minor),
        dr(BANK, "SCHOL", -minor),
        on=on,
        summary="转增留本基金本金",
    )


def _prior_period(engine: Engine, minor: int, on: date) -> Any:
    lines = (dr("320101", "GEN", minor), cr("2202", "GEN", minor))
    return factories.voucher(engine, *lines, on=on, summary="补记上年费用")


def run(engine: Engine, report_id: str, **given: str) -> Table:
    """Run a report and read its rows."""
    with database.reading(engine) as session:
        return kept(registry.run(session, report_id, given, clock=CLOCK))


def follow(engine: Engine, link: Link) -> Table:
    """Run the report that a figure leads to."""
    assert link.target is Target.REPORT
    return run(engine, str(link.key), **dict(link.params))


def cell(table: Table, row: Row, key: str) -> Any:
    """Return a cell by column key."""
    return row.cells[table.index(key)]


def plain(table: Table) -> list[Row]:
    """Return the rows that count."""
    return [row for row in table.rows if row.emphasis is Emphasis.PLAIN]


def of_kind(table: Table, emphasis: Emphasis) -> list[Row]:
    """Return the rows of one kind."""
    return [row for row in table.rows if row.emphasis is emphasis]


def records(table: Table) -> list[dict[str, Any]]:
    """Return the rows that count by column key."""
    keys = [column.key for column in table.columns]
    return [dict(zip(keys, row.cells, strict=True)) for row in plain(table)]


@dataclass(frozen=True, slots=True)
class NaiveLine:
    """A posted line, read from the table without any help."""

    period: int
    chart: str
    account: str
    fund: str
    debit: int
    credit: int
    amount: int
    donor_id: int | None
    counterparty_id: int | None
    is_closing: bool


def lines(engine: Engine) -> list[NaiveLine]:
    """Return every posted line."""
    names = factories.known(engine)
    with database.reading(engine) as session:
        rows = session.execute(
            select(VoucherLine, Voucher.kind)
            .join(Voucher, Voucher.id == VoucherLine.voucher_id)
            .where(Voucher.state == VoucherState.POSTED)
            .order_by(VoucherLine.voucher_id, VoucherLine.line_no)
        ).all()
        return [_naive(names, line, kind) for line, kind in rows]


def _naive(names: Catalogue, line: VoucherLine, kind: VoucherKind) -> NaiveLine:
    account = names.accounts[line.account_id]
    return NaiveLine(
        period=line.period_id,
        chart=account.chart,
        account=account.code,
        fund=names.funds[line.fund_id].code,
        debit=line.amount_minor if line.side == 1 else 0,
        credit=-line.amount_minor if line.side == -1 else 0,
        amount=line.amount_minor,
        donor_id=line.donor_id,
        counterparty_id=line.counterparty_id,
        is_closing=kind is VoucherKind.CLOSING,
    )


@dataclass(slots=True)
class NaiveSums:
    """Opening, debited, credited."""

    opening: int = 0
    debit: int = 0
    credit: int = 0
    moved: bool = False

    @property
    def closing(self) -> int:
        return self.opening + self.debit - self.credit


def added(found: list[NaiveLine], first: int, last: int, *, key: Any) -> Mapping[Any, NaiveSums]:
    """Add lines up by a key, leaving out what neither moved nor has a balance."""
    sums: dict[Any, NaiveSums] = {}
    for line in found:
        if line.period > last:
            continue
        into = sums.setdefault(key(line), NaiveSums())
        if line.period < first:
            into.opening += line.amount
        else:
            into.debit += line.debit
            into.credit += line.credit
            into.moved = True
    return {name: value for name, value in sums.items() if value.opening or value.moved}


def keys_of(period: str) -> tuple[int, int]:
    """Return the first and last month of one of PERIODS."""
    if period.endswith("Q1"):
        return int(period[:4]) * 100 + 1, int(period[:4]) * 100 + 3
    year, _, month = period.partition("-")
    if month:
        return int(year) * 100 + int(month), int(year) * 100 + int(month)
    return int(year) * 100 + 1, int(year) * 100 + 12


def figures(table: Table) -> Iterator[tuple[Row, str, int, Link]]:
    """Yield every figure that is a link: its row, column, amount and target."""
    for row in table.rows:
        for column, value, link in zip(table.columns, row.cells, row.links, strict=False):
            if link is not None and isinstance(value, int) and value:
                yield row, column.key, value, link
