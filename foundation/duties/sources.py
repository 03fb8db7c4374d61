"""Registers from which dated duties follow: events that happened, and dates known elsewhere.

A register is one line in SOURCES: a function that returns the events from which a duty of
data/duties.toml (with `days_after` or `months_after`) may still be owed. It is asked whenever
the calendar or a desk is drawn, so it must cost a few milliseconds:

    def events(session: Session, *, today: date) -> list[Event]: ...
"""

from collections.abc import Callable
from datetime import date, timedelta

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from foundation.assets import events as asset_events
from foundation.duties.calendar import Event
from foundation.gifts.kinds import ChangeKind, GiftKind
from foundation.gifts.models import Gift, GiftChange
from foundation.http.languages import mark
from foundation.organisation import qualification
from foundation.organisation.models import Standing
from foundation.parties import events as party_events
from foundation.receipting.models import BillingParticulars, GiftBill
from ledger.vouchers import Voucher, VoucherState

Source = Callable[..., list[Event]]
# Older gifts without a bill are for the report; a desk that is drawn all day looks at these.
_LOOKS_BACK = timedelta(days=400)
# Held for others, and services, get no bill.
_WITHOUT_BILL = (GiftKind.AGENCY, GiftKind.SERVICE)


def gifts_without_bill(session: Session, *, today: date) -> list[Event]:
    """Return the oldest posted gift without a bill or a waiver, and how many there are."""
    ended = exists().where(GiftChange.gift_id == Gift.id, GiftChange.kind != ChangeKind.REFUNDED)
    billed = exists().where(GiftBill.gift_id == Gift.id, GiftBill.is_live)
    waived = exists().where(BillingParticulars.gift_id == Gift.id, BillingParticulars.waiver != "")
    count, oldest = session.execute(
        select(func.count(), func.min(Gift.received_on))
        .join(Voucher, Voucher.id == Gift.voucher_id)
        .where(
            Voucher.state == VoucherState.POSTED,
            Gift.kind.not_in(_WITHOUT_BILL),
            Gift.received_on.between(today - _LOOKS_BACK, today),
            ~ended,
            ~billed,
            ~waived,
        )
    ).one()
    if not count:
        return []
    return [
        Event(
            "bill_within_60_days",
            "oldest",
            oldest,
            detail=mark("{count} 笔捐赠还没有票据，最早的收到于 {day}"),
            values={"count": count, "day": oldest},
            endpoint="receipting.index",
            is_derived=True,
        )
    ]


def known_facts(session: Session) -> dict[str, str]:
    """Return the facts of duties that another register knows already."""
    lasting = [
        period.last_on
        for period in qualification.list_periods(session)
        if period.standing is Standing.QUALIFIED
    ]
    return {"tax_deduction_expires_on": max(lasting).isoformat()} if lasting else {}


# Every register of events, one line each.
SOURCES: tuple[Source, ...] = (gifts_without_bill, party_events.events, asset_events.events)
