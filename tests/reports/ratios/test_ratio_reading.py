"""Reading foundation-years: any order, any usual way to write an amount; the rest refused."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import money
from ledger.errors import DomainError, NotFound
from reports.ratios import reading, results
from reports.ratios.reading import InvalidFigures, UnreadableFile

AsCsv = Callable[..., str]


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("1234567.89", 123456789),
        ("1,234,567.89", 123456789),
        ("1，234，567.89", 123456789),
        ("１２３４．５０", 123450),
        ("1 234 567.89", 123456789),
        ("1\u00a0234\u00a0567.89", 123456789),
        ("1,234,567.89元", 123456789),
        ("¥1,234.50", 123450),
        ("￥1,234.50", 123450),
        ("人民币1234.50元", 123450),
        ("123.45万元", 123450000),
        ("123.45 万元", 123450000),
        ("229265.114296万元", 229265114296),
        ("1.2亿元", 12000000000),
        ("0", 0),
        ("0.0000", 0),
        ("-1719.56", -171956),
        ("−1719.56", -171956),
        ("－1719.56", -171956),
        ("(1,719.56)", -171956),
        ("（1,719.56）", -171956),
        ("¥-5.00", -500),
    ],
)
def test_amounts_are_read_as_people_write_them(text: str, fen: int) -> None:
    assert reading.parse_amount(text) == fen


@pytest.mark.parametrize(
    "text",
    [
        "abc",
        "1,23,456.00",
        "1.234,50",
        "1.2E+09",
        "nan",
        "inf",
        "12.345",
        "0.1234567万元",
        "--5",
        "-(5.00)",
        "-¥-5",
        "5元元",
        "5美元",
        "9" * 30,
        "=A1+B1",
    ],
)
def test_what_is_no_amount_is_refused_with_row_field_found_expected(
    text: str, as_csv: AsCsv
) -> None:
    good = {"row_id": "甲", "opening_net_assets": "1.00"}
    with pytest.raises(InvalidFigures) as refused:
        reading.read(
            as_csv(good, {"row_id": "乙", "fiscal_year": "2021"} | {"opening_net_assets": text})
        )
    data = refused.value.data
    assert (data["row"], data["field"], data["found"]) == (3, "opening_net_assets", text)
    assert data["expected"]
    assert "第3行" in str(refused.value)


@given(st.integers(min_value=-money.MAX_MINOR, max_value=money.MAX_MINOR))
def test_every_amount_reads_back_plain_and_grouped(fen: int) -> None:
    assert reading.parse_amount(money.to_text(fen)) == fen
    assert reading.parse_amount(money.grouped(fen) + "元") == fen


@given(st.text(max_size=30))
def test_no_text_in_a_money_cell_raises_anything_but_a_named_refusal(text: str) -> None:
    quoted = '"' + text.replace('"', '""') + '"'
    with suppress(DomainError):
        assert len(reading.read(f"fiscal_year,opening_net_assets\n2020,{quoted}\n")) == 1


@given(st.text(max_size=200))
def test_no_text_at_all_raises_anything_but_a_named_refusal(text: str) -> None:
    with suppress(DomainError):
        assert results.compute_csv(text + "\n")


def test_columns_may_stand_in_any_order_and_be_absent_or_unknown(as_csv: AsCsv) -> None:
    row = {"opening_net_assets": "100.00", "rpt_charity_expense": "9.00", "notes": "n"}
    usual = results.compute_csv(as_csv(row))[0]
    turned = "经办,rpt_charity_expense,notes,fiscal_year,opening_net_assets,foundation\n"
    turned += f"甲,9.00,n,2020,100.00,{usual['foundation']}\n"
    assert results.compute_csv(turned)[0] == usual


def test_columns_may_be_called_by_their_chinese_names_and_carry_a_unit() -> None:
    text = "会计年度,上年末净资产（万元）,本年度用于公益事业的支出（元）\n2020年度,0.01,9.00\n"
    (year,) = reading.read(text)
    assert year.figures.fiscal_year == 2020
    assert year.figures.amounts == {"opening_net_assets": 10000, "rpt_charity_expense": 900}


def test_a_unit_in_the_cell_goes_before_the_unit_of_the_column() -> None:
    (year,) = reading.read("fiscal_year,opening_net_assets(万元)\n2020,5元\n")
    assert year.figures.amounts == {"opening_net_assets": 500}


@pytest.mark.parametrize("blank", ["", " ", "-", "—", "无", "N/A", "\u3000"])
def test_an_empty_cell_is_unknown_and_not_zero(blank: str, as_csv: AsCsv) -> None:
    (year,) = reading.read(as_csv({"opening_net_assets": blank, "rpt_wages": "0"}))
    assert year.figures.amounts == {"rpt_wages": 0}


def test_published_percentages_keep_what_was_written(as_csv: AsCsv) -> None:
    (year,) = reading.read(as_csv({"pub_charity_pct_1y": "30.20%", "pub_admin_pct_1y": "0"}))
    assert year.published["pub_charity_pct_1y"].text == "30.20%"
    assert year.published["pub_charity_pct_1y"].decimals == 2
    assert year.published["pub_admin_pct_1y"].percent == 0


@pytest.mark.parametrize(
    ("text", "row", "field"),
    [
        ("fiscal_year,pub_admin_pct_1y\n2020,很高\n", 2, "pub_admin_pct_1y"),
        ("fiscal_year,rpt_wages\n20,1\n", 2, "fiscal_year"),
        ("fiscal_year,rpt_wages\n,1\n", 2, "fiscal_year"),
        ("fiscal_year,rpt_wages\n2020.5,1\n", 2, "fiscal_year"),
        ("rpt_wages,fiscal_year\n1\n", 2, "fiscal_year"),
        ("foundation,rpt_wages\n甲,1\n", 1, "表头"),
        ("fiscal_year,rpt_wages,rpt_wages\n2020,1,1\n", 1, "表头"),
        ("fiscal_year,管理费用,mgmt_expense_stmt\n2020,1,1\n", 1, "表头"),
        ("fiscal_year,opening_net_asset\n2020,1\n", 1, "表头"),
        ("fiscal_year,rpt_wages\n2020,1,2\n", 2, "列数"),
        ("fiscal_year,rpt_wages\n", 1, "数据"),
        ("\n\n", 1, "表头"),
        ('fiscal_year,notes\n2020,"没有收尾\n', 2, "CSV"),
    ],
)
def test_a_file_that_cannot_be_read_says_where_and_what_was_expected(
    text: str, row: int, field: str
) -> None:
    with pytest.raises(InvalidFigures) as refused:
        reading.read(text)
    assert (refused.value.data["row"], refused.value.data["field"]) == (row, field)
    assert refused.value.data["expected"]


def test_a_misspelt_column_is_told_its_right_name() -> None:
    with pytest.raises(InvalidFigures) as refused:
        reading.read("fiscal_year,rpt_charity_expanse\n2020,1\n")
    assert "rpt_charity_expense" in refused.value.data["expected"]


def test_remarks_above_and_blank_lines_are_passed_over_but_counted() -> None:
    text = "# 虚构数据\n\nfiscal_year,rpt_wages\n\n2020,1\n,\n2021,2\n"
    assert [(year.row, year.figures.fiscal_year) for year in reading.read(text)] == [
        (5, 2020),
        (7, 2021),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_files_of_the_usual_encodings_read_alike(
    encoding: str, tmp_path: Path, as_csv: AsCsv
) -> None:
    path = tmp_path / "years.csv"
    path.write_bytes(as_csv({"rpt_wages": "1.00"}).replace("\n", "\r\n").encode(encoding))
    (year,) = reading.read(path)
    assert year.foundation == "云梦大学教育发展基金会"
    assert reading.read(str(path)) == (year,)


def test_an_absent_file_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        reading.read(tmp_path / "absent.csv")


def test_a_folder_and_a_workbook_are_refused(tmp_path: Path) -> None:
    book = tmp_path / "years.xlsx"
    book.write_bytes(b"PK\x03\x04rest")
    for path in (tmp_path, book):
        with pytest.raises(UnreadableFile):
            reading.read(path)


def test_bytes_in_no_known_encoding_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "years.csv"
    path.write_bytes(b"\xff\xff\xff\n")
    with pytest.raises(UnreadableFile):
        reading.read(path)


def test_a_long_wrong_cell_is_shown_shortened(as_csv: AsCsv) -> None:
    with pytest.raises(InvalidFigures) as refused:
        reading.read(as_csv({"rpt_wages": "x" * 500}))
    assert len(refused.value.data["found"]) < 70


def test_figures_stay_as_found_whether_they_tie_or_not(compute: Callable[..., Any]) -> None:
    (row,) = compute(
        {
            "opening_net_assets": "100.00",
            "rpt_charity_expense": "10.00",
            "rpt_wages": "1.00",
            "rpt_admin_office": "1.00",
            "rpt_other_expense": "1.00",
            "rpt_total_expense": "99.00",
        }
    )
    parts = row["ratios"]["admin_1y"]["denominator"]["parts"]
    assert [(part["field"], part["amount"]) for part in parts] == [("rpt_total_expense", "99.00")]
    assert row["chk_parts_sum"] == "-86.00"
