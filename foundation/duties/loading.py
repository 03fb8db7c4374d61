"""Read the duties and the facts they depend on. The format is documented in data/duties.toml."""

import tomllib
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

from foundation.users.models import Role
from ledger.errors import InvalidInput

YES, NO = "yes", "no"
_GRADES = frozenset("ABCMI")
_FILE = "duties.toml"


class BadDuty(InvalidInput):
    """The file of duties says something that cannot be used."""

    code = "bad_duty"
    message = "期限文件中 {duty} 的 {field} 无效"


class FactKind(StrEnum):
    """What a fact holds."""

    DATE = "date"
    YES_NO = "yes_no"


@dataclass(frozen=True, slots=True)
class Words:
    """The same words in both languages."""

    zh: str
    en: str

    def of(self, language: str) -> str:
        """Return the words of a language."""
        return self.en if language == "en" else self.zh


@dataclass(frozen=True, slots=True)
class Fact:
    """Something about the organisation that dates follow from."""

    name: str
    kind: FactKind
    title: Words


@dataclass(frozen=True, slots=True)
class Duty:
    """What has to be done by when, and which text says so."""

    id: str
    title: Words
    who: Role
    # Exactly one of these four says when.
    due: tuple[tuple[int, int], ...]
    fact: str
    days_after: int
    months_after: int
    is_about_previous_year: bool
    soon_days: int
    needs: tuple[str, str] | None
    valid_from: date
    valid_until: date | None
    source: str
    article: str
    grade: str
    note: Words

    @property
    def clause(self) -> str:
        """The text that asks for it."""
        return f"{self.source} {self.article}"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything in the file."""

    facts: dict[str, Fact]
    duties: dict[str, Duty]


@cache
def load() -> Catalogue:
    """Return the duties that ship with the program. Raises BadDuty."""
    folder = resources.files("foundation.duties.data")
    return parse((folder / _FILE).read_text(encoding="utf-8"))


def parse(text: str) -> Catalogue:
    """Read a file of duties. Raises BadDuty with the duty and the field that are wrong."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise BadDuty(duty=_FILE, field="TOML") from None
    facts = {found.name: found for found in map(_fact, document.get("fact", []))}
    duties: dict[str, Duty] = {}
    for entry in document.get("duty", []):
        duty = _duty(entry, facts)
        if duty.id in duties:
            raise BadDuty(duty=duty.id, field="id")
        duties[duty.id] = duty
    return Catalogue(facts, duties)


def _fact(entry: dict[str, Any]) -> Fact:
    name = str(entry.get("name", "?"))
    if entry.get("kind") not in list(FactKind):
        raise BadDuty(duty=name, field="kind")
    return Fact(name, FactKind(entry["kind"]), _words(name, entry, "title"))


def _duty(entry: dict[str, Any], facts: dict[str, Fact]) -> Duty:
    name = str(entry.get("id", "?"))
    due = tuple(_month_day(name, text) for text in entry.get("due", ()))
    ways = [bool(due), "fact" in entry, "days_after" in entry, "months_after" in entry]
    _require(sum(ways) == 1, name, "due")
    _require(entry.get("fact", "") in {"", *facts}, name, "fact")
    _require(entry.get("who") in list(Role), name, "who")
    _require(entry.get("grade") in _GRADES, name, "grade")
    for field in ("source", "article"):
        _require(bool(entry.get(field)), name, field)
    for field in ("soon_days", "days_after", "months_after"):
        _require(type(entry.get(field, 0)) is int and entry.get(field, 0) >= 0, name, field)
    for field in ("from", "until"):
        _require(type(entry.get(field, date.min)) is date, name, field)
    needs = entry.get("needs")
    if needs is not None:
        _require(needs.get("fact") in facts and needs.get("is") in (YES, NO), name, "needs")
    return Duty(
        id=name,
        title=_words(name, entry, "title"),
        who=Role(entry["who"]),
        due=due,
        fact=entry.get("fact", ""),
        days_after=entry.get("days_after", 0),
        months_after=entry.get("months_after", 0),
        is_about_previous_year=entry.get("about") == "previous_year",
        soon_days=entry.get("soon_days", 30),
        needs=None if needs is None else (needs["fact"], needs["is"]),
        valid_from=entry.get("from", date.min),
        valid_until=entry.get("until"),
        source=entry["source"],
        article=entry["article"],
        grade=entry["grade"],
        note=_words(name, entry, "note") if "note" in entry else Words("", ""),
    )


def _words(name: str, entry: dict[str, Any], field: str) -> Words:
    found = entry.get(field, {})
    _require(
        isinstance(found, dict) and bool(found.get("zh")) and bool(found.get("en")), name, field
    )
    return Words(found["zh"], found["en"])


def _month_day(name: str, text: str) -> tuple[int, int]:
    try:
        # No leap year: a day of the calendar must exist in every year.
        day = date.fromisoformat(f"2023-{text}")
    except ValueError:
        raise BadDuty(duty=name, field="due") from None
    return day.month, day.day


def _require(holds: bool, name: str, field: str) -> None:
    if not holds:
        raise BadDuty(duty=name, field=field)
