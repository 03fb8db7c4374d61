"""The certificate: words of honour on a landscape page, without amounts and without any seal."""

from receipts.fields import date_text
from receipts.pdf import frame
from receipts.pdf.frame import GREY, NAVY, Page
from receipts.pdf.sheet import Style
from receipts.profile import Text, places, small_print

_GOLD = (0.67, 0.53, 0.27)
_TITLE = Style(40, 48, is_bold=True, colour=NAVY, spacing=22)
_TITLE_SECOND = Style(11, 15, colour=_GOLD)
_NAME = Style(25, 32, is_bold=True)
_WORDS = Style(15, 27)
_WORDS_SECOND = Style(9.5, 14, colour=GREY)
_SIGNED = Style(12, 19)
_FINE = Style(7.5, 10, colour=GREY)
_SIDE = 118.0


def draw(page: Page) -> None:
    """Draw the certificate on the current page."""
    content, profile = page.content, page.profile
    form = profile.form(content.draft.kind)
    filling = places(content, profile)
    sheet = page.sheet
    middle = sheet.width / 2
    _border(page)
    issuer = content.draft.issuer.name
    head = Style(13, 18, colour=NAVY)
    sheet.text_centred(middle, sheet.height - 82, issuer, frame.fitted(page, issuer, head, 560))
    sheet.text_centred(middle, sheet.height - 136, form.title.text, _TITLE)
    sheet.text_centred(middle, sheet.height - 158, form.title.second.upper(), _TITLE_SECOND)
    y = _name(page, sheet.height - 214, form.texts["greeting"].filled(**filling).text)
    body = form.texts["body"].filled(**filling)
    _words(page, y - 40, Text(content.draft.message) if content.draft.message else body)
    _foot(page)


def _border(page: Page) -> None:
    sheet = page.sheet
    for inset, width in ((24, 2.2), (30, 0.6)):
        size = (sheet.width - 2 * inset, sheet.height - 2 * inset)
        sheet.box((inset, inset), size, stroke=_GOLD, width=width)
    for x in (30, sheet.width - 30):
        for y in (30, sheet.height - 30):
            across = 26 if x < sheet.width / 2 else -26
            up = 26 if y < sheet.height / 2 else -26
            sheet.rule((x + across, y), (x + across, y + up), width=0.6, colour=_GOLD)
            sheet.rule((x, y + up), (x + across, y + up), width=0.6, colour=_GOLD)


def _name(page: Page, y: float, name: str) -> float:
    """Write the name in the middle, on up to three lines; return the last baseline."""
    sheet = page.sheet
    width = sheet.width - 2 * _SIDE
    style = _NAME
    lines = sheet.wrap(name, width, style)
    if len(lines) > 1:
        style = Style(15, 21, is_bold=True)
        lines = sheet.wrap(name, width, style)
    for line in lines:
        sheet.text_centred(sheet.width / 2, y, line, style)
        y -= style.leading
    y += style.leading
    widest = max(sheet.measure(line, style) for line in lines)
    half = max(widest / 2 + 24, 120)
    rule = y - 11
    middle = sheet.width / 2
    sheet.rule((middle - half, rule), (middle + half, rule), width=0.6, colour=_GOLD)
    return rule


def _words(page: Page, y: float, wording: Text) -> None:
    """Write the words between name and signature, smaller the longer they are."""
    sheet = page.sheet
    width = sheet.width - 2 * _SIDE
    room = y - 160 - 2 * _WORDS_SECOND.leading
    style = _words_style(page, wording.text, width, room)
    lines = sheet.wrap(wording.text, width, style)
    if len(lines) > 1 and "\n" not in wording.text:
        # The first line of a Chinese paragraph stands in by two characters.
        y = sheet.lines(_SIDE, y, sheet.wrap(f"\u3000\u3000{wording.text}", width, style), style)
    else:
        for line in lines:
            sheet.text_centred(sheet.width / 2, y, line, style)
            y -= style.leading
    second = Style(min(style.size, _WORDS_SECOND.size), _WORDS_SECOND.leading, colour=GREY)
    for line in sheet.wrap(wording.second, width, second) if wording.second else ():
        sheet.text_centred(sheet.width / 2, y, line, second)
        y -= second.leading


def _words_style(page: Page, text: str, width: float, room: float) -> Style:
    style = _WORDS
    while len(page.sheet.wrap(text, width, style)) * style.leading > room and style.size > 6:
        style = Style(style.size - 1, style.leading - 1.6)
    return style


def _foot(page: Page) -> None:
    sheet, content = page.sheet, page.content
    issuer = content.draft.issuer
    right = sheet.width - 84
    frame.verification(page, (84, 84), size=62)
    sheet.text_right(right, 128, issuer.name, frame.fitted(page, issuer.name, _SIGNED, 420))
    day = date_text(content.issued_on, page.profile)
    sheet.text_right(right, 109, day, _SIGNED)
    number = f"{page.inline('number')}  {content.number}"
    registration = f"{page.profile.labels['registration'].text} {issuer.registration}"
    sheet.text_right(right, 90, number, _FINE)
    sheet.text_right(right, 79, registration, _FINE)
    y = 68.0
    for sentence in frame.succession(page):
        sheet.text_right(right, y, sentence.text, _FINE)
        y -= _FINE.leading
    fine = small_print(content, page.profile)
    words = f"{fine.text} {fine.second}".strip()
    sheet.text_centred(sheet.width / 2, 43, words, frame.fitted(page, words, _FINE, 660))
