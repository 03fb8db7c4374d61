"""Shared costs for programs: `/api/v1/shared-costs`."""

from typing import Any

from flask import Blueprint
from sqlalchemy.orm import Session

from foundation.http import api
from foundation.shared_costs import documents, keys, queries, runs, sheets, steps
from foundation.shared_costs.allocating import read_share
from foundation.shared_costs.keys import KeyInput, ShareInput
from foundation.shared_costs.schemas import (
    KeyAnswer,
    KeysAnswer,
    NewKey,
    NewRun,
    NewSheet,
    Reason,
    RunAnswer,
    RunsAnswer,
    SheetAnswer,
)
from foundation.shared_costs.sheets import SheetRow
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger import catalogue, periods

blueprint = Blueprint("shared_costs_api", __name__, url_prefix=f"{api.PREFIX}/shared-costs")


@blueprint.get("/keys")
@guard.requires(Permission.BOOKS_READ)
@api.endpoint(answer=KeysAnswer)
def list_keys(session: Session) -> dict[str, Any]:
    """List every version of every key."""
    found = [
        queries.view_key(session, key.code, key.version) for key, _ in queries.list_keys(session)
    ]
    return {"keys": [documents.of_key(view) for view in found]}


@blueprint.post("/keys")
@guard.requires(Permission.SPENDING_REQUEST)
@api.endpoint(body=NewKey, answer=KeyAnswer, status=201)
def save_key(session: Session, *, body: dict[str, Any]) -> dict[str, Any]:
    """Write the next version of a key as a draft."""
    made = keys.save_key(session, entry_of(body), **api.who())
    return _key(session, made.code, made.version)


@blueprint.post("/keys/<code>/<int:version>/approve")
@guard.requires(Permission.SPENDING_APPROVE)
@api.endpoint(answer=KeyAnswer)
def approve_key(session: Session, code: str, version: int) -> dict[str, Any]:
    """Approve a key that somebody else prepared."""
    keys.approve(session, code, version, **api.who())
    return _key(session, code, version)


@blueprint.post("/keys/<code>/<int:version>/retire")
@guard.requires(Permission.SPENDING_APPROVE)
@api.endpoint(body=Reason, answer=KeyAnswer)
def retire_key(
    session: Session, code: str, version: int, *, body: dict[str, Any]
) -> dict[str, Any]:
    """End a key; what was allocated by it stays."""
    keys.retire(session, code, version, reason=body["reason"], **api.who())
    return _key(session, code, version)


@blueprint.get("/runs")
@guard.requires(Permission.BOOKS_READ)
@api.endpoint(answer=RunsAnswer)
def list_runs(session: Session) -> dict[str, Any]:
    """List runs, the latest first."""
    return {"runs": [documents.of_row(row) for row in queries.list_runs(session)]}


@blueprint.post("/previews")
@guard.requires(Permission.VOUCHERS_PREPARE)
@api.endpoint(body=NewRun, answer=RunAnswer)
def preview(session: Session, *, body: dict[str, Any]) -> dict[str, Any]:
    """Compute a run without writing anything."""
    months = steps.read_months(body["period"])
    found = runs.preview(session, body["key"], months, held_in=body["account"])
    return documents.of_preview(found, catalogue.load(session))


@blueprint.post("/runs")
@guard.requires(Permission.VOUCHERS_PREPARE)
@api.endpoint(body=NewRun, answer=RunAnswer, status=201)
def allocate(session: Session, *, body: dict[str, Any]) -> dict[str, Any]:
    """Allocate the costs of some months; the voucher waits for review."""
    months = steps.read_months(body["period"])
    made = runs.run(session, body["key"], months, held_in=body["account"], **api.who())
    return documents.of_run(queries.view_run(session, str(made.id)))


@blueprint.get("/runs/<reference>")
@guard.requires(Permission.BOOKS_READ)
@api.endpoint(answer=RunAnswer)
def get_run(session: Session, reference: str) -> dict[str, Any]:
    """Return a run with who bears what."""
    return documents.of_run(queries.view_run(session, reference))


@blueprint.post("/runs/<reference>/undo")
@guard.requires(Permission.VOUCHERS_PREPARE)
@api.endpoint(body=Reason, answer=RunAnswer)
def undo(session: Session, reference: str, *, body: dict[str, Any]) -> dict[str, Any]:
    """Take a run back whose voucher was discarded or reversed."""
    runs.undo(session, reference, reason=body["reason"], **api.who())
    return documents.of_run(queries.view_run(session, reference))


@blueprint.get("/time-sheets/<period>")
@guard.requires(Permission.BOOKS_READ)
@api.endpoint(answer=SheetAnswer)
def get_sheet(session: Session, period: str) -> dict[str, Any]:
    """Return the time sheet of a month."""
    return _sheet(session, periods.parse_period(period))


@blueprint.post("/time-sheets/<period>")
@guard.requires(Permission.SPENDING_REQUEST)
@api.endpoint(body=NewSheet, answer=SheetAnswer)
def save_sheet(session: Session, period: str, *, body: dict[str, Any]) -> dict[str, Any]:
    """Write the time sheet of a month in place of what was there."""
    key = periods.parse_period(period)
    rows = [SheetRow(**row) for row in body["rows"]]
    sheets.save_sheet(session, key, rows, **api.who())
    return _sheet(session, key)


def entry_of(body: dict[str, Any]) -> KeyInput:
    """Turn a checked document into what the service takes."""
    shares = [
        ShareInput(
            item["function"], item["fund"], read_share(item["share"]) if item["share"] else None
        )
        for item in body["shares"]
    ]
    return KeyInput(**{**body, "shares": shares})


def _key(session: Session, code: str, version: int) -> dict[str, Any]:
    return documents.of_key(queries.view_key(session, code, version))


def _sheet(session: Session, key: int) -> dict[str, Any]:
    rows = [documents.of_sheet(line) for line in queries.sheet(session, key)]
    return {"period": periods.text_of(key), "rows": rows}
