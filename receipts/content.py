"""What a document says, frozen: the draft, the issued content, its canonical JSON and digest.

The caller fills a Draft from gifts, which this package does not know; issuing adds number, date
and address of verification. From then on the content never changes: the same content gives the
same JSON, the same digest and the same pages. A mistake is corrected by a new document.
"""

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum

from ledger.errors import InvalidInput
from ledger.money import BOOK_CURRENCY
from receipts import canonical
from receipts.checks import check_amount, check_text, refuse

# Changes when a field changes its meaning, so that old snapshots are never misread.
SCHEMA = 1

_NUMBER = re.compile(r"\w[\w-]{2,39}")
_ADDRESS = re.compile(r"https?://[!-~]{4,240}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_RATE = re.compile(r"\d{1,6}(\.\d{1,8})?")
_IDENTITY_TAIL = re.compile(r"[0-9A-Z]{1,4}")


class Kind(StrEnum):
    """The documents that the organisation numbers itself."""

    LETTER = "letter"
    ANNUAL = "annual"
    CERTIFICATE = "certificate"
    TAX_RECEIPT = "tax_receipt"


class RecipientKind(StrEnum):
    """Whom the document addresses; the salutation depends on it."""

    PERSON = "person"
    ORGANISATION = "organisation"


class GiftForm(StrEnum):
    """What was given."""

    CASH = "cash"
    IN_KIND = "in_kind"


@dataclass(frozen=True, slots=True)
class Issuer:
    """The organisation, as its letterhead and footer show it."""

    name: str
    registration: str
    name_second: str = ""
    address: str = ""
    telephone: str = ""
    email: str = ""
    website: str = ""
    signatory: str = ""

    def __post_init__(self) -> None:
        check_text("出具单位名称", self.name, most=100)
        check_text("出具单位登记代码", self.registration, most=40)
        for value in (self.name_second, self.address, self.telephone, self.email, self.website):
            check_text("出具单位资料", value, most=160, required=False)
        check_text("签署人", self.signatory, most=60, required=False)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom the document is for. An identity number is never here, at most its last four places."""

    name: str
    kind: RecipientKind = RecipientKind.PERSON
    registration: str = ""
    identity_tail: str = ""
    address: str = ""

    def __post_init__(self) -> None:
        check_text("捐赠人名称", self.name, most=200)
        check_text("捐赠人登记代码", self.registration, most=40, required=False)
        check_text("捐赠人地址", self.address, most=200, required=False)
        if self.registration and self.kind is RecipientKind.PERSON:
            refuse("捐赠人登记代码", "个人不印证件号码，只可印后四位")
        if self.identity_tail and not _IDENTITY_TAIL.fullmatch(self.identity_tail):
            refuse("证件号码后四位", "至多四位数字或大写字母")


@dataclass(frozen=True, slots=True)
class Designation:
    """The part of a gift that goes to one project."""

    project: str
    amount_minor: int

    def __post_init__(self) -> None:
        check_text("捐赠项目", self.project, most=120)
        check_amount("项目金额", self.amount_minor)


@dataclass(frozen=True, slots=True)
class BillReference:
    """The official bill that was issued for a gift elsewhere; only quoted, never drawn."""

    code: str
    number: str

    def __post_init__(self) -> None:
        check_text("官方票据代码", self.code, most=20)
        check_text("官方票据号码", self.number, most=20)


@dataclass(frozen=True, slots=True)
class OriginalAmount:
    """What was received in another currency, and the rate that turned it into the book's."""

    amount_minor: int
    currency: str
    rate: str
    rate_on: date

    def __post_init__(self) -> None:
        check_amount("原币金额", self.amount_minor)
        if not _CURRENCY.fullmatch(self.currency):
            refuse("原币币种", "应为三位大写字母")
        if not _RATE.fullmatch(self.rate):
            refuse("汇率", "应为正的十进制数")


@dataclass(frozen=True, slots=True)
class GiftItem:
    """One gift as a document names it."""

    reference: str
    received_on: date
    amount_minor: int
    designations: tuple[Designation, ...]
    form: GiftForm = GiftForm.CASH
    currency: str = BOOK_CURRENCY
    description: str = ""
    voucher: str = ""
    bill: BillReference | None = None
    original: OriginalAmount | None = None
    advantage_minor: int = 0
    advantage: str = ""
    appraiser: str = ""

    def __post_init__(self) -> None:
        check_text("捐赠编号", self.reference, most=40)
        check_amount("捐赠金额", self.amount_minor)
        check_text("捐赠物资", self.description, most=300, required=self.form is GiftForm.IN_KIND)
        check_text("记账凭证号", self.voucher, most=40, required=False)
        check_text("所得利益说明", self.advantage, most=200, required=self.advantage_minor > 0)
        check_text("评估人", self.appraiser, most=200, required=False)
        if not _CURRENCY.fullmatch(self.currency):
            refuse("币种", "应为三位大写字母")
        if not self.designations:
            refuse("捐赠项目", "至少一个")
        if sum(part.amount_minor for part in self.designations) != self.amount_minor:
            refuse("捐赠项目", "各项目金额之和应等于捐赠金额")
        if not 0 <= self.advantage_minor < self.amount_minor:
            refuse("所得利益", "应小于捐赠金额")


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything that a document will say, before it has a number."""

    kind: Kind
    profile: str
    issuer: Issuer
    recipient: Recipient
    gifts: tuple[GiftItem, ...]
    period_from: date | None = None
    period_to: date | None = None
    message: str = ""
    place: str = ""

    def __post_init__(self) -> None:
        check_text("方案", self.profile, most=20)
        check_text("致辞", self.message, most=600, required=False)
        check_text("出具地点", self.place, most=60, required=False)
        if self.kind in (Kind.LETTER, Kind.TAX_RECEIPT) and len(self.gifts) != 1:
            refuse("捐赠", "确认函一函一笔，多笔请用年度捐赠明细")
        if self.kind is Kind.CERTIFICATE and not self.gifts:
            refuse("捐赠", "证书至少对应一笔捐赠")
        if self.kind is Kind.ANNUAL:
            self._check_period()
        if len({gift.reference for gift in self.gifts}) != len(self.gifts):
            refuse("捐赠", "同一笔捐赠只能列一次")

    def _check_period(self) -> None:
        if self.period_from is None or self.period_to is None or self.period_from > self.period_to:
            refuse("期间", "年度捐赠明细应有起止日期")
        for gift in self.gifts:
            if not self.period_from <= gift.received_on <= self.period_to:
                refuse("期间", f"捐赠{gift.reference}的日期不在期间内")


@dataclass(frozen=True, slots=True)
class Content:
    """An issued document: the draft, with number, date and address of verification."""

    draft: Draft
    number: str
    issued_on: date
    verify_url: str
    replaces: str = ""
    is_specimen: bool = False

    def __post_init__(self) -> None:
        if not _NUMBER.fullmatch(self.number):
            refuse("编号", "应为字母、数字和连字符")
        if self.replaces and (self.replaces == self.number or not _NUMBER.fullmatch(self.replaces)):
            refuse("被更换的编号", "应为另一份文件的编号")
        if not _ADDRESS.fullmatch(self.verify_url):
            refuse("核验网址", "应以 http:// 或 https:// 开头，不含空格和汉字")
        # A confirmation before the money is there would confirm nothing.
        if any(gift.received_on > self.issued_on for gift in self.draft.gifts):
            refuse("出具日期", "不得早于收到捐赠的日期")


class TamperedContent(InvalidInput):
    """A stored content does not have the digest that was recorded when it was issued."""

    code = "tampered_content"
    message = "文件内容与出具时的摘要不符（应为 {expected}）"


def to_json(content: Content) -> str:
    """Write the canonical JSON: sorted keys, no spaces, dates in ISO form, text as it is."""
    return json.dumps(
        {"schema": SCHEMA, "content": asdict(content)},
        default=date.isoformat,
        ensure_ascii=False,
        separators=(",", ":"),
        sort_keys=True,
    )


def digest(content: Content) -> str:
    """Return the SHA-256 of the canonical JSON, in hexadecimal."""
    return hashlib.sha256(to_json(content).encode()).hexdigest()


def from_json(text: str, *, expected_digest: str | None = None) -> Content:
    """Read back what `to_json` wrote.

    Raises InvalidInput for anything else, and TamperedContent when the digest is not the expected
    one. What was written under other rules is refused rather than guessed.
    """
    try:
        stored = json.loads(text)
    except ValueError:
        raise InvalidInput(field="文件内容", reason="不是有效的JSON") from None
    if not isinstance(stored, dict) or stored.get("schema") != SCHEMA:
        refuse("文件内容", f"不是第{SCHEMA}版格式")
    content = canonical.build(Content, stored.get("content"), "content")
    if expected_digest is not None and digest(content) != expected_digest:
        raise TamperedContent(expected=expected_digest)
    return content
