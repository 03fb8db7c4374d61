"""Registers of many shapes: headers, titles, totals, notes, panels, bank statements."""

import csv
import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from foundation.imports import reading, recognition, refusals
from foundation.imports.recognition import Mapping, Understanding
from foundation.imports.rows import NotAGift, Reason, RegisterRow, RejectedRow

Table = Sequence[Sequence[object]]
DAY = date(2020, 2, 1)
HEADER = ("序号", "日期", "捐赠人", "金额", "备注")
ONE = ("1", "2020-01-22", "甲公司", "5.00", "")
TWO = ("2", "2020-01-23", "乙公司", "6.00", "助学")


def source_of(table: Table, filename: str = "登记.csv") -> reading.Source:
    stream = io.StringIO()
    csv.writer(stream).writerows(table)
    return reading.open_register(stream.getvalue().encode(), filename)


def understand(table: Table, *, default_date: date | None = None) -> Understanding:
    return recognition.recognise(source_of(table), default_date=default_date)


def understand_workbook(book: openpyxl.Workbook, *, sheet: str | None = None) -> Understanding:
    stream = io.BytesIO()
    book.save(stream)
    source = reading.open_register(stream.getvalue(), "登记.xlsx")
    return recognition.recognise(source, sheet=sheet)


def book_of(table: Table, *, name: str = "登记") -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    book.active.title = name
    for row in table:
        book.active.append([cell or None for cell in row])
    return book


def gifts(understanding: Understanding) -> list[RegisterRow]:
    return [found for found in understanding.rows() if isinstance(found, RegisterRow)]


def rejected(understanding: Understanding) -> list[RejectedRow]:
    return [found for found in understanding.rows() if isinstance(found, RejectedRow)]


def reasons(understanding: Understanding) -> list[tuple[int, Reason]]:
    return [
        (found.row, found.reason) for found in understanding.rows() if isinstance(found, NotAGift)
    ]


def test_plain_register_is_read() -> None:
    understanding = understand([HEADER, ONE, TWO])

    assert list(understanding.rows()) == [
        NotAGift(1, Reason.HEADER, "序号 日期 捐赠人 金额 备注"),
        RegisterRow(2, date(2020, 1, 22), "甲公司", "甲公司", 500, serial="1"),
        RegisterRow(3, date(2020, 1, 23), "乙公司", "乙公司", 600, note="助学", serial="2"),
    ]
    assert understanding.stated_total is None
    assert understanding.mapping.header_row == 1
    assert understanding.labels == dict(enumerate(HEADER))


def test_rows_can_be_read_again() -> None:
    understanding = understand([HEADER, ONE, TWO])

    assert list(understanding.rows()) == list(understanding.rows())


def test_columns_come_in_any_order_with_every_role() -> None:
    cells = {
        "支付方式": "支付宝",
        "手机号": "13800000000",
        "交易流水号": "T-1",
        "到账时间": "2020-01-22 14:33:05",
        "捐赠项目": "奖学金",
        "身份证号": "X1",
        "捐款数额（元）": "￥8.80",
        "附言": "加油",
        "付款人": "丙",
        "邮箱": "a@b.cn",
        "所在院系": "物理",
    }

    (gift,) = gifts(understand([list(cells), list(cells.values())]))

    assert gift == RegisterRow(
        row=2,
        received_on=date(2020, 1, 22),
        donor="丙",
        raw_donor="丙",
        amount_minor=880,
        note="加油",
        reference="T-1",
        method="支付宝",
        fund_text="奖学金",
        donor_id_number="X1",
        phone="13800000000",
        email="a@b.cn",
        extra=(("所在院系", "物理"),),
    )


def test_titles_prose_units_and_notes_are_accounted_for() -> None:
    understanding = understand(
        [
            ("某会接收捐赠公示",),
            (),
            ("2月1日收到捐款1,945.81万元,共1926人次，累计收到71,898.92万元。现公示如下：",),
            ("", "", "", "单位：元"),
            HEADER,
            ONE,
            (),
            ("注：以上为大额捐赠明细。",),
            ("某会",),
            ("2020年2月2日",),
        ]
    )

    assert reasons(understanding) == [
        (1, Reason.TITLE),
        (2, Reason.BLANK),
        (3, Reason.TITLE),
        (4, Reason.UNIT),
        (5, Reason.HEADER),
        (7, Reason.BLANK),
        (8, Reason.NOTE),
        (9, Reason.NOTE),
        (10, Reason.NOTE),
    ]
    assert [gift.row for gift in gifts(understanding)] == [6]
    assert understanding.stated_total is None
    assert [title.row for title in understanding.titles] == [1, 3, 4]


