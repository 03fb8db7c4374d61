"""Pages of the office: what is public and what waits, preparing, and the second person's look."""

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for

from foundation import database
from foundation.disclosure import composing, kinds, labels, queries, service
from foundation.disclosure.kinds import About, Papers
from foundation.disclosure.models import VersionState
from foundation.disclosure.service import Preparation, Upload
from foundation.http import context
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import translate
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger.errors import DomainError


@guard.requires(Permission.REPORTS_READ)
def index() -> str:
    """List what waits and what was published, and what may be prepared."""
    with database.reading(services().engine) as session:
        found = queries.recent(session)
    return render_template(
        "disclosure/index.html",
        waiting=[item for item in found if item.state is VersionState.PREPARED],
        done=[item for item in found if item.state is not VersionState.PREPARED],
        kinds=kinds.shipped(),
        explanations=labels.EXPLANATIONS,
        states=labels.STATES,
        language=context.language(),
    )


@guard.requires(Permission.EVIDENCE_EDIT)
def prepare(kind: str) -> Any:
    """Prepare a publication of one kind."""
    chosen = kinds.get(kind)
    if request.method == "GET":
        return _prepare(chosen, Form.empty(request.args.to_dict()))
    form = Form.of_request()
    files = tuple(
        Upload((file.filename or "").replace("\\", "/").rpartition("/")[2], file.read())
        for file in request.files.getlist("files")
        if file.filename
    )
    wanted = Preparation(
        kind=kind,
        subject=form.value("subject") or "current",
        title=form.value("title"),
        text=form.value("text"),
        correction=form.value("correction"),
        files=files,
    )
    try:
        with database.transaction(services().engine) as session:
            made = service.prepare(session, wanted, **context.who()).id
    except DomainError as error:
        form.refuse("correction" if error.data.get("field") == "更正说明" else "", error)
        return _prepare(chosen, form), error.status
    flash(translate("已生成，请另一人复核后发布"))
    return redirect(url_for("disclosure.show", version_id=made), 303)


@guard.requires(Permission.REPORTS_READ)
def show(version_id: int) -> str:
    """Show a version exactly as it is, or will be, public."""
    return _show(version_id, Form.empty())


@guard.requires(Permission.STATEMENTS_ISSUE)
def publish(version_id: int) -> Any:
    """Publish what another person prepared."""
    form = Form.of_request()
    try:
        with database.transaction(services().engine) as session:
            service.publish(
                session,
                version_id,
                expected=form.value("digest"),
                public_url=services().config.public_url,
                **context.who(),
            )
    except DomainError as error:
        form.refuse("", error)
        return _show(version_id, form), error.status
    flash(translate("已公开"))
    return redirect(url_for("disclosure.show", version_id=version_id), 303)


@guard.requires(Permission.STATEMENTS_ISSUE)
def decline(version_id: int) -> Any:
    """Send a prepared version back."""
    form = Form.of_request()
    try:
        with database.transaction(services().engine) as session:
            service.decline(session, version_id, reason=form.value("reason"), **context.who())
    except DomainError as error:
        form.refuse("reason", error)
        return _show(version_id, form), error.status
    flash(translate("已退回"))
    return redirect(url_for("disclosure.index"), 303)


@guard.requires(Permission.REPORTS_READ)
def office_file(file_id: int) -> Response:
    """Give a file of a version that may still wait."""
    with database.reading(services().engine) as session:
        file = queries.get_file(session, file_id, only_public=False)
        return as_download(file.name, file.media_type, file.data)


def as_download(name: str, media_type: str, data: bytes) -> Response:
    """Return a file as a download, never shown inside a page."""
    response = Response(data, mimetype=media_type)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["Cache-Control"] = "no-store"
    return response


def _prepare(chosen: kinds.Kind, form: Form) -> str:
    with database.reading(services().engine) as session:
        today = services().clock.today()
        offered = list(composing.offered(session, chosen, today=today))
        public = [item for item in queries.latest(session) if item.kind == chosen.id]
    return render_template(
        "disclosure/prepare.html",
        kind=chosen,
        form=form,
        offered=offered,
        public=public,
        explanation=labels.EXPLANATIONS[chosen.id],
        asks_subject=chosen.about is not About.CURRENT,
        is_notice=chosen.about is About.NOTICE,
        takes_files=chosen.papers is not Papers.NONE,
        needs_files=chosen.papers is Papers.REQUIRED,
        language=context.language(),
    )


def _show(version_id: int, form: Form) -> str:
    with database.reading(services().engine) as session:
        item = queries.get(session, version_id)
        user = context.require_user()
        return render_template(
            "disclosure/show.html",
            item=item,
            content=queries.shown(session, item),
            files=queries.files_of(session, version_id),
            kind=kinds.get(item.kind),
            states=labels.STATES,
            is_own=item.prepared_by == user.actor,
            form=form,
            language=context.language(),
        )
