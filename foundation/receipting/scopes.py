"""Which gifts an act on documents is about: one gift, a batch that was imported, a year."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from foundation.gifts.models import Gift
from foundation.gifts.service import UnknownGift
from foundation.imports.models import ImportBatch
from foundation.receipting.eligibility import Document
from ledger.errors import InvalidInput, NotFound


class UnknownImportBatch(NotFound):
    """No import has this key."""

    code = "unknown_import_batch"
    message = "找不到导入批次 {batch}"


@dataclass(frozen=True, slots=True)
class Scope:
    """The gifts of one batch, one gift, or one year (of one donor, if given), and the document."""

    document: Document
    gift_id: int | None = None
    batch_id: int | None = None
    year: int | None = None
    donor_id: int | None = None

    def __post_init__(self) -> None:
        named = [self.gift_id, self.batch_id, self.year]
        if sum(value is not None for value in named) != 1:
            raise InvalidInput(field="范围", reason="请给出一笔捐赠、一个导入批次或一个年度")
        if self.document is Document.ANNUAL and self.year is None:
            raise InvalidInput(field="范围", reason="年度捐赠明细按年度出具")
        if self.year is not None and not 1900 < self.year < 2200:
            raise InvalidInput(field="年度", reason="应为四位数的年份")


def gift_ids(session: Session, scope: Scope, *, is_locking: bool) -> list[int]:
    """Return the gifts of a scope, by donor where documents are, and hold them if told to.

    Raises UnknownGift or UnknownImportBatch.
    """
    query = select(Gift.id, Gift.donor_id).where(*_conditions(session, scope)).order_by(Gift.id)
    if is_locking:
        query = query.with_for_update()
    rows = session.execute(query).all()
    if scope.gift_id is not None and not rows:
        raise UnknownGift(gift=scope.gift_id)
    if scope.document is Document.ANNUAL:
        rows = sorted(rows, key=lambda row: (row.donor_id, row.id))
    return [row.id for row in rows]


def days_of(year: int) -> tuple[date, date]:
    """Return the first and the last day of a year."""
    return date(year, 1, 1), date(year, 12, 31)


def _conditions(session: Session, scope: Scope) -> list[ColumnElement[bool]]:
    conditions = []
    if scope.gift_id is not None:
        conditions.append(Gift.id == scope.gift_id)
    if scope.batch_id is not None:
        if session.get(ImportBatch, scope.batch_id) is None:
            raise UnknownImportBatch(batch=scope.batch_id)
        conditions.append(Gift.batch_id == scope.batch_id)
    if scope.year is not None:
        conditions.append(Gift.received_on.between(*days_of(scope.year)))
    if scope.donor_id is not None:
        conditions.append(Gift.donor_id == scope.donor_id)
    return conditions
