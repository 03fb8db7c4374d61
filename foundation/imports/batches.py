"""Read what was imported: the list of batches, and one of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from foundation.http import lists
from foundation.http.lists import Page, PageRequest
from foundation.imports.models import ImportBatch
from ledger.errors import NotFound
from ledger.funds import Fund


class BatchNotFound(NotFound):
    """There is no such batch."""

    code = "batch_not_found"
    message = "找不到导入批次 {batch}"


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A register that was imported."""

    id: int
    file_name: str
    file_digest: str
    fund_code: str
    fund_name: str
    account_code: str
    vouchers: str
    row_count: int
    imported_count: int
    duplicate_count: int
    total_minor: int
    stated_minor: int | None
    difference_reason: str | None
    created_by: str
    created_at: datetime

    @property
    def ties(self) -> bool | None:
        """Whether the rows added up to the stated total; None when none was stated."""
        return None if self.stated_minor is None else self.stated_minor == self.total_minor


def search(session: Session, request: PageRequest) -> Page[BatchRow]:
    """Return one part of the list, the latest first. Raises BadCursor."""
    part = lists.page(session, _selected(), keys=[ImportBatch.id], request=request, descending=True)
    return Page([_row(row) for row in part.items], part.next)


def get_batch(session: Session, batch_id: int) -> BatchRow:
    """Return one batch. Raises BatchNotFound."""
    row = session.execute(_selected().where(ImportBatch.id == batch_id)).one_or_none()
    if row is None:
        raise BatchNotFound(batch=batch_id)
    return _row(row)


def of_file(session: Session, digest: str) -> list[BatchRow]:
    """Return the batches that the same file brought before, the latest first."""
    query = _selected().where(ImportBatch.file_digest == digest)
    return [_row(row) for row in session.execute(query.order_by(ImportBatch.id.desc()))]


def _selected() -> Select[Any]:
    query: Any = select(
        ImportBatch.id,
        ImportBatch.file_name,
        ImportBatch.file_digest,
        Fund.code.label("fund_code"),
        Fund.name.label("fund_name"),
        ImportBatch.account_code,
        ImportBatch.vouchers,
        ImportBatch.row_count,
        ImportBatch.imported_count,
        ImportBatch.duplicate_count,
        ImportBatch.total_minor,
        ImportBatch.stated_total_minor.label("stated_minor"),
        ImportBatch.difference_reason,
        ImportBatch.created_by,
        ImportBatch.created_at,
    )
    selected: Select[Any] = query.join(Fund, Fund.id == ImportBatch.fund_id)
    return selected


def _row(row: Any) -> BatchRow:
    return BatchRow(**row._mapping)  # noqa: SLF001 (this is how rows are read by column)
