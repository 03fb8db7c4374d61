"""Pages that end or refund a gift; correcting is typing a gift anew, see `entry_pages`."""

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from foundation import database
from foundation.books import account_tree
from foundation.books.picking import Choice, pick
from foundation.gifts import changes, gift_view, labels, offering, undoing
from foundation.gifts.gift_view import ChangeView, GiftView
from foundation.gifts.kinds import RefundCause
from foundation.http import context, forms
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import translate
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger.errors import DomainError
from ledger.vouchers import VoucherState

_PLACES = {
    "退款金额": "amount",
    "退款日期": "date",
    "作废日期": "date",
    "撤销日期": "date",
    "付款科目": "pay_from",
    "原因": "reason",
}
_CODES = {"unknown_period": "date", "period_closed": "date", "unknown_account": "pay_from"}


@guard.requires(Permission.GIFTS_RECORD)
def cancel(reference: str) -> Any:
    """Cancel a gift that was recorded by mistake."""
    return _answer(reference, "gifts/cancel.html", _cancel)


@guard.requires(Permission.GIFTS_RECORD)
def refund(reference: str) -> Any:
    """Refund all or part of a gift."""
    return _answer(reference, "gifts/refund.html", _refund)


@guard.requires(Permission.GIFTS_RECORD)
def undo(reference: str, change_id: int) -> Any:
    """Take a cancellation, correction or refund back."""
    return _answer(reference, "gifts/undo.html", partial(_undo, change_id), change_id=change_id)


def _answer(
    reference: str,
    template: str,
    work: Callable[[Session, Form, GiftView], str],
    *,
    change_id: int | None = None,
) -> Any:
    form = Form.of_request() if request.method == "POST" else Form.empty()
    status = 200
    if request.method == "POST":
        status = 422
        try:
            with database.transaction(services().engine) as session:
                notice = work(session, form, gift_view.get_view(session, reference))
        except forms.Incomplete:
            pass
        except DomainError as error:
            place = _PLACES.get(str(error.data.get("field", ""))) or _CODES.get(error.code, "")
            form.refuse(place, error)
            # A period that does not exist is a mistake in the form, not a missing page.
            status = error.status if error.status != HTTPStatus.NOT_FOUND else 422
        else:
            flash(notice)
            return redirect(url_for("gifts.show", reference=reference), 303)
    with database.reading(services().engine) as session:
        if request.method == "GET":
            form.values["date"] = offering.day_of(session).isoformat()
        view = gift_view.get_view(session, reference)
        page = render_template(
            template,
            form=form,
            gift=view,
            change=None if change_id is None else _change(view, change_id),
            change_names=labels.CHANGES,
            causes=[(cause.value, translate(word)) for cause, word in labels.CAUSES.items()],
            accounts=_bank_accounts(session),
        )
    return page, status


def _cancel(session: Session, form: Form, view: GiftView) -> str:
    day, reason = form.day("date"), form.text("reason", longest=500)
    form.require_complete()
    assert day is not None
    red = changes.cancel_gift(session, view.id, booked_on=day, reason=reason, **context.who())
    if red is None:
        return translate("捐赠 {gift} 已作废", gift=view.reference)
    return translate("捐赠 {gift} 已作废，红字凭证等待审核", gift=view.reference)


def _refund(session: Session, form: Form, view: GiftView) -> str:
    amount, day = form.amount("amount"), form.day("date")
    cause, reason = form.choice("cause", RefundCause), form.text("reason", longest=500)
    pay_from = None
    if form.is_checked("is_paid"):
        pay_from = _picked(session, form)
    form.require_complete()
    assert amount is not None
    assert day is not None
    assert cause is not None
    changes.refund_gift(
        session,
        view.id,
        amount_minor=amount,
        cause=cause,
        refunded_on=day,
        pay_from=pay_from,
        reason=reason,
        **context.who(),
    )
    return translate("已登记退款，凭证等待审核")


def _undo(change_id: int, session: Session, form: Form, view: GiftView) -> str:
    change = _change(view, change_id)
    is_posted = change.voucher is not None and change.voucher.state is VoucherState.POSTED
    day = form.day("date") if is_posted else services().clock.today()
    reason = form.text("reason", longest=500)
    form.require_complete()
    assert day is not None
    red = undoing.undo_change(
        session, view.id, change_id=change_id, booked_on=day, reason=reason, **context.who()
    )
    if red is None:
        return translate("捐赠 {gift} 的变更已撤销", gift=view.reference)
    return translate("已编制红字凭证，记账后捐赠 {gift} 的退款即撤销", gift=view.reference)


def _change(view: GiftView, change_id: int) -> ChangeView:
    for change in view.changes:
        if change.id == change_id and change.may_be_undone:
            return change
    raise undoing.UnknownChange(gift=view.reference)


def _picked(session: Session, form: Form) -> str | None:
    text = form.text("pay_from")
    if not text:
        return None
    try:
        found = pick(text, _bank_accounts(session), field=translate("付款科目"))
    except DomainError as error:
        form.refuse("pay_from", error)
        return None
    form.values["pay_from"] = found.code
    return found.code


def _bank_accounts(session: Session) -> list[Choice]:
    chart = account_tree.chart_of_year(session, services().clock.today().year)
    return [item for item in account_tree.account_choices(session, chart) if item.is_cash]
