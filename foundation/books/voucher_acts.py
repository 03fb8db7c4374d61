"""Pages for one voucher: showing it as a 记账凭证, its papers, and every step it can take."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from foundation import database
from foundation.books import api, labels, papers, service, voucher_view
from foundation.books.voucher_view import VoucherView
from foundation.http import context, forms
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import describe, translate
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger import posting
from ledger.errors import DomainError
from ledger.posting import Outcome
from ledger.vouchers import VoucherState


@guard.requires(Permission.BOOKS_READ)
def voucher(voucher_id: int) -> str:
    """Show a voucher."""
    return _shown(voucher_id, Form.empty())


def _shown(voucher_id: int, form: Form) -> str:
    with database.reading(services().engine) as session:
        view = voucher_view.get_voucher(session, voucher_id)
        return render_template(
            "books/voucher.html",
            view=view,
            sheets=voucher_view.sheets([view]),
            acts=voucher_view.history(session, view),
            neighbours=voucher_view.neighbours(session, view),
            kinds=labels.KINDS,
            act_names=labels.ACTS,
            dimension_names=labels.DIMENSIONS,
            form=form,
            is_own=view.row.prepared_by == context.require_user().actor,
            accept=",".join(sorted(papers.MEDIA_TYPES)),
        )


@guard.requires(Permission.BOOKS_READ)
def print_voucher(voucher_id: int) -> str:
    """Show a voucher for printing."""
    with database.reading(services().engine) as session:
        view = voucher_view.get_voucher(session, voucher_id)
        return render_template(
            "books/print.html",
            sheets=voucher_view.sheets([view]),
            dimension_names=labels.DIMENSIONS,
        )


@guard.requires(Permission.VOUCHERS_PREPARE)
def submit(voucher_id: int) -> Any:
    """Submit a draft for review."""
    return _step(voucher_id, translate("已提交，等待审核"), posting.submit)


@guard.requires(Permission.VOUCHERS_REVIEW)
def review(voucher_id: int) -> Any:
    """Review a submitted voucher; go on to the next one when asked."""
    answer = _step(voucher_id, translate("已审核"), posting.review)
    return _next_waiting(VoucherState.SUBMITTED) or answer if "next" in request.form else answer


@guard.requires(Permission.VOUCHERS_POST)
def post(voucher_id: int) -> Any:
    """Post a reviewed voucher; go on to the next one when asked."""
    answer = _step(voucher_id, translate("已记账"), posting.post)
    return _next_waiting(VoucherState.REVIEWED) or answer if "next" in request.form else answer


@guard.requires(Permission.VOUCHERS_PREPARE)
def withdraw(voucher_id: int) -> Any:
    """Take a submitted voucher back to draft."""
    return _step(
        voucher_id,
        translate("已撤回为草稿"),
        service.withdraw_submitted,
        reason=translate("制单人撤回"),
    )


@guard.requires(Permission.VOUCHERS_REVIEW)
def send_back(voucher_id: int) -> Any:
    """Send a voucher back to its preparer, with a reason."""
    return _with_reason(
        voucher_id, posting.withdraw, heading=translate("退回凭证"), done=translate("已退回")
    )


@guard.requires(Permission.VOUCHERS_PREPARE)
def discard(voucher_id: int) -> Any:
    """Give up a voucher that was not posted, with a reason."""
    return _with_reason(
        voucher_id, service.discard, heading=translate("作废凭证"), done=translate("已作废")
    )


@guard.requires(Permission.VOUCHERS_PREPARE)
def reverse(voucher_id: int) -> Any:
    """Prepare the red copy of a posted voucher."""
    form = Form.of_request() if request.method == "POST" else Form.empty()
    if request.method == "GET":
        form.values["date"] = services().clock.today().isoformat()
        return _reversal_page(voucher_id, form)
    day, reason = form.day("date"), form.text("reason", longest=500)
    try:
        form.require_complete()
        assert day is not None
        with database.transaction(services().engine) as session:
            key = service.reverse(
                session, voucher_id, booked_on=day, reason=reason, **context.who()
            )
    except forms.Incomplete:
        return _reversal_page(voucher_id, form), 422
    except DomainError as error:
        form.refuse("", error)
        return _reversal_page(voucher_id, form), error.status
    flash(translate("红字凭证已编制，等待审核"))
    return redirect(url_for("books.voucher", voucher_id=key), 303)


def _reversal_page(voucher_id: int, form: Form) -> str:
    with database.reading(services().engine) as session:
        view = voucher_view.get_voucher(session, voucher_id)
        return render_template("books/reverse.html", view=view, form=form)


@guard.requires(Permission.VOUCHERS_PREPARE)
def add_files(voucher_id: int) -> Any:
    """Attach source documents."""
    form = Form.of_request()
    uploads = [item for item in request.files.getlist("file") if item.filename]
    if not uploads:
        form.refuse("file", translate("请选择文件"))
    try:
        form.require_complete()
        with database.transaction(services().engine) as session:
            for upload in uploads:
                papers.add(
                    session,
                    voucher_id,
                    name=upload.filename or "",
                    content=upload.read(papers.MAX_BYTES + 1),
                    data_dir=services().config.data_dir,
                    **context.who(),
                )
    except forms.Incomplete:
        return _shown(voucher_id, form), 422
    except DomainError as error:
        form.refuse("file", error)
        return _shown(voucher_id, form), error.status
    flash(translate("已添加 {count} 个附件", count=len(uploads)))
    return redirect(url_for("books.voucher", voucher_id=voucher_id, _anchor="files"), 303)


@guard.requires(Permission.BOOKS_READ)
def get_file(voucher_id: int, file_id: int) -> Response:
    """Download a source document."""
    with database.reading(services().engine) as session:
        return api.send_paper(session, voucher_id, file_id)


def _step(voucher_id: int, done: str, act: Callable[..., Outcome], **more: str) -> Any:
    """Take one step and show the voucher again; what the rules refuse is said on its page."""
    try:
        with database.transaction(services().engine) as session:
            act(session, [voucher_id], **context.who(), **more).require()
    except DomainError as error:
        flash(describe(error), "error")
    else:
        flash(done)
    return redirect(url_for("books.voucher", voucher_id=voucher_id), 303)


def _next_waiting(state: VoucherState) -> Response | None:
    """The page of the next voucher that waits in a state, if there is one."""
    # Nobody reviews the own voucher; posting it is another matter.
    not_by = context.require_user().actor if state is VoucherState.SUBMITTED else ""
    with database.reading(services().engine) as session:
        key = voucher_view.find_waiting(session, state, not_by=not_by)
    return None if key is None else redirect(url_for("books.voucher", voucher_id=key), 303)


def _with_reason(voucher_id: int, act: Callable[..., Outcome], *, heading: str, done: str) -> Any:
    form = Form.of_request() if request.method == "POST" else Form.empty()
    if request.method == "POST":
        reason = form.text("reason", longest=500)
        try:
            form.require_complete()
            with database.transaction(services().engine) as session:
                act(session, [voucher_id], reason=reason, **context.who()).require()
        except forms.Incomplete:
            pass
        except DomainError as error:
            form.refuse("", error)
        else:
            flash(done)
            return redirect(url_for("books.voucher", voucher_id=voucher_id), 303)
    with database.reading(services().engine) as session:
        page = _ask(session, voucher_id, form, heading)
    return page, 422 if form.errors else 200


def _ask(session: Session, voucher_id: int, form: Form, heading: str) -> str:
    view: VoucherView = voucher_view.get_voucher(session, voucher_id)
    return render_template(
        "confirm.html",
        heading=heading,
        sentence=view.row.summary,
        button=heading,
        facts=[
            (translate("凭证号"), view.row.label),
            (translate("日期"), view.row.booked_on.isoformat()),
            (translate("制单"), view.row.prepared_by),
        ],
        back=url_for("books.voucher", voucher_id=voucher_id),
        form=form,
        asks_reason=True,
        is_danger=True,
    )