def test_every_reason_is_said_in_chinese() -> None:
    understanding = understand([("标题",), HEADER, ONE, ("合计", "", "", "5", "")])

    said = [found.description for found in understanding.rows() if isinstance(found, NotAGift)]

    assert said == ["标题行", "表头行", "合计行"]


@pytest.mark.parametrize(
    "total",
    [
        ("合计", "", "", "11.00", ""),
        ("", "合计", "", "11.00", ""),
        ("", "", "合　计：", "￥11.00", ""),
        ("", "", "总　计", "11", ""),
        ("共计", "", "2笔", "11.00", ""),
        ("合计（元）", "", "", "11.00", ""),
        ("捐款合计", "", "", "11元", ""),
        ("TOTAL", "", "", "11", ""),
        ("合计：2笔，11.00元", "", "", "", ""),
        ("", "", "以上合计人民币11.00元", "", ""),
    ],
)
def test_total_row_states_the_total_wherever_its_label_is(total: tuple[str, ...]) -> None:
    understanding = understand([HEADER, ONE, TWO, total])

    assert len(gifts(understanding)) == 2
    assert understanding.stated_total is not None
    assert understanding.stated_total.amount_minor == 1100
    assert understanding.stated_total.row == 4


def test_stated_total_is_known_before_anybody_reads_the_rows() -> None:
    understanding = understand([HEADER, ONE, ("合计", "", "", "5", "")])

    assert understanding.stated_total is not None
    assert len(gifts(understanding)) == 1


def test_wrong_total_is_reported_as_it_stands() -> None:
    understanding = understand([HEADER, ONE, ("合计", "", "", "7.77", "")])

    assert understanding.stated_total is not None
    assert understanding.stated_total.amount_minor == 777


def test_page_subtotals_and_repeated_headers_are_skipped() -> None:
    understanding = understand(
        [
            ("2020年捐款",),
            HEADER,
            ONE,
            ("", "", "本页小计", "5.00", ""),
            ("2020年捐款",),
            HEADER,
            ("承前页", "", "", "5.00", ""),
            TWO,
            ("", "小计", "", "6.00", ""),
            ("", "", "", "", ""),
            ("总计", "", "", "11.00", ""),
        ]
    )

    assert [gift.row for gift in gifts(understanding)] == [3, 8]
    assert rejected(understanding) == []
    assert understanding.stated_total is not None
    assert understanding.stated_total.row == 11
    assert dict(reasons(understanding))[6] is Reason.REPEATED_HEADER
    assert dict(reasons(understanding))[7] is Reason.CARRIED


def test_cumulative_row_is_not_the_stated_total() -> None:
    understanding = understand([HEADER, ONE, ("累计", "", "", "500.00", "")])

    assert understanding.stated_total is None
    assert len(gifts(understanding)) == 1


def test_single_subtotal_at_the_end_covers_everything() -> None:
    understanding = understand([HEADER, ONE, ("本日合计", "", "", "5.00", "")])

    assert understanding.stated_total is not None
    assert understanding.stated_total.amount_minor == 500


def test_last_of_equal_totals_counts_when_no_gift_stands_between() -> None:
    total = ("合计", "", "", "5.00", "")
    understanding = understand([HEADER, ONE, total, TWO, total, ("合计", "", "", "11.00", "")])

    assert understanding.stated_total is not None
    assert understanding.stated_total.amount_minor == 1100


def test_totals_between_which_nothing_decides_are_not_compared_and_said_so() -> None:
    total = ("合计", "", "", "5.00", "")
    understanding = understand([HEADER, ONE, total, TWO, total])

    assert understanding.stated_total is None
    assert "多个合计行" in understanding.notices[0]


