"""报表取数说明: which accounts and cash-flow items each figure of a statement is made of."""

from collections.abc import Callable, Iterator

from sqlalchemy.orm import Session

from ledger.statement_movements import NO_ITEM, MovementKind
from reports.parameters import Answer, Parameter, Parameters
from reports.statements import activities, balance_sheet, cash_flows, layouts, tabling
from reports.statements.books import Source
from reports.statements.frame import Frame
from reports.statements.layouts import LayoutRow, Mark, RowKind
from reports.statements.tabling import FigureColumn
from reports.tables import Column, Emphasis, Kind, Label, Link, Row, Table, Value, to_report

ID = tabling.SOURCES
TITLE = Label("报表取数说明", "What the statements are made of")
COLUMNS = (
    Column("statement", Label("报表", "Statement"), width=12),
    Column("line", Label("行次", "Line"), Kind.CODE, 5),
    Column("item", Label("项目", "Item"), width=26),
    Column("column", Label("栏目", "Column"), width=16),
    Column("formula", Label("公式", "Formula"), width=26),
    Column("account", Label("科目", "Account"), Kind.CODE, 10),
    Column("name", Label("科目名称", "Account name"), width=24),
    Column("detail", Label("说明", "Detail"), width=24),
    Column("amount", Label("金额", "Amount"), Kind.MONEY, 17),
)
STATEMENT = Parameter(
    "statement",
    Label("会计报表", "Statement"),
    Answer.CHOICE,
    (
        ("all", Label("全部", "All")),
        *((name, layouts.get_statement(name).title) for name in layouts.STATEMENTS),
    ),
)
ROW = Parameter("row", Label("报表项目", "Row"), Answer.TEXT)
COLUMN = Parameter("column", Label("栏目", "Column"), Answer.TEXT)
_COLUMNS: dict[str, Callable[[Parameters, Frame], tuple[FigureColumn, ...]]] = {
    layouts.BALANCE_SHEET: balance_sheet.columns,
    layouts.ACTIVITIES: activities.columns,
    layouts.CASH_FLOWS: cash_flows.columns,
}
_KINDS = {
    MovementKind.CASH: Label("按对方科目归类", "Classed by the opposite account"),
    MovementKind.RELEASE: Label("限定性转为非限定性", "Released"),
    MovementKind.RESTRICTION: Label("非限定性转为限定性", "Restricted"),
    MovementKind.BETWEEN: Label("基金间转账", "Between funds"),
    MovementKind.ADJUSTMENT: Label("以前年度净资产调整", "Prior-period adjustment"),
    MovementKind.DIRECT: Label("直接计入净资产", "Straight to net assets"),
}
_SHIFTED = Label("列报重分类", "Reclassification")


def run(session: Session, parameters: Parameters) -> Table:
    """Return the parts of every figure, or of the row and column asked for."""
    frame = tabling.frame_of(session, parameters)
    asked = parameters.option(STATEMENT.name)
    names = layouts.STATEMENTS if asked == "all" else (asked,)
    return Table(
        id=ID,
        title=TITLE,
        columns=COLUMNS,
        rows=tuple(row for name in names for row in _rows(parameters, frame, name)),
        heading=parameters.heading,
        subtitle=frame.layout.title,
    )


def _rows(parameters: Parameters, frame: Frame, statement: str) -> Iterator[Row]:
    asked, wanted = parameters.option(ROW.name), parameters.option(COLUMN.name)
    shown = _COLUMNS[statement](parameters, frame)
    for row in frame.rows(statement):
        if not row.has_figure or (asked and asked != row.code):
            continue
        for column in shown:
            if wanted and wanted != column.key:
                continue
            if column.figures is not None and (asked or column.minor(row.code)):
                yield from _figure(parameters, frame, statement, row, column)


def _figure(
    parameters: Parameters,
    frame: Frame,
    statement: str,
    row: LayoutRow,
    column: FigureColumn,
) -> Iterator[Row]:
    head = _head(statement, row, column)
    formula = formula_text(frame.rows(statement), row)
    yield Row((*head, formula, None, None, None, column.minor(row.code)), emphasis=Emphasis.HEADING)
    links: tuple[Link | None, ...]
    for figures in column.figures or ():
        if row.kind is RowKind.SUM:
            yield from _addends(parameters, frame, statement, row, column, head)
        for part in figures.parts.get(row.code, ()):
            account = parameters.known.accounts[part.account_id]
            minor = part.minor * row.sign
            cells = (account.code, account.full_name, _detail(parameters, part), minor)
            link = tabling.source_link(parameters, statement, part, column.period)
            links = (*[None] * 5, link, None, None, link)
            yield Row((*head, None, *cells), links, level=1)
        if row.code in figures.shifted:
            yield Row((*head, None, None, None, _SHIFTED, figures.shifted[row.code]), level=1)
        if row.kind is RowKind.SUM and column.figures and len(column.figures) > 1:
            break  # the addends are already those of the whole column


def _addends(
    parameters: Parameters,
    frame: Frame,
    statement: str,
    row: LayoutRow,
    column: FigureColumn,
    head: tuple[Value, ...],
) -> Iterator[Row]:
    by_code = {other.code: other for other in frame.rows(statement)}
    for term in row.terms:
        if term.mark is not Mark.ROW:
            continue
        minor = (column.minor(term.name) or 0) * term.sign
        link = to_report(
            ID,
            period=parameters.period.text,
            layout=frame.layout.version,
            statement=statement,
            row=term.name,
            column=column.key,
        )
        if minor:
            cells = (None, None, by_code[term.name].label, minor)
            yield Row((*head, None, *cells), (*[None] * 8, link), level=1)


def _head(statement: str, row: LayoutRow, column: FigureColumn) -> tuple[Value, ...]:
    title = column.title
    if column.group is not None:
        title = Label(f"{column.group.zh}{title.zh}", f"{column.group.en} {title.en}")
    return (layouts.get_statement(statement).title, row.line or None, row.label, title)


def _detail(parameters: Parameters, part: Source) -> Value:
    if part.item_key != NO_ITEM:
        names = {key: name for name, key in parameters.known.cash_flow_items.items()}
        return names.get(part.item_key)
    return _KINDS.get(part.kind) if part.kind is not None else None


def formula_text(rows: tuple[LayoutRow, ...], row: LayoutRow) -> str:
    """Write the formula of a row as people read it."""
    labels = {other.code: other.label.zh for other in rows}
    parts = []
    for place, term in enumerate(row.terms):
        name = labels.get(term.name, term.name)
        sign = "-" if term.sign < 0 else "+" if place else ""
        parts.append(f"{sign}{name}")
    return " ".join(parts)
