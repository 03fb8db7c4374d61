"""The bank for programs: `/api/v1/bank-lines`. A statement is sent as `multipart/form-data`."""

import json
from typing import Any

from flask import Blueprint, Response, request
from marshmallow import ValidationError
from sqlalchemy.orm import Session

from foundation.banking import (
    accounts,
    documents,
    examining,
    importing,
    mappings,
    matches,
    month_end,
    payments,
    queries,
    reconciling,
    suggesting,
)
from foundation.banking.examining import StatementRequest
from foundation.banking.items import bank_items
from foundation.banking.queries import LineFilter
from foundation.banking.schemas import (
    Because,
    IdleAnswer,
    IdleFields,
    LineAnswer,
    LineQuery,
    MatchAnswer,
    MatchRun,
    MonthAnswer,
    NewMatch,
    NewReconciliation,
    RunAnswer,
    StatementAnswer,
    StatementFields,
    SuggestionsAnswer,
)
from foundation.donors.vault import Vault
from foundation.http import api
from foundation.http.context import services
from foundation.http.languages import translate
from foundation.http.lists import Page, PageRequest
from foundation.imports import reading, uploads
from foundation.imports.uploads import Upload
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger import money
from ledger.periods import parse_period

blueprint = Blueprint("bank_api", __name__, url_prefix=f"{api.PREFIX}/bank-lines")


@blueprint.get("")
@guard.requires(Permission.BANK_READ)
@api.endpoint(items=LineAnswer, query=LineQuery)
def list_lines(session: Session, *, query: dict[str, Any], page: PageRequest) -> Page[Any]:
    """List lines of bank statements, the latest first."""
    wanted = LineFilter(
        account=query["account"],
        is_open={"open": True, "matched": False}.get(query["state"]),
        text=query["q"],
        period=parse_period(query["period"]) if query["period"] else 0,
        way=query["direction"],
    )
    found = queries.list_lines(session, wanted, page)
    return Page([documents.of_line(row) for row in found.items], found.next)


@blueprint.get("/<int:line_id>")
@guard.requires(Permission.BANK_READ)
@api.endpoint(answer=LineAnswer)
def get_line(session: Session, line_id: int) -> dict[str, Any]:
    """Return one line."""
    return documents.of_line(queries.get_line(session, line_id))


@blueprint.get("/<int:line_id>/suggestions")
@guard.requires(Permission.BANK_READ)
@api.endpoint(answer=SuggestionsAnswer)
def suggestions(session: Session, line_id: int) -> dict[str, Any]:
    """Return what may match an open line, with a score and its reasons."""
    return suggestions_of(session, line_id)


def suggestions_of(session: Session, line_id: int) -> dict[str, Any]:
    """Return a line with the vouchers and the payments that it may be."""
    row = queries.get_line(session, line_id)
    account = accounts.get_account(session, row.account)
    lines = bank_items(session, account, keys=[line_id])
    found = suggesting.for_lines(session, account, lines).get(line_id, [])
    hints = [hint for line in lines for hint in payments.candidates(session, account, line)]
    return {
        "line": documents.of_line(row),
        "suggestions": [documents.of_suggestion(one) for one in found],
        "payments": [documents.of_payment(hint) for hint in hints],
    }


@blueprint.post("/statements")
@guard.requires(Permission.BANK_RECORD)
@api.endpoint(answer=StatementAnswer, status=201)
def import_statement(session: Session) -> Any:
    """Import a statement whole, or not at all: multipart with `file` and the StatementFields."""
    given = _fields()
    upload = _upload()
    try:
        answer = _import(session, upload, given)
    finally:
        uploads.remove(upload)
    if not given["dry_run"]:
        return answer
    # Nothing was made, so this is no 201.
    text = json.dumps(StatementAnswer().dump(answer), ensure_ascii=False)
    return Response(text, 200, mimetype="application/json")


@blueprint.post("/idle")
@guard.requires(Permission.BANK_RECORD)
@api.endpoint(body=IdleFields, answer=IdleAnswer, status=201)
def record_idle(session: Session, *, body: dict[str, Any]) -> dict[str, Any]:
    """Record that nothing moved on an account through a day."""
    key = importing.record_idle(
        session,
        body["account"],
        through=body["through"],
        balance_minor=money.parse(body["balance"]),
        actor=api.actor(),
        clock=api.clock(),
    )
    return {"statement": key}


@blueprint.post("/match")
@guard.requires(Permission.BANK_RECORD)
@api.endpoint(body=MatchRun, answer=RunAnswer)
def match(session: Session, *, body: dict[str, Any]) -> dict[str, Any]:
    """Match what is sure."""
    account = accounts.get_account(session, body["account"])
    done = matches.match_automatically(session, account, actor=api.actor(), clock=api.clock())
    return {
        "account": done.account,
        "matches": done.matches,
        "lines": done.lines,
        "open_lines": done.open_lines,
        "open_amount": money.to_text(done.open_minor),
    }


