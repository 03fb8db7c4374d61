"""What every document has around its own text: letterhead, footer with small print, marks."""

from dataclasses import dataclass
from enum import StrEnum
from math import atan2, degrees, hypot

from receipts.content import Content
from receipts.fields import colon, date_text
from receipts.pdf.sheet import Sheet, Style
from receipts.profile import Profile, Text, small_print

MARGIN = 56.0
NAVY = (0.11, 0.24, 0.42)
GREY = (0.42, 0.42, 0.42)
PALE = (0.82, 0.85, 0.89)
RED = (0.75, 0.1, 0.1)
FAINT_RED = (0.98, 0.87, 0.87)
FAINT_GREY = (0.91, 0.91, 0.91)

TITLE = Style(21, 28, is_bold=True, colour=NAVY, spacing=4)
TITLE_SECOND = Style(9.5, 13, colour=GREY)
BODY = Style(10.5, 17)
STRONG = Style(10.5, 17, is_bold=True)
SECOND = Style(8, 11.5, colour=GREY)
LABEL = Style(9.5, 13, colour=NAVY)
TINY = Style(7, 9.5, colour=GREY)
FINE = Style(8, 11.5)
SMALL_PRINT = Style(7.6, 11)


class Status(StrEnum):
    """Whether a document still stands."""

    ISSUED = "issued"
    VOID = "void"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class Page:
    """What the layouts draw on, and with."""

    sheet: Sheet
    content: Content
    profile: Profile
    status: Status
    is_copy: bool
    replaced_by: str
    footer_lines: tuple[tuple[list[str], Style], ...]

    @property
    def bottom(self) -> float:
        """Return how high the footer reaches, the bottom margin included."""
        return 46 + sum(style.leading * len(lines) for lines, style in self.footer_lines)

    @property
    def left(self) -> float:
        """Return the left edge of the text."""
        return MARGIN

    @property
    def right(self) -> float:
        """Return the right edge of the text."""
        return self.sheet.width - MARGIN

    @property
    def stamps_at(self) -> tuple[float, float]:
        """Return where the marks stand: above the letterhead, or inside a certificate's frame."""
        is_landscape = self.sheet.width > self.sheet.height
        inset = 44 if is_landscape else 0
        return self.right - inset / 4, self.sheet.height - 40 - inset * 0.8

    @property
    def text_width(self) -> float:
        """Return the width between the margins."""
        return self.right - self.left

    def label(self, name: str, **values: str) -> Text:
        """Return a label of the profile with its places filled."""
        return self.profile.labels[name].filled(**values)

    def inline(self, name: str) -> str:
        """Return a label in both languages on one line."""
        label = self.profile.labels[name]
        return f"{label.text} {label.second}".strip()


def paragraph(page: Page, y: float, wording: Text, style: Style = BODY) -> float:
    """Write a wording in both languages over the whole width; return the next baseline."""
    sheet = page.sheet
    y = sheet.lines(page.left, y, sheet.wrap(wording.text, page.text_width, style), style)
    if wording.second:
        y += style.leading - SECOND.leading
        second = sheet.wrap(wording.second, page.text_width, SECOND)
        y = sheet.lines(page.left, y, second, SECOND) - 3
    return y


def letterhead(page: Page) -> float:
    """Draw the head of a first page; return the first free baseline below it."""
    sheet, issuer = page.sheet, page.content.draft.issuer
    y = sheet.height - 54
    name = fitted(page, issuer.name, Style(15, 20, is_bold=True, colour=NAVY), page.text_width)
    sheet.text(page.left, y, issuer.name, name)
    if issuer.name_second:
        y -= 14
        second = fitted(page, issuer.name_second, Style(9, 12, colour=GREY), page.text_width)
        sheet.text(page.left, y, issuer.name_second, second)
    y -= 11
    sheet.rule((page.left, y), (page.right, y), width=1.4, colour=NAVY)
    return y - 40


