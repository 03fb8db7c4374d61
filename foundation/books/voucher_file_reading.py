"""Read a voucher file (JSON), strictly, with every mistake named.

Amounts are text with at most two decimals, never JSON numbers with a point. A mistake is told
by voucher, line, field and what was expected, and all of them are told at once.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from foundation.books.voucher_file import (
    OPENING,
    BadVoucherFile,
    FileAccount,
    FileFund,
    FileLine,
    FileVoucher,
    Problem,
    VoucherFile,
    make_voucher,
)
from ledger import money
from ledger.funds import Restriction
from ledger.vouchers import Side

# More than anybody can mend in one go; the rest shows up at the next attempt.
MAX_PROBLEMS = 50


def read(content: bytes) -> VoucherFile:
    """Read a voucher file. Raises BadVoucherFile."""
    reader = _Reader()
    found = reader.file(content)
    if reader.problems or found is None:
        raise BadVoucherFile(reader.problems)
    return found


class _Reader:
    """Reads everything it can and gathers what it cannot."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._voucher = "文件"
        self._line: int | None = None

    def wrong(self, field: str, expected: str, found: object = "") -> None:
        if len(self.problems) < MAX_PROBLEMS:
            text = "" if found == "" else str(found)[:80]
            self.problems.append(Problem(self._voucher, self._line, field, expected, text))

    def file(self, content: bytes) -> VoucherFile | None:
        try:
            data = json.loads(content, parse_float=Decimal)
        except (ValueError, RecursionError):
            self.wrong("格式", "UTF-8 编码的 JSON")
            return None
        if not isinstance(data, dict) or "vouchers" not in data:
            self.wrong("格式", "含有 vouchers 的 JSON 对象")
            return None
        accounts = [self._account(item) for item in self._list(data, "accounts")]
        funds = [self._fund(item) for item in self._list(data, "funds")]
        vouchers = [
            self._read_voucher(item, place)
            for place, item in enumerate(self._list(data, "vouchers"), start=1)
        ]
        year = self._year(data, [v for v in vouchers if v is not None])
        opening = self._list(data, "opening_balances")
        if opening and year is not None:
            vouchers.insert(0, self._opening(opening, year))
        self._repeated([v.number for v in vouchers if v is not None])
        if self.problems or year is None:
            if year is None and not self.problems:
                self.wrong("vouchers", "至少一张凭证")
            return None
        return VoucherFile(
            year=year,
            digest=hashlib.sha256(content).hexdigest(),
            accounts=tuple(item for item in accounts if item is not None),
            funds=tuple(item for item in funds if item is not None),
            vouchers=tuple(item for item in vouchers if item is not None),
        )

    def _list(self, data: dict[str, Any], key: str) -> list[Any]:
        value = data.get(key, [])
        if not isinstance(value, list):
            self.wrong(key, "列表", type(value).__name__)
            return []
        return value

    def _year(self, data: dict[str, Any], vouchers: list[FileVoucher]) -> int | None:
        self._at("文件")
        years = sorted({voucher.booked_on.year for voucher in vouchers})
        if len(years) > 1:
            self.wrong("date", "同一会计年度的日期", "、".join(map(str, years)))
        if years:
            return years[0]
        meta = data.get("meta")
        stated = meta.get("fiscal_year") if isinstance(meta, dict) else None
        return int(stated) if isinstance(stated, str) and stated.isdecimal() else None

    def _account(self, item: Any) -> FileAccount | None:
        self._at("accounts")
        if not isinstance(item, dict):
            self.wrong("accounts", "对象", item)
            return None
        code, name = self._text(item, "code"), self._text(item, "name")
        return FileAccount(code, name) if code and name else None

    def _fund(self, item: Any) -> FileFund | None:
        self._at("funds")
        if not isinstance(item, dict):
            self.wrong("funds", "对象", item)
            return None
        code, name = self._text(item, "fund"), self._text(item, "name")
        restriction = item.get("restriction")
        if restriction not in list(Restriction):
            self.wrong("restriction", "、".join(Restriction) + " 之一", restriction)
            return None
        return FileFund(code, name, Restriction(restriction)) if code and name else None

    def _read_voucher(self, item: Any, place: int) -> FileVoucher | None:
        self._at(f"第 {place} 张凭证")
        if not isinstance(item, dict):
            self.wrong("vouchers", "对象", item)
            return None
        number = self._text(item, "no")
        self._at(number or self._voucher)
        summary = self._text(item, "summary", limit=300)
        booked_on = self._date(item)
        is_red = item.get("red", False)
        if not isinstance(is_red, bool):
            self.wrong("red", "true 或 false", is_red)
            is_red = False
        attachments = item.get("attachments", 0)
        if type(attachments) is not int or attachments < 0:
            self.wrong("attachments", "不小于零的整数", attachments)
        lines = self._lines(item.get("lines"), may_be_red=is_red)
        self._check_total(item, lines)
        if not number or not summary or booked_on is None or type(attachments) is not int:
            return None
        return make_voucher(
            number=number,
            booked_on=booked_on,
            summary=summary,
            is_red=is_red,
            attachment_count=attachments,
            lines=lines,
        )

    def _opening(self, items: list[Any], year: int) -> FileVoucher:
        self._at(OPENING)
        return make_voucher(
            number=OPENING,
            booked_on=date(year, 1, 1),
            summary=f"{year}年期初余额",
            is_red=False,
            attachment_count=0,
            lines=self._lines(items, may_be_red=False),
            is_opening=True,
        )

    def _lines(self, items: Any, *, may_be_red: bool) -> tuple[FileLine, ...]:
        if not isinstance(items, list) or len(items) < 2:
            self.wrong("lines", "至少两条分录")
            return ()
        lines = []
        for self._line, item in enumerate(items, start=1):
            line = self._read_line(item, may_be_red=may_be_red)
            if line is not None:
                lines.append(line)
        self._line = None
        difference = sum(line.amount_minor for line in lines)
        if len(lines) == len(items) and difference:
            self.wrong("lines", "借贷平衡", f"相差 {money.to_text(difference)}")
        return tuple(lines)

    def _read_line(self, item: Any, *, may_be_red: bool) -> FileLine | None:
        if not isinstance(item, dict):
            self.wrong("lines", "对象", item)
            return None
        account = self._text(item, "account")
        debit, credit = self._amount(item, "debit"), self._amount(item, "credit")
        if debit is None or credit is None:
            return None
        if (debit == 0) == (credit == 0):
            self.wrong("debit/credit", "借方或贷方有一个不为零的金额", f"{debit}/{credit}")
            return None
        if min(debit, credit) < 0 and not may_be_red:
            self.wrong(
                "debit/credit", "正数（负数只用于 red 为 true 的红字凭证）", min(debit, credit)
            )
            return None
        return FileLine(
            account=account,
            fund=self._optional(item, "fund"),
            side=Side.DEBIT if debit else Side.CREDIT,
            amount_minor=debit or -credit,
            summary=self._summary(item),
            cash_flow_item=self._optional(item, "cash_flow_item"),
        )

    def _check_total(self, item: dict[str, Any], lines: Sequence[FileLine]) -> None:
        if "total" not in item or not lines:
            return
        stated = self._amount(item, "total")
        booked = sum(line.amount_minor for line in lines if line.side is Side.DEBIT)
        if stated is not None and stated != booked:
            self.wrong("total", f"借方合计 {money.to_text(booked)}", item["total"])

    def _repeated(self, numbers: Sequence[str]) -> None:
        seen: set[str] = set()
        for number in numbers:
            self._at(number)
            if number in seen:
                self.wrong("no", "不重复的凭证号", number)
            seen.add(number)

    def _amount(self, item: dict[str, Any], key: str) -> int | None:
        value = item.get(key, "0.00")
        if not isinstance(value, str):
            self.wrong(key, '写成文字的金额，如 "120000.00"', value)
            return None
        try:
            return money.parse(value)
        except money.InvalidAmount:
            self.wrong(key, '最多两位小数的金额，如 "120000.00"', value)
            return None

    def _date(self, item: dict[str, Any]) -> date | None:
        value = item.get("date")
        try:
            if isinstance(value, str) and len(value) == 10:
                return date.fromisoformat(value)
        except ValueError:
            pass
        self.wrong("date", "2026-03-05 这样的日期", value)
        return None

    def _text(self, item: dict[str, Any], key: str, *, limit: int = 200) -> str:
        value = item.get(key)
        if not isinstance(value, str) or not value.strip() or len(value) > limit:
            self.wrong(key, f"不为空、最多 {limit} 字的文字", "" if value is None else value)
            return ""
        return value.strip()

    def _optional(self, item: dict[str, Any], key: str) -> str | None:
        return self._text(item, key, limit=64) or None if item.get(key) is not None else None

    def _summary(self, item: dict[str, Any]) -> str | None:
        return self._text(item, "summary", limit=300) or None if item.get("summary") else None

    def _at(self, voucher: str) -> None:
        self._voucher, self._line = voucher, None
