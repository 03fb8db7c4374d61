"""`accounts`, `check` and `trail`."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from foundation import database
from foundation.books import papers
from receipts import integrity as document_integrity
from tests import factories
from tests.foundation.books.voucher_files import content, gift, written
from tests.foundation.cli.command_line import CommandLine


def post_gift(commands: CommandLine, folder: Path) -> None:
    path = written(folder, content(gift("1", "2026-01-08", "5.00")))
    commands.run("vouchers", "import", path, by="accountant")
    commands.run("vouchers", "review", "--all", by="reviewer")
    commands.run("vouchers", "post", "--all", by="reviewer")


def test_chart_of_the_year_is_listed_with_grades(commands: CommandLine) -> None:
    answer = commands.run("accounts", "list")
    assert answer["chart"] == "2024"
    found = {item["code"]: item for item in answer["accounts"]}
    assert (found["3201"]["grade"], found["3201"]["tag"]) == ("B", "prior_period_adjustment")
    assert (found["100201"]["own"], found["100201"]["grade"]) == (True, None)
    assert commands.run("accounts", "list", "--chart", "2004")["chart"] == "2004"


def test_detail_is_opened_and_closed(commands: CommandLine) -> None:
    opened = commands.run("accounts", "open", "100203", "工程专户", by="accountant")["account"]
    assert (opened["full_name"], opened["postable"]) == ("银行存款—工程专户", True)
    closing = ("accounts", "close", "100203", "--reason", "销户", "--date", "2026-03-01")
    assert commands.run(*closing, by="accountant")["account"]["closed_on"] == "2026-03-01"
    assert commands.refused(*closing, by="accountant")["code"] == "conflict"


@pytest.mark.parametrize(("code", "error"), [("1001", "conflict"), ("100299", "unknown_account")])
def test_prescribed_or_unknown_account_is_not_closed(
    commands: CommandLine, code: str, error: str
) -> None:
    closing = ("accounts", "close", code, "--reason", "不用了")
    assert commands.refused(*closing, by="accountant")["code"] == error


def test_account_with_a_balance_is_not_closed(commands: CommandLine, tmp_path: Path) -> None:
    post_gift(commands, tmp_path)
    error = commands.refused("accounts", "close", "100201", "--reason", "销户", by="accountant")
    assert "余额" in error["detail"]


def test_check_of_sound_books_finds_nothing(commands: CommandLine, tmp_path: Path) -> None:
    before = commands.run("check")
    post_gift(commands, tmp_path)
    after = commands.run("check", "--strict", by="auditor")
    assert (after["findings"], after["vouchers"]) == ([], 1)
    assert len(after["chain_head"]) == 64
    assert after["chain_head"] != before["chain_head"]


def test_check_names_the_file_that_is_not_what_was_stored(opened: Engine, tmp_path: Path) -> None:
    checks = (papers.file_check, document_integrity.file_check)
    commands = CommandLine(opened, tmp_path, file_checks=checks)
    post_gift(commands, tmp_path)
    with database.transaction(opened) as session:
        for name in ("回单.pdf", "协议.pdf"):
            papers.add(
                session,
                1,
                name=name,
                content=name.encode(),
                data_dir=tmp_path,
                actor="accountant",
                clock=factories.CLOCK,
            )
    assert commands.run("check")["findings"] == []

    changed, missing = sorted(path for path in (tmp_path / "files").rglob("*") if path.is_file())
    changed.write_bytes(b"another paper")
    missing.unlink()
    found = commands.run("check", code=1)["findings"]
    assert [(item["check"], item["row"]) for item in found] == [("voucher_files", "voucher #1")] * 2
    assert {item["detail"] for item in found} == {
        f"file {path.name} changed or missing" for path in (changed, missing)
    }


def test_check_names_the_voucher_that_was_changed_behind_the_services(
    opened: Engine, commands: CommandLine, tmp_path: Path
) -> None:
    post_gift(commands, tmp_path)
    with opened.begin() as connection:
        if opened.dialect.name == "sqlite":
            guards = (
                "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'voucher'"
            )
            for name in connection.execute(text(guards)).scalars().all():
                connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            connection.execute(text("ALTER TABLE voucher DISABLE TRIGGER ALL"))
        connection.execute(text("UPDATE voucher SET summary = '另一回事' WHERE id = 1"))
    answer = commands.run("check", code=1)
    assert [(item["check"], item["severity"]) for item in answer["findings"]] == [
        ("voucher_chain", "error")
    ]
    assert "记-2026-01-0001" in answer["findings"][0]["row"]
    plain = commands.invoke("check")
    assert (plain.exit_code, "voucher_chain" in plain.stdout) == (1, True)


def test_trail_lists_the_latest_first_and_by_subject(commands: CommandLine) -> None:
    commands.run("accounts", "open", "100203", "工程专户", by="accountant")
    records = commands.run("trail", "list", "--limit", "1", by="auditor")["records"]
    assert [(item["action"], item["actor"]) for item in records] == [("account.open", "accountant")]
    by_subject = commands.run("trail", "list", "--subject", "organisation", by="auditor")["records"]
    assert [item["action"] for item in by_subject] == [
        "letterhead.change",
        "organisation.initialise",
    ]
    assert commands.run("trail", "list", "--by", "nobody", by="auditor")["records"] == []
    assert commands.refused("trail", "list", by="accountant")["code"] == "not_allowed"
