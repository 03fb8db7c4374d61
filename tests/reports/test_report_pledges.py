"""Register, ageing and roll-forward of pledges: every month adds up and ties to what is stored."""

from datetime import date

import pytest
from sqlalchemy import Engine, func, select

from foundation import database
from foundation.pledges.models import Instalment
from foundation.pledges.schedule import Due
from reports import registry
from reports.exporters import json as json_exporter
from reports.tables import Table, Target, kept
from tests import factories
from tests.factories import CLOCK
from tests.foundation.donors import donor_cases
from tests.foundation.gifts import gift_cases
from tests.foundation.pledges import pledge_cases
from tests.foundation.pledges.pledge_cases import approve, ask_write_off, give, pay, recorded
from tests.foundation.projects import project_cases

K = 1_000_00
ADDS = ("opening", "promised", "received", "written_off", "cancelled", "closing")


def run(engine: Engine, report: str, **given: str) -> Table:
    with database.reading(engine) as session:
        return kept(registry.run(session, report, given, clock=CLOCK))


@pytest.fixture
def story(books: Engine) -> Engine:
    """A pledge of January paid in part in three months, written off in part in November."""
    with database.transaction(books) as session:
        factories.periods.open_through(
            session, 202604, 202611, actor=factories.PREPARER, clock=CLOCK
        )
    who, made = recorded(books)
    pay(books, give(books, who, 30 * K, received_on=date(2026, 1, 20)), made.pledge_id)
    gift = gift_cases.record(
        books, gift_cases.entry(who, minor=100 * K, received_on=date(2026, 2, 10))
    )
    gift_cases.post(books, gift.voucher_id)
    pay(books, gift.gift_id, made.pledge_id)
    gift_cases.refund(books, gift.gift_id, 20 * K, refunded_on=date(2026, 3, 3))
    approve(books, ask_write_off(books, made.pledge_id, 50 * K))
    pledge_cases.reschedule(
        books, made.pledge_id, Due(date(2026, 12, 31), 40 * K), Due(date(2027, 6, 30), 100 * K)
    )
    other = donor_cases.record(books, donor_cases.given(name="周知秋"))
    agreement = project_cases.signed(books, other.id, funds=(("GEN", None),))
    pledge_cases.record(
        books,
        pledge_cases.entry(
            other,
            minor=9 * K,
            fund="GEN",
            agreement=agreement.number,
            made_on=date(2026, 2, 1),
            schedule=(Due(date(2026, 3, 1), 9 * K),),
        ),
    )
    return books


def test_every_month_adds_up_and_opens_with_what_the_last_closed(story: Engine) -> None:
    closing = 0
    for month in range(1, 12):
        totals = run(story, "pledge_roll_forward", period=f"2026-{month:02d}").totals
        opening, promised, received, written_off, cancelled, left = (totals[key] for key in ADDS)
        assert opening == closing
        assert opening + promised - received - written_off - cancelled == left
        closing = left
    with database.reading(story) as session:
        assert session.execute(select(func.sum(Instalment.open_minor))).scalar() == closing
    year = run(story, "pledge_roll_forward", period="2026").totals
    assert [year[key] for key in ADDS] == [0, 309 * K, 110 * K, 50 * K, 0, 149 * K]


def test_register_ties_to_the_promise_and_to_the_agreement(story: Engine) -> None:
    table = run(story, "pledge_register", period="2026")
    first, second = json_exporter.document(table)["rows"]
    assert (first["amount"], first["received"], first["written_off"], first["open"]) == (
        "300000.00",
        "110000.00",
        "50000.00",
        "140000.00",
    )
    assert (second["agreement"], second["overdue"], second["overdue_days"]) == (
        "XY-2026-001",
        "9000.00",
        305,
    )
    totals = table.totals
    assert totals["amount"] == (
        totals["received"] + totals["written_off"] + totals["cancelled"] + totals["open"]
    )
    assert table.rows[0].links[0].target is Target.PLEDGE
    january = json_exporter.document(run(story, "pledge_register", period="2026-01"))["rows"]
    assert [(row["open"], row["next_due_on"]) for row in january] == [("270000.00", "2026-01-31")]


def test_ageing_puts_what_is_open_into_classes(story: Engine) -> None:
    march = run(story, "pledge_ageing", period="2026-03")
    assert march.totals["open"] == sum(
        minor for key, minor in march.totals.items() if key != "open"
    )
    assert march.totals["not_due"] == 100 * K
    assert march.totals["days_30"] == 9 * K
    assert march.totals["days_90"] == 90 * K
    later = run(story, "pledge_ageing", period="2026-11", fund="GEN")
    assert (later.totals["days_365"], later.totals["open"]) == (9 * K, 9 * K)


def test_reports_narrow_to_fund_and_donor(story: Engine) -> None:
    assert run(story, "pledge_register", period="2026", fund="GEN").totals["amount"] == 9 * K
    narrowed = run(story, "pledge_roll_forward", period="2026", donor="周知秋")
    assert narrowed.totals["promised"] == 9 * K
