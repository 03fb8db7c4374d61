"""Record the gifts of the story, and what becomes of them, as the accountant would."""

from sqlalchemy.orm import Session

from foundation.demo import drafts, plan
from foundation.demo.events import BANK, Correction, Gift, Refund, Register
from foundation.demo.papers import Papers
from foundation.demo.plan import Plan
from foundation.donors import service as donors
from foundation.donors.service import DonorInput, DonorRef
from foundation.donors.vault import Vault
from foundation.gifts import changes
from foundation.gifts import service as gifts
from foundation.gifts.entry import GiftInput, Original
from foundation.imports import reading, recognition
from foundation.imports import service as imports
from foundation.imports.examination import ImportRequest
from ledger import catalogue
from ledger.clock import Clock

Giving = Gift | Register | Refund | Correction


class Recorder:
    """Records events one after another; remembers donors and the gifts that others refer to."""

    def __init__(
        self, session: Session, told: Plan, vault: Vault, papers: Papers, *, actor: str
    ) -> None:
        self._session = session
        self._plan = told
        self._vault = vault
        self._papers = papers
        self._actor = actor
        self._donors: dict[str, DonorRef] = {}
        self._marked: dict[str, tuple[int, Gift]] = {}

    def record(self, event: Giving, clock: Clock) -> None:
        """Write one event. Raises whatever the services refuse."""
        match event:
            case Gift():
                self._give(event, clock)
            case Register():
                self._import(event, clock)
            case Refund():
                self._refund(event, clock)
            case Correction():
                self._correct(event, clock)

    def _give(self, gift: Gift, clock: Clock) -> None:
        recorded = gifts.record_gift(
            self._session, self._entry(gift, gift.shares, clock), actor=self._actor, clock=clock
        )
        if gift.mark:
            self._marked[gift.mark] = (recorded.gift_id, gift)

    def _import(self, register: Register, clock: Clock) -> None:
        source = reading.open_register(register.text.encode(), register.file_name)
        imports.import_register(
            self._session,
            recognition.recognise(source),
            ImportRequest(
                fund_code=register.fund, account_code=drafts.BANK_CODES[BANK], daily=True
            ),
            actor=self._actor,
            clock=clock,
        )

    def _refund(self, refund: Refund, clock: Clock) -> None:
        gift_id, _ = self._marked[refund.mark]
        # A gift with documents does not change: these first, then the gift.
        self._papers.take_back(gift_id, refund.on, clock)
        changes.refund_gift(
            self._session,
            gift_id,
            amount_minor=refund.minor,
            cause=refund.cause,
            refunded_on=refund.on,
            pay_from=drafts.BANK_CODES[BANK],
            reason=refund.reason,
            actor=self._actor,
            clock=clock,
        )

    def _correct(self, correction: Correction, clock: Clock) -> None:
        gift_id, gift = self._marked[correction.mark]
        self._papers.take_back(gift_id, correction.on, clock)
        shares = ((correction.fund, correction.right_minor),)
        changes.correct_gift(
            self._session,
            gift_id,
            self._entry(gift, shares, clock),
            booked_on=correction.on,
            reason=correction.reason,
            actor=self._actor,
            clock=clock,
        )

    def _entry(self, gift: Gift, shares: tuple[tuple[str, int], ...], clock: Clock) -> GiftInput:
        known = catalogue.load(self._session)
        account = drafts.account_of(known, gift.on, gift.place, shares[0][0])
        original = None
        if gift.foreign is not None:
            given = gift.foreign
            original = Original(given.minor, given.currency, given.rate, rate_on=gift.on)
        return GiftInput(
            donor=self._donor(gift.donor, clock),
            received_on=gift.on,
            amount_minor=sum(minor for _, minor in shares),
            account_code=account.code,
            allocations=shares,
            kind=gift.kind,
            method=gift.method,
            is_anonymous=gift.is_anonymous,
            agreement=gift.agreement,
            bank_reference=gift.reference,
            note=gift.note,
            item=gift.item,
            quantity=gift.quantity,
            value_evidence=gift.evidence,
            original=original,
            expense_tag=gift.expense,
            recipient=gift.recipient,
        )

    def _donor(self, name: str, clock: Clock) -> DonorRef:
        found = self._donors.get(name)
        if found is None:
            found = self._donors[name] = donors.find_or_record(
                self._session,
                self._particulars(name),
                vault=self._vault,
                actor=self._actor,
                clock=clock,
            )
        return found

    def _particulars(self, name: str) -> DonorInput:
        """Return what is known of a donor; addresses are of domains and numbers that nobody has."""
        kind = plan.kind_of(self._plan, name)
        for number, giver in enumerate(self._plan.organisations, start=1):
            if giver.name == name:
                return DonorInput(
                    name=name,
                    kind=kind,
                    credit_code=giver.credit_code,
                    email=f"office{number:02d}@example.org",
                    phone=f"000-0000{number:04d}",
                )
        return DonorInput(
            name=name,
            kind=kind,
            id_number=self._plan.people.id_number.get(name, ""),
            email=self._plan.people.email.get(name, ""),
        )
