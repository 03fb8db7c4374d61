"""Conditions answer true, false, or not known; silence never passes."""

from datetime import date
from fractions import Fraction

import pytest

from foundation.matching.predicates import (
    Compare,
    Every,
    Negation,
    Same,
    Some,
    as_date,
    compiled,
    facts_of,
)
from ledger.errors import InvalidInput


def answer(predicate, **options):
    facts = options.pop("facts", {})
    return compiled(predicate, claimant=options.pop("claimant", {}), **options)(facts)


@pytest.mark.parametrize(
    ("op", "value", "found", "expected"),
    [
        ("eq", "a", "a", True), ("eq", "a", "b", False), ("eq", "a", None, None),
        ("eq", "a", "", None), ("eq", True, True, True), ("eq", True, False, False),
        ("eq", True, 1, False), ("eq", 1, True, False), ("eq", True, "true", False),
        ("eq", 1, 1, True), ("eq", "2025-01-02", date(2025, 1, 2), True), ("ne", "a", "b", True),
        ("ne", "a", "a", False), ("ne", "a", None, None), ("in", ("a", "b"), "b", True),
        ("in", ("a", "b"), "c", False), ("in", ("a", "b"), None, None), ("in", (1, "b"), 1, True),
        ("not_in", ("a", "b"), "c", True), ("not_in", ("a",), "a", False),
        ("not_in", ("a",), None, None), ("gt", "10", "10.01", True), ("gt", "10", "10", False),
        ("ge", "10", "10", True), ("ge", "10", "9", False), ("lt", "10", "9", True),
        ("lt", "10", "10", False), ("le", "10", "10", True), ("le", "10", "11", False),
        ("gt", "10", None, None), ("gt", 1, Fraction(3, 2), True),
        ("lt", "2025-01-02", date(2025, 1, 1), True),
        ("ge", "2025-01-02", date(2025, 1, 2), True), ("present", None, "x", True),
        ("present", None, None, False), ("present", None, " ", False),
        ("present", None, False, True), ("absent", None, None, True),
        ("absent", None, "x", False),
    ],
)  # fmt: skip
def test_operators(op, value, found, expected):
    predicate = Compare("gift.x", op, value)
    assert answer(predicate, facts={"gift.x": found}) is expected
    inst = Compare("inst.x", op, value)
    assert answer(inst, claimant={"inst.x": found}) is expected


def test_silence_rejects_only_where_a_reason_to_reject_asks_for_difference():
    predicate = Compare("agreement.ip", "ne", True)
    assert answer(predicate, silence_differs=True) is True
    assert answer(predicate) is None
    assert answer(Negation(predicate), silence_differs=True) is None
    assert answer(Compare("gift.x", "not_in", ("a",)), silence_differs=True) is True


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("甲", "甲", "甲"), True), (("甲", "甲", "乙"), False), (("甲", None, "甲"), None),
        (("甲", None, "乙"), False), ((None, None, None), None),
        (("甲（武汉）", "甲(武汉)", " 甲(武汉) "), True), (("A Co", "ACo", "A Co"), True),
    ],
)  # fmt: skip
def test_names_are_one_whatever_the_keyboard(names, expected):
    facts = dict(zip(("a.x", "b.x", "c.x"), names, strict=True))
    assert answer(Same(("a.x", "b.x", "c.x")), facts=facts) is expected


KNOWN = {True: Compare("gift.t", "eq", True), False: Compare("gift.f", "eq", True)}
KNOWN[None] = Compare("gift.n", "eq", True)
FACTS = {"gift.t": True, "gift.f": False}


@pytest.mark.parametrize(
    ("left", "right", "both", "either"),
    [
        (True, True, True, True), (True, False, False, True), (False, False, False, False),
        (True, None, None, True), (False, None, False, None), (None, None, None, None),
    ],
)  # fmt: skip
def test_combinations_are_three_valued(left, right, both, either):
    for one, other in ((left, right), (right, left)):
        items = (KNOWN[one], KNOWN[other])
        assert answer(Every(items), facts=FACTS) is both
        assert answer(Some(items), facts=FACTS) is either


def test_not_turns_what_is_known():
    assert answer(Negation(KNOWN[True]), facts=FACTS) is False
    assert answer(Negation(KNOWN[None]), facts=FACTS) is None


def test_facts_of_a_condition_are_listed_once():
    nested = Every((KNOWN[True], Some((KNOWN[False], Negation(KNOWN[True]))), Same(("a.x", "b.x"))))
    assert facts_of(nested) == ("gift.t", "gift.f", "a.x", "b.x")


def test_what_is_no_number_cannot_be_compared():
    with pytest.raises(InvalidInput):
        answer(Compare("gift.x", "gt", "10"), facts={"gift.x": "much"})


@pytest.mark.parametrize("text", ["2025-2-1", "20250201", "2025-W05-1", "2025-02-30", "", 20250201])
def test_dates_are_never_guessed(text):
    with pytest.raises(InvalidInput):
        as_date(text, path="gift.x")
