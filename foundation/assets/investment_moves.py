"""What an investment does while it is held and at its end: income, results, impairment, money.

Every movement drafts its voucher in the same act.
"""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation import posting_rules
from foundation.assets import investments, posting, steps
from foundation.assets.change_models import InvestmentImpairment
from foundation.assets.investments import EARNED, RECOVERED, TAGS
from foundation.assets.models import Investment, InvestmentKind, InvestmentMove, InvestmentMovement
from foundation.assets.steps import UnknownThing
from ledger import catalogue
from ledger.clock import Clock
from ledger.errors import Conflict, InvalidInput
from ledger.money import MAX_MINOR, to_text


def declare_income(
    session: Session,
    number: str,
    *,
    on: date,
    minor: int,
    evidence: str,
    voucher: str | None = None,
    actor: str,
    clock: Clock,
) -> InvestmentMovement:
    """Book interest or a dividend that was declared: Dr 其他应收款, Cr 投资收益.

    Here and below `voucher` names one that was posted before it came into the register.

    Under the equity method a dividend reduces the book value instead. Raises InvalidInput for
    short-term products, whose yield reduces their cost, InvestmentShort.
    """
    investment, known = investments.locked(session, number), catalogue.load(session)
    steps.not_future(on, clock)
    if investment.kind is InvestmentKind.WEALTH_PRODUCT:
        raise InvalidInput(field="业务", reason="短期投资持有期间收到的收益冲减成本，不计收入")
    steps.positive("金额", minor)
    what = steps.event(on, f"应收 {investment.product} 收益")
    if investment.uses_equity_method:
        investments.enough(
            investment, investments.figures(session, investment.id).value_minor, minor
        )
        fund = investment.fund_id
        draft = posting.share_declared(known, what, fund, minor)
        value, income = -minor, 0
    else:
        fund = investment.income_fund_id or investment.fund_id
        draft = posting_rules.interest_accrued(known, what, [(fund, minor)])
        value, income = 0, minor
    movement = investments.movement(
        investment, InvestmentMove.INCOME_DUE, on, evidence, value=value, income=income, due=minor
    )
    place = steps.Booked("other_receivable", fund, minor)
    movement.voucher_id = steps.settle(
        session, draft, voucher, place=place, actor=actor, clock=clock
    )
    return investments.add(session, movement, actor=actor, clock=clock)


def share_result(
    session: Session,
    number: str,
    *,
    on: date,
    minor: int,
    evidence: str,
    actor: str,
    clock: Clock,
) -> InvestmentMovement:
    """Book our share of a profit or (negative) of a loss under the equity method.

    A loss takes the book value to zero at most. Raises InvalidInput, InvestmentShort.
    """
    investment, known = investments.locked(session, number), catalogue.load(session)
    steps.not_future(on, clock)
    if not investment.uses_equity_method:
        raise InvalidInput(
            field="业务", reason="只有按权益法核算的股权投资才确认被投资单位损益份额"
        )
    if not 0 < abs(minor) <= MAX_MINOR:
        raise InvalidInput(field="金额", reason="不能为零")
    held = investments.figures(session, investment.id).value_minor
    investments.enough(investment, held - impaired(session, investment.id), -minor)
    voucher = posting.result_shared(
        known,
        steps.event(on, f"确认 {investment.product} {'收益' if minor > 0 else '亏损'}份额"),
        fund=investment.fund_id,
        income_fund=investment.income_fund_id or investment.fund_id,
        minor=minor,
    )
    movement = investments.movement(
        investment, InvestmentMove.YIELD, on, evidence, value=minor, income=minor
    )
    movement.voucher_id = steps.book(session, voucher, actor=actor, clock=clock)
    return investments.add(session, movement, actor=actor, clock=clock)


