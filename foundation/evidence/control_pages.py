"""Pages: the control totals of a year, and why those that differ do so."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from foundation import database
from foundation.evidence import explanations, queries
from foundation.evidence.answers import asked_year, attachment
from foundation.evidence.explanations import Difference, HoldsAlready
from foundation.evidence.joined import ControlRow, joined
from foundation.http import context, forms
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import describe_text, translate
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger import money
from ledger.errors import DomainError
from receipts import files

blueprint = Blueprint("controls", __name__, url_prefix="/controls")


@blueprint.get("")
@guard.requires(Permission.REPORTS_READ)
def index() -> str:
    """Show the control totals of a year."""
    return _page(asked_year(), Form.empty(), "")


@blueprint.post("/<int:year>/<control>")
@guard.requires(Permission.EVIDENCE_EDIT)
def explain(year: int, control: str) -> Any:
    """Say why a control total differs."""
    form = Form.of_request()
    reason = form.text("reason", longest=2000)
    sent = request.files.get("file")
    paper = (str(sent.filename), sent.read()) if sent is not None and sent.filename else None
    try:
        form.require_complete()
        # Read outside the transaction: it takes a while, and an explanation keeps its figures.
        with database.reading(services().engine) as session:
            now = difference(session, str(year), control)
        if now is None:
            raise HoldsAlready(period=str(year), control=control[:8])
        with database.transaction(services().engine) as session:
            explanations.explain(
                session,
                now,
                reason=reason,
                paper=paper,
                data_dir=services().config.data_dir,
                **context.who(),
            )
    except forms.Incomplete:
        return _page(year, form, control), 422
    except DomainError as error:
        form.refuse("reason", error)
        return _page(year, form, control), error.status
    flash(translate("已写入说明，由另一人批准后生效"))
    return redirect(url_for("controls.index", year=year), 303)


@blueprint.post("/explanations/<int:explanation_id>/approve")
@guard.requires(Permission.STATEMENTS_ISSUE)
def approve(explanation_id: int) -> Any:
    """Approve what somebody else wrote."""
    with database.reading(services().engine) as session:
        held = explanations.get_explanation(session, explanation_id)
        period = held.period
        now = difference(session, period, held.control)
    with database.transaction(services().engine) as session:
        explanations.approve(session, explanation_id, now, **context.who())
    flash(translate("已批准"))
    return redirect(url_for("controls.index", year=period), 303)


@blueprint.post("/explanations/<int:explanation_id>/withdraw")
@guard.requires(Permission.EVIDENCE_EDIT)
def withdraw(explanation_id: int) -> Any:
    """Take an explanation back."""
    form = Form.of_request()
    with database.transaction(services().engine) as session:
        held = explanations.get_explanation(session, explanation_id)
        period = held.period
        explanations.withdraw(session, explanation_id, reason=form.value("reason"), **context.who())
    flash(translate("已撤回"))
    return redirect(url_for("controls.index", year=period), 303)


@blueprint.get("/explanations/<int:explanation_id>/file")
@guard.requires(Permission.REPORTS_READ)
def paper(explanation_id: int) -> Response:
    """Give the paper of an explanation back as it came."""
    with database.reading(services().engine) as session:
        held = explanations.get_explanation(session, explanation_id)
        if not held.file_digest:
            raise explanations.UnknownExplanation(explanation=explanation_id)
        content = files.read(services().config.data_dir, held.file_digest, name=held.file_name)
        return attachment(content, media_type=held.media_type, name=held.file_name)


def difference(session: Session, period: str, control: str) -> Difference | None:
    """Return what there is to explain now of a control total, None when it holds."""
    rows = joined().control_rows(session, period, services().clock)
    return next((row.now for row in rows if row.id == control), None)


def _page(year: int, form: Form, opened: str) -> str:
    with database.reading(services().engine) as session:
        years = queries.years(session)
        rows = joined().control_rows(session, str(year), services().clock)
    shown = request.args.get("show", "")
    return render_template(
        "evidence/controls.html",
        year=year,
        years=years,
        rows=[row for row in rows if _is_shown(row, shown)],
        counts=_counts(rows),
        form=form,
        opened=opened,
        side=1 if context.language() == "en" else 0,
        say=describe_text,
        shown=_shown,
    )


def _shown(figure: str) -> str:
    """Write a figure for people: money with separators, a count as it is."""
    return money.grouped(money.parse(figure)) if "." in figure else figure or "–"


def _is_shown(row: ControlRow, shown: str) -> bool:
    if shown == "red":
        return row.holds is False and not (row.explained and row.explained.holds)
    if shown == "missing":
        return row.holds is None
    return True


def _counts(rows: Any) -> dict[str, int]:
    return {
        "": len(rows),
        "red": sum(_is_shown(row, "red") for row in rows),
        "missing": sum(row.holds is None for row in rows),
    }
