"""The donation register, the chart of accounts and the list of vouchers."""

from datetime import date

import pytest

from foundation.donors.models import DonorKind
from foundation.gifts.entry import Original
from ledger.charts import loading
from reports.exporters import json as json_exporter
from reports.tables import Target
from tests import factories
from tests.factories import cr, dr
from tests.foundation.donors import donor_cases
from tests.foundation.gifts import gift_cases
from tests.reports import book_cases
from tests.reports.book_cases import run

PARTS = (("GEN", 100_01), ("SCHOL", 200_02))


def register(engine, **given):
    table = run(engine, "donation_register", **({"period": "2026"} | given))
    return table, json_exporter.document(table)["rows"]


def fen(text):
    whole, _, rest = text.partition(".")
    return int(whole) * 100 + int(rest)


def test_gift_has_a_row_for_each_fund_it_goes_to(books):
    gift = gift_cases.posted(books, minor=300_03, allocations=PARTS)

    table, rows = register(books)

    assert [(row["reference"], row["fund"], row["amount"]) for row in rows] == [
        (gift.reference, "GEN", "100.01"),
        (gift.reference, "SCHOL", "200.02"),
    ]
    assert table.totals == {"amount": 300_03, "reduced": 0, "net": 300_03}
    assert {row["state"] for row in rows} == {"posted"}
    assert {row["voucher"] for row in rows} == {"记-2026-01-0001"}


def test_gift_leads_to_its_page_and_to_its_voucher(books):
    gift = gift_cases.posted(books)

    table, _ = register(books)

    (row,) = table.rows
    links = {column.key: link for column, link in zip(table.columns, row.links, strict=True)}
    assert (links["amount"].target, links["amount"].key) == (Target.GIFT, gift.gift_id)
    assert (links["voucher"].target, links["voucher"].key) == (Target.VOUCHER, gift.voucher_id)


def test_refund_reduces_each_fund_by_its_share(books):
    gift = gift_cases.posted(books, minor=300_03, allocations=PARTS)
    gift_cases.refund(books, gift.gift_id, 100_00)

    table, rows = register(books)

    assert sum(fen(row["reduced"]) for row in rows) == 100_00
    assert [row["state"] for row in rows] == ["refunded", "refunded"]
    assert table.totals == {"amount": 300_03, "reduced": 100_00, "net": 200_03}
    for fund, part in PARTS:
        own, (row,) = register(books, fund=fund)
        assert fen(row["amount"]) == part
        assert own.totals["reduced"] == fen(row["reduced"])


def test_cancelled_and_corrected_gifts_keep_nothing(books):
    cancelled = gift_cases.recorded(books, minor=50_00, allocations=(("GEN", 50_00),))
    gift_cases.cancel(books, cancelled.gift_id)
    who = gift_cases.donor(books, name="林晓舟")
    wrong = gift_cases.record(books, gift_cases.entry(who, minor=70_00))
    gift_cases.post(books, wrong.voucher_id)
    right = gift_cases.correct(books, wrong.gift_id, gift_cases.entry(who, minor=7_00))

    table, rows = register(books)

    states = {row["reference"]: (row["state"], row["net"]) for row in rows}
    assert states == {
        cancelled.reference: ("cancelled", "0.00"),
        wrong.reference: ("corrected", "0.00"),
        right.reference: ("submitted", "7.00"),
    }
    assert table.totals == {"amount": 127_00, "reduced": 120_00, "net": 7_00}


def test_register_is_narrowed_by_period_state_and_donor(books):
    kept = gift_cases.posted(books)
    waiting = gift_cases.recorded(books, received_on=date(2026, 2, 3))

    assert [row["reference"] for row in register(books, period="2026-01")[1]] == [kept.reference]
    assert [row["reference"] for row in register(books, state="waiting")[1]] == [waiting.reference]
    assert [row["reference"] for row in register(books, state="posted")[1]] == [kept.reference]
    code = f"D{gift_cases.stored(books, waiting.gift_id).donor_id:07d}"
    assert [row["reference"] for row in register(books, donor=code)[1]] == [waiting.reference]


