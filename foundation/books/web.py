"""Every address of the books, in one screen: vouchers, accounts, periods."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint

from foundation.books import (
    account_pages,
    entry_pages,
    period_pages,
    voucher_acts,
    voucher_pages,
)

blueprint = Blueprint("books", __name__)

View = Callable[..., Any]
_GET, _POST, _FORM = ("GET",), ("POST",), ("GET", "POST")
_ONE = "/vouchers/<int:voucher_id>"
_ACCOUNT = "/accounts/<chart>/<code>"

RULES: tuple[tuple[str, str, View, tuple[str, ...]], ...] = (
    ("/vouchers", "vouchers", voucher_pages.vouchers, _GET),
    ("/vouchers/export.<form>", "export_vouchers", voucher_pages.export, _GET),
    ("/vouchers/print", "print_vouchers", voucher_pages.print_vouchers, _GET),
    ("/vouchers/submit", "submit_vouchers", voucher_pages.submit_many, _POST),
    ("/vouchers/review", "review_vouchers", voucher_pages.review_many, _POST),
    ("/vouchers/post", "post_vouchers", voucher_pages.post_many, _POST),
    ("/vouchers/approve", "approve_vouchers", voucher_pages.review_and_post_many, _POST),
    ("/vouchers/discard", "discard_vouchers", voucher_pages.discard_many, _POST),
    ("/vouchers/new", "new_voucher", entry_pages.new_voucher, _FORM),
    (_ONE, "voucher", voucher_acts.voucher, _GET),
    (f"{_ONE}/edit", "edit_voucher", entry_pages.edit_voucher, _FORM),
    (f"{_ONE}/print", "print_voucher", voucher_acts.print_voucher, _GET),
    (f"{_ONE}/submit", "submit_voucher", voucher_acts.submit, _POST),
    (f"{_ONE}/review", "review_voucher", voucher_acts.review, _POST),
    (f"{_ONE}/post", "post_voucher", voucher_acts.post, _POST),
    (f"{_ONE}/withdraw", "withdraw_voucher", voucher_acts.withdraw, _POST),
    (f"{_ONE}/return", "return_voucher", voucher_acts.send_back, _FORM),
    (f"{_ONE}/discard", "discard_voucher", voucher_acts.discard, _FORM),
    (f"{_ONE}/reverse", "reverse_voucher", voucher_acts.reverse, _FORM),
    (f"{_ONE}/files", "add_files", voucher_acts.add_files, _POST),
    (f"{_ONE}/files/<int:file_id>", "voucher_file", voucher_acts.get_file, _GET),
    ("/accounts", "accounts", account_pages.index, _GET),
    ("/accounts", "open_account", account_pages.open_account, _POST),
    (_ACCOUNT, "account", account_pages.account, _GET),
    (f"{_ACCOUNT}/close", "close_account", account_pages.close_account, _FORM),
    ("/periods", "periods", period_pages.index, _GET),
    ("/periods", "open_period", period_pages.open_next, _POST),
    ("/periods/<period>/close", "close_period", period_pages.close, _POST),
    ("/periods/<period>/reopen", "reopen_period", period_pages.reopen, _FORM),
    (
        "/periods/<period>/request-reopening",
        "request_reopening",
        period_pages.request_reopening,
        _FORM,
    ),
)

for _rule, _endpoint, _view, _methods in RULES:
    blueprint.add_url_rule(_rule, _endpoint, _view, methods=list(_methods))
