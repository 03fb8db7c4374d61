"""`vouchers list|show|review|post|reverse` and who may use them."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.foundation.books.voucher_files import content, gift, line, voucher, written
from tests.foundation.cli.command_line import CommandLine
from tests.foundation.gifts import gift_cases

MONTHS = ("2026-01", "2026-02", "2026-03")


@pytest.fixture
def three(commands: CommandLine, tmp_path: Path) -> CommandLine:
    """Three submitted vouchers: January, February, and one of March without a paper."""
    vouchers = [gift(f"记-{i}", f"{month}-08", f"{i}00.00") for i, month in enumerate(MONTHS, 1)]
    vouchers[2]["attachments"] = 0
    path = written(tmp_path, content(*vouchers))
    commands.run("vouchers", "import", path, by="accountant")
    return commands


def test_list_narrows_and_sums(three: CommandLine) -> None:
    answer = three.run("vouchers", "list", "--period", "2026-Q1", "--limit", "2")
    assert (answer["count"], answer["posted"], answer["total"]) == (3, 0, "600.00")
    assert [row["period"] for row in answer["vouchers"]] == ["2026-01", "2026-02"]
    rest = three.run("vouchers", "list", "--period", "2026-Q1", "--cursor", answer["next"])
    assert [row["period"] for row in rest["vouchers"]] == ["2026-03"]
    assert rest["next"] is None


@pytest.mark.parametrize(
    ("options", "periods"),
    [
        (["--period", "2026-02"], ["2026-02"]),
        (["--period", "2026"], list(MONTHS)),
        (["--period", "2026-Q2"], []),
        (["--search", "200"], ["2026-02"]),
        (["--search", "业务记-3"], ["2026-03"]),
        (["--account", "1002"], list(MONTHS)),
        (["--account", "5101"], []),
        (["--fund", "SCHOL"], []),
        (["--state", "posted"], []),
    ],
)
def test_list_filters(three: CommandLine, options: list[str], periods: list[str]) -> None:
    rows = three.run("vouchers", "list", *options)["vouchers"]
    assert [row["period"] for row in rows] == periods


@pytest.mark.parametrize("period", ["2026-13", "26-01", "2026-Q5", "März"])
def test_period_that_cannot_be_is_refused(three: CommandLine, period: str) -> None:
    assert three.refused("vouchers", "list", "--period", period)["code"] == "invalid"


def test_broken_cursor_is_refused(three: CommandLine) -> None:
    assert three.refused("vouchers", "list", "--cursor", "xx")["code"] == "bad_cursor"


def test_review_and_post_say_what_was_left_out_and_why(three: CommandLine) -> None:
    reviewed = three.run("vouchers", "review", "--all", by="reviewer")
    assert (reviewed["vouchers"], reviewed["total"]) == (2, "300.00")
    assert [(item["id"], item["code"]) for item in reviewed["excluded"]] == [
        (3, "attachment_missing")
    ]
    posted = three.run("vouchers", "post", "--all", by="reviewer")
    assert (posted["vouchers"], posted["posted"], posted["total"]) == (2, 2, "300.00")
    assert posted["excluded"] == []


def test_posting_by_key_excludes_what_is_not_reviewed(three: CommandLine) -> None:
    three.run("vouchers", "review", "1", by="reviewer")
    answer = three.run("vouchers", "post", "1", "2", "99", by="accountant")
    assert answer["posted"] == 1
    assert {item["id"]: item["code"] for item in answer["excluded"]} == {
        2: "wrong_state",
        99: "unknown_voucher",
    }


def test_nothing_to_post_is_no_refusal(commands: CommandLine) -> None:
    answer = commands.run("vouchers", "post", "--all", by="reviewer")
    assert (answer["vouchers"], answer["posted"], answer["total"]) == (0, 0, "0.00")


@pytest.mark.parametrize("person", ["accountant", "auditor", "cashier", "admin"])
def test_only_a_reviewer_reviews(three: CommandLine, person: str) -> None:
    assert three.refused("vouchers", "review", "--all", by=person)["code"] == "not_allowed"


def test_voucher_is_shown_with_its_history(three: CommandLine) -> None:
    three.run("vouchers", "review", "1", by="reviewer")
    three.run("vouchers", "post", "1", by="reviewer")
    found = three.run("vouchers", "show", "1")["voucher"]
    assert (found["number"], found["state"]) == ("记-2026-01-0001", "posted")
    assert [(act["action"], act["actor"]) for act in found["history"]] == [
        ("voucher.prepare", "accountant"),
        ("voucher.review", "reviewer"),
        ("voucher.post", "reviewer"),
    ]
    assert found["lines"][0] == {
        "line": 1,
        "account": "100201",
        "name": "银行存款—基本户",
        "fund": "GEN",
        "debit": "100.00",
        "credit": "0.00",
        "summary": "",
    }


def test_reversal_is_prepared_and_posted_after_review(three: CommandLine) -> None:
    three.run("vouchers", "review", "1", by="reviewer")
    three.run("vouchers", "post", "1", by="reviewer")
    reverse = ("vouchers", "reverse", "1", "--reason", "误记", "--date", "2026-02-01")
    red = three.run(*reverse, by="accountant")["voucher"]
    assert (red["state"], red["kind"], red["total"]) == ("submitted", "reversal", "-100.00")
    assert red["summary"] == "注销2026年1月8日记-2026-01-0001号凭证"
    assert three.refused(*reverse, by="accountant")["code"] == "already_reversed"
    three.run("vouchers", "review", str(red["id"]), by="reviewer")
    three.run("vouchers", "post", str(red["id"]), by="reviewer")
    assert three.run("check", "--strict")["findings"] == []


def test_unposted_voucher_is_not_reversed(three: CommandLine) -> None:
    reverse = ("vouchers", "reverse", "1", "--reason", "误记")
    assert three.refused(*reverse, by="accountant")["code"] == "wrong_state"


def test_voucher_of_a_gift_is_reversed_only_through_the_gift(
    opened: Engine, commands: CommandLine
) -> None:
    gift_recorded = gift_cases.posted(opened, allocations=(("GEN", 120_000_00),))
    key = gift_recorded.voucher_id
    error = commands.refused("vouchers", "reverse", str(key), "--reason", "误记", by="accountant")
    assert error["code"] == "voucher_of_gift"
    assert gift_recorded.reference in error["detail"]


def test_overspent_fund_is_left_out_at_posting(commands: CommandLine, tmp_path: Path) -> None:
    spending = voucher(
        "记-1", "2026-01-08", line("510102", dr="5.00", fund="SCHOL"), line("100201", cr="5.00")
    )
    path = written(tmp_path, content(spending))
    commands.run("vouchers", "import", path, by="accountant")
    commands.run("vouchers", "review", "--all", by="reviewer")
    answer = commands.run("vouchers", "post", "--all", by="reviewer")
    assert [item["code"] for item in answer["excluded"]] == ["fund_overspent"]


def test_plain_output_is_a_table_for_people(three: CommandLine) -> None:
    result = three.invoke("vouchers", "list")
    assert "100.00" in result.stdout
    assert "共 3 张，其中已记账 0 张，合计 600.00" in result.stdout
    lines: list[Any] = three.invoke("vouchers", "show", "1").stdout.splitlines()
    assert "业务记-1" in lines[0]
