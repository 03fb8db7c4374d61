"""Pledges as JSON documents: the same for commands and the API."""

from datetime import date
from typing import Any

from foundation.pledges.queries import PledgeRow
from foundation.pledges.reminding import Reminded
from foundation.pledges.view import PledgeView
from ledger.money import BOOK_CURRENCY, to_text


def of_row(row: PledgeRow) -> dict[str, Any]:
    """A pledge in a list."""
    return {
        "reference": row.reference,
        "state": row.state.value,
        "donor": {"id": row.donor_id, "name": row.donor_name},
        "fund": row.fund,
        "agreement": row.agreement,
        "evidence": row.evidence.value,
        "made_on": row.made_on.isoformat(),
        "currency": BOOK_CURRENCY,
        "amount": to_text(row.amount_minor),
        "paid": to_text(row.paid_minor),
        "open": to_text(row.open_minor),
        "overdue": to_text(row.overdue_minor),
        "conditional": to_text(row.conditional_minor),
        "written_off": to_text(row.written_off_minor),
        "cancelled": to_text(row.cancelled_minor),
        "next_due_on": _day(row.next_due_on),
        "recorded_by": row.created_by,
        "recorded_at": row.created_at.isoformat(timespec="seconds"),
    }


def of_view(view: PledgeView) -> dict[str, Any]:
    """A pledge with everything."""
    return of_row(view.row) | {
        "contact_email": view.contact_email,
        "reminded": view.is_reminded,
        "note": view.note,
        "instalments": [
            {
                "number": item.number,
                "due_on": item.due_on.isoformat(),
                "amount": to_text(item.amount_minor),
                "paid": to_text(item.paid_minor),
                "open": to_text(item.open_minor),
                "condition": item.condition,
                "met": item.is_met,
                "replaced": item.is_replaced,
            }
            for item in view.instalments
        ],
        "payments": [
            {
                "gift": item.gift,
                "instalment": item.number,
                "amount": to_text(item.amount_minor),
                "paid_on": item.paid_on.isoformat(),
                "reason": item.reason,
            }
            for item in view.payments
        ],
        "changes": [
            {
                "id": item.id,
                "kind": item.kind.value,
                "date": item.changed_on.isoformat(),
                "amount": to_text(item.amount_minor),
                "reason": item.reason,
                "requested_by": item.requested_by,
                "approved_by": item.approved_by,
                "refused_by": item.refused_by,
            }
            for item in view.changes
        ],
    }


def of_reminded(item: Reminded) -> dict[str, Any]:
    """A reminder that was written."""
    return {
        "reference": item.pledge,
        "instalment": item.number,
        "donor": item.donor_name,
        "stage": item.stage.code,
        "due_on": item.due_on.isoformat(),
        "open": to_text(item.open_minor),
        "sent_to": item.sent_to,
    }


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
