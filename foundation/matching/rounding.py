"""The one rounding of a claim: place, mode, and who takes the odd units.

A ratio gives exact fractions; they become whole units of money once, at the step that the
scheme names. Shares of a pool are rounded together, so that they still sum to the pool.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from foundation.matching.amounts import Exact

MODES = ("half_up", "half_even", "half_down", "down", "up")
STEPS = ("gift", "receipt", "project", "claimant", "award", "pool")


@dataclass(frozen=True, slots=True)
class Rounding:
    """How a match becomes whole money. `place_minor` is the step in minor units (1 = fen)."""

    place_minor: int = 1
    mode: str = "half_up"
    at: str = "claimant"
    is_stated: bool = False  # False: the conventional half-up to the fen stands in
    unknown: tuple[str, ...] = ()  # parts that the document seen does not settle


DEFAULT = Rounding()


def to_place(value: Exact, *, place_minor: int = 1, mode: str = "half_up") -> int:
    """Round an exact amount of minor units to a multiple of the place."""
    if isinstance(value, int) and place_minor == 1:
        return value
    units = Fraction(value) / place_minor
    whole, rest = divmod(units.numerator, units.denominator)
    twice = 2 * rest
    if (
        (mode == "up" and rest)
        or (mode in ("half_up", "half_even", "half_down") and twice > units.denominator)
        or (twice == units.denominator and mode == "half_up")
        or (twice == units.denominator and mode == "half_even" and whole % 2)
    ):
        whole += 1
    return whole * place_minor


def together(
    values: Sequence[Exact],
    *,
    total_minor: int,
    place_minor: int = 1,
    ceilings: Sequence[Exact | None] = (),
) -> list[int]:
    """Round amounts so that they sum to a total: the largest remainders take the odd units.

    Ties go to the earlier amount; nobody is lifted above a ceiling. What is left below one
    place, or under the ceilings, stays undistributed.
    """
    parts = [to_place(value, place_minor=place_minor, mode="down") for value in values]
    odd = (total_minor - sum(parts)) // place_minor
    for index in sorted(
        range(len(values)), key=lambda index: (parts[index] - values[index], index)
    ):
        ceiling = ceilings[index] if ceilings else None
        if odd > 0 and (ceiling is None or parts[index] + place_minor <= ceiling):
            parts[index] += place_minor
            odd -= 1
    return parts
