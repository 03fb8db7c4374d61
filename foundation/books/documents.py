"""Vouchers, accounts and periods as JSON documents: the same for commands and the API."""

from typing import Any

from foundation.books.period_states import PeriodView
from foundation.books.reading import VoucherRow
from foundation.books.voucher_view import Act, Reference, VoucherView
from ledger.closing import Gate
from ledger.money import to_text
from ledger.periods import text_of
from ledger.posting import Exclusion


def of_row(row: VoucherRow) -> dict[str, Any]:
    """A voucher in a list; `number` is None until it is posted."""
    return {
        "id": row.id,
        "number": None if row.number is None else row.label,
        "period": text_of(row.period_id),
        "date": row.booked_on.isoformat(),
        "kind": row.kind.value,
        "state": row.state.value,
        "summary": row.summary,
        "total": to_text(row.total_minor),
        "attachments": row.attachment_count,
        "prepared_by": row.prepared_by,
        "reviewed_by": row.reviewed_by,
        "posted_by": row.posted_by,
        "version": row.version,
    }


def of_view(view: VoucherView) -> dict[str, Any]:
    """A voucher with everything that belongs to it."""
    return of_row(view.row) | {
        "word": view.word,
        "chart": view.chart,
        "rule": view.row.rule,
        "reason": view.reason,
        "digest": view.digest,
        "lines": [
            {
                "line": line.line_no,
                "account": line.account_code,
                "name": line.account_name,
                "fund": line.fund_code,
                "debit": to_text(line.debit_minor),
                "credit": to_text(line.credit_minor),
                "summary": line.summary,
            }
            | {kind.value: name for kind, name in line.dimensions}
            for line in view.lines
        ],
        "reverses": _reference(view.reverses),
        "reversed_by": _reference(view.reversed_by),
        "corrects": _reference(view.corrects),
        "corrected_by": [_reference(item) for item in view.corrected_by],
        "gifts": list(view.gifts),
        "files": [
            {
                "id": file.id,
                "name": file.name,
                "media_type": file.media_type,
                "size": file.size,
                "sha256": file.digest,
                "added_by": file.added_by,
                "added_at": file.added_at.isoformat(),
            }
            for file in view.files
        ],
    }


def of_act(act: Act) -> dict[str, Any]:
    """Something somebody did."""
    return {
        "at": act.at.isoformat(),
        "actor": act.actor,
        "action": act.action,
        "reason": act.reason,
    }


def of_exclusion(exclusion: Exclusion, label: str, *, reason: str) -> dict[str, Any]:
    """A voucher that was left out, and why, in the reader's language."""
    return {
        "id": exclusion.voucher_id,
        "voucher": label,
        "code": exclusion.error.code,
        "reason": reason,
    }


def of_account(account: Any) -> dict[str, Any]:
    """An account of a chart: the object or a selected row."""
    return {
        "chart": account.chart,
        "code": account.code,
        "name": account.name,
        "full_name": account.full_name,
        "category": account.category.value,
        "side": account.side.value,
        "tag": account.tag,
        "restriction": account.restriction or None,
        "flags": account.flags.split(),
        "grade": account.grade or None,
        "own": account.is_own,
        "postable": account.is_postable,
        "closed_on": None if account.closed_on is None else account.closed_on.isoformat(),
    }


def of_period(view: PeriodView) -> dict[str, Any]:
    """A month, its state, and what closing it still needs."""
    return {
        "period": text_of(view.id),
        "state": view.state.value,
        "gates": [of_gate(gate) for gate in view.gates],
        "chart": view.chart,
        "posted": view.posted,
        "waiting": view.waiting,
        "closed_by": view.closed_by,
        "closed_at": None if view.closed_at is None else view.closed_at.isoformat(),
        "digest": view.digest,
        "reopening_requested_by": None if view.request is None else view.request.requested_by,
    }


def of_gate(gate: Gate) -> dict[str, Any]:
    """A condition for closing."""
    return {"name": gate.name, "passed": gate.passed, "detail": gate.detail}


def _reference(found: Reference | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {"id": found.id, "number": found.label, "state": found.state.value}
