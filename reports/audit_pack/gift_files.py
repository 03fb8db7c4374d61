"""Files 13 and 17: what was given, and the official bills for it."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from foundation.annual_report import queries
from foundation.donors.models import Donor, DonorKind
from foundation.gifts.kinds import MONEY_KINDS, GiftKind
from foundation.gifts.models import Gift, GiftAllocation, GiftChange, reference
from foundation.gifts.standing import withdrawn
from foundation.parties import queries as parties
from foundation.parties.queries import View
from foundation.receipting.models import GiftBill
from ledger import money
from ledger.vouchers import Voucher, VoucherState, label
from receipts.models import Bill, BillBatch, BillLine, BillMedium, BillState
from reports.audit_pack.definitions import filled
from reports.parameters import Parameters
from reports.tables import Row, Table

_CHUNK = 2000
_PERSONS = {
    DonorKind.PERSON: "自然人",
    DonorKind.ORGANISATION: "法人或其他组织",
    DonorKind.GROUP: "集体",
    DonorKind.ANONYMOUS: "匿名",
}
_MEDIA = {BillMedium.PAPER: "纸质", BillMedium.ELECTRONIC: "电子"}
_STATES = {
    BillState.ISSUED: "正常",
    BillState.VOID: "作废",
    BillState.LOST: "遗失",
    BillState.RED: "已冲红",
}
_RESTRICTIONS = {"none": "非限定", "purpose": "用途", "time": "时间", "permanent": "永久（留本）"}


def donations(session: Session, parameters: Parameters) -> Table:
    """13 捐赠台账: a row for each posted gift and fund, less what was taken back of it."""
    return filled("13", parameters, _donations(session, parameters))


def _donations(session: Session, parameters: Parameters) -> Iterator[Row]:
    taken = (
        select(func.coalesce(func.sum(GiftChange.amount_minor), 0))
        .where(GiftChange.gift_id == Gift.id, ~withdrawn())
        .correlate(Gift)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Gift, Donor, Voucher, taken.label("taken"))
        .join(Donor, Donor.id == Gift.donor_id)
        .join(Voucher, Voucher.id == Gift.voucher_id)
        .where(
            Gift.received_on.between(parameters.period.first_day, parameters.period.last_day),
            Gift.kind != GiftKind.AGENCY,
            Voucher.state == VoucherState.POSTED,
        )
        .order_by(Gift.received_on, Gift.id)
        .execution_options(yield_per=_CHUNK)
    )
    abroad, related = queries.overseas(session), _related(session)
    for part in rows.partitions(_CHUNK):
        keys = [row.Gift.id for row in part]
        shares, bills = _shares(session, keys), _bills(session, keys)
        for row in part:
            marks = (
                bills.get(row.Gift.id, ""),
                "境外" if row.Donor.id in abroad else "境内",
                "是" if _is_related(related, row) else "",
            )
            yield from _gift(parameters, row, shares[row.Gift.id], marks)


def _related(session: Session) -> dict[int, View]:
    """The related party that each linked donor is, by the dimension of the donor."""
    return {
        key: view for view in parties.load(session) for target in view.live for key in target.donors
    }


def _is_related(related: dict[int, View], row: Any) -> bool:
    view = related.get(row.Donor.dimension_id)
    return view is not None and view.is_related(row.Gift.received_on)


def _gift(
    parameters: Parameters, row: Any, shares: list[tuple[int, int]], marks: tuple[str, str, str]
) -> Iterator[Row]:
    gift, donor, voucher = row.Gift, row.Donor, row.Voucher
    bill, origin, relation = marks
    left = money.split(gift.amount_minor - row.taken, [amount for _, amount in shares])
    for (fund_id, _), amount in zip(shares, left, strict=True):
        fund = parameters.known.funds[fund_id]
        yield Row(
            (
                reference(gift.id, gift.received_on),
                gift.received_on,
                "匿名" if gift.is_anonymous else gift.donor_name,
                donor.credit_code,
                origin,
                _PERSONS[donor.kind],
                "现金" if gift.kind in MONEY_KINDS else "非现金",
                amount,
                gift.original_currency or money.BOOK_CURRENCY,
                ""
                if gift.original_minor is None
                else money.to_text(gift.original_minor, gift.original_currency),
                _RESTRICTIONS[fund.restriction.value],
                "",
                fund.name,
                fund.code,
                gift.agreement,
                label(voucher.period_id, voucher.word, voucher.number),
                bill,
                "不公开" if gift.is_anonymous else "可公开",
                relation,
            )
        )


def _shares(session: Session, keys: list[int]) -> dict[int, list[tuple[int, int]]]:
    found: dict[int, list[tuple[int, int]]] = {key: [] for key in keys}
    for gift_id, fund_id, amount in session.execute(
        select(GiftAllocation.gift_id, GiftAllocation.fund_id, GiftAllocation.amount_minor)
        .where(GiftAllocation.gift_id.in_(keys))
        .order_by(GiftAllocation.gift_id, GiftAllocation.fund_id)
    ):
        found[gift_id].append((fund_id, amount))
    return found


def _bills(session: Session, keys: list[int]) -> dict[int, str]:
    """Code and number of the live bill of each gift that has one."""
    found = session.execute(
        select(GiftBill.gift_id, Bill.code, Bill.number)
        .join(Bill, Bill.id == GiftBill.bill_id)
        .where(GiftBill.gift_id.in_(keys), GiftBill.is_live)
    )
    return {gift_id: f"{code}-{number}" for gift_id, code, number in found}


def bills(session: Session, parameters: Parameters) -> Table:
    """17 票据台账: a row for each bill of the year that was issued, spoiled or lost."""
    return filled("17", parameters, _bill_rows(session, parameters))


def _bill_rows(session: Session, parameters: Parameters) -> Iterator[Row]:
    original = aliased(Bill)
    item = (
        select(BillLine.item_name)
        .where(BillLine.bill_id == Bill.id, BillLine.line_no == 1)
        .scalar_subquery()
    )
    on = func.coalesce(Bill.issued_on, Bill.ended_on)
    rows = session.execute(
        select(Bill, BillBatch.medium, original.code, original.number, item.label("item"))
        .join(BillBatch, BillBatch.id == Bill.batch_id)
        .outerjoin(original, original.id == Bill.reverses_id)
        .where(
            Bill.state != BillState.IN_STOCK,
            on.between(parameters.period.first_day, parameters.period.last_day),
        )
        .order_by(Bill.code, Bill.number)
        .execution_options(yield_per=_CHUNK)
    )
    for part in rows.partitions(_CHUNK):
        gifts = _gifts_of(session, [row.Bill.id for row in part])
        for row in part:
            bill = row.Bill
            references, vouchers = gifts.get(bill.id, ("", ""))
            yield Row(
                (
                    bill.code,
                    bill.number,
                    bill.issued_on,
                    bill.payer_name,
                    bill.payer_code,
                    "",
                    row.item,
                    bill.amount_minor or 0,
                    bill.check_code,
                    _MEDIA[row.medium],
                    "冲红" if bill.reverses_id else _STATES[bill.state],
                    "" if row[2] is None else f"{row[2]}-{row[3]}",
                    references,
                    vouchers,
                )
            )


def _gifts_of(session: Session, keys: list[int]) -> dict[int, tuple[str, str]]:
    found: dict[int, tuple[list[str], list[str]]] = {}
    for row in session.execute(
        select(
            GiftBill.bill_id,
            Gift.id,
            Gift.received_on,
            Voucher.period_id,
            Voucher.word,
            Voucher.number,
        )
        .join(Gift, Gift.id == GiftBill.gift_id)
        .join(Voucher, Voucher.id == Gift.voucher_id)
        .where(GiftBill.bill_id.in_(keys))
        .order_by(GiftBill.bill_id, Gift.id)
    ):
        references, vouchers = found.setdefault(row.bill_id, ([], []))
        references.append(reference(row.id, row.received_on))
        vouchers.append(label(row.period_id, row.word, row.number))
    return {key: (" ".join(gifts), " ".join(posted)) for key, (gifts, posted) in found.items()}
