"""What a person may be asked to decide: the questions as data, and the reading of answers."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from foundation.matching import amounts, catalogue, parameters, predicates, reading
from foundation.matching import vocabulary as words
from foundation.matching.predicates import FactValue
from foundation.matching.schemes import Scheme
from ledger.errors import InvalidInput, NotFound

_DATA = Path(__file__).parent / "data" / "questions.yaml"
_TRUE, _FALSE = ("true", "yes", "是", "1"), ("false", "no", "否", "0")
LONGEST_ANSWER = 200


@dataclass(frozen=True, slots=True)
class Topic:
    """One of the questions that texts leave to a person."""

    number: int
    zh: str
    en: str
    is_wide: bool
    facts: tuple[str, ...]


@cache
def topics() -> tuple[Topic, ...]:
    """Return the questions in their order."""
    parsed = reading.parse(_DATA.read_text(encoding="utf-8"))
    assert isinstance(parsed.data, Mapping)
    return tuple(
        Topic(item["no"], item["zh"], item["en"], item["wide"], tuple(item["facts"]))
        for item in parsed.data["questions"]
    )


def label(question: str) -> tuple[str, str]:
    """Call a question by name, in Chinese and English."""
    named = catalogue.shipped().labels.facts.get(question)
    return named or words.parameter_name(question)


def kind_of(question: str) -> str:
    """Return the type of an answer: boolean, text, number, money, date or parameter.

    Raises NotFound for a fact that no rule can ask for.
    """
    known = catalogue.shipped().known.facts
    if question in known:
        return known[question]
    if question in parameters.SETTERS:
        return "parameter"
    raise NotFound(what="待认定事项", name=question[:80])


def read_answer(question: str, typed: Any, *, scheme: Scheme | None = None) -> str:
    """Return an answer as it is stored: JSON of the type that the question has; null is open.

    Raises InvalidInput for what is not of its type, NotFound for an unknown question.
    """
    kind = kind_of(question)
    if typed is None or (isinstance(typed, str) and not typed.strip()):
        return "null"
    if kind == "parameter":
        return _parameter(question, typed, scheme)
    text = typed.strip() if isinstance(typed, str) else typed
    if kind == "boolean":
        return json.dumps(_flag(question, text))
    if isinstance(text, bool) or not isinstance(text, str | int):
        raise InvalidInput(field=question, reason="应为文字")
    text = str(text)
    if len(text) > LONGEST_ANSWER:
        raise InvalidInput(field=question, reason=f"最多 {LONGEST_ANSWER} 个字符")
    if kind == "date":
        predicates.as_date(text, path=question)
    elif kind == "money":
        amounts.minor(text, path=question)
    elif kind == "number":
        amounts.number(text, path=question)
    return json.dumps(text, ensure_ascii=False)


def _flag(question: str, typed: Any) -> bool:
    if isinstance(typed, bool):
        return typed
    lowered = str(typed).lower()
    if lowered in _TRUE:
        return True
    if lowered in _FALSE:
        return False
    raise InvalidInput(field=question, reason="应为是或否")


def _parameter(question: str, typed: Any, scheme: Scheme | None) -> str:
    value = typed
    if isinstance(typed, str):
        parsed = reading.parse(typed)
        if parsed.mistakes:
            raise InvalidInput(field=question, reason=parsed.mistakes[0].message_zh)
        value = parsed.data
        if isinstance(value, reading.Float | int):
            value = typed.strip()
    if scheme is not None:
        parameters.applied(scheme, {question: value}, path="decision")
    try:
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    except (TypeError, ValueError):
        raise InvalidInput(field=question, reason="应为文字或键值表") from None


def value_of(question: str, stored: str) -> Any:
    """Return the value that the engine works with."""
    value: Any = json.loads(stored)
    known = catalogue.shipped().known.facts.get(question)
    if value is not None and known == "date":
        return date.fromisoformat(value)
    return value


def shown(stored: str) -> FactValue | str:
    """Return an answer for people: a flag, a text, or the parameter as compact JSON."""
    value = json.loads(stored)
    if isinstance(value, dict | list):
        return stored
    found: FactValue = value
    return found