def title(page: Page, y: float) -> float:
    """Write the title in both languages in the middle; return the next baseline."""
    sheet = page.sheet
    wording = page.profile.form(page.content.draft.kind).title
    style = Style(18, 26, is_bold=True, colour=NAVY) if wording.text.isascii() else TITLE
    sheet.text_centred(sheet.width / 2, y, wording.text, style)
    if wording.second:
        sheet.text_centred(sheet.width / 2, y - 16, wording.second, TITLE_SECOND)
        y -= 16
    return y - 28


def succession(page: Page) -> list[Text]:
    """Return the sentences that name the document before and after this one."""
    sentences = []
    if page.content.replaces:
        sentences.append(page.label("replaces", number=page.content.replaces))
    if page.replaced_by:
        sentences.append(page.label("replaced_by", number=page.replaced_by))
    return sentences


def shortened(page: Page, text: str, style: Style, width: float) -> str:
    """Return the text, cut off with an ellipsis where it would not fit; for reminders only."""
    if page.sheet.measure(text, style) <= width:
        return text
    first = page.sheet.wrap(text, width - style.size, style)[0]
    return f"{first}…"


def next_page(page: Page) -> float:
    """Start a page that says what it continues; return its first free baseline."""
    sheet, content = page.sheet, page.content
    sheet.new_page()
    y = sheet.height - 58
    wording = page.profile.form(content.draft.kind).title.text
    continued = f"{wording}{page.profile.labels['continued'].text}"
    sheet.text(page.left, y, continued, Style(10, 14, is_bold=True, colour=NAVY))
    recipient = shortened(page, content.draft.recipient.name, FINE, page.text_width * 0.55)
    sheet.text_right(page.right, y, recipient, FINE)
    return y - 16


def number_line(page: Page, y: float) -> float:
    """Write number and date of the document on one line; return the next baseline."""
    issued = date_text(page.content.issued_on, page.profile)
    page.sheet.text(page.left, y, f"{page.inline('number')}  {page.content.number}", FINE)
    page.sheet.text_right(page.right, y, f"{page.inline('issued_on')}  {issued}", FINE)
    return y - 26


def fitted(page: Page, text: str, style: Style, width: float) -> Style:
    """Return the style, smaller if the text would not fit on one line of this width."""
    needed = page.sheet.measure(text, style)
    if needed <= width:
        return style
    ratio = max(width / needed, 0.3)
    return Style(style.size * ratio, style.leading, style.is_bold, style.colour)


def start(
    sheet: Sheet,
    content: Content,
    profile: Profile,
    *,
    status: Status,
    is_copy: bool,
    replaced_by: str,
) -> Page:
    """Return the page to draw on; the footer is broken into lines once for all pages."""
    fine = small_print(content, profile)
    width = sheet.width - 2 * MARGIN
    lines = [
        (sheet.wrap(text, width, style), style)
        for text, style in ((fine.text, SMALL_PRINT), (fine.second, TINY))
        if text
    ]
    lines.append((_packed(sheet, _issuer_data(content, profile), width), TINY))
    return Page(sheet, content, profile, status, is_copy, replaced_by, tuple(lines))


def footer(page: Page, number: int, pages: int) -> None:
    """Draw small print, the issuer's data and the page number; on every page."""
    sheet = page.sheet
    y = page.bottom - 6
    sheet.rule((page.left, y), (page.right, y), width=0.6, colour=PALE)
    y -= 13
    for lines, style in page.footer_lines:
        y = sheet.lines(page.left, y, lines, style)
    text = page.label("page", page=str(number), pages=str(pages))
    sheet.text(page.left, 26, page.content.number, TINY)
    sheet.text_right(page.right, 26, f"{text.text}  {text.second}".strip(), TINY)


def _issuer_data(content: Content, profile: Profile) -> list[str]:
    issuer, labels = content.draft.issuer, profile.labels
    values = {
        "registration": issuer.registration,
        "address": issuer.address,
        "telephone": issuer.telephone,
        "email": issuer.email,
        "website": issuer.website,
    }
    return [
        f"{labels[name].text}{colon(profile)}{value}" for name, value in values.items() if value
    ]


def _packed(sheet: Sheet, parts: list[str], width: float) -> list[str]:
    """Put the parts side by side on as few lines as they need, none torn apart if it fits."""
    lines: list[str] = []
    for part in parts:
        longer = f"{lines[-1]}    {part}" if lines else part
        if lines and sheet.measure(longer, TINY) <= width:
            lines[-1] = longer
        else:
            lines.extend(sheet.wrap(part, width, TINY))
    return lines


