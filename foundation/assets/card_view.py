"""One asset with everything that belongs to it, as its page and the API show it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.assets import card_list, cards, schedule
from foundation.assets.card_list import CardLine
from foundation.assets.change_models import AssetChange
from foundation.assets.models import AssetCard, AssetDisposal, DepreciationLine, DepreciationRun
from foundation.books import voucher_view
from foundation.gifts.models import Gift, reference
from ledger.vouchers import VoucherFile


@dataclass(frozen=True, slots=True)
class Charged:
    """What one month bore, and the voucher that booked it."""

    period: int
    amount_minor: int
    voucher_id: int


@dataclass(frozen=True, slots=True)
class Paper:
    """A stored source document of one of its vouchers."""

    voucher_id: int
    file_id: int
    name: str


@dataclass(frozen=True, slots=True)
class CardView:
    """A card with its life. `labels` name its vouchers."""

    line: CardLine
    card: AssetCard
    gift: str | None
    charged: tuple[Charged, ...]
    changes: tuple[AssetChange, ...]
    improvements: Mapping[int, str]
    # The number of the asset that this card improves.
    improves: str | None
    disposal: AssetDisposal | None
    labels: Mapping[int, str]
    papers: tuple[Paper, ...]
    monthly_minor: int
    months_left: int


def get_view(session: Session, number: str, *, today: date) -> CardView:
    """Return an asset by its number. Raises UnknownThing."""
    card = cards.find(session, number)
    (line,) = card_list.lines(session, [card.id])
    changes = tuple(cards.changes_of_card(session, card.id))
    charged = tuple(
        Charged(row.period_id, row.amount_minor, row.voucher_id)
        for row in session.execute(
            select(
                DepreciationLine.period_id,
                DepreciationLine.amount_minor,
                DepreciationRun.voucher_id,
            )
            .join(DepreciationRun, DepreciationRun.period_id == DepreciationLine.period_id)
            .where(DepreciationLine.card_id == card.id)
            .order_by(DepreciationLine.period_id)
        )
    )
    disposal = session.get(AssetDisposal, card.id)
    keys = [one.voucher_id for one in charged]
    keys += [one.voucher_id for one in changes if one.voucher_id is not None]
    keys += [disposal.voucher_id] if disposal is not None else []
    gift = session.get(Gift, card.gift_id) if card.gift_id is not None else None
    keys += [gift.voucher_id] if gift is not None else []
    done = schedule.months_charged(card.kind, card.acquired_on, today.year * 100 + today.month)
    left = max(0, card.life_months - done)
    base = line.standing.net_minor - line.standing.residual_minor
    return CardView(
        line=line,
        card=card,
        gift=reference(gift.id, gift.received_on) if gift is not None else None,
        charged=charged,
        changes=changes,
        improvements=_numbers(session, [one.improvement_id for one in changes]),
        improves=_improved(session, card.id),
        disposal=disposal,
        labels=voucher_view.find_labels(session, keys),
        papers=_papers(session, keys),
        monthly_minor=(card.cost_minor - card.residual_minor) // card.life_months
        if not changes
        else (base // left if left else 0),
        months_left=left,
    )


def _numbers(session: Session, keys: list[int | None]) -> dict[int, str]:
    rows = session.execute(
        select(AssetCard.id, AssetCard.number)
        .where(AssetCard.id.in_([key for key in keys if key is not None]))
        .order_by(AssetCard.id)
    )
    return {row.id: row.number for row in rows}


def _improved(session: Session, card_id: int) -> str | None:
    return session.scalar(
        select(AssetCard.number)
        .join(AssetChange, AssetChange.card_id == AssetCard.id)
        .where(AssetChange.improvement_id == card_id)
    )


def _papers(session: Session, keys: list[int]) -> tuple[Paper, ...]:
    rows = session.execute(
        select(VoucherFile.id, VoucherFile.voucher_id, VoucherFile.file_name)
        .where(VoucherFile.voucher_id.in_(keys))
        .order_by(VoucherFile.voucher_id, VoucherFile.id)
    )
    return tuple(Paper(row.voucher_id, row.id, row.file_name) for row in rows)
