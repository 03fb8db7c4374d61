"""The command line hands in, lists, waives, explains and approves; roles hold as on the pages."""

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from sqlalchemy import Engine

from foundation import cli
from foundation.evidence import commands
from reports.audit_pack import joining
from tests.factories import CLOCK
from tests.foundation.evidence import evidence_tables as tables


def run(engine: Engine, folder: Path, *arguments: str, who: str = "") -> tuple[int, Any]:
    joined = joining.joined(lambda _: ())
    root = cli.build_cli(extra=commands.commands(joined), clock=CLOCK)
    environ = {
        "DATABASE_URL": engine.url.render_as_string(hide_password=False),
        "DATA_DIR": str(folder),
    }
    named = ["--as", who] if who else []
    result = CliRunner().invoke(root, ["--json", *named, "evidence", *arguments], env=environ)
    return result.exit_code, json.loads(result.stdout)


def test_year_is_put_in_order_by_commands(served: Engine, tmp_path: Path) -> None:
    payroll = tmp_path / "工资.xlsx"
    payroll.write_bytes(tables.payroll(staff=tables.STAFF[:1], top=tables.TOP[:1]))
    code, made = run(
        served, tmp_path, "upload", "payroll", str(payroll), "--year", "2026", who="accountant"
    )
    assert (code, made["rows"]) == (0, 2)
    minutes = tmp_path / "纪要.pdf"
    minutes.write_bytes(b"%PDF-1.4")
    run(served, tmp_path, "upload", "minutes", str(minutes), "--year", "2026", who="accountant")
    code, _ = run(
        served, tmp_path, "waive", "audit_reports", "--year", "2026", "--reason", "尚未审计",
        who="accountant",
    )  # fmt: skip
    assert code == 0
    code, listed = run(served, tmp_path, "list", "--year", "2026")
    assert (code, listed["missing"]) == (0, [])
    assert [paper["file_name"] for paper in listed["papers"]] == ["纪要.pdf"]
    states = {item["kind"]: item["state"] for item in listed["tables"]}
    assert (states["payroll"], states["audit_reports"]) == ("there", "waived")


def test_flaws_are_told_by_row_and_nothing_is_kept(served: Engine, tmp_path: Path) -> None:
    wrong = tmp_path / "工资.xlsx"
    wrong.write_bytes(tables.payroll(staff=[(*tables.STAFF[0][:4], "若干", "0")]))
    code, answer = run(
        served, tmp_path, "upload", "payroll", str(wrong), "--year", "2026", who="accountant"
    )
    assert (code, answer["error"]["code"]) == (1, "evidence_table_refused")
    assert "payroll" in run(served, tmp_path, "list", "--year", "2026")[1]["missing"]


def test_difference_is_explained_and_approved_by_two(served: Engine, tmp_path: Path) -> None:
    asked = ("explain", "CT11", "--year", "2026", "--reason", "台账启用前的捐赠")
    assert run(served, tmp_path, *asked, who="auditor")[1]["error"]["code"] == "not_allowed"
    code, made = run(served, tmp_path, *asked, who="accountant")
    assert code == 0
    own = run(served, tmp_path, "approve", str(made["id"]), who="accountant")
    assert own[1]["error"]["code"] == "not_allowed"
    code, answer = run(served, tmp_path, "approve", str(made["id"]), who="reviewer")
    assert (code, answer["approved_by"]) == (0, "reviewer")
    nothing = run(served, tmp_path, "explain", "CT05", "--year", "2026", "--reason", "x",
                  who="accountant")  # fmt: skip
    assert nothing[1]["error"]["code"] == "control_holds"


def test_template_is_written_and_unknown_kinds_are_named(served: Engine, tmp_path: Path) -> None:
    out = tmp_path / "模板.xlsx"
    code, _ = run(served, tmp_path, "template", "payroll", "--year", "2026", "--out", str(out))
    assert (code, out.read_bytes()[:2]) == (0, b"PK")
    unknown = run(served, tmp_path, "template", "x", "--year", "2026", "--out", str(out))
    assert unknown[1]["error"]["code"] == "unknown_evidence"
