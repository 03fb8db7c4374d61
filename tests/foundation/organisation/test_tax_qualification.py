"""Whether a gift may be deducted: by its date, as known today, and never a promise."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from foundation import database
from foundation.organisation import profiles, qualification
from foundation.organisation import service as organisation
from foundation.organisation.models import Standing
from foundation.organisation.qualification import PeriodInput, TaxStatus
from tests import serving
from tests.databases import Databases
from tests.factories import CLOCK, PREPARER
from tests.foundation.receipting.conftest import signed_in
from tests.refusals import refused


@pytest.fixture
def books(databases: Databases):
    def build(engine: Engine) -> None:
        with database.transaction(engine) as session:
            organisation.initialise(session, profiles.load("demo"), start=202601, clock=CLOCK)

    with databases.prepared("sqlite", "qualification", build) as engine:
        yield engine


def period(first: str, last: str, **changes) -> PeriodInput:
    values = {
        "standing": Standing.QUALIFIED,
        "first_on": date.fromisoformat(first),
        "last_on": date.fromisoformat(last),
        "document_number": "鄂财税〔2025〕1号",
        "published_on": date(2025, 10, 1),
    }
    return PeriodInput(**(values | changes))


def enter(engine: Engine, *given: PeriodInput) -> list[int]:
    with database.transaction(engine) as session:
        return [qualification.record(session, one, actor=PREPARER, clock=CLOCK) for one in given]


def status(engine: Engine, day: str) -> TaxStatus:
    with database.reading(engine) as session:
        return qualification.answer_on(session, date.fromisoformat(day)).status


def test_nothing_is_said_before_an_announcement_is_recorded(books: Engine) -> None:
    assert status(books, "2026-03-01") is TaxStatus.UNKNOWN


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2022-12-31", TaxStatus.OUTSIDE),
        ("2023-01-01", TaxStatus.QUALIFIED),
        ("2024-12-31", TaxStatus.QUALIFIED),
        ("2025-06-01", TaxStatus.OUTSIDE),
        ("2026-01-01", TaxStatus.QUALIFIED),
        ("2028-12-31", TaxStatus.QUALIFIED),
        ("2029-01-01", TaxStatus.NOT_LISTED_YET),
    ],
)
def test_date_of_the_gift_decides(books: Engine, day: str, expected: TaxStatus) -> None:
    enter(books, period("2023-01-01", "2024-12-31"), period("2026-01-01", "2028-12-31"))

    assert status(books, day) is expected


def test_list_published_late_reaches_back(books: Engine) -> None:
    enter(books, period("2023-01-01", "2025-12-31"))
    assert status(books, "2026-02-01") is TaxStatus.NOT_LISTED_YET
    enter(books, period("2026-01-01", "2028-12-31", published_on=date(2026, 10, 1)))

    assert status(books, "2026-02-01") is TaxStatus.QUALIFIED


def test_cancellation_published_later_counts(books: Engine) -> None:
    cancelled = period(
        "2027-01-01", "2028-12-31", standing=Standing.CANCELLED, published_on=date(2026, 9, 1)
    )
    enter(books, cancelled, period("2026-01-01", "2028-12-31"))

    assert status(books, "2026-12-31") is TaxStatus.QUALIFIED
    assert status(books, "2027-01-01") is TaxStatus.OUTSIDE


def test_withdrawn_period_counts_no_more_and_stays_in_the_list(books: Engine) -> None:
    (key,) = enter(books, period("2026-01-01", "2028-12-31"))
    with database.transaction(books) as session:
        qualification.withdraw(session, key, reason="文号有误", actor=PREPARER, clock=CLOCK)

    assert status(books, "2026-03-01") is TaxStatus.UNKNOWN
    with database.reading(books) as session:
        assert len(qualification.list_periods(session, with_withdrawn=True)) == 1
    with refused("qualification_period_withdrawn"), database.transaction(books) as session:
        qualification.withdraw(session, key, reason="再次", actor=PREPARER, clock=CLOCK)
    with refused("unknown_qualification_period"), database.transaction(books) as session:
        qualification.withdraw(session, 99, reason="没有", actor=PREPARER, clock=CLOCK)


@pytest.mark.parametrize(
    "changes",
    [
        {"last_on": date(2025, 1, 1)},
        {"document_number": " "},
        {"document_address": "javascript:alert(1)"},
        {"published_on": date(2027, 1, 1)},
    ],
)
def test_period_that_makes_no_sense_is_refused(books: Engine, changes) -> None:
    with refused("invalid"):
        enter(books, period("2026-01-01", "2028-12-31", **changes))


def test_no_sentence_promises_a_deduction_or_names_a_percentage() -> None:
    for sentence in qualification.SENTENCES.values():
        assert "%" not in sentence
        assert "可抵税" not in sentence
        assert "可以扣除" not in sentence


def test_administrator_maintains_the_periods(books: Engine, tmp_path: Path) -> None:
    app = serving.application(books, serving.settings(tmp_path))
    admin = signed_in(app, "admin")
    page = "/settings/qualification"
    assert "还没有登记公告" in admin.get(page).text
    fields = {
        "standing": "qualified",
        "first_on": "2026-01-01",
        "last_on": "2028-12-31",
        "document_number": "鄂财税〔2025〕1号",
        "published_on": "2025-12-01",
        "document_address": "https://example.gov.cn/1",
    }
    wrong = admin.post(page, fields | {"last_on": "2020-01-01"})
    assert (wrong.status_code, 'id="last_on-error"' in wrong.text) == (422, True)
    assert admin.post(page, fields).status_code == 303
    shown = admin.get(page).text
    assert "鄂财税〔2025〕1号" in shown
    withdraw = "/settings/qualification/1/withdraw"
    assert admin.post(withdraw, {"reason": ""}).status_code == 422
    assert admin.post(withdraw, {"reason": "文号有误"}).status_code == 303
    assert "已撤回：文号有误" in admin.get(page).text
    assert signed_in(app, "accountant").get(page).status_code == 403
