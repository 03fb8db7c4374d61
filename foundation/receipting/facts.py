"""What deciding about documents needs to know of gifts, read for many gifts at a time."""

import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Row, ScalarSelect, Select, func, select
from sqlalchemy.orm import Session

from foundation.donors import aliases
from foundation.donors.models import Donor, DonorKind
from foundation.gifts.kinds import ChangeKind, GiftKind
from foundation.gifts.models import Gift, GiftAllocation, GiftChange, reference
from foundation.gifts.standing import ended, withdrawn
from foundation.posting_lines import Part
from foundation.receipting.models import BillingParticulars, GiftBill, GiftLetter
from ledger.orm import among, chunks
from ledger.vouchers import Side, Voucher, VoucherLine, VoucherState, label
from receipts.content import Kind, RecipientKind
from receipts.models import Bill

CHUNK = 2_000


class GiftFacts(NamedTuple):
    """One gift, what became of it, and what it is covered by."""

    gift_id: int
    # The donor that the gift counts for now: the one that was kept, where donors were merged.
    donor_id: int
    donor_kind: DonorKind
    # The donor's name as it was given with the gift, and as it is in the register now.
    donor_name: str
    registered_name: str
    credit_code: str
    kind: GiftKind
    received_on: date
    amount_minor: int
    left_minor: int
    parts: tuple[Part, ...]
    is_posted: bool
    is_ended: bool
    is_anonymous: bool
    voucher: str
    item: str
    quantity: str
    value_evidence: str
    original_minor: int | None
    original_currency: str
    rate: str
    rate_on: date | None
    title: str
    payer_kind: RecipientKind | None
    payer_code: str
    benefit: str
    waiver: str
    bill: tuple[str, str] | None
    letters: frozenset[Kind]
    # What the live bill says of the gift.
    billed_minor: int = 0
    payer_address: str = ""
    advantage_minor: int | None = None

    @property
    def reference(self) -> str:
        """The reference that people use."""
        return reference(self.gift_id, self.received_on)


def _taken() -> ScalarSelect[Any]:
    return (
        select(func.coalesce(func.sum(GiftChange.amount_minor), 0))
        .where(GiftChange.gift_id == Gift.id, ~withdrawn())
        .correlate(Gift)
        .scalar_subquery()
    )


def _gifts(dialect: str) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Gift.id,
            Donor.id.label("donor_id"),
            Donor.kind.label("donor_kind"),
            Gift.donor_name,
            Donor.name.label("registered_name"),
            Donor.credit_code,
            Gift.kind,
            Gift.received_on,
            Gift.amount_minor,
            _taken().label("taken"),
            Voucher.state,
            ended().label("is_ended"),
            Gift.is_anonymous,
            Voucher.period_id,
            Voucher.word,
            Voucher.number,
            Gift.item,
            Gift.quantity,
            Gift.value_evidence,
            Gift.original_minor,
            Gift.original_currency,
            Gift.rate,
            Gift.rate_on,
            BillingParticulars.title,
            BillingParticulars.payer_kind,
            BillingParticulars.payer_code,
            BillingParticulars.benefit,
            BillingParticulars.waiver,
            BillingParticulars.payer_address,
            BillingParticulars.advantage_minor,
            Bill.code.label("bill_code"),
            Bill.number.label("bill_number"),
            GiftBill.amount_minor.label("billed"),
        )
        .join(Voucher, Voucher.id == Gift.voucher_id)
        .join(Donor, Donor.id == aliases.led_to(Gift.donor_id))
        .outerjoin(BillingParticulars, BillingParticulars.gift_id == Gift.id)
        .outerjoin(GiftBill, (GiftBill.gift_id == Gift.id) & GiftBill.is_live)
        .outerjoin(Bill, Bill.id == GiftBill.bill_id)
        .where(among(Gift.id, "keys", dialect))
        .order_by(Gift.id)
    )


def _parts(dialect: str) -> Select[int, int, int]:
    return (
        select(GiftAllocation.gift_id, GiftAllocation.fund_id, GiftAllocation.amount_minor)
        .where(among(GiftAllocation.gift_id, "keys", dialect))
        .order_by(GiftAllocation.gift_id, GiftAllocation.fund_id)
    )


