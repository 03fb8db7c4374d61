"""The trace of a line, written out: rule, clause, source, facts and outcome of every step.

A line keeps its facts and what came of each rule; the scheme version keeps rules, clauses and
sources. Together they are the trace, and it is the same today and in ten years: the gift is
judged again with exactly those facts, that version and those decisions, and has to give what is
stored.
"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.claims import computing, decisions, lines, schemes
from foundation.claims.models import Claim, ClaimDecision, ClaimLine
from foundation.gifts.models import Gift, reference
from foundation.matching import catalogue, eligibility, explain
from foundation.matching import plan as plans
from foundation.matching.eligibility import Judgement
from foundation.matching.facts import Context
from foundation.matching.plan import Plan
from foundation.matching.trace import TraceLine
from ledger.errors import NotFound

_DUPLICATE = "DUPLICATE_CLAIM"
_MARKS = {"r": "rejected", "o": "open", "n": "not_applied"}


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a trace as people read it."""

    step: int
    outcome: str
    rule: str
    clause: str
    sources: tuple[str, ...]
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Explained:
    """A line of a claim with its trace, and whether it is what the facts give."""

    line: ClaimLine
    gift: str
    steps: tuple[Step, ...]
    is_reproduced: bool


class Explainer:
    """Explains lines of one claim; the scheme is compiled once."""

    def __init__(self, session: Session, claim: Claim) -> None:
        self._session = session
        self.claim = claim
        self.plan = plan_of(session, claim)
        self._names = lines.stored_names(claim.fact_names)

    def explain(self, line: ClaimLine) -> Explained:
        """Write out the trace of one line."""
        identity = _identity(self._session, line.gift_id)
        judgement = self.judge(line, identity)
        result = lines.result_of(line, identity)
        steps = explain.gift_trace(self.plan, judgement, result)
        return Explained(
            line=line,
            gift=identity,
            steps=tuple(_step(item) for item in steps),
            is_reproduced=self.is_reproduced(line, judgement),
        )

    def judge(self, line: ClaimLine, identity: str) -> Judgement:
        """Judge the gift of a line again, from what the line keeps."""
        gift = lines.gift_of(identity, line.facts, self._names)
        judgement = eligibility.judge(self.plan.gate, gift)
        if _DUPLICATE in line.codes and _DUPLICATE not in judgement.codes:
            # That another gift names the same payment is not a fact of this one alone.
            judgement = judgement._replace(codes=(*judgement.codes, _DUPLICATE))
        return judgement

    def is_reproduced(self, line: ClaimLine, judgement: Judgement) -> bool:
        """Whether rules and amounts come out as they are stored, and nothing was changed."""
        kept = [code for code in line.codes.split(",") if code]
        return (
            judgement.marks == line.marks
            and (judgement.counted or 0) == line.amount_minor
            and set(judgement.codes) <= set(kept)
            and lines.digest_of(line) == line.digest
        )


def plan_of(session: Session, claim: Claim) -> Plan:
    """Compile the scheme version of a claim with the decisions that the claim used."""
    stored = schemes.get_version(session, claim.scheme_id)
    used = session.execute(
        select(ClaimDecision.decision_id)
        .where(ClaimDecision.claim_id == claim.id)
        .order_by(ClaimDecision.decision_id)
    ).scalars()
    context = Context(claim_year=claim.year, claimed_on=claim.claimed_on)
    found = decisions.of_keys(session, used)
    return plans.compile_plan(stored.scheme, decisions=found, context=context)


def explain_line(session: Session, claim_id: int, gift_id: int) -> Explained:
    """Explain one gift of a claim. Raises UnknownClaim, NotFound."""
    claim = computing.get_claim(session, claim_id)
    line = session.get(ClaimLine, (claim_id, gift_id))
    if line is None:
        raise NotFound(what="申请明细", name=str(gift_id))
    return Explainer(session, claim).explain(line)


def _identity(session: Session, gift_id: int) -> str:
    day = session.execute(select(Gift.received_on).where(Gift.id == gift_id)).scalar_one()
    return reference(gift_id, day)


def _step(item: TraceLine) -> Step:
    return Step(
        step=item.step,
        outcome=item.outcome,
        rule=item.rule,
        clause=item.clause,
        sources=item.sources,
        zh=catalogue.sentence_of(item),
        en=catalogue.sentence_of(item, language="en"),
    )


def clause_of(plan: Plan, code: str) -> str:
    """The clause that a code comes from; the sources where the scheme cites none."""
    for rule in plan.scheme.gift_rules:
        if rule.code == code:
            return rule.clause or "、".join(rule.sources)
    part = {"BELOW_MINIMUM": "minimum", "NOT_IN_CLAIM_YEAR": "window", "LATE_CLAIM": "window"}
    named = plan.scheme.clause_of(part.get(code, ""))
    return named or "、".join(plan.scheme.sources)
