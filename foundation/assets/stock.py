"""Donated goods, and goods held for others: received, issued, sold, handed over, counted.

Goods go out at their average value; the last of them take what is left. Every movement that
changes the books drafts its voucher in the same act.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation import posting_rules
from foundation.assets import posting, steps
from foundation.assets.models import StockItem, StockMove, StockMovement
from foundation.assets.steps import UnknownThing
from foundation.gifts.service import cash_flow_item
from ledger import catalogue
from ledger.catalogue import Catalogue
from ledger.clock import Clock
from ledger.errors import Conflict, InvalidInput
from ledger.money import to_text
from ledger.vouchers import VoucherDraft

_SALES = "销售商品收到的现金"


class StockShort(Conflict):
    """More is to go out than there is."""

    code = "stock_short"
    message = "“{item}”现有 {held}{unit}，不足 {wanted}{unit}"


@dataclass(frozen=True, slots=True)
class Held:
    """How much of an item there is, and what it is worth."""

    quantity: int
    value_minor: int

    def value_of(self, quantity: int) -> int:
        """Return the average value of a part; all of it takes what is left."""
        return self.value_minor * quantity // self.quantity if quantity else 0


def open_item(
    session: Session,
    *,
    number: str,
    name: str,
    unit: str,
    fund: str,
    custody: str,
    on: date,
    recipient: str | None = None,
    actor: str,
    clock: Clock,
) -> StockItem:
    """Open an item of the register; with a recipient it is held for others.

    Raises InvalidInput, UnknownFund, UnknownPeriod, Conflict when the number is taken.
    """
    known = catalogue.load(session)
    # Before the month is opened, the last one that is says which chart is in force.
    chart = known.period(min(steps.month_of(on), max(known.periods))).chart
    number = steps.numbered(number)
    if session.execute(select(StockItem.id).where(StockItem.number == number)).first():
        raise Conflict(reason=f"物资编号 {number} 已存在")
    named = (recipient or "").strip() or None
    item = StockItem(
        number=number,
        name=steps.filled_in("名称", name),
        unit=steps.filled_in("单位", unit, longest=20),
        is_agency=named is not None,
        recipient=named,
        fund_id=steps.spendable_fund(known, fund),
        account_id=known.tagged(chart, "agency_asset" if named else "inventory").id,
        custody=steps.filled_in("保管人、地点", custody),
        created_by=actor,
        created_at=clock.now(),
    )
    session.add(item)
    session.flush()
    steps.note(session, "stock.open", f"stock:{item.id}", actor=actor, clock=clock, number=number)
    return item


def find(session: Session, number: str) -> StockItem:
    """Return it by its number. Raises UnknownThing."""
    found = session.scalar(select(StockItem).where(StockItem.number == number.strip()))
    if found is None:
        raise UnknownThing(number=number)
    return found


def _locked(session: Session, number: str) -> StockItem:
    """Return it for a change, so that a second one waits. Raises UnknownThing."""
    found = find(session, number)
    session.refresh(found, with_for_update=True)
    return found


def held(session: Session, item_id: int) -> Held:
    """Return what there is of an item now."""
    quantity, value = session.execute(
        select(
            func.coalesce(func.sum(StockMovement.quantity), 0),
            func.coalesce(func.sum(StockMovement.value_minor), 0),
        ).where(StockMovement.item_id == item_id)
    ).one()
    return Held(int(quantity), int(value))


def receive(
    session: Session,
    number: str,
    *,
    on: date,
    quantity: int,
    value_minor: int,
    gift: str,
    evidence: str,
    actor: str,
    clock: Clock,
) -> StockMovement:
    """Take in goods of a gift, whose own voucher books them.

    Raises UnknownThing, UnknownGift, InvalidInput, Conflict when more is taken in than given.
    """
    item = _locked(session, number)
    steps.not_future(on, clock)
    known = catalogue.load(session)
    source = steps.gift_of(
        session,
        gift,
        fund_id=item.fund_id,
        tag=known.accounts[item.account_id].tag,
        minor=steps.positive("金额", value_minor),
        on=on,
    )
    movement = _movement(
        item,
        StockMove.RECEIPT,
        on,
        quantity=steps.positive("数量", quantity),
        value=value_minor,
        evidence=evidence,
    )
    movement.gift_id, movement.voucher_id = source.id, source.voucher_id
    movement.party = source.donor_name if not source.is_anonymous else "匿名捐赠人"
    return _add(session, movement, actor=actor, clock=clock)


def issue(
    session: Session,
    number: str,
    *,
    on: date,
    quantity: int,
    party: str,
    evidence: str,
    voucher: str | None = None,
    actor: str,
    clock: Clock,
) -> StockMovement:
    """Give goods to beneficiaries, or hand over what is held for others, and draft the voucher.

    `voucher` names one that booked it before it came into this register. Raises UnknownThing,
    StockShort, InvalidInput, PeriodClosed.
    """
    item, known = _locked(session, number), catalogue.load(session)
    steps.not_future(on, clock)
    value = _available(session, item, quantity).value_of(quantity)
    kind = StockMove.HANDOVER if item.is_agency else StockMove.ISSUE
    movement = _movement(item, kind, on, quantity=-quantity, value=-value, evidence=evidence)
    movement.party = steps.filled_in("领用人", party)
    if value and voucher:
        place = steps.Booked(known.accounts[item.account_id].tag, item.fund_id, -value)
        movement.voucher_id = steps.booked(session, voucher, place)
    elif value:
        goods = steps.account_on(known, item.account_id, on).id
        what = steps.event(
            on,
            f"{'转交代管' if item.is_agency else '发放受赠'}物资 {item.name} {quantity}{item.unit}",
        )
        draft = (
            posting_rules.agency_handover(known, what, goods, [(item.fund_id, value)])
            if item.is_agency
            else posting.goods_issued(known, what, goods, item.fund_id, value)
        )
        movement.voucher_id = steps.book(session, draft, actor=actor, clock=clock)
    return _add(session, movement, actor=actor, clock=clock)


def sell(
    session: Session,
    number: str,
    *,
    on: date,
    quantity: int,
    proceeds_minor: int,
    account: str,
    party: str,
    evidence: str,
    actor: str,
    clock: Clock,
) -> StockMovement:
    """Sell donated goods and draft the voucher.

    Raises UnknownThing, StockShort, UnknownAccount, InvalidInput for goods held for others.
    """
    item, known = _locked(session, number), catalogue.load(session)
    steps.not_future(on, clock)
    if item.is_agency:
        raise InvalidInput(field="物资", reason="受托代理物资不是本单位财产，不能出售")
    steps.positive("价款", proceeds_minor)
    value = _available(session, item, quantity).value_of(quantity)
    voucher = posting.goods_sold(
        known,
        steps.event(
            on,
            f"变卖受赠物资 {item.name} {quantity}{item.unit}",
            cash_flow_item_id=cash_flow_item(session, known, _SALES),
        ),
        steps.account_on(known, item.account_id, on).id,
        steps.money_account(known, on, account).id,
        fund=item.fund_id,
        cost=value,
        proceeds=proceeds_minor,
    )
    movement = _movement(
        item, StockMove.SALE, on, quantity=-quantity, value=-value, evidence=evidence
    )
    movement.party, movement.proceeds_minor = steps.filled_in("购买人", party), proceeds_minor
    movement.voucher_id = steps.book(session, voucher, actor=actor, clock=clock)
    return _add(session, movement, actor=actor, clock=clock)


def count(
    session: Session,
    number: str,
    *,
    on: date,
    counted: int,
    party: str,
    evidence: str,
    fair_value_minor: int | None = None,
    actor: str,
    clock: Clock,
) -> StockMovement:
    """Note what was counted; a difference drafts its voucher.

    A surplus is taken at its fair value, at the average when none is given. Raises UnknownThing,
    InvalidInput, and for goods held for others Conflict when they differ.
    """
    item, known = _locked(session, number), catalogue.load(session)
    steps.not_future(on, clock)
    if counted < 0:
        raise InvalidInput(field="盘点数量", reason="不能为负")
    there = held(session, item.id)
    change = counted - there.quantity
    if change and item.is_agency:
        raise Conflict(reason="受托代理物资盘点不符，请先查明原因并与委托人协商")
    if change > 0:
        average = there.value_of(change) if there.quantity else 0
        value = fair_value_minor if fair_value_minor is not None else average
        steps.positive("公允价值", value)
        kind = StockMove.SURPLUS
    else:
        value = -there.value_of(-change)
        kind = StockMove.SHORTAGE if change else StockMove.COUNT
    movement = _movement(item, kind, on, quantity=change, value=value, evidence=evidence)
    movement.party = steps.filled_in("盘点人", party)
    if value:
        movement.voucher_id = steps.book(
            session, _count_voucher(known, item, on, value), actor=actor, clock=clock
        )
    return _add(session, movement, actor=actor, clock=clock)


def _count_voucher(known: Catalogue, item: StockItem, on: date, value: int) -> VoucherDraft:
    what = steps.event(on, f"{'盘盈' if value > 0 else '盘亏'} {item.name}")
    goods = steps.account_on(known, item.account_id, on).id
    return posting.goods_counted(known, what, goods, item.fund_id, value)


def undo(
    session: Session, movement_id: int, *, reason: str, actor: str, clock: Clock
) -> StockMovement:
    """Add the mirror of a movement whose voucher was discarded or reversed.

    Raises UnknownThing, StillBooked, StockShort, Conflict for what is undone already.
    """
    done = session.get(StockMovement, movement_id)
    if done is None:
        raise UnknownThing(number=movement_id)
    item = session.get_one(StockItem, done.item_id, with_for_update=True)
    undone = select(StockMovement.id).where(StockMovement.reverses_id == done.id)
    if done.kind is StockMove.UNDONE or session.execute(undone).first():
        raise Conflict(reason="此项已撤销")
    steps.require_gone(session, done.voucher_id)
    there = held(session, item.id)
    if there.quantity < done.quantity or there.value_minor < done.value_minor:
        raise _short(item, there, done.quantity)
    mirror = _movement(
        item,
        StockMove.UNDONE,
        done.moved_on,
        quantity=-done.quantity,
        value=-done.value_minor,
        evidence=reason,
    )
    mirror.party, mirror.reverses_id = done.party, done.id
    mirror.gift_id = done.gift_id
    return _add(session, mirror, actor=actor, clock=clock)


def _available(session: Session, item: StockItem, quantity: int) -> Held:
    steps.positive("数量", quantity)
    there = held(session, item.id)
    if there.quantity < quantity:
        raise _short(item, there, quantity)
    return there


def _short(item: StockItem, there: Held, wanted: int) -> StockShort:
    return StockShort(item=item.name, held=there.quantity, unit=item.unit, wanted=wanted)


def _movement(
    item: StockItem, kind: StockMove, on: date, *, quantity: int, value: int, evidence: str
) -> StockMovement:
    return StockMovement(
        item_id=item.id,
        kind=kind,
        moved_on=on,
        quantity=quantity,
        value_minor=value,
        proceeds_minor=0,
        party="",
        evidence=steps.filled_in("凭据", evidence),
    )


def _add(session: Session, movement: StockMovement, *, actor: str, clock: Clock) -> StockMovement:
    movement.created_by, movement.created_at = actor, clock.now()
    session.add(movement)
    session.flush()
    steps.note(
        session,
        f"stock.{movement.kind.value}",
        f"stock:{movement.item_id}",
        actor=actor,
        clock=clock,
        quantity=movement.quantity,
        value=to_text(movement.value_minor),
    )
    return movement
