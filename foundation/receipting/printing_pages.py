"""Printing onto the paper form (套打): the file, the calibration page, and printers' offsets."""

import re
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from foundation import database
from foundation.http import forms
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import translate
from foundation.receipting import access, bill_view, printers
from foundation.receipting.bill_forms import who
from foundation.users import guard
from ledger import trail
from ledger.errors import DomainError
from receipts import overprint
from receipts.forms.loading import PaperForm, get_form, list_forms
from receipts.overprint import Offset

_MILLIMETRES = re.compile(r"([+-]?)(\d{1,2})(?:\.(\d))?", re.ASCII)


@guard.requires(access.RECORD)
def overprint_settings() -> Any:
    """Show printers and forms, and set how far a printer is off."""
    form = Form.of_request() if request.method == "POST" else Form.empty(request.args.to_dict())
    if request.method == "POST":
        try:
            offset = Offset(_tenths(form, "right"), _tenths(form, "down"))
            name, chosen = form.text("name", longest=60), form.text("form", longest=60)
            form.require_complete()
            with database.transaction(services().engine) as session:
                printers.set_printer(session, name, chosen, offset, **who())
        except forms.Incomplete:
            pass
        except DomainError as error:
            form.refuse("name" if error.data.get("field") == "打印机名称" else "", error)
        else:
            flash(translate("打印机“{name}”的偏移已保存，请重新打印校准页核对", name=name))
            return redirect(url_for("receipting.overprint_settings"), 303)
    with database.reading(services().engine) as session:
        page = render_template(
            "receipting/overprint.html",
            form=form,
            printers=printers.list_printers(session),
            forms=[get_form(name) for name in list_forms()],
            millimetres=millimetres,
        )
    return page, 422 if form.errors else 200


@guard.requires(access.RECORD)
def calibration(form_id: str) -> Response:
    """Hand out the calibration page of a form, with the offsets of a printer."""
    paper = get_form(form_id)
    with database.reading(services().engine) as session:
        offset = _offset(session, request.args.get("printer", ""), paper)
    content = overprint.calibration(paper, on=services().clock.today(), offset=offset)
    return _pdf(content, f"calibration-{form_id}.pdf")


@guard.requires(access.RECORD)
def overprint_bill(bill_id: int) -> Response:
    """Hand out the fields of a paper bill at their places; each print is noted."""
    typed = Form.of_request()
    with database.transaction(services().engine) as session:
        view = bill_view.get_view(session, bill_id)
        given = overprint.filling(view.bill, view.lines, view.batch.medium)
        paper = get_form(typed.value("form") or list_forms()[0])
        offset = _offset(session, typed.value("printer"), paper)
        content = overprint.render(given, paper, offset=offset)
        trail.record(
            session,
            action="bill.overprint",
            subject=f"bill:{bill_id}",
            detail={"form": paper.id, "right": offset.right, "down": offset.down},
            **who(),
        )
    return _pdf(content, f"overprint-{view.bill.code}-{view.bill.number}.pdf")


def millimetres(tenths: int) -> str:
    """Write tenths of a millimetre."""
    sign = "-" if tenths < 0 else ""
    return f"{sign}{abs(tenths) // 10}.{abs(tenths) % 10}"


def _tenths(form: Form, name: str) -> int:
    """Read millimetres with at most one decimal."""
    value = form.value(name) or "0"
    found = _MILLIMETRES.fullmatch(value)
    if found is None:
        form.refuse(name, translate("应为毫米数，例如 1.5 或 -0.8"))
        return 0
    tenths = int(found[2]) * 10 + int(found[3] or 0)
    return -tenths if found[1] == "-" else tenths


def _offset(session: Session, printer: str, paper: PaperForm) -> Offset:
    if not (printer.isascii() and printer.isdigit() and len(printer) < 18):
        return Offset()
    found = printers.get_printer(session, int(printer))
    return printers.offset_of(found) if found.form == paper.id else Offset()


def _pdf(content: bytes, name: str) -> Response:
    disposition = f'attachment; filename="{name}"'
    return Response(
        content, mimetype="application/pdf", headers={"Content-Disposition": disposition}
    )
