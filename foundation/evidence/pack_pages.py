"""The button: make an audit pack, see how far it is, download it, and the packs of before."""

import tempfile
from collections.abc import Iterator
from typing import IO, Any, BinaryIO, cast

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from foundation import database
from foundation.evidence import pack_making, packs, queries
from foundation.evidence.joined import PackQuestion, joined
from foundation.evidence.packs import Progress
from foundation.http import context, forms
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import describe_text, translate
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger.errors import DomainError

blueprint = Blueprint("packs", __name__, url_prefix="/audit-pack")
_IN_MEMORY = 4 * 1024 * 1024
_PIECE = 64 * 1024
_SECONDS_BETWEEN = "3"


@blueprint.get("")
@guard.requires(Permission.REPORTS_READ)
def index() -> Any:
    """Choose years, see what is missing, and what was made before."""
    return _page(Form.empty(request.args.to_dict()))


@blueprint.post("/draft")
@guard.requires(Permission.EVIDENCE_EDIT)
def draft() -> Any:
    """Make a draft."""
    return _launch(is_final=False)


@blueprint.post("/final")
@guard.requires(Permission.STATEMENTS_ISSUE)
def final() -> Any:
    """Make a final pack, or say everything that is in its way."""
    return _launch(is_final=True)


@blueprint.get("/draft.zip")
@guard.requires(Permission.REPORTS_READ)
def stream() -> Response:
    """Give a draft of some years without keeping it: auditors write nothing."""
    form = Form.empty(request.args.to_dict())
    first, last = _years(form)
    question = PackQuestion(first, last, services().config.data_dir, is_final=False)
    file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 (see _sent)
    try:
        pack_making.write(services(), joined(), question, cast(BinaryIO, file))
    except BaseException:
        file.close()
        raise
    return _answer(file, f"audit-pack-{first}-{last}-draft.zip")


@blueprint.get("/<int:pack_id>.zip")
@guard.requires(Permission.REPORTS_READ)
def download(pack_id: int) -> Response:
    """Give a pack that was made, the same bytes every time."""
    with database.reading(services().engine) as session:
        pack, file = packs.open_file(session, pack_id, data_dir=services().config.data_dir)
        name = f"audit-pack-{pack.first_year}-{pack.last_year}-{pack.state.value}-{pack_id}.zip"
    return _answer(file, name)


def _launch(*, is_final: bool) -> Any:
    form = Form.of_request()
    try:
        first, last = _years(form)
        question = PackQuestion(first, last, services().config.data_dir, is_final=is_final)
        _require_ready(question)
        pack_making.launch(services(), joined(), question, actor=context.who()["actor"])
    except forms.Incomplete:
        return _page(form), 422
    except packs.PackNotFinal as error:
        return _page(form, refused=error.obstacles), error.status
    except DomainError as error:
        form.refuse("", error)
        return _page(form), error.status
    flash(translate("已开始生成，可以离开本页"))
    return redirect(url_for("packs.index", first=first, last=last, check=1), 303)


def _require_ready(question: PackQuestion) -> None:
    """Say what can be said at once; the job asks again, with the whole suite."""
    with database.reading(services().engine) as session:
        obstacles = joined().obstacles(session, question.first, question.last, services().clock)
    if question.is_final and obstacles:
        raise packs.PackNotFinal(obstacles)


def _page(form: Form, *, refused: tuple[str, ...] = ()) -> Response:
    with database.reading(services().engine) as session:
        known = list(queries.years(session))
        form.values.setdefault("first", str(known[0]) if known else "")
        form.values.setdefault("last", form.values["first"])
        jobs = packs.list_jobs(session, clock=services().clock)
        made = queries.list_packs(session)
        kept = {
            pack.id
            for pack in made
            if packs.path_of(services().config.data_dir, pack.digest).is_file()
        }
        page = render_template(
            "evidence/packs.html",
            form=form,
            years=known,
            jobs=[job for job in jobs if job.progress is not Progress.DONE][:5],
            made=made,
            kept=kept,
            in_the_way=list(refused) or _in_the_way(session, form),
            is_refused=bool(refused),
            say=describe_text,
        )
    response = Response(page, mimetype="text/html")
    if any(job.progress is Progress.RUNNING for job in jobs):
        # Without a script: the browser asks again until it is done.
        response.headers["Refresh"] = _SECONDS_BETWEEN
    return response


def _in_the_way(session: Any, form: Form) -> list[str]:
    if form.value("check") != "1":
        return []
    try:
        first, last = _years(form)
        return list(joined().obstacles(session, first, last, services().clock))
    except forms.Incomplete:
        return []
    except DomainError as error:
        form.refuse("", error)
        return []


def _years(form: Form) -> tuple[int, int]:
    first = form.whole_number("first", default=0)
    last = form.whole_number("last", default=first)
    form.require_complete()
    return first, last


def _answer(file: IO[bytes], name: str) -> Response:
    file.seek(0, 2)
    size = file.tell()
    response = Response(_sent(file), mimetype="application/zip")
    response.content_length = size
    response.headers["Cache-Control"] = "no-store"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _sent(file: IO[bytes]) -> Iterator[bytes]:
    """Yield a file from its beginning and close it when it is sent, or given up."""
    with file:
        file.seek(0)
        while piece := file.read(_PIECE):
            yield piece
