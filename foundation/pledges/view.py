"""One pledge with everything: its schedule, what paid it, and what became of it."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.gifts.models import Gift
from foundation.gifts.models import reference as gift_reference
from foundation.pledges import queries, reminding, service
from foundation.pledges.models import (
    Instalment,
    PledgeChange,
    PledgeChangeKind,
    PledgePayment,
)
from foundation.pledges.queries import PledgeRow
from foundation.pledges.reminding import LoggedReminder


@dataclass(frozen=True, slots=True)
class InstalmentView:
    """A part of a pledge; `is_replaced` when a later schedule took it over."""

    id: int
    number: int
    due_on: date
    amount_minor: int
    paid_minor: int
    open_minor: int
    condition: str | None
    is_met: bool
    is_replaced: bool
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class PaymentView:
    """What a gift paid, or took back, on one instalment."""

    gift: str
    number: int
    amount_minor: int
    paid_on: date
    reason: str | None


@dataclass(frozen=True, slots=True)
class ChangeView:
    """What happened to a pledge; a write-off waits until somebody else answers."""

    id: int
    kind: PledgeChangeKind
    changed_on: date
    amount_minor: int
    reason: str
    requested_by: str
    approved_by: str | None
    refused_by: str | None
    is_waiting: bool


@dataclass(frozen=True, slots=True)
class PledgeView:
    """A pledge with everything that belongs to it."""

    row: PledgeRow
    contact_email: str | None
    is_reminded: bool
    note: str | None
    instalments: tuple[InstalmentView, ...]
    payments: tuple[PaymentView, ...]
    changes: tuple[ChangeView, ...]
    reminders: tuple[LoggedReminder, ...]
    created_at: datetime

    @property
    def waiting(self) -> ChangeView | None:
        """The write-off that waits for an answer, if one does."""
        return next((change for change in self.changes if change.is_waiting), None)


def get_view(session: Session, text: str, *, today: date) -> PledgeView:
    """Return a pledge by its reference or number. Raises UnknownPledge."""
    pledge = service.get_pledge(session, service.find_key(session, text))
    payments = _payments(session, pledge.id)
    paid: dict[int, int] = {}
    for payment in payments:
        paid[payment.number] = paid.get(payment.number, 0) + payment.amount_minor
    return PledgeView(
        row=queries.get_row(session, pledge.id, today=today),
        contact_email=pledge.contact_email,
        is_reminded=pledge.is_reminded,
        note=pledge.note,
        instalments=tuple(
            InstalmentView(
                id=item.id,
                number=item.number,
                due_on=item.due_on,
                amount_minor=item.amount_minor,
                paid_minor=paid.get(item.number, 0),
                open_minor=item.open_minor,
                condition=item.condition,
                is_met=item.is_met,
                is_replaced=not item.open_minor and paid.get(item.number, 0) < item.amount_minor,
                is_overdue=bool(item.open_minor) and item.is_met and item.due_on < today,
            )
            for item in service.instalments_of(session, pledge.id)
        ),
        payments=payments,
        changes=_changes(session, pledge.id),
        reminders=tuple(reminding.log(session, pledge_id=pledge.id)),
        created_at=pledge.created_at,
    )


def _payments(session: Session, pledge_id: int) -> tuple[PaymentView, ...]:
    rows = session.execute(
        select(
            PledgePayment.gift_id,
            Gift.received_on,
            Instalment.number,
            PledgePayment.amount_minor,
            PledgePayment.paid_on,
            PledgePayment.reason,
        )
        .join(Gift, Gift.id == PledgePayment.gift_id)
        .join(Instalment, Instalment.id == PledgePayment.instalment_id)
        .where(Instalment.pledge_id == pledge_id)
        .order_by(PledgePayment.id)
    )
    return tuple(
        PaymentView(
            gift_reference(row.gift_id, row.received_on),
            row.number,
            row.amount_minor,
            row.paid_on,
            row.reason,
        )
        for row in rows
    )


def _changes(session: Session, pledge_id: int) -> tuple[ChangeView, ...]:
    rows = session.execute(
        select(PledgeChange).where(PledgeChange.pledge_id == pledge_id).order_by(PledgeChange.id)
    ).scalars()
    return tuple(
        ChangeView(
            id=row.id,
            kind=row.kind,
            changed_on=row.changed_on,
            amount_minor=row.amount_minor,
            reason=row.reason,
            requested_by=row.requested_by,
            approved_by=row.approved_by,
            refused_by=row.refused_by,
            is_waiting=row.kind is PledgeChangeKind.WRITTEN_OFF
            and row.approved_by is None
            and row.refused_by is None,
        )
        for row in rows
    )
