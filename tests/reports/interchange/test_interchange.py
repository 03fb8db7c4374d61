"""The books leave for other tools, and those tools find the same balances."""

import io
import json
import shutil
import subprocess
import sys
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from lxml import etree
from sqlalchemy import Engine

from foundation import cli, database
from ledger import balances, catalogue, funds
from ledger.balances import Span
from ledger.funds import Restriction
from ledger.money import to_text
from ledger.vouchers import Voucher
from reports.interchange import commands, elements
from tests import factories, serving
from tests.databases import DIALECTS, Databases
from tests.factories import BANK, cr, dr
from tests.reports import book_cases

ODD = '一句“话”; "quoted" \\ | 换\n行 ＋＝'
HLEDGER = shutil.which("hledger")
needs_hledger = pytest.mark.skipif(
    HLEDGER is None, reason="hledger is not installed (Debian: apt-get install hledger)"
)
Run = Callable[..., Result]


def build(engine: Engine) -> None:
    """The books of the reports, two funds whose codes differ in a sign, and an odd summary."""
    book_cases.build(engine)
    serving.add_people(engine)
    with database.transaction(engine) as session:
        for code in ("a-b", "a_b"):
            funds.open_fund(
                session,
                code=code,
                name=f"基金 {code}",
                restriction=Restriction.NONE,
                actor="accountant",
                clock=factories.CLOCK,
            )
    factories.install_organisation(engine)
    for code in ("a-b", "a_b"):
        rows = (dr(BANK, code, 7_00), cr("410101", code, 7_00))
        factories.book(engine, factories.voucher(engine, *rows, on=date(2026, 3, 30), summary=ODD))


