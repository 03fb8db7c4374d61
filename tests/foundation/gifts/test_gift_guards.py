"""What the database itself refuses: raw SQL that would part a gift from its lines."""

from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from foundation import database, posting_rules
from foundation.gifts.models import Gift
from foundation.posting_lines import Event
from ledger import posting
from tests import factories
from tests.factories import BANK, CLOCK, PREPARER, REVIEWER
from tests.foundation.gifts import gift_cases
from tests.foundation.gifts.gift_cases import DAY, posted, recorded
from tests.refusals import guarded

ADD_ALLOCATION = (
    "INSERT INTO gift_allocation (gift_id, fund_id, amount_minor)"
    " SELECT :gift, id, 1 FROM fund WHERE code = 'GEN'"
)
OTHER_FUND = (
    "UPDATE gift_allocation SET fund_id = (SELECT id FROM fund WHERE code = 'GEN')"
    " WHERE gift_id = :gift"
)


def run(engine: Engine, statement: str, **values: Any) -> None:
    with engine.begin() as connection:
        connection.execute(text(statement), values)


def review(engine: Engine, voucher_id: int) -> None:
    with database.transaction(engine) as session:
        posting.review(session, [voucher_id], actor=REVIEWER, clock=CLOCK).require()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE gift SET amount_minor = amount_minor + 1 WHERE id = :gift",
        "UPDATE gift SET donor_name = 'x' WHERE id = :gift",
        "UPDATE gift SET fingerprint = 'x' WHERE id = :gift",
        "UPDATE gift_allocation SET amount_minor = 1 WHERE gift_id = :gift",
        "UPDATE gift_allocation SET fund_id = fund_id + 1 WHERE gift_id = :gift",
        "DELETE FROM gift_allocation WHERE gift_id = :gift",
        ADD_ALLOCATION,
    ],
)
@pytest.mark.parametrize("settle", [review, gift_cases.post])
def test_gift_is_final_once_its_voucher_is_reviewed(
    books: Engine, statement: str, settle: Any
) -> None:
    made = recorded(books)
    settle(books, made.voucher_id)

    with guarded("gift_final"):
        run(books, statement, gift=made.gift_id)
    gift_cases.everything_holds(books)


@pytest.mark.parametrize("table", ["gift", "gift_allocation"])
def test_gifts_are_never_deleted(books: Engine, table: str) -> None:
    made = recorded(books)
    gift_cases.post(books, made.voucher_id)

    with guarded("gift_final"):
        run(books, f"DELETE FROM {table}")


def test_not_even_an_unposted_gift_is_deleted(books: Engine) -> None:
    made = recorded(books)
    run(books, "DELETE FROM gift_allocation WHERE gift_id = :gift", gift=made.gift_id)

    with guarded("gift_final"):
        run(books, "DELETE FROM gift WHERE id = :gift", gift=made.gift_id)


def test_tables_of_gifts_cannot_be_emptied(books: Engine) -> None:
    made = posted(books)
    gift_cases.refund(books, made.gift_id, 1_00)
    if books.dialect.name == "sqlite":
        pytest.skip("SQLite has no TRUNCATE")
    for table, guard in (
        ("gift", "gift_final"),
        ("gift_allocation", "gift_final"),
        ("gift_change", "gift_change_final"),
    ):
        with guarded(guard):
            run(books, f"TRUNCATE {table} CASCADE")


def test_gift_cannot_be_added_to_a_posted_voucher(books: Engine) -> None:
    made = posted(books)
    columns = [column.name for column in Gift.__table__.columns if column.name != "id"]
    names = ", ".join(columns)

    with guarded("gift_final"):
        run(
            books,
            f"INSERT INTO gift (id, {names}) SELECT 4711, {names} FROM gift WHERE id = :gift",
            gift=made.gift_id,
        )


def test_gift_cannot_be_moved_to_a_posted_voucher(books: Engine) -> None:
    settled, waiting = posted(books), recorded(books)

    with guarded("gift_final"):
        run(
            books,
            "UPDATE gift SET voucher_id = :voucher WHERE id = :gift",
            voucher=settled.voucher_id,
            gift=waiting.gift_id,
        )


def test_allocation_cannot_be_moved_to_a_posted_gift(books: Engine) -> None:
    settled = posted(books)
    waiting = recorded(books, allocations=(("GEN", 120_000_00),))

    with guarded("gift_final"):
        run(
            books,
            "UPDATE gift_allocation SET gift_id = :settled WHERE gift_id = :waiting",
            settled=settled.gift_id,
            waiting=waiting.gift_id,
        )


def post(engine: Engine, voucher_id: int) -> None:
    with database.transaction(engine) as session:
        posting.post(session, [voucher_id], actor=REVIEWER, clock=CLOCK, reviewing=True).require()


