"""Every address of the registers, in one screen: assets, goods, investments."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint

from foundation.assets import (
    card_acts,
    card_pages,
    given_pages,
    investment_acts,
    investment_pages,
    run_pages,
    stock_acts,
    stock_pages,
)

assets = Blueprint("assets", __name__, url_prefix="/assets")
stock = Blueprint("stock", __name__)
investments = Blueprint("investments", __name__, url_prefix="/investments")

View = Callable[..., Any]
Rule = tuple[str, str, View, tuple[str, ...]]
_GET, _POST, _FORM = ("GET",), ("POST",), ("GET", "POST")
_CARD, _ITEM, _ONE = "/<number>", "/stock/<number>", "/<number>"

ASSETS: tuple[Rule, ...] = (
    ("", "index", card_pages.index, _GET),
    ("/export.<form>", "export", card_pages.export, _GET),
    ("/new", "new", card_acts.new, _FORM),
    ("/depreciation", "depreciation", run_pages.show, _GET),
    ("/depreciation/run", "run_depreciation", run_pages.run, _POST),
    ("/depreciation/<int:period>/undo", "undo_depreciation", run_pages.undo, _POST),
    ("/gifts", "gifts", given_pages.gifts, _GET),
    ("/gifts/<reference>", "register_gift", given_pages.register, _GET),
    ("/services", "services", given_pages.donated_services, _GET),
    ("/services/new", "note_service", given_pages.note_service, _FORM),
    ("/services/<int:key>/withdraw", "withdraw_service", given_pages.withdraw_service, _FORM),
    (_CARD, "show", card_pages.show, _GET),
    (f"{_CARD}/transfer", "transfer", card_acts.transfer, _FORM),
    (f"{_CARD}/improve", "improve", card_acts.improve, _FORM),
    (f"{_CARD}/impair", "impair", card_acts.impair, _FORM),
    (f"{_CARD}/dispose", "dispose", card_acts.dispose, _FORM),
    (f"{_CARD}/dispose-part", "dispose_part", card_acts.dispose_part, _FORM),
    (f"{_CARD}/dispose/undo", "undo_disposal", card_pages.undo_disposal, _POST),
    (f"{_CARD}/changes/<int:change_id>/undo", "undo_change", card_pages.undo_change, _POST),
)
STOCK: tuple[Rule, ...] = (
    ("/stock", "index", stock_pages.index, _GET),
    ("/stock/export.<form>", "export", stock_pages.export, _GET),
    ("/agency", "agency", stock_pages.agency, _GET),
    ("/agency/export.<form>", "export_agency", stock_pages.export_agency, _GET),
    ("/stock/new", "new", stock_acts.new, _FORM),
    ("/stock/in", "take_in", stock_acts.take_in, _FORM),
    (_ITEM, "show", stock_pages.show, _GET),
    (f"{_ITEM}/issue", "issue", stock_acts.issue, _FORM),
    (f"{_ITEM}/sell", "sell", stock_acts.sell, _FORM),
    (f"{_ITEM}/count", "count", stock_acts.count, _FORM),
    (f"{_ITEM}/movements/<int:movement_id>/undo", "undo", stock_pages.undo, _POST),
)
INVESTMENTS: tuple[Rule, ...] = (
    ("", "index", investment_pages.index, _GET),
    ("/export.<form>", "export", investment_pages.export, _GET),
    ("/new", "new", investment_acts.new, _FORM),
    ("/level", "level", investment_pages.level, _FORM),
    (_ONE, "show", investment_pages.show, _GET),
    (f"{_ONE}/declare", "declare", investment_acts.declare, _FORM),
    (f"{_ONE}/receive", "receive", investment_acts.receive, _FORM),
    (f"{_ONE}/share", "share", investment_acts.share, _FORM),
    (f"{_ONE}/redeem", "redeem", investment_acts.redeem, _FORM),
    (f"{_ONE}/impair", "impair", investment_acts.impair, _FORM),
    (f"{_ONE}/movements/<int:movement_id>/undo", "undo", investment_pages.undo, _POST),
    (
        f"{_ONE}/impairments/<int:impairment_id>/undo",
        "undo_impairment",
        investment_pages.undo_impairment,
        _POST,
    ),
)
BLUEPRINTS = (assets, stock, investments)

for _blueprint, _rules in zip(BLUEPRINTS, (ASSETS, STOCK, INVESTMENTS), strict=True):
    for _rule, _endpoint, _view, _methods in _rules:
        _blueprint.add_url_rule(_rule, _endpoint, _view, methods=list(_methods))
