"""The page of programme costs without an element: choose lines, say what they are."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from foundation import database
from foundation.books.reading import span_of
from foundation.http import context
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import translate
from foundation.spending import classifying, rules
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger.errors import DomainError, InvalidInput

_PARTS = 2


@guard.requires(Permission.BOOKS_READ)
def index() -> Any:
    """List the lines of a period that no register explains."""
    return _page(Form.empty())


def _page(form: Form) -> str:
    asked = request.values.get("period", "") or str(services().clock.today().year)
    try:
        first, last = span_of(asked)
    except InvalidInput as error:
        form.refuse("", error)
        first = last = 0
    is_english = context.language() == "en"
    with database.reading(services().engine) as session:
        return render_template(
            "spending/elements.html",
            form=form,
            period=asked,
            lines=classifying.unexplained(session, first, last),
            sums=classifying.add_up(session, first, last),
            elements=[
                (item.code, item.en if is_english else item.zh)
                for item in rules.elements().values()
                if item.tag == classifying.TAG
            ],
        )


@guard.requires(Permission.SPENDING_REQUEST)
def classify() -> Any:
    """Say which element the chosen lines are."""
    form = Form.of_request()
    chosen = [key for text in request.form.getlist("line") if (key := _key(text))]
    try:
        with database.transaction(services().engine) as session:
            count = classifying.classify(session, chosen, form.value("element"), **context.who())
    except DomainError as error:
        form.refuse("", error)
        return _page(form), error.status
    flash(translate("已登记 {count} 行的费用要素", count=count))
    return redirect(url_for("spending.elements", period=form.value("period")), 303)


def _key(text: str) -> tuple[int, int] | None:
    parts = text.split(":")
    if len(parts) != _PARTS or not all(one.isascii() and one.isdigit() for one in parts):
        return None
    voucher, line = (int(one) for one in parts)
    return (voucher, line) if max(voucher, line) < 2**62 else None
