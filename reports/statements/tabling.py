"""From figures to the table of a statement: columns, rows with links, the form around them."""

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.organisation.models import Letterhead
from ledger.statement_movements import NO_ITEM, MovementKind
from reports.parameters import Answer, Parameter, Parameters, chart_of
from reports.period_range import PeriodRange, month_text, parse_range
from reports.statements import layouts
from reports.statements.books import Source
from reports.statements.evaluating import Column as Figures
from reports.statements.frame import Equality, Frame
from reports.statements.layouts import Layout, LayoutRow, Mark, RowKind
from reports.tables import (
    Column,
    Emphasis,
    Form,
    Kind,
    Label,
    Link,
    Row,
    State,
    Table,
    Value,
    to_report,
)

LAYOUT = Parameter(
    "layout",
    Label("报表格式", "Layout"),
    Answer.CHOICE,
    (
        ("auto", Label("按报告期", "As of the period")),
        *((layout.version, layout.title) for layout in layouts.list_layouts()),
    ),
)
SOURCES = "statement_sources"
CASH_LINES = "cash_flow_lines"
SIGNATURES = (
    Label("单位负责人", "Head of the organisation"),
    Label("会计主管", "Head of accounting"),
    Label("制表", "Prepared by"),
)
_EMPHASES = {RowKind.HEADING: Emphasis.HEADING, RowKind.SUM: Emphasis.TOTAL}


@dataclass(frozen=True, slots=True)
class FigureColumn:
    """One column of amounts and where each of them leads.

    `figures` is None for a year that the books do not have. `period` is the span that the
    subsidiary ledger is asked for.
    """

    key: str
    title: Label
    figures: Sequence[Figures] | None
    period: str = ""
    group: Label | None = None
    width: int = 17

    def minor(self, code: str) -> int | None:
        """Return the amount of a row."""
        return None if self.figures is None else sum(part[code] for part in self.figures)


def layout_of(parameters: Parameters) -> Layout:
    """Return the layout asked for, or the one in force at the end of the period."""
    version = parameters.option(LAYOUT.name)
    if version == "auto":
        return layouts.layout_on(parameters.period.last_day)
    return layouts.get_layout(version)


def frame_of(session: Session, parameters: Parameters) -> Frame:
    """Return the frame that answers a report's question."""
    return Frame(session, parameters.known, layout_of(parameters))


def previous_year(parameters: Parameters) -> PeriodRange | None:
    """Return the same months a year earlier to date, when the books have any of them."""
    period = parameters.period.to_date
    earlier = PeriodRange(
        f"{month_text(period.first - 100)}..{month_text(period.last - 100)}",
        period.first - 100,
        period.last - 100,
    )
    if period.is_year:
        earlier = parse_range(str(period.year - 1))
    has_any = any(key in parameters.known.periods for key in earlier.months)
    return earlier if has_any else None


def opening_period(parameters: Parameters) -> str:
    """Return the period whose closing balances are the opening ones of the year."""
    year = parameters.period.year
    charts = [chart_of(parameters.known, key) for key in (year - 1, year)]
    return str(year - 1) if charts[0] and charts[0] == charts[1] else month_text(year * 100)


def build(
    session: Session,
    statement: str,
    parameters: Parameters,
    frame: Frame,
    columns: Sequence[FigureColumn],
    equalities: Iterable[Equality],
    *,
    notes: Iterable[Label] = (),
    period_title: Label | None = None,
) -> Table:
    """Return the table of a statement."""
    about = layouts.get_statement(statement)
    rows = [row for row in frame.rows(statement) if _is_shown(row, columns)]
    return Table(
        id=statement,
        title=about.title,
        columns=_columns(rows, frame.layout, columns),
        rows=tuple(_row(parameters, frame.layout, statement, rows, row, columns) for row in rows),
        heading=dataclasses.replace(
            parameters.heading, period_title=period_title or parameters.heading.period_title
        ),
        subtitle=frame.layout.title,
        notes=(*(equality.words for equality in equalities), *notes),
        form=_form(session, about.form, rows, frame.layout, parameters),
    )


def _is_shown(row: LayoutRow, columns: Sequence[FigureColumn]) -> bool:
    return row.kind is not RowKind.OPTIONAL or any(column.minor(row.code) for column in columns)


