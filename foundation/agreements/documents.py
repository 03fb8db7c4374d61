"""Agreements as JSON documents."""

from datetime import date
from typing import Any

from foundation.agreements.view import AgreementRow, AgreementView
from ledger.money import to_text


def of_row(row: AgreementRow) -> dict[str, Any]:
    """An agreement in a list."""
    return {
        "id": row.id,
        "number": row.number,
        "title": row.title,
        "state": row.state.value,
        "donor": {"id": row.donor_id, "name": row.donor_name},
        "signed_on": _day(row.signed_on),
        "ends_on": _day(row.ends_on),
        "amount": _money(row.amount_minor),
        "received": to_text(row.received_minor),
        "pledged_open": to_text(row.pledged_minor),
    }


def of_view(view: AgreementView) -> dict[str, Any]:
    """An agreement with everything."""
    held = view.agreement
    return of_row(view.row) | {
        "purpose": held.purpose,
        "funds": [
            {"fund": code, "name": name, "amount": _money(minor)}
            for code, name, minor in view.funds
        ],
        "donor_signatory": held.donor_signatory,
        "foundation_signatory": held.foundation_signatory,
        "third_party": held.third_party,
        "delivery": held.delivery,
        "fee_basis_points": held.fee_basis_points,
        "naming": held.naming,
        "naming_approval": held.naming_approval,
        "reporting": held.reporting.value,
        "in_kind": held.is_in_kind,
        "instalments": held.is_instalments,
        "construction": held.is_construction,
        "overseas": held.is_overseas,
        "asked_by_donor": held.is_asked_by_donor,
        "may_pool": held.may_pool,
        "return_benefit": held.has_return_benefit,
        "results_to_university": held.results_to_university,
        "note": held.note,
        "gifts": [
            {"gift": name, "received_on": day.isoformat(), "amount": to_text(minor)}
            for name, day, minor in view.gifts
        ],
        "pledges": [
            {"pledge": name, "amount": to_text(minor), "open": to_text(waits)}
            for name, minor, waits in view.pledges
        ],
        "files": [
            {"id": item.id, "name": item.file_name, "size": item.size, "sha256": item.digest}
            for item in view.files
        ],
        "changes": [
            {
                "date": item.changed_on.isoformat(),
                "changed": [
                    {"field": name, "before": before, "after": after}
                    for name, before, after in item.fields
                ],
                "reason": item.reason,
                "consented_by": item.consented_by,
                "consented_on": _day(item.consented_on),
                "evidence": item.evidence,
                "recorded_by": item.created_by,
            }
            for item in view.changes
        ],
        "required_because": [
            {
                "code": item.code,
                "level": item.level,
                "title": item.title,
                "source": item.source,
                "grade": item.grade,
            }
            for item in view.requirements
        ],
        "match_warnings": [
            {
                "code": item.code,
                "title": item.title,
                "certain": item.is_certain,
                "schemes": [key for key, *_ in item.schemes],
                "words": [hit.words for hit in item.hits],
            }
            for item in view.warnings
        ],
        "recorded_by": held.created_by,
        "recorded_at": held.created_at.isoformat(timespec="seconds"),
    }


def _money(minor: int | None) -> str | None:
    return None if minor is None else to_text(minor)


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
