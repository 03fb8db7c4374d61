"""Read spending requests: lists by state, and one request with everything about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from foundation.banking.payment_models import BankPayment
from foundation.http import lists
from foundation.http.lists import Page, PageRequest
from foundation.spending.models import (
    SpendingApproval,
    SpendingBeneficiary,
    SpendingPart,
    SpendingRequest,
    SpendingState,
    reference,
)
from foundation.spending.rules import Element, Level, get_element, level_for
from foundation.spending.steps import UnknownRequest, get_request, parts_of
from ledger.accounts import Account
from ledger.funds import Fund
from ledger.vouchers import Voucher, VoucherState, label, stands


@dataclass(frozen=True, slots=True)
class SpendingFilter:
    """What a list is narrowed to; empty fields narrow nothing."""

    state: SpendingState | None = None
    text: str = ""
    fund: str = ""


@dataclass(frozen=True, slots=True)
class SpendingSums:
    """How many requests a filter finds, and what they add up to."""

    count: int
    total_minor: int


@dataclass(frozen=True, slots=True)
class SpendingView:
    """One request with its parts, approvals, beneficiaries, and its voucher."""

    request: SpendingRequest
    reference: str
    level: Level
    parts: Sequence[tuple[SpendingPart, Fund, Element]]
    approvals: Sequence[SpendingApproval]
    beneficiaries: Sequence[SpendingBeneficiary]
    account: str | None
    voucher: str | None
    voucher_state: VoucherState | None
    # A voucher that was discarded or reversed: the request may be booked again.
    voucher_is_gone: bool
    # The line of a bank statement that paid it.
    bank_line_id: int | None = None


def rows(session: Session, wanted: SpendingFilter, request: PageRequest) -> Page[SpendingRequest]:
    """Return one part of a list, the latest first. Raises BadCursor."""
    keys = [SpendingRequest.requested_on, SpendingRequest.id]
    part = lists.page(
        session,
        select(SpendingRequest, *keys).where(*_conditions(wanted)),
        keys=keys,
        request=request,
        descending=True,
    )
    return Page([row[0] for row in part.items], part.next)


def add_up(session: Session, wanted: SpendingFilter) -> SpendingSums:
    """Count a list and add it up."""
    count, total = session.execute(
        select(func.count(), func.coalesce(func.sum(SpendingRequest.total_minor), 0)).where(
            *_conditions(wanted)
        )
    ).one()
    return SpendingSums(count, int(total))


def _conditions(wanted: SpendingFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.state is not None:
        found.append(SpendingRequest.state == wanted.state)
    if wanted.text:
        texts: list[Any] = [
            column.contains(wanted.text, autoescape=True)
            for column in (SpendingRequest.payee_name, SpendingRequest.summary)
        ]
        key = key_of(wanted.text)
        found.append(or_(*texts, SpendingRequest.id == (key or 0)))
    if wanted.fund:
        found.append(
            select(SpendingPart.request_id)
            .join(Fund, Fund.id == SpendingPart.fund_id)
            .where(SpendingPart.request_id == SpendingRequest.id, Fund.code == wanted.fund)
            .exists()
        )
    return found


def key_of(text: str) -> int | None:
    """Return the key that a reference such as `Z2026-000012` names, or None."""
    digits = text.strip().upper().removeprefix("Z").rpartition("-")[2]
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 19 else None


def find_key(session: Session, text: str) -> int:
    """Return the key of a request by its reference. Raises UnknownRequest."""
    key = key_of(text)
    request = session.get(SpendingRequest, key) if key is not None else None
    if request is None or text.strip().upper() not in (
        str(request.id),
        reference(request.id, request.requested_on),
    ):
        raise UnknownRequest(request=text)
    return request.id


def view(session: Session, key: int) -> SpendingView:
    """Return one request with everything. Raises UnknownRequest."""
    request = get_request(session, key)
    parts = parts_of(session, key)
    wanted = select(Fund).where(Fund.id.in_({part.fund_id for part in parts}))
    funds = {fund.id: fund for fund in session.execute(wanted).scalars()}
    voucher = session.get(Voucher, request.voucher_id) if request.voucher_id else None
    account = session.get(Account, request.account_id) if request.account_id else None
    return SpendingView(
        request=request,
        reference=reference(request.id, request.requested_on),
        level=level_for(request.total_minor, request.requested_on),
        parts=[(part, funds[part.fund_id], get_element(part.element)) for part in parts],
        approvals=_of(session, SpendingApproval, key, SpendingApproval.id),
        beneficiaries=_of(session, SpendingBeneficiary, key, SpendingBeneficiary.line_no),
        account=f"{account.code} {account.full_name}" if account else None,
        voucher=label(voucher.period_id, voucher.word, voucher.number) if voucher else None,
        voucher_state=voucher.state if voucher else None,
        voucher_is_gone=voucher is not None and not stands(session, voucher.id),
        bank_line_id=session.execute(
            select(BankPayment.bank_line_id).where(BankPayment.request_id == key)
        ).scalar(),
    )


def _of(session: Session, table: Any, key: int, order: Any) -> Sequence[Any]:
    found = session.execute(select(table).where(table.request_id == key).order_by(order))
    return found.scalars().all()
