"""共同费用分配表: what each run took, on what basis, and what each function bears of it."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy.orm import Session

from foundation.shared_costs import queries
from foundation.shared_costs.models import Basis, Function
from foundation.shared_costs.queries import LineView, RunRow
from ledger.vouchers import VoucherState
from reports.parameters import Parameters
from reports.tables import Column, Kind, Label, Row, Table, Term, to_voucher

ID = "shared_costs"
TITLE = Label("共同费用分配表", "Allocation of shared costs")
COLUMNS = (
    Column("reference", Label("编号", "Run"), Kind.CODE, 14),
    Column("period", Label("期间", "Months"), Kind.CODE, 10),
    Column("expense", Label("费用", "Expense"), width=30),
    Column("total", Label("总额", "Total"), Kind.MONEY, 15),
    Column("basis", Label("分配基础", "Basis"), width=12),
    Column("charitable", Label("慈善活动", "Charitable"), Kind.MONEY, 15),
    Column("other", Label("其他业务", "Other activities"), Kind.MONEY, 15),
    Column("management", Label("管理", "Management"), Kind.MONEY, 15),
    Column("fundraising", Label("募捐", "Fundraising"), Kind.MONEY, 15),
    Column("voucher", Label("凭证号", "Voucher"), Kind.CODE, 16),
)
BASES = {
    Basis.STAFF_TIME: Label("人员工时", "Working time"),
    Basis.AREA: Label("使用面积", "Area"),
    Basis.DIRECT_COST: Label("直接费用", "Direct cost"),
    Basis.FIXED: Label("固定比例", "Fixed shares"),
}
_MONEY = ("total", "charitable", "other", "management", "fundraising")
_NOTE = Label(
    "只列凭证已记账的分配。每项费用按最大余数法分到分，分配后合计等于被分配的费用。",
    "Runs whose voucher is posted. Every cost is split to the fen by largest remainder;"
    " the parts add up to the cost.",
)


def posted_runs(session: Session, parameters: Parameters) -> list[RunRow]:
    """Return the standing runs that end in the period and whose voucher is posted."""
    first, last = parameters.period.first, parameters.period.last
    return [
        row
        for row in reversed(queries.list_runs(session, first=first, last=last, only_standing=True))
        if row.voucher_state is VoucherState.POSTED and first <= row.run.last_period_id <= last
    ]


def by_source(
    session: Session, rows: Sequence[RunRow]
) -> Iterator[tuple[RunRow, str, dict[Function, int]]]:
    """Yield each source of each run, in words, with what every function bears of it."""
    for row in rows:
        sources: dict[str, dict[Function, int]] = {}
        for line in queries.lines_of(session, [row.run.id]):
            part = sources.setdefault(_words(line), dict.fromkeys(Function, 0))
            part[line.function] += line.minor
        for words, part in sources.items():
            yield row, words, part


def _words(line: LineView) -> str:
    return line.source.name if line.source.is_element else f"{line.source.code} {line.source.name}"


def run(session: Session, parameters: Parameters) -> Table:
    """Return a row for each source of each run that ends in the period."""
    rows = []
    for row, words, part in by_source(session, posted_runs(session, parameters)):
        cells: tuple[Any, ...] = (
            row.reference,
            row.months.text,
            words,
            sum(part.values()),
            Term(row.key.basis.value, BASES[row.key.basis]),
            *part.values(),
            row.voucher,
        )
        link = to_voucher(row.run.voucher_id)
        rows.append(Row(cells, links=(*[None] * (len(cells) - 1), link)))
    places = [COLUMNS.index(column) for column in COLUMNS if column.key in _MONEY]
    sums = [sum(row.cells[place] for row in rows) for place in places]  # type: ignore[misc]
    return Table(
        id=ID,
        title=TITLE,
        columns=COLUMNS,
        rows=tuple(rows),
        heading=parameters.heading,
        totals=dict(zip(_MONEY, sums, strict=True)),
        subtitle=parameters.subtitle,
        notes=(_NOTE,),
        is_list=True,
    )