@pytest.mark.parametrize(
    ("statement", "guard"),
    [
        ("UPDATE gift SET amount_minor = 1 WHERE id = :gift", "gift_not_allocated"),
        ("DELETE FROM gift_allocation WHERE gift_id = :gift", "gift_not_allocated"),
        (ADD_ALLOCATION, "gift_not_allocated"),
        (OTHER_FUND, "gift_differs_from_lines"),
        ("UPDATE gift SET received_on = '2026-01-16' WHERE id = :gift", "gift_date_differs"),
        (
            "UPDATE gift SET voucher_id = :other WHERE id = :gift",
            "gift_missing",
        ),
    ],
)
def test_voucher_is_not_sealed_while_its_gift_says_something_else(
    books: Engine, statement: str, guard: str
) -> None:
    made, other = recorded(books), recorded(books)
    run(books, statement, gift=made.gift_id, other=other.voucher_id)

    with guarded(guard):
        post(books, made.voucher_id)


def test_voucher_is_not_sealed_when_amount_and_allocation_are_wrong_together(
    books: Engine,
) -> None:
    made = recorded(books)
    run(books, "UPDATE gift SET amount_minor = 1 WHERE id = :gift", gift=made.gift_id)
    run(books, "UPDATE gift_allocation SET amount_minor = 1 WHERE gift_id = :g", g=made.gift_id)

    with guarded("gift_differs_from_lines"):
        post(books, made.voucher_id)


def test_voucher_with_a_gift_too_many_is_not_sealed(books: Engine) -> None:
    made, other = recorded(books), recorded(books)
    run(
        books,
        "UPDATE gift SET voucher_id = :voucher WHERE id = :gift",
        voucher=other.voucher_id,
        gift=made.gift_id,
    )

    with guarded("gift_differs_from_lines"):
        post(books, other.voucher_id)


def test_gift_voucher_without_a_gift_is_not_sealed(books: Engine) -> None:
    known = factories.known(books)
    draft = posting_rules.cash_gift(
        known,
        Event(on=DAY, summary="没有捐赠登记的收入"),
        known.account("2024", BANK).id,
        [(known.fund("SCHOL").id, 1_00)],
    )
    (key,) = factories.prepare(books, draft, actor=PREPARER)

    with guarded("gift_missing"):
        post(books, key)


def test_one_wrong_gift_in_a_set_stops_the_whole_set(books: Engine) -> None:
    right, wrong = recorded(books), recorded(books)
    run(books, "UPDATE gift SET amount_minor = 1 WHERE id = :gift", gift=wrong.gift_id)

    with guarded("gift_not_allocated"), database.transaction(books) as session:
        posting.post(
            session,
            [right.voucher_id, wrong.voucher_id],
            actor=REVIEWER,
            clock=CLOCK,
            reviewing=True,
        )
    assert gift_cases.state(books, right.voucher_id) == "submitted"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE gift_change SET amount_minor = 1",
        "UPDATE gift_change SET reason = 'x'",
        "DELETE FROM gift_change",
    ],
)
def test_what_happened_to_a_gift_is_never_rewritten(books: Engine, statement: str) -> None:
    made = posted(books)
    gift_cases.refund(books, made.gift_id, 1_00)

    with guarded("gift_change_final"):
        run(books, statement)


def test_gift_ends_once_in_the_database_too(books: Engine) -> None:
    made = recorded(books)
    gift_cases.cancel(books, made.gift_id)

    with pytest.raises(IntegrityError):
        run(
            books,
            "INSERT INTO gift_change (id, gift_id, kind, changed_on, amount_minor, reason,"
            " created_by, created_at) SELECT 4711, gift_id, 'corrected', changed_on,"
            " amount_minor, reason, created_by, created_at FROM gift_change",
        )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE gift SET amount_minor = 0 WHERE id = :gift",
        "UPDATE gift SET amount_minor = -5 WHERE id = :gift",
        "UPDATE gift_allocation SET amount_minor = 0 WHERE gift_id = :gift",
        "UPDATE gift SET kind = 'loan' WHERE id = :gift",
        "UPDATE gift SET method = 'barter' WHERE id = :gift",
        "UPDATE gift SET original_currency = 'USD' WHERE id = :gift",
        "UPDATE gift SET batch_id = 1 WHERE id = :gift",
        "UPDATE gift SET donor_id = 4711 WHERE id = :gift",
        "UPDATE gift SET voucher_id = 4711 WHERE id = :gift",
        "UPDATE gift_allocation SET fund_id = 4711 WHERE gift_id = :gift",
    ],
)
def test_impossible_values_are_refused(books: Engine, statement: str) -> None:
    made = recorded(books)

    with pytest.raises(DBAPIError, match=r"(?i)constraint"):
        run(books, statement, gift=made.gift_id)
    gift_cases.everything_holds(books)
