"""A gift as it came in, and everything that must be right before it is recorded.

Pure: the catalogue says what the books know, nothing is read or written here.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from foundation.donors.service import DonorRef
from foundation.gifts.kinds import MONEY_KINDS, GiftKind, GiftMethod
from foundation.posting_lines import Part
from ledger.catalogue import AccountInfo, Catalogue
from ledger.clock import Clock
from ledger.drafting import open_period_for
from ledger.errors import InvalidInput
from ledger.money import BOOK_CURRENCY, MAX_MINOR, AmountTooLarge, minor_digits, to_text

# What a donated service may have served (制度: the expense by function).
SERVED_EXPENSES = (
    "programme_expense",
    "management_expense",
    "fundraising_expense",
    "other_expense",
)
_RATE = re.compile(r"\d{1,9}(\.\d{1,12})?", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_LONGEST_RATE = 24
# Texts of a gift, what they are called, and how long they may be.
_TEXTS = {
    "donor_name": ("捐赠人", 200),
    "passed_on_by": ("代捐人", 200),
    "agreement": ("捐赠协议", 120),
    "bank_reference": ("银行流水号", 120),
    "note": ("备注", 2000),
    "item": ("捐赠物", 200),
    "quantity": ("数量", 60),
    "value_evidence": ("价值凭据", 200),
    "recipient": ("受益人", 60),
}


class AllocationDiffers(InvalidInput):
    """The parts of a gift are not its amount."""

    code = "allocation_differs"
    message = "分配到基金的金额合计 {allocated} 与捐赠金额 {amount} 不一致"


class RateDiffers(InvalidInput):
    """The RMB amount of a foreign gift is not its original amount at its rate."""

    code = "rate_differs"
    message = "{original} {currency} 按汇率 {rate} 折合人民币 {expected}，与填写的 {amount} 不一致"


@dataclass(frozen=True, slots=True)
class Original:
    """What a foreign gift was before it became RMB. The rate is yuan for one unit, as text."""

    minor: int
    currency: str
    rate: str
    rate_on: date


@dataclass(frozen=True, slots=True)
class GiftInput:
    """A gift as it came in. Amounts are fen; allocations are (fund code, fen)."""

    donor: DonorRef
    received_on: date
    amount_minor: int
    account_code: str
    allocations: tuple[tuple[str, int], ...]
    kind: GiftKind = GiftKind.CASH
    method: GiftMethod = GiftMethod.BANK
    donor_name: str = ""
    passed_on_by: str | None = None
    is_anonymous: bool = False
    agreement: str | None = None
    bank_reference: str | None = None
    note: str | None = None
    item: str | None = None
    quantity: str | None = None
    value_evidence: str | None = None
    original: Original | None = None
    # Donated services name the expense they served, agency gifts whom they are for.
    expense_tag: str = "programme_expense"
    recipient: str | None = None
    attachment_count: int = 1

    @property
    def named(self) -> str:
        """The donor's name as it stands with this gift."""
        return self.donor_name or self.donor.name


def check(
    known: Catalogue, entry: GiftInput, clock: Clock
) -> tuple[AccountInfo | None, list[Part]]:
    """Return the account (None for donated services) and the parts of a gift that may be booked.

    Raises InvalidInput for amounts, dates, texts and evidence, AllocationDiffers, RateDiffers,
    UnknownAccount, UnknownFund, UnknownPeriod or PeriodClosed.
    """
    if entry.amount_minor <= 0:
        raise InvalidInput(field="金额", reason="应大于零")
    if entry.amount_minor > MAX_MINOR:
        raise AmountTooLarge(text=to_text(entry.amount_minor))
    if entry.received_on > clock.today():
        raise InvalidInput(field="收到日期", reason="不能晚于今天；未到账的捐赠请登记为捐赠承诺")
    parts = _parts(known, entry.allocations)
    allocated = sum(part for _, part in parts)
    if allocated != entry.amount_minor:
        raise AllocationDiffers(allocated=to_text(allocated), amount=to_text(entry.amount_minor))
    period = open_period_for(known, entry.received_on)
    if entry.kind is GiftKind.SERVICE:
        account = None
        if entry.expense_tag not in SERVED_EXPENSES:
            raise InvalidInput(field="服务用途", reason="应为业务活动、管理、筹资或其他费用之一")
    else:
        account = known.account(period.chart, entry.account_code)
        _check_account(entry.kind, account)
    _check_texts(entry)
    _check_evidence(entry)
    if entry.original is not None:
        check_rate(entry.original, entry.amount_minor, entry.received_on)
    return account, parts


