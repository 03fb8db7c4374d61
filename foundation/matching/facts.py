"""What is known about gifts, the claimant and the claim; and what persons have decided.

A fact is a value, or None: not known. A decision settles a fact with a reason; decisions are
never edited, only superseded, and the result names those it used.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from foundation.matching.predicates import Facts, FactValue
from ledger.errors import InvalidInput

RECEIVED = "gift.cash_received_on"
REALISED = "gift.realised_on"
ASSET = "gift.asset_kind"
DONOR = "donor.id"
REFERENCE = "payment.reference"
ALREADY_CLAIMED = "gift.already_claimed"
CURRENCY = "payment.currency"
EXCHANGE_RATE = "payment.exchange_rate"
NEW_DONATION = "gift.is_new_donation"
SUBMITTED = "claim.submitted_on"
NAMES_AGREE = "gift.names_agree"
BELOW_MINIMUM_ACCEPTED = "gift.below_minimum_accepted"
REFUNDED = "gift.refunded_amount"
VERSION = "scheme.version"


@dataclass(frozen=True, slots=True)
class Gift:
    """One payment as the books know it, in minor units of the scheme's currency.

    `facts` are dotted names (`gift.purpose`, `donor.kind`); one that is absent or None is not
    known. `gift.cash_received_on` None means that no money came. `assumed` names facts that
    stand for "nothing was said"; see Context.skips_assumed.
    """

    id: str
    amount_minor: int
    facts: Facts
    agreement: str | None = None
    project: str | None = None
    realised_minor: int | None = None
    refunded_minor: int = 0
    assumed: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if self.amount_minor <= 0:
            raise InvalidInput(field=f"{self.id}.amount", reason="捐赠金额应大于零")
        if not 0 <= self.refunded_minor <= self.amount_minor:
            raise InvalidInput(field=f"{self.id}.refunded", reason="退款不能超过捐赠金额")
        if self.realised_minor is not None and self.realised_minor < 0:
            raise InvalidInput(field=f"{self.id}.realised_amount", reason="变现金额不能为负数")


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's answer to what the texts leave open.

    `gift` None applies to every gift, or to every gift of `project` where that is given.
    """

    fact: str
    value: FactValue
    reason: str
    gift: str | None = None
    project: str | None = None
    id: str = ""
    decided_by: str = ""
    decided_on: date | None = None
    evidence: str = ""
    second_person: str = ""
    supersedes: str | None = None

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise InvalidInput(field=f"decision {self.fact}", reason="认定必须写明理由")

    def concerns(self, gift: Gift) -> bool:
        """Whether the decision speaks of a gift."""
        if self.gift is not None:
            return self.gift == gift.id
        return self.project in (None, gift.project)


@dataclass(frozen=True, slots=True)
class Context:
    """Everything about a claim but its gifts.

    `claimant` None means that nobody said who claims: the claimant's own rule is then not
    applied and the claim stays provisional. `skips_assumed` leaves out a rule that would
    reject only because of facts nobody stated; it serves arithmetic, never a real claim.
    """

    claimant: Facts | None = None
    claim_year: int | None = None
    claimed_on: date | None = None
    claimed_before: frozenset[str] = frozenset()
    pool_minor: int | None = None
    recognised_total_minor: int | None = None
    scale: Fraction | None = None
    skips_assumed: bool = False
    checks_claimant: bool = True


@dataclass(frozen=True, slots=True)
class Settled:
    """Decisions in force, ready to be looked up."""

    by_gift: Mapping[str, Mapping[str, FactValue]] = field(default_factory=dict)
    by_project: Mapping[str, Mapping[str, FactValue]] = field(default_factory=dict)
    for_all: Mapping[str, FactValue] = field(default_factory=dict)
    parameters: Mapping[str, FactValue] = field(default_factory=dict)
    used: tuple[Decision, ...] = ()


def settled(decisions: Iterable[Decision]) -> Settled:
    """Drop superseded decisions and refuse two live ones that disagree.

    A decision whose fact has no dot settles a parameter of the scheme, such as `unit`.
    """
    given = tuple(decisions)
    replaced = {item.supersedes for item in given if item.supersedes}
    live = tuple(item for item in given if not (item.id and item.id in replaced))
    by_gift: dict[str, dict[str, FactValue]] = {}
    by_project: dict[str, dict[str, FactValue]] = {}
    for_all: dict[str, FactValue] = {}
    parameters: dict[str, FactValue] = {}
    for item in live:
        target = for_all if "." in item.fact else parameters
        if item.gift is not None:
            target = by_gift.setdefault(item.gift, {})
        elif item.project is not None:
            target = by_project.setdefault(item.project, {})
        if item.fact in target and target[item.fact] != item.value:
            raise InvalidInput(
                field=f"decision {item.fact}",
                reason="同一事项有两项不同的认定，应以新认定取代旧认定",
            )
        target[item.fact] = item.value
    return Settled(
        by_gift=by_gift, by_project=by_project, for_all=for_all, parameters=parameters, used=live
    )


def order_of_receipt(gift_id: str, counted_on: date | None) -> tuple[date, int, str]:
    """Sort by day, then by id with 10 after 9, so that no list order can change a total."""
    return (counted_on or date.max, len(gift_id), gift_id)
