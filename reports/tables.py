"""The one shape that every report returns: typed columns, rows of cells with links, totals.

A table knows nothing of files, pages or sessions. Exporters and views read it, and show exactly
what is in it. Money cells are whole fen. `rows` may be an iterator over a stream, to be consumed
once and while the session is open; everything else about a table is known before its first row.
"""

import dataclasses
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from ledger.money import grouped, to_text

CHINESE, ENGLISH = "zh", "en"


@dataclass(frozen=True, slots=True)
class Label:
    """Words of ours, in the two languages of the service."""

    zh: str
    en: str

    def of(self, language: str) -> str:
        """Return the words in a language; what is not English is Chinese."""
        return self.en if language == ENGLISH else self.zh


class Kind(StrEnum):
    """What the cells of a column hold."""

    TEXT = "text"
    MONEY = "money"
    INTEGER = "integer"
    DATE = "date"
    CODE = "code"


class Emphasis(StrEnum):
    """What a row is. Only plain rows count towards totals; the others say what they add up to."""

    PLAIN = "plain"
    HEADING = "heading"
    OPENING = "opening"
    SUBTOTAL = "subtotal"
    """The sum of the plain rows above it, back to the last subtotal of the same level or higher."""
    CUMULATIVE = "cumulative"
    """A figure to date that no rows of the table add up to, such as 本年累计."""
    TOTAL = "total"
    """A figure that follows from other rows by the formula of a form; see `Form.sums`."""


class State(StrEnum):
    """草稿 while a period of the table is open, 正式 when all are closed."""

    DRAFT = "draft"
    FINAL = "final"


class Target(StrEnum):
    """What a link leads to."""

    REPORT = "report"
    VOUCHER = "voucher"
    GIFT = "gift"
    PLEDGE = "pledge"


@dataclass(frozen=True, slots=True)
class Term:
    """A word from a closed list: programs get the code, people the words."""

    code: str
    label: Label


Value = str | int | date | Label | Term | None


@dataclass(frozen=True, slots=True)
class Link:
    """Where a figure comes from: another report with parameters, a voucher, or a gift."""

    target: Target
    key: str | int
    params: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `width` is in characters of the body text, `group` a heading over several."""

    key: str
    title: Label
    kind: Kind = Kind.TEXT
    width: int = 12
    group: Label | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One row, its cells in column order; `links` is empty or has a place for each cell.

    `level` indents a plain row, and ranks subtotals: 1 is the widest.
    """

    cells: tuple[Value, ...]
    links: tuple[Link | None, ...] = ()
    level: int = 0
    emphasis: Emphasis = Emphasis.PLAIN


@dataclass(frozen=True, slots=True)
class Carry:
    """What a ledger carries from page to page (过次页、承前页): sums, and the last balance."""

    sums: tuple[str, ...]
    last: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """What a statutory form has beside its rows.

    `sums` says for a row which others it adds up (sign and place). From `right_from` on the rows
    stand on the right half of the sheet. `marks` are the columns that paper joins with the next
    one. `seal` is what an issued statement carries at its foot.
    """

    number: str
    signatures: tuple[tuple[Label, str], ...]
    sums: Mapping[int, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    right_from: int | None = None
    right_titles: Mapping[str, Label] = field(default_factory=dict)
    marks: frozenset[str] = frozenset()
    seal: Label | None = None


@dataclass(frozen=True, slots=True)
class Heading:
    """Whose table it is, for which period, in which state, and when it was made."""

    organisation: Label
    period: str
    period_title: Label
    state: State
    printed_at: datetime


@dataclass(frozen=True, slots=True)
class Table:
    """A report that was run."""

    id: str
    title: Label
    columns: tuple[Column, ...]
    rows: Iterable[Row]
    heading: Heading
    totals: Mapping[str, int] = field(default_factory=dict)
    subtitle: Label | None = None
    notes: tuple[Label, ...] = ()
    carry: Carry | None = None
    # Every row is a plain line, so that the rows may stand in any order.
    is_list: bool = False
    form: Form | None = None

    def index(self, key: str) -> int:
        """Return the place of a column."""
        return next(i for i, column in enumerate(self.columns) if column.key == key)


STATE_WORDS = {State.DRAFT: Label("草稿", "Draft"), State.FINAL: Label("正式", "Final")}
TOTAL = Label("合计", "Total")
UNIT = Label("单位：元", "in CNY")
DASH = "–"


def to_report(report_id: str, **params: str) -> Link:
    """Link to a report; empty parameters are left out."""
    given = tuple((name, value) for name, value in params.items() if value)
    return Link(Target.REPORT, report_id, given)


def to_voucher(voucher_id: int) -> Link:
    """Link to a voucher."""
    return Link(Target.VOUCHER, voucher_id)


def to_gift(gift_id: int) -> Link:
    """Link to a gift."""
    return Link(Target.GIFT, gift_id)


def to_pledge(reference: str) -> Link:
    """Link to a pledge."""
    return Link(Target.PLEDGE, reference)


def kept(table: Table) -> Table:
    """Return the table with its rows read, so that they can be counted and read again."""
    return dataclasses.replace(table, rows=tuple(table.rows))


def without(table: Table, hidden: Collection[str]) -> Table:
    """Return the table without some columns; never without all of them."""
    places = [i for i, column in enumerate(table.columns) if column.key not in hidden]
    if not places or len(places) == len(table.columns):
        return table

    def narrowed(row: Row) -> Row:
        links = tuple(row.links[i] for i in places) if row.links else ()
        return Row(tuple(row.cells[i] for i in places), links, row.level, row.emphasis)

    columns = tuple(table.columns[i] for i in places)
    keys = {column.key for column in columns}
    rows: Iterable[Row] = (narrowed(row) for row in table.rows)
    if isinstance(table.rows, tuple):
        rows = tuple(rows)
    return dataclasses.replace(
        table,
        columns=columns,
        rows=rows,
        totals={key: minor for key, minor in table.totals.items() if key in keys},
        carry=_narrowed_carry(table.carry, keys),
    )


def _narrowed_carry(carry: Carry | None, keys: set[str]) -> Carry | None:
    if carry is None:
        return None
    return Carry(
        tuple(key for key in carry.sums if key in keys),
        tuple(key for key in carry.last if key in keys),
    )


def plain(value: Value, kind: Kind, language: str) -> str:
    """Write a cell as bare text: money as `120000.00`, dates as `2026-03-05`."""
    if value is None:
        return ""
    if isinstance(value, Term):
        return value.label.of(language)
    if isinstance(value, Label):
        return value.of(language)
    if isinstance(value, int) and kind is Kind.MONEY:
        return to_text(value)
    return str(value)


def printed(value: Value, kind: Kind, language: str) -> str:
    """Write a cell for people: money with separators, zero as a dash."""
    if isinstance(value, int) and kind is Kind.MONEY:
        return grouped(value) if value else DASH
    if isinstance(value, int) and kind is Kind.INTEGER:
        return f"{value:,}"
    return plain(value, kind, language)


def total_cells(table: Table, language: str) -> list[Value]:
    """Return the cells of the totals row: its label, then the totals under their columns."""
    cells: list[Value] = [table.totals.get(column.key) for column in table.columns]
    for i, column in enumerate(table.columns):
        if column.key in table.totals:
            break
        if column.kind is Kind.TEXT or i == 0:
            cells[i] = TOTAL.of(language)
            break
    return cells
