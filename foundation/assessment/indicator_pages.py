"""Pages: the whole workspace, one indicator, its score and what a second person says to it."""

import tempfile
from collections.abc import Callable, Iterator
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from foundation import database
from foundation.assessment import (
    choosing,
    exporting,
    joining,
    page_parts,
    papers,
    running,
    scoring,
    tasks,
    wording,
)
from foundation.assessment import workspace as workspaces
from foundation.assessment.gaps import IndicatorState
from foundation.assessment.models import Confirming
from foundation.assessment.workspace import IndicatorView, Workspace
from foundation.http import context, forms
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import translate
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger.errors import DomainError, NotFound

_LONGEST_KEY = 18
_IN_MEMORY = 8 * 1024 * 1024
_PIECE = 64 * 1024


@guard.requires(Permission.REPORTS_READ)
def index() -> Any:
    """Show the points, and every indicator with its evidence and gaps."""
    asked = {name: request.args.get(name, "") for name in ("state", "section", "person")}
    with database.reading(services().engine) as session:
        try:
            found = workspaces.read(session, joining.every(), clock=services().clock)
        except choosing.NoRubricChosen:
            return render_template("assessment/empty.html")
        return render_template(
            "assessment/index.html",
            found=found,
            views=[view for view in found.views if _is_wanted(view, asked)],
            asked=asked,
            states=[(state, _count(found, state)) for state in IndicatorState],
            persons=sorted({one.task.assignee for one in found.tasks if one.is_open}),
            known_points=choosing.points_text(found.chosen.rubric),
            **page_parts.words(),
        )


def _count(found: Workspace, state: IndicatorState) -> int:
    return sum(view.state is state for view in found.views)


def _is_wanted(view: IndicatorView, asked: dict[str, str]) -> bool:
    persons = {task.task.assignee for task in view.tasks if task.is_open}
    return (
        asked["state"] in ("", view.state.value)
        and asked["section"] in ("", view.indicator.section)
        and (not asked["person"] or asked["person"] in persons)
    )


@guard.requires(Permission.EVIDENCE_EDIT)
def check() -> Any:
    """Ask the books everything, and keep what they say."""
    with database.reading(services().engine) as session:
        chosen = choosing.get_chosen(session)
        answers = running.ask(session, chosen, joining.every(), clock=services().clock)
    with database.transaction(services().engine) as session:
        running.keep(session, chosen, answers, **context.who())
    flash(translate("已核对账簿，共 {count} 项", count=len(answers)))
    return redirect(url_for("assessment.index"), 303)


@guard.requires(Permission.REPORTS_READ)
def show(code: str) -> str:
    """Show an indicator: its text, what proves it, what is missing, scores and tasks."""
    older = request.args.get("supersedes", "")
    if not (older.isascii() and older.isdigit() and len(older) < _LONGEST_KEY):
        return show_page(code, Form.empty(), "")
    with database.reading(services().engine) as session:
        return show_page(code, page_parts.offered(session, int(older)), "paper")


@guard.requires(Permission.EVIDENCE_EDIT)
def score(code: str) -> Any:
    """Give an indicator points."""

    def act(session: Session, form: Form) -> str:
        given = form.text("points", is_required=False, longest=12)
        note = form.text("score_note", is_required=False, longest=1000)
        form.require_complete()
        chosen = choosing.get_chosen(session)
        scoring.score(session, chosen, code, given=given, note=note, **context.who())
        return translate("已保存自评分，待另一人复核") if given else translate("已撤回自评分")

    return acted(code, "score", act)


@guard.requires(Permission.STATEMENTS_ISSUE)
def confirm(code: str) -> Any:
    """Confirm a score, or send it back."""

    def act(session: Session, form: Form) -> str:
        verdict = form.choice("verdict", Confirming)
        note = form.text("confirm_note", is_required=False, longest=1000)
        seen = form.whole_number("seen", highest=2**31)
        form.require_complete()
        assert verdict is not None
        chosen = choosing.get_chosen(session)
        scoring.confirm(
            session, chosen, code, seen=seen, verdict=verdict, note=note, **context.who()
        )
        is_confirmed = verdict is Confirming.CONFIRMED
        return translate("已复核自评分") if is_confirmed else translate("已退回自评分")

    return acted(code, "confirm", act)


@guard.requires(Permission.REPORTS_READ)
def evidence() -> Response:
    """Give the papers as one folder in the order of the rubric."""
    spooled = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed below
    try:
        with database.reading(services().engine) as session:
            found = workspaces.read(session, joining.every(), clock=services().clock)
            exporting.write(
                session,
                found,
                spooled,  # type: ignore[arg-type]
                data_dir=services().config.data_dir,
                titles=page_parts.title_of,
                say=page_parts.say,
            )
    except BaseException:
        spooled.close()
        raise
    spooled.seek(0)
    response = Response(_pieces(spooled), mimetype="application/zip")
    response.call_on_close(spooled.close)
    name = f"{found.chosen.rubric.version}-{found.chosen.last_year}.zip"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["Cache-Control"] = "no-store"
    return response


def _pieces(stream: Any) -> Iterator[bytes]:
    while piece := stream.read(_PIECE):
        yield piece


def acted(code: str, opened: str, act: Callable[[Session, Form], str]) -> Any:
    """Do something to an indicator and come back to its page, with what was wrong if it was."""
    form = Form.of_request()
    try:
        with database.transaction(services().engine) as session:
            said = act(session, form)
    except forms.Incomplete:
        return show_page(code, form, opened), 422
    except NotFound:
        raise
    except DomainError as error:
        form.refuse("", error)
        return show_page(code, form, opened), error.status
    flash(said)
    return redirect(url_for("assessment.show", code=code), 303)


def show_page(code: str, form: Form, opened: str) -> str:
    """Return the page of an indicator, with a form that is open."""
    with database.reading(services().engine) as session:
        clock = services().clock
        found = workspaces.read(session, joining.every(), clock=clock, live=code)
        view = found.find(code)
        codes = [one.code for one in found.chosen.rubric.indicators]
        place = codes.index(code)
        return render_template(
            "assessment/indicator.html",
            found=found,
            view=view,
            one=view.indicator,
            history=scoring.history(session, found.chosen, code),
            others=_others(session, view),
            people=tasks.people(session),
            before=codes[place - 1] if place else None,
            after=codes[place + 1] if place + 1 < len(codes) else None,
            form=form,
            opened=opened,
            today=clock.today(),
            **page_parts.words(),
        )


def _others(session: Session, view: IndicatorView) -> list[tuple[int, str]]:
    """Return the papers that could be pointed at this indicator as well."""
    here = {paper.id for paper in view.papers}
    every = papers.list_papers(session)
    return [
        (paper.id, f"{wording.number_of(paper.id)} {paper.title}")
        for paper in every
        if paper.id not in here and paper.ended_at is None
    ]
