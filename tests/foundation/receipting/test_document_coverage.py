"""A gift with a live document is not changed: the service says so, and the database holds it."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine

from foundation import database
from foundation.gifts import undoing
from foundation.receipting.eligibility import Document
from ledger import posting
from tests.factories import CLOCK, PREPARER
from tests.foundation.gifts import gift_cases
from tests.foundation.gifts.gift_cases import LATER, posted
from tests.foundation.receipting import document_cases
from tests.foundation.receipting.document_cases import issue, numbers
from tests.receipts import bill_cases
from tests.receipts.bill_cases import bill, red
from tests.refusals import guarded, refused

MINOR = 120_000_00


def with_bill(engine: Engine, gift_id: int) -> str:
    bill_cases.draw(engine)
    document_cases.bill(engine, bill(1, amount_minor=MINOR), gift_id)
    return numbers(engine, gift_id)[0]


def with_letter(engine: Engine, gift_id: int) -> str:
    return issue(engine, gift_id=gift_id).first


def with_statement(engine: Engine, _gift_id: int) -> str:
    return issue(engine, Document.ANNUAL, year=2026).first


def cancel(engine: Engine, gift_id: int) -> None:
    gift_cases.cancel(engine, gift_id)


def correct(engine: Engine, gift_id: int) -> None:
    who = gift_cases.donor(engine, name="周明远")
    gift_cases.correct(engine, gift_id, gift_cases.entry(who, minor=1_00))


def refund(engine: Engine, gift_id: int) -> None:
    gift_cases.refund(engine, gift_id, 1)


def reverse(engine: Engine, gift_id: int) -> None:
    voucher_id = gift_cases.stored(engine, gift_id).voucher_id
    with database.transaction(engine) as session:
        posting.reverse(
            session, voucher_id, booked_on=LATER, reason="误记", actor=PREPARER, clock=CLOCK
        )


Act = Callable[[Engine, int], Any]


@pytest.mark.parametrize("document", [with_bill, with_letter, with_statement])
def test_documented_gift_is_refused_with_the_numbers(books: Engine, document: Act) -> None:
    made = posted(books)
    document_cases.refuse_documented(books, made.gift_id)
    number = document(books, made.gift_id)

    with refused("gift_documented", number):
        document_cases.refuse_documented(books, made.gift_id)


@pytest.mark.parametrize("act", [cancel, correct, refund])
@pytest.mark.parametrize("document", [with_bill, with_letter, with_statement])
def test_documented_gift_is_not_changed(books: Engine, document: Act, act: Act) -> None:
    made = posted(books)
    number = document(books, made.gift_id)
    before = gift_cases.counts(books)

    with refused("gift_documented", number):
        act(books, made.gift_id)
    assert gift_cases.counts(books) == before
    assert document_cases.findings(books) == []


@pytest.mark.parametrize("document", [with_bill, with_letter, with_statement])
def test_database_holds_a_documented_gift(books: Engine, document: Act) -> None:
    """Whoever reverses its voucher goes around the gift."""
    made = posted(books)
    document(books, made.gift_id)

    with guarded("gift_has_document"):
        reverse(books, made.gift_id)
    assert document_cases.findings(books) == []


def test_refund_is_not_undone_under_a_document(books: Engine) -> None:
    made = posted(books)
    refund(books, made.gift_id)
    number = with_letter(books, made.gift_id)
    with refused("gift_documented", number), database.transaction(books) as session:
        undoing.undo_change(
            session,
            made.gift_id,
            change_id=None,
            booked_on=LATER,
            reason="误操作",
            actor=PREPARER,
            clock=CLOCK,
        )


@pytest.mark.parametrize("act", [cancel, refund])
def test_gift_is_changed_after_its_documents_are_undone(books: Engine, act: Act) -> None:
    made = posted(books)
    with_bill(books, made.gift_id)
    issue(books, gift_id=made.gift_id)
    document_cases.bill(books, red(2, bill(1, amount_minor=MINOR)))
    with refused("gift_documented", "QR-2026-000001"):
        document_cases.refuse_documented(books, made.gift_id)
    document_cases.cancel(books, 1)
    document_cases.refuse_documented(books, made.gift_id)
    act(books, made.gift_id)

    assert document_cases.findings(books) == []


def test_certificate_holds_nothing_up(books: Engine) -> None:
    made = posted(books)
    done = issue(books, Document.CERTIFICATE, gift_id=made.gift_id)
    document_cases.refuse_documented(books, made.gift_id)
    gift_cases.cancel(books, made.gift_id)

    assert numbers(books, made.gift_id) == [done.first]
    assert document_cases.findings(books) == []


def test_unknown_gift_has_no_documents(books: Engine) -> None:
    with refused("unknown_gift", "4711"):
        document_cases.refuse_documented(books, 4711)
    assert numbers(books, 4711) == []
