"""What the registers tell the calendar: investments that mature, and major ones to be published."""

from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.assets import investment_list, rules
from foundation.assets.models import Investment, InvestmentKind, InvestmentMove, InvestmentMovement
from foundation.duties.calendar import Event
from foundation.http.languages import mark

_LOOKS_BACK = timedelta(days=400)


def events(session: Session, *, today: date) -> list[Event]:
    """Return what is held and matures, and the major investments of the last year."""
    return [*_maturities(session), *_major(session, today)]


def _maturities(session: Session) -> list[Event]:
    held = (
        select(InvestmentMovement.investment_id)
        .group_by(InvestmentMovement.investment_id)
        .having(func.sum(InvestmentMovement.value_minor) > 0)
    )
    rows = session.execute(
        select(Investment.number, Investment.product, Investment.matures_on)
        .where(Investment.matures_on.is_not(None), Investment.id.in_(held))
        .order_by(Investment.matures_on, Investment.number)
    )
    return [
        Event(
            "investment_matures",
            row.number,
            row.matures_on,
            detail=mark("{number} {product} 到期"),
            values={"number": row.number, "product": row.product},
            endpoint="investments.show",
            arguments={"number": row.number},
            is_derived=True,
        )
        for row in rows
        if row.matures_on is not None
    ]


def _major(session: Session, today: date) -> list[Event]:
    bought = (
        select(InvestmentMovement.investment_id)
        .where(
            InvestmentMovement.kind == InvestmentMove.PURCHASE,
            InvestmentMovement.id.not_in(
                select(InvestmentMovement.reverses_id).where(
                    InvestmentMovement.reverses_id.is_not(None)
                )
            ),
        )
        .scalar_subquery()
    )
    rows = session.scalars(
        select(Investment)
        .where(
            Investment.id.in_(bought),
            Investment.starts_on.between(today - _LOOKS_BACK, today),
        )
        .order_by(Investment.starts_on, Investment.number)
    )
    return [
        Event(
            "major_transaction",
            f"investment:{one.number}",
            one.starts_on,
            detail=mark("重大投资 {number} {product}"),
            values={"number": one.number, "product": one.product},
            endpoint="investments.show",
            arguments={"number": one.number},
        )
        for one in rows
        if _is_major(session, one, today)
    ]


def _is_major(session: Session, one: Investment, today: date) -> bool:
    """While no level is known, only what is always major is said to be."""
    if rules.level_on(session, one.starts_on) is None and one.kind is not InvestmentKind.EQUITY:
        return False
    cost = investment_list.get_line(session, one.id, today=today).cost_minor
    return rules.needs_resolution(session, one.kind, cost, one.starts_on)
