"""Letters of our own: the list, one letter with its files, replacing and cancelling it."""

from collections.abc import Callable
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation import database
from foundation.gifts import service as gifts
from foundation.http import context, forms, list_export, listing, lists
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import mark, translate
from foundation.http.list_export import ExportedFile
from foundation.http.listing import Column, Kind, Listing
from foundation.http.lists import Page, PageRequest
from foundation.receipting import (
    access,
    bill_pages,
    labels,
    letter_lists,
    letter_view,
    service,
    serving,
)
from foundation.receipting.bill_forms import who
from foundation.receipting.letter_lists import LetterFilter, LetterRow
from foundation.receipting.letter_view import LetterView
from foundation.receipting.serving import Mark
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger.errors import Conflict, DomainError
from ledger.trail import TrailRecord
from receipts import letter_files, letters
from receipts.content import Kind as LetterKind
from receipts.models import LetterState

LISTING = Listing(
    name="letters",
    endpoint="receipting.letters",
    filters=("q", "kind", "state", "year", "batch", "donor", "gift"),
    columns=(
        Column("reference", mark("编号"), lambda row: row.reference, is_fixed=True),
        Column("issued_on", mark("出具日期"), lambda row: row.issued_on, kind=Kind.DATE),
        Column("kind", mark("种类"), lambda row: translate(labels.KINDS[row.kind])),
        Column("recipient", mark("捐赠人"), lambda row: row.recipient),
        Column("state", mark("状态"), lambda row: translate(labels.LETTER_STATES[row.state][0])),
        Column(
            "drawn",
            mark("文件"),
            lambda row: translate("已生成") if row.is_drawn else translate("未生成"),
        ),
        Column("issued_by", mark("出具人"), lambda row: row.issued_by, starts_hidden=True),
        Column("total", mark("金额"), lambda row: row.total_minor, kind=Kind.MONEY, is_fixed=True),
    ),
)


class NotDrawn(Conflict):
    """Nobody has made the file of the letter yet."""

    code = "letter_not_drawn"
    message = "文件 {letter} 的原件尚未生成"


@guard.requires(Permission.GIFTS_READ)
def index() -> str:
    """List letters, the latest first."""
    with database.reading(services().engine) as session:
        wanted = wanted_of(session, Form.empty(request.args))
        count, total = letter_lists.count_letters(session, wanted)
        return render_template(
            "receipting/letters.html",
            page=page_of(session, wanted, lists.of_request()),
            count=count,
            total=total,
            undrawn=_undrawn(session, wanted),
            view=listing.view(session, LISTING),
            kinds=labels.KINDS,
            states=labels.LETTER_STATES,
            years=sorted({row.year for row in letter_lists.list_series(session)}, reverse=True),
        )


@guard.requires(Permission.GIFTS_READ)
def export(form: str) -> Response:
    """Export exactly the letters that are shown."""
    with database.reading(services().engine) as session:
        wanted = wanted_of(session, Form.empty(request.args))
        list_export.check_size(letter_lists.count_letters(session, wanted)[0])
        columns = listing.view(session, LISTING).columns
        rows = lists.every(lambda asked: page_of(session, wanted, asked))
        name = f"letters-{services().clock.today().isoformat()}"
        file = ExportedFile(name, translate("函件"))
        return list_export.respond(form, columns, rows, file=file)


@guard.requires(Permission.GIFTS_READ)
def series() -> str:
    """Show the series of every year, that nothing is missing in them."""
    with database.reading(services().engine) as session:
        return render_template(
            "receipting/series.html",
            series=letter_lists.list_series(session),
            kinds=labels.KINDS,
        )


@guard.requires(Permission.GIFTS_READ)
def letter(reference: str) -> str:
    """Show a letter with its gifts, files and history."""
    with database.reading(services().engine) as session:
        view = letter_view.get_view(session, reference)
        records = session.execute(
            select(TrailRecord)
            .where(TrailRecord.subject == f"letter:{view.letter.id}")
            .order_by(TrailRecord.sequence)
        )
        return render_template(
            "receipting/letter.html",
            view=view,
            letter=view.letter,
            kinds=labels.KINDS,
            states=labels.LETTER_STATES,
            marks=labels.MARKS,
            acts=labels.ACTS,
            records=list(records.scalars()),
        )


@guard.requires(Permission.GIFTS_READ)
def original(reference: str) -> Response:
    """Hand out the original that was made, the same bytes every time."""
    with database.reading(services().engine) as session:
        view = letter_view.get_view(session, reference)
        if not view.has_original:
            raise NotDrawn(letter=view.letter.reference)
        file = serving.document_file(
            session, view.letter, Mark.ORIGINAL, actor=context.require_user().actor
        )
    return _pdf(file.content, file.name)


