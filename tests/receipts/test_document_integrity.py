"""The checks of the documents: each finds what somebody changed behind the back of the guards."""

from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Engine, text

from receipts import integrity
from tests.foundation.gifts.gift_cases import unguarded
from tests.receipts import bill_cases, letter_cases
from tests.receipts.bill_cases import CODE


@pytest.fixture
def archive(engine: Engine, documents: SimpleNamespace) -> Engine:
    """Documents of every kind and end, and nothing wrong with them."""
    first, second, third = letter_cases.issue(engine, *(documents.draft() for _ in range(3)))
    letter_cases.replace(engine, first.id, documents.draft())
    letter_cases.cancel(engine, second.id)
    with_file = third.id
    with unguarded(engine) as connection:
        connection.execute(
            text(
                "INSERT INTO letter_render (id, letter_id, mark, digest, size, rendered_by,"
                " rendered_at) VALUES (1, :letter, 'original', 'd', 1, 'a',"
                " '2026-11-22 02:00:00')"
            ),
            {"letter": with_file},
        )
    bill_cases.draw(engine)
    blue = bill_cases.bill(1)
    bill_cases.record(engine, blue, bill_cases.bill(2))
    bill_cases.record(engine, bill_cases.red(3, blue))
    return engine


def found(engine: Engine) -> dict[str, str]:
    """The first finding of each check that has one."""
    return {
        item.check: f"{item.row}: {item.detail}" for item in reversed(bill_cases.findings(engine))
    }


def test_sound_documents_have_no_finding(archive: Engine) -> None:
    assert found(archive) == {}


LETTER = "WHERE reference = 'QR-2026-000003'"
BILL = f"WHERE code = '{CODE}' AND number = '000000000"
CASES: list[tuple[str, str, str, str]] = [
    (
        "a letter that vanished leaves a gap",
        f"DELETE FROM letter_render; DELETE FROM letter {LETTER}",
        "letter_numbers_gap_free",
        "letters 3",
    ),
    (
        "a counter that was turned on leaves a gap",
        "UPDATE letter_series SET last_number = 9",
        "letter_numbers_gap_free",
        "last number 9",
    ),
    (
        "a counter that vanished",
        "DELETE FROM letter_series",
        "letter_numbers_gap_free",
        "stands in no series",
    ),
    (
        "a byte of the content",
        f"UPDATE letter SET content = REPLACE(content, '陈明澈', '陈明彻') {LETTER}",
        "letter_content",
        "differs from the digest",
    ),
    (
        "content and digest together",
        (
            "UPDATE letter SET digest = (SELECT o.digest FROM letter o WHERE o.reference ="
            " 'QR-2026-000002'), content = (SELECT o.content FROM letter o WHERE o.reference ="
            f" 'QR-2026-000002') {LETTER}"
        ),
        "letter_content",
        "content and register differ",
    ),
    (
        "the amount in the register",
        f"UPDATE letter SET total_minor = total_minor + 1 {LETTER}",
        "letter_content",
        "content and register differ",
    ),
    (
        "the name in the register",
        f"UPDATE letter SET recipient_name = '别人' {LETTER}",
        "letter_content",
        "content and register differ",
    ),
    (
        "the code in the register",
        f"UPDATE letter SET verification_code = 'abcdefghijklmnopqrstuvwxyz' {LETTER}",
        "letter_content",
        "content and register differ",
    ),
    (
        "a letter that is replaced by an older one",
        (
            "UPDATE letter SET replaced_by_id = (SELECT MIN(id) FROM letter) + 1,"
            " state = 'replaced', ended_at = issued_at, ended_by = 'x', ended_reason = 'x'"
            f" {LETTER}"
        ),
        "letter_replaced",
        "QR-2026-000002",
    ),
    (
        "a second original",
        (
            "DROP INDEX uq_letter_render_original; INSERT INTO letter_render SELECT 2, letter_id,"
            " mark, digest, size, rendered_by, rendered_at FROM letter_render"
        ),
        "letter_original",
        "2 originals",
    ),
    (
        "a red bill of another amount",
        f"UPDATE bill SET amount_minor = -5 {BILL}3'",
        "red_bill_mirrors",
        "red bill -5",
    ),
    (
        "a blue bill that stands again",
        (
            "UPDATE bill SET state = 'issued', ended_on = NULL, ended_reason = NULL,"
            f" ended_by = NULL, ended_at = NULL {BILL}1'"
        ),
        "red_bill_mirrors",
        "in state issued",
    ),
    (
        "a red bill that vanished",
        (
            "DELETE FROM bill_line WHERE bill_id IN (SELECT id FROM bill WHERE colour = 'red');"
            " DELETE FROM bill WHERE colour = 'red'"
        ),
        "red_bill_mirrors",
        "no red bill names it",
    ),
    (
        "a line of a bill",
        f"UPDATE bill_line SET amount_minor = 7 WHERE bill_id = (SELECT id FROM bill {BILL}2')",
        "bill_lines_agree",
        "lines 7",
    ),
    (
        "the amount of a bill",
        f"UPDATE bill SET amount_minor = 7 {BILL}2'",
        "bill_lines_agree",
        "amount 7",
    ),
    (
        "a number that vanished from the stock",
        "DELETE FROM bill WHERE state = 'in_stock' AND number = '0000000010'",
        "bill_numbers_complete",
        "has 9 numbers",
    ),
    (
        "a number out of the range",
        "UPDATE bill SET number = '0000000099' WHERE number = '0000000010'",
        "bill_numbers_complete",
        "is not of batch",
    ),
    (
        "a batch that is written off too early",
        (
            "UPDATE bill_batch SET written_off_on = '2026-03-01', write_off_reference = 'x',"
            " written_off_by = 'x'"
        ),
        "bill_numbers_complete",
        "blank numbers",
    ),
]


@pytest.mark.parametrize(
    ("statements", "check", "saying"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_change_is_found(archive: Engine, statements: str, check: str, saying: str) -> None:
    corrupt(archive, statements)

    assert saying in found(archive)[check]


def test_number_that_stands_twice_is_found(archive: Engine) -> None:
    if archive.dialect.name == "sqlite":
        pytest.skip("SQLite cannot drop the constraint")
    corrupt(
        archive,
        "ALTER TABLE bill DROP CONSTRAINT uq_bill_code_number;"
        " UPDATE bill SET number = '0000000009' WHERE number = '0000000010'",
    )

    assert "2 times" in found(archive)["bill_number_once"]


def test_every_check_has_a_change_that_it_finds() -> None:
    tried = {case[2] for case in CASES} | {"bill_number_once"}
    assert tried == {check.name for check in integrity.CHECKS}


def corrupt(engine: Engine, statements: str, **values: Any) -> None:
    with unguarded(engine) as connection:
        for statement in statements.split(";"):
            connection.execute(text(statement), values)
