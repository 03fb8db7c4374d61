"""Write the trace of a result: what each step saw and said. Read afterwards, never in the way.

Computing a claim keeps no trace; the lines are rebuilt from the same compiled rules, so what an
auditor reads is what was computed.
"""

from collections.abc import Iterable

from foundation.matching import claim, facts, predicates
from foundation.matching import vocabulary as words
from foundation.matching.amounts import Exact, ratio_text
from foundation.matching.eligibility import CompiledRule, Gate, Judgement
from foundation.matching.plan import Plan
from foundation.matching.predicates import FactValue
from foundation.matching.results import ClaimResult, Figure, GiftResult, GiftStatus, ResultStatus
from foundation.matching.rounding import to_place
from foundation.matching.schemes import UNKNOWN, Minimum, Scheme, Unit
from foundation.matching.trace import TraceLine
from ledger import money

OUTCOME_OF = {
    ResultStatus.COMPUTED: "computed",
    ResultStatus.SHARE_OF_POOL: "shared",
    ResultStatus.UPPER_BOUND: "bounded",
    ResultStatus.NOT_COMPUTABLE: "unknown",
    ResultStatus.NEEDS_DECISION: "open",
    ResultStatus.PARTIAL: "unknown",
    ResultStatus.REFUSED: "rejected",
}


def gift_trace(plan: Plan, judgement: Judgement, result: GiftResult) -> tuple[TraceLine, ...]:
    """Explain one gift, step by step."""
    gate = plan.gate
    lines = [_window_line(gate, judgement)]
    if "DUPLICATE_CLAIM" in judgement.codes:
        reference = judgement.facts.get(facts.REFERENCE)
        lines.append(
            TraceLine(4, "rejected", "DUPLICATE_CLAIM", facts=((facts.REFERENCE, reference),))
        )
    if "OTHER_VERSION" in judgement.codes:
        named = (facts.VERSION, judgement.facts.get(facts.VERSION))
        lines.append(TraceLine(1, "rejected", "OTHER_VERSION", facts=(named,)))
    lines += [_rule_line(gate, compiled, judgement) for compiled in gate.rules]
    lines.append(_basis_line(plan.scheme, judgement))
    if not judgement.codes or "BELOW_MINIMUM" in result.codes:
        lines += _unit_lines(plan, judgement, result)
    lines += _match_lines(plan.scheme, result)
    return tuple(sorted(lines, key=lambda line: line.step))


def _amount(value: Exact | None, scheme: Scheme) -> str:
    if value is None:
        return "—"
    return f"{money.grouped(to_place(value), scheme.currency)} {scheme.currency}"


def _span(gate: Gate) -> str:
    begins = gate.starts_on.isoformat() if gate.starts_on else "…"
    ends = gate.ends_on.isoformat() if gate.ends_on else "…"
    return f"{begins} – {ends}"


def _window_line(gate: Gate, judgement: Judgement) -> TraceLine:
    window = gate.scheme.window
    name = facts.RECEIVED if window is None else window.date_fact
    found: list[tuple[str, FactValue]] = [(name, judgement.counted_on)]
    issued = judgement.facts.get("receipt.issued_on")
    remark = ("", "")
    if issued is not None and judgement.counted_on is not None:
        found.append(("receipt.issued_on", issued))
        if predicates.as_date(issued, path="receipt.issued_on").year != judgement.counted_on.year:
            remark = (
                "开票与到账不在同一年度，以银行到账日为准",
                "bill and bank date fall in different years; the bank date counts",
            )
    refused = next(
        (
            code
            for code in ("NOT_RECEIVED", "NOT_IN_CLAIM_YEAR", "LATE_CLAIM")
            if code in judgement.codes
        ),
        "",
    )
    is_open = any(code == "NOT_IN_CLAIM_YEAR" for _, code in judgement.questions)
    outcome = "rejected" if refused else "open" if is_open else "passed"
    if window is None and not refused:
        outcome = "not_applied"
    span = _span(gate) if gate.starts_on or gate.ends_on else ""
    return TraceLine(
        step=3,
        outcome=outcome,
        rule=refused,
        clause=gate.scheme.clause_of("window"),
        sources=(window.sources if window else ()) or gate.scheme.sources,
        facts=tuple(found),
        remark_zh="；".join(part for part in (f"期间 {span}" if span else "", remark[0]) if part),
        remark_en="; ".join(part for part in (f"window {span}" if span else "", remark[1]) if part),
    )


