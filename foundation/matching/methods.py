"""From what counts to the match, by each method (step 11). Nothing is rounded here.

Methods that look at single gifts (flat, whole, by a fact of the donor) give a ratio per gift;
the others look at the claimant's whole recognised income.
"""

from fractions import Fraction
from typing import NamedTuple

from foundation.matching import amounts, predicates
from foundation.matching.amounts import Exact
from foundation.matching.eligibility import Judgement
from foundation.matching.facts import Context
from foundation.matching.predicates import Facts, FactValue
from foundation.matching.results import Figure, ResultStatus
from foundation.matching.schemes import (
    UNKNOWN,
    Assessed,
    Band,
    Baseline,
    ByClass,
    Coefficients,
    Flat,
    Marginal,
    Method,
    Pool,
    Scheme,
    ShareOfPool,
    UnknownType,
    Whole,
)
from ledger import money

NOTHING = Figure(status=ResultStatus.NOT_COMPUTABLE)


class Ratios(NamedTuple):
    """The ratio of one gift as the strict and as the generous reading see it."""

    strict: Fraction | None
    generous: Fraction | None
    question: str = ""


def matches_single_gifts(method: Method | UnknownType | None) -> bool:
    """Whether the method gives every gift a ratio of its own."""
    if isinstance(method, ByClass):
        return not method.fact.startswith(predicates.CLAIMANT_SPACES)
    return isinstance(method, Flat | Whole)


def ratios_of(
    method: Method | UnknownType | None, judgement: Judgement, *, strict: int, generous: int
) -> Ratios:
    """Find the ratio of one gift; `strict` and `generous` are the amounts of its unit."""
    if isinstance(method, Flat):
        found = _known(method.ratio)
        return Ratios(found, found)
    if isinstance(method, Whole):
        return Ratios(bracket_ratio(method, strict), bracket_ratio(method, generous))
    if isinstance(method, ByClass) and matches_single_gifts(method):
        value = judgement.facts.get(method.fact)
        if predicates.is_present(value):
            found = class_ratio(method, value)
            if found is not None:
                return Ratios(found, found)
        known = [ratio for _, item in method.ratios if (ratio := _known(item)) is not None]
        if not known:
            return Ratios(None, None, method.fact)
        return Ratios(min(known), max(known), method.fact)
    return Ratios(None, None)


def bracket_of(method: Whole, amount_minor: int) -> Band | None:
    """Find the bracket of a gift: the greatest lower edge that is not above it.

    Brackets printed in whole dollars leave gaps of cents; a gift in a gap stays in the lower
    bracket. None below the first edge.
    """
    if not isinstance(method.brackets, tuple):
        return None
    found = None
    for band in method.brackets:
        if band.from_minor <= amount_minor:
            found = band
    return found


def bracket_ratio(method: Whole, amount_minor: int) -> Fraction | None:
    """The ratio of a gift's bracket; None below the first edge or where it is unknown."""
    band = bracket_of(method, amount_minor)
    return None if band is None else _known(band.ratio)


def class_ratio(method: ByClass, value: FactValue) -> Fraction | None:
    """The ratio of a class; None where the table does not have it."""
    key = str(value).lower() if isinstance(value, bool) else str(value)
    return _known(dict(method.ratios).get(key, UNKNOWN))


def _known(ratio: Fraction | UnknownType) -> Fraction | None:
    return ratio if isinstance(ratio, Fraction) else None


def weight_of(scheme: Scheme, recognised: Exact, *, claimant: Facts) -> Fraction | None:
    """Recognised income after the claimant's coefficients; None while one is not known."""
    if scheme.recognise is None:
        return Fraction(recognised)
    if not isinstance(scheme.recognise, Coefficients) or scheme.recognise.op != "multiply":
        return None
    weight = Fraction(recognised)
    for name in scheme.recognise.facts:
        value = claimant.get(name)
        if not predicates.is_present(value):
            return None
        weight *= amounts.number(value, path=name)
    return weight


def of_income(scheme: Scheme, recognised: Exact, *, context: Context) -> Figure:
    """Match a claimant's whole recognised income, before caps and rounding."""
    claimant = context.claimant or {}
    weight = weight_of(scheme, recognised, claimant=claimant)
    method = scheme.method
    if isinstance(method, ShareOfPool):
        return _share(scheme, method, recognised, weight, context)
    if weight is None:
        return Figure(status=ResultStatus.NOT_COMPUTABLE, missing=("coefficients",))
    if isinstance(method, Assessed):
        return _assessed(scheme, method, recognised, context)
    return _by_method(method, weight, claimant, 10 ** money.minor_digits(scheme.currency))


