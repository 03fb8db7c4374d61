"""Which spending request a payment on the statement is, and that it was paid by it.

A line that pays an approved request pays it here: its day, account and reference are those of the
payment. The voucher that follows finds the line again by this, not by the words of a summary.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.banking import items, naming, scoring
from foundation.banking.accounts import Account
from foundation.banking.models import BankLine, BankMatchLine, BankMatchVoucher
from foundation.banking.payment_models import BankPayment
from foundation.banking.refusals import PaymentRefused
from foundation.banking.scoring import FAR_DAYS, POINTS, BankItem, Reason
from foundation.spending import paying
from foundation.spending.models import SpendingRequest, SpendingState, reference
from ledger import trail
from ledger.clock import Clock
from ledger.money import to_text

MOST = 5
_PAYABLE = (SpendingState.APPROVED, SpendingState.PAID)


@dataclass(frozen=True, slots=True)
class PaymentHint:
    """A request that a line may have paid, and why."""

    id: int
    reference: str
    payee: str
    summary: str
    is_paid: bool
    total_minor: int
    reasons: tuple[Reason, ...]

    @property
    def score(self) -> int:
        """How sure it is, from 0 to 100."""
        return scoring.total(self.reasons)


def candidates(session: Session, account: Account, line: BankItem) -> list[PaymentHint]:
    """Return approved and paid requests of the amount of a line, the surest first."""
    if line.amount >= 0 or line.paid:
        return []
    rows = session.execute(
        select(SpendingRequest)
        .where(
            SpendingRequest.state.in_(_PAYABLE),
            SpendingRequest.total_minor == -line.amount,
            SpendingRequest.requested_on <= line.on,
            SpendingRequest.id.not_in(select(BankPayment.request_id)),
        )
        .order_by(SpendingRequest.id)
    ).scalars()
    found = []
    for request in rows:
        if request.paid_on is not None and (
            request.account_id not in account.ledger_ids
            or abs(request.paid_on - line.on) > timedelta(days=FAR_DAYS)
        ):
            continue
        reasons = _reasons(line, request)
        found.append(
            PaymentHint(
                request.id,
                reference(request.id, request.requested_on),
                request.payee_name,
                request.summary,
                request.paid_on is not None,
                request.total_minor,
                tuple(reasons),
            )
        )
    found.sort(key=lambda hint: -hint.score)
    return [hint for hint in found if hint.score >= scoring.SUGGESTED][:MOST]


def _reasons(line: BankItem, request: SpendingRequest) -> list[Reason]:
    """Compare number, payee, serial and day; the amount agrees already."""
    found = [Reason("amount", POINTS["amount"])]
    if scoring.is_request_named(line.text, reference(request.id, request.requested_on)):
        found.append(Reason("request", POINTS["request"]))
    if line.name:
        is_same = naming.plain(line.name) == naming.plain(request.payee_name)
        is_like = naming.is_variant(line.name, request.payee_name)
        code = "name" if is_same else "name_variant" if is_like else "name_differs"
        found.append(Reason(code, POINTS[code]))
    if line.reference and line.reference == scoring.usable_reference(
        request.payment_reference or ""
    ):
        found.append(Reason("reference", POINTS["reference"]))
    if request.paid_on is not None:
        found.append(scoring.days(line.on, request.paid_on))
    return found


def settle(
    session: Session,
    account: Account,
    line_id: int,
    request_ids: Sequence[int],
    *,
    actor: str,
    clock: Clock,
) -> None:
    """Say that a line paid one or several requests; approved ones are paid by it now.

    Raises PaymentRefused for a line that is matched, received money or comes to another amount,
    and for a request that another line paid or that was paid from another account; WrongStep and
    NotAllowed as `paying.pay`.
    """
    line = session.execute(
        select(BankLine)
        .where(BankLine.id == line_id, BankLine.bank_account_id == account.id)
        .with_for_update()
    ).scalar_one_or_none()
    found = items.bank_items(session, account, keys=[line_id])
    if line is None or not found:
        raise PaymentRefused(reason="该流水已勾对，或不属于此账户")
    wanted = sorted(set(request_ids))
    requests = [paying.get_payable(session, key) for key in wanted]
    total = sum(request.total_minor for request in requests)
    if not requests or total != -line.amount_minor or found[0].paid:
        raise PaymentRefused(
            reason=f"流水 {to_text(line.amount_minor)} 与所选申请合计 {to_text(total)} 不符"
        )
    for request in requests:
        _settle_one(session, account, line, request, actor=actor, clock=clock)


def _settle_one(
    session: Session,
    account: Account,
    line: BankLine,
    request: SpendingRequest,
    *,
    actor: str,
    clock: Clock,
) -> None:
    named = reference(request.id, request.requested_on)
    if session.get(BankPayment, request.id) is not None:
        raise PaymentRefused(reason=f"{named} 已由另一笔流水支付")
    if request.state is SpendingState.APPROVED:
        paying.pay(
            session,
            request.id,
            account_code=account.code,
            paid_on=line.booked_on,
            payment_reference=line.reference or None,
            actor=actor,
            clock=clock,
        )
    elif request.account_id not in account.ledger_ids:
        raise PaymentRefused(reason=f"{named} 登记为由其他账户支付")
    session.add(
        BankPayment(
            request_id=request.id, bank_line_id=line.id, linked_by=actor, linked_at=clock.now()
        )
    )
    session.flush()
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="bank.pay",
        subject=f"spending:{request.id}",
        detail={"line": line.id, "account": account.code, "amount": to_text(request.total_minor)},
    )


def unlink(
    session: Session, request_id: int, *, line_id: int, reason: str, actor: str, clock: Clock
) -> None:
    """Take back that a line paid a request; the request stays paid.

    Raises PaymentRefused without a link, without a reason, or once the line is matched.
    """
    link = session.get(BankPayment, request_id)
    if link is None or link.bank_line_id != line_id:
        raise PaymentRefused(reason="没有登记由哪笔流水支付")
    if not reason.strip():
        raise PaymentRefused(reason="请写明原因")
    matched = select(BankMatchLine.match_id).where(
        BankMatchLine.bank_line_id == link.bank_line_id, BankMatchLine.is_live
    )
    if session.execute(matched).first() is not None:
        raise PaymentRefused(reason="该流水已与凭证勾对，请先撤销勾对")
    session.delete(link)
    session.flush()
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="bank.unpay",
        subject=f"spending:{request_id}",
        reason=reason.strip(),
        detail={"line": link.bank_line_id},
    )


def lines_of_vouchers(session: Session, vouchers: Sequence[int]) -> dict[int, tuple[int, ...]]:
    """Return the lines of statements that some vouchers are matched with, by voucher.

    For whoever paid by a voucher and wants the proof of the bank, such as a refund.
    """
    rows = session.execute(
        select(BankMatchVoucher.voucher_id, BankMatchLine.bank_line_id)
        .join(BankMatchLine, BankMatchLine.match_id == BankMatchVoucher.match_id)
        .where(
            BankMatchVoucher.voucher_id.in_(vouchers),
            BankMatchVoucher.is_live,
            BankMatchLine.is_live,
        )
        .order_by(BankMatchVoucher.voucher_id, BankMatchLine.bank_line_id)
    )
    found: dict[int, tuple[int, ...]] = {}
    for voucher_id, line_id in rows:
        found[voucher_id] = (*found.get(voucher_id, ()), line_id)
    return found