def test_register_says_who_gave_what_and_whether_it_may_be_published(books):
    who = gift_cases.donor(
        books,
        name=donor_cases.COMPANY.name,
        kind=DonorKind.ORGANISATION,
        credit_code=donor_cases.CREDIT_CODE,
    )
    original = Original(minor=100_00, currency="USD", rate="7", rate_on=factories.GIFT_DAY)
    gift = gift_cases.entry(
        who, minor=700_00, is_anonymous=True, original=original, agreement="XY-2026-1"
    )
    gift_cases.record(books, gift)

    _, (row,) = register(books)

    assert row["donor"] == donor_cases.COMPANY.name
    assert row["credit_code"] == donor_cases.CREDIT_CODE
    assert (row["donor_kind"], row["kind"], row["method"]) == ("organisation", "cash", "bank")
    assert (row["currency"], row["original"]) == ("USD", "100.00")
    assert (row["agreement"], row["publication"]) == ("XY-2026-1", "anonymous")
    assert row["restriction"] == "purpose"


def test_year_without_gifts_is_an_empty_register(books):
    table, rows = register(books, period="2025")

    assert rows == []
    assert table.totals == {"amount": 0, "reduced": 0, "net": 0}


@pytest.mark.parametrize(("year", "version"), [("2025", "2004"), ("2026", "2024")])
def test_chart_of_accounts_is_the_chart_of_the_year(books, year, version):
    table = run(books, "chart_of_accounts", period=year)

    rows = {row["account"]: row for row in book_cases.records(table)}
    prescribed = loading.load_chart(version).accounts
    assert rows.keys() == {account.code for account in prescribed} | {"100201", "100202"}
    for account in prescribed:
        row = rows[account.code]
        assert (row["tag"], row["grade"], row["source"]) == (
            account.tag,
            account.grade,
            account.source,
        )
    assert rows["100202"]["own"].code == "yes"
    assert rows["100202"]["level"] == 2
    assert rows["1002"]["postable"].code == "no"


def test_voucher_list_shows_every_state_but_discarded(books):
    posted = factories.post_gift(books)
    red = factories.post_reversal(books, posted, on=date(2026, 1, 16))
    factories.prepare(books, factories.gift_voucher(books, minor=5_00))
    factories.prepare(books, factories.gift_voucher(books, minor=6_00), complete=False)
    gone = factories.prepare(books, factories.gift_voucher(books, minor=7_00))
    gift_cases.withdraw(books, gone[0])

    table = run(books, "voucher_list", period="2026")

    rows = json_exporter.document(table)["rows"]
    assert [(row["voucher"], row["state"], row["amount"]) for row in rows] == [
        ("记-2026-01-0001", "posted", "100000.00"),
        ("记-2026-01-0002", "posted", "-100000.00"),
        ("草稿", "submitted", "5.00"),
        ("草稿", "draft", "6.00"),
    ]
    assert rows[1]["reverses"] == "记-2026-01-0001"
    assert table.rows[1].links[table.index("reverses")].key == posted
    assert table.rows[1].links[0].key == red
    assert table.totals == {"amount": 11_00}
    waiting = run(books, "voucher_list", period="2026", state="waiting")
    assert [row["state"].code for row in book_cases.records(waiting)] == ["submitted", "draft"]


def test_posted_vouchers_add_up_to_the_turnover_of_the_trial_balance(kept_books):
    for period in ("2025", "2026-Q1"):
        vouchers = run(kept_books, "voucher_list", period=period, state="posted")
        accounts = run(kept_books, "trial_balance", period=period)
        assert vouchers.totals["amount"] == accounts.totals["period_debit"]


def test_opening_voucher_stands_in_the_month_before_the_first(books):
    factories.book(
        books,
        factories.voucher(
            books,
            dr(factories.BANK, "GEN", 1),
            cr("3101", "GEN", 1),
            on=date(2025, 1, 1),
            kind=factories.VoucherKind.OPENING,
            attachments=0,
            before_year=True,
        ),
    )

    assert len(run(books, "voucher_list", period="2025-00").rows) == 1
    assert run(books, "voucher_list", period="2025").rows == ()
