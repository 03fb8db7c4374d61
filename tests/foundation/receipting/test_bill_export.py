"""Exports of the finance department's system: read exactly, recorded whole or not at all."""

import csv
import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from sqlalchemy import Engine

from foundation import database
from foundation.imports.reading import open_register
from foundation.receipting import bill_export, bill_importing
from foundation.receipting.bill_export import BillRow, RejectedBill
from foundation.receipting.billing import Billed
from receipts.content import RecipientKind
from receipts.models import BillState
from tests.factories import CLOCK, PREPARER
from tests.foundation.donors.donor_cases import CREDIT_CODE, ID_NUMBER
from tests.foundation.gifts import gift_cases
from tests.foundation.gifts.gift_cases import posted, recorded
from tests.foundation.receipting import document_cases
from tests.foundation.receipting.document_cases import numbers
from tests.receipts import bill_cases
from tests.receipts.bill_cases import CODE
from tests.refusals import refused

HEADER = (
    "票据代码",
    "票据号码",
    "校验码",
    "开票日期",
    "交款人",
    "交款人统一社会信用代码",
    "项目名称",
    "金额（元）",
    "备注",
)
PLAIN = (CODE, "0000000001", "a1b2c3", "2026-03-10", "林晓舟", "", "奖学金", "1,000.00", "")
Row = Sequence[object]


def written(*rows: Row, header: Row = HEADER) -> bytes:
    stream = io.StringIO()
    csv.writer(stream).writerows([header, *rows])
    return stream.getvalue().encode("utf-8-sig")


def read(*rows: Row, header: Row = HEADER, code: str = "") -> list[BillRow | RejectedBill]:
    source = open_register(written(*rows, header=header), "票据.csv")
    return list(bill_export.read(source, code=code))


def changed(**cells: object) -> Row:
    """Return the plain row with other cells, by heading."""
    row: list[object] = list(PLAIN)
    for heading, cell in cells.items():
        row[HEADER.index(heading)] = cell
    return row


def only(row: Row, **options: Any) -> BillRow:
    (found,) = read(row, **options)
    assert isinstance(found, BillRow), found
    return found


def bring(engine: Engine, data: bytes, name: str = "票据.csv", **options: Any) -> list[Billed]:
    with database.transaction(engine) as session:
        return bill_importing.import_bills(
            session, open_register(data, name), actor=PREPARER, clock=CLOCK, **options
        )


def test_row_becomes_the_bill_that_it_says() -> None:
    found = only(PLAIN)

    assert (found.row, found.gifts) == (2, ())
    assert (found.bill.code, found.bill.number) == (CODE, "0000000001")
    assert (found.bill.issued_on, found.bill.amount_minor) == (date(2026, 3, 10), 1_000_00)
    assert (found.bill.payer_name, found.bill.payer_kind) == ("林晓舟", RecipientKind.PERSON)
    (item,) = found.bill.items
    assert (item.item_name, item.amount_minor) == ("奖学金", 1_000_00)


def test_columns_stand_in_any_order_and_under_other_names() -> None:
    header = ("缴款单位", "总金额", "开具日期", "电子票据号码", "电子票据代码")
    row = ("东湖启明科技有限公司", "88.5", "2026年3月10日", "0000000009", CODE)
    found = only(row, header=header)

    assert (found.bill.number, found.bill.amount_minor) == ("0000000009", 88_50)
    assert found.bill.payer_kind is RecipientKind.ORGANISATION
    assert found.bill.items == ()


def test_code_of_the_batch_fills_a_missing_column() -> None:
    header = ("票据号码", "开票日期", "交款人", "金额")
    found = only(("0000000001", "2026-03-10", "林晓舟", "1"), header=header, code=CODE)

    assert found.bill.code == CODE


def test_credit_code_is_kept_and_the_number_of_a_person_is_not() -> None:
    company = only(changed(交款人="东湖启明科技有限公司", 交款人统一社会信用代码=CREDIT_CODE))
    person = only(changed(交款人统一社会信用代码=ID_NUMBER))
    masked = only(changed(交款人统一社会信用代码="990000********007X"))

    assert (company.bill.payer_kind, company.bill.payer_code) == (
        RecipientKind.ORGANISATION,
        CREDIT_CODE,
    )
    assert (person.bill.payer_kind, person.bill.payer_code) == (RecipientKind.PERSON, "")
    assert masked.bill.payer_code == ""


def test_references_of_gifts_are_found_in_the_remark() -> None:
    found = only(changed(备注="捐赠编号 g2026-000012、G2026-000013；G2026-000012"))

    assert found.gifts == ("G2026-000012", "G2026-000013")


def test_red_row_names_its_blue_bill() -> None:
    header = (*HEADER, "相关票据代码", "相关票据号码", "状态")
    red = (*changed(票据号码="0000000002"), CODE, "0000000001", "红字")
    negative = (
        *changed(**{"票据号码": "0000000002", "金额（元）": "-1,000.00"}),
        CODE,
        "1" * 10,
        "",
    )

    assert only(red, header=header).bill.amount_minor == -1_000_00
    assert only(red, header=header).bill.reverses == (CODE, "0000000001")
    assert only(negative, header=header).bill.reverses == (CODE, "1" * 10)


