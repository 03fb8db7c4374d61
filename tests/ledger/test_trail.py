"""The trail: every act in order, chained, and nothing left of what was undone."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Engine, Row, select

from foundation import database
from ledger import chains, trail
from ledger.clock import FixedClock
from ledger.policy import Policy
from ledger.trail import GENESIS, TrailHead, TrailRecord
from tests import factories
from tests.factories import CLOCK
from tests.threads import together


def records(engine: Engine) -> list[Row[tuple[object, ...]]]:
    with database.reading(engine) as session:
        query = select(TrailRecord.__table__).order_by(TrailRecord.sequence)
        return list(session.execute(query))


def head(engine: Engine) -> tuple[int, str]:
    with database.reading(engine) as session:
        row = session.execute(select(TrailHead.sequence, TrailHead.digest)).one()
        return row.sequence, row.digest


def note(engine: Engine, *subjects: str, actor: str = "admin", clock: FixedClock = CLOCK) -> None:
    with database.transaction(engine) as session:
        for subject in subjects:
            trail.record(
                session,
                actor=actor,
                clock=clock,
                action="setting.change",
                subject=subject,
                reason="理事会决议",
                detail={"b": 2, "a": "值"},
            )


def broken(engine: Engine) -> list[tuple[str, str]]:
    with database.reading(engine) as session:
        return list(chains.broken_trail(session))


def test_new_database_starts_at_the_genesis(engine: Engine) -> None:
    assert head(engine) == (0, GENESIS)
    assert broken(engine) == []


def test_record_says_who_did_what_when_and_why(engine: Engine) -> None:
    note(engine, "policy")
    (row,) = records(engine)
    assert (row.sequence, row.at, row.actor) == (1, CLOCK.now(), "admin")
    assert (row.action, row.subject, row.reason) == ("setting.change", "policy", "理事会决议")
    assert row.detail == '{"a":"值","b":2}'


def test_records_are_chained_to_the_head(engine: Engine) -> None:
    note(engine, "first", "second")
    note(engine, "third")
    rows = records(engine)
    digest = GENESIS
    for row in rows:
        digest = trail.link(digest, *row[:7])
        assert row.digest == digest
    assert [row.sequence for row in rows] == [1, 2, 3]
    assert head(engine) == (3, digest)
    assert broken(engine) == []


def test_microseconds_survive_the_database(engine: Engine) -> None:
    note(engine, "exact", clock=FixedClock(instant=datetime(2026, 1, 2, 3, 4, 5, 678901, UTC)))
    assert records(engine)[0].at.microsecond == 678901
    assert broken(engine) == []


def test_clock_of_another_zone_is_recorded_in_utc(engine: Engine) -> None:
    wuhan = timezone(timedelta(hours=8))
    note(engine, "zoned", clock=FixedClock(instant=datetime(2026, 1, 2, 9, 0, tzinfo=wuhan)))
    assert records(engine)[0].at == datetime(2026, 1, 2, 1, 0, tzinfo=UTC)
    assert broken(engine) == []


class Interrupted(Exception):
    """What ends a transaction in the middle."""


def note_and_fail(engine: Engine) -> None:
    with database.transaction(engine) as session:
        trail.record(session, actor="admin", clock=CLOCK, action="a.b", subject="lost")
        session.flush()
        raise Interrupted


def test_undone_transaction_leaves_no_record(engine: Engine) -> None:
    note(engine, "kept")
    before = records(engine), head(engine)
    with pytest.raises(Interrupted):
        note_and_fail(engine)
    assert (records(engine), head(engine)) == before
    note(engine, "next")
    assert [row.subject for row in records(engine)] == ["kept", "next"]
    assert broken(engine) == []


def test_what_a_reader_notes_is_not_written(engine: Engine) -> None:
    with database.reading(engine) as session:
        trail.record(session, actor="auditor", clock=CLOCK, action="a.b", subject="nothing")
    assert records(engine) == []


def test_transaction_without_acts_leaves_the_head_alone(engine: Engine) -> None:
    before = head(engine)
    with database.transaction(engine):
        pass
    assert head(engine) == before


def test_threads_noting_together_make_one_chain(engine: Engine) -> None:
    def work() -> None:
        for i in range(4):
            note(engine, f"first {i}", f"second {i}")

    assert together([work] * 8) == [None] * 8
    assert [row.sequence for row in records(engine)] == list(range(1, 65))
    assert broken(engine) == []


def test_installing_books_is_in_the_trail(books: Engine) -> None:
    acts = [row.action for row in records(books)]
    assert acts == [
        "policy.install",
        *["chart.install", "account.open", "account.open"] * 2,
        *["fund.open"] * 4,
        "period.open",
    ]


def test_changing_a_policy_keeps_old_and_new_values(books: Engine) -> None:
    factories.change_policy(books, Policy(overspending_refused=False))
    last = records(books)[-1]
    assert (last.action, last.reason) == ("policy.change", "理事会决议")
    assert '"before":{"attachments_required":"True"' in last.detail
    assert '"overspending_refused":"False"' in last.detail


def test_canonical_form_is_sorted_compact_and_readable() -> None:
    assert trail.canonical({"b": [1, None, "基金"], "a": True}) == '{"a":true,"b":[1,null,"基金"]}'
