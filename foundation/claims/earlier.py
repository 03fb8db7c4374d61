"""What earlier claims of a scheme and year hold, as a supplementary claim counts it.

A supplementary claim (补充申请) is the whole less what was claimed: every gift of the year is
matched together, the held ones exactly as they were claimed, and what earlier claims asked for is
taken off. So the claims of a year come to what one claim of all facts would have come to. Caps,
brackets and the minimum see the held gifts first: what they drew stays drawn. Where that leaves
less than was claimed already, nothing is claimed and nothing is negative; only a clawback takes
something back, and a gift that was clawed back no longer counts with what went back.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from foundation.claims import lines, totals
from foundation.claims.kinds import HOLDING
from foundation.claims.models import Claim, ClaimLine, Clawback
from foundation.claims.totals import Sums
from foundation.gifts.models import Gift, reference
from foundation.matching import caps, eligibility, settling, summary, units
from foundation.matching import plan as plans
from foundation.matching.eligibility import Judgement
from foundation.matching.plan import Plan, Totals
from foundation.matching.results import ClaimResult, GiftStatus
from foundation.matching.units import Units
from ledger.money import to_text

NOTHING: Mapping[int, int] = MappingProxyType({})
OVERCLAIMED = "claim.overclaimed"


@dataclass(frozen=True, slots=True)
class Prior:
    """What earlier claims of the year counted, and what they asked for at least and at most."""

    sums: Sums
    low: int
    high: int


def list_claims(session: Session, code: str, year: int) -> list[Claim]:
    """The claims of a scheme and year that hold their gifts, in order."""
    query = (
        select(Claim)
        .where(Claim.scheme_code == code, Claim.year == year, Claim.state.in_(HOLDING))
        .order_by(Claim.sequence)
    )
    return list(session.execute(query).scalars())


def stated(claims: Sequence[Claim]) -> Prior | None:
    """What the claims themselves say; None where there is none."""
    if not claims:
        return None
    return Prior(
        sums=totals.together(totals.load(item.totals) for item in claims),
        low=sum(item.matched_low or 0 for item in claims),
        high=sum(item.matched_high or 0 for item in claims),
    )


def touches(plan: Plan) -> bool:
    """Whether a gift can change what another one draws: by a shared unit, or by a cap."""
    return bool(caps.known_caps(plan.scheme)) or not units.has_single_units(plan.scheme)


def was_reduced(session: Session, claims: Sequence[Claim]) -> bool:
    """Whether a clawback took something from one of the claims."""
    return bool(_taken(session, claims))


def _taken(session: Session, claims: Sequence[Claim]) -> dict[tuple[int, int], int]:
    """What clawbacks took out of each claimed gift; one that repaid nothing took nothing."""
    if not claims:
        return {}
    rows = session.execute(
        select(Clawback.claim_id, Clawback.gift_id, func.sum(Clawback.returned_minor))
        .where(Clawback.claim_id.in_([item.id for item in claims]), Clawback.repay_minor > 0)
        .group_by(Clawback.claim_id, Clawback.gift_id)
        .order_by(Clawback.claim_id, Clawback.gift_id)
    )
    return {(claim_id, gift_id): int(minor) for claim_id, gift_id, minor in rows}


def held(
    session: Session,
    plan: Plan,
    claims: Sequence[Claim],
    *,
    only: ColumnElement[bool] | None = None,
    less: Mapping[int, int] = NOTHING,
) -> Iterator[Judgement]:
    """Yield the gifts that the claims hold, with the amount that each counted with.

    `only` narrows the lines; `less` takes more from some gifts, by their keys.
    """
    taken = _taken(session, claims)
    narrowed = () if only is None else (only,)
    for claim in claims:
        names = lines.stored_names(claim.fact_names)
        rows = session.execute(
            select(ClaimLine, Gift.received_on)
            .join(Gift, Gift.id == ClaimLine.gift_id)
            .where(
                ClaimLine.claim_id == claim.id,
                ClaimLine.status == GiftStatus.ELIGIBLE,
                *narrowed,
            )
            .order_by(ClaimLine.counted_on, ClaimLine.gift_id)
            .execution_options(yield_per=1_000)
        )
        for line, received_on in rows:
            gift = lines.gift_of(reference(line.gift_id, received_on), line.facts, names)
            gone = taken.get((claim.id, line.gift_id), 0) + less.get(line.gift_id, 0)
            counted = line.counted_low - gone
            session.expunge(line)
            if counted > 0:
                # What was claimed stays claimed, whatever was decided since.
                yield eligibility.judge(plan.gate, gift)._replace(
                    codes=(), questions=(), counted=counted, counted_on=line.counted_on
                )


def replay(
    session: Session, plan: Plan, claims: Sequence[Claim], weighed: Units, running: Totals
) -> Prior:
    """Match the held gifts again beside the new ones, and let what they draw count for caps.

    `weighed` knows the units of both, so that a bracket that they reach together is reached.
    """
    before = plans.new_totals(plan)
    for claim in claims:
        # Claim by claim, in the order in which they drew; later ones may hold older gifts.
        for _ in settling.settle_all(plan, held(session, plan, [claim]), weighed, before):
            pass
    running.strict.ledger.used = dict(before.strict.ledger.used)
    sums = totals.of_run(before, unbounded=0, capped=len(before.strict.cut))
    said = stated(claims)
    assert said is not None
    if was_reduced(session, claims):
        own = summary.summarise(plan, matched(session, plan, claims))
        return Prior(sums, own.matched_min or 0, own.matched_max or 0)
    return Prior(sums, said.low, said.high)


def matched(
    session: Session,
    plan: Plan,
    claims: Sequence[Claim],
    *,
    only: ColumnElement[bool] | None = None,
    less: Mapping[int, int] = NOTHING,
) -> Totals:
    """Match the held gifts, all or some, by themselves."""
    alone = plans.new_totals(plan)
    weighed = Units(scheme=plan.scheme)
    if not units.has_single_units(plan.scheme):
        found = held(session, plan, claims, only=only, less=less)
        weighed = units.summed(plan.scheme, found)
    for claim in claims:
        # Claim by claim, in the order in which they drew; a later one may hold older gifts.
        found = held(session, plan, [claim], only=only, less=less)
        for _ in settling.settle_all(plan, found, weighed, alone):
            pass
    return alone


def overclaimed(prior: Prior | None, result: ClaimResult) -> list[dict[str, str]]:
    """What keeps a supplementary claim from being final: more was claimed than all comes to."""
    if prior is None or result.matched_max is None or result.matched_max >= prior.low:
        return []
    whole, said = to_text(result.matched_max), to_text(prior.low)
    return [
        {
            "parameter": OVERCLAIMED,
            "state": "clawback",
            "zh": f"全部捐赠合并计算为 {whole}，已申请 {said}；多申请的部分应先登记追回",
            "en": f"all gifts together come to {whole}, {said} is claimed already; claw back first",
        }
    ]


def with_held(
    session: Session, plan: Plan, claims: Sequence[Claim], judged: Iterable[Judgement]
) -> Iterator[Judgement]:
    """The held gifts and then those that come to them, for what is counted together."""
    yield from held(session, plan, claims)
    yield from judged
