"""Other tools find our balances, on the demo foundation and on the published worked year."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine

from foundation import database
from ledger import balances
from reports.interchange import files
from tests.databases import Databases
from tests.foundation.demo import demo_cases
from tests.scenarios import worked_year
from tests.scenarios.worked_year import Year

HLEDGER = shutil.which("hledger")
BEANCOUNT = """
import json, sys
from beancount import loader
from beancount.core import data
entries, errors, _ = loader.load_file(sys.argv[1])
found = {}
for entry in entries:
    for leg in entry.postings if isinstance(entry, data.Transaction) else ():
        found[leg.account] = found.get(leg.account, 0) + leg.units.number
told = [str(error) for error in errors], [str(amount) for amount in found.values()]
json.dump(told, sys.stdout)
"""


@pytest.fixture(scope="module", params=["demo", "worked year"])
def books(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    if request.param == "demo":
        with databases.prepared("sqlite", "demo", demo_cases.build) as engine:
            yield engine
        return
    if not worked_year.FILE.is_file():
        pytest.skip(worked_year.ABSENT)
    with databases.empty("sqlite") as engine:
        url = engine.url.render_as_string(hide_password=False)
        Year(url, tmp_path_factory.mktemp("data")).bring()
        yield engine


def ours(books: Engine) -> list[Decimal]:
    """Return every balance of an account in a fund that is not zero, in order."""
    with database.reading(books) as session:
        minors = balances.balances_at(session, 999912, by_fund=True).values()
    return sorted(Decimal(minor) / 100 for minor in minors if minor)


@pytest.mark.skipif(
    HLEDGER is None, reason="hledger is not installed (Debian: apt-get install hledger)"
)
def test_hledger_has_our_balances(books: Engine, tmp_path: Path) -> None:
    path = tmp_path / "books.journal"
    with database.reading(books) as session, path.open("wb") as stream:
        files.hledger(session, stream)
    assert HLEDGER is not None
    answer = subprocess.run(
        [HLEDGER, "--file", str(path), "balance", "--flat", "--no-total", "--output-format=json"],
        capture_output=True,
        text=True,
        check=True,
        env={"LANG": "C.UTF-8", "PATH": ""},
    )
    theirs = [
        Decimal(each["aquantity"]["decimalMantissa"]).scaleb(-each["aquantity"]["decimalPlaces"])
        for *_, amounts in json.loads(answer.stdout)[0]
        for each in amounts
    ]
    assert sorted(theirs) == ours(books) != []


def test_beancount_has_our_balances(books: Engine, tmp_path: Path) -> None:
    path = tmp_path / "books.beancount"
    with database.reading(books) as session, path.open("wb") as stream:
        files.beancount(session, stream)
    answer = subprocess.run(
        [sys.executable, "-c", BEANCOUNT, str(path)], capture_output=True, text=True, check=True
    )
    errors, amounts = json.loads(answer.stdout)
    assert errors == []
    assert sorted(Decimal(text) for text in amounts if Decimal(text)) == ours(books) != []
