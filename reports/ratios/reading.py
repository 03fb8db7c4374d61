"""Read a file of foundation-years: one foundation in one fiscal year per row.

Columns may stand in any order, be called by their Chinese names, be empty or be absent; amounts
may carry separators and 元, 万元 or 亿元, in the cell or in the column heading. What cannot be
read is refused with the row, the column, what was found and what was expected; what can be read
is kept as it is, whether it ties or not.
"""

import csv
import difflib
import io
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from ledger import money
from ledger.errors import InvalidInput, NotFound
from reports.ratios.figures import Field, FieldKind, YearFigures, fields

_BLANKS = {"", "-", "--", "—", "——", "–", "/", "无", "n/a", "null", "none"}
_UNITS = {"": 1, "元": 1, "万": 10_000, "万元": 10_000, "亿": 10**8, "亿元": 10**8}
_AMOUNT = re.compile(
    r"(?P<sign>[+-]?)(?:人民币|rmb|cny|¥)?(?P<sign2>-?)"
    r"(?P<number>(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?)(?P<unit>亿元|亿|万元|万|元)?"
)
_HEADING_UNIT = re.compile(r"(?P<name>.+?)\((?:单位:|人民币)?(?P<unit>元|万元|亿元)\)")
_PERCENT = re.compile(r"-?\d+(\.(?P<decimals>\d+))?%?")
_YEAR = re.compile(r"(?P<year>(19|20|21)\d\d)(年|年度)?")
_SPACED_GROUPS = re.compile(r"(?<=\d) (?=\d{3}(?!\d))")
_LONGEST_SHOWN = 60


class InvalidFigures(InvalidInput):
    """A file of figures cannot be read; names the row, the column, what was found and expected."""

    code = "invalid_figures"
    message = "第{row}行“{field}”：读到“{found}”，应为{expected}"


class UnreadableFile(InvalidInput):
    """A file is not text that holds rows and columns."""

    code = "unreadable_file"
    message = "文件“{name}”不能读取：{reason}"


@dataclass(frozen=True, slots=True)
class Published:
    """A ratio as the organisation published it, in percent."""

    text: str
    percent: Fraction
    decimals: int


@dataclass(frozen=True, slots=True)
class FoundationYear:
    """One row: the figures of a foundation in a year, as found."""

    row: int
    row_id: str
    foundation: str
    figures: YearFigures
    published: Mapping[str, Published]
    notes: str
    is_closing_derived: bool


@dataclass(frozen=True, slots=True)
class _Column:
    field: Field
    factor: int


def read(source: str | Path) -> tuple[FoundationYear, ...]:
    """Read foundation-years from a file, or from text that holds at least one line break.

    Raises InvalidFigures for anything that cannot be read, NotFound for an absent file.
    """
    is_text = isinstance(source, str) and "\n" in source
    text = str(source) if is_text else _file_text(Path(source))
    return _rows(text.removeprefix("\ufeff"))


def parse_amount(text: str, *, factor: int = 1) -> int:
    """Read an amount in yuan (or `factor` yuan, unless the text names its unit) into fen.

    Raises ValueError with the expected form; the caller knows row and column.
    """
    cleaned = _normal(text).replace("−", "-").lower()
    cleaned = _SPACED_GROUPS.sub(",", cleaned).replace(" ", "")
    negative = cleaned.startswith("(") and cleaned.endswith(")")
    match = _AMOUNT.fullmatch(cleaned[1:-1] if negative else cleaned)
    if not match or (match["sign"] and (match["sign2"] or negative)):
        raise ValueError("金额，例如 1234567.89、1,234,567.89 元或 123.45 万元")
    unit = _UNITS[match["unit"]] if match["unit"] else factor
    fen = Fraction(match["number"].replace(",", "")) * unit * 100
    if fen.denominator != 1:
        raise ValueError("精确到分的金额（元为单位时最多两位小数）")
    if fen > money.MAX_MINOR:
        raise ValueError("账簿可记录的金额")
    sign = -1 if negative or "-" in {match["sign"], match["sign2"]} else 1
    return sign * int(fen)


def _file_text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise NotFound(what="文件", name=str(path)) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UnreadableFile(name=_short(str(path)), reason=reason) from None
    if b"\x00" in content or content.startswith(b"PK\x03\x04"):
        raise UnreadableFile(name=path.name, reason="应为 CSV 文本文件，不是工作簿或其他二进制文件")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableFile(name=path.name, reason="应为 UTF-8 或 GB18030 编码的文本")


