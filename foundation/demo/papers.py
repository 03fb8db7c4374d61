"""The papers of the story: bills recorded quarter by quarter, letters and statements of the year.

The bills carry a code of a region that does not exist, and their files say that they are none. Of
this year only the first months have letters, so that there is something left to issue.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.demo.months import Month
from foundation.donors.models import Donor, DonorKind
from foundation.gifts.models import Gift
from foundation.organisation import qualification
from foundation.organisation.models import Standing
from foundation.organisation.qualification import PeriodInput
from foundation.receipting import billing, coverage, eligibility, facts, service
from foundation.receipting.billing import BillEntry
from foundation.receipting.eligibility import Document
from foundation.receipting.facts import GiftFacts
from foundation.receipting.scopes import Scope
from ledger.clock import Clock
from receipts import bill_batches, bill_files, bills
from receipts.bill_batches import BatchInput
from receipts.bill_entry import BillInput
from receipts.content import RecipientKind
from receipts.models import BillMedium, BillState

# Region 99 does not exist; the kind is that of donations.
_CODE = "990501{year:02d}"
_DRAWN, _FILES = 200, 4
_QUARTER_ENDS = (3, 6, 9, 12)
_LETTERED, _STATED = 6, 1
_DAYS_TO_BILL = 10
_REASON = "捐赠有变动，先收回原文件"
# One page that says what it is not; enough for a file that is kept and handed out unchanged.
_PAGE = b"""%%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 420 200]/Contents 4 0 R
/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj
4 0 obj<</Length %d>>stream
%sendstream endobj
trailer<</Root 1 0 R/Size 5>>
%%%%EOF
"""


class Papers:
    """Issues and records as the accountant would, and takes back before a gift changes."""

    def __init__(
        self,
        session: Session,
        *,
        accountant: str,
        reviewer: str,
        verify_at: str,
        folder: Path | None,
    ) -> None:
        self._session = session
        self._accountant = accountant
        self._reviewer = reviewer
        self._verify_at = verify_at
        self._folder = folder
        self._used: dict[int, int] = {}

    def begin_year(self, month: Month, clock: Clock) -> None:
        """Draw the numbers of a year; at the very beginning, enter the tax qualification."""
        if month.index == 0:
            listed = PeriodInput(
                standing=Standing.QUALIFIED,
                first_on=date(month.year, 1, 1),
                last_on=date(month.year + 2, 12, 31),
                document_number=f"示例公告〔{month.year}〕1号",
                published_on=month.day(1),
            )
            qualification.record(self._session, listed, actor=self._accountant, clock=clock)
        batch = BatchInput(
            medium=BillMedium.ELECTRONIC,
            code=_CODE.format(year=month.year % 100),
            drawn_on=month.day(1),
            keeper=self._accountant,
            first_number=_number(1),
            last_number=_number(_DRAWN),
        )
        bill_batches.add_batch(self._session, batch, actor=self._accountant, clock=clock)

    def end_month(self, month: Month, clock: Clock) -> None:
        """Record the bills of a quarter, and issue what is issued at the end of this month."""
        if month.number in _QUARTER_ENDS:
            self._bill(month, clock)
        is_first_year = month.year == month.first_year
        if month.number == (12 if is_first_year else _LETTERED):
            self._issue(Scope(Document.LETTER, year=month.year), clock)
        if month.number == _STATED and not is_first_year:
            self._issue(Scope(Document.ANNUAL, year=month.year - 1), clock)

    def take_back(self, gift_id: int, on: date, clock: Clock) -> None:
        """Undo the documents of a gift before it changes: letters cancelled, the bill in red."""
        for found in coverage.live_documents(self._session, gift_id):
            if not found.is_binding:
                continue
            if found.document is Document.BILL:
                self._take_back_bill(found.number, on, clock)
            else:
                service.cancel(
                    self._session, found.id, reason=_REASON, actor=self._reviewer, clock=clock
                )

    def _issue(self, scope: Scope, clock: Clock) -> None:
        service.issue(
            self._session, scope, verify_at=self._verify_at, actor=self._accountant, clock=clock
        )

    def _bill(self, month: Month, clock: Clock) -> None:
        entries = [
            BillEntry(self._bill_of(gift, month), (gift.gift_id,))
            for gift in self._billable(month, clock)
        ]
        billed = billing.record_bills(
            self._session, entries, is_matching=False, actor=self._accountant, clock=clock
        )
        if self._folder is None:
            return
        for one in billed[:_FILES]:
            bill = one.bill
            bill_files.attach(
                self._session,
                bill.id,
                name=f"{bill.code}-{bill.number}.pdf",
                content=_page(f"DEMO {bill.code} {bill.number} - NOT A FISCAL BILL"),
                folder=self._folder,
                actor=self._accountant,
                clock=clock,
            )

    def _billable(self, month: Month, clock: Clock) -> Iterator[GiftFacts]:
        """Yield the gifts of a quarter by organisations, and by persons who left an address."""
        first = date(month.year, month.number - 2, 1)
        keys = self._session.execute(
            select(Gift.id)
            .join(Donor, Donor.id == Gift.donor_id)
            .where(
                Gift.received_on.between(first, month.last_day),
                (Donor.kind == DonorKind.ORGANISATION)
                | ((Donor.kind == DonorKind.PERSON) & Donor.email.is_not(None)),
            )
            # Persons first: it is their pages that show the files.
            .order_by(Donor.kind.desc(), Gift.received_on, Gift.id)
        ).scalars()
        for gift in facts.load(self._session, list(keys)):
            if eligibility.judge(gift, Document.BILL, on=clock.today()) is None:
                yield gift

    def _bill_of(self, gift: GiftFacts, month: Month) -> BillInput:
        is_organisation = gift.donor_kind is DonorKind.ORGANISATION
        code, number = self._next(month.year)
        return BillInput(
            code=code,
            number=number,
            issued_on=min(gift.received_on + timedelta(days=_DAYS_TO_BILL), month.last_day),
            payer_name=eligibility.title_of(gift),
            payer_kind=RecipientKind.ORGANISATION if is_organisation else RecipientKind.PERSON,
            payer_code=gift.credit_code if is_organisation else "",
            amount_minor=gift.left_minor,
            check_code=f"d{month.random(number).randrange(10**5):05d}",
            drawer=self._accountant,
            checker=self._reviewer,
        )

    def _take_back_bill(self, label: str, on: date, clock: Clock) -> None:
        code, number = label.split()
        blue = bills.get_bill(self._session, code, number)
        if blue.state is not BillState.ISSUED:
            return
        assert blue.amount_minor is not None
        assert blue.payer_name is not None
        assert blue.payer_kind is not None
        red_code, red_number = self._next(on.year)
        red = BillInput(
            code=red_code,
            number=red_number,
            issued_on=on,
            payer_name=blue.payer_name,
            payer_kind=blue.payer_kind,
            payer_code=blue.payer_code or "",
            amount_minor=-blue.amount_minor,
            check_code="d00000",
            reverses=(code, number),
            reason=_REASON,
        )
        billing.record_bills(self._session, [BillEntry(red)], actor=self._accountant, clock=clock)

    def _next(self, year: int) -> tuple[str, str]:
        self._used[year] = self._used.get(year, 0) + 1
        return _CODE.format(year=year % 100), _number(self._used[year])


def _number(value: int) -> str:
    return f"{value:010d}"


def _page(words: str) -> bytes:
    drawn = f"BT /F 14 Tf 30 100 Td ({words}) Tj ET\n".encode("ascii")
    return _PAGE % (len(drawn), drawn)
