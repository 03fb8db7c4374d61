"""The published registers, read in place where they are at hand."""

from datetime import date
from pathlib import Path

import pytest

from foundation.imports import reading, recognition, refusals
from foundation.imports.rows import RegisterRow, RejectedRow

FOLDER = Path(__file__).parents[4] / "shared" / "data" / "registers"

pytestmark = [
    pytest.mark.register,
    pytest.mark.skipif(
        not FOLDER.is_dir(), reason="published registers are not beside the project"
    ),
]


@pytest.mark.parametrize(
    ("name", "default_date", "count", "total_minor", "is_stated"),
    [
        ("hubei-2020-01-25.xls", None, 60, 348223211, True),
        ("hubei-2020-01-26.xls", None, 1633, 3842232224, True),
        ("wuhan-2020-02-01.xlsx", date(2020, 2, 1), 101, 1795768245, False),
    ],
)
def test_published_register_is_read_to_the_fen(
    name: str, default_date: date | None, count: int, total_minor: int, *, is_stated: bool
) -> None:
    source = reading.open_register(FOLDER / name, name)
    understanding = recognition.recognise(source, default_date=default_date)

    found = list(understanding.rows())

    gifts = [row for row in found if isinstance(row, RegisterRow)]
    assert len(gifts) == count
    assert sum(gift.amount_minor for gift in gifts) == total_minor
    assert [row for row in found if isinstance(row, RejectedRow)] == []
    stated = understanding.stated_total
    assert (stated.amount_minor if stated else None) == (total_minor if is_stated else None)
    assert all(gift.raw_donor == gift.raw_donor.strip() for gift in gifts)


def test_published_register_without_dates_asks_for_one() -> None:
    name = "wuhan-2020-02-01.xlsx"

    with pytest.raises(refusals.DateNeeded):
        recognition.recognise(reading.open_register(FOLDER / name, name))


def test_every_row_of_a_published_register_is_accounted_for_once() -> None:
    name = "hubei-2020-01-26.xls"
    source = reading.open_register((FOLDER / name).read_bytes(), name)

    numbers = [outcome.row for outcome in recognition.recognise(source).rows()]

    assert numbers == list(range(1, 1638))


def test_published_workbook_that_is_cut_off_is_refused() -> None:
    data = (FOLDER / "hubei-2020-01-26.xls").read_bytes()

    with pytest.raises(refusals.FileRefused):
        list(reading.open_register(data[: len(data) // 2], "a.xls").rows())


def test_published_workbook_under_another_name_is_refused() -> None:
    data = (FOLDER / "hubei-2020-01-25.xls").read_bytes()

    with pytest.raises(refusals.FileNotWhatItSays, match=r"\.xls"):
        reading.open_register(data, "a.xlsx")
