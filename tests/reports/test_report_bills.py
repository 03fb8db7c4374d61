"""The register of bills, and the gifts without one, tied to all gifts."""

from reports.exporters import json as json_exporter
from reports.tables import Emphasis, Target
from tests.factories import CLOCK
from tests.foundation.gifts import gift_cases
from tests.foundation.gifts.gift_cases import posted, recorded
from tests.foundation.receipting import document_cases
from tests.receipts import bill_cases
from tests.receipts.bill_cases import CODE, bill, red
from tests.reports.book_cases import run


def rows_of(table):
    return json_exporter.document(table)["rows"]


def test_register_holds_every_bill_of_the_period(books):
    bill_cases.draw(books)
    gift = posted(books, minor=1_000_00)
    blue = bill(1)
    document_cases.bill(books, blue, gift.gift_id)
    bill_cases.record(books, red(2, blue))
    bill_cases.record(books, bill(3, amount_minor=7_00))
    bill_cases.void(books, CODE, "0000000004")
    table = run(books, "bill_register", period="2026")

    rows = rows_of(table)
    assert [(row["number"][-1], row["state"], row["amount"]) for row in rows] == [
        ("1", "red", "1000.00"),
        ("2", "issued", "-1000.00"),
        ("3", "issued", "7.00"),
        ("4", "void", "0.00"),
    ]
    assert table.totals == {"amount": 7_00}
    assert rows[0]["gift"] == gift.reference
    assert rows[0]["counterpart"] == f"{CODE} 0000000002"
    links = next(iter(run(books, "bill_register", period="2026").rows)).links
    assert [link.target for link in links if link] == [Target.GIFT]
    assert rows_of(run(books, "bill_register", period="2026-01")) == []


def test_unreceipted_and_receipted_are_all_gifts_of_the_period(books):
    bill_cases.draw(books)
    covered, partly = posted(books, minor=1_000_00), posted(books, minor=50_00)
    document_cases.bill(books, bill(1), covered.gift_id)
    document_cases.bill(books, bill(2, amount_minor=20_00), partly.gift_id)
    waiting = recorded(books, minor=7_00)
    anonymous = posted(books, minor=9_00, is_anonymous=True)
    refunded = posted(books, minor=30_00)
    gift_cases.refund(books, refunded.gift_id, 10_00)
    table = run(books, "unreceipted_gifts", period="2026")

    plain = [row for row in table.rows if row.emphasis is Emphasis.PLAIN]
    assert {row.cells[0]: (row.cells[4].code, row.cells[7]) for row in plain} == {
        partly.reference: ("partly_covered", 30_00),
        waiting.reference: ("not_posted", 7_00),
        anonymous.reference: ("anonymous", 9_00),
        refunded.reference: ("waiting", 20_00),
    }
    billed, everything = (row.cells for row in table.rows if row.emphasis is Emphasis.CUMULATIVE)
    assert table.totals == {"left": 86_00, "covered": 20_00, "open": 66_00}
    assert billed[5:] == (1_000_00, 1_000_00, 0)
    # Not billed and billed together are everything that was given and is left.
    assert everything[5:] == (1_086_00, 1_020_00, 66_00)
    assert everything[5] == everything[6] + table.totals["open"]
    ages = {row.cells[2] for row in plain}
    assert ages == {(CLOCK.today() - gift_cases.DAY).days}


def test_period_without_gifts_ties_out_at_zero(books):
    table = run(books, "unreceipted_gifts", period="2026-02")

    assert table.totals == {"left": 0, "covered": 0, "open": 0}
    assert [row.cells[5] for row in table.rows] == [0, 0]
