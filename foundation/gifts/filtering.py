"""What a list of gifts may be narrowed to, as conditions of one statement."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from foundation.donors import aliases, finding
from foundation.donors.models import Donor
from foundation.gifts import standing
from foundation.gifts.kinds import ChangeKind, GiftKind, GiftState
from foundation.gifts.models import Gift, GiftAllocation, GiftChange
from foundation.http import forms
from ledger.errors import DomainError
from ledger.funds import Fund
from ledger.vouchers import Voucher, VoucherState


@dataclass(frozen=True, slots=True)
class GiftFilter:
    """What a list is narrowed to; empty fields narrow nothing."""

    donor_id: int | None = None
    fund: str = ""
    first_on: date | None = None
    last_on: date | None = None
    least_minor: int | None = None
    most_minor: int | None = None
    state: GiftState | None = None
    kind: GiftKind | None = None
    batch_id: int | None = None
    # A reference, amount, donor or bank reference, as somebody types it.
    text: str = ""


def ended_kind() -> ColumnElement[Any]:
    """Select how a gift ended, or NULL."""
    return (
        select(GiftChange.kind)
        .where(
            GiftChange.gift_id == Gift.id,
            GiftChange.kind != ChangeKind.REFUNDED,
            ~standing.withdrawn(),
        )
        .correlate(Gift)
        .scalar_subquery()
    )


def refunded() -> ColumnElement[Any]:
    """Select what was refunded of a gift."""
    return (
        select(func.coalesce(func.sum(GiftChange.amount_minor), 0))
        .where(
            GiftChange.gift_id == Gift.id,
            GiftChange.kind == ChangeKind.REFUNDED,
            ~standing.withdrawn(),
        )
        .correlate(Gift)
        .scalar_subquery()
    )


def conditions(wanted: GiftFilter) -> list[ColumnElement[bool]]:
    """Return the conditions of a filter on gifts joined with their vouchers."""
    compared: list[tuple[Any, Callable[[Any], ColumnElement[bool]]]] = [
        (wanted.donor_id, lambda value: Gift.donor_id.in_(aliases.same_as(value))),
        (wanted.first_on, lambda value: Gift.received_on >= value),
        (wanted.last_on, lambda value: Gift.received_on <= value),
        (wanted.least_minor, lambda value: Gift.amount_minor >= value),
        (wanted.most_minor, lambda value: Gift.amount_minor <= value),
        (wanted.kind, lambda value: Gift.kind == value),
        (wanted.batch_id, lambda value: Gift.batch_id == value),
    ]
    found = [condition(value) for value, condition in compared if value is not None]
    if wanted.fund:
        allocated = select(GiftAllocation.gift_id).join(Fund, Fund.id == GiftAllocation.fund_id)
        found.append(Gift.id.in_(allocated.where(Fund.code == wanted.fund)))
    if wanted.state is not None:
        found.append(_in_state(wanted.state))
    text = wanted.text.replace("\x00", "").strip()
    if text:
        found.append(_matches(text))
    return found


def _in_state(state: GiftState) -> ColumnElement[bool]:
    """The condition of a state; the same cases in the same order as `state_of`."""
    corrected = standing.ended(ChangeKind.CORRECTED)
    cancelled = standing.ended(ChangeKind.CANCELLED)
    discarded = Voucher.state == VoucherState.DISCARDED
    if state is GiftState.CORRECTED:
        return corrected
    if state is GiftState.CANCELLED:
        return and_(~corrected, or_(cancelled, discarded))
    stands = [~corrected, ~cancelled, ~discarded]
    if state is GiftState.REFUNDED:
        return and_(*stands, refunded() >= Gift.amount_minor)
    if state is GiftState.PARTLY_REFUNDED:
        return and_(*stands, refunded() > 0, refunded() < Gift.amount_minor)
    return and_(*stands, Voucher.state == VoucherState(state.value), refunded() == 0)


def _matches(text: str) -> ColumnElement[bool]:
    named = select(Donor.id).where(finding.matches(text))
    choices: list[ColumnElement[bool]] = [
        Gift.donor_id.in_(named),
        Gift.donor_name == text,
        Gift.bank_reference == text,
        Gift.agreement == text,
    ]
    digits = text.upper().removeprefix("G").rpartition("-")[2]
    is_reference = text[:1] in "Gg" and digits.isascii() and digits.isdigit()
    if is_reference and len(digits) <= 18:
        choices.append(Gift.id == int(digits))
    with suppress(DomainError):  # a name is no amount
        choices.append(Gift.amount_minor == forms.parse_amount(text))
    return or_(*choices)