def in_book_currency(minor: int, currency: str, rate: str) -> int:
    """Return what a foreign amount is in fen at a rate, rounded half up. Raises InvalidInput."""
    if not _RATE.fullmatch(rate) or len(rate) > _LONGEST_RATE or not rate.strip("0."):
        raise InvalidInput(field="汇率", reason="应为大于零的数字，例如 7.1234")
    whole, _, decimals = rate.partition(".")
    top = minor * int(whole + decimals) * 100
    bottom = int(10 ** (minor_digits(currency) + len(decimals)))
    return (2 * top + bottom) // (2 * bottom)


def check_rate(original: Original, amount_minor: int, received_on: date) -> None:
    """Check a foreign amount against its RMB. Raises InvalidInput or RateDiffers.

    Banks round in their own way: a difference of one fen is theirs, a greater one a mistake.
    """
    if not _CURRENCY.fullmatch(original.currency) or original.currency == BOOK_CURRENCY:
        raise InvalidInput(field="原币", reason="应为人民币以外的三位货币代码，例如 USD")
    if not 0 < original.minor <= MAX_MINOR:
        raise InvalidInput(field="原币金额", reason="应大于零")
    if original.rate_on > received_on:
        raise InvalidInput(field="汇率日期", reason="不能晚于收到日期")
    expected = in_book_currency(original.minor, original.currency, original.rate)
    if abs(expected - amount_minor) > 1:
        raise RateDiffers(
            original=to_text(original.minor, original.currency),
            currency=original.currency,
            rate=original.rate,
            expected=to_text(expected),
            amount=to_text(amount_minor),
        )


def _parts(known: Catalogue, allocations: Sequence[tuple[str, int]]) -> list[Part]:
    parts: dict[int, int] = {}
    for code, amount in allocations:
        if amount <= 0:
            raise InvalidInput(field="分配金额", reason="每个基金分配的金额应大于零")
        fund = known.fund(code)
        parts[fund.id] = parts.get(fund.id, 0) + amount
    if not parts:
        raise InvalidInput(field="基金", reason="请至少选择一个基金")
    return sorted(parts.items())


def _check_account(kind: GiftKind, account: AccountInfo) -> None:
    is_money = "cash" in account.flags
    if kind in (GiftKind.CASH, GiftKind.CONDITIONAL):
        if not is_money:
            raise InvalidInput(
                field="收款科目",
                reason=f"{account.code} {account.full_name} 不是现金或银行存款科目",
            )
        if "agency" in account.flags:
            raise InvalidInput(field="收款科目", reason="受托代理账户不能记录捐赠收入")
    if kind in (GiftKind.IN_KIND, GiftKind.NOMINAL, GiftKind.EQUITY) and (
        is_money or account.category != "asset" or account.tag == "agency_asset"
    ):
        raise InvalidInput(field="科目", reason="非货币捐赠应记入存货、固定资产、投资等资产科目")
    if kind is GiftKind.EQUITY and account.tag != "long_term_equity":
        raise InvalidInput(field="科目", reason="股权捐赠应记入长期股权投资")


def _check_texts(entry: GiftInput) -> None:
    for name, (called, longest) in _TEXTS.items():
        text = getattr(entry, name) or ""
        if len(text) > longest:
            raise InvalidInput(field=called, reason=f"最多 {longest} 字")
        if not all(letter.isprintable() or letter in "\n\r\t" for letter in text):
            raise InvalidInput(field=called, reason="含有不能显示的字符")


def _check_evidence(entry: GiftInput) -> None:
    if entry.kind is GiftKind.AGENCY and not (entry.recipient or "").strip():
        raise InvalidInput(field="受益人", reason="受托代理业务必须写明指定的受益人")
    if entry.kind in MONEY_KINDS:
        return
    if not (entry.item or "").strip():
        raise InvalidInput(field="捐赠物", reason="请写明捐赠的是什么")
    if entry.kind is not GiftKind.NOMINAL and not (entry.value_evidence or "").strip():
        raise InvalidInput(
            field="价值凭据", reason="请写明发票、协议、评估报告等凭据；没有凭据不能入账"
        )
