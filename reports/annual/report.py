"""年报财务表: every table of the annual report in one list, and each by itself for a workbook."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from ledger.money import grouped
from reports.annual import differences, figures, tables
from reports.annual.forms import FormTable, form_of
from reports.audit_pack import project_files
from reports.parameters import Parameters
from reports.tables import Column, Emphasis, Kind, Label, Row, Table, Term, Value

ID = "annual_report_tables"
TITLE = Label("年报财务表", "Annual report tables")
# Tables 8 and 9 are files 24 and 25 of the audit pack; they stand before this one.
_AFTER_PROJECTS = "entrusted"
COLUMNS = (
    Column("table", Label("表", "Table"), width=24),
    Column("item", Label("项目", "Item"), width=34),
    Column("amount", Label("金额", "Amount"), Kind.MONEY, 18),
    Column("note", Label("说明", "Note"), width=44),
)


def run(session: Session, parameters: Parameters) -> Table:
    """Return every table of the annual report of a year, row by row."""
    form = form_of(parameters.period.year)
    return Table(
        id=ID,
        title=TITLE,
        columns=COLUMNS,
        rows=tuple(rows(session, parameters)),
        heading=parameters.heading,
        subtitle=form.title,
        notes=(
            Label(
                f"格式：{form.title.zh}。{form.source}（等级 {form.grade.value}）。"
                "各表另见工作簿，一表一页；比例按四舍五入两位小数印列，比较时不舍入。",
                f"{form.title.en} (grade {form.grade.value}). The workbook has a sheet for each "
                "table; ratios are printed rounded half up and compared unrounded.",
            ),
        ),
    )


def rows(session: Session, parameters: Parameters) -> Iterator[Row]:
    """Yield a row for each row of each table: its first amount, and the others in words."""
    for layout, table in tables.of_year(session, parameters):
        for row in table.rows:
            yield _flat(layout, row)


def several(session: Session, parameters: Parameters) -> Iterator[tuple[str, Table]]:
    """Yield every table under its name, the differences from the statements at the end."""
    asked = figures.of_year(parameters, parameters.period.year)
    for layout, table in tables.of_year(session, parameters):
        if layout.id == _AFTER_PROJECTS:
            yield "八、重大公益慈善项目收支明细表", project_files.major_projects(session, asked)
            yield "九、大额支付对象", project_files.large_payees(session, asked)
        yield layout.name.zh, table
    yield "年报与账面差异", differences.table(session, parameters)


def _flat(layout: FormTable, row: Row) -> Row:
    # The last amount of a row is its sum where the form has one.
    places = [i for i, column in enumerate(layout.columns) if column.kind is Kind.MONEY]
    main = places[-1] if layout.id in ("donations", "ageing") else next(iter(places), None)
    amount = None if main is None else row.cells[main]
    if layout.id == "large":
        amount = sum(row.cells[place] for place in places)  # type: ignore[misc]
        main = None
    said = [
        f"{column.title.zh} {_text(column, cell)}"
        for place, (column, cell) in enumerate(zip(layout.columns, row.cells, strict=True))
        if place not in (0, main) and cell not in (None, "")
    ]
    return Row(
        (
            layout.name,
            row.cells[0],
            amount,
            "；".join(said),
        ),
        level=row.level,
        emphasis=Emphasis.PLAIN,
    )


def _text(column: Column, cell: Value) -> str:
    if isinstance(cell, Label):
        return cell.zh
    if isinstance(cell, Term):
        return cell.label.zh
    return grouped(cell) if column.kind is Kind.MONEY and isinstance(cell, int) else str(cell)
