"""The trace: one line per step, readable as a sentence by an auditor, in Chinese and English."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from foundation.matching.amounts import ratio_text
from foundation.matching.predicates import FactValue

STEPS = {
    1: ("办法版本", "Version"),
    2: ("申请单位", "Claimant"),
    3: ("时限", "Window"),
    4: ("事实齐备", "Facts"),
    5: ("法律前提", "Law"),
    6: ("认定条件", "Rule"),
    7: ("计入金额", "Basis"),
    8: ("单笔与最低额", "Unit and minimum"),
    9: ("认定收入", "Recognised income"),
    10: ("系数", "Coefficients"),
    11: ("配比", "Match"),
    12: ("上限", "Caps"),
    13: ("资金池", "Pool"),
    14: ("取整", "Rounding"),
    15: ("结果", "Result"),
}
OUTCOMES = {
    "passed": ("符合", "passed"),
    "rejected": ("不予认定", "rejected"),
    "open": ("待认定", "open, a person must decide"),
    "not_applied": ("未适用", "not applied"),
    "counted": ("计入", "counted"),
    "unknown": ("办法中未见，暂不能确定", "not seen in the document"),
    "limited": ("受上限限制", "limited"),
    "computed": ("已计算", "computed"),
    "bounded": ("只能给出上限", "only an upper bound can be shown"),
    "shared": ("配比额取决于其他申请单位", "the match depends on the other claimants"),
}
LANGUAGES = {"zh": 0, "en": 1}


@dataclass(frozen=True, slots=True)
class Labels:
    """How facts, reason codes and the words of facts are called: name -> (Chinese, English)."""

    facts: Mapping[str, tuple[str, str]]
    codes: Mapping[str, tuple[str, str]]
    # By fact and word.
    values: Mapping[tuple[str, str], tuple[str, str]]


@dataclass(frozen=True, slots=True)
class TraceLine:
    """One step: which rule, by which clause and source, saw which facts, and said what."""

    step: int
    outcome: str
    rule: str = ""
    clause: str = ""
    sources: tuple[str, ...] = ()
    facts: tuple[tuple[str, FactValue], ...] = ()
    remark_zh: str = ""
    remark_en: str = ""


def sentence(line: TraceLine, *, labels: Labels, language: str = "zh") -> str:
    """Write one line of the trace as a sentence."""
    return _chinese(line, labels) if language == "zh" else _english(line, labels)


def _chinese(line: TraceLine, labels: Labels) -> str:
    parts = [f"第{line.step}步{STEPS[line.step][0]}"]
    basis = "，".join(
        part
        for part in (
            line.clause,
            f"来源 {'、'.join(line.sources)}" if line.sources else "",
            f"规则 {line.rule}" if line.rule else "",
        )
        if part
    )
    if basis:
        parts.append(f"（{basis}）")
    facts = "，".join(
        f"{labels.facts.get(name, (name, name))[0]}为{_value(labels, name, value, 'zh')}"
        for name, value in line.facts
    )
    verdict = OUTCOMES[line.outcome][0]
    if line.rule and line.outcome in ("rejected", "open", "limited"):
        verdict += f"，原因：{labels.codes.get(line.rule, (line.rule, line.rule))[0]}"
    return (
        "".join(parts)
        + "："
        + "；".join(part for part in (facts, verdict, line.remark_zh) if part)
        + "。"
    )


def _english(line: TraceLine, labels: Labels) -> str:
    basis = "; ".join(
        part
        for part in (
            f"rule {line.rule}" if line.rule else "",
            line.clause,
            f"source {', '.join(line.sources)}" if line.sources else "",
        )
        if part
    )
    facts = ", ".join(
        f"{labels.facts.get(name, (name, name))[1]}: {_value(labels, name, value, 'en')}"
        for name, value in line.facts
    )
    verdict = OUTCOMES[line.outcome][1]
    if line.rule and line.outcome in ("rejected", "open", "limited"):
        verdict += f" because {labels.codes.get(line.rule, (line.rule, line.rule))[1]}"
    head = f"Step {line.step}, {STEPS[line.step][1]}" + (f" ({basis})" if basis else "")
    return head + ": " + "; ".join(part for part in (facts, verdict, line.remark_en) if part) + "."


def _value(labels: Labels, name: str, value: FactValue, language: str) -> str:
    position = LANGUAGES[language]
    if isinstance(value, str) and (word := labels.values.get((name, value))):
        return word[position]
    if value is None or value == "":
        return ("未知", "not known")[position]
    if isinstance(value, bool):
        return (("否", "是"), ("no", "yes"))[position][value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Fraction):
        return ratio_text(value)
    return f"“{value}”" if language == "zh" else f"'{value}'"
