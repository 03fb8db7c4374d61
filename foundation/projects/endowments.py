"""Endowments: principal and income as two funds of one agreement, given out by a dated rule."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.agreements.models import Agreement
from foundation.funds import service as fund_service
from foundation.projects.models import Endowment, EndowmentBase, EndowmentRule
from ledger import balances, funds, trail
from ledger.balances import Span
from ledger.clock import Clock
from ledger.errors import Conflict, InvalidInput, NotFound
from ledger.funds import Fund, Restriction

_WHOLE = 10000


@dataclass(frozen=True, slots=True)
class RuleInput:
    """A rule as resolved. Shares are hundredths of a percent."""

    in_force_from: date
    base: EndowmentBase
    spend_basis_points: int
    resolution: str
    reinvest_basis_points: int = 0
    years: int = 1


@dataclass(frozen=True, slots=True)
class Allowance:
    """What an endowment may give out in a year by the rule in force on its first day."""

    year: int
    rule: EndowmentRule
    base_minor: int
    allowed_minor: int
    reinvest_minor: int
    spent_minor: int

    @property
    def left_minor(self) -> int:
        """What may still be given out; negative when more was given than allowed."""
        return self.allowed_minor - self.spent_minor


def open_endowment(
    session: Session,
    principal: str,
    income: str,
    *,
    since: date,
    actor: str,
    clock: Clock,
    agreement: str = "",
) -> Endowment:
    """Join two funds into an endowment. Raises UnknownFund, NotFound, InvalidInput, Conflict."""
    first, second = funds.get_fund(session, principal), funds.get_fund(session, income)
    if first.restriction is not Restriction.PERMANENT:
        raise InvalidInput(field="本金基金", reason=f"{first.code} 不是永久限定基金")
    if second.restriction is Restriction.PERMANENT:
        raise InvalidInput(field="收益基金", reason=f"{second.code} 是永久限定基金，不能支出")
    taken = session.execute(
        select(Endowment.principal_fund_id).where(
            (Endowment.principal_fund_id == first.id) | (Endowment.income_fund_id == second.id)
        )
    ).first()
    if taken is not None:
        raise Conflict(reason="本金基金或收益基金已属于另一永续基金")
    agreement_id = None
    if agreement.strip():
        agreement_id = session.execute(
            select(Agreement.id).where(Agreement.number == agreement.strip())
        ).scalar()
        if agreement_id is None:
            raise NotFound(what="捐赠协议", name=agreement.strip())
    made = Endowment(
        principal_fund_id=first.id,
        income_fund_id=second.id,
        agreement_id=agreement_id,
        since=since,
        created_by=actor,
        created_at=clock.now(),
    )
    session.add(made)
    session.flush()
    detail = {"income": second.code, "since": since.isoformat()}
    _note(session, first, "endowment.open", detail, actor, clock)
    return made


def set_rule(
    session: Session, principal: str, entry: RuleInput, *, actor: str, clock: Clock
) -> EndowmentRule:
    """Add a rule from a date on; earlier ones stay. Raises UnknownFund, NotFound, InvalidInput."""
    fund = funds.get_fund(session, principal)
    get_endowment(session, fund.id)
    if not 0 <= entry.spend_basis_points <= _WHOLE:
        raise InvalidInput(field="分配比例", reason="应为 0 至 100")
    most = _WHOLE - entry.spend_basis_points if entry.base is EndowmentBase.INCOME else 0
    if not 0 <= entry.reinvest_basis_points <= most:
        raise InvalidInput(field="转入本金比例", reason="与分配比例合计不能超过收益的 100%")
    if not 1 <= entry.years <= 10:
        raise InvalidInput(field="平均年数", reason="应为 1 至 10")
    if not 0 < len(entry.resolution.strip()) <= 200:
        raise InvalidInput(field="决议", reason="请写明理事会决议或协议条款，最多 200 字")
    same = session.execute(
        select(EndowmentRule.id).where(
            EndowmentRule.principal_fund_id == fund.id,
            EndowmentRule.in_force_from == entry.in_force_from,
        )
    ).first()
    if same is not None:
        raise Conflict(reason=f"自 {entry.in_force_from.isoformat()} 起已有一条分配规则")
    rule = EndowmentRule(
        principal_fund_id=fund.id,
        in_force_from=entry.in_force_from,
        base=entry.base,
        spend_basis_points=entry.spend_basis_points,
        reinvest_basis_points=entry.reinvest_basis_points,
        years=entry.years,
        resolution=entry.resolution.strip(),
        set_by=actor,
        set_at=clock.now(),
    )
    session.add(rule)
    session.flush()
    detail = {
        "from": entry.in_force_from.isoformat(),
        "base": entry.base.value,
        "spend": entry.spend_basis_points,
        "reinvest": entry.reinvest_basis_points,
    }
    _note(session, fund, "endowment.rule", detail, actor, clock)
    return rule


def get_endowment(session: Session, principal_fund_id: int) -> Endowment:
    """Return the endowment of a principal fund. Raises NotFound."""
    found = session.get(Endowment, principal_fund_id)
    if found is None:
        raise NotFound(what="永续基金", name=str(principal_fund_id))
    return found


def find_endowment(session: Session, fund_id: int) -> Endowment | None:
    """Return the endowment that a fund is principal or income of, or None."""
    return session.execute(
        select(Endowment).where(
            (Endowment.principal_fund_id == fund_id) | (Endowment.income_fund_id == fund_id)
        )
    ).scalar_one_or_none()


def list_rules(session: Session, principal_fund_id: int) -> list[EndowmentRule]:
    """Return the rules of an endowment, the latest first."""
    return list(
        session.execute(
            select(EndowmentRule)
            .where(EndowmentRule.principal_fund_id == principal_fund_id)
            .order_by(EndowmentRule.in_force_from.desc())
        ).scalars()
    )


def allowance(session: Session, principal_fund_id: int, year: int) -> Allowance | None:
    """Return what may be given out in a year, or None while no rule is in force.

    By income: a share of what the income fund received in the year. By net assets: a share of
    the mean of the principal's and income's net assets at the ends of the years before.
    """
    found = get_endowment(session, principal_fund_id)
    rule = next(
        (
            rule
            for rule in list_rules(session, principal_fund_id)
            if rule.in_force_from <= date(year, 12, 31)
        ),
        None,
    )
    if rule is None:
        return None
    of_income = fund_service.roll_forward(session, found.income_fund_id, Span.of_year(year, 12))
    if rule.base is EndowmentBase.INCOME:
        base = of_income.income_minor
    else:
        base = _mean(session, found, year, rule.years)
    return Allowance(
        year=year,
        rule=rule,
        base_minor=base,
        allowed_minor=max(base, 0) * rule.spend_basis_points // _WHOLE,
        reinvest_minor=max(base, 0) * rule.reinvest_basis_points // _WHOLE,
        spent_minor=of_income.expense_minor,
    )


def _mean(session: Session, found: Endowment, year: int, years: int) -> int:
    total = 0
    for before in range(1, years + 1):
        nets = balances.fund_nets(session, (year - before) * 100 + 12)
        total += nets.get(found.principal_fund_id, 0) + nets.get(found.income_fund_id, 0)
    return total // years


def _note(
    session: Session,
    fund: Fund,
    action: str,
    detail: Mapping[str, object],
    actor: str,
    clock: Clock,
) -> None:
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action=action,
        subject=f"fund:{fund.code}",
        detail=detail,
    )
