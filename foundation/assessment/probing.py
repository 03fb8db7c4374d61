"""What the books say by themselves about an indicator: questions, answers, and running them.

A probe is a pure reading function; it answers met, not met, or cannot tell with the reason, and
names up to fifty rows that stand in the way. Probes that need reports are joined from above.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any

from sqlalchemy.orm import Session

from foundation.http.languages import mark
from ledger.clock import Clock

MOST_SHOWN = 50


class Verdict(StrEnum):
    """符合、不符合、无法判断."""

    MET = "probe_met"
    NOT_MET = "probe_not_met"
    UNCLEAR = "probe_unclear"


@dataclass(frozen=True, slots=True)
class Question:
    """The years that the assessment looks at, seen from a day."""

    years: tuple[int, ...]
    clock: Clock
    founding_minor: int | None = None

    @property
    def today(self) -> date:
        """The day of asking."""
        return self.clock.today()

    @property
    def first_day(self) -> date:
        """The first day of the first year."""
        return date(self.years[0], 1, 1)

    @property
    def last_day(self) -> date:
        """The last day of the last year, or today."""
        return min(date(self.years[-1], 12, 31), self.today)

    @property
    def first_period(self) -> int:
        """The first period of the first year, opening balances included."""
        return self.years[0] * 100

    @property
    def last_period(self) -> int:
        """The last month that has begun."""
        day = self.last_day
        return day.year * 100 + day.month

    @property
    def months(self) -> list[int]:
        """The months that have ended."""
        return [
            year * 100 + month
            for year in self.years
            for month in range(1, 13)
            if (year, month) < (self.today.year, self.today.month)
        ]


@dataclass(frozen=True, slots=True)
class Instance:
    """One row that stands in the way, with its page."""

    text: str
    endpoint: str = ""
    arguments: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a probe found: a sentence with places, and what stands in the way."""

    verdict: Verdict
    sentence: str
    values: dict[str, Any] = field(default_factory=dict)
    instances: tuple[Instance, ...] = ()
    count: int = 0
    # Where the whole of it is seen.
    endpoint: str = ""
    arguments: dict[str, Any] = field(default_factory=dict)
    # What a rubric may compute points from.
    measure: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Probe:
    """One probe: what it asks, in words, and the function that answers."""

    title: str
    ask: Callable[[Session, Question], Answer]


UNKNOWN = mark("本系统没有名为“{name}”的核对")


def answer(session: Session, question: Question, probe: Probe | None, name: str) -> Answer:
    """Ask one probe; a name that nobody knows cannot be told."""
    if probe is None:
        return Answer(Verdict.UNCLEAR, UNKNOWN, {"name": name})
    return probe.ask(session, question)


def run(
    session: Session, question: Question, probes: Mapping[str, Probe], names: Iterable[str]
) -> dict[str, Answer]:
    """Ask every named probe once."""
    return {
        name: answer(session, question, probes.get(name), name) for name in dict.fromkeys(names)
    }


def judged(
    instances: list[Instance],
    *,
    good: str,
    bad: str,
    values: dict[str, Any],
    endpoint: str = "",
    arguments: dict[str, Any] | None = None,
) -> Answer:
    """Return met when nothing stands in the way; `bad` may name `{count}`."""
    return Answer(
        Verdict.NOT_MET if instances else Verdict.MET,
        bad if instances else good,
        values | {"count": len(instances)},
        tuple(instances[:MOST_SHOWN]),
        len(instances),
        endpoint,
        arguments or {},
    )


def to_document(found: Answer) -> dict[str, Any]:
    """Return an answer as JSON keeps it."""
    return {
        "verdict": found.verdict.value,
        "sentence": found.sentence,
        "values": {key: _plain(value) for key, value in found.values.items()},
        "instances": [
            {"text": one.text, "endpoint": one.endpoint, "arguments": one.arguments}
            for one in found.instances
        ],
        "count": found.count,
        "endpoint": found.endpoint,
        "arguments": found.arguments,
        "measure": None if found.measure is None else str(found.measure),
    }


def of_document(kept: Mapping[str, Any]) -> Answer:
    """Return an answer that was kept."""
    return Answer(
        Verdict(kept["verdict"]),
        kept["sentence"],
        dict(kept["values"]),
        tuple(Instance(**one) for one in kept["instances"]),
        kept["count"],
        kept["endpoint"],
        dict(kept["arguments"]),
        None if kept["measure"] is None else Fraction(kept["measure"]),
    )


def _plain(value: object) -> str | int:
    return value if isinstance(value, int) else str(value)
