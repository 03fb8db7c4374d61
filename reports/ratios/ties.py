"""Test whether the figures of a year tie, and look for what a difference could be.

The difference is always computed minus printed. An explanation is a guess for the reader (a
figure left out, counted twice, in 万元, booked in the other class); it never makes a flag go
away.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

from ledger import money
from reports.ratios.checks import Comparison, Identity, IdentityVariant, checks
from reports.ratios.figures import FieldSum, Part, YearFigures, fields, total
from reports.ratios.flags import Flag, Level


@dataclass(frozen=True, slots=True)
class Tie:
    """An identity tested on one year."""

    identity: Identity
    computed: tuple[Part, ...]
    printed: tuple[Part, ...]
    difference_minor: int
    blanks: tuple[str, ...]
    elsewhere: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return abs(self.difference_minor) <= checks().tolerance_minor


def list_ties(figures: YearFigures) -> tuple[Tie, ...]:
    """Test every identity that the known figures allow."""
    tested = (_tie(identity, figures) for identity in checks().identities)
    return tuple(tie for tie in tested if tie is not None)


def flag_ties(ties: Iterable[Tie], figures: YearFigures) -> tuple[Flag, ...]:
    """Flag what does not tie, with the likeliest explanation."""
    return tuple(flag for tie in ties if not tie.holds for flag in _broken(tie, figures))


def flag_comparisons(figures: YearFigures) -> tuple[Flag, ...]:
    """Flag figures of the report that differ from those of the statement."""
    compared = (_compared(comparison, figures) for comparison in checks().comparisons)
    return tuple(flag for flag in compared if flag is not None)


def scaled_match(found_minor: int, wanted_minor: int) -> bool:
    """Tell whether one amount is the other in 万元, within what its decimals can carry."""
    factor, slack = checks().unit_factor, checks().unit_slack_minor
    return any(
        wanted != 0 and abs(found * factor - wanted) <= min(slack, abs(wanted) // 1000)
        for found, wanted in ((found_minor, wanted_minor), (wanted_minor, found_minor))
    )


def _tie(identity: Identity, figures: YearFigures) -> Tie | None:
    for variant in identity.variants:
        if variant.computed.usable(figures):
            return _tested(identity, variant, figures)
    return None


def _tested(identity: Identity, variant: IdentityVariant, figures: YearFigures) -> Tie:
    printed_sum = FieldSum(variant.printed, (), (), (), None, None)
    computed, printed = variant.computed.parts(figures), printed_sum.parts(figures)
    used = variant.computed.names() + variant.printed
    return Tie(
        identity=identity,
        computed=computed,
        printed=printed,
        difference_minor=total(computed) - total(printed),
        blanks=tuple(name for name in used if not figures.knows(name)),
        elsewhere=variant.elsewhere,
    )


def _broken(tie: Tie, figures: YearFigures) -> tuple[Flag, ...]:
    names = tuple(part.field for part in tie.computed + tie.printed)
    unit = _in_another_unit(tie)
    flag = Flag(
        code=tie.identity.code,
        level=Level.MISMATCH,
        fields=names,
        message=f"勾稽不符：{tie.identity.label}，"
        f"相差 {money.grouped(tie.difference_minor)} 元（计算数减列示数）",
        found=money.to_text(total(tie.printed)),
        expected=money.to_text(total(tie.computed)),
        difference_minor=tie.difference_minor,
        explanation=_unit_words(unit) if unit else _explain(tie, figures),
    )
    if not unit:
        return (flag,)
    return flag, Flag(
        code="unit_suspect",
        level=Level.MISMATCH,
        fields=(unit.field,),
        message=f"“{unit.label}”的金额单位疑有误：{_unit_words(unit)}",
        found=money.to_text(abs(unit.amount_minor)),
        expected=tie.identity.label,
    )


def _in_another_unit(tie: Tie) -> Part | None:
    """Find the one figure that makes the identity tie when it is read in the other unit."""
    signed = [(part, part.amount_minor) for part in tie.computed]
    signed += [(part, -part.amount_minor) for part in tie.printed]
    for part, amount in signed:
        wanted = amount - tie.difference_minor
        if amount and wanted and scaled_match(amount, wanted):
            return part
    return None


def _unit_words(part: Part) -> str:
    return f"“{part.label}”按万元与元换算一万倍后即可勾稽"


def _explain(tie: Tie, figures: YearFigures) -> str:
    difference = tie.difference_minor
    elsewhere = _charged_elsewhere(tie, figures)
    if elsewhere:
        return "差额等于" + "、".join(map(_quoted, elsewhere)) + "，可能在限定性一栏列支"
    for part in tie.computed:
        if part.amount_minor and difference == part.amount_minor:
            return f"差额等于{_quoted(part.field)}，列示数可能漏计该项，或该项重复填列"
        if part.amount_minor and difference == 2 * part.amount_minor:
            return f"差额等于{_quoted(part.field)}的两倍，正负号可能相反"
    for name, amount in figures.amounts.items():
        if amount and abs(difference) == abs(amount) and name not in _names(tie):
            return f"差额与{_quoted(name)}金额相同"
    if tie.blanks:
        return "未填按零计算：" + "、".join(map(_quoted, tie.blanks))
    return "原因不明，请核对原表并填写说明"


def _charged_elsewhere(tie: Tie, figures: YearFigures) -> tuple[str, ...]:
    known = [name for name in tie.elsewhere if figures.amounts.get(name)]
    for size in range(1, len(known) + 1):
        for names in combinations(known, size):
            if sum(figures.amounts[name] for name in names) == tie.difference_minor:
                return names
    return ()


def _names(tie: Tie) -> set[str]:
    return {part.field for part in tie.computed + tie.printed}


def _quoted(name: str) -> str:
    return f"“{fields().label(name)}”"


def _compared(comparison: Comparison, figures: YearFigures) -> Flag | None:
    if not comparison.left.usable(figures):
        return None
    right = next((item for item in comparison.right if item.usable(figures)), None)
    if right is None:
        return None
    left_parts, right_parts = comparison.left.parts(figures), right.parts(figures)
    difference = total(left_parts) - total(right_parts)
    if abs(difference) <= checks().tolerance_minor:
        return None
    return Flag(
        code=comparison.code,
        level=Level.NOTE,
        fields=tuple(part.field for part in left_parts + right_parts),
        message=f"{comparison.label}相差 {money.grouped(difference)} 元，须填写差异说明",
        found=money.to_text(total(left_parts)),
        expected=money.to_text(total(right_parts)),
        difference_minor=difference,
        explanation=_same_amount(difference, figures.amounts),
    )


def _same_amount(difference: int, amounts: Mapping[str, int]) -> str:
    for name, amount in amounts.items():
        if amount and abs(amount) == abs(difference):
            return f"差额与{_quoted(name)}金额相同"
    return ""
