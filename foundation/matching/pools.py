"""How a pool is shared among claimants (step 13): by weight, pro rata, or first come first served.

Every function takes whole minor units and gives whole minor units that never exceed the pool.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from foundation.matching import rounding
from foundation.matching.amounts import Exact
from ledger.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Shares:
    """What each claimant gets, in the order given, and what nobody gets."""

    awards: tuple[int, ...]
    unused_minor: int
    scale: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """One claim in a queue."""

    id: str
    claimant: str
    requested_on: date
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Grant:
    """What a queued claim got; the rest waits or is refused."""

    id: str
    granted_minor: int
    rest_minor: int


def proportional(
    pool_minor: int,
    weights: Sequence[Exact],
    *,
    ceilings: Sequence[Exact | None] = (),
    place_minor: int = 1,
    fills_pool: bool = False,
) -> Shares:
    """Share the pool by weight. The shares sum to the pool unless ceilings keep some of it.

    What a ceiling cuts off stays unused, or goes to the others where the pool must be used up.
    Raises InvalidInput where no weight is above zero.
    """
    total = sum(weights, start=Fraction(0))
    if total <= 0 or min(weights) < 0:
        raise InvalidInput(field="weights", reason="认定收入合计应大于零")
    limits = list(ceilings) or [None] * len(weights)
    exact = [Fraction(pool_minor) * weight / total for weight in weights]
    held = _held(exact, limits)
    if held != exact and fills_pool:
        held = _filled(pool_minor, weights, limits)
    whole = pool_minor if held == exact else rounding.to_place(sum(held), mode="down")
    awards = rounding.together(held, total_minor=whole, place_minor=place_minor, ceilings=limits)
    return Shares(
        awards=tuple(awards),
        unused_minor=pool_minor - sum(awards),
        scale=Fraction(pool_minor) / total,
    )


def _held(exact: Sequence[Fraction], limits: Sequence[Exact | None]) -> list[Fraction]:
    return [
        share if limit is None else min(share, Fraction(limit))
        for share, limit in zip(exact, limits, strict=True)
    ]


def _filled(
    pool_minor: int, weights: Sequence[Exact], limits: Sequence[Exact | None]
) -> list[Fraction]:
    """Hand what the ceilings cut off to those still below theirs, until nothing changes."""
    held = [Fraction(0)] * len(weights)
    free = [index for index, weight in enumerate(weights) if weight > 0]
    left = Fraction(pool_minor)
    while free:
        weight = sum((Fraction(weights[index]) for index in free), start=Fraction(0))
        full = [
            index
            for index in free
            if (limit := limits[index]) is not None and left * weights[index] / weight >= limit
        ]
        if not full:
            for index in free:
                held[index] = left * weights[index] / weight
            break
        for index in full:
            held[index] = Fraction(limits[index] or 0)
        left -= sum((held[index] for index in full), start=Fraction(0))
        free = [index for index in free if index not in full]
    return held


def prorata(pool_minor: int, requested: Sequence[int], *, place_minor: int = 1) -> Shares:
    """Cut every request by the same percentage where the pool is too small."""
    total = sum(requested)
    if total <= pool_minor:
        return Shares(awards=tuple(requested), unused_minor=pool_minor - total, scale=Fraction(1))
    return proportional(pool_minor, requested, place_minor=place_minor)


def in_order(
    pool_minor: int,
    requests: Sequence[Request],
    *,
    reserve_minor: int = 0,
    reserve_until: date | None = None,
    claimants: Sequence[str] = (),
) -> tuple[Grant, ...]:
    """Serve requests in the order of their dates until the pool is used up.

    Up to `reserve_until` the part of each claimant's guaranteed minimum that it has not drawn
    is kept aside from the others. The grants come in the order in which they were served.
    """
    left = pool_minor
    everybody = dict.fromkeys([*claimants, *(request.claimant for request in requests)])
    drawn = dict.fromkeys(everybody, 0)
    grants: list[Grant] = []
    for request in sorted(requests, key=lambda item: item.requested_on):
        aside = 0
        if reserve_until is not None and request.requested_on <= reserve_until:
            aside = sum(
                max(reserve_minor - taken, 0)
                for claimant, taken in drawn.items()
                if claimant != request.claimant
            )
        granted = min(request.amount_minor, max(left - aside, 0))
        left -= granted
        drawn[request.claimant] += granted
        grants.append(Grant(request.id, granted, request.amount_minor - granted))
    return tuple(grants)
