"""What happens in the story: plain facts, each with its day.

Accounts are places: the meaning of an account (`programme_expense`), `bank` for the bank account
of the foundation and `agency_bank` for the one that holds other people's money. Which account
that is follows from the chart of the day. Amounts are fen.
"""

from dataclasses import dataclass
from datetime import date

from foundation.gifts.kinds import GiftKind, GiftMethod, RefundCause

BANK, AGENCY_BANK = "bank", "agency_bank"
EXPENSES = frozenset(
    {"programme_expense", "management_expense", "fundraising_expense", "other_expense"}
)
INCOME = frozenset({"donation_income", "grant_income", "investment_income", "other_income"})
NET_ASSETS = frozenset(
    {"net_asset_unrestricted", "net_asset_restricted", "prior_period_adjustment"}
)

Share = tuple[str, int]
"""A fund by code and the amount that concerns it."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a voucher: place, fund, amount (debit positive)."""

    place: str
    fund: str
    minor: int
    counterparty: str = ""
    summary: str | None = None


@dataclass(frozen=True, slots=True)
class Foreign:
    """What a gift was in its own currency."""

    minor: int
    currency: str
    rate: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Gift:
    """Somebody gives. `mark` names the gift for a refund or correction that follows."""

    on: date
    donor: str
    shares: tuple[Share, ...]
    kind: GiftKind = GiftKind.CASH
    method: GiftMethod = GiftMethod.BANK
    place: str = BANK
    is_anonymous: bool = False
    agreement: str | None = None
    reference: str | None = None
    note: str | None = None
    item: str | None = None
    quantity: str | None = None
    evidence: str | None = None
    expense: str = "programme_expense"
    recipient: str | None = None
    foreign: Foreign | None = None
    mark: str = ""

    @property
    def minor(self) -> int:
        return sum(minor for _, minor in self.shares)


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """A register of small gifts is imported, one voucher for each of its days."""

    on: date
    fund: str
    file_name: str
    text: str
    rows: int
    minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """Money of a gift goes back and is paid from the bank at once."""

    on: date
    mark: str
    fund: str
    minor: int
    cause: RefundCause
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A gift was recorded with a wrong amount: undone in red and recorded anew."""

    on: date
    mark: str
    fund: str
    wrong_minor: int
    right_minor: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Anything that is one voucher; `rule` names the rule of the accounting policy."""

    on: date
    rule: str
    summary: str
    rows: tuple[Row, ...]
    item: str = ""
    attachments: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Redemption:
    """An investment comes back; what it brought goes to `income_fund`."""

    on: date
    summary: str
    place: str
    fund: str
    income_fund: str
    cost: int
    proceeds: int
    item: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A restriction ends: by time into `target`, by use within the fund itself."""

    on: date
    summary: str
    source: str
    target: str
    minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorPeriod:
    """An error of an earlier year is put right; `increase` is what net assets gain."""

    on: date
    summary: str
    place: str
    fund: str
    increase: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """A part of the income of the endowment is added to its principal."""

    on: date
    summary: str
    income_fund: str
    principal: str
    minor: int


Event = Gift | Register | Refund | Correction | Act | Redemption | Release | PriorPeriod | Addition


def exchange(
    taking: str, giving: str, fund: str, minor: int, counterparty: str = ""
) -> tuple[Row, Row]:
    """Return the two rows of a simple voucher: debit `taking`, credit `giving`."""
    return Row(taking, fund, minor, counterparty), Row(giving, fund, -minor, counterparty)


def rows_of(event: Event) -> tuple[Row, ...]:
    """Return what an event does to places and funds, without the details of its voucher."""
    match event:
        case Act():
            return event.rows
        case Gift():
            return _gift_rows(event)
        case Register():
            return exchange(BANK, "donation_income", event.fund, event.minor)
        case Refund():
            return exchange("management_expense", BANK, event.fund, event.minor)
        case Correction():
            change = event.right_minor - event.wrong_minor
            return exchange(BANK, "donation_income", event.fund, change)
        case Redemption():
            gain = event.proceeds - event.cost
            return (
                *exchange(BANK, event.place, event.fund, event.cost),
                *exchange(BANK, "investment_income", event.income_fund, gain),
            )
        case PriorPeriod():
            net = "prior_period_adjustment"
            return exchange(event.place, net, event.fund, event.increase)
        case Addition():
            return _moved("net_asset_restricted", event.income_fund, event.principal, event.minor)
        case Release():
            return _moved("net_asset_restricted", event.source, event.target, event.minor)


def _gift_rows(gift: Gift) -> tuple[Row, ...]:
    taking = gift.expense if gift.kind is GiftKind.SERVICE else gift.place
    giving = "agency_liability" if gift.kind is GiftKind.AGENCY else "donation_income"
    return tuple(
        row for fund, minor in gift.shares for row in exchange(taking, giving, fund, minor)
    )


def _moved(net: str, source: str, target: str, minor: int) -> tuple[Row, ...]:
    if source == target:
        return ()
    return (
        Row(net, source, minor),
        Row(net, target, -minor),
        Row(BANK, target, minor),
        Row(BANK, source, -minor),
    )