def receive_income(
    session: Session,
    number: str,
    *,
    on: date,
    minor: int,
    account: str,
    evidence: str,
    voucher: str | None = None,
    actor: str,
    clock: Clock,
) -> InvestmentMovement:
    """Book what was received while it is held: what was declared, or a short-term yield.

    Raises UnknownThing, InvestmentShort for more than was declared or than it cost.
    """
    investment, known = investments.locked(session, number), catalogue.load(session)
    steps.not_future(on, clock)
    steps.positive("金额", minor)
    money = steps.money_account(known, on, account).id
    what = investments.event(session, known, on, f"收到 {investment.product} 收益", EARNED)
    now = investments.figures(session, investment.id)
    if investment.kind is InvestmentKind.WEALTH_PRODUCT:
        investments.enough(investment, now.value_minor, minor)
        place = steps.Booked(TAGS[investment.kind], investment.fund_id, -minor)
        draft = posting_rules.short_term_yield(known, what, money, [(investment.fund_id, minor)])
        movement = investments.movement(
            investment, InvestmentMove.YIELD, on, evidence, value=-minor, cash=minor
        )
    else:
        investments.enough(investment, now.due_minor, minor)
        # A dividend under the equity method was taken off the holding, in its own fund.
        fund = (
            investment.fund_id
            if investment.uses_equity_method
            else investment.income_fund_id or investment.fund_id
        )
        place = steps.Booked("other_receivable", fund, -minor)
        draft = posting_rules.interest_received(known, what, money, [(fund, minor)])
        movement = investments.movement(
            investment, InvestmentMove.INCOME_RECEIVED, on, evidence, due=-minor, cash=minor
        )
    movement.voucher_id = steps.settle(
        session, draft, voucher, place=place, actor=actor, clock=clock
    )
    return investments.add(session, movement, actor=actor, clock=clock)


def redeem(
    session: Session,
    number: str,
    *,
    on: date,
    proceeds_minor: int,
    account: str,
    evidence: str,
    cost_minor: int | None = None,
    voucher: str | None = None,
    actor: str,
    clock: Clock,
) -> InvestmentMovement:
    """Book what came back: all of it, or a part at its cost; the difference is 投资收益.

    Its share of the allowance for impairment leaves with it. Raises UnknownThing,
    InvestmentShort, UnknownAccount, InvalidInput.
    """
    investment, known = investments.locked(session, number), catalogue.load(session)
    steps.not_future(on, clock)
    held = investments.figures(session, investment.id).value_minor
    cost = held if cost_minor is None else cost_minor
    steps.positive("收回成本", cost)
    investments.enough(investment, held, cost)
    if on < investment.starts_on or not 0 <= proceeds_minor <= MAX_MINOR:
        raise InvalidInput(field="收回日期、金额", reason="不能早于起始日，金额不能为负")
    released = impaired(session, investment.id) * cost // held
    draft = posting.investment_redeemed(
        known,
        investments.event(session, known, on, f"收回 {investment.product}", RECOVERED),
        TAGS[investment.kind],
        steps.money_account(known, on, account).id,
        fund=investment.fund_id,
        income_fund=investment.income_fund_id,
        cost=cost,
        released=released,
        proceeds=proceeds_minor,
    )
    movement = investments.movement(
        investment,
        InvestmentMove.REDEMPTION,
        on,
        evidence,
        value=-cost,
        income=proceeds_minor - cost,
        cash=proceeds_minor,
    )
    place = steps.Booked(TAGS[investment.kind], investment.fund_id, -cost)
    movement.voucher_id = steps.settle(
        session, draft, voucher, place=place, actor=actor, clock=clock
    )
    if released:
        _write_down(session, investment, movement, -released, actor=actor, clock=clock)
    return investments.add(session, movement, actor=actor, clock=clock)


def impaired(session: Session, investment_id: int) -> int:
    """Return what was written down of an investment and not recovered."""
    query = select(func.coalesce(func.sum(InvestmentImpairment.amount_minor), 0))
    return int(
        session.execute(
            query.where(InvestmentImpairment.investment_id == investment_id)
        ).scalar_one()
    )


def impairments_of(session: Session, investment_id: int) -> Sequence[InvestmentImpairment]:
    """Return what was written down and recovered, the earliest first."""
    return session.scalars(
        select(InvestmentImpairment)
        .where(InvestmentImpairment.investment_id == investment_id)
        .order_by(InvestmentImpairment.booked_on, InvestmentImpairment.id)
    ).all()


