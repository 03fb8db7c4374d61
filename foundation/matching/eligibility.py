"""Judge one gift at a time: window, law, rules, and the amount that counts (steps 2 to 7).

The scheme is compiled once into closures; judging a gift then reads its facts and nothing
else. All codes that apply are collected; a fact that is not known leaves a question.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from foundation.matching import amounts, dates, facts, predicates, rounding
from foundation.matching.facts import Context, Gift, Settled
from foundation.matching.predicates import Facts, FactValue, Same, Test
from foundation.matching.schemes import GiftRule, RuleKind, Scheme, Window

# What an in-kind gift may be called where a text only says "in kind".
IN_KIND = ("equipment", "building", "artwork", "other_in_kind")
REALISED_PROCEEDS = "realised_proceeds"
REALISED_AMOUNT = "gift.realised_amount"

Answer = Callable[[Facts], bool | None]  # True: rejects, None: open


class Judgement(NamedTuple):
    """A gift after its own rules and before its counting unit.

    `questions` are pairs of fact and code. `counted` is None where the amount itself is open.
    `marks` says what became of each rule that did not simply let the gift pass: the place of the
    rule and `r` rejected, `o` open or `n` not applied, as in `3r7o`.
    """

    gift: Gift
    facts: Facts
    codes: tuple[str, ...]
    questions: tuple[tuple[str, str], ...]
    counted: int | None
    counted_on: date | None
    marks: str = ""


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule and its closure."""

    rule: GiftRule
    rejects: Answer
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Gate:
    """Everything that the judgement of one gift needs."""

    scheme: Scheme
    context: Context
    settled: Settled
    rules: tuple[CompiledRule, ...]
    starts_on: date | None
    ends_on: date | None
    claimant: bool | None
    claimant_open: tuple[str, ...]


def compile_gate(scheme: Scheme, *, context: Context, settled: Settled) -> Gate:
    """Compile the scheme for one claim."""
    claimant = context.claimant or {}
    starts_on, ends_on = window_span(scheme.window, claim_year=context.claim_year)
    is_asked = (
        scheme.claimant is not None and context.claimant is not None and context.checks_claimant
    )
    answer: bool | None = True
    unknown: tuple[str, ...] = ()
    if is_asked and scheme.claimant is not None:
        answer = predicates.compiled(scheme.claimant, claimant=claimant)({})
        named = predicates.facts_of(scheme.claimant)
        unknown = tuple(name for name in named if not predicates.is_present(claimant.get(name)))
    return Gate(
        scheme=scheme,
        context=context,
        settled=settled,
        rules=tuple(_compile(rule, claimant) for rule in scheme.gift_rules),
        starts_on=starts_on,
        ends_on=ends_on,
        claimant=answer,
        claimant_open=unknown if answer is None else (),
    )


def window_span(
    window: Window | None, *, claim_year: int | None
) -> tuple[date | None, date | None]:
    """The first and last day on which money counts; None where there is no limit."""
    if window is None:
        return None, None
    starts_on, ends_on = window.starts_on, window.ends_on
    if isinstance(window.period, str) and claim_year is not None:
        year = claim_year - 1 if window.period == "previous_year" else claim_year
        first, last = date(year, 1, 1), date(year, 12, 31)
        starts_on = max(starts_on, first) if starts_on else first
        ends_on = min(ends_on, last) if ends_on else last
    return starts_on, ends_on


def _compile(rule: GiftRule, claimant: Facts) -> CompiledRule:
    rejects = _decided(rule) if rule.test is None else _tested(rule, claimant)
    if rule.when is not None:
        rejects = _when(predicates.compiled(rule.when, claimant=claimant), rejects)
    settled_here = {
        name
        for name in rule.facts
        if name.startswith(predicates.CLAIMANT_SPACES) and predicates.is_present(claimant.get(name))
    }
    names = tuple(name for name in rule.facts if name not in settled_here)
    return CompiledRule(rule=rule, rejects=rejects, names=names)


