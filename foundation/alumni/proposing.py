"""Proposals in the database: worked out for many people at once, confirmed or declined by hand."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased

from foundation.alumni import matching
from foundation.alumni.matching import KnownDonor, Person
from foundation.alumni.models import Alumnus, AlumnusMatch, MatchState
from foundation.alumni.rows import phone_key
from foundation.donors import aliases, facts
from foundation.donors.models import AlumniClass, Donor, DonorClass, DonorKind
from ledger import trail
from ledger.clock import Clock
from ledger.errors import Conflict, NotFound
from ledger.orm import bulk_insert, chunks, reserve_ids

_CHUNK = 5_000
_COLUMNS = ("id", "alumnus_id", "donor_id", "score", "reasons", "state")
# As many as one act confirms; the next act goes on.
MOST_AT_ONCE = 2_000


def propose_for(session: Session, keys: Sequence[int]) -> int:
    """Work out who the people of these keys may be, and keep what is new. Returns how many."""
    known = matching.register(_donors(session))
    namesakes = _namesakes(session)
    made: list[tuple[Any, ...]] = []
    for people in _people(session, keys):
        before = _before(session, [person.id for person in people])
        for person in people:
            made += [
                (item.alumnus_id, item.donor_id, item.score, " ".join(item.reasons))
                for item in matching.propose(person, known, namesakes=namesakes)
                if (item.alumnus_id, item.donor_id) not in before
            ]
    connection = session.connection()
    table = AlumnusMatch.__table__
    ids = reserve_ids(connection, table, len(made))  # type: ignore[arg-type]
    bulk_insert(
        connection,
        table,  # type: ignore[arg-type]
        _COLUMNS,
        [(key, *row, MatchState.PROPOSED.value) for key, row in zip(ids, made, strict=True)],
    )
    return len(made)


def propose_again(session: Session, *, actor: str, clock: Clock) -> int:
    """Look for donors who came since among all people who are nobody's yet."""
    confirmed = exists().where(
        AlumnusMatch.alumnus_id == Alumnus.id, AlumnusMatch.state == MatchState.CONFIRMED
    )
    keys = session.execute(select(Alumnus.id).where(~confirmed).order_by(Alumnus.id)).scalars()
    count = propose_for(session, list(keys))
    if count:
        trail.record(
            session,
            actor=actor,
            clock=clock,
            action="alumni.propose",
            subject="alumni",
            detail={"proposed": count},
        )
    return count


def confirm(session: Session, match_id: int, *, actor: str, clock: Clock) -> None:
    """Say that a donor is this person: the donor joins the class. Raises NotFound, Conflict."""
    match, person = _hold(session, match_id)
    taken = select(AlumnusMatch.id).where(
        AlumnusMatch.alumnus_id == person.id, AlumnusMatch.state == MatchState.CONFIRMED
    )
    if session.execute(taken).first() is not None:
        raise Conflict(reason="此校友已确认为另一位捐赠人")
    _confirm(session, match, person, actor=actor, clock=clock)


def decline(session: Session, match_id: int, *, actor: str, clock: Clock) -> None:
    """Say that they are two people. Raises NotFound, Conflict."""
    match, _ = _hold(session, match_id)
    match.state = MatchState.DECLINED
    match.decided_by, match.decided_at = actor, clock.now()
    session.flush()
    _note(session, "alumni.decline", match, actor, clock)


def confirm_sure(session: Session, *, actor: str, clock: Clock) -> int:
    """Confirm every proposal that more than a name speaks for and nothing against.

    A person with two likely donors, and a donor who may be two people of one class, wait for
    somebody's eyes.
    """
    found = list(session.execute(sure().limit(MOST_AT_ONCE)).all())
    count = 0
    for match, person in found:
        _confirm(session, match, person, actor=actor, clock=clock)
        count += 1
    return count


