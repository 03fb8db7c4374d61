"""Opening files: what they are, how text is encoded, and what is refused."""

import codecs
import csv
import hashlib
import io
import tracemalloc
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from foundation.imports import reading, refusals
from ledger.errors import InvalidInput

HEADER = ("日期", "捐赠人", "金额")
OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def text_table(rows: Sequence[Sequence[object]], *, delimiter: str = ",") -> str:
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter).writerows(rows)
    return stream.getvalue()


def workbook(rows: Sequence[Sequence[object]], *, names: Sequence[str] = ("登记",)) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name in names:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def zipped(*names: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        for name in names:
            package.writestr(name, "x")
    return stream.getvalue()


TABLE = [HEADER, ("2020-01-22", "甲公司", "1,000.50"), ("2020-01-23", "乙（武汉）", "20")]


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("gb18030", b""),
        ("gbk", b""),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
    ],
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_text_in_usual_encodings_and_delimiters_is_read(
    encoding: str, mark: bytes, delimiter: str
) -> None:
    data = mark + text_table(TABLE, delimiter=delimiter).encode(encoding)

    source = reading.open_register(data, "登记.csv")

    assert list(source.rows()) == [tuple(row) for row in TABLE]
    assert source.sheets == ()
    assert source.digest == hashlib.sha256(data).hexdigest()


def test_separators_in_amounts_are_no_delimiters() -> None:
    rows = [HEADER, *(("2020-01-22", f"单位{i}", "1,234,567.00") for i in range(30))]
    data = "\r\n".join(";".join(row) for row in rows).encode()

    assert list(reading.open_register(data, "a.csv").rows())[1][2] == "1,234,567.00"


def test_prose_with_commas_does_not_decide_the_delimiter() -> None:
    prose = "2月1日收到社会捐款1,945.81万元，累计收到71,898.92万元。"
    data = f"{prose}\n{prose}\n日期;捐赠人;金额\n2020-01-22;甲;5\n".encode()

    assert reading.open_register(data, "a.csv").delimiter == ";"


