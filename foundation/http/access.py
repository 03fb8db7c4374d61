"""A number for every request, and one line in the log for each: no names, no amounts.

The line has the rule of the address, never the address itself, which may hold a search for a
person.
"""

import logging
import secrets
import time

from flask import Flask, Response, g, request

from foundation.http import context

_logger = logging.getLogger("foundation.access")


def install(app: Flask) -> None:
    """Number and log every request."""
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    g.request_id = secrets.token_hex(8)
    g.began_at = time.monotonic()


def _end(response: Response) -> Response:
    response.headers["X-Request-ID"] = g.request_id
    if request.endpoint == "static":
        return response
    user = context.current_user()
    _logger.info(
        "request=%s method=%s at=%s status=%s ms=%d user=%s",
        g.request_id,
        request.method,
        request.url_rule.rule if request.url_rule else "-",
        response.status_code,
        round((time.monotonic() - g.began_at) * 1000),
        user.user_id if user else "-",
    )
    return response
