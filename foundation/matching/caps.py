"""Caps, used up in the order of receipt (step 12)."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from fractions import Fraction

from foundation.matching import dates, facts
from foundation.matching.amounts import Exact
from foundation.matching.eligibility import Judgement
from foundation.matching.schemes import Cap, Scheme

PARTLY = "CAP_PARTLY_USED"
EXHAUSTED = "CAP_EXHAUSTED"
CALENDAR_YEAR = "01-01"


def known_caps(scheme: Scheme) -> tuple[Cap, ...]:
    """The caps whose value was seen."""
    if not isinstance(scheme.caps, tuple):
        return ()
    return tuple(cap for cap in scheme.caps if isinstance(cap.value_minor, int))


def of_claimant(scheme: Scheme) -> tuple[Cap, ...]:
    """The known caps on a whole claim, for methods that match no single gift."""
    return tuple(cap for cap in known_caps(scheme) if set(cap.per) <= {"claimant", "scheme"})


@dataclass(slots=True)
class CapLedger:
    """How much of each cap has been drawn."""

    caps: tuple[Cap, ...]
    fiscal_year_starts: str = CALENDAR_YEAR
    used: dict[Hashable, Exact] = field(default_factory=dict)

    def draw(self, judgement: Judgement, wanted: Exact, counted: int) -> tuple[Exact, str]:
        """Take what the caps leave for a gift; say which cap code it met."""
        granted, code = wanted, ""
        drawn: list[tuple[Hashable, bool, int]] = []
        for index, cap in enumerate(self.caps):
            assert isinstance(cap.value_minor, int)
            key: Hashable = None
            if "gift" not in cap.per:
                # A gift meets its own cap once; remembering it would only fill the memory.
                key = (index, *(self._key(part, judgement) for part in cap.per))
            left = max(cap.value_minor - self.used.get(key, 0), 0)
            of_gift = cap.of == "gift_amount"
            taken = min(counted, left) if of_gift else 0
            share = Fraction(wanted * taken, counted) if of_gift and counted else left
            if share < granted or (share < wanted and not code):
                code = EXHAUSTED if left == 0 else PARTLY
            granted = min(granted, share)
            if key is not None:
                drawn.append((key, of_gift, int(taken)))
        # What one cap refuses is not drawn from the others.
        for drawn_key, of_gift, taken in drawn:
            part = taken if of_gift else granted
            self.used[drawn_key] = self.used.get(drawn_key, 0) + part
        return granted, code

    def copy(self) -> "CapLedger":
        """Part ways: from here on two readings of the gifts draw differently."""
        return CapLedger(self.caps, self.fiscal_year_starts, dict(self.used))

    def _key(self, part: str, judgement: Judgement) -> Hashable:
        gift, day = judgement.gift, judgement.counted_on
        match part:
            case "donor":
                # Gifts of nobody in particular share one cap: a claim errs downwards.
                return str(judgement.facts.get(facts.DONOR) or "")
            case "project":
                return gift.project
            case "agreement":
                return gift.agreement
            case "year" | "calendar_year":
                return day.year if day else None
            case "fiscal_year":
                return dates.fiscal_year(day, starts=self.fiscal_year_starts) if day else None
            case _:
                return part


def limit(caps: tuple[Cap, ...], wanted: Exact, recognised: Exact) -> tuple[Exact, str]:
    """Hold a whole claim under its caps."""
    code = ""
    for cap in caps:
        assert isinstance(cap.value_minor, int)
        if cap.of == "gift_amount":
            if recognised > cap.value_minor:
                wanted, code = Fraction(wanted * cap.value_minor) / recognised, PARTLY
        elif wanted > cap.value_minor:
            wanted, code = cap.value_minor, PARTLY
    return wanted, code
