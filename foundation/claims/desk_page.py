"""The claim desk: claims under way, what waits for somebody, and computing a claim."""

from typing import Any

from flask import flash, redirect, render_template, url_for

from foundation import database
from foundation.claims import clawbacks, computing, confirmations, labels, queries, schemes
from foundation.http import context
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import translate
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger.errors import DomainError
from ledger.money import BOOK_CURRENCY


@guard.requires(Permission.GIFTS_READ)
def index() -> Any:
    """Show claims, what waits, and the form that computes a claim."""
    form = Form.empty({"year": str(services().clock.today().year)})
    return _desk(form)


@guard.requires(Permission.CLAIMS_PREPARE)
def compute() -> Any:
    """Compute the draft of a scheme and year."""
    form = Form.of_request()
    code, year = form.text("scheme", longest=64), form.whole_number("year")
    if not form.errors:
        try:
            with database.transaction(services().engine) as session:
                claim = computing.compute(session, code, year, **who())
                claim_id = claim.id
        except DomainError as error:
            form.refuse("", error)
        else:
            flash(translate("已按账簿计算"))
            return redirect(url_for("matching.claim", claim_id=claim_id), 303)
    return _desk(form), 422


def _desk(form: Form) -> str:
    with database.reading(services().engine) as session:
        current = schemes.list_current(session)
        return render_template(
            "claims/index.html",
            form=form,
            claims=queries.list_claims(session),
            schemes=[item for item in current if item.scheme.currency == BOOK_CURRENCY],
            returned=clawbacks.returned_after_claim(session),
            waiting=confirmations.waiting(session),
            **labels.words(),
        )


def who() -> dict[str, Any]:
    """Who acts, and when."""
    return {"actor": context.require_user().actor, "clock": services().clock}
