"""The annual statement: all gifts of a period, over as many pages as they need."""

from dataclasses import dataclass

from receipts.fields import Subject, amount_text, date_text, values_of
from receipts.pdf import frame
from receipts.pdf.frame import FINE, GREY, NAVY, PALE, Page
from receipts.pdf.sheet import Style
from receipts.profile import Column, addressed, places

_CELL = Style(8.2, 12)
_TOTAL = Style(9.5, 14, is_bold=True)
_HEAD = Style(8.5, 11, is_bold=True, colour=NAVY)
_HEAD_SECOND = Style(6.5, 9, colour=GREY)
_PADDING = 4.0
_SHADE = (0.965, 0.972, 0.98)
_SIGNATURE_HEIGHT = 94.0


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a column stands."""

    column: Column
    left: float
    width: float


def draw(page: Page) -> None:
    """Draw the statement from the top of the current page."""
    content, profile = page.content, page.profile
    draft = content.draft
    form = profile.form(draft.kind)
    y = frame.title(page, frame.letterhead(page))
    y = frame.number_line(page, y) + 8
    y = _period(page, y)
    opening = addressed(form, "opening", draft.recipient.kind)
    y = frame.paragraph(page, y, opening.filled(**places(content, profile))) - 4
    columns = _place(page, form.columns)
    y = _head(page, y, columns)
    for position, gift in enumerate(draft.gifts, start=1):
        cells = _cells(page, columns, Subject(content, profile, gift, position))
        height = max(map(len, cells)) * _CELL.leading + 2 * _PADDING
        if y - height < page.bottom:
            y = _head(page, frame.next_page(page), columns)
        _row(page, y, columns, cells, is_shaded=position % 2 == 0, height=height)
        y -= height
    if not draft.gifts:
        none = profile.labels["none"]
        page.sheet.text(page.left + _PADDING, y - 16, f"{none.text} {none.second}", _CELL)
        y -= 26
    y = _totals(page, y, columns)
    _end(page, y)


def _period(page: Page, y: float) -> float:
    draft, profile = page.content.draft, page.profile
    # A draft of a statement does not exist without its period.
    assert draft.period_from is not None
    assert draft.period_to is not None
    between = profile.labels["period_to"].text
    period = (
        f"{page.inline('period')}  {date_text(draft.period_from, profile)}"
        f"{between}{date_text(draft.period_to, profile)}"
    )
    page.sheet.text(page.left, y, period, FINE)
    return y - 24


def _place(page: Page, columns: tuple[Column, ...]) -> list[_Place]:
    rest = page.text_width - sum(column.width for column in columns)
    placed, left = [], page.left
    for column in columns:
        width = column.width or rest
        placed.append(_Place(column, left, width))
        left += width
    return placed


def _head(page: Page, y: float, columns: list[_Place]) -> float:
    sheet = page.sheet
    heads = [sheet.wrap(place.column.label.text, place.width - 6, _HEAD) for place in columns]
    height = max(map(len, heads)) * _HEAD.leading + 16
    sheet.rule((page.left, y), (page.right, y), width=1, colour=NAVY)
    for place, lines in zip(columns, heads, strict=True):
        _cell(page, y - 12, place, lines, _HEAD)
        below = y - 12 - _HEAD.leading * len(lines) + 1
        _cell(page, below, place, [place.column.label.second], _HEAD_SECOND)
    y -= height
    sheet.rule((page.left, y), (page.right, y), width=0.6, colour=NAVY)
    return y


def _cells(page: Page, columns: list[_Place], subject: Subject) -> list[list[str]]:
    cells = []
    for place in columns:
        values = values_of(place.column.field, subject)
        width = place.width - 2 * _PADDING
        # A figure is never broken; it gets smaller instead, when it is drawn.
        broken = (
            [value] if place.column.is_right_aligned else page.sheet.wrap(value, width, _CELL)
            for value in values
        )
        cells.append([line for lines in broken for line in lines])
    return cells


def _row(
    page: Page,
    y: float,
    columns: list[_Place],
    cells: list[list[str]],
    *,
    is_shaded: bool,
    height: float,
) -> None:
    if is_shaded:
        page.sheet.box((page.left, y - height), (page.text_width, height), fill=_SHADE)
    for place, lines in zip(columns, cells, strict=True):
        _cell(page, y - _PADDING - 8.5, place, lines, _CELL)


def _cell(page: Page, y: float, place: _Place, lines: list[str], style: Style) -> None:
    for line in lines:
        if place.column.is_right_aligned:
            smaller = frame.fitted(page, line, style, place.width - 2 * _PADDING)
            page.sheet.text_right(place.left + place.width - _PADDING, y, line, smaller)
        else:
            page.sheet.text(place.left + _PADDING, y, line, style)
        y -= style.leading


def _totals(page: Page, y: float, columns: list[_Place]) -> float:
    """Write a total for each currency; figures only, so that it cannot pass for a bill."""
    sheet, gifts = page.sheet, page.content.draft.gifts
    edges = [place.left + place.width for place in columns if place.column.field == "amount"]
    right = (edges or [page.right])[0] - _PADDING
    sheet.rule((page.left, y), (page.right, y), width=0.6, colour=NAVY)
    for currency in dict.fromkeys(gift.currency for gift in gifts):
        counted = [gift.amount_minor for gift in gifts if gift.currency == currency]
        if y - 22 < page.bottom:
            y = frame.next_page(page)
        label = page.label("total", count=str(len(counted)))
        sheet.text(page.left + _PADDING, y - 16, f"{label.text} {label.second}", _TOTAL)
        total = amount_text(sum(counted), currency, page.profile)
        sheet.text_right(right, y - 16, total, _TOTAL)
        y -= 22
        sheet.rule((page.left, y), (page.right, y), width=0.6, colour=PALE)
    return y


def _end(page: Page, y: float) -> None:
    draft = page.content.draft
    y -= 22
    sentences = [sentence.text for sentence in frame.succession(page)]
    for words in filter(None, (*sentences, draft.message)):
        for line in page.sheet.wrap(words, page.text_width, frame.BODY):
            if y - frame.BODY.leading < page.bottom:
                y = frame.next_page(page)
            page.sheet.text(page.left, y, line, frame.BODY)
            y -= frame.BODY.leading
    if y - _SIGNATURE_HEIGHT < page.bottom:
        y = frame.next_page(page)
    frame.signature(page, y - 14)
    frame.verification(page, (page.left, y - 70))
