"""Pages of the office for reports on the use of gifts: make, send, hand over, download."""

import calendar
from datetime import date
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from foundation import database
from foundation.gifts.models import Gift
from foundation.http import context, forms
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import translate
from foundation.users import guard
from foundation.users.permissions import Permission
from foundation.uses import content, queries, service
from foundation.uses.labels import WAYS
from foundation.uses.models import Way
from ledger import funds
from ledger.errors import DomainError
from ledger.periods import parse_period

blueprint = Blueprint("uses", __name__, url_prefix="/use-reports")
_MOST_AT_ONCE = 500
_SHOWN_SKIPPED = 5


@blueprint.get("")
@guard.requires(Permission.GIFTS_READ)
def index() -> str:
    """List the reports, and make those of one gift or of a year."""
    return _index(Form.empty(request.args.to_dict()))


@blueprint.post("")
@guard.requires(Permission.DOCUMENTS_ISSUE)
def make() -> Any:
    """Make the report of one gift."""
    form = Form.of_request()
    gift_id = gift_key(form.text("gift", longest=40))
    try:
        through = _through(form)
        form.require_complete()
        assert through is not None
        with database.transaction(services().engine) as session:
            made = service.make(
                session, gift_id, through=through, note=form.value("note"), **context.who()
            ).id
    except forms.Incomplete:
        return _index(form), 422
    except DomainError as error:
        form.refuse("gift", error)
        return _index(form), 422 if error.status == 404 else error.status
    flash(translate("已出具使用报告"))
    return redirect(url_for("uses.show", report_id=made), 303)


@blueprint.post("/year")
@guard.requires(Permission.DOCUMENTS_ISSUE)
def make_year() -> Any:
    """Make the reports of the gifts of a year, as many as one request can draw."""
    form = Form.of_request()
    year = form.whole_number("year")
    try:
        through = _through(form, "year_month")
        form.require_complete()
        assert through is not None
        with database.transaction(services().engine) as session:
            wanted = service.gifts_of(session, year=year, fund=form.value("fund"))
            done = {
                row.gift_id
                for row in queries.of_gifts(session, wanted)
                if row.through_on == through
            }
            keys = [key for key in wanted if key not in done][:_MOST_AT_ONCE]
            batch = service.make_year(session, keys, through=through, **context.who())
    except forms.Incomplete:
        return _index(form), 422
    except DomainError as error:
        form.refuse("year", error)
        return _index(form), error.status
    flash(translate("已出具 {count} 份使用报告", count=len(batch.made)))
    for item in batch.skipped[:_SHOWN_SKIPPED]:
        flash(f"{item.gift}：{translate(item.reason)}", "warning")
    return redirect(url_for("uses.index"), 303)


@blueprint.post("/send")
@guard.requires(Permission.DOCUMENTS_ISSUE)
def send_all() -> Any:
    """Send word of every report that no donor was told of, where there is an address."""
    sent = missing = 0
    with database.transaction(services().engine) as session:
        for row in queries.recent(session, only_unsent=True, limit=_MOST_AT_ONCE):
            try:
                service.send(
                    session, row.id, public_url=services().config.public_url, **context.who()
                )
                sent += 1
            except service.NothingToReport:
                missing += 1
    flash(translate("已通知 {sent} 位，{missing} 位没有电子邮箱", sent=sent, missing=missing))
    return redirect(url_for("uses.index"), 303)


@blueprint.get("/<int:report_id>")
@guard.requires(Permission.GIFTS_READ)
def show(report_id: int) -> str:
    """Show what a report says and where it went."""
    return _show(report_id, Form.empty())


@blueprint.get("/<int:report_id>/file")
@guard.requires(Permission.GIFTS_READ)
def file(report_id: int) -> Response:
    """Give the file, the same bytes every time."""
    with database.reading(services().engine) as session:
        report = service.get(session, report_id)
        said = content.load(report.content)
        response = Response(report.file, mimetype="application/pdf")
    response.headers["Cache-Control"] = "no-store"
    response.headers.set("Content-Disposition", "attachment", filename=f"{said.number}.pdf")
    return response


@blueprint.post("/<int:report_id>/send")
@guard.requires(Permission.DOCUMENTS_ISSUE)
def send(report_id: int) -> Any:
    """Send the donor word of a report, or note that it was handed over."""
    form = Form.of_request()
    try:
        with database.transaction(services().engine) as session:
            if form.value("way") == Way.HANDED.value:
                service.log(
                    session, report_id, Way.HANDED, note=form.value("note"), **context.who()
                )
            else:
                service.send(
                    session, report_id, public_url=services().config.public_url, **context.who()
                )
    except DomainError as error:
        form.refuse("", error)
        return _show(report_id, form), error.status
    flash(translate("已登记"))
    return redirect(url_for("uses.show", report_id=report_id), 303)


def gift_key(text: str) -> int:
    """Return the key in a reference such as `G2026-000123`, or 0."""
    digits = text.strip().rpartition("-")[2]
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 19 else 0


def month_end(text: str) -> date:
    """Return the last day of a month such as `2026-03`. Raises InvalidInput."""
    key = parse_period(text)
    month = key % 100 or 12
    return date(key // 100, month, calendar.monthrange(key // 100, month)[1])


def _through(form: Form, name: str = "month") -> date | None:
    text = form.text(name, longest=7)
    if not text:
        return None
    day = month_end(text)
    today = services().clock.today()
    # The month that is running is reported up to today.
    return today if (day.year, day.month) == (today.year, today.month) else day


def _index(form: Form) -> str:
    today = services().clock.today()
    with database.reading(services().engine) as session:
        return render_template(
            "uses/index.html",
            form=form,
            rows=queries.recent(session),
            funds=[(fund.code, f"{fund.code} {fund.name}") for fund in funds.list_funds(session)],
            this_month=f"{today.year}-{today.month:02d}",
            this_year=today.year,
        )


def _show(report_id: int, form: Form) -> str:
    with database.reading(services().engine) as session:
        report = service.get(session, report_id)
        gift = session.get_one(Gift, report.gift_id)
        return render_template(
            "uses/show.html",
            report=report,
            gift_id=gift.id,
            content=content.load(report.content),
            deliveries=queries.deliveries(session, report_id),
            ways=WAYS,
            form=form,
        )
