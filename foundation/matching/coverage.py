"""Which parts of the rule vocabulary a set of cases exercises, and which it leaves untried."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from foundation.matching import cases, catalogue
from foundation.matching import vocabulary as words
from foundation.matching.case_input import new_case
from foundation.matching.predicates import Compare, Every, Negation, Predicate, Same, Some
from foundation.matching.results import GiftStatus, ResultStatus
from foundation.matching.schemes import (
    UNKNOWN,
    Baseline,
    ByClass,
    Coefficients,
    Flat,
    Marginal,
    Minimum,
    Pool,
    Scheme,
    ShareOfPool,
    Unit,
    Whole,
)

PRIMITIVES = (
    "claimant", "window", "window: time limit", "unit: receipt", "unit: agreement_year",
    "unit: project", "unit: bundle", "unit: claimant_total", "unit: claimant_year",
    "gift rule: reject_if", "gift rule: reject_unless", "gift rule: decide",
    *(f"operator: {op}" for op in (*words.OPERATORS, *words.COMBINED)),
    "basis: realised_proceeds", "minimum", "minimum: by class", "minimum: soft", "recognise",
    "match: flat", "match: marginal", "match: whole", "match: by_class", "match: baseline",
    "match: share_of_pool", "match: assessed", "caps: grant", "caps: gift_amount",
    "pool: prorata", "pool: proportional", "pool: fcfs", "rounding", "documents",
    "use_of_match", "consequences", "UNKNOWN",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Coverage:
    """Case ids by what they exercise, and what no case exercises."""

    primitives: Mapping[str, tuple[str, ...]]
    codes: Mapping[str, tuple[str, ...]]
    results: Mapping[str, tuple[str, ...]]

    @property
    def missing(self) -> tuple[str, ...]:
        """Everything that no case exercises."""
        parts = (self.primitives, self.codes, self.results)
        return tuple(name for part in parts for name, ids in part.items() if not ids)

    def table(self) -> str:
        """Write the coverage as a table, one line for each part of the vocabulary."""
        lines: list[str] = []
        for title, part in (
            ("primitive", self.primitives),
            ("code", self.codes),
            ("result", self.results),
        ):
            for name, ids in part.items():
                shown = ", ".join(ids[:4]) + (" ..." if len(ids) > 4 else "")
                lines.append(f"{title:<10} {name:<28} {len(ids):>4}  {shown}".rstrip())
        return "\n".join(lines)


def coverage(*documents: Mapping[str, Any]) -> Coverage:
    """Evaluate documents of cases and say what they exercise together."""
    primitives: dict[str, list[str]] = {name: [] for name in PRIMITIVES}
    codes: dict[str, list[str]] = {code: [] for code in sorted(catalogue.shipped().known.codes)}
    results: dict[str, list[str]] = {
        **{f"gift {status.value}": [] for status in GiftStatus},
        **{f"claim {status.value}": [] for status in ResultStatus},
    }
    for document in documents:
        book = cases.open_book(document)
        for place, data in enumerate(document["cases"]):
            case = new_case(book, data, path=f"cases[{place}]")
            answer = cases.evaluate_case(book, data, path=f"cases[{place}]")
            name = str(data["id"])
            _note(primitives, primitives_of(case.scheme), name)
            _note(codes, _codes_in(answer), name)
            found = [f"gift {item['status']}" for item in answer["gifts"].values()]
            _note(results, [*found, f"claim {answer['status']}"], name)
    return Coverage(primitives=_frozen(primitives), codes=_frozen(codes), results=_frozen(results))


def _note(table: dict[str, list[str]], names: Iterable[str], case: str) -> None:
    for name in dict.fromkeys(names):
        if name in table:
            table[name].append(case)


def _frozen(table: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(ids) for name, ids in table.items()}


def _codes_in(answer: object) -> list[str]:
    if isinstance(answer, Mapping):
        return [code for value in answer.values() for code in _codes_in(value)]
    if isinstance(answer, list):
        return [code for value in answer for code in _codes_in(value)]
    return [answer] if isinstance(answer, str) else []


def primitives_of(scheme: Scheme) -> list[str]:
    """The parts of the vocabulary that a scheme uses."""
    named = [f"gift rule: {rule.kind.value}" for rule in scheme.gift_rules]
    tests = [
        scheme.claimant,
        *(part for rule in scheme.gift_rules for part in (rule.test, rule.when)),
    ]
    for test in tests:
        named += _operators(test)
    method = {
        Flat: "flat", Marginal: "marginal", Whole: "whole", ByClass: "by_class",
        Baseline: "baseline", ShareOfPool: "share_of_pool",
    }.get(type(scheme.method), "assessed")  # fmt: skip
    pool = scheme.pool.rule if isinstance(scheme.pool, Pool) else None
    minimum = scheme.minimum
    is_classed = isinstance(minimum, Minimum) and len(minimum.classes) > 1
    caps = scheme.caps if isinstance(scheme.caps, tuple) else ()
    unknown = (scheme.unit, minimum, scheme.method, scheme.pool, scheme.rounding, scheme.doc)
    used = {
        "claimant": scheme.claimant is not None,
        "window": scheme.window is not None,
        "window: time limit": scheme.window is not None
        and scheme.window.claim_within_days is not None,
        f"unit: {_unit_kind(scheme)}": isinstance(scheme.unit, Unit),
        "basis: realised_proceeds": scheme.basis.securities == "realised_proceeds",
        "minimum": isinstance(minimum, Minimum),
        "minimum: by class": is_classed,
        "minimum: soft": isinstance(minimum, Minimum) and minimum.is_soft,
        "recognise": isinstance(scheme.recognise, Coefficients),
        f"match: {method}": scheme.method is not None and scheme.method is not UNKNOWN,
        **{f"caps: {cap.of}": True for cap in caps},
        f"pool: {pool}": pool is not None,
        "rounding": scheme.rounding is not None,
        "documents": scheme.documents != (),
        "use_of_match": scheme.use_of_match.by != "" or scheme.use_of_match.forbid != (),
        "consequences": scheme.consequences.repay_match or scheme.consequences.blacklist,
        "UNKNOWN": any(part is UNKNOWN for part in unknown),
    }
    return named + [name for name, is_used in used.items() if is_used]


def _unit_kind(scheme: Scheme) -> str:
    kind = scheme.unit.kind if isinstance(scheme.unit, Unit) else ""
    return "receipt" if kind in words.SINGLE_UNITS else kind


def _operators(test: Predicate | None) -> list[str]:
    if test is None:
        return []
    if isinstance(test, Compare):
        return [f"operator: {test.op}"]
    if isinstance(test, Same):
        return ["operator: same"]
    if isinstance(test, Negation):
        return ["operator: not", *_operators(test.item)]
    inner = [name for item in test.items for name in _operators(item)]
    kind = {Every: "all", Some: "any"}[type(test)]
    return [f"operator: {kind}", *inner]
