"""The commands of disclosure, honours, alumni and use reports, for programs and for people."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from foundation.disclosure import commands as disclosure
from foundation.donors import commands as donors
from foundation.honours import commands as honours
from foundation.uses import commands as uses
from tests.foundation.alumni import alumni_cases
from tests.foundation.cli.command_line import CommandLine


@pytest.fixture
def commands(served: Engine, tmp_path: Path) -> CommandLine:
    extra = (*disclosure.COMMANDS, *donors.COMMANDS, *honours.COMMANDS, *uses.COMMANDS)
    return CommandLine(served, tmp_path, extra=extra)


def test_publication_takes_two_people_and_the_digest(commands: CommandLine) -> None:
    made = commands.run("disclosure", "prepare", "gifts", "2026", by="accountant")
    place = ("disclosure", "publish", str(made["id"]), "--digest")
    assert commands.refused(*place, made["digest"], by="accountant")["code"] == "not_allowed"
    assert commands.refused(*place, "0" * 64, by="reviewer")["code"] == "stale"
    done = commands.run(*place, made["digest"], by="reviewer")
    assert done["state"] == "published"
    shown = commands.invoke("disclosure", "list").output
    assert made["digest"][:12] in shown


def test_prepared_publication_is_declined_with_a_reason(commands: CommandLine) -> None:
    made = commands.run("disclosure", "prepare", "basic", by="accountant")
    done = commands.run(
        "disclosure", "decline", str(made["id"]), "--reason", "地址有误", by="reviewer"
    )
    assert done["state"] == "declined"


def test_levels_and_roll_are_read_and_set(commands: CommandLine) -> None:
    made = commands.run(
        "honours", "set-level", "铜榜", "1000", "--from", "2020-01-01", by="accountant"
    )
    assert made["from"] == "1000.00"
    commands.run("honours", "end-level", str(made["id"]), "--on", "2026-01-31", by="accountant")
    levels = commands.run("honours", "levels")["levels"]
    assert {level["name"] for level in levels} == {"金榜", "银榜", "铜榜"}
    roll = commands.run("honours", "roll", "--year", "2026")
    assert roll["named"] == len(roll["names"]) == 3
    lines = commands.invoke("honours", "roll", "--year", "2026").output.splitlines()
    assert any(roll["total"] in line for line in lines)
    assert all(len(line) > 1 for line in lines)


def test_alumni_are_imported_matched_and_confirmed(commands: CommandLine, tmp_path: Path) -> None:
    path = tmp_path / "名单.csv"
    path.write_bytes(alumni_cases.csv(alumni_cases.LIN))
    looked = commands.run("donors", "import-alumni", str(path), "--dry-run")
    assert (looked["rows"], looked["added"], looked["rejected"]) == (1, 1, [])
    done = commands.run("donors", "import-alumni", str(path), by="accountant")
    assert (done["added"], done["proposed"]) == (1, 1)
    again = commands.run("donors", "import-alumni", str(path), by="accountant")
    assert (again["added"], again["known"]) == (0, 1)
    (match,) = commands.run("donors", "alumni-matches")["matches"]
    assert match["reasons"] == ["name", "only_one"]
    assert commands.run("donors", "confirm-alumni", by="accountant") == {"confirmed": 0}
    one = commands.run("donors", "confirm-alumni", str(match["id"]), by="accountant")
    assert one == {"confirmed": 1}
    path.write_bytes(alumni_cases.csv("林晓舟,,,,,,"))
    refused = commands.refused("donors", "import-alumni", str(path), by="accountant")
    assert refused["code"] == "alumni_rows_refused"


def test_use_reports_are_made_sent_and_written(commands: CommandLine, tmp_path: Path) -> None:
    made = commands.run(
        "use-reports", "make", "--gift", "G2026-000001", "--through", "2026-03", by="accountant"
    )
    assert made["made"] == 1
    year = commands.run(
        "use-reports", "make", "--year", "2026", "--through", "2026-03", by="accountant"
    )
    assert [item["gift"] for item in year["skipped"]] == ["G2026-000001"]
    sent = commands.run("use-reports", "send", by="accountant")
    assert sent["sent"] > 0
    assert commands.run("use-reports", "send", by="accountant")["sent"] == 0
    out = tmp_path / "out"
    files = commands.run("use-reports", "export", "--out", str(out))["files"]
    assert sorted(files) == sorted(path.name for path in out.iterdir())
    assert commands.invoke("use-reports", "make", "--through", "2026-03").exit_code == 2


def test_auditor_changes_nothing(commands: CommandLine) -> None:
    for arguments in (
        ("disclosure", "prepare", "basic"),
        ("honours", "set-level", "x", "1", "--from", "2020-01-01"),
        ("use-reports", "send"),
        ("donors", "confirm-alumni"),
    ):
        assert commands.refused(*arguments, by="auditor")["code"] == "not_allowed"