def test_text_is_read_from_a_path(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(text_table(TABLE).encode())

    source = reading.open_register(path, path.name)

    assert len(list(source.rows())) == 3
    assert len(list(source.rows())) == 3


def test_blank_lines_keep_their_row_number() -> None:
    source = reading.open_register("甲,乙\n\n丙,丁\n".encode(), "a.csv")

    assert list(source.rows()) == [("甲", "乙"), (), ("丙", "丁")]


def test_note_with_a_line_break_stays_one_cell() -> None:
    data = text_table([("甲", "乙", "丙"), ("1", "两行\n文字", "3"), ("4", "5", "6")]).encode()

    assert list(reading.open_register(data, "a.csv").rows())[1] == ("1", "两行\n文字", "3")


@pytest.mark.parametrize(
    "text",
    [
        '日期,捐赠人,金额\n2020-01-01,"甲,5\n2020-01-02,乙,6\n',
        '日期,捐赠人,金额\n2020-01-01,"甲,5\n2020-01-02,乙,6\n2020-01-03,丙",7\n',
    ],
)
def test_quote_that_would_swallow_rows_is_refused(text: str) -> None:
    source = reading.open_register(text.encode(), "a.csv")

    with pytest.raises(refusals.TextUnreadable, match="引号不成对"):
        list(source.rows())


def test_workbook_cells_are_exact_values() -> None:
    data = workbook(
        [
            (3482232.1100000003, 0.1, 12, 1.234, 38422322.23999998),
            ("文字", None, date(2020, 1, 22), datetime.fromisoformat("2020-01-22 14:03"), True),
        ]
    )

    first, second = reading.open_register(data, "a.xlsx").rows()

    assert first == (
        Decimal("3482232.11"),
        Decimal("0.1"),
        12,
        Decimal("1.234"),
        Decimal("38422322.24"),
    )
    assert second == (
        "文字",
        "",
        date(2020, 1, 22),
        datetime.fromisoformat("2020-01-22 14:03"),
        "TRUE",
    )


def test_workbook_rows_start_at_the_first_row_of_the_sheet() -> None:
    book = openpyxl.Workbook()
    book.active["C4"] = "此处"
    stream = io.BytesIO()
    book.save(stream)

    rows = list(reading.open_register(stream.getvalue(), "a.xlsx").rows())

    assert len(rows) == 4
    assert rows[3][2] == "此处"


def test_hidden_and_chart_sheets_do_not_come_first() -> None:
    book = openpyxl.Workbook()
    book.active.title = "隐藏"
    book.active.sheet_state = "hidden"
    book.create_sheet("可见")
    book.create_chartsheet("图")
    stream = io.BytesIO()
    book.save(stream)

    assert reading.open_register(stream.getvalue(), "a.xlsx").sheets == ("可见", "隐藏")


def test_unknown_sheet_is_refused_with_the_names() -> None:
    source = reading.open_register(workbook(TABLE, names=("一月", "二月")), "a.xlsx")

    with pytest.raises(refusals.SheetNotFound, match="一月、二月"):
        source.table("三月")


@pytest.mark.parametrize(
    ("data", "name", "called"),
    [
        (b"<html><table><tr><td>1</td></tr></table></html>", "a.xls", "网页"),
        (b"\xef\xbb\xbf  <!DOCTYPE html><html></html>", "a.xls", "网页"),
        ("<table><tr><td>金额</td></tr>".encode("utf-16"), "a.xls", "网页"),
        (b'<?xml version="1.0"?><html></html>', "a.csv", "网页"),
        (
            b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
            "a.xls",
            "XML",
        ),
        ("日期,捐赠人,金额\n".encode(), "a.xls", "文本"),
        ("日期\t捐赠人\n".encode("gb18030"), "a.xlsx", "文本"),
        (workbook(TABLE), "a.csv", ".xlsx"),
        (workbook(TABLE), "a.xls", ".xlsx"),
        (OLE2 + b"\0" * 500 + "Workbook\0".encode("utf-16-le"), "a.xlsx", ".xls"),
        (OLE2 + b"\0" * 500 + "WordDocument".encode("utf-16-le"), "a.xls", "Word"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "a.xlsx", "JPEG"),
        (b"\x89PNG\r\n\x1a\n", "a.csv", "PNG"),
        (b"%PDF-1.7\n", "a.xls", "PDF"),
        (zipped("a.txt"), "a.xlsx", "ZIP"),
        (zipped("word/document.xml"), "a.xlsx", "Word"),
        (zipped("xl/workbook.bin"), "a.xlsx", "xlsb"),
        (zipped("mimetype", "content.xml"), "a.xlsx", "OpenDocument"),
        (bytes(range(256)) * 4, "a.csv", "二进制"),
    ],
)
def test_file_that_is_not_what_its_name_says_is_refused(
    data: bytes, name: str, called: str
) -> None:
    with pytest.raises(refusals.FileNotWhatItSays) as refused:
        reading.open_register(data, name)

    assert refused.value.code == "file_not_what_it_says"
    assert called in refused.value.data["found"]
    assert refused.value.data["advice"].startswith("请")
    assert name in str(refused.value)


@pytest.mark.parametrize("name", ["a.csv", "a.xls", "a.xlsx"])
def test_empty_file_is_refused(name: str) -> None:
    with pytest.raises(refusals.FileEmpty):
        reading.open_register(b"", name)


@pytest.mark.parametrize("data", [b"\n\n", b"\xef\xbb\xbf", b"   \r\n\t"])
def test_text_of_blanks_only_is_refused(data: bytes) -> None:
    with pytest.raises(refusals.FileEmpty):
        reading.open_register(data, "a.csv")


@pytest.mark.parametrize("name", ["a.pdf", "a", "a.docx", "登记"])
def test_other_names_are_refused_with_what_is_supported(name: str) -> None:
    with pytest.raises(refusals.FileTypeUnsupported, match=r"\.xlsx、\.xls、\.csv"):
        reading.open_register(b"x,y\n", name)


def test_workbook_with_a_password_is_refused() -> None:
    data = OLE2 + b"\0" * 900 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 90

    with pytest.raises(refusals.FileEncrypted, match="密码"):
        reading.open_register(data, "a.xlsx")


@pytest.mark.parametrize("share", [3, 2])
def test_truncated_workbook_is_refused(share: int) -> None:
    data = workbook(TABLE)

    with pytest.raises(refusals.FileDamaged):
        reading.open_register(data[: len(data) * (share - 1) // share], "a.xlsx")


def test_workbook_without_its_parts_is_refused() -> None:
    with pytest.raises(refusals.FileDamaged):
        reading.open_register(zipped("xl/workbook.xml"), "a.xlsx")


def test_broken_compound_file_is_refused() -> None:
    data = OLE2 + b"\0" * 2000 + "Workbook\0".encode("utf-16-le") + b"\xff" * 2000

    with pytest.raises(refusals.FileDamaged):
        reading.open_register(data, "a.xls")


def test_one_stray_cell_in_the_last_corner_does_not_end_the_service() -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "金额"
    book.active["XFD1048576"] = " "
    stream = io.BytesIO()
    book.save(stream)
    source = reading.open_register(stream.getvalue(), "a.xlsx")

    with pytest.raises(refusals.FileDamaged):
        list(source.rows())


def test_text_in_no_known_encoding_is_refused() -> None:
    with pytest.raises(refusals.TextUnreadable, match="第 2 行"):
        reading.open_register("日期\n".encode("gb18030") + b"\x80\xff\xff\n", "a.csv")


def test_damaged_utf8_is_not_taken_for_chinese_of_another_encoding() -> None:
    data = ("捐赠人,金额\n" + "武汉某某公司,5\n" * 20).encode() + "张\u4e09"[0].encode()[:2] + b"\n"

    with pytest.raises(refusals.TextUnreadable, match="第 22 行"):
        reading.open_register(data, "a.csv")


def test_every_refusal_is_invalid_input_with_a_code() -> None:
    with pytest.raises(InvalidInput) as refused:
        reading.open_register(b"", "a.csv")

    assert refused.value.status == 422
    assert refused.value.code == "file_empty"


def test_long_text_is_read_in_flat_memory(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    line = '2020-01-22,武汉某某科技有限公司,"1,000.50"\n'
    path.write_text("日期,捐赠人,金额\n" + line * 100_000, encoding="utf-8")

    tracemalloc.start()
    try:
        source = reading.open_register(path, path.name)
        count = sum(1 for _ in source.rows())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert count == 100_001
    # The file has 5.5 million bytes; what is held at once does not grow with it.
    assert peak < 8_000_000
