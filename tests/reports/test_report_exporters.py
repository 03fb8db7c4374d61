"""Files opened again: they hold what the table holds, and no text in them is a formula."""

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from pypdf import PdfReader

from foundation import spreadsheets
from ledger.errors import InvalidInput
from reports import exporting
from reports.exporters import pdf
from reports.exporters.pdf import TooLongForPaper
from reports.exporting import UnknownFormat
from reports.tables import (
    Carry,
    Column,
    Emphasis,
    Heading,
    Kind,
    Label,
    Row,
    State,
    Table,
    Term,
    kept,
    without,
)
from tests.reports.book_cases import run

HOSTILE = ("=1+1", "+cmd", "-2+3", "@SUM(A1)", "\tTAB", "\rCR", "＝全角", '=HYPERLINK("x","y")')
COLUMNS = (
    Column("code", Label("编码", "Code"), Kind.CODE, 10),
    Column("date", Label("日期", "Date"), Kind.DATE, 11),
    Column("summary", Label("摘要", "Summary"), Kind.TEXT, 24),
    Column("count", Label("件数", "Count"), Kind.INTEGER, 6),
    Column("debit", Label("借方", "Debit"), Kind.MONEY, 16, Label("本期", "Period")),
    Column("credit", Label("贷方", "Credit"), Kind.MONEY, 16, Label("本期", "Period")),
)
HEADING = Heading(
    organisation=Label("测试大学教育发展基金会", "Test University Foundation"),
    period="2026-03",
    period_title=Label("2026年3月", "2026-03"),
    state=State.DRAFT,
    printed_at=datetime(2026, 4, 1, 9, 30, tzinfo=UTC),
)


def line(code="1001", summary="摘要", debit=0, credit=0, **more):
    return Row((code, date(2026, 3, 5), summary, 2, debit, credit), **more)


def table(*rows, totals=None, **more):
    if totals is None:
        plain = [row for row in rows if row.emphasis is Emphasis.PLAIN]
        totals = {"debit": sum(r.cells[4] for r in plain), "credit": sum(r.cells[5] for r in plain)}
    values = {
        "id": "sample",
        "title": Label("样表", "Sample"),
        "columns": COLUMNS,
        "rows": rows,
        "heading": HEADING,
        "totals": totals,
    }
    return Table(**(values | more))


def written(found, form, **options):
    stream = io.BytesIO()
    exporting.get(form).write(found, stream, **options)
    return stream.getvalue()


def csv_rows(found, **options):
    text = written(found, "csv", **options).decode("utf-8")
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:], newline="")))


def sheet_of(found, **options):
    return load_workbook(io.BytesIO(written(found, "xlsx", **options))).active


def test_csv_has_a_heading_the_rows_and_the_totals():
    rows = csv_rows(table(line("1001", "收款", 120_000_00), line("2202", "付款", 0, -5)))

    assert rows == [
        ["编码", "日期", "摘要", "件数", "本期借方", "本期贷方"],
        ["1001", "2026-03-05", "收款", "2", "120000.00", "0.00"],
        ["2202", "2026-03-05", "付款", "2", "0.00", "-0.05"],
        ["合计", "", "", "", "120000.00", "-0.05"],
    ]


@pytest.mark.parametrize("text", HOSTILE)
def test_csv_cell_that_looks_like_a_formula_gets_an_apostrophe(text):
    assert csv_rows(table(line(summary=text)))[1][2] == f"'{text}"


@pytest.mark.parametrize("text", ["-5", "+12.50", "普通", "1001", "a=b", "", "2026-03-05"])
def test_csv_leaves_numbers_and_plain_texts_alone(text):
    assert csv_rows(table(line(summary=text)))[1][2] == text


@given(st.text(max_size=20))
def test_no_text_of_any_csv_starts_a_formula(text):
    safe = spreadsheets.safe_or_number(text)

    assert safe.removeprefix("'") == text.removeprefix("'")
    assert not safe.startswith(("=", "@", "\t", "\r", "\n"))
    if safe.startswith(("+", "-")):
        assert Decimal(safe) == Decimal(text)


def test_json_keeps_amounts_as_text_and_marks_rows_that_do_not_count():
    term = Term("posted", Label("已记账", "Posted"))
    found = table(
        line(summary=term, debit=-1),
        line(summary=Label("本月合计", "Month"), debit=-1, emphasis=Emphasis.SUBTOTAL),
    )

    document = json.loads(written(found, "json"))

    assert [column["key"] for column in document["columns"]] == [c.key for c in COLUMNS]
    assert document["rows"][0] == {
        "code": "1001",
        "date": "2026-03-05",
        "summary": "posted",
        "count": 2,
        "debit": "-0.01",
        "credit": "0.00",
    }
    assert document["rows"][1]["_row"] == "subtotal"
    assert document["rows"][1]["summary"] == "本月合计"
    assert document["totals"] == {"debit": "-0.01", "credit": "0.00"}
    assert (document["state"], document["period"]) == ("draft", "2026-03")