def verification(page: Page, corner: tuple[float, float], size: float = 66) -> None:
    """Draw the code that leads to the page where anyone can check the document."""
    sheet = page.sheet
    sheet.qr(corner, size, page.content.verify_url)
    middle = corner[0] + size / 2
    hint = page.profile.labels["verify"]
    sheet.text_centred(middle, corner[1] - 12, hint.text, Style(7.5, 10))
    if hint.second:
        sheet.text_centred(middle, corner[1] - 21, hint.second, Style(6.5, 9, colour=GREY))
    _typed_verification(page, (corner[0] + size + 9, corner[1] + 24))


def _typed_verification(page: Page, corner: tuple[float, float]) -> None:
    """Write number, code and address, for whoever has the paper and no camera."""
    address, _, code = page.content.verify_url.rpartition("/")
    groups = " ".join(code[at : at + 4] for at in range(0, len(code), 4))
    y = corner[1]
    for name, value in (("number", page.content.number), ("code", groups), ("verify_at", address)):
        # The code is what people type.
        style = Style(7.5, 10) if name == "code" else TINY
        page.sheet.text(corner[0], y, f"{page.inline(name)}  {value}", style)
        y -= TINY.leading + 1.5


def signature(page: Page, y: float) -> float:
    """Write who issued the document, and when, at the right edge; return the next baseline."""
    issuer = page.content.draft.issuer
    page.sheet.text_right(page.right, y, issuer.name, fitted(page, issuer.name, BODY, 380))
    y -= BODY.leading
    page.sheet.text_right(page.right, y, date_text(page.content.issued_on, page.profile), BODY)
    if issuer.signatory:
        y -= BODY.leading
        label = page.profile.labels["signatory"].text
        signatory = f"{label}{colon(page.profile)}{issuer.signatory}"
        page.sheet.text_right(page.right, y, signatory, FINE)
    return y - BODY.leading


def marks(page: Page) -> None:
    """Mark specimens, copies and documents that no longer stand, on the current page."""
    sheet = page.sheet
    with sheet.behind():
        if page.status is not Status.ISSUED:
            _across(page, page.profile.marks[page.status.value], FAINT_RED)
        elif page.content.is_specimen:
            _across(page, page.profile.marks["specimen"], FAINT_GREY)
    stamps = []
    if page.status is not Status.ISSUED:
        stamps.append((page.profile.marks[page.status.value], RED))
    if page.content.is_specimen:
        stamps.append((page.profile.marks["specimen"], GREY))
    if page.is_copy:
        stamps.append((page.profile.marks["copy"], GREY))
    right, y = page.stamps_at
    for mark, colour in stamps:
        right = _stamp(page, (right, y), mark, colour) - 6


def _across(page: Page, mark: Text, colour: tuple[float, float, float]) -> None:
    """Write a mark in pale letters from corner to corner."""
    sheet = page.sheet
    diagonal = hypot(sheet.width, sheet.height)
    unit = sheet.measure(mark.text, Style(1, 1, is_bold=True))
    size = min(diagonal * 0.6 / unit, 170)
    angle = degrees(atan2(sheet.height, sheet.width))
    style = Style(round(size, 1), size, is_bold=True, colour=colour)
    sheet.text_slanted(sheet.width / 2, sheet.height / 2, angle, mark.text, style)


def _stamp(
    page: Page, at: tuple[float, float], mark: Text, colour: tuple[float, float, float]
) -> float:
    """Draw a small frame with a mark, its lower right corner there; return its left edge."""
    sheet = page.sheet
    style = Style(10.5, 14, is_bold=True, colour=colour)
    words = " ".join(dict.fromkeys(part for part in (mark.text, mark.second) if part))
    width = sheet.measure(words, style) + 14
    corner = (at[0] - width, at[1])
    sheet.box(corner, (width, 19), stroke=colour, width=1)
    sheet.text(corner[0] + 7, corner[1] + 5.6, words, style)
    return corner[0]
