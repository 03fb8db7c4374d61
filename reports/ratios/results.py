"""The ratios of a file of foundation-years in the form that programs read.

Every row carries two views. The flat keys are the columns of a published table of
foundation-years: what the row by itself says, by the one-year ratios, against 189号 and 27号 for
an organisation without public fundraising, whatever the year. The keys `ratios`, `verdicts`,
`ties` and `flags` carry the whole: every horizon, every rule set with the days it applies,
and the figures behind each number.
"""

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ledger import money
from reports.ratios import figure_flags, flags, printing, ratio_flags, reading, ties
from reports.ratios.computing import Ratio, Side
from reports.ratios.figures import History, YearFigures
from reports.ratios.flags import Flag
from reports.ratios.observed import Observed
from reports.ratios.reading import FoundationYear
from reports.ratios.rules import Organisation, Profile, RuleSet, Status, get_rule_set, rule_sets
from reports.ratios.ties import Tie
from reports.ratios.verdicts import Finding, Verdict, judge, judge_all, judge_consecutive

_FORM_RATIOS = (
    "charity_1y",
    "charity_2y",
    "charity_3y",
    "charity_mean_3y",
    "admin_1y",
    "admin_2y",
    "admin_3y",
    "management_1y",
    "management_statement_1y",
    "management_without_negative",
)
_FLAT_TIES = (
    "chk_parts_sum",
    "chk_income_expense_change",
    "chk_class_split",
    "chk_roll_forward",
)
_CIRCULAR_WITHOUT_BALANCE_SHEET = frozenset({"chk_class_split", "chk_roll_forward"})
_WITHOUT_PUBLIC_FUNDRAISING = Profile(
    organisation=Organisation.FOUNDATION,
    public_fundraising=False,
    central_ministry_university=False,
)


def compute_csv(
    source: str | Path, *, profile: Profile = _WITHOUT_PUBLIC_FUNDRAISING
) -> list[dict[str, Any]]:
    """Compute ratios, verdicts and flags for every row of a file (or text) of foundation-years.

    Raises reading.InvalidFigures with row, field, found and expected for what cannot be read,
    and NotFound for an absent file.
    """
    return [as_json(seen) for seen in observe_all(reading.read(source), profile=profile)]


def observe_all(years: tuple[FoundationYear, ...], *, profile: Profile) -> tuple[Observed, ...]:
    """Put every year beside the other years of its foundation and judge it."""
    issued = tuple(item for item in rule_sets() if item.status is Status.ISSUED)
    by_foundation: dict[str, list[FoundationYear]] = defaultdict(list)
    for year in years:
        # Rows without a name stand alone: nothing says that they belong together.
        by_foundation[year.foundation or f"第{year.row}行"].append(year)
    return tuple(
        _observed(year, by_foundation[year.foundation or f"第{year.row}行"], profile, issued)
        for year in years
    )


def raise_flags(seen: Observed) -> tuple[Flag, ...]:
    """Raise every flag of one year, contradictions first, none twice."""
    found: dict[tuple[str, tuple[str, ...]], Flag] = {}
    for flag in (
        *ties.flag_ties(seen.ties, seen.year.figures),
        *ties.flag_comparisons(seen.year.figures),
        *figure_flags.look_at_figures(seen),
        *ratio_flags.look_at_ratios(seen),
    ):
        found.setdefault((flag.code, flag.fields), flag)
    return flags.ordered(found.values())


def as_json(seen: Observed) -> dict[str, Any]:
    """Return one year as nothing but dicts, lists, text, whole numbers, booleans and None."""
    shown = dict.fromkeys(_FORM_RATIOS)
    for finding in seen.findings:
        shown.update(dict.fromkeys(finding.requirement.ratios))
    return {
        "row": seen.year.row,
        "row_id": seen.year.row_id,
        "foundation": seen.year.foundation,
        "fiscal_year": seen.fiscal_year,
        **_flat(seen),
        "ratios": {ratio_id: ratio_json(seen.ratio(ratio_id)) for ratio_id in shown},
        "verdicts": [finding_json(finding) for finding in seen.findings],
        "consecutive_verdicts": _consecutive(seen),
        "ties": [_tie_json(tie) for tie in seen.ties],
        "flags": [flag_json(flag) for flag in raise_flags(seen)],
    }


