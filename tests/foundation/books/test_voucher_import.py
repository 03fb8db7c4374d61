"""`vouchers import`: all or nothing, once, with every fund, account and month that is missing."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.foundation.books.voucher_files import (
    Content,
    content,
    gift,
    line,
    red_of,
    voucher,
    written,
)
from tests.foundation.cli.command_line import CommandLine


@pytest.fixture
def load(commands: CommandLine, tmp_path: Path) -> Any:
    """Import a file as the accountant and return the answer."""

    def run(file: Content, *, code: int = 0) -> dict[str, Any]:
        answer = commands.run(
            "vouchers", "import", written(tmp_path, file), by="accountant", code=code
        )
        return answer if code == 0 else answer["error"]

    return run


def shown(commands: CommandLine, key: int) -> dict[str, Any]:
    found: dict[str, Any] = commands.run("vouchers", "show", str(key))["voucher"]
    return found


def post_all(commands: CommandLine) -> dict[str, Any]:
    commands.run("vouchers", "review", "--all", by="reviewer")
    return commands.run("vouchers", "post", "--all", by="reviewer")


def test_import_answers_what_came_in(load: Any) -> None:
    answer = load(
        content(gift("1", "2026-01-08", "500.00"), gift("2", "2026-01-09", "20.50", "SCHOL"))
    )
    assert (answer["vouchers"], answer["posted"], answer["total"]) == (2, 0, "520.50")
    assert (answer["funds"], answer["accounts"], answer["periods"]) == (["SCHOL"], [], [])


def test_vouchers_arrive_submitted_in_the_order_of_the_file(
    load: Any, commands: CommandLine
) -> None:
    load(content(gift("2", "2026-01-09", "1.00"), gift("1", "2026-01-08", "2.00")))
    rows = commands.run("vouchers", "list", "--state", "submitted")["vouchers"]
    assert [(row["id"], row["date"]) for row in rows] == [(2, "2026-01-08"), (1, "2026-01-09")]
    assert {row["prepared_by"] for row in rows} == {"accountant"}


def test_nothing_is_imported_when_one_voucher_is_wrong(load: Any, commands: CommandLine) -> None:
    wrong = voucher("记-9", "2026-01-09", line("100209", dr="1.00"), line("410101", cr="1.00"))
    error = load(content(gift("1", "2026-01-08", "5.00", "SCHOL"), wrong), code=1)
    assert error["code"] == "bad_voucher_file"
    assert error["problems"] == [
        {
            "voucher": "记-9",
            "line": 1,
            "field": "account",
            "expected": "科目表 2024 中的科目",
            "found": "100209",
        }
    ]
    assert commands.run("vouchers", "list")["count"] == 0
    assert [fund["code"] for fund in commands.run("funds", "list")["funds"]] == ["GEN"]


@pytest.mark.parametrize(
    ("lines", "field"),
    [
        ((line("1002", dr="1.00"), line("410101", cr="1.00")), "account"),
        ((line("100201", dr="1.00"), line("410101", cr="1.00", fund="NONE")), "fund"),
    ],
)
def test_account_with_details_and_unknown_fund_are_named(
    load: Any, lines: tuple[Content, Content], field: str
) -> None:
    error = load(content(voucher("记-9", "2026-01-09", *lines)), code=1)
    assert [(p["voucher"], p["field"]) for p in error["problems"]] == [("记-9", field)]


def test_the_same_file_twice_adds_nothing(load: Any, commands: CommandLine) -> None:
    file = content(gift("1", "2026-01-08", "500.00"))
    load(file)
    assert load(file, code=1)["code"] == "nothing_new"
    assert commands.run("vouchers", "list")["count"] == 1


def test_longer_file_adds_only_what_is_new(load: Any, commands: CommandLine) -> None:
    first = gift("1", "2026-01-08", "500.00")
    load(content(first))
    answer = load(content(first, gift("2", "2026-01-09", "20.00")))
    assert (answer["vouchers"], answer["duplicates"], answer["total"]) == (1, 1, "20.00")
    assert commands.run("vouchers", "list")["count"] == 2


def test_missing_months_are_opened_and_said(
    load: Any, commands: CommandLine, tmp_path: Path
) -> None:
    file = content(gift("1", "2026-12-31", "5.00"))
    result = commands.invoke("--as", "accountant", "vouchers", "import", written(tmp_path, file))
    assert "2026-12" in result.stderr
    states = {p["period"]: p["state"] for p in commands.run("periods", "list")["periods"]}
    assert states["2026-12"] == "open"


def test_month_before_the_books_is_refused(load: Any) -> None:
    error = load(content(gift("记-1", "2025-12-31", "5.00")), code=1)
    assert "2025" in error["detail"]


def test_closed_month_is_refused_by_voucher(load: Any, commands: CommandLine) -> None:
    commands.run("periods", "close", "2026-01", by="reviewer")
    error = load(content(gift("记-1", "2026-01-31", "5.00")), code=1)
    assert [(p["voucher"], p["field"]) for p in error["problems"]] == [("记-1", "date")]


def test_missing_details_are_opened_below_prescribed_accounts(
    load: Any, commands: CommandLine
) -> None:
    file = content(
        voucher("1", "2026-01-08", line("100203", dr="9.00"), line("260101", cr="9.00")),
        accounts=[
            {"code": "100203", "name": "银行存款—受托代理专户"},
            {"code": "260101", "name": "受托代理负债—校友"},
        ],
    )
    assert load(file)["accounts"] == ["100203", "260101"]
    accounts = {a["code"]: a for a in commands.run("accounts", "list")["accounts"]}
    assert accounts["100203"]["full_name"] == "银行存款—受托代理专户"
    assert "agency" in accounts["100203"]["flags"]


def test_unknown_first_level_account_is_refused(load: Any) -> None:
    file = content(gift("1", "2026-01-08", "5.00"), accounts=[{"code": "7777", "name": "不存在"}])
    assert load(file, code=1)["problems"][0]["found"] == "7777"


def test_fund_with_another_restriction_is_refused(load: Any) -> None:
    file = content(gift("1", "2026-01-08", "5.00"))
    file["funds"][0]["restriction"] = "purpose"
    assert "GEN" in load(file, code=1)["problems"][0]["field"]


def opening(amount: str) -> list[Content]:
    return [line("100201", dr=amount), line("3101", cr=amount, fund="GEN")]


def test_opening_balances_stand_before_january(load: Any, commands: CommandLine) -> None:
    load(content(gift("1", "2026-01-08", "5.00"), opening_balances=opening("100.00")))
    (row,) = commands.run("vouchers", "list", "--period", "2026-00")["vouchers"]
    assert (row["kind"], row["date"], row["total"]) == ("opening", "2026-01-01", "100.00")
    assert post_all(commands)["excluded"] == []


def test_second_opening_balances_are_refused(load: Any) -> None:
    load(content(gift("1", "2026-01-08", "5.00"), opening_balances=opening("100.00")))
    again = content(gift("2", "2026-01-09", "5.00"), opening_balances=opening("200.00"))
    assert load(again, code=1)["code"] == "conflict"


def test_opening_balances_after_a_year_of_books_are_refused(
    opened: Engine, load: Any, commands: CommandLine
) -> None:
    commands.run("periods", "open", "2025-12", by="accountant")
    load(content(voucher("1", "2025-12-08", line("100201", dr="5.00"), line("410101", cr="5.00"))))
    post_all(commands)
    file = content(gift("2", "2026-01-09", "5.00"), opening_balances=opening("200.00"))
    assert load(file, code=1)["code"] == "conflict"


def test_red_voucher_is_posted_as_the_reversal_of_its_original(
    load: Any, commands: CommandLine
) -> None:
    original = gift("记-1", "2026-01-08", "5.00", "SCHOL")
    load(content(original, red_of(original, "记-2", "2026-01-08")))
    assert post_all(commands)["excluded"] == []
    red = shown(commands, 2)
    assert (red["kind"], red["reverses"]["id"]) == ("reversal", 1)
    assert [item["debit"] for item in red["lines"]] == ["-5.00", "0.00"]
    assert commands.run("check", "--strict")["findings"] == []


def test_red_voucher_finds_an_original_of_an_earlier_import(
    load: Any, commands: CommandLine
) -> None:
    original = gift("记-1", "2026-01-08", "5.00")
    load(content(original))
    post_all(commands)
    load(content(original, red_of(original, "记-2", "2026-02-08")))
    assert post_all(commands)["excluded"] == []
    assert shown(commands, 1)["reversed_by"]["id"] == 2


def test_original_is_undone_once(load: Any, commands: CommandLine) -> None:
    original = gift("记-1", "2026-01-08", "5.00")
    reds = [red_of(original, "记-2", "2026-01-09"), red_of(original, "记-3", "2026-01-10")]
    load(content(original, *reds))
    assert [shown(commands, key)["kind"] for key in (2, 3)] == ["reversal", "correction"]


def test_red_voucher_without_an_original_is_a_correction(load: Any, commands: CommandLine) -> None:
    load(content(red_of(gift("记-1", "2026-01-08", "5.00"), "记-2", "2026-01-09")))
    assert shown(commands, 1)["kind"] == "correction"


def test_corrected_voucher_is_linked_both_ways(load: Any, commands: CommandLine) -> None:
    original = gift("记-1", "2026-01-08", "5.00")
    corrected = gift("记-3", "2026-01-09", "6.00") | {"summary": "订正1月8日记-1号凭证"}
    load(content(original, red_of(original, "记-2", "2026-01-09"), corrected))
    assert shown(commands, 3)["corrects"]["id"] == 1
    assert shown(commands, 1)["corrected_by"][0]["id"] == 3


@pytest.mark.parametrize(
    ("lines", "kind"),
    [
        ((line("3102", dr="5.00", fund="SCHOL"), line("3101", cr="5.00", fund="GEN")), "transfer"),
        ((line("440102", dr="5.00"), line("440101", cr="5.00")), "transfer"),
        ((line("530101", dr="5.00"), line("410101", cr="5.00")), "ordinary"),
        ((line("530101", dr="5.00"), line("100201", cr="5.00")), "ordinary"),
    ],
)
def test_kind_follows_from_the_accounts(
    load: Any, commands: CommandLine, lines: tuple[Content, Content], kind: str
) -> None:
    load(content(gift("1", "2026-01-08", "5.00"), voucher("2", "2026-01-09", *lines)))
    assert shown(commands, 2)["kind"] == kind


def test_money_between_funds_keeps_the_turnover_of_the_bank(
    load: Any, commands: CommandLine
) -> None:
    release = voucher(
        "2",
        "2026-01-09",
        line("3102", dr="5.00", fund="SCHOL"),
        line("3101", cr="5.00", fund="GEN"),
    )
    load(content(gift("1", "2026-01-08", "5.00", "SCHOL"), release))
    bank = [item for item in shown(commands, 2)["lines"] if item["account"] == "100201"]
    assert [(item["fund"], item["debit"]) for item in bank] == [("GEN", "5.00"), ("SCHOL", "-5.00")]


def test_money_between_funds_without_any_cash_account_is_refused(load: Any) -> None:
    release = voucher(
        "记-2",
        "2026-01-09",
        line("3102", dr="5.00", fund="SCHOL"),
        line("3101", cr="5.00", fund="GEN"),
    )
    assert load(content(release), code=1)["problems"][0]["voucher"] == "记-2"


def test_cash_flow_item_becomes_a_dimension(load: Any, commands: CommandLine) -> None:
    file = content(gift("1", "2026-01-08", "5.00"))
    file["vouchers"][0]["lines"][0]["cash_flow_item"] = "接受捐赠收到的现金"
    load(file)
    assert shown(commands, 1)["lines"][0]["cash_flow_item"] == "接受捐赠收到的现金"


def test_import_is_in_the_trail_with_its_digest(load: Any, commands: CommandLine) -> None:
    load(content(gift("1", "2026-01-08", "5.00")))
    records = commands.run("trail", "list", by="auditor")["records"]
    (record,) = [item for item in records if item["action"] == "voucher.import"]
    assert record["subject"].startswith("file:")
    assert record["detail"] == {"duplicates": 0, "vouchers": 1}


def test_only_who_prepares_vouchers_imports(commands: CommandLine, tmp_path: Path) -> None:
    path = written(tmp_path, content(gift("1", "2026-01-08", "5.00")))
    for person in ("reviewer", "auditor", "cashier", "admin"):
        assert commands.refused("vouchers", "import", path, by=person)["code"] == "not_allowed"