def _by_method(
    method: Method | UnknownType | None, weight: Fraction, claimant: Facts, one: int
) -> Figure:
    if isinstance(method, Flat):
        return _single(weight, _known(method.ratio))
    if isinstance(method, Marginal):
        return _marginal(method, weight)
    if isinstance(method, Whole):
        band = bracket_of(method, int(weight))
        if method.brackets is UNKNOWN:
            return NOTHING
        return _single(weight, Fraction(0) if band is None else _known(band.ratio))
    if isinstance(method, ByClass):
        value = claimant.get(method.fact)
        if not predicates.is_present(value):
            return _any_class(method, weight)
        return _single(weight, class_ratio(method, value))
    if isinstance(method, Baseline):
        return _baseline(method, weight, claimant, one)
    return NOTHING


def _any_class(method: ByClass, weight: Fraction) -> Figure:
    known = [ratio for _, item in method.ratios if (ratio := _known(item)) is not None]
    return Figure(
        status=ResultStatus.NEEDS_DECISION,
        least=weight * min(known) if known else None,
        most=weight * max(known) if known else None,
        missing=(method.fact,),
    )


def _single(weight: Fraction, ratio: Fraction | None) -> Figure:
    if ratio is None:
        return NOTHING
    match = weight * ratio
    return Figure(status=ResultStatus.COMPUTED, least=match, most=match)


def _marginal(method: Marginal, weight: Fraction) -> Figure:
    if not isinstance(method.bands, tuple):
        return NOTHING
    total = Fraction(0)
    for band in method.bands:
        upper = weight if band.upto_minor is None else min(weight, Fraction(band.upto_minor))
        part = upper - band.from_minor
        if part <= 0:
            continue
        ratio = _known(band.ratio)
        if ratio is None:
            return Figure(
                status=ResultStatus.PARTIAL, least=None, missing=("bands",), on_excess=total
            )
        total += part * ratio
    return Figure(status=ResultStatus.COMPUTED, least=total, most=total)


def _baseline(method: Baseline, weight: Fraction, claimant: Facts, one: int) -> Figure:
    applies: bool | None = True
    if method.when is not None:
        applies = predicates.compiled(method.when, claimant=claimant)({})
    if applies is None:
        named = predicates.facts_of(method.when) if method.when else ()
        return Figure(status=ResultStatus.NEEDS_DECISION, missing=named)
    if not applies:
        return _by_method(method.otherwise, weight, claimant, one)
    history = claimant.get(method.baseline_fact)
    above, below = _known(method.ratio_above), _known(method.ratio_below)
    if not predicates.is_present(history):
        return Figure(status=ResultStatus.NEEDS_DECISION, missing=(method.baseline_fact,))
    if above is None:
        return NOTHING
    baseline = amounts.number(history, path=method.baseline_fact) * one
    on_excess = max(weight - baseline, Fraction(0)) * above
    up_to_baseline = min(weight, baseline)
    if below is None and up_to_baseline > 0:
        return Figure(status=ResultStatus.PARTIAL, missing=("ratio_below",), on_excess=on_excess)
    total = on_excess + up_to_baseline * (below or 0)
    return Figure(
        status=ResultStatus.COMPUTED,
        least=total,
        most=total,
        on_excess=on_excess,
        below_baseline=up_to_baseline * (below or 0),
    )


def _share(
    scheme: Scheme,
    method: ShareOfPool,
    recognised: Exact,
    weight: Fraction | None,
    context: Context,
) -> Figure:
    """A share of the pool; without the other claimants only the pool itself bounds it."""
    pool = pool_of(scheme, context)
    ceiling = None if method.max_ratio is None else Fraction(recognised) * method.max_ratio
    total = context.recognised_total_minor
    missing: tuple[str, ...] = ("coefficients",) if weight is None else ()
    if pool is None:
        missing += ("pool",)
    if pool is None or weight is None or not total:
        bounds = [Fraction(item) for item in (pool, ceiling) if item is not None]
        most = min(bounds) if bounds else None
        return Figure(status=ResultStatus.SHARE_OF_POOL, most=most, missing=missing)
    share = Fraction(pool) * weight / total
    share = share if ceiling is None else min(share, ceiling)
    return Figure(status=ResultStatus.COMPUTED, least=share, most=share)


def _assessed(scheme: Scheme, method: Assessed, recognised: Exact, context: Context) -> Figure:
    if method.max_ratio is None:
        return NOTHING
    most = Fraction(recognised) * method.max_ratio
    pool = pool_of(scheme, context)
    if pool is not None:
        most = min(most, Fraction(pool))
    return Figure(status=ResultStatus.UPPER_BOUND, most=most)


def pool_of(scheme: Scheme, context: Context) -> int | None:
    """The pool of the claim year, where it is known."""
    if context.pool_minor is not None:
        return context.pool_minor
    return scheme.pool.amount_for(context.claim_year) if isinstance(scheme.pool, Pool) else None