def _refunded(dialect: str) -> Select[int, int, int]:
    return (
        select(GiftChange.gift_id, VoucherLine.fund_id, func.sum(-VoucherLine.amount_minor))
        .join(VoucherLine, VoucherLine.voucher_id == GiftChange.voucher_id)
        .where(
            among(GiftChange.gift_id, "keys", dialect),
            GiftChange.kind == ChangeKind.REFUNDED,
            VoucherLine.side == Side.CREDIT,
            ~withdrawn(),
        )
        .group_by(GiftChange.gift_id, VoucherLine.fund_id)
        .order_by(GiftChange.gift_id, VoucherLine.fund_id)
    )


def _letters(dialect: str) -> Select[int, Kind]:
    return (
        select(GiftLetter.gift_id, GiftLetter.kind)
        .where(among(GiftLetter.gift_id, "keys", dialect), GiftLetter.is_live)
        .order_by(GiftLetter.gift_id)
    )


def load(session: Session, gift_ids: Sequence[int]) -> list[GiftFacts]:
    """Return the facts of gifts in the order of their keys; unknown keys are left out."""
    found: dict[int, GiftFacts] = {}
    for keys in chunks(gift_ids, CHUNK):
        found |= _chunk(session, keys)
    return [found[key] for key in gift_ids if key in found]


def _chunk(session: Session, keys: list[int]) -> dict[int, GiftFacts]:
    connection = session.connection()
    dialect = connection.dialect.name
    wanted = {"keys": keys if dialect == "postgresql" else json.dumps(keys)}
    parts: dict[int, list[Part]] = {}
    for gift_id, fund_id, minor in connection.execute(_parts(dialect), wanted):
        parts.setdefault(gift_id, []).append((fund_id, minor))
    letters: dict[int, list[Kind]] = {}
    for gift_id, kind in connection.execute(_letters(dialect), wanted):
        letters.setdefault(gift_id, []).append(kind)
    facts = {
        row.id: _facts(row, parts.get(row.id, []), letters.get(row.id, []))
        for row in connection.execute(_gifts(dialect), wanted)
    }
    _take_refunds(session, facts)
    return facts


def _facts(row: Row[*tuple[Any, ...]], parts: list[Part], letters: list[Kind]) -> GiftFacts:
    is_posted = row.state is VoucherState.POSTED
    return GiftFacts(
        gift_id=row.id,
        donor_id=row.donor_id,
        donor_kind=row.donor_kind,
        donor_name=row.donor_name,
        registered_name=row.registered_name,
        credit_code=row.credit_code or "",
        kind=row.kind,
        received_on=row.received_on,
        amount_minor=row.amount_minor,
        left_minor=row.amount_minor - int(row.taken),
        parts=tuple(parts),
        is_posted=is_posted,
        is_ended=bool(row.is_ended),
        is_anonymous=row.is_anonymous,
        voucher=label(row.period_id, row.word, row.number) if is_posted else "",
        item=row.item or "",
        quantity=row.quantity or "",
        value_evidence=row.value_evidence or "",
        original_minor=row.original_minor,
        original_currency=row.original_currency or "",
        rate=row.rate or "",
        rate_on=row.rate_on,
        title=row.title or "",
        payer_kind=row.payer_kind,
        payer_code=row.payer_code or "",
        benefit=row.benefit or "",
        waiver=row.waiver or "",
        bill=None if row.bill_code is None else (row.bill_code, row.bill_number),
        letters=frozenset(letters),
        billed_minor=row.billed or 0,
        payer_address=row.payer_address or "",
        advantage_minor=row.advantage_minor,
    )


def _take_refunds(session: Session, facts: dict[int, GiftFacts]) -> None:
    """Take what was refunded of each fund out of the parts; most gifts have nothing to take."""
    keys = [key for key, gift in facts.items() if gift.left_minor != gift.amount_minor]
    if not keys:
        return
    connection = session.connection()
    dialect = connection.dialect.name
    wanted = {"keys": keys if dialect == "postgresql" else json.dumps(keys)}
    refunded: dict[int, list[Part]] = {}
    for gift_id, fund_id, minor in connection.execute(_refunded(dialect), wanted):
        refunded.setdefault(gift_id, []).append((fund_id, int(minor)))
    for gift_id, taken in refunded.items():
        gift = facts[gift_id]
        facts[gift_id] = gift._replace(parts=_less(gift.parts, taken))


def _less(parts: Iterable[Part], taken: Iterable[Part]) -> tuple[Part, ...]:
    left = dict(parts)
    for fund_id, minor in taken:
        left[fund_id] = left.get(fund_id, 0) - minor
    return tuple((fund_id, minor) for fund_id, minor in left.items() if minor)
