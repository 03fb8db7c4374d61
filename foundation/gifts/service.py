"""Record gifts, and undo them without rewriting history.

One function writes the gift, its allocations and its voucher in the same transaction, so they
can never disagree; the guards of the database check it once more when the voucher is sealed.
"""

from dataclasses import dataclass

from sqlalchemy import bindparam, func, insert, or_, select
from sqlalchemy.orm import Session

from foundation import posting_rules
from foundation.donors.models import Donor, DonorKind
from foundation.gifts.entry import GiftInput, check
from foundation.gifts.kinds import GiftKind
from foundation.gifts.models import Gift, GiftAllocation, GiftChange, reference
from foundation.gifts.standing import ended, withdrawn
from foundation.imports.rows import fingerprint
from foundation.posting_lines import Event, Part
from ledger import catalogue, dimensions, trail
from ledger.catalogue import AccountInfo, Catalogue
from ledger.clock import Clock
from ledger.dimensions import DimensionKind
from ledger.drafting import draft
from ledger.errors import NotFound
from ledger.orm import Prepared, ask_for_ids, connection_of
from ledger.vouchers import VoucherDraft

# Items of the statutory cash-flow statement (会民非03表).
DONATIONS_RECEIVED = "接受捐赠收到的现金"
OTHER_PAID = "支付的其他与业务活动有关的现金"
_MOST_ALIKE = 5


_GIFT_COLUMNS = tuple(
    column.name
    for column in Gift.__table__.columns
    if column.name not in ("batch_id", "batch_row", "batch_panel")
)
_INSERT_GIFT = Prepared(
    lambda _: insert(Gift.__table__).values({name: bindparam(name) for name in _GIFT_COLUMNS})  # type: ignore[arg-type]
)
_INSERT_ALLOCATION = Prepared(
    lambda _: insert(GiftAllocation.__table__).values(  # type: ignore[arg-type]
        {column.name: bindparam(column.name) for column in GiftAllocation.__table__.columns}
    )
)


class UnknownGift(NotFound):
    """No gift has this reference."""

    code = "unknown_gift"
    message = "找不到捐赠 {gift}"


@dataclass(frozen=True, slots=True)
class RecordedGift:
    """What recording a gift made."""

    gift_id: int
    reference: str
    voucher_id: int


def record_gift(session: Session, entry: GiftInput, *, actor: str, clock: Clock) -> RecordedGift:
    """Record a gift and submit its voucher for review.

    Raises InvalidInput for amounts, dates and evidence, AllocationDiffers, UnknownAccount,
    UnknownFund, FundClosed, PeriodClosed, NotRecognised; then nothing is written.
    """
    known = catalogue.load(session)
    account, parts = check(known, entry, clock)
    voucher = _voucher(session, known, entry, account, parts)
    connection = connection_of(session)
    read_key = ask_for_ids(connection, Gift.__table__, 1)  # type: ignore[arg-type]
    (voucher_id,) = draft(session, [voucher], actor=actor, clock=clock)
    (gift_id,) = read_key()
    original = entry.original
    _INSERT_GIFT.run(
        connection,
        id=gift_id,
        donor_id=entry.donor.id,
        kind=entry.kind.value,
        method=entry.method.value,
        received_on=entry.received_on,
        account_id=voucher.lines[0].account_id,
        amount_minor=entry.amount_minor,
        original_minor=original.minor if original else None,
        original_currency=original.currency if original else None,
        rate=original.rate if original else None,
        rate_on=original.rate_on if original else None,
        donor_name=entry.named,
        passed_on_by=entry.passed_on_by,
        is_anonymous=entry.is_anonymous,
        agreement=entry.agreement,
        bank_reference=entry.bank_reference,
        note=entry.note,
        item=entry.item,
        quantity=entry.quantity,
        value_evidence=entry.value_evidence,
        voucher_id=voucher_id,
        fingerprint=fingerprint(
            entry.received_on, entry.named, entry.amount_minor, entry.bank_reference or ""
        ),
        created_by=actor,
        created_at=clock.now(),
    )
    _INSERT_ALLOCATION.run_each(
        connection,
        [{"gift_id": gift_id, "fund_id": fund, "amount_minor": part} for fund, part in parts],
    )
    name = reference(gift_id, entry.received_on)
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="gift.record",
        subject=f"gift:{gift_id}",
        detail={"reference": name, "voucher": voucher_id},
    )
    return RecordedGift(gift_id, name, voucher_id)


def find_key(session: Session, text: str) -> int:
    """Return the key of a gift from `G2026-000123` or its bare number. Raises UnknownGift."""
    typed = text.strip().upper()
    digits = typed.rpartition("-")[2]
    if digits.isascii() and digits.isdigit() and len(digits) <= 18:
        row = session.execute(
            select(Gift.id, Gift.received_on).where(Gift.id == int(digits))
        ).one_or_none()
        # The year is part of the reference: one that does not fit names another gift.
        if row is not None and typed in (digits, reference(row.id, row.received_on)):
            return int(row.id)
    raise UnknownGift(gift=text)