def impair(
    session: Session,
    number: str,
    *,
    on: date,
    minor: int,
    evidence: str,
    actor: str,
    clock: Clock,
) -> InvestmentImpairment:
    """Write an investment down, or (negative) take it back for a short-term one.

    长期投资减值不得转回 (2020 解释 [A]; unverified for 2024). Raises InvalidInput, InvestmentShort.
    """
    investment, known = investments.locked(session, number), catalogue.load(session)
    steps.not_future(on, clock)
    if on < investment.starts_on or not 0 < abs(minor) <= MAX_MINOR:
        raise InvalidInput(field="减值日期、金额", reason="不能早于起始日，金额不能为零")
    before = impaired(session, investment.id)
    if minor < 0 and investment.kind is not InvestmentKind.WEALTH_PRODUCT:
        raise InvalidInput(field="金额", reason="长期投资减值准备不得转回")
    if minor < -before:
        raise InvalidInput(field="金额", reason=f"转回不能超过已提减值 {to_text(before)}")
    held = investments.figures(session, investment.id).value_minor
    investments.enough(investment, held - before, minor)
    voucher = posting.investment_impaired(
        known,
        steps.event(on, f"{'计提' if minor > 0 else '转回'} {investment.product} 减值准备"),
        TAGS[investment.kind],
        investment.fund_id,
        minor,
    )
    row = InvestmentImpairment(
        investment_id=investment.id,
        booked_on=on,
        amount_minor=minor,
        evidence=steps.filled_in("凭据", evidence),
        voucher_id=steps.book(session, voucher, actor=actor, clock=clock),
        created_by=actor,
        created_at=clock.now(),
    )
    session.add(row)
    session.flush()
    _noted(session, row, actor=actor, clock=clock)
    return row


def undo_impairment(session: Session, impairment_id: int, *, actor: str, clock: Clock) -> None:
    """Take an impairment back whose voucher was discarded or reversed.

    Raises UnknownThing, StillBooked, InvalidInput, Conflict for what left with a redemption.
    """
    row = session.get(InvestmentImpairment, impairment_id)
    if row is None:
        raise UnknownThing(number=impairment_id)
    investment = session.get_one(Investment, row.investment_id, with_for_update=True)
    if session.scalar(
        select(InvestmentMovement.id).where(InvestmentMovement.voucher_id == row.voucher_id)
    ):
        raise Conflict(reason="该减值随收回转出，请撤销收回")
    steps.require_gone(session, row.voucher_id)
    left = impaired(session, investment.id) - row.amount_minor
    if not 0 <= left <= investments.figures(session, investment.id).value_minor:
        raise Conflict(reason="此后还有变动，请先撤销后面的变动")
    session.delete(row)
    session.flush()
    steps.note(
        session,
        "investment.undo_impairment",
        f"investment:{investment.id}",
        actor=actor,
        clock=clock,
        amount=to_text(row.amount_minor),
    )


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
    now = investments.figures(session, investment.id)
    investments.enough(
        investment, now.value_minor - impaired(session, investment.id), done.value_minor
    )
    investments.enough(investment, now.due_minor, done.due_minor)
    mirror = investments.movement(
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
    added = investments.add(session, mirror, actor=actor, clock=clock)
    released = session.scalar(
        select(InvestmentImpairment).where(InvestmentImpairment.voucher_id == done.voucher_id)
    )
    if released is not None:
        session.delete(released)
        session.flush()
    return added


def _write_down(
    session: Session,
    investment: Investment,
    movement: InvestmentMovement,
    minor: int,
    *,
    actor: str,
    clock: Clock,
) -> None:
    """The allowance that leaves with what is redeemed, by the same voucher, before the value."""
    session.add(
        InvestmentImpairment(
            investment_id=investment.id,
            booked_on=movement.moved_on,
            amount_minor=minor,
            evidence=movement.evidence,
            voucher_id=movement.voucher_id,
            created_by=actor,
            created_at=clock.now(),
        )
    )
    session.flush()


def _noted(session: Session, row: InvestmentImpairment, *, actor: str, clock: Clock) -> None:
    steps.note(
        session,
        "investment.impairment",
        f"investment:{row.investment_id}",
        actor=actor,
        clock=clock,
        amount=to_text(row.amount_minor),
    )
