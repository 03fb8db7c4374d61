"""Which of a few amounts add up to another: bounded, exact, and only when there is one answer."""

from collections.abc import Sequence

_MOST_PARTS = 6
_MOST_STEPS = 4000


def only_subset(amounts: Sequence[int], wanted: int) -> tuple[int, ...] | None:
    """Return the places of the two or more amounts that add up to `wanted`.

    All amounts have the sign of `wanted`. None when no subset does, when more than one does
    (equal amounts count as one), or when looking for it takes too long.
    """
    sign = 1 if wanted > 0 else -1
    sizes = [(amount * sign, place) for place, amount in enumerate(amounts)]
    sizes.sort(reverse=True)
    rest = [0] * (len(sizes) + 1)
    for i in range(len(sizes) - 1, -1, -1):
        rest[i] = rest[i + 1] + sizes[i][0]
    found: list[tuple[int, ...]] = []
    steps = 0

    def search(start: int, missing: int, chosen: tuple[int, ...]) -> None:
        nonlocal steps
        for i in range(start, len(sizes)):
            steps += 1
            if steps > _MOST_STEPS or len(found) > 1 or rest[i] < missing:
                return
            size, place = sizes[i]
            # Equal amounts make equal sums: only the first of them is tried at this place.
            if size > missing or (i > start and size == sizes[i - 1][0]):
                continue
            taken = (*chosen, place)
            if size == missing:
                if len(taken) >= 2:
                    found.append(taken)
            elif len(taken) < _MOST_PARTS:
                search(i + 1, missing - size, taken)

    search(0, wanted * sign, ())
    if len(found) != 1 or steps > _MOST_STEPS:
        return None
    return tuple(sorted(found[0]))
