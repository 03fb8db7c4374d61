"""Compute a claim from the books: every gift's line, the sums, and what is still missing.

A draft is computed as often as wanted. One changed decision re-evaluates the gifts that it can
touch and no others: those that share a counting unit or a cap.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Table, delete, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from foundation.claims import book_facts, earlier, framing, lines, references, schemes, totals
from foundation.claims.framing import Frame
from foundation.claims.kinds import ClaimState
from foundation.claims.lines import COLUMNS, FACT_NAMES, LineRow
from foundation.claims.models import Claim, ClaimDecision, ClaimLine
from foundation.claims.scheme_models import Decision
from foundation.claims.totals import Sums
from foundation.matching import eligibility, summary
from foundation.matching import plan as plans
from foundation.matching.results import Blocker, ClaimResult, GiftStatus, ResultStatus
from ledger import trail
from ledger.clock import Clock
from ledger.errors import Conflict, NotFound
from ledger.orm import bulk_insert, chunks, connection_of, guard_name

_LINES: Table = ClaimLine.__table__  # type: ignore[assignment]
_BATCH = 4_000


class ClaimBusy(Conflict):
    """Somebody else computes the same claim at this moment."""

    code = "claim_busy"
    message = "办法“{scheme}”{year} 年度的申请正由他人计算，请稍后重试"


class NotDraft(Conflict):
    """The claim is frozen; late facts make a supplementary claim."""

    code = "claim_not_draft"
    message = "申请已定稿，不能更改；后来的事实请另作补充申请"


class UnknownClaim(NotFound):
    """There is no such claim."""

    code = "unknown_claim"
    message = "找不到配比申请 {claim}"


def compute(session: Session, code: str, year: int, *, actor: str, clock: Clock) -> Claim:
    """Compute the draft of a scheme and year anew and return it.

    Gifts that an earlier claim holds are left out: what is computed after the first claim of a
    year is supplementary. Raises UnknownScheme, ForeignScheme, ClaimBusy, InvalidInput.
    """
    framing.check_year(year)
    stored = schemes.ensure(session, code, actor=actor, clock=clock)
    today = clock.today()
    frame = framing.prepare(session, stored, year, claimed_on=today)
    claim = _empty_draft(session, frame, today, actor=actor, clock=clock)
    sums = _write_lines(session, claim, frame)
    _keep_decisions(session, claim.id, frame)
    finish(claim, frame, sums)
    session.flush()
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="claim.compute",
        subject=f"claim:{claim.id}",
        detail={
            "scheme": code,
            "version": stored.version,
            "year": year,
            "sequence": claim.sequence,
            "lines": claim.line_count,
            "result": claim.result.value,
        },
    )
    return claim


def _empty_draft(session: Session, frame: Frame, today: date, *, actor: str, clock: Clock) -> Claim:
    claim = session.execute(
        select(Claim)
        .where(
            Claim.scheme_code == frame.stored.code,
            Claim.year == frame.year,
            Claim.state == ClaimState.DRAFT,
        )
        .with_for_update()
    ).scalar_one_or_none()
    if claim is not None:
        session.execute(delete(ClaimLine).where(ClaimLine.claim_id == claim.id))
        session.execute(delete(ClaimDecision).where(ClaimDecision.claim_id == claim.id))
        claim.scheme_id, claim.scheme_digest = frame.stored.key, frame.stored.digest
        claim.computed_by, claim.computed_at = actor, clock.now()
        claim.claimed_on = today
        return claim
    last = session.execute(
        select(func.max(Claim.sequence)).where(
            Claim.scheme_code == frame.stored.code, Claim.year == frame.year
        )
    ).scalar()
    claim = Claim(
        scheme_id=frame.stored.key,
        scheme_code=frame.stored.code,
        scheme_digest=frame.stored.digest,
        year=frame.year,
        sequence=0 if last is None else last + 1,
        state=ClaimState.DRAFT,
        currency=frame.plan.scheme.currency,
        result=ResultStatus.COMPUTED,
        claimed_on=today,
        claimant="{}",
        fact_names=trail.canonical(FACT_NAMES),
        totals=Sums().dump(),
        blockers="[]",
        line_count=0,
        eligible_count=0,
        ineligible_count=0,
        undecided_count=0,
        recognised_low=0,
        computed_by=actor,
        computed_at=clock.now(),
    )
    try:
        with session.begin_nested():
            session.add(claim)
            session.flush()
    except IntegrityError as error:
        if guard_name(error):
            raise
        raise ClaimBusy(scheme=frame.stored.code, year=frame.year) from None
    return claim


def _write_lines(session: Session, claim: Claim, frame: Frame) -> Sums:
    """Stream the gifts through the engine and into the lines."""
    running = plans.new_totals(frame.plan)
    unbounded = capped = 0
    connection = connection_of(session)
    claim_id, dimension = claim.id, frame.dimension
    rows: list[LineRow] = []
    for gift_id, judgement, result in framing.evaluated(session, frame, running):
        rows.append(
            lines.packed(claim_id, gift_id, judgement, result, lines.group_of(dimension, judgement))
        )
        if result.cap_code:
            capped += 1
        if result.counted_max is None:
            unbounded += 1
        if len(rows) >= _BATCH:
            bulk_insert(connection, _LINES, COLUMNS, rows)
            rows = []
    if rows:
        bulk_insert(connection, _LINES, COLUMNS, rows)
    return totals.of_run(running, unbounded=unbounded, capped=capped)


def _keep_decisions(session: Session, claim_id: int, frame: Frame) -> None:
    """Name the decisions that the claim used: those on its gifts, their funds, and on all."""
    wide = [int(item.id) for item in frame.decisions if item.gift is None]
    single = [int(item.id) for item in frame.decisions if item.gift is not None]
    used = set(wide)
    for some in chunks(single, _BATCH):
        query = (
            select(Decision.id)
            .join(
                ClaimLine,
                (ClaimLine.gift_id == Decision.gift_id) & (ClaimLine.claim_id == claim_id),
            )
            .where(Decision.id.in_(some))
            .order_by(Decision.id)
        )
        used.update(session.execute(query).scalars())
    _insert_decisions(session, claim_id, sorted(used))


def _insert_decisions(session: Session, claim_id: int, keys: Iterable[int]) -> None:
    rows = [{"claim_id": claim_id, "decision_id": key} for key in keys]
    if rows:
        session.execute(insert(ClaimDecision), rows)


def finish(claim: Claim, frame: Frame, sums: Sums) -> ClaimResult:
    """Write what the lines add up to into the claim, with everything that is missing."""
    result = summarised(frame, sums)
    prior = frame.prior
    claim.result = result.status
    claim.claimant = trail.canonical(_plain(frame.plan.context.claimant or {}))
    claim.totals = sums.dump()
    claim.blockers = _blockers(
        result.blockers, sums, earlier.overclaimed(prior, result) + frame.version_blockers
    )
    claim.line_count = sums.line_count
    claim.eligible_count = sums.count(GiftStatus.ELIGIBLE)
    claim.ineligible_count = sums.count(GiftStatus.INELIGIBLE)
    claim.undecided_count = sums.count(GiftStatus.NEEDS_DECISION)
    before = prior.sums.low.recognised if prior else 0
    claim.recognised_low = result.recognised_min - before
    claim.recognised_high = _less(result.recognised_max, before)
    claim.matched_low = _less(result.matched_min, prior.low if prior else 0)
    claim.matched_high = _less(result.matched_max, prior.high if prior else 0)
    return result


def summarised(frame: Frame, sums: Sums) -> ClaimResult:
    """Turn the sums into figures."""
    return summary.summarise(
        frame.plan,
        sums.engine_totals(frame.plan, prior=frame.prior.sums if frame.prior else None),
        confirmed=frame.confirmed,
    )


def _less(value: int | None, before: int) -> int | None:
    return None if value is None else max(value - before, 0)


def _plain(facts: Any) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, date) else value for name, value in facts.items()}


def _blockers(found: Sequence[Blocker], sums: Sums, more: list[dict[str, str]]) -> str:
    listed = []
    for item in found:
        zh, en = item.message_zh, item.message_en
        if item.parameter == summary.OPEN_GIFTS:
            count = sums.count(GiftStatus.NEEDS_DECISION)
            zh, en = f"还有 {count} 笔捐赠待认定", f"{count} gifts wait for a decision"
        listed.append({"parameter": item.parameter, "state": item.state, "zh": zh, "en": en})
    return trail.canonical(listed + more)


def blockers_of(claim: Claim) -> list[dict[str, str]]:
    """Return what keeps a claim from being final."""
    found: list[dict[str, str]] = json.loads(claim.blockers)
    return found


def get_claim(session: Session, claim_id: int, *, lock: bool = False) -> Claim:
    """Return a claim. Raises UnknownClaim."""
    query = select(Claim).where(Claim.id == claim_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    claim = session.execute(query).scalar_one_or_none()
    if claim is None:
        raise UnknownClaim(claim=claim_id)
    return claim


def reevaluate(
    session: Session, claim_id: int, gift_ids: Sequence[int], *, actor: str, clock: Clock
) -> int:
    """Evaluate some gifts of a draft again, with every gift that they touch; count the changes.

    Raises UnknownClaim, NotDraft. Where a cap or a unit joins all gifts, all are computed.
    """
    claim = get_claim(session, claim_id, lock=True)
    if claim.state is not ClaimState.DRAFT:
        raise NotDraft
    stored = schemes.get_version(session, claim.scheme_id)
    dimension = lines.group_dimension(stored.scheme)
    # A supplementary claim hangs on what is claimed already; it is small, and computed whole.
    is_whole = dimension == "all" or claim.sequence > 0
    if is_whole or schemes.current(session, claim.scheme_code).id != stored.id:
        compute(session, claim.scheme_code, claim.year, actor=actor, clock=clock)
        return claim.line_count
    touched = _touched(session, claim, stored, list(gift_ids), dimension)
    frame = framing.prepare(
        session, stored, claim.year, claimed_on=claim.claimed_on, gift_ids=touched
    )
    _look_for_repeats(session, frame, touched)
    sums = totals.load(claim.totals)
    changed = _replace(session, claim, frame, sums, touched)
    _renew_decisions(session, claim, frame, touched)
    finish(claim, frame, sums)
    session.flush()
    return changed


def _touched(
    session: Session, claim: Claim, stored: Any, gift_ids: list[int], dimension: str | None
) -> list[int]:
    """The gifts that share a group with one of these, before or after the change."""
    found = set(gift_ids)
    if dimension is not None:
        frame = framing.prepare(
            session, stored, claim.year, claimed_on=claim.claimed_on, gift_ids=gift_ids
        )
        keys = set(
            session.execute(
                select(ClaimLine.group_key)
                .where(ClaimLine.claim_id == claim.id, ClaimLine.gift_id.in_(gift_ids))
                .order_by(ClaimLine.group_key)
            ).scalars()
        )
        for book in book_facts.load(session, gift_ids):
            keys.add(lines.group_of(dimension, eligibility.judge(frame.plan.gate, book.facts)))
        wanted = sorted(key for key in keys if key is not None)
        found.update(
            session.execute(
                select(ClaimLine.gift_id)
                .where(ClaimLine.claim_id == claim.id, ClaimLine.group_key.in_(wanted))
                .order_by(ClaimLine.gift_id)
            ).scalars()
        )
    return sorted(found)


def _look_for_repeats(session: Session, frame: Frame, gift_ids: list[int]) -> None:
    """A payment that two gifts name is judged in the order of both."""
    books = book_facts.load(session, gift_ids)
    named = frozenset(
        str(book.facts.facts["payment.reference"])
        for book in books
        if "payment.reference" in book.facts.facts
    )
    repeated = references.repeated(session, frame.scope, among=named)
    if repeated:
        others = references.gifts_with(session, frame.scope, repeated)
        gift_ids += [key for key in others if key not in set(gift_ids)]
        frame.repeated = repeated
        frame.held = references.held(session, frame.stored.code, repeated)


def _replace(session: Session, claim: Claim, frame: Frame, sums: Sums, gift_ids: list[int]) -> int:
    old = {
        row.gift_id: row
        for row in session.execute(
            select(ClaimLine)
            .where(ClaimLine.claim_id == claim.id, ClaimLine.gift_id.in_(gift_ids))
            .order_by(ClaimLine.gift_id)
        ).scalars()
    }
    running = plans.new_totals(frame.plan)
    books = [book for book in book_facts.load(session, gift_ids) if book.gift_id in old]
    rows = [
        lines.packed(
            claim.id, gift_id, judgement, result, lines.group_of(frame.dimension, judgement)
        )
        for gift_id, judgement, result in framing.group_of_books(frame, books, running)
    ]
    kept = {row.gift_id for row in rows}
    changed = [row for row in rows if row.digest != old[row.gift_id].digest]
    gone = [line for key, line in old.items() if key not in kept]
    for line in (*gone, *(old[row.gift_id] for row in changed)):
        sums.change(line, frame.plan, sign=-1)
        session.expunge(line)
    for row in changed:
        sums.change(row, frame.plan, sign=1)
    stale = [line.gift_id for line in gone] + [row.gift_id for row in changed]
    session.execute(
        delete(ClaimLine).where(ClaimLine.claim_id == claim.id, ClaimLine.gift_id.in_(stale))
    )
    bulk_insert(connection_of(session), _LINES, COLUMNS, changed)
    return len(stale)


def _renew_decisions(session: Session, claim: Claim, frame: Frame, gift_ids: list[int]) -> None:
    on_these = select(Decision.id).where(Decision.gift_id.in_(gift_ids))
    session.execute(
        delete(ClaimDecision).where(
            ClaimDecision.claim_id == claim.id, ClaimDecision.decision_id.in_(on_these)
        )
    )
    single = [int(item.id) for item in frame.decisions if item.gift is not None]
    _insert_decisions(session, claim.id, sorted(single))


def drafts_with(session: Session, gift_id: int, code: str) -> list[int]:
    """Return the drafts that have a gift, of one scheme or of every scheme (`*`)."""
    query = (
        select(Claim.id)
        .join(ClaimLine, ClaimLine.claim_id == Claim.id)
        .where(ClaimLine.gift_id == gift_id, Claim.state == ClaimState.DRAFT)
        .order_by(Claim.id)
    )
    if code != "*":
        query = query.where(Claim.scheme_code == code)
    return list(session.execute(query).scalars())
