"""Pages that import a statement: upload, look and correct, import; and what was imported."""

from dataclasses import dataclass
from itertools import islice
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from foundation import database
from foundation.banking import accounts, examining, importing, mappings, queries, recognition
from foundation.banking.columns import NOTE, ROLE_NAMES
from foundation.banking.examining import Examination, StatementRequest
from foundation.banking.recognition import Mapping, Understanding
from foundation.donors.vault import Vault
from foundation.http import context, forms, lists
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import describe, translate
from foundation.imports import reading, uploads, wizard
from foundation.imports.cells import Row, text_of
from foundation.imports.refusals import FileRefused
from foundation.imports.uploads import Upload
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger import money
from ledger.errors import DomainError

_ROLE = "role-"
_SAMPLES = 3
_MOST_COLUMNS = 60
_ROWS_SHOWN = 12
_CARRIED = ("account", "opening", "through")


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """Everything that the page of one file shows. Without `found`, nothing can be imported."""

    name: str
    sheets: tuple[str, ...]
    columns: tuple[wizard.Column, ...]
    understood: Understanding | None
    found: Examination | None
    problem: str


@guard.requires(Permission.BANK_READ)
def index() -> str:
    """List the statements, and take the next one."""
    return _index(Form.empty(request.args.to_dict()))


@guard.requires(Permission.BANK_RECORD)
def upload() -> Any:
    """Take a file; what a person can put right is asked on the next page."""
    form = Form.of_request()
    file = request.files.get("file")
    form.text("account", longest=32)
    if file is None or not file.filename:
        form.refuse("file", translate("请选择要导入的文件"))
    if form.errors:
        return _index(form), 422
    assert file is not None
    folder, now = services().config.data_dir, services().clock.now()
    kept = uploads.keep(folder, file.stream, file.filename or "", now=now)
    try:
        reading.open_register(kept.path, kept.name)
    except FileRefused as error:
        uploads.remove(kept)
        form.refuse("file", error)
        return _index(form), 422
    carried: dict[str, Any] = {name: form.value(name) for name in _CARRIED if form.value(name)}
    return redirect(url_for("banking.preview", digest=kept.digest, **carried), 303)


@guard.requires(Permission.BANK_RECORD)
def idle() -> Any:
    """Record that nothing moved on an account."""
    form = Form.of_request()
    code = form.text("idle_account", longest=32)
    through, balance = form.day("idle_through"), form.amount("idle_balance")
    try:
        form.require_complete()
        assert through is not None
        assert balance is not None
        with database.transaction(services().engine) as session:
            importing.record_idle(
                session, code, through=through, balance_minor=balance, **context.who()
            )
    except forms.Incomplete:
        return _index(form), 422
    except DomainError as error:
        form.refuse("idle_balance", error)
        return _index(form), 422
    flash(translate("已登记 {account} 截至 {day} 没有收支", account=code, day=through))
    return redirect(url_for("banking.index"), 303)


@guard.requires(Permission.BANK_RECORD)
def preview(digest: str) -> Any:
    """Show what was understood of a file; nothing is written."""
    kept = uploads.find(services().config.data_dir, digest)
    form = Form.of_request() if request.method == "POST" else Form.empty(request.args.to_dict())
    return _preview(kept, form), 422 if form.errors else 200


@guard.requires(Permission.BANK_RECORD)
def run(digest: str) -> Any:
    """Import a statement whole, then match what is sure."""
    kept, form = uploads.find(services().config.data_dir, digest), Form.of_request()
    try:
        wanted = _request(form)
        form.require_complete()
        mapping = _own_mapping(form, kept.name)
        with database.transaction(services().engine) as session:
            source = reading.open_register(kept.path, kept.name)
            understood = mappings.understand(
                session,
                source,
                sheet=form.value("sheet") or None,
                mapping=mapping,
                ignores_memory=bool(form.value("plain")),
            )
            vault = Vault.of(services().config.secret_key)
            result = importing.import_statement(
                session, understood, wanted, vault=vault, **context.who()
            )
            if mapping is not None:
                mappings.remember(session, understood.signature, mapping, **context.who())
            elif form.value("plain"):
                mappings.forget(session, understood.signature, **context.who())
    except forms.Incomplete:
        return _preview(kept, form), 422
    except DomainError as error:
        form.refuse("", error)
        return _preview(kept, form), 422
    uploads.remove(kept)
    if not result.imported:
        flash(translate("对账单中的流水都已导入过，没有新内容"))
    else:
        flash(translate("已导入 {count} 笔流水", count=result.imported))
    code = result.examination.account.code
    return redirect(url_for("banking.lines", account=code, state="open"), 303)


