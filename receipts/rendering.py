"""The door to the pages: issued content in, the bytes of a PDF out.

Pure and deterministic: no clock, no database, no settings. The same content, marks and fonts give
the same bytes under the same version of reportlab; because that version will change one day, the
bytes of an issued document are kept, not made again.

Nothing here draws a seal, and no document of ours has the form of an official bill.
"""

from collections.abc import Callable, Iterator

from ledger.errors import InvalidInput
from ledger.money import BOOK_CURRENCY
from receipts.capitals import to_capitals
from receipts.content import Content, Draft, Kind, digest
from receipts.pdf import certificate, frame, letter, statement
from receipts.pdf.fonts import FontSet, load_typeface
from receipts.pdf.frame import Page, Status
from receipts.pdf.sheet import A4, A4_LANDSCAPE, Metadata, Sheet
from receipts.profile import Profile, check_wording, get_profile

_LAYOUTS: dict[str, tuple[tuple[float, float], Callable[[Page], None]]] = {
    "letter": (A4, letter.draw),
    "statement": (A4, statement.draw),
    "certificate": (A4_LANDSCAPE, certificate.draw),
}


def render(
    content: Content,
    *,
    copy: bool = False,
    status: Status = Status.ISSUED,
    replaced_by: str = "",
    fonts: FontSet | None = None,
) -> bytes:
    """Draw a document and return the file.

    `copy` marks what is handed out after the first time; `status` marks what no longer stands, and
    `replaced_by` names its successor. Raises ForbiddenWord, MissingGlyph when no font has a
    character, NotFound for an unknown profile or kind.
    """
    profile = get_profile(content.draft.profile)
    check_wording(content.draft, profile)
    if replaced_by and status is not Status.REPLACED:
        raise InvalidInput(field="更换后的编号", reason="仅用于已更换的文件")
    form = profile.form(content.draft.kind)
    size, draw = _LAYOUTS[form.layout]
    sheet = Sheet(size, fonts or FontSet(), _metadata(content, profile))
    page = frame.start(
        sheet, content, profile, status=status, is_copy=copy, replaced_by=replaced_by
    )
    draw(page)
    return sheet.finish(lambda number, pages: _around(page, number, pages))


def check(draft: Draft, *, fonts: FontSet | None = None) -> None:
    """Refuse a draft that could not be drawn once it has a number; costs far less than drawing.

    Raises ForbiddenWord, MissingGlyph, InvalidAmount for what capitals cannot say, NotFound.
    """
    profile = get_profile(draft.profile)
    form = profile.form(draft.kind)
    check_wording(draft, profile)
    # The bold chain ends in the regular one, so that what the regular one has is enough.
    typeface = load_typeface((fonts or FontSet()).regular)
    for text in _texts(draft):
        typeface.width(text, 1)
    if any(row.field == "capitals" for row in form.rows):
        for gift in draft.gifts:
            if gift.currency == BOOK_CURRENCY:
                to_capitals(gift.amount_minor)


def _texts(draft: Draft) -> Iterator[str]:
    """Yield everything on the pages that comes from outside."""
    issuer, recipient = draft.issuer, draft.recipient
    yield from (issuer.name, issuer.name_second, issuer.registration, issuer.address)
    yield from (issuer.telephone, issuer.email, issuer.website, issuer.signatory)
    yield from (recipient.name, recipient.registration, recipient.address)
    yield from (draft.message, draft.place)
    for gift in draft.gifts:
        yield from (gift.reference, gift.description, gift.voucher)
        yield from (gift.advantage, gift.appraiser)
        yield from (part.project for part in gift.designations)
        if gift.bill is not None:
            yield from (gift.bill.code, gift.bill.number)


def _around(page: Page, number: int, pages: int) -> None:
    # The certificate has its small print inside its own frame.
    if page.content.draft.kind is not Kind.CERTIFICATE:
        frame.footer(page, number, pages)
    frame.marks(page)


def _metadata(content: Content, profile: Profile) -> Metadata:
    title = profile.form(content.draft.kind).title.text
    return Metadata(
        title=f"{title} {content.number}",
        author=content.draft.issuer.name,
        subject=title,
        language=profile.language,
        issued_on=content.issued_on,
        digest=digest(content),
    )
