"""Vouchers for programs: `/api/v1/vouchers`. What is drafted, reviewed and posted by whom holds
here as on the pages; a token acts with the role of its user.
"""

import io
from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, Response, request, send_file
from sqlalchemy.orm import Session

from foundation.books import documents, papers, reading, service, voucher_view
from foundation.books.entry import Entry, EntryLine
from foundation.books.reading import VoucherFilter
from foundation.books.schemas import (
    ChangedVoucher,
    FileAnswer,
    Keys,
    NewVoucher,
    OutcomeAnswer,
    Reason,
    Reversal,
    VoucherAnswer,
    VoucherQuery,
    VoucherRowAnswer,
)
from foundation.http import api
from foundation.http.context import services
from foundation.http.languages import describe
from foundation.http.lists import Page, PageRequest
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger import posting
from ledger.errors import InvalidInput
from ledger.money import to_text
from ledger.posting import Outcome

blueprint = Blueprint("vouchers_api", __name__, url_prefix=f"{api.PREFIX}/vouchers")


@blueprint.get("")
@guard.requires(Permission.BOOKS_READ)
@api.endpoint(items=VoucherRowAnswer, query=VoucherQuery)
def list_vouchers(session: Session, *, query: dict[str, Any], page: PageRequest) -> Page[Any]:
    """List vouchers in order of date."""
    first, last = reading.span_of(query["period"]) if query["period"] else (None, None)
    wanted = VoucherFilter(
        first_period=first,
        last_period=last,
        state=query["state"],
        kind=query["kind"],
        fund=query["fund"],
        account=query["account"],
        text=query["search"],
    )
    asked = PageRequest(limit=page.limit, cursor=page.cursor, sort=query["sort"])
    found = reading.search(session, wanted, asked)
    return Page([documents.of_row(row) for row in found.items], found.next)


@blueprint.post("")
@guard.requires(Permission.VOUCHERS_PREPARE)
@api.endpoint(body=NewVoucher, answer=VoucherAnswer, status=201)
def prepare(session: Session, *, body: dict[str, Any]) -> dict[str, Any]:
    """Prepare a voucher: a draft, or submitted for review."""
    key = service.prepare(
        session, _entry(body), complete=body["submit"], actor=api.actor(), clock=api.clock()
    )
    return _document(session, key)


@blueprint.get("/<int:voucher_id>")
@guard.requires(Permission.BOOKS_READ)
@api.endpoint(answer=VoucherAnswer)
def get_voucher(session: Session, voucher_id: int) -> dict[str, Any]:
    """Return a voucher with its lines, links and files."""
    return _document(session, voucher_id)


@blueprint.put("/<int:voucher_id>")
@guard.requires(Permission.VOUCHERS_PREPARE)
@api.endpoint(body=ChangedVoucher, answer=VoucherAnswer)
def change(session: Session, voucher_id: int, *, body: dict[str, Any]) -> dict[str, Any]:
    """Write a draft anew."""
    service.change(
        session,
        voucher_id,
        _entry(body),
        version=body["version"],
        complete=body["submit"],
        actor=api.actor(),
        clock=api.clock(),
    )
    return _document(session, voucher_id)


@blueprint.post("/<int:voucher_id>/submit")
@guard.requires(Permission.VOUCHERS_PREPARE)
@api.endpoint(answer=VoucherAnswer)
def submit(session: Session, voucher_id: int) -> dict[str, Any]:
    """Submit a draft for review."""
    return _acted(session, voucher_id, posting.submit)


@blueprint.post("/<int:voucher_id>/review")
@guard.requires(Permission.VOUCHERS_REVIEW)
@api.endpoint(answer=VoucherAnswer)
def review(session: Session, voucher_id: int) -> dict[str, Any]:
    """Review a submitted voucher that somebody else prepared."""
    return _acted(session, voucher_id, posting.review)


@blueprint.post("/<int:voucher_id>/post")
@guard.requires(Permission.VOUCHERS_POST)
@api.endpoint(answer=VoucherAnswer)
def post(session: Session, voucher_id: int) -> dict[str, Any]:
    """Post a reviewed voucher, for good."""
    return _acted(session, voucher_id, posting.post)


@blueprint.post("/<int:voucher_id>/return")
@guard.requires(Permission.VOUCHERS_REVIEW)
@api.endpoint(body=Reason, answer=VoucherAnswer)
def return_to_draft(session: Session, voucher_id: int, *, body: dict[str, Any]) -> dict[str, Any]:
    """Send a submitted or reviewed voucher back to its preparer."""
    return _acted(session, voucher_id, posting.withdraw, reason=body["reason"])


@blueprint.post("/<int:voucher_id>/withdraw")
@guard.requires(Permission.VOUCHERS_PREPARE)
@api.endpoint(body=Reason, answer=VoucherAnswer)
def withdraw(session: Session, voucher_id: int, *, body: dict[str, Any]) -> dict[str, Any]:
    """Take a submitted voucher back to draft, as long as nobody has reviewed it."""
    return _acted(session, voucher_id, service.withdraw_submitted, reason=body["reason"])


