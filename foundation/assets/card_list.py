"""The list of cards: finding, sorting, adding up. The state of a card follows from its register."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from foundation.assets import card_changes, cards, standing
from foundation.assets.models import AssetCard, AssetDisposal, AssetKind, Origin
from foundation.assets.standing import Standing
from foundation.http import lists
from foundation.http.lists import Page, PageRequest
from ledger.funds import Fund

DEFAULT_SORT = "number"
SUMS = ("cost", "charged", "impaired", "net")
_KEYS: dict[str, Any] = {
    "number": AssetCard.number,
    "name": AssetCard.name,
    "acquired_on": AssetCard.acquired_on,
    "used_by": AssetCard.used_by,
}


@dataclass(frozen=True, slots=True)
class CardFilter:
    """What a list is narrowed to; empty fields narrow nothing."""

    text: str = ""
    kind: AssetKind | None = None
    origin: Origin | None = None
    fund: str = ""
    # held, charged or gone
    state: str = ""


@dataclass(frozen=True, slots=True)
class CardLine:
    """A card in a list, as the register has it now; of one that is gone, what it was."""

    id: int
    number: str
    name: str
    kind: AssetKind
    acquired_on: date
    origin: Origin
    fund: str
    used_by: str
    custody: str
    life_months: int
    standing: Standing
    disposed_on: date | None
    address: str = ""

    @property
    def state(self) -> str:
        """held, charged or gone."""
        if self.disposed_on is not None:
            return "gone"
        is_charged = self.standing.net_minor <= self.standing.residual_minor
        return "charged" if is_charged else "held"


def search(session: Session, wanted: CardFilter, request: PageRequest) -> Page[CardLine]:
    """Return one part of a list. Raises BadCursor."""
    key = _KEYS[request.column or DEFAULT_SORT]
    keys = [key] if key is AssetCard.number else [key, AssetCard.number]
    columns = [AssetCard.id, *keys]
    rows = lists.page(
        session,
        select(*columns).join(Fund, Fund.id == AssetCard.fund_id).where(*_conditions(wanted)),
        keys=keys,
        request=request,
    )
    found = {line.id: line for line in lines(session, [row.id for row in rows.items])}
    return Page([found[row.id] for row in rows.items], rows.next)


def add_up(session: Session, wanted: CardFilter) -> tuple[int, dict[str, int]]:
    """Return how many cards there are and what they come to; what is gone comes to nothing."""
    query = (
        select(AssetCard.id)
        .join(Fund, Fund.id == AssetCard.fund_id)
        .where(*_conditions(wanted))
        .order_by(AssetCard.id)
    )
    found = lines(session, session.execute(query).scalars().all())
    held = [line.standing for line in found if line.disposed_on is None]
    sums = (
        sum(one.cost_minor for one in held),
        sum(one.charged_minor for one in held),
        sum(one.impaired_minor for one in held),
        sum(one.net_minor for one in held),
    )
    return len(found), dict(zip(SUMS, sums, strict=True))


def _conditions(wanted: CardFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    typed = wanted.text.replace("\x00", "").strip()
    if typed:
        columns = (AssetCard.number, AssetCard.name, AssetCard.used_by, AssetCard.custody)
        found.append(or_(*(column.contains(typed, autoescape=True) for column in columns)))
    if wanted.kind is not None:
        found.append(AssetCard.kind == wanted.kind)
    if wanted.origin is not None:
        found.append(AssetCard.origin == wanted.origin)
    if wanted.fund:
        found.append(Fund.code == wanted.fund)
    gone = select(AssetDisposal.card_id)
    if wanted.state:
        is_gone = AssetCard.id.in_(gone)
        found.append(is_gone if wanted.state == "gone" else ~is_gone)
    return found


def lines(session: Session, keys: Sequence[int]) -> list[CardLine]:
    """Return cards by their keys, in the order of their numbers."""
    runs, changes = cards.charged(session), card_changes.changes_of(session)
    rows = session.execute(
        select(AssetCard, Fund.code, AssetDisposal.disposed_on)
        .join(Fund, Fund.id == AssetCard.fund_id)
        .outerjoin(AssetDisposal, AssetDisposal.card_id == AssetCard.id)
        .where(AssetCard.id.in_(keys))
        .order_by(AssetCard.number)
    )
    return [
        CardLine(
            id=card.id,
            number=card.number,
            name=card.name,
            kind=card.kind,
            acquired_on=card.acquired_on,
            origin=card.origin,
            fund=fund,
            used_by=card.used_by,
            custody=card.custody,
            life_months=card.life_months,
            standing=standing.after(card, runs.get(card.id, 0), changes.get(card.id, ())),
            disposed_on=gone,
        )
        for card, fund, gone in rows
    ]
