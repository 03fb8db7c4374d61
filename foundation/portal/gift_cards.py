"""Gifts as their donor sees them: amount, fund, state in plain words, papers, deduction status."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from foundation.gifts import queries
from foundation.gifts.filtering import ended_kind, refunded
from foundation.gifts.kinds import GiftKind, GiftState
from foundation.gifts.models import Gift, GiftAllocation, reference
from foundation.http.languages import mark
from foundation.organisation import qualification
from foundation.organisation.qualification import Answer
from foundation.portal import papers
from foundation.portal.papers import BillCard, LetterCard
from foundation.portal.visitors import Visitor
from ledger.errors import NotFound
from ledger.funds import Fund
from ledger.money import grouped
from ledger.vouchers import Voucher

# What the states of the books mean to somebody who is no bookkeeper.
STATES = {
    GiftState.DRAFT: (mark("已收到，正在入账"), "waiting"),
    GiftState.SUBMITTED: (mark("已收到，正在入账"), "waiting"),
    GiftState.REVIEWED: (mark("已收到，正在入账"), "waiting"),
    GiftState.POSTED: (mark("已收到并入账"), "done"),
    GiftState.PARTLY_REFUNDED: (mark("已退回一部分"), "plain"),
    GiftState.REFUNDED: (mark("已全部退回"), "muted"),
    GiftState.CANCELLED: (mark("登记已撤销"), "muted"),
    GiftState.CORRECTED: (mark("登记已更正，以新记录为准"), "muted"),
}
_OVER = frozenset({GiftState.CANCELLED, GiftState.CORRECTED})


class UnknownOwnGift(NotFound):
    """There is no such gift among those of the visitor."""

    code = "unknown_own_gift"
    message = "您的捐赠中没有 {gift}"


@dataclass(frozen=True, slots=True)
class FundPart:
    """The part of a gift that went to a fund."""

    code: str
    name: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class GiftCard:
    """A gift as its donor sees it."""

    id: int
    reference: str
    donor_name: str
    received_on: date
    kind: GiftKind
    amount_minor: int
    left_minor: int
    state: GiftState
    is_anonymous: bool
    original: str
    item: str
    funds: tuple[FundPart, ...]
    letters: tuple[LetterCard, ...]
    bills: tuple[BillCard, ...]
    deduction: Answer

    @property
    def is_over(self) -> bool:
        """Whether the record was undone, so that the gift does not count."""
        return self.state in _OVER


def own_gifts(session: Session, visitor: Visitor) -> list[GiftCard]:
    """Return the gifts that a visitor may see, the latest first."""
    return _cards(session, visitor, _own(visitor))


def own_gift(session: Session, visitor: Visitor, text: str) -> GiftCard:
    """Return one gift of the visitor by its reference. Raises UnknownOwnGift."""
    found = _cards(session, visitor, [*_own(visitor), *_named(text)])
    for card in found:
        if card.reference == text:
            return card
    raise UnknownOwnGift(gift=text)


def own_keys(session: Session, visitor: Visitor) -> set[int]:
    """Return the keys of the gifts that a visitor may see."""
    return set(session.execute(select(Gift.id).where(*_own(visitor)).order_by(Gift.id)).scalars())


def _own(visitor: Visitor) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Gift.donor_id.in_(visitor.family)]
    if visitor.is_limited:
        conditions.append(Gift.id.in_(visitor.letter_gifts))
    return conditions


def _named(text: str) -> list[ColumnElement[bool]]:
    digits = text.rpartition("-")[2]
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= 18
    return [Gift.id == (int(digits) if is_number else 0)]


def _cards(
    session: Session, visitor: Visitor, conditions: Sequence[ColumnElement[bool]]
) -> list[GiftCard]:
    rows: Any = session.execute(
        select(Gift, Voucher.state, ended_kind().label("ended"), refunded().label("refunded"))
        .join(Voucher, Voucher.id == Gift.voucher_id)
        .where(*conditions)
        .order_by(Gift.received_on.desc(), Gift.id.desc())
    ).all()
    keys = [row.Gift.id for row in rows]
    funds = _funds(session, keys)
    letters = papers.letters_of(session, keys, only=visitor.letter_id)
    bills = papers.bills_of(session, keys)
    periods = qualification.list_periods(session)
    return [
        _card(
            row,
            funds.get(row.Gift.id, ()),
            letters.get(row.Gift.id, ()),
            bills.get(row.Gift.id, ()),
            # Asked anew each time: a list may be published long after the gift.
            qualification.answer(periods, row.Gift.received_on),
        )
        for row in rows
    ]


def _card(
    row: Any,
    funds: tuple[FundPart, ...],
    letters: tuple[LetterCard, ...],
    bills: tuple[BillCard, ...],
    deduction: Answer,
) -> GiftCard:
    gift = row.Gift
    state = queries.state_of(row.state, row.ended, gift.amount_minor, int(row.refunded))
    original = ""
    if gift.original_minor is not None and gift.original_currency is not None:
        original = (
            f"{gift.original_currency} {grouped(gift.original_minor, gift.original_currency)}"
        )
    return GiftCard(
        id=gift.id,
        reference=reference(gift.id, gift.received_on),
        donor_name=gift.donor_name,
        received_on=gift.received_on,
        kind=gift.kind,
        amount_minor=gift.amount_minor,
        left_minor=0 if state in _OVER else gift.amount_minor - int(row.refunded),
        state=state,
        is_anonymous=gift.is_anonymous,
        original=original,
        item=" ".join(filter(None, (gift.item, gift.quantity))),
        funds=funds,
        letters=letters,
        bills=bills,
        deduction=deduction,
    )


def _funds(session: Session, keys: Sequence[int]) -> dict[int, tuple[FundPart, ...]]:
    found: dict[int, tuple[FundPart, ...]] = {}
    query = (
        select(GiftAllocation.gift_id, Fund.code, Fund.name, GiftAllocation.amount_minor)
        .join(Fund, Fund.id == GiftAllocation.fund_id)
        .where(GiftAllocation.gift_id.in_(keys))
        .order_by(GiftAllocation.gift_id, Fund.code)
    )
    for gift_id, code, name, minor in session.execute(query):
        found[gift_id] = (*found.get(gift_id, ()), FundPart(code, name, minor))
    return found