@guard.requires(access.RECORD)
def file(reference: str) -> Response:
    """Make the original when there is none, or a copy, and hand it out."""
    wanted = Mark.COPY if request.form.get("mark") == Mark.COPY else Mark.ORIGINAL
    with database.transaction(services().engine) as session:
        found = letters.get_letter(session, reference)
        made = serving.document_file(session, found, wanted, actor=context.require_user().actor)
    name = made.name.replace(".pdf", "-copy.pdf") if wanted is Mark.COPY else made.name
    return _pdf(made.content, name)


@guard.requires(access.RECORD)
def replace(reference: str) -> Any:
    """Issue a letter anew from the gifts as they are."""

    def work(session: Session, view: LetterView, reason: str) -> str:
        issued = service.replace(
            session, view.letter.id, reason=reason, verify_at=serving.verify_at(), **who()
        )
        flash(translate("{old} 已更换为 {new}", old=view.letter.reference, new=issued.reference))
        return issued.reference

    return _ending(
        reference,
        work,
        heading=translate("更换 {letter}", letter=reference),
        sentence=translate(
            "按捐赠的现状重新出具一份同类文件，使用新的编号；原文件标为已更换，核验时会指向新文件。"
        ),
        button=translate("更换"),
    )


@guard.requires(access.UNDO)
def cancel(reference: str) -> Any:
    """Cancel a letter; the number stays."""

    def work(session: Session, view: LetterView, reason: str) -> str:
        service.cancel(session, view.letter.id, reason=reason, **who())
        flash(translate("{number} 已作废", number=view.letter.reference))
        return view.letter.reference

    return _ending(
        reference,
        work,
        heading=translate("作废 {letter}", letter=reference),
        sentence=translate(
            "文件作废后编号保留，核验时显示已作废；所对应的捐赠可以重新出具或更改。"
        ),
        button=translate("作废"),
        is_danger=True,
    )


def _ending(reference: str, work: Callable[[Session, LetterView, str], str], **page: Any) -> Any:
    with database.reading(services().engine) as session:
        view = letter_view.get_view(session, reference)
    form = Form.of_request() if request.method == "POST" else Form.empty()
    if request.method == "POST":
        reason = form.text("reason", longest=500)
        try:
            form.require_complete()
            with database.transaction(services().engine) as session:
                target = work(session, view, reason)
            return redirect(url_for("receipting.letter", reference=target), 303)
        except forms.Incomplete:
            pass
        except DomainError as error:
            form.refuse("", error)
    answer = render_template(
        "confirm.html",
        form=form,
        asks_reason=True,
        back=url_for("receipting.letter", reference=reference),
        facts=[
            (translate("捐赠人"), view.letter.recipient_name),
            (translate("出具日期"), view.letter.issued_on),
            (translate("状态"), translate(labels.LETTER_STATES[view.letter.state][0])),
        ],
        **page,
    )
    return answer, 422 if form.errors else 200


def wanted_of(session: Session, form: Form) -> LetterFilter:
    """Read the filter of the address; what cannot be read narrows nothing."""
    kind, state = form.value("kind"), form.value("state")
    gift = form.value("gift")
    return LetterFilter(
        kind=LetterKind(kind) if kind in list(LetterKind) else None,
        state=LetterState(state) if state in list(LetterState) else None,
        year=_number(form.value("year")),
        gift_id=gifts.find_key(session, gift) if gift else None,
        batch_id=_number(form.value("batch")),
        donor_id=_number(form.value("donor")),
        text=form.value("q").replace("\x00", ""),
    )


def page_of(session: Session, wanted: LetterFilter, asked: PageRequest) -> Page[LetterRow]:
    """Return one part of the list, the latest first. Raises BadCursor."""
    found = letter_lists.list_letters(
        session,
        wanted,
        limit=asked.limit + 1,
        after_id=bill_pages.after(asked.cursor),
        latest_first=True,
    )
    shown = found[: asked.limit]
    return Page(shown, str(shown[-1].id) if len(found) > asked.limit else None)


def _undrawn(session: Session, wanted: LetterFilter) -> int:
    return letter_lists.count_letters(session, letter_lists.undrawn(wanted))[0]


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


def _pdf(content: bytes, name: str) -> Response:
    disposition = f'attachment; filename="{name}"'
    return Response(
        content, mimetype=letter_files.MEDIA_TYPE, headers={"Content-Disposition": disposition}
    )
