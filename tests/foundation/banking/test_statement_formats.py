"""Statements as six banks export them are read without a word from a person.

The rows are invented; the headings are those of the data, of grade M.
"""

from datetime import date

import pytest

from foundation.banking import columns, continuity, recognition, statement_rows
from foundation.banking.recognition import Mapping, Understanding
from foundation.banking.refusals import DirectionUnknown, NoStatementFound
from foundation.banking.statement_rows import StatementLine
from foundation.imports import reading
from foundation.imports.refusals import MappingInvalid

# One received and one paid line of each bank, below its headings; `,` separates.
ROWS = {
    "icbc": (
        "000001,4200001,6222001,2026-03-02 10:11:12,贷,,1200.00,102,捐款,助学,王敏,2200.00,",
        "000002,4200001,6222002,2026-03-05 09:00:00,借,200.00,,102,转账,货款,晨光公司,2000.00,",
    ),
    "ccb": (
        "4200001,基金,20260302 1011,,1200.00,2200.00,人民币,王敏,6222001,,20260302,捐款,助学,1,,,",
        "420001,基金,20260305 0900,200.00,,2000.00,人民币,晨光公司,622202,,20260305,转账,货款,2,,,",
    ),
    "boc": (
        "来账,转账,某支行,6222001,王敏,4200001,示例基金,20260302,10:11:12,CNY,1200.00,2200.00,S001,捐款,助学,",
        "往账,转账,某支行,4200001,示例基金会,6222002,晨光公司,20260305,09:00:00,CNY,-200.00,2000.00,S002,转账,货款,",
    ),
    "abc": (
        "2026-03-02 10:11:12,1200.00,,2200.00,某支行,湖北,6222001,王敏,助学",
        "2026-03-05 09:00:00,,200.00,2000.00,某支行,湖北,6222002,晨光公司,货款",
    ),
    "bocom": (
        "2026-03-02,捐款,,,贷,1200.00,2200.00,6222001,王敏,S001,助学",
        "2026-03-05,转账,,,借,200.00,2000.00,6222002,晨光公司,S002,货款",
    ),
    "cmb": (
        "20260302,10:11:12,20260302,网银,,1200.00,2200.00,捐款,S001,,,助学,,王敏,6222001,某支行",
        "20260305,09:00:00,20260305,网银,200.00,,2000.00,转账,S002,,,货款,,晨光公司,6222002,某支行",
    ),
}


def understood(text: str, *, mapping: Mapping | None = None) -> Understanding:
    source = reading.open_register(text.encode(), "对账单.csv")
    return recognition.recognise(source, mapping=mapping)


def lines_of(text: str) -> list[StatementLine]:
    rows = statement_rows.read(understood(text))
    assert not rows.rejected, rows.rejected
    return continuity.in_order(rows.lines)


@pytest.mark.parametrize("key", sorted(ROWS))
@pytest.mark.parametrize("turned", [False, True], ids=["oldest first", "newest first"])
def test_export_of_each_bank_is_read(key: str, turned: bool) -> None:
    (bank,) = [one for one in columns.wording().banks if one.key == key]
    rows = ROWS[key][::-1] if turned else ROWS[key]
    text = "\n".join(["账号:4200001", ",".join(bank.headings), *rows])
    found = understood(text)
    assert found.bank == bank
    received, paid = lines_of(text)
    assert (received.booked_on, received.amount_minor) == (date(2026, 3, 2), 1200_00)
    assert (paid.booked_on, paid.amount_minor) == (date(2026, 3, 5), -200_00)
    assert (received.balance_minor, paid.balance_minor) == (2200_00, 2000_00)
    assert (received.name, paid.name) == ("王敏", "晨光公司")
    assert received.account == "6222001"
    assert "助学" in received.note
    assert continuity.gaps([received, paid], 1000_00) == []
    assert continuity.opening_of([received, paid], continuity.Around()) == 1000_00


