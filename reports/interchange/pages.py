"""The page of exports for other tools, and their files."""

import tempfile
from collections.abc import Callable, Iterator
from typing import IO, Any

from flask import Blueprint, Response, render_template, request
from sqlalchemy.orm import Session

from foundation import database
from foundation.http import frame
from foundation.http.context import services
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger import catalogue
from ledger.errors import NotFound
from reports.interchange import files, tax_upload
from reports.period_range import month_text, parse_range

blueprint = Blueprint("exports", __name__, url_prefix="/exports", template_folder="../templates")
# What is kept in memory while a file is made; the rest of it goes to disk.
_IN_MEMORY = 4 * 1024 * 1024
_PIECE = 64 * 1024
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Write = Callable[[Session, Any, str], object]


def _tax(session: Session, stream: Any, period: str) -> object:
    return tax_upload.write(session, stream, period=period, clock=services().clock)


def _beancount(session: Session, stream: Any, period: str) -> object:
    return files.beancount(session, stream, last=period or None)


def _hledger(session: Session, stream: Any, period: str) -> object:
    return files.hledger(session, stream, last=period or None)


def _interface(session: Session, stream: Any, period: str) -> object:
    return files.gbt24589_zip(session, stream, year=parse_range(period).year if period else None)


_FILES: dict[str, tuple[Write, str, str]] = {
    "tax": (_tax, "xlsx", _XLSX),
    "beancount": (_beancount, "beancount", "text/plain"),
    "hledger": (_hledger, "journal", "text/plain"),
    "gbt24589": (_interface, "zip", "application/zip"),
}


@blueprint.get("")
@guard.requires(Permission.REPORTS_READ)
def index() -> str:
    """List the exports with the period that each is for."""
    with database.reading(services().engine) as session:
        key = frame.period_in_view(session)
        years = sorted({month // 100 for month in catalogue.load(session).periods}, reverse=True)
    return render_template(
        "exports/index.html",
        period=month_text(key) if key is not None else "",
        years=years,
        tax=tax_upload.definition(),
    )


@blueprint.get("/<name>")
@guard.requires(Permission.REPORTS_READ)
def download(name: str) -> Response:
    """Give an export as a file; `?period=` says of when, or up to when."""
    if name not in _FILES:
        raise NotFound(what="导出格式", name=name[:40])
    write, ending, mimetype = _FILES[name]
    period = request.args.get("period", "").strip()
    stream = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 (see _sent)
    try:
        with database.reading(services().engine) as session:
            write(session, stream, period)
    except BaseException:
        stream.close()
        raise
    file_name = f"{name}-{period or 'all'}.{ending}".replace("..", "_")
    response = Response(_sent(stream), mimetype=mimetype)
    response.headers["Cache-Control"] = "no-store"
    response.headers.set("Content-Disposition", "attachment", filename=file_name)
    return response


def _sent(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield a file from its beginning and close it when it is sent, or given up."""
    with stream:
        stream.seek(0)
        while piece := stream.read(_PIECE):
            yield piece
