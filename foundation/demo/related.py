"""The related parties of the demo: the university that founded it, with its departments."""

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.donors.vault import Vault
from foundation.duties import loading
from foundation.duties import service as duties
from foundation.parties import events, linking, service
from foundation.parties.linking import Link
from foundation.parties.models import PartyLink, RelationKind
from foundation.parties.service import PartyInput, RelationInput
from ledger.clock import Clock
from ledger.dimensions import Dimension, DimensionKind

UNIVERSITY = "示例大学"
_FOUNDED_ON = date(2011, 5, 18)
_PUBLISHED_AFTER = timedelta(days=20)


def declare(session: Session, *, vault: Vault, actor: str, clock: Clock) -> None:
    """Declare the university, link its departments, and publish what is older than some weeks."""
    relation = RelationInput(
        kind=RelationKind.FOUNDER,
        is_important=True,
        relation="发起设立本基金会，理事长任职单位",
        source="章程第三条；设立登记批复",
        valid_from=_FOUNDED_ON,
    )
    entry = PartyInput(UNIVERSITY, is_person=False)
    party = service.declare(session, entry, relation, vault=vault, actor=actor, clock=clock)
    linked = select(PartyLink.counterparty_id).where(PartyLink.counterparty_id.is_not(None))
    departments = session.execute(
        select(Dimension.id)
        .where(
            Dimension.kind == DimensionKind.COUNTERPARTY,
            Dimension.name.startswith(UNIVERSITY),
            Dimension.id.not_in(linked),
        )
        .order_by(Dimension.id)
    ).scalars()
    for key in departments.all():
        linking.link(session, party.id, Link(counterparty_id=key), actor=actor, clock=clock)
    _publish(session, actor=actor, clock=clock)


def _publish(session: Session, *, actor: str, clock: Clock) -> None:
    """Publish what is older than some weeks; the rest is work that is left."""
    today = clock.today()
    for event in events.events(session, today=today):
        duty = loading.load().duties[event.duty]
        due_on = event.happened_on + timedelta(days=duty.days_after)
        published_on = event.happened_on + _PUBLISHED_AFTER
        if due_on >= duty.valid_from and published_on <= today:
            duties.mark_done(
                session,
                event.duty,
                event.occurrence,
                done_on=published_on,
                note="慈善中国（演示）",
                actor=actor,
                clock=clock,
            )
