"""Every figure equals what a pencil would add up from the lines, whatever happened."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, Row, select
from sqlalchemy.orm import Session

from foundation import database
from ledger import balances, conversion, periods
from ledger.balances import Span
from ledger.charts.definitions import AccountCategory
from ledger.policy import Policy
from ledger.vouchers import Voucher, VoucherLine, VoucherState
from tests import factories
from tests.databases import DIALECTS, Databases
from tests.factories import BANK, cr, dr

MONTHS = (202511, 202512, 202601, 202602, 202603)
EVERY_PERIOD = (202500, 202511, 202512, 202600, 202601, 202602, 202603)
SPANS = (
    *(Span.of_period(key) for key in EVERY_PERIOD),
    Span.of_year(2025),
    Span.of_year(2026),
    Span.of_year(2026, 2),
    Span(202512, 202601),
)
Key = tuple[int, int | None]
Lines = list[Row[tuple[int, int, int, int, int, date]]]
CLAIMS = (AccountCategory.NET_ASSET, AccountCategory.INCOME, AccountCategory.EXPENSE)


# With pencil and paper


def posted(session: Session) -> Lines:
    """Return every posted line."""
    return list(
        session.execute(
            select(
                VoucherLine.period_id,
                VoucherLine.account_id,
                VoucherLine.fund_id,
                VoucherLine.side,
                VoucherLine.amount_minor,
                Voucher.booked_on,
            )
            .join(Voucher, Voucher.id == VoucherLine.voucher_id)
            .where(Voucher.state == VoucherState.POSTED)
        )
    )


def turnover_by_pencil(
    lines: Lines, span: Span, *, by_fund: bool
) -> dict[Key, tuple[int, int, int]]:
    opening, debits, credits_ = Counter[Key](), Counter[Key](), Counter[Key]()
    moved: set[Key] = set()
    for line in lines:
        key = (line.account_id, line.fund_id if by_fund else None)
        if line.period_id < span.first:
            opening[key] += line.amount_minor
        elif line.period_id <= span.last:
            moved.add(key)
            if line.side == 1:
                debits[key] += line.amount_minor
            else:
                credits_[key] -= line.amount_minor
    return {
        key: (opening[key], debits[key], credits_[key])
        for key in moved | {key for key, amount in opening.items() if amount}
    }


def balances_by_pencil(lines: Lines, *, period: int, day: date) -> dict[tuple[int, int], int]:
    sums = Counter[tuple[int, int]]()
    for line in lines:
        if line.period_id <= period and line.booked_on <= day:
            sums[line.account_id, line.fund_id] += line.amount_minor
    return {key: amount for key, amount in sums.items() if amount}


def nets_by_pencil(lines: Lines, claims: set[int], upto: int) -> dict[int, int]:
    nets = Counter[int]()
    for line in lines:
        if line.period_id <= upto and line.account_id in claims:
            nets[line.fund_id] -= line.amount_minor
    return {fund: amount for fund, amount in nets.items() if amount}


def assert_every_figure_agrees(engine: Engine) -> None:
    accounts = factories.known(engine).accounts
    claims = {key for key, info in accounts.items() if info.category in CLAIMS}
    with database.reading(engine) as session:
        lines = posted(session)
        for span in SPANS:
            for by_fund in (False, True):
                rows = balances.trial_balance(session, span, by_fund=by_fund)
                read = {
                    (row.account_id, row.fund_id): (
                        row.opening_minor,
                        row.debit_minor,
                        row.credit_minor,
                    )
                    for row in rows
                }
                assert len(read) == len(rows)
                assert read == turnover_by_pencil(lines, span, by_fund=by_fund)
                assert sum(row.closing_minor for row in rows) == 0
        for key in EVERY_PERIOD:
            nets = balances.fund_nets(session, key)
            assert {f: n for f, n in nets.items() if n} == nets_by_pencil(lines, claims, key)
            assert balances.balances_at(session, key, by_fund=True) == balances_by_pencil(
                lines, period=key, day=date.max
            )
        latest = {f: n for f, n in balances.fund_nets(session).items() if n}
        assert latest == nets_by_pencil(lines, claims, 999912)
        for day in (date(2025, 11, 1), date(2025, 12, 15), date(2026, 1, 14), date(2026, 3, 31)):
            assert balances.balances_on(session, day) == balances_by_pencil(
                lines, period=periods.period_key(day), day=day
            )


# Whatever happened


@dataclass(frozen=True)
class Step:
    """Vouchers (month, day, debit, credit, fund, amount), then maybe a close or a reopening."""

    vouchers: list[tuple[int, int, int, int, str, int]]
    then: str


ACCOUNTS = {
    "2004": (BANK, "1122", "2209", "3101", "410101", "410102", "5101"),
    "2024": (BANK, "1122", "2209", "3101", "410101", "410102", "510102"),
}
STEPS = st.lists(
    st.builds(
        Step,
        st.lists(
            st.tuples(
                st.integers(0, 4),
                st.integers(1, 28),
                st.integers(0, 6),
                st.integers(0, 6),
                st.sampled_from(["GEN", "SCHOL", "LAB"]),
                st.integers(-10_000_00, 10_000_00).filter(bool),
            ),
            max_size=6,
        ),
        st.sampled_from(["nothing", "close", "close", "reopen"]),
    ),
    min_size=1,
    max_size=6,
)


def install_lenient_books(engine: Engine) -> None:
    factories.install_books(engine)
    factories.change_policy(engine, Policy(overspending_refused=False))


def convert_what_is_left(engine: Engine) -> None:
    with database.reading(engine) as session:
        left = conversion.preview(session, 2026)
    if left:
        factories.convert_year(engine)


def play(engine: Engine, steps: list[Step]) -> None:
    closed = 0
    for step in steps:
        drafts = []
        for month, day, debited, credited, fund, minor in step.vouchers:
            key = MONTHS[max(month, closed)] if closed < len(MONTHS) else None
            if key is None:
                continue
            chart = ACCOUNTS["2004" if key < 202600 else "2024"]
            drafts.append(
                factories.voucher(
                    engine,
                    dr(chart[debited], fund, minor),
                    cr(chart[credited], fund, minor),
                    on=date(key // 100, key % 100, day),
                )
            )
        if drafts:
            factories.book(engine, *drafts)
        if step.then == "close" and closed < len(MONTHS):
            if MONTHS[closed] == 202601:
                convert_what_is_left(engine)
            factories.close_periods(engine, MONTHS[closed])
            closed += 1
        elif step.then == "reopen" and closed:
            closed -= 1
            with database.reading(engine) as session:
                last = periods.last_closed_period(session)
            # What stands before January was closed with it and comes back on its own.
            if last is not None and last != MONTHS[closed]:
                factories.reopen_period(engine, last)
            factories.reopen_period(engine, MONTHS[closed])


@pytest.mark.parametrize("dialect", DIALECTS)
@given(steps=STEPS)
@settings(max_examples=8)
def test_figures_equal_the_sums_of_the_lines(
    databases: Databases, dialect: str, steps: list[Step]
) -> None:
    with databases.prepared(dialect, "lenient", install_lenient_books) as engine:
        play(engine, steps)
        assert_every_figure_agrees(engine)
        assert factories.findings(engine) == []
