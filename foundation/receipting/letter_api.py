"""Letters of our own for programs: `/api/v1/letters`."""

from typing import Any

from flask import Blueprint, Response
from sqlalchemy.orm import Session

from foundation.gifts import service as gifts
from foundation.http import api
from foundation.http.lists import Page, PageRequest
from foundation.receipting import (
    access,
    bill_pages,
    documents,
    letter_lists,
    letter_view,
    planning,
    service,
    serving,
)
from foundation.receipting.eligibility import Document
from foundation.receipting.letter_lists import LetterFilter
from foundation.receipting.letter_pages import NotDrawn
from foundation.receipting.schemas import (
    IssuanceAnswer,
    LetterAnswer,
    LetterEnding,
    LetterQuery,
    LetterRowAnswer,
    LetterScope,
    NewLetters,
)
from foundation.receipting.scopes import Scope
from foundation.receipting.serving import Mark
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger.money import to_text
from receipts import letter_files, letters

blueprint = Blueprint("letters_api", __name__, url_prefix=f"{api.PREFIX}/letters")


@blueprint.get("")
@guard.requires(Permission.GIFTS_READ)
@api.endpoint(items=LetterRowAnswer, query=LetterQuery)
def list_letters(session: Session, *, query: dict[str, Any], page: PageRequest) -> Page[Any]:
    """List letters in the order in which they were issued."""
    wanted = LetterFilter(
        kind=query["kind"],
        state=query["state"],
        year=query["year"],
        batch_id=query["batch"],
        donor_id=query["donor"],
        gift_id=gifts.find_key(session, query["gift"]) if query["gift"] else None,
        text=query["q"],
    )
    after = bill_pages.after(page.cursor)
    found = letter_lists.list_letters(session, wanted, limit=page.limit + 1, after_id=after)
    shown = found[: page.limit]
    more = str(shown[-1].id) if len(found) > page.limit else None
    return Page([documents.of_letter(row) for row in shown], more)


@blueprint.get("/preview")
@guard.requires(Permission.GIFTS_READ)
@api.endpoint(query=LetterScope, answer=IssuanceAnswer)
def preview_letters(session: Session, *, query: dict[str, Any]) -> dict[str, Any]:
    """Say what issuing would do, and which gifts get nothing and why."""
    planned = service.preview(session, _scope(session, query), clock=api.clock())
    return {
        "issued": planned.letters,
        "first": None,
        "last": None,
        "total": to_text(planned.total_minor),
        "gifts": planned.gifts,
        "fingerprint": planned.fingerprint,
        "excluded": [documents.of_exclusion(item) for item in planned.excluded],
    }


@blueprint.post("")
@guard.requires(access.RECORD)
@api.endpoint(body=NewLetters, answer=IssuanceAnswer, status=201)
def issue_letters(session: Session, *, body: dict[str, Any]) -> dict[str, Any]:
    """Issue the documents of a scope, all or none."""
    done = service.issue(
        session,
        _scope(session, body),
        verify_at=serving.verify_at(),
        expected=body["expected"],
        **api.who(),
    )
    return {
        "issued": done.letters,
        "first": done.first or None,
        "last": done.last or None,
        "total": to_text(done.total_minor),
        "gifts": done.gifts,
        "fingerprint": None,
        "excluded": [documents.of_exclusion(item) for item in done.excluded],
    }


@blueprint.get("/<reference>")
@guard.requires(Permission.GIFTS_READ)
@api.endpoint(answer=LetterAnswer)
def get_letter(session: Session, reference: str) -> dict[str, Any]:
    """Return a letter with its gifts and files."""
    return documents.of_letter_view(letter_view.get_view(session, reference))


@blueprint.post("/<reference>/replace")
@guard.requires(access.RECORD)
@api.endpoint(body=LetterEnding, answer=LetterAnswer)
def replace_letter(session: Session, reference: str, *, body: dict[str, Any]) -> dict[str, Any]:
    """Issue a letter anew from its gifts as they are; answers the new one."""
    letter = letters.get_letter(session, reference)
    issued = service.replace(
        session, letter.id, reason=body["reason"], verify_at=serving.verify_at(), **api.who()
    )
    return documents.of_letter_view(letter_view.get_view(session, issued.reference))


@blueprint.post("/<reference>/cancel")
@guard.requires(access.UNDO)
@api.endpoint(body=LetterEnding, answer=LetterAnswer)
def cancel_letter(session: Session, reference: str, *, body: dict[str, Any]) -> dict[str, Any]:
    """Cancel a letter; its number stays."""
    letter = letters.get_letter(session, reference)
    service.cancel(session, letter.id, reason=body["reason"], **api.who())
    return documents.of_letter_view(letter_view.get_view(session, reference))


@blueprint.get("/<reference>/original")
@guard.requires(Permission.GIFTS_READ)
@api.endpoint()
def get_original(session: Session, reference: str) -> Response:
    """Return the original that was made (PDF), the same bytes every time."""
    view = letter_view.get_view(session, reference)
    if not view.has_original:
        raise NotDrawn(letter=view.letter.reference)
    return _pdf(serving.document_pdf(session, view.letter, Mark.ORIGINAL, actor=api.actor()))


@blueprint.post("/<reference>/original")
@guard.requires(access.RECORD)
@api.endpoint()
def make_original(session: Session, reference: str) -> Response:
    """Make the original when there is none, and return it (PDF)."""
    letter = letters.get_letter(session, reference)
    return _pdf(serving.document_pdf(session, letter, Mark.ORIGINAL, actor=api.actor()))


@blueprint.post("/<reference>/copy")
@guard.requires(access.RECORD)
@api.endpoint()
def make_copy(session: Session, reference: str) -> Response:
    """Make a copy, marked as one, and return it (PDF)."""
    letter = letters.get_letter(session, reference)
    return _pdf(serving.document_pdf(session, letter, Mark.COPY, actor=api.actor()))


def _scope(session: Session, given: dict[str, Any]) -> Scope:
    document, first, last = given["kind"], given["first_on"], given["last_on"]
    span = None if first is None or last is None else (first, last)
    if document is None:
        known = planning.documents_of(session)
        is_annual = (given["year"] or span) is not None and Document.ANNUAL in known
        document = Document.ANNUAL if is_annual else known[0]
    return Scope(
        document,
        gift_id=None if given["gift"] is None else gifts.find_key(session, given["gift"]),
        batch_id=given["batch"],
        year=given["year"],
        donor_id=given["donor"],
        span=span,
    )


def _pdf(content: bytes) -> Response:
    return Response(content, mimetype=letter_files.MEDIA_TYPE)
