"""What is missing from a scheme, and what keeps a claim from being final.

`missing` names the parameters without which the match itself cannot be said. `blockers` is the
complete list for the person who wants to hand in the claim: everything unknown, from memory,
not yet compared with the official text, or still to be decided.
"""

from collections.abc import Collection, Iterable

from foundation.matching import units, unread_words
from foundation.matching import vocabulary as words
from foundation.matching.results import Blocker, ClaimResult, Question
from foundation.matching.rounding import Rounding
from foundation.matching.schemes import (
    UNKNOWN,
    Assessed,
    Baseline,
    ByClass,
    Flat,
    Marginal,
    Method,
    Minimum,
    Pool,
    Scheme,
    SchemeStatus,
    Unit,
    UnknownType,
    Whole,
)
from ledger.errors import Conflict

# How the lists of unread parameters call the parts of a formula.
FORMULA_WORDS = {
    "bands": "bands",
    "factors": "factors",
    "region factors": "factors",
    "ratio": "ratio",
    "ratio formula": "ratio",
}


class SchemeIncomplete(Conflict):
    """The claim cannot be final: something is unknown, unconfirmed or undecided."""

    code = "scheme_incomplete"
    message = "办法“{scheme}”的申请不能定稿，尚缺：{missing}"


def missing_parameters(scheme: Scheme, *, extra: Iterable[str] = ()) -> tuple[str, ...]:
    """Name what is not known of the parameters that the match hangs on."""
    named: list[str] = []
    if scheme.window is not None and scheme.window.period is UNKNOWN:
        named.append("window")
    if scheme.unit is UNKNOWN and isinstance(scheme.minimum, Minimum):
        named.append("unit")
    if scheme.minimum is UNKNOWN or "minimum" in scheme.unknown:
        named.append("minimum")
    named += _of_method(scheme.method, scheme.unknown)
    if _caps_unknown(scheme):
        named.append("caps")
    if scheme.pool is UNKNOWN:
        named.append("pool")
    if not scheme.gift_rules and _counts_single_gifts(scheme):
        named.append("eligible kinds of gift")
    named += extra
    return tuple(dict.fromkeys(named))


def _of_method(method: Method | UnknownType | None, unread: Collection[str]) -> list[str]:
    if isinstance(method, Baseline):
        return ["ratio_below"] if method.ratio_below is UNKNOWN else []
    if isinstance(method, Flat):
        return ["ratio"] if method.ratio is UNKNOWN else []
    if isinstance(method, Marginal | Whole):
        scale = method.bands if isinstance(method, Marginal) else method.brackets
        is_open = scale is UNKNOWN or any(band.ratio is UNKNOWN for band in scale)
        return ["bands"] if is_open else []
    if isinstance(method, ByClass):
        is_open = not method.ratios or any(ratio is UNKNOWN for _, ratio in method.ratios)
        return ["ratio"] if is_open else []
    if isinstance(method, Assessed) or method is UNKNOWN or method is None:
        listed = [FORMULA_WORDS[item] for item in unread if item in FORMULA_WORDS]
        return listed or ["ratio"]
    return []


def _caps_unknown(scheme: Scheme) -> bool:
    return scheme.caps is UNKNOWN or any(cap.value_minor is UNKNOWN for cap in scheme.caps)


def _counts_single_gifts(scheme: Scheme) -> bool:
    return isinstance(scheme.unit, Unit) and scheme.unit.kind in words.SINGLE_UNITS


def blockers(
    scheme: Scheme,
    *,
    confirmed: Collection[str],
    decided: Collection[str],
    questions: Iterable[Question],
    is_claimant_known: bool,
) -> tuple[Blocker, ...]:
    """List everything that keeps a claim under this scheme from being final."""
    found: list[Blocker] = []
    if scheme.status in (SchemeStatus.SKELETON, SchemeStatus.PLANNING):
        found.append(_of_status(scheme.status))
    if not is_claimant_known:
        found.append(Blocker("claimant", "claimant", "没有说明申请单位", "nobody said who claims"))
    unread = _unread(scheme)
    found += [_unknown(name) for name in unread if name not in decided]
    for name in scheme.unknown:
        key = f"unknown.{name}"
        if key not in confirmed:
            found.append(
                Blocker(
                    key,
                    "unknown",
                    f"办法中未见：{unread_words.chinese(name)}",
                    f"not seen in the document: {name}",
                )
            )
    from_memory = set(scheme.memory) | {
        f"gift_rules.{rule.code}" for rule in scheme.gift_rules if words.MEMORY_TEXT in rule.sources
    }
    for name in _parameters(scheme):
        if name in confirmed or name in unread or name in decided:
            continue
        found.append(_from_memory(name) if name in from_memory else _unconfirmed(name))
    found += _undecided(questions)
    return tuple(found)


