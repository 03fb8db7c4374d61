"""Settle judged gifts: weigh each in both readings, ask what is open, add it up.

The strict reading takes everything open against the claim, the generous one for it; see
`units`. A gift on which both agree is settled.
"""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import NamedTuple

from foundation.matching import facts, methods, units
from foundation.matching.amounts import Exact
from foundation.matching.claim import Run
from foundation.matching.eligibility import Judgement
from foundation.matching.facts import Context
from foundation.matching.methods import Ratios
from foundation.matching.plan import Plan, Totals
from foundation.matching.results import GiftResult, GiftStatus, Question
from foundation.matching.schemes import UNKNOWN, Whole
from foundation.matching.units import Units, Weighed
from ledger.errors import InvalidInput

BELOW_MINIMUM = "BELOW_MINIMUM"
OTHER_GIFTS = "unit.other_gifts"


class _Reading(NamedTuple):
    """Whether one reading accepts a gift, and its ratio."""

    accepts: bool
    ratio: Fraction | None


def settle_all(
    plan: Plan, judged: Iterable[Judgement], weighed: Units, totals: Totals
) -> Iterator[GiftResult]:
    is_capped = bool(totals.strict.ledger.caps)
    latest = None
    for judgement in judged:
        if is_capped and not judgement.codes and judgement.counted_on is not None:
            if latest is not None and judgement.counted_on < latest:
                raise InvalidInput(field=judgement.gift.id, reason="捐赠应按到账日期先后排列")
            latest = judgement.counted_on
        yield _settle(plan, judgement, weighed, totals)


def _settle(plan: Plan, judgement: Judgement, weighed: Units, totals: Totals) -> GiftResult:
    """Weigh one judged gift in both readings and add it up."""
    if judgement.codes:
        codes = judgement.codes + _too_small(plan, judgement, weighed)
        return _counted(totals, _refused(judgement, codes))
    amount = weighed.weigh(judgement)
    ratios = methods.ratios_of(
        plan.scheme.method, judgement, strict=amount.strict, generous=amount.generous
    )
    strict, generous = _readings(plan, judgement, amount, ratios)
    if not strict.accepts and not generous.accepts:
        return _counted(totals, _refused(judgement, (BELOW_MINIMUM,)))
    if strict != generous or judgement.questions:
        totals.part_ways()
    low, code = _take(totals.strict, judgement, strict, plan.context)
    high = low
    if totals.generous is not totals.strict:
        high, high_code = _take(totals.generous, judgement, generous, plan.context)
        code = code or high_code
    questions = _questions(plan, judgement, strict, generous, ratios)
    if not questions:
        result = GiftResult(
            gift=judgement.gift.id,
            status=GiftStatus.ELIGIBLE,
            counted_min=judgement.counted or 0,
            counted_max=judgement.counted,
            counted_on=judgement.counted_on,
            matched_min=low,
            matched_max=high,
            cap_code=code,
        )
        return _counted(totals, result)
    totals.questions += 1
    at_stake = tuple(dict.fromkeys(item.code for item in questions if item.code))
    result = GiftResult(
        gift=judgement.gift.id,
        status=GiftStatus.NEEDS_DECISION,
        codes=at_stake,
        questions=questions,
        counted_min=(judgement.counted or 0) if strict.accepts else 0,
        counted_max=judgement.counted if generous.accepts else 0,
        counted_on=judgement.counted_on,
        matched_min=low if strict.accepts else (None if high is None else 0),
        matched_max=high,
        cap_code=code,
    )
    return _counted(totals, result)


def _too_small(plan: Plan, judgement: Judgement, weighed: Units) -> tuple[str, ...]:
    """BELOW_MINIMUM for a refused gift that would be too small besides, even with its unit."""
    counted = judgement.counted
    if not counted or (plan.limit is None and not isinstance(plan.scheme.method, Whole)):
        return ()
    amount = counted + weighed.others(judgement)
    is_soft = plan.limit is not None and plan.limit.is_soft
    if plan.limit is not None and not is_soft:
        return () if units.reaches(plan.limit.too_little, amount) else (BELOW_MINIMUM,)
    method = plan.scheme.method
    if isinstance(method, Whole) and isinstance(method.brackets, tuple):
        return () if methods.bracket_of(method, amount) is not None else (BELOW_MINIMUM,)
    return ()


def _counted(totals: Totals, result: GiftResult) -> GiftResult:
    totals.counts[result.status] = totals.counts.get(result.status, 0) + 1
    return result


def _take(
    run: Run, judgement: Judgement, reading: _Reading, context: Context
) -> tuple[Exact | None, str]:
    if not reading.accepts:
        return None, ""
    return run.take(judgement, ratio=reading.ratio, context=context)


def _refused(judgement: Judgement, codes: tuple[str, ...]) -> GiftResult:
    return GiftResult(
        gift=judgement.gift.id,
        status=GiftStatus.INELIGIBLE,
        codes=codes,
        counted_on=judgement.counted_on,
    )


def _readings(
    plan: Plan, judgement: Judgement, amount: Weighed, ratios: Ratios
) -> tuple[_Reading, _Reading]:
    is_scaled = isinstance(plan.scheme.method, Whole) and plan.scheme.method.brackets is not UNKNOWN
    strict, generous = not judgement.questions, True
    if is_scaled:
        # Below the lowest bracket nothing is matched: its edge is the minimum.
        method = plan.scheme.method
        assert isinstance(method, Whole)
        strict = strict and methods.bracket_of(method, amount.strict) is not None
        generous = methods.bracket_of(method, amount.generous) is not None
    if plan.limit is not None:
        accepted = judgement.facts.get(facts.BELOW_MINIMUM_ACCEPTED)
        is_waived = plan.limit.is_soft and accepted is True
        is_asked = plan.limit.is_soft and accepted is None
        strict = strict and (is_waived or units.reaches(plan.limit.enough, amount.strict))
        generous = generous and (
            is_waived or is_asked or units.reaches(plan.limit.too_little, amount.generous)
        )
    if judgement.counted is None:
        generous = True
    return _Reading(strict, ratios.strict), _Reading(generous, ratios.generous)


def _questions(
    plan: Plan, judgement: Judgement, strict: _Reading, generous: _Reading, ratios: Ratios
) -> tuple[Question, ...]:
    gift = judgement.gift.id
    asked = [Question(fact, code, gift) for fact, code in judgement.questions]
    if ratios.question:
        asked.append(Question(ratios.question, "", gift))
    if strict == generous or asked:
        return tuple(asked)
    if plan.limit is not None and plan.limit.questions:
        asked += [Question(name, BELOW_MINIMUM) for name in plan.limit.questions]
    if plan.scheme.unit is UNKNOWN:
        asked.append(Question("unit", BELOW_MINIMUM))
    if plan.limit is not None and plan.limit.is_soft:
        asked.append(Question(facts.BELOW_MINIMUM_ACCEPTED, BELOW_MINIMUM, gift))
    # Otherwise the gift hangs on the open questions of the gifts it is counted with.
    return tuple(asked) or (Question(OTHER_GIFTS, BELOW_MINIMUM, gift),)
