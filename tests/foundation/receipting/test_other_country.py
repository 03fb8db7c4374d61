"""Where the law lets the charity issue the tax receipt: the same machinery, another profile."""

import io
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import Engine

from foundation import database
from foundation.gifts.entry import Original
from foundation.organisation import letterhead
from foundation.organisation.letterhead import LetterheadInput
from foundation.receipting import unreceipted
from foundation.receipting.eligibility import Document, Reason
from receipts import letter_files, letters
from receipts.models import RenderMark
from tests.factories import CLOCK, PREPARER
from tests.foundation.gifts import gift_cases
from tests.foundation.receipting import document_cases
from tests.foundation.receipting.document_cases import agree, issue, numbers, preview
from tests.refusals import refused

RATE = "5.1500"
CAD = Original(1_000_00, "CAD", RATE, gift_cases.DAY)


@pytest.fixture
def charity(served: Engine) -> Engine:
    """The organisation under the Canadian profile."""
    head = LetterheadInput(
        profile="ca",
        address="1 Example Street, Halifax, Nova Scotia",
        signatory="Jordan Example, Treasurer",
        place="Halifax, Nova Scotia",
    )
    with database.transaction(served) as session:
        letterhead.change(session, head, reason="加拿大", actor=PREPARER, clock=CLOCK)
    return served


def given(engine: Engine, **changes: Any) -> int:
    """Post a gift of 1,000 Canadian dollars and return its key."""
    values: dict[str, Any] = {"minor": 5_150_00, "original": CAD}
    return gift_cases.posted(engine, **(values | changes)).gift_id


def text_of(engine: Engine, reference: str, **how: Any) -> str:
    with database.reading(engine) as session:
        letter = letters.get_letter(session, reference)
        (frozen,) = letter_files.frozen(session, [letter.id])
    pdf = letter_files.draw(
        frozen, mark=how.get("mark", RenderMark.ORIGINAL), signer=None, moment=CLOCK.now()
    )
    pages = PdfReader(io.BytesIO(pdf)).pages
    return "\n".join(page.extract_text() for page in pages)


def test_receipt_says_what_the_law_asks_for(charity: Engine) -> None:
    gift = given(charity)
    agree(charity, gift, payer_address="22 Sample Road, Toronto", benefit="dinner",
          advantage_minor=50_00)  # fmt: skip
    done = issue(charity, Document.TAX_RECEIPT, gift_id=gift)

    assert (done.first, done.total_minor) == ("TR-2026-000001", 1_000_00)
    text = text_of(charity, "TR-2026-000001")
    for value in (
        "Official receipt for income tax purposes",
        "TR-2026-000001",
        "Halifax, Nova Scotia",
        "22 Sample Road, Toronto",
        "$1,000.00",
        "$50.00 (dinner)",
        "$950.00",
        "canada.ca/charities-giving",
        "Jordan Example, Treasurer",
        "1 Example Street",
    ):
        assert value in text
    assert document_cases.findings(charity) == []


def test_amount_is_what_was_given_in_its_currency(charity: Engine) -> None:
    in_yuan = given(charity, original=None)
    agree(charity, in_yuan, payer_address="22 Sample Road")
    (excluded,) = preview(charity, Document.TAX_RECEIPT, gift_id=in_yuan).excluded
    assert excluded.reason is Reason.NO_CURRENCY
    partly = given(charity)
    gift_cases.refund(charity, partly, 1)
    agree(charity, partly, payer_address="22 Sample Road")
    (excluded,) = preview(charity, Document.TAX_RECEIPT, gift_id=partly).excluded
    assert excluded.reason is Reason.NO_CURRENCY


def test_address_and_worth_of_a_benefit_must_be_known(charity: Engine) -> None:
    gift = given(charity)
    (excluded,) = preview(charity, Document.TAX_RECEIPT, gift_id=gift).excluded
    assert excluded.reason is Reason.NO_ADDRESS
    agree(charity, gift, payer_address="22 Sample Road", benefit="dinner")
    (excluded,) = preview(charity, Document.TAX_RECEIPT, gift_id=gift).excluded
    assert excluded.reason is Reason.BENEFIT
    agree(charity, gift, payer_address="22 Sample Road", benefit="dinner",
          advantage_minor=1_000_00)  # fmt: skip
    (excluded,) = preview(charity, Document.TAX_RECEIPT, gift_id=gift).excluded
    assert excluded.reason is Reason.UNPRINTABLE


def test_lost_receipt_is_replaced_by_one_that_says_so(charity: Engine) -> None:
    gift = given(charity)
    agree(charity, gift, payer_address="22 Sample Road")
    issue(charity, Document.TAX_RECEIPT, gift_id=gift)
    with database.reading(charity) as session:
        first = letters.get_letter(session, "TR-2026-000001").id
    document_cases.replace(charity, first, reason="lost")

    new = text_of(charity, "TR-2026-000002")
    assert "This receipt cancels and replaces receipt no. TR-2026-000001." in new
    old = text_of(charity, "TR-2026-000001", mark=RenderMark.COPY)
    assert "Cancelled and replaced by receipt no. TR-2026-000002." in old
    assert "REPLACED" in old
    assert numbers(charity, gift) == ["TR-2026-000002"]


def test_spoiled_receipt_keeps_its_number_and_says_so(charity: Engine) -> None:
    gift = given(charity)
    agree(charity, gift, payer_address="22 Sample Road")
    issue(charity, Document.TAX_RECEIPT, gift_id=gift)
    with database.reading(charity) as session:
        first = letters.get_letter(session, "TR-2026-000001").id
    document_cases.cancel(charity, first)
    again = issue(charity, Document.TAX_RECEIPT, gift_id=gift)

    assert again.first == "TR-2026-000002"
    assert "CANCELLED" in text_of(charity, "TR-2026-000001", mark=RenderMark.COPY)


def test_second_receipt_for_the_same_gift_is_refused(charity: Engine) -> None:
    gift = given(charity)
    agree(charity, gift, payer_address="22 Sample Road")
    issue(charity, Document.TAX_RECEIPT, gift_id=gift)

    with refused("not_eligible", saying="不能重复出具"):
        issue(charity, Document.TAX_RECEIPT, gift_id=gift)
    with refused("gift_documented"):
        document_cases.refuse_documented(charity, gift)


def test_country_has_its_own_documents_and_no_others(served: Engine, charity: Engine) -> None:
    gift = given(charity)
    with refused("not_found"):
        issue(charity, Document.LETTER, gift_id=gift)
    with database.transaction(served) as session:
        letterhead.change(
            session, LetterheadInput(), reason="回到中国", actor=PREPARER, clock=CLOCK
        )
    with refused("not_found"):
        issue(charity, Document.TAX_RECEIPT, gift_id=gift)


def test_unreceipted_gifts_are_those_without_a_receipt(charity: Engine) -> None:
    covered, waiting = given(charity), given(charity)
    for gift in (covered, waiting):
        agree(charity, gift, payer_address="22 Sample Road")
    issue(charity, Document.TAX_RECEIPT, gift_id=covered)
    in_yuan = given(charity, original=None)
    agree(charity, in_yuan, payer_address="22 Sample Road")
    day = gift_cases.DAY
    with database.reading(charity) as session:
        survey = unreceipted.survey(session, day, day, on=CLOCK.today())

    reasons = {group.reason: group.count for group in survey.groups}
    assert reasons == {None: 1, Reason.NO_CURRENCY: 1}
    assert survey.covered_minor + survey.open_minor == survey.total_minor
