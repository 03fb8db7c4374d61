"""Which duties fall due when, and how they stand today. Pure: facts and a day in, items out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from dateutil.relativedelta import relativedelta

from foundation.duties.loading import NO, Duty, Words


class DutyState(StrEnum):
    """How an item stands. Before the books began here, nobody can tell."""

    DONE = "duty_done"
    OVERDUE = "overdue"
    DUE_SOON = "due_soon"
    NOT_DUE = "not_due"
    UNRECORDED = "unrecorded"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened and from which a duty follows, as a register tells it."""

    duty: str
    # What the register calls it, such as `gift:12`; one mark of being done belongs to it.
    occurrence: str
    happened_on: date
    # A sentence with places, translated where it is shown.
    detail: str = ""
    values: dict[str, object] = field(default_factory=dict)
    endpoint: str = ""
    arguments: dict[str, str] = field(default_factory=dict)
    # The register itself knows when it is done, as with bills; nobody marks it.
    is_derived: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """That a duty was done."""

    done_on: date
    note: str
    marked_by: str


@dataclass(frozen=True, slots=True)
class Item:
    """One duty on one day."""

    duty: Duty
    occurrence: str
    due_on: date
    days_left: int
    state: DutyState
    # The year it reports on, where it reports on one.
    about: int | None = None
    mark: Mark | None = None
    detail: str = ""
    values: dict[str, object] = field(default_factory=dict)
    endpoint: str = ""
    arguments: dict[str, str] = field(default_factory=dict)
    can_mark: bool = True

    @property
    def title(self) -> Words:
        """What has to be done."""
        return self.duty.title

    @property
    def anchor(self) -> str:
        """Its place on the page of the calendar."""
        return f"{self.duty.id}-{self.occurrence}".replace(":", "-")


def items(
    duties: Iterable[Duty],
    *,
    facts: Mapping[str, str],
    marks: Mapping[tuple[str, str], Mark],
    events: Iterable[Event],
    first_on: date,
    last_on: date,
    today: date,
    began_on: date,
) -> list[Item]:
    """Return what falls due from one day to another, by date.

    What fell due before the books began and was not marked is `UNRECORDED`, not overdue.
    """
    known = {duty.id: duty for duty in duties}
    found: list[Item] = []
    for duty in known.values():
        if not _concerns(duty, facts):
            continue
        for due_on, occurrence in _days(duty, facts, first_on.year, last_on.year):
            about = due_on.year - 1 if duty.is_about_previous_year else None
            found.append(_item(duty, occurrence, due_on, marks, today, began_on, about=about))
    for event in events:
        duty_of_event = known.get(event.duty)
        if duty_of_event is not None and _concerns(duty_of_event, facts):
            found.append(_of_event(duty_of_event, event, marks, today, began_on))
    wanted = [item for item in found if first_on <= item.due_on <= last_on and _is_valid(item)]
    return sorted(wanted, key=lambda item: (item.due_on, item.duty.id, item.occurrence))


def missing_facts(duties: Iterable[Duty], facts: Mapping[str, str]) -> list[str]:
    """Return the facts without which some duty has no date."""
    wanted = {duty.fact for duty in duties if duty.fact}
    return sorted(name for name in wanted if not facts.get(name))


def _concerns(duty: Duty, facts: Mapping[str, str]) -> bool:
    if duty.needs is None:
        return True
    name, wanted = duty.needs
    return facts.get(name, NO) == wanted


def _days(duty: Duty, facts: Mapping[str, str], first: int, last: int) -> list[tuple[date, str]]:
    if duty.fact:
        value = facts.get(duty.fact, "")
        return [(date.fromisoformat(value), value)] if value else []
    found = []
    for year in range(first, last + 1):
        for place, (month, day) in enumerate(duty.due, start=1):
            # Several days of one year are told apart by their place in it.
            occurrence = str(year) if len(duty.due) == 1 else f"{year}-{place}"
            found.append((date(year, month, day), occurrence))
    return found


def _of_event(
    duty: Duty,
    event: Event,
    marks: Mapping[tuple[str, str], Mark],
    today: date,
    began_on: date,
) -> Item:
    due_on = event.happened_on + relativedelta(months=duty.months_after)
    due_on += timedelta(days=duty.days_after)
    made = _item(duty, event.occurrence, due_on, marks, today, began_on, about=None)
    # What a register derives is true whenever it began.
    state = made.state
    if event.is_derived and state is DutyState.UNRECORDED:
        state = DutyState.OVERDUE
    return Item(
        duty=duty,
        occurrence=event.occurrence,
        due_on=due_on,
        days_left=made.days_left,
        state=state,
        mark=made.mark,
        detail=event.detail,
        values=event.values,
        endpoint=event.endpoint,
        arguments=event.arguments,
        can_mark=not event.is_derived,
    )


def _item(
    duty: Duty,
    occurrence: str,
    due_on: date,
    marks: Mapping[tuple[str, str], Mark],
    today: date,
    began_on: date,
    *,
    about: int | None,
) -> Item:
    days_left = (due_on - today).days
    mark = marks.get((duty.id, occurrence))
    if mark is not None:
        state = DutyState.DONE
    elif days_left < 0:
        state = DutyState.OVERDUE if due_on >= began_on else DutyState.UNRECORDED
    else:
        state = DutyState.DUE_SOON if days_left <= duty.soon_days else DutyState.NOT_DUE
    return Item(duty, occurrence, due_on, days_left, state, about=about, mark=mark)


def _is_valid(item: Item) -> bool:
    until = item.duty.valid_until
    return item.due_on >= item.duty.valid_from and (until is None or item.due_on <= until)
