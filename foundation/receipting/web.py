"""Every address of documents for staff, in one screen."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint
from flask.blueprints import BlueprintSetupState

from foundation.receipting import (
    batch_pages,
    bill_act_pages,
    bill_import_pages,
    bill_pages,
    gift_papers,
    issue_pages,
    labels,
    letter_pages,
    overview_pages,
    particulars_pages,
    printing_pages,
)

blueprint = Blueprint("receipting", __name__, url_prefix="/documents")

View = Callable[..., Any]
_GET, _POST, _FORM = ("GET",), ("POST",), ("GET", "POST")

RULES: tuple[tuple[str, str, View, tuple[str, ...]], ...] = (
    ("", "index", overview_pages.index, _GET),
    ("/unreceipted", "unreceipted", overview_pages.unreceipted_gifts, _GET),
    (
        "/unreceipted/export.<form>",
        "export_unreceipted",
        overview_pages.export_unreceipted,
        _GET,
    ),
    (
        "/gifts/<reference>/particulars",
        "particulars",
        particulars_pages.gift_particulars,
        _FORM,
    ),
    ("/bills", "bills", bill_pages.bills, _GET),
    ("/bills/export.<form>", "export_bills", bill_pages.export_bills, _GET),
    ("/bills/unassigned", "unassigned", bill_pages.unassigned, _GET),
    ("/bills/new", "record", bill_act_pages.record, _FORM),
    ("/bills/import", "import_bills", bill_import_pages.upload, _FORM),
    ("/bills/import/<digest>", "import_preview", bill_import_pages.preview, _FORM),
    ("/bills/<int:bill_id>", "bill", bill_pages.bill, _GET),
    ("/bills/<int:bill_id>/red", "red", bill_act_pages.red, _FORM),
    ("/bills/<int:bill_id>/end", "end", bill_act_pages.end, _FORM),
    ("/bills/<int:bill_id>/gifts", "link", bill_act_pages.link, _POST),
    ("/bills/<int:bill_id>/files", "attach", bill_act_pages.attach, _POST),
    ("/bills/<int:bill_id>/files/<int:file_id>", "bill_file", bill_pages.bill_file, _GET),
    ("/bills/<int:bill_id>/overprint", "overprint_bill", printing_pages.overprint_bill, _POST),
    ("/batches", "batches", batch_pages.batches, _GET),
    ("/batches/new", "draw", batch_pages.draw, _FORM),
    ("/batches/<int:batch_id>", "batch", batch_pages.batch, _GET),
    ("/batches/<int:batch_id>/write-off", "write_off", batch_pages.write_off, _POST),
    ("/overprint", "overprint_settings", printing_pages.overprint_settings, _FORM),
    ("/overprint/<form_id>/calibration.pdf", "calibration", printing_pages.calibration, _GET),
    ("/letters", "letters", letter_pages.index, _GET),
    ("/letters/export.<form>", "export_letters", letter_pages.export, _GET),
    ("/letters/series", "series", letter_pages.series, _GET),
    ("/letters/issue", "issue", issue_pages.issue, _FORM),
    ("/letters/draw", "draw_letters", issue_pages.draw, _POST),
    ("/letters/originals.zip", "archive", issue_pages.archive, _GET),
    ("/letters/<reference>", "letter", letter_pages.letter, _GET),
    ("/letters/<reference>/original.pdf", "original", letter_pages.original, _GET),
    ("/letters/<reference>/file", "file", letter_pages.file, _POST),
    ("/letters/<reference>/replace", "replace", letter_pages.replace, _FORM),
    ("/letters/<reference>/cancel", "cancel", letter_pages.cancel, _FORM),
)

for _rule, _endpoint, _view, _methods in RULES:
    blueprint.add_url_rule(_rule, _endpoint, _view, methods=list(_methods))


@blueprint.record_once
def _give_to_templates(state: BlueprintSetupState) -> None:
    """The page of a gift lies below documents, so it asks for them by name."""
    state.app.jinja_env.globals.update(
        gift_papers=gift_papers.of_gift,
        document_words=labels.DOCUMENTS,
        tax_words=labels.TAX_STATUSES,
        bill_state_words=labels.BILL_STATES,
        letter_state_words=labels.LETTER_STATES,
    )
