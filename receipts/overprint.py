"""Print the variable fields of a bill onto the official paper form (套打), and nothing else.

The paper has the frame, the title, the number and the seal; drawing any of them would be forging a
bill. So the file holds text at calibrated places on an empty page. The calibration page holds a
grid and the names of the fields, and says that it is no bill.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ledger import money
from ledger.errors import Conflict, InvalidInput
from receipts.capitals import to_capitals
from receipts.forms.loading import PaperForm, Spot
from receipts.models import BILL_STATE_NAMES, Bill, BillLine, BillMedium, BillState
from receipts.pdf.fonts import FontSet
from receipts.pdf.sheet import Metadata, Sheet, Style

# Points in a tenth of a millimetre: exact enough on any paper, written as a fraction of two wholes.
_POINTS, _TENTHS = 72, 254
_SMALLEST = 0.6
_GRID, _GRID_STRONG = (0.86, 0.9, 0.94), (0.62, 0.7, 0.8)
_MARKER = (0.75, 0.1, 0.1)


class NotOverprinted(Conflict):
    """Only a paper bill that stands is printed onto paper."""

    code = "bill_not_overprinted"
    message = "票据 {bill} 不能套打：{reason}"


@dataclass(frozen=True, slots=True)
class Offset:
    """How far a printer has to be corrected, in tenths of a millimetre to the right and down."""

    right: int = 0
    down: int = 0


@dataclass(frozen=True, slots=True)
class Filling:
    """What is printed: the fields by name, and each item line by column."""

    label: str
    issued_on: date
    fields: Mapping[str, str]
    lines: tuple[Mapping[str, str], ...]


def filling(bill: Bill, lines: Sequence[BillLine], medium: BillMedium) -> Filling:
    """Return what is printed for a bill. Raises NotOverprinted, InvalidAmount."""
    label = f"{bill.code} {bill.number}"
    if medium is not BillMedium.PAPER:
        raise NotOverprinted(bill=label, reason="电子票据由财政系统生成，不在纸上打印")
    if bill.state is not BillState.ISSUED:
        raise NotOverprinted(bill=label, reason=BILL_STATE_NAMES[bill.state])
    # The state says so, and the database with it.
    assert bill.amount_minor is not None
    assert bill.issued_on is not None
    minor = bill.amount_minor
    capitals = f"人民币{'（负数）' if minor < 0 else ''}{to_capitals(abs(minor))}"
    fields = {
        "payer": bill.payer_name or "",
        "payer_code": bill.payer_code or "",
        "check_code": bill.check_code or "",
        "issued_on": f"{bill.issued_on:%Y-%m-%d}",
        "capitals": capitals,
        "figures": _figures(minor, sign="¥"),
        "remark": bill.remark or "",
        "drawer": bill.drawer or "",
        "checker": bill.checker or "",
    }
    rows = tuple(
        {
            "item_code": line.item_code or "",
            "item_name": line.item_name,
            "unit": line.unit or "",
            "quantity": line.quantity or "",
            "standard": line.standard or "",
            "amount": _figures(line.amount_minor),
        }
        for line in lines
    )
    return Filling(label, bill.issued_on, fields, rows)


def render(
    given: Filling, form: PaperForm, *, offset: Offset = Offset(), fonts: FontSet | None = None
) -> bytes:
    """Return a page of the form's size with the fields and nothing else.

    Raises InvalidInput when the form has too few lines, MissingGlyph.
    """
    if len(given.lines) > form.most_lines:
        raise InvalidInput(field="项目", reason=f"此票据版式最多 {form.most_lines} 行")
    sheet = _sheet(form, f"套打 {given.label}", given.issued_on, fonts)
    for spot, text in _placed(given, form):
        _print(sheet, form, spot, text, offset)
    return sheet.finish(lambda _page, _pages: None)


def calibration(
    form: PaperForm, *, on: date, offset: Offset = Offset(), fonts: FontSet | None = None
) -> bytes:
    """Return the page to lay over a form: a grid by the centimetre and a mark for every field."""
    sheet = _sheet(form, f"套打校准页 {form.id}", on, fonts)
    small = Style(6, 8, colour=_GRID_STRONG)
    for x in range(0, form.width + 1, 50):
        top, bottom = _at(form, x, 0, offset), _at(form, x, form.height, offset)
        sheet.rule(top, bottom, width=0.3, colour=_GRID if x % 100 else _GRID_STRONG)
        if x % 100 == 0:
            sheet.text(*_at(form, x + 5, 30, offset), str(x // 10), small)
    for y in range(0, form.height + 1, 50):
        left, right = _at(form, 0, y, offset), _at(form, form.width, y, offset)
        sheet.rule(left, right, width=0.3, colour=_GRID if y % 100 else _GRID_STRONG)
        if y % 100 == 0:
            sheet.text(*_at(form, 8, y + 26, offset), str(y // 10), small)
    for spot in _spots(form):
        _mark(sheet, form, spot, offset)
    notice = Style(9, 12, is_bold=True, colour=_MARKER)
    words = f"校准页，不是票据　右移 {offset.right / 10:g} mm　下移 {offset.down / 10:g} mm"
    sheet.text(*_at(form, 120, 120, offset), words, notice)
    return sheet.finish(lambda _page, _pages: None)


def _spots(form: PaperForm) -> Iterator[Spot]:
    yield from form.fields
    for row in range(form.most_lines):
        for column in form.columns:
            yield _moved(column, form.step * row)


def _placed(given: Filling, form: PaperForm) -> Iterator[tuple[Spot, str]]:
    for spot in form.fields:
        yield spot, given.fields[spot.name]
    for row, line in enumerate(given.lines):
        for column in form.columns:
            yield _moved(column, form.step * row), line[column.name]


def _moved(spot: Spot, down: int) -> Spot:
    return Spot(
        spot.name, spot.label, spot.x, spot.y + down, spot.width, spot.size, spot.is_right_aligned
    )


def _print(sheet: Sheet, form: PaperForm, spot: Spot, text: str, offset: Offset) -> None:
    if not text:
        return
    width, size = _points(spot.width), spot.size / 10
    needed = sheet.measure(text, Style(size, size))
    style = Style(size * min(1.0, max(_SMALLEST, width / needed)), size)
    lines = [text] if sheet.measure(text, style) <= width + 0.01 else sheet.wrap(text, width, style)
    # What takes more than one line grows upwards, so that it does not run into the field below.
    for above, line in zip(range(len(lines) - 1, -1, -1), lines, strict=True):
        x, y = _at(form, spot.x, spot.y, offset)
        y += above * style.size * 1.15
        if spot.is_right_aligned:
            sheet.text_right(x + width, y, line, style)
        else:
            sheet.text(x, y, line, style)


def _mark(sheet: Sheet, form: PaperForm, spot: Spot, offset: Offset) -> None:
    x, y = _at(form, spot.x, spot.y, offset)
    right = x + _points(spot.width)
    sheet.rule((x - 5, y), (right, y), width=0.5, colour=_MARKER)
    for edge in (x, right):
        sheet.rule((edge, y - 4), (edge, y + 4), width=0.5, colour=_MARKER)
    sheet.text(x + 2, y + 2, spot.label, Style(6, 8, colour=_MARKER))


def _at(form: PaperForm, x: int, y: int, offset: Offset) -> tuple[float, float]:
    """Return a place in points from the lower left corner."""
    return _points(x + offset.right), _points(form.height - y - offset.down)


def _points(tenths: int) -> float:
    return tenths * _POINTS / _TENTHS


def _figures(minor: int, *, sign: str = "") -> str:
    figures = money.grouped(abs(minor))
    return f"{'-' if minor < 0 else ''}{sign}{figures}"


def _sheet(form: PaperForm, title: str, on: date, fonts: FontSet | None) -> Sheet:
    metadata = Metadata(
        title=title,
        author="",
        subject=form.title,
        language="zh-CN",
        issued_on=on,
        digest=hashlib.sha256(title.encode()).hexdigest(),
    )
    return Sheet((_points(form.width), _points(form.height)), fonts or FontSet(), metadata)
