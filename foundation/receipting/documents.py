"""Bills, letters and verdicts as JSON documents: the same for commands and the API."""

from typing import Any

from foundation.receipting.bill_view import BillView
from foundation.receipting.billing import Billed
from foundation.receipting.letter_lists import LetterRow
from foundation.receipting.letter_view import LetterView
from foundation.receipting.planning import Exclusion
from ledger.money import to_text
from receipts.bill_registers import BatchUse, BillRow
from receipts.verification import Verdict


def of_batch(batch: BatchUse) -> dict[str, Any]:
    """A batch of official bills and the use of its numbers."""
    return {
        "batch": batch.id,
        "medium": batch.medium.value,
        "code": batch.code,
        "first": batch.first_number,
        "last": batch.last_number,
        "quantity": batch.quantity,
        "drawn_on": batch.drawn_on.isoformat(),
        "keeper": batch.keeper,
        "in_stock": batch.in_stock,
        "issued": batch.issued,
        "red": batch.red_issued,
        "reversed": batch.reversed,
        "void": batch.void,
        "lost": batch.lost,
        "total": to_text(batch.blue_minor + batch.red_minor),
        "written_off_on": None
        if batch.written_off_on is None
        else batch.written_off_on.isoformat(),
        "write_off_reference": batch.write_off_reference,
    }


def of_bill(bill: BillRow) -> dict[str, Any]:
    """A number of the register of official bills."""
    return {
        "id": bill.id,
        "code": bill.code,
        "number": bill.number,
        "colour": bill.colour.value,
        "state": bill.state.value,
        "check_code": bill.check_code,
        "issued_on": None if bill.issued_on is None else bill.issued_on.isoformat(),
        "payer": bill.payer_name,
        "amount": None if bill.amount_minor is None else to_text(bill.amount_minor),
        "ended_on": None if bill.ended_on is None else bill.ended_on.isoformat(),
        "ended_reason": bill.ended_reason,
        "counterpart": bill.counterpart,
    }


def of_bill_view(view: BillView) -> dict[str, Any]:
    """A bill with everything."""
    bill = view.bill
    counterpart = None if view.counterpart is None else view.counterpart.label
    row = BillRow(
        bill.id,
        bill.code,
        bill.number,
        bill.colour,
        bill.state,
        bill.check_code,
        bill.issued_on,
        bill.payer_name,
        bill.amount_minor,
        bill.ended_on,
        bill.ended_reason,
        counterpart,
    )
    return of_bill(row) | {
        "batch": bill.batch_id,
        "payer_kind": None if bill.payer_kind is None else bill.payer_kind.value,
        "payer_code": bill.payer_code,
        "remark": bill.remark,
        "drawer": bill.drawer,
        "checker": bill.checker,
        "lines": [
            {
                "name": line.item_name,
                "amount": to_text(line.amount_minor),
                "code": line.item_code,
                "unit": line.unit,
                "quantity": line.quantity,
                "standard": line.standard,
            }
            for line in view.lines
        ],
        "gifts": [
            {"gift": gift.reference, "amount": to_text(gift.amount_minor), "live": gift.is_live}
            for gift in view.gifts
        ],
        "files": [
            {
                "id": file.id,
                "kind": file.kind.value,
                "name": file.file_name,
                "size": file.size,
                "sha256": file.digest,
            }
            for file in view.files
        ],
    }


def of_billed(billed: Billed) -> dict[str, Any]:
    """A bill that was recorded, and how many gifts it covers."""
    return {
        "code": billed.bill.code,
        "number": billed.bill.number,
        "amount": to_text(billed.bill.amount_minor),
        "gifts": len(billed.gift_ids),
    }


def of_letter(letter: LetterRow) -> dict[str, Any]:
    """A letter in a list."""
    return {
        "id": letter.id,
        "kind": letter.kind.value,
        "number": letter.reference,
        "issued_on": letter.issued_on.isoformat(),
        "issued_by": letter.issued_by,
        "recipient": letter.recipient,
        "total": to_text(letter.total_minor),
        "state": letter.state.value,
        "drawn": letter.is_drawn,
    }


def of_letter_view(view: LetterView) -> dict[str, Any]:
    """A letter with everything."""
    letter = view.letter
    return {
        "id": letter.id,
        "kind": letter.kind.value,
        "number": letter.reference,
        "issued_on": letter.issued_on.isoformat(),
        "issued_by": letter.issued_by,
        "recipient": letter.recipient_name,
        "total": to_text(letter.total_minor),
        "state": letter.state.value,
        "drawn": view.has_original,
        "verify_url": view.content.verify_url,
        "digest": letter.digest,
        "replaces": view.replaces or None,
        "replaced_by": view.replaced_by or None,
        "ended_reason": letter.ended_reason,
        "gifts": [
            {"gift": gift.reference, "amount": to_text(gift.amount_minor)} for gift in view.gifts
        ],
        "files": [
            {
                "mark": render.mark.value,
                "sha256": render.digest,
                "size": render.size,
                "made_by": render.rendered_by,
                "made_at": render.rendered_at.isoformat(timespec="seconds"),
            }
            for render in view.renders
        ],
    }


def of_exclusion(exclusion: Exclusion) -> dict[str, Any]:
    """A gift that gets no document, and why."""
    return {
        "gift": exclusion.reference,
        "code": exclusion.reason.value,
        "reason": exclusion.sentence,
    }


def of_verdict(verdict: Verdict) -> dict[str, Any]:
    """What the check of a document says; nothing of an unknown one."""
    return {
        "valid": verdict.is_valid,
        "signed_by": verdict.signed_by or None,
        "signed_at": None if verdict.signed_at is None else verdict.signed_at.isoformat(),
        "number": verdict.number or None,
        "status": verdict.status.value,
        "kind": None if verdict.kind is None else verdict.kind.value,
        "issuer": verdict.issuer or None,
        "issued_on": None if verdict.issued_on is None else verdict.issued_on.isoformat(),
        "recipient": verdict.recipient or None,
        "total": to_text(verdict.total_minor) if verdict.total_minor else None,
        "replaced_by": verdict.replaced_by or None,
        "copy": verdict.is_copy,
    }
