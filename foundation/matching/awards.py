"""What comes after the estimate: the official award, its use, and a gift that goes back.

An award is entered as the authority published it and checked against the scheme; the engine
never computes over it.
"""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from foundation.matching import dates
from foundation.matching.rounding import to_place
from foundation.matching.schemes import Assessed, Flat, Pool, Scheme, ShareOfPool

CONSISTENT = "consistent"
EXCEEDS_MAX_RATIO = "AWARD_EXCEEDS_MAX_RATIO"
EXCEEDS_POOL = "AWARD_EXCEEDS_POOL"
USE_FORBIDDEN = "USE_FORBIDDEN"
ALLOWED = "allowed"


@dataclass(frozen=True, slots=True)
class AwardCheck:
    """Whether an award can be right, and how far it is from the estimate."""

    verdict: str
    difference_minor: int | None = None
    needs_reason: bool = False


@dataclass(frozen=True, slots=True)
class Repayment:
    """What a returned gift takes back with it, and by when the authority must hear of it."""

    repay_minor: int
    notify_by: date | None
    needs_decision: bool = False


def max_ratio(scheme: Scheme) -> Fraction | None:
    """The highest ratio that the scheme allows, where it states one."""
    if isinstance(scheme.method, Assessed | ShareOfPool):
        return scheme.method.max_ratio
    if isinstance(scheme.method, Flat):
        known = scheme.method.ratio if isinstance(scheme.method.ratio, Fraction) else None
        return scheme.method.max_ratio or known
    return None


def check_award(
    scheme: Scheme,
    *,
    recognised_minor: int,
    award_minor: int,
    claim_year: int | None = None,
    estimate_minor: int | None = None,
) -> AwardCheck:
    """Hold an official award against the maximum ratio and the pool of the year."""
    verdict = CONSISTENT
    ceiling = max_ratio(scheme)
    pool = scheme.pool.amount_for(claim_year) if isinstance(scheme.pool, Pool) else None
    if ceiling is not None and award_minor > recognised_minor * ceiling:
        verdict = EXCEEDS_MAX_RATIO
    elif pool is not None and award_minor > pool:
        verdict = EXCEEDS_POOL
    difference = None if estimate_minor is None else award_minor - estimate_minor
    return AwardCheck(verdict=verdict, difference_minor=difference, needs_reason=bool(difference))


def check_use(scheme: Scheme, purpose: str) -> str:
    """Tell whether the match may be spent on a purpose."""
    return USE_FORBIDDEN if purpose in scheme.use_of_match.forbid else ALLOWED


def on_return(
    scheme: Scheme,
    *,
    matched_minor: int,
    returned_on: date,
    gift_minor: int | None = None,
    returned_minor: int | None = None,
) -> Repayment:
    """Say what follows when a matched gift goes back.

    A gift that goes back in part takes its part of the match; that texts are silent about
    parts makes it a question for a person. Where the scheme says nothing, nothing is repaid
    without a decision.
    """
    terms = scheme.consequences
    notify_by = None
    if terms.notify_within_days is not None:
        notify_by = dates.deadline(returned_on, within_days=terms.notify_within_days)
    is_partial = None not in (gift_minor, returned_minor) and returned_minor != gift_minor
    repay = matched_minor if terms.repay_match else 0
    if repay and is_partial and gift_minor:
        repay = to_place(Fraction(matched_minor * (returned_minor or 0), gift_minor))
    return Repayment(
        repay_minor=repay,
        notify_by=notify_by,
        needs_decision=is_partial or not terms.repay_match,
    )
