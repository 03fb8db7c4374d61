"""The monthly run: one voucher for all depreciation and amortisation of a month, once."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from foundation.assets import cards, posting, steps
from foundation.assets.models import (
    AssetCard,
    AssetDisposal,
    AssetKind,
    DepreciationLine,
    DepreciationRun,
)
from ledger import catalogue
from ledger.clock import Clock
from ledger.errors import Conflict, InvalidInput
from ledger.money import to_text
from ledger.periods import text_of


class AlreadyRun(Conflict):
    """A month is charged once."""

    code = "depreciation_already_run"
    message = "{period} 已计提折旧和摊销"


class LaterRun(Conflict):
    """Months are charged in their order."""

    code = "depreciation_out_of_order"
    message = "{later} 已计提，不能再计提 {period}"


class NothingDue(Conflict):
    """No asset bears anything in this month."""

    code = "depreciation_nothing_due"
    message = "{period} 没有需要计提的折旧或摊销"


@dataclass(frozen=True, slots=True)
class Charge:
    """What one asset bears in a month."""

    card: AssetCard
    amount_minor: int


def charges(session: Session, period: int) -> Sequence[Charge]:
    """Return what every asset is to bear in a month, with what earlier months left out."""
    already = cards.charged(session)
    gone = {
        row.card_id: row.disposed_on
        for row in session.execute(select(AssetDisposal.card_id, AssetDisposal.disposed_on))
    }
    found = []
    for card in session.execute(select(AssetCard).order_by(AssetCard.number)).scalars():
        left_on = gone.get(card.id)
        if left_on is not None and not _bears(card, left_on, period):
            continue
        minor = cards.due(card, already.get(card.id, 0), period)
        if minor:
            found.append(Charge(card, minor))
    return found


def _bears(card: AssetCard, left_on: date, period: int) -> bool:
    """A fixed asset that left bears the month it left in ([M])."""
    month = left_on.year * 100 + left_on.month
    return period <= month if card.kind is AssetKind.FIXED else period < month


def run(session: Session, period: int, *, actor: str, clock: Clock) -> DepreciationRun:
    """Charge a month: draft its one voucher on the last day, submitted for review.

    Raises AlreadyRun, LaterRun, NothingDue, UnknownPeriod, PeriodClosed, InvalidInput.
    """
    known = catalogue.load(session)
    known.period(period)
    year, month = divmod(period, 100)
    today = clock.today()
    if not 1 <= month <= 12 or period > today.year * 100 + today.month:
        raise InvalidInput(field="会计期间", reason="不能晚于本月")
    last = session.execute(select(func.max(DepreciationRun.period_id))).scalar()
    if last == period:
        raise AlreadyRun(period=text_of(period))
    if last is not None and last > period:
        raise LaterRun(period=text_of(period), later=text_of(last))
    found = charges(session, period)
    if not found:
        raise NothingDue(period=text_of(period))
    on = date(year, month, monthrange(year, month)[1])
    voucher = posting.depreciation(
        known,
        steps.event(on, f"计提{text_of(period)}固定资产折旧、无形资产摊销"),
        [
            (
                charge.card.expense_tag,
                steps.account_on(known, charge.card.account_id, on),
                charge.card.fund_id,
                charge.amount_minor,
            )
            for charge in found
        ],
    )
    made = DepreciationRun(
        period_id=period,
        voucher_id=steps.book(session, voucher, actor=actor, clock=clock),
        total_minor=sum(charge.amount_minor for charge in found),
        created_by=actor,
        created_at=clock.now(),
    )
    session.add(made)
    session.flush()
    session.add_all(
        DepreciationLine(period_id=period, card_id=charge.card.id, amount_minor=charge.amount_minor)
        for charge in found
    )
    session.flush()
    steps.note(
        session,
        "asset.depreciate",
        f"depreciation:{period}",
        actor=actor,
        clock=clock,
        total=to_text(made.total_minor),
        count=len(found),
    )
    return made


def undo(session: Session, period: int, *, actor: str, clock: Clock) -> None:
    """Take the last run back once its voucher was discarded or reversed.

    Raises UnknownThing, LaterRun, StillBooked.
    """
    made = session.get(DepreciationRun, period)
    if made is None:
        raise steps.UnknownThing(number=text_of(period))
    last = session.execute(select(func.max(DepreciationRun.period_id))).scalar_one()
    if last != period:
        raise LaterRun(period=text_of(period), later=text_of(last))
    steps.require_gone(session, made.voucher_id)
    session.execute(delete(DepreciationLine).where(DepreciationLine.period_id == period))
    session.delete(made)
    session.flush()
    steps.note(
        session, "asset.undo_depreciation", f"depreciation:{period}", actor=actor, clock=clock
    )