def _index(form: Form) -> str:
    with database.reading(services().engine) as session:
        return render_template(
            "banking/statements.html",
            form=form,
            page=queries.list_statements(session, lists.of_request()),
            accounts=_choices(session),
        )


def _choices(session: Session) -> list[tuple[str, str]]:
    return [(one.code, one.label) for one in accounts.list_accounts(session)]


def _preview(kept: Upload, form: Form) -> str:
    with database.reading(services().engine) as session:
        shown = _look(session, kept, form)
        return render_template(
            "banking/preview.html",
            form=form,
            digest=kept.digest,
            shown=shown,
            sample=list(islice(shown.found.new, _ROWS_SHOWN)) if shown.found else [],
            accounts=_choices(session),
            roles=ROLE_NAMES,
        )


def _look(session: Session, kept: Upload, form: Form) -> Preview:
    """Read the file as the form asks, and find out what an import would do."""
    source = reading.open_register(kept.path, kept.name)
    understood: Understanding | None = None
    found: Examination | None = None
    problem = ""
    try:
        understood = mappings.understand(
            session,
            source,
            sheet=form.value("sheet") or None,
            mapping=_own_mapping(form, kept.name),
            ignores_memory=bool(form.value("plain")),
        )
        wanted = _request(form)
        if not form.errors or form.error(""):
            found = examining.examine(session, understood, wanted, clock=services().clock)
    except DomainError as error:
        problem = describe(error)
    sheet = understood.mapping.sheet if understood else (source.sheets or (None,))[0]
    head = understood.head if understood else tuple(islice(source.rows(sheet), 100))
    mapping = understood.mapping if understood else recognition.guess(head, sheet)
    if mapping is not None and "header_row" not in form.values:
        form.values |= _fields(mapping)
    form.values.setdefault("header_row", "0")
    return Preview(
        name=kept.name,
        sheets=source.sheets,
        columns=_columns(head, int(form.value("header_row") or 0)),
        understood=understood,
        found=found,
        problem=problem,
    )


def _request(form: Form) -> StatementRequest:
    opening = None
    if form.value("opening"):
        try:
            opening = forms.parse_amount(form.value("opening"))
        except money.InvalidAmount as error:
            form.refuse("opening", error)
    return StatementRequest(
        account_code=form.text("account", longest=32),
        opening_minor=opening,
        through=form.day("through", is_required=False),
        gap_reason=form.text("reason", is_required=False, longest=500) or None,
    )


def _own_mapping(form: Form, filename: str) -> Mapping | None:
    """Return the mapping that a person chose, None while the form says only what was read."""
    if not form.value("own"):
        return None
    columns: dict[str, int] = {}
    notes: list[int] = []
    for name, role in form.values.items():
        number = name.removeprefix(_ROLE)
        if not name.startswith(_ROLE) or not role or not number.isdecimal():
            continue
        if role == NOTE:
            notes.append(int(number))
        elif role in columns:
            called = ROLE_NAMES.get(role, role)
            raise recognition.invalid(filename, f"“{called}”指定了不止一列")
        else:
            columns[role] = int(number)
    header = form.whole_number("header_row", highest=100)
    return Mapping(columns, tuple(sorted(notes)), header, form.value("sheet") or None)


def _fields(mapping: Mapping) -> dict[str, str]:
    said = {f"{_ROLE}{column}": role for role, column in mapping.columns.items()}
    said |= {f"{_ROLE}{column}": NOTE for column in mapping.notes}
    return said | {"header_row": str(mapping.header_row), "sheet": mapping.sheet or ""}


def _columns(head: tuple[Row, ...], header_row: int) -> tuple[wizard.Column, ...]:
    width = min(max((len(row) for row in head), default=0), _MOST_COLUMNS)
    top = head[header_row - 1] if 0 < header_row <= len(head) else ()
    found = []
    for index in range(width):
        label = text_of(top[index]) if index < len(top) else ""
        below = (text_of(row[index])[:40] for row in head[header_row:] if index < len(row))
        samples = tuple(islice((text for text in below if text), _SAMPLES))
        if label or samples:
            found.append(wizard.Column(index, wizard.letter_of(index), label, samples))
    return tuple(found)