@blueprint.post("/<int:voucher_id>/discard")
@guard.requires(Permission.VOUCHERS_PREPARE)
@api.endpoint(body=Reason, answer=VoucherAnswer)
def discard(session: Session, voucher_id: int, *, body: dict[str, Any]) -> dict[str, Any]:
    """Give up a voucher that was not posted."""
    return _acted(session, voucher_id, service.discard, reason=body["reason"])


@blueprint.post("/<int:voucher_id>/reverse")
@guard.requires(Permission.VOUCHERS_PREPARE)
@api.endpoint(body=Reversal, answer=VoucherAnswer, status=201)
def reverse(session: Session, voucher_id: int, *, body: dict[str, Any]) -> dict[str, Any]:
    """Prepare the red copy of a posted voucher."""
    key = service.reverse(
        session,
        voucher_id,
        booked_on=body["date"],
        reason=body["reason"],
        actor=api.actor(),
        clock=api.clock(),
    )
    return _document(session, key)


@blueprint.post("/review")
@guard.requires(Permission.VOUCHERS_REVIEW)
@api.endpoint(body=Keys, answer=OutcomeAnswer)
def review_many(session: Session, *, body: dict[str, Any]) -> dict[str, Any]:
    """Review several vouchers; what cannot be reviewed is left out with the reason."""
    outcome = posting.review(session, body["ids"], actor=api.actor(), clock=api.clock())
    return _outcome(session, outcome)


@blueprint.post("/post")
@guard.requires(Permission.VOUCHERS_POST)
@api.endpoint(body=Keys, answer=OutcomeAnswer)
def post_many(session: Session, *, body: dict[str, Any]) -> dict[str, Any]:
    """Post several vouchers; what cannot be posted is left out with the reason."""
    outcome = posting.post(session, body["ids"], actor=api.actor(), clock=api.clock())
    return _outcome(session, outcome)


@blueprint.post("/<int:voucher_id>/files")
@guard.requires(Permission.VOUCHERS_PREPARE)
@api.endpoint(answer=FileAnswer, status=201)
def add_file(session: Session, voucher_id: int) -> dict[str, Any]:
    """Attach a source document: multipart form, field `file`."""
    upload = request.files.get("file")
    if upload is None:
        raise InvalidInput(field="file", reason="请以 multipart/form-data 上传文件")
    key = papers.add(
        session,
        voucher_id,
        name=upload.filename or "",
        content=upload.read(papers.MAX_BYTES + 1),
        data_dir=services().config.data_dir,
        actor=api.actor(),
        clock=api.clock(),
    )
    found = _document(session, voucher_id)["files"]
    return next(file for file in found if file["id"] == key)


@blueprint.get("/<int:voucher_id>/files/<int:file_id>")
@guard.requires(Permission.BOOKS_READ)
@api.endpoint()
def get_file(session: Session, voucher_id: int, file_id: int) -> Response:
    """Return a source document byte for byte."""
    return send_paper(session, voucher_id, file_id)


def send_paper(session: Session, voucher_id: int, file_id: int) -> Response:
    """Answer with a stored document, as a download: nothing of it runs in a page of ours."""
    file, content = papers.read(session, voucher_id, file_id, data_dir=services().config.data_dir)
    return send_file(
        io.BytesIO(content),
        mimetype=file.media_type,
        as_attachment=True,
        download_name=file.file_name,
        etag=file.digest,
    )


def _entry(body: dict[str, Any]) -> Entry:
    return Entry(
        booked_on=body["date"],
        summary=body["summary"],
        kind=body["kind"],
        word=body["word"],
        attachment_count=body["attachments"],
        corrects_id=body["corrects"],
        lines=tuple(
            EntryLine(
                account=line["account"],
                fund=line["fund"],
                debit_minor=line["debit"],
                credit_minor=line["credit"],
                summary=line["summary"],
                counterparty=line["counterparty"],
                project=line["project"],
                cash_flow_item=line["cash_flow_item"],
            )
            for line in body["lines"]
        ),
    )


def _document(session: Session, voucher_id: int) -> dict[str, Any]:
    return documents.of_view(voucher_view.get_voucher(session, voucher_id))


def _acted(
    session: Session, voucher_id: int, act: Callable[..., Outcome], **more: str
) -> dict[str, Any]:
    keys: Sequence[int] = [voucher_id]
    act(session, keys, actor=api.actor(), clock=api.clock(), **more).require()
    return _document(session, voucher_id)


def _outcome(session: Session, outcome: Outcome) -> dict[str, Any]:
    labels = voucher_view.find_labels(session, [item.voucher_id for item in outcome.excluded])
    return {
        "done": list(outcome.done),
        "total": to_text(service.total_of(session, outcome.done)),
        "excluded": [
            documents.of_exclusion(
                item, labels.get(item.voucher_id, ""), reason=describe(item.error)
            )
            for item in outcome.excluded
        ],
    }
