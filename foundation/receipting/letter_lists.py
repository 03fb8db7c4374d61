"""Lists of letters for pages, API and commands. Nothing is written here."""

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from foundation.donors import aliases
from foundation.gifts.models import Gift
from foundation.receipting.models import GiftLetter
from receipts.content import Kind
from receipts.models import Letter, LetterRender, LetterSeries, LetterState, RenderMark


@dataclass(frozen=True, slots=True)
class LetterFilter:
    """Which letters are wanted; everything unless narrowed. `year` is that of the number."""

    kind: Kind | None = None
    state: LetterState | None = None
    year: int | None = None
    gift_id: int | None = None
    batch_id: int | None = None
    donor_id: int | None = None
    references: tuple[str, ...] = ()
    text: str = ""
    is_drawn: bool | None = None


@dataclass(frozen=True, slots=True)
class LetterRow:
    """A letter in a list; `is_drawn` tells whether its file was made."""

    id: int
    kind: Kind
    reference: str
    issued_on: date
    issued_by: str
    recipient: str
    total_minor: int
    state: LetterState
    is_drawn: bool


def list_letters(
    session: Session,
    wanted: LetterFilter,
    *,
    limit: int,
    after_id: int = 0,
    latest_first: bool = False,
) -> list[LetterRow]:
    """Return letters in the order in which they were issued, or the other way round."""
    conditions = _conditions(wanted)
    if after_id:
        conditions.append(Letter.id < after_id if latest_first else Letter.id > after_id)
    rows = session.execute(
        select(
            Letter.id,
            Letter.kind,
            Letter.reference,
            Letter.issued_on,
            Letter.issued_by,
            Letter.recipient_name.label("recipient"),
            Letter.total_minor,
            Letter.state,
            _drawn().label("is_drawn"),
        )
        .where(*conditions)
        .order_by(Letter.id.desc() if latest_first else Letter.id)
        .limit(limit)
    )
    return [LetterRow(**row._asdict()) for row in rows]


def count_letters(session: Session, wanted: LetterFilter) -> tuple[int, int]:
    """Return how many letters a filter finds, and the amount of those that stand."""
    conditions = _conditions(wanted)
    count = session.execute(select(func.count()).select_from(Letter).where(*conditions)).scalar()
    total = session.execute(
        select(func.sum(Letter.total_minor)).where(Letter.state == LetterState.ISSUED, *conditions)
    ).scalar()
    return int(count or 0), int(total or 0)


def letter_ids(session: Session, wanted: LetterFilter) -> list[int]:
    """Return the keys of the letters that a filter finds, as they were issued."""
    query = select(Letter.id).where(*_conditions(wanted)).order_by(Letter.id)
    return list(session.execute(query).scalars())


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """A series of a year: its numbers run from 1 to `last` when `count` is the same."""

    kind: Kind
    year: int
    last: int
    count: int
    standing: int
    replaced: int
    cancelled: int

    @property
    def has_no_gap(self) -> bool:
        """Whether every number up to the last is there, once."""
        return self.count == self.last


def list_series(session: Session) -> list[SeriesRow]:
    """Return the series by year and kind, with what became of their numbers."""

    def count(state: LetterState) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((Letter.state == state, 1), else_=0)), 0)

    rows = session.execute(
        select(
            LetterSeries.kind,
            LetterSeries.year,
            LetterSeries.last_number,
            func.count(func.distinct(Letter.number)),
            count(LetterState.ISSUED),
            count(LetterState.REPLACED),
            count(LetterState.CANCELLED),
        )
        .outerjoin(
            Letter,
            (Letter.kind == LetterSeries.kind)
            & (Letter.year == LetterSeries.year)
            & Letter.number.between(1, LetterSeries.last_number),
        )
        .group_by(LetterSeries.kind, LetterSeries.year, LetterSeries.last_number)
        .order_by(LetterSeries.year.desc(), LetterSeries.kind)
    )
    return [
        SeriesRow(kind, year, *(int(value) for value in counts)) for kind, year, *counts in rows
    ]


def undrawn(wanted: LetterFilter) -> LetterFilter:
    """Narrow a filter to letters that stand and whose file was not made yet."""
    if wanted.state not in (None, LetterState.ISSUED):
        # What ended without a file never gets one: nothing is found.
        return replace(wanted, references=("",), is_drawn=False)
    return replace(wanted, state=LetterState.ISSUED, is_drawn=False)


def _drawn() -> ColumnElement[bool]:
    return (
        select(LetterRender.id)
        .where(LetterRender.letter_id == Letter.id, LetterRender.mark == RenderMark.ORIGINAL)
        .exists()
    )


def _conditions(wanted: LetterFilter) -> list[ColumnElement[bool]]:
    compared = (
        (Letter.kind, wanted.kind),
        (Letter.state, wanted.state),
        (Letter.year, wanted.year),
    )
    conditions: list[ColumnElement[bool]] = [
        column == value for column, value in compared if value is not None
    ]
    if wanted.references:
        conditions.append(Letter.reference.in_(wanted.references))
    if wanted.text:
        found = Letter.reference.contains(wanted.text, autoescape=True)
        conditions.append(found | Letter.recipient_name.contains(wanted.text, autoescape=True))
    if wanted.is_drawn is not None:
        conditions.append(_drawn() if wanted.is_drawn else ~_drawn())
    of_gifts: list[ColumnElement[bool]] = []
    if wanted.gift_id is not None:
        of_gifts.append(Gift.id == wanted.gift_id)
    if wanted.batch_id is not None:
        of_gifts.append(Gift.batch_id == wanted.batch_id)
    if wanted.donor_id is not None:
        of_gifts.append(Gift.donor_id.in_(aliases.same_as(wanted.donor_id)))
    if of_gifts:
        speaking = (
            select(GiftLetter.letter_id).join(Gift, Gift.id == GiftLetter.gift_id).where(*of_gifts)
        )
        conditions.append(Letter.id.in_(speaking))
    return conditions
