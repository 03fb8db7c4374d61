"""Commands that calculate without books: capitals, matching cases, ratios."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from foundation.cli import build_cli
from foundation.matching import commands as matching
from foundation.receipting import commands as receipting
from reports.ratios import commands as ratios

DATA = Path(__file__).parents[4] / "shared" / "data"
needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason="published data is not beside the project"
)


def run(*arguments: str) -> Result:
    extra = [*receipting.COMMANDS, *matching.COMMANDS, *ratios.COMMANDS]
    return CliRunner().invoke(build_cli(extra), ["--json", *arguments])


def test_amounts_are_written_in_capitals() -> None:
    answer = json.loads(run("capitals", "1409.50", "6007.14").stdout)
    assert answer == {"capitals": ["壹仟肆佰零玖元伍角整", "陆仟零柒元壹角肆分"]}


@pytest.mark.parametrize("amount", ["0", "-1", "1.005", "NaN", "1e3", "壹"])
def test_what_is_no_amount_is_refused(amount: str) -> None:
    result = run("capitals", "--", amount)
    assert result.exit_code == 1
    assert json.loads(result.stdout)["error"]["code"] in {"invalid_amount", "invalid_capitals"}


def test_shipped_schemes_are_listed() -> None:
    listed = json.loads(run("schemes", "list").stdout)["schemes"]
    assert len(listed) == 25
    assert {"id", "title", "status", "grade"} <= set(listed[0])


def test_mistakes_of_a_scheme_file_are_named_with_their_lines(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("schemes:\n  - id: x\n    recognise: 0.5\n", encoding="utf-8")
    result = run("schemes", "check", str(wrong))
    error = json.loads(result.stdout)["error"]
    assert result.exit_code == 1
    assert error["problems"]
    assert all(problem["line"] >= 1 and problem["message"] for problem in error["problems"])


def test_cases_that_are_no_json_are_refused(tmp_path: Path) -> None:
    wrong = tmp_path / "cases.json"
    wrong.write_text('{"cases": [', encoding="utf-8")
    result = run("schemes", "evaluate", str(wrong))
    assert (result.exit_code, json.loads(result.stdout)["error"]["code"]) == (1, "not_json")


@needs_data
def test_published_cases_are_evaluated_one_by_one() -> None:
    cases = json.loads(run("schemes", "evaluate", str(DATA / "matching_cases.json")).stdout)[
        "cases"
    ]
    assert len(cases) == 48
    assert all({"id", "status", "gifts", "recognised", "matched"} <= set(case) for case in cases)


@needs_data
def test_ratios_are_computed_for_every_row_of_a_file() -> None:
    result = run("ratios", "compute", str(DATA / "foundation_years.csv"))
    rows = json.loads(result.stdout)["rows"]
    assert len(rows) == 10
    assert all({"ratios", "verdicts", "flags"} <= set(row) for row in rows)
