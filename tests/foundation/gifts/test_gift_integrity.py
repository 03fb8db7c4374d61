"""The tie-outs of gifts: each finds what somebody changed behind the back of the guards."""

from typing import Any

import pytest
from sqlalchemy import Engine, text

from foundation import posting_rules
from foundation.gifts import integrity
from foundation.posting_lines import Event
from tests import factories
from tests.factories import BANK
from tests.foundation.gifts import gift_cases
from tests.foundation.gifts.gift_cases import (
    DAY,
    LATER,
    cancel,
    correct,
    donor,
    entry,
    posted,
    record,
    recorded,
    refund,
    unguarded,
)

BATCH = (
    "INSERT INTO import_batch (id, file_name, file_digest, fund_id, account_code, vouchers,"
    " row_count, imported_count, duplicate_count, total_minor, created_by, created_at)"
    " SELECT 1, 'x.csv', 'd', f.id, '100201', 'each', 1, :count, 0, :total, 'accountant', :at"
    " FROM fund f WHERE f.code = 'SCHOL'"
)
INTO_BATCH = "UPDATE gift SET batch_id = 1, batch_row = 2, batch_panel = 0 WHERE id = :gift"


def corrupt(engine: Engine, statements: str, **values: Any) -> None:
    """Run statements, separated by semicolons, that no guard sees."""
    with unguarded(engine) as connection:
        for statement in statements.split(";"):
            names = {name: value for name, value in values.items() if f":{name}" in statement}
            connection.execute(text(statement), names)


def found(engine: Engine) -> dict[str, str]:
    """The first finding of each check that has one."""
    return {
        item.check: f"{item.row}: {item.detail}" for item in reversed(gift_cases.findings(engine))
    }


def test_a_life_of_gifts_has_no_finding(books: Engine) -> None:
    who = donor(books)
    kept, wrong, twice = (record(books, entry(who, minor=n)) for n in (100_00, 200_00, 300_00))
    waiting = record(books, entry(who, minor=400_00))
    gift_cases.post(books, kept.voucher_id, wrong.voucher_id, twice.voucher_id)
    refund(books, kept.gift_id, 30_00, pay_from=BANK)
    discarded = refund(books, kept.gift_id, 70_00)
    gift_cases.withdraw(books, discarded.due_voucher_id)
    again = correct(books, wrong.gift_id, entry(who, minor=250_00))
    red = cancel(books, twice.gift_id)
    cancel(books, waiting.gift_id)
    assert red is not None
    gift_cases.post(books, red, again.voucher_id)

    gift_cases.everything_holds(books)


CORRUPTIONS = (
    ("gift_allocated", "UPDATE gift SET amount_minor = amount_minor + 1 WHERE id = :gift"),
    ("gift_allocated", "DELETE FROM gift_allocation WHERE gift_id = :gift"),
    (
        "gift_in_ledger",
        """UPDATE gift SET amount_minor = 7 WHERE id = :gift;
        UPDATE gift_allocation SET amount_minor = 7 WHERE gift_id = :gift""",
    ),
    (
        "gift_in_ledger",
        """UPDATE gift_allocation SET fund_id = (SELECT id FROM fund WHERE code = 'LAB')
        WHERE gift_id = :gift""",
    ),
    (
        "gift_in_ledger",
        """UPDATE voucher_line SET fund_id = (SELECT id FROM fund WHERE code = 'LAB')
        WHERE voucher_id = :voucher""",
    ),
    ("gift_in_place", "UPDATE gift SET received_on = '2026-01-16' WHERE id = :gift"),
    (
        "gift_in_place",
        """UPDATE gift SET account_id =
        (SELECT id FROM account WHERE code = '1001' AND chart = '2024') WHERE id = :gift""",
    ),
    ("gift_of_voucher", "UPDATE gift SET voucher_id = :other WHERE id = :gift"),
    (
        "gift_ended",
        """UPDATE voucher SET state = 'discarded', number = NULL, digest = NULL,
        posted_by = NULL, posted_at = NULL, reviewed_by = NULL, reviewed_at = NULL
        WHERE id = :voucher""",
    ),
    (
        "gift_ended",
        """INSERT INTO gift_change (id, gift_id, kind, changed_on, amount_minor, reason,
        created_by, created_at) SELECT 1, id, 'cancelled', received_on, amount_minor, 'x',
        created_by, created_at FROM gift WHERE id = :gift""",
    ),
    (
        "gift_changes_covered",
        """INSERT INTO gift_change (id, gift_id, kind, cause, changed_on, amount_minor, reason,
        created_by, created_at) SELECT 1, id, 'refunded', 'own', received_on,
        amount_minor + 1, 'x', created_by, created_at FROM gift WHERE id = :gift""",
    ),
    ("gift_fingerprint", "UPDATE gift SET donor_name = '另一人' WHERE id = :gift"),
    ("gift_fingerprint", "UPDATE gift SET bank_reference = 'X1' WHERE id = :gift"),
    ("gift_fingerprint", f"UPDATE gift SET fingerprint = '{'0' * 64}' WHERE id = :gift"),
    ("import_batch_complete", f"{BATCH}; {INTO_BATCH}"),
)


