"""The monthly run: one voucher for all depreciation and amortisation of a month, once."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from foundation.assets import card_changes, cards, posting, schedule, standing, steps
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
from ledger.vouchers import Voucher


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


class Skipped(StrEnum):
    """Why an asset bears nothing in a month."""

    NOT_BEGUN = "not_begun"
    FULLY_CHARGED = "fully_charged"
    GONE = "gone"
    CHARGED_BEFORE = "charged_before"


@dataclass(frozen=True, slots=True)
class MonthView:
    """A month as it is charged, or would be; of one that is run, what it charged."""

    run: DepreciationRun | None
    charges: tuple[Charge, ...]
    skipped: tuple[tuple[AssetCard, Skipped], ...]
    # A later month is charged, so this one can no longer be.
    later: int | None

    @property
    def total_minor(self) -> int:
        return sum(charge.amount_minor for charge in self.charges)


def period_of(text: str) -> int:
    """Read a month such as `2026-03`. Raises InvalidInput."""
    digits = text.strip().replace("-", "")
    is_month = digits.isascii() and digits.isdigit() and len(digits) == 6
    if not is_month or not 1 <= int(digits[4:]) <= 12 or int(digits[:4]) < 1:
        raise InvalidInput(field="会计期间", reason="应写作 2026-03")
    return int(digits)


def preview(session: Session, period: int) -> MonthView:
    """Return what a month charges and what it leaves out, and why."""
    made = session.get(DepreciationRun, period)
    later = session.execute(
        select(func.max(DepreciationRun.period_id)).where(DepreciationRun.period_id > period)
    ).scalar()
    everything = session.execute(select(AssetCard).order_by(AssetCard.number)).scalars().all()
    if made is not None:
        amounts = {
            row.card_id: row.amount_minor
            for row in session.execute(
                select(DepreciationLine.card_id, DepreciationLine.amount_minor).where(
                    DepreciationLine.period_id == period
                )
            )
        }
        found = [Charge(card, amounts[card.id]) for card in everything if card.id in amounts]
    else:
        found = [] if later is not None else list(charges(session, period))
    borne = {charge.card.id for charge in found}
    gone = set(session.execute(select(AssetDisposal.card_id)).scalars())
    left = [
        (card, _reason(card, period, is_gone=card.id in gone))
        for card in everything
        if card.id not in borne
    ]
    return MonthView(made, tuple(found), tuple(left), later)


def _reason(card: AssetCard, period: int, *, is_gone: bool) -> Skipped:
    if is_gone:
        return Skipped.GONE
    months = schedule.months_charged(card.kind, card.acquired_on, period)
    if months == 0:
        return Skipped.NOT_BEGUN
    return Skipped.FULLY_CHARGED if months >= card.life_months else Skipped.CHARGED_BEFORE


def charges(session: Session, period: int) -> Sequence[Charge]:
    """Return what every asset is to bear in a month, with what earlier months left out."""
    already = cards.charged(session)
    year, month = divmod(period, 100)
    last_day = date(year, month, monthrange(year, month)[1])
    changes = card_changes.changes_of(session, upto=last_day)
    gone = {
        row.card_id: row.disposed_on
        for row in session.execute(select(AssetDisposal.card_id, AssetDisposal.disposed_on))
    }
    found = []
    for card in session.execute(select(AssetCard).order_by(AssetCard.number)).scalars():
        left_on = gone.get(card.id)
        if left_on is not None and not _bears(card, left_on, period):
            continue
        minor = standing.due(card, already.get(card.id, 0), period, changes.get(card.id, ()))
        if minor:
            found.append(Charge(card, minor))
    return found


def _bears(card: AssetCard, left_on: date, period: int) -> bool:
    """A fixed asset that left bears the month it left in ([M])."""
    month = left_on.year * 100 + left_on.month
    return period <= month if card.kind is AssetKind.FIXED else period < month


def run(
    session: Session, period: int, *, voucher: str | None = None, actor: str, clock: Clock
) -> DepreciationRun:
    """Charge a month: draft its one voucher on the last day, submitted for review.

    `voucher` names one of the same month and total that was posted before the register began.
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
    total = sum(charge.amount_minor for charge in found)
    draft = posting.depreciation(
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
        voucher_id=_taken_over(session, voucher, period, total)
        if voucher
        else steps.book(session, draft, actor=actor, clock=clock),
        total_minor=total,
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


def _taken_over(session: Session, text: str, period: int, total: int) -> int:
    key = steps.find_voucher(session, text)
    head = session.get_one(Voucher, key)
    if head.period_id != period or head.total_minor != total:
        raise InvalidInput(
            field="凭证", reason=f"应为 {text_of(period)} 合计 {to_text(total)} 的凭证"
        )
    return key


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
