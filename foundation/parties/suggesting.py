"""Who may be a related party and is not declared (疑似关联方): to accept, or to dismiss."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.donors import aliases
from foundation.parties import donations, linking, queries, rules
from foundation.parties.linking import Link
from foundation.parties.models import PartyDismissal
from foundation.parties.queries import View
from foundation.spending.models import SpendingRequest, SpendingState
from ledger import trail
from ledger.clock import Clock
from ledger.dimensions import Dimension, DimensionKind
from ledger.errors import Conflict, InvalidInput, NotFound


class Ground(StrEnum):
    """Why somebody is suggested."""

    SAME = "same"
    # The name goes on after that of a declared organisation: perhaps a department of it.
    PART = "part"
    MAIN_DONOR = "main_donor"
    FLAGGED = "flagged"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Somebody who may be related: what it is, why, and the party it may be."""

    target: Link
    name: str
    ground: Ground
    # What was found: a year, a request.
    about: str
    minor: int
    # The declared party that it seems to be; None when nobody is declared.
    party: View | None
    relation: str = ""

    @property
    def key(self) -> str:
        """What the ground is called where it is kept."""
        return f"{self.ground.value}:{self.about}" if self.about else self.ground.value

    @property
    def subject(self) -> str:
        """What is suggested, as forms and programs name it: `donor-12`."""
        if self.target.donor_id is not None:
            return f"donor-{self.target.donor_id}"
        if self.target.counterparty_id is not None:
            return f"counterparty-{self.target.counterparty_id}"
        return f"investment-{self.target.investment_id}"


def suggestions(session: Session, *, today: date) -> list[Suggestion]:
    """Return everybody who seems to be related and was neither linked nor dismissed."""
    views = queries.load(session)
    found = [
        *_same(session, views),
        *_departments(session, views),
        *_main_donors(session, views, today),
        *_flagged(session, views),
    ]
    dismissed = _dismissed(session)
    once: dict[tuple[str, str], Suggestion] = {}
    for item in found:
        if (item.subject, item.key) not in dismissed:
            once.setdefault((item.subject, item.key), item)
    return list(once.values())


def find(session: Session, subject: str, key: str, *, today: date) -> Suggestion:
    """Return one suggestion. Raises NotFound when it does not stand any more."""
    for item in suggestions(session, today=today):
        if (item.subject, item.key) == (subject, key):
            return item
    raise NotFound(what="疑似关联方", name=subject[:60])


def dismiss(
    session: Session, subject: str, key: str, *, reason: str, actor: str, clock: Clock
) -> None:
    """Say that somebody is not related on this ground. Raises NotFound, InvalidInput."""
    item = find(session, subject, key, today=clock.today())
    cleaned = reason.strip()
    if not cleaned or len(cleaned) > 500:
        raise InvalidInput(field="原因", reason="不能为空，最多 500 个字符")
    if item.target.investment_id is not None:
        raise Conflict(reason="投资的受托人就是该关联方，请确认对应关系")
    session.add(
        PartyDismissal(
            donor_id=item.target.donor_id,
            counterparty_id=item.target.counterparty_id,
            ground=item.key,
            reason=cleaned,
            dismissed_by=actor,
            dismissed_at=clock.now(),
        )
    )
    session.flush()
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="party.dismiss",
        subject=item.subject.replace("-", ":"),
        reason=cleaned,
        detail={"ground": item.key},
    )


def _same(session: Session, views: tuple[View, ...]) -> list[Suggestion]:
    """What has the name or number of a declared party, and is not linked to it."""
    return [
        Suggestion(target, view.party.name, Ground.SAME, view.number, 0, view)
        for view in views
        for target in linking.certain(session, view.party)
    ]


def _departments(session: Session, views: tuple[View, ...]) -> list[Suggestion]:
    """Payees whose name begins with that of a declared organisation."""
    linked = {target.link.counterparty_id for view in views for target in view.targets}
    found = []
    for view in views:
        if view.party.is_person:
            continue
        name = view.party.name
        rows = session.execute(
            select(Dimension.id, Dimension.name)
            .where(
                Dimension.kind == DimensionKind.COUNTERPARTY,
                Dimension.name.startswith(name, autoescape=True),
                Dimension.name != name,
            )
            .order_by(Dimension.name)
        )
        found += [
            Suggestion(Link(counterparty_id=key), payee, Ground.PART, view.number, 0, view)
            for key, payee in rows
            if key not in linked
        ]
    return found


def _main_donors(session: Session, views: tuple[View, ...], today: date) -> list[Suggestion]:
    """Donors whose gifts of this year or the last pass the threshold, and are not declared."""
    declared = {
        key
        for view in views
        for target in view.live
        if target.link.donor_id is not None
        for key in aliases.ids_of(session, target.link.donor_id)
    }
    found: list[Suggestion] = []
    for year in (today.year, today.year - 1):
        last = date(year, 12, 31)
        sums = donations.given(session, date(year, 1, 1), last)
        ground, about = Ground.MAIN_DONOR, str(year)
        found += [
            Suggestion(Link(donor_id=one.donor_id), one.name, ground, about, one.total_minor, None)
            for one in donations.large(sums, rules.main_donor(last))
            if one.donor_id not in declared
        ]
    return found


def _flagged(session: Session, views: tuple[View, ...]) -> list[Suggestion]:
    """Payees whom a request to spend calls related, and who are not declared."""
    declared = {key for view in views for target in view.live for key in target.counterparties}
    rows = session.execute(
        select(Dimension.id, Dimension.name, SpendingRequest.relation, SpendingRequest.total_minor)
        .join(SpendingRequest, SpendingRequest.counterparty_id == Dimension.id)
        .where(
            SpendingRequest.is_related,
            SpendingRequest.state.not_in((SpendingState.DRAFT, SpendingState.CANCELLED)),
        )
        .order_by(Dimension.name, SpendingRequest.id.desc())
    )
    found: dict[int, Suggestion] = {}
    for key, name, relation, minor in rows:
        if key in declared:
            continue
        before = found.get(key)
        found[key] = Suggestion(
            Link(counterparty_id=key),
            name,
            Ground.FLAGGED,
            "",
            minor + (before.minor if before else 0),
            None,
            (before.relation if before else relation) or "",
        )
    return list(found.values())


def _dismissed(session: Session) -> set[tuple[str, str]]:
    rows = session.execute(select(PartyDismissal).order_by(PartyDismissal.id)).scalars()
    return {
        (
            f"donor-{row.donor_id}"
            if row.donor_id is not None
            else f"counterparty-{row.counterparty_id}",
            row.ground,
        )
        for row in rows
    }
