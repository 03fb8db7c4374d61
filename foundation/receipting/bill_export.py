"""Read what the finance department's system exports: one official bill in each row.

Columns are known by their headings, whatever their order. Nothing is guessed: a row that does not
say what a bill must say is rejected with the reason, and then nothing of the file is recorded.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from foundation.donors import identity
from foundation.donors.identity import WrongNumber
from foundation.donors.models import DonorKind
from foundation.donors.particulars import guess_kind
from foundation.imports import amounts
from foundation.imports.cells import Cell, Flaw, Row, compact, is_blank, text_of
from foundation.imports.dates import DateReader
from foundation.imports.reading import Source
from ledger.errors import InvalidInput
from receipts.bill_entry import BillInput, BillItem
from receipts.content import RecipientKind

# What each column may be called; the first that a file has is taken.
HEADINGS: dict[str, tuple[str, ...]] = {
    "code": ("票据代码", "电子票据代码", "代码"),
    "number": ("票据号码", "电子票据号码", "号码", "票号"),
    "check_code": ("校验码", "票据校验码"),
    "issued_on": ("开票日期", "开具日期", "开票时间", "日期"),
    "payer_name": (
        "交款人",
        "缴款人",
        "交款人名称",
        "缴款人名称",
        "交款单位",
        "缴款单位",
        "付款人",
    ),
    "payer_code": (
        "交款人统一社会信用代码",
        "缴款人统一社会信用代码",
        "统一社会信用代码",
        "交款人代码",
    ),
    "payer_kind": ("交款人类型", "缴款人类型", "交款人性质"),
    "amount": ("金额合计", "票据金额", "开票金额", "总金额", "金额（元）", "金额(元)", "金额"),
    "remark": ("备注", "附注", "其他信息"),
    "drawer": ("收款人", "开票人", "经办人"),
    "checker": ("复核人",),
    "item_code": ("项目编码", "收费项目编码"),
    "item_name": ("项目名称", "收费项目", "捐赠项目"),
    "unit": ("单位", "计量单位"),
    "quantity": ("数量",),
    "standard": ("标准",),
    "status": ("状态", "票据状态", "开票状态"),
    "red_code": ("相关票据代码", "关联票据代码", "原票据代码", "蓝字票据代码"),
    "red_number": ("相关票据号码", "关联票据号码", "原票据号码", "蓝字票据号码"),
    "gift": ("捐赠编号", "捐赠登记号"),
}
_NEEDED = ("number", "issued_on", "payer_name", "amount")
_SEARCHED_ROWS = 30
_MOST_ROWS = 100_000
_REFERENCE = re.compile(r"G\d{4}-\d{6,}", re.ASCII)
# Spreadsheets turn numbers into numbers and drop their zeros; these are the usual widths.
_WIDTHS = {"code": 8, "red_code": 8, "number": 10, "red_number": 10}
_SUM = re.compile(r"^(?:合计|总计|小计)")


class NoBillTable(InvalidInput):
    """No row of the file has the headings of a list of bills."""

    code = "no_bill_table"
    message = "文件“{filename}”中找不到票据清单的表头，应有：票据号码、开票日期、交款人、金额"


@dataclass(frozen=True, slots=True)
class BillRow:
    """A bill of the file, and the references of gifts that the row names."""

    row: int
    bill: BillInput
    gifts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RejectedBill:
    """A row that is no bill as it stands."""

    row: int
    reason: str


def read(source: Source, *, code: str = "") -> Iterator[BillRow | RejectedBill]:
    """Yield the bills of a file; `code` is the bill code where the file has no such column.

    Raises NoBillTable.
    """
    rows = enumerate(source.rows(), start=1)
    columns: dict[str, int] = {}
    for number, row in rows:
        columns = _headings(row)
        if all(name in columns for name in _NEEDED) or number >= _SEARCHED_ROWS:
            break
    if not all(name in columns for name in _NEEDED):
        raise NoBillTable(filename=source.filename)
    dates = DateReader(year=None)
    for count, (number, row) in enumerate(rows):
        if count >= _MOST_ROWS:
            raise InvalidInput(field="票据文件", reason=f"最多 {_MOST_ROWS} 行")
        cells = {name: row[at] if at < len(row) else None for name, at in columns.items()}
        if all(is_blank(cell) for cell in cells.values()) or _is_sum(row):
            continue
        try:
            yield bill_of(number, cells, dates, code)
        except InvalidInput as error:
            yield RejectedBill(number, error.describe())


def _headings(row: Row) -> dict[str, int]:
    texts = [compact(cell) for cell in row]
    found = {}
    for name, called in HEADINGS.items():
        for heading in called:
            if compact(heading) in texts:
                found[name] = texts.index(compact(heading))
                break
    return found


def _is_sum(row: Row) -> bool:
    return any(_SUM.match(compact(cell)) for cell in row if isinstance(cell, str))


def bill_of(
    number: int,
    cells: Mapping[str, Cell],
    dates: DateReader,
    code: str,
    *,
    items: tuple[BillItem, ...] = (),
) -> BillRow:
    """Return the bill that the cells say, by the names of HEADINGS. Raises InvalidInput.

    `items` are the item lines where the file has several of a bill; their signs are set here.
    """
    status = text_of(cells.get("status"))
    if "作废" in status:
        raise InvalidInput(field="状态", reason="作废票据请用作废登记，不在此导入")
    amount = _amount(cells["amount"])
    if "红" in status and amount > 0:
        amount = -amount
    if cells.get("red_number") and not is_blank(cells["red_number"]):
        amount = -abs(amount)
    payer = text_of(cells["payer_name"])
    kind = _payer_kind(cells, payer)
    bill = BillInput(
        code=_digits(cells, "code") or code,
        number=_digits(cells, "number"),
        issued_on=_date(dates, cells["issued_on"]),
        payer_name=payer,
        payer_kind=kind,
        amount_minor=amount,
        items=_signed(items, amount) or _items(cells, amount),
        check_code=text_of(cells.get("check_code")),
        # The column may hold a person's identity number, which this register never keeps.
        payer_code=_payer_code(cells) if kind is RecipientKind.ORGANISATION else "",
        remark=text_of(cells.get("remark"))[:300],
        drawer=text_of(cells.get("drawer")),
        checker=text_of(cells.get("checker")),
        reverses=_reverses(cells, code) if amount < 0 else None,
        reason=text_of(cells.get("remark"))[:300] if amount < 0 else "",
    )
    said = f"{text_of(cells.get('gift'))} {bill.remark}".upper()
    gifts = tuple(dict.fromkeys(_REFERENCE.findall(said))) if amount > 0 else ()
    return BillRow(number, bill, gifts)


def _signed(items: tuple[BillItem, ...], amount: int) -> tuple[BillItem, ...]:
    """Give the lines of a red bill its sign, however the file wrote them."""
    sign = -1 if amount < 0 else 1
    return tuple(replace(item, amount_minor=sign * abs(item.amount_minor)) for item in items)


def _items(cells: Mapping[str, Cell], amount: int) -> tuple[BillItem, ...]:
    name = text_of(cells.get("item_name"))
    if not name:
        return ()
    return (
        BillItem(
            item_name=name,
            amount_minor=amount,
            item_code=text_of(cells.get("item_code")),
            unit=text_of(cells.get("unit")),
            quantity=text_of(cells.get("quantity")),
            standard=text_of(cells.get("standard")),
        ),
    )


def _digits(cells: Mapping[str, Cell], name: str) -> str:
    cell = cells.get(name)
    text = compact(cell)
    return text.zfill(_WIDTHS[name]) if isinstance(cell, int) else text


def _amount(cell: Cell) -> int:
    found = amounts.read_signed(cell, unit=1)
    if isinstance(found, Flaw):
        raise InvalidInput(field="金额", reason=f"应为{found.expected}")
    return found


def _date(dates: DateReader, cell: Cell) -> date:
    found = dates.read(cell)
    if isinstance(found, Flaw):
        raise InvalidInput(field="开票日期", reason=f"应为{found.expected}")
    return found


def _payer_kind(cells: Mapping[str, Cell], payer: str) -> RecipientKind:
    said = text_of(cells.get("payer_kind"))
    if "个人" in said or "自然人" in said:
        return RecipientKind.PERSON
    if said or _payer_code(cells):
        return RecipientKind.ORGANISATION
    is_person = guess_kind(payer) is DonorKind.PERSON
    return RecipientKind.PERSON if is_person else RecipientKind.ORGANISATION


def _payer_code(cells: Mapping[str, Cell]) -> str:
    """Return the credit code of an organisation, nothing for whatever else stands there."""
    try:
        return identity.check_credit_code(compact(cells.get("payer_code")))
    except WrongNumber:
        return ""


def _reverses(cells: Mapping[str, Cell], code: str) -> tuple[str, str]:
    blue_code, blue_number = _digits(cells, "red_code") or code, _digits(cells, "red_number")
    if not blue_code or not blue_number:
        raise InvalidInput(field="红字票据", reason="应写明所冲红的蓝字票据代码和号码")
    return blue_code, blue_number