@blueprint.post("/matches")
@guard.requires(Permission.BANK_RECORD)
@api.endpoint(body=NewMatch, answer=MatchAnswer, status=201)
def new_match(session: Session, *, body: dict[str, Any]) -> dict[str, Any]:
    """Match lines and sides of vouchers that a person chose."""
    account = accounts.get_account(session, body["account"])
    sides = [(one["voucher"], 1 if one["side"] == "debit" else -1) for one in body["vouchers"]]
    key = matches.match_by_hand(
        session,
        account,
        body["lines"],
        sides,
        remember=body["remember"],
        actor=api.actor(),
        clock=api.clock(),
    )
    return documents.of_match(queries.get_match(session, key))


@blueprint.get("/matches/<int:match_id>")
@guard.requires(Permission.BANK_READ)
@api.endpoint(answer=MatchAnswer)
def get_match(session: Session, match_id: int) -> dict[str, Any]:
    """Return one match."""
    return documents.of_match(queries.get_match(session, match_id))


@blueprint.post("/matches/<int:match_id>/undo")
@guard.requires(Permission.BANK_RECORD)
@api.endpoint(body=Because, answer=MatchAnswer)
def undo(session: Session, match_id: int, *, body: dict[str, Any]) -> dict[str, Any]:
    """Undo a match whose month is not reconciled."""
    matches.undo(session, match_id, reason=body["reason"], actor=api.actor(), clock=api.clock())
    return documents.of_match(queries.get_match(session, match_id))


@blueprint.get("/reconciliations/<account>/<period>")
@guard.requires(Permission.BANK_READ)
@api.endpoint(answer=MonthAnswer)
def get_reconciliation(session: Session, account: str, period: str) -> dict[str, Any]:
    """Return the reconciliation of an account and month, as it is now and as it was kept."""
    return _month(session, account, period)


@blueprint.post("/reconciliations/<account>/<period>")
@guard.requires(Permission.BANK_RECORD)
@api.endpoint(body=NewReconciliation, answer=MonthAnswer, status=201)
def prepare(session: Session, account: str, period: str, *, body: dict[str, Any]) -> dict[str, Any]:
    """Prepare a reconciliation, for another person to review."""
    reconciling.prepare(
        session,
        accounts.get_account(session, account),
        parse_period(period),
        explanation=body["explanation"],
        actor=api.actor(),
        clock=api.clock(),
    )
    return _month(session, account, period)


@blueprint.post("/reconciliations/<account>/<period>/review")
@guard.requires(Permission.VOUCHERS_REVIEW)
@api.endpoint(answer=MonthAnswer)
def review(session: Session, account: str, period: str) -> dict[str, Any]:
    """Confirm a reconciliation that another person prepared."""
    reconciling.review(
        session,
        accounts.get_account(session, account),
        parse_period(period),
        actor=api.actor(),
        clock=api.clock(),
    )
    return _month(session, account, period)


@blueprint.post("/reconciliations/<account>/<period>/withdraw")
@guard.requires(Permission.BANK_RECORD)
@api.endpoint(body=Because, answer=MonthAnswer)
def withdraw(
    session: Session, account: str, period: str, *, body: dict[str, Any]
) -> dict[str, Any]:
    """Withdraw the last reconciliation of an account while its month is open."""
    reconciling.withdraw(
        session,
        accounts.get_account(session, account),
        parse_period(period),
        reason=body["reason"],
        actor=api.actor(),
        clock=api.clock(),
    )
    return _month(session, account, period)


def _month(session: Session, account: str, period: str) -> dict[str, Any]:
    found = accounts.get_account(session, account)
    return documents.of_month(month_end.month(session, found, parse_period(period)))


def _import(session: Session, upload: Upload, given: dict[str, Any]) -> dict[str, Any]:
    source = reading.open_register(upload.path, upload.name)
    understood = mappings.understand(session, source, sheet=given["sheet"] or None)
    wanted = StatementRequest(
        account_code=given["account"],
        opening_minor=money.parse(given["opening"]) if given["opening"] else None,
        through=given["through"],
        gap_reason=given["accept_gap"] or None,
    )
    if given["dry_run"]:
        found = examining.examine(session, understood, wanted, clock=api.clock())
        return documents.of_examination(found, imported=0, statement=None)
    vault = Vault.of(services().config.secret_key)
    result = importing.import_statement(
        session, understood, wanted, vault=vault, actor=api.actor(), clock=api.clock()
    )
    return documents.of_examination(
        result.examination, imported=result.imported, statement=result.statement_id
    )


def _fields() -> dict[str, Any]:
    try:
        loaded: dict[str, Any] = StatementFields().load(request.form.to_dict())
    except ValidationError as error:
        raise api.InvalidFields(errors=error.messages_dict) from None
    return loaded


def _upload() -> Upload:
    file = request.files.get("file")
    if file is None or not file.filename:
        raise api.InvalidFields(errors={"file": [translate("请附上银行对账单文件")]})
    folder = services().config.data_dir
    return uploads.keep(folder, file.stream, file.filename, now=api.clock().now())