def _rule_line(gate: Gate, compiled: CompiledRule, judgement: Judgement) -> TraceLine:
    rule = compiled.rule
    answer = compiled.rejects(judgement.facts)
    outcome = "passed" if answer is False else "rejected" if answer else "open"
    if (
        outcome != "passed"
        and rule.code not in judgement.codes
        and not any(code == rule.code for _, code in judgement.questions)
    ):
        outcome = "not_applied"
    return TraceLine(
        step=5 if rule.is_law else 6,
        outcome=outcome,
        rule=rule.code,
        clause=rule.clause,
        sources=rule.sources,
        facts=_seen(gate, rule.facts, judgement),
        **_reason(gate, rule.facts, judgement),
    )


def _seen(
    gate: Gate, names: Iterable[str], judgement: Judgement
) -> tuple[tuple[str, FactValue], ...]:
    claimant = gate.context.claimant or {}
    return tuple((name, judgement.facts.get(name, claimant.get(name))) for name in names)


def _reason(gate: Gate, names: Iterable[str], judgement: Judgement) -> dict[str, str]:
    """The recorded reason, where a person decided one of the facts."""
    reasons = [
        item.reason
        for item in gate.settled.used
        if item.fact in names and item.concerns(judgement.gift)
    ]
    if not reasons:
        return {}
    text = "；".join(reasons)
    return {"remark_zh": f"认定理由：{text}", "remark_en": f"decided because: {text}"}


def _basis_line(scheme: Scheme, judgement: Judgement) -> TraceLine:
    gift = judgement.gift
    counted = _amount(judgement.counted, scheme)
    zh, en = f"金额 {counted}", f"amount {counted}"
    if judgement.counted is None:
        return TraceLine(7, "open", remark_zh="计入金额待定", remark_en="the amount is open")
    if judgement.facts.get(facts.REALISED) is not None:
        zh, en = f"按实际变现金额，{zh}", f"at the proceeds, {en}"
    if gift.refunded_minor:
        refund = _amount(gift.refunded_minor, scheme)
        zh, en = f"已扣除退款 {refund}，{zh}", f"net of a refund of {refund}, {en}"
    return TraceLine(7, "counted", remark_zh=zh, remark_en=en)


def _unit_lines(plan: Plan, judgement: Judgement, result: GiftResult) -> list[TraceLine]:
    scheme = plan.scheme
    if scheme.minimum is None and result.status is not GiftStatus.INELIGIBLE:
        return []
    if scheme.minimum is UNKNOWN:
        return [
            TraceLine(
                8, "unknown", sources=scheme.sources, remark_zh="最低额", remark_en="the minimum"
            )
        ]
    kind = words.UNKNOWN_TEXT if scheme.unit is UNKNOWN else "receipt"
    unit_zh, unit_en = words.UNIT_NAMES[scheme.unit.kind if isinstance(scheme.unit, Unit) else kind]
    accepted = judgement.facts.get(facts.BELOW_MINIMUM_ACCEPTED)
    refused = "BELOW_MINIMUM" in result.codes
    is_open = result.status is GiftStatus.NEEDS_DECISION and refused
    least = ""
    sources = scheme.sources
    if isinstance(scheme.minimum, Minimum) and plan.limit is not None:
        amounts = {plan.limit.too_little.value_minor, plan.limit.enough.value_minor}
        least = " / ".join(
            _amount(value, scheme) for value in sorted(amounts, key=str) if isinstance(value, int)
        )
        sources = scheme.minimum.sources or sources
    return [
        TraceLine(
            step=8,
            outcome="open" if is_open else "rejected" if refused else "passed",
            rule="BELOW_MINIMUM" if refused else "",
            clause=scheme.clause_of("minimum"),
            sources=sources,
            facts=() if accepted is None else ((facts.BELOW_MINIMUM_ACCEPTED, accepted),),
            remark_zh=f"以{unit_zh}计" + (f"，最低额 {least}" if least else ""),
            remark_en=f"counted by {unit_en}" + (f", minimum {least}" if least else ""),
        )
    ]


