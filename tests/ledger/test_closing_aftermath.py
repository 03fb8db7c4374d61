"""After a close, and while others post: checkpoints, reopening, and nothing left behind."""

from sqlalchemy import Engine, select

from foundation import database
from ledger import balances, closing, drafting, posting
from ledger.clock import Clock
from ledger.periods import AccountCheckpoint, Checkpoint, FundCheckpoint, PeriodState
from ledger.vouchers import Voucher, VoucherKind, VoucherState
from tests import factories
from tests.factories import AGENCY_BANK, BANK, CLOCK, PREPARER, REVIEWER, cr, dr
from tests.ledger.year_end import DECEMBER, NOVEMBER, a_year_end, period, printed
from tests.refusals import excluded, refused
from tests.threads import together


def checkpoints(engine: Engine) -> list[list[tuple[object, ...]]]:
    with database.reading(engine) as session:
        return [
            sorted(tuple(row) for row in session.execute(select(table.__table__)))
            for table in (Checkpoint, AccountCheckpoint, FundCheckpoint)
        ]


def test_checkpoints_hold_turnover_since_the_beginning(books: Engine) -> None:
    a_year_end(books)
    factories.close_periods(books, 202511, 202512)
    known = factories.known(books)
    by_line, by_account, by_fund = checkpoints(books)
    bank = known.account("2004", BANK).id
    schol = known.fund("SCHOL").id
    assert (202511, bank, schol, 300_00, 0) in by_line
    assert (202512, bank, schol, 300_00, 70_00) in by_line
    assert (202512, bank, 1000_00, 190_00) in by_account
    assert (202511, schol, 300_00) in by_fund
    assert (202512, schol, 230_00) in by_fund


def test_reopened_year_end_keeps_its_closing_vouchers_and_takes_new_ones(books: Engine) -> None:
    a_year_end(books)
    generated = factories.close_periods(books, 202511, 202512)
    factories.reopen_period(books, 202512)
    assert {factories.head(books, key).state for key in generated} == {VoucherState.POSTED}
    factories.post_gift(books, minor=9_00, fund="GEN", on=DECEMBER)
    (more,) = factories.close_periods(books, 202512)
    assert printed(books, more) == [
        ("借", "410101", "GEN", 9_00),
        ("贷", "3101", "GEN", 9_00),
    ]
    assert factories.findings(books) == []


def test_closing_again_without_a_change_gives_the_same_checkpoints(books: Engine) -> None:
    a_year_end(books)
    factories.close_periods(books, 202511, 202512)
    before, digest = checkpoints(books), period(books, 202512).digest
    factories.reopen_period(books, 202512)
    assert checkpoints(books) != before
    assert factories.close_periods(books, 202512) == []
    assert checkpoints(books) == before
    assert period(books, 202512).digest == digest


def test_failed_close_leaves_nothing_behind(books: Engine) -> None:
    a_year_end(books)
    factories.close_periods(books, 202511)
    before = checkpoints(books)
    factories.book(
        books,
        factories.voucher(
            books, dr(AGENCY_BANK, "GEN", 8_00), cr("410101", "GEN", 8_00), on=DECEMBER
        ),
    )
    with refused("gates_not_passed"):
        factories.close_periods(books, 202512)
    assert checkpoints(books) == before
    assert period(books, 202512).state is PeriodState.OPEN


def test_close_and_posting_at_the_same_time_never_leave_a_voucher_behind(books: Engine) -> None:
    """Whoever comes second sees what the first did, and says so in the words of a service."""
    gift = factories.gift_voucher(books, on=NOVEMBER)

    def book_one() -> str:
        with database.transaction(books) as session:
            keys = drafting.draft(session, [gift], actor=PREPARER, clock=Clock())
            posting.post(session, keys, actor=REVIEWER, clock=Clock(), reviewing=True).require()
        return "posted"

    def close_it() -> str:
        with database.transaction(books) as session:
            closing.close(session, 202511, actor=REVIEWER, clock=Clock())
        return "closed"

    results = together([book_one] * 3 + [close_it] + [book_one] * 3)
    told = [getattr(result, "code", result) for result in results]
    assert told[3] == "closed"
    assert set(told[:3] + told[4:]) <= {"posted", "period_closed"}
    with database.reading(books) as session:
        posted = session.execute(select(Voucher.id)).all()
    assert len(posted) == told.count("posted")
    assert factories.findings(books) == []


def test_close_and_submitted_vouchers_at_the_same_time(books: Engine) -> None:
    keys = factories.prepare(books, *[factories.gift_voucher(books, on=NOVEMBER)] * 4)

    def post_one(key: int) -> str:
        outcome = factories.post(books, [key], clock=Clock())
        return "posted" if outcome.done else str(excluded(outcome))

    def close_it() -> str:
        with database.transaction(books) as session:
            closing.close(session, 202511, actor=REVIEWER, clock=Clock())
        return "closed"

    results = together([close_it, *(lambda key=key: post_one(key) for key in keys)])
    assert getattr(results[0], "code", results[0]) in {"closed", "gates_not_passed"}
    assert results[1:] == ["posted"] * 4
    assert factories.findings(books) == []


def test_checkpoint_of_a_close_counts_what_was_posted_before_it(books: Engine) -> None:
    gift = factories.gift_voucher(books, minor=77_00, on=NOVEMBER)

    def book_one() -> str:
        with database.transaction(books) as session:
            keys = drafting.draft(session, [gift], actor=PREPARER, clock=CLOCK)
            posting.post(session, keys, actor=REVIEWER, clock=CLOCK, reviewing=True).require()
        return "posted"

    def close_it() -> str:
        factories.close_periods(books, 202511)
        return "closed"

    results = together([book_one, close_it])
    assert results[1] == "closed"
    with database.reading(books) as session:
        held = balances.fund_nets(session, 202511).get(factories.fund_id(books, "SCHOL"), 0)
        posted = session.execute(select(Voucher.id)).all()
    assert held == 77_00 * len(posted)
    assert factories.findings(books) == []


def test_two_threads_closing_one_period_close_it_once(books: Engine) -> None:
    a_year_end(books)
    factories.close_periods(books, 202511)
    results = together([lambda: factories.close_periods(books, 202512)] * 3)
    refusals = [getattr(result, "code", None) for result in results]
    assert sorted(refusals, key=str) == [None, "conflict", "conflict"]
    with database.reading(books) as session:
        kinds = session.execute(select(Voucher.kind)).scalars().all()
    assert kinds.count(VoucherKind.CLOSING) == 3
    assert factories.findings(books) == []
