"""The bank on the command line, its report, its checks, and a process that dies."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from foundation import database
from foundation.banking import commands as bank_commands
from foundation.banking import importing, integrity
from foundation.banking.models import BankLine
from ledger.integrity import Finding
from ledger.integrity import run as check
from reports import registry
from tests.databases import DIALECTS, Databases
from tests.factories import BANK, CLOCK
from tests.foundation.banking import bank_cases
from tests.foundation.banking.bank_cases import Row
from tests.foundation.cli import command_line
from tests.foundation.cli.command_line import CommandLine
from tests.migrations.violations import drop_guards

CLOSE = (
    "UPDATE period SET state = 'closed', closed_by = 'x', digest = 'x',"
    " closed_at = CURRENT_TIMESTAMP WHERE id = 202601"
)
LINES: list[Row] = [
    ("2026-01-15", "捐款", 100_00, "王敏", "SN0000000001"),
    ("2026-01-30", "手续费", -1_50, "", "SN0000000002"),
]


@pytest.fixture
def opened(databases: Databases) -> Iterator[Engine]:
    with databases.prepared("sqlite", "opened_bank", command_line.initialise) as found:
        yield found


@pytest.fixture
def commands(opened: Engine, tmp_path: Path) -> CommandLine:
    line = CommandLine(opened, tmp_path, extra=bank_commands.COMMANDS)
    line.environ["SECRET_KEY"] = "a key for tests, 0123456789 and more"
    return line


@pytest.fixture
def statement(tmp_path: Path) -> str:
    path = tmp_path / "对账单.csv"
    path.write_bytes(bank_cases.csv_of(LINES, opening=5_00))
    return str(path)


def test_month_from_the_statement_to_the_review(
    opened: Engine, commands: CommandLine, statement: str
) -> None:
    looked = commands.run("bank", "import", statement, "--account", BANK, "--dry-run", by="cashier")
    assert (looked["new"], looked["imported"]) == (2, 0)
    done = commands.run("bank", "import", statement, "--account", BANK, by="cashier")
    assert (done["imported"], done["closing"]) == (2, "103.50")
    again = commands.run("bank", "import", statement, "--account", BANK, by="cashier")
    assert (again["imported"], again["duplicates"]) == (0, 2)
    bank_cases.gift(opened, "王敏", 100_00, date(2026, 1, 15))
    matched = commands.run("bank", "match", by="cashier")
    assert (matched["matched"], matched["open"]) == (1, 1)
    status = commands.run("bank", "status", "--period", "2026-01")
    (account,) = [one for one in status["accounts"] if one["account"] == BANK]
    assert account["months"][0]["state"] == "unreconciled"
    which = ["--account", BANK, "--period", "2026-01"]
    shown = commands.run("bank", "reconcile", *which, "--show")
    assert (shown["difference"], shown["bank_paid"]) == ("-5.00", "1.50")
    refused = commands.refused("bank", "reconcile", *which, by="cashier")
    assert refused["code"] == "difference_unexplained"
    commands.run("bank", "reconcile", *which, "--explain", "开户余额", by="cashier")
    same = commands.refused("bank", "reconcile", *which, "--review", by="cashier")
    assert same["code"] == "not_allowed"
    kept = commands.run("bank", "reconcile", *which, "--review", by="reviewer")["kept"]
    assert (kept["state"], kept["explanation"]) == ("reviewed", "开户余额")
    lines = commands.invoke("bank", "reconcile", *which, "--show").stdout
    assert "银行对账单余额" in lines
    withdrawn = commands.run("bank", "reconcile", *which, "--withdraw", "重做", by="cashier")
    assert withdrawn["kept"] is None


def test_columns_may_be_said_and_accounts_changed(
    opened: Engine, commands: CommandLine, tmp_path: Path
) -> None:
    path = tmp_path / "odd.csv"
    path.write_text("甲,乙\n2026-01-15,100.00\n2026-01-16,-1.00\n", encoding="utf-8")
    args = ["bank", "import", str(path), "--account", BANK, "--opening", "0"]
    assert commands.refused(*args, by="cashier")["code"] == "no_statement_found"
    said = ["--mapping", "date=1", "--mapping", "amount=2", "--mapping", "header=1"]
    assert commands.run(*args, *said, by="cashier")["imported"] == 2
    wrong = commands.refused(*args, "--mapping", "day=1", by="cashier")
    assert wrong["code"] == "mapping_invalid"
    idle = ["bank", "idle", "--account", BANK, "--through", "2026-02-28", "--balance", "99.00"]
    assert commands.run(*idle, by="cashier")["statement"] > 0
    changed = commands.run(
        "bank",
        "account",
        BANK,
        "--bank",
        "示例银行",
        "--required-from",
        "2026-02",
        "--reason",
        "制度",
        by="reviewer",
    )
    assert (changed["bank"], changed["required_from"]) == ("示例银行", "2026-02")
    assert commands.refused("bank", "match", "--account", "1101", by="cashier")["code"] == (
        "unknown_bank_account"
    )


def test_report_shows_both_sides_and_the_two_persons(opened: Engine) -> None:
    bank_cases.bring(opened, bank_cases.csv_of(LINES))
    bank_cases.prepare(opened, 202601)
    with database.reading(opened) as session:
        table = registry.run(session, "bank_reconciliation", {"period": "2026-01"}, clock=CLOCK)
        rows = list(table.rows)
        last = rows[-1].cells
        assert (last[5], last[7], last[8]) == (0, "cashier", None)
        assert "100202" in table.notes[0].zh
        assert sum(1 for row in rows if row.level == 1) == 2


def findings(engine: Engine) -> list[Finding]:
    with database.reading(engine) as session:
        return list(check(session, integrity.CHECKS))


@pytest.fixture(params=DIALECTS)
def harmed(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    with databases.prepared(request.param, "opened_bank", command_line.initialise) as found:
        bank_cases.gift(found, "王敏", 100_00, date(2026, 1, 15))
        bank_cases.bring(found, bank_cases.csv_of(LINES))
        bank_cases.match(found)
        bank_cases.prepare(found, 202601)
        yield found


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        (
            "UPDATE bank_line SET amount_minor = 200 WHERE amount_minor < 0",
            "bank_statement_runs_on",
        ),
        ("UPDATE bank_statement SET imported_count = 7", "bank_statement_complete"),
        ("UPDATE bank_match_line SET is_live = FALSE", "bank_match_equal"),
        ("UPDATE bank_line SET amount_minor = 1 WHERE amount_minor > 0", "bank_match_equal"),
        ("UPDATE bank_reconciliation_item SET amount_minor = 1", "bank_reconciliation_whole"),
        (CLOSE, "bank_reconciled_before_close"),
    ],
)
def test_check_names_what_somebody_changed(harmed: Engine, statement: str, name: str) -> None:
    assert findings(harmed) == []
    with harmed.begin() as connection:
        drop_guards(connection)
        connection.execute(text(statement))
    assert name in {finding.check for finding in findings(harmed)}


def test_import_that_dies_leaves_nothing(opened: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(importing.trail, "record", dies)
    with pytest.raises(KeyboardInterrupt):
        bank_cases.bring(opened, bank_cases.csv_of(LINES))
    monkeypatch.undo()
    with database.reading(opened) as session:
        assert session.query(BankLine).count() == 0
    assert bank_cases.bring(opened, bank_cases.csv_of(LINES)).imported == 2
