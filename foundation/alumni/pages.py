"""Pages: reading an alumni list step by step, and deciding who of it is a donor."""

from itertools import islice
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from foundation import database
from foundation.alumni import columns, importing, labels, proposing, queries
from foundation.alumni.columns import Layout
from foundation.alumni.importing import Wanted
from foundation.alumni.models import MatchState
from foundation.http import context
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import translate
from foundation.imports import reading, uploads, wizard
from foundation.imports.cells import Row, text_of
from foundation.imports.refusals import FileRefused
from foundation.imports.uploads import Upload
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger.errors import DomainError, InvalidInput

_ROLE = "role-"
_SAMPLES = 3
_MOST_COLUMNS = 60
_ROWS_SHOWN = 10
_HIGHEST_ROW = 60


@guard.requires(Permission.DONORS_READ)
def index() -> str:
    """Show the register, the lists that were read, and take the next one."""
    return _index(Form.empty())


@guard.requires(Permission.DONORS_EDIT)
def upload() -> Any:
    """Take a file and go on to look at it."""
    form = Form.of_request()
    file = request.files.get("file")
    if file is None or not file.filename:
        form.refuse("file", translate("请选择要导入的文件"))
        return _index(form), 422
    folder, now = services().config.data_dir, services().clock.now()
    kept = uploads.keep(folder, file.stream, file.filename, now=now)
    try:
        reading.open_register(kept.path, kept.name)
    except FileRefused as error:
        uploads.remove(kept)
        form.refuse("file", error)
        return _index(form), 422
    place = url_for("alumni.preview", digest=kept.digest, college=form.value("college") or None)
    return redirect(place, 303)


@guard.requires(Permission.DONORS_EDIT)
def preview(digest: str) -> Any:
    """Show what was understood of a list; nothing is written."""
    kept = uploads.find(services().config.data_dir, digest)
    form = Form.of_request() if request.method == "POST" else Form.empty(request.args.to_dict())
    page = _preview(kept, form)
    return page, 422 if form.errors else 200


@guard.requires(Permission.DONORS_EDIT)
def run(digest: str) -> Any:
    """Import a list whole."""
    kept, form = uploads.find(services().config.data_dir, digest), Form.of_request()
    try:
        source = reading.open_register(kept.path, kept.name)
        with database.transaction(services().engine) as session:
            done = importing.run(session, source, _wanted(form), **context.who())
    except DomainError as error:
        form.refuse("", error)
        return _preview(kept, form), 422
    uploads.remove(kept)
    if not done.added:
        flash(translate("名单中的 {count} 人都已登记，没有新内容", count=done.rows))
    else:
        flash(
            translate(
                "已登记 {added} 位校友，有 {proposed} 条匹配建议待确认",
                added=done.added,
                proposed=done.proposed,
            )
        )
    return redirect(url_for("alumni.matches"), 303)


@guard.requires(Permission.DONORS_READ)
def matches() -> str:
    """List the proposals, the likeliest first."""
    text = request.args.get("state", "")
    state = MatchState(text) if text in set(MatchState) else MatchState.PROPOSED
    skipped = request.args.get("skip", "")
    before = int(skipped) if skipped.isascii() and skipped.isdigit() and len(skipped) < 8 else 0
    with database.reading(services().engine) as session:
        rows = queries.matches(session, state=state, before=before)
        return render_template(
            "alumni/matches.html",
            rows=rows,
            state=state,
            standing=queries.standing(session),
            reasons=labels.REASONS,
            states=labels.STATES,
            following=before + len(rows) if len(rows) == queries.SHOWN else None,
        )


@guard.requires(Permission.DONORS_EDIT)
def decide(match_id: int) -> Any:
    """Confirm or decline one proposal."""
    act = proposing.confirm if request.form.get("verdict") == "confirm" else proposing.decline
    with database.transaction(services().engine) as session:
        act(session, match_id, **context.who())
    flash(translate("已确认") if act is proposing.confirm else translate("已标记为不是同一人"))
    return redirect(url_for("alumni.matches"), 303)


@guard.requires(Permission.DONORS_EDIT)
def confirm_sure() -> Any:
    """Confirm every proposal for which more than the name speaks."""
    with database.transaction(services().engine) as session:
        count = proposing.confirm_sure(session, **context.who())
    flash(translate("已确认 {count} 条建议", count=count))
    return redirect(url_for("alumni.matches"), 303)


@guard.requires(Permission.DONORS_EDIT)
def propose_again() -> Any:
    """Look for donors who came since."""
    with database.transaction(services().engine) as session:
        count = proposing.propose_again(session, **context.who())
    flash(translate("新增 {count} 条匹配建议", count=count))
    return redirect(url_for("alumni.matches"), 303)


def _index(form: Form) -> str:
    with database.reading(services().engine) as session:
        return render_template(
            "alumni/index.html",
            form=form,
            lists=queries.lists(session),
            standing=queries.standing(session),
        )


def _wanted(form: Form) -> Wanted:
    """Read how to read the list; without roles in the form, its headings say so themselves."""
    roles = {
        int(name.removeprefix(_ROLE)): value
        for name, value in form.values.items()
        if name.startswith(_ROLE) and value and name.removeprefix(_ROLE).isdecimal()
    }
    sheet, college = form.value("sheet") or None, form.value("college")
    row = form.whole_number("header_row", default=0, highest=_HIGHEST_ROW)
    if form.errors:
        raise InvalidInput(field="表头行", reason="应为 0 到 60 的整数")
    layout = columns.given(roles, row) if roles else None
    return Wanted(college=college, sheet=sheet, layout=layout)


def _preview(kept: Upload, form: Form) -> str:
    source = reading.open_register(kept.path, kept.name)
    found, layout = None, Layout({}, 0)
    head: list[Row] = []
    try:
        wanted = _wanted(form)
        head = list(islice(source.rows(wanted.sheet), importing.SEARCHED_ROWS))
        layout, _ = importing.layout_of(source, wanted)
        with database.reading(services().engine) as session:
            found = importing.examine(session, source, wanted, clock=services().clock)
    except DomainError as error:
        form.refuse("", error)
        head = head or list(islice(source.rows(), importing.SEARCHED_ROWS))
    return render_template(
        "alumni/preview.html",
        kept=kept,
        sheets=source.sheets,
        form=form,
        found=found,
        columns=_columns(head, layout),
        chosen={index: role for role, index in layout.columns.items()},
        header_row=layout.header_row,
        roles=columns.ROLES,
        wrong=importing.reasons_of(found.wrong) if found else [],
        shown=found.people[:_ROWS_SHOWN] if found else (),
    )


def _columns(head: list[Row], layout: Layout) -> list[wizard.Column]:
    width = min(max((len(row) for row in head), default=0), _MOST_COLUMNS)
    top = head[layout.header_row - 1] if 0 < layout.header_row <= len(head) else ()
    found = []
    for index in range(width):
        below = (row[index] for row in head[layout.header_row :] if index < len(row))
        samples = tuple(islice((text_of(cell)[:30] for cell in below if text_of(cell)), _SAMPLES))
        label = text_of(top[index]) if index < len(top) else ""
        if label or samples:
            found.append(wizard.Column(index, wizard.letter_of(index), label, samples))
    return found
