"""What comes out of a register, row by row.

Every row of the sheet is accounted for exactly once per gift that it can hold: it is a
`RegisterRow`, or it is `NotAGift` and says why, or it is a `RejectedRow` and says what was
found and what was expected. Row numbers are those that a spreadsheet shows, from 1.
"""

import hashlib
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from foundation.imports.names import normalise_name

ROLE_NAMES = {
    "date": "日期",
    "donor": "捐赠人",
    "donor_other": "捐赠人（另列）",
    "amount": "金额",
    "note": "备注",
    "reference": "流水号",
    "method": "支付方式",
    "fund": "项目/用途",
    "donor_id_number": "证件号码",
    "serial": "序号",
    "phone": "电话",
    "email": "电子邮箱",
    "currency": "币种",
    "direction": "借贷标志",
    "debit": "借方金额",
    "balance": "余额",
    "counterparty_account": "对方账号",
}


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """One gift of a register.

    `donor` is the normalised name, `raw_donor` the text of the register, `passed_on_by` who
    handed the money on. Texts that the register does not have are empty. `extra` holds the
    other labelled columns as (label, text), in their order. A row of a table that repeats side
    by side holds several gifts: `row` and `panel` (from 0) together name one.
    """

    row: int
    received_on: date
    donor: str
    raw_donor: str
    amount_minor: int
    note: str = ""
    reference: str = ""
    method: str = ""
    fund_text: str = ""
    donor_id_number: str = ""
    phone: str = ""
    email: str = ""
    serial: str = ""
    passed_on_by: str | None = None
    is_anonymous: bool = False
    is_masked: bool = False
    extra: tuple[tuple[str, str], ...] = ()
    panel: int = 0


class Reason(StrEnum):
    """Why a row is not a gift."""

    TITLE = "title"
    UNIT = "unit"
    HEADER = "header"
    REPEATED_HEADER = "repeated_header"
    SUBTOTAL = "subtotal"
    TOTAL = "total"
    CARRIED = "carried"
    BLANK = "blank"
    NOTE = "note"
    PAYMENT_OUT = "payment_out"


REASON_NAMES = {
    Reason.TITLE: "标题行",
    Reason.UNIT: "单位行",
    Reason.HEADER: "表头行",
    Reason.REPEATED_HEADER: "重复的表头行",
    Reason.SUBTOTAL: "小计行",
    Reason.TOTAL: "合计行",
    Reason.CARRIED: "累计或结转行",
    Reason.BLANK: "空行",
    Reason.NOTE: "说明",
    Reason.PAYMENT_OUT: "支出行",
}


@dataclass(frozen=True, slots=True)
class NotAGift:
    """A row that is rightly not imported. `text` is what stands in it."""

    row: int
    reason: Reason
    text: str = ""

    @property
    def description(self) -> str:
        """The reason in Chinese."""
        return REASON_NAMES[self.reason]


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that should be a gift but cannot be read; somebody has to look at it."""

    row: int
    field: str
    found: str
    expected: str
    code: str

    @property
    def description(self) -> str:
        """Say in Chinese which field of which row, what was found and what was expected."""
        found = f"是“{self.found}”" if self.found else "为空"
        field = ROLE_NAMES.get(self.field, self.field)
        return f"第 {self.row} 行的{field}{found}，应为{self.expected}"


Outcome = RegisterRow | NotAGift | RejectedRow


@dataclass(frozen=True, slots=True)
class StatedTotal:
    """What a total row of the table states, in fen, and where."""

    amount_minor: int
    row: int
    label: str


def fingerprint(received_on: date, donor: str, amount_minor: int, reference: str) -> str:
    """Return the SHA-256 (hex) by which the same gift is recognised in another file.

    It covers, one per line in UTF-8: the words `gift 1`, the ISO date, the normalised donor,
    the amount in fen, and the reference of the bank when there is one. Notes, order and layout
    do not matter. Two equal gifts of one donor on one day without a reference share their
    fingerprint: whoever compares files counts how often it occurs.
    """
    parts = ["gift 1", received_on.isoformat(), normalise_name(donor), str(amount_minor)]
    if reference:
        parts.append("".join(normalise_name(reference).split()).upper())
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
