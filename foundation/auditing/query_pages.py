"""Pages of questions: the list, one with its answers, and where the accountant records them."""

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from foundation import database
from foundation.auditing import labels, queries, service, workbook
from foundation.auditing.models import reference
from foundation.auditing.queries import QueryFilter, QueryState
from foundation.auditing.service import QueryInput
from foundation.auditing.workbook import Recorded
from foundation.http import context, forms, list_export, listing, lists
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import describe, mark, translate
from foundation.http.list_export import ExportedFile
from foundation.http.listing import Column, Kind, Listing
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger.errors import DomainError

_FIELDS = {
    "主题": "topic",
    "询问": "text",
    "询问人": "asked_by",
    "询问日期": "asked_on",
    "对象": "about",
}
LISTING = Listing(
    name="audit_queries",
    endpoint="auditing.queries",
    filters=("q", "state", "year"),
    columns=(
        Column(
            "reference", mark("编号"), lambda row: row.reference, is_sortable=True, is_fixed=True
        ),
        Column(
            "asked_on", mark("询问日期"), lambda row: row.asked_on, kind=Kind.DATE, is_sortable=True
        ),
        Column("topic", mark("主题"), lambda row: row.topic, is_sortable=True),
        Column("about", mark("对象"), lambda row: row.about),
        Column("asked_by", mark("询问人"), lambda row: row.asked_by, is_sortable=True),
        Column("text", mark("询问"), lambda row: row.text),
        Column("state", mark("状态"), lambda row: translate(labels.STATES[row.state][0])),
        Column("answer", mark("答复"), lambda row: row.answer),
        Column("answered_by", mark("答复人"), lambda row: row.answered_by),
    ),
)


@guard.requires(Permission.BOOKS_READ)
def index() -> str:
    """List questions."""
    asked, wanted = lists.of_request(sorts=LISTING.sorts, default_sort="-reference"), _wanted()
    with database.reading(services().engine) as session:
        return render_template(
            "auditing/queries.html",
            page=queries.list_queries(session, wanted, asked),
            total=queries.count(session, wanted),
            counts=queries.counts(session),
            view=listing.view(session, LISTING, sort=asked.sort),
            states=labels.STATES,
        )


@guard.requires(Permission.BOOKS_READ)
def export(form: str) -> Response:
    """Export exactly the list that is shown."""
    wanted = _wanted()
    with database.reading(services().engine) as session:
        list_export.check_size(queries.count(session, wanted))
        columns = listing.view(session, LISTING).columns
        name = f"audit-queries-{services().clock.today().isoformat()}"
        asked = lists.of_request(sorts=LISTING.sorts, default_sort="-reference")
        rows = lists.every(
            lambda part: queries.list_queries(session, wanted, part), sort=asked.sort
        )
        file = ExportedFile(name, translate("审计询问"))
        return list_export.respond(form, columns, rows, file=file)


def _wanted() -> QueryFilter:
    given = {name: value.replace("\x00", "").strip() for name, value in request.args.items()}
    state, year = given.get("state", ""), given.get("year", "")
    return QueryFilter(
        state=QueryState(state) if state in list(QueryState) else None,
        year=int(year) if len(year) == 4 and year.isascii() and year.isdigit() else None,
        text=given.get("q", ""),
    )


@guard.requires(Permission.BOOKS_READ)
def show(named: str) -> str:
    """Show a question with everything that was said to it."""
    return _show(named, Form.empty())


def _show(named: str, form: Form) -> str:
    with database.reading(services().engine) as session:
        return render_template(
            "auditing/query.html",
            view=queries.get_view(session, named),
            form=form,
            states=labels.STATES,
        )


@guard.requires(Permission.AUDIT_ANSWER)
def new() -> Any:
    """Record a question that was put by word, letter or mail."""
    today = services().clock.today().isoformat()
    offered = {"asked_on": today, "about": request.args.get("about", "").replace("\x00", "")}
    form = Form.of_request() if request.method == "POST" else Form.empty(offered)
    if request.method == "POST":
        asked_on = form.day("asked_on")
        entry = QueryInput(
            topic=form.text("topic"),
            text=form.text("text", longest=service.LONGEST_TEXT),
            asked_by=form.text("asked_by"),
            asked_on=asked_on or services().clock.today(),
            about=form.value("about"),
        )
        try:
            form.require_complete()
            with database.transaction(services().engine) as session:
                made = service.record(session, entry, **context.who())
        except forms.Incomplete:
            pass
        except DomainError as error:
            form.refuse(_place_of(error), error)
        else:
            named = reference(made.year, made.number)
            flash(translate("已登记审计询问 {query}", query=named))
            return redirect(url_for("auditing.query", named=named), 303)
    page = render_template("auditing/new_query.html", form=form)
    return page, 422 if form.errors else 200


def _place_of(error: DomainError) -> str:
    if error.code == "not_found":
        return "about"
    return _FIELDS.get(str(error.data.get("field", "")), "")


@guard.requires(Permission.AUDIT_ANSWER)
def read_workbook() -> Any:
    """Record the questions of a sample's workbook that the auditor filled in."""
    today = services().clock.today().isoformat()
    form = Form.empty({"asked_on": today, "topic": translate("抽样询问")})
    recorded: Recorded | None = None
    if request.method == "POST":
        form = Form.of_request()
        recorded = _record_workbook(form)
    page = render_template(
        "auditing/read_workbook.html",
        form=form,
        recorded=recorded,
        rejected=[
            (number, describe(error)) for number, error in (recorded.rejected if recorded else ())
        ],
    )
    return page, 422 if form.errors else 200


def _record_workbook(form: Form) -> Recorded | None:
    file = request.files.get("file")
    asked_on = form.day("asked_on")
    asked_by, topic = form.text("asked_by"), form.text("topic")
    if file is None or not file.filename:
        form.refuse("file", translate("请选择文件"))
    try:
        form.require_complete()
        assert file is not None
        assert asked_on is not None
        with database.transaction(services().engine) as session:
            return workbook.record(
                session,
                file.read(),
                file.filename or "",
                asked_by=asked_by,
                asked_on=asked_on,
                topic=topic,
                **context.who(),
            )
    except forms.Incomplete:
        return None
    except DomainError as error:
        form.refuse("file", error)
        return None


@guard.requires(Permission.AUDIT_ANSWER)
def answer(named: str) -> Any:
    """Answer a question; answers before stay."""
    form = Form.of_request()
    try:
        with database.transaction(services().engine) as session:
            _answer(session, named, form)
    except DomainError as error:
        form.refuse("file" if error.data.get("field") == "附件" else "text", error)
        return _show(named, form), 422 if error.status == 422 else error.status
    flash(translate("已答复"))
    return redirect(url_for("auditing.query", named=named), 303)


def _answer(session: Session, named: str, form: Form) -> None:
    service.answer(
        session,
        named,
        form.value("text"),
        attached=[
            (file.filename or "", file.read())
            for file in request.files.getlist("file")
            if file.filename
        ],
        data_dir=services().config.data_dir,
        **context.who(),
    )


@guard.requires(Permission.AUDIT_ANSWER)
def close(named: str) -> Any:
    """Close a question that was answered."""
    try:
        with database.transaction(services().engine) as session:
            service.close(session, named, **context.who())
    except DomainError as error:
        form = Form.empty()
        form.refuse("", error)
        return _show(named, form), error.status
    flash(translate("已关闭"))
    return redirect(url_for("auditing.query", named=named), 303)
