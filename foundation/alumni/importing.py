"""Read an alumni list into the register: all of it or nothing, and nothing twice.

The same person of the same class is one row, told by the student number where there is one, else
by name and occurrence: two people of one class with one name stay two. A list read again adds
nobody. Whom a person may be among the donors is worked out at once and kept as proposals.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.alumni import columns, proposing, rows
from foundation.alumni.columns import Layout, NoListFound
from foundation.alumni.models import AlumniList, Alumnus
from foundation.alumni.rows import AlumnusRow, WrongRow
from foundation.donors.models import AlumniClass
from foundation.imports.cells import Row
from foundation.imports.reading import Source
from ledger import trail
from ledger.clock import Clock
from ledger.errors import InvalidInput
from ledger.orm import bulk_insert, chunks, reserve_ids

SEARCHED_ROWS = 60
_CHUNK = 5_000
_SHOWN = 200
_COLUMNS = (
    "id",
    "list_id",
    "list_row",
    "class_id",
    "name",
    "name_key",
    "student_number",
    "phone",
    "email",
    "fingerprint",
)
_CLASS_COLUMNS = ("id", "college", "class_name", "year", "member_count")


@dataclass(frozen=True, slots=True)
class Wanted:
    """How to read a list. `college` for one that has no such column."""

    college: str = ""
    sheet: str | None = None
    layout: Layout | None = None


@dataclass(frozen=True, slots=True)
class Examined:
    """What a list holds, before anything is written."""

    layout: Layout
    people: tuple[AlumnusRow, ...]
    wrong: tuple[WrongRow, ...]
    # People of the list who are not in the register yet, by fingerprint.
    new: Mapping[str, AlumnusRow]
    classes: int


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did."""

    list_id: int | None
    rows: int
    added: int
    known: int
    classes: int
    proposed: int


class RowsRefused(InvalidInput):
    """Some rows cannot be read; nothing was imported."""

    code = "alumni_rows_refused"
    message = "有 {count} 行无法识别，没有导入任何内容：{reasons}"


def layout_of(source: Source, wanted: Wanted) -> tuple[Layout, list[Row]]:
    """Return how a list is read, and its first rows. Raises NoListFound, SheetNotFound."""
    head = list(islice(source.rows(wanted.sheet), SEARCHED_ROWS))
    found = wanted.layout or columns.find(head)
    if found is None:
        raise NoListFound(filename=source.filename, searched=SEARCHED_ROWS)
    return found, head


def examine(session: Session, source: Source, wanted: Wanted, *, clock: Clock) -> Examined:
    """Read a list and say what is in it. Raises NoListFound and what the file raises."""
    layout, _ = layout_of(source, wanted)
    read = rows.read(
        enumerate(source.rows(wanted.sheet), start=1),
        layout,
        college=wanted.college.strip(),
        this_year=clock.today().year,
    )
    people: list[AlumnusRow] = []
    wrong: list[WrongRow] = []
    for found in read:
        if isinstance(found, WrongRow):
            wrong.append(found)
        else:
            people.append(found)
    by_mark = dict(_marked(people))
    known = _known(session, list(by_mark))
    return Examined(
        layout=layout,
        people=tuple(people),
        wrong=tuple(wrong),
        new={mark: person for mark, person in by_mark.items() if mark not in known},
        classes=len({(p.college, p.class_name, p.year) for p in people}),
    )


def run(session: Session, source: Source, wanted: Wanted, *, actor: str, clock: Clock) -> Imported:
    """Import a list whole. Raises RowsRefused with what is wrong in which row."""
    examined = examine(session, source, wanted, clock=clock)
    if examined.wrong:
        raise RowsRefused(
            count=len(examined.wrong),
            reasons="；".join(f"第 {row.number} 行{row.reason}" for row in examined.wrong[:5]),
        )
    if not examined.people:
        raise InvalidInput(field="文件", reason="名单中没有校友")
    size = len(examined.people)
    if not examined.new:
        return Imported(None, size, 0, size, examined.classes, 0)
    made = AlumniList(
        file_name=source.filename,
        digest=source.digest,
        row_count=size,
        added_count=len(examined.new),
        imported_by=actor,
        imported_at=clock.now(),
    )
    session.add(made)
    session.flush()
    classes = _classes(session, list(examined.new.values()))
    keys = _write(session, made.id, examined.new, classes)
    _count_members(session, sorted(set(classes.values())))
    proposed = proposing.propose_for(session, keys)
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="alumni.import",
        subject=f"alumni-list:{made.id}",
        detail={"digest": source.digest, "rows": size, "added": len(examined.new)},
    )
    return Imported(
        made.id, size, len(examined.new), size - len(examined.new), examined.classes, proposed
    )


