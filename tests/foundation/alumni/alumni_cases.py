"""Alumni lists as colleges write them, and how they are read."""

from typing import Any

from sqlalchemy import Engine, select

from foundation import database
from foundation.alumni import importing, proposing, queries
from foundation.alumni.importing import Examined, Imported, Wanted
from foundation.alumni.models import AlumnusMatch
from foundation.alumni.queries import MatchRow
from foundation.donors import facts
from foundation.donors.models import AlumniClass, DonorKind
from foundation.donors.service import DonorRef
from foundation.imports import reading
from tests.factories import CLOCK, PREPARER
from tests.foundation.donors import donor_cases

COLLEGE = "资源环境学院"
HEADER = "姓名,学院,班级,入学年份,学号,手机,邮箱"
LIN = f"林晓舟,{COLLEGE},农学1班,2008,2008010101,13900000001,lin@example.org"
ZHOU = f"周知秋,{COLLEGE},农学1班,2008,2008010102,13900000002,"
LU = f"陆行远,{COLLEGE},农学2班,2009,,,lu@example.org"


def csv(*rows: str, header: str = HEADER) -> bytes:
    """Return a list as a file."""
    return "\r\n".join([header, *rows]).encode()


def read(engine: Engine, data: bytes, name: str = "名单.csv", **wanted: Any) -> Imported:
    """Import a list."""
    source = reading.open_register(data, name)
    with database.transaction(engine) as session:
        return importing.run(session, source, Wanted(**wanted), actor=PREPARER, clock=CLOCK)


def look(engine: Engine, data: bytes, name: str = "名单.csv", **wanted: Any) -> Examined:
    """Look at a list without writing."""
    source = reading.open_register(data, name)
    with database.reading(engine) as session:
        return importing.examine(session, source, Wanted(**wanted), clock=CLOCK)


def donor(engine: Engine, name: str = "林晓舟", **changes: Any) -> DonorRef:
    """Record a person who gave."""
    entry = donor_cases.given(name=name, kind=DonorKind.PERSON, **changes)
    return donor_cases.record(engine, entry)


def proposals(engine: Engine) -> list[MatchRow]:
    """Return what waits for somebody's eyes."""
    with database.reading(engine) as session:
        return queries.matches(session)


def scores(engine: Engine) -> dict[int, tuple[int, tuple[str, ...]]]:
    """Return scores and reasons by donor."""
    return {row.donor_id: (row.score, row.reasons) for row in proposals(engine)}


def decide(engine: Engine, match_id: int, *, is_same: bool = True) -> None:
    """Confirm or decline a proposal."""
    act = proposing.confirm if is_same else proposing.decline
    with database.transaction(engine) as session:
        act(session, match_id, actor=PREPARER, clock=CLOCK)


def confirm_sure(engine: Engine) -> int:
    """Confirm all that are sure."""
    with database.transaction(engine) as session:
        return proposing.confirm_sure(session, actor=PREPARER, clock=CLOCK)


def matches(engine: Engine) -> list[AlumnusMatch]:
    """Return every proposal."""
    with database.reading(engine) as session:
        return list(session.execute(select(AlumnusMatch).order_by(AlumnusMatch.id)).scalars())


def members(engine: Engine) -> dict[tuple[str, int], int | None]:
    """Return how many there are of each class."""
    with database.reading(engine) as session:
        rows = session.execute(select(AlumniClass).order_by(AlumniClass.id)).scalars()
        return {(row.class_name, row.year): row.member_count for row in rows}


def classes_of(engine: Engine, who: DonorRef) -> list[str]:
    """Return the classes of a donor."""
    with database.reading(engine) as session:
        return [fact.class_name for fact in facts.classes_of(session, who.id)]
