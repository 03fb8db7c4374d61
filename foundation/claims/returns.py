"""What a claimed gift that goes back had drawn: the match with it, less the match without.

The gifts of the year are matched again under the scheme of the claim, once as they were claimed
and once with what went back taken off; the difference is what the return takes with it. So a gift
under bands loses the highest slice, one that falls below the minimum loses all, and one beyond a
cap loses nothing. Where the authority awarded another amount than was claimed, the difference is
taken in the same proportion.
"""

from fractions import Fraction

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from foundation.claims import awards, earlier, explaining, lines
from foundation.claims.models import Claim, ClaimLine
from foundation.matching import claim as claims
from foundation.matching import methods
from foundation.matching import plan as plans
from foundation.matching.amounts import Exact
from foundation.matching.plan import Plan
from foundation.matching.rounding import to_place


def drawn_by(session: Session, claim: Claim, gift_id: int, returned_minor: int) -> int:
    """Return what the returned part of a claimed gift drew, never more than the award."""
    award = awards.find_award(session, claim.id)
    plan = explaining.plan_of(session, claim)
    line = session.get_one(ClaimLine, (claim.id, gift_id))
    if methods.matches_single_gifts(plan.scheme.method):
        drawn: Exact | None = _of_gifts(session, plan, claim, line, returned_minor)
    else:
        drawn = _of_income(session, plan, claim, returned_minor)
    if award is None:
        return 0 if drawn is None else to_place(drawn)
    if drawn is None or not claim.matched_low:
        # The authority assessed the whole: each fen of income drew alike.
        recognised = claim.recognised_low
        share = Fraction(award.amount_minor * returned_minor, recognised) if recognised else 0
    else:
        share = Fraction(drawn) * award.amount_minor / claim.matched_low
    return min(to_place(share), award.amount_minor)


def _of_gifts(
    session: Session, plan: Plan, claim: Claim, line: ClaimLine, returned_minor: int
) -> Exact:
    """The difference that the return makes to the gifts that share a unit or a cap."""
    together = earlier.list_claims(session, claim.scheme_code, claim.year)
    only: ColumnElement[bool] | None = ClaimLine.gift_id == line.gift_id
    if lines.group_dimension(plan.scheme) == "all":
        only = None
    elif line.group_key is not None:
        only = ClaimLine.group_key == line.group_key
    gone = {line.gift_id: returned_minor}
    with_it = earlier.matched(session, plan, together, only=only)
    without = earlier.matched(session, plan, together, only=only, less=gone)
    return with_it.strict.matched - without.strict.matched


def _of_income(session: Session, plan: Plan, claim: Claim, returned_minor: int) -> Exact | None:
    """The difference that the return makes to the match of the whole recognised income."""
    said = earlier.stated(earlier.list_claims(session, claim.scheme_code, claim.year))
    if said is None:
        return None
    sums = said.sums
    with_it = _figure(plan, sums.low.recognised)
    without = _figure(plan, sums.low.recognised - returned_minor)
    return None if with_it is None or without is None else with_it - without


def _figure(plan: Plan, recognised: int) -> Exact | None:
    run = plans.new_totals(plan).strict
    run.recognised = recognised
    figure = claims.figure_of(run, context=plan.context)
    return figure.most if figure.least == figure.most else None