def _marked(people: Sequence[AlumnusRow]) -> Iterator[tuple[str, AlumnusRow]]:
    seen: Counter[tuple[object, ...]] = Counter()
    for person in people:
        place = (person.college, person.class_name, person.year)
        if person.student_number:
            said: tuple[object, ...] = (*place, "#", person.student_number)
        else:
            named = (*place, person.name.casefold())
            seen[named] += 1
            said = (*named, seen[named])
        yield hashlib.sha256(repr(said).encode()).hexdigest(), person


def _known(session: Session, marks: list[str]) -> set[str]:
    found: set[str] = set()
    for part in chunks(marks, _CHUNK):
        query = select(Alumnus.fingerprint).where(Alumnus.fingerprint.in_(part))
        found |= set(session.execute(query.order_by(Alumnus.fingerprint)).scalars())
    return found


def _classes(session: Session, people: Sequence[AlumnusRow]) -> dict[tuple[str, str, int], int]:
    wanted = {(person.college, person.class_name, person.year) for person in people}
    known = {
        (row.college, row.class_name, row.year): row.id
        for row in session.execute(
            select(
                AlumniClass.id, AlumniClass.college, AlumniClass.class_name, AlumniClass.year
            ).order_by(AlumniClass.id)
        )
    }
    missing = sorted(wanted - known.keys())
    connection = session.connection()
    table = AlumniClass.__table__
    keys = reserve_ids(connection, table, len(missing))  # type: ignore[arg-type]
    bulk_insert(
        connection,
        table,  # type: ignore[arg-type]
        _CLASS_COLUMNS,
        [(key, *place, None) for key, place in zip(keys, missing, strict=True)],
    )
    known |= dict(zip(missing, keys, strict=True))
    return {place: known[place] for place in wanted}


def _write(
    session: Session,
    list_id: int,
    new: Mapping[str, AlumnusRow],
    classes: Mapping[tuple[str, str, int], int],
) -> list[int]:
    connection = session.connection()
    table = Alumnus.__table__
    keys = reserve_ids(connection, table, len(new))  # type: ignore[arg-type]
    bulk_insert(
        connection,
        table,  # type: ignore[arg-type]
        _COLUMNS,
        [
            (
                key,
                list_id,
                person.number,
                classes[(person.college, person.class_name, person.year)],
                person.name,
                person.name.casefold(),
                person.student_number or None,
                person.phone or None,
                person.email or None,
                mark,
            )
            for key, (mark, person) in zip(keys, new.items(), strict=True)
        ],
    )
    return keys


def _count_members(session: Session, class_ids: Sequence[int]) -> None:
    """A class has at least as many members as lists name; a greater number stays as stated."""
    counted: dict[int, int] = {}
    for part in chunks(class_ids, _CHUNK):
        rows_of = session.execute(
            select(Alumnus.class_id, func.count())
            .where(Alumnus.class_id.in_(part))
            .group_by(Alumnus.class_id)
            .order_by(Alumnus.class_id)
        )
        counted |= {key: int(count) for key, count in rows_of}
    for part in chunks(class_ids, _CHUNK):
        found = session.execute(
            select(AlumniClass).where(AlumniClass.id.in_(part)).order_by(AlumniClass.id)
        ).scalars()
        for row in found:
            row.member_count = max(row.member_count or 0, counted.get(row.id, 0)) or None
    session.flush()


def reasons_of(wrong: Sequence[WrongRow]) -> list[WrongRow]:
    """Return the rows to show of those that cannot be read."""
    return list(wrong[:_SHOWN])
