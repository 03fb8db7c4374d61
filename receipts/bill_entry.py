"""An official bill as it was issued by the finance department's system, and what must hold of it.

Pure: nothing is read or written here. Formats that look odd are warnings which the clerk confirms,
because older paper stock and other provinces number differently.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from ledger.errors import InvalidInput
from ledger.money import MAX_MINOR, to_text
from receipts.bill_batches import CODE, NUMBER
from receipts.checks import check_text
from receipts.content import RecipientKind

# Observed in published samples of electronic bills (grade I); paper bills may have no check code.
_USUAL_CODE = re.compile(r"\d{8}", re.ASCII)
_USUAL_NUMBER = re.compile(r"\d{10}", re.ASCII)
_USUAL_CHECK_CODE = re.compile(r"[0-9A-Za-z]{6}", re.ASCII)
_PAYER_CODE = re.compile(r"[0-9A-Z-]{1,40}", re.ASCII)
_MOST_LINES = 200
_DEFAULT_ITEM = "捐赠"


@dataclass(frozen=True, slots=True)
class BillItem:
    """An item line of a bill, its amount with the sign of the bill."""

    item_name: str
    amount_minor: int
    item_code: str = ""
    unit: str = ""
    quantity: str = ""
    standard: str = ""


@dataclass(frozen=True, slots=True)
class BillInput:
    """A bill as it was issued. A red one is negative and names the blue one that it takes back."""

    code: str
    number: str
    issued_on: date
    payer_name: str
    payer_kind: RecipientKind
    amount_minor: int
    items: tuple[BillItem, ...] = ()
    check_code: str = ""
    payer_code: str = ""
    remark: str = ""
    drawer: str = ""
    checker: str = ""
    skip_reason: str = ""
    reverses: tuple[str, str] | None = None
    reason: str = ""

    @property
    def label(self) -> str:
        """Code and number as people say them."""
        return f"{self.code} {self.number}"


def checked(bill: BillInput, *, today: date) -> BillInput:
    """Return the bill with an item line at least. Raises InvalidInput."""
    if not CODE.fullmatch(bill.code):
        raise InvalidInput(field="票据代码", reason="应为数字或字母，最多 20 位")
    if not NUMBER.fullmatch(bill.number):
        raise InvalidInput(field="票据号码", reason="应为数字，最多 20 位，保留前面的零")
    if bill.issued_on > today:
        raise InvalidInput(field="开票日期", reason="不能晚于今天")
    if type(bill.amount_minor) is not int or not 0 < abs(bill.amount_minor) <= MAX_MINOR:
        raise InvalidInput(field="金额", reason="应为不等于零的金额")
    _check_texts(bill)
    _check_red(bill)
    items = bill.items or (BillItem(_DEFAULT_ITEM, bill.amount_minor),)
    _check_items(items, bill.amount_minor)
    return replace(bill, items=items)


def oddities(bill: BillInput) -> Iterator[str]:
    """Yield what looks unlike an electronic donation bill and should be looked at again."""
    if not _USUAL_CODE.fullmatch(bill.code):
        yield f"票据代码“{bill.code}”不是 8 位数字"
    if not _USUAL_NUMBER.fullmatch(bill.number):
        yield f"票据号码“{bill.number}”不是 10 位数字"
    if bill.check_code and not _USUAL_CHECK_CODE.fullmatch(bill.check_code):
        yield f"校验码“{bill.check_code}”不是 6 位字母或数字"


def _check_texts(bill: BillInput) -> None:
    check_text("交款人", bill.payer_name, most=200)
    for field, text, most in (
        ("校验码", bill.check_code, 20),
        ("备注", bill.remark, 300),
        ("收款人", bill.drawer, 60),
        ("复核人", bill.checker, 60),
        ("跳号原因", bill.skip_reason, 200),
        ("冲红原因", bill.reason, 300),
    ):
        check_text(field, text, most=most, required=False)
    if not bill.payer_code:
        return
    if bill.payer_kind is RecipientKind.PERSON:
        raise InvalidInput(field="交款人代码", reason="个人不登记证件号码")
    if not _PAYER_CODE.fullmatch(bill.payer_code):
        raise InvalidInput(field="交款人代码", reason="应为数字和大写字母")


def _check_red(bill: BillInput) -> None:
    if (bill.amount_minor < 0) != (bill.reverses is not None):
        raise InvalidInput(
            field="红字票据", reason="红字票据金额为负，并应注明所冲红的蓝字票据；蓝字票据金额为正"
        )
    if bill.reverses == (bill.code, bill.number):
        raise InvalidInput(field="红字票据", reason="不能冲红自己")


def _check_items(items: tuple[BillItem, ...], amount_minor: int) -> None:
    if len(items) > _MOST_LINES:
        raise InvalidInput(field="项目", reason=f"最多 {_MOST_LINES} 行")
    for item in items:
        check_text("项目名称", item.item_name, most=200)
        check_text("项目编码", item.item_code, most=40, required=False)
        check_text("单位", item.unit, most=20, required=False)
        check_text("数量", item.quantity, most=40, required=False)
        check_text("标准", item.standard, most=40, required=False)
        if item.amount_minor == 0 or (item.amount_minor < 0) != (amount_minor < 0):
            raise InvalidInput(field="项目金额", reason="应与票据金额正负相同，且不为零")
    total = sum(item.amount_minor for item in items)
    if total != amount_minor:
        raise InvalidInput(
            field="项目金额",
            reason=f"各项合计 {to_text(total)} 与票据金额 {to_text(amount_minor)} 不一致",
        )