@pytest.mark.parametrize(
    "name", ["计算机学院", "某会计师事务所", "某总商会", "设计院总公司", "统计局"]
)
def test_donor_with_a_word_of_sums_in_the_name_is_a_donor(name: str) -> None:
    understanding = understand([HEADER, ("1", "2020-01-22", name, "5", "")])

    assert [gift.donor for gift in gifts(understanding)] == [name]


def test_name_that_ends_as_a_subtotal_has_to_be_looked_at() -> None:
    (found,) = rejected(understand([HEADER, ONE, ("", "2020-01-22", "东区小计", "5", "")]))

    assert (found.row, found.field, found.code) == (3, "donor", "unclear_total")


@pytest.mark.parametrize(
    ("row", "field", "code"),
    [
        (("1", "2020-01-22", "甲", "-5", ""), "amount", "amount_negative"),
        (("1", "2020-01-22", "甲", "(5.00)", ""), "amount", "amount_negative"),
        (("1", "2020-01-22", "甲", "0", ""), "amount", "amount_zero"),
        (("1", "2020-01-22", "甲", "1.234", ""), "amount", "amount_over_precise"),
        (("1", "2020-01-22", "甲", "9" * 30, ""), "amount", "amount_too_large"),
        (("1", "2020-01-22", "甲", "", ""), "amount", "amount_missing"),
        (("1", "", "甲", "口罩", ""), "amount", "amount_not_a_number"),
        (("1", "01/02/2020", "甲", "5", ""), "date", "date_unclear"),
        (("1", "", "甲", "5", ""), "date", "date_missing"),
        (("1", "1月22日", "甲", "5", ""), "date", "date_year_unknown"),
        (("1", "2020-01-22", "", "5", ""), "donor", "donor_missing"),
        (("1", "2020-01-22", "-", "5", ""), "donor", "donor_missing"),
        (("1", "2020-01-22", "甲" * 201, "5", ""), "donor", "donor_too_long"),
        (("", "", "", "5", ""), "donor", "donor_missing"),
    ],
)
def test_row_that_cannot_be_read_says_what_was_found_and_expected(
    row: tuple[str, ...], field: str, code: str
) -> None:
    understanding = understand([HEADER, ONE, row, TWO])

    (found,) = rejected(understanding)

    assert (found.row, found.field, found.code) == (3, field, code)
    assert found.description.startswith("第 3 行的")
    assert found.expected in found.description
    assert len(gifts(understanding)) == 2


def test_month_and_day_take_the_year_of_the_title() -> None:
    row = ("1", "1月22日", "甲", "5", "")

    (gift,) = gifts(understand([("截止至1月26日 2020年捐款信息",), HEADER, row]))

    assert gift.received_on == date(2020, 1, 22)


def test_two_years_in_the_titles_decide_nothing() -> None:
    row = ("1", "1月22日", "甲", "5", "")

    (found,) = rejected(understand([("2019年12月至2020年1月",), HEADER, row]))

    assert found.code == "date_year_unknown"


def test_register_without_dates_needs_one() -> None:
    table = [("（2月1日）",), ("捐赠单位及个人", "金额（元）"), ("甲", "5")]

    with pytest.raises(refusals.DateNeeded, match="2月1日") as refused:
        understand(table)

    assert refused.value.code == "date_needed"
    assert [gift.received_on for gift in gifts(understand(table, default_date=DAY))] == [DAY]


def test_dates_in_titles_and_file_name_are_offered_but_not_used() -> None:
    table = [("公示 2020年2月1日",), ("捐赠人", "金额"), ("甲", "5")]

    with pytest.raises(refusals.DateNeeded) as refused:
        recognition.recognise(source_of(table, "公示2020-02-03.csv"))

    assert refused.value.data["candidates"] == ["2020-02-01", "2020-02-03"]


def test_given_date_fills_blank_dates_only() -> None:
    blank = ("3", "", "丙", "7", "")

    found = gifts(understand([HEADER, ONE, blank], default_date=DAY))

    assert [gift.received_on for gift in found] == [date(2020, 1, 22), DAY]


