"""Checks of claims: what is frozen is what was computed, and nothing is claimed twice.

Each check is one of `ledger.integrity`; the `check` command runs these after those of the gifts.
"""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.claims import clawbacks, lifecycle, lines, schemes
from foundation.claims.explaining import Explainer
from foundation.claims.kinds import HOLDING
from foundation.claims.models import Claim, ClaimLine
from foundation.claims.scheme_models import MatchingScheme
from foundation.gifts.models import Gift, reference
from ledger.integrity import Check

_HELD_STATES = "('frozen', 'submitted', 'awarded', 'clawed_back')"

_TWICE = """
SELECT 'gift ' || g.gift_id, 'claimed ' || COUNT(*) || ' times under ' || g.scheme_code
       || ' for ' || g.year
FROM claimed_gift g JOIN claim c ON c.id = g.claim_id
WHERE c.state <> 'withdrawn' AND g.is_live
GROUP BY g.scheme_code, g.year, g.gift_id HAVING COUNT(*) > 1
"""

_HOLDS = f"""
SELECT 'claim ' || c.id, 'holds ' || (SELECT COUNT(*) FROM claimed_gift g
       WHERE g.claim_id = c.id AND g.is_live) || ' gifts, ' || c.eligible_count || ' are eligible'
FROM claim c
WHERE c.state IN {_HELD_STATES} AND c.eligible_count <> (
    SELECT COUNT(*) FROM claimed_gift g WHERE g.claim_id = c.id AND g.is_live)
UNION ALL
SELECT 'claim ' || c.id, 'is ' || c.state || ' and holds gifts'
FROM claim c
WHERE c.state NOT IN {_HELD_STATES} AND EXISTS (
    SELECT 1 FROM claimed_gift g WHERE g.claim_id = c.id AND g.is_live)
"""

_SUMS = """
SELECT 'claim ' || c.id, 'says ' || c.line_count || ' lines of ' || c.recognised_low
       || ', holds ' || COUNT(l.gift_id) || ' of ' || COALESCE(SUM(l.counted_low), 0)
FROM claim c LEFT JOIN claim_line l ON l.claim_id = c.id
GROUP BY c.id, c.line_count, c.recognised_low, c.eligible_count
HAVING COUNT(l.gift_id) <> c.line_count OR COALESCE(SUM(l.counted_low), 0) <> c.recognised_low
    OR COALESCE(SUM(CASE WHEN l.status = 'eligible' THEN 1 ELSE 0 END), 0) <> c.eligible_count
"""

_FINAL = f"""
SELECT 'claim ' || c.id, 'is ' || c.state || ' with something unknown or undecided'
FROM claim c
WHERE c.state IN {_HELD_STATES} AND (c.blockers <> '[]' OR c.undecided_count <> 0)
"""

_PERSONS = """
SELECT 'confirmation ' || id, 'proposed and answered by ' || proposed_by
FROM parameter_confirmation WHERE answered_by = proposed_by
UNION ALL
SELECT 'claim ' || id, 'computed and frozen by ' || computed_by
FROM claim WHERE frozen_by = computed_by
UNION ALL
SELECT 'intake ' || id, 'filled in and confirmed by ' || filled_by
FROM scheme_intake WHERE confirmed_by = filled_by
"""

_DECISIONS = """
SELECT 'decision ' || d.id, 'supersedes decision ' || o.id || ' of another question'
FROM decision d JOIN decision o ON o.id = d.supersedes_id
WHERE d.question <> o.question OR d.scheme_code <> o.scheme_code
   OR COALESCE(d.gift_id, 0) <> COALESCE(o.gift_id, 0)
   OR COALESCE(d.fund_id, 0) <> COALESCE(o.fund_id, 0)
   OR COALESCE(d.claim_year, 0) <> COALESCE(o.claim_year, 0)
"""

_AWARDS = """
SELECT 'award ' || a.id, 'of claim ' || a.claim_id || ', which is ' || c.state
FROM award a JOIN claim c ON c.id = a.claim_id
WHERE c.state NOT IN ('awarded', 'clawed_back')
UNION ALL
SELECT 'award ' || a.id, 'of ' || a.amount_minor || ', received ' || SUM(p.amount_minor)
FROM award a JOIN award_payment p ON p.award_id = a.id
GROUP BY a.id, a.amount_minor HAVING SUM(p.amount_minor) > a.amount_minor
UNION ALL
SELECT 'claim ' || c.id, 'is ' || c.state || ' without an award'
FROM claim c WHERE c.state IN ('awarded', 'clawed_back')
  AND NOT EXISTS (SELECT 1 FROM award a WHERE a.claim_id = c.id)
"""


def _versions(session: Session) -> Iterator[tuple[str, str]]:
    """Yield scheme versions whose content is not what their digest says."""
    rows = session.execute(select(MatchingScheme).order_by(MatchingScheme.id)).scalars()
    for row in rows:
        if schemes.digest_of(row.content) != row.digest:
            yield f"scheme {row.code} v{row.version}", "content differs from its digest"
    for claim in _held(session):
        if schemes.get_version(session, claim.scheme_id).digest != claim.scheme_digest:
            yield f"claim {claim.id}", "names another digest than its scheme version has"


def _held(session: Session) -> list[Claim]:
    query = select(Claim).where(Claim.state.in_(HOLDING)).order_by(Claim.id)
    return list(session.execute(query).scalars())


def _digests(session: Session) -> Iterator[tuple[str, str]]:
    """Yield frozen claims and lines that are not what was frozen, or do not follow any more."""
    for claim in _held(session):
        if lifecycle.digest_of(session, claim) != claim.digest:
            yield f"claim {claim.id}", "differs from its digest"
        explainer = Explainer(session, claim)
        query = (
            select(ClaimLine, Gift.received_on)
            .join(Gift, Gift.id == ClaimLine.gift_id)
            .where(ClaimLine.claim_id == claim.id)
            .order_by(ClaimLine.gift_id)
            .execution_options(yield_per=1_000)
        )
        for line, day in session.execute(query):
            name = reference(line.gift_id, day)
            if lines.digest_of(line) != line.digest:
                yield f"claim {claim.id}, gift {name}", "the line differs from its digest"
            elif not explainer.is_reproduced(line, explainer.judge(line, name)):
                yield f"claim {claim.id}, gift {name}", "its facts do not give its result"
            session.expunge(line)


def _returns(session: Session) -> Iterator[tuple[str, str]]:
    """Yield claimed gifts that went back and that nobody has dealt with."""
    for item in clawbacks.returned_after_claim(session):
        yield (
            f"claim {item.claim_id}, gift {item.gift}",
            f"{item.returned_minor} went back on {item.changed_on} after the claim",
        )


CHECKS: tuple[Check, ...] = (
    Check("gift_claimed_once", "A gift is claimed once per scheme and year", _TWICE),
    Check("claim_holds_gifts", "A claim holds exactly its eligible gifts", _HOLDS),
    Check("claim_sums", "The lines of a claim add up to its head", _SUMS),
    Check("claim_final", "Nothing is frozen with an unknown or an open question", _FINAL),
    Check("claim_two_persons", "No one confirms what is their own", _PERSONS),
    Check("decision_chain", "A decision supersedes one of its own question", _DECISIONS),
    Check("claim_awards", "Awards belong to claims and are not overdrawn", _AWARDS),
    Check("scheme_versions", "Scheme versions are those of their digest", _versions),
    Check("claim_digest", "Frozen claims follow from their facts and digests", _digests),
    Check(
        "claim_returns",
        "Gifts that go back after a claim are dealt with",
        _returns,
        severity="warning",
    ),
)
