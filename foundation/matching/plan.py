"""A scheme compiled for one claim, and the totals that its gifts add up to."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from foundation.matching import claim, eligibility, facts, predicates, units
from foundation.matching import parameters as scheme_parameters
from foundation.matching.caps import CALENDAR_YEAR
from foundation.matching.claim import Run
from foundation.matching.eligibility import Gate
from foundation.matching.facts import Context, Decision, Settled
from foundation.matching.results import GiftStatus
from foundation.matching.schemes import Scheme
from foundation.matching.units import Limit

NO_CONTEXT = Context()


@dataclass(slots=True)
class Totals:
    """What a stream of gifts adds up to, under the strict and the generous reading.

    While nothing is open both readings are one and the same object.
    """

    strict: Run
    generous: Run
    questions: int = 0
    counts: dict[GiftStatus, int] = field(default_factory=dict)

    def part_ways(self) -> None:
        """From here on the two readings differ."""
        if self.generous is self.strict:
            self.generous = self.strict.copy()


@dataclass(frozen=True, slots=True)
class Plan:
    """A scheme compiled for one claim."""

    gate: Gate
    limit: Limit | None

    @property
    def scheme(self) -> Scheme:
        """The scheme under the decisions that settle its parameters."""
        return self.gate.scheme

    @property
    def context(self) -> Context:
        """The claim."""
        return self.gate.context


def compile_plan(
    scheme: Scheme, *, decisions: Iterable[Decision] = (), context: Context = NO_CONTEXT
) -> Plan:
    """Compile a scheme for one claim. Decisions without a gift may settle its parameters."""
    settled: Settled = facts.settled(decisions)
    scheme = scheme_parameters.applied(scheme, settled.parameters, path="decision")
    decided = {
        name: value
        for name, value in settled.for_all.items()
        if name.startswith(predicates.CLAIMANT_SPACES)
    }
    if decided:
        context = replace(context, claimant={**(context.claimant or {}), **decided})
    return Plan(
        gate=eligibility.compile_gate(scheme, context=context, settled=settled),
        limit=units.limit_for(scheme.minimum, claimant=context.claimant or {}),
    )


def new_totals(plan: Plan) -> Totals:
    """Begin to add up."""
    starts = plan.scheme.fiscal_year_starts or CALENDAR_YEAR
    run = claim.new_run(plan.scheme, fiscal_year_starts=starts)
    return Totals(strict=run, generous=run)
