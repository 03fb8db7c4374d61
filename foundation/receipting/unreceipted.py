"""Which gifts have no bill, and in words why: the list that ties out with the gifts of a period.

Every gift of which something is left counts, once: what its live bill says is receipted, the rest
is not. So unreceipted and receipted together are the gifts of the period, to the fen.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.gifts.models import Gift
from foundation.receipting import deadlines, drafts, eligibility, facts, planning
from foundation.receipting.eligibility import SENTENCES, Document, Reason
from foundation.receipting.facts import GiftFacts
from foundation.receipting.models import GiftBill
from ledger.orm import chunks
from receipts.content import Kind
from receipts.models import Bill, BillColour, BillState

# People look at the rows; the counts are of everything.
MOST_ROWS = 5_000


@dataclass(frozen=True, slots=True)
class Receipted:
    """A gift of the period: what is left of it, what a document covers, and why not the rest.

    `reason` is None for a gift that waits for its bill and could get it today.
    """

    gift_id: int
    reference: str
    donor_id: int
    donor: str
    received_on: date
    left_minor: int
    covered_minor: int
    days: int
    reason: Reason | None

    @property
    def open_minor(self) -> int:
        """What no document covers."""
        return self.left_minor - self.covered_minor

    @property
    def sentence(self) -> str:
        """Why there is no bill, in words."""
        return WAITING if self.reason is None else SENTENCES[self.reason]

    @property
    def is_overdue(self) -> bool:
        """Whether the bill could have been issued and the alarm has come."""
        return self.reason is None and self.days >= deadlines.get_deadline("alarm").days


WAITING = "可以开票，尚未登记"


@dataclass(frozen=True, slots=True)
class Group:
    """The gifts without a bill for one reason."""

    reason: Reason | None
    sentence: str
    count: int
    minor: int


@dataclass(frozen=True, slots=True)
class Survey:
    """A period: all gifts, what is covered, and the gifts that are not, oldest first."""

    gifts: int
    total_minor: int
    covered_minor: int
    groups: tuple[Group, ...]
    overdue: int
    overdue_minor: int
    rows: tuple[Receipted, ...]

    @property
    def open_count(self) -> int:
        """How many gifts are not, or not wholly, covered."""
        return sum(group.count for group in self.groups)

    @property
    def open_minor(self) -> int:
        """What is not covered; with what is, it is the total."""
        return sum(group.minor for group in self.groups)


def read(session: Session, first_on: date, last_on: date, *, on: date) -> Iterator[Receipted]:
    """Yield every gift of a period of which something is left, by day."""
    document, currency = _document(session)
    keys = session.execute(
        select(Gift.id)
        .where(Gift.received_on.between(first_on, last_on))
        .order_by(Gift.received_on, Gift.id)
    ).scalars()
    for part in chunks(keys, facts.CHUNK):
        for gift in facts.load(session, part):
            if not gift.is_ended and gift.left_minor > 0:
                yield _receipted(gift, document, currency, on)


def survey(
    session: Session,
    first_on: date,
    last_on: date,
    *,
    on: date,
    wanted: str = "",
    most: int = MOST_ROWS,
) -> Survey:
    """Return the state of a period; `wanted` narrows the rows to a reason, or to `overdue`."""
    gifts = total = covered = overdue = overdue_minor = 0
    counted: dict[Reason | None, list[int]] = {}
    rows: list[Receipted] = []
    for gift in read(session, first_on, last_on, on=on):
        gifts, total, covered = gifts + 1, total + gift.left_minor, covered + gift.covered_minor
        if gift.open_minor <= 0:
            continue
        group = counted.setdefault(gift.reason, [0, 0])
        group[0] += 1
        group[1] += gift.open_minor
        if gift.is_overdue:
            overdue, overdue_minor = overdue + 1, overdue_minor + gift.open_minor
        if len(rows) < most and _is_wanted(gift, wanted):
            rows.append(gift)
    groups = [
        Group(reason, WAITING if reason is None else SENTENCES[reason], count, minor)
        for reason, (count, minor) in counted.items()
    ]
    groups.sort(key=lambda group: (group.reason is not None, -group.minor))
    return Survey(gifts, total, covered, tuple(groups), overdue, overdue_minor, tuple(rows))


def count_unassigned(session: Session) -> tuple[int, int]:
    """Return how many bills stand and cover no gift, and their amount."""
    linked = select(GiftBill.bill_id).where(GiftBill.bill_id == Bill.id).exists()
    row = session.execute(
        select(func.count(), func.coalesce(func.sum(Bill.amount_minor), 0)).where(
            Bill.colour == BillColour.BLUE,
            Bill.state.in_((BillState.ISSUED, BillState.LOST)),
            Bill.amount_minor.is_not(None),
            ~linked,
        )
    ).one()
    return int(row[0]), int(row[1] or 0)


def list_unassigned(session: Session, *, limit: int) -> list[Bill]:
    """Return bills that stand and cover no gift, by number."""
    linked = select(GiftBill.bill_id).where(GiftBill.bill_id == Bill.id).exists()
    query = (
        select(Bill)
        .where(
            Bill.colour == BillColour.BLUE,
            Bill.state.in_((BillState.ISSUED, BillState.LOST)),
            Bill.amount_minor.is_not(None),
            ~linked,
        )
        .order_by(Bill.id)
        .limit(limit)
    )
    return list(session.execute(query).scalars())


def _document(session: Session) -> tuple[Document, str]:
    """Return the document that covers a gift: the bill, or the organisation's own tax receipt."""
    if Document.TAX_RECEIPT in planning.documents_of(session):
        sender = planning.sender_for(session, Document.TAX_RECEIPT)
        return Document.TAX_RECEIPT, sender.currency
    return Document.BILL, ""


def _receipted(gift: GiftFacts, document: Document, currency: str, on: date) -> Receipted:
    if document is Document.BILL:
        covered = min(gift.billed_minor, gift.left_minor)
    else:
        covered = gift.left_minor if Kind.TAX_RECEIPT in gift.letters else 0
    reason = eligibility.judge(gift, document, on=on)
    if reason is Reason.COVERED:
        reason = Reason.PARTLY_COVERED
    if reason is None and document is Document.TAX_RECEIPT:
        is_known = drafts.amount_in(gift, currency) is not None
        reason = None if is_known else Reason.NO_CURRENCY
    return Receipted(
        gift.gift_id,
        gift.reference,
        gift.donor_id,
        gift.donor_name,
        gift.received_on,
        gift.left_minor,
        covered,
        (on - gift.received_on).days,
        reason,
    )


def _is_wanted(gift: Receipted, wanted: str) -> bool:
    if wanted == "overdue":
        return gift.is_overdue
    if wanted == "waiting":
        return gift.reason is None
    return not wanted or gift.reason == wanted
