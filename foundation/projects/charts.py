"""Charts as plain figures for the page to draw: heights, places and labels, no markup.

The marks carry their labels and the table with the same figures stands beneath, so a chart is
never the only way to read something.
"""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 720, 220
_TOP, _BOTTOM = 34, 30
_WAN = 10000 * 100


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: where it stands and what it says. `second_height` is the lighter part on top."""

    label: str
    figure: str
    x: int
    y: int
    width: int
    height: int
    second_y: int
    second_height: int
    is_marked: bool = False

    @property
    def middle(self) -> int:
        """Where its labels are centred."""
        return self.x + self.width // 2


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars side by side, and the line they stand on."""

    bars: tuple[Bar, ...]
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def ground(self) -> int:
        """Where the bars stand."""
        return self.height - _BOTTOM


def bars(
    items: Sequence[tuple[str, int, int]], *, marked: Sequence[bool] | None = None
) -> Chart | None:
    """Return a chart of (label, amount, further amount) in fen, or None when all are zero."""
    highest = max((first + second for _, first, second in items), default=0)
    if highest <= 0:
        return None
    slot = WIDTH // len(items)
    width = max(6, min(64, slot * 6 // 10))
    room, ground = HEIGHT - _TOP - _BOTTOM, HEIGHT - _BOTTOM
    found = []
    for place, (label, first, second) in enumerate(items):
        height = first * room // highest
        top = second * room // highest
        found.append(
            Bar(
                label=label,
                figure=short(first + second),
                x=place * slot + (slot - width) // 2,
                y=ground - height,
                width=width,
                height=height,
                second_y=ground - height - top,
                second_height=top,
                is_marked=bool(marked and marked[place]),
            )
        )
    return Chart(tuple(found))


def short(minor: int) -> str:
    """Write an amount as short as a mark has room for: in ten thousand yuan, one decimal."""
    if minor == 0:
        return ""
    tenths = (minor * 10 + _WAN // 2) // _WAN
    if tenths == 0:
        return "<0.1"
    return str(tenths // 10) if tenths % 10 == 0 else f"{tenths // 10}.{tenths % 10}"
