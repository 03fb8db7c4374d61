"""The tie-outs of documents and gifts: each finds what somebody changed behind the guards' back."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text

from foundation.receipting import integrity
from tests.databases import DIALECTS, Databases
from tests.foundation.gifts.gift_cases import unguarded
from tests.foundation.receipting import document_cases, guarded_documents


@pytest.fixture(params=DIALECTS)
def archive(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    """Documents of every kind and end, and one bill without a gift."""
    with databases.prepared(request.param, "documented", guarded_documents.build) as engine:
        yield engine


def found(engine: Engine) -> dict[str, str]:
    """The first finding of each check that has one."""
    return {
        item.check: f"{item.row}: {item.detail}"
        for item in reversed(document_cases.findings(engine))
    }


def test_sound_documents_have_one_warning(archive: Engine) -> None:
    (finding,) = document_cases.findings(archive)

    assert (finding.check, finding.severity) == ("bill_without_gift", "warning")
    assert finding.row == "bill 42050126 0000000004"


CASES = (
    (
        "a bill for more than was received",
        "UPDATE gift_bill SET amount_minor = amount_minor + 1 WHERE gift_id = 1",
        "bills_within_received",
        "live bills 12000001",
    ),
    (
        "a second live bill",
        (
            "DROP INDEX uq_gift_bill_live; INSERT INTO gift_bill (bill_id, gift_id, amount_minor,"
            " is_live) SELECT id, 1, amount_minor, TRUE FROM bill WHERE number = '0000000004'"
        ),
        "bills_within_received",
        "24000000",
    ),
    (
        "a refund behind the bill",
        (
            "INSERT INTO gift_change (id, gift_id, kind, cause, changed_on, amount_minor, reason,"
            " created_by, created_at) VALUES (901, 1, 'refunded', 'own', '2026-03-10', 1, 'x', 'a',"
            " '2026-11-22 02:00:00')"
        ),
        "bills_within_received",
        "left of the gift 11999999",
    ),
    (
        "a link for less than the bill",
        "UPDATE gift_bill SET amount_minor = 5 WHERE gift_id = 1",
        "bill_covers_its_amount",
        "gifts 5",
    ),
    (
        "a link that ended while its bill stands",
        "UPDATE gift_bill SET is_live = FALSE WHERE gift_id = 1",
        "documents_live",
        "is issued, its link ended",
    ),
    (
        "a link that lives on after the red bill",
        "UPDATE gift_bill SET is_live = TRUE WHERE gift_id = 4",
        "documents_live",
        "is red, its link live",
    ),
    (
        "a link that lives on after its letter",
        "DROP INDEX uq_gift_letter_live; UPDATE gift_letter SET is_live = TRUE",
        "documents_live",
        "QR-2026-000002 is replaced",
    ),
    (
        "a bill of a gift that is not posted",
        (
            "UPDATE voucher SET state = 'submitted', number = NULL, digest = NULL,"
            " reviewed_by = NULL, reviewed_at = NULL, posted_by = NULL, posted_at = NULL WHERE id ="
            " (SELECT voucher_id FROM gift WHERE id = 5)"
        ),
        "documented_is_posted",
        "gift 5",
    ),
    (
        "a cancelled gift whose documents stand",
        (
            "INSERT INTO gift_change (id, gift_id, kind, changed_on, amount_minor, reason,"
            " created_by, created_at) VALUES (901, 6, 'cancelled', '2026-03-10', 1, 'x', 'a',"
            " '2026-11-22 02:00:00')"
        ),
        "documented_stands",
        "its letter still stands",
    ),
    (
        "a letter of another gift",
        "UPDATE gift_letter SET gift_id = 2 WHERE letter_id = 1",
        "letter_gifts",
        "QR-2026-000001",
    ),
    (
        "a letter without its gift",
        "DELETE FROM gift_letter WHERE letter_id = 3",
        "letter_gifts",
        "QR-2026-000003",
    ),
    (
        "a letter linked for another amount",
        "UPDATE gift_letter SET amount_minor = 1 WHERE letter_id = 1",
        "letter_gifts",
        "QR-2026-000001",
    ),
    (
        "a bill that lost its gift",
        "DELETE FROM gift_bill WHERE gift_id = 1",
        "bill_without_gift",
        "0000000001",
    ),
)


@pytest.mark.parametrize(
    ("statements", "check", "saying"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_change_is_found(archive: Engine, statements: str, check: str, saying: str) -> None:
    with unguarded(archive) as connection:
        for statement in statements.split(";"):
            connection.execute(text(statement))

    assert saying in found(archive)[check]


def test_every_tie_out_has_a_change_that_it_finds() -> None:
    assert {case[2] for case in CASES} == {check.name for check in integrity.CHECKS}