def get_gift(session: Session, gift_id: int) -> Gift:
    """Return a gift. Raises UnknownGift."""
    gift = session.get(Gift, gift_id)
    if gift is None:
        raise UnknownGift(gift=gift_id)
    return gift


def allocations_of(session: Session, gift_id: int) -> list[Part]:
    """Return the (fund, amount) parts of a gift in fund order."""
    rows = session.execute(
        select(GiftAllocation.fund_id, GiftAllocation.amount_minor)
        .where(GiftAllocation.gift_id == gift_id)
        .order_by(GiftAllocation.fund_id)
    )
    return [(row.fund_id, row.amount_minor) for row in rows]


def remaining_minor(session: Session, gift: Gift) -> int:
    """Return what is left of a gift after its cancellation, correction and refunds."""
    taken = session.execute(
        select(func.coalesce(func.sum(GiftChange.amount_minor), 0)).where(
            GiftChange.gift_id == gift.id, ~withdrawn()
        )
    ).scalar()
    return gift.amount_minor - int(taken or 0)


def find_alike(session: Session, gift: Gift) -> list[str]:
    """Return gifts that may be the same one: its donor, day and amount, and no other reference.

    Anonymous givers share one name; of them nothing can be said.
    """
    query = (
        select(Gift.id, Gift.received_on)
        .join(Donor, Donor.id == Gift.donor_id)
        .where(
            Gift.donor_id == gift.donor_id,
            Gift.received_on == gift.received_on,
            Gift.amount_minor == gift.amount_minor,
            Gift.id != gift.id,
            Donor.kind != DonorKind.ANONYMOUS,
            ~ended(),
        )
    )
    if gift.bank_reference is not None:
        own = Gift.bank_reference == gift.bank_reference
        query = query.where(or_(own, Gift.bank_reference.is_(None)))
    rows = session.execute(query.order_by(Gift.id).limit(_MOST_ALIKE))
    return [reference(row.id, row.received_on) for row in rows]


def donation_item(session: Session, known: Catalogue) -> int:
    """Return the cash-flow item of received donations, adding it to a new set of books."""
    return cash_flow_item(session, known, DONATIONS_RECEIVED)


def cash_flow_item(session: Session, known: Catalogue, name: str) -> int:
    """Return a cash-flow item by the name that the statement gives it, adding it when missing."""
    found = known.cash_flow_items.get(name)
    if found is not None:
        return found
    return dimensions.ensure(session, DimensionKind.CASH_FLOW_ITEM, {name: name})[name]


def summary_of(donor_name: str, *, kind: GiftKind = GiftKind.CASH) -> str:
    """Write the summary of a gift's voucher."""
    what = {
        GiftKind.CASH: "捐赠款",
        GiftKind.CONDITIONAL: "附条件捐赠款",
        GiftKind.IN_KIND: "捐赠物资",
        GiftKind.NOMINAL: "捐赠物资（名义金额）",
        GiftKind.SERVICE: "捐赠服务",
        GiftKind.EQUITY: "捐赠股权",
        GiftKind.AGENCY: "受托代理款物",
    }[kind]
    return f"收到{donor_name[:250]}{what}"


def _voucher(
    session: Session,
    known: Catalogue,
    entry: GiftInput,
    account: AccountInfo | None,
    parts: list[Part],
) -> VoucherDraft:
    shown = "匿名捐赠人" if entry.is_anonymous else entry.named
    recipient_id = None
    if entry.kind is GiftKind.AGENCY:
        name = str(entry.recipient).strip()
        recipient_id = dimensions.ensure(session, DimensionKind.COUNTERPARTY, {name: name})[name]
    # What is held for others is not cash of ours, and goods are no cash at all.
    is_cash = entry.kind in (GiftKind.CASH, GiftKind.CONDITIONAL)
    item_id = donation_item(session, known) if is_cash else None
    event = Event(
        on=entry.received_on,
        summary=summary_of(shown, kind=entry.kind),
        attachments=entry.attachment_count,
        donor_id=entry.donor.dimension_id,
        counterparty_id=recipient_id,
        cash_flow_item_id=item_id,
    )
    if account is None:
        return posting_rules.service_gift(known, event, entry.expense_tag, parts)
    rule = {
        GiftKind.CASH: posting_rules.cash_gift,
        GiftKind.CONDITIONAL: posting_rules.conditional_gift,
        GiftKind.IN_KIND: posting_rules.in_kind_gift,
        GiftKind.NOMINAL: posting_rules.nominal_gift,
        GiftKind.EQUITY: posting_rules.equity_gift,
        GiftKind.AGENCY: posting_rules.agency_receipt,
    }[entry.kind]
    return rule(known, event, account.id, parts)