def ratio_json(ratio: Ratio) -> dict[str, Any]:
    """Return a ratio with its drill-down."""
    return {
        "label": ratio.definition.label,
        "printed": ratio.printed,
        "four_decimals": ratio.four_decimals,
        "fraction": printing.exact(ratio.value),
        "reason": ratio.reason,
        "numerator": _side_json(ratio.numerator),
        "denominator": _side_json(ratio.denominator),
    }


def finding_json(finding: Finding) -> dict[str, Any]:
    """Return a verdict with what it rests on."""
    return {
        "rule_set": finding.rule_set.id,
        "number": finding.rule_set.number,
        "in_force": finding.is_in_force,
        "requirement": finding.requirement.id,
        "label": finding.requirement.label,
        "article": finding.requirement.article,
        "kind": finding.requirement.kind.value,
        "band": finding.band.label if finding.band else None,
        "limit_pct": printing.share(finding.share) if finding.share is not None else None,
        "grade": (finding.band.grade if finding.band else finding.rule_set.grade).value,
        "bases": [
            {
                "ratio": basis.ratio.definition.id,
                "printed": basis.ratio.printed,
                "four_decimals": basis.ratio.four_decimals,
                "fraction": printing.exact(basis.ratio.value),
                "meets": basis.meets,
            }
            for basis in finding.bases
        ],
        "exempt": finding.exempt,
        "verdict": finding.verdict.value,
        "reason": finding.reason,
        "on_failure": finding.requirement.on_failure if finding.verdict is Verdict.FAIL else "",
    }


def flag_json(flag: Flag) -> dict[str, Any]:
    """Return a flag."""
    difference = flag.difference_minor
    return {
        "code": flag.code,
        "level": flag.level.value,
        "fields": list(flag.fields),
        "message": flag.message,
        "found": flag.found,
        "expected": flag.expected,
        "difference": None if difference is None else money.to_text(difference),
        "explanation": flag.explanation,
    }


def _observed(
    year: FoundationYear,
    family: list[FoundationYear],
    profile: Profile,
    issued: tuple[RuleSet, ...],
) -> Observed:
    history = _history(year, family)
    fiscal_year = year.figures.fiscal_year
    before = [other for other in family if other.figures.fiscal_year == fiscal_year - 1]
    return Observed(
        year=year,
        history=history,
        ties=ties.list_ties(year.figures),
        findings=judge_all(issued, profile, history, fiscal_year=fiscal_year),
        previous=before[0] if len(before) == 1 else None,
        same_year_rows=tuple(
            other.row
            for other in family
            if other is not year and other.figures.fiscal_year == fiscal_year
        ),
    )


def _history(year: FoundationYear, family: list[FoundationYear]) -> History:
    # A year that stands in two rows is nobody's evidence for another year.
    rows: dict[int, list[YearFigures]] = defaultdict(list)
    for other in family:
        rows[other.figures.fiscal_year].append(other.figures)
    single = {key: found[0] for key, found in rows.items() if len(found) == 1}
    return {**single, year.figures.fiscal_year: year.figures}