def _rows(text: str) -> tuple[FoundationYear, ...]:
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    columns: list[_Column | None] | None = None
    found: list[FoundationYear] = []
    try:
        for cells in lines:
            if not any(cell.strip() for cell in cells) or cells[0].lstrip().startswith("#"):
                continue
            if columns is None:
                columns = _headings(cells, row=lines.line_num)
            else:
                found.append(_row(columns, cells, row=lines.line_num))
    except csv.Error as error:
        raise _invalid(lines.line_num, "CSV", str(error), "引号成对、每格完整的 CSV") from None
    if columns is None:
        raise _invalid(1, "表头", "", "一行列名，例如 foundation,fiscal_year,opening_net_assets")
    if not found:
        raise _invalid(lines.line_num, "数据", "", "至少一行数据")
    return tuple(found)


def _headings(cells: list[str], *, row: int) -> list[_Column | None]:
    spellings = {
        _normal(spelling).lower(): field
        for field in fields().by_name.values()
        for spelling in (field.name, field.label, *field.aliases)
    }
    columns = [_heading(cell, spellings) for cell in cells]
    names = [column.field.name for column in columns if column]
    for name in names:
        if names.count(name) > 1:
            raise _invalid(row, "表头", name, "每个列名只出现一次")
    for name in fields().required:
        if name not in names:
            shown = "、".join(cell.strip() for cell in cells)
            raise _invalid(row, "表头", shown, f"含有 {name}（{fields().label(name)}）")
    absent = [name for name in fields().by_name if name not in names]
    for cell, column in zip(cells, columns, strict=True):
        if column is None and cell.strip().lower() not in fields().stated:
            # A misspelt column would vanish without a word and take its verdicts with it.
            close = difflib.get_close_matches(cell.strip().lower(), absent, n=1, cutoff=0.9)
            if close:
                raise _invalid(
                    row, "表头", cell.strip(), f"{close[0]}（{fields().label(close[0])}）"
                )
    return columns


def _heading(cell: str, spellings: Mapping[str, Field]) -> _Column | None:
    text = _normal(cell).lower().replace(" ", "")
    if text in spellings:
        return _Column(spellings[text], 1)
    match = _HEADING_UNIT.fullmatch(text)
    if match and match["name"] in spellings:
        return _Column(spellings[match["name"]], _UNITS[match["unit"]])
    return None


def _row(columns: list[_Column | None], cells: list[str], *, row: int) -> FoundationYear:
    if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
        raise _invalid(row, "列数", str(len(cells)), f"与表头一致的 {len(columns)} 列")
    texts: dict[str, str] = {}
    amounts: dict[str, int] = {}
    published: dict[str, Published] = {}
    year: int | None = None
    for column, cell in zip(columns, cells, strict=False):
        if column is None:
            continue
        field, text = column.field, cell.strip()
        if field.kind is FieldKind.TEXT:
            texts[field.name] = text
        elif field.kind is FieldKind.YEAR:
            year = _year(field, text, row=row)
        elif _normal(text).lower() in _BLANKS:
            continue
        elif field.kind is FieldKind.MONEY:
            amounts[field.name] = _amount(column, text, row=row)
        else:
            published[field.name] = _published(field, text, row=row)
    if year is None:
        raise _invalid(row, "fiscal_year", "", "四位数年度，例如 2016")
    notes = texts.get("notes", "")
    return FoundationYear(
        row=row,
        row_id=texts.get("row_id", ""),
        foundation=texts.get("foundation", ""),
        figures=YearFigures(fiscal_year=year, amounts=amounts),
        published=published,
        notes=notes,
        is_closing_derived=any(mark in notes for mark in fields().derived_closing_marks),
    )


def _year(field: Field, text: str, *, row: int) -> int:
    match = _YEAR.fullmatch(_normal(text))
    if not match:
        raise _invalid(row, field.name, text, "四位数年度，例如 2016")
    return int(match["year"])


def _amount(column: _Column, text: str, *, row: int) -> int:
    try:
        return parse_amount(text, factor=column.factor)
    except ValueError as error:
        raise _invalid(row, column.field.name, text, str(error)) from None


def _published(field: Field, text: str, *, row: int) -> Published:
    normal = _normal(text).replace("−", "-").replace(" ", "")
    match = _PERCENT.fullmatch(normal)
    if not match:
        raise _invalid(row, field.name, text, "百分数，例如 30.26 或 30.26%")
    number = normal.removesuffix("%")
    return Published(text, Fraction(number), len(match["decimals"] or ""))


def _normal(text: str) -> str:
    # Full-width digits, separators, brackets and no-break spaces become the plain ones.
    return unicodedata.normalize("NFKC", text).strip()


def _invalid(row: int, field: str, found: str, expected: str) -> InvalidFigures:
    return InvalidFigures(row=row, field=field, found=_short(found), expected=expected)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"
