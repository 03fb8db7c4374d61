"""Hold ratios against requirements. The comparison is exact; nothing printed is ever compared."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from reports.ratios import computing
from reports.ratios.computing import Ratio
from reports.ratios.figures import History
from reports.ratios.rules import Band, LimitKind, Profile, Requirement, RuleSet


class Verdict(StrEnum):
    """What a requirement says of a year."""

    PASS = "pass"
    FAIL = "fail"
    NOT_APPLICABLE = "not_applicable"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, slots=True)
class Basis:
    """One of the ratios that may meet a requirement, and whether it does."""

    ratio: Ratio
    meets: bool | None


@dataclass(frozen=True, slots=True)
class Finding:
    """A requirement held against one year."""

    rule_set: RuleSet
    requirement: Requirement
    fiscal_year: int
    band: Band | None
    share: Fraction | None
    bases: tuple[Basis, ...]
    exempt: bool | None
    verdict: Verdict
    reason: str

    @property
    def is_in_force(self) -> bool:
        """Whether the rule set applied on the last day of the fiscal year."""
        return self.rule_set.in_force(date(self.fiscal_year, 12, 31))


@dataclass(frozen=True, slots=True)
class ConsecutiveFinding:
    """A requirement that must hold in each of several years, the last one named."""

    requirement: Requirement
    last_year: int
    years: tuple[Finding, ...]
    verdict: Verdict


def judge(
    rule_set: RuleSet, requirement: Requirement, history: History, *, fiscal_year: int
) -> Finding:
    """Hold one requirement against one year.

    Without net assets at the start of the year a requirement that rests on them does not apply
    (a first year); where they are not known, nothing can be said.
    """
    bases = _bases(requirement, history, fiscal_year, limit=None)

    def finding(verdict: Verdict, reason: str) -> Finding:
        return Finding(rule_set, requirement, fiscal_year, None, None, bases, None, verdict, reason)

    if requirement.needs_opening:
        opening = computing.amount("opening_net_assets", history, fiscal_year=fiscal_year)
        if opening is None:
            return finding(Verdict.UNDETERMINED, "缺少上年末净资产")
        if opening.total == 0:
            return finding(Verdict.NOT_APPLICABLE, "首年，上年末净资产为零，不适用")
        if opening.total < 0:
            return finding(Verdict.NOT_APPLICABLE, "上年末净资产为负数，不适用")
    deciding = _deciding(requirement, history, fiscal_year)
    if requirement.bands and deciding is None:
        return finding(Verdict.UNDETERMINED, "缺少决定档次的数据")
    band = next((band for band in requirement.bands if band.holds(deciding or Fraction())), None)
    limit = band.share if band else requirement.share
    if limit is None:
        return finding(Verdict.NOT_APPLICABLE, "不在本项规定的净资产范围内")
    bases = _bases(requirement, history, fiscal_year, limit=limit)
    exempt = _exempt(requirement, history, fiscal_year)
    verdict, reason = _verdict(bases, exempt=exempt)
    return Finding(rule_set, requirement, fiscal_year, band, limit, bases, exempt, verdict, reason)


def judge_all(
    rule_sets: tuple[RuleSet, ...], profile: Profile, history: History, *, fiscal_year: int
) -> tuple[Finding, ...]:
    """Hold every requirement that an organisation is under against one year."""
    return tuple(
        judge(rule_set, requirement, history, fiscal_year=fiscal_year)
        for rule_set in rule_sets
        for requirement in rule_set.requirements
        if requirement.applies_to(profile)
    )


def judge_consecutive(
    rule_set: RuleSet, requirement: Requirement, history: History, *, last_year: int
) -> ConsecutiveFinding:
    """Hold a requirement against each of the years it asks for, the last being `last_year`.

    For the tax qualification applied for in year t the last year is t - 1.
    """
    years = tuple(
        judge(rule_set, requirement, history, fiscal_year=year)
        for year in range(last_year, last_year - requirement.each_of_years, -1)
    )
    seen = {finding.verdict for finding in years}
    verdict = next(
        verdict
        for verdict in (
            Verdict.FAIL,
            Verdict.UNDETERMINED,
            Verdict.PASS,
            Verdict.NOT_APPLICABLE,
        )
        if verdict in seen
    )
    return ConsecutiveFinding(requirement, last_year, years, verdict)


def meets(value: Fraction, limit: Fraction, kind: LimitKind) -> bool:
    """Compare unrounded; the limit itself passes."""
    return value >= limit if kind is LimitKind.AT_LEAST else value <= limit


def _bases(
    requirement: Requirement, history: History, fiscal_year: int, *, limit: Fraction | None
) -> tuple[Basis, ...]:
    ratios = tuple(
        computing.ratio(ratio_id, history, fiscal_year=fiscal_year)
        for ratio_id in requirement.ratios
    )
    return tuple(
        Basis(
            ratio,
            None
            if limit is None or ratio.value is None
            else meets(ratio.value, limit, requirement.kind),
        )
        for ratio in ratios
    )


def _deciding(requirement: Requirement, history: History, fiscal_year: int) -> Fraction | None:
    if not requirement.bands:
        return None
    found = computing.amount(requirement.band_by, history, fiscal_year=fiscal_year)
    return None if found is None else found.total


def _exempt(requirement: Requirement, history: History, fiscal_year: int) -> bool | None:
    if requirement.exemption is None:
        return None
    found = computing.amount(requirement.exemption.element, history, fiscal_year=fiscal_year)
    return None if found is None else found.total < requirement.exemption.below_minor


def _verdict(bases: tuple[Basis, ...], *, exempt: bool | None) -> tuple[Verdict, str]:
    met = next((basis for basis in bases if basis.meets), None)
    if met is not None:
        return Verdict.PASS, met.ratio.definition.label
    if exempt:
        return Verdict.PASS, "低于豁免金额，不受比例限制"
    # The first ratio decides; a mean that cannot be computed for want of years saves nobody,
    # but the reader is told, because the missing years may still turn the verdict.
    if bases[0].meets is None:
        return Verdict.UNDETERMINED, bases[0].ratio.reason
    unknown = [
        f"“{basis.ratio.definition.label}”未能计算：{basis.ratio.reason}"
        for basis in bases[1:]
        if basis.meets is None
    ]
    return Verdict.FAIL, "；".join([bases[0].ratio.definition.label, *unknown])