def _flat(seen: Observed) -> dict[str, str]:
    year, history = seen.fiscal_year, seen.history

    def held(rule_set_id: str, requirement_id: str) -> Finding:
        rule_set = get_rule_set(rule_set_id)
        requirement = rule_set.requirement(requirement_id)
        return judge(rule_set, requirement, history, fiscal_year=year)

    spending = held("minfa_2016_189", "spending")
    management = held("minfa_2016_189", "management")
    tax_spending, tax_management = (
        held("tax_2020_27", "spending"),
        held("tax_2020_27", "management"),
    )
    return {
        "form_charity_pct_1y": seen.ratio("charity_1y").printed,
        "form_charity_pct_2y": seen.ratio("charity_2y").printed,
        "form_charity_pct_3y": seen.ratio("charity_3y").printed,
        "form_admin_pct_1y": seen.ratio("admin_1y").printed,
        "form_admin_pct_2y": seen.ratio("admin_2y").printed,
        "form_admin_pct_3y": seen.ratio("admin_3y").printed,
        "calc_charity_pct": seen.ratio("charity_1y").four_decimals,
        "calc_wages_admin_pct": seen.ratio("admin_1y").four_decimals,
        "calc_mgmt_stmt_pct": seen.ratio("management_statement_1y").four_decimals,
        "band_189": spending.band.label if spending.band else "",
        "min_charity_pct_189": _limit(spending),
        "max_mgmt_pct_189": _limit(management),
        "pass_189_charity": _letter(spending.bases[0].meets),
        "pass_189_mgmt": _letter(management.exempt or management.bases[0].meets),
        "mgmt_exempt_lt_200000": _letter(management.exempt),
        "pass_8pct_27hao": _letter(tax_spending.bases[0].meets),
        "pass_12pct_27hao": _letter(tax_management.bases[0].meets),
        **_flat_ties(seen),
    }


def _flat_ties(seen: Observed) -> dict[str, str]:
    # A row whose closing figure is opening plus change was taken without a balance sheet. What
    # holds there holds by construction, and the table of foundation-years leaves it blank.
    circular = _CIRCULAR_WITHOUT_BALANCE_SHEET if seen.year.is_closing_derived else frozenset()
    shown = {
        tie.identity.code: money.to_text(tie.difference_minor)
        for tie in seen.ties
        if not (tie.holds and tie.identity.code in circular)
    }
    return {code: shown.get(code, "") for code in _FLAT_TIES}


def _limit(finding: Finding) -> str:
    return "" if finding.share is None else printing.share(finding.share)


def _letter(answer: bool | None) -> str:
    return "" if answer is None else "Y" if answer else "N"


def _consecutive(seen: Observed) -> list[dict[str, Any]]:
    held = [
        judge_consecutive(
            finding.rule_set, finding.requirement, seen.history, last_year=seen.fiscal_year
        )
        for finding in seen.findings
        if finding.requirement.each_of_years > 1
    ]
    return [
        {
            "rule_set": result.years[0].rule_set.id,
            "requirement": result.requirement.id,
            "years": {str(item.fiscal_year): item.verdict.value for item in result.years},
            "verdict": result.verdict.value,
        }
        for result in held
    ]


def _side_json(side: Side | None) -> Mapping[str, Any] | None:
    if side is None:
        return None
    exact = side.total / 100
    return {
        "element": side.element,
        "label": side.label,
        "method": side.method.value,
        "years": side.years,
        # The mean of three years may fall between two fen; then only the fraction is exact.
        "total": money.to_text(printing.round_half_up(side.total)),
        "total_fraction": printing.exact(exact),
        "parts": [
            {
                "fiscal_year": part.fiscal_year,
                "field": part.field,
                "label": part.label,
                "amount": money.to_text(part.amount_minor),
            }
            for part in side.parts
        ],
    }


def _tie_json(tie: Tie) -> dict[str, Any]:
    return {
        "code": tie.identity.code,
        "label": tie.identity.label,
        "holds": tie.holds,
        "difference": money.to_text(tie.difference_minor),
        "computed": [[part.field, money.to_text(part.amount_minor)] for part in tie.computed],
        "printed": [[part.field, money.to_text(part.amount_minor)] for part in tie.printed],
        "blank_as_zero": list(tie.blanks),
    }
