"""The commands `audit …`: the same samples, questions and log as on the pages."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from foundation.auditing import commands
from tests import factories
from tests.databases import Databases
from tests.factories import cr, dr
from tests.foundation.cli import command_line
from tests.foundation.cli.command_line import CommandLine


def build(engine: Engine) -> None:
    """Books that `init` opened, with three vouchers."""
    command_line.initialise(engine)
    for number in (1, 2, 3):
        draft = factories.voucher(
            engine,
            dr("100201", "GEN", number * 1_000_00),
            cr("410101", "GEN", number * 1_000_00),
            on=factories.GIFT_DAY,
        )
        factories.book(engine, draft)


@pytest.fixture
def line(databases: Databases, tmp_path: Path) -> Iterator[CommandLine]:
    with databases.prepared("sqlite", "audit-commands", build) as engine:
        yield CommandLine(engine, tmp_path, extra=commands.COMMANDS)


def test_sample_is_drawn_and_drawn_again(line: CommandLine) -> None:
    asked = ("audit", "sample", "--period", "2026", "--method", "random", "--size", "2")
    first = line.run(*asked, "--seed", "7", by="auditor")
    second = line.run(*asked, "--seed", "7", by="auditor")

    assert first == second
    assert (first["count"], first["selected"], first["ties"]) == (6, 2, True)
    assert first["total"] == "12000.00"
    assert all(item["reference"].startswith("记-2026-01-") for item in first["items"])
    shown = line.invoke("audit", "sample", "--period", "2026", "--method", "threshold")
    assert shown.exit_code == 0
    assert "样本 6 项 12000.00" in shown.output


def test_sample_that_cannot_be_drawn_is_refused(line: CommandLine) -> None:
    wrong = ("audit", "sample", "--period", "2026", "--method", "bands", "--bands", "5")

    assert line.refused(*wrong, by="auditor")["code"] == "invalid"
    assert line.refused("audit", "sample", "--period", "2026", by="cashier")["code"]


def test_question_goes_its_way(line: CommandLine, tmp_path: Path) -> None:
    asked = ("--topic", "附件", "--text", "发票呢？", "--asked-by", "某事务所 甲")
    about = ("--about", "记-2026-01-0002", "--on", "2026-11-20")
    assert line.refused("audit", "record-query", *asked, *about, by="auditor")["code"] == (
        "not_allowed"
    )
    made = line.run("audit", "record-query", *asked, *about, by="accountant")
    paper = tmp_path / "发票.pdf"
    paper.write_bytes(b"%PDF-1")
    named = made["query"]

    line.run("audit", "answer", named, "--text", "见附件", "--file", str(paper), by="reviewer")
    (listed,) = line.run("audit", "queries", "--state", "answered", by="auditor")["queries"]
    line.run("audit", "close", named, by="reviewer")

    assert (listed["reference"], listed["answer"]) == (named, "见附件")
    assert listed["about"] == "记-2026-01-0002"
    assert line.run("audit", "queries", "--state", "open", by="auditor")["queries"] == []


def test_workbook_is_read(line: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "底稿.csv"
    file.write_text("编号,行号,询问\n记-2026-01-0001,1,在哪里？\n记-2026-01-0009,1,呢？\n", "utf-8")
    asked = ("audit", "read-workbook", str(file), "--asked-by", "某事务所 甲")

    done = line.run(*asked, by="accountant")

    assert (done["rows"], done["recorded"], done["duplicates"]) == (2, ["Q2026-0001"], 0)
    assert [row["row"] for row in done["rejected"]] == [3]
    assert line.run(*asked, by="accountant")["duplicates"] == 1


def test_log_is_listed(line: CommandLine) -> None:
    assert line.run("audit", "access", by="reviewer") == {"total": 0, "access": []}
    assert line.refused("audit", "access", by="accountant")["code"] == "not_allowed"
