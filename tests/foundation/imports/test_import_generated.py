"""Generated registers of random shape are read back exactly; damaged ones never surprise."""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache

import openpyxl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from foundation.imports import reading, recognition
from foundation.imports.refusals import FileRefused
from foundation.imports.rows import Outcome, RegisterRow, RejectedRow
from ledger import money

Cells = list[object]

_LABELS = {
    "serial": ["序号", "编号", "No."],
    "date": ["日期", "捐赠日期", "到账时间", "交易日期", "入账日", "捐 赠\n日 期"],
    "donor": ["捐赠人", "捐款人", "捐赠(单位/姓名）", "捐赠单位及个人", "捐赠方", "户名", "付款人"],
    "amount": ["金额", "捐赠金额（元）", "捐款数额", "到账金额", "贷方发生额", "收入", "金 额"],
    "note": ["备注", "附言", "摘要"],
    "reference": ["流水号", "交易号", "订单号"],
    "method": ["支付方式", "捐赠渠道"],
}
_OPTIONAL = ["serial", "note", "reference", "method"]
_NAMES = [
    "甲乙丙有限公司",
    "某会计师事务所",
    "计算机学院",
    "赵一鸣",
    "钱二毛",
    "匿名",
    "John Smith",
    "某公司(武汉)",
]
_NOTES = ["", "助学", "捐资助学，回报母校", "合作", "5", "2020-01-01"]
_TITLES = [
    "2020年捐款信息",
    "接收捐赠公示",
    "2月1日收到社会捐款1,945.81万元，累计收到71,898.92万元。",
    "单位：元",
]
_ENDINGS = ["注：以上为大额捐赠明细。", "某某基金会", "制表：张 审核：李", "2020年2月2日"]
_TOTALS = ["合计", "合　计：", "总计", "共计", "合计（元）"]
# A date and a Decimal become cells of their own kind in a workbook.
_DAYS: list[Callable[[date], object]] = [
    lambda day: day,
    lambda day: f"{day.year}.{day.month:02}.{day.day:02}",
    lambda day: f"{day.year}/{day.month}/{day.day}",
    lambda day: f"{day.year}年{day.month}月{day.day}日",
    lambda day: f"{day.year}{day.month:02}{day.day:02}",
    lambda day: f"{day.isoformat()} 14:33:05",
    lambda day: (day - date(1899, 12, 30)) // timedelta(days=1),
]
_AMOUNTS: list[Callable[[int], object]] = [
    lambda minor: Decimal(minor).scaleb(-2),
    money.to_text,
    money.grouped,
    lambda minor: f"￥{money.grouped(minor)}",
    lambda minor: f"{money.to_text(minor)}元",
    lambda minor: f"\xa0 {money.grouped(minor)}\xa0",
    lambda minor: money.grouped(minor).replace(",", "，").replace(".", "．"),
]


@dataclass(frozen=True, slots=True)
class Register:
    """A register as it was written: its rows, the gifts in them, and the stated total."""

    rows: list[Cells]
    gifts: list[tuple[int, date, str, int, str]]
    stated_minor: int | None
    width: int


@st.composite
def registers(draw: st.DrawFn) -> Register:
    optional = draw(st.sets(st.sampled_from(_OPTIONAL)))
    roles = draw(st.permutations(["date", "donor", "amount", *optional]))
    header = [draw(st.sampled_from(_LABELS[role])) for role in roles]
    titles = draw(st.lists(st.sampled_from([*_TITLES, ""]), max_size=4))
    rows: list[Cells] = [[title] for title in titles]
    rows.append(list(header))
    gifts = []
    page_minor = 0
    for serial in range(1, draw(st.integers(1, 12)) + 1):
        day = draw(st.dates(date(2015, 1, 1), date(2030, 12, 31)))
        donor, minor = draw(st.sampled_from(_NAMES)), draw(st.integers(1, 10**12))
        cells: dict[str, object] = {
            "serial": str(serial),
            "date": draw(st.sampled_from(_DAYS))(day),
            "donor": draw(st.sampled_from(["{}", " {}\t", "\xa0{}\u3000"])).format(donor),
            "amount": draw(st.sampled_from(_AMOUNTS))(minor),
            "note": draw(st.sampled_from(_NOTES)),
            "reference": f"T{serial:012}",
            "method": "转账",
        }
        rows.append([cells[role] for role in roles])
        reference = f"T{serial:012}" if "reference" in roles else ""
        gifts.append((len(rows), day, donor, minor, reference))
        page_minor += minor
        between = draw(st.sampled_from(["", "", "", "blank", "header", "page"]))
        if between == "blank":
            rows.append([""] * len(roles))
        if between == "page":
            rows.append(_sum_row(roles, "本页小计", page_minor, at="donor"))
            page_minor = 0
        if between in {"header", "page"}:
            rows.append(list(header))
    stated_minor = None
    if draw(st.booleans()):
        stated_minor = sum(gift[3] for gift in gifts)
        at = draw(st.sampled_from([role for role in ("serial", "date", "donor") if role in roles]))
        rows.append(_sum_row(roles, draw(st.sampled_from(_TOTALS)), stated_minor, at=at))
    rows += [[ending] for ending in draw(st.lists(st.sampled_from(_ENDINGS), max_size=3))]
    return Register(rows, gifts, stated_minor, len(roles))


