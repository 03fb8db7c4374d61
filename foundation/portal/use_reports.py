"""What the foundation reported to a donor about the use of the gifts, to read and to download."""

import io
from collections.abc import Sequence

from flask import Response, send_file
from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation import database
from foundation.gifts.models import Gift
from foundation.http.context import services
from foundation.http.languages import mark
from foundation.portal import gift_cards, visitors
from foundation.portal.handing import UnknownOwnDocument
from foundation.portal.sections import Section
from foundation.users import guard
from foundation.uses import content, queries, service
from foundation.uses.models import UseReport, Way


def own_reports(session: Session, donor_ids: Sequence[int]) -> Section | None:
    """Return the section of reports, or None while there are none."""
    gifts = select(Gift.id).where(Gift.donor_id.in_(donor_ids)).order_by(Gift.id)
    rows = queries.of_gifts(session, list(session.execute(gifts).scalars()))
    if not rows:
        return None
    return Section(title=mark("使用报告"), template="uses/own.html", values={"reports": rows})


@guard.public
def download(report_id: int) -> Response:
    """Hand out a report on one of the visitor's own gifts, and note that it went."""
    visitor = visitors.require()
    with database.transaction(services().engine) as session:
        report = session.get(UseReport, report_id)
        # Somebody else's is told apart from one that does not exist by nobody.
        if report is None or report.gift_id not in gift_cards.own_keys(session, visitor):
            raise UnknownOwnDocument(document=report_id)
        number, data = content.load(report.content).number, report.file
        service.log(session, report_id, Way.DOWNLOADED, actor=visitor.actor, clock=services().clock)
    return send_file(
        io.BytesIO(data),
        mimetype="application/pdf",
        as_attachment=True,
        download_name=f"{number}.pdf",
    )
