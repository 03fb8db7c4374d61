"""Read the register of related parties: who is one on a day, why, and what belongs to it.

The register is small (dozens), so it is read whole; nothing here writes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.assets.models import Investment
from foundation.donors import aliases
from foundation.donors.models import Donor
from foundation.parties.models import (
    Party,
    PartyLink,
    PartyRelation,
    RelationKind,
    number_of,
)
from ledger.dimensions import Dimension
from ledger.errors import NotFound


class UnknownParty(NotFound):
    """No related party has this number."""

    code = "unknown_related_party"
    message = "没有关联方“{party}”"


@dataclass(frozen=True, slots=True)
class Target:
    """What a link leads to, in words."""

    link: PartyLink
    name: str
    # The values of lines that mean the party through this link.
    donors: frozenset[int] = frozenset()
    counterparties: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class View:
    """One party with its relations and links, all of them, also those that ended."""

    party: Party
    relations: tuple[PartyRelation, ...]
    targets: tuple[Target, ...]

    @property
    def id(self) -> int:
        """The key."""
        return self.party.id

    @property
    def number(self) -> str:
        """The number that people use."""
        return number_of(self.party.id)

    @property
    def live(self) -> tuple[Target, ...]:
        """The links that stand."""
        return tuple(target for target in self.targets if target.link.removed_at is None)

    def relations_on(self, day: date) -> tuple[PartyRelation, ...]:
        """The relations in force on a day."""
        return tuple(relation for relation in self.relations if is_in_force(relation, day))

    def is_related(self, day: date) -> bool:
        """Whether the party is related on a day."""
        return bool(self.relations_on(day))

    def is_important(self, day: date) -> bool:
        """Whether the party is an important related party (重要关联方) on a day."""
        return any(relation.is_important for relation in self.relations_on(day))


@dataclass(frozen=True, slots=True)
class PartyFilter:
    """What a list is narrowed to; empty fields narrow nothing."""

    text: str = ""
    kind: RelationKind | None = None
    important: bool | None = None
    # Only those in force on the day, or only those that are not.
    standing: str = ""


def is_in_force(relation: PartyRelation, day: date) -> bool:
    """Whether a relation was stated for a day and not withdrawn."""
    until = relation.valid_until
    return (
        relation.withdrawn_at is None
        and relation.valid_from <= day
        and (until is None or day <= until)
    )


def load(session: Session) -> tuple[View, ...]:
    """Return every party with everything, in the order of their numbers."""
    relations: dict[int, list[PartyRelation]] = {}
    for relation in session.execute(select(PartyRelation).order_by(PartyRelation.id)).scalars():
        relations.setdefault(relation.party_id, []).append(relation)
    targets: dict[int, list[Target]] = {}
    for target in _targets(session):
        targets.setdefault(target.link.party_id, []).append(target)
    return tuple(
        View(party, tuple(relations.get(party.id, ())), tuple(targets.get(party.id, ())))
        for party in session.execute(select(Party).order_by(Party.id)).scalars()
    )


def get(session: Session, party_id: int) -> View:
    """Return one party with everything. Raises UnknownParty."""
    for view in load(session):
        if view.id == party_id:
            return view
    raise UnknownParty(party=number_of(party_id))


def key_of(text: str) -> int:
    """Return the key that a number such as `R0012` names. Raises UnknownParty."""
    digits = text.strip().upper().removeprefix("R")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 19):
        raise UnknownParty(party=text)
    return int(digits)


def list_parties(session: Session, wanted: PartyFilter, *, on: date) -> list[View]:
    """Return the parties that a filter finds, important ones and those in force first."""
    found = [view for view in load(session) if _is_wanted(view, wanted, on)]
    return sorted(
        found, key=lambda view: (not view.is_related(on), not view.is_important(on), view.id)
    )


def _is_wanted(view: View, wanted: PartyFilter, on: date) -> bool:
    text = wanted.text.strip().casefold()
    code = (view.party.credit_code or "").casefold()
    relations = view.relations_on(on) or view.relations
    texts = (view.party.name_key, code, view.number.casefold(), *(r.relation for r in relations))
    if text and not any(text in one for one in texts):
        return False
    if wanted.kind is not None and all(one.kind is not wanted.kind for one in relations):
        return False
    if wanted.important is not None and view.is_important(on) is not wanted.important:
        return False
    return wanted.standing == "" or (wanted.standing == "current") is view.is_related(on)


def _targets(session: Session) -> list[Target]:
    links = session.execute(select(PartyLink).order_by(PartyLink.id)).scalars().all()
    donors = _names(session, Donor, [link.donor_id for link in links])
    counterparties = _names(session, Dimension, [link.counterparty_id for link in links])
    investments = _names(session, Investment, [link.investment_id for link in links])
    found = []
    for link in links:
        if link.donor_id is not None:
            name = donors[link.donor_id]
            found.append(Target(link, name, donors=_dimensions(session, link.donor_id)))
        elif link.counterparty_id is not None:
            name = counterparties[link.counterparty_id]
            found.append(Target(link, name, counterparties=frozenset({link.counterparty_id})))
        else:
            assert link.investment_id is not None
            found.append(Target(link, investments[link.investment_id]))
    return found


def _names(session: Session, table: type, keys: list[int | None]) -> Mapping[int, str]:
    wanted = [key for key in keys if key is not None]
    if not wanted:
        return {}
    column = table.product if table is Investment else table.name  # type: ignore[attr-defined]
    rows = session.execute(
        select(table.id, column).where(table.id.in_(wanted)).order_by(table.id)  # type: ignore[attr-defined]
    )
    return {row[0]: row[1] for row in rows}


def _dimensions(session: Session, donor_id: int) -> frozenset[int]:
    """The values of lines that mean a donor, also under the names merged into it."""
    keys = aliases.ids_of(session, donor_id)
    found = session.execute(select(Donor.dimension_id).where(Donor.id.in_(keys)))
    return frozenset(row.dimension_id for row in found)
