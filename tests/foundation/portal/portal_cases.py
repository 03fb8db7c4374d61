"""A foundation with two donors who have papers, and donors' browsers that came in."""

import re
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Engine, select

from foundation import database
from foundation.donors import service as donors
from foundation.donors.models import DonorKind
from foundation.donors.service import DonorRef
from foundation.gifts.service import RecordedGift
from foundation.mail.models import Message
from foundation.receipting.eligibility import Document
from foundation.users.models import Role
from ledger.clock import Clock
from receipts import bill_files
from receipts.letters import find_letter
from receipts.models import Bill
from tests import factories, serving
from tests.foundation.donors import donor_cases
from tests.foundation.gifts import gift_cases
from tests.foundation.receipting import document_cases
from tests.receipts import bill_cases
from tests.serving import Browser

MAIL, OTHER_MAIL = "lin@example.org", "zhou@example.org"
NAME, OTHER_NAME = "林晓舟", "周知秋"
MINOR, OTHER_MINOR = 120_000_00, 7_777_00
OFFICIAL = b"%PDF-1.7 official bytes of the finance department\n"


def build(engine: Engine) -> None:
    """Books with people, and two donors with papers; the second one has the key 2."""
    document_cases.install(engine)
    bill_cases.draw(engine)
    for number, (name, mail, minor) in enumerate(
        ((NAME, MAIL, MINOR), (OTHER_NAME, OTHER_MAIL, OTHER_MINOR)), start=1
    ):
        who = donor(engine, name=name, email=mail)
        made = given(engine, who, minor=minor)
        document_cases.bill(
            engine, bill_cases.bill(number, amount_minor=minor, payer_name=name), made.gift_id
        )
        document_cases.issue(engine, gift_id=made.gift_id)


def donor(engine: Engine, **changes: Any) -> DonorRef:
    """Record a donor."""
    return donor_cases.record(engine, donor_cases.given(**changes))


def given(engine: Engine, who: DonorRef, *, minor: int = MINOR, **changes: Any) -> RecordedGift:
    """Record a gift of a donor and post it."""
    made = gift_cases.record(engine, gift_cases.entry(who, minor=minor, **changes))
    gift_cases.post(engine, made.voucher_id)
    return made


def issue(engine: Engine, gift_id: int, document: Document = Document.LETTER) -> str:
    """Issue a document and return its number."""
    return document_cases.issue(engine, document, gift_id=gift_id).first


def attach(engine: Engine, number: int, folder: Path, content: bytes = OFFICIAL) -> int:
    """Keep a file of a bill and return its key."""
    with database.transaction(engine) as session:
        bill_id = session.execute(
            select(Bill.id).where(Bill.number == f"{number:010d}")
        ).scalar_one()
        return bill_files.attach(
            session,
            bill_id,
            name=f"{number}.pdf",
            content=content,
            folder=folder,
            actor=factories.PREPARER,
            clock=factories.CLOCK,
        )


def code_of(engine: Engine, reference: str) -> str:
    """Return the verification code of a letter."""
    with database.reading(engine) as session:
        letter = find_letter(session, reference)
        assert letter is not None
        return letter.verification_code


def mails(engine: Engine) -> list[Message]:
    """Return the outbox in its order."""
    with database.reading(engine) as session:
        return list(session.execute(select(Message).order_by(Message.id)).scalars())


def link_in(message: Message) -> str:
    """Return the path of the link in a message."""
    found = re.search(r"https?://[^/\s]+(/my/enter/\S+)", message.body)
    assert found is not None
    return found[1]


def application(engine: Engine, folder: Path, *, clock: Clock = factories.CLOCK) -> Flask:
    """The application; its files lie in a folder of the test."""
    return serving.application(engine, serving.settings(folder), clock=clock)


def by_mail(app: Flask, engine: Engine, address: str = MAIL) -> Browser:
    """Return the browser of a donor who came in by a link."""
    browser = Browser(app)
    answer = browser.post("/my/enter/mail", {"email": address})
    assert answer.status_code == 303, answer.text
    entered = browser.post(link_in(mails(engine)[-1]))
    assert entered.status_code == 303, entered.text
    return browser


def by_document(app: Flask, engine: Engine, reference: str) -> Browser:
    """Return the browser of somebody with a document in hand."""
    browser = Browser(app)
    fields = {"number": reference, "code": code_of(engine, reference)}
    answer = browser.post("/my/enter/document", fields)
    assert answer.status_code == 303, answer.text
    return browser


def anonymous(engine: Engine) -> DonorRef:
    """Record the donor that stands for everybody without a name."""
    return donor(engine, name="匿名", kind=DonorKind.ANONYMOUS, email="nobody@example.org")


def known_donor(engine: Engine, donor_id: int = 1) -> DonorRef:
    """Return one of the donors of these books."""
    with database.reading(engine) as session:
        return donors.get_ref(session, donor_id)


def office(app: Flask, role: Role) -> Browser:
    """Return the browser of a person of the demo's own office."""
    name = "admin" if role is Role.ADMINISTRATOR else role.value
    browser = Browser(app)
    answer = browser.sign_in(name, f"demo-{name}-2026")
    assert answer.status_code == 303, answer.text
    return browser
