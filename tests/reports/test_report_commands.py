"""`foundation reports list` and `foundation reports run`."""

import json
from collections.abc import Iterator

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook
from sqlalchemy import Engine

from foundation import cli
from reports import cli as report_cli
from reports import registry
from tests import factories, serving
from tests.databases import Databases
from tests.reports import book_cases


def build(engine: Engine) -> None:
    """The books of the reports as an initialised organisation has them."""
    book_cases.build(engine)
    serving.add_people(engine)
    factories.install_organisation(engine)


@pytest.fixture(scope="module")
def served(databases: Databases) -> Iterator[Engine]:
    with databases.prepared("sqlite", "report-commands", build) as found:
        yield found


@pytest.fixture
def run(served, tmp_path):
    root = cli.build_cli(extra=report_cli.COMMANDS, clock=factories.CLOCK)
    environ = {
        "DATABASE_URL": served.url.render_as_string(hide_password=False),
        "DATA_DIR": str(tmp_path),
        "FOUNDATION_USER": "",
    }

    def call(*arguments):
        return CliRunner().invoke(root, arguments, env=environ)

    return call


def test_list_names_every_report(run):
    answer = run("--json", "reports", "list")

    assert answer.exit_code == 0, answer.output
    listed = json.loads(answer.stdout)["reports"]
    assert [item["id"] for item in listed] == [report.id for report in registry.REPORTS]
    assert "trial_balance" in run("reports", "list").stdout


def test_run_with_json_prints_one_document(run):
    answer = run("--json", "reports", "run", "trial_balance", "--period", "2026-Q1")

    assert answer.exit_code == 0, answer.output
    document = json.loads(answer.stdout)
    assert document["organisation"] == "测试大学教育发展基金会"
    assert document["totals"]["period_debit"] == document["totals"]["period_credit"]
    assert document["rows"][0].keys() == {column["key"] for column in document["columns"]}


def test_run_shows_a_table_to_people(run):
    answer = run("reports", "run", "fund_roll_forward", "--period", "2026-Q1")

    assert answer.exit_code == 0, answer.output
    lines = answer.stdout.splitlines()
    assert lines[0].startswith("测试大学教育发展基金会 基金变动表 2026年第1季度 草稿")
    assert any("限定性小计" in line for line in lines)
    assert any(line.startswith("合计") for line in lines)


@pytest.mark.parametrize("form", ["csv", "json"])
def test_text_formats_go_to_standard_output(run, form):
    answer = run("reports", "run", "journal", "--period", "2026-01", "--format", form)

    assert answer.exit_code == 0, answer.output
    assert answer.stdout.startswith("\ufeff日期" if form == "csv" else "{")


@pytest.mark.parametrize("form", ["xlsx", "pdf"])
def test_other_formats_need_a_file(run, form):
    answer = run("reports", "run", "journal", "--period", "2026-01", "--format", form)

    assert answer.exit_code == 2
    assert "--out" in answer.stderr


@pytest.mark.parametrize("form", ["json", "csv", "xlsx", "pdf"])
def test_file_is_written_in_the_format_of_its_name(run, tmp_path, form):
    out = tmp_path / f"book.{form}"

    answer = run("reports", "run", "general_ledger", "--period", "2026-Q1", "--out", str(out))

    assert answer.exit_code == 0, answer.output
    assert answer.stdout == ""
    assert str(out) in answer.stderr
    assert out.stat().st_size > 500
    assert list(tmp_path.glob(".*")) == []
    if form == "xlsx":
        assert load_workbook(out).active["A1"].value == "总账"


def test_file_and_document_together(run, tmp_path):
    out = tmp_path / "book.data"

    answer = run(
        *("--json", "reports", "run", "trial_balance", "--period", "2026-Q1"),
        *("--format", "csv", "--out", str(out)),
    )

    assert answer.exit_code == 0, answer.output
    assert json.loads(answer.stdout)["id"] == "trial_balance"
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")


def test_refusal_leaves_no_file_behind(run, tmp_path):
    out = tmp_path / "book.xlsx"

    answer = run("reports", "run", "trial_balance", "--fund", "NOPE", "--out", str(out))

    assert answer.exit_code == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("nonsense",), "unknown_report"),
        (("trial_balance", "--period", "2019"), "unknown_period"),
        (("trial_balance", "--period", "soon"), "invalid"),
        (("trial_balance", "--account", "1001"), "invalid"),
        (("subsidiary_ledger", "--account", "9999"), "unknown_account"),
    ],
)
def test_what_is_refused_has_a_code(run, arguments, code):
    answer = run("--json", "reports", "run", *arguments)

    assert answer.exit_code == 1
    assert json.loads(answer.stdout)["error"]["code"] == code


def test_filters_are_options(run):
    answer = run(
        *("--json", "reports", "run", "trial_balance", "--period", "2026-02"),
        *("--fund", "SCHOL", "--by", "fund", "--ytd", "--closing", "excluded"),
    )

    document = json.loads(answer.stdout)
    assert {row["fund"] for row in document["rows"]} == {"SCHOL"}
    assert "ytd_debit" in document["totals"]


@pytest.mark.parametrize(
    ("role", "report_id", "exit_code"),
    [
        ("auditor", "trial_balance", 0),
        ("cashier", "cash_journal", 0),
        ("cashier", "trial_balance", 1),
        ("administrator", "cash_journal", 1),
    ],
)
def test_named_person_needs_the_permission(run, role, report_id, exit_code):
    answer = run("--as", role, "--json", "reports", "run", report_id, "--period", "2026-01")

    assert answer.exit_code == exit_code, answer.output
