"""Bring official bills and gifts together: which bill covers which gift, and never twice.

The finance department's system issued the bill; recording it here says what it covers. A bill that
nobody can assign is recorded without a gift and stays in the list of what is to be cleared.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.donors.models import Donor
from foundation.gifts.kinds import MONEY_KINDS
from foundation.gifts.models import Gift
from foundation.imports.names import normalise_name
from foundation.receipting import eligibility, facts
from foundation.receipting.eligibility import SENTENCES, Document
from foundation.receipting.facts import GiftFacts
from foundation.receipting.models import GiftBill
from foundation.receipting.service import NotEligible, lock_gifts
from ledger import trail
from ledger.clock import Clock
from ledger.errors import Conflict, InvalidInput
from ledger.money import to_text
from ledger.orm import bulk_insert, chunks
from receipts import bills
from receipts.bill_entry import BillInput
from receipts.bill_numbers import Number
from receipts.bills import RecordedBill
from receipts.models import BILL_STATE_NAMES, Bill, BillColour, BillState

# Names of donors that one statement asks for.
_NAMES = 500


class PayerDiffers(InvalidInput):
    """The bill was made out to somebody else."""

    code = "payer_differs"
    message = "票据 {bill} 的交款人“{payer}”与捐赠 {gift} 的抬头“{title}”不一致"


class BillDiffers(InvalidInput):
    """The bill does not fit the gifts that it is said to cover."""

    code = "bill_differs"
    message = "票据 {bill} 与捐赠不符：{reason}"


class BillNotLinkable(Conflict):
    """The bill does not stand, or covers gifts already."""

    code = "bill_not_linkable"
    message = "票据 {bill} 不能关联捐赠：{reason}"


@dataclass(frozen=True, slots=True)
class BillEntry:
    """A bill and the gifts that it is for; none when they are to be found by payer and amount."""

    bill: BillInput
    gift_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Billed:
    """A bill that was recorded and what it covers."""

    bill: RecordedBill
    gift_ids: tuple[int, ...]


def record_bills(
    session: Session,
    entries: Sequence[BillEntry],
    *,
    is_confirmed: bool = False,
    is_matching: bool = True,
    actor: str,
    clock: Clock,
) -> list[Billed]:
    """Record bills with the gifts that they cover, all or none.

    They are taken in the order of their dates and numbers, so that a bill, the red one that takes
    it back and the new one for the same gift may come together. With `is_matching` a bill without
    gifts goes to the one gift of that payer and amount, if there is exactly one. Raises
    NotEligible, PayerDiffers, BillDiffers, and what `bills.record` raises.
    """
    ordered = sorted(entries, key=lambda entry: (entry.bill.issued_on, *_number(entry.bill)))
    candidates = _candidates(session, ordered) if is_matching else {}
    # Every gift that may be covered, before the first bill: gifts are always locked first.
    lock_gifts(
        session,
        {key for entry in ordered for key in entry.gift_ids}
        | {key for keys in candidates.values() for key in keys},
    )
    billed: list[Billed] = []
    for _is_red, same in groupby(ordered, key=lambda entry: entry.bill.amount_minor < 0):
        part = list(same)
        recorded = bills.record(
            session,
            [entry.bill for entry in part],
            is_confirmed=is_confirmed,
            actor=actor,
            clock=clock,
        )
        billed += _cover_all(session, part, recorded, candidates)
    return billed


def link_bill(
    session: Session,
    code: str,
    number: str,
    gift_ids: Sequence[int],
    *,
    actor: str,
    clock: Clock,
) -> None:
    """Say which gifts a recorded bill covers, when nobody knew at the time.

    Raises UnknownBill, BillNotLinkable, and as `record_bills`.
    """
    lock_gifts(session, gift_ids)
    held = select(Bill.id).where(Bill.code == code, Bill.number == number).with_for_update()
    session.execute(held).all()
    bill = bills.get_bill(session, code, number)
    label = f"{code} {number}"
    if bill.state is not BillState.ISSUED or bill.colour is not BillColour.BLUE:
        raise BillNotLinkable(bill=label, reason=BILL_STATE_NAMES[bill.state])
    taken = select(GiftBill.gift_id).where(GiftBill.bill_id == bill.id)
    if session.execute(taken).first() is not None:
        raise BillNotLinkable(bill=label, reason="已关联捐赠")
    keys = list(dict.fromkeys(gift_ids))
    gifts = {gift.gift_id: gift for gift in facts.load(session, keys)}
    _write(session, [_Cover(bill.id, *part) for part in _parts(_as_input(bill), keys, gifts)])
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="bill.link",
        subject=f"bill:{bill.id}",
        detail={"bill": label, "gifts": list(gift_ids)},
    )


def _number(bill: BillInput) -> Number:
    return bill.code, bill.number


def _as_input(bill: Bill) -> BillInput:
    assert bill.issued_on is not None
    assert bill.payer_name is not None
    assert bill.payer_kind is not None
    assert bill.amount_minor is not None
    return BillInput(
        code=bill.code,
        number=bill.number,
        issued_on=bill.issued_on,
        payer_name=bill.payer_name,
        payer_kind=bill.payer_kind,
        amount_minor=bill.amount_minor,
    )


class _Cover(NamedTuple):
    """A row of the link between a bill and a gift."""

    bill_id: int
    gift_id: int
    amount_minor: int


def _cover_all(
    session: Session,
    entries: Sequence[BillEntry],
    recorded: Sequence[RecordedBill],
    candidates: Mapping[Number, Sequence[int]],
) -> list[Billed]:
    """Link bills of one colour to their gifts; the facts are read once and kept up to date."""
    by_number = {(bill.code, bill.number): bill for bill in recorded}
    wanted = dict.fromkeys(
        key
        for entry in entries
        for key in (*entry.gift_ids, *candidates.get(_number(entry.bill), ()))
    )
    gifts = {gift.gift_id: gift for gift in facts.load(session, list(wanted))}
    rows: list[_Cover] = []
    billed = []
    for entry in entries:
        bill = by_number[_number(entry.bill)]
        covered = tuple(dict.fromkeys(entry.gift_ids))
        if not covered:
            covered = _match(entry.bill, candidates.get(_number(entry.bill), ()), gifts)
        if covered:
            for gift_id, minor in _parts(entry.bill, covered, gifts):
                rows.append(_Cover(bill.id, gift_id, minor))
                gifts[gift_id] = gifts[gift_id]._replace(bill=_number(entry.bill))
        billed.append(Billed(bill, covered))
    _write(session, rows)
    return billed


def _write(session: Session, rows: Sequence[_Cover]) -> None:
    bulk_insert(
        session.connection(),
        GiftBill.__table__,  # type: ignore[arg-type]
        (*_Cover._fields, "is_live"),
        [(*row, True) for row in rows],
    )


def _refuse_unfit(bill: BillInput, gifts: Sequence[GiftFacts]) -> None:
    if bill.amount_minor < 0:
        raise BillDiffers(bill=bill.label, reason="红字票据不对应捐赠，只对应它的蓝字票据")
    for gift in gifts:
        reason = eligibility.judge(gift, Document.BILL, on=bill.issued_on)
        if reason is not None:
            raise NotEligible(gift=gift.reference, reason=SENTENCES[reason])
        title = eligibility.title_of(gift)
        if not eligibility.is_same_payer(title, bill.payer_name):
            raise PayerDiffers(
                bill=bill.label, payer=bill.payer_name, gift=gift.reference, title=title
            )


def _parts(
    bill: BillInput, keys: Sequence[int], known: Mapping[int, GiftFacts]
) -> list[tuple[int, int]]:
    """Return what the bill says of each gift: all that is left of it, when there are several.

    Raises what stands against covering these gifts by this bill.
    """
    if not keys or any(key not in known for key in keys):
        raise BillDiffers(bill=bill.label, reason="没有这些捐赠")
    gifts = [known[key] for key in keys]
    _refuse_unfit(bill, gifts)
    left = sum(gift.left_minor for gift in gifts)
    if bill.amount_minor > left:
        raise BillDiffers(
            bill=bill.label,
            reason=f"票据金额 {to_text(bill.amount_minor)} 超过实收 {to_text(left)}",
        )
    if len(gifts) == 1:
        return [(gifts[0].gift_id, bill.amount_minor)]
    if bill.amount_minor != left:
        raise BillDiffers(
            bill=bill.label,
            reason=f"合并开具的金额 {to_text(bill.amount_minor)} 应等于实收合计 {to_text(left)}",
        )
    if len({gift.received_on.year for gift in gifts}) > 1:
        raise BillDiffers(bill=bill.label, reason="合并开具的捐赠应在同一年度")
    if len({gift.kind in MONEY_KINDS for gift in gifts}) > 1:
        raise BillDiffers(bill=bill.label, reason="货币与非货币捐赠不能合并开具")
    return [(gift.gift_id, gift.left_minor) for gift in gifts]


def _candidates(session: Session, entries: Sequence[BillEntry]) -> dict[Number, tuple[int, ...]]:
    """Return the gifts that bills without gifts may be for: same name, not less, not later."""
    open_bills = [
        entry.bill for entry in entries if not entry.gift_ids and entry.bill.amount_minor > 0
    ]
    names = {_name_key(bill.payer_name) for bill in open_bills}
    by_name: dict[str, list[Any]] = {}
    for part in chunks(sorted(names), _NAMES):
        rows = session.execute(
            select(Gift.id, Gift.amount_minor, Gift.received_on, Donor.name_key)
            .join(Donor, Donor.id == Gift.donor_id)
            .where(Donor.name_key.in_(part))
            .order_by(Gift.id)
        )
        for row in rows:
            by_name.setdefault(row.name_key, []).append(row)
    return {
        _number(bill): tuple(
            row.id
            for row in by_name.get(_name_key(bill.payer_name), ())
            if row.amount_minor >= bill.amount_minor and row.received_on <= bill.issued_on
        )
        for bill in open_bills
    }


def _match(
    bill: BillInput, candidates: Sequence[int], gifts: Mapping[int, GiftFacts]
) -> tuple[int, ...]:
    """Return the one gift of this payer and amount that waits for a bill; none when unsure."""
    fitting = [
        key
        for key in candidates
        if gifts[key].left_minor == bill.amount_minor and _fits(gifts[key], bill)
    ]
    return tuple(fitting) if len(fitting) == 1 else ()


def _name_key(name: str) -> str:
    return normalise_name(name).casefold()


def _fits(gift: GiftFacts, bill: BillInput) -> bool:
    return eligibility.judge(
        gift, Document.BILL, on=bill.issued_on
    ) is None and eligibility.is_same_payer(eligibility.title_of(gift), bill.payer_name)


def unmatched(billed: Iterable[Billed]) -> list[RecordedBill]:
    """Return the blue bills that cover no gift yet."""
    return [each.bill for each in billed if not each.gift_ids and each.bill.amount_minor > 0]
