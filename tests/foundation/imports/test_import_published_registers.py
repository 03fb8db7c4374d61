"""The registers that two charities published, imported whole: every row, to the fen."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from foundation import database
from ledger import periods
from ledger.vouchers import Voucher, VoucherState
from tests.factories import BANK, CLOCK, PREPARER
from tests.foundation.imports import import_cases
from tests.foundation.imports.import_cases import bring, imported, post_everything, turnover

REGISTERS = Path(__file__).parents[4] / "shared" / "data" / "registers"

beside_the_project = pytest.mark.skipif(
    not REGISTERS.is_dir(), reason="published registers are not beside the project"
)
PUBLISHED = {
    "hubei-2020-01-25.xls": (60, 3_482_232_11, True, None),
    "hubei-2020-01-26.xls": (1_633, 38_422_322_24, True, None),
    "wuhan-2020-02-01.xlsx": (101, 17_957_682_45, None, date(2020, 2, 1)),
}


def open_2020(engine: Engine) -> None:
    with database.transaction(engine) as session:
        periods.open_through(session, 202001, 202002, actor=PREPARER, clock=CLOCK)


def bring_published(engine: Engine, name: str, **changes: Any) -> Any:
    data = (REGISTERS / name).read_bytes()
    return bring(engine, data, filename=name, default_date=PUBLISHED[name][3], **changes)


@pytest.mark.register
@beside_the_project
@pytest.mark.parametrize("name", PUBLISHED)
@pytest.mark.parametrize("daily", [False, True])
def test_published_register_is_imported_and_shown_by_the_trial_balance(
    books: Engine, name: str, daily: bool
) -> None:
    open_2020(books)
    rows, total, ties, _date = PUBLISHED[name]
    result = bring_published(books, name, daily=daily)

    assert (result.imported, result.examination.total_minor) == (rows, total)
    assert result.examination.ties is ties
    assert imported(books) == (rows, total)
    post_everything(books)
    months = [turnover(books, BANK, month, chart="2004") for month in (202001, 202002)]
    assert sum(debit for debit, _ in months) == total
    incomes = [turnover(books, "410102", month, chart="2004") for month in (202001, 202002)]
    assert sum(credit for _, credit in incomes) == total
    assert import_cases.findings(books) == []
    assert bring_published(books, name, daily=daily).imported == 0
    assert imported(books) == (rows, total)


@pytest.mark.register
@beside_the_project
def test_second_published_register_repeats_58_gifts_of_the_first(books: Engine) -> None:
    open_2020(books)
    bring_published(books, "hubei-2020-01-25.xls")
    second = bring_published(books, "hubei-2020-01-26.xls")

    assert len(second.examination.duplicates) == 58
    assert second.imported == 1_633 - 58
    assert second.examination.ties is True
    post_everything(books)
    assert import_cases.findings(books) == []
    with database.reading(books) as session:
        states = set(session.execute(select(Voucher.state).distinct()).scalars())
    assert states == {VoucherState.POSTED}
