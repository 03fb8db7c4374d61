"""The letter: one gift, its data in labelled rows, signed by the issuer."""

from receipts.fields import Subject, values_of
from receipts.pdf import frame
from receipts.pdf.frame import BODY, LABEL, PALE, STRONG, Page
from receipts.pdf.sheet import Style
from receipts.profile import Row, Text, addressed, places

_LABEL_WIDTH = 118.0
_PADDING = 5.0
_LABEL_SECOND = Style(7, 9, colour=frame.GREY)
_SIGNATURE_HEIGHT = 86.0


def draw(page: Page) -> None:
    """Draw the letter from the top of the current page."""
    content, profile = page.content, page.profile
    form = profile.form(content.draft.kind)
    filling = places(content, profile)
    y = frame.letterhead(page)
    y = frame.title(page, y)
    y = frame.number_line(page, y)
    if "greeting" in form.texts:
        y = frame.paragraph(page, y, form.texts["greeting"].filled(**filling), STRONG) - 2
    opening = addressed(form, "opening", content.draft.recipient.kind)
    y = frame.paragraph(page, y, opening.filled(**filling)) + 4
    y = _table(page, y, form.rows) - 20
    for notice in (*frame.succession(page), *_message(page)):
        y = frame.paragraph(page, _room(page, y, _height(page, notice)), notice) - 4
    # The last words and the signature stay together: a page with a signature alone proves nothing.
    closing = form.texts["closing"].filled(**filling)
    y = _room(page, y, _height(page, closing) + _SIGNATURE_HEIGHT)
    y = frame.paragraph(page, y, closing)
    frame.signature(page, y - 20)
    frame.verification(page, (page.left, y - 67))


def _table(page: Page, y: float, rows: tuple[Row, ...]) -> float:
    sheet = page.sheet
    subject = Subject(page.content, page.profile, page.content.draft.gifts[0])
    width = page.text_width - _LABEL_WIDTH - 2 * _PADDING
    sheet.rule((page.left, y), (page.right, y), width=1, colour=frame.NAVY)
    for row in rows:
        values = values_of(row.field, subject)
        style = STRONG if row.is_strong else BODY
        lines = [line for value in values for line in sheet.wrap(value, width, style)]
        if not lines:
            continue
        height = max(len(lines) * BODY.leading, 18) + 2 * _PADDING - 2
        y = _room(page, y, height)
        _label(page, y, row.label)
        sheet.lines(page.left + _LABEL_WIDTH + _PADDING, y - _PADDING - 10, lines, style)
        y -= height
        sheet.rule((page.left, y), (page.right, y), width=0.5, colour=PALE)
    return y


def _label(page: Page, y: float, label: Text) -> None:
    sheet = page.sheet
    # A label in one language stands on the line of its value, in two around it.
    down = 8.5 if label.second else 10
    sheet.text(page.left + _PADDING, y - _PADDING - down, label.text, LABEL)
    if label.second:
        sheet.text(page.left + _PADDING, y - _PADDING - 17.5, label.second, _LABEL_SECOND)


def _message(page: Page) -> list[Text]:
    message = page.content.draft.message
    return [Text(message)] if message else []


def _height(page: Page, wording: Text) -> float:
    sheet, width = page.sheet, page.text_width
    first = len(sheet.wrap(wording.text, width, BODY)) * BODY.leading
    second = sheet.wrap(wording.second, width, frame.SECOND) if wording.second else []
    return first + len(second) * frame.SECOND.leading


def _room(page: Page, y: float, height: float) -> float:
    """Return y, or the top of a new page when less than `height` is left on this one."""
    if y - height >= page.bottom:
        return y
    return frame.next_page(page) - 14
