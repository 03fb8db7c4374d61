"""Imports as JSON documents: the keys that programs rely on."""

from typing import Any

from foundation.imports.batches import BatchRow
from foundation.imports.examination import Examination
from ledger.money import BOOK_CURRENCY, to_text


def of_examination(found: Examination, *, imported: int, batch: int | None) -> dict[str, Any]:
    """What an import did, or would do."""
    stated = found.stated_minor
    return {
        "rows": found.row_count,
        "imported": imported,
        "duplicates": len(found.duplicates),
        "probable_duplicates": [{"row": one.row, "gift": one.gift} for one in found.probable],
        "rejected": [
            {"row": row.row, "field": row.field, "reason": row.description}
            for row in found.rejected
        ],
        "total": to_text(found.total_minor),
        "stated_total": None if stated is None else to_text(stated),
        "ties": found.ties,
        "currency": BOOK_CURRENCY,
        "batch": batch,
        "skipped": [
            {"row": row.row, "reason": row.description, "text": row.text} for row in found.skipped
        ],
    }


def of_batch(row: BatchRow) -> dict[str, Any]:
    """A batch that was imported."""
    return {
        "batch": row.id,
        "file": row.file_name,
        "digest": row.file_digest,
        "fund": row.fund_code,
        "account": row.account_code,
        "vouchers": row.vouchers,
        "rows": row.row_count,
        "imported": row.imported_count,
        "duplicates": row.duplicate_count,
        "total": to_text(row.total_minor),
        "stated_total": None if row.stated_minor is None else to_text(row.stated_minor),
        "ties": row.ties,
        "difference_reason": row.difference_reason,
        "currency": BOOK_CURRENCY,
        "imported_by": row.created_by,
        "imported_at": row.created_at.isoformat(timespec="seconds"),
    }
