"""What in the other registers is a related party: donors, payees, investments.

An organisation's donors and payees of exactly its name or credit code are linked when it is
declared; people share names, so a person is linked by hand or by identity number.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from foundation.assets.models import Investment
from foundation.donors import aliases
from foundation.donors.models import Donor, DonorKind
from foundation.parties.models import Party, PartyLink, number_of
from ledger import trail
from ledger.clock import Clock
from ledger.dimensions import Dimension, DimensionKind
from ledger.errors import Conflict, InvalidInput, NotFound


class LinkTaken(Conflict):
    """It is linked to a related party already."""

    code = "related_party_link_taken"
    message = "“{name}”已关联到关联方 {number}"


@dataclass(frozen=True, slots=True)
class Link:
    """What to link: exactly one of the three."""

    donor_id: int | None = None
    counterparty_id: int | None = None
    investment_id: int | None = None


def link(session: Session, party_id: int, target: Link, *, actor: str, clock: Clock) -> PartyLink:
    """Say that a donor, a payee or an investment is this party.

    Raises NotFound, LinkTaken.
    """
    if session.get(Party, party_id) is None:
        raise NotFound(what="关联方", name=number_of(party_id))
    target = _kept(session, target)
    name = _name_of(session, target)
    taken = session.execute(
        select(PartyLink).where(PartyLink.removed_at.is_(None), _same(target))
    ).scalar_one_or_none()
    if taken is not None:
        raise LinkTaken(name=name, number=number_of(taken.party_id))
    made = PartyLink(
        party_id=party_id,
        donor_id=target.donor_id,
        counterparty_id=target.counterparty_id,
        investment_id=target.investment_id,
        added_by=actor,
        added_at=clock.now(),
    )
    session.add(made)
    session.flush()
    _note(session, party_id, "party.link", {"to": name}, actor=actor, clock=clock)
    return made


def find_target(session: Session, kind: str, text: str) -> Link:
    """Return what a name or number means: a donor, a payee or an investment.

    Raises NotFound, and Conflict when several have the name.
    """
    typed = text.strip()
    if kind == "donor":
        key = typed.upper().removeprefix("D")
        number = int(key) if key.isascii() and key.isdigit() and len(key) < 19 else 0
        donors = select(Donor.id).where(
            or_(Donor.id == number, Donor.name_key == typed.casefold()), ~aliases.is_alias()
        )
        return Link(donor_id=_only(session, donors, "捐赠人", typed))
    if kind == "counterparty":
        payees = select(Dimension.id).where(
            Dimension.kind == DimensionKind.COUNTERPARTY, Dimension.name == typed
        )
        return Link(counterparty_id=_only(session, payees, "往来单位", typed))
    investments = select(Investment.id).where(
        or_(Investment.number == typed, Investment.product == typed)
    )
    return Link(investment_id=_only(session, investments, "投资", typed))


def _only(session: Session, query: Select[Any], what: str, typed: str) -> int:
    found = session.execute(query.limit(2)).scalars().all()
    if not found:
        raise NotFound(what=what, name=typed[:60])
    if len(found) > 1:
        raise Conflict(reason=f"有多个{what}名为“{typed[:60]}”，请填写编号")
    return int(found[0])


def unlink(
    session: Session, party_id: int, link_id: int, *, reason: str, actor: str, clock: Clock
) -> None:
    """Say that a link was wrong. Raises NotFound, InvalidInput."""
    made = session.execute(
        select(PartyLink).where(PartyLink.id == link_id).with_for_update()
    ).scalar_one_or_none()
    if made is None or made.party_id != party_id or made.removed_at is not None:
        raise NotFound(what="对应关系", name=str(link_id))
    if not reason.strip():
        raise InvalidInput(field="原因", reason="不能为空")
    made.removed_reason = reason.strip()[:500]
    made.removed_by, made.removed_at = actor, clock.now()
    session.flush()
    _note(
        session,
        party_id,
        "party.unlink",
        {"link": link_id},
        reason=made.removed_reason,
        actor=actor,
        clock=clock,
    )


def link_the_same(session: Session, party: Party, *, actor: str, clock: Clock) -> None:
    """Link the donors and payees that are certainly this party, and are nobody else's."""
    for target in certain(session, party):
        link(session, party.id, target, actor=actor, clock=clock)


def certain(session: Session, party: Party) -> list[Link]:
    """Return what has the credit code, the identity number or the whole name of a party.

    What was linked to the party once and taken off stays off.
    """
    conditions: list[ColumnElement[bool]] = []
    if party.credit_code is not None:
        conditions.append(Donor.credit_code == party.credit_code)
    if party.id_number_index is not None:
        conditions.append(Donor.id_number_index == party.id_number_index)
    if not party.is_person:
        conditions.append(
            (Donor.name_key == party.name_key) & (Donor.kind == DonorKind.ORGANISATION)
        )
    found = []
    if conditions:
        donors = session.execute(
            select(Donor.id).where(or_(*conditions), ~aliases.is_alias()).order_by(Donor.id)
        ).scalars()
        found = [Link(donor_id=key) for key in donors]
    if not party.is_person:
        payees = session.execute(
            select(Dimension.id)
            .where(Dimension.kind == DimensionKind.COUNTERPARTY, Dimension.name == party.name)
            .order_by(Dimension.id)
        ).scalars()
        found += [Link(counterparty_id=key) for key in payees]
        trusted = session.execute(
            select(Investment.id).where(Investment.trustee == party.name).order_by(Investment.id)
        ).scalars()
        found += [Link(investment_id=key) for key in trusted]
    return [target for target in found if not _is_known(session, party.id, target)]


def _is_known(session: Session, party_id: int, target: Link) -> bool:
    """Whether it is linked to somebody, or was linked to this party before."""
    query = select(PartyLink.id).where(
        _same(target), or_(PartyLink.removed_at.is_(None), PartyLink.party_id == party_id)
    )
    return session.execute(query).first() is not None


def _kept(session: Session, target: Link) -> Link:
    if target.donor_id is None:
        return target
    return Link(donor_id=aliases.kept_of(session, target.donor_id))


def _same(target: Link) -> ColumnElement[bool]:
    if target.donor_id is not None:
        return PartyLink.donor_id == target.donor_id
    if target.counterparty_id is not None:
        return PartyLink.counterparty_id == target.counterparty_id
    return PartyLink.investment_id == target.investment_id


def _name_of(session: Session, target: Link) -> str:
    given = [target.donor_id, target.counterparty_id, target.investment_id]
    if sum(key is not None for key in given) != 1:
        raise InvalidInput(field="对应对象", reason="应为捐赠人、往来单位或投资中的一项")
    if target.donor_id is not None:
        donor = session.get(Donor, target.donor_id)
        if donor is None:
            raise NotFound(what="捐赠人", name=str(target.donor_id))
        return donor.name
    if target.counterparty_id is not None:
        payee = session.get(Dimension, target.counterparty_id)
        if payee is None or payee.kind is not DimensionKind.COUNTERPARTY:
            raise NotFound(what="往来单位", name=str(target.counterparty_id))
        return payee.name
    investment = session.get(Investment, target.investment_id)
    if investment is None:
        raise NotFound(what="投资", name=str(target.investment_id))
    return investment.product


def _note(
    session: Session,
    party_id: int,
    action: str,
    detail: dict[str, Any],
    *,
    reason: str | None = None,
    actor: str,
    clock: Clock,
) -> None:
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action=action,
        subject=f"party:{party_id}",
        reason=reason,
        detail=detail,
    )
