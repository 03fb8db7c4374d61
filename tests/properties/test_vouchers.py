"""Whatever balances within its funds is posted; one changed amount and it is refused."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from foundation import database
from ledger import drafting, posting
from ledger.drafting import total_of
from ledger.errors import DomainError
from ledger.policy import Policy
from ledger.vouchers import Line, Side, VoucherDraft
from tests import factories
from tests.databases import DIALECTS, Databases
from tests.factories import CLOCK, PREPARER, REVIEWER

FUNDS = ("GEN", "SCHOL", "LAB", "ENDOW")
ACCOUNTS = ("100201", "1122", "2209", "3101", "410101", "410102", "510102")
AMOUNTS = st.integers(-(10**12), 10**12).filter(bool)
SIDES = st.sampled_from(list(Side))

# A fund's lines: any amounts, and one more line that brings the fund to zero.
FREE_LINES = st.lists(
    st.tuples(st.integers(0, len(ACCOUNTS) - 1), SIDES, AMOUNTS), min_size=1, max_size=5
).filter(lambda lines: sum(amount for _, _, amount in lines) != 0)
BY_FUND = st.dictionaries(st.sampled_from(FUNDS), FREE_LINES, min_size=1, max_size=3)
Parts = dict[str, list[tuple[int, Side, int]]]


def install_lenient_books(engine: Engine) -> None:
    factories.install_books(engine)
    factories.change_policy(engine, Policy(overspending_refused=False))


@pytest.fixture(scope="module", params=DIALECTS)
def lenient(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    """Books that the examples share: what they post does not disturb the next one."""
    with databases.prepared(request.param, "lenient", install_lenient_books) as engine:
        yield engine


def balanced(engine: Engine, parts: Parts, order: list[float]) -> VoucherDraft:
    """Make a voucher that balances within every fund, its lines in any order."""
    known = factories.known(engine)
    accounts = [known.account("2024", code).id for code in ACCOUNTS]
    lines = []
    for fund, free in parts.items():
        key = known.fund(fund).id
        lines += [Line(accounts[account], key, side, amount) for account, side, amount in free]
        rest = -sum(amount for _, _, amount in free)
        lines.append(Line(accounts[0], key, Side.DEBIT, rest))
    ranked = sorted(range(len(lines)), key=lambda i: order[i % len(order)])
    return VoucherDraft(
        booked_on=date(2026, 2, 3),
        summary="任意凭证",
        lines=tuple(lines[i] for i in ranked),
        attachment_count=1,
    )


@settings(max_examples=25)
@given(parts=BY_FUND, order=st.lists(st.integers(0, 99).map(float), min_size=1, max_size=9))
def test_every_balanced_voucher_is_posted(
    lenient: Engine, parts: Parts, order: list[float]
) -> None:
    draft = balanced(lenient, parts, order)
    (key,) = factories.book(lenient, draft)
    head, lines = factories.head(lenient, key), factories.lines(lenient, key)
    assert [(line.account_id, line.fund_id, line.side, line.amount_minor) for line in lines] == [
        (line.account_id, line.fund_id, int(line.side), line.amount_minor) for line in draft.lines
    ]
    assert head.total_minor == total_of(draft.lines)
    assert sum(line.amount_minor for line in lines) == 0


@settings(max_examples=25)
@given(parts=BY_FUND, which=st.integers(0, 99), by=st.integers(-(10**6), 10**6).filter(bool))
def test_one_changed_amount_is_refused(lenient: Engine, parts: Parts, which: int, by: int) -> None:
    draft = balanced(lenient, parts, [0.0])
    lines = list(draft.lines)
    at = which % len(lines)
    lines[at] = replace(lines[at], amount_minor=lines[at].amount_minor + by)
    with pytest.raises(DomainError) as caught:
        factories.prepare(lenient, replace(draft, lines=tuple(lines)))
    # A line that became nothing is refused as such before the voucher is summed.
    assert caught.value.code == ("unbalanced" if lines[at].amount_minor else "invalid")


@settings(max_examples=20)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["记", "收", "付"]),
            st.sampled_from([date(2025, 11, 3), date(2026, 1, 5), date(2026, 2, 7)]),
            st.sampled_from(["post", "discard", "undo"]),
        ),
        max_size=12,
    )
)
def test_numbers_have_no_gap_whatever_happens_on_the_way(
    lenient: Engine, acts: list[tuple[str, date, str]]
) -> None:
    """Every series stays gap-free, over all examples together."""
    for word, day, act in acts:
        draft = replace(factories.gift_voucher(lenient, minor=1_00, on=day), word=word)
        if act == "post":
            factories.book(lenient, draft)
        elif act == "undo":
            with pytest.raises(Undone):
                book_and_undo(lenient, draft)
        else:
            keys = factories.prepare(lenient, draft)
            with database.transaction(lenient) as session:
                posting.discard(session, keys, reason="作废", actor=PREPARER, clock=CLOCK)
    found = [item for item in factories.findings(lenient) if item.check == "numbers_gap_free"]
    assert found == []


class Undone(Exception):
    """What ends a transaction in the middle."""


def book_and_undo(engine: Engine, draft: VoucherDraft) -> None:
    with database.transaction(engine) as session:
        keys = drafting.draft(session, [draft], actor=PREPARER, clock=CLOCK)
        posting.post(session, keys, actor=REVIEWER, clock=CLOCK, reviewing=True).require()
        raise Undone


def test_books_of_all_examples_are_sound(lenient: Engine) -> None:
    assert factories.findings(lenient) == []
