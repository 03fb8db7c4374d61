"""One letter of our own with everything that belongs to it, for pages and the API."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.gifts.models import Gift, reference
from foundation.receipting.models import GiftLetter
from receipts import letters
from receipts.content import Content
from receipts.models import Letter, LetterRender, LetterState, RenderMark


@dataclass(frozen=True, slots=True)
class SpokenGift:
    """A gift that a letter speaks of."""

    gift_id: int
    reference: str
    received_on: date
    amount_minor: int


@dataclass(frozen=True, slots=True)
class RenderView:
    """A file that was made of a letter."""

    mark: RenderMark
    digest: str
    size: int
    rendered_by: str
    rendered_at: datetime


@dataclass(frozen=True, slots=True)
class LetterView:
    """A letter, what it says, its gifts and its files."""

    letter: Letter
    content: Content
    gifts: tuple[SpokenGift, ...]
    renders: tuple[RenderView, ...]
    replaced_by: str
    replaces: str

    @property
    def stands(self) -> bool:
        """Whether it is in force."""
        return self.letter.state is LetterState.ISSUED

    @property
    def has_original(self) -> bool:
        """Whether its file was made."""
        return any(render.mark is RenderMark.ORIGINAL for render in self.renders)


def get_view(session: Session, text: str) -> LetterView:
    """Return a letter by its printed number. Raises UnknownLetter, TamperedContent."""
    letter = letters.get_letter(session, text)
    content = letters.content_of(letter)
    gifts = session.execute(
        select(Gift.id, Gift.received_on, GiftLetter.amount_minor)
        .join(GiftLetter, GiftLetter.gift_id == Gift.id)
        .where(GiftLetter.letter_id == letter.id)
        .order_by(Gift.received_on, Gift.id)
    )
    renders = session.execute(
        select(
            LetterRender.mark,
            LetterRender.digest,
            LetterRender.size,
            LetterRender.rendered_by,
            LetterRender.rendered_at,
        )
        .where(LetterRender.letter_id == letter.id)
        .order_by(LetterRender.id)
    )
    successor = ""
    if letter.replaced_by_id is not None:
        successor = session.get_one(Letter, letter.replaced_by_id).reference
    return LetterView(
        letter=letter,
        content=content,
        gifts=tuple(
            SpokenGift(row.id, reference(row.id, row.received_on), row.received_on, row[2])
            for row in gifts
        ),
        renders=tuple(RenderView(**row._asdict()) for row in renders),
        replaced_by=successor,
        replaces=content.replaces,
    )
