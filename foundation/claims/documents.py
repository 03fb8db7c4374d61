"""Claims as JSON documents: the same for commands and the API."""

import json
from collections.abc import Sequence
from typing import Any

from foundation.claims import questions
from foundation.claims.awards import AwardView
from foundation.claims.confirmations import ParameterState
from foundation.claims.decisions import DecisionRow
from foundation.claims.explaining import Explained
from foundation.claims.queries import ClaimRow, LineRow
from foundation.claims.schemes import StoredScheme
from foundation.claims.whatif import Outcome
from foundation.claims.worklist import WorkItem
from ledger.money import to_text


def text(minor: int | None) -> str | None:
    """Write fen with two decimals; None stays None."""
    return None if minor is None else to_text(minor)


def of_claim(claim: ClaimRow) -> dict[str, Any]:
    """A claim with its figures and what keeps it provisional."""
    is_one = claim.recognised_low == claim.recognised_high
    is_match = claim.matched_low == claim.matched_high
    return {
        "id": claim.id,
        "scheme": claim.scheme_code,
        "scheme_version": claim.scheme_version,
        "year": claim.year,
        "sequence": claim.sequence,
        "state": claim.state.value,
        "status": claim.result.value,
        "is_final": claim.is_final,
        "currency": claim.currency,
        "gifts": claim.line_count,
        "eligible": claim.eligible_count,
        "ineligible": claim.ineligible_count,
        "undecided": claim.undecided_count,
        "recognised": text(claim.recognised_low) if is_one else None,
        "recognised_min": text(claim.recognised_low),
        "recognised_max": text(claim.recognised_high),
        "matched": text(claim.matched_low) if is_match else None,
        "matched_min": text(claim.matched_low),
        "matched_max": text(claim.matched_high),
        "missing": [item["parameter"] for item in claim.blockers],
        "blockers": list(claim.blockers),
        "computed_by": claim.computed_by,
        "frozen_by": claim.frozen_by,
        "digest": claim.digest,
        "submitted_on": None if claim.submitted_on is None else claim.submitted_on.isoformat(),
        "submitted_to": claim.submitted_to,
    }


def of_line(line: LineRow) -> dict[str, Any]:
    """A gift in a claim."""
    return {
        "gift": line.gift,
        "received_on": line.received_on.isoformat(),
        "status": line.status.value,
        "codes": [code for code, _, _ in line.codes],
        "questions": [fact for fact, _, _ in line.questions],
        "amount": text(line.amount_minor),
        "recognised_min": text(line.counted_low),
        "recognised_max": text(line.counted_high),
        "fund": line.project,
    }


def of_trace(explained: Explained) -> dict[str, Any]:
    """The trace of a gift."""
    return {
        "gift": explained.gift,
        "status": explained.line.status.value,
        "reproduced": explained.is_reproduced,
        "trace": [
            {
                "step": step.step,
                "outcome": step.outcome,
                "rule": step.rule or None,
                "clause": step.clause or None,
                "sources": list(step.sources),
                "sentence": step.zh,
                "sentence_en": step.en,
            }
            for step in explained.steps
        ],
    }


def of_work(item: WorkItem) -> dict[str, Any]:
    """A gift that does not count yet, and what it lacks."""
    return {
        "gift": item.gift,
        "donor": item.donor_name,
        "received_on": item.received_on.isoformat(),
        "fund": item.fund or None,
        "status": item.status.value,
        "at_stake": text(item.stake_minor),
        "match_at_stake": text(item.stake_matched_minor),
        "can_mend": item.can_mend,
        "lacks": [
            {
                "code": lack.code,
                "fact": lack.fact or None,
                "what": lack.zh,
                "what_en": lack.en,
                "clause": lack.clause or None,
                "can_mend": lack.can_mend,
                "shortfall": text(lack.shortfall_minor),
            }
            for lack in item.lacks
        ],
    }


def of_decision(row: DecisionRow) -> dict[str, Any]:
    """A decision."""
    return {
        "id": row.id,
        "scheme": row.scheme_code,
        "gift": row.gift or None,
        "fund": row.fund or None,
        "year": row.claim_year,
        "question": row.question,
        "label": questions.label(row.question)[0],
        "answer": json.loads(row.answer),
        "reason": row.reason,
        "evidence": row.evidence or None,
        "decided_on": row.decided_on.isoformat(),
        "decided_by": row.decided_by,
        "supersedes": row.supersedes_id,
        "is_live": row.is_live,
    }


def of_scheme(stored: StoredScheme, states: Sequence[ParameterState] = ()) -> dict[str, Any]:
    """A scheme in force, with its parameters where they are asked for."""
    scheme = stored.scheme
    starts, ends = scheme.in_force_from, scheme.in_force_to
    return {
        "id": stored.code,
        "version": stored.version or None,
        "title": stored.title,
        "status": scheme.status.value,
        "grade": scheme.grade,
        "document": scheme.doc if isinstance(scheme.doc, str) else None,
        "in_force_from": None if starts is None else starts.isoformat(),
        "in_force_to": None if ends is None else ends.isoformat(),
        "currency": scheme.currency,
        "origin": stored.origin.value,
        "digest": stored.digest,
        "parameters": [
            {
                "name": state.name,
                "label": state.name_zh,
                "value": state.value,
                "state": state.state,
            }
            for state in states
        ],
    }


def of_outcome(outcome: Outcome) -> dict[str, Any]:
    """What a scheme makes of the gifts of a year."""
    return {
        "scheme": outcome.code,
        "title": outcome.title,
        "status": outcome.result.value,
        "eligible": outcome.eligible,
        "ineligible": outcome.ineligible,
        "undecided": outcome.undecided,
        "recognised_min": text(outcome.recognised_low),
        "recognised_max": text(outcome.recognised_high),
        "matched_min": text(outcome.matched_low),
        "matched_max": text(outcome.matched_high),
        "missing": list(outcome.missing),
    }


def of_award(view: AwardView) -> dict[str, Any]:
    """An award with what followed."""
    award = view.award
    return {
        "amount": text(award.amount_minor),
        "awarded_on": award.awarded_on.isoformat(),
        "document": award.document_number or award.document_title,
        "payee": award.payee.value,
        "verdict": award.verdict,
        "reason": award.reason,
        "differences": [
            {"amount": text(item.amount_minor), "reason": item.reason} for item in view.differences
        ],
        "received": text(view.paid_minor),
        "used": text(view.used_minor),
        "repaid": text(sum(item.repay_minor for item in view.clawbacks)),
    }
