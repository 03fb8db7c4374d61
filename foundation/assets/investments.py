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
from ledger.money import to_text

TAGS = {
    InvestmentKind.WEALTH_PRODUCT: "short_term_investment",
    InvestmentKind.LONG_TERM_BOND: "long_term_debt_investment",
    InvestmentKind.EQUITY: "long_term_equity",
}
PAID = "对外投资所支付的现金"
RECOVERED = "收回投资所收到的现金"
EARNED = "取得投资收益所收到的现金"


class ResolutionMissing(InvalidInput):
    """A major investment needs a resolution of the board."""

    code = "investment_resolution_missing"
    message = "重大投资须经理事会决议，请填写决议号（{source}）"


class LevelUnknown(InvalidInput):
    """Nobody can say whether an investment is major before the charter's figure is entered."""

    code = "investment_level_unknown"
    message = "尚未录入章程规定的重大投资金额标准；录入之前，每项投资都须填写理事会决议号"


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
    # 权益法 for shares with significant influence; else 成本法.
    uses_equity_method: bool = False
    income_fund: str | None = None
    # Paid from an account of money, or received as a gift: one of the two.
    account: str = ""
    gift: str | None = None
    # The posted voucher of the purchase, when it was booked before it came into this register.
    voucher: str | None = None


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
    steps.positive("成本", entry.cost_minor)
    resolution = (entry.resolution or "").strip() or None
    if not entry.gift and resolution is None:
        _require_minor(session, entry)
    if entry.uses_equity_method and entry.kind is not InvestmentKind.EQUITY:
        raise InvalidInput(field="核算方法", reason="权益法只适用于长期股权投资")
    if entry.matures_on is not None and entry.matures_on < entry.starts_on:
        raise InvalidInput(field="到期日", reason="不能早于起始日")
    number = steps.numbered(entry.number)
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
        uses_equity_method=entry.uses_equity_method,
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


def _require_minor(session: Session, entry: InvestmentInput) -> None:
    """Without a resolution only an investment that is known to be minor goes on."""
    if not rules.needs_resolution(session, entry.kind, entry.cost_minor, entry.starts_on):
        return
    is_known = rules.level_on(session, entry.starts_on) is not None
    if not is_known and entry.kind is not InvestmentKind.EQUITY:
        raise LevelUnknown
    raise ResolutionMissing(source=rules.source()[0])


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
    given = movement(
        investment, InvestmentMove.DONATION, entry.starts_on, entry.evidence, value=entry.cost_minor
    )
    given.gift_id, given.voucher_id = gift.id, gift.voucher_id
    add(session, given, actor=actor, clock=clock)


def _bought(
    session: Session,
    known: Catalogue,
    investment: Investment,
    entry: InvestmentInput,
    *,
    actor: str,
    clock: Clock,
) -> None:
    made = movement(
        investment,
        InvestmentMove.PURCHASE,
        entry.starts_on,
        entry.evidence,
        value=entry.cost_minor,
        cash=-entry.cost_minor,
    )
    tag, parts = TAGS[investment.kind], [(investment.fund_id, entry.cost_minor)]
    if entry.voucher:
        place = steps.Booked(tag, investment.fund_id, entry.cost_minor)
        made.voucher_id = steps.booked(session, entry.voucher, place)
    else:
        what = event(session, known, entry.starts_on, f"购买 {investment.product}", PAID)
        money = steps.money_account(known, entry.starts_on, entry.account).id
        voucher = posting_rules.investment_bought(known, what, tag, money, parts)
        made.voucher_id = steps.book(session, voucher, actor=actor, clock=clock)
    add(session, made, actor=actor, clock=clock)


def find(session: Session, number: str) -> Investment:
    """Return it by its number. Raises UnknownThing."""
    found = session.scalar(select(Investment).where(Investment.number == number.strip()))
    if found is None:
        raise UnknownThing(number=number)
    return found


def locked(session: Session, number: str) -> Investment:
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


def event(session: Session, known: Catalogue, on: date, summary: str, item: str) -> Event:
    """Return the event of money that moves, with its line of the cash-flow statement."""
    return steps.event(on, summary, cash_flow_item_id=cash_flow_item(session, known, item))


def enough(investment: Investment, held: int, wanted: int) -> None:
    """Refuse to take off more than there is. Raises InvestmentShort."""
    if held < wanted:
        raise InvestmentShort(
            product=investment.product, held=to_text(held), wanted=to_text(wanted)
        )


def movement(
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
    """Return a movement that is not written yet."""
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


def add(
    session: Session, made: InvestmentMovement, *, actor: str, clock: Clock
) -> InvestmentMovement:
    """Write a movement, and what it is into the trail."""
    made.created_by, made.created_at = actor, clock.now()
    session.add(made)
    session.flush()
    steps.note(
        session,
        f"investment.{made.kind.value}",
        f"investment:{made.investment_id}",
        actor=actor,
        clock=clock,
        value=to_text(made.value_minor),
        income=to_text(made.income_minor),
    )
    return made
