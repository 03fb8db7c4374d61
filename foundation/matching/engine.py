"""The matching engine: facts, scheme and decisions in, a typed result with its reasons out.

Pure functions. A scheme is compiled once; gifts then stream through it, so a claim of a million
gifts needs no more memory than one (two passes where gifts count together, as instalments of
an agreement do). No float, no clock, no database.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from foundation.matching import (
    amounts,
    eligibility,
    explain,
    facts,
    methods,
    plan,
    settling,
    summary,
    units,
)
from foundation.matching.eligibility import Judgement
from foundation.matching.facts import Context, Decision, Gift
from foundation.matching.plan import NO_CONTEXT, Plan, Totals
from foundation.matching.results import ClaimResult, GiftResult, UnitResult
from foundation.matching.schemes import Scheme
from foundation.matching.units import Units
from ledger.errors import InvalidInput


def evaluate_gifts(
    scheme: Scheme | Plan,
    gifts: Iterable[Gift],
    *,
    decisions: Iterable[Decision] = (),
    context: Context = NO_CONTEXT,
    totals: Totals | None = None,
) -> Iterator[GiftResult]:
    """Judge gifts one after another, in the order of receipt.

    Fill a `totals` made by `plan.new_totals` to go on with `summary.summarise`. Caps are drawn
    in the order given; gifts out of order are refused where a cap could tell the difference.
    Gifts that count together are read twice, so pass something that can be iterated again, not
    a generator, where the scheme sums agreements, projects or donors.
    """
    compiled = scheme
    if isinstance(compiled, Scheme):
        compiled = plan.compile_plan(compiled, decisions=decisions, context=context)
    totals = totals if totals is not None else plan.new_totals(compiled)
    gate = compiled.gate
    weighed = Units(scheme=compiled.scheme)
    if not units.has_single_units(compiled.scheme):
        gifts = list(gifts) if iter(gifts) is gifts else gifts
        weighed = units.summed(compiled.scheme, (eligibility.judge(gate, gift) for gift in gifts))
    judged = (eligibility.judge(gate, gift) for gift in gifts)
    return settling.settle_all(compiled, judged, weighed, totals)


def evaluate(
    scheme: Scheme,
    gifts: Iterable[Gift],
    *,
    decisions: Iterable[Decision] = (),
    context: Context = NO_CONTEXT,
    confirmed: Collection[str] = frozenset(),
    with_trace: bool = True,
) -> ClaimResult:
    """Evaluate a claim: every gift with its reasons, the figures, and what is missing.

    `confirmed` names the parameters that a person compared with the official document; see
    `completeness`. The order of the gifts does not matter. Raises InvalidInput for facts that
    cannot be read, for a gift given twice and for decisions that contradict each other.
    """
    compiled = plan.compile_plan(scheme, decisions=decisions, context=context)
    given = list(gifts)
    judged = [eligibility.judge(compiled.gate, gift) for gift in given]
    judged = _without_repeats(judged)
    weighed = units.summed(compiled.scheme, judged)
    totals = plan.new_totals(compiled)
    ordered = sorted(judged, key=lambda item: facts.order_of_receipt(item.gift.id, item.counted_on))
    by_gift = {item.gift: item for item in settling.settle_all(compiled, ordered, weighed, totals)}
    results = [by_gift[gift.id] for gift in given]
    if with_trace:
        results = [
            result._replace(trace=explain.gift_trace(compiled, judgement, result))
            for judgement, result in zip(judged, results, strict=True)
        ]
    whole = summary.summarise(compiled, totals, confirmed=confirmed, gifts=tuple(results))
    unit_results = _units(compiled, judged, by_gift, weighed)
    trace = explain.claim_trace(compiled, whole) if with_trace else ()
    return replace(whole, units=unit_results, trace=trace)


def _without_repeats(judged: Sequence[Judgement]) -> list[Judgement]:
    """Refuse a gift given twice; mark a payment that is claimed by a second gift."""
    seen: set[str] = set()
    claimed: dict[str, int] = {}
    kept: list[Judgement] = []
    for item in judged:
        if item.gift.id in seen:
            raise InvalidInput(field=item.gift.id, reason="同一笔捐赠出现两次")
        seen.add(item.gift.id)
        reference = item.facts.get(facts.REFERENCE)
        if reference is not None and reference != "":
            key = str(reference)
            drawn = claimed.get(key, 0) + item.gift.amount_minor
            if key in claimed and drawn > _paid(item) and "DUPLICATE_CLAIM" not in item.codes:
                kept.append(item._replace(codes=(*item.codes, "DUPLICATE_CLAIM")))
                continue
            claimed[key] = drawn
        kept.append(item)
    return kept


def _paid(item: Judgement) -> int:
    """What one bank payment brought; gifts that share it may use no more."""
    stated = item.facts.get("payment.amount")
    if stated is None:
        return 0
    return amounts.minor(stated, path="payment.amount")


def _units(
    compiled: Plan, judged: Sequence[Judgement], by_gift: dict[str, GiftResult], weighed: Units
) -> tuple[UnitResult, ...]:
    """List the counting units in the order in which they begin."""
    groups: dict[object, list[Judgement]] = {}
    ordered = sorted(judged, key=lambda item: facts.order_of_receipt(item.gift.id, item.counted_on))
    for item in ordered:
        key = weighed.keys(item)[0] if not item.codes else None
        groups.setdefault(key if key is not None else ("gift", item.gift.id), []).append(item)
    found = []
    for members in groups.values():
        drawn = [by_gift[item.gift.id].matched_min for item in members]
        known = [item for item in drawn if item is not None]
        found.append(
            UnitResult(
                gifts=tuple(item.gift.id for item in members),
                counted_minor=sum(item.counted or 0 for item in members),
                matched=sum(known)
                if known or methods.matches_single_gifts(compiled.scheme.method)
                else None,
            )
        )
    return tuple(found)
