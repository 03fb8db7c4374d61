"""What a page asks for: the sample of the address, kept in memory while it is walked through."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from flask import current_app, request
from sqlalchemy.orm import Session

from foundation.auditing import plans
from foundation.auditing.drawing import Drawn, Keeper
from foundation.auditing.plans import Plan
from foundation.books import reading
from foundation.http import frame
from ledger import catalogue
from ledger.balances import Span
from ledger.errors import InvalidInput
from ledger.periods import UnknownPeriod, text_of

EXTENSION = "foundation.samples"


@dataclass(frozen=True, slots=True)
class PeriodText:
    """A period as it was typed, and its months."""

    text: str
    span: Span


def keeper() -> Keeper:
    """Return the last samples of the application."""
    return cast(Keeper, current_app.extensions[EXTENSION])


def period_of(session: Session, text: str) -> PeriodText:
    """Read a period; without one, the year of the period in view.

    Raises InvalidInput, or UnknownPeriod for months that the books do not have.
    """
    wanted = text.strip()
    if not wanted:
        key = frame.period_in_view(session)
        if key is None:
            raise InvalidInput(field="期间", reason="账簿还没有会计期间")
        wanted = str(key // 100)
    first, last = _half(wanted) or reading.span_of(wanted)
    if not any(first <= key <= last for key in catalogue.load(session).periods if key % 100):
        raise UnknownPeriod(period=text_of(last))
    return PeriodText(wanted, Span(first, last))


def _half(text: str) -> tuple[int, int] | None:
    year, dash, half = text.upper().partition("-H")
    if not dash or not (len(year) == 4 and year.isascii() and year.isdigit()):
        return None
    if half not in ("1", "2"):
        return None
    last = int(year) * 100 + int(half) * 6
    return last - 5, last


def plan_of(session: Session, given: Mapping[str, str]) -> Plan:
    """Read a plan. Raises what `period_of` and `plans.read` raise."""
    period = period_of(session, given.get("period", ""))
    return plans.read(session, given, period=period.text, span=period.span)


def drawn_here(session: Session) -> Drawn:
    """Return the sample that the address of this request asks for."""
    return keeper().draw(session, plan_of(session, _cleaned(request.args)))


def _cleaned(given: Mapping[str, Any]) -> dict[str, str]:
    return {name: value.replace("\x00", "") for name, value in given.items()}
