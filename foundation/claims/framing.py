"""What a claim is computed under: scheme version, decisions, span of days, and earlier claims."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.claims import book_facts, confirmations, decisions, lines, references, totals
from foundation.claims.book_facts import BookGift, Scope
from foundation.claims.kinds import HOLDING
from foundation.claims.models import Claim, ClaimLine
from foundation.claims.schemes import StoredScheme
from foundation.claims.totals import Sums
from foundation.gifts.models import reference
from foundation.matching import claim as claims
from foundation.matching import eligibility, facts, methods, settling, units
from foundation.matching import plan as plans
from foundation.matching.eligibility import Judgement
from foundation.matching.facts import Context, Decision
from foundation.matching.plan import Plan, Totals
from foundation.matching.results import GiftResult, GiftStatus
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
    confirmed: frozenset[str]
    prior: Sums | None
    prior_low: int
    prior_high: int
    repeated: frozenset[str]
    held: frozenset[str]

    @property
    def is_reordered(self) -> bool:
        """Whether a decision moves a gift to another day."""
        return any(item.fact in _DATE_FACTS for item in self.decisions)


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
    found = decisions.in_force(session, stored.code, year, gift_ids=gift_ids)
    context = Context(claim_year=year, claimed_on=claimed_on)
    plan = plans.compile_plan(scheme, decisions=found, context=context)
    first, last = candidate_span(plan.scheme, year, claimed_on)
    scope = Scope(first, last, held_by_scheme=stored.code)
    earlier = earlier_claims(session, stored.code, year)
    is_single = methods.matches_single_gifts(plan.scheme.method)
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
        confirmed=confirmations.confirmed(session, stored),
        prior=None
        if is_single or not earlier
        else totals.together(totals.load(item.totals) for item in earlier),
        prior_low=sum(item.matched_low or 0 for item in earlier),
        prior_high=sum(item.matched_high or 0 for item in earlier),
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


def earlier_claims(session: Session, code: str, year: int) -> list[Claim]:
    """The claims of a scheme and year that hold their gifts, in order."""
    query = (
        select(Claim)
        .where(Claim.scheme_code == code, Claim.year == year, Claim.state.in_(HOLDING))
        .order_by(Claim.sequence)
    )
    return list(session.execute(query).scalars())


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
    if frame.is_reordered and frame.plan.scheme.caps:
        found = sorted(
            judged(session, frame, frame.scope),
            key=lambda item: facts.order_of_receipt(item[1].gift.id, item[1].counted_on),
        )
        yield from settled(frame, iter(found), _summed(session, frame), sums)
        return
    seed_caps(session, frame, sums)
    yield from settled(frame, judged(session, frame, frame.scope), _summed(session, frame), sums)


def settled(
    frame: Frame, found: Iterator[tuple[int, Judgement]], weighed: Units, sums: Totals
) -> Iterator[tuple[int, Judgement, GiftResult]]:
    """Settle judged gifts, keeping each beside its answer."""
    waiting: deque[tuple[int, Judgement]] = deque()

    def passing() -> Iterator[Judgement]:
        for item in found:
            waiting.append(item)
            yield item[1]

    for result in settling.settle_all(frame.plan, passing(), weighed, sums):
        gift_id, judgement = waiting.popleft()
        yield gift_id, judgement, result


def _summed(session: Session, frame: Frame) -> Units:
    scheme = frame.plan.scheme
    if units.has_single_units(scheme):
        return Units(scheme=scheme)
    is_by_agreement = scheme.unit is UNKNOWN or (
        isinstance(scheme.unit, Unit) and scheme.unit.kind.startswith("agreement")
    )
    # Gifts without an agreement share no unit; reading them first would be for nothing.
    scope = replace(frame.scope, has_agreement=is_by_agreement and not frame.repeated)
    return units.summed(scheme, (item for _, item in judged(session, frame, scope)))


def seed_caps(session: Session, frame: Frame, sums: Totals) -> None:
    """Let what earlier claims of the year drew count against the caps."""
    ledger = sums.strict.ledger
    if not ledger.caps:
        return
    for earlier in earlier_claims(session, frame.stored.code, frame.year):
        names = lines.stored_names(earlier.fact_names)
        rows = session.execute(
            select(ClaimLine)
            .where(ClaimLine.claim_id == earlier.id, ClaimLine.status == GiftStatus.ELIGIBLE)
            .order_by(ClaimLine.counted_on, ClaimLine.gift_id)
        ).scalars()
        for row in rows:
            name = reference(row.gift_id, row.counted_on or earlier.claimed_on)
            gift = lines.gift_of(name, row.facts, names)
            judgement = eligibility.judge(frame.plan.gate, gift)
            matched = lines.joined(row.low_minor, row.low_rest)
            if matched is not None:
                ledger.draw(judgement, matched, row.counted_low)


def group_of_books(
    frame: Frame, books: list[BookGift], sums: Totals
) -> Iterator[tuple[int, Judgement, GiftResult]]:
    """Evaluate gifts that touch each other, and no others."""
    repeats = Repeats(frame.repeated, frame.held)
    gate = frame.plan.gate
    found = [(book.gift_id, repeats.marked(eligibility.judge(gate, book.facts))) for book in books]
    found.sort(key=lambda item: facts.order_of_receipt(item[1].gift.id, item[1].counted_on))
    weighed = units.summed(frame.plan.scheme, [item for _, item in found])
    yield from settled(frame, iter(found), weighed, sums)


def rounding_place(frame: Frame) -> int:
    """The step to which the match of the claim is rounded, in fen."""
    return claims.rounding_of(frame.plan.scheme).place_minor
