"""What people do to a request on its page: submit, approve, send back, pay, book, cancel."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, url_for
from sqlalchemy.orm import Session

from foundation import database
from foundation.http import context, forms
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import translate
from foundation.spending import approvals, pages, paying, queries, steps
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger.errors import DomainError

_PLACES = {"付款日期": "paid_on", "付款账户": "account", "退回原因": "reason", "撤销原因": "reason"}


@guard.requires(Permission.SPENDING_REQUEST)
def submit(reference: str) -> Any:
    """Send a draft for approval."""

    def act(session: Session, _form: Form, key: int) -> str:
        approvals.submit(session, key, **context.who())
        return translate("已提交审批")

    return _act(reference, "submit", act)


@guard.requires(Permission.SPENDING_APPROVE)
def approve(reference: str) -> Any:
    """Approve what somebody else asked for."""

    def act(session: Session, form: Form, key: int) -> str:
        remark = form.text("remark", is_required=False, longest=500)
        form.require_complete()
        approvals.approve(session, key, remark=remark or None, **context.who())
        return translate("已批准")

    return _act(reference, "approve", act)


@guard.requires(Permission.SPENDING_APPROVE)
def send_back(reference: str) -> Any:
    """Send a request back with a reason."""

    def act(session: Session, form: Form, key: int) -> str:
        reason = form.text("reason", longest=500)
        form.require_complete()
        approvals.send_back(session, key, remark=reason, **context.who())
        return translate("已退回申请人")

    return _act(reference, "return", act)


@guard.requires(Permission.SPENDING_PAY)
def pay(reference: str) -> Any:
    """Note that an approved request was paid."""

    def act(session: Session, form: Form, key: int) -> str:
        account = form.text("account", longest=32)
        paid_on = form.day("paid_on")
        named = form.text("payment_reference", is_required=False, longest=120)
        form.require_complete()
        assert paid_on is not None
        paying.pay(
            session,
            key,
            account_code=account,
            paid_on=paid_on,
            payment_reference=named or None,
            **context.who(),
        )
        return translate("已登记付款")

    return _act(reference, "pay", act)


@guard.requires(Permission.SPENDING_REQUEST)
def book(reference: str) -> Any:
    """Make the voucher of a paid request."""

    def act(session: Session, form: Form, key: int) -> str:
        count = form.text("attachments", longest=4)
        if not (count.isascii() and count.isdigit() and int(count) > 0):
            form.refuse("attachments", translate("应为大于零的整数"))
        form.require_complete()
        paying.book(session, key, attachments=int(count), **context.who())
        return translate("已编制凭证，等待审核")

    return _act(reference, "book", act)


@guard.requires(Permission.SPENDING_REQUEST)
def unbook(reference: str) -> Any:
    """Let a request be booked again."""

    def act(session: Session, _form: Form, key: int) -> str:
        paying.unbook(session, key, **context.who())
        return translate("可以重新制证")

    return _act(reference, "unbook", act)


@guard.requires(Permission.SPENDING_REQUEST)
def cancel(reference: str) -> Any:
    """Give a request up before it is paid."""

    def act(session: Session, form: Form, key: int) -> str:
        reason = form.text("reason", longest=500)
        form.require_complete()
        paying.cancel(session, key, reason=reason, **context.who())
        return translate("已撤销")

    return _act(reference, "cancel", act)


def _act(reference: str, opened: str, act: Callable[[Session, Form, int], str]) -> Any:
    """Do one act and go back to the request, or show it again with what is wrong."""
    form = Form.of_request()
    status = 422
    try:
        with database.transaction(services().engine) as session:
            said = act(session, form, queries.find_key(session, reference))
    except forms.Incomplete:
        pass
    except steps.UnknownRequest:
        raise
    except DomainError as error:
        form.refuse(_PLACES.get(str(error.data.get("field", "")), ""), error)
        status = error.status if error.status != 404 else 422
    else:
        flash(said)
        return redirect(url_for("spending.show", reference=reference), 303)
    return pages.render_request(reference, form, opened), status
