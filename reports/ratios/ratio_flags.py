"""Flags about ratios: printed against recomputed, implausible, and what verdicts need said."""

from collections.abc import Iterator
from fractions import Fraction

from ledger import money
from reports.ratios import printing
from reports.ratios.checks import checks
from reports.ratios.computing import Blank, Ratio
from reports.ratios.figures import Part, fields
from reports.ratios.flags import Flag, Level
from reports.ratios.observed import Observed
from reports.ratios.reading import Published
from reports.ratios.rules import LimitKind
from reports.ratios.verdicts import Finding, Verdict, meets

# A published ratio, the ratio it should be, and those it is sometimes mistaken for.
_PUBLISHED = {
    "pub_charity_pct_1y": (
        "charity_1y",
        ("charity_2y", "charity_3y", "charity_mean_3y"),
    ),
    "pub_admin_pct_1y": (
        "admin_1y",
        ("management_statement_1y", "management_without_negative", "admin_2y", "admin_3y"),
    ),
}
_SUBSTITUTES = {
    "charity": ("cost_restricted", "cost_unrestricted"),
    "management": ("rpt_wages", "rpt_admin_office"),
}


def look_at_ratios(seen: Observed) -> Iterator[Flag]:
    """Raise every flag of this module."""
    yield from _published(seen)
    yield from _implausible(seen)
    yield from _exceeding(seen)
    yield from _missing(seen)
    yield from _substitutes(seen)
    yield from _verdicts(seen)


def _published(seen: Observed) -> Iterator[Flag]:
    for name, (ratio_id, mistaken) in _PUBLISHED.items():
        published, ratio = seen.year.published.get(name), seen.ratio(ratio_id)
        if published is None or ratio.blank is Blank.MISSING:
            continue
        if ratio.value is not None and _prints_as(ratio.value, published):
            continue
        code = "charity_pct_differs" if ratio_id == "charity_1y" else "admin_pct_differs"
        yield Flag(
            code=code,
            level=Level.MISMATCH,
            fields=(name,),
            message=f"公布的比例与重新计算的不符：公布 {published.text}，"
            f"应为 {ratio.printed or '空白'}（{ratio.four_decimals or ratio.reason}）",
            found=published.text,
            expected=ratio.printed,
            explanation=_why_published(seen, published, ratio, mistaken),
        )
        suspects = _in_another_unit(ratio, published)
        if suspects:
            labels = "、".join(f"“{fields().label(field)}”" for field in suspects)
            yield Flag(
                code="unit_suspect",
                level=Level.MISMATCH,
                fields=suspects,
                message=f"{labels}之一或同侧各项按万元与元换算一万倍后与公布的比例相符，"
                "金额单位疑有误",
                found=ratio.printed,
                expected=published.text,
            )


def _prints_as(value: Fraction, published: Published) -> bool:
    decimals = max(published.decimals, printing.FORM_DECIMALS)
    return Fraction(printing.rounded(value, decimals=decimals)) == published.percent


def _why_published(
    seen: Observed, published: Published, ratio: Ratio, mistaken: tuple[str, ...]
) -> str:
    if ratio.value is None:
        return "分母为零，比例应留空"
    if _prints_as(ratio.value / 100, published):
        return "公布的是小数，未换算为百分数"
    if int(ratio.value * 10_000) == published.percent * 100:
        return "公布的比例舍去了尾数，应四舍五入"
    for ratio_id in mistaken:
        other = seen.ratio(ratio_id)
        if other.value is not None and _prints_as(other.value, published):
            return f"公布的数等于“{other.definition.label}”"
    return ""


def _in_another_unit(ratio: Ratio, published: Published) -> tuple[str, ...]:
    """Name the figures that, one or a whole side read in the other unit, give what is published."""
    if ratio.numerator is None or ratio.denominator is None:
        return ()
    found: list[str] = []
    top, bottom = ratio.numerator.total, ratio.denominator.total
    for part in ratio.numerator.parts:
        others = top - part.amount_minor
        if any(_nearly(others + size, bottom, published) for size in _rescaled(part)):
            found.append(part.field)
    for part in ratio.denominator.parts:
        others = bottom - part.amount_minor
        if any(_nearly(top, others + size, published) for size in _rescaled(part)):
            found.append(part.field)
    if any(_nearly(size, bottom, published) for size in _rescaled_total(top)):
        found.extend(part.field for part in ratio.numerator.parts)
    return tuple(dict.fromkeys(found))


def _rescaled(part: Part) -> tuple[Fraction, ...]:
    return _rescaled_total(Fraction(part.amount_minor))


def _rescaled_total(amount: Fraction) -> tuple[Fraction, ...]:
    factor = checks().unit_factor
    return (amount * factor, amount / factor) if amount else ()


def _nearly(top: Fraction, bottom: Fraction, published: Published) -> bool:
    # A figure in 万元 is itself rounded, so the last printed digit may differ by one.
    if bottom <= 0 or published.percent <= 0:
        return False
    difference = abs(top / bottom * 100 - published.percent)
    return difference <= Fraction(1, 100) and difference * 20 <= published.percent