def test_lone_name_between_gifts_lacks_its_amount() -> None:
    understanding = understand(
        [("捐赠人", "金额"), ("一、单位",), ("甲", "5"), ("丙",), ("乙", "6"), ("某会",)],
        default_date=DAY,
    )

    (found,) = rejected(understanding)

    assert (found.row, found.code) == (4, "amount_missing")
    assert reasons(understanding) == [(1, Reason.HEADER), (2, Reason.NOTE), (6, Reason.NOTE)]
    assert [outcome.row for outcome in understanding.rows()] == [1, 2, 3, 4, 5, 6]


def test_printed_lines_of_a_form_that_nobody_filled_in_are_blank() -> None:
    understanding = understand(
        [
            HEADER,
            ONE,
            ("2", "", "", "", ""),
            ("3", "2020-01-23", "", "", ""),
            ("4", "", "", "0", ""),
        ]
    )

    assert [reason for _, reason in reasons(understanding)][1:] == [Reason.BLANK] * 3
    assert rejected(understanding) == []


def test_unit_line_of_ten_thousands_holds() -> None:
    understanding = understand(
        [
            ("单位：万元",),
            ("日期", "捐赠人", "金额"),
            ("2020-1-1", "甲", "1.5"),
            ("合计", "", "1.5"),
        ]
    )

    assert [gift.amount_minor for gift in gifts(understanding)] == [1_500_000]
    assert understanding.stated_total is not None
    assert understanding.stated_total.amount_minor == 1_500_000
    assert understanding.unit.yuan == 10_000
    assert "第 1 行" in understanding.unit.read_from


def test_unit_line_below_the_header_holds() -> None:
    understanding = understand(
        [("日期", "捐赠人", "金额"), ("", "", "单位：万元"), ("2020-1-1", "甲", "1.5")]
    )

    assert [gift.amount_minor for gift in gifts(understanding)] == [1_500_000]


def test_units_that_differ_are_refused() -> None:
    with pytest.raises(refusals.UnitConflict, match="万元"):
        understand([("单位：万元",), ("日期", "捐赠人", "金额（元）"), ("2020-1-1", "甲", "1.5")])


def test_unit_that_changes_on_the_way_rejects_the_rows() -> None:
    understanding = understand([HEADER, ONE, ONE, ("单位：万元",), TWO])

    (found,) = rejected(understanding)

    assert (found.row, found.code) == (5, "amount_unit")


def test_amounts_in_fen_are_refused() -> None:
    with pytest.raises(refusals.UnitUnsupported):
        understand([("日期", "捐赠人", "金额(分)"), ("2020-1-1", "甲", "150")])


def test_foreign_currency_column_is_no_amount() -> None:
    with pytest.raises(refusals.MissingColumn):
        understand([("日期", "捐赠人", "金额（美元）"), ("2020-1-1", "甲", "150")])


def test_row_in_foreign_currency_is_rejected() -> None:
    table = [("日期", "捐赠人", "币种", "金额"), ("2020-1-1", "甲", "美元", "5")]

    (found,) = rejected(understand([*table, ("2020-1-1", "乙", "人民币", "5")]))

    assert (found.row, found.code) == (2, "currency_not_book")


def test_header_over_two_rows_is_joined() -> None:
    understanding = understand(
        [
            ("2020年登记",),
            ("序号", "捐赠人信息", "", "捐赠信息", "", ""),
            ("", "姓名", "证件号", "日期", "金额(元)", "备注"),
            ("1", "甲", "X1", "2020-1-1", "5", ""),
        ]
    )

    (gift,) = gifts(understanding)

    assert (gift.donor, gift.donor_id_number, gift.amount_minor) == ("甲", "X1", 500)
    assert understanding.mapping.header_row == 3


def test_label_split_over_two_rows_is_joined() -> None:
    table = [("捐赠", "捐赠", "捐赠"), ("人", "日期", "金额"), ("甲", "2020-1-1", "5")]

    assert [gift.donor for gift in gifts(understand(table))] == ["甲"]


def test_cells_merged_in_workbook_headers_and_titles_do_no_harm() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["B1"] = "2020年捐款信息"
    sheet.merge_cells("B1:E1")
    for place, text in {"B2": "日期", "C2": "捐赠情况", "C3": "捐赠人", "D3": "金额（元）"}.items():
        sheet[place] = text
    sheet.merge_cells("B2:B3")
    sheet.merge_cells("C2:D2")
    sheet["B4"], sheet["C4"], sheet["D4"] = date(2020, 1, 22), "甲公司", 5

    (gift,) = gifts(understand_workbook(book))

    assert (gift.row, gift.received_on, gift.amount_minor) == (4, date(2020, 1, 22), 500)


