"""File 21: what donors were told of the use of their gifts, as a list and as the papers themselves.

The last report of each gift that ends within the year; an earlier one of the same year says less.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from foundation.gifts.models import Gift, reference
from foundation.uses import content
from foundation.uses.models import UseReport, UseReportDelivery, Way
from ledger import money
from reports.audit_pack.definitions import filled
from reports.parameters import Parameters
from reports.tables import Row, Table

# A report carries its file; a few at a time.
_CHUNK = 50


def uses(session: Session, parameters: Parameters) -> Table:
    """21 捐赠人资金使用报告."""
    return filled("21", parameters, _rows(session, parameters))


def papers(session: Session, parameters: Parameters) -> Iterator[tuple[str, bytes]]:
    """Yield (name, content) of the reports, byte for byte as they went out."""
    query = _last(parameters).with_only_columns(
        UseReport.number, UseReport.file, Gift.id, Gift.received_on
    )
    for number, file, gift_id, received_on in session.execute(query):
        yield f"{reference(gift_id, received_on)}-U{number}.pdf", file


def _rows(session: Session, parameters: Parameters) -> Iterator[Row]:
    sent = (
        select(func.min(UseReportDelivery.at))
        .where(UseReportDelivery.report_id == UseReport.id, UseReportDelivery.way != Way.DOWNLOADED)
        .correlate(UseReport)
        .scalar_subquery()
    )
    query = _last(parameters).with_only_columns(
        UseReport.content, sent.label("sent"), Gift.id, Gift.received_on
    )
    for text, sent_at, gift_id, received_on in session.execute(query):
        said = content.load(text)
        yield Row(
            (
                reference(gift_id, received_on),
                said.given_minor,
                said.share_minor,
                "；".join(_spending(said)),
                said.left_minor,
                None if sent_at is None else sent_at.date(),
            )
        )


def _spending(said: content.Content) -> Iterator[str]:
    """What the funds of the gift spent, and the gift's part of it."""
    for part in said.parts:
        on = "、".join(name for name, _ in part.spending)
        yield f"{part.code} {part.name} {money.to_text(part.share_minor)}（{on or '尚未使用'}）"


def _last(parameters: Parameters) -> Any:
    first, last = parameters.period.first_day, parameters.period.last_day
    later = aliased(UseReport)
    return (
        select(UseReport.id)
        .join(Gift, Gift.id == UseReport.gift_id)
        .where(
            UseReport.through_on.between(first, last),
            ~select(later.id)
            .where(
                later.gift_id == UseReport.gift_id,
                later.number > UseReport.number,
                later.through_on <= last,
            )
            .exists(),
        )
        .order_by(Gift.id)
        .execution_options(yield_per=_CHUNK)
    )
