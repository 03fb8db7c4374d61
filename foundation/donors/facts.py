"""Simple facts about donors: the class they were in, and how they are related to others."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from foundation.donors import aliases, merging
from foundation.donors.models import (
    AlumniClass,
    Donor,
    DonorClass,
    DonorKind,
    DonorRelation,
    RelationKind,
)
from foundation.donors.service import get_donor
from ledger import trail
from ledger.clock import Clock
from ledger.errors import Conflict, InvalidInput, NotFound


@dataclass(frozen=True, slots=True)
class ClassFact:
    """A class that a donor was in."""

    class_id: int
    college: str
    class_name: str
    year: int


@dataclass(frozen=True, slots=True)
class RelationFact:
    """A relation as seen from one donor; `is_from` False when the other one was named first."""

    id: int
    kind: RelationKind
    other_id: int
    other_name: str
    is_from: bool
    note: str


def set_class(
    session: Session,
    *,
    college: str,
    class_name: str,
    year: int,
    actor: str,
    clock: Clock,
    member_count: int | None = None,
) -> AlumniClass:
    """Record a class, or how many there were in it. Raises InvalidInput."""
    names = [text.strip() for text in (college, class_name)]
    for text in names:
        if not 0 < len(text) <= 120 or not text.isprintable():
            raise InvalidInput(field="班级", reason="学院和班级不能为空，最多 120 字")
    if not 1900 <= year <= 2200:
        raise InvalidInput(field="年级", reason="应为四位数的年份")
    if member_count is not None and not 0 < member_count <= 100_000:
        raise InvalidInput(field="人数", reason="应大于零，不知道时不填")
    found = session.execute(
        select(AlumniClass).where(
            AlumniClass.college == names[0],
            AlumniClass.class_name == names[1],
            AlumniClass.year == year,
        )
    ).scalar_one_or_none()
    if found is None:
        found = AlumniClass(college=names[0], class_name=names[1], year=year)
        session.add(found)
    if member_count is not None:
        found.member_count = member_count
    session.flush()
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="class.set",
        subject=f"class:{found.id}",
        detail={"college": names[0], "class": names[1], "year": year, "members": member_count},
    )
    return found


def join_class(
    session: Session,
    donor_id: int,
    *,
    college: str,
    class_name: str,
    year: int,
    actor: str,
    clock: Clock,
) -> ClassFact:
    """Note that a person was in a class. Raises UnknownDonor, InvalidInput, Conflict."""
    donor = get_donor(session, merging.kept_id(session, donor_id))
    if donor.kind is not DonorKind.PERSON:
        raise Conflict(reason="只有个人捐赠人可以登记班级")
    found = set_class(
        session, college=college, class_name=class_name, year=year, actor=actor, clock=clock
    )
    if session.get(DonorClass, (donor.id, found.id)) is None:
        session.add(
            DonorClass(donor_id=donor.id, class_id=found.id, added_by=actor, added_at=clock.now())
        )
        session.flush()
        _note(session, donor.id, "donor.join_class", {"class": found.id}, actor, clock)
    return ClassFact(found.id, found.college, found.class_name, found.year)


def leave_class(
    session: Session, donor_id: int, class_id: int, *, actor: str, clock: Clock
) -> None:
    """Take back that a donor was in a class. Raises NotFound."""
    row = session.get(DonorClass, (donor_id, class_id))
    if row is None:
        raise NotFound(what="班级", name=str(class_id))
    session.delete(row)
    session.flush()
    _note(session, donor_id, "donor.leave_class", {"class": class_id}, actor, clock)


def classes_of(session: Session, donor_id: int) -> list[ClassFact]:
    """Return the classes of a donor, the earliest first."""
    rows = session.execute(
        select(AlumniClass)
        .join(DonorClass, DonorClass.class_id == AlumniClass.id)
        .where(DonorClass.donor_id.in_(aliases.ids_of(session, donor_id)))
        .distinct()
        .order_by(AlumniClass.year, AlumniClass.id)
    ).scalars()
    return [ClassFact(row.id, row.college, row.class_name, row.year) for row in rows]


def relate(
    session: Session,
    donor_id: int,
    related_id: int,
    kind: RelationKind,
    *,
    actor: str,
    clock: Clock,
    note: str = "",
) -> DonorRelation:
    """Note how a donor is related to another. Raises UnknownDonor, InvalidInput, Conflict."""
    first, second = (merging.kept_id(session, key) for key in (donor_id, related_id))
    if first == second:
        raise InvalidInput(field="关系", reason="应为两位捐赠人")
    if len(note.strip()) > 200:
        raise InvalidInput(field="备注", reason="最多 200 字")
    same = select(DonorRelation.id).where(
        DonorRelation.donor_id == first,
        DonorRelation.related_id == second,
        DonorRelation.kind == kind,
    )
    if session.execute(same).first() is not None:
        raise Conflict(reason="此关系已登记")
    relation = DonorRelation(
        donor_id=first,
        related_id=second,
        kind=kind,
        note=note.strip() or None,
        created_by=actor,
        created_at=clock.now(),
    )
    session.add(relation)
    session.flush()
    detail = {"other": second, "kind": kind.value}
    _note(session, first, "donor.relate", detail, actor, clock)
    return relation


def unrelate(
    session: Session, donor_id: int, relation_id: int, *, actor: str, clock: Clock
) -> None:
    """Take a relation back. Raises NotFound."""
    relation = session.get(DonorRelation, relation_id)
    if relation is None or donor_id not in (relation.donor_id, relation.related_id):
        raise NotFound(what="关系", name=str(relation_id))
    session.delete(relation)
    session.flush()
    _note(session, donor_id, "donor.unrelate", {"relation": relation_id}, actor, clock)


def relations_of(session: Session, donor_id: int) -> list[RelationFact]:
    """Return the relations of a donor in the order in which they were noted."""
    rows = session.execute(
        select(DonorRelation, Donor.name)
        .join(
            Donor,
            or_(
                (Donor.id == DonorRelation.related_id) & (DonorRelation.donor_id == donor_id),
                (Donor.id == DonorRelation.donor_id) & (DonorRelation.related_id == donor_id),
            ),
        )
        .where(or_(DonorRelation.donor_id == donor_id, DonorRelation.related_id == donor_id))
        .order_by(DonorRelation.id)
    )
    return [
        RelationFact(
            id=row.id,
            kind=row.kind,
            other_id=row.related_id if row.donor_id == donor_id else row.donor_id,
            other_name=name,
            is_from=row.donor_id == donor_id,
            note=row.note or "",
        )
        for row, name in rows
    ]


def _note(
    session: Session,
    donor_id: int,
    action: str,
    detail: Mapping[str, object],
    actor: str,
    clock: Clock,
) -> None:
    trail.record(
        session, actor=actor, clock=clock, action=action, subject=f"donor:{donor_id}", detail=detail
    )
