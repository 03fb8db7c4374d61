"""Pages for an administrator: which rubrics there are, importing one, choosing one."""

from typing import Any
from urllib.parse import quote

from flask import Response, flash, redirect, render_template, request, url_for

from foundation import database
from foundation.assessment import choosing, page_parts
from foundation.assessment.rubric_files import Particulars
from foundation.assessment.rubrics import GRADES, BadRubric
from foundation.http import context, forms
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import describe_text, translate
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger.errors import DomainError
from ledger.money import to_text
from receipts import files


@guard.requires(Permission.SETTINGS_EDIT)
def index() -> Any:
    """List the rubrics, and which one is worked with."""
    return _page(Form.empty(), Form.empty())


@guard.requires(Permission.SETTINGS_EDIT)
def choose() -> Any:
    """Work with a rubric from now on."""
    form = Form.of_request()
    version = form.text("version", longest=64)
    first, last = (form.whole_number(name) for name in ("first_year", "last_year"))
    founding = form.amount("founding", is_required=False)
    reason = form.text("reason", is_required=False, longest=500)
    try:
        form.require_complete()
        with database.transaction(services().engine) as session:
            chosen = choosing.choose(
                session,
                version,
                first_year=first,
                last_year=last,
                founding_minor=founding,
                reason=reason,
                **context.who(),
            )
    except forms.Incomplete:
        return _page(form, Form.empty()), 422
    except DomainError as error:
        form.refuse("", error)
        return _page(form, Form.empty()), error.status
    flash(translate("已启用 {title}", title=chosen.rubric.title.of(context.language())))
    return redirect(url_for("assessment.rubrics"), 303)


@guard.requires(Permission.SETTINGS_EDIT)
def upload() -> Any:
    """Import a rubric; with `check` it is only read."""
    form = Form.of_request()
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        form.refuse("file", translate("请选择文件"))
        return _page(Form.empty(), form), 422
    name, content = str(sent.filename), sent.read()
    try:
        particulars = None if name.lower().endswith(".toml") else _particulars(form)
        form.require_complete()
        if form.is_checked("check"):
            rubric, remarks = choosing.check(content, name, particulars)
            return _page(Form.empty(), form, checked=rubric, remarks=remarks)
        with database.transaction(services().engine) as session:
            rubric = choosing.import_rubric(
                session,
                content,
                name,
                particulars,
                data_dir=services().config.data_dir,
                **context.who(),
            )
    except forms.Incomplete:
        return _page(Form.empty(), form), 422
    except BadRubric as error:
        form.refuse("", error)
        return _page(Form.empty(), form, problems=error.problems), 422
    except DomainError as error:
        form.refuse("", error)
        return _page(Form.empty(), form), error.status
    flash(translate("已导入 {count} 项指标，可在上方启用", count=len(rubric.indicators)))
    return redirect(url_for("assessment.rubrics"), 303)


@guard.requires(Permission.SETTINGS_EDIT)
def document(version: str) -> Response:
    """Give back the document that a rubric was read from."""
    with database.reading(services().engine) as session:
        for one in choosing.list_imported(session):
            if one.rubric.version == version:
                break
        else:
            raise choosing.UnknownRubric(version=version[:60])
    content = files.read(services().config.data_dir, one.digest, name=one.file_name)
    response = Response(content, mimetype="application/octet-stream")
    named = f"attachment; filename*=UTF-8''{quote(one.file_name)}"
    response.headers["Content-Disposition"] = named
    return response


def _particulars(form: Form) -> Particulars:
    grade = form.text("grade", longest=1)
    if grade not in GRADES:
        form.refuse("grade", translate("请从列表中选择"))
    return Particulars(
        version=form.text("new_version", longest=64),
        title=form.text("title"),
        authority=form.text("authority"),
        source=form.text("source"),
        grade=grade,
        years=form.whole_number("years", default=2, highest=4) or 2,
    )


def _page(choosing_form: Form, importing: Form, **more: Any) -> str:
    today = services().clock.today()
    with database.reading(services().engine) as session:
        chosen = choosing.find_chosen(session)
        offered = {
            "first_year": str(today.year - 2),
            "last_year": str(today.year - 1),
        }
        if chosen is not None:
            # What is stated stays stated unless somebody takes it out of the form.
            founding = chosen.founding_minor
            offered = {
                "version": chosen.rubric.version,
                "first_year": str(chosen.first_year),
                "last_year": str(chosen.last_year),
                "founding": "" if founding is None else to_text(founding),
            }
        if not choosing_form.values:
            choosing_form = Form.empty(offered)
        imported = choosing.list_imported(session)
        rubrics = choosing.list_rubrics(session)
        shown = {"problems": (), "remarks": (), "checked": None} | more
        return render_template(
            "assessment/rubrics.html",
            chosen=chosen,
            rubrics=[(rubric, choosing.points_text(rubric)) for rubric in rubrics],
            imported={one.rubric.version: one for one in imported},
            form=choosing_form,
            importing=importing,
            described=describe_text,
            **shown,
            **page_parts.words(),
        )
