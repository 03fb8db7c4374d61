"""Every request of an auditor is noted: what was opened or fetched, and what was refused.

One row in a short transaction of its own, once the answer is computed. A log that cannot be
written is said to the operators and never keeps the auditor from reading.
"""

import logging

from flask import Flask, Response, request
from sqlalchemy import insert
from sqlalchemy.exc import SQLAlchemyError

from foundation import database
from foundation.auditing.models import AccessLog
from foundation.http import context
from foundation.http.context import SignedIn, services
from foundation.users.models import Role

_LONGEST_PATH, _LONGEST_SUBJECT, _LONGEST_ENDPOINT = 2000, 200, 100
_logger = logging.getLogger("foundation.auditing")


def install(app: Flask) -> None:
    """Note the requests of auditors."""
    app.after_request(_note)


def _note(response: Response) -> Response:
    user = context.current_user()
    if user is None or user.role is not Role.AUDITOR or request.endpoint == "static":
        return response
    try:
        _write(user, response.status_code)
    except SQLAlchemyError:
        _logger.exception("access log not written user=%s at=%s", user.user_id, request.endpoint)
    return response


def _write(user: SignedIn, status: int) -> None:
    named = (f"{name}={value}" for name, value in (request.view_args or {}).items())
    with database.transaction(services().engine) as session:
        session.execute(
            insert(AccessLog).values(
                at=services().clock.now(),
                actor=user.actor,
                method=request.method[:8],
                endpoint=(request.endpoint or "")[:_LONGEST_ENDPOINT],
                path=_storable(request.full_path.rstrip("?"))[:_LONGEST_PATH],
                subject=_storable(" ".join(named))[:_LONGEST_SUBJECT],
                status=status,
            )
        )


def _storable(text: str) -> str:
    """Return a text that every database takes: no NUL, no halves of characters."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()
