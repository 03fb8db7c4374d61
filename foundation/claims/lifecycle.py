"""From a draft to the authority: freeze, submit, withdraw.

Freezing is the act of a second person. Everything is computed once more in the same transaction;
if the books or the decisions have moved since the draft was made, nothing is frozen. From then on
the claim holds its gifts: nobody claims them again under the same scheme and year.
"""

import hashlib
from collections.abc import Iterator
from datetime import date

from sqlalchemy import Table, delete, insert, literal, select, true, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from foundation.claims import computing, framing, lines, schemes, totals
from foundation.claims.computing import NotDraft
from foundation.claims.confirmations import SamePerson
from foundation.claims.framing import Frame
from foundation.claims.kinds import ClaimState
from foundation.claims.models import Claim, ClaimDecision, ClaimedGift, ClaimLine
from foundation.claims.scheme_models import Decision
from foundation.claims.totals import Sums
from foundation.matching import plan as plans
from foundation.matching.completeness import SchemeIncomplete
from foundation.matching.results import GiftStatus
from ledger import trail
from ledger.clock import Clock
from ledger.errors import Conflict, InvalidInput, Stale
from ledger.orm import chunks, guard_name

_HELD: Table = ClaimedGift.__table__  # type: ignore[assignment]
_BATCH = 4_000


class GiftClaimed(Conflict):
    """Another claim holds one of the gifts."""

    code = "gift_claimed"
    message = "有捐赠已在同一办法、同一年度的其他申请中，请重新计算"


class ClaimStale(Stale):
    """The books, the decisions or the scheme moved since the draft was computed."""

    code = "claim_stale"
    message = "账簿、认定或办法在计算之后有变化（{what}），请重新计算并核对后再定稿"


class WrongState(Conflict):
    """The claim is not where this act begins."""

    code = "claim_state"
    message = "申请当前为“{state}”，不能{act}"


class NothingToClaim(Conflict):
    """No gift of the claim is eligible."""

    code = "nothing_to_claim"
    message = "没有可申请的捐赠，不能定稿"


def freeze(session: Session, claim_id: int, *, actor: str, clock: Clock) -> Claim:
    """Freeze a draft: another person than who computed it, and nothing unknown or open.

    Raises NotDraft, SamePerson, SchemeIncomplete with the whole list of what is missing,
    NothingToClaim, ClaimStale, GiftClaimed.
    """
    claim = computing.get_claim(session, claim_id, lock=True)
    if claim.state is not ClaimState.DRAFT:
        raise NotDraft
    _require_second_person(session, claim, actor)
    stored = schemes.current(session, claim.scheme_code)
    if stored.id != claim.scheme_id:
        raise ClaimStale(what="办法有新版本")
    frame = framing.prepare(session, stored, claim.year, claimed_on=claim.claimed_on)
    _require_unchanged(session, claim, frame)
    blockers = computing.blockers_of(claim)
    if blockers:
        raise SchemeIncomplete(
            scheme=claim.scheme_code,
            missing="；".join(item["zh"] for item in blockers),
            parameters=tuple(item["parameter"] for item in blockers),
            english="; ".join(item["en"] for item in blockers),
        )
    if not claim.eligible_count:
        raise NothingToClaim
    _hold_gifts(session, claim)
    claim.digest = digest_of(session, claim)
    claim.frozen_by, claim.frozen_at = actor, clock.now()
    claim.state = ClaimState.FROZEN
    session.flush()
    _note(session, claim, "claim.freeze", actor=actor, clock=clock)
    return claim


def _require_second_person(session: Session, claim: Claim, actor: str) -> None:
    if claim.computed_by == actor:
        raise SamePerson(what="配比申请")
    own = session.execute(
        select(Decision.id)
        .join(ClaimDecision, ClaimDecision.decision_id == Decision.id)
        .where(ClaimDecision.claim_id == claim.id, Decision.decided_by == actor)
        .order_by(Decision.id)
        .limit(1)
    ).first()
    if own is not None:
        raise SamePerson(what="认定")


def _require_unchanged(session: Session, claim: Claim, frame: Frame) -> None:
    """Compute everything once more, without writing, and compare line by line."""
    kept = set(
        session.execute(
            select(ClaimDecision.decision_id)
            .where(ClaimDecision.claim_id == claim.id)
            .order_by(ClaimDecision.decision_id)
        ).scalars()
    )
    wide = {int(item.id) for item in frame.decisions if item.gift is None}
    if not wide <= kept:
        raise ClaimStale(what="有新的认定")
    running = plans.new_totals(frame.plan)
    count = 0
    found = framing.evaluated(session, frame, running)
    for some in chunks(found, _BATCH):
        stored = _digests(session, claim.id, [item[0] for item in some])
        for gift_id, judgement, result in some:
            group = lines.group_of(frame.dimension, judgement)
            row = lines.packed(claim.id, gift_id, judgement, result, group)
            if stored.get(gift_id) != row.digest:
                raise ClaimStale(what=f"捐赠 {judgement.gift.id}")
            count += 1
    if count != claim.line_count:
        raise ClaimStale(what=f"现有 {count} 笔捐赠，计算时为 {claim.line_count} 笔")
    sums: Sums = totals.of_run(running, unbounded=0, capped=0)
    before = (claim.result, claim.recognised_low, claim.matched_low, claim.matched_high)
    sums.unbounded = totals.load(claim.totals).unbounded
    sums.capped = totals.load(claim.totals).capped
    computing.finish(claim, frame, sums)
    after = (claim.result, claim.recognised_low, claim.matched_low, claim.matched_high)
    if before != after:
        raise ClaimStale(what="合计金额")


