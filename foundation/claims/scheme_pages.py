"""Pages of schemes: clauses, what two persons confirmed, and editing as a checked form."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from foundation import database
from foundation.claims import confirmations, labels, schemes
from foundation.claims.confirmations import Document
from foundation.claims.desk_page import who
from foundation.claims.kinds import ConfirmationState
from foundation.claims.schemes import SchemeTextWrong
from foundation.http import forms
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import describe, translate
from foundation.matching import catalogue
from foundation.matching.predicates import Compare, Every, Negation, Predicate, Same, Some
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger.errors import DomainError

_UPLOAD = 400_000


@guard.requires(Permission.GIFTS_READ)
def index() -> Any:
    """List the schemes in force."""
    with database.reading(services().engine) as session:
        return render_template(
            "claims/schemes.html", schemes=schemes.list_current(session), **labels.words()
        )


@guard.requires(Permission.GIFTS_READ)
def show(code: str) -> Any:
    """Show a scheme: its rules with clause and source, and how far each part is confirmed."""
    with database.reading(services().engine) as session:
        stored = schemes.current(session, code)
        return render_template(
            "claims/scheme.html",
            stored=stored,
            scheme=stored.scheme,
            parameters=confirmations.list_states(session, stored),
            versions=schemes.list_versions(session, code),
            rules=[
                (rule, _words(rule.test), _words(rule.when)) for rule in stored.scheme.gift_rules
            ],
            code_label=_code_label,
            fact_label=_fact_label,
            sources=catalogue.shipped().sources,
            is_unknown=lambda value: not isinstance(value, str),
            **labels.words(),
        )


def _code_label(code: str) -> str:
    zh, en = catalogue.shipped().labels.codes.get(code, (code, code))
    return labels.in_language(zh, en)


def _fact_label(fact: str) -> str:
    zh, en = catalogue.shipped().labels.facts.get(fact, (fact, fact))
    return labels.in_language(zh, en)


_SIGNS = {"eq": "=", "ne": "≠", "gt": ">", "ge": "≥", "lt": "<", "le": "≤"}


def _words(predicate: Predicate | None) -> str:
    """Write a condition so that a person can read it."""
    match predicate:
        case None:
            return ""
        case Compare(fact, op, value):
            return _compared(fact, op, value)
        case Same(names):
            return translate("一致：{facts}", facts="、".join(_fact_label(name) for name in names))
        case Every(items):
            return " ∧ ".join(_words(item) for item in items)
        case Some(items):
            return " ∨ ".join(_words(item) for item in items)
        case Negation(item):
            return f"¬({_words(item)})"


def _compared(fact: str, op: str, value: Any) -> str:
    name = _fact_label(fact)
    if op == "present":
        return translate("{fact}已记录", fact=name)
    if op == "absent":
        return translate("{fact}未记录", fact=name)
    listed = value if isinstance(value, tuple) else (value,)
    said = "、".join(str(item) for item in listed)
    sign = {"in": "∈", "not_in": "∉"}.get(op) or _SIGNS[op]
    return f"{name} {sign} {said}"


@guard.requires(Permission.SCHEMES_EDIT)
def edit_index() -> Any:
    """List the schemes to whoever enters their texts; an administrator sees no gifts."""
    with database.reading(services().engine) as session:
        return render_template(
            "claims/edit_schemes.html", schemes=schemes.list_current(session), **labels.words()
        )


@guard.requires(Permission.SCHEMES_EDIT)
def edit(code: str) -> Any:
    """Edit a scheme as text or a file; mistakes are listed with their lines, nothing is stored."""
    problems: Any = ()
    form = Form.of_request() if request.method == "POST" else Form.empty()
    with database.reading(services().engine) as session:
        stored = schemes.current(session, code)
        versions = schemes.list_versions(session, code)
    if request.method == "POST":
        file = request.files.get("file")
        if file is not None and file.filename:
            form.values["text"] = file.read(_UPLOAD).decode("utf-8", errors="replace")
        form.text("text", longest=_UPLOAD)
        # As it was typed: without its first lines the lines of the mistakes would be others.
        text = form.values.get("text", "")
        is_check = form.value("act") == "check"
        reason = form.text("reason", longest=500, is_required=not is_check)
        try:
            form.require_complete()
            with database.transaction(services().engine) as session:
                if is_check:
                    problems = schemes.check_text(session, text)
                    if not problems:
                        flash(translate("没有发现错误"))
                else:
                    schemes.add_text(session, text, reason=reason, **who())
                    flash(translate("已保存为新版本"))
                    return redirect(url_for("matching.edit_scheme", code=code), 303)
        except forms.Incomplete:
            pass
        except SchemeTextWrong as error:
            form.refuse("", error)
            problems = error.data["problems"]
        except DomainError as error:
            form.refuse("", error)
    else:
        form.values["text"] = stored.text
    page = render_template(
        "claims/edit_scheme.html",
        form=form,
        stored=stored,
        versions=versions,
        problems=[_problem(item, form.values.get("text", "").splitlines()) for item in problems],
        **labels.words(),
    )
    return page, 422 if form.errors or problems else 200


def _problem(item: Any, lines: list[str]) -> tuple[int, str, str, str]:
    """A mistake: its line, what it is about, what the line says, and what is wrong."""
    if isinstance(item, dict):
        line, field = item["line"], item["field"]
        said = labels.in_language(item["message"], item["message_en"])
    else:
        line, field = item.line, item.field
        said = labels.in_language(item.message_zh, item.message_en)
    # The form has no line numbers, so the line itself is shown.
    text = lines[line - 1].strip() if 0 < line <= len(lines) else ""
    return line, field, text[:120], said


@guard.requires(Permission.CLAIMS_PREPARE)
def propose(code: str) -> Any:
    """Say that a parameter agrees with the official document."""
    parameter = request.values.get("parameter", "")[:160]
    form = Form.of_request() if request.method == "POST" else Form.empty()
    if request.method == "POST":
        title, number = form.text("title"), form.text("number", longest=120)
        article = form.text("article", longest=120)
        stated = form.text("stated", is_required=False, longest=500)
        file = request.files.get("file")
        content = file.read() if file is not None else b""
        name = (file.filename or "") if file is not None else ""
        try:
            form.require_complete()
            with database.transaction(services().engine) as session:
                confirmations.propose(
                    session,
                    code,
                    parameter,
                    Document(title, number, article, name, content),
                    stated=stated,
                    folder=services().config.data_dir,
                    **who(),
                )
        except forms.Incomplete:
            pass
        except DomainError as error:
            form.refuse("", error)
        else:
            flash(translate("已提出，等待另一人复核"))
            return redirect(url_for("matching.scheme", code=code), 303)
    with database.reading(services().engine) as session:
        stored = schemes.current(session, code)
        found = [
            item for item in confirmations.list_states(session, stored) if item.name == parameter
        ]
        page = render_template(
            "claims/propose.html",
            form=form,
            stored=stored,
            parameter=found[0] if found else None,
            **labels.words(),
        )
    return page, 422 if form.errors else 200


@guard.requires(Permission.CLAIMS_APPROVE)
def answer(confirmation_id: int) -> Any:
    """Confirm or refuse what somebody else proposed."""
    form = Form.of_request()
    verdict = (
        ConfirmationState.REFUSED
        if form.value("verdict") == "refused"
        else ConfirmationState.CONFIRMED
    )
    try:
        with database.transaction(services().engine) as session:
            confirmations.answer(session, confirmation_id, verdict, **who())
    except DomainError as error:
        flash(describe(error), "error")
    else:
        flash(translate("已处理"))
    return redirect(form.value("next") if form.value("next").startswith("/matching")
                    else url_for("matching.index"), 303)  # fmt: skip
