"""What if: the same gifts under several schemes, a gift before it is signed, gifts to come.

Nothing here writes, and nothing here is a claim: what comes out says what it could be.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from foundation.claims import computing, framing, schemes, totals
from foundation.claims.book_facts import BookGift
from foundation.claims.framing import ForeignScheme, Frame
from foundation.claims.totals import Sums
from foundation.matching import catalogue, engine
from foundation.matching import plan as plans
from foundation.matching.facts import Context
from foundation.matching.facts import Gift as GiftFacts
from foundation.matching.predicates import FactValue
from foundation.matching.results import ClaimResult, GiftStatus, ResultStatus
from foundation.pledges import queries as pledges
from ledger.clock import Clock

# A comparison is looked at while somebody waits.
MOST_SCHEMES = 8


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one scheme makes of the gifts. Amounts are fen; None where nothing can be said."""

    code: str
    title: str
    scheme_status: str
    result: ResultStatus
    eligible: int
    ineligible: int
    undecided: int
    recognised_low: int
    recognised_high: int | None
    matched_low: int | None
    matched_high: int | None
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TriedGift:
    """A gift that is not there yet under one scheme: its standing and why."""

    code: str
    title: str
    status: GiftStatus
    codes: tuple[tuple[str, str, str], ...]
    questions: tuple[tuple[str, str, str], ...]
    counted_minor: int | None
    matched_minor: int | None
    sentences: tuple[tuple[str, str], ...]


def compare(session: Session, codes: Sequence[str], year: int, *, clock: Clock) -> list[Outcome]:
    """Evaluate the gifts of a year under several schemes. Raises UnknownScheme, InvalidInput."""
    framing.check_year(year)
    found = []
    for code in codes[:MOST_SCHEMES]:
        stored = schemes.current(session, code)
        try:
            frame = framing.prepare(session, stored, year, claimed_on=clock.today())
        except ForeignScheme:
            continue
        frame = _uncommitted(frame)
        running = plans.new_totals(frame.plan)
        unbounded = sum(
            result.counted_max is None
            for _, _, result in framing.evaluated(session, frame, running)
        )
        sums = totals.of_run(running, unbounded=unbounded, capped=0)
        found.append(_outcome(frame, sums))
    return found


def _uncommitted(frame: Frame) -> Frame:
    """The same gifts whatever claims hold already."""
    return replace_frame(frame, held=False)


def replace_frame(frame: Frame, *, held: bool) -> Frame:
    """Give a frame that looks at all gifts of the span, or leaves out those that are held."""
    scope = replace(frame.scope, held_by_scheme=frame.stored.code if held else None)
    return replace(frame, scope=scope, earlier=[], prior=None, held=frozenset())


def _outcome(frame: Frame, sums: Sums) -> Outcome:
    result: ClaimResult = computing.summarised(frame, sums)
    return Outcome(
        code=frame.stored.code,
        title=frame.stored.title,
        scheme_status=frame.plan.scheme.status.value,
        result=result.status,
        eligible=sums.count(GiftStatus.ELIGIBLE),
        ineligible=sums.count(GiftStatus.INELIGIBLE),
        undecided=sums.count(GiftStatus.NEEDS_DECISION),
        recognised_low=result.recognised_min,
        recognised_high=result.recognised_max,
        matched_low=result.matched_min,
        matched_high=result.matched_max,
        missing=result.missing,
    )


def try_gift(
    session: Session,
    codes: Sequence[str],
    *,
    amount_minor: int,
    received_on: date,
    facts: Mapping[str, FactValue],
    agreement: str | None = None,
) -> list[TriedGift]:
    """Say what a gift that is only planned would be under several schemes, with every reason.

    Facts that nobody stated stay unknown and come back as questions.
    """
    given: dict[str, FactValue] = {
        "gift.cash_received_on": received_on,
        "gift.asset_kind": "cash",
        "gift.origin": "donation",
        "gift.recipient_kind": "foundation_registered",
        **{name: value for name, value in facts.items() if value is not None},
    }
    gift = GiftFacts(id="new", amount_minor=amount_minor, facts=given, agreement=agreement)
    labels = catalogue.shipped().labels
    tried = []
    for code in codes[:MOST_SCHEMES]:
        stored = schemes.current(session, code)
        context = Context(claim_year=received_on.year + 1)
        if stored.scheme.window is None or stored.scheme.window.period != "previous_year":
            context = Context(claim_year=received_on.year)
        result = engine.evaluate(stored.scheme, [gift], context=context)
        (single,) = result.gifts
        tried.append(
            TriedGift(
                code=code,
                title=stored.title,
                status=single.status,
                codes=tuple((name, *labels.codes.get(name, (name, name))) for name in single.codes),
                questions=tuple(
                    dict.fromkeys(
                        (item.fact, *labels.facts.get(item.fact, (item.fact, item.fact)))
                        for item in single.questions
                    )
                ),
                counted_minor=single.counted_max,
                matched_minor=result.matched_max,
                sentences=tuple(
                    (catalogue.sentence_of(line), catalogue.sentence_of(line, language="en"))
                    for line in single.trace
                ),
            )
        )
    return tried


@dataclass(frozen=True, slots=True)
class Coming:
    """Money that is expected."""

    reference: str
    due_on: date
    amount_minor: int
    agreement: str | None = None
    donor_id: int | None = None


def coming(session: Session, first: date, last: date) -> list[Coming]:
    """Return what pledges still expect from one day to another."""
    return [
        Coming(
            reference=f"{item.pledge}-{item.number}",
            due_on=item.due_on,
            amount_minor=item.open_minor,
            donor_id=item.donor_id,
        )
        for item in pledges.coming_instalments(session, first, last)
    ]


def forecast(
    session: Session, code: str, expected: Iterable[Coming], *, year: int, clock: Clock
) -> Outcome:
    """Say what expected money would draw in the claim of a year, if it came as promised.

    What a promise does not say stays unknown, so most of a forecast is a range.
    """
    framing.check_year(year)
    stored = schemes.current(session, code)
    frame = replace_frame(
        framing.prepare(session, stored, year, claimed_on=clock.today(), gift_ids=[]), held=False
    )
    books = [
        BookGift(
            number,
            GiftFacts(
                id=f"{item.reference}#{number}",
                amount_minor=item.amount_minor,
                facts=_expected_facts(item),
                agreement=item.agreement,
            ),
        )
        for number, item in enumerate(expected, start=1)
    ]
    running = plans.new_totals(frame.plan)
    unbounded = sum(
        result.counted_max is None for _, _, result in framing.group_of_books(frame, books, running)
    )
    return _outcome(frame, totals.of_run(running, unbounded=unbounded, capped=0))


def _expected_facts(item: Coming) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "gift.cash_received_on": item.due_on,
        "gift.asset_kind": "cash",
        "gift.origin": "donation",
        "gift.recipient_kind": "foundation_registered",
    }
    if item.donor_id is not None:
        facts["donor.id"] = str(item.donor_id)
    return facts
