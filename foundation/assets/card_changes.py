"""What happens to an asset between its beginning and its end: improved, impaired, sold in part."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.assets import cards, posting, standing, steps
from foundation.assets.cards import CardInput
from foundation.assets.change_models import AssetChange, AssetChangeKind
from foundation.assets.models import AssetCard, AssetDisposal
from foundation.assets.steps import UnknownThing
from ledger import catalogue
from ledger.accounts import UnknownAccount
from ledger.clock import Clock
from ledger.errors import Conflict, InvalidInput
from ledger.money import MAX_MINOR, to_text


def changes_of(session: Session, *, upto: date = date.max) -> Mapping[int, list[AssetChange]]:
    """Return the changes of every card up to a day, by the key of the card, the earliest first."""
    found: dict[int, list[AssetChange]] = {}
    for change in session.execute(
        select(AssetChange)
        .where(AssetChange.changed_on <= upto)
        .order_by(AssetChange.changed_on, AssetChange.id)
    ).scalars():
        found.setdefault(change.card_id, []).append(change)
    return found


def now(session: Session, card: AssetCard) -> standing.Standing:
    """Return how a card stands with every run and change there is."""
    run = cards.charged(session).get(card.id, 0)
    return standing.after(card, run, _changes(session, card))


def improve(
    session: Session,
    number: str,
    *,
    entry: CardInput,
    reason: str,
    actor: str,
    clock: Clock,
) -> AssetCard:
    """Register what an improvement cost as a card of its own that goes with the first one.

    Its cost is charged over its own life, so nothing that was charged before changes ([I]); the
    voucher of the payment exists apart. Raises AlreadyDisposed, InvalidInput as `cards.register`.
    """
    card = _held(session, number)
    if session.scalar(select(AssetChange.id).where(AssetChange.improvement_id == card.id)):
        raise InvalidInput(field="编号", reason="改良支出应登记在原资产的卡片上")
    if entry.acquired_on < card.acquired_on:
        raise InvalidInput(field="日期", reason="不能早于取得日")
    made = cards.register(
        session, replace(entry, kind=card.kind, gift=None), actor=actor, clock=clock
    )
    change = _change(card, AssetChangeKind.IMPROVEMENT, entry.acquired_on, reason, entry.evidence)
    change.improvement_id = made.id
    _add(session, card, change, actor=actor, clock=clock)
    return made


def impair(
    session: Session,
    number: str,
    *,
    on: date,
    minor: int,
    reason: str,
    evidence: str,
    actor: str,
    clock: Clock,
) -> AssetChange:
    """Write an asset down and draft the voucher; what is left is charged over the months left.

    Not taken back later: 固定资产、无形资产减值不得转回 (2020 解释 [A]; unverified for 2024).
    Raises AlreadyDisposed, NotCharged, InvalidInput, UnknownAccount without an allowance account.
    """
    card = _held(session, number)
    steps.not_future(on, clock)
    _require_charged(session, card, on)
    there = now(session, card)
    steps.positive("减值金额", minor)
    if minor > there.net_minor:
        raise InvalidInput(field="减值金额", reason=f"不能超过账面价值 {to_text(there.net_minor)}")
    known = catalogue.load(session)
    try:
        voucher = posting.asset_impaired(
            known,
            steps.event(on, f"计提减值准备 {card.number} {card.name}"),
            steps.account_on(known, card.account_id, on),
            card.fund_id,
            minor,
        )
    except UnknownAccount:
        raise InvalidInput(
            field="会计科目", reason="科目表中还没有此类资产的减值准备科目，请先增设一级科目"
        ) from None
    change = _change(card, AssetChangeKind.IMPAIRMENT, on, reason, evidence)
    change.impaired_minor = minor
    change.voucher_id = steps.book(session, voucher, actor=actor, clock=clock)
    return _add(session, card, change, actor=actor, clock=clock)


def dispose_part(
    session: Session,
    number: str,
    *,
    on: date,
    units: int,
    reason: str,
    evidence: str,
    proceeds_minor: int = 0,
    account: str = "",
    actor: str,
    clock: Clock,
) -> AssetChange:
    """Let some pieces of a card go, with their share of cost, depreciation and impairment.

    Raises AlreadyDisposed, NotCharged, InvalidInput when no piece would be left.
    """
    card = _held(session, number)
    steps.not_future(on, clock)
    there = now(session, card)
    if not 0 < units < there.units:
        raise InvalidInput(
            field="件数", reason=f"应为 1 至 {there.units - 1}；全部处置请办理整项处置"
        )
    if not 0 <= proceeds_minor <= MAX_MINOR:
        raise InvalidInput(field="处置日期、价款", reason="不能早于取得日，价款不能为负")
    _require_charged(session, card, on)
    gone = there.share(units)
    voucher = cards.disposal_voucher(
        session, card, gone, on=on, proceeds_minor=proceeds_minor, account=account
    )
    change = _change(card, AssetChangeKind.PART_DISPOSED, on, reason, evidence)
    change.units, change.proceeds_minor = units, proceeds_minor
    change.cost_minor, change.charged_minor = gone.cost_minor, gone.charged_minor
    change.impaired_minor = -gone.impaired_minor
    change.voucher_id = steps.book(session, voucher, actor=actor, clock=clock)
    return _add(session, card, change, actor=actor, clock=clock)


def undo(session: Session, change_id: int, *, actor: str, clock: Clock) -> None:
    """Take the last change of a card back whose voucher was discarded or reversed.

    Raises UnknownThing, StillBooked, Conflict for an improvement and for an earlier change.
    """
    change = session.get(AssetChange, change_id)
    if change is None:
        raise UnknownThing(number=change_id)
    card = session.get_one(AssetCard, change.card_id, with_for_update=True)
    if change.voucher_id is None:
        raise Conflict(reason="改良支出已另立卡片，请处置该卡片")
    steps.require_gone(session, change.voucher_id)
    booked = [one for one in _changes(session, card) if one.voucher_id is not None]
    if booked[-1].id != change.id:
        raise Conflict(reason="此后还有变动，请先撤销后面的变动")
    session.delete(change)
    session.flush()
    steps.note(
        session,
        f"asset.undo_{change.kind.value}",
        f"asset:{card.id}",
        actor=actor,
        clock=clock,
        number=card.number,
    )


def _held(session: Session, number: str) -> AssetCard:
    card = cards.locked(session, number)
    if session.get(AssetDisposal, card.id) is not None:
        raise cards.AlreadyDisposed(number=card.number)
    return card


def _require_charged(session: Session, card: AssetCard, on: date) -> None:
    if on < card.acquired_on:
        raise InvalidInput(field="日期", reason="不能早于取得日")
    changes = _changes(session, card)
    if changes and on < changes[-1].changed_on:
        raise InvalidInput(field="日期", reason="不能早于此前的变动")
    cards.require_charged(session, card, on, changes)


def _changes(session: Session, card: AssetCard) -> Sequence[AssetChange]:
    return cards.changes_of_card(session, card.id)


def _change(
    card: AssetCard, kind: AssetChangeKind, on: date, reason: str, evidence: str
) -> AssetChange:
    return AssetChange(
        card_id=card.id,
        kind=kind,
        changed_on=on,
        units=0,
        cost_minor=0,
        charged_minor=0,
        impaired_minor=0,
        proceeds_minor=0,
        reason=steps.filled_in("原因", reason, longest=300),
        evidence=steps.filled_in("凭据", evidence),
    )


def _add(
    session: Session, card: AssetCard, change: AssetChange, *, actor: str, clock: Clock
) -> AssetChange:
    change.created_by, change.created_at = actor, clock.now()
    session.add(change)
    session.flush()
    steps.note(
        session,
        f"asset.{change.kind.value}",
        f"asset:{card.id}",
        actor=actor,
        clock=clock,
        reason=change.reason,
        number=card.number,
        units=change.units,
        cost=to_text(change.cost_minor),
        impaired=to_text(change.impaired_minor),
    )
    return change
