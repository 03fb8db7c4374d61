"""A gift typed by hand that a register has too: nobody loses a row, and somebody is told."""

from typing import Any

import pytest
from sqlalchemy import Engine

from foundation.imports.likeness import ProbableDuplicate
from tests.foundation.gifts import gift_cases
from tests.foundation.imports import import_cases
from tests.foundation.imports.import_cases import bring, look, table

NAME = "林晓舟"
ROW = ("2026-01-15", NAME, "1000", "T001", "")


def typed(engine: Engine, **changes: Any) -> str:
    """Record the gift of ROW by hand, without the reference of the bank unless it is given."""
    who = gift_cases.donor(engine, name=changes.pop("name", NAME))
    return gift_cases.record(engine, gift_cases.entry(who, minor=1_000_00, **changes)).reference


@pytest.mark.parametrize(
    ("own", "reference", "is_probable", "is_known"),
    [
        (None, "T001", True, False),
        ("T001", "", True, False),
        ("T001", "T001", False, True),
        (None, "", False, True),
        ("T999", "T001", False, False),
    ],
)
def test_row_without_the_same_reference_is_probably_the_same_gift(
    books: Engine, own: str | None, reference: str, *, is_probable: bool, is_known: bool
) -> None:
    gift = typed(books, bank_reference=own)
    found = look(books, table([(*ROW[:3], reference, "")]))
    assert found.probable == ([ProbableDuplicate(2, 0, gift)] if is_probable else [])
    assert len(found.duplicates) == is_known
    assert found.new_count == (not is_known)


def test_probable_duplicate_is_imported_all_the_same(books: Engine) -> None:
    gift = typed(books)
    result = bring(books, table([ROW]))
    assert result.imported == 1
    assert [one.gift for one in result.examination.probable] == [gift]
    assert import_cases.findings(books) == []


def test_gift_is_likened_to_one_row_and_the_earliest_first(books: Engine) -> None:
    first, second = typed(books), typed(books)
    rows = [(*ROW[:3], f"T{number}", "") for number in range(3)]
    found = look(books, table(rows))
    assert [(one.row, one.gift) for one in found.probable] == [(2, first), (3, second)]


@pytest.mark.parametrize(
    "row",
    [
        ("2026-01-16", NAME, "1000", "T001", ""),
        ("2026-01-15", "周知秋", "1000", "T001", ""),
        ("2026-01-15", NAME, "1000.01", "T001", ""),
    ],
)
def test_other_day_donor_or_amount_is_another_gift(books: Engine, row: tuple[str, ...]) -> None:
    typed(books)
    assert look(books, table([row])).probable == []


def test_name_is_compared_as_fingerprints_compare_it(books: Engine) -> None:
    gift = typed(books, name="东湖启明（武汉）公司")
    found = look(books, table([("2026-01-15", "东湖启明(武汉) 公司", "1000", "T1", "")]))
    assert [one.gift for one in found.probable] == [gift]


def test_cancelled_and_imported_gifts_are_likened_to_nothing(books: Engine) -> None:
    waiting = typed(books)
    gift_cases.cancel(books, int(waiting.rpartition("-")[2]))
    bring(books, table([(*ROW[:3], "", "")]))
    assert look(books, table([ROW])).probable == []