def _tested(rule: GiftRule, claimant: Facts) -> Answer:
    assert rule.test is not None
    is_reject_if = rule.kind is RuleKind.REJECT_IF
    test = predicates.compiled(rule.test, claimant=claimant, silence_differs=is_reject_if)
    if isinstance(rule.test, Same):
        test = _names_decided(test, rule.code)
    if is_reject_if:
        return test
    return lambda found: None if (answer := test(found)) is None else not answer


def _names_decided(test: Test, code: str) -> Test:
    # A renamed firm or a branch is one donor by a person's decision, never by the string. The
    # decision answers the question, or names the rule's code: whether it applies to the gift.
    def check(found: Facts) -> bool | None:
        applies = found.get(code)
        decided = not applies if isinstance(applies, bool) else found.get(facts.NAMES_AGREE)
        return decided if isinstance(decided, bool) else test(found)

    return check


def _decided(rule: GiftRule) -> Answer:
    name, expect = rule.decide, rule.expect

    def check(found: Facts) -> bool | None:
        value = found.get(name)
        return None if value is None or value == "" else value is not expect

    return check


def _when(when: Test, rejects: Answer) -> Answer:
    def check(found: Facts) -> bool | None:
        applies = when(found)
        if applies is False:
            return False
        answer = rejects(found)
        return answer if applies or answer is False else None

    return check


def judge(gate: Gate, gift: Gift) -> Judgement:
    """Judge one gift. Collects every code and every open question."""
    found = _known(gate, gift)
    codes: list[str] = []
    questions: list[tuple[str, str]] = []
    if gate.claimant is not True:
        _judge_claimant(gate, codes, questions)
    counted_on = counting_date(gate.scheme, found)
    _judge_date(gate, found, counted_on, codes, questions)
    if code := _claimed_or_foreign(gate, gift, found):
        codes.append(code)
    marks = ""
    for place, compiled in enumerate(gate.rules):
        answer = compiled.rejects(found)
        if answer is False:
            continue
        if gate.context.skips_assumed and _is_assumed(compiled, gift):
            marks += f"{place}n"
            continue
        code = compiled.rule.code
        if answer:
            marks += f"{place}r"
            if code not in codes:
                codes.append(code)
        else:
            marks += f"{place}o"
            questions += [(name, code) for name in open_facts(compiled, found)]
    if gate.scheme.assets_allowed and (code := asset_code(gate.scheme, found)):
        codes.append(code)
    counted = _counted(gate.scheme, gift, found, questions)
    if counted == 0 and "NOT_RECEIVED" not in codes:
        codes.append("NOT_RECEIVED")
    return Judgement(gift, found, tuple(codes), tuple(questions), counted, counted_on, marks)


def _judge_claimant(gate: Gate, codes: list[str], questions: list[tuple[str, str]]) -> None:
    if gate.claimant is False:
        codes.append("CLAIMANT_OUT_OF_SCOPE")
    else:
        questions += [(name, "CLAIMANT_OUT_OF_SCOPE") for name in gate.claimant_open]


def _known(gate: Gate, gift: Gift) -> Facts:
    """The gift's facts under the decisions in force."""
    found, settled = gift.facts, gate.settled
    own = settled.by_gift.get(gift.id)
    shared = settled.by_project.get(gift.project) if gift.project is not None else None
    if settled.for_all or shared or own:
        found = {**found, **settled.for_all, **(shared or {}), **(own or {})}
    if gate.scheme.basis.securities == REALISED_PROCEEDS:
        realised_on = found.get(facts.REALISED)
        if realised_on is not None and found.get(facts.RECEIVED) is None:
            found = {**found, facts.RECEIVED: realised_on}
    return found


def counting_date(scheme: Scheme, found: Facts) -> date | None:
    """The day on which a gift counts: the bank date, or the day shares became money."""
    if scheme.basis.securities == REALISED_PROCEEDS:
        realised_on = found.get(facts.REALISED)
        if isinstance(realised_on, date):
            return realised_on
    day: FactValue = None
    if scheme.window is not None:
        day = found.get(scheme.window.date_fact)
    if day is None:
        day = found.get(facts.RECEIVED)
    return None if day is None or day == "" else predicates.as_date(day, path=facts.RECEIVED)


