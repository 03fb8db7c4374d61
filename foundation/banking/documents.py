"""What the bank gives out as JSON: the same for commands and the API."""

from typing import Any

from foundation.banking.accounts import Account, masked
from foundation.banking.examining import Examination
from foundation.banking.models import ItemKind
from foundation.banking.month_end import Figures, Item, Kept, Month
from foundation.banking.payments import PaymentHint
from foundation.banking.queries import LineRow, MatchView
from foundation.banking.scoring import WORDS, Reason
from foundation.banking.standing import AccountState
from foundation.banking.suggesting import Suggestion
from ledger.money import to_text
from ledger.periods import text_of


def of_account(account: Account) -> dict[str, Any]:
    """A bank account."""
    return {
        "account": account.code,
        "name": account.name,
        "bank": account.bank,
        "number": masked(account.number) or None,
        "begins_on": account.begins_on.isoformat() if account.begins_on else None,
        "required_from": text_of(account.required_from) if account.required_from else None,
    }


def of_state(state: AccountState) -> dict[str, Any]:
    """A bank account with its months."""
    return of_account(state.account) | {
        "balance": None if state.balance_minor is None else to_text(state.balance_minor),
        "balance_on": state.balance_on.isoformat() if state.balance_on else None,
        "open_lines": state.open_count,
        "open_amount": to_text(state.open_minor),
        "months": [
            {
                "period": text_of(one.period),
                "state": one.state,
                "lines": one.line_count,
                "open_lines": one.open_count,
                "closed": one.is_closed,
            }
            for one in state.months
        ],
    }


def of_line(row: LineRow) -> dict[str, Any]:
    """A line of a statement."""
    return {
        "id": row.id,
        "account": row.account,
        "date": row.booked_on.isoformat(),
        "amount": to_text(row.amount_minor),
        "balance": None if row.balance_minor is None else to_text(row.balance_minor),
        "reference": row.reference,
        "name": row.name,
        "counterparty_account": row.counterparty_account,
        "summary": row.summary,
        "note": row.note,
        "statement": row.statement_id,
        "row": row.row_no,
        "match": row.match_id,
    }


def of_reason(reason: Reason) -> dict[str, Any]:
    """A reason, in words."""
    words = WORDS.get(reason.code, reason.code)
    said = words.format(count=reason.count, days=reason.days)
    return {"code": reason.code, "points": reason.points, "text": said}


def of_suggestion(found: Suggestion) -> dict[str, Any]:
    """Vouchers that may be the money of a line."""
    return {
        "score": found.score,
        "reasons": [of_reason(reason) for reason in found.reasons],
        "vouchers": [
            {
                "voucher": book.voucher_id,
                "side": "debit" if book.side > 0 else "credit",
                "date": book.on.isoformat(),
                "amount": to_text(book.amount),
                "summary": book.text,
            }
            for book in found.books
        ],
    }


def of_payment(hint: PaymentHint) -> dict[str, Any]:
    """A spending request that a line may have paid."""
    return {
        "request": hint.reference,
        "payee": hint.payee,
        "summary": hint.summary,
        "amount": to_text(hint.total_minor),
        "paid": hint.is_paid,
        "score": hint.score,
        "reasons": [of_reason(reason) for reason in hint.reasons],
    }


def of_match(view: MatchView) -> dict[str, Any]:
    """A match."""
    return {
        "id": view.id,
        "account": view.account,
        "state": view.state.value,
        "origin": view.origin.value,
        "score": view.score,
        "reasons": [of_reason(reason) for reason in view.reasons],
        "settled_in": text_of(view.settled_in),
        "made_by": view.made_by,
        "lines": [of_line(line) for line in view.lines],
        "vouchers": [
            {
                "voucher": book.voucher_id,
                "side": "debit" if book.side > 0 else "credit",
                "number": book.label,
                "date": book.on.isoformat(),
                "amount": to_text(book.amount_minor),
                "summary": book.summary,
            }
            for book in view.books
        ],
    }


def of_examination(found: Examination, *, imported: int, statement: int | None) -> dict[str, Any]:
    """What a statement holds, and what importing it did or would do."""
    return {
        "account": found.account.code,
        "bank": found.bank or None,
        "rows": found.row_count,
        "imported": imported,
        "new": len(found.new),
        "duplicates": found.duplicate_count,
        "rejected": [
            {"row": row.row, "field": row.field, "reason": row.description}
            for row in found.rejected
        ],
        "gaps": [gap.description for gap in found.gaps],
        "ties": not found.gaps,
        "from": found.first_on.isoformat(),
        "through": found.last_on.isoformat(),
        "opening": to_text(found.opening_minor),
        "closing": to_text(found.closing_minor),
        "received": to_text(found.received_minor),
        "paid": to_text(found.paid_minor),
        "statement": statement,
    }


def of_figures(figures: Figures) -> dict[str, str]:
    """The figures of a reconciliation."""
    return {
        "books": to_text(figures.books_minor),
        "bank_received": to_text(figures.bank_received_minor),
        "bank_paid": to_text(figures.bank_paid_minor),
        "adjusted_books": to_text(figures.adjusted_books_minor),
        "bank": to_text(figures.bank_minor),
        "books_received": to_text(figures.books_received_minor),
        "books_paid": to_text(figures.books_paid_minor),
        "adjusted_bank": to_text(figures.adjusted_bank_minor),
        "difference": to_text(figures.difference_minor),
    }


def of_month(month: Month) -> dict[str, Any]:
    """An account at the end of a month, as it is now and as it was kept."""
    return {
        "account": month.account.code,
        "period": text_of(month.period),
        "has_statement": month.has_statement,
        "statement_through": (
            month.statement_through.isoformat() if month.statement_through else None
        ),
        **of_figures(month.figures),
        "items": [_item(item) for item in month.items],
        "stale": month.is_stale,
        "kept": None if month.kept is None else _kept(month.kept),
    }


def _item(item: Item) -> dict[str, Any]:
    return {
        "kind": ItemKind(item.kind).value,
        "date": item.on.isoformat(),
        "amount": to_text(item.amount_minor),
        "text": item.text,
        "line": item.bank_line_id,
        "voucher": item.voucher_id,
    }


def _kept(kept: Kept) -> dict[str, Any]:
    return {
        "state": kept.state.value,
        "explanation": kept.explanation,
        "prepared_by": kept.prepared_by,
        "reviewed_by": kept.reviewed_by,
        **of_figures(kept.figures),
    }
