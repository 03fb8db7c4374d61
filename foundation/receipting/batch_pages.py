"""Batches of official bills: what was drawn, what became of it, and the write-off (领用、核销)."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from foundation import database
from foundation.http import context, forms
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import translate
from foundation.organisation.service import get_organisation
from foundation.receipting import access, bill_forms, labels
from foundation.receipting.bill_forms import who
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger.errors import DomainError
from receipts import bill_batches, bill_registers
from receipts.bill_batches import UnknownBatch
from receipts.bill_registers import BatchUse, BillFilter
from receipts.models import BillMedium, BillState

_LISTED = 500


@guard.requires(Permission.GIFTS_READ)
def batches() -> str:
    """List every batch that was drawn, with the use of its numbers."""
    with database.reading(services().engine) as session:
        return render_template(
            "receipting/batches.html",
            batches=bill_registers.list_batches(session),
            media=labels.MEDIA,
        )


@guard.requires(access.RECORD)
def draw() -> Any:
    """Enter a batch that was drawn from the finance department."""
    form = _of_request()
    if request.method == "POST":
        try:
            given = bill_forms.batch(form)
            form.require_complete()
            assert given is not None
            with database.transaction(services().engine) as session:
                key = bill_batches.add_batch(session, given, **who())
        except forms.Incomplete:
            pass
        except DomainError as error:
            place = bill_forms.place_of(error)
            form.refuse("first_number" if place == "number" else place, error)
        else:
            flash(translate("已登记领用批次 {batch}", batch=key))
            return redirect(url_for("receipting.batch", batch_id=key), 303)
    media = [(medium.value, translate(word)) for medium, word in labels.MEDIA.items()]
    page = render_template("receipting/draw.html", form=form, media=media)
    return page, 422 if form.errors else 200


@guard.requires(Permission.GIFTS_READ)
def batch(batch_id: int) -> str:
    """Show a batch as the finance department inspects it: its numbers and what became of them."""
    with database.reading(services().engine) as session:
        return _batch(session, batch_id, Form.empty())


@guard.requires(access.UNDO)
def write_off(batch_id: int) -> Any:
    """Record that the finance department wrote the batch off."""
    form = Form.of_request()
    try:
        day, reference = form.day("day"), form.text("reference", longest=60)
        form.require_complete()
        assert day is not None
        with database.transaction(services().engine) as session:
            bill_batches.write_off(session, batch_id, on=day, reference=reference, **who())
    except forms.Incomplete:
        pass
    except DomainError as error:
        form.refuse(bill_forms.place_of(error), error)
    else:
        flash(translate("批次 {batch} 已核销", batch=batch_id))
        return redirect(url_for("receipting.batch", batch_id=batch_id), 303)
    with database.reading(services().engine) as session:
        return _batch(session, batch_id, form), 422


def find_use(session: Session, batch_id: int) -> BatchUse:
    """Return a batch and the use of its numbers. Raises UnknownBatch."""
    for use in bill_registers.list_batches(session):
        if use.id == batch_id:
            return use
    raise UnknownBatch(batch=batch_id)


def _batch(session: Session, batch_id: int, form: Form) -> str:
    use = find_use(session, batch_id)
    ended = [
        bill
        for state in (BillState.VOID, BillState.LOST, BillState.RED)
        for bill in bill_registers.list_bills(
            session, BillFilter(batch_id=batch_id, state=state), limit=_LISTED
        )
    ]
    return render_template(
        "receipting/batch.html",
        use=use,
        runs=bill_registers.list_runs(session, batch_id),
        ended=sorted(ended, key=lambda bill: bill.number),
        form=form,
        organisation=get_organisation(session),
        today=services().clock.today().isoformat(),
        states=labels.BILL_STATES,
        colours=labels.COLOURS,
        media=labels.MEDIA,
    )


def _of_request() -> Form:
    if request.method == "POST":
        return Form.of_request()
    return Form.empty(
        {
            "medium": BillMedium.ELECTRONIC.value,
            "drawn_on": services().clock.today().isoformat(),
            "keeper": context.require_user().display_name,
        }
    )
