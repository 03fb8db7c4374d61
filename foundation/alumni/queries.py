"""Read the alumni register: lists that were read, classes, and proposals to decide."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.alumni import proposing
from foundation.alumni.models import AlumniList, Alumnus, AlumnusMatch, MatchState
from foundation.donors.models import AlumniClass, Donor

SHOWN = 100


@dataclass(frozen=True, slots=True)
class MatchRow:
    """A proposal with both sides beside each other. Addresses are not shown, only that they fit."""

    id: int
    alumnus: str
    place: str
    student_number: str
    donor_id: int
    donor: str
    score: int
    reasons: tuple[str, ...]
    state: MatchState
    decided_by: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How the register stands."""

    people: int
    classes: int
    proposed: int
    sure: int
    confirmed: int


def standing(session: Session) -> Standing:
    """Return how many people, classes and proposals there are."""
    people = session.execute(select(func.count()).select_from(Alumnus)).scalar_one()
    classes = session.execute(select(func.count(func.distinct(Alumnus.class_id)))).scalar_one()
    states = {
        state: int(count)
        for state, count in session.execute(
            select(AlumnusMatch.state, func.count())
            .group_by(AlumnusMatch.state)
            .order_by(AlumnusMatch.state)
        )
    }
    query = proposing.sure().order_by(None).with_only_columns(func.count())
    sure = session.execute(query).scalar_one() if states.get(MatchState.PROPOSED) else 0
    return Standing(
        int(people),
        int(classes),
        states.get(MatchState.PROPOSED, 0),
        int(sure),
        states.get(MatchState.CONFIRMED, 0),
    )


def lists(session: Session) -> list[AlumniList]:
    """Return the lists that were read, the latest first."""
    query = select(AlumniList).order_by(AlumniList.id.desc()).limit(SHOWN)
    return list(session.execute(query).scalars())


def matches(
    session: Session, *, state: MatchState = MatchState.PROPOSED, before: int | None = None
) -> list[MatchRow]:
    """Return proposals, the likeliest first; `before` is how many were shown already."""
    rows = session.execute(
        select(
            AlumnusMatch,
            Alumnus.name,
            Alumnus.student_number,
            AlumniClass,
            Donor.name.label("donor"),
        )
        .join(Alumnus, Alumnus.id == AlumnusMatch.alumnus_id)
        .join(AlumniClass, AlumniClass.id == Alumnus.class_id)
        .join(Donor, Donor.id == AlumnusMatch.donor_id)
        .where(AlumnusMatch.state == state)
        .order_by(AlumnusMatch.score.desc(), AlumnusMatch.id)
        .offset(before or 0)
        .limit(SHOWN)
    )
    return [
        MatchRow(
            row.AlumnusMatch.id,
            row.name,
            f"{row.AlumniClass.college} {row.AlumniClass.year} {row.AlumniClass.class_name}",
            f"…{row.student_number[-4:]}" if row.student_number else "",
            row.AlumnusMatch.donor_id,
            row.donor,
            row.AlumnusMatch.score,
            tuple(row.AlumnusMatch.reasons.split()),
            row.AlumnusMatch.state,
            row.AlumnusMatch.decided_by or "",
        )
        for row in rows
    ]