def _columns(
    rows: Sequence[LayoutRow], layout: Layout, columns: Sequence[FigureColumn]
) -> tuple[Column, ...]:
    found = []
    if any(row.ordinal for row in rows):
        found.append(Column("ordinal", Label("序号", "No."), Kind.TEXT, 5))
    is_two_sided = any(row.is_right for row in rows)
    item = Label("资产", "Assets") if is_two_sided else Label("项目", "Item")
    found.append(Column("item", item, Kind.TEXT, 40))
    if layout.has_line_numbers:
        found.append(Column("line", Label("行次", "Line"), Kind.CODE, 5))
    found += [Column(c.key, c.title, Kind.MONEY, c.width, c.group) for c in columns]
    return tuple(found)


def _row(
    parameters: Parameters,
    layout: Layout,
    statement: str,
    rows: Sequence[LayoutRow],
    row: LayoutRow,
    columns: Sequence[FigureColumn],
) -> Row:
    cells: list[Value] = [row.ordinal] if any(other.ordinal for other in rows) else []
    cells.append(row.label)
    if layout.has_line_numbers:
        cells.append(row.line or None)
    links: list[Link | None] = [None] * len(cells)
    for column in columns:
        cells.append(column.minor(row.code) if row.has_figure else None)
        links.append(_link(parameters, layout, statement, row, column))
    return Row(tuple(cells), tuple(links), row.level, _EMPHASES.get(row.kind, Emphasis.PLAIN))


def _link(
    parameters: Parameters, layout: Layout, statement: str, row: LayoutRow, column: FigureColumn
) -> Link | None:
    """Lead to the one account behind a figure, or to the list of what it is made of."""
    if not row.has_figure or not column.minor(row.code):
        return None
    shown = column.figures or ()
    parts = [part for figures in shown for part in figures.parts.get(row.code, ())]
    is_shifted = any(row.code in figures.shifted for figures in shown)
    if row.kind is not RowKind.SUM and len(parts) == 1 and not is_shifted:
        return source_link(parameters, statement, parts[0], column.period)
    return to_report(
        SOURCES,
        period=parameters.period.text,
        layout=layout.version,
        statement=statement,
        row=row.code,
        column=column.key,
    )


def source_link(parameters: Parameters, statement: str, source: Source, period: str) -> Link | None:
    """Lead from a part of a figure to its lines."""
    account = parameters.known.accounts[source.account_id]
    text = parameters.account_text(account, year=int(period[:4]))
    if source.kind is MovementKind.CASH and source.item_key != NO_ITEM:
        names = {key: name for name, key in parameters.known.cash_flow_items.items()}
        return to_report(
            CASH_LINES, account=text, period=period, cash_flow_item=names[source.item_key]
        )
    # The figures of activities are before closing; balances are with it.
    closing = "excluded" if statement == layouts.ACTIVITIES else ""
    return to_report("subsidiary_ledger", account=text, period=period, closing=closing)


def _form(
    session: Session,
    number: str,
    rows: Sequence[LayoutRow],
    layout: Layout,
    parameters: Parameters,
) -> Form:
    places = {row.code: place for place, row in enumerate(rows)}
    right = next((place for place, row in enumerate(rows) if row.is_right), None)
    has_ordinals = any(row.ordinal for row in rows)
    return Form(
        number=number,
        signatures=tuple(zip(SIGNATURES, _signers(session), strict=True)),
        sums={
            places[row.code]: tuple(_addends(row, places))
            for row in rows
            if row.kind is RowKind.SUM
        },
        right_from=right,
        right_titles=(
            {"item": Label("负债和净资产", "Liabilities and net assets")} if right else {}
        ),
        marks=frozenset({"ordinal"}) if has_ordinals else frozenset(),
        seal=None if parameters.heading.state is State.DRAFT else NOT_ISSUED,
    )


NO_EARLIER = Label("账簿没有上年度的数据。", "The books have no figures of the year before.")
NOT_ISSUED = Label("已结账，尚未签发", "Closed, not issued")


def _addends(row: LayoutRow, places: dict[str, int]) -> Iterator[tuple[int, int]]:
    for term in row.terms:
        # A row that is left out for having no figure adds nothing.
        if term.mark is Mark.ROW and term.name in places:
            yield term.sign, places[term.name]


def _signers(session: Session) -> tuple[str, str, str]:
    """Return the names that the organisation's facts know; the others are signed by hand."""
    head = session.execute(select(Letterhead.signatory)).scalar_one_or_none()
    return (head or "", "", "")