def test_json_of_an_empty_table_is_a_document_too():
    document = json.loads(written(table(), "json"))

    assert document["rows"] == []


def values_of(sheet) -> Iterator[list]:
    for row in sheet.iter_rows():
        yield [cell.value for cell in row]


def test_workbook_has_title_facts_typed_cells_and_a_frozen_heading():
    sheet = sheet_of(table(line("0010", "收款", 120_000_05, 7)))

    rows = list(values_of(sheet))
    assert rows[0][0] == "样表"
    for fact in ("测试大学教育发展基金会", "2026年3月", "草稿", "单位：元", "2026-04-01 09:30"):
        assert fact in rows[1][0]
    assert rows[2][4] == "本期"
    assert rows[3][:4] == ["编码", "日期", "摘要", "件数"]
    code, day, summary, count, debit, credit = list(sheet.iter_rows())[4]
    assert (code.value, code.data_type) == ("0010", "s")
    assert day.value == datetime(2026, 3, 5)  # noqa: DTZ001 (a cell has no time zone)
    assert (summary.value, count.value) == ("收款", 2)
    assert Decimal(str(debit.value)) == Decimal("120000.05")
    assert debit.number_format.startswith("#,##0.00;")
    assert Decimal(str(credit.value)) == Decimal("0.07")
    assert sheet.freeze_panes == "E5"
    assert sheet.print_title_rows == "$3:$4"


@pytest.mark.parametrize("text", HOSTILE)
def test_text_of_a_workbook_is_never_a_formula(text):
    found = table(line(summary=text), title=Label(text.strip(), "x"), subtitle=Label(text, "x"))

    sheet = sheet_of(found)

    for row in list(sheet.iter_rows())[:6]:
        assert all(cell.data_type != "f" for cell in row)
    # A carriage return is written as such and not as the end of a line.
    assert list(values_of(sheet))[5][2].replace("_x000D_", "").strip() == text.strip()


@pytest.mark.parametrize("minor", [10**15 - 1, -(10**15) + 1])
def test_fifteen_digits_stay_a_number(minor):
    cell = list(sheet_of(table(line(debit=minor), totals={})).iter_rows())[4][4]

    assert cell.data_type == "n"
    assert Decimal(str(cell.value)) == Decimal(minor).scaleb(-2)


def test_amount_that_a_spreadsheet_would_round_is_written_as_text():
    sheet = sheet_of(table(line(debit=10**18 - 1), line(debit=-1)))

    rows = list(sheet.iter_rows())
    assert rows[4][4].value == "9999999999999999.99"
    assert rows[6][4].value == "9999999999999999.98"


def evaluated(sheet, cell):
    """Work out a cell whose formula adds up others."""
    if not isinstance(cell.value, str) or not cell.value.startswith("="):
        return Decimal(str(cell.value or 0))
    inside = re.fullmatch(r"=SUM\(([A-Z0-9:,]+)\)", cell.value)[1]
    total = Decimal(0)
    for part in inside.split(","):
        cells = sheet[part]
        column = [row[0] for row in cells] if isinstance(cells, tuple) else [cells]
        total += sum(evaluated(sheet, one) for one in column)
    return total


REPORTS = (
    ("trial_balance", {"period": "2026-Q1"}),
    ("trial_balance", {"period": "2026-Q1", "level": "tree", "ytd": "1"}),
    ("general_ledger", {"period": "2026-Q1"}),
    ("subsidiary_ledger", {"period": "2026-02", "account": "100201"}),
    ("subsidiary_ledger", {"period": "2026-Q1"}),
    ("cash_journal", {"period": "2026-Q1"}),
    ("fund_roll_forward", {"period": "2026-Q1"}),
    ("fund_statement", {"period": "2026-Q1"}),
)


@pytest.mark.parametrize(("report_id", "given"), REPORTS)
def test_formulas_of_a_workbook_agree_with_the_table(kept_books, report_id, given):
    found = run(kept_books, report_id, **given)
    stream = io.BytesIO(written(found, "xlsx"))
    sheet, cached = load_workbook(stream).active, load_workbook(stream, data_only=True).active

    formulas = [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]

    assert len(formulas) >= len(found.totals)
    for cell in formulas:
        assert evaluated(sheet, cell) == Decimal(str(cached[cell.coordinate].value))
    last = next(row for row in cached.iter_rows() if row[0].value == "合计")
    for i, column in enumerate(found.columns):
        if column.key in found.totals:
            assert Decimal(str(last[i].value)) == Decimal(found.totals[column.key]).scaleb(-2)


def test_sum_that_the_rows_do_not_make_up_stays_a_figure():
    sheet = sheet_of(table(line(debit=1), totals={"debit": 5, "credit": 0}))

    total = list(sheet.iter_rows())[5]
    assert total[4].data_type == "n"
    assert Decimal(str(total[4].value)) == Decimal("0.05")