def _implausible(seen: Observed) -> Iterator[Flag]:
    ratio = seen.ratio("charity_1y")
    if ratio.value is None or ratio.value <= 0:
        return
    if checks().implausible_below <= ratio.value <= checks().implausible_above:
        return
    yield Flag(
        code="unit_suspect",
        level=Level.MISMATCH,
        fields=_fields_of(ratio),
        message=f"慈善活动支出为上年末净资产的 {ratio.printed}%，金额单位（元、万元）疑不一致",
        found=ratio.printed,
        expected="同一金额单位",
    )


def _exceeding(seen: Observed) -> Iterator[Flag]:
    whole = seen.element("total_expense")
    if whole is None:
        return
    for element_id, code in (
        ("charity", "charity_exceeds_total"),
        ("management", "management_exceeds_total"),
    ):
        part = seen.element(element_id)
        if part is not None and part.total - whole.total > checks().tolerance_minor:
            difference = int(part.total - whole.total)
            yield Flag(
                code=code,
                level=Level.NOTE,
                fields=tuple(item.field for item in part.parts + whole.parts),
                message=f"{part.label}大于当年总支出 {money.grouped(difference)} 元，须说明"
                "（其他费用、筹资费用或减值为负数等）",
                found=money.to_text(int(part.total)),
                expected=f"不大于 {money.to_text(int(whole.total))}",
                difference_minor=difference,
            )


def _missing(seen: Observed) -> Iterator[Flag]:
    for ratio_id in ("charity_1y", "management_1y"):
        ratio = seen.ratio(ratio_id)
        if ratio.blank is Blank.MISSING:
            yield Flag(
                code="figures_missing",
                level=Level.INFO,
                fields=(ratio_id,),
                message=f"“{ratio.definition.label}”未能计算：{ratio.reason}",
            )


def _substitutes(seen: Observed) -> Iterator[Flag]:
    for element_id, names in _SUBSTITUTES.items():
        side = seen.element(element_id)
        if side is not None and {part.field for part in side.parts} <= set(names):
            used = "、".join(f"“{part.label}”" for part in side.parts)
            yield Flag(
                code=f"{element_id}_substituted",
                level=Level.INFO,
                fields=tuple(part.field for part in side.parts),
                message=f"未单列{side.label}，以{used}代替",
            )


def _verdicts(seen: Observed) -> Iterator[Flag]:
    for finding in seen.findings:
        yield from _rounds_to_limit(finding)
        yield from _below_every_band(finding)
    yield from _tax_gap(seen)


def _rounds_to_limit(finding: Finding) -> Iterator[Flag]:
    for basis in finding.bases:
        value, limit = basis.ratio.value, finding.share
        if basis.meets is not False or value is None or limit is None:
            continue
        printed = Fraction(basis.ratio.printed) / 100
        if meets(printed, limit, finding.requirement.kind):
            yield Flag(
                code="rounds_to_limit",
                level=Level.NOTE,
                fields=(finding.rule_set.id, finding.requirement.id, basis.ratio.definition.id),
                message=f"比例列示为 {basis.ratio.printed}%，实际为 "
                f"{basis.ratio.four_decimals}%，未达到{finding.rule_set.number}的 "
                f"{printing.share(limit)}%",
                found=printing.exact(value) or "",
                expected=printing.share(limit),
            )


def _below_every_band(finding: Finding) -> Iterator[Flag]:
    bands, ratio = finding.requirement.bands, finding.bases[0].ratio
    if finding.verdict is not Verdict.FAIL or not bands or ratio.value is None:
        return
    limits = [band.share for band in bands]
    kind = finding.requirement.kind
    easiest = min(limits) if kind is LimitKind.AT_LEAST else max(limits)
    if not meets(ratio.value, easiest, kind):
        yield Flag(
            code="fails_every_band",
            level=Level.NOTE,
            fields=(finding.rule_set.id, finding.requirement.id),
            message=f"{finding.requirement.label}比例 {ratio.four_decimals}%，"
            f"不符合{finding.rule_set.number}任何一档",
            found=ratio.printed,
            expected=printing.share(easiest),
        )


def _tax_gap(seen: Observed) -> Iterator[Flag]:
    def verdicts(rule_set_id: str, kind: LimitKind) -> list[Finding]:
        return [
            finding
            for finding in seen.findings
            if finding.rule_set.id == rule_set_id and finding.requirement.kind is kind
        ]

    for kind in LimitKind:
        general = verdicts("minfa_2016_189", kind)
        tax = verdicts("tax_2020_27", kind)
        if not general or not tax or any(f.verdict is not Verdict.PASS for f in general):
            continue
        for finding in tax:
            if finding.verdict is Verdict.FAIL and finding.share is not None:
                ratio = finding.bases[0].ratio
                freed = "（因管理费用低于豁免金额）" if any(f.exempt for f in general) else ""
                yield Flag(
                    code="tax_gap",
                    level=Level.NOTE,
                    fields=(finding.rule_set.id, finding.requirement.id),
                    message=f"{finding.requirement.label}比例 {ratio.four_decimals}%："
                    f"符合{general[0].rule_set.number}{freed}，不符合"
                    f"{finding.rule_set.number}的 {printing.share(finding.share)}%",
                    found=ratio.printed,
                    expected=printing.share(finding.share),
                )


def _fields_of(ratio: Ratio) -> tuple[str, ...]:
    sides = [side for side in (ratio.numerator, ratio.denominator) if side is not None]
    return tuple(part.field for side in sides for part in side.parts)
