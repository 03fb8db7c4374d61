"""What the engine answers, for one gift and for a claim."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from foundation.matching.amounts import Exact
from foundation.matching.facts import Decision
from foundation.matching.trace import TraceLine


class GiftStatus(StrEnum):
    """The standing of one gift."""

    ELIGIBLE = "eligible"
    INELIGIBLE = "ineligible"
    NEEDS_DECISION = "needs_decision"


class ResultStatus(StrEnum):
    """What kind of answer a claim has."""

    COMPUTED = "computed"
    SHARE_OF_POOL = "share_of_pool"
    UPPER_BOUND = "upper_bound"
    NOT_COMPUTABLE = "not_computable"
    NEEDS_DECISION = "needs_decision"
    PARTIAL = "partial"
    REFUSED = "refused"


# When a result is put together from several, the least certain one names it.
LEAST_CERTAIN_FIRST = (
    ResultStatus.REFUSED,
    ResultStatus.NEEDS_DECISION,
    ResultStatus.NOT_COMPUTABLE,
    ResultStatus.PARTIAL,
    ResultStatus.UPPER_BOUND,
    ResultStatus.SHARE_OF_POOL,
    ResultStatus.COMPUTED,
)


@dataclass(frozen=True, slots=True)
class Question:
    """Something a person must decide or find out, and the code that hangs on it."""

    fact: str
    code: str = ""
    gift: str | None = None


@dataclass(frozen=True, slots=True)
class Blocker:
    """One thing that keeps a claim from being final."""

    parameter: str
    state: str  # unknown, memory, unconfirmed, decision, status, claimant
    message_zh: str
    message_en: str


class GiftResult(NamedTuple):
    """One gift's standing. Amounts are minor units; a range has two different ends.

    `matched` is exact and before rounding and pool; None where the match is not made gift by
    gift. `codes` of a gift that needs a decision are those at stake.
    """

    gift: str
    status: GiftStatus
    codes: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    counted_min: int = 0
    counted_max: int | None = 0
    counted_on: date | None = None
    matched_min: Exact | None = None
    matched_max: Exact | None = None
    cap_code: str = ""
    trace: tuple[TraceLine, ...] = ()


@dataclass(frozen=True, slots=True)
class UnitResult:
    """One counting unit: its gifts and what they count and draw together."""

    gifts: tuple[str, ...]
    counted_minor: int
    matched: Exact | None


@dataclass(frozen=True, slots=True)
class Figure:
    """A match: exact until rounded. `least` and `most` are equal where it is one figure."""

    status: ResultStatus
    least: Exact | None = None
    most: Exact | None = None
    missing: tuple[str, ...] = ()
    on_excess: Exact | None = None
    below_baseline: Exact | None = None
    cap_code: str = ""
    unused_minor: int | None = None
    carried_over: Exact | None = None
    scale: Fraction = Fraction(1)  # what every single match was cut by, all alike


@dataclass(frozen=True, slots=True)
class ClaimResult:
    """The whole answer: figures, what is missing, and why each gift stands where it stands.

    `recognised_minor` and `matched_minor` are None where only a range, a bound or nothing can
    be said. `is_final` is never true while `blockers` has an entry.
    """

    scheme: str
    currency: str
    status: ResultStatus
    recognised_minor: int | None
    recognised_min: int
    recognised_max: int | None
    matched_minor: int | None
    matched_min: int | None
    matched_max: int | None
    weight: Fraction | None = None
    codes: tuple[str, ...] = ()
    gifts: tuple[GiftResult, ...] = ()
    units: tuple[UnitResult, ...] = ()
    missing: tuple[str, ...] = ()
    blockers: tuple[Blocker, ...] = ()
    questions: tuple[Question, ...] = ()
    figure: Figure | None = None
    decisions: tuple[Decision, ...] = ()
    trace: tuple[TraceLine, ...] = ()
    matched_by_project: tuple[tuple[str, int], ...] = field(default=())

    @property
    def is_final(self) -> bool:
        """Whether nothing stands between this result and the authority."""
        return not self.blockers


def least_certain(statuses: "list[ResultStatus]") -> ResultStatus:
    """The status of a result put together from others; nothing at all is computed."""
    for status in LEAST_CERTAIN_FIRST:
        if status in statuses:
            return status
    return ResultStatus.COMPUTED
