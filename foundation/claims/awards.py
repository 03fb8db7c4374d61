"""What the authority made of a claim: the award, its money, its use, and what goes back.

An award is entered as published and never recomputed. One above what the scheme allows needs a
reason; a difference from the computation is explained, reason by reason, to the last fen.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation import posting_rules
from foundation.claims import computing, lifecycle, schemes
from foundation.claims.kinds import ClaimState, Payee
from foundation.claims.models import (
    Award,
    AwardDifference,
    AwardPayment,
    AwardUse,
    Claim,
    Clawback,
)
from foundation.gifts.service import cash_flow_item
from foundation.matching import awards as rules
from foundation.posting_lines import Event
from ledger import catalogue, trail
from ledger.clock import Clock
from ledger.drafting import draft, open_period_for
from ledger.errors import Conflict, InvalidInput
from ledger.money import to_text
from ledger.vouchers import VoucherDraft

# The item of the statutory cash-flow statement that government grants belong to.
GRANTS_RECEIVED = "政府补助收到的现金"


class AwardNeedsReason(Conflict):
    """The award is above what the scheme allows and nobody said why."""

    code = "award_needs_reason"
    message = "下达金额超过办法的上限（{verdict}），请写明理由"


class DifferenceUnexplained(Conflict):
    """The explanations do not add up to the difference."""

    code = "award_difference"
    message = "下达金额与测算相差 {difference}，已说明 {explained}，请逐项说明"


@dataclass(frozen=True, slots=True)
class NewAward:
    """An award as the authority published it. `differences` are (fen, reason) each."""

    amount_minor: int
    awarded_on: date
    document_title: str
    document_number: str
    payee: Payee
    reason: str = ""
    differences: tuple[tuple[int, str], ...] = ()


def estimate_of(claim: Claim) -> int | None:
    """Return the match that was computed, where it was one figure."""
    return claim.matched_low if claim.matched_low == claim.matched_high else None


def record_award(
    session: Session, claim_id: int, given: NewAward, *, actor: str, clock: Clock
) -> int:
    """Record the official award of a submitted claim and return its key.

    Raises WrongState, AwardNeedsReason above the maximum ratio or the pool, DifferenceUnexplained,
    InvalidInput.
    """
    claim = computing.get_claim(session, claim_id, lock=True)
    lifecycle.require_state(claim, ClaimState.SUBMITTED, act="登记下达")
    if given.amount_minor < 0 or not given.document_title.strip():
        raise InvalidInput(field="下达文件", reason="请填写下达金额和文件名称")
    if claim.submitted_on and given.awarded_on < claim.submitted_on:
        raise InvalidInput(field="下达日期", reason="不能早于报送日期")
    if given.awarded_on > clock.today():
        raise InvalidInput(field="下达日期", reason="不能晚于今天")
    scheme = schemes.get_version(session, claim.scheme_id).scheme
    checked = rules.check_award(
        scheme,
        recognised_minor=claim.recognised_low,
        award_minor=given.amount_minor,
        claim_year=claim.year,
        estimate_minor=estimate_of(claim),
    )
    if checked.verdict != rules.CONSISTENT and not given.reason.strip():
        raise AwardNeedsReason(verdict=checked.verdict)
    _check_differences(given.differences, checked.difference_minor)
    award = Award(
        claim_id=claim.id,
        amount_minor=given.amount_minor,
        awarded_on=given.awarded_on,
        document_title=given.document_title.strip()[:200],
        document_number=given.document_number.strip()[:120],
        payee=given.payee,
        verdict=checked.verdict,
        reason=given.reason.strip() or None,
        recorded_by=actor,
        recorded_at=clock.now(),
    )
    session.add(award)
    session.flush()
    session.add_all(
        AwardDifference(award_id=award.id, line_no=number, amount_minor=minor, reason=text.strip())
        for number, (minor, text) in enumerate(given.differences, start=1)
    )
    claim.state = ClaimState.AWARDED
    session.flush()
    write_trail(session, claim, "award.record", {"amount": given.amount_minor}, actor, clock)
    return award.id


def _check_differences(explained: Sequence[tuple[int, str]], difference: int | None) -> None:
    if any(not minor or not text.strip() for minor, text in explained):
        raise InvalidInput(field="差异说明", reason="每项都要有金额和理由")
    total = sum(minor for minor, _ in explained)
    if difference is not None and total != difference:
        raise DifferenceUnexplained(difference=to_text(difference), explained=to_text(total))


def find_award(session: Session, claim_id: int) -> Award | None:
    """Return the award of a claim, if it has one."""
    return session.execute(select(Award).where(Award.claim_id == claim_id)).scalar_one_or_none()


def _award(session: Session, claim_id: int) -> Award:
    award = session.execute(
        select(Award).where(Award.claim_id == claim_id).with_for_update()
    ).scalar_one_or_none()
    if award is None:
        raise Conflict(reason="申请尚未登记下达金额")
    return award


def receive(
    session: Session,
    claim_id: int,
    *,
    amount_minor: int,
    received_on: date,
    account: str = "",
    fund: str = "",
    note: str = "",
    actor: str,
    clock: Clock,
) -> int | None:
    """Book money of an award that came to the foundation, or note what came to the university.

    Returns the key of the voucher that waits for review, None for a note. Raises InvalidInput
    for more than was awarded, and what drafting raises.
    """
    award = _award(session, claim_id)
    claim = computing.get_claim(session, claim_id)
    came = _paid(session, award.id)
    if not 0 < amount_minor <= award.amount_minor - came:
        left = to_text(award.amount_minor - came)
        raise InvalidInput(field="金额", reason=f"应大于零且不超过尚未到账的 {left}")
    if not award.awarded_on <= received_on <= clock.today():
        raise InvalidInput(field="到账日期", reason="应在下达日期与今天之间")
    voucher_id = None
    if award.payee is Payee.FOUNDATION:
        voucher_id = _book(
            session, claim, amount_minor, received_on, account, fund, actor=actor, clock=clock
        )
    elif not note.strip():
        raise InvalidInput(field="说明", reason="由学校收款的，请写明到账凭据")
    session.add(
        AwardPayment(
            award_id=award.id,
            received_on=received_on,
            amount_minor=amount_minor,
            voucher_id=voucher_id,
            note=note.strip() or None,
            recorded_by=actor,
            recorded_at=clock.now(),
        )
    )
    session.flush()
    write_trail(
        session,
        claim,
        "award.receive",
        {"amount": amount_minor, "voucher": voucher_id},
        actor,
        clock,
    )
    return voucher_id


def _paid(session: Session, award_id: int) -> int:
    query = select(func.coalesce(func.sum(AwardPayment.amount_minor), 0)).where(
        AwardPayment.award_id == award_id
    )
    return int(session.execute(query).scalar_one())


def _book(
    session: Session,
    claim: Claim,
    amount_minor: int,
    received_on: date,
    account: str,
    fund: str,
    *,
    actor: str,
    clock: Clock,
) -> int:
    made = booking_draft(session, claim.id, amount_minor, received_on, account=account, fund=fund)
    (voucher_id,) = draft(session, [made], actor=actor, clock=clock)
    return voucher_id


def booking_draft(
    session: Session,
    claim_id: int,
    amount_minor: int,
    received_on: date,
    *,
    account: str,
    fund: str,
) -> VoucherDraft:
    """Prepare the voucher of money that came to the foundation: a government grant (政府补助)."""
    claim = computing.get_claim(session, claim_id)
    known = catalogue.load(session)
    period = open_period_for(known, received_on)
    place = known.account(period.chart, account)
    if "cash" not in place.flags or "agency" in place.flags:
        raise InvalidInput(field="收款科目", reason="不是现金或银行存款科目")
    event = Event(
        on=received_on,
        summary=f"收到{claim.year}年度捐赠配比资金（{claim.scheme_code}）",
        cash_flow_item_id=cash_flow_item(session, known, GRANTS_RECEIVED),
    )
    return posting_rules.grant(known, event, place.id, [(known.fund(fund).id, amount_minor)])


def record_use(
    session: Session,
    claim_id: int,
    *,
    amount_minor: int,
    used_on: date,
    purpose: str,
    evidence: str,
    actor: str,
    clock: Clock,
) -> str:
    """Note what money of an award was used for; say whether the scheme forbids the purpose."""
    award = _award(session, claim_id)
    claim = computing.get_claim(session, claim_id)
    used = session.execute(
        select(func.coalesce(func.sum(AwardUse.amount_minor), 0)).where(
            AwardUse.award_id == award.id
        )
    ).scalar_one()
    left = award.amount_minor - int(used)
    if not 0 < amount_minor <= left:
        raise InvalidInput(field="金额", reason=f"应大于零且不超过尚未使用的 {to_text(left)}")
    if not purpose.strip() or used_on > clock.today():
        raise InvalidInput(field="用途", reason="请填写用途和不晚于今天的日期")
    scheme = schemes.get_version(session, claim.scheme_id).scheme
    verdict = rules.check_use(scheme, purpose.strip())
    session.add(
        AwardUse(
            award_id=award.id,
            used_on=used_on,
            amount_minor=amount_minor,
            purpose=purpose.strip()[:200],
            verdict=verdict,
            evidence=evidence.strip(),
            recorded_by=actor,
            recorded_at=clock.now(),
        )
    )
    session.flush()
    write_trail(
        session, claim, "award.use", {"amount": amount_minor, "verdict": verdict}, actor, clock
    )
    return verdict


@dataclass(frozen=True, slots=True)
class AwardView:
    """An award with everything that followed it."""

    award: Award
    recorded_at: datetime
    differences: tuple[AwardDifference, ...]
    payments: tuple[AwardPayment, ...]
    uses: tuple[AwardUse, ...]
    clawbacks: tuple[Clawback, ...]

    @property
    def paid_minor(self) -> int:
        """What came so far."""
        return sum(item.amount_minor for item in self.payments)

    @property
    def used_minor(self) -> int:
        """What was used so far."""
        return sum(item.amount_minor for item in self.uses)


def view(session: Session, claim_id: int) -> AwardView | None:
    """Return the award of a claim with its money, use and clawbacks, or None."""
    award = find_award(session, claim_id)
    if award is None:
        return None

    return AwardView(
        award=award,
        recorded_at=award.recorded_at,
        differences=_differences(session, award.id),
        payments=_payments(session, award.id),
        uses=_uses(session, award.id),
        clawbacks=_clawbacks(session, claim_id),
    )


def _differences(session: Session, award_id: int) -> tuple[AwardDifference, ...]:
    query = (
        select(AwardDifference)
        .where(AwardDifference.award_id == award_id)
        .order_by(AwardDifference.line_no)
    )
    return tuple(session.execute(query).scalars())


def _payments(session: Session, award_id: int) -> tuple[AwardPayment, ...]:
    query = select(AwardPayment).where(AwardPayment.award_id == award_id).order_by(AwardPayment.id)
    return tuple(session.execute(query).scalars())


def _uses(session: Session, award_id: int) -> tuple[AwardUse, ...]:
    query = select(AwardUse).where(AwardUse.award_id == award_id).order_by(AwardUse.id)
    return tuple(session.execute(query).scalars())


def _clawbacks(session: Session, claim_id: int) -> tuple[Clawback, ...]:
    query = select(Clawback).where(Clawback.claim_id == claim_id).order_by(Clawback.id)
    return tuple(session.execute(query).scalars())


def write_trail(
    session: Session, claim: Claim, action: str, detail: dict[str, object], actor: str, clock: Clock
) -> None:
    """Write an act on a claim to the trail."""
    trail.record(
        session, actor=actor, clock=clock, action=action, subject=f"claim:{claim.id}", detail=detail
    )