def sure() -> Any:
    """Select the proposals that are confirmed together."""
    other = aliased(AlumnusMatch)
    rival = aliased(AlumnusMatch)
    rival_person = aliased(Alumnus)
    another_donor = exists().where(
        other.alumnus_id == AlumnusMatch.alumnus_id,
        other.id != AlumnusMatch.id,
        other.state != MatchState.DECLINED,
        other.score >= matching.SURE,
    )
    confirmed = exists().where(
        other.alumnus_id == AlumnusMatch.alumnus_id, other.state == MatchState.CONFIRMED
    )
    another_person = exists().where(
        rival.donor_id == AlumnusMatch.donor_id,
        rival.id != AlumnusMatch.id,
        rival.state != MatchState.DECLINED,
        rival.score >= matching.SURE,
        rival_person.id == rival.alumnus_id,
        rival_person.class_id == Alumnus.class_id,
    )
    return (
        select(AlumnusMatch, Alumnus)
        .join(Alumnus, Alumnus.id == AlumnusMatch.alumnus_id)
        .where(
            AlumnusMatch.state == MatchState.PROPOSED,
            AlumnusMatch.score >= matching.SURE,
            # A number or an address without the name may be a household's.
            AlumnusMatch.reasons.startswith(matching.NAME),
            ~another_donor,
            ~another_person,
            ~confirmed,
        )
        .order_by(AlumnusMatch.id)
    )


def _confirm(
    session: Session, match: AlumnusMatch, person: Alumnus, *, actor: str, clock: Clock
) -> None:
    place = session.get_one(AlumniClass, person.class_id)
    facts.join_class(
        session,
        match.donor_id,
        college=place.college,
        class_name=place.class_name,
        year=place.year,
        actor=actor,
        clock=clock,
    )
    match.state = MatchState.CONFIRMED
    match.decided_by, match.decided_at = actor, clock.now()
    session.flush()
    _note(session, "alumni.confirm", match, actor, clock)


def _hold(session: Session, match_id: int) -> tuple[AlumnusMatch, Alumnus]:
    match = session.execute(
        select(AlumnusMatch).where(AlumnusMatch.id == match_id).with_for_update()
    ).scalar_one_or_none()
    if match is None:
        raise NotFound(what="校友匹配建议", name=str(match_id))
    if match.state is not MatchState.PROPOSED:
        raise Conflict(reason="此建议已由他人处理")
    return match, session.get_one(Alumnus, match.alumnus_id)


def _donors(session: Session) -> Iterator[KnownDonor]:
    classes: dict[int, set[int]] = {}
    for donor_id, class_id in session.execute(
        select(aliases.led_to(DonorClass.donor_id), DonorClass.class_id).order_by(
            DonorClass.class_id
        )
    ):
        classes.setdefault(donor_id, set()).add(class_id)
    rows = session.execute(
        select(Donor.id, Donor.name_key, Donor.phone, Donor.email)
        .where(Donor.kind == DonorKind.PERSON, ~aliases.is_alias())
        .order_by(Donor.id)
    )
    for row in rows:
        yield KnownDonor(
            row.id,
            row.name_key,
            phone_key(row.phone or ""),
            (row.email or "").casefold(),
            frozenset(classes.get(row.id, ())),
        )


def _namesakes(session: Session) -> dict[str, int]:
    rows = session.execute(
        select(Alumnus.name_key, func.count()).group_by(Alumnus.name_key).order_by(Alumnus.name_key)
    )
    return {name: int(count) for name, count in rows}


def _people(session: Session, keys: Sequence[int]) -> Iterator[list[Person]]:
    for part in chunks(keys, _CHUNK):
        rows = session.execute(
            select(Alumnus.id, Alumnus.name_key, Alumnus.phone, Alumnus.email, Alumnus.class_id)
            .where(Alumnus.id.in_(part))
            .order_by(Alumnus.id)
        )
        yield [
            Person(row.id, row.name_key, row.phone or "", row.email or "", row.class_id)
            for row in rows
        ]


def _before(session: Session, keys: Sequence[int]) -> set[tuple[int, int]]:
    rows = session.execute(
        select(AlumnusMatch.alumnus_id, AlumnusMatch.donor_id)
        .where(AlumnusMatch.alumnus_id.in_(keys))
        .order_by(AlumnusMatch.id)
    )
    return {(row.alumnus_id, row.donor_id) for row in rows}


def _note(session: Session, action: str, match: AlumnusMatch, actor: str, clock: Clock) -> None:
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action=action,
        subject=f"donor:{match.donor_id}",
        detail={"alumnus": match.alumnus_id, "score": match.score, "reasons": match.reasons},
    )
