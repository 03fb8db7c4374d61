"""A merged donor's gifts are on one statement; undoing the merge changes no issued document."""

import pytest
from sqlalchemy import Engine, select

from foundation import database
from foundation.donors import merging
from foundation.donors.service import DonorRef
from foundation.receipting import letter_lists
from foundation.receipting.eligibility import Document
from foundation.receipting.letter_lists import LetterFilter
from receipts import letters
from receipts.models import Letter
from tests.factories import CLOCK, PREPARER
from tests.foundation.donors import donor_cases
from tests.foundation.gifts import gift_cases
from tests.foundation.receipting import document_cases
from tests.refusals import refused

KEPT, MERGED = "林晓舟", "林晓洲"


@pytest.fixture
def two(books: Engine) -> tuple[Engine, DonorRef, DonorRef]:
    """Two donors with a posted gift each, of which the second is then merged into the first."""
    first, second = (
        donor_cases.record(books, donor_cases.given(name=name)) for name in (KEPT, MERGED)
    )
    # The second donor gave first, so that the order of keys and of days differ.
    for who, minor in ((second, 300_00), (first, 500_00)):
        made = gift_cases.record(books, gift_cases.entry(who, minor=minor))
        gift_cases.post(books, made.voucher_id)
    with database.transaction(books) as session:
        merging.merge(
            session, first.id, second.id, reason="同一人两次登记", actor=PREPARER, clock=CLOCK
        )
    return books, first, second


def undo(engine: Engine, merged: DonorRef) -> None:
    with database.transaction(engine) as session:
        merging.undo(session, merged.id, reason="不是同一人", actor=PREPARER, clock=CLOCK)


def contents(engine: Engine) -> list[tuple[str, str]]:
    with database.reading(engine) as session:
        found = session.execute(select(Letter).order_by(Letter.id)).scalars()
        return [(letter.reference, repr(letters.content_of(letter))) for letter in found]


def listed(engine: Engine, donor: DonorRef) -> int:
    with database.reading(engine) as session:
        return letter_lists.count_letters(session, LetterFilter(donor_id=donor.id))[0]


def test_statement_of_the_year_takes_both_names_together(
    two: tuple[Engine, DonorRef, DonorRef],
) -> None:
    engine, _first, _second = two
    issued = document_cases.issue(engine, Document.ANNUAL, year=2026)
    assert (issued.letters, issued.gifts, issued.total_minor) == (1, 2, 800_00)
    with database.reading(engine) as session:
        letter = session.execute(select(Letter)).scalar_one()
        # The statement is made out to the donor that was kept.
        assert letter.recipient_name == KEPT


def test_statement_of_one_donor_takes_the_gifts_of_both_keys(
    two: tuple[Engine, DonorRef, DonorRef],
) -> None:
    engine, first, second = two
    for who in (first, second):
        shown = document_cases.preview(engine, Document.ANNUAL, year=2026, donor_id=who.id)
        assert (shown.letters, shown.gifts) == (1, 2)


def test_undone_merge_leaves_the_issued_statement_and_refuses_to_reissue_it(
    two: tuple[Engine, DonorRef, DonorRef],
) -> None:
    engine, _first, second = two
    document_cases.issue(engine, Document.ANNUAL, year=2026)
    before = contents(engine)
    undo(engine, second)
    assert contents(engine) == before
    with database.reading(engine) as session:
        key = session.execute(select(Letter.id)).scalar_one()
    with refused("not_eligible"):
        document_cases.replace(engine, key)
    assert contents(engine) == before


def test_reissued_statement_takes_later_gifts_of_the_merged_key(
    two: tuple[Engine, DonorRef, DonorRef],
) -> None:
    engine, first, second = two
    document_cases.issue(engine, Document.ANNUAL, year=2026, donor_id=first.id)
    later = gift_cases.record(engine, gift_cases.entry(second, minor=200_00))
    gift_cases.post(engine, later.voucher_id)
    with database.reading(engine) as session:
        key = session.execute(select(Letter.id)).scalar_one()
    document_cases.replace(engine, key)
    with database.reading(engine) as session:
        latest = session.execute(select(Letter).order_by(Letter.id.desc()).limit(1)).scalar_one()
        found = letters.content_of(latest).draft.gifts
        assert [gift.amount_minor for gift in found] == [300_00, 500_00, 200_00]


def test_letters_of_the_merged_key_are_listed_with_the_kept_donor(
    two: tuple[Engine, DonorRef, DonorRef],
) -> None:
    engine, first, second = two
    document_cases.issue(engine, year=2026)
    assert listed(engine, first) == 2
    undo(engine, second)
    assert (listed(engine, first), listed(engine, second)) == (1, 1)