def _digests(session: Session, claim_id: int, gift_ids: list[int]) -> dict[int, str]:
    rows = session.execute(
        select(ClaimLine.gift_id, ClaimLine.digest)
        .where(ClaimLine.claim_id == claim_id, ClaimLine.gift_id.in_(gift_ids))
        .order_by(ClaimLine.gift_id)
    )
    return {row.gift_id: row.digest for row in rows}


def _hold_gifts(session: Session, claim: Claim) -> None:
    chosen = select(
        ClaimLine.claim_id,
        ClaimLine.gift_id,
        literal(claim.scheme_code),
        literal(claim.year),
        true(),
    ).where(ClaimLine.claim_id == claim.id, ClaimLine.status == GiftStatus.ELIGIBLE)
    columns = ["claim_id", "gift_id", "scheme_code", "year", "is_live"]
    try:
        with session.begin_nested():
            session.execute(insert(_HELD).from_select(columns, chosen.order_by(ClaimLine.gift_id)))
    except IntegrityError as error:
        if guard_name(error):
            raise
        raise GiftClaimed from None


def digest_of(session: Session, claim: Claim) -> str:
    """Return the digest of a claim: its head, the decisions it used, and every line."""
    used = session.execute(
        select(ClaimDecision.decision_id)
        .where(ClaimDecision.claim_id == claim.id)
        .order_by(ClaimDecision.decision_id)
    ).scalars()
    head = {
        "scheme": claim.scheme_code,
        "scheme_digest": claim.scheme_digest,
        "year": claim.year,
        "sequence": claim.sequence,
        "claimed_on": claim.claimed_on.isoformat(),
        "claimant": claim.claimant,
        "fact_names": claim.fact_names,
        "result": claim.result.value,
        "recognised": claim.recognised_low,
        "matched": [claim.matched_low, claim.matched_high],
        "decisions": list(used),
    }
    digest = hashlib.sha256(trail.canonical(head).encode())
    for gift_id, line in _line_digests(session, claim.id):
        digest.update(f"{gift_id}:{line}\n".encode())
    return digest.hexdigest()


def _line_digests(session: Session, claim_id: int) -> Iterator[tuple[int, str]]:
    after = 0
    while True:
        rows = session.execute(
            select(ClaimLine.gift_id, ClaimLine.digest)
            .where(ClaimLine.claim_id == claim_id, ClaimLine.gift_id > after)
            .order_by(ClaimLine.gift_id)
            .limit(_BATCH)
        ).all()
        for row in rows:
            yield row.gift_id, row.digest
        if len(rows) < _BATCH:
            return
        after = rows[-1].gift_id


def submit(
    session: Session,
    claim_id: int,
    *,
    submitted_on: date,
    submitted_to: str,
    reference: str,
    actor: str,
    clock: Clock,
) -> Claim:
    """Note that a frozen claim was handed in. Raises WrongState, InvalidInput."""
    claim = computing.get_claim(session, claim_id, lock=True)
    require_state(claim, ClaimState.FROZEN, act="报送")
    if not submitted_to.strip():
        raise InvalidInput(field="报送单位", reason="请写明报送给谁")
    if submitted_on > clock.today():
        raise InvalidInput(field="报送日期", reason="不能晚于今天")
    claim.submitted_on, claim.submitted_to = submitted_on, submitted_to.strip()[:200]
    claim.submission_reference = reference.strip()[:120] or None
    claim.submitted_by = actor
    claim.state = ClaimState.SUBMITTED
    session.flush()
    _note(session, claim, "claim.submit", actor=actor, clock=clock)
    return claim


def withdraw(session: Session, claim_id: int, *, reason: str, actor: str, clock: Clock) -> None:
    """Give up a claim: a draft is thrown away, a frozen or submitted one frees its gifts.

    Raises WrongState once an award has been recorded, InvalidInput without a reason.
    """
    claim = computing.get_claim(session, claim_id, lock=True)
    if not reason.strip():
        raise InvalidInput(field="理由", reason="撤回必须写明理由")
    if claim.state is ClaimState.DRAFT:
        session.execute(delete(ClaimLine).where(ClaimLine.claim_id == claim.id))
        session.execute(delete(ClaimDecision).where(ClaimDecision.claim_id == claim.id))
        session.delete(claim)
        session.flush()
        _note(session, claim, "claim.discard", actor=actor, clock=clock, reason=reason)
        return
    require_state(claim, ClaimState.FROZEN, ClaimState.SUBMITTED, act="撤回")
    claim.state = ClaimState.WITHDRAWN
    claim.ended_by, claim.ended_at, claim.ended_reason = actor, clock.now(), reason.strip()
    session.flush()
    session.execute(
        update(ClaimedGift).where(ClaimedGift.claim_id == claim.id).values(is_live=False)
    )
    _note(session, claim, "claim.withdraw", actor=actor, clock=clock, reason=reason)


def require_state(claim: Claim, *states: ClaimState, act: str) -> None:
    """Refuse an act on a claim that is not in one of the states. Raises WrongState."""
    if claim.state not in states:
        raise WrongState(state=STATE_WORDS[claim.state], act=act)


STATE_WORDS = {
    ClaimState.DRAFT: "草稿",
    ClaimState.FROZEN: "已定稿",
    ClaimState.SUBMITTED: "已报送",
    ClaimState.AWARDED: "已下达",
    ClaimState.CLAWED_BACK: "已追回",
    ClaimState.WITHDRAWN: "已撤回",
}


def _note(
    session: Session, claim: Claim, action: str, *, actor: str, clock: Clock, reason: str = ""
) -> None:
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action=action,
        subject=f"claim:{claim.id}",
        reason=reason.strip() or None,
        detail={
            "scheme": claim.scheme_code,
            "year": claim.year,
            "sequence": claim.sequence,
            "digest": claim.digest,
        },
    )
