"""Everything behind one item of a sample: voucher, gift, agreement, bank, documents, approvals.

What should be there and is not is said: an auditor looks for the missing paper first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from foundation.agreements.models import Agreement
from foundation.auditing import papers
from foundation.auditing.papers import Paper
from foundation.banking.models import (
    BankAccount,
    BankAccountLedger,
    BankLine,
    BankMatchLine,
    BankMatchVoucher,
)
from foundation.books import voucher_view
from foundation.books.voucher_view import VoucherView
from foundation.gifts.models import Gift, GiftChange, reference
from foundation.http.languages import mark
from foundation.receipting import coverage
from foundation.receipting.coverage import LiveDocument
from foundation.receipting.eligibility import Document
from foundation.spending.models import SpendingApproval, SpendingRequest
from foundation.spending.models import reference as spending_reference
from ledger import catalogue
from ledger.charts.definitions import AccountCategory
from ledger.vouchers import WITHOUT_SOURCE_DOCUMENT

# A voucher that books a day of gifts has more of them than a page shows.
MOST_GIFTS = 20
NO_COUNT = mark("凭证注明的附件张数为 0")
NO_FILES = mark("没有上传电子附件")
NO_AGREEMENT = mark("捐赠没有对应的捐赠协议")
NO_AGREEMENT_FILE = mark("捐赠协议没有上传文本")
NO_BILL = mark("捐赠没有开具捐赠票据")
NO_BANK = mark("涉及银行存款，但没有与银行流水勾对")
NO_REQUEST = mark("费用支出没有对应的支出申请和审批")


@dataclass(frozen=True, slots=True)
class GiftFacts:
    """A gift that the voucher books, with its agreement and documents."""

    id: int
    reference: str
    donor_name: str
    received_on: date
    amount_minor: int
    agreement: str
    agreement_id: int | None
    documents: tuple[LiveDocument, ...]


@dataclass(frozen=True, slots=True)
class BankFacts:
    """A line of a bank statement that is the same money."""

    id: int
    booked_on: date
    name: str
    summary: str
    reference: str
    amount_minor: int
    match_id: int


@dataclass(frozen=True, slots=True)
class Approval:
    """What one person said to a request."""

    verdict: str
    by: str
    at: datetime
    note: str


@dataclass(frozen=True, slots=True)
class SpendingFacts:
    """The request behind a payment."""

    reference: str
    payee: str
    summary: str
    total_minor: int
    requested_by: str
    requested_on: date
    paid_by: str
    paid_on: date | None
    resolution: str
    contract: str
    approvals: tuple[Approval, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What there is behind one voucher or gift, and what is missing."""

    voucher: VoucherView
    gifts: tuple[GiftFacts, ...]
    bank: tuple[BankFacts, ...]
    spending: tuple[SpendingFacts, ...]
    papers: tuple[Paper, ...]
    missing: tuple[str, ...]


def gather(session: Session, voucher_id: int, *, gift_id: int | None = None) -> Evidence:
    """Return everything behind a voucher; with `gift_id`, only that gift of it."""
    voucher = voucher_view.get_voucher(session, voucher_id)
    gifts = _gifts(session, voucher_id, gift_id)
    bank = _bank(session, voucher_id)
    spending = _spending(session, voucher_id)
    documents = [document for gift in gifts for document in gift.documents]
    agreements = sorted({gift.agreement_id for gift in gifts if gift.agreement_id is not None})
    bills = [one.id for one in documents if one.document is Document.BILL]
    letters = [one.id for one in documents if one.document is not Document.BILL]
    of_agreements = papers.of_agreements(session, agreements)
    return Evidence(
        voucher=voucher,
        gifts=gifts,
        bank=bank,
        spending=spending,
        papers=(
            *papers.of_vouchers(session, [voucher_id]),
            *of_agreements,
            *papers.of_bills(session, bills),
            *papers.of_letters(session, letters),
        ),
        missing=(
            *_missing_of_voucher(session, voucher, bank, spending),
            *_missing_of_gifts(gifts, of_agreements),
        ),
    )


