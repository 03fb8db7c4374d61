"""The typed shape of a matching scheme: what its document says, and what nobody has read yet.

A parameter that was not seen in the document is `UNKNOWN`; one that the scheme does not have is
None. The two are different: no minimum lets every gift pass, an unknown minimum keeps the claim
provisional.
"""

from dataclasses import dataclass, field
from datetime import date
from enum import Enum, StrEnum
from fractions import Fraction
from typing import Final, Literal

from foundation.matching.predicates import Predicate, facts_of
from foundation.matching.rounding import Rounding


class Unknown(Enum):
    """The one value of a parameter that was not read from the document."""

    UNKNOWN = "UNKNOWN"


UNKNOWN: Final = Unknown.UNKNOWN
UnknownType = Literal[Unknown.UNKNOWN]


class SchemeStatus(StrEnum):
    """How much of a scheme's document has been seen."""

    USABLE = "usable"
    PARTIAL = "partial"
    SKELETON = "skeleton"
    PLANNING = "planning"


class RuleKind(StrEnum):
    """How a gift rule decides."""

    REJECT_IF = "reject_if"
    REJECT_UNLESS = "reject_unless"
    DECIDE = "decide"


@dataclass(frozen=True, slots=True)
class Window:
    """When money must have arrived, and how soon it must be claimed."""

    date_fact: str
    period: str | UnknownType | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    is_open_ended: bool = False  # an end that the text gives only in words
    claims: tuple[str, ...] = ()
    claim_within_days: int | None = None
    new_donations_only: bool = False
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unit:
    """What counts as one gift: a receipt, an agreement in a year, a bundle of days, ..."""

    kind: str
    same: tuple[str, ...] = ()
    within_days: int = 0
    counted_from: str = "first_deposit"


@dataclass(frozen=True, slots=True)
class GiftRule:
    """One reason to refuse a gift, with its clause and source."""

    code: str
    kind: RuleKind
    test: Predicate | None = None
    decide: str = ""
    expect: bool = True
    when: Predicate | None = None
    clause: str = ""
    sources: tuple[str, ...] = ()
    block: str = ""  # the shared block that it came from

    @property
    def is_law(self) -> bool:
        """The law of gifts stands before any scheme."""
        return self.block.startswith("law.")

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts that the rule reads."""
        named: tuple[str, ...] = (self.decide,) if self.decide else ()
        for predicate in (self.test, self.when):
            named += facts_of(predicate) if predicate else ()
        return tuple(dict.fromkeys(named))


@dataclass(frozen=True, slots=True)
class Basis:
    """Which amount of a gift counts."""

    securities: str = "received"
    received_on: str = ""


@dataclass(frozen=True, slots=True)
class MinimumClass:
    """The least amount for one class of claimant; `when` None is everybody else."""

    value_minor: int | UnknownType
    is_inclusive: bool
    when: Predicate | None = None


@dataclass(frozen=True, slots=True)
class Minimum:
    """The least amount of one counting unit. A soft one asks a person instead of refusing."""

    classes: tuple[MinimumClass, ...]
    is_soft: bool = False
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Coefficients:
    """Facts of the claimant that multiply its recognised income."""

    facts: tuple[str, ...]
    op: str = "multiply"


@dataclass(frozen=True, slots=True)
class Band:
    """One step of a scale, from its lower edge (minor units) to the next."""

    from_minor: int
    upto_minor: int | None
    ratio: Fraction | UnknownType


@dataclass(frozen=True, slots=True)
class Flat:
    """One ratio for everything."""

    ratio: Fraction | UnknownType
    max_ratio: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Marginal:
    """Each slice of the claimant's recognised income at its own ratio."""

    bands: tuple[Band, ...] | UnknownType


@dataclass(frozen=True, slots=True)
class Whole:
    """The whole counting unit at the ratio of one bracket."""

    brackets: tuple[Band, ...] | UnknownType


@dataclass(frozen=True, slots=True)
class ByClass:
    """The ratio follows a fact."""

    fact: str
    ratios: tuple[tuple[str, Fraction | UnknownType], ...]


@dataclass(frozen=True, slots=True)
class Baseline:
    """One ratio above the claimant's own history, another up to it."""

    baseline_fact: str
    ratio_above: Fraction | UnknownType
    ratio_below: Fraction | UnknownType
    when: Predicate | None = None
    otherwise: "Method | None" = None
    years: int | None = None