def test_merged_date_holds_for_its_rows_and_a_merged_amount_does_not() -> None:
    book = book_of([HEADER, ONE, ("2", "", "乙", "6", ""), ("3", "", "丙", "", "")])
    book.active.merge_cells("B2:B4")
    book.active.merge_cells("D3:D4")

    understanding = understand_workbook(book)

    assert [(gift.row, gift.received_on) for gift in gifts(understanding)] == [
        (2, date(2020, 1, 22)),
        (3, date(2020, 1, 22)),
    ]
    assert [(found.row, found.code) for found in rejected(understanding)] == [(4, "amount_missing")]


def test_panels_side_by_side_are_all_read() -> None:
    understanding = understand(
        [
            ("捐赠人", "金额", "捐赠人", "金额"),
            ("甲", "5", "乙", "6"),
            ("丙", "7", "", ""),
            ("", "", "丁", "x"),
            ("", "", "合计", "18"),
        ],
        default_date=DAY,
    )

    assert [(gift.row, gift.panel, gift.donor) for gift in gifts(understanding)] == [
        (2, 0, "甲"),
        (2, 1, "乙"),
        (3, 0, "丙"),
    ]
    assert [found.row for found in rejected(understanding)] == [4]
    assert understanding.stated_total is not None
    assert understanding.stated_total.amount_minor == 1800


def test_panels_share_the_columns_that_do_not_repeat() -> None:
    understanding = understand(
        [
            ("日期", "序号", "捐赠人", "金额", "序号", "捐赠人", "金额", "备注"),
            ("2020-1-1", "1", "甲", "5", "2", "乙", "6", "助学"),
            ("2020-1-2", "3", "丙", "7", "4", "", "", ""),
        ]
    )

    found = [
        (gift.received_on.day, gift.serial, gift.donor, gift.amount_minor, gift.note)
        for gift in gifts(understanding)
    ]

    assert found == [
        (1, "1", "甲", 500, "助学"),
        (1, "2", "乙", 600, "助学"),
        (2, "3", "丙", 700, ""),
    ]
    assert rejected(understanding) == []


def test_second_table_with_other_columns_is_read_by_its_own_header() -> None:
    understanding = understand(
        [
            ("一、单位捐赠",),
            ("序号", "单位名称", "金额", "日期"),
            ("1", "甲公司", "5", "2020-1-1"),
            ("二、个人捐赠",),
            ("序号", "姓名", "日期", "金额"),
            ("1", "乙", "2020-1-2", "6"),
        ]
    )

    assert [(gift.donor, gift.amount_minor) for gift in gifts(understanding)] == [
        ("甲公司", 500),
        ("乙", 600),
    ]


@pytest.mark.parametrize("labels", [("金额(分)", "备注"), ("捐赠金额", "捐款金额")])
def test_second_header_that_would_be_refused_is_rejected(labels: tuple[str, str]) -> None:
    first = [("日期", "捐赠人", "金额", "备注"), ("2020-1-1", "甲", "5", "")]
    second = [("日期", "捐赠人", *labels), ("2020-1-1", "乙", "500", "")]

    found = rejected(understand([*first, *second]))

    assert (found[0].row, found[0].code) == (3, "amount_not_a_number")


def test_long_list_of_names_without_amounts_is_notes() -> None:
    names = [(f"丙{number}",) for number in range(150)]

    understanding = understand([("捐赠人", "金额"), ("甲", "5"), *names], default_date=DAY)

    assert len(gifts(understanding)) == 1
    assert [row for row, _ in reasons(understanding)] == [1, *range(3, 153)]


def test_payment_out_needs_no_name() -> None:
    header = ("交易日期", "借贷标志", "交易金额", "对方户名")
    rows = [("20200122", "贷", "5.00", "甲"), ("20200122", "借", "6.00", "")]

    understanding = understand([header, *rows])

    assert rejected(understanding) == []
    assert reasons(understanding)[-1] == (3, Reason.PAYMENT_OUT)


