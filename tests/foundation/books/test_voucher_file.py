"""Voucher files are read strictly; every mistake is named by voucher, line, field, expectation."""

from typing import Any

import pytest

from foundation.books.voucher_file import BadVoucherFile, Problem, mirrors
from foundation.books.voucher_file_reading import MAX_PROBLEMS, read
from ledger.vouchers import Side
from tests.foundation.books.voucher_files import content, encoded, gift, line, red_of, voucher


def problems(file: Any) -> list[Problem]:
    with pytest.raises(BadVoucherFile) as caught:
        read(file if isinstance(file, bytes) else encoded(file))
    return list(caught.value.problems)


def only(file: Any) -> Problem:
    (problem,) = problems(file)
    return problem


def test_file_is_read_with_sides_and_signed_amounts() -> None:
    file = read(encoded(content(gift("记-1", "2026-01-08", "500.50"))))
    (found,) = file.vouchers
    assert [(item.side, item.amount_minor, item.fund) for item in found.lines] == [
        (Side.DEBIT, 50050, None),
        (Side.CREDIT, -50050, "GEN"),
    ]
    assert (file.year, found.number, found.attachment_count) == (2026, "记-1", 1)


def test_opening_balances_become_the_first_voucher() -> None:
    opening = [line("100201", dr="9.00"), line("3101", cr="9.00", fund="GEN")]
    file = read(encoded(content(gift("1", "2026-01-08", "1.00"), opening_balances=opening)))
    first = file.vouchers[0]
    assert (first.is_opening, first.booked_on.isoformat()) == (True, "2026-01-01")


def test_opening_balances_alone_take_their_year_from_the_heading() -> None:
    opening = [line("100201", dr="9.00"), line("3101", cr="9.00", fund="GEN")]
    file = read(encoded(content(opening_balances=opening, meta={"fiscal_year": "2025"})))
    assert file.year == 2025


def test_fingerprint_follows_the_content_not_the_spaces() -> None:
    file = content(gift("1", "2026-01-08", "500.00"))
    first = read(encoded(file)).vouchers[0].fingerprint
    assert read(b" " + encoded(file)).vouchers[0].fingerprint == first
    file["vouchers"][0]["lines"][0]["debit"] = "500.01"
    file["vouchers"][0]["lines"][1]["credit"] = "500.01"
    assert read(encoded(file)).vouchers[0].fingerprint != first


@pytest.mark.parametrize("file", [b"", b"{", b"\xff\xfe", b"[1]", b"{}", b'{"vouchers": 1}'])
def test_what_is_no_voucher_file_is_refused(file: bytes) -> None:
    assert problems(file)


def test_file_without_vouchers_is_refused() -> None:
    assert only(content()).field == "vouchers"


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        (5000.0, "写成文字"),
        (5000, "写成文字"),
        (None, "写成文字"),
        ("5000.001", "两位小数"),
        ("abc", "两位小数"),
        ("1e3", "两位小数"),
        ("NaN", "两位小数"),
        ("9" * 30, "两位小数"),
    ],
)
def test_amounts_are_text_with_two_decimals(amount: Any, expected: str) -> None:
    file = content(gift("记-7", "2026-01-08", "1.00"))
    file["vouchers"][0]["lines"][0]["debit"] = amount
    problem = only(file)
    assert (problem.voucher, problem.line, problem.field) == ("记-7", 1, "debit")
    assert expected in problem.expected


@pytest.mark.parametrize(
    ("change", "field", "on_line"),
    [
        ({"date": "2026-02-30"}, "date", None),
        ({"date": "20260101"}, "date", None),
        ({"date": 20260101}, "date", None),
        ({"summary": ""}, "summary", None),
        ({"summary": "长" * 301}, "summary", None),
        ({"attachments": -1}, "attachments", None),
        ({"attachments": "1"}, "attachments", None),
        ({"attachments": True}, "attachments", None),
        ({"red": "no"}, "red", None),
        ({"lines": []}, "lines", None),
        ({"lines": [line("1001", dr="1.00")]}, "lines", None),
        ({"lines": "x"}, "lines", None),
        ({"total": "2.00"}, "total", None),
    ],
)
def test_each_field_of_a_voucher_is_checked(
    change: dict[str, Any], field: str, on_line: int | None
) -> None:
    problem = only(content(gift("记-7", "2026-01-08", "1.00") | change))
    assert (problem.voucher, problem.line, problem.field) == ("记-7", on_line, field)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"debit": "0.00"}, "debit/credit"),
        ({"credit": "1.00"}, "debit/credit"),
        ({"debit": "-1.00"}, "debit/credit"),
        ({"account": ""}, "account"),
        ({"fund": ""}, "fund"),
        ({"fund": 7}, "fund"),
        ({"cash_flow_item": "长" * 65}, "cash_flow_item"),
    ],
)
def test_each_field_of_a_line_is_checked(change: dict[str, Any], field: str) -> None:
    file = content(gift("记-7", "2026-01-08", "1.00"))
    file["vouchers"][0]["lines"][0] |= change
    assert (problems(file)[0].line, problems(file)[0].field) == (1, field)


def test_unbalanced_voucher_says_by_how_much() -> None:
    file = content(voucher("记-7", "2026-01-08", line("1001", dr="5.00"), line("3101", cr="4.99")))
    assert "0.01" in only(file).found


def test_vouchers_of_two_years_are_two_files() -> None:
    file = content(gift("1", "2025-12-31", "1.00"), gift("2", "2026-01-01", "1.00"))
    assert only(file).field == "date"


def test_number_comes_once() -> None:
    file = content(gift("1", "2026-01-01", "1.00"), gift("1", "2026-01-02", "2.00"))
    assert only(file).field == "no"


def test_restriction_is_one_of_four_words() -> None:
    file = content(gift("1", "2026-01-01", "1.00"))
    file["funds"][1]["restriction"] = "maybe"
    assert only(file).field == "restriction"


def test_all_mistakes_are_told_at_once_but_not_without_end() -> None:
    bad = [gift(str(n), "2026-13-01", "1.00") for n in range(MAX_PROBLEMS + 20)]
    found = problems(content(*bad))
    assert len(found) == MAX_PROBLEMS
    assert [found[0].voucher, found[1].voucher] == ["0", "1"]


def test_refusal_says_where_and_what_was_expected() -> None:
    file = content(gift("记-7", "2026-01-08", "1.00") | {"date": "gestern"})
    with pytest.raises(BadVoucherFile) as caught:
        read(encoded(file))
    assert "记-7 date：应为2026-03-05 这样的日期，实为“gestern”" in str(caught.value)
    assert caught.value.data["problems"][0]["voucher"] == "记-7"


def test_red_voucher_mirrors_the_one_its_summary_names_else_the_latest() -> None:
    first, second = gift("记-1", "2026-01-08", "5.00"), gift("记-2", "2026-01-09", "5.00")
    red = red_of(first, "记-3", "2026-02-01")
    file = read(encoded(content(first, second, red)))
    assert [v.number for v in mirrors(file.vouchers[2], file.vouchers[:2])] == ["记-1", "记-2"]
    red["summary"] = "冲销误记"
    file = read(encoded(content(first, second, red)))
    assert [v.number for v in mirrors(file.vouchers[2], file.vouchers[:2])] == ["记-2", "记-1"]