@pytest.mark.parametrize(
    ("row", "saying"),
    [
        (changed(**{"金额（元）": ""}), "金额"),
        (changed(**{"金额（元）": "一千"}), "金额"),
        (changed(**{"金额（元）": "1000.005"}), "金额"),
        (changed(**{"金额（元）": "USD 5"}), "金额"),
        (changed(开票日期="10/03/2026"), "开票日期"),
        (changed(开票日期=""), "开票日期"),
        (changed(**{"金额（元）": "-5"}), "蓝字"),
    ],
)
def test_row_that_is_no_bill_is_rejected_with_the_reason(row: Row, saying: str) -> None:
    (found,) = read(row)

    assert isinstance(found, RejectedBill)
    assert found.row == 2
    assert saying in found.reason


def test_void_rows_are_not_recorded_as_bills() -> None:
    (found,) = read((*PLAIN, "已作废"), header=(*HEADER, "票据状态"))

    assert isinstance(found, RejectedBill)
    assert "作废" in found.reason


def test_blank_rows_titles_and_totals_are_no_bills() -> None:
    title = ("某单位票据清单", *[""] * 8)
    blank, total = [""] * 9, ("合计", "", "", "", "", "", "", "1000.00", "")
    found = read(HEADER, PLAIN, blank, total, header=title)

    assert [each.row for each in found] == [3]


def test_file_without_the_headings_is_refused() -> None:
    with refused("no_bill_table", "票据.csv"):
        read(("a", "b"), header=("姓名", "电话"))
    with refused("no_bill_table"):
        read(PLAIN[:4], header=HEADER[:4])


def workbook(folder: Path, *rows: Row) -> Path:
    path = folder / "票据.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("票据")
        for place, row in enumerate([HEADER, *rows]):
            sheet.write_row(place, 0, row)
    return path


def test_workbook_gives_back_the_zeros_that_spreadsheets_drop(tmp_path: Path) -> None:
    path = workbook(
        tmp_path, (int(CODE), 1, "a1b2c3", "2026-03-10", "林晓舟", "", "奖学金", 1000, "")
    )
    (found,) = bill_export.read(open_register(path, path.name))

    assert isinstance(found, BillRow)
    assert (found.bill.code, found.bill.number) == (CODE, "0000000001")
    assert found.bill.amount_minor == 1_000_00


def test_export_is_recorded_with_the_gifts_that_it_names(books: Engine) -> None:
    bill_cases.draw(books)
    first, second = posted(books, minor=1_000_00), posted(books, minor=50_00)
    rows = (
        changed(备注=first.reference),
        changed(**{"票据号码": "0000000002", "金额（元）": "50"}),
    )
    done = bring(books, written(*rows))

    assert [each.gift_ids for each in done] == [(first.gift_id,), (second.gift_id,)]
    assert numbers(books, first.gift_id) == [f"{CODE} 0000000001"]
    assert document_cases.findings(books) == []


@pytest.mark.parametrize(
    ("bad", "code", "saying"),
    [
        (changed(票据号码="0000000002", 备注="G2026-999999"), "bills_rejected", "G2026-999999"),
        (changed(票据号码="0000000002", 开票日期="?"), "bills_rejected", "第 3 行"),
        (changed(票据号码="0000000099"), "bill_number_not_drawn", "0000000099"),
        (changed(), "bill_number_taken", "0000000001"),
        (changed(票据号码="0000000002", 开票日期="2026-12-01"), "invalid", "今天"),
        (changed(票据号码="0000000002", 校验码="x"), "odd_bill", "校验码"),
    ],
)
def test_one_bad_row_stops_the_whole_file(books: Engine, bad: Row, code: str, saying: str) -> None:
    bill_cases.draw(books)
    made = posted(books, minor=1_000_00)

    with refused(code, saying):
        bring(books, written(PLAIN, bad))
    assert bill_cases.stored(books, 1).state is BillState.IN_STOCK
    assert numbers(books, made.gift_id) == []


def test_gift_that_is_not_posted_stops_the_file(books: Engine) -> None:
    bill_cases.draw(books)
    made = recorded(books, minor=1_000_00)

    with refused("not_eligible", "尚未记账"):
        bring(books, written(changed(备注=made.reference)))


def test_file_is_recorded_once(books: Engine) -> None:
    bill_cases.draw(books)
    bring(books, written(PLAIN))

    with refused("bill_number_taken"):
        bring(books, written(PLAIN))
    with refused("no_bills"):
        bring(books, written())
    assert gift_cases.counts(books)["gift"] == 0


def test_large_export_is_recorded_as_one(books: Engine) -> None:
    bill_cases.draw(books, last_number="0000002000")
    rows = [
        changed(**{"票据号码": f"{number:010d}", "金额（元）": f"{number}.00"})
        for number in range(1, 1_201)
    ]
    done = bring(books, written(*rows))

    assert len(done) == 1_200
    assert sum(each.bill.amount_minor for each in done) == sum(range(1, 1_201)) * 100
