"""Gifts as JSON documents: the same for commands and the API."""

from typing import Any

from foundation.gifts.gift_view import ChangeView, GiftView, OriginalView, VoucherView
from foundation.gifts.queries import GiftRow
from ledger.money import BOOK_CURRENCY, to_text
from ledger.vouchers import VoucherState


def of_row(row: GiftRow) -> dict[str, Any]:
    """A gift in a list."""
    return {
        "reference": row.reference,
        "state": row.state.value,
        "kind": row.kind.value,
        "method": row.method.value,
        "received_on": row.received_on.isoformat(),
        "amount": to_text(row.amount_minor),
        "remaining": to_text(row.remaining_minor),
        "currency": BOOK_CURRENCY,
        "donor": {"id": row.donor_id, "name": row.donor_name},
        "anonymous": row.is_anonymous,
        "funds": list(row.funds),
        "bank_reference": row.bank_reference,
        "voucher": {"id": row.voucher_id, "number": row.voucher_label},
        "batch": row.batch_id,
        "recorded_by": row.created_by,
        "recorded_at": row.created_at.isoformat(timespec="seconds"),
    }


def of_view(view: GiftView) -> dict[str, Any]:
    """A gift with everything."""
    return {
        "reference": view.reference,
        "state": view.state.value,
        "kind": view.kind.value,
        "method": view.method.value,
        "received_on": view.received_on.isoformat(),
        "amount": to_text(view.amount_minor),
        "remaining": to_text(view.remaining_minor),
        "currency": BOOK_CURRENCY,
        "original": None if view.original is None else _original(view.original),
        "donor": {
            "id": view.donor.id,
            "name": view.donor.name,
            "kind": view.donor.kind.value,
        },
        "donor_name": view.donor_name,
        "passed_on_by": view.passed_on_by,
        "anonymous": view.is_anonymous,
        "account": view.account_code,
        "allocations": [
            {"fund": part.fund, "name": part.name, "amount": to_text(part.amount_minor)}
            for part in view.allocations
        ],
        "pledge": view.pledge,
        "recipient": view.recipient,
        "agreement": view.agreement,
        "bank_reference": view.bank_reference,
        "note": view.note,
        "item": view.item,
        "quantity": view.quantity,
        "value_evidence": view.value_evidence,
        "attachments": view.attachment_count,
        "voucher": _voucher(view.voucher),
        "changes": [_change(change) for change in view.changes],
        "replaces": view.replaces,
        "probable_duplicates": list(view.alike),
        "batch": None
        if view.batch is None
        else {"id": view.batch.id, "file": view.batch.file_name, "row": view.batch.row},
        "recorded_by": view.created_by,
        "recorded_at": view.created_at.isoformat(timespec="seconds"),
    }


def _original(original: OriginalView) -> dict[str, Any]:
    return {
        "amount": to_text(original.minor, original.currency),
        "currency": original.currency,
        "rate": original.rate,
        "rate_on": None if original.rate_on is None else original.rate_on.isoformat(),
    }


def _voucher(voucher: VoucherView) -> dict[str, Any]:
    return {
        "id": voucher.id,
        "state": voucher.state.value,
        "number": voucher.number if voucher.state is VoucherState.POSTED else None,
    }


def _change(change: ChangeView) -> dict[str, Any]:
    return {
        "id": change.id,
        "kind": change.kind.value,
        "cause": None if change.cause is None else change.cause.value,
        "date": change.changed_on.isoformat(),
        "amount": to_text(change.amount_minor),
        "reason": change.reason,
        "voucher": None if change.voucher is None else _voucher(change.voucher),
        "replaced_by": change.replaced_by,
        "withdrawn": change.is_withdrawn,
        "recorded_by": change.created_by,
        "recorded_at": change.created_at.isoformat(timespec="seconds"),
    }
