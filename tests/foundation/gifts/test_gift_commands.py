"""The commands `gifts` and `donors`: fixed keys, refusals beside them, and nothing half done."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from foundation.donors import commands as donor_commands
from foundation.gifts import commands as gift_commands
from tests.databases import DIALECTS, Databases
from tests.foundation.cli import command_line
from tests.foundation.cli.command_line import CommandLine
from tests.foundation.donors.donor_cases import CREDIT_CODE, ID_NUMBER
from tests.foundation.gifts import gift_cases
from tests.foundation.imports import import_cases
from tests.foundation.imports.import_cases import GIFTS, STATED, table

FIXED = {
    "rows",
    "imported",
    "duplicates",
    "rejected",
    "total",
    "stated_total",
    "ties",
    "batch",
}
PLACE = ("--fund", "GEN", "--account", "100201")
SECRET = "a key for tests, 0123456789 and more"


@pytest.fixture(params=DIALECTS)
def opened(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    with databases.prepared(request.param, "opened", command_line.initialise) as found:
        yield found


@pytest.fixture
def commands(opened: Engine, tmp_path: Path) -> CommandLine:
    extra = (*gift_commands.COMMANDS, *donor_commands.COMMANDS)
    return CommandLine(opened, tmp_path, extra=extra)


def register(folder: Path, rows: Any, name: str = "登记表.csv", **options: Any) -> str:
    path = folder / name
    path.write_bytes(table(rows, **options))
    return str(path)


def bring(commands: CommandLine, file: str, *more: str, code: int = 0) -> dict[str, Any]:
    return commands.run("gifts", "import", file, *PLACE, *more, by="accountant", code=code)


def test_import_answers_the_fixed_keys(
    opened: Engine, commands: CommandLine, tmp_path: Path
) -> None:
    answer = bring(commands, register(tmp_path, [*GIFTS, STATED]))

    assert answer.keys() >= FIXED
    assert "error" not in answer
    assert (answer["rows"], answer["imported"], answer["duplicates"]) == (4, 4, 0)
    assert (answer["total"], answer["stated_total"]) == ("251066.67", "251066.67")
    assert (answer["ties"], answer["rejected"], answer["batch"]) == (True, [], 1)
    assert answer["columns"] == {
        "date": "日期",
        "donor": "捐赠人",
        "amount": "金额",
        "reference": "流水号",
        "note": "备注",
    }
    assert answer["skipped_by_reason"] == {"header": 1, "total": 1}
    assert import_cases.imported(opened) == (4, 251_066_67)
    assert import_cases.findings(opened) == []


def test_second_import_has_no_batch(commands: CommandLine, tmp_path: Path) -> None:
    file = register(tmp_path, GIFTS)
    bring(commands, file)
    again = bring(commands, file)

    assert (again["imported"], again["duplicates"], again["batch"]) == (0, 4, None)
    assert (again["stated_total"], again["ties"]) == (None, None)


def test_probable_duplicate_of_a_typed_gift_is_said(
    opened: Engine, commands: CommandLine, tmp_path: Path
) -> None:
    gift = record(commands)
    day, name, amount = gift["received_on"], gift["donor_name"], gift["amount"]
    file = register(tmp_path, [(day, name, amount, "T77", "")])
    answer = bring(commands, file, "--dry-run")
    assert answer["probable_duplicates"] == [{"row": 2, "gift": gift["reference"]}]
    shown = commands.invoke("--as", "accountant", "gifts", "import", file, *PLACE)
    assert "疑似重复 1 笔" in shown.stdout
    assert f"2 = {gift['reference']}" in shown.stdout
    assert gift_cases.counts(opened)["gift"] == 2


def test_dry_run_finds_the_same_and_writes_nothing(
    opened: Engine, commands: CommandLine, tmp_path: Path
) -> None:
    answer = bring(commands, register(tmp_path, [*GIFTS, STATED]), "--dry-run")

    assert (answer["rows"], answer["imported"], answer["batch"]) == (4, 0, None)
    assert answer["ties"] is True
    assert import_cases.imported(opened) == (0, 0)


def test_daily_vouchers_are_made_when_asked(
    opened: Engine, commands: CommandLine, tmp_path: Path
) -> None:
    bring(commands, register(tmp_path, GIFTS), "--vouchers", "daily")

    assert gift_cases.counts(opened)["voucher"] == 3


def test_rows_that_cannot_be_imported_stand_beside_the_error(
    opened: Engine, commands: CommandLine, tmp_path: Path
) -> None:
    rows = [*GIFTS, ("2026-01-05", "林晓舟", "x", "", ""), ("2025-06-01", "甲", "1", "", "")]
    answer = bring(commands, register(tmp_path, rows), code=1)

    assert answer["error"]["code"] == "import_rejected"
    assert answer.keys() >= FIXED
    assert (answer["rows"], answer["imported"], answer["batch"]) == (4, 0, None)
    assert [row["row"] for row in answer["rejected"]] == [6, 7]
    assert "第 6 行的金额" in answer["rejected"][0]["reason"]
    assert import_cases.imported(opened) == (0, 0)


def test_total_that_does_not_tie_needs_a_reason(
    opened: Engine, commands: CommandLine, tmp_path: Path
) -> None:
    file = register(tmp_path, [*GIFTS, ("合计", "", "1", "", "")])
    answer = bring(commands, file, code=1)

    assert answer["error"]["code"] == "total_differs"
    assert (answer["ties"], answer["stated_total"]) == (False, "1.00")
    accepted = bring(commands, file, "--accept-difference", "来表合计有误")
    assert (accepted["imported"], accepted["ties"]) == (4, False)
    assert import_cases.batches(opened)[0].difference_reason == "来表合计有误"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        (("--fund", "NONE"), "unknown_fund"),
        (("--account", "999999"), "unknown_account"),
        (("--account", "1201"), "invalid"),
        (("--sheet", "二月"), "sheet_not_found"),
        (("--mapping", "amount"), "mapping_invalid"),
        (("--mapping", "colour=1"), "mapping_invalid"),
        (("--mapping", "amount=99"), "mapping_invalid"),
        (("--mapping", "amount=备注栏"), "mapping_invalid"),
    ],
)
def test_every_refusal_has_the_keys_beside_it(
    opened: Engine, commands: CommandLine, tmp_path: Path, changes: tuple[str, str], code: str
) -> None:
    answer = bring(commands, register(tmp_path, GIFTS), *changes, code=1)

    assert answer["error"]["code"] == code
    assert answer.keys() >= FIXED
    assert (answer["imported"], answer["batch"]) == (0, None)
    assert import_cases.imported(opened) == (0, 0)


def test_file_that_is_no_register_is_refused(commands: CommandLine, tmp_path: Path) -> None:
    empty = tmp_path / "空.csv"
    empty.write_bytes(b"")
    picture = tmp_path / "图.xlsx"
    picture.write_bytes(b"\x89PNG\r\n")

    assert bring(commands, str(empty), code=1)["error"]["code"] == "file_empty"
    assert bring(commands, str(picture), code=1)["error"]["code"] == "file_not_what_it_says"
    missing = commands.invoke("gifts", "import", str(tmp_path / "无.csv"), *PLACE)
    assert missing.exit_code == 2


def test_register_without_dates_needs_one(
    opened: Engine, commands: CommandLine, tmp_path: Path
) -> None:
    header = ("捐赠人", "金额")
    file = register(tmp_path, [("林晓舟", "10"), ("周知秋", "20")], header=header)
    assert bring(commands, file, code=1)["error"]["code"] == "date_needed"

    assert bring(commands, file, "--date", "2026-01-09")["imported"] == 2
    wrong = commands.invoke("--as", "accountant", "gifts", "import", file, *PLACE, "--date", "0109")
    assert wrong.exit_code == 2


@pytest.mark.parametrize("amount", ["捐款额", "C", "c", "3"])
def test_columns_can_be_named_in_any_way(
    opened: Engine, commands: CommandLine, tmp_path: Path, amount: str
) -> None:
    header = ("日期", "谁", "捐款额", "应收金额")
    rows = [("2026-01-05", "林晓舟", "10", "99"), ("2026-01-06", "周知秋", "20", "99")]
    file = register(tmp_path, rows, header=header)
    answer = bring(commands, file, "--mapping", "donor=谁", "--mapping", f"金额={amount}")

    assert answer["total"] == "30.00"
    assert answer["columns"]["amount"] == "捐款额"
    assert answer["columns"]["donor"] == "谁"


def test_only_who_may_record_imports(opened: Engine, commands: CommandLine, tmp_path: Path) -> None:
    file = register(tmp_path, GIFTS)
    for person, code in (("auditor", "not_allowed"), ("nobody", "unknown_user")):
        answer = commands.run("gifts", "import", file, *PLACE, by=person, code=1)
        assert answer["error"]["code"] == code
        assert answer.keys() >= FIXED
    assert commands.refused("gifts", "import", file, *PLACE)["code"] == "actor_needed"
    assert import_cases.imported(opened) == (0, 0)


def test_person_reads_what_was_done(commands: CommandLine, tmp_path: Path) -> None:
    file = register(tmp_path, [*GIFTS, STATED])
    done = commands.invoke("--as", "accountant", "gifts", "import", file, *PLACE)
    again = commands.invoke("--as", "accountant", "gifts", "import", file, *PLACE)

    assert "读取 4 行，合计 251,066.67" in done.stdout
    assert "与文件所列合计相符" in done.stdout
    assert "已导入 4 笔（批次 1）" in done.stdout
    assert "账簿中已有 4 笔" in again.stdout
    assert "没有新的捐赠" in again.stdout


def test_person_reads_why_nothing_was_done(commands: CommandLine, tmp_path: Path) -> None:
    file = register(tmp_path, [*GIFTS, ("2026-01-05", "林晓舟", "x", "", "")])
    result = commands.invoke("--as", "accountant", "gifts", "import", file, *PLACE)

    assert result.exit_code == 1
    assert result.stdout == ""
    assert "没有写入任何数据" in result.stderr
    assert "第 6 行的金额" in result.stderr


# --- Recording, listing, showing -----------------------------------------------------------------


def record(commands: CommandLine, *more: str, code: int = 0) -> dict[str, Any]:
    given = ("--donor-name", "林晓舟", "--date", "2026-01-05", "--amount", "100.00")
    return commands.run(
        "gifts",
        "record",
        *given,
        "--account",
        "100201",
        *(more or ("--fund", "GEN")),
        by="accountant",
        code=code,
    )


def test_gift_is_recorded_listed_and_shown(opened: Engine, commands: CommandLine) -> None:
    made = record(commands)
    again = record(commands, "--fund", "GEN", "--anonymous", "--reference", "SN1")

    assert (made["state"], made["amount"]) == ("submitted", "100.00")
    assert made["donor"]["id"] == again["donor"]["id"]
    listed = commands.run("gifts", "list", "--search", "SN1")
    assert [gift["reference"] for gift in listed["gifts"]] == [again["reference"]]
    assert (listed["count"], listed["total"], listed["next"]) == (1, "100.00", None)
    first = commands.run("gifts", "list", "--limit", "1")
    assert (first["count"], len(first["gifts"])) == (2, 1)
    rest = commands.run("gifts", "list", "--limit", "1", "--cursor", first["next"])
    assert rest["gifts"][0]["reference"] == made["reference"]
    alike = {"probable_duplicates": [again["reference"]]}
    assert commands.run("gifts", "show", made["reference"]) == made | alike
    shown = commands.invoke("gifts", "show", made["reference"]).stdout
    assert made["reference"] in shown
    assert "待审核" in shown
    gift_cases.everything_holds(opened)


def test_gift_is_split_by_the_command(opened: Engine, commands: CommandLine) -> None:
    commands.run("funds", "add", "SCHOL", "奖学金", "--restriction", "purpose", by="accountant")
    made = record(commands, "--fund", "GEN=40.00", "--fund", "SCHOL=60.00")

    assert {part["fund"]: part["amount"] for part in made["allocations"]} == {
        "GEN": "40.00",
        "SCHOL": "60.00",
    }
    assert (
        record(commands, "--fund", "GEN", "--fund", "SCHOL", code=1)["error"]["code"] == "invalid"
    )


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (("--fund", "NONE"), "unknown_fund"),
        (("--fund", "GEN=1.00"), "allocation_differs"),
        (("--fund", "GEN", "--amount", "0"), "invalid_amount"),
        (("--fund", "GEN", "--amount", "NaN"), "invalid_amount"),
        (("--fund", "GEN", "--date", "2026-11-23"), "invalid"),
        (("--fund", "GEN", "--donor", "7"), "invalid"),
        (("--fund", "GEN", "--credit-code", "1"), "wrong_number"),
    ],
)
def test_gift_that_cannot_be_recorded_is_refused(
    opened: Engine, commands: CommandLine, more: tuple[str, ...], code: str
) -> None:
    assert record(commands, *more, code=1)["error"]["code"] == code
    assert gift_cases.counts(opened)["gift"] == 0


def test_gift_is_cancelled_refunded_and_restored(opened: Engine, commands: CommandLine) -> None:
    gift = record(commands)
    gift_cases.post(opened, gift["voucher"]["id"])
    name = gift["reference"]

    def act(*arguments: str) -> dict[str, Any]:
        return commands.run("gifts", *arguments, by="accountant")

    ended = act("cancel", name, "--reason", "重复登记", "--date", "2026-03-10")
    assert (ended["state"], ended["changes"][0]["date"]) == ("cancelled", "2026-03-10")
    assert act("undo", name, "--reason", "误操作")["state"] == "posted"
    refund = ("refund", name, "--cause", "external", "--reason", "项目取消")
    for amount in ("1", "2"):
        act(*refund, "--amount", amount, "--pay-from", "100201")
    second = str(ended["changes"][0]["id"] + 1)
    after = act("undo", name, "--reason", "误操作", "--change", second)
    assert [change["withdrawn"] for change in after["changes"]] == [True, True, False]
    shown = commands.invoke("gifts", "show", name)
    assert "项目取消 凭证已作废，未生效" in shown.stdout
    refused = commands.refused(
        "gifts", "undo", name, "--reason", "x", "--change", "99", by="cashier"
    )
    assert refused["code"] == "not_allowed"
    gift_cases.everything_holds(opened)


def test_gift_is_corrected_in_what_is_named_and_keeps_the_rest(
    opened: Engine, commands: CommandLine
) -> None:
    commands.run("funds", "add", "SCHOL", "奖学金", "--restriction", "purpose", by="accountant")
    gift = record(commands, "--fund", "GEN", "--note", "校庆", "--reference", "B-17")
    why = ("--reason", "录错金额")
    new = commands.run(
        "gifts", "correct", gift["reference"], "--amount", "120", *why, by="accountant"
    )

    assert (new["amount"], new["replaces"]) == ("120.00", gift["reference"])
    for kept in ("note", "bank_reference", "received_on", "donor", "method", "kind"):
        assert new[kept] == gift[kept]
    assert commands.run("gifts", "show", gift["reference"])["state"] == "corrected"
    parted = commands.run(
        "gifts",
        "correct",
        new["reference"],
        *("--fund", "GEN=20", "--fund", "SCHOL=100", "--anonymous", "--method", "cash"),
        *why,
        by="accountant",
    )
    assert {part["fund"]: part["amount"] for part in parted["allocations"]} == {
        "GEN": "20.00",
        "SCHOL": "100.00",
    }
    assert parted["anonymous"] is True
    for wrong, code in (
        (("--amount", "7"), "invalid"),  # how much of it to which fund?
        ((), "invalid"),
        (("--fund", "GEN=1"), "allocation_differs"),
        (("--donor", "99"), "unknown_donor"),
    ):
        refused = commands.refused(
            "gifts", "correct", parted["reference"], *wrong, *why, by="accountant"
        )
        assert refused["code"] == code
    assert gift_cases.counts(opened)["gift"] == 3
    gift_cases.everything_holds(opened)


def test_unknown_gift_is_refused(commands: CommandLine) -> None:
    assert commands.refused("gifts", "show", "G2026-000001")["code"] == "unknown_gift"


def test_donors_are_added_found_and_listed(commands: CommandLine) -> None:
    commands.environ["SECRET_KEY"] = SECRET
    added = commands.run(
        "donors",
        "add",
        "东湖启明科技有限公司",
        "--kind",
        "organisation",
        "--credit-code",
        CREDIT_CODE,
        by="accountant",
    )
    person = commands.run(
        "donors", "add", "林晓舟", "--kind", "person", "--id-number", ID_NUMBER, by="accountant"
    )
    alike = commands.run("donors", "add", "林小舟", "--kind", "person", by="accountant")

    assert person["id_number_masked"] == "990000********007X"
    assert alike["similar"] == [{"id": person["id"], "name": "林晓舟", "why": "读音相同"}]
    found = commands.run("donors", "search", CREDIT_CODE[:8])["donors"]
    assert [donor["id"] for donor in found] == [added["id"]]
    listed = commands.run("donors", "list", "--kind", "person")
    assert [donor["name"] for donor in listed["donors"]] == ["林小舟", "林晓舟"]
    assert ID_NUMBER not in json.dumps(listed)


def test_number_is_not_sealed_with_a_key_that_is_lost_at_once(
    opened: Engine, commands: CommandLine
) -> None:
    error = commands.refused(
        "donors", "add", "林晓舟", "--kind", "person", "--id-number", ID_NUMBER, by="accountant"
    )

    assert error["code"] == "bad_setting"
    assert commands.run("donors", "list")["donors"] == []


def test_wrong_donor_is_refused(commands: CommandLine) -> None:
    for more, code in (
        (("--credit-code", "1"), "wrong_number"),
        (("--email", "nowhere"), "invalid"),
    ):
        error = commands.refused("donors", "add", "甲", "--kind", "person", *more, by="accountant")
        assert error["code"] == code
    assert commands.refused("donors", "add", "甲", "--kind", "person")["code"] == "actor_needed"
