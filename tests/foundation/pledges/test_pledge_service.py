"""Pledges in the database: recorded, paid in every way, rescheduled, given up by two persons."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from foundation import database
from foundation.gifts.kinds import RefundCause
from foundation.pledges import changes, queries, service
from foundation.pledges.queries import PledgeFilter, PledgeState
from foundation.pledges.schedule import Due
from ledger.clock import FixedClock
from tests import factories
from tests.databases import Databases
from tests.factories import CLOCK, PREPARER, REVIEWER
from tests.foundation.gifts import gift_cases
from tests.foundation.pledges import pledge_cases
from tests.foundation.pledges.pledge_cases import approve, ask_write_off, give, parts, pay, recorded
from tests.refusals import refused

K = 1_000_00


def test_pledge_never_touches_the_books(books: Engine) -> None:
    before = gift_cases.counts(books)
    _, made = recorded(books)
    assert made.reference == f"P2026-{made.pledge_id:06d}"
    assert gift_cases.counts(books) == before
    assert gift_cases.nets(books) == {}
    assert parts(books, made.pledge_id) == [
        ("2026-01-31", 100 * K, 100 * K),
        ("2026-02-28", 100 * K, 100 * K),
        ("2026-03-31", 100 * K, 100 * K),
    ]
    pledge_cases.everything_holds(books)


def test_gift_pays_partly_several_and_more_than_is_due(books: Engine) -> None:
    who, made = recorded(books)
    assert [(p.number, p.amount_minor) for p in pay(books, give(books, who, 30 * K), 1)] == [
        (1, 30 * K)
    ]
    more = pay(books, give(books, who, 120 * K), made.pledge_id)
    assert [(p.number, p.amount_minor) for p in more] == [(1, 70 * K), (2, 50 * K)]
    last = pay(books, give(books, who, 500 * K), made.pledge_id)
    assert [(p.number, p.amount_minor) for p in last] == [(2, 50 * K), (3, 100 * K)]
    found = pledge_cases.row(books, made.pledge_id)
    assert (found.paid_minor, found.open_minor, found.state) == (300 * K, 0, PledgeState.FULFILLED)
    with refused("nothing_to_pay"):
        pay(books, give(books, who, K), made.pledge_id)
    pledge_cases.everything_holds(books)


def test_gift_may_name_the_instalments_it_pays(books: Engine) -> None:
    who, made = recorded(books)
    gift = give(books, who, 150 * K)
    paid = pay(books, gift, made.pledge_id, parts=[(3, 100 * K), (1, 20 * K)])
    assert [(p.number, p.amount_minor) for p in paid] == [(3, 100 * K), (1, 20 * K)]
    assert [item[2] for item in parts(books, made.pledge_id)] == [80 * K, 100 * K, 0]
    for wrong, saying in (([(3, 1)], "没有待付"), ([(1, 81 * K)], "只剩"), ([(1, 0)], "大于零")):
        with refused("invalid", saying):
            pay(books, gift, made.pledge_id, parts=wrong)


def test_same_money_never_pays_twice(books: Engine) -> None:
    who, made = recorded(books)
    gift = give(books, who, 50 * K)
    pay(books, gift, made.pledge_id)
    with refused("gift_money_used"):
        pay(books, gift, made.pledge_id)
    with refused("gift_money_used", "只剩"):
        pay(books, gift, made.pledge_id, parts=[(2, 10 * K)])
    other = pledge_cases.record(books, pledge_cases.entry(who))
    with refused("gift_money_used"):
        pay(books, gift, other.pledge_id)
    pledge_cases.everything_holds(books)


def test_money_for_another_fund_or_of_another_donor_does_not_pay(books: Engine) -> None:
    who, made = recorded(books)
    gift = give(books, who, 50 * K, allocations=(("GEN", 50 * K),))
    with refused("gift_money_used", "SCHOL"):
        pay(books, gift, made.pledge_id)
    stranger = gift_cases.donor(books, name="林晓舟")
    theirs = give(books, stranger, 50 * K)
    with refused("other_donor"):
        pay(books, theirs, made.pledge_id)
    pay(books, theirs, made.pledge_id, reason="由股东代付，附代付说明")
    assert pledge_cases.row(books, made.pledge_id).paid_minor == 50 * K


def test_gift_that_is_taken_back_no_longer_pays(books: Engine) -> None:
    who, made = recorded(books)
    gift = gift_cases.record(books, gift_cases.entry(who, minor=150 * K))
    gift_cases.post(books, gift.voucher_id)
    pay(books, gift.gift_id, made.pledge_id)
    gift_cases.refund(books, gift.gift_id, 80 * K, cause=RefundCause.EXTERNAL)
    assert [item[2] for item in parts(books, made.pledge_id)] == [30 * K, 100 * K, 100 * K]
    cancelled = give(books, who, 10 * K)
    pay(books, cancelled, made.pledge_id)
    gift_cases.cancel(books, cancelled)
    assert pledge_cases.row(books, made.pledge_id).paid_minor == 70 * K
    with refused("gift_money_used"):
        pay(books, cancelled, made.pledge_id)
    pledge_cases.everything_holds(books)


def test_new_schedule_keeps_the_total_and_the_history(books: Engine) -> None:
    who, made = recorded(books)
    pay(books, give(books, who, 30 * K), made.pledge_id)
    with refused("schedule_differs", "270000.00"):
        pledge_cases.reschedule(books, made.pledge_id, Due(date(2027, 1, 1), 1))
    pledge_cases.reschedule(
        books, made.pledge_id, Due(date(2027, 6, 30), 170 * K), Due(date(2026, 12, 31), 100 * K)
    )
    assert parts(books, made.pledge_id) == [
        ("2026-01-31", 100 * K, 0),
        ("2026-02-28", 100 * K, 0),
        ("2026-03-31", 100 * K, 0),
        ("2026-12-31", 100 * K, 100 * K),
        ("2027-06-30", 170 * K, 170 * K),
    ]
    found = pledge_cases.row(books, made.pledge_id)
    assert (found.paid_minor, found.open_minor) == (30 * K, 270 * K)
    pledge_cases.everything_holds(books)


def test_write_off_needs_another_person(books: Engine) -> None:
    who, made = recorded(books)
    pay(books, give(books, who, 120 * K), made.pledge_id)
    request = ask_write_off(books, made.pledge_id)
    assert pledge_cases.row(books, made.pledge_id).open_minor == 180 * K
    with refused("same_person"):
        approve(books, request, actor=PREPARER)
    with refused("conflict", "等待批准"):
        ask_write_off(books, made.pledge_id)
    assert approve(books, request) == 180 * K
    found = pledge_cases.row(books, made.pledge_id)
    assert (found.written_off_minor, found.open_minor) == (180 * K, 0)
    assert found.state is PledgeState.WRITTEN_OFF
    with refused("conflict", "已经处理"):
        approve(books, request, actor="director")
    with refused("pledge_settled"):
        ask_write_off(books, made.pledge_id)
    pledge_cases.everything_holds(books)


def test_part_is_written_off_from_the_end_and_payments_in_between_are_kept(books: Engine) -> None:
    who, made = recorded(books)
    request = ask_write_off(books, made.pledge_id, 150 * K)
    pay(books, give(books, who, 200 * K), made.pledge_id)
    assert approve(books, request) == 100 * K
    assert pledge_cases.row(books, made.pledge_id).open_minor == 0
    pledge_cases.everything_holds(books)


def test_refused_write_off_changes_nothing_and_may_be_asked_again(books: Engine) -> None:
    _, made = recorded(books)
    request = ask_write_off(books, made.pledge_id)
    with refused("same_person"), database.transaction(books) as session:
        changes.refuse_write_off(session, request, reason="不", actor=PREPARER, clock=CLOCK)
    with database.transaction(books) as session:
        changes.refuse_write_off(session, request, reason="先催付", actor=REVIEWER, clock=CLOCK)
    assert pledge_cases.row(books, made.pledge_id).open_minor == 300 * K
    ask_write_off(books, made.pledge_id)


def test_only_a_pledge_that_is_not_due_is_cancelled_by_one_person(books: Engine) -> None:
    _, made = recorded(books)
    with refused("conflict", "核销"):
        pledge_cases.cancel(books, made.pledge_id)
    early = FixedClock(instant=CLOCK.instant.replace(month=1, day=20))
    pledge_cases.cancel(books, made.pledge_id, clock=early)
    found = pledge_cases.row(books, made.pledge_id)
    assert (found.cancelled_minor, found.state) == (300 * K, PledgeState.CANCELLED)


def test_conditional_instalment_is_expected_once_its_condition_is_met(books: Engine) -> None:
    due = (
        Due(date(2026, 2, 1), 100 * K),
        Due(date(2026, 3, 1), 200 * K, condition="实验室竣工验收"),
    )
    _, made = recorded(books, schedule=due)
    found = pledge_cases.row(books, made.pledge_id)
    assert (found.overdue_minor, found.conditional_minor) == (100 * K, 200 * K)
    with database.transaction(books) as session:
        changes.meet_condition(
            session, made.pledge_id, 2, reason="验收报告", actor=PREPARER, clock=CLOCK
        )
    assert pledge_cases.row(books, made.pledge_id).overdue_minor == 300 * K
    with refused("conflict"), database.transaction(books) as session:
        changes.meet_condition(session, made.pledge_id, 2, reason="再", actor=PREPARER, clock=CLOCK)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"amount_minor": 0}, "invalid"),
        ({"amount_minor": 5}, "schedule_differs"),
        ({"made_on": date(2026, 12, 1)}, "invalid"),
        ({"fund": "NONE"}, "unknown_fund"),
        ({"donor_id": 4711}, "unknown_donor"),
        ({"agreement": "没有的协议"}, "not_found"),
        ({"evidence": service.PledgeEvidence.AGREEMENT}, "invalid"),
        ({"contact_email": "nobody"}, "invalid"),
    ],
)
def test_impossible_pledges_are_refused(books: Engine, changed: dict, code: str) -> None:
    who = gift_cases.donor(books)
    with refused(code):
        pledge_cases.record(books, pledge_cases.entry(who, **changed))


def test_lists_by_state_fund_donor_and_day(books: Engine) -> None:
    _, made = recorded(books)
    other = gift_cases.donor(books, name="周知秋")
    later = (Due(date(2027, 5, 1), 5 * K),)
    second = pledge_cases.record(
        books, pledge_cases.entry(other, minor=5 * K, fund="GEN", schedule=later)
    )

    def keys(**wanted: object) -> list[int]:
        with database.reading(books) as session:
            page = queries.rows(
                session,
                PledgeFilter(**wanted),  # type: ignore[arg-type]
                queries.PageRequest(),
                today=CLOCK.today(),
            )
            return sorted(item.id for item in page.items)

    assert keys() == [made.pledge_id, second.pledge_id]
    assert keys(state=PledgeState.OVERDUE) == keys(fund="SCHOL") == [made.pledge_id]
    assert keys(state=PledgeState.OPEN) == keys(donor_id=other.id) == [second.pledge_id]
    assert keys(due_by=date(2026, 1, 31)) == keys(text="dhqm") == [made.pledge_id]
    assert keys(text=second.reference) == [second.pledge_id]
    for state in PledgeState:
        with database.reading(books) as session:
            page = queries.rows(
                session, PledgeFilter(state=state), queries.PageRequest(), today=CLOCK.today()
            )
            assert all(item.state is state for item in page.items)
    with database.reading(books) as session:
        sums = queries.add_up(session, PledgeFilter(), today=CLOCK.today())
        assert (sums.count, sums.open_minor, sums.overdue_minor) == (2, 305 * K, 300 * K)
        coming = queries.coming_instalments(session, date(2027, 1, 1), date(2027, 12, 31))
        assert [(item.pledge, item.open_minor) for item in coming] == [(second.reference, 5 * K)]
        assert len(queries.open_instalments(session)) == 4


ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("pay"), st.integers(min_value=1, max_value=40_000)),
        st.tuples(st.just("refund"), st.integers(min_value=1, max_value=10_000)),
        st.tuples(st.just("reschedule"), st.integers(min_value=1, max_value=12)),
        st.tuples(st.just("write_off"), st.integers(min_value=1, max_value=10_000)),
    ),
    max_size=7,
)


@given(acts=ACTS)
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_order_of_acts_conserves_money(
    databases: Databases, acts: list[tuple[str, int]]
) -> None:
    with databases.prepared("sqlite", "books", factories.install_books) as engine:
        who, made = recorded(engine, minor=100_001)
        gifts: list[int] = []
        for what, size in acts:
            found = pledge_cases.row(engine, made.pledge_id)
            if not found.open_minor and what != "refund":
                continue
            if what == "pay":
                gift = gift_cases.record(engine, gift_cases.entry(who, minor=size))
                gift_cases.post(engine, gift.voucher_id)
                pay(engine, gift.gift_id, made.pledge_id)
                gifts.append(gift.gift_id)
            elif what == "refund" and gifts:
                left = gift_cases.remaining(engine, gifts[-1])
                if left:
                    gift_cases.refund(engine, gifts[-1], min(size, left))
            elif what == "reschedule":
                due = service.schedule.regular(
                    found.open_minor,
                    first=date(2026, 12, 31),
                    count=min(size, found.open_minor),
                    every=service.schedule.Every.MONTH,
                )
                pledge_cases.reschedule(engine, made.pledge_id, *due)
            elif what == "write_off":
                minor = min(size, found.open_minor)
                approve(engine, ask_write_off(engine, made.pledge_id, minor))
            after = pledge_cases.row(engine, made.pledge_id)
            assert after.paid_minor + after.open_minor + after.written_off_minor == 100_001
        pledge_cases.everything_holds(engine)
