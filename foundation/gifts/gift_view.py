"""One gift with everything that belongs to it: what pages, commands and the API show."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.donors.models import Donor, DonorKind
from foundation.gifts import queries, service, standing
from foundation.gifts.filtering import ended_kind, refunded
from foundation.gifts.kinds import ChangeKind, GiftKind, GiftMethod, GiftState, RefundCause
from foundation.gifts.models import Gift, GiftAllocation, GiftChange, reference
from foundation.imports.models import ImportBatch
from foundation.pledges import paying
from ledger.accounts import Account
from ledger.dimensions import Dimension
from ledger.funds import Fund
from ledger.money import grouped
from ledger.vouchers import Side, Voucher, VoucherLine, VoucherState, label


@dataclass(frozen=True, slots=True)
class DonorView:
    """The donor of a gift."""

    id: int
    name: str
    kind: DonorKind


@dataclass(frozen=True, slots=True)
class AllocationView:
    """The part of a gift that goes to one fund."""

    fund: str
    name: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class VoucherView:
    """A voucher that a gift or a change of it made. `number` is None before posting."""

    id: int
    number: str | None
    state: VoucherState
    rule: str


@dataclass(frozen=True, slots=True)
class ChangeView:
    """What happened to a gift. `is_withdrawn`: its voucher was discarded, so it took nothing."""

    id: int
    kind: ChangeKind
    cause: RefundCause | None
    changed_on: date
    amount_minor: int
    reason: str
    voucher: VoucherView | None
    replaced_by: str | None
    is_withdrawn: bool
    created_by: str
    created_at: datetime

    @property
    def may_be_undone(self) -> bool:
        """Whether it can be taken back: nothing of it is posted, or it is a refund."""
        if self.is_withdrawn or self.voucher is None:
            return False
        return self.kind is ChangeKind.REFUNDED or self.voucher.state is not VoucherState.POSTED


@dataclass(frozen=True, slots=True)
class OriginalView:
    """What a foreign gift was."""

    minor: int
    currency: str
    rate: str
    rate_on: date | None

    @property
    def text(self) -> str:
        """The amount as people read it."""
        return f"{self.currency} {grouped(self.minor, self.currency)}"


@dataclass(frozen=True, slots=True)
class BatchView:
    """Where an imported gift came from."""

    id: int
    file_name: str
    row: int


@dataclass(frozen=True, slots=True)
class GiftView:
    """A gift with everything."""

    id: int
    reference: str
    state: GiftState
    kind: GiftKind
    method: GiftMethod
    received_on: date
    amount_minor: int
    remaining_minor: int
    original: OriginalView | None
    donor: DonorView
    donor_name: str
    passed_on_by: str | None
    is_anonymous: bool
    account_code: str
    account_name: str
    allocations: tuple[AllocationView, ...]
    voucher: VoucherView
    recipient: str | None
    agreement: str | None
    bank_reference: str | None
    note: str | None
    item: str | None
    quantity: str | None
    value_evidence: str | None
    changes: tuple[ChangeView, ...]
    replaces: str | None
    # Gifts that may be the same one, only recorded again.
    alike: tuple[str, ...]
    # Other gifts stand in the same summary voucher: it cannot be undone for this one alone.
    shares_voucher: bool
    batch: BatchView | None
    attachment_count: int
    # The pledge that it pays, by reference; the first of several.
    pledge: str | None
    created_by: str
    created_at: datetime

    @property
    def is_over(self) -> bool:
        """Whether it was cancelled or corrected."""
        return self.state in (GiftState.CANCELLED, GiftState.CORRECTED)


def get_view(session: Session, text: str) -> GiftView:
    """Return a gift by its reference or number. Raises UnknownGift."""
    gift = service.get_gift(session, service.find_key(session, text))
    row: Any = session.execute(
        select(
            Donor.name,
            Donor.kind,
            Account.code,
            Account.full_name,
            ended_kind().label("ended"),
            refunded().label("refunded"),
        )
        .select_from(Gift)
        .join(Donor, Donor.id == Gift.donor_id)
        .join(Account, Account.id == Gift.account_id)
        .where(Gift.id == gift.id)
    ).one()
    voucher = session.get_one(Voucher, gift.voucher_id)
    state = queries.state_of(voucher.state, row.ended, gift.amount_minor, int(row.refunded))
    is_over = state in (GiftState.CANCELLED, GiftState.CORRECTED)
    return GiftView(
        id=gift.id,
        reference=reference(gift.id, gift.received_on),
        state=state,
        kind=gift.kind,
        method=gift.method,
        received_on=gift.received_on,
        amount_minor=gift.amount_minor,
        remaining_minor=0 if is_over else gift.amount_minor - int(row.refunded),
        original=_original(gift),
        donor=DonorView(gift.donor_id, row.name, row.kind),
        donor_name=gift.donor_name,
        passed_on_by=gift.passed_on_by,
        is_anonymous=gift.is_anonymous,
        account_code=row.code,
        account_name=row.full_name,
        allocations=_allocations(session, gift.id),
        voucher=_voucher(voucher),
        recipient=_recipient(session, gift) if gift.kind is GiftKind.AGENCY else None,
        agreement=gift.agreement,
        bank_reference=gift.bank_reference,
        note=gift.note,
        item=gift.item,
        quantity=gift.quantity,
        value_evidence=gift.value_evidence,
        changes=_changes(session, gift.id),
        replaces=_replaces(session, gift.id),
        alike=() if is_over else tuple(service.find_alike(session, gift)),
        shares_voucher=_shares_voucher(session, gift),
        batch=_batch(session, gift),
        attachment_count=voucher.attachment_count,
        pledge=next((name for name, _ in paying.pledges_of_gift(session, gift.id)), None),
        created_by=gift.created_by,
        created_at=gift.created_at,
    )


def _original(gift: Gift) -> OriginalView | None:
    if gift.original_minor is None or gift.original_currency is None or gift.rate is None:
        return None
    return OriginalView(gift.original_minor, gift.original_currency, gift.rate, gift.rate_on)


def _allocations(session: Session, gift_id: int) -> tuple[AllocationView, ...]:
    rows = session.execute(
        select(Fund.code, Fund.name, GiftAllocation.amount_minor)
        .join(Fund, Fund.id == GiftAllocation.fund_id)
        .where(GiftAllocation.gift_id == gift_id)
        .order_by(Fund.code)
    )
    return tuple(AllocationView(row.code, row.name, row.amount_minor) for row in rows)


def _voucher(voucher: Voucher) -> VoucherView:
    number = None
    if voucher.number is not None:
        number = label(voucher.period_id, voucher.word, voucher.number)
    return VoucherView(voucher.id, number, voucher.state, voucher.rule)


def _recipient(session: Session, gift: Gift) -> str | None:
    """Return whom an agency gift is for, which its voucher keeps."""
    return session.execute(
        select(Dimension.name)
        .join(VoucherLine, VoucherLine.counterparty_id == Dimension.id)
        .where(VoucherLine.voucher_id == gift.voucher_id, VoucherLine.side == Side.CREDIT)
        .order_by(VoucherLine.line_no)
        .limit(1)
    ).scalar()


def _changes(session: Session, gift_id: int) -> tuple[ChangeView, ...]:
    rows: Any = session.execute(
        select(GiftChange, Voucher, Gift.received_on, standing.withdrawn().label("is_withdrawn"))
        .outerjoin(Voucher, Voucher.id == GiftChange.voucher_id)
        .outerjoin(Gift, Gift.id == GiftChange.replaced_by_id)
        .where(GiftChange.gift_id == gift_id)
        .order_by(GiftChange.id)
    ).all()
    return tuple(
        ChangeView(
            id=change.id,
            kind=change.kind,
            cause=change.cause,
            changed_on=change.changed_on,
            amount_minor=change.amount_minor,
            reason=change.reason,
            voucher=None if voucher is None else _voucher(voucher),
            replaced_by=None
            if change.replaced_by_id is None
            else reference(change.replaced_by_id, replaced_on),
            is_withdrawn=bool(is_withdrawn),
            created_by=change.created_by,
            created_at=change.created_at,
        )
        for change, voucher, replaced_on, is_withdrawn in rows
    )


def _replaces(session: Session, gift_id: int) -> str | None:
    row = session.execute(
        select(Gift.id, Gift.received_on)
        .join(GiftChange, GiftChange.gift_id == Gift.id)
        .where(GiftChange.replaced_by_id == gift_id)
        .limit(1)
    ).one_or_none()
    return None if row is None else reference(row.id, row.received_on)


def _shares_voucher(session: Session, gift: Gift) -> bool:
    others = select(Gift.id).where(Gift.voucher_id == gift.voucher_id, Gift.id != gift.id)
    return session.execute(others.limit(1)).first() is not None


def _batch(session: Session, gift: Gift) -> BatchView | None:
    if gift.batch_id is None or gift.batch_row is None:
        return None
    batch = session.get_one(ImportBatch, gift.batch_id)
    return BatchView(batch.id, batch.file_name, gift.batch_row)