@pytest.mark.parametrize(("check", "statements"), CORRUPTIONS)
@pytest.mark.parametrize("settled", [True, False])
def test_corruption_is_found_and_named(
    books: Engine, settled: bool, check: str, statements: str
) -> None:
    made, other = recorded(books), recorded(books)
    if settled or check == "gift_of_voucher":
        gift_cases.post(books, made.voucher_id)
    gift = gift_cases.stored(books, made.gift_id)
    corrupt(
        books,
        statements,
        gift=made.gift_id,
        voucher=made.voucher_id,
        other=other.voucher_id,
        count=2,
        total=gift.amount_minor,
        at=gift.created_at,
    )

    findings = found(books)
    assert check in findings
    named = {f"gift {made.gift_id}", f"voucher #{made.voucher_id}", "batch 1"}
    assert any(findings[check].startswith(name) for name in named)


def test_batch_whose_total_is_not_its_gifts_is_found(books: Engine) -> None:
    made = posted(books)
    gift = gift_cases.stored(books, made.gift_id)
    corrupt(
        books,
        f"{BATCH}; {INTO_BATCH}",
        gift=made.gift_id,
        count=1,
        total=gift.amount_minor + 1,
        at=gift.created_at,
    )

    assert found(books) == {
        "import_batch_complete": (
            f"batch 1: total {gift.amount_minor + 1}, gifts {gift.amount_minor}"
        )
    }


def test_gift_reversed_past_its_own_page_is_found(books: Engine) -> None:
    made = posted(books)
    factories.post_reversal(books, made.voucher_id, on=LATER)

    assert found(books)["gift_ended"] == (
        f"gift {made.gift_id}: its voucher #{made.voucher_id} is reversed and the gift still stands"
    )


def test_gift_whose_red_voucher_is_gone_stands_again(books: Engine) -> None:
    made = posted(books)
    red = cancel(books, made.gift_id)
    assert red is not None
    gift_cases.withdraw(books, red)

    gift_cases.everything_holds(books)
    assert gift_cases.remaining(books, made.gift_id) == 120_000_00
    assert cancel(books, made.gift_id) is not None


def test_cancelled_gift_whose_voucher_stands_is_found(books: Engine) -> None:
    made = posted(books)
    cancel(books, made.gift_id)
    corrupt(books, "UPDATE gift_change SET voucher_id = NULL")

    assert found(books)["gift_ended"].startswith(f"gift {made.gift_id}: cancelled")


def test_refund_that_owes_another_amount_is_found(books: Engine) -> None:
    made = posted(books)
    refund(books, made.gift_id, 10_00)
    corrupt(books, "UPDATE gift_change SET amount_minor = 11")

    assert found(books)["gift_changes_covered"] == (
        f"gift {made.gift_id}: refund of 11, voucher #{made.voucher_id + 1} owes 1000"
    )


def test_correction_that_names_no_gift_is_found(books: Engine) -> None:
    who = donor(books)
    made = record(books, entry(who))
    correct(books, made.gift_id, entry(who, minor=1_00))
    corrupt(books, "UPDATE gift_change SET replaced_by_id = NULL")

    assert found(books)["gift_replaced"] == f"gift {made.gift_id}: corrected by no gift"


def test_posted_income_without_a_gift_is_found(books: Engine) -> None:
    known = factories.known(books)
    draft = posting_rules.cash_gift(
        known,
        Event(on=DAY, summary="没有捐赠登记的收入"),
        known.account("2024", BANK).id,
        [(known.fund("SCHOL").id, 1_00)],
    )
    (key,) = factories.prepare(books, draft)
    corrupt(
        books,
        "UPDATE voucher SET state = 'posted', number = 1, digest = 'd', posted_by = 'reviewer',"
        " posted_at = prepared_at, reviewed_by = 'reviewer', reviewed_at = prepared_at"
        " WHERE id = :key",
        key=key,
    )

    assert list(found(books)) == ["gift_of_voucher"]


def test_checks_have_names_of_their_own_and_say_what_they_prove() -> None:
    names = [check.name for check in integrity.CHECKS]

    assert len(set(names)) == len(names)
    assert all(check.proves for check in integrity.CHECKS)
    assert {check.severity for check in integrity.CHECKS} == {"error"}
