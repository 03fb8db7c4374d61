"""Conditions of a scheme, and their compilation into fast three-valued tests.

A test answers True, False, or None: not known. A fact that nobody recorded makes a comparison
None, never a silent pass. The one reading where absence speaks is a negative comparison in a
reason to reject (`reject_if: ... ne true`): a clause that is nowhere recorded is not there, so
the gift fails. Asked the other way round, the same silence stays None.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from foundation.matching import amounts
from ledger.errors import InvalidInput

FactValue = bool | int | str | Fraction | date | None
Facts = Mapping[str, FactValue]
Test = Callable[[Facts], bool | None]

COMPARISONS = ("eq", "ne", "in", "not_in", "gt", "ge", "lt", "le", "present", "absent")
ORDERINGS = ("gt", "ge", "lt", "le")
CLAIMANT_SPACES = ("inst.", "claimant.")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Compare:
    """One fact against a value."""

    fact: str
    op: str
    value: FactValue | tuple[FactValue, ...] = None


@dataclass(frozen=True, slots=True)
class Same:
    """Several facts that must name one and the same."""

    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Every:
    """All of the conditions."""

    items: "tuple[Predicate, ...]"


@dataclass(frozen=True, slots=True)
class Some:
    """Any of the conditions."""

    items: "tuple[Predicate, ...]"


@dataclass(frozen=True, slots=True)
class Negation:
    """Not the condition."""

    item: "Predicate"


Predicate = Compare | Same | Every | Some | Negation


def facts_of(predicate: Predicate) -> tuple[str, ...]:
    """List the facts that a condition reads, in order, each once."""
    if isinstance(predicate, Compare):
        return (predicate.fact,)
    if isinstance(predicate, Same):
        return predicate.facts
    inner = (predicate.item,) if isinstance(predicate, Negation) else predicate.items
    return tuple(dict.fromkeys(fact for item in inner for fact in facts_of(item)))


def compiled(predicate: Predicate, *, claimant: Facts, silence_differs: bool = False) -> Test:
    """Turn a condition into a test over a gift's facts.

    Facts of the claimant are the same for every gift and are settled here, once.
    """
    if isinstance(predicate, Compare):
        quick = _quick(predicate)
        return quick or _settled(
            predicate.fact, _comparison(predicate, silence_differs=silence_differs), claimant
        )
    if isinstance(predicate, Same):
        return _same(predicate.facts)
    if isinstance(predicate, Negation):
        inner = compiled(predicate.item, claimant=claimant, silence_differs=not silence_differs)
        return lambda facts: None if (answer := inner(facts)) is None else not answer
    tests = [
        compiled(item, claimant=claimant, silence_differs=silence_differs)
        for item in predicate.items
    ]
    return _all(tests) if isinstance(predicate, Every) else _any(tests)


def _settled(fact: str, check: Callable[[FactValue], bool | None], claimant: Facts) -> Test:
    if fact.startswith(CLAIMANT_SPACES):
        answer = check(claimant.get(fact))
        return lambda _facts: answer
    return lambda facts: check(facts.get(fact))


def _quick(predicate: Compare) -> Test | None:
    """The two commonest questions about a gift in one step: a flag, and a list of words.

    A million gifts ask them a dozen times each. Anything unusual goes the long way.
    """
    fact, value = predicate.fact, predicate.value
    if predicate.op not in ("eq", "in") or fact.startswith(CLAIMANT_SPACES):
        return None
    wanted = value if isinstance(value, tuple) else (value,)
    slow = _comparison(predicate, silence_differs=False)
    if len(wanted) == 1 and isinstance(wanted[0], bool):
        flag = wanted[0]

        def is_flag(facts: Facts) -> bool | None:
            found = facts.get(fact)
            return found is flag if found is True or found is False else slow(found)

        return is_flag
    if all(isinstance(item, str) for item in wanted):
        listed = frozenset(wanted)

        def is_word(facts: Facts) -> bool | None:
            found = facts.get(fact)
            return found in listed if type(found) is str and found else slow(found)

        return is_word
    return None


def _comparison(predicate: Compare, *, silence_differs: bool) -> Callable[[FactValue], bool | None]:
    op, value = predicate.op, predicate.value
    if op == "present":
        return is_present
    if op == "absent":
        return lambda found: not is_present(found)
    if op in ORDERINGS:
        return _ordering(predicate)
    wanted = value if isinstance(value, tuple) else (value,)
    silent = silence_differs if op in ("ne", "not_in") else None
    negative = op in ("ne", "not_in")

    def check(found: FactValue) -> bool | None:
        if found is None or found == "":
            return True if silent else None
        return any(is_equal(found, item) for item in wanted) is not negative

    return check


def _ordering(predicate: Compare) -> Callable[[FactValue], bool | None]:
    op, limit = predicate.op, predicate.value

    def check(found: FactValue) -> bool | None:
        if found is None or found == "":
            return None
        left: Fraction | date
        right: Fraction | date
        if isinstance(found, date):
            left, right = found, as_date(limit, path=predicate.fact)
        else:
            left = amounts.number(found, path=predicate.fact)
            right = amounts.number(limit, path=predicate.fact)
        difference = (left > right) - (left < right)  # type: ignore[operator]
        if op in ("gt", "lt"):
            return difference == (1 if op == "gt" else -1)
        return difference != (-1 if op == "ge" else 1)

    return check


def _same(names: Sequence[str]) -> Test:
    def check(facts: Facts) -> bool | None:
        found = [facts.get(name) for name in names]
        known = {_plain_name(value) for value in found if value is not None and value != ""}
        if len(known) > 1:
            return False
        return True if all(is_present(value) for value in found) else None

    return check


def _plain_name(value: FactValue) -> str:
    # Full-width brackets and stray spaces come from keyboards, not from another person.
    return "".join(unicodedata.normalize("NFKC", str(value)).split())


def _all(tests: Sequence[Test]) -> Test:
    def check(facts: Facts) -> bool | None:
        answer: bool | None = True
        for test in tests:
            found = test(facts)
            if found is False:
                return False
            if found is None:
                answer = None
        return answer

    return check


def _any(tests: Sequence[Test]) -> Test:
    def check(facts: Facts) -> bool | None:
        answer: bool | None = False
        for test in tests:
            found = test(facts)
            if found:
                return True
            if found is None:
                answer = None
        return answer

    return check


def is_present(value: FactValue) -> bool:
    """Tell whether a fact is recorded; an empty text is not."""
    return value is not None and not (isinstance(value, str) and not value.strip())


def is_equal(found: FactValue, wanted: FactValue) -> bool:
    """Compare without Python's habit of taking True for 1."""
    if isinstance(found, bool) or isinstance(wanted, bool):
        return found is wanted
    if isinstance(found, date) and isinstance(wanted, str):
        return found.isoformat() == wanted
    return found == wanted


def as_date(value: FactValue | tuple[FactValue, ...], *, path: str) -> date:
    """Read a date written YYYY-MM-DD. Raises InvalidInput naming the path."""
    if isinstance(value, date):
        return value
    text = str(value).strip()
    try:
        found = date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        found = None
    if found is None:
        raise InvalidInput(field=path, reason=f"“{value}”不是日期，应写成 2025-06-15")
    return found