def _of_status(status: SchemeStatus) -> Blocker:
    if status is SchemeStatus.PLANNING:
        return Blocker(
            "status",
            "status",
            "测算用办法，不能据以申请",
            "a planning scheme is never claimed under",
        )
    return Blocker(
        "status", "status", "只知道办法存在，条文未录入", "a skeleton: the articles are not entered"
    )


def _unknown(name: str) -> Blocker:
    zh, en = words.parameter_name(name)
    return Blocker(name, "unknown", f"办法中未见：{zh}", f"not seen in the document: {en}")


def _from_memory(name: str) -> Blocker:
    zh, en = words.parameter_name(name)
    return Blocker(
        name,
        "memory",
        f"仅凭记忆，须与原文核对：{zh}",
        f"from memory, compare with the text: {en}",
    )


def _unconfirmed(name: str) -> Blocker:
    zh, en = words.parameter_name(name)
    return Blocker(
        name,
        "unconfirmed",
        f"尚未与正式文件核对：{zh}",
        f"not yet compared with the official text: {en}",
    )


def _undecided(questions: Iterable[Question]) -> list[Blocker]:
    facts = dict.fromkeys((question.gift or "", question.fact) for question in questions)
    return [
        Blocker(
            fact,
            "decision",
            f"{f'捐赠 {gift}：' if gift else ''}待认定 {fact}",
            f"{f'gift {gift}: ' if gift else ''}to be decided: {fact}",
        )
        for gift, fact in facts
    ]


def _parameters(scheme: Scheme) -> tuple[str, ...]:
    """The parameters that a scheme states, as a person confirms them."""
    stated = ["doc", "in_force"]
    stated += ["claimant"] if scheme.claimant is not None else []
    stated += ["window"] if scheme.window is not None else []
    is_weighed = isinstance(scheme.minimum, Minimum) or isinstance(scheme.method, Whole)
    stated += ["unit"] if is_weighed and scheme.unit is not None else []
    stated += [f"gift_rules.{rule.code}" for rule in scheme.gift_rules if not rule.is_law]
    for name in ("minimum", "recognise", "pool", "rounding"):
        stated += [name] if getattr(scheme, name) is not None else []
    stated += ["match"]
    stated += ["caps"] if scheme.caps != () else []
    return tuple(dict.fromkeys(stated))


def _unread(scheme: Scheme) -> tuple[str, ...]:
    """The parameters of a scheme that say UNKNOWN, wholly or in part."""
    rule = scheme.rounding
    is_unread = {
        "doc": scheme.doc is UNKNOWN,
        "in_force": scheme.in_force_from is None,
        "window": scheme.window is not None and scheme.window.period is UNKNOWN,
        "unit": scheme.unit is UNKNOWN and not units.has_single_units(scheme),
        "minimum": scheme.minimum is UNKNOWN,
        "recognise": scheme.recognise is UNKNOWN,
        # That the authority assesses is the rule itself, not a gap in what was read of it.
        "match": not isinstance(scheme.method, Assessed) and bool(_of_method(scheme.method, ())),
        "caps": _caps_unknown(scheme),
        "pool": _pool_unknown(scheme.pool),
        "rounding": rule is UNKNOWN or (isinstance(rule, Rounding) and bool(rule.unknown)),
    }
    return tuple(name for name, is_so in is_unread.items() if is_so)


def _pool_unknown(pool: Pool | UnknownType | None) -> bool:
    if isinstance(pool, Pool):
        return pool.rule is UNKNOWN or pool.amount_minor is UNKNOWN
    return pool is UNKNOWN


def finalise(result: ClaimResult) -> ClaimResult:
    """Give the result back if it may be handed in. Raises SchemeIncomplete with the list."""
    if result.blockers:
        raise SchemeIncomplete(
            scheme=result.scheme,
            missing="；".join(blocker.message_zh for blocker in result.blockers),
            parameters=tuple(blocker.parameter for blocker in result.blockers),
            english="; ".join(blocker.message_en for blocker in result.blockers),
        )
    return result
