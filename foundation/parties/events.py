"""The events that must be published within thirty days, as the calendar of duties asks for them."""

from datetime import date, timedelta

from sqlalchemy.orm import Session

from foundation.duties.calendar import Event
from foundation.http.languages import mark
from foundation.parties import dealings, queries
from foundation.parties.models import number_of

# Older ones are in the report; a desk that is drawn all day looks at these.
_LOOKS_BACK = timedelta(days=400)


def events(session: Session, *, today: date) -> list[Event]:
    """Return each voucher with an important related party, once, however many kinds it has."""
    views = queries.load(session)
    important = [view for view in views if any(one.is_important for one in view.relations)]
    if not important:
        return []
    names = {view.id: view.party.name for view in important}
    found: dict[str, Event] = {}
    for item in dealings.read(session, important, today - _LOOKS_BACK, today):
        if not item.is_important or item.is_undone:
            continue
        found.setdefault(
            item.occurrence,
            Event(
                dealings.DUTY,
                item.occurrence,
                item.booked_on,
                detail=mark("{party}：{summary}（{voucher}）"),
                values={
                    "party": names[item.party_id],
                    "summary": item.summary,
                    "voucher": item.voucher,
                },
                endpoint="parties.show",
                arguments={"number": number_of(item.party_id)},
            ),
        )
    return list(found.values())
