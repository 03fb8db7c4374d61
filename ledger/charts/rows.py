"""Records of the chart data files; a wrong cell is named by file, row and field."""

import csv
import dataclasses
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import TypeVar

Word = TypeVar("Word", bound=StrEnum)


class ChartDataError(ValueError):
    """A data file of the charts is wrong.

    `row` counts the records of a table from 1, its heading included, or the [[chart]] tables;
    it is None where the file as a whole is meant.
    """

    def __init__(self, *, file: str, row: int | None, field: str, reason: str) -> None:
        self.file = file
        self.row = row
        self.field = field
        self.reason = reason
        place = file if row is None else f"{file} 第{row}行"
        super().__init__(f"{place} {field}：{reason}")


@dataclasses.dataclass(frozen=True, slots=True)
class Row:
    """The cells of one record and where it stands."""

    file: str
    number: int
    cells: Mapping[str, object]

    def error(self, field: str, reason: str) -> ChartDataError:
        """Return a complaint about one cell, to be raised."""
        return ChartDataError(file=self.file, row=self.number, field=field, reason=reason)

    def optional(self, field: str) -> str:
        """Return a text that may be empty."""
        value = self.cells.get(field, "")
        if not isinstance(value, str):
            raise self.error(field, f"应为文字，不是“{value}”")
        if value != value.strip():
            raise self.error(field, "前后不得有空白")
        return value

    def text(self, field: str) -> str:
        """Return a text that must not be empty."""
        value = self.optional(field)
        if not value:
            raise self.error(field, "不得为空")
        return value

    def word(self, field: str, words: type[Word]) -> Word:
        """Return a cell as one of the known words."""
        return self.known(field, self.text(field), words)

    def known(self, field: str, value: str, words: type[Word]) -> Word:
        """Return a value found in a cell as one of the known words."""
        try:
            return words(value)
        except ValueError as error:
            known = "、".join(sorted(words))
            raise self.error(field, f"不认识“{value}”，应为：{known}") from error

    def day(self, field: str) -> date:
        """Return a date written without a time."""
        value = self.cells.get(field)
        # A TOML time stamp is a date to isinstance, but names no day of the books.
        if type(value) is not date:
            raise self.error(field, f"应为日期，不是“{value}”")
        return value


def csv_rows(text: str, *, file: str, columns: Sequence[str]) -> Iterator[Row]:
    """Yield the records below a heading that must name exactly these columns, in order."""
    reader = csv.reader(io.StringIO(text), strict=True)
    try:
        _check_heading(next(reader, []), file=file, columns=columns)
        for number, cells in enumerate(reader, start=2):
            if len(cells) != len(columns):
                reason = f"应有{len(columns)}格，实有{len(cells)}格"
                raise ChartDataError(file=file, row=number, field="row", reason=reason)
            yield Row(file=file, number=number, cells=dict(zip(columns, cells, strict=True)))
    except csv.Error as error:
        reason = f"不是有效的CSV：{error}"
        raise ChartDataError(file=file, row=reader.line_num, field="row", reason=reason) from error


def _check_heading(cells: Sequence[str], *, file: str, columns: Sequence[str]) -> None:
    for found in cells:
        if found not in columns:
            raise ChartDataError(file=file, row=1, field=found, reason="不认识的列")
    if tuple(cells) != tuple(columns):
        reason = f"各列应依次为：{'、'.join(columns)}"
        raise ChartDataError(file=file, row=1, field="columns", reason=reason)