def pages_of(found, **options):
    return [
        "".join(page.extract_text().split())
        for page in PdfReader(io.BytesIO(written(found, "pdf", **options))).pages
    ]


def ledger(count):
    columns = (*COLUMNS, Column("balance", Label("余额", "Balance"), Kind.MONEY, 16))
    rows = [
        Row(("1001", None, Label("期初余额", ""), None, None, None, 7), emphasis=Emphasis.OPENING)
    ]
    rows += [
        Row(("1001", date(2026, 3, 5), f"第{i}笔", 1, 100, 30, 7 + 70 * i))
        for i in range(1, count + 1)
    ]
    carry = Carry(sums=("debit", "credit"), last=("balance",))
    totals = {"debit": 100 * count, "credit": 30 * count}
    return table(*rows, columns=columns, carry=carry, totals=totals)


def test_paper_has_heading_and_count_on_every_page():
    pages = pages_of(ledger(100))

    assert len(pages) > 2
    for number, text in enumerate(pages, start=1):
        for part in ("样表", "测试大学教育发展基金会", "2026年3月", "草稿", "单位：元", "余额"):
            assert part in text
        assert f"第{number}页共{len(pages)}页" in text
        assert "打印时间：2026-04-0109:30" in text


def test_ledger_carries_its_sums_from_page_to_page():
    pages = pages_of(ledger(100))

    assert "承前页" not in pages[0]
    assert "过次页" not in pages[-1]
    carried = []
    for before, after in pairwise(pages):
        over = re.search(r"过次页([\d,.]+)", before)[1]
        assert f"承前页{over}" in after
        carried.append(over)
    lines_before = max(int(n) for n in re.findall(r"第(\d+)笔", pages[0]))
    balance = f"{7 + 70 * lines_before:03d}"
    wanted = f"{lines_before}.00{lines_before * 30 // 100}.{lines_before * 30 % 100:02d}"
    assert carried[0].startswith(wanted)
    assert carried[0].endswith(f"{balance[:-2]}.{balance[-2:]}")


def test_every_row_is_on_paper_once():
    text = "".join(pages_of(ledger(100)))

    assert sorted(int(n) for n in re.findall(r"第(\d+)笔", text)) == list(range(1, 101))


def test_character_without_a_glyph_is_marked_and_not_lost():
    (page,) = pages_of(table(line(summary="古\U000e0001字\U0010fffd")))

    assert "古〓字〓" in page


def test_long_text_and_eighteen_digits_stay_on_the_page():
    (page,) = pages_of(table(line(summary="很长的摘要" * 40, debit=10**18 - 1)))

    assert "9,999,999,999,999,999.99" in page
    assert "…" in page


def test_paper_in_english_is_english():
    (page,) = pages_of(table(line()), language="en")

    assert "Sample" in page
    assert "Page1of1" in page
    assert "样表" not in page


def test_same_table_is_the_same_file():
    assert written(ledger(60), "pdf") == written(ledger(60), "pdf")


def test_book_that_is_too_long_for_paper_is_refused(monkeypatch):
    monkeypatch.setattr(pdf, "MAX_ROWS", 50)
    rows = (line() for _ in range(pdf.MAX_ROWS + 1))

    with pytest.raises(TooLongForPaper):
        written(table(totals={}, rows=rows), "pdf")


@pytest.mark.parametrize("form", ["json", "csv", "xlsx", "pdf"])
def test_stream_of_rows_is_written_as_a_kept_table_is(form):
    found = ledger(40)

    streamed = Table(**{**vars_of(found), "rows": iter(found.rows)})

    if form == "xlsx":
        assert list(values_of(sheet_of(streamed))) == list(values_of(sheet_of(found)))
    else:
        assert written(streamed, form) == written(found, form)


def vars_of(found):
    return {name: getattr(found, name) for name in Table.__slots__}


def test_unknown_format_is_refused():
    with pytest.raises(UnknownFormat):
        exporting.get("docx")
    assert issubclass(UnknownFormat, InvalidInput)


def test_hidden_columns_are_left_out_everywhere():
    found = without(ledger(2), ["date", "debit", "nonsense"])

    assert [column.key for column in found.columns] == [
        "code",
        "summary",
        "count",
        "credit",
        "balance",
    ]
    assert found.totals == {"credit": 60}
    assert found.carry == Carry(sums=("credit",), last=("balance",))
    assert csv_rows(found)[1] == ["1001", "期初余额", "", "", "0.07"]
    assert without(found, [column.key for column in found.columns]) is found


def test_kept_table_can_be_read_twice():
    found = kept(table(rows=(line() for _ in range(3)), totals={}))

    assert len(list(found.rows)) == len(list(found.rows)) == 3
