"""Pages: what was handed in for a year, what is missing, templates, figures of the audit."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from foundation import database
from foundation.evidence import entry_form, kinds, queries, service, template
from foundation.evidence.answers import asked_year, attachment
from foundation.evidence.joined import joined
from foundation.evidence.kinds import AUDITED, CellKind
from foundation.evidence.refusals import Flaw, TableRefused
from foundation.evidence.service import Paper
from foundation.http import context, forms
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import describe_text, translate
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger import money
from ledger.errors import DomainError, InvalidInput

blueprint = Blueprint("evidence", __name__, url_prefix="/evidence")


@blueprint.get("")
@guard.requires(Permission.REPORTS_READ)
def index() -> Any:
    """List what a year has and lacks."""
    return _page(asked_year(), Form.empty(), "")


@blueprint.post("/<int:year>/tables/<code>")
@guard.requires(Permission.EVIDENCE_EDIT)
def hand_in(year: int, code: str) -> Any:
    """Take a table."""
    form = Form.of_request()
    try:
        name, content = _file(form)
        form.require_complete()
        with database.transaction(services().engine) as session:
            rows = None
            if code == AUDITED:
                found = joined().statement_rows(session, year, services().clock)
                rows = [row.name for row in found]
            made = service.hand_in_table(
                session,
                code,
                year,
                Paper(name, content),
                statement_rows=rows,
                data_dir=services().config.data_dir,
                **context.who(),
            )
            said = translate("已读入 {count} 行", count=made.row_count)
    except forms.Incomplete:
        return _page(year, form, code), 422
    except TableRefused as error:
        return _page(year, form, code, flaws=error.flaws), error.status
    except DomainError as error:
        form.refuse("file", error)
        return _page(year, form, code), error.status
    flash(said)
    return redirect(url_for("evidence.index", year=year), 303)


@blueprint.post("/<int:year>/papers/<code>")
@guard.requires(Permission.EVIDENCE_EDIT)
def hand_in_paper(year: int, code: str) -> Any:
    """Take a paper."""
    form = Form.of_request()
    title = form.text("title", is_required=False)
    reference = form.text("reference", is_required=False, longest=120)
    day = form.day("dated_on", is_required=False)
    try:
        name, content = _file(form)
        form.require_complete()
        with database.transaction(services().engine) as session:
            service.hand_in_paper(
                session,
                code,
                year,
                Paper(name, content, title, reference, day),
                data_dir=services().config.data_dir,
                **context.who(),
            )
    except forms.Incomplete:
        return _page(year, form, code), 422
    except DomainError as error:
        form.refuse("file", error)
        return _page(year, form, code), error.status
    flash(translate("已上传"))
    return redirect(url_for("evidence.index", year=year), 303)


@blueprint.post("/<int:year>/waivers/<code>")
@guard.requires(Permission.EVIDENCE_EDIT)
def waive(year: int, code: str) -> Any:
    """Do without a required table."""
    form = Form.of_request()
    reason = form.text("reason", longest=500)
    try:
        form.require_complete()
        with database.transaction(services().engine) as session:
            service.waive(session, code, year, reason=reason, **context.who())
    except forms.Incomplete:
        return _page(year, form, f"{code}-waive"), 422
    except DomainError as error:
        form.refuse("reason", error)
        return _page(year, form, f"{code}-waive"), error.status
    flash(translate("已登记免报"))
    return redirect(url_for("evidence.index", year=year), 303)


@blueprint.get("/uploads/<int:upload_id>")
@guard.requires(Permission.REPORTS_READ)
def show(upload_id: int) -> str:
    """Show the rows of a table as they were read, or what is known of a paper."""
    return _shown(upload_id, Form.empty())


@blueprint.post("/uploads/<int:upload_id>/withdraw")
@guard.requires(Permission.EVIDENCE_EDIT)
def withdraw(upload_id: int) -> Any:
    """End an upload with a reason."""
    form = Form.of_request()
    reason = form.text("reason", longest=500)
    try:
        form.require_complete()
        with database.transaction(services().engine) as session:
            year = service.get_upload(session, upload_id).year
            service.withdraw(session, upload_id, reason=reason, **context.who())
    except forms.Incomplete:
        return _shown(upload_id, form), 422
    except DomainError as error:
        form.refuse("reason", error)
        return _shown(upload_id, form), error.status
    flash(translate("已撤回，原件仍保存在档案中"))
    return redirect(url_for("evidence.index", year=year), 303)


@blueprint.get("/uploads/<int:upload_id>/file")
@guard.requires(Permission.REPORTS_READ)
def download(upload_id: int) -> Response:
    """Give a file back as it came."""
    with database.reading(services().engine) as session:
        upload, content = service.read_file(session, upload_id, data_dir=services().config.data_dir)
        return attachment(content, media_type=upload.media_type, name=upload.file_name)


@blueprint.get("/templates/<code>.xlsx")
@guard.requires(Permission.REPORTS_READ)
def blank(code: str) -> Response:
    """Give the template of a table in the person's language."""
    kind, year = kinds.get_kind(code), asked_year()
    if not kind.is_table:
        raise InvalidInput(field="资料", reason=f"“{kind.zh}”没有模板")
    filled: list[tuple[str, ...]] = []
    if code == AUDITED:
        with database.reading(services().engine) as session:
            rows = joined().statement_rows(session, year, services().clock)
        filled = [(row.statement, row.item, money.to_text(row.minor)) for row in rows if row.minor]
    language = context.language()
    content = template.write(kind, year=year, language=language, filled=filled)
    name = f"{kind.name(language)}-{year}.xlsx"
    return attachment(content, media_type=template.MEDIA_TYPE, name=name)


