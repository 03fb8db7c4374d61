"""Spending requests as JSON documents: the same for commands and the API."""

from typing import Any

from foundation.spending.classifying import OpenLine
from foundation.spending.models import SpendingRequest, reference
from foundation.spending.queries import SpendingView
from ledger.money import BOOK_CURRENCY, to_text
from receipts.content import RecipientKind
from receipts.verification import masked


def of_row(request: SpendingRequest) -> dict[str, Any]:
    """A request in a list."""
    return {
        "reference": reference(request.id, request.requested_on),
        "kind": request.kind.value,
        "state": request.state.value,
        "payee": request.payee_name,
        "related": request.relation,
        "summary": request.summary,
        "requested_on": request.requested_on.isoformat(),
        "currency": BOOK_CURRENCY,
        "amount": to_text(request.total_minor),
        "contract": request.contract,
        "procurement": request.procurement.value if request.procurement else None,
        "resolution": request.resolution,
        "requested_by": request.requested_by,
        "paid_on": request.paid_on.isoformat() if request.paid_on else None,
        "disclose_by": request.disclose_by.isoformat() if request.disclose_by else None,
    }


def of_open_line(line: OpenLine) -> dict[str, Any]:
    """A line of programme costs without an element."""
    return {
        "voucher": line.voucher_id,
        "line": line.line_no,
        "label": line.voucher,
        "date": line.on.isoformat(),
        "summary": line.summary,
        "fund": line.fund,
        "amount": to_text(line.minor),
    }


def of_view(view: SpendingView) -> dict[str, Any]:
    """A request with everything; beneficiaries by code, their names masked."""
    return of_row(view.request) | {
        "approvals_needed": view.level.approvals,
        "parts": [
            {"fund": fund.code, "element": part.element, "amount": to_text(part.amount_minor)}
            for part, fund, _ in view.parts
        ],
        "approvals": [
            {
                "by": item.approved_by,
                "at": item.approved_at.isoformat(timespec="seconds"),
                "verdict": item.verdict.value,
                "round": item.round,
                "note": item.note,
            }
            for item in view.approvals
        ],
        "beneficiaries": [
            {
                "code": one.code,
                "name": masked(one.name, RecipientKind.PERSON),
                "unit": one.unit,
                "amount": to_text(one.amount_minor),
            }
            for one in view.beneficiaries
        ],
        "account": view.account,
        "voucher": view.voucher,
    }
