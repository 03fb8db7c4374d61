"""Fixed and intangible assets: register a card, move it to another user, dispose of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.assets import posting, standing, steps
from foundation.assets.change_models import AssetChange
from foundation.assets.models import (
    AssetCard,
    AssetDisposal,
    AssetKind,
    DepreciationLine,
    Origin,
)
from foundation.assets.standing import Standing
from foundation.assets.steps import UnknownThing
from foundation.gifts.service import cash_flow_item
from ledger import catalogue
from ledger.clock import Clock
from ledger.errors import Conflict, InvalidInput
from ledger.money import MAX_MINOR, to_text
from ledger.vouchers import VoucherDraft

TAGS = {AssetKind.FIXED: "fixed_asset", AssetKind.INTANGIBLE: "intangible_asset"}
EXPENSES = ("management_expense", "programme_expense", "fundraising_expense")
_LONGEST_LIFE, _MOST_UNITS = 1200, 100_000
# The line of the cash-flow statement has another name in each regime.
_PROCEEDS = {
    "2004": "处置固定资产和无形资产所收回的现金",
    "2024": "处置固定资产、无形资产和其他非流动资产收回的现金",
}


class NotCharged(Conflict):
    """Depreciation must be charged up to the disposal first."""

    code = "asset_not_charged"
    message = "资产 {number} 在处置前还有折旧或摊销 {amount} 未计提，请先计提"


class AlreadyDisposed(Conflict):
    """An asset leaves once."""

    code = "asset_disposed"
    message = "资产 {number} 已处置"


@dataclass(frozen=True, slots=True)
class CardInput:
    """A card as it is registered. Amounts are fen; account, fund and gift by their codes."""

    number: str
    name: str
    kind: AssetKind
    acquired_on: date
    cost_minor: int
    life_months: int
    fund: str
    used_by: str
    custody: str
    evidence: str
    account: str = ""
    gift: str | None = None
    residual_minor: int = 0
    charged_before_minor: int = 0
    expense_tag: str = "management_expense"
    units: int = 1


def register(session: Session, entry: CardInput, *, actor: str, clock: Clock) -> AssetCard:
    """Register an asset; the voucher of its purchase or gift exists apart.

    Raises InvalidInput, UnknownFund, UnknownAccount, UnknownPeriod, UnknownGift, Conflict when
    the number is taken or the gift is registered already.
    """
    _check(entry)
    steps.not_future(entry.acquired_on, clock)
    known = catalogue.load(session)
    fund_id = steps.spendable_fund(known, entry.fund)
    tag = TAGS[entry.kind]
    # What was bought before these books began stands in the chart of their first year.
    begun = min(known.periods)
    period = max(entry.acquired_on.year * 100 + entry.acquired_on.month, begun)
    chart = known.period(period).chart
    account = known.account(chart, entry.account) if entry.account else known.tagged(chart, tag)
    if account.tag != tag or not account.is_postable:
        raise InvalidInput(field="科目", reason="与资产类别不符")
    gift = (
        steps.gift_of(
            session,
            entry.gift,
            fund_id=fund_id,
            tag=tag,
            minor=entry.cost_minor,
            on=entry.acquired_on,
        )
        if entry.gift
        else None
    )
    number = steps.numbered(entry.number)
    if session.execute(select(AssetCard.id).where(AssetCard.number == number)).first():
        raise Conflict(reason=f"资产编号 {number} 已存在")
    card = AssetCard(
        number=number,
        name=steps.filled_in("名称", entry.name),
        kind=entry.kind,
        acquired_on=entry.acquired_on,
        origin=Origin.DONATED if gift else Origin.BOUGHT,
        gift_id=gift.id if gift else None,
        evidence=steps.filled_in("凭据", entry.evidence),
        cost_minor=entry.cost_minor,
        residual_minor=entry.residual_minor,
        life_months=entry.life_months,
        units=entry.units,
        charged_before_minor=entry.charged_before_minor,
        expense_tag=entry.expense_tag,
        fund_id=fund_id,
        account_id=account.id,
        used_by=steps.filled_in("使用部门", entry.used_by),
        custody=steps.filled_in("保管人、地点", entry.custody),
        created_by=actor,
        created_at=clock.now(),
    )
    session.add(card)
    session.flush()
    steps.note(
        session,
        "asset.register",
        f"asset:{card.id}",
        actor=actor,
        clock=clock,
        number=number,
        cost=to_text(card.cost_minor),
    )
    return card


def _check(entry: CardInput) -> None:
    steps.positive("原价", entry.cost_minor)
    if not 1 <= entry.life_months <= _LONGEST_LIFE:
        raise InvalidInput(field="使用月数", reason="应为 1 至 1200")
    if not 1 <= entry.units <= min(_MOST_UNITS, entry.cost_minor):
        raise InvalidInput(field="件数", reason=f"应为 1 至 {_MOST_UNITS}")
    before = entry.charged_before_minor
    if not (
        0 <= entry.residual_minor <= MAX_MINOR
        and before >= 0
        and entry.residual_minor + before <= entry.cost_minor
    ):
        raise InvalidInput(field="残值、已提折旧", reason="不能为负，合计不能超过原价")
    if entry.expense_tag not in EXPENSES:
        raise InvalidInput(field="费用", reason="应为业务活动、管理或筹资费用")


def find(session: Session, number: str) -> AssetCard:
    """Return it by its number. Raises UnknownThing."""
    found = session.scalar(select(AssetCard).where(AssetCard.number == number.strip()))
    if found is None:
        raise UnknownThing(number=number)
    return found


def locked(session: Session, number: str) -> AssetCard:
    """Return it for a change, so that a second one waits. Raises UnknownThing."""
    found = find(session, number)
    session.refresh(found, with_for_update=True)
    return found


def charged(session: Session, *, upto: int = 999912) -> Mapping[int, int]:
    """Return what every card bore in runs up to a period, by key; not what came before them."""
    rows = session.execute(
        select(DepreciationLine.card_id, func.sum(DepreciationLine.amount_minor))
        .where(DepreciationLine.period_id <= upto)
        .group_by(DepreciationLine.card_id)
    )
    return {card_id: int(minor) for card_id, minor in rows}


def changes_of_card(session: Session, card_id: int) -> Sequence[AssetChange]:
    """Return the changes of one card, the earliest first."""
    return (
        session.execute(
            select(AssetChange)
            .where(AssetChange.card_id == card_id)
            .order_by(AssetChange.changed_on, AssetChange.id)
        )
        .scalars()
        .all()
    )


def require_charged(
    session: Session, card: AssetCard, on: date, changes: Sequence[AssetChange]
) -> None:
    """Refuse while something is to be charged before a day.

    当月减少的固定资产当月照提折旧 ([M]); an intangible asset bears nothing in the month it
    leaves. Raises NotCharged.
    """
    period = on.year * 100 + on.month
    last = period if card.kind is AssetKind.FIXED else _month_before(period)
    missing = standing.due(card, charged(session).get(card.id, 0), last, changes)
    if missing:
        raise NotCharged(number=card.number, amount=to_text(missing))


def disposal_voucher(
    session: Session,
    card: AssetCard,
    gone: Standing,
    *,
    on: date,
    proceeds_minor: int,
    account: str,
) -> VoucherDraft:
    """Return the voucher of what leaves. Raises UnknownAccount, UnknownPeriod, InvalidInput."""
    known = catalogue.load(session)
    money = steps.money_account(known, on, account) if proceeds_minor else None
    item = (
        cash_flow_item(session, known, _PROCEEDS[known.period(steps.month_of(on)).chart])
        if proceeds_minor
        else None
    )
    return posting.disposal(
        known,
        steps.event(on, f"处置资产 {card.number} {card.name}", cash_flow_item_id=item),
        steps.account_on(known, card.account_id, on),
        fund=card.fund_id,
        gone=gone,
        proceeds=proceeds_minor,
        money_id=money.id if money else None,
    )


def transfer(
    session: Session, number: str, *, used_by: str, custody: str, actor: str, clock: Clock
) -> AssetCard:
    """Note who uses and keeps an asset from now on. Raises UnknownThing, InvalidInput."""
    card = locked(session, number)
    before = {"used_by": card.used_by, "custody": card.custody}
    card.used_by = steps.filled_in("使用部门", used_by)
    card.custody = steps.filled_in("保管人、地点", custody)
    session.flush()
    steps.note(
        session,
        "asset.transfer",
        f"asset:{card.id}",
        actor=actor,
        clock=clock,
        before=before,
        after={"used_by": card.used_by, "custody": card.custody},
    )
    return card


def dispose(
    session: Session,
    number: str,
    *,
    on: date,
    reason: str,
    proceeds_minor: int = 0,
    account: str = "",
    actor: str,
    clock: Clock,
) -> AssetDisposal:
    """Take an asset out of the books and draft the voucher.

    Raises UnknownThing, AlreadyDisposed, NotCharged, InvalidInput.
    """
    card = locked(session, number)
    steps.not_future(on, clock)
    if on < card.acquired_on or not 0 <= proceeds_minor <= MAX_MINOR:
        raise InvalidInput(field="处置日期、价款", reason="不能早于取得日，价款不能为负")
    if session.get(AssetDisposal, card.id) is not None:
        raise AlreadyDisposed(number=card.number)
    changes = changes_of_card(session, card.id)
    if changes and on < changes[-1].changed_on:
        raise InvalidInput(field="日期", reason="不能早于此前的变动")
    require_charged(session, card, on, changes)
    there = standing.after(card, charged(session).get(card.id, 0), changes)
    voucher = disposal_voucher(
        session, card, there, on=on, proceeds_minor=proceeds_minor, account=account
    )
    gone = AssetDisposal(
        card_id=card.id,
        disposed_on=on,
        proceeds_minor=proceeds_minor,
        charged_minor=there.charged_minor,
        reason=steps.filled_in("处置原因", reason, longest=300),
        voucher_id=steps.book(session, voucher, actor=actor, clock=clock),
        created_by=actor,
        created_at=clock.now(),
    )
    session.add(gone)
    session.flush()
    steps.note(
        session,
        "asset.dispose",
        f"asset:{card.id}",
        actor=actor,
        clock=clock,
        reason=gone.reason,
        number=card.number,
        proceeds=to_text(proceeds_minor),
    )
    return gone


def undo_disposal(session: Session, number: str, *, actor: str, clock: Clock) -> None:
    """Take a disposal back whose voucher was discarded or reversed. Raises StillBooked."""
    card = locked(session, number)
    gone = session.get(AssetDisposal, card.id)
    if gone is None:
        raise UnknownThing(number=number)
    steps.require_gone(session, gone.voucher_id)
    session.delete(gone)
    session.flush()
    steps.note(
        session,
        "asset.undo_disposal",
        f"asset:{card.id}",
        actor=actor,
        clock=clock,
        number=card.number,
    )


def _month_before(period: int) -> int:
    year, month = divmod(period, 100)
    return (year - 1) * 100 + 12 if month == 1 else period - 1
