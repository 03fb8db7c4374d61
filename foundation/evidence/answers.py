"""What several pages of evidence share: the year that is asked for, and a file as an answer."""

from urllib.parse import quote

from flask import Response, request

from foundation import database
from foundation.evidence import queries
from foundation.http.context import services


def asked_year() -> int:
    """Return the year that is asked for, the last one of the books unless there is one."""
    text = request.args.get("year", "")
    if text.isascii() and text.isdigit() and len(text) == 4:
        return int(text)
    with database.reading(services().engine) as session:
        known = queries.years(session)
    return known[0] if known else services().clock.today().year


def attachment(content: bytes, *, media_type: str, name: str) -> Response:
    """Answer with a file that nobody else may keep."""
    response = Response(content, mimetype=media_type)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response
