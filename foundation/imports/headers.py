"""Finding the header of the table: which row it is, and which column means what.

The header may stand below titles and prose, be spread over two rows with merged cells, name
its columns in any wording and order, and repeat side by side (two or three panels of 捐赠人 and
金额 on one sheet).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from foundation.imports import labels
from foundation.imports.amounts import looks_numeric
from foundation.imports.cells import Row, is_blank

NEEDED = ("donor", "amount")
# A fuller header this close below a first candidate is the header of the same table.
_SAME_TABLE = 5


@dataclass(frozen=True, slots=True)
class _Column:
    index: int
    label: str
    role: str
    weight: int


@dataclass(frozen=True, slots=True)
class Header:
    """A header that was found. Rows and columns count from 0 here.

    `rivals` are the labels of amount columns between which the wording does not decide.
    `panels` are the column offsets at which the table repeats side by side.
    """

    first_row: int
    last_row: int
    columns: dict[str, int]
    labels: dict[int, str]
    panels: tuple[int, ...] = (0,)
    rivals: tuple[str, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """The roles that every gift needs and no column has."""
        return tuple(role for role in NEEDED if role not in self.columns)

    @property
    def unit(self) -> int | None:
        """The unit that the label of the amount names, in yuan."""
        index = self.columns.get("amount")
        return None if index is None else labels.unit_of(self.labels[index])


def find(rows: Sequence[Row]) -> Header | None:
    """Return the header among the first rows of a sheet, or the row that comes closest.

    The first row with a donor and an amount counts, unless a fuller one follows closely. The
    caller looks at `missing` to tell a header from a near miss; None is not even that.
    """
    best: Header | None = None
    for index in range(len(rows)):
        if best and not best.missing and index - best.last_row > _SAME_TABLE:
            break
        header = _read(rows, index)
        if header and (best is None or _is_better(header, best)):
            best = header
    return best


def match(row: Row) -> Header | None:
    """Return the header that a single row in the middle of a table is, if it is one."""
    header = _single(0, row)
    return header if header and not header.missing else None


def labels_at(rows: Sequence[Row], index: int) -> dict[int, str]:
    """Return the labels that stand in a row which somebody named as the header."""
    row = rows[index] if 0 <= index < len(rows) else ()
    return {column: labels.label_text(cell) for column, cell in enumerate(row)}


def _is_better(new: Header, old: Header) -> bool:
    if bool(new.missing) != bool(old.missing):
        return not new.missing
    if old.missing:
        return len(new.columns) > len(old.columns)
    close = new.first_row - old.last_row <= _SAME_TABLE
    return close and len(new.columns) > len(old.columns)


def _read(rows: Sequence[Row], index: int) -> Header | None:
    """Read the row as a header, or the row and the next where two say more than either."""
    single = _single(index, rows[index])
    if index + 1 >= len(rows):
        return single
    double = _double(index, rows[index], rows[index + 1])
    lower = _single(index + 1, rows[index + 1])
    known = max(len(header.columns) if header else 0 for header in (single, lower))
    return double if double and len(double.columns) > known else single


def _texts(row: Row) -> list[str] | None:
    """Return the labels of a row, or None when it holds a number as no header does."""
    if any(looks_numeric(cell) for cell in row):
        return None
    return [labels.label_text(cell) for cell in row]


def _single(index: int, row: Row) -> Header | None:
    texts = _texts(row)
    return None if texts is None else _build(index, index, texts, [""] * len(texts))


def _double(index: int, upper: Row, lower: Row) -> Header | None:
    """Read two rows as one header: groups above, columns below."""
    above, below = _texts(upper), _texts(lower)
    if above is None or below is None or sum(map(bool, below)) < 2 or not any(above):
        return None
    width = max(len(above), len(below))
    above += [""] * (width - len(above))
    below += [""] * (width - len(below))
    # Prose in the lower row means that it is no header row.
    if any(not text and not is_blank(cell) for text, cell in zip(below, lower, strict=False)):
        return None
    group, groups = "", []
    for top, bottom in zip(above, below, strict=True):
        group = top if top or not bottom else group
        groups.append(group)
    texts = [bottom or top for top, bottom in zip(groups, below, strict=True)]
    outer = [top if bottom else "" for top, bottom in zip(groups, below, strict=True)]
    return _build(index, index + 1, texts, outer)


def _build(first: int, last: int, texts: list[str], groups: list[str]) -> Header | None:
    found: list[_Column] = []
    for index, (text, group) in enumerate(zip(texts, groups, strict=True)):
        label = (labels.role_of(text) if text else None) or (
            labels.role_of(group + text) if group and text else None
        )
        if label and label.role != labels.OTHER:
            found.append(_Column(index, group + text, label.role, label.weight))
    columns = _choose(found)
    if len(set(columns.values())) < 2:
        return None
    panels = _panels(found, columns)
    return Header(
        first_row=first,
        last_row=last,
        columns=columns,
        labels={i: group + text for i, (text, group) in enumerate(zip(texts, groups, strict=True))},
        panels=panels,
        rivals=_rivals(found, columns, panels),
    )


def _choose(found: list[_Column]) -> dict[str, int]:
    """Choose the column of each role: the strongest wording, the leftmost among equals."""
    ranked = sorted(found, key=lambda column: (-column.weight, column.index))
    columns: dict[str, int] = {}
    for column in ranked:
        columns.setdefault(column.role, column.index)
    labels_of = {column.index: column.label for column in found}
    for column in ranked:
        chosen = columns.get("donor")
        if column.role == "donor" and chosen is not None and column.label != labels_of[chosen]:
            columns.setdefault("donor_other", column.index)
    if {"counterparty_account", "debit", "balance"} & columns.keys():
        _prefer_bank_wording(found, columns)
    return columns


def _prefer_bank_wording(found: list[_Column], columns: dict[str, int]) -> None:
    # On a bank statement 用途 is what the payer wrote, not a fund of ours.
    purpose = [column for column in found if column.role == "fund" and column.weight < 80]
    if purpose and columns.get("fund") == purpose[0].index:
        del columns["fund"]
        columns.setdefault("note", purpose[0].index)


def _panels(found: list[_Column], columns: dict[str, int]) -> tuple[int, ...]:
    """Return the offsets at which donor and amount repeat with the same labels."""
    places = []
    for role in NEEDED:
        if role not in columns:
            return (0,)
        label = next(column.label for column in found if column.index == columns[role])
        places.append([c.index for c in found if c.role == role and c.label == label])
    donors, amounts = places
    gaps = {right - left for left, right in pairwise(donors)}
    if len(donors) < 2 or len(donors) != len(amounts) or len(gaps) != 1:
        return (0,)
    offsets = tuple(index - donors[0] for index in donors)
    same = offsets == tuple(index - amounts[0] for index in amounts)
    return offsets if same else (0,)


def _rivals(
    found: list[_Column], columns: dict[str, int], panels: tuple[int, ...]
) -> tuple[str, ...]:
    chosen = next((c for c in found if c.index == columns.get("amount")), None)
    if chosen is None or len(panels) > 1:
        return ()
    equals = [c for c in found if c.role == "amount" and c.weight == chosen.weight]
    return tuple(c.label for c in equals) if len(equals) > 1 else ()
