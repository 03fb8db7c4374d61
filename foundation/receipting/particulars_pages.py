"""What the bill of a gift has to say: title, benefit in return, waiver (开票信息)."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from foundation import database
from foundation.gifts import service as gifts
from foundation.http import forms
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import translate
from foundation.receipting import access, labels, particulars
from foundation.receipting.bill_forms import who
from foundation.receipting.particulars import Particulars
from foundation.users import guard
from ledger.errors import DomainError
from ledger.money import to_text
from receipts.content import RecipientKind

_PLACES = {
    "票据抬头": "title",
    "统一社会信用代码": "payer_code",
    "回报": "benefit",
    "放弃票据的依据": "waiver",
    "地址": "payer_address",
    "回报的价值": "advantage",
}


@guard.requires(access.RECORD)
def gift_particulars(reference: str) -> Any:
    """Show and change what was agreed about the bill of a gift."""
    with database.reading(services().engine) as session:
        gift_id = gifts.find_key(session, reference)
        gift = gifts.get_gift(session, gift_id)
        known = particulars.get_particulars(session, gift_id)
    form = Form.of_request() if request.method == "POST" else Form.empty(_values(known))
    if request.method == "POST":
        try:
            given = _typed(form)
            form.require_complete()
            with database.transaction(services().engine) as session:
                particulars.set_particulars(session, gift_id, given, **who())
        except forms.Incomplete:
            pass
        except DomainError as error:
            is_code = error.code == "wrong_number"
            place = "payer_code" if is_code else _PLACES.get(str(error.data.get("field", "")), "")
            form.refuse(place, error)
        else:
            flash(translate("开票信息已保存"))
            return redirect(url_for("gifts.show", reference=reference), 303)
    page = render_template(
        "receipting/particulars.html",
        form=form,
        gift=gift,
        reference=reference,
        payer_kinds=[(kind.value, translate(word)) for kind, word in labels.PAYER_KINDS.items()],
    )
    return page, 422 if form.errors else 200


def _typed(form: Form) -> Particulars:
    return Particulars(
        title=form.text("title", is_required=False),
        payer_kind=form.choice("payer_kind", RecipientKind, is_required=False),
        payer_code=form.text("payer_code", is_required=False, longest=40),
        benefit=form.text("benefit", is_required=False),
        waiver=form.text("waiver", is_required=False),
        payer_address=form.text("payer_address", is_required=False),
        advantage_minor=form.amount("advantage", is_required=False),
    )


def _values(known: Particulars) -> dict[str, str]:
    return {
        "title": known.title,
        "payer_kind": known.payer_kind or "",
        "payer_code": known.payer_code,
        "benefit": known.benefit,
        "waiver": known.waiver,
        "payer_address": known.payer_address,
        "advantage": "" if known.advantage_minor is None else to_text(known.advantage_minor),
    }
