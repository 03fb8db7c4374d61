"""Refusals: a stable code, a category, and one sentence made of the data."""

import importlib
import pkgutil

import pytest

import ledger
from ledger.errors import Conflict, DomainError, InvalidInput, NotAllowed, NotFound, Stale

CATEGORIES = {InvalidInput: 422, NotFound: 404, Conflict: 409, NotAllowed: 403, Stale: 412}


def _refusals() -> list[type[DomainError]]:
    for module in pkgutil.walk_packages(ledger.__path__, "ledger."):
        importlib.import_module(module.name)
    found, waiting = [], [DomainError]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.__module__.startswith("ledger."):
            found.append(kind)
    return found


@pytest.mark.parametrize(("category", "status"), CATEGORIES.items())
def test_category_has_its_status(category: type[DomainError], status: int) -> None:
    assert category.status == status


def test_every_refusal_of_the_ledger_has_a_code_of_its_own() -> None:
    codes = [kind.code for kind in _refusals()]
    assert len(codes) > 15
    assert sorted(codes) == sorted(set(codes))


def test_every_refusal_speaks_chinese_and_belongs_to_a_category() -> None:
    for kind in _refusals():
        assert any("\u4e00" <= letter <= "\u9fff" for letter in kind.message), kind
        if kind is not DomainError:
            assert issubclass(kind, tuple(CATEGORIES)), kind


def test_sentence_is_filled_with_the_data() -> None:
    error = InvalidInput(field="金额", reason="应大于零")
    assert str(error) == "金额无效：应大于零"
    assert error.data == {"field": "金额", "reason": "应大于零"}


def test_translated_template_takes_the_same_data() -> None:
    error = NotFound(what="Fund", name="X")
    assert error.describe("No {what} called {name}") == "No Fund called X"
