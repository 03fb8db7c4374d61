"""Breaking Chinese text into lines, with Latin words and figures kept whole.

The rules of 避头尾: no line begins with a closing mark, none ends with an opening one; a dash or
an ellipsis of two characters is not torn apart. Where a rule would push a mark to the next line,
the character before it goes along.
"""

import re
from collections.abc import Callable, Iterator

NEVER_FIRST = frozenset(
    "，。、；：？！）》」』】〕〉｝］”’…—·～％‰℃,.;:?!)]}%-/ーぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ々"
)
NEVER_LAST = frozenset("（《「『【〔〈｛［“‘([{¥￥$€£#№")
# A figure and what it counts stay on one line.
_COUNTED = frozenset("年月日元角分笔页号")
# A Latin word, a figure with its separators, or any other single character. The dashes and dots
# that come in pairs stay together.
_UNITS = re.compile(r"—{2}|…{2}|[A-Za-z0-9À-ɏ@_.,:/\\&+=?%#~'-]*[A-Za-z0-9À-ɏ]|.", re.DOTALL)


def break_lines(text: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """Return the lines of the text, none wider than `width` unless one character is.

    `measure` gives the width of a string. Spaces at a break vanish; line feeds always break.
    """
    lines: list[str] = []
    for part in text.split("\n"):
        lines.extend(_fill(part, width, measure))
    return lines


def _fill(text: str, width: float, measure: Callable[[str], float]) -> Iterator[str]:
    if measure(text) <= width:
        yield text.rstrip()
        return
    line = ""
    room = width
    for unit in _bound(text):
        needed = measure(unit)
        if measure(unit.rstrip()) <= room:
            line += unit
            room -= needed
            continue
        if line.strip():
            yield line.rstrip()
        if needed <= width:
            line = unit.lstrip(" ")
        else:
            *full, line = _cut(unit, width, measure)
            yield from full
        room = width - measure(line)
    yield line.rstrip()


def _bound(text: str) -> Iterator[str]:
    """Yield the pieces between which a line may break."""
    piece = ""
    for match in _UNITS.finditer(text):
        unit = match.group()
        sticks = (
            unit[0] in NEVER_FIRST
            or unit == " "
            or piece[-1:] in NEVER_LAST
            or (unit in _COUNTED and piece[-1:].isdigit())
        )
        if piece and not sticks:
            yield piece
            piece = ""
        piece += unit
    yield piece


def _cut(piece: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """Cut a piece that is wider than a line wherever the line is full."""
    parts = [""]
    for character in piece:
        if parts[-1] and measure(parts[-1] + character) > width:
            parts.append("")
        parts[-1] += character
    return parts
