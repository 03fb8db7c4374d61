"""Settle judged gifts: weigh each in both readings, ask what is open, add it up.

The strict reading takes everything open against the claim, the generous one for it; see
`units`. A gift on which both agree is settled.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from foundation.matching import facts, methods, units
from foundation.matching.amounts import Exact
from foundation.matching.claim import Run
from foundation.matching.eligibility import Judgement
from foundation.matching.facts import Context
from foundation.matching.plan import Plan, Totals
from foundation.matching.results import GiftResult, GiftStatus, Question
from foundation.matching.schemes import UNKNOWN, Flat, Whole
from foundation.matching.units import Units
from ledger.errors import InvalidInput

BELOW_MINIMUM = "BELOW_MINIMUM"
OTHER_GIFTS = "unit.other_gifts"


class _Reading(NamedTuple):
    """Whether one reading accepts a gift, and its ratio."""

    accepts: bool
    ratio: Fraction | None


@dataclass(frozen=True, slots=True)
class _Terms:
    """What the weighing of every gift asks of the scheme, looked up once for a million gifts."""

    plan: Plan
    # The brackets of a scale for whole gifts; below the lowest nothing is matched.
    scale: Whole | None
    # Where the method has one ratio for all: refused and accepted at it.
    flat: tuple[_Reading, _Reading] | None

    @property
    def is_unweighed(self) -> bool:
        """Whether no amount decides anything: one ratio and no minimum."""
        return self.flat is not None and self.plan.limit is None


def _terms(plan: Plan) -> _Terms:
    method = plan.scheme.method
    is_scale = isinstance(method, Whole) and method.brackets is not UNKNOWN
    flat = None
    if isinstance(method, Flat):
        ratio = method.ratio if isinstance(method.ratio, Fraction) else None
        flat = (_Reading(False, ratio), _Reading(True, ratio))
    return _Terms(
        plan=plan, scale=method if is_scale and isinstance(method, Whole) else None, flat=flat
    )


def settle_all(
    plan: Plan, judged: Iterable[Judgement], weighed: Units, totals: Totals
) -> Iterator[GiftResult]:
    """Settle judged gifts one after another, in the order of receipt where caps are drawn."""
    for _, _, result in settle_keyed(plan, ((0, item) for item in judged), weighed, totals):
        yield result


def settle_keyed(
    plan: Plan, judged: Iterable[tuple[int, Judgement]], weighed: Units, totals: Totals
) -> Iterator[tuple[int, Judgement, GiftResult]]:
    """Settle judged gifts, keeping each and its key beside its answer."""
    is_capped = bool(totals.strict.ledger.caps)
    terms, counts = _terms(plan), totals.counts
    latest = None
    for key, judgement in judged:
        if is_capped and not judgement.codes and judgement.counted_on is not None:
            if latest is not None and judgement.counted_on < latest:
                raise InvalidInput(field=judgement.gift.id, reason="捐赠应按到账日期先后排列")
            latest = judgement.counted_on
        result = _settle(terms, judgement, weighed, totals)
        counts[result.status] = counts.get(result.status, 0) + 1
        yield key, judgement, result


def _settle(terms: _Terms, judgement: Judgement, weighed: Units, totals: Totals) -> GiftResult:
    """Weigh one judged gift in both readings and add it up."""
    plan = terms.plan
    if judgement.codes:
        return _refused(judgement, judgement.codes + _too_small(plan, judgement, weighed))
    strict, generous, asked = _readings(terms, judgement, weighed)
    if not strict.accepts and not generous.accepts:
        return _refused(judgement, (BELOW_MINIMUM,))
    is_one = strict == generous
    if not is_one or judgement.questions:
        totals.part_ways()
    low, code = _take(totals.strict, judgement, strict, plan.context)
    high = low
    if totals.generous is not totals.strict:
        high, high_code = _take(totals.generous, judgement, generous, plan.context)
        code = code or high_code
    counted = judgement.counted
    if is_one and not asked and not judgement.questions:
        return GiftResult(
            judgement.gift.id,
            GiftStatus.ELIGIBLE,
            counted_min=counted or 0,
            counted_max=counted,
            counted_on=judgement.counted_on,
            matched_min=low,
            matched_max=high,
            cap_code=code,
        )
    questions = _questions(plan, judgement, asked, is_one=is_one)
    totals.questions += 1
    return GiftResult(
        gift=judgement.gift.id,
        status=GiftStatus.NEEDS_DECISION,
        codes=tuple(dict.fromkeys(item.code for item in questions if item.code)),
        questions=questions,
        counted_min=(counted or 0) if strict.accepts else 0,
        counted_max=counted if generous.accepts else 0,
        counted_on=judgement.counted_on,
        matched_min=low if strict.accepts else (None if high is None else 0),
        matched_max=high,
        cap_code=code,
    )


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
    terms: _Terms, judgement: Judgement, weighed: Units
) -> tuple[_Reading, _Reading, str]:
    """How both readings see a gift, and what has to be asked about its ratio."""
    strict, generous = not judgement.questions, True
    if terms.is_unweighed:
        assert terms.flat is not None
        return terms.flat[strict], terms.flat[True], ""
    plan = terms.plan
    amount = weighed.weigh(judgement)
    if terms.scale is not None:
        strict = strict and methods.bracket_of(terms.scale, amount.strict) is not None
        generous = methods.bracket_of(terms.scale, amount.generous) is not None
    limit = plan.limit
    if limit is not None:
        is_waived = is_asked = False
        if limit.is_soft:
            accepted = judgement.facts.get(facts.BELOW_MINIMUM_ACCEPTED)
            is_waived, is_asked = accepted is True, accepted is None
        strict = strict and (is_waived or units.reaches(limit.enough, amount.strict))
        generous = generous and (
            is_waived or is_asked or units.reaches(limit.too_little, amount.generous)
        )
    if judgement.counted is None:
        generous = True
    if terms.flat is not None:
        return terms.flat[strict], terms.flat[generous], ""
    ratios = methods.ratios_of(
        plan.scheme.method, judgement, strict=amount.strict, generous=amount.generous
    )
    return _Reading(strict, ratios.strict), _Reading(generous, ratios.generous), ratios.question


def _questions(
    plan: Plan, judgement: Judgement, about_ratio: str, *, is_one: bool
) -> tuple[Question, ...]:
    gift = judgement.gift.id
    asked = [Question(fact, code, gift) for fact, code in judgement.questions]
    if about_ratio:
        asked.append(Question(about_ratio, "", gift))
    if is_one or asked:
        return tuple(asked)
    if plan.limit is not None and plan.limit.questions:
        asked += [Question(name, BELOW_MINIMUM) for name in plan.limit.questions]
    if plan.scheme.unit is UNKNOWN:
        asked.append(Question("unit", BELOW_MINIMUM))
    if plan.limit is not None and plan.limit.is_soft:
        asked.append(Question(facts.BELOW_MINIMUM_ACCEPTED, BELOW_MINIMUM, gift))
    # Otherwise the gift hangs on the open questions of the gifts it is counted with.
    return tuple(asked) or (Question(OTHER_GIFTS, BELOW_MINIMUM, gift),)
