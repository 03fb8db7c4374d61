"""Every address of the bank, in one screen."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint

from foundation.banking import (
    account_pages,
    line_pages,
    payment_pages,
    reconciliation_pages,
    statement_pages,
)

blueprint = Blueprint("banking", __name__, url_prefix="/bank")

View = Callable[..., Any]
_GET, _POST, _FORM = ("GET",), ("POST",), ("GET", "POST")

RULES: tuple[tuple[str, str, View, tuple[str, ...]], ...] = (
    ("", "index", account_pages.index, _GET),
    ("/accounts/<code>", "account", account_pages.change, _FORM),
    ("/accounts/<code>/match", "match", account_pages.match, _POST),
    ("/statements", "statements", statement_pages.index, _GET),
    ("/statements/upload", "upload", statement_pages.upload, _POST),
    ("/statements/idle", "idle", statement_pages.idle, _POST),
    ("/statements/preview/<digest>", "preview", statement_pages.preview, _FORM),
    ("/statements/preview/<digest>/run", "run", statement_pages.run, _POST),
    ("/lines", "lines", line_pages.index, _GET),
    ("/lines/next/<code>", "next_line", line_pages.next_line, _GET),
    ("/lines/<int:line_id>/next", "following", line_pages.following, _GET),
    ("/lines/<int:line_id>", "line", line_pages.show, _GET),
    ("/lines/<int:line_id>/match", "match_line", line_pages.match, _POST),
    ("/lines/<int:line_id>/gift", "gift", line_pages.gift, _GET),
    ("/lines/<int:line_id>/voucher", "voucher", line_pages.voucher, _POST),
    ("/lines/<int:line_id>/pay", "pay", payment_pages.pay, _POST),
    ("/lines/<int:line_id>/payer", "payer", line_pages.payer, _POST),
    ("/matches/<int:match_id>", "show_match", line_pages.show_match, _GET),
    ("/matches/<int:match_id>/undo", "undo", line_pages.undo, _POST),
    (
        "/reconciliations/<code>/<period>",
        "reconciliation",
        reconciliation_pages.show,
        _GET,
    ),
    (
        "/reconciliations/<code>/<period>/prepare",
        "prepare",
        reconciliation_pages.prepare,
        _POST,
    ),
    (
        "/reconciliations/<code>/<period>/review",
        "review",
        reconciliation_pages.review,
        _POST,
    ),
    (
        "/reconciliations/<code>/<period>/withdraw",
        "withdraw",
        reconciliation_pages.withdraw,
        _POST,
    ),
)

for _rule, _endpoint, _view, _methods in RULES:
    blueprint.add_url_rule(_rule, _endpoint, _view, methods=list(_methods))