@pytest.fixture(scope="module", params=DIALECTS)
def kept(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    with databases.prepared(request.param, "interchange", build) as found:
        yield found


@pytest.fixture
def run(kept: Engine, tmp_path: Path) -> Run:
    root = cli.build_cli(extra=commands.COMMANDS, clock=factories.CLOCK)
    environ = {
        "DATABASE_URL": kept.url.render_as_string(hide_password=False),
        "DATA_DIR": str(tmp_path),
    }

    def call(*arguments: str) -> Result:
        return CliRunner().invoke(root, ["--json", *arguments], env=environ)

    return call


def exported(run: Run, *arguments: str) -> dict[str, Any]:
    answer = run("export", *arguments)
    assert answer.exit_code == 0, answer.output
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


def bean_check(path: Path) -> subprocess.CompletedProcess[str]:
    script = "from beancount.scripts.check import main; main()"
    command = [sys.executable, "-c", script, str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def hledger(path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    assert HLEDGER is not None
    command = [HLEDGER, "--file", str(path), *arguments]
    environ = {"LANG": "C.UTF-8", "PATH": ""}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environ)


def test_counts_are_those_of_the_books(run: Run, kept: Engine, tmp_path: Path) -> None:
    done = exported(run, "beancount", "--out", str(tmp_path / "books.beancount"))
    with database.reading(kept) as session:
        posted = session.query(Voucher).where(Voucher.number.is_not(None)).count()
    assert done["vouchers"] == posted
    assert done["lines"] > 2 * posted - 1


def test_beancount_accepts_the_books_and_their_balances(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "books.beancount"
    exported(run, "beancount", "--out", str(path))
    checked = bean_check(path)
    assert (checked.returncode, checked.stderr) == (0, "")


def test_beancount_finds_an_amount_that_was_changed(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "books.beancount"
    exported(run, "beancount", "--out", str(path))
    lines = path.read_text(encoding="utf-8").splitlines()
    changed = [line.replace("7.00", "8.00") if line.startswith("  ") else line for line in lines]
    assert changed != lines
    path.write_text("\n".join(changed), encoding="utf-8")
    checked = bean_check(path)
    assert checked.returncode != 0
    assert "Balance failed" in checked.stderr


@needs_hledger
def test_hledger_accepts_the_books_and_their_balances(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "books.journal"
    exported(run, "hledger", "--out", str(path))
    checked = hledger(path, "check", "--strict")
    assert (checked.returncode, checked.stderr) == (0, "")


@needs_hledger
def test_hledger_has_our_balance_of_every_account_and_fund(
    run: Run, kept: Engine, tmp_path: Path
) -> None:
    path = tmp_path / "books.journal"
    exported(run, "hledger", "--out", str(path))
    answer = hledger(path, "balance", "--flat", "--no-total", "--output-format=json")
    theirs = sorted(
        (name, Decimal(str(amounts[0]["aquantity"]["decimalMantissa"])))
        for name, _, _, amounts in json.loads(answer.stdout)[0]
        if amounts
    )
    with database.reading(kept) as session:
        ours = list(balances.balances_at(session, 202612, by_fund=True).values())
    assert sorted(amount for _, amount in theirs) == sorted(Decimal(minor) for minor in ours)


def test_export_stops_at_the_period_that_is_named(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "books.beancount"
    whole = exported(run, "beancount", "--out", str(path))
    part = exported(run, "beancount", "--out", str(path), "--to", "2025-12")
    assert 0 < part["vouchers"] < whole["vouchers"]
    assert bean_check(path).returncode == 0


def archive(run: Run, tmp_path: Path) -> zipfile.ZipFile:
    path = tmp_path / "books.zip"
    exported(run, "gbt24589", "--out", str(path), "--year", "2026")
    return zipfile.ZipFile(io.BytesIO(path.read_bytes()))


@pytest.mark.parametrize("root", ["公共档案", "总账"])
def test_interface_file_keeps_to_its_schema(run: Run, tmp_path: Path, root: str) -> None:
    with archive(run, tmp_path) as files:
        schema = etree.XMLSchema(etree.fromstring(files.read(f"{root}.xsd")))
        document = etree.fromstring(files.read(f"2026/{root}.xml"))
    schema.assertValid(document)
    document[0].remove(document[0][0])
    assert not schema.validate(document)


def test_interface_file_has_the_lines_and_balances_of_the_books(
    run: Run, kept: Engine, tmp_path: Path
) -> None:
    space = {"n": elements.standard().namespace}
    with archive(run, tmp_path) as files:
        content = files.read("2026/总账.xml")
    assert b"GB18030" in content[:60].upper()
    document = etree.fromstring(content)
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for row in document.findall("n:记账凭证", space):
        value = {etree.QName(part).localname: part.text or "" for part in row}
        totals[value["记账凭证编号"]] += Decimal(value["借方本币金额"])
        totals[value["记账凭证编号"]] -= Decimal(value["贷方本币金额"])
    assert totals
    assert set(totals.values()) == {Decimal(0)}
    written = set()
    for row in document.findall("n:科目余额及发生额", space):
        value = {etree.QName(part).localname: part.text or "" for part in row}
        if value["会计期间号"] == "3":
            sign = "" if value["期末余额方向"] == "借" or value["期末本币余额"] == "0.00" else "-"
            written.add((value["科目编号"], value["辅助项1编号"], sign + value["期末本币余额"]))
    with database.reading(kept) as session:
        known = catalogue.load(session)
        read = {
            (
                known.accounts[row.account_id].code,
                known.funds[row.fund_id or 0].code,
                to_text(row.closing_minor),
            )
            for row in balances.trial_balance(session, Span.of_period(202603), by_fund=True)
        }
    assert written == read


def test_same_books_give_the_same_bytes(run: Run, tmp_path: Path) -> None:
    for kind in ("beancount", "hledger", "gbt24589"):
        first, second = tmp_path / "first", tmp_path / "second"
        exported(run, kind, "--out", str(first))
        exported(run, kind, "--out", str(second))
        assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("gbt24589", "--edition", "2024"), "edition_unverified"),
        (("gbt24589", "--year", "1999"), "invalid"),
        (("beancount", "--to", "soon"), "invalid"),
    ],
)
def test_what_cannot_be_exported_leaves_no_file(
    run: Run, tmp_path: Path, arguments: tuple[str, ...], code: str
) -> None:
    out = tmp_path / "refused"
    answer = run("export", *arguments, "--out", str(out))
    assert answer.exit_code == 1
    assert json.loads(answer.stdout)["error"]["code"] == code
    assert list(tmp_path.iterdir()) == []