def _judge_date(
    gate: Gate,
    found: Facts,
    counted_on: date | None,
    codes: list[str],
    questions: list[tuple[str, str]],
) -> None:
    window = gate.scheme.window
    if counted_on is None:
        if facts.RECEIVED in found:
            codes.append("NOT_RECEIVED")
        elif gate.starts_on or gate.ends_on:
            questions.append((facts.RECEIVED, "NOT_IN_CLAIM_YEAR"))
        return
    is_outside = (gate.starts_on is not None and counted_on < gate.starts_on) or (
        gate.ends_on is not None and counted_on > gate.ends_on
    )
    if window is None:
        return
    if is_outside or (window.new_donations_only and found.get(facts.NEW_DONATION) is False):
        codes.append("NOT_IN_CLAIM_YEAR")
    if window.claim_within_days is not None:
        submitted = found.get(facts.SUBMITTED) or gate.context.claimed_on
        if submitted is not None and predicates.as_date(
            submitted, path=facts.SUBMITTED
        ) > dates.deadline(counted_on, within_days=window.claim_within_days):
            codes.append("LATE_CLAIM")


def _claimed_or_foreign(gate: Gate, gift: Gift, found: Facts) -> str:
    """The code of a gift that is claimed already, or that another version governs."""
    if _is_claimed(gate.context, gift, found):
        return "DUPLICATE_CLAIM"
    return "" if found.get(facts.VERSION, gate.scheme.id) == gate.scheme.id else "OTHER_VERSION"


def _is_claimed(context: Context, gift: Gift, found: Facts) -> bool:
    if found.get(facts.ALREADY_CLAIMED) is True:
        return True
    before = context.claimed_before
    return bool(before) and (
        gift.id in before or str(found.get(facts.REFERENCE) or gift.id) in before
    )


def _is_assumed(compiled: CompiledRule, gift: Gift) -> bool:
    return bool(compiled.names) and all(
        name in gift.assumed or name not in gift.facts for name in compiled.names
    )


def open_facts(compiled: CompiledRule, found: Facts) -> tuple[str, ...]:
    """The facts that leave a rule open."""
    missing = tuple(name for name in compiled.names if not predicates.is_present(found.get(name)))
    return missing or compiled.names


def _counted(
    scheme: Scheme, gift: Gift, found: Facts, questions: list[tuple[str, str]]
) -> int | None:
    amount: int | None = gift.amount_minor
    if found.get(facts.REALISED) is not None:
        amount = _proceeds(scheme, gift, found)
        if amount is None:
            questions.append((REALISED_AMOUNT, "UNREALISED_SECURITY"))
            return None
    currency = found.get(facts.CURRENCY)
    if currency is not None and currency != scheme.currency:
        rate = found.get(facts.EXCHANGE_RATE)
        if rate is None:
            questions.append((facts.EXCHANGE_RATE, ""))
            return None
        exact = Fraction(amount or 0) * amounts.number(rate, path=facts.EXCHANGE_RATE)
        amount = rounding.to_place(exact)
    refunded, stated = gift.refunded_minor, found.get(facts.REFUNDED)
    if stated is not None:
        refunded = amounts.minor(stated, path=facts.REFUNDED, currency=scheme.currency)
    return max((amount or 0) - refunded, 0)


def _proceeds(scheme: Scheme, gift: Gift, found: Facts) -> int | None:
    if gift.realised_minor is not None:
        return gift.realised_minor
    stated = found.get(REALISED_AMOUNT)
    if stated is not None:
        return amounts.minor(stated, path=REALISED_AMOUNT, currency=scheme.currency)
    return None if scheme.basis.securities == REALISED_PROCEEDS else gift.amount_minor


def asset_code(scheme: Scheme, found: Facts) -> str:
    """NOT_CASH where the scheme lists the assets it takes and this is none of them."""
    kind = found.get(facts.ASSET)
    if not scheme.assets_allowed or kind is None:
        return ""
    named = "in_kind" if kind in IN_KIND else str(kind)
    is_listed = kind in scheme.assets_allowed or named in scheme.assets_allowed
    return "" if is_listed else "NOT_CASH"
