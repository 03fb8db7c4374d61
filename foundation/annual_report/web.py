"""The page of an annual report: what people write beside the books, and who gives from abroad."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from foundation import database
from foundation.annual_report import queries, service
from foundation.annual_report.places import Place, places
from foundation.donors.models import Donor
from foundation.http import context, forms
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import translate
from foundation.parties import linking
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger import catalogue
from ledger.errors import DomainError, NotFound
from ledger.money import to_text

blueprint = Blueprint("annual_report", __name__, url_prefix="/annual-report")


@blueprint.get("")
@guard.requires(Permission.REPORTS_READ)
def index() -> Response:
    """Go to the report that is being written: last year's, or the first of the books."""
    today = services().clock.today()
    with database.reading(services().engine) as session:
        years = _years(session)
    wanted = today.year - 1 if today.year - 1 in years else max(years, default=today.year)
    return redirect(url_for("annual_report.show", year=wanted), 303)


@blueprint.get("/<int:year>")
@guard.requires(Permission.REPORTS_READ)
def show(year: int) -> str:
    """Show what was written for a year."""
    with database.reading(services().engine) as session:
        texts = queries.texts(session, year)
    values = {}
    for code, text in texts.items():
        values[f"{code}_words"] = text.words
        values[f"{code}_amount"] = "" if text.amount_minor is None else to_text(text.amount_minor)
    return _page(year, Form.empty(values))


@blueprint.post("/<int:year>")
@guard.requires(Permission.EVIDENCE_EDIT)
def write(year: int) -> Any:
    """Write what was typed; what did not change is left alone."""
    form = Form.of_request()
    wrong = ""
    try:
        read = {place.code: _read(form, place) for place in places().values()}
        form.require_complete()
        with database.transaction(services().engine) as session:
            for wrong, (words, minor) in read.items():
                service.write(
                    session, year, wrong, words=words, amount_minor=minor, **context.who()
                )
    except forms.Incomplete:
        return _page(year, form), 422
    except DomainError as error:
        form.refuse(f"{wrong}_words", error)
        return _page(year, form), 422
    flash(translate("已保存年报填写内容"))
    return redirect(url_for("annual_report.show", year=year), 303)


@blueprint.post("/<int:year>/origins")
@guard.requires(Permission.EVIDENCE_EDIT)
def state_origin(year: int) -> Any:
    """State whether a donor is abroad."""
    form = Form.of_request()
    donor, source = form.text("donor"), form.text("source", longest=300)
    try:
        form.require_complete()
        with database.transaction(services().engine) as session:
            found = linking.find_target(session, "donor", donor)
            assert found.donor_id is not None
            service.state_origin(
                session,
                found.donor_id,
                is_overseas=form.value("origin") == "overseas",
                source=source,
                **context.who(),
            )
    except forms.Incomplete:
        return _page(year, form), 422
    except DomainError as error:
        form.refuse("donor", error)
        return _page(year, form), 422
    flash(translate("已登记捐赠人的境内外属性"))
    return redirect(url_for("annual_report.show", year=year), 303)


def _read(form: Form, place: Place) -> tuple[str, int | None]:
    words = form.text(f"{place.code}_words", is_required=False, longest=2000)
    minor = form.amount(f"{place.code}_amount", is_required=False) if place.has_amount else None
    return words, minor


def _years(session: Session) -> list[int]:
    return sorted({key // 100 for key in catalogue.load(session).periods}, reverse=True)


def _page(year: int, form: Form) -> str:
    with database.reading(services().engine) as session:
        years = _years(session)
        if year not in years:
            raise NotFound(what="会计年度", name=str(year))
        abroad = sorted(queries.overseas(session))
        names = session.execute(
            select(Donor.id, Donor.name).where(Donor.id.in_(abroad)).order_by(Donor.name_key)
        ).all()
        return render_template(
            "annual_report/show.html",
            year=year,
            years=years,
            form=form,
            places=places().values(),
            texts=queries.texts(session, year),
            abroad=names,
            stated=queries.stated_origins(session),
            language=context.language(),
        )
