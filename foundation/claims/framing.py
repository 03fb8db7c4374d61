"""What a claim is computed under: scheme version, decisions, span of days, and earlier claims."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from foundation.claims import (
    book_facts,
    confirmations,
    decisions,
    earlier,
    governing,
    lines,
    references,
)
from foundation.claims.book_facts import BookGift, Scope
from foundation.claims.earlier import Prior
from foundation.claims.models import Claim
from foundation.claims.schemes import StoredScheme
from foundation.matching import claim as claims
from foundation.matching import eligibility, facts, settling, units
from foundation.matching import plan as plans
from foundation.matching.eligibility import Judgement
from foundation.matching.facts import Context, Decision
from foundation.matching.plan import Plan, Totals
from foundation.matching.results import GiftResult
from foundation.matching.schemes import UNKNOWN, Scheme, Unit, Window
from foundation.matching.units import Units
from ledger.errors import Conflict, InvalidInput
from ledger.money import BOOK_CURRENCY

# What a decision may move to another day, so that gifts no longer come in the order of the books.
_DATE_FACTS = frozenset({facts.RECEIVED, facts.REALISED})


class ForeignScheme(Conflict):
    """The scheme counts in a currency that the books are not kept in."""

    code = "foreign_scheme"
    message = "办法“{scheme}”以 {currency} 计，人民币账簿不能据以申请"


@dataclass(slots=True)
class Frame:
    """Everything about a computation but its gifts."""

    stored: StoredScheme
    year: int
    plan: Plan
    scope: Scope
    dimension: str | None
    decisions: list[Decision]
    # The versions of the scheme, itself among them.
    family: tuple[StoredScheme, ...]
    confirmed: frozenset[str]
    # Earlier claims of the year, and what they counted and asked for.
    earlier: list[Claim]
    prior: Prior | None
    repeated: frozenset[str]
    held: frozenset[str]

    @property
    def is_reordered(self) -> bool:
        """Whether a decision moves a gift to another day."""
        return any(item.fact in _DATE_FACTS for item in self.decisions)

    @property
    def is_joined(self) -> bool:
        """Whether a gift can change what another one draws."""
        return earlier.touches(self.plan)

    @property
    def version_blockers(self) -> list[dict[str, str]]:
        """What nobody said about the version that governs."""
        return governing.blockers(
            self.stored,
            self.family,
            self.decisions,
            span=(self.scope.first, self.scope.last),
            claimed_on=self.plan.context.claimed_on or date.max,
        )


class Repeats:
    """Marks a bank payment that a second gift claims; the first one in order has it."""

    def __init__(self, repeated: frozenset[str], held: frozenset[str]) -> None:
        self._repeated = repeated
        self._held = held
        self._seen: set[str] = set()

    def marked(self, judgement: Judgement) -> Judgement:
        """Return the judgement, with its code where the payment has been claimed already."""
        if not self._repeated:
            return judgement
        name = judgement.facts.get(facts.REFERENCE)
        if not isinstance(name, str) or name not in self._repeated:
            return judgement
        if judgement.facts.get(facts.ALREADY_CLAIMED) is False:
            return judgement
        is_second = name in self._seen or name in self._held
        self._seen.add(name)
        if not is_second or "DUPLICATE_CLAIM" in judgement.codes:
            return judgement
        return judgement._replace(codes=(*judgement.codes, "DUPLICATE_CLAIM"))


def check_year(year: int) -> None:
    """Refuse a year that no claim can be for."""
    if not 1990 <= year <= 2200:
        raise InvalidInput(field="年度", reason="应为四位数的年份")


def prepare(
    session: Session,
    stored: StoredScheme,
    year: int,
    *,
    claimed_on: date,
    gift_ids: list[int] | None = None,
) -> Frame:
    """Gather what a claim of a year is computed under; for some gifts only, where they are named.

    Raises ForeignScheme, and InvalidInput for a year that is none.
    """
    check_year(year)
    scheme = stored.scheme
    if scheme.currency != BOOK_CURRENCY:
        raise ForeignScheme(scheme=stored.code, currency=scheme.currency)
    family = governing.family_of(session, stored)
    found = governing.of_family(
        decisions.in_force(session, stored.code, year, gift_ids=gift_ids), family
    )
    context = Context(claim_year=year, claimed_on=claimed_on)
    plan = plans.compile_plan(scheme, decisions=found, context=context)
    first, last = candidate_span(plan.scheme, year, claimed_on)
    scope = Scope(first, last, held_by_scheme=stored.code)
    claims_before = earlier.list_claims(session, stored.code, year)
    repeated = held = frozenset[str]()
    if gift_ids is None:
        repeated = references.repeated(session, scope)
        held = references.held(session, stored.code, repeated)
    return Frame(
        stored=stored,
        year=year,
        plan=plan,
        scope=scope,
        dimension=lines.group_dimension(plan.scheme),
        decisions=found,
        family=family,
        confirmed=confirmations.confirmed(session, stored),
        earlier=claims_before,
        prior=earlier.stated(claims_before),
        repeated=repeated,
        held=held,
    )


def candidate_span(scheme: Scheme, year: int, today: date) -> tuple[date | None, date | None]:
    """The days whose gifts a claim looks at; the year before where the document is not known."""
    window = scheme.window
    first, last = eligibility.window_span(window, claim_year=year)
    if first is None and last is None:
        if window is None or window.period is UNKNOWN or not isinstance(window, Window):
            return date(year - 1, 1, 1), date(year - 1, 12, 31)
        return date(year, 1, 1), date(year, 12, 31)
    return first, last or today


def judged(session: Session, frame: Frame, scope: Scope) -> Iterator[tuple[int, Judgement]]:
    """Judge the gifts of the books one after another, in the order of receipt."""
    repeats = Repeats(frame.repeated, frame.held)
    gate = frame.plan.gate
    for book in book_facts.stream(session, scope):
        yield book.gift_id, repeats.marked(eligibility.judge(gate, book.facts))


def evaluated(
    session: Session, frame: Frame, sums: Totals
) -> Iterator[tuple[int, Judgement, GiftResult]]:
    """Evaluate the gifts of a claim; only one chunk of them is in memory at a time."""
    weighed = _summed(session, frame)
    if frame.earlier and (frame.is_joined or earlier.was_reduced(session, frame.earlier)):
        frame.prior = earlier.replay(session, frame.plan, frame.earlier, weighed, sums)
    if frame.is_reordered and frame.plan.scheme.caps:
        found = sorted(
            judged(session, frame, frame.scope),
            key=lambda item: facts.order_of_receipt(item[1].gift.id, item[1].counted_on),
        )
        yield from settling.settle_keyed(frame.plan, found, weighed, sums)
        return
    in_order = judged(session, frame, frame.scope)
    yield from settling.settle_keyed(frame.plan, in_order, weighed, sums)


def _summed(session: Session, frame: Frame) -> Units:
    scheme = frame.plan.scheme
    if units.has_single_units(scheme):
        return Units(scheme=scheme)
    is_by_agreement = scheme.unit is UNKNOWN or (
        isinstance(scheme.unit, Unit) and scheme.unit.kind.startswith("agreement")
    )
    # Gifts without an agreement share no unit; reading them first would be for nothing.
    scope = replace(frame.scope, has_agreement=is_by_agreement and not frame.repeated)
    found = (item for _, item in judged(session, frame, scope))
    return units.summed(scheme, earlier.with_held(session, frame.plan, frame.earlier, found))


def group_of_books(
    frame: Frame, books: list[BookGift], sums: Totals
) -> Iterator[tuple[int, Judgement, GiftResult]]:
    """Evaluate gifts that touch each other, and no others."""
    repeats = Repeats(frame.repeated, frame.held)
    gate = frame.plan.gate
    found = [(book.gift_id, repeats.marked(eligibility.judge(gate, book.facts))) for book in books]
    found.sort(key=lambda item: facts.order_of_receipt(item[1].gift.id, item[1].counted_on))
    weighed = units.summed(frame.plan.scheme, [item for _, item in found])
    yield from settling.settle_keyed(frame.plan, found, weighed, sums)


def rounding_place(frame: Frame) -> int:
    """The step to which the match of the claim is rounded, in fen."""
    return claims.rounding_of(frame.plan.scheme).place_minor
