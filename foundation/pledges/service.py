"""Record pledges. A pledge is never an entry of the books: it is kept here and disclosed.

What becomes of one is elsewhere: `paying` for gifts that pay it, `changes` for new schedules,
write-offs and cancellations, `reminding` for messages to the donor.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from foundation.agreements.models import Agreement, AgreementFund, AgreementState
from foundation.donors import merging, particulars
from foundation.pledges import schedule
from foundation.pledges.models import Instalment, Pledge, PledgeEvidence
from foundation.pledges.schedule import Due
from ledger import funds, trail
from ledger.clock import Clock
from ledger.drafting import FundClosed
from ledger.errors import InvalidInput, NotFound
from ledger.funds import Fund
from ledger.money import MAX_MINOR, to_text
from ledger.orm import reserve_ids


class UnknownPledge(NotFound):
    """No pledge has this reference."""

    code = "unknown_pledge"
    message = "找不到捐赠承诺 {pledge}"


@dataclass(frozen=True, slots=True)
class PledgeInput:
    """A pledge as it was made. Amounts are fen."""

    donor_id: int
    fund: str
    made_on: date
    amount_minor: int
    schedule: tuple[Due, ...]
    agreement: str = ""
    evidence: PledgeEvidence = PledgeEvidence.LETTER
    contact_email: str = ""
    is_reminded: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True)
class RecordedPledge:
    """What recording a pledge made."""

    pledge_id: int
    reference: str


def reference(pledge_id: int, made_on: date) -> str:
    """Write the reference that people use: `P2026-000012`."""
    return f"P{made_on.year}-{pledge_id:06d}"


def record_pledge(
    session: Session, entry: PledgeInput, *, actor: str, clock: Clock
) -> RecordedPledge:
    """Record a pledge with its schedule.

    Raises InvalidInput for amounts, days and texts, ScheduleDiffers, UnknownDonor, UnknownFund,
    FundClosed, and Conflict for an agreement that is not this donor's or not for this fund.
    """
    if not 0 < entry.amount_minor <= MAX_MINOR:
        raise InvalidInput(field="承诺金额", reason="应大于零")
    if entry.made_on > clock.today():
        raise InvalidInput(field="承诺日期", reason="不能晚于今天")
    due = schedule.check(entry.amount_minor, entry.schedule, not_before=entry.made_on)
    fund = _open_fund(session, entry.fund, entry.made_on)
    donor_id = merging.kept_id(session, entry.donor_id)
    agreement_id = None
    if entry.agreement.strip():
        agreement_id = _agreement(session, entry.agreement.strip(), donor_id, fund)
    elif entry.evidence is PledgeEvidence.AGREEMENT:
        raise InvalidInput(field="捐赠协议", reason="以协议为凭据时应填写协议编号")
    pledge = Pledge(
        donor_id=donor_id,
        fund_id=fund.id,
        agreement_id=agreement_id,
        made_on=entry.made_on,
        amount_minor=entry.amount_minor,
        evidence=PledgeEvidence.AGREEMENT if agreement_id is not None else entry.evidence,
        contact_email=particulars.check_email(entry.contact_email),
        is_reminded=entry.is_reminded,
        note=particulars.check_note(entry.note),
        created_by=actor,
        created_at=clock.now(),
    )
    session.add(pledge)
    session.flush()
    add_instalments(session, pledge.id, due, scheduled_on=entry.made_on, change_id=None)
    name = reference(pledge.id, pledge.made_on)
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="pledge.record",
        subject=subject(pledge.id),
        detail={"reference": name, "amount": to_text(entry.amount_minor), "parts": len(due)},
    )
    return RecordedPledge(pledge.id, name)


def add_instalments(
    session: Session,
    pledge_id: int,
    due: Sequence[Due],
    *,
    scheduled_on: date,
    change_id: int | None,
) -> None:
    """Write the instalments of a schedule, numbered on from those the pledge has."""
    last = session.execute(
        select(Instalment.number)
        .where(Instalment.pledge_id == pledge_id)
        .order_by(Instalment.number.desc())
        .limit(1)
    ).scalar()
    keys = reserve_ids(session.connection(), Instalment.__table__, len(due))  # type: ignore[arg-type]
    session.add_all(
        Instalment(
            id=key,
            pledge_id=pledge_id,
            number=(last or 0) + place,
            due_on=part.due_on,
            amount_minor=part.amount_minor,
            condition=part.condition.strip() if part.condition else None,
            is_met=part.condition is None,
            open_minor=part.amount_minor,
            scheduled_on=scheduled_on,
            change_id=change_id,
        )
        for place, (key, part) in enumerate(zip(keys, due, strict=True), start=1)
    )
    session.flush()


def take_off(session: Session, parts: Sequence[tuple[int, int]]) -> None:
    """Reduce what instalments (by key) still expect, after the rows that say why were written.

    One statement each: a set of updates cannot be counted while statements are pipelined.
    """
    for key, minor in parts:
        session.execute(
            update(Instalment)
            .where(Instalment.id == key)
            .values(open_minor=Instalment.open_minor - minor)
            .execution_options(synchronize_session=False)
        )


def find_key(session: Session, text: str) -> int:
    """Return the key of a pledge from `P2026-000012` or its bare number. Raises UnknownPledge."""
    typed = text.strip().upper()
    digits = typed.rpartition("-")[2]
    if digits.isascii() and digits.isdigit() and len(digits) <= 18:
        row = session.execute(
            select(Pledge.id, Pledge.made_on).where(Pledge.id == int(digits))
        ).one_or_none()
        if row is not None and typed in (digits, reference(row.id, row.made_on)):
            return int(row.id)
    raise UnknownPledge(pledge=text[:60])


def get_pledge(session: Session, pledge_id: int) -> Pledge:
    """Return a pledge. Raises UnknownPledge."""
    pledge = session.get(Pledge, pledge_id)
    if pledge is None:
        raise UnknownPledge(pledge=pledge_id)
    return pledge


def locked(session: Session, pledge_id: int) -> Pledge:
    """Return a pledge and hold it until commit. Raises UnknownPledge."""
    pledge = session.execute(
        select(Pledge).where(Pledge.id == pledge_id).with_for_update()
    ).scalar_one_or_none()
    return pledge or get_pledge(session, pledge_id)


def instalments_of(session: Session, pledge_id: int) -> list[Instalment]:
    """Return every instalment a pledge ever had, by number, as the database has it now."""
    return list(
        session.execute(
            select(Instalment)
            .where(Instalment.pledge_id == pledge_id)
            .order_by(Instalment.number)
            .execution_options(populate_existing=True)
        ).scalars()
    )


def subject(pledge_id: int) -> str:
    """Name a pledge in the trail."""
    return f"pledge:{pledge_id}"


def _open_fund(session: Session, code: str, day: date) -> Fund:
    fund = funds.get_fund(session, code.strip())
    if fund.closed_on is not None and fund.closed_on <= day:
        raise FundClosed(fund=fund.code, day=fund.closed_on)
    return fund


def _agreement(session: Session, number: str, donor_id: int, fund: Fund) -> int:
    found = session.execute(
        select(Agreement).where(Agreement.number == number)
    ).scalar_one_or_none()
    if found is None:
        raise NotFound(what="捐赠协议", name=number)
    if merging.kept_id(session, found.donor_id) != donor_id:
        raise InvalidInput(field="捐赠协议", reason="协议是另一位捐赠人的")
    if found.state not in (AgreementState.SIGNED, AgreementState.ENDED):
        raise InvalidInput(field="捐赠协议", reason="协议尚未签署或已作废")
    agreed = session.get(AgreementFund, (found.id, fund.id))
    if agreed is None:
        raise InvalidInput(field="基金", reason=f"协议 {number} 没有约定基金 {fund.code}")
    return found.id
