"""Single acts whose statements are sent together: the same books, the same refusals.

Only PostgreSQL has pipelines; on SQLite these transactions are like any other, and the tests
prove just that.
"""

from dataclasses import replace
from datetime import date

from sqlalchemy import Engine, text

from foundation import database
from ledger import drafting, posting
from ledger.orm import Base, bulk_insert
from ledger.vouchers import VoucherDraft, VoucherState
from tests import factories
from tests.factories import BANK, CLOCK, PREPARER, REVIEWER, cr, dr
from tests.refusals import excluded, guarded, refused


def book(engine: Engine, *drafts: VoucherDraft) -> list[int]:
    with database.transaction(engine, pipelined=True) as session:
        keys = drafting.draft(session, drafts, actor=PREPARER, clock=CLOCK)
        posting.post(session, keys, actor=REVIEWER, clock=CLOCK, reviewing=True).require()
    return keys


def test_voucher_is_drafted_and_posted(books: Engine) -> None:
    (key,) = book(books, factories.gift_voucher(books, minor=100_00))
    head = factories.head(books, key)
    assert (head.state, head.number, head.total_minor) == (VoucherState.POSTED, 1, 100_00)
    assert factories.findings(books) == []


def test_long_voucher_is_written_in_full(books: Engine) -> None:
    rows = [row for n in range(40) for row in (dr(BANK, "GEN", n + 1), cr("410101", "GEN", n + 1))]
    (key,) = book(books, factories.voucher(books, *rows, on=date(2026, 1, 5)))
    assert len(factories.lines(books, key)) == 80
    assert factories.findings(books) == []


def test_refusal_of_a_service_undoes_everything(books: Engine) -> None:
    gift = factories.gift_voucher(books)
    with refused("attachment_missing"):
        book(books, gift, replace(gift, attachment_count=0))
    with refused("unbalanced"):
        book(books, gift, replace(gift, lines=(gift.lines[0], gift.lines[0])))
    (key,) = book(books, gift)
    assert factories.head(books, key).number == 1
    assert factories.findings(books) == []


def test_overspending_is_seen(books: Engine) -> None:
    (key,) = factories.prepare(books, factories.spending_voucher(books, minor=1_00))
    with database.transaction(books, pipelined=True) as session:
        outcome = posting.post(session, [key], actor=REVIEWER, clock=CLOCK, reviewing=True)
    assert excluded(outcome) == {key: "fund_overspent"}
    book(books, factories.gift_voucher(books, minor=1_00))
    book(books, factories.spending_voucher(books, minor=1_00))


def test_guard_that_fires_is_named_and_undoes_everything(books: Engine) -> None:
    (key,) = book(books, factories.gift_voucher(books))
    before = factories.head(books, key)
    with guarded("voucher_line_sealed"):
        tamper(books, key)
    assert factories.head(books, key) == before
    assert factories.findings(books) == []


def tamper(engine: Engine, key: int) -> None:
    """Draft a voucher, then add a line to a posted one behind the services' back."""
    with database.transaction(engine, pipelined=True) as session:
        drafting.draft(session, [factories.gift_voucher(engine)], actor=PREPARER, clock=CLOCK)
        columns = ("voucher_id", "line_no", "period_id", "account_id", "fund_id", "side")
        line = factories.lines(engine, key)[0]
        added = (key, 9, 202601, line.account_id, line.fund_id, 1, 5_00)
        table = Base.metadata.tables["voucher_line"]
        bulk_insert(session.connection(), table, (*columns, "amount_minor"), [added])


def test_single_act_is_on_the_disk_when_it_returns(books: Engine) -> None:
    """Locks go before the disk has it, the person does not."""
    if books.dialect.name == "sqlite":
        book(books, factories.gift_voucher(books))  # synchronous=FULL: nothing returns earlier
        return
    with books.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        # The server of the tests saves the disk; this database behaves like one that keeps books.
        name = connection.exec_driver_sql("SELECT current_database()").scalar_one()
        connection.exec_driver_sql(f"ALTER DATABASE {name} SET synchronous_commit = on")
    books.dispose()
    with database.transaction(books, pipelined=True) as session:
        drafting.draft(session, [factories.gift_voucher(books)], actor=PREPARER, clock=CLOCK)
        written = session.execute(text("SELECT pg_current_wal_insert_lsn()::text")).scalar_one()
    with books.connect() as connection:
        kept = text("SELECT pg_current_wal_flush_lsn() > CAST(:written AS pg_lsn)")
        assert connection.execute(kept, {"written": written}).scalar_one()