def test_row_full_of_words_does_not_pass_for_a_header() -> None:
    table = [("日期", "捐赠人", "金额", "方式"), ("2020-1-1", "爱心企业", "待定", "现金")]

    (found,) = rejected(understand(table))

    assert found.code == "amount_not_a_number"


def test_name_in_either_of_two_columns_is_found() -> None:
    table = [("姓名", "单位名称", "金额", "日期"), ("甲", "", "5", "2020-1-1")]

    found = gifts(understand([*table, ("", "乙公司", "6", "2020-1-1")]))

    assert [gift.donor for gift in found] == ["甲", "乙公司"]


def test_received_amount_is_taken_rather_than_the_promised() -> None:
    (gift,) = gifts(
        understand(
            [("捐赠人", "认捐金额", "捐赠金额", "到账金额"), ("甲", "9", "5", "4")],
            default_date=DAY,
        )
    )

    assert gift.amount_minor == 400
    assert gift.extra == (("认捐金额", "9"), ("捐赠金额", "5"))


def test_choice_between_equal_amount_columns_is_refused() -> None:
    with pytest.raises(refusals.AmbiguousColumn, match="捐赠金额、捐款金额"):
        understand([("捐赠人", "捐赠金额", "捐款金额"), ("甲", "5", "4")], default_date=DAY)


@pytest.mark.parametrize(
    ("header", "column"),
    [(("日期", "金额", "备注"), "捐赠人"), (("日期", "捐赠人", "备注"), "金额")],
)
def test_missing_column_is_named_with_the_labels_seen(header: tuple[str, ...], column: str) -> None:
    with pytest.raises(refusals.MissingColumn) as refused:
        understand([header, ("2020-1-1", "5", "")])

    assert refused.value.code == "missing_column"
    assert refused.value.data["column"] == column
    assert refused.value.data["labels"] == "、".join(header)


@pytest.mark.parametrize("table", [[("甲", "乙"), ("1", "2")], [("只有一列",)], [("备注", "电话")]])
def test_file_without_a_table_is_refused(table: Table) -> None:
    with pytest.raises(refusals.NoTableFound) as refused:
        understand(table)

    assert refused.value.code == "no_table_found"


def test_passed_on_gift_keeps_both_names_and_the_text() -> None:
    (gift,) = gifts(understand([HEADER, ("1", "2020-1-1", "赵一鸣转来钱二毛捐款\t", "5", "")]))

    assert (gift.donor, gift.passed_on_by) == ("钱二毛", "赵一鸣")
    assert gift.raw_donor == "赵一鸣转来钱二毛捐款"


def test_anonymous_and_masked_donors_are_marked() -> None:
    found = gifts(
        understand(
            [HEADER, ("1", "2020-1-1", "匿名", "5", ""), ("2", "2020-1-1", "*一鸣", "5", "")]
        )
    )

    assert [(gift.is_anonymous, gift.is_masked) for gift in found] == [(True, False), (False, True)]


@pytest.mark.parametrize("empty", ["", "-", "/", "无", "0"])
def test_sign_for_no_reference_is_no_reference(empty: str) -> None:
    table = [("日期", "捐赠人", "金额", "流水号"), ("2020-1-1", "甲", "5", empty)]

    assert [gift.reference for gift in gifts(understand(table))] == [""]


def test_statement_with_debit_and_credit_columns_is_read() -> None:
    cells = {
        "交易时间": ("20200122 14:33:05", "20200122 15:33:05"),
        "借方发生额/元(支取)": ("0.00", "50.00"),
        "贷方发生额/元(收入)": ("100.00", "0.00"),
        "余额": ("1100", "1050"),
        "币种": ("人民币元", "人民币元"),
        "对方户名": ("甲公司", "乙公司"),
        "对方账号": ("62", "63"),
        "记账日期": ("20200122", "20200122"),
        "摘要": ("转账", "转账"),
        "用途": ("助学", "付款"),
        "交易流水号": ("7-1", "7-2"),
    }
    paid_in, paid_out = zip(*cells.values(), strict=True)

    understanding = understand([("账号", "4200"), list(cells), paid_in, paid_out])

    (gift,) = gifts(understanding)
    assert (gift.donor, gift.amount_minor, gift.reference) == ("甲公司", 10000, "7-1")
    assert reasons(understanding)[-1] == (4, Reason.PAYMENT_OUT)
    assert {"debit", "balance", "counterparty_account"} <= understanding.mapping.columns.keys()


