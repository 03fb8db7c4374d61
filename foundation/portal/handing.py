"""Hand files to donors: the original first, copies marked 副本 after it, official files unchanged.

Every file that leaves is in the log with its digest. A download that broke off is not a second
one: within a quarter of an hour the same original is handed out again.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from foundation.http.context import services
from foundation.portal import gift_cards, papers, visits
from foundation.portal.models import VisitKind
from foundation.portal.visitors import Visitor
from foundation.portal.visits import Visit
from foundation.receipting import serving
from foundation.receipting.serving import Mark
from ledger.errors import NotFound
from receipts import bill_files
from receipts.models import BillFileKind, LetterState, RenderMark

_AGAIN = timedelta(minutes=15)
_MEDIA_TYPES = {
    BillFileKind.PDF: "application/pdf",
    BillFileKind.OFD: "application/ofd",
    BillFileKind.XML: "application/xml",
}


class UnknownOwnDocument(NotFound):
    """There is no such document among those of the visitor."""

    code = "unknown_own_document"
    message = "您的文件中没有 {document}"


@dataclass(frozen=True, slots=True)
class Handed:
    """A file on its way to the donor."""

    name: str
    media_type: str
    content: bytes


def letter(session: Session, visitor: Visitor, reference: str) -> Handed:
    """Return the file of a document. Raises UnknownOwnDocument, FileChanged."""
    found = papers.find_letter(session, reference, gift_cards.own_keys(session, visitor))
    if found is None or visitor.letter_id not in (None, found.id):
        raise UnknownOwnDocument(document=reference)
    now = services().clock.now()
    first = visits.first_original(session, found.id)
    # What no longer stands is handed out as a copy that says so.
    is_original = found.state is LetterState.ISSUED and (first is None or now - first < _AGAIN)
    file = serving.document_file(
        session, found, Mark.ORIGINAL if is_original else Mark.COPY, actor=visitor.actor
    )
    _note(session, visitor, letter_id=found.id, mark=file.mark, digest=file.digest)
    name = file.name
    if file.mark is RenderMark.COPY:
        name = f"{file.reference}-copy.pdf"
    return Handed(name, "application/pdf", file.content)


def bill_file(session: Session, visitor: Visitor, file_id: int) -> Handed:
    """Return an official file, byte for byte. Raises UnknownOwnDocument, FileChanged."""
    key = papers.find_file(session, file_id, gift_cards.own_keys(session, visitor))
    if key is None:
        raise UnknownOwnDocument(document=file_id)
    file = bill_files.read(session, key, folder=services().config.data_dir)
    _note(session, visitor, bill_file_id=key, digest=file.digest)
    return Handed(file.name, _MEDIA_TYPES[file.kind], file.content)


def _note(
    session: Session,
    visitor: Visitor,
    *,
    digest: str,
    letter_id: int | None = None,
    bill_file_id: int | None = None,
    mark: RenderMark | None = None,
) -> None:
    visit = Visit(
        visitor.donor_id,
        VisitKind.DOWNLOADED,
        visitor.channel,
        letter_id=letter_id,
        bill_file_id=bill_file_id,
        mark=mark,
        digest=digest,
    )
    visits.note(session, visit, actor=visitor.actor, clock=services().clock)
