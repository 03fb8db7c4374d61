"""Record gifts, and undo them without rewriting history.

One function writes the gift, its allocations and its voucher in the same transaction, so they
can never disagree; the guards of the database check it once more when the voucher is sealed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from foundation import posting_rules
from foundation.donors.service import DonorRef
from foundation.gifts.kinds import GiftKind, GiftMethod
from foundation.gifts.models import Gift, GiftAllocation, GiftChange, reference
from foundation.imports.rows import fingerprint
from foundation.posting_rules import Event, Part
from ledger import catalogue, dimensions, trail
from ledger.catalogue import AccountInfo, Catalogue
from ledger.clock import Clock
from ledger.dimensions import DimensionKind
from ledger.drafting import draft, open_period_for
from ledger.errors import InvalidInput, NotFound
from ledger.money import MAX_MINOR, to_text
from ledger.orm import reserve_ids
from ledger.vouchers import VoucherDraft

DONATIONS_RECEIVED = "接受捐赠收到的现金"


class UnknownGift(NotFound):
    """No gift has this reference."""

    code = "unknown_gift"
    message = "找不到捐赠 {gift}"


class AllocationDiffers(InvalidInput):
    """The parts of a gift are not its amount."""

    code = "allocation_differs"
    message = "分配到基金的金额合计 {allocated} 与捐赠金额 {amount} 不一致"


@dataclass(frozen=True, slots=True)
class Original:
    """What a foreign gift was before it became RMB."""

    minor: int
    currency: str
    rate: str
    rate_on: date


@dataclass(frozen=True, slots=True)
class GiftInput:
    """A gift as it came in. Amounts are fen; allocations are (fund code, fen)."""

    donor: DonorRef
    received_on: date
    amount_minor: int
    account_code: str
    allocations: tuple[tuple[str, int], ...]
    kind: GiftKind = GiftKind.CASH
    method: GiftMethod = GiftMethod.BANK
    donor_name: str = ""
    passed_on_by: str | None = None
    is_anonymous: bool = False
    agreement: str | None = None
    bank_reference: str | None = None
    note: str | None = None
    item: str | None = None
    quantity: str | None = None
    value_evidence: str | None = None
    original: Original | None = None
    # Donated services name the expense they served, agency gifts whom they are for.
    expense_tag: str = "programme_expense"
    recipient: str | None = None
    attachment_count: int = 1


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
    account, parts = _checked(known, entry, clock)
    voucher = _voucher(session, known, entry, account, parts)
    (voucher_id,) = draft(session, [voucher], actor=actor, clock=clock)
    connection = session.connection()
    (gift_id,) = reserve_ids(connection, Gift.__table__, 1)  # type: ignore[arg-type]
    connection.execute(
        insert(Gift).values(
            id=gift_id,
            donor_id=entry.donor.id,
            kind=entry.kind,
            method=entry.method,
            received_on=entry.received_on,
            account_id=voucher.lines[0].account_id,
            amount_minor=entry.amount_minor,
            original_minor=entry.original.minor if entry.original else None,
            original_currency=entry.original.currency if entry.original else None,
            rate=entry.original.rate if entry.original else None,
            rate_on=entry.original.rate_on if entry.original else None,
            donor_name=entry.donor_name or entry.donor.name,
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
                entry.received_on,
                entry.donor_name or entry.donor.name,
                entry.amount_minor,
                entry.bank_reference or "",
            ),
            created_by=actor,
            created_at=clock.now(),
        )
    )
    connection.execute(
        insert(GiftAllocation),
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


def parse_reference(text: str) -> int:
    """Return the key of a gift from `G2026-000123` or a bare number. Raises UnknownGift."""
    digits = text.strip().upper().removeprefix("G").rpartition("-")[2]
    if not digits.isascii() or not digits.isdigit():
        raise UnknownGift(gift=text)
    return int(digits)


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
    """Return what is left of a gift after its cancellations, corrections and refunds."""
    taken = session.execute(
        select(func.coalesce(func.sum(GiftChange.amount_minor), 0)).where(
            GiftChange.gift_id == gift.id
        )
    ).scalar()
    return gift.amount_minor - int(taken or 0)


def donation_item(session: Session, known: Catalogue) -> int:
    """Return the cash-flow item of received donations, adding it to a new set of books."""
    found = known.cash_flow_items.get(DONATIONS_RECEIVED)
    if found is not None:
        return found
    values = {DONATIONS_RECEIVED: DONATIONS_RECEIVED}
    return dimensions.ensure(session, DimensionKind.CASH_FLOW_ITEM, values)[DONATIONS_RECEIVED]


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


def _checked(
    known: Catalogue, entry: GiftInput, clock: Clock
) -> tuple[AccountInfo | None, list[Part]]:
    if not 0 < entry.amount_minor <= MAX_MINOR:
        raise InvalidInput(field="金额", reason="应大于零，且不超过账簿可记录的最大金额")
    if entry.received_on > clock.today():
        raise InvalidInput(field="收到日期", reason="不能晚于今天；未到账的捐赠请登记为捐赠承诺")
    parts = _parts(known, entry.allocations)
    allocated = sum(part for _, part in parts)
    if allocated != entry.amount_minor:
        raise AllocationDiffers(allocated=to_text(allocated), amount=to_text(entry.amount_minor))
    period = open_period_for(known, entry.received_on)
    if entry.kind is GiftKind.SERVICE:
        account = None
    else:
        account = known.account(period.chart, entry.account_code)
        _check_account(entry.kind, account)
    if entry.kind not in (GiftKind.CASH, GiftKind.CONDITIONAL, GiftKind.AGENCY):
        if not (entry.item or "").strip():
            raise InvalidInput(field="捐赠物", reason="请写明捐赠的是什么")
        if entry.kind is not GiftKind.NOMINAL and not (entry.value_evidence or "").strip():
            raise InvalidInput(
                field="价值凭据", reason="请写明发票、协议、评估报告等凭据；没有凭据不能入账"
            )
    if entry.original is not None and entry.original.minor <= 0:
        raise InvalidInput(field="原币金额", reason="应大于零")
    return account, parts


def _parts(known: Catalogue, allocations: Sequence[tuple[str, int]]) -> list[Part]:
    parts: dict[int, int] = {}
    for code, amount in allocations:
        if amount <= 0:
            raise InvalidInput(field="分配金额", reason="每个基金分配的金额应大于零")
        fund = known.fund(code)
        parts[fund.id] = parts.get(fund.id, 0) + amount
    if not parts:
        raise InvalidInput(field="基金", reason="请至少选择一个基金")
    return sorted(parts.items())


def _check_account(kind: GiftKind, account: AccountInfo) -> None:
    is_money = "cash" in account.flags
    if kind in (GiftKind.CASH, GiftKind.CONDITIONAL) and not is_money:
        raise InvalidInput(
            field="收款科目", reason=f"{account.code} {account.full_name} 不是现金或银行存款科目"
        )
    if kind is GiftKind.CASH and "agency" in account.flags:
        raise InvalidInput(field="收款科目", reason="受托代理账户不能记录捐赠收入")
    if kind in (GiftKind.IN_KIND, GiftKind.NOMINAL, GiftKind.EQUITY) and (
        is_money or account.category != "asset"
    ):
        raise InvalidInput(field="科目", reason="非货币捐赠应记入存货、固定资产、投资等资产科目")


def _voucher(
    session: Session,
    known: Catalogue,
    entry: GiftInput,
    account: AccountInfo | None,
    parts: list[Part],
) -> VoucherDraft:
    shown = "匿名捐赠人" if entry.is_anonymous else (entry.donor_name or entry.donor.name)
    recipient_id = None
    if entry.kind is GiftKind.AGENCY:
        if not (entry.recipient or "").strip():
            raise InvalidInput(field="受益人", reason="受托代理业务必须写明指定的受益人")
        name = str(entry.recipient).strip()
        recipient_id = dimensions.ensure(session, DimensionKind.COUNTERPARTY, {name: name})[name]
    event = Event(
        on=entry.received_on,
        summary=summary_of(shown, kind=entry.kind),
        attachments=entry.attachment_count,
        donor_id=entry.donor.dimension_id,
        counterparty_id=recipient_id,
        cash_flow_item_id=donation_item(session, known),
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