@blueprint.route("/<int:year>/audited", methods=["GET", "POST"])
@guard.requires(Permission.EVIDENCE_EDIT)
def audited(year: int) -> Any:
    """Type the figures of the audit report beside those of the statements."""
    form = Form.of_request() if request.method == "POST" else Form.empty()
    with database.reading(services().engine) as session:
        rows = joined().statement_rows(session, year, services().clock)
        if request.method == "GET":
            form = Form.empty(entry_form.offered(queries.table(session, AUDITED, year) or ()))
    if request.method == "POST":
        try:
            content = entry_form.read(form, rows)
            with database.transaction(services().engine) as session:
                service.hand_in_table(
                    session,
                    AUDITED,
                    year,
                    Paper(f"audited-{year}.csv", content),
                    statement_rows=[row.name for row in rows],
                    data_dir=services().config.data_dir,
                    **context.who(),
                )
        except forms.Incomplete:
            pass
        except DomainError as error:
            form.refuse("", error)
        else:
            flash(translate("已保存审计报告数"))
            return redirect(url_for("evidence.index", year=year), 303)
    page = render_template("evidence/audited.html", year=year, rows=rows, form=form)
    return page, 422 if form.errors else 200


def _page(year: int, form: Form, opened: str, *, flaws: tuple[Flaw, ...] = ()) -> str:
    with database.reading(services().engine) as session:
        return render_template(
            "evidence/index.html",
            year=year,
            years=queries.years(session),
            slots=queries.slots(session, year),
            papers=_papers(session, year),
            ended=queries.list_ended(session, year),
            missing_reports=queries.reports_without_file(session, year),
            form=form,
            opened=opened,
            flaws=flaws,
            language=context.language(),
            kind_of=kinds.get_kind,
            say=describe_text,
        )


def _papers(session: Session, year: int) -> list[tuple[Any, Any]]:
    wanted = [kind for kind in kinds.kinds().values() if not kind.is_table]
    return [(kind, queries.list_papers(session, kind.code, year)) for kind in wanted]


def _shown(upload_id: int, form: Form) -> str:
    with database.reading(services().engine) as session:
        upload = service.get_upload(session, upload_id)
        kind = kinds.get_kind(upload.kind)
        return render_template(
            "evidence/show.html",
            upload=upload,
            kind=kind,
            lines=queries.lines_of(session, upload),
            form=form,
            language=context.language(),
            is_money=lambda field: field.kind is CellKind.MONEY,
        )


def _file(form: Form) -> tuple[str, bytes]:
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        form.refuse("file", translate("请选择文件"))
        return "", b""
    return str(sent.filename), sent.read()
