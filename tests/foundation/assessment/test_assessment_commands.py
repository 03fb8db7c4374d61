"""The commands, the score sheet as a report, and file 44 of the audit pack."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from foundation import database
from foundation.assessment import choosing, commands, scoring
from reports import assessment, registry
from reports.audit_pack import assessment_files, packing
from reports.tables import Table
from tests.databases import Databases
from tests.factories import CLOCK
from tests.foundation.assessment import assessment_cases
from tests.foundation.assessment.assessment_cases import WHO, add_paper, choose, do, workbook
from tests.foundation.cli.command_line import CommandLine


@pytest.fixture
def sheet_books(databases: Databases) -> Iterator[Engine]:
    with databases.prepared("sqlite", "assessment", assessment_cases.build) as found:
        yield found


@pytest.fixture
def line(sheet_books: Engine, tmp_path: Path) -> CommandLine:
    extra = commands.commands(assessment.PROBES)
    return CommandLine(sheet_books, tmp_path, extra=extra)


def report(engine: Engine, period: str = "2026") -> Table:
    """Run the score sheet."""
    with database.reading(engine) as session:
        return registry.run(session, assessment.ID, {"period": period}, clock=CLOCK)


def test_show_lists_indicators_with_points_and_gaps(line: CommandLine) -> None:
    found = line.run("assessment", "show")
    said = line.invoke("assessment", "show").output

    assert found["total"]["stated"] == "80"
    assert len(found["indicators"]) == 20
    assert "缺会计负责人职称证书" in said
    assert "80/80" in said


def test_check_asks_the_books_and_keeps_the_answers(line: CommandLine) -> None:
    assert line.run("assessment", "show")["checked_at"] is None
    found = line.run("assessment", "check", by="accountant")

    assert {one["verdict"] for one in found["probes"]} <= {"met", "not_met", "unclear"}
    assert line.run("assessment", "show")["checked_at"] is not None


@pytest.mark.parametrize("person", ["auditor", "reviewer", "administrator"])
def test_only_an_accountant_keeps_answers(line: CommandLine, person: str) -> None:
    assert line.refused("assessment", "check", by=person)["code"] == "not_allowed"


def test_rubrics_are_listed_with_what_is_known(line: CommandLine) -> None:
    found = line.run("assessment", "rubrics", "list")
    known = {one["version"]: one["known_points"] for one in found["rubrics"]}

    assert found["chosen"] == "jiangsu-2.4"
    assert known == {"jiangsu-2.4": "80", "national-heads": "225", "hubei-skeleton": "0"}


def test_file_of_a_rubric_is_checked(line: CommandLine, tmp_path: Path) -> None:
    good, bad = tmp_path / "好.xlsx", tmp_path / "坏.xlsx"
    good.write_bytes(workbook(("内部治理（9分）", "财务", "账务", "规范", 3, "查")))
    bad.write_bytes(workbook(("内部治理", "财务", "账务", "规范", "三", "查")))
    found = line.run("assessment", "rubrics", "check", str(good))
    refused = line.refused("assessment", "rubrics", "check", str(bad))

    assert found["indicators"] == 1
    assert found["remarks"] == ["内部治理：标明 9 分，所列指标合计 3 分"]
    assert refused["code"] == "bad_rubric"
    assert "第 2 行" in refused["detail"]


def test_evidence_is_exported_with_its_digest(
    line: CommandLine, sheet_books: Engine, tmp_path: Path
) -> None:
    do(sheet_books, add_paper, tmp_path, first_year=2025)
    out = tmp_path / "evidence.zip"
    found = line.run("assessment", "evidence", "export", "--out", str(out))
    again = line.run("assessment", "evidence", "export", "--out", str(out))

    assert found["papers"] == 1
    assert found["sha256"] == again["sha256"]


def test_score_sheet_has_the_columns_of_the_form_and_leaves_the_panel_empty(
    sheet_books: Engine, tmp_path: Path
) -> None:
    do(sheet_books, add_paper, tmp_path, first_year=2025)
    with database.transaction(sheet_books) as session:
        held = choosing.get_chosen(session)
        scoring.score(session, held, "2.4.10.1", given="4.5", note="", **WHO)
    table = report(sheet_books)
    rows = [row.cells for row in table.rows]
    audit = next(cells for cells in rows if "年度审计报告、年度专项信息审核报告" in cells)

    assert [column.title.zh for column in table.columns] == [
        "一级指标",
        "二级指标",
        "三级指标",
        "评分与计分",
        "评定方法与说明",
        "标准分值",
        "自评计分",
        "评估小组计分",
        "评估委员会计分",
        "证据文件号",
    ]
    assert audit[5:] == ("5", "4.5", "", "", "45 E0001")
    assert rows[-1][5:7] == ("80", "4.5")


def test_sheet_of_unknown_points_says_so(sheet_books: Engine) -> None:
    do(sheet_books, choose, "hubei-skeleton")
    table = report(sheet_books)
    rows = [row.cells for row in table.rows]

    assert {cells[5] for cells in rows[:-1]} == {"未取得"}
    assert any("12 项指标的分值未取得" in note.zh for note in table.notes)


def test_file_44_is_of_the_years_that_are_assessed(sheet_books: Engine) -> None:
    def build(year: int) -> Any:
        with database.reading(sheet_books) as session:
            asked = packing.year_parameters(session, year, clock=CLOCK)
            return assessment_files.self_assessment(session, asked)

    do(
        sheet_books,
        choosing.choose,
        "jiangsu-2.4",
        first_year=2026,
        last_year=2026,
        founding_minor=None,
        reason="",
        **WHO,
    )

    assert len(list(build(2026).rows)) == 20
    assert list(build(2025).rows) == []
    assert "不在评估年度" in build(2025).notes[0].zh
