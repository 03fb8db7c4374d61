"""One official bill with everything that belongs to it, for pages and the API."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.gifts.models import Gift, reference
from foundation.receipting.models import GiftBill
from receipts import bill_files
from receipts.bill_ends import UnknownBill
from receipts.models import Bill, BillBatch, BillColour, BillFile, BillLine, BillMedium, BillState


@dataclass(frozen=True, slots=True)
class CoveredGift:
    """A gift that a bill speaks of."""

    gift_id: int
    reference: str
    donor: str
    received_on: date
    amount_minor: int
    is_live: bool


@dataclass(frozen=True, slots=True)
class Counterpart:
    """The blue bill of a red one, or the other way round."""

    id: int
    label: str


@dataclass(frozen=True, slots=True)
class BillView:
    """A bill, its batch, lines, gifts and files."""

    bill: Bill
    batch: BillBatch
    lines: tuple[BillLine, ...]
    gifts: tuple[CoveredGift, ...]
    files: tuple[BillFile, ...]
    counterpart: Counterpart | None

    @property
    def label(self) -> str:
        """Code and number as people say them."""
        return f"{self.bill.code} {self.bill.number}"

    @property
    def is_live_blue(self) -> bool:
        """Whether it stands and can be taken back."""
        return self.bill.state is BillState.ISSUED and self.bill.colour is BillColour.BLUE

    @property
    def may_be_taken_out(self) -> bool:
        """Whether it may be void or lost: a blank number, or a paper bill before its write-off."""
        if self.bill.state is BillState.IN_STOCK:
            return True
        is_paper = self.batch.medium is BillMedium.PAPER and self.batch.written_off_on is None
        return self.is_live_blue and is_paper

    @property
    def may_be_linked(self) -> bool:
        """Whether it stands and covers nothing yet."""
        return self.is_live_blue and not self.gifts

    @property
    def may_be_overprinted(self) -> bool:
        """Whether it stands on paper."""
        return self.batch.medium is BillMedium.PAPER and self.bill.state is BillState.ISSUED


def get_view(session: Session, bill_id: int) -> BillView:
    """Return a bill by its key. Raises UnknownBill."""
    bill = session.get(Bill, bill_id)
    if bill is None:
        raise UnknownBill(bill=str(bill_id))
    lines = session.execute(
        select(BillLine).where(BillLine.bill_id == bill_id).order_by(BillLine.line_no)
    ).scalars()
    return BillView(
        bill=bill,
        batch=session.get_one(BillBatch, bill.batch_id),
        lines=tuple(lines),
        gifts=_gifts(session, bill_id),
        files=tuple(bill_files.list_files(session, bill_id)),
        counterpart=_counterpart(session, bill),
    )


def _gifts(session: Session, bill_id: int) -> tuple[CoveredGift, ...]:
    rows = session.execute(
        select(Gift.id, Gift.received_on, Gift.donor_name, GiftBill.amount_minor, GiftBill.is_live)
        .join(GiftBill, GiftBill.gift_id == Gift.id)
        .where(GiftBill.bill_id == bill_id)
        .order_by(Gift.id)
    )
    return tuple(
        CoveredGift(
            row.id,
            reference(row.id, row.received_on),
            row.donor_name,
            row.received_on,
            row.amount_minor,
            row.is_live,
        )
        for row in rows
    )


def _counterpart(session: Session, bill: Bill) -> Counterpart | None:
    condition = Bill.reverses_id == bill.id
    if bill.reverses_id is not None:
        condition = Bill.id == bill.reverses_id
    row = session.execute(select(Bill.id, Bill.code, Bill.number).where(condition)).one_or_none()
    return None if row is None else Counterpart(row.id, f"{row.code} {row.number}")