def test_every_bank_of_the_data_has_its_rows_and_a_grade() -> None:
    assert {bank.key for bank in columns.wording().banks} == set(ROWS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "日期,摘要,金额,余额\n2026-03-02,捐款,100.00,100.00\n2026-03-03,付,30.00,70.00",
            [10000, -3000],
        ),
        ("日期,借贷,发生额\n2026-03-02,贷,100\n2026-03-03,借,-30\n", [10000, -3000]),
        (
            "日期,借贷,发生额\n2026-03-02,贷,100\n2026-03-03,借,-30\n2026-03-04,借,5\n",
            [10000, 3000, -500],
        ),
        ("日期,收入,支出\n2026-03-02,100,\n2026-03-03,,-30\n", [10000, 3000]),
    ],
    ids=["from balances", "minus repeats", "minus corrects", "red payment"],
)
def test_direction_follows_from_what_the_bank_writes(text: str, expected: list[int]) -> None:
    assert [line.amount_minor for line in lines_of(text)] == expected


def test_one_column_of_amounts_without_direction_is_refused() -> None:
    with pytest.raises(DirectionUnknown):
        lines_of("日期,摘要,金额\n2026-03-02,捐款,100.00\n2026-03-03,付,30.00")


def test_totals_titles_and_repeated_headers_are_no_lines() -> None:
    head = "日期,摘要,收入,支出,余额"
    text = f"对账单\n{head}\n2026-03-02,捐款,100,,100\n{head}\n合计,,100,,\n打印时间 2026-04-01\n"
    rows = statement_rows.read(understood(text))
    assert (len(rows.lines), len(rows.rejected)) == (1, 0)


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("2026-03-02,捐款,100,50,", "debit"),
        (",捐款,100,,", "date"),
        ("2026-13-02,捐款,100,,", "date"),
        ("2026-03-02,捐款,1.005,,", "credit"),
        ("2026-03-02,捐款,abc,,", "credit"),
    ],
)
def test_row_that_cannot_be_read_is_named(row: str, field: str) -> None:
    rows = statement_rows.read(understood(f"日期,摘要,收入,支出,余额\n{row}\n"))
    (found,) = rows.rejected
    assert (found.row, found.field) == (2, field)
    assert "第 2 行" in found.description


def test_foreign_currency_is_refused() -> None:
    rows = statement_rows.read(understood("日期,币种,收入,支出\n2026-03-02,USD,100,\n"))
    assert rows.rejected[0].field == "currency"


def test_opening_closing_and_number_are_read_around_the_table() -> None:
    text = (
        "账号：4200 1234 5678 9012\n起止日期：2026-03-01至2026-03-31\n期初余额：1,000.00\n"
        "日期,摘要,收入,支出\n2026-03-02,捐款,100,\n期末余额：1,100.00元\n打印日期 2026-04-03\n"
    )
    found = understood(text)
    rows = statement_rows.read(found)
    around = continuity.around(found, rows.skipped, "")
    assert (around.opening_minor, around.closing_minor) == (1000_00, 1100_00)
    assert around.number == "4200123456789012"
    assert around.through == date(2026, 3, 31)


def test_file_that_is_no_statement_is_refused_and_mapped_by_hand() -> None:
    text = "甲,乙,丙\n2026-03-02,100,王敏\n2026-03-03,-5,\n"
    with pytest.raises(NoStatementFound):
        understood(text)
    with pytest.raises(MappingInvalid):
        understood(text, mapping=Mapping({"date": 0}, header_row=1))
    found = understood(text, mapping=Mapping({"date": 0, "amount": 1, "name": 2}, header_row=1))
    rows = statement_rows.read(found)
    assert [line.amount_minor for line in rows.lines] == [100_00, -5_00]
    assert len(found.signature) == 64


def test_masked_account_numbers_compare() -> None:
    assert continuity.is_same_number("4200123456789012", "4200********9012")
    assert not continuity.is_same_number("4200123456789012", "4200********9013")
    assert not continuity.is_same_number("4200123456789012", "42001234")
