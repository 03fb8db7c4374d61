"""Which gifts an act on documents is about: one gift, an import, a year, or some days."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from foundation.donors import aliases
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
    """The gifts of one batch, one gift, one year or some days (of one donor, if given)."""

    document: Document
    gift_id: int | None = None
    batch_id: int | None = None
    year: int | None = None
    donor_id: int | None = None
    # The first and the last day, where it is not a whole year.
    span: tuple[date, date] | None = None

    def __post_init__(self) -> None:
        named = [self.gift_id, self.batch_id, self.year, self.span]
        if sum(value is not None for value in named) != 1:
            raise InvalidInput(
                field="范围", reason="请给出一笔捐赠、一个导入批次、一个年度或起止日期"
            )
        if self.document is Document.ANNUAL and self.days is None:
            raise InvalidInput(field="范围", reason="年度捐赠明细按年度或起止日期出具")
        if self.span is not None and self.span[0] > self.span[1]:
            raise InvalidInput(field="期间", reason="起始日期应早于终止日期")
        if self.year is not None and not 1900 < self.year < 2200:
            raise InvalidInput(field="年度", reason="应为四位数的年份")

    @property
    def days(self) -> tuple[date, date] | None:
        """The first and the last day that it is about, where it is about days."""
        if self.span is not None:
            return self.span
        return None if self.year is None else days_of(self.year)


def gift_ids(session: Session, scope: Scope, *, is_locking: bool) -> list[int]:
    """Return the gifts of a scope, by donor where documents are, and hold them if told to.

    Raises UnknownGift or UnknownImportBatch.
    """
    led = aliases.led_to(Gift.donor_id).label("donor_id")
    query = select(Gift.id, led).where(*_conditions(session, scope)).order_by(Gift.id)
    if is_locking:
        query = query.with_for_update(of=Gift)
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
    if scope.days is not None:
        conditions.append(Gift.received_on.between(*scope.days))
    if scope.donor_id is not None:
        conditions.append(Gift.donor_id.in_(aliases.ids_of(session, scope.donor_id)))
    return conditions