def test_statement_with_a_direction_column_is_read() -> None:
    header = (
        "交易类型[Type]",
        "付款人名称[Payer]",
        "收款人名称[Payee]",
        "交易日期[Date]",
        "交易金额[Amount]",
    )
    rows = [("来账", "甲", "本会", "20200122", "5.00"), ("往账", "本会", "乙", "20200122", "6.00")]

    understanding = understand([header, *rows])

    assert [gift.donor for gift in gifts(understanding)] == ["甲"]
    assert reasons(understanding)[-1] == (3, Reason.PAYMENT_OUT)


def test_sheet_with_the_table_is_chosen_and_said() -> None:
    book = openpyxl.Workbook()
    book.active.title = "封面"
    book.active["A1"] = "2020年捐赠登记"
    sheet = book.create_sheet("明细")
    for row in (HEADER, ONE):
        sheet.append(row)

    understanding = understand_workbook(book)

    assert understanding.mapping.sheet == "明细"
    assert understanding.other_tables == ()
    assert understanding.notices == ("文件有 2 个工作表，读取了“明细”",)
    assert len(gifts(understanding)) == 1


def test_further_sheets_with_tables_are_named() -> None:
    book = book_of([HEADER, ONE], name="一月")
    for row in (HEADER, TWO):
        (book["二月"] if "二月" in book.sheetnames else book.create_sheet("二月")).append(row)

    understanding = understand_workbook(book)

    assert understanding.other_tables == ("二月",)
    assert "“二月”中也有登记表，本次没有读取" in understanding.notices[1]
    assert [gift.donor for gift in gifts(understand_workbook(book, sheet="二月"))] == ["乙公司"]


def test_given_mapping_is_used_as_it_is() -> None:
    table = [("甲列", "乙列", "丙列"), ("2020-1-1", "1.5", "丁")]
    mapping = Mapping(columns={"date": 0, "amount": 1, "donor": 2}, header_row=1, unit=10_000)

    (gift,) = gifts(recognition.recognise(source_of(table), mapping=mapping))

    assert (gift.donor, gift.amount_minor) == ("丁", 1_500_000)


def test_table_without_header_is_read_by_a_mapping() -> None:
    mapping = Mapping(columns={"date": 1, "donor": 2, "amount": 3}, header_row=0)

    found = gifts(recognition.recognise(source_of([ONE, TWO]), mapping=mapping))

    assert [gift.row for gift in found] == [1, 2]


def test_found_mapping_can_be_given_again() -> None:
    table = [("2020年",), HEADER, ("1", "1月22日", "甲", "5", "")]
    first = understand(table)

    second = recognition.recognise(source_of(table), mapping=first.mapping)

    assert gifts(second) == gifts(first)


@pytest.mark.parametrize(
    "mapping",
    [
        Mapping(columns={"donor": 2}, header_row=1),
        Mapping(columns={"donor": 2, "amount": 9, "date": 1}, header_row=1),
        Mapping(columns={"donor": 2, "amount": -1, "date": 1}, header_row=1),
        Mapping(columns={"donor": 2, "amount": 3, "colour": 1}, header_row=1),
        Mapping(columns={"donor": 2, "amount": 3}, header_row=-1),
        Mapping(columns={"donor": 2, "amount": 3}, header_row=1, unit=7),
    ],
)
def test_mapping_that_does_not_fit_is_refused(mapping: Mapping) -> None:
    with pytest.raises(refusals.MappingInvalid):
        recognition.recognise(source_of([HEADER, ONE]), mapping=mapping)


def test_understanding_that_nobody_reads_leaves_nothing_open(tmp_path: Path) -> None:
    path = tmp_path / "long.xlsx"
    book_of([HEADER, *[ONE] * 300]).save(path)

    understanding = recognition.recognise(reading.open_register(path, path.name))
    del understanding

    path.unlink()
    assert not path.exists()
