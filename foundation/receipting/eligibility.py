"""Which gift gets which document, and in words why another gets none.

Pure: the facts come in, the first reason that stands against a document goes out. An official bill
asks for more than a letter of our own, because the donor deducts with it. Where the law lets the
charity issue the tax receipt itself, that receipt takes the place of the bill.

Sources: 慈善法 第三十八条 (A); 公益事业捐赠票据使用管理办法（财综〔2024〕1号）第七、八条 (B); value
evidence: 财税〔2008〕160号 (B), 2020年第27号公告 (M); no bill for services, which are no 财物 (I).
"""

from datetime import date
from enum import StrEnum

from foundation.donors.models import DonorKind
from foundation.gifts.kinds import MONEY_KINDS, GiftKind
from foundation.imports.names import normalise_name
from foundation.receipting.facts import GiftFacts
from receipts.content import Kind


class Document(StrEnum):
    """官方票据、捐赠确认函、年度捐赠明细、捐赠证书、本机构的税务收据（非中国）."""

    BILL = "bill"
    LETTER = "letter"
    ANNUAL = "annual"
    CERTIFICATE = "certificate"
    TAX_RECEIPT = "tax_receipt"


class Reason(StrEnum):
    """Why a gift gets no document."""

    ENDED = "ended"
    REFUNDED = "refunded"
    NOT_RECEIVED = "not_received"
    NOT_POSTED = "not_posted"
    COVERED = "covered"
    AGENCY = "agency"
    SERVICE = "service"
    NO_VALUE_EVIDENCE = "no_value_evidence"
    BENEFIT = "benefit"
    WAIVED = "waived"
    ANONYMOUS = "anonymous"
    NO_TITLE = "no_title"
    NO_ADDRESS = "no_address"
    NO_CURRENCY = "no_currency"
    PARTLY_COVERED = "partly_covered"
    UNPRINTABLE = "unprintable"


SENTENCES: dict[Reason, str] = {
    Reason.ENDED: "捐赠已作废或已更正",
    Reason.REFUNDED: "捐赠已全部退还",
    Reason.NOT_RECEIVED: "捐赠尚未收到",
    Reason.NOT_POSTED: "捐赠尚未记账，须先审核记账",
    Reason.COVERED: "捐赠已有同类有效文件，不能重复出具",
    Reason.AGENCY: "受托代理的款物不是本会接受的捐赠",
    Reason.SERVICE: "捐赠服务不是财物，不开具票据和确认函",
    Reason.NO_VALUE_EVIDENCE: "非货币捐赠没有公允价值凭据",
    Reason.BENEFIT: "捐赠附有回报，属于赞助或交易",
    Reason.WAIVED: "捐赠人放弃接受票据，已记录",
    Reason.ANONYMOUS: "匿名捐赠，没有可以出具的对象",
    Reason.NO_TITLE: "没有经确认的票据抬头",
    Reason.NO_ADDRESS: "没有捐赠人的地址",
    Reason.NO_CURRENCY: "捐赠没有以文件币种计的金额",
    Reason.PARTLY_COVERED: "已有票据，金额少于捐赠的现有金额",
    Reason.UNPRINTABLE: "内容不能印出",
}
KINDS: dict[Document, Kind] = {
    Document.LETTER: Kind.LETTER,
    Document.ANNUAL: Kind.ANNUAL,
    Document.CERTIFICATE: Kind.CERTIFICATE,
    Document.TAX_RECEIPT: Kind.TAX_RECEIPT,
}


def judge(gift: GiftFacts, document: Document, *, on: date) -> Reason | None:
    """Return the first reason against a document dated `on`, None when it may be issued."""
    return _of_receipt(gift, on) or _of_cover(gift, document) or _of_matter(gift, document)


def title_of(gift: GiftFacts) -> str:
    """Return the payer's name for the bill: the confirmed title, else the name of the donor.

    A group is nobody who could deduct; without a title of its own it has none.
    """
    if gift.title:
        return gift.title
    if gift.donor_kind in (DonorKind.GROUP, DonorKind.ANONYMOUS):
        return ""
    return gift.donor_name


def is_same_payer(one: str, other: str) -> bool:
    """Tell whether two names are one payer, however they were typed."""
    return normalise_name(one).casefold() == normalise_name(other).casefold()


def _of_receipt(gift: GiftFacts, on: date) -> Reason | None:
    if gift.is_ended:
        return Reason.ENDED
    if gift.left_minor <= 0:
        return Reason.REFUNDED
    if gift.received_on > on:
        return Reason.NOT_RECEIVED
    if not gift.is_posted:
        return Reason.NOT_POSTED
    return None


def _of_cover(gift: GiftFacts, document: Document) -> Reason | None:
    if document is Document.BILL:
        return Reason.COVERED if gift.bill is not None else None
    return Reason.COVERED if KINDS[document] in gift.letters else None


def _of_matter(gift: GiftFacts, document: Document) -> Reason | None:
    if gift.kind is GiftKind.AGENCY:
        return Reason.AGENCY
    if document is not Document.CERTIFICATE:
        if gift.kind is GiftKind.SERVICE:
            return Reason.SERVICE
        if gift.kind not in MONEY_KINDS and not gift.value_evidence.strip():
            return Reason.NO_VALUE_EVIDENCE
        # A tax receipt takes off what the benefit is worth, once somebody has said it.
        is_valued = document is Document.TAX_RECEIPT and gift.advantage_minor is not None
        if gift.benefit and not is_valued:
            return Reason.BENEFIT
    if gift.waiver and document is Document.BILL:
        return Reason.WAIVED
    # Whoever gave a title asked for the document; anonymous is then only what is published.
    is_nameless = gift.is_anonymous or gift.donor_kind is DonorKind.ANONYMOUS
    if is_nameless and not gift.title:
        return Reason.ANONYMOUS
    return _of_payer(gift, document)


def _of_payer(gift: GiftFacts, document: Document) -> Reason | None:
    if document not in (Document.BILL, Document.TAX_RECEIPT):
        return None
    if not title_of(gift):
        return Reason.NO_TITLE
    if document is Document.TAX_RECEIPT and not gift.payer_address:
        return Reason.NO_ADDRESS
    return None
