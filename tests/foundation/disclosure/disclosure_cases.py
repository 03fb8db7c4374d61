"""Books full of what may never be public, and publications made from them."""

from datetime import date
from typing import Any

from sqlalchemy import Engine, select

from foundation import database
from foundation.disclosure import service
from foundation.disclosure.models import DisclosureVersion, VersionState
from foundation.disclosure.service import Preparation, Upload
from foundation.donors.models import DonorKind
from foundation.duties import service as duties
from foundation.spending import approvals, drafts, paying
from foundation.spending.drafts import BeneficiaryInput, PartInput, RequestInput
from foundation.spending.models import SpendingKind, reference
from tests import factories
from tests.factories import BANK, CLOCK, PREPARER, REVIEWER
from tests.foundation.donors.donor_cases import CREDIT_CODE, ID_NUMBER
from tests.foundation.gifts import gift_cases
from tests.foundation.honours import honour_cases
from tests.foundation.parties import party_cases
from tests.foundation.projects import project_cases

URL = "https://foundation.example.org"
PHONE, MAIL, CARD = "13912345678", "secret@example.com", "6222020200011122233"
UNIVERSITY = party_cases.UNIVERSITY
FIRM, STUDENT, WORKER = "隐名启明科技有限公司", "何受助", "赵某工"
PDF = b"%PDF-1.7 statutes of the foundation\n"
# Everything that the registers hold and that no public page may ever show.
FORBIDDEN = (
    ID_NUMBER,
    PHONE,
    MAIL,
    CARD,
    "private@example.org",
    CREDIT_CODE,
    FIRM,
    STUDENT,
    WORKER,
    honour_cases.PEN,
    honour_cases.SILENT,
    honour_cases.BACK,
    honour_cases.HIDDEN,
)


def build(engine: Engine) -> None:
    """The foundation of honour_cases with more to hide, a public project and a related party."""
    honour_cases.build(engine)
    factories.install_organisation(engine)
    firm = honour_cases.donor(
        engine, name=FIRM, kind=DonorKind.ORGANISATION, credit_code=CREDIT_CODE, email=MAIL
    )
    honour_cases.give(engine, firm, 40_000_00)
    hidden = honour_cases.donor(engine, name="贺隐之", id_number=ID_NUMBER, phone=PHONE)
    honour_cases.give(engine, hidden, 3_000_00, bank_reference=CARD, note=f"电话 {PHONE}")
    project_cases.published(engine)
    university = honour_cases.donor(engine, name=UNIVERSITY, kind=DonorKind.ORGANISATION)
    made = gift_cases.record(
        engine,
        gift_cases.entry(university, minor=90_000_00, allocations=(("GEN", 90_000_00),)),
    )
    gift_cases.post(engine, made.voucher_id)
    party_cases.declare(engine)
    party_cases.spend(engine, minor=20_000_00)
    pay(engine, WORKER, SpendingKind.EXPENSE, "office", 5_000_00)
    pay(
        engine,
        UNIVERSITY,
        SpendingKind.SCHOLARSHIP,
        "grant",
        6_000_00,
        fund="SCHOL",
        beneficiaries=(BeneficiaryInput("S001", STUDENT, 6_000_00),),
    )


def pay(
    engine: Engine,
    payee: str,
    kind: SpendingKind,
    element: str,
    minor: int,
    *,
    fund: str = "GEN",
    **changes: Any,
) -> str:
    """Ask for, approve, pay and post a spending; return its reference."""
    day = date(2026, 2, 10)
    entry = RequestInput(
        kind=kind,
        payee_name=payee,
        payee_account=CARD,
        summary="年度支出",
        requested_on=day,
        parts=(PartInput(fund, element, minor),),
        **changes,
    )
    with database.transaction(engine) as session:
        key = drafts.save_draft(session, entry, actor=PREPARER, clock=CLOCK).id
        approvals.submit(session, key, actor=PREPARER, clock=CLOCK)
        approvals.approve(session, key, actor=REVIEWER, clock=CLOCK)
        paying.pay(
            session,
            key,
            account_code=BANK,
            paid_on=day,
            payment_reference=None,
            actor="cashier",
            clock=CLOCK,
        )
        voucher = paying.book(session, key, actor=PREPARER, clock=CLOCK)
    gift_cases.post(engine, voucher)
    return reference(key, day)


def prepare(engine: Engine, kind: str, subject: str = "current", **changes: Any) -> int:
    """Prepare a publication and return its key."""
    with database.transaction(engine) as session:
        wanted = Preparation(kind, subject, **changes)
        return service.prepare(session, wanted, actor=PREPARER, clock=CLOCK).id


def digest(engine: Engine, key: int) -> str:
    """Return the digest of a version."""
    with database.reading(engine) as session:
        return session.get_one(DisclosureVersion, key).digest


def publish(engine: Engine, key: int, *, actor: str = REVIEWER, expected: str = "") -> None:
    """Publish a version as another person."""
    with database.transaction(engine) as session:
        service.publish(
            session,
            key,
            expected=expected or session.get_one(DisclosureVersion, key).digest,
            public_url=URL,
            actor=actor,
            clock=CLOCK,
        )


def published(engine: Engine, kind: str, subject: str = "current", **changes: Any) -> int:
    """Prepare and publish."""
    key = prepare(engine, kind, subject, **changes)
    publish(engine, key)
    return key


def state(engine: Engine, key: int) -> VersionState:
    """Return the state of a version."""
    with database.reading(engine) as session:
        return session.get_one(DisclosureVersion, key).state


def versions(engine: Engine) -> list[DisclosureVersion]:
    """Return every version in order."""
    with database.reading(engine) as session:
        query = select(DisclosureVersion).order_by(DisclosureVersion.id)
        return list(session.execute(query).scalars())


def statutes() -> tuple[Upload, ...]:
    """Return a paper to publish."""
    return (Upload("章程.pdf", PDF),)


def is_done(engine: Engine, duty: str, occurrence: str, year: int = 2027) -> bool:
    """Tell whether the calendar has a duty as done."""
    with database.reading(engine) as session:
        items = duties.list_items(session, year=year, today=CLOCK.today())
        return any(
            item.mark is not None
            for item in items
            if (item.duty.id, item.occurrence) == (duty, occurrence)
        )
