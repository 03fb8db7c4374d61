"""Imports for programs: `/api/v1/imports`. The register is sent as `multipart/form-data`."""

import json
from typing import Any

from flask import Blueprint, Response, request
from marshmallow import ValidationError
from sqlalchemy.orm import Session

from foundation.http import api
from foundation.http.context import services
from foundation.http.languages import translate
from foundation.http.lists import Page, PageRequest
from foundation.imports import (
    batches,
    documents,
    mappings,
    reading,
    recognition,
    service,
    uploads,
)
from foundation.imports.examination import ImportRequest, examine
from foundation.imports.schemas import BatchAnswer, ImportAnswer, ImportFields
from foundation.imports.uploads import Upload
from foundation.users import guard
from foundation.users.permissions import Permission

blueprint = Blueprint("imports_api", __name__, url_prefix=f"{api.PREFIX}/imports")


@blueprint.get("")
@guard.requires(Permission.GIFTS_READ)
@api.endpoint(items=BatchAnswer)
def list_imports(session: Session, *, page: PageRequest) -> Page[Any]:
    """List the registers that were imported, the latest first."""
    found = batches.search(session, page)
    return Page([documents.of_batch(row) for row in found.items], found.next)


@blueprint.post("")
@guard.requires(Permission.GIFTS_RECORD)
@api.endpoint(answer=ImportAnswer, status=201)
def import_register(session: Session) -> Any:
    """Import a register whole, or not at all: multipart with `file` and the ImportFields."""
    given = _fields()
    upload = _upload()
    try:
        answer = _import(session, upload, given)
    except Exception:
        uploads.remove(upload)
        raise
    if not given["dry_run"]:
        return answer
    uploads.remove(upload)
    # Nothing was made, so this is no 201.
    text = json.dumps(ImportAnswer().dump(answer), ensure_ascii=False)
    return Response(text, 200, mimetype="application/json")


@blueprint.get("/<int:batch_id>")
@guard.requires(Permission.GIFTS_READ)
@api.endpoint(answer=BatchAnswer)
def get_import(session: Session, batch_id: int) -> dict[str, Any]:
    """Return one import."""
    return documents.of_batch(batches.get_batch(session, batch_id))


def _import(session: Session, upload: Upload, given: dict[str, Any]) -> dict[str, Any]:
    source = reading.open_register(upload.path, upload.name)
    sheet = given["sheet"] or None
    # Columns that somebody corrected on the page mean the same to a program.
    kept = mappings.recall(session, source, sheet)
    understanding = recognition.recognise(
        source,
        sheet=sheet,
        mapping=None if kept is None else kept.mapping,
        default_date=given["date"],
    )
    wanted = ImportRequest(
        fund_code=given["fund"],
        account_code=given["account"],
        daily=given["vouchers"] == "daily",
        difference_reason=given["accept_difference"] or None,
    )
    if given["dry_run"]:
        found = examine(session, understanding, wanted, clock=api.clock())
        return documents.of_examination(found, imported=0, batch=None)
    result = service.import_register(
        session, understanding, wanted, actor=api.actor(), clock=api.clock()
    )
    return documents.of_examination(
        result.examination, imported=result.imported, batch=result.batch_id
    )


def _fields() -> dict[str, Any]:
    try:
        loaded: dict[str, Any] = ImportFields().load(request.form.to_dict())
    except ValidationError as error:
        raise api.InvalidFields(errors=error.messages_dict) from None
    return loaded


def _upload() -> Upload:
    file = request.files.get("file")
    if file is None or not file.filename:
        raise api.InvalidFields(errors={"file": [translate("请附上登记表文件")]})
    folder = services().config.data_dir
    return uploads.keep(folder, file.stream, file.filename, now=api.clock().now())
