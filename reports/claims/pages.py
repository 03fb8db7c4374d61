"""The papers of a claim as files, for the pages of claims."""

import tempfile
from collections.abc import Callable, Iterator
from typing import IO, Any, cast
from urllib.parse import quote

from flask import Blueprint, Response
from sqlalchemy.orm import Session

from foundation import database
from foundation.claims import computing
from foundation.claims.models import Claim
from foundation.http.context import services
from foundation.users import guard
from foundation.users.permissions import Permission
from reports.claims import evidence as folders
from reports.claims import forms
from reports.claims import workbook as workbooks

blueprint = Blueprint("claim_papers", __name__, url_prefix="/matching/claims")
# What is kept in memory while a file is made; the rest of it goes to disk.
_IN_MEMORY = 4 * 1024 * 1024
_PIECE = 64 * 1024
_PDF = "application/pdf"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Write = Callable[[Session, Claim, Any], None]


@blueprint.get("/<int:claim_id>/workbook.xlsx")
@guard.requires(Permission.GIFTS_READ)
def workbook(claim_id: int) -> Response:
    """Give the application workbook of a claim."""
    return _file(claim_id, workbooks.write, ".xlsx", _XLSX)


@blueprint.get("/<int:claim_id>/form.pdf")
@guard.requires(Permission.GIFTS_READ)
def form(claim_id: int) -> Response:
    """Give the application form of a claim."""
    return _file(claim_id, forms.write_form, ".pdf", _PDF)


@blueprint.get("/<int:claim_id>/list.pdf")
@guard.requires(Permission.GIFTS_READ)
def gift_list(claim_id: int) -> Response:
    """Give the list of the gifts of a claim."""
    return _file(claim_id, forms.write_list, "-list.pdf", _PDF)


@blueprint.get("/<int:claim_id>/evidence.zip")
@guard.requires(Permission.GIFTS_READ)
def evidence(claim_id: int) -> Response:
    """Give the evidence folder of a frozen claim."""
    folder = services().config.data_dir

    def write(session: Session, claim: Claim, stream: Any) -> None:
        folders.write(session, claim, stream, folder=folder)

    return _file(claim_id, write, "-evidence.zip", "application/zip")


def _file(claim_id: int, write: Write, ending: str, media_type: str) -> Response:
    stream = cast("IO[bytes]", tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY))  # noqa: SIM115
    try:
        with database.reading(services().engine) as session:
            claim = computing.get_claim(session, claim_id)
            name = f"{claim.scheme_code}-{claim.year}-{claim.sequence}{ending}"
            write(session, claim, stream)
    except BaseException:
        stream.close()
        raise
    size = stream.tell()
    stream.seek(0)
    response = Response(_pieces(stream), mimetype=media_type)
    response.content_length = size
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response.call_on_close(stream.close)
    return response


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield a file from its beginning and close it when it is sent, or given up."""
    with stream:
        while piece := stream.read(_PIECE):
            yield piece