@dataclass(frozen=True, slots=True)
class ShareOfPool:
    """A share of the pool by weight over all claimants."""

    weight: str = "recognised"
    max_ratio: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Assessed:
    """The authority decides; at most `max_ratio` of recognised income."""

    max_ratio: Fraction | None = None


Method = Flat | Marginal | Whole | ByClass | Baseline | ShareOfPool | Assessed


@dataclass(frozen=True, slots=True)
class Cap:
    """At most this much for one of each `per`, of the grant or of the gift that counts."""

    per: tuple[str, ...]
    of: str
    value_minor: int | UnknownType


@dataclass(frozen=True, slots=True)
class Pool:
    """The money that all claimants share."""

    rule: str | UnknownType | None = None
    period: str = ""
    amount_minor: int | UnknownType | None = None
    amount_by_year: tuple[tuple[str, int], ...] = ()
    reserve_minor: int = 0
    reserve_until: date | None = None
    queue_by: str = ""
    on_exhausted: str = ""
    on_abolition: str = ""
    must_sum_to_pool: bool = False

    def amount_for(self, year: int | None) -> int | None:
        """Give the pool of a year, or None where it is not known."""
        if self.amount_by_year:
            return dict(self.amount_by_year).get(str(year))
        return self.amount_minor if isinstance(self.amount_minor, int) else None


@dataclass(frozen=True, slots=True)
class Document:
    """A paper that the claim stands on."""

    name: str
    stage: str = ""
    by: str = ""
    per: str = "claim"


@dataclass(frozen=True, slots=True)
class UseOfMatch:
    """What the match may and may not be spent on."""

    by: str = ""
    purposes: tuple[str, ...] = ()
    prefer: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Consequences:
    """What follows when a matched gift goes back or a claim was false."""

    repay_match: bool = False
    notify_within_days: int | None = None
    blacklist: bool = False
    performance_review: bool = False


@dataclass(frozen=True, slots=True)
class Scheme:
    """One version of one scheme."""

    id: str
    title: str
    status: SchemeStatus
    doc: str | UnknownType
    family: str
    currency: str = "CNY"
    grade: str = ""
    in_force_from: date | None = None
    in_force_to: date | None = None
    in_force_note: str = ""
    superseded_by: str = ""
    claimant: Predicate | None = None
    window: Window | None = None
    unit: Unit | UnknownType | None = None
    gift_rules: tuple[GiftRule, ...] = ()
    basis: Basis = field(default_factory=Basis)
    minimum: Minimum | UnknownType | None = None
    recognise: Coefficients | UnknownType | None = None
    method: Method | UnknownType | None = None
    caps: tuple[Cap, ...] | UnknownType = ()
    pool: Pool | UnknownType | None = None
    rounding: Rounding | UnknownType | None = None
    documents: tuple[Document, ...] = ()
    use_of_match: UseOfMatch = field(default_factory=UseOfMatch)
    consequences: Consequences = field(default_factory=Consequences)
    income_kinds: tuple[str, ...] = ()
    assets_allowed: tuple[str, ...] = ()
    fiscal_year_starts: str = ""  # MM-DD
    unknown: tuple[str, ...] = ()
    memory: tuple[str, ...] = ()  # parameters that carry MEMORY as their source
    sources: tuple[str, ...] = ()
    clauses: tuple[tuple[str, str], ...] = ()  # the clause of a parameter, where one is cited

    def clause_of(self, parameter: str) -> str:
        """The clause that a parameter was read in."""
        return dict(self.clauses).get(parameter, "")

    @property
    def facts(self) -> tuple[str, ...]:
        """Every fact that the scheme reads, each once."""
        named: tuple[str, ...] = facts_of(self.claimant) if self.claimant else ()
        for rule in self.gift_rules:
            named += rule.facts
        if isinstance(self.minimum, Minimum):
            for step in self.minimum.classes:
                named += facts_of(step.when) if step.when else ()
        if isinstance(self.recognise, Coefficients):
            named += self.recognise.facts
        named += method_facts(self.method)
        return tuple(dict.fromkeys(named))


def method_facts(method: Method | UnknownType | None) -> tuple[str, ...]:
    """The facts that a method reads."""
    if isinstance(method, ByClass):
        return (method.fact,)
    if isinstance(method, Baseline):
        when = facts_of(method.when) if method.when else ()
        return (*when, method.baseline_fact, *method_facts(method.otherwise))
    return ()
