"""Gifts and the documents that the tests issue for them."""

from typing import Any

from sqlalchemy import Engine, select

from foundation import database
from foundation.gifts import integrity as gift_integrity
from foundation.organisation import profiles
from foundation.organisation import service as organisation
from foundation.receipting import billing, coverage, facts, integrity, particulars, service
from foundation.receipting.billing import Billed, BillEntry
from foundation.receipting.coverage import LiveDocument
from foundation.receipting.eligibility import Document
from foundation.receipting.facts import GiftFacts
from foundation.receipting.models import GiftBill, GiftLetter
from foundation.receipting.particulars import Particulars
from foundation.receipting.scopes import Scope
from foundation.receipting.service import Issuance, Preview
from ledger import funds
from ledger import integrity as ledger_integrity
from ledger.funds import Restriction
from ledger.integrity import Finding
from receipts import integrity as document_integrity
from receipts.bill_entry import BillInput
from receipts.letters import IssuedLetter
from tests.factories import CLOCK, PREPARER, REVIEWER

VERIFY_AT = "https://foundation.example.org/verify/"
# Everything that `check` runs when the documents are part of it.
CHECKS = (
    *ledger_integrity.CHECKS,
    *gift_integrity.CHECKS,
    *document_integrity.CHECKS,
    *integrity.CHECKS,
)


def install(engine: Engine) -> None:
    """Open the books of the demo organisation, and funds to give to."""
    with database.transaction(engine) as session:
        organisation.initialise(session, profiles.load("demo"), start=202512, clock=CLOCK)
        for code, name in (("SCHOL", "奖学金"), ("LAB", "实验室建设基金")):
            funds.open_fund(
                session,
                code=code,
                name=name,
                restriction=Restriction.PURPOSE,
                actor=PREPARER,
                clock=CLOCK,
            )


def preview(engine: Engine, document: Document = Document.LETTER, **scope: Any) -> Preview:
    """Say what an issue would do."""
    with database.reading(engine) as session:
        return service.preview(session, Scope(document, **scope), clock=CLOCK)


def issue(
    engine: Engine, document: Document = Document.LETTER, *, expected: str = "", **scope: Any
) -> Issuance:
    """Issue the documents of a scope."""
    with database.transaction(engine) as session:
        return service.issue(
            session,
            Scope(document, **scope),
            verify_at=VERIFY_AT,
            actor=PREPARER,
            clock=CLOCK,
            expected=expected,
        )


def replace(engine: Engine, letter_id: int, *, reason: str = "名称有误") -> IssuedLetter:
    """Issue a letter anew."""
    with database.transaction(engine) as session:
        return service.replace(
            session, letter_id, reason=reason, verify_at=VERIFY_AT, actor=PREPARER, clock=CLOCK
        )


def cancel(engine: Engine, letter_id: int) -> None:
    """Cancel a letter."""
    with database.transaction(engine) as session:
        service.cancel(session, letter_id, reason="重复出具", actor=REVIEWER, clock=CLOCK)


def bill(engine: Engine, given: BillInput, *gift_ids: int, **options: Any) -> Billed:
    """Record a bill for gifts."""
    return bills(engine, BillEntry(given, gift_ids), **options)[0]


def bills(engine: Engine, *entries: BillEntry, **options: Any) -> list[Billed]:
    """Record bills in a transaction of its own."""
    with database.transaction(engine) as session:
        return billing.record_bills(session, entries, actor=PREPARER, clock=CLOCK, **options)


def agree(engine: Engine, gift_id: int, **given: Any) -> None:
    """Write down what the bill of a gift has to say."""
    with database.transaction(engine) as session:
        particulars.set_particulars(
            session, gift_id, Particulars(**given), actor=PREPARER, clock=CLOCK
        )


def known(engine: Engine, gift_id: int) -> GiftFacts:
    """Return the facts of a gift."""
    with database.reading(engine) as session:
        (found,) = facts.load(session, [gift_id])
    return found


def live(engine: Engine, gift_id: int) -> list[LiveDocument]:
    """Return the documents that stand for a gift."""
    with database.reading(engine) as session:
        return coverage.live_documents(session, gift_id)


def numbers(engine: Engine, gift_id: int) -> list[str]:
    """Return the numbers of the documents that stand for a gift."""
    return [found.number for found in live(engine, gift_id)]


def refuse_documented(engine: Engine, gift_id: int) -> None:
    """Ask whether a gift may be changed."""
    with database.transaction(engine) as session:
        coverage.refuse_documented(session, gift_id)


def links(engine: Engine) -> list[tuple[int, int, bool]]:
    """Return (gift, amount, live) of every link to a bill and to a letter."""
    with database.reading(engine) as session:
        found = []
        for table in (GiftBill, GiftLetter):
            query = select(table.gift_id, table.amount_minor, table.is_live)
            found += [
                (row.gift_id, row.amount_minor, row.is_live)
                for row in session.execute(query.order_by(table.gift_id, table.is_live))
            ]
        return found


def findings(engine: Engine) -> list[Finding]:
    """Run every check."""
    with database.reading(engine) as session:
        return list(ledger_integrity.run(session, CHECKS))