def _missing_of_voucher(
    session: Session,
    voucher: VoucherView,
    bank: Sequence[BankFacts],
    spending: Sequence[SpendingFacts],
) -> list[str]:
    found = []
    if voucher.row.kind not in WITHOUT_SOURCE_DOCUMENT:
        if not voucher.row.attachment_count:
            found.append(NO_COUNT)
        if not voucher.files:
            found.append(NO_FILES)
    moved = {line.account_id for line in voucher.lines}
    at_banks = select(BankAccountLedger.account_id).where(BankAccountLedger.account_id.in_(moved))
    has_bank = session.execute(at_banks.limit(1)).first() is not None
    # Before an account was taken up there are no statements to match with.
    kept = at_banks.join(BankAccount, BankAccount.id == BankAccountLedger.bank_account_id).where(
        BankAccount.begins_on <= voucher.row.booked_on
    )
    if not bank and session.execute(kept.limit(1)).first() is not None:
        found.append(NO_BANK)
    accounts = catalogue.load(session).accounts
    is_expense = any(
        accounts[line.account_id].category is AccountCategory.EXPENSE and line.debit_minor > 0
        for line in voucher.lines
    )
    if is_expense and has_bank and not spending and not voucher.gifts:
        found.append(NO_REQUEST)
    return found


def _missing_of_gifts(gifts: Sequence[GiftFacts], agreements: Sequence[Paper]) -> list[str]:
    found = []
    if any(not gift.agreement for gift in gifts):
        found.append(NO_AGREEMENT)
    with_file = {paper.owner for paper in agreements}
    if any(gift.agreement_id is not None and gift.agreement_id not in with_file for gift in gifts):
        found.append(NO_AGREEMENT_FILE)
    has_bill = [any(one.document is Document.BILL for one in gift.documents) for gift in gifts]
    if not all(has_bill):
        found.append(NO_BILL)
    return found


def _gifts(session: Session, voucher_id: int, gift_id: int | None) -> tuple[GiftFacts, ...]:
    changed = select(GiftChange.gift_id).where(GiftChange.voucher_id == voucher_id)
    wanted = or_(Gift.voucher_id == voucher_id, Gift.id.in_(changed))
    if gift_id is not None:
        wanted = Gift.id == gift_id
    query = (
        select(Gift, Agreement.id)
        .outerjoin(Agreement, Agreement.number == Gift.agreement)
        .where(wanted)
        .order_by(Gift.id)
        .limit(MOST_GIFTS)
    )
    return tuple(
        GiftFacts(
            id=gift.id,
            reference=reference(gift.id, gift.received_on),
            donor_name=gift.donor_name,
            received_on=gift.received_on,
            amount_minor=gift.amount_minor,
            agreement=gift.agreement or "",
            agreement_id=agreement_id,
            documents=tuple(coverage.live_documents(session, gift.id)),
        )
        for gift, agreement_id in session.execute(query)
    )


def _bank(session: Session, voucher_id: int) -> tuple[BankFacts, ...]:
    query = (
        select(
            BankLine.id,
            BankLine.booked_on,
            BankLine.name,
            BankLine.summary,
            BankLine.reference,
            BankLine.amount_minor,
            BankMatchLine.match_id,
        )
        .join(BankMatchLine, BankMatchLine.bank_line_id == BankLine.id)
        .join(BankMatchVoucher, BankMatchVoucher.match_id == BankMatchLine.match_id)
        .where(
            BankMatchVoucher.voucher_id == voucher_id,
            BankMatchVoucher.is_live,
            BankMatchLine.is_live,
        )
        .distinct()
        .order_by(BankLine.id)
        .limit(MOST_GIFTS)
    )
    return tuple(BankFacts(*row) for row in session.execute(query))


def _spending(session: Session, voucher_id: int) -> tuple[SpendingFacts, ...]:
    rows = session.execute(
        select(SpendingRequest)
        .where(SpendingRequest.voucher_id == voucher_id)
        .order_by(SpendingRequest.id)
    ).scalars()
    return tuple(
        SpendingFacts(
            reference=spending_reference(row.id, row.requested_on),
            payee=row.payee_name,
            summary=row.summary,
            total_minor=row.total_minor,
            requested_by=row.requested_by,
            requested_on=row.requested_on,
            paid_by=row.paid_by or "",
            paid_on=row.paid_on,
            resolution=row.resolution or "",
            contract=row.contract or "",
            approvals=_approvals(session, row.id),
        )
        for row in rows
    )


def _approvals(session: Session, request_id: int) -> tuple[Approval, ...]:
    rows = session.execute(
        select(SpendingApproval)
        .where(SpendingApproval.request_id == request_id)
        .order_by(SpendingApproval.id)
    ).scalars()
    return tuple(
        Approval(row.verdict.value, row.approved_by, row.approved_at, row.note or "")
        for row in rows
    )
