"""Move vouchers through their states and post them: submit, review, post, reverse.

Nothing else changes a voucher. Posted means final: to undo one, reverse it. This module does
not know why money moved; see foundation.posting_rules for that.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ledger import catalogue, sealing, stored
from ledger.catalogue import Catalogue
from ledger.clock import Clock
from ledger.drafting import (
    UnknownVoucher,
    check,
    draft,
    note,
    open_period_for,
    stored_draft,
)
from ledger.errors import Conflict, DomainError, InvalidInput, NotAllowed
from ledger.orm import chunks
from ledger.overspending import Spending
from ledger.periods import PeriodState, closed
from ledger.vouchers import (
    BEFORE_YEAR,
    WITHOUT_SOURCE_DOCUMENT,
    Line,
    Side,
    Voucher,
    VoucherDraft,
    VoucherKind,
    VoucherState,
    label,
)

# Vouchers sealed by one statement: large enough to be a set, small enough to stay flat in memory.
_CHUNK = 2000
_OPEN_STATES = (VoucherState.DRAFT, VoucherState.SUBMITTED, VoucherState.REVIEWED)


class WrongState(Conflict):
    """The voucher is not in the state this needs."""

    code = "wrong_state"
    message = "凭证状态为“{state}”，不能执行此操作"


class SelfReview(NotAllowed):
    """The preparer may not review the own voucher."""

    code = "self_review"
    message = "制单人不能审核自己的凭证（{actor}）"


class AttachmentMissing(Conflict):
    """A source document is required (规范 第五十一条（四）)."""

    code = "attachment_missing"
    message = "记账凭证必须附有原始凭证，请填写附件张数"


class AlreadyReversed(Conflict):
    """One reversal per voucher."""

    code = "already_reversed"
    message = "凭证 {voucher} 已被红字冲销"


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A voucher that was left out, and why."""

    voucher_id: int
    error: DomainError


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an act on a set of vouchers did."""

    done: tuple[int, ...]
    excluded: tuple[Exclusion, ...]

    def require(self) -> "Outcome":
        """Return the outcome if nothing was left out, else raise the first reason."""
        for exclusion in self.excluded:
            raise exclusion.error
        return self


def submit(session: Session, keys: Sequence[int], *, actor: str, clock: Clock) -> Outcome:
    """Submit drafts for review, checking them in full."""
    known = catalogue.load(session)

    def admit(head: Any) -> DomainError | None:
        if head.state is not VoucherState.DRAFT:
            return WrongState(state=head.state.value)
        try:
            check(known, stored_draft(session, head), complete=True)
        except DomainError as error:
            return error
        return None

    return _move(session, keys, admit, "submit", VoucherState.SUBMITTED, actor=actor, clock=clock)


def withdraw(
    session: Session, keys: Sequence[int], *, reason: str, actor: str, clock: Clock
) -> Outcome:
    """Send submitted or reviewed vouchers back to draft, with a reason."""

    def admit(head: Any) -> DomainError | None:
        if head.state not in (VoucherState.SUBMITTED, VoucherState.REVIEWED):
            return WrongState(state=head.state.value)
        return None

    return _move(
        session,
        keys,
        admit,
        "withdraw",
        VoucherState.DRAFT,
        actor=actor,
        clock=clock,
        reason=reason,
        values={"reviewed_by": None, "reviewed_at": None},
    )


def discard(
    session: Session, keys: Sequence[int], *, reason: str, actor: str, clock: Clock
) -> Outcome:
    """Give up vouchers that were not posted. They stay visible and never get a number."""
    if not reason.strip():
        raise InvalidInput(field="原因", reason="作废草稿必须写明原因")

    def admit(head: Any) -> DomainError | None:
        if head.state not in _OPEN_STATES:
            return WrongState(state=head.state.value)
        return None

    return _move(
        session,
        keys,
        admit,
        "discard",
        VoucherState.DISCARDED,
        actor=actor,
        clock=clock,
        reason=reason,
        values={"reviewed_by": None, "reviewed_at": None},
    )


def review(session: Session, keys: Sequence[int], *, actor: str, clock: Clock) -> Outcome:
    """Review submitted vouchers that somebody else prepared."""
    known = catalogue.load(session)

    def admit(head: Any) -> DomainError | None:
        if head.state is not VoucherState.SUBMITTED:
            return WrongState(state=head.state.value)
        return _reviewable(known, head, actor)

    return _move(
        session,
        keys,
        admit,
        "review",
        VoucherState.REVIEWED,
        actor=actor,
        clock=clock,
        values={"reviewed_by": actor, "reviewed_at": clock.now()},
    )


def post(
    session: Session,
    keys: Sequence[int],
    *,
    actor: str,
    clock: Clock,
    reviewing: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Outcome:
    """Post reviewed vouchers: give each its number and its digest, for good.

    With `reviewing` the actor reviews submitted vouchers in the same act. Vouchers are numbered
    by period, word, date and key. What cannot be posted is left out with its reason: wrong
    state, closed period, own voucher, missing attachment, overspent restricted fund.
    """
    known = catalogue.load(session)
    names, now = known.codes, clock.now()
    done: list[int] = []
    excluded: list[Exclusion] = []
    for chunk in chunks(_in_booking_order(session, keys), _CHUNK):
        heads, lines = stored.lock(session, chunk)
        spending = Spending(session, known, lines)
        accepted = []
        for head in heads:
            problem = _unpostable(known, head, actor, reviewing=reviewing)
            problem = problem or spending.admit(head.id)
            if problem is None:
                accepted.append(head)
            else:
                excluded.append(Exclusion(head.id, problem))
        sealing.seal(session, accepted, lines, names, actor=actor, now=now)
        done += [head.id for head in accepted]
        if progress is not None:
            progress(len(chunk))
    missing = sorted(set(keys) - set(done) - {item.voucher_id for item in excluded})
    excluded += [Exclusion(key, UnknownVoucher(voucher=key)) for key in missing]
    note(session, "voucher.post", done, actor=actor, clock=clock)
    return Outcome(tuple(done), tuple(excluded))


def reverse(
    session: Session, voucher_id: int, *, booked_on: date, reason: str, actor: str, clock: Clock
) -> int:
    """Prepare the red copy of a posted voucher, dated in an open period of the same year.

    The original stays as it is. Raises AlreadyReversed, PeriodClosed, and Conflict for a
    reversal, for an earlier year (correct it by a blue voucher: 规范 第五十一条（五）), or for
    a date before the original's.
    """
    if not reason.strip():
        raise InvalidInput(field="原因", reason="红字冲销必须写明原因")
    known = catalogue.load(session)
    heads, lines = stored.lock(session, [voucher_id])
    if not heads:
        raise UnknownVoucher(voucher=voucher_id)
    (original,) = heads
    open_period_for(known, booked_on)
    if original.state is not VoucherState.POSTED:
        raise WrongState(state=original.state.value)
    if original.kind is VoucherKind.REVERSAL:
        raise Conflict(reason="红字冲销凭证不能再被冲销")
    if original.kind in BEFORE_YEAR:
        raise Conflict(reason="期初余额和新旧科目转换凭证不能红字冲销，请另编凭证调整")
    if booked_on < original.booked_on:
        raise Conflict(reason="冲销日期不能早于原凭证日期")
    if booked_on.year != original.booked_on.year:
        raise Conflict(reason="以前年度的凭证不能红字冲销，请编制蓝字更正凭证")
    taken = session.execute(
        select(Voucher.id).where(
            Voucher.reverses_id == voucher_id, Voucher.state != VoucherState.DISCARDED
        )
    ).first()
    if taken is not None:
        raise AlreadyReversed(voucher=label(original.period_id, original.word, original.number))
    day = original.booked_on
    number = label(original.period_id, original.word, original.number)
    red = VoucherDraft(
        booked_on=booked_on,
        summary=f"注销{day.year}年{day.month}月{day.day}日{number}号凭证",
        lines=tuple(
            Line(
                row.account_id,
                row.fund_id,
                Side(row.side),
                -row.amount_minor,
                row.summary,
                row.donor_id,
                row.counterparty_id,
                row.project_id,
                row.cash_flow_item_id,
            )
            for row in lines[voucher_id]
        ),
        kind=VoucherKind.REVERSAL,
        word=original.word,
        rule=original.rule,
        reverses_id=voucher_id,
        reason=reason.strip(),
    )
    return draft(session, [red], actor=actor, clock=clock)[0]


def list_waiting(session: Session, state: VoucherState) -> list[int]:
    """Return the keys of vouchers in a state before posting, in booking order."""
    query = (
        select(Voucher.id)
        .where(Voucher.state == state)
        .order_by(Voucher.period_id, Voucher.word, Voucher.booked_on, Voucher.id)
    )
    return list(session.execute(query).scalars())


def _move(
    session: Session,
    keys: Sequence[int],
    admit: Callable[[Any], DomainError | None],
    verb: str,
    state: VoucherState,
    *,
    actor: str,
    clock: Clock,
    reason: str | None = None,
    values: dict[str, Any] | None = None,
) -> Outcome:
    done: list[int] = []
    excluded: list[Exclusion] = []
    for chunk in chunks(sorted(set(keys)), _CHUNK):
        heads = session.execute(
            select(Voucher.__table__)
            .where(Voucher.id.in_(chunk))
            .order_by(Voucher.id)
            .with_for_update()
        ).all()
        found = {head.id for head in heads}
        excluded += [
            Exclusion(key, UnknownVoucher(voucher=key)) for key in chunk if key not in found
        ]
        admitted = []
        for head in heads:
            problem = admit(head)
            if problem is None:
                admitted.append(head.id)
            else:
                excluded.append(Exclusion(head.id, problem))
        if admitted:
            session.connection().execute(
                update(Voucher)
                .where(Voucher.id.in_(admitted))
                .values(state=state, version=Voucher.version + 1, **(values or {}))
            )
        done += admitted
    note(session, f"voucher.{verb}", done, actor=actor, clock=clock, reason=reason)
    return Outcome(tuple(done), tuple(excluded))


def _in_booking_order(session: Session, keys: Sequence[int]) -> list[int]:
    if len(keys) == 1:
        return list(keys)
    rows: list[Any] = []
    for chunk in chunks(keys, _CHUNK):
        rows += session.execute(
            select(Voucher.period_id, Voucher.word, Voucher.booked_on, Voucher.id).where(
                Voucher.id.in_(chunk)
            )
        ).all()
    return [row[3] for row in sorted({tuple(row) for row in rows})]


def _unpostable(known: Catalogue, head: Any, actor: str, *, reviewing: bool) -> DomainError | None:
    if head.state is VoucherState.SUBMITTED and reviewing:
        problem = _reviewable(known, head, actor)
        if problem is not None:
            return problem
    elif head.state is not VoucherState.REVIEWED:
        return WrongState(state=head.state.value)
    if known.period(head.period_id).state is not PeriodState.OPEN:
        return closed(head.period_id)
    return None


def _reviewable(known: Catalogue, head: Any, actor: str) -> DomainError | None:
    if known.policy.separation_required and head.prepared_by == actor:
        return SelfReview(actor=actor)
    if (
        known.policy.attachments_required
        and head.attachment_count == 0
        and head.kind not in WITHOUT_SOURCE_DOCUMENT
    ):
        return AttachmentMissing()
    return None