def _sum_row(roles: Sequence[str], label: str, minor: int, *, at: str) -> Cells:
    cells = {at: label, "amount": money.grouped(minor)}
    return [cells.get(role, "") for role in roles]


def read_back(data: bytes, filename: str, register: Register) -> None:
    understanding = recognition.recognise(reading.open_register(data, filename))
    outcomes = list(understanding.rows())

    assert [found for found in outcomes if isinstance(found, RejectedRow)] == []
    assert [
        (gift.row, gift.received_on, gift.donor, gift.amount_minor, gift.reference)
        for gift in outcomes
        if isinstance(gift, RegisterRow)
    ] == register.gifts
    stated = understanding.stated_total
    total = register.stated_minor
    pages = sum("本页小计" in row for row in register.rows)
    if total is None and pages == 1:
        # One subtotal and no gift after it covers everything; with gifts after it, nothing.
        total = stated.amount_minor if stated else None
    assert (stated.amount_minor if stated else None) == total
    assert [found.row for found in outcomes] == list(range(1, len(register.rows) + 1))


@settings(max_examples=120, deadline=None)
@given(
    register=registers(),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
    delimiter=st.sampled_from([",", ";", "\t"]),
)
def test_generated_text_register_is_read_back(
    register: Register, encoding: str, delimiter: str
) -> None:
    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter).writerows(register.rows)

    read_back(stream.getvalue().encode(encoding), "登记.csv", register)


@settings(max_examples=15, deadline=None)
@given(register=registers(), column=st.integers(1, 3), has_cover=st.booleans())
def test_generated_workbook_register_is_read_back(
    register: Register, column: int, *, has_cover: bool
) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    if has_cover:
        sheet["A1"] = "封面"
        sheet = book.create_sheet("明细")
    for number, row in enumerate(register.rows, 1):
        for place, cell in enumerate(row, column):
            sheet.cell(number, place, cell or None)
    last = len(register.rows)
    # The sheet ends with its last filled cell; a blank row at the end is no row of it.
    if not any(register.rows[-1]):
        sheet.cell(last, column, " ")
    stream = io.BytesIO()
    book.save(stream)

    read_back(stream.getvalue(), "登记.xlsx", register)


@cache
def a_whole_workbook() -> bytes:
    """One file for every example: a workbook holds its time of saving, and so varies in size."""
    book = openpyxl.Workbook()
    for row in (["日期", "捐赠人", "金额"], *[["2020-01-22", "甲公司", 5.25]] * 30):
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_damaged_workbook_is_refused_or_read_but_never_fails_otherwise(data: st.DataObject) -> None:
    content = bytearray(a_whole_workbook())
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=20)):
        content[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(len(content) // 2, len(content)))

    accounted_for(bytes(content[:cut]), "a.xlsx")


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
def test_any_bytes_are_refused_or_read_but_never_fail_otherwise(content: bytes) -> None:
    accounted_for(content, "a.csv")
    accounted_for("日期,捐赠人,金额\n".encode() + content, "a.csv")


def accounted_for(content: bytes, filename: str) -> None:
    """Read to the end; the only error that may come knows the file and says why."""
    outcomes: list[Outcome] = []
    said, code = filename, ""
    try:
        source = reading.open_register(content, filename)
        outcomes = list(recognition.recognise(source, default_date=date(2020, 1, 1)).rows())
    except FileRefused as refused:
        said, code = refused.data["filename"], refused.code
    assert said == filename
    assert code != FileRefused.code
    numbers = [found.row for found in outcomes]
    assert numbers == sorted(numbers)
    assert bool(numbers) != bool(code)
