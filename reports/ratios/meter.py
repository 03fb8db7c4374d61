"""The running meter: what must still be spent by year end, and what one more payment changes.

All amounts are exact. A required amount is rounded up to the fen, an allowance down, so that
spending precisely what is stated passes and one fen less does not.
"""

import math
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from ledger.errors import InvalidInput
from reports.ratios.computing import Ratio
from reports.ratios.figures import History, fields
from reports.ratios.measures import PaymentKind, measures
from reports.ratios.rules import LimitKind, Requirement, RuleSet
from reports.ratios.verdicts import Finding, Verdict, judge


class WrongMeter(InvalidInput):
    """The requirement is not of the kind that this meter reads."""

    code = "wrong_meter"
    message = "“{requirement}”不是{expected}要求，不能这样计量"


class PaymentNotPlaced(InvalidInput):
    """No figure of the year is known that the payment would add to."""

    code = "payment_not_placed"
    message = "{year}年度没有可以计入“{kind}”的数据，先填写{field}（可为零）"


@dataclass(frozen=True, slots=True)
class SpendingOption:
    """One ratio that would meet the requirement, and what it still takes."""

    ratio: Ratio
    required_minor: int | None
    remaining_minor: int | None


@dataclass(frozen=True, slots=True)
class SpendingMeter:
    """What must still be spent in a year. `remaining_minor` is that of the easiest option."""

    finding: Finding
    spent_minor: int | None
    options: tuple[SpendingOption, ...]
    remaining_minor: int | None
    year_end: date
    days_left: int


@dataclass(frozen=True, slots=True)
class ManagementMeter:
    """How much room management expense has.

    `headroom_minor` may still be spent on management, with nothing else spent; it is None where
    there is no limit to measure. `cure_minor` is the spending on charity that would bring a
    ratio that fails back to the limit: zero while it passes.
    """

    finding: Finding
    spent_minor: int | None
    total_minor: int | None
    headroom_minor: int | None
    cure_minor: int | None


@dataclass(frozen=True, slots=True)
class Payment:
    """One more payment of the year."""

    kind: PaymentKind
    amount_minor: int


@dataclass(frozen=True, slots=True)
class PaymentEffect:
    """A requirement before and after a payment."""

    before: Finding
    after: Finding

    @property
    def changes_verdict(self) -> bool:
        return self.before.verdict is not self.after.verdict


def spending(
    rule_set: RuleSet,
    requirement: Requirement,
    history: History,
    *,
    fiscal_year: int,
    on: date,
) -> SpendingMeter:
    """Measure what an at-least requirement still asks for. Raises WrongMeter for another kind."""
    if requirement.kind is not LimitKind.AT_LEAST:
        raise WrongMeter(requirement=requirement.label, expected="最低支出")
    finding = judge(rule_set, requirement, history, fiscal_year=fiscal_year)
    options = tuple(_option(basis.ratio, finding.share) for basis in finding.bases)
    known = [option.remaining_minor for option in options if option.remaining_minor is not None]
    year_end = date(fiscal_year, 12, 31)
    spent = finding.bases[0].ratio.numerator
    return SpendingMeter(
        finding=finding,
        spent_minor=None if spent is None else int(spent.total),
        options=options,
        remaining_minor=min(known) if known else None,
        year_end=year_end,
        days_left=max(0, (year_end - on).days),
    )


def management(
    rule_set: RuleSet, requirement: Requirement, history: History, *, fiscal_year: int
) -> ManagementMeter:
    """Measure the room that an at-most requirement leaves. Raises WrongMeter for another kind."""
    if requirement.kind is not LimitKind.AT_MOST:
        raise WrongMeter(requirement=requirement.label, expected="最高费用")
    finding = judge(rule_set, requirement, history, fiscal_year=fiscal_year)
    ratio = finding.bases[0].ratio
    if ratio.numerator is None or ratio.denominator is None or finding.share is None:
        return ManagementMeter(finding, None, None, None, None)
    spent, whole = ratio.numerator.total, ratio.denominator.total
    return ManagementMeter(
        finding=finding,
        spent_minor=int(spent),
        total_minor=int(whole),
        headroom_minor=_headroom(requirement, finding.share, spent, whole),
        cure_minor=0
        if finding.verdict is Verdict.PASS
        else max(0, math.ceil(spent / finding.share - whole)),
    )


def with_payment(history: History, payment: Payment, *, fiscal_year: int) -> History:
    """Return the years with one more payment in one of them.

    A payment raises every figure it would be part of: the line, and the printed totals. Raises
    PaymentNotPlaced when no line of that kind is known yet.
    """
    definition = measures().payments[payment.kind]
    figures = history[fiscal_year]
    lines = [name for group in definition.adds for name in group]
    totals = {"rpt_total_expense", "expense_total_stmt"}
    if not any(figures.knows(name) for name in lines if name not in totals):
        label = fields().label(lines[0])
        raise PaymentNotPlaced(year=fiscal_year, kind=definition.label, field=label)
    for group in definition.adds:
        name = next((name for name in group if figures.knows(name)), None)
        if name is not None:
            figures = figures.plus(name, payment.amount_minor)
    return {**history, fiscal_year: figures}


def payment_effect(
    rule_set: RuleSet,
    requirement: Requirement,
    history: History,
    payment: Payment,
    *,
    fiscal_year: int,
) -> PaymentEffect:
    """Tell what one more payment changes for a requirement."""
    after = with_payment(history, payment, fiscal_year=fiscal_year)
    return PaymentEffect(
        before=judge(rule_set, requirement, history, fiscal_year=fiscal_year),
        after=judge(rule_set, requirement, after, fiscal_year=fiscal_year),
    )


def _option(ratio: Ratio, share: Fraction | None) -> SpendingOption:
    if ratio.value is None or ratio.numerator is None or ratio.denominator is None or not share:
        return SpendingOption(ratio, None, None)
    required = math.ceil(share * ratio.denominator.total)
    # Spending is whole fen, so what is missing of a required fraction is a whole fen, too.
    return SpendingOption(ratio, required, max(0, required - int(ratio.numerator.total)))


def _headroom(requirement: Requirement, share: Fraction, spent: Fraction, whole: Fraction) -> int:
    # Management is part of the total: x more passes while (spent + x) <= share * (whole + x).
    by_ratio = math.floor((share * whole - spent) / (1 - share))
    by_exemption = -1
    if requirement.exemption is not None:
        by_exemption = requirement.exemption.below_minor - 1 - int(spent)
    return max(0, by_ratio, by_exemption)
