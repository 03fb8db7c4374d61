"""Wealth-management products, bonds and shares: bought, donated, what they earn, redeemed.

Every movement drafts its voucher by a rule of `posting_rules` in the same act.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation import posting_rules
from foundation.assets import rules, steps
from foundation.assets.models import Investment, InvestmentKind, InvestmentMove, InvestmentMovement
from foundation.assets.steps import UnknownThing
from foundation.gifts.service import cash_flow_item
from foundation.posting_lines import Event
from ledger import catalogue
from ledger.catalogue import Catalogue
from ledger.clock import Clock
from ledger.errors import Conflict, InvalidInput
from ledger.money import MAX_MINOR, to_text

TAGS = {
    InvestmentKind.WEALTH_PRODUCT: "short_term_investment",
    InvestmentKind.LONG_TERM_BOND: "long_term_debt_investment",
    InvestmentKind.EQUITY: "long_term_equity",
}
_PAID = "对外投资所支付的现金"
_RECOVERED = "收回投资所收到的现金"
_EARNED = "取得投资收益所收到的现金"


class ResolutionMissing(InvalidInput):
    """A major investment needs a resolution of the board."""

    code = "investment_resolution_missing"
    message = "重大投资须经理事会决议，请填写决议号（{source}）"


class InvestmentShort(Conflict):
    """More is taken back than the books hold."""

    code = "investment_short"
    message = "“{product}”账面 {held}，不足 {wanted}"


@dataclass(frozen=True, slots=True)
class InvestmentInput:
    """An investment as it is registered, with what it cost (fen); funds by their codes."""

    number: str
    product: str
    kind: InvestmentKind
    trustee: str
    licence: str
    risk: str
    starts_on: date
    matures_on: date | None
    fund: str
    cost_minor: int
    evidence: str
    resolution: str | None = None
    income_fund: str | None = None
    # Paid from an account of money, or received as a gift: one of the two.
    account: str = ""
    gift: str | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """What an investment is worth in the books, earned, and still has to pay us."""

    value_minor: int
    income_minor: int
    due_minor: int


def register(session: Session, entry: InvestmentInput, *, actor: str, clock: Clock) -> Investment:
    """Register an investment with its purchase (voucher drafted) or the gift it came from.

    Raises ResolutionMissing, InvalidInput, UnknownFund, UnknownAccount, UnknownGift, Conflict.
    """
    known = catalogue.load(session)
    steps.not_future(entry.starts_on, clock)
    cost = steps.positive("成本", entry.cost_minor)
    resolution = (entry.resolution or "").strip() or None
    if (
        not entry.gift
        and resolution is None
        and rules.needs_resolution(entry.kind, cost, entry.starts_on)
    ):
        raise ResolutionMissing(source=rules.source()[0])
    if entry.matures_on is not None and entry.matures_on < entry.starts_on:
        raise InvalidInput(field="到期日", reason="不能早于起始日")
    number = steps.filled_in("编号", entry.number, longest=32)
    if session.execute(select(Investment.id).where(Investment.number == number)).first():
        raise Conflict(reason=f"投资编号 {number} 已存在")
    investment = Investment(
        number=number,
        product=steps.filled_in("产品", entry.product),
        kind=entry.kind,
        trustee=steps.filled_in("受托人", entry.trustee),
        licence=steps.filled_in("资质", entry.licence),
        risk=steps.filled_in("风险等级", entry.risk, longest=40),
        starts_on=entry.starts_on,
        matures_on=entry.matures_on,
        fund_id=known.fund(entry.fund).id,
        income_fund_id=known.fund(entry.income_fund).id if entry.income_fund else None,
        resolution=resolution,
        created_by=actor,
        created_at=clock.now(),
    )
    session.add(investment)
    session.flush()
    if entry.gift:
        _donated(session, investment, entry, actor=actor, clock=clock)
    else:
        _bought(session, known, investment, entry, actor=actor, clock=clock)
    return investment


def _donated(
    session: Session, investment: Investment, entry: InvestmentInput, *, actor: str, clock: Clock
) -> None:
    assert entry.gift is not None
    gift = steps.gift_of(
        session,
        entry.gift,
        fund_id=investment.fund_id,
        tag=TAGS[investment.kind],
        minor=entry.cost_minor,
    )
    movement = _movement(
        investment, InvestmentMove.DONATION, entry.starts_on, entry.evidence, value=entry.cost_minor
    )
    movement.gift_id, movement.voucher_id = gift.id, gift.voucher_id
    _add(session, movement, actor=actor, clock=clock)


def _bought(
    session: Session,
    known: Catalogue,
    investment: Investment,
    entry: InvestmentInput,
    *,
    actor: str,
    clock: Clock,
) -> None:
    what = _event(session, known, entry.starts_on, f"购买 {investment.product}", _PAID)
    voucher = posting_rules.investment_bought(
        known,
        what,
        TAGS[investment.kind],
        steps.money_account(known, entry.starts_on, entry.account).id,
        [(investment.fund_id, entry.cost_minor)],
    )
    movement = _movement(
        investment,
        InvestmentMove.PURCHASE,
        entry.starts_on,
        entry.evidence,
        value=entry.cost_minor,
        cash=-entry.cost_minor,
    )
    movement.voucher_id = steps.book(session, voucher, actor=actor, clock=clock)
    _add(session, movement, actor=actor, clock=clock)


def find(session: Session, number: str) -> Investment:
    """Return it by its number. Raises UnknownThing."""
    found = session.scalar(select(Investment).where(Investment.number == number.strip()))
    if found is None:
        raise UnknownThing(number=number)
    return found


def _locked(session: Session, number: str) -> Investment:
    """Return it for a change, so that a second one waits. Raises UnknownThing."""
    found = find(session, number)
    session.refresh(found, with_for_update=True)
    return found


def figures(session: Session, investment_id: int) -> Figures:
    """Return what an investment comes to now."""
    row = session.execute(
        select(
            *(
                func.coalesce(func.sum(column), 0)
                for column in (
                    InvestmentMovement.value_minor,
                    InvestmentMovement.income_minor,
                    InvestmentMovement.due_minor,
                )
            )
        ).where(InvestmentMovement.investment_id == investment_id)
    ).one()
    return Figures(*(int(minor) for minor in row))


def declare_income(
    session: Session,
    number: str,
    *,
    on: date,
    minor: int,
    evidence: str,
    actor: str,
    clock: Clock,
) -> InvestmentMovement:
    """Book interest or a dividend that was declared: Dr 其他应收款, Cr 投资收益.

    Raises InvalidInput for short-term products, whose yield reduces their cost.
    """
    investment, known = _locked(session, number), catalogue.load(session)
    steps.not_future(on, clock)
    if investment.kind is InvestmentKind.WEALTH_PRODUCT:
        raise InvalidInput(field="业务", reason="短期投资持有期间收到的收益冲减成本，不计收入")
    fund = investment.income_fund_id or investment.fund_id
    what = steps.event(on, f"应收 {investment.product} 收益")
    voucher = posting_rules.interest_accrued(known, what, [(fund, steps.positive("金额", minor))])
    movement = _movement(
        investment, InvestmentMove.INCOME_DUE, on, evidence, income=minor, due=minor
    )
    movement.voucher_id = steps.book(session, voucher, actor=actor, clock=clock)
    return _add(session, movement, actor=actor, clock=clock)


def receive_income(
    session: Session,
    number: str,
    *,
    on: date,
    minor: int,
    account: str,
    evidence: str,
    actor: str,
    clock: Clock,
) -> InvestmentMovement:
    """Book what was received while it is held: what was declared, or a short-term yield.

    Raises UnknownThing, InvestmentShort for more than was declared or than it cost.
    """
    investment, known = _locked(session, number), catalogue.load(session)
    steps.not_future(on, clock)
    steps.positive("金额", minor)
    money = steps.money_account(known, on, account).id
    what = _event(session, known, on, f"收到 {investment.product} 收益", _EARNED)
    now = figures(session, investment.id)
    if investment.kind is InvestmentKind.WEALTH_PRODUCT:
        _enough(investment, now.value_minor, minor)
        voucher = posting_rules.short_term_yield(known, what, money, [(investment.fund_id, minor)])
        movement = _movement(
            investment, InvestmentMove.YIELD, on, evidence, value=-minor, cash=minor
        )
    else:
        _enough(investment, now.due_minor, minor)
        fund = investment.income_fund_id or investment.fund_id
        voucher = posting_rules.interest_received(known, what, money, [(fund, minor)])
        movement = _movement(
            investment, InvestmentMove.INCOME_RECEIVED, on, evidence, due=-minor, cash=minor
        )
    movement.voucher_id = steps.book(session, voucher, actor=actor, clock=clock)
    return _add(session, movement, actor=actor, clock=clock)


def redeem(
    session: Session,
    number: str,
    *,
    on: date,
    proceeds_minor: int,
    account: str,
    evidence: str,
    cost_minor: int | None = None,
    actor: str,
    clock: Clock,
) -> InvestmentMovement:
    """Book what came back: all of it, or a part at its cost; the difference is 投资收益.

    Raises UnknownThing, InvestmentShort, UnknownAccount, InvalidInput.
    """
    investment, known = _locked(session, number), catalogue.load(session)
    steps.not_future(on, clock)
    held = figures(session, investment.id).value_minor
    cost = held if cost_minor is None else cost_minor
    steps.positive("收回成本", cost)
    _enough(investment, held, cost)
    if on < investment.starts_on or not 0 <= proceeds_minor <= MAX_MINOR:
        raise InvalidInput(field="收回日期、金额", reason="不能早于起始日，金额不能为负")
    voucher = posting_rules.investment_redeemed(
        known,
        _event(session, known, on, f"收回 {investment.product}", _RECOVERED),
        TAGS[investment.kind],
        steps.money_account(known, on, account).id,
        fund=investment.fund_id,
        cost=cost,
        proceeds=proceeds_minor,
        income_fund=investment.income_fund_id,
    )
    movement = _movement(
        investment,
        InvestmentMove.REDEMPTION,
        on,
        evidence,
        value=-cost,
        income=proceeds_minor - cost,
        cash=proceeds_minor,
    )
    movement.voucher_id = steps.book(session, voucher, actor=actor, clock=clock)
    return _add(session, movement, actor=actor, clock=clock)


def undo(
    session: Session, movement_id: int, *, reason: str, actor: str, clock: Clock
) -> InvestmentMovement:
    """Add the mirror of a movement whose voucher was discarded or reversed.

    Raises UnknownThing, StillBooked, InvestmentShort, Conflict for what is undone already.
    """
    done = session.get(InvestmentMovement, movement_id)
    if done is None:
        raise UnknownThing(number=movement_id)
    investment = session.get_one(Investment, done.investment_id, with_for_update=True)
    undone = select(InvestmentMovement.id).where(InvestmentMovement.reverses_id == done.id)
    if done.kind is InvestmentMove.UNDONE or session.execute(undone).first():
        raise Conflict(reason="此项已撤销")
    steps.require_gone(session, done.voucher_id)
    now = figures(session, investment.id)
    _enough(investment, now.value_minor, done.value_minor)
    _enough(investment, now.due_minor, done.due_minor)
    mirror = _movement(
        investment,
        InvestmentMove.UNDONE,
        done.moved_on,
        reason,
        value=-done.value_minor,
        income=-done.income_minor,
        due=-done.due_minor,
        cash=-done.cash_minor,
    )
    mirror.reverses_id, mirror.voucher_id, mirror.gift_id = done.id, done.voucher_id, done.gift_id
    return _add(session, mirror, actor=actor, clock=clock)


def _event(session: Session, known: Catalogue, on: date, summary: str, item: str) -> Event:
    return steps.event(on, summary, cash_flow_item_id=cash_flow_item(session, known, item))


def _enough(investment: Investment, held: int, wanted: int) -> None:
    if held < wanted:
        raise InvestmentShort(
            product=investment.product, held=to_text(held), wanted=to_text(wanted)
        )


def _movement(
    investment: Investment,
    kind: InvestmentMove,
    on: date,
    evidence: str,
    *,
    value: int = 0,
    income: int = 0,
    due: int = 0,
    cash: int = 0,
) -> InvestmentMovement:
    return InvestmentMovement(
        investment_id=investment.id,
        kind=kind,
        moved_on=on,
        value_minor=value,
        income_minor=income,
        due_minor=due,
        cash_minor=cash,
        evidence=steps.filled_in("凭据", evidence),
    )


def _add(
    session: Session, movement: InvestmentMovement, *, actor: str, clock: Clock
) -> InvestmentMovement:
    movement.created_by, movement.created_at = actor, clock.now()
    session.add(movement)
    session.flush()
    steps.note(
        session,
        f"investment.{movement.kind.value}",
        f"investment:{movement.investment_id}",
        actor=actor,
        clock=clock,
        value=to_text(movement.value_minor),
        income=to_text(movement.income_minor),
    )
    return movement
