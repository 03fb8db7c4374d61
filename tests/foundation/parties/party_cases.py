"""What tests of related parties arrange: the university as founder, gifts and grants with it."""

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import Engine

from foundation import database
from foundation.donors.models import DonorKind
from foundation.parties import dealings, queries, service
from foundation.parties.dealings import Dealing
from foundation.parties.models import RelationKind
from foundation.parties.service import PartyInput, RelationInput
from foundation.spending import approvals, drafts, paying
from foundation.spending.drafts import PartInput, RequestInput
from foundation.spending.models import ProcurementMethod, SpendingKind
from ledger import dimensions
from ledger.dimensions import DimensionKind
from tests import factories
from tests.factories import BANK, CLOCK, PREPARER, REVIEWER
from tests.foundation.donors import donor_cases
from tests.foundation.gifts import gift_cases

T = TypeVar("T")
UNIVERSITY, COMPANY = "测试大学", "东湖启明科技有限公司"
DAY, LATER = date(2026, 1, 15), date(2026, 2, 10)
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
FOUNDER = RelationInput(
    kind=RelationKind.FOUNDER,
    is_important=True,
    relation="发起设立本基金会",
    source="章程第三条",
    valid_from=date(2010, 1, 1),
)
BOARD = RelationInput(
    kind=RelationKind.BOARD_SOURCE,
    is_important=False,
    relation="理事长任职单位",
    source="理事会决议〔2026〕1号",
    valid_from=date(2026, 1, 1),
)


def do(engine: Engine, act: Callable[..., T], *given: Any, **named: Any) -> T:
    """Run one act of a service in a transaction of its own."""
    with database.transaction(engine) as session:
        return act(session, *given, actor=PREPARER, clock=CLOCK, **named)


def declare(
    engine: Engine,
    name: str = UNIVERSITY,
    relation: RelationInput = FOUNDER,
    *,
    is_person: bool = False,
    credit_code: str = "",
    id_number: str = "",
) -> int:
    """Declare a related party and return its key."""
    entry = PartyInput(name, is_person, credit_code=credit_code, id_number=id_number)
    return do(engine, service.declare, entry, relation, vault=donor_cases.VAULT).id


def give(engine: Engine, name: str = UNIVERSITY, *, minor: int = 50_000_00, **more: Any) -> Any:
    """Record and post a gift of an organisation."""
    who = gift_cases.donor(engine, name=name, kind=DonorKind.ORGANISATION)
    gift = gift_cases.record(
        engine, gift_cases.entry(who, minor=minor, allocations=(("SCHOL", minor),), **more)
    )
    gift_cases.post(engine, gift.voucher_id)
    return gift


def spend(
    engine: Engine,
    payee: str = UNIVERSITY,
    *,
    minor: int = 10_000_00,
    kind: SpendingKind = SpendingKind.GRANT,
    element: str = "grant",
    relation: str | None = None,
    resolution: str | None = None,
    on: date = LATER,
) -> int:
    """Ask for, approve, pay, book and post a spending; return its voucher."""
    entry = RequestInput(
        kind=kind,
        payee_name=payee,
        summary=f"付{payee}",
        requested_on=on,
        parts=(PartInput("GEN", element, minor),),
        relation=relation,
        resolution=resolution,
        procurement=ProcurementMethod.DIRECT if kind is SpendingKind.PURCHASE else None,
    )
    with database.transaction(engine) as session:
        key = drafts.save_draft(session, entry, actor=PREPARER, clock=CLOCK).id
        approvals.submit(session, key, actor=PREPARER, clock=CLOCK)
        approvals.approve(session, key, actor=REVIEWER, clock=CLOCK)
        paying.pay(
            session,
            key,
            account_code=BANK,
            paid_on=on,
            payment_reference=None,
            actor="cashier",
            clock=CLOCK,
        )
        voucher = paying.book(session, key, actor=PREPARER, clock=CLOCK)
    gift_cases.post(engine, voucher)
    return voucher


def payee(engine: Engine, name: str = UNIVERSITY) -> int:
    """Return the value of lines that means a payee."""
    with database.transaction(engine) as session:
        return dimensions.ensure(session, DimensionKind.COUNTERPARTY, {name: name})[name]


def book(engine: Engine, *rows: factories.Entered, on: date = LATER, summary: str = "往来") -> int:
    """Post a voucher of any shape."""
    return factories.book(engine, factories.voucher(engine, *rows, on=on, summary=summary))[0]


def found(engine: Engine, first: date = FIRST, last: date = LAST) -> list[Dealing]:
    """Return the dealings with every party."""
    with database.reading(engine) as session:
        return dealings.read(session, queries.load(session), first, last)


def said(engine: Engine) -> list[tuple[str, int]]:
    """Return what the dealings of the year are, and how much."""
    return [(item.kind.value, item.amount_minor) for item in found(engine)]