def _match_lines(scheme: Scheme, result: GiftResult) -> list[TraceLine]:
    if result.status is GiftStatus.INELIGIBLE or result.matched_max is None:
        return []
    least, most = _amount(result.matched_min, scheme), _amount(result.matched_max, scheme)
    text = most if least == most else f"{least} – {most}"
    lines = [
        TraceLine(
            11,
            "computed",
            clause=scheme.clause_of("match"),
            sources=scheme.sources,
            remark_zh=f"配比 {text}",
            remark_en=f"match {text}",
        )
    ]
    if result.cap_code:
        lines.append(TraceLine(12, "limited", rule=result.cap_code, sources=scheme.sources))
    return lines


def claim_trace(plan: Plan, result: ClaimResult) -> tuple[TraceLine, ...]:
    """Explain the claim as a whole."""
    scheme, gate = plan.scheme, plan.gate
    number = scheme.doc if isinstance(scheme.doc, str) else ""
    lines = [
        TraceLine(
            1,
            "passed" if scheme.in_force_from else "unknown",
            sources=scheme.sources,
            remark_zh=f"{scheme.title}（{number or '文号未见'}）",
            remark_en=f"{scheme.id}, {number or 'no number seen'}",
        ),
        _claimant_line(gate),
        _recognised_line(scheme, result),
    ]
    if scheme.recognise is not None:
        weight = "—" if result.weight is None else _amount(result.weight, scheme)
        lines.append(
            TraceLine(
                10,
                "unknown" if result.weight is None else "computed",
                remark_zh=f"系数后 {weight}",
                remark_en=f"after coefficients {weight}",
            )
        )
    lines += _figure_lines(plan, result, result.figure)
    return tuple(lines)


def _claimant_line(gate: Gate) -> TraceLine:
    scheme = gate.scheme
    if scheme.claimant is None or gate.context.claimant is None:
        return TraceLine(2, "not_applied", sources=scheme.sources)
    outcome = {True: "passed", False: "rejected", None: "open"}[gate.claimant]
    claimant = gate.context.claimant
    return TraceLine(
        step=2,
        outcome=outcome,
        rule="" if gate.claimant else "CLAIMANT_OUT_OF_SCOPE",
        clause=scheme.clause_of("claimant"),
        sources=scheme.sources,
        facts=tuple((name, claimant.get(name)) for name in predicates.facts_of(scheme.claimant)),
    )


def _recognised_line(scheme: Scheme, result: ClaimResult) -> TraceLine:
    least, most = _amount(result.recognised_min, scheme), _amount(result.recognised_max, scheme)
    text = most if least == most else f"{least} – {most}"
    return TraceLine(
        9,
        "computed" if result.recognised_minor is not None else "open",
        remark_zh=f"认定收入 {text}",
        remark_en=f"recognised income {text}",
    )


def _figure_lines(plan: Plan, result: ClaimResult, figure: Figure | None) -> list[TraceLine]:
    scheme = plan.scheme
    lines: list[TraceLine] = []
    if figure is not None and figure.cap_code:
        lines.append(TraceLine(12, "limited", rule=figure.cap_code, sources=scheme.sources))
    if plan.context.scale is not None:
        scale = ratio_text(plan.context.scale)
        lines.append(
            TraceLine(
                13, "computed", remark_zh=f"整体按 {scale} 配比", remark_en=f"scaled by {scale}"
            )
        )
    if result.matched_minor is not None:
        rule = claim.rounding_of(scheme)
        place = _amount(rule.place_minor, scheme)
        mode_zh, mode_en = words.ROUNDING_NAMES[rule.mode]
        lines.append(
            TraceLine(
                14,
                "computed",
                remark_zh=f"{mode_zh}到 {place}",
                remark_en=f"{mode_en} to {place}, once, at the {rule.at}",
            )
        )
    least, most = _amount(result.matched_min, scheme), _amount(result.matched_max, scheme)
    text = most if least == most else f"{least} – {most}"
    lacks = "、".join(result.missing)
    lines.append(
        TraceLine(
            15,
            OUTCOME_OF[result.status],
            rule=result.codes[0] if result.codes else "",
            remark_zh=f"配比 {text}" + (f"，尚缺 {lacks}" if lacks else ""),
            remark_en=f"match {text}" + (f", missing {lacks}" if lacks else ""),
        )
    )
    return lines
