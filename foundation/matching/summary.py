"""From the totals of a claim's gifts to its figures, its status and what is missing."""

from collections.abc import Collection
from fractions import Fraction

from foundation.matching import claim, completeness, methods
from foundation.matching.claim import Run
from foundation.matching.facts import Context
from foundation.matching.plan import Plan, Totals
from foundation.matching.results import ClaimResult, Figure, GiftResult, Question, ResultStatus

OUT_OF_SCOPE = "CLAIMANT_OUT_OF_SCOPE"
OPEN_GIFTS = "gifts.open"
_NOTHING = Figure(status=ResultStatus.REFUSED, least=0, most=0)


def summarise(
    plan: Plan,
    totals: Totals,
    *,
    confirmed: Collection[str] = frozenset(),
    gifts: tuple[GiftResult, ...] = (),
) -> ClaimResult:
    """Turn the totals of a stream into the claim's figures."""
    scheme, context = plan.scheme, plan.context
    strict, generous = totals.strict, totals.generous
    low = claim.figure_of(strict, context=context)
    high = low if generous is strict else claim.figure_of(generous, context=context)
    questions = _claim_questions(plan, totals, gifts, low)
    is_refused = plan.gate.claimant is False
    status = ResultStatus.NEEDS_DECISION if questions else low.status
    if is_refused:
        status, low, high = ResultStatus.REFUSED, _NOTHING, _NOTHING
    least, most = _range(strict, generous, low, high, context=context)
    recognised_max = generous.recognised if generous.is_bounded else None
    is_single = recognised_max == strict.recognised
    is_exact = least is not None and least == most
    if low.status is ResultStatus.UPPER_BOUND and most is not None:
        least = 0
    return ClaimResult(
        scheme=scheme.id,
        currency=scheme.currency,
        status=status,
        recognised_minor=strict.recognised if is_single else None,
        recognised_min=strict.recognised,
        recognised_max=recognised_max,
        matched_minor=most if is_exact else None,
        matched_min=least,
        matched_max=most,
        weight=methods.weight_of(scheme, strict.recognised, claimant=context.claimant or {}),
        codes=(OUT_OF_SCOPE,) if is_refused else (),
        gifts=gifts,
        missing=completeness.missing_parameters(scheme, extra=low.missing),
        blockers=completeness.blockers(
            scheme,
            confirmed=confirmed,
            decided=tuple(plan.gate.settled.parameters),
            questions=questions,
            is_claimant_known=scheme.claimant is None or context.claimant is not None,
        ),
        questions=questions,
        figure=low,
        decisions=plan.gate.settled.used,
        matched_by_project=_projects(strict, low),
    )


def _claim_questions(
    plan: Plan, totals: Totals, gifts: tuple[GiftResult, ...], figure: Figure
) -> tuple[Question, ...]:
    asked = [Question(name, OUT_OF_SCOPE) for name in plan.gate.claimant_open]
    if figure.status is ResultStatus.NEEDS_DECISION:
        asked += [Question(name) for name in figure.missing]
    asked += [question for gift in gifts for question in gift.questions]
    if totals.questions and not gifts:
        # The gifts of a stream are gone; that some of them are open is not forgotten.
        asked.append(Question(OPEN_GIFTS))
    return tuple(dict.fromkeys(asked))


def _range(
    strict: Run, generous: Run, low: Figure, high: Figure, *, context: Context
) -> tuple[int | None, int | None]:
    """Round both ends; more open gifts never make a claim look smaller than its least."""
    low_least, low_most = claim.rounded(strict, low, context=context)
    if generous is strict:
        return low_least, low_most
    high_least, high_most = claim.rounded(generous, high, context=context)
    ends = [end for end in (low_least, high_least) if end is not None]
    tops = [end for end in (low_most, high_most) if end is not None]
    return (min(ends) if ends else None), (max(tops) if tops and generous.is_bounded else None)


def _projects(run: Run, figure: Figure) -> tuple[tuple[str, int], ...]:
    if figure.least is None or figure.least != figure.most or not run.matched:
        return ()
    scale = figure.least / Fraction(run.matched)
    return tuple(claim.projects(run, scale=scale).items())
