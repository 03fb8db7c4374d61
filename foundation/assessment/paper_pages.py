"""Pages: papers that prove indicators; uploading, replacing, pointing, withdrawing."""

from typing import Any
from urllib.parse import quote

from flask import Response, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from foundation import database
from foundation.assessment import choosing, page_parts, papers
from foundation.assessment.indicator_pages import acted
from foundation.http import context, forms
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import translate
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger.errors import DomainError, NotFound


@guard.requires(Permission.REPORTS_READ)
def index() -> Any:
    """List every paper with what it serves."""
    return _page(Form.empty(), "")


@guard.requires(Permission.EVIDENCE_EDIT)
def upload() -> Any:
    """Keep a paper without an indicator in view."""
    form = Form.of_request()
    try:
        with database.transaction(services().engine) as session:
            said = _add(session, form, None)
    except forms.Incomplete:
        return _page(form, "upload"), 422
    except DomainError as error:
        form.refuse("", error)
        return _page(form, "upload"), error.status
    flash(said)
    return redirect(url_for("assessment.papers"), 303)


@guard.requires(Permission.EVIDENCE_EDIT)
def attach(code: str) -> Any:
    """Keep a paper for an indicator."""
    return acted(code, "paper", lambda session, form: _add(session, form, code))


@guard.requires(Permission.EVIDENCE_EDIT)
def link(code: str) -> Any:
    """Point a paper at an indicator."""

    def act(session: Session, form: Form) -> str:
        paper = form.whole_number("paper", highest=2**31)
        form.require_complete()
        papers.link(session, choosing.get_chosen(session), paper, code, **context.who())
        return translate("已引用材料")

    return acted(code, "link", act)


@guard.requires(Permission.EVIDENCE_EDIT)
def unlink(code: str, paper_id: int) -> Any:
    """No longer point a paper at an indicator."""

    def act(session: Session, _form: Form) -> str:
        papers.unlink(session, choosing.get_chosen(session), paper_id, code, **context.who())
        return translate("已取消引用")

    return acted(code, "", act)


@guard.requires(Permission.EVIDENCE_EDIT)
def withdraw(paper_id: int) -> Any:
    """Take a paper out, with a reason."""
    form = Form.of_request()
    reason = form.text("reason", longest=500)
    try:
        form.require_complete()
        with database.transaction(services().engine) as session:
            papers.withdraw(session, paper_id, reason=reason, **context.who())
    except forms.Incomplete:
        return _page(form, f"withdraw-{paper_id}"), 422
    except NotFound:
        raise
    except DomainError as error:
        form.refuse("", error)
        return _page(form, f"withdraw-{paper_id}"), error.status
    flash(translate("已撤回材料"))
    return redirect(url_for("assessment.papers"), 303)


@guard.requires(Permission.REPORTS_READ)
def download(paper_id: int) -> Response:
    """Give a paper back as it was stored."""
    with database.reading(services().engine) as session:
        paper, content = papers.read(session, paper_id, data_dir=services().config.data_dir)
    response = Response(content, mimetype=paper.media_type)
    response.headers["Content-Disposition"] = (
        f"attachment; filename*=UTF-8''{quote(paper.file_name)}"
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _add(session: Session, form: Form, code: str | None) -> str:
    given = page_parts.read_paper(form)
    older = form.whole_number("supersedes", highest=2**31) or None
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        form.refuse("file", translate("请选择文件"))
    form.require_complete()
    assert sent is not None
    paper = papers.add(
        session,
        given,
        name=str(sent.filename),
        content=sent.read(),
        data_dir=services().config.data_dir,
        supersedes=older,
        **context.who(),
    )
    if code is not None:
        chosen = choosing.get_chosen(session)
        indicator = chosen.rubric.find(code)
        is_there = indicator is not None and paper.slot in indicator.evidence.slots
        moved = paper.id in papers.list_uses(session, chosen).get(code, set())
        if not is_there and not moved:
            papers.link(session, chosen, paper.id, code, **context.who())
    return translate("已保存材料 {title}", title=paper.title)


def _page(form: Form, opened: str) -> str:
    with database.reading(services().engine) as session:
        chosen = choosing.find_chosen(session)
        uses = {} if chosen is None else papers.list_uses(session, chosen)
        serves: dict[int, list[str]] = {}
        every = papers.list_papers(session)
        for one in chosen.rubric.indicators if chosen is not None else ():
            for paper in papers.serving(one, every, uses.get(one.code, ())):
                serves.setdefault(paper.id, []).append(one.code)
        return render_template(
            "assessment/papers.html",
            papers=every,
            serves=serves,
            form=form,
            opened=opened,
            today=services().clock.today(),
            **page_parts.words(),
        )
