"""Lists of letters for pages, API and commands. Nothing is written here."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from foundation.gifts.models import Gift
from foundation.receipting.models import GiftLetter
from receipts.content import Kind
from receipts.models import Letter, LetterRender, LetterState, RenderMark


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
    session: Session, wanted: LetterFilter, *, limit: int, after_id: int = 0
) -> list[LetterRow]:
    """Return letters in the order in which they were issued."""
    drawn = (
        select(LetterRender.id)
        .where(LetterRender.letter_id == Letter.id, LetterRender.mark == RenderMark.ORIGINAL)
        .exists()
    )
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
            drawn.label("is_drawn"),
        )
        .where(Letter.id > after_id, *_conditions(wanted))
        .order_by(Letter.id)
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


def _conditions(wanted: LetterFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.kind is not None:
        conditions.append(Letter.kind == wanted.kind)
    if wanted.state is not None:
        conditions.append(Letter.state == wanted.state)
    if wanted.year is not None:
        conditions.append(Letter.year == wanted.year)
    if wanted.references:
        conditions.append(Letter.reference.in_(wanted.references))
    if wanted.text:
        found = Letter.reference.contains(wanted.text, autoescape=True)
        conditions.append(found | Letter.recipient_name.contains(wanted.text, autoescape=True))
    of_gifts: list[ColumnElement[bool]] = []
    if wanted.gift_id is not None:
        of_gifts.append(Gift.id == wanted.gift_id)
    if wanted.batch_id is not None:
        of_gifts.append(Gift.batch_id == wanted.batch_id)
    if wanted.donor_id is not None:
        of_gifts.append(Gift.donor_id == wanted.donor_id)
    if of_gifts:
        speaking = (
            select(GiftLetter.letter_id).join(Gift, Gift.id == GiftLetter.gift_id).where(*of_gifts)
        )
        conditions.append(Letter.id.in_(speaking))
    return conditions
