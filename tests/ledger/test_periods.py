"""Periods: opening them, and reopening the last closed one by two persons."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine, func, select, update

from foundation import database
from ledger import periods
from ledger.clock import FixedClock
from ledger.periods import (
    AccountCheckpoint,
    Checkpoint,
    FundCheckpoint,
    Period,
    PeriodReopening,
    PeriodState,
)
from ledger.trail import TrailRecord
from tests import factories
from tests.factories import CLOCK, DIRECTOR, PREPARER, REVIEWER
from tests.refusals import refused
from tests.threads import together


def open_through(engine: Engine, first: int, last: int) -> list[int]:
    with database.transaction(engine) as session:
        return periods.open_through(session, first, last, actor=PREPARER, clock=CLOCK)


def states(engine: Engine) -> dict[int, PeriodState]:
    with database.reading(engine) as session:
        return {period.id: period.state for period in periods.list_periods(session)}


def request(engine: Engine, key: int, *, actor: str = REVIEWER, reason: str = "补记凭证") -> None:
    with database.transaction(engine) as session:
        periods.request_reopening(session, key, reason=reason, actor=actor, clock=CLOCK)


def approve(engine: Engine, key: int, *, actor: str = DIRECTOR) -> None:
    with database.transaction(engine) as session:
        periods.approve_reopening(session, key, actor=actor, clock=CLOCK)


def test_books_open_with_every_month_and_what_stands_before_january(books: Engine) -> None:
    assert list(states(books)) == [202500, 202511, 202512, 202600, 202601, 202602, 202603]
    assert set(states(books).values()) == {PeriodState.OPEN}


def test_each_year_gets_the_chart_in_force_on_its_first_day(books: Engine) -> None:
    known = factories.known(books)
    assert (known.period(202512).chart, known.period(202600).chart) == ("2004", "2024")


def test_opening_again_adds_only_what_is_missing(books: Engine) -> None:
    assert open_through(books, 202602, 202604) == [202604]
    assert open_through(books, 202602, 202604) == []
    assert open_through(books, 202612, 202702) == [202612, 202700, 202701, 202702]


def test_month_before_the_last_closed_one_is_not_opened(books: Engine) -> None:
    factories.close_periods(books, 202511)
    with refused("conflict", "2025-11 已结账"):
        open_through(books, 202510, 202511)
    assert 202510 not in states(books)


def test_year_before_every_chart_is_refused(books: Engine) -> None:
    with refused("not_found"):
        open_through(books, 200312, 200312)


@pytest.mark.parametrize(
    ("text", "key"), [("2026-03", 202603), (" 2026-12 ", 202612), ("2026-00", 202600)]
)
def test_period_is_read_as_people_write_it(text: str, key: int) -> None:
    assert periods.parse_period(text) == key
    assert periods.text_of(key) == text.strip()


@pytest.mark.parametrize("text", ["", "2026", "2026-13", "26-03", "2026-", "2026/03", "2026-3x"])
def test_other_texts_are_no_period(text: str) -> None:
    with refused("invalid", "会计期间"):
        periods.parse_period(text)


def test_months_run_over_the_end_of_the_year() -> None:
    assert list(periods.months(202511, 202602)) == [202511, 202512, 202601, 202602]
    assert list(periods.months(202603, 202602)) == []
    assert periods.period_key(date(2026, 3, 31)) == 202603


def test_unknown_period_is_named(books: Engine) -> None:
    with refused("unknown_period", "2030-01"), database.reading(books) as session:
        periods.get_period(session, 203001)


def test_two_persons_reopen_the_last_closed_period(books: Engine) -> None:
    factories.close_periods(books, 202511, 202512)
    request(books, 202512)
    assert states(books)[202512] is PeriodState.CLOSED
    approve(books, 202512)
    with database.reading(books) as session:
        row = session.execute(select(Period.__table__).where(Period.id == 202512)).one()
        asked = session.execute(select(PeriodReopening.__table__)).one()
    assert row.state is PeriodState.OPEN
    assert (row.closed_by, row.closed_at, row.digest) == (None, None, None)
    assert (asked.requested_by, asked.approved_by) == (REVIEWER, DIRECTOR)
    assert factories.findings(books) == []


def test_reopening_takes_the_checkpoints_of_the_period_away(books: Engine) -> None:
    factories.post_gift(books, on=date(2025, 11, 3))
    factories.close_periods(books, 202511, 202512)
    factories.reopen_period(books, 202512)
    with database.reading(books) as session:
        for table in (Checkpoint, AccountCheckpoint, FundCheckpoint):
            assert session.execute(select(func.max(table.period_id))).scalar() == 202511


def test_reopening_and_its_reason_are_in_the_trail(books: Engine) -> None:
    factories.close_periods(books, 202511)
    factories.reopen_period(books, 202511)
    with database.reading(books) as session:
        acts = session.execute(
            select(TrailRecord.actor, TrailRecord.action, TrailRecord.reason)
            .where(TrailRecord.subject == "period:2025-11")
            .order_by(TrailRecord.sequence)
        ).all()
    assert [tuple(act) for act in acts][-2:] == [
        (REVIEWER, "period.request_reopening", "补记凭证"),
        (DIRECTOR, "period.reopen", "补记凭证"),
    ]


def test_person_who_asked_does_not_approve(books: Engine) -> None:
    factories.close_periods(books, 202511)
    request(books, 202511)
    with refused("not_allowed", "另一人"):
        approve(books, 202511, actor=REVIEWER)
    assert states(books)[202511] is PeriodState.CLOSED


def test_reopening_needs_a_request(books: Engine) -> None:
    factories.close_periods(books, 202511)
    with refused("conflict", "没有待批准"):
        approve(books, 202511)


@pytest.mark.parametrize("reason", ["", "  "])
def test_reopening_needs_a_reason(books: Engine, reason: str) -> None:
    factories.close_periods(books, 202511)
    with refused("invalid", "原因"):
        request(books, 202511, reason=reason)


def test_one_request_at_a_time(books: Engine) -> None:
    factories.close_periods(books, 202511)
    request(books, 202511)
    with refused("conflict", "正等待另一人批准"):
        request(books, 202511, actor=DIRECTOR)


def test_only_the_last_closed_period_is_reopened(books: Engine) -> None:
    factories.close_periods(books, 202511, 202512)
    with refused("conflict", "最后一个已结账"):
        request(books, 202511)


def test_request_lapses_when_a_later_period_was_closed(books: Engine) -> None:
    factories.close_periods(books, 202511)
    request(books, 202511)
    factories.close_periods(books, 202512)
    with refused("conflict", "最后一个已结账"):
        approve(books, 202511)


def test_opening_balances_stay_closed_while_january_is_open_again(books: Engine) -> None:
    opening = factories.opening_voucher(books, year=2026)
    factories.close_periods(books, 202511, 202512)
    factories.close_periods(books, 202601)
    with refused("opening_closed", "还须另行反结账 2026-00"):
        factories.prepare(books, opening)
    factories.reopen_period(books, 202601)
    factories.post_gift(books)
    with refused("opening_closed"):
        factories.prepare(books, opening)
    factories.reopen_period(books, 202600)
    factories.prepare(books, opening)


@pytest.mark.parametrize("text", ["２０２６-01", "2026-０1", "2026-²", "2026-", "2026-013", "2026"])
def test_period_is_written_in_plain_digits(text: str) -> None:
    with refused("invalid", "2026-03"):
        periods.parse_period(text)


def test_open_and_unknown_periods_are_not_reopened(books: Engine) -> None:
    with refused("conflict", "尚未结账"):
        request(books, 202511)
    with refused("unknown_period"):
        request(books, 203001)


def test_period_whose_statements_were_issued_is_not_reopened(books: Engine) -> None:
    factories.close_periods(books, 202511)
    request(books, 202511)
    with database.transaction(books) as session:
        session.execute(
            update(Period).where(Period.id == 202511).values(statements_issued_at=CLOCK.now())
        )
    with refused("conflict", "报表已对外报出"):
        request(books, 202511)
    with refused("conflict", "报表已对外报出"):
        approve(books, 202511)
    assert states(books)[202511] is PeriodState.CLOSED


def test_two_threads_approving_reopen_once(books: Engine) -> None:
    factories.close_periods(books, 202511)
    request(books, 202511)
    results = together(
        [lambda: approve(books, 202511), lambda: approve(books, 202511, actor="chair")]
    )
    codes = sorted(getattr(result, "code", "reopened") for result in results)
    assert codes == ["conflict", "reopened"]


def test_earlier_approval_does_not_reopen_a_period_closed_since(books: Engine) -> None:
    """Every reopening needs a request of its own, made after the close that it undoes."""
    factories.close_periods(books, 202511)
    factories.reopen_period(books, 202511)
    later = FixedClock(instant=datetime(2026, 11, 23, tzinfo=UTC))
    factories.close_periods(books, 202511, clock=later)
    with refused("conflict", "没有待批准"):
        approve(books, 202511)
