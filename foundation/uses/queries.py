"""Read reports on the use of gifts: those of a gift, of a donor, and the latest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import Session

from foundation.gifts.models import Gift, reference
from foundation.uses.models import UseReport, UseReportDelivery, Way


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A report in a list; `sent` how often it went to the donor, by any way."""

    id: int
    number: str
    gift_id: int
    gift: str
    donor_id: int
    donor: str
    through_on: date
    made_by: str
    made_at: datetime
    sent: int
    downloaded: int
    digest: str


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """Where a report went."""

    way: Way
    note: str
    at: datetime
    actor: str


def recent(
    session: Session, *, year: int | None = None, only_unsent: bool = False, limit: int = 200
) -> list[ReportRow]:
    """Return the latest reports; `year` is that of the last month they cover."""
    where: list[Any] = []
    if year is not None:
        where.append(UseReport.through_on.between(date(year, 1, 1), date(year, 12, 31)))
    if only_unsent:
        sent = select(UseReportDelivery.id).where(
            UseReportDelivery.report_id == UseReport.id, UseReportDelivery.way != Way.DOWNLOADED
        )
        where.append(~sent.exists())
    return _rows(session, where, limit)


def of_gifts(session: Session, gift_ids: Sequence[int]) -> list[ReportRow]:
    """Return the reports of some gifts, the latest first."""
    return _rows(session, [UseReport.gift_id.in_(list(gift_ids))], 500)


def deliveries(session: Session, report_id: int) -> list[DeliveryRow]:
    """Return where a report went, in order."""
    rows = session.execute(
        select(UseReportDelivery)
        .where(UseReportDelivery.report_id == report_id)
        .order_by(UseReportDelivery.id)
    ).scalars()
    return [DeliveryRow(row.way, row.note or "", row.at, row.actor) for row in rows]


def _rows(session: Session, where: Sequence[Any], limit: int) -> list[ReportRow]:
    rows = session.execute(
        select(
            UseReport.id,
            UseReport.number,
            UseReport.through_on,
            UseReport.made_by,
            UseReport.made_at,
            UseReport.file_digest,
            Gift.id.label("gift_id"),
            Gift.received_on,
            Gift.donor_id,
            Gift.donor_name,
            _count(UseReportDelivery.way != Way.DOWNLOADED).label("sent"),
            _count(UseReportDelivery.way == Way.DOWNLOADED).label("downloaded"),
        )
        .join(Gift, Gift.id == UseReport.gift_id)
        .where(*where)
        .order_by(UseReport.id.desc())
        .limit(limit)
    )
    return [
        ReportRow(
            row.id,
            f"{reference(row.gift_id, row.received_on)}-U{row.number}",
            row.gift_id,
            reference(row.gift_id, row.received_on),
            row.donor_id,
            row.donor_name,
            row.through_on,
            row.made_by,
            row.made_at,
            int(row.sent),
            int(row.downloaded),
            row.file_digest,
        )
        for row in rows
    ]


def _count(condition: Any) -> ScalarSelect[Any]:
    return (
        select(func.count())
        .where(UseReportDelivery.report_id == UseReport.id, condition)
        .correlate(UseReport)
        .scalar_subquery()
    )
