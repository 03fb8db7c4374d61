"""A supplementary claim is the whole less what was claimed, under every method."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from foundation import database
from foundation.claims import awards, clawbacks, computing, whatif
from foundation.claims.awards import NewAward
from foundation.claims.kinds import Payee
from foundation.claims.models import Claim
from foundation.donors.service import DonorRef
from ledger.clock import FixedClock
from tests import factories
from tests.databases import Databases
from tests.factories import CLOCK, PREPARER, REVIEWER
from tests.foundation.claims import claim_cases as cases
from tests.foundation.gifts import gift_cases
from tests.refusals import refused

_HEAD = cases.TEXT.partition("    unit: receipt")[0]
_TAIL = """
    pool: {period: year, rule: none, amount: "900000000.00"}
    rounding: {place: "0.01", mode: half_up, at: claimant, sourced: true}
    consequences: {donation_returned: {notify_within_days: 30, repay_match: true}}
    src: [PLAN]
"""
_RULES = """    gift_rules:
      - {use: law.is_a_gift}
      - {use: cn.cash_received, clause: 第五条}
"""


def _scheme(match: str, *, unit: str = "receipt", more: str = "") -> str:
    return f"{_HEAD}    unit: {unit}\n{_RULES}{more}    match: {match}\n{_TAIL}"


FLAT = _scheme('{method: flat, ratio: "1/3", max_ratio: "1"}')
MARGINAL = _scheme(
    '{method: marginal, bands: [{from: "0", upto: "100000.00", ratio: "1"},'
    ' {from: "100000.00", upto: "200000.00", ratio: "1/2"},'
    ' {from: "200000.00", upto: null, ratio: "1/3"}]}'
)
WHOLE = _scheme(
    '{method: whole, brackets: [{from: "50000.00", to: "99999.99", ratio: "0.30"},'
    ' {from: "100000.00", to: null, ratio: "0.50"}]}',
    unit="agreement_year",
)
CAPPED = _scheme(
    '{method: flat, ratio: "1/2", max_ratio: "1"}',
    more='    caps: [{per: [donor, calendar_year], of: grant, value: "40000.00"}]\n',
)
MINIMUM = _scheme(
    '{method: flat, ratio: "1/2", max_ratio: "1"}',
    unit="agreement_year",
    more='    minimum: {value: "100000.00", cmp: ge}\n',
)
EVERY = {
    "flat": FLAT, "marginal": MARGINAL, "whole": WHOLE, "capped": CAPPED, "minimum": MINIMUM,
}  # fmt: skip


@pytest.fixture
def books(databases: Databases) -> Iterator[Engine]:
    """Books on SQLite; one test below does the same on PostgreSQL."""
    with databases.prepared("sqlite", "books", factories.install_books) as engine:
        yield engine


def _prepare(engine: Engine, folder: Path, text: str) -> None:
    cases.scheme(engine, text)
    for question in cases.NO:
        cases.decide(engine, question, False)
    cases.confirm_all(engine, folder)


def _give(engine: Engine, who: DonorRef, *amounts: int, on: date = gift_cases.DAY) -> list[int]:
    """Record gifts of one donor under one agreement."""
    made = [
        gift_cases.record(
            engine,
            gift_cases.entry(
                who,
                minor=minor,
                received_on=on,
                allocations=(("SCHOL", minor),),
                agreement="协议-1",
            ),
        )
        for minor in amounts
    ]
    gift_cases.post(engine, *[item.voucher_id for item in made])
    return [item.gift_id for item in made]


def _claim(engine: Engine) -> Claim:
    claim = cases.compute(engine)
    return cases.freeze(engine, claim.id)


def _at_once(engine: Engine) -> int | None:
    """What one claim of all gifts of the year would ask for."""
    with database.reading(engine) as session:
        (outcome,) = whatif.compare(session, [cases.CODE], cases.YEAR, clock=CLOCK)
    return outcome.matched_low


def _claimed(engine: Engine) -> int:
    with database.reading(engine) as session:
        rows = session.execute(select(Claim.matched_low).order_by(Claim.id)).scalars()
        return sum(row or 0 for row in rows)


@pytest.mark.parametrize(
    ("method", "first", "late", "asked"),
    [
        # 33,333.34 / 3 = 11,111.1133…; both together 66,666.68 / 3 = 22,222.2266… = 22,222.23,
        # so the second claim asks for the fen that the first rounding left: 22,222.23 - 11,111.11.
        ("flat", (33_333_34,), (33_333_34,), (11_111_11, 11_111_12)),
        # 150,000: 100,000 + 25,000. 250,000: 100,000 + 50,000 + 50,000/3 = 166,666.67.
        ("marginal", (150_000_00,), (100_000_00,), (125_000_00, 41_666_67)),
        # 60,000 x 0.3 = 18,000; with the late one the agreement reaches 110,000 x 0.5 = 55,000.
        ("whole", (60_000_00,), (50_000_00,), (18_000_00, 37_000_00)),
        # Half of 70,000 is 35,000; half of 90,000 is 45,000, and the cap is 40,000.
        ("capped", (70_000_00,), (20_000_00,), (35_000_00, 5_000_00)),
        # The late 10,000 are too small alone and count with the 100,000 that are claimed.
        ("minimum", (100_000_00,), (10_000_00,), (50_000_00, 5_000_00)),
    ],
)
def test_original_and_supplement_come_to_the_claim_of_all(
    books: Engine,
    tmp_path: Path,
    method: str,
    first: Sequence[int],
    late: Sequence[int],
    asked: tuple[int, int],
) -> None:
    _prepare(books, tmp_path, EVERY[method])
    who = gift_cases.donor(books)
    _give(books, who, *first)
    original = _claim(books)
    _give(books, who, *late)

    second = _claim(books)

    assert (original.matched_low, second.matched_low) == asked
    assert sum(asked) == _at_once(books)
    assert (second.sequence, second.recognised_low) == (1, sum(late))
    assert cases.findings(books) == []


def test_late_gift_of_an_earlier_day_does_not_take_the_cap_from_what_was_claimed(
    books: Engine, tmp_path: Path
) -> None:
    _prepare(books, tmp_path, CAPPED)
    who = gift_cases.donor(books)
    _give(books, who, 80_000_00)
    _claim(books)
    _give(books, who, 10_000_00, on=gift_cases.DAY - timedelta(days=1))

    second = _claim(books)

    # The cap of 40,000 is drawn; the late gift is recognised and draws nothing.
    assert (second.recognised_low, second.matched_low) == (10_000_00, 0)
    assert _claimed(books) == _at_once(books) == 40_000_00


def test_supplement_and_return_on_postgresql(databases: Databases, tmp_path: Path) -> None:
    with databases.prepared("postgresql", "books", factories.install_books) as engine:
        _prepare(engine, tmp_path, WHOLE)
        who = gift_cases.donor(engine)
        (first,) = _give(engine, who, 60_000_00)
        _claim(engine)
        _give(engine, who, 50_000_00)
        _claim(engine)
        assert _claimed(engine) == _at_once(engine) == 55_000_00
        cases.refund_later(engine, first, 10_000_00)

        with database.reading(engine) as session:
            (item,) = clawbacks.returned_after_claim(session)
            # 110,000 at 0.50; 100,000 are still in the upper bracket.
            assert clawbacks.repayment_of(session, item).repay_minor == 5_000_00


def test_third_claim_takes_off_both_earlier_ones(books: Engine, tmp_path: Path) -> None:
    _prepare(books, tmp_path, MARGINAL)
    who = gift_cases.donor(books)
    for minor, asked in ((90_000_00, 90_000_00), (60_000_00, 35_000_00), (90_000_00, 38_333_33)):
        # 90,000; 150,000 comes to 125,000; 240,000 to 100,000 + 50,000 + 40,000/3.
        _give(books, who, minor)
        assert _claim(books).matched_low == asked

    assert _claimed(books) == _at_once(books) == 163_333_33


def test_deciding_on_a_late_gift_keeps_the_supplement_whole(books: Engine, tmp_path: Path) -> None:
    _prepare(books, tmp_path, WHOLE)
    who = gift_cases.donor(books)
    _give(books, who, 60_000_00)
    _claim(books)
    (late,) = _give(books, who, 50_000_00)
    draft = cases.compute(books)
    cases.decide(books, "gift.must_be_passed_on", True, gift_id=late)

    with database.transaction(books) as session:
        computing.reevaluate(session, draft.id, [late], actor=PREPARER, clock=CLOCK)

    with database.reading(books) as session:
        again = computing.get_claim(session, draft.id)
        assert (again.eligible_count, again.matched_low) == (0, 0)


@pytest.mark.parametrize(
    ("method", "given_minor", "back", "repaid"),
    [
        ("flat", (30_000_00, 60_000_00), 30_000_00, 10_000_00),
        # 240,000 came to 163,333.33; 180,000 comes to 140,000: the highest slices go first.
        ("marginal", (90_000_00, 150_000_00), 60_000_00, 23_333_33),
        # 120,000 at 0.50 is 60,000; 70,000 at 0.30 is 21,000.
        ("whole", (120_000_00,), 50_000_00, 39_000_00),
        # Half of 100,000 met the cap of 40,000; half of 90,000 still does.
        ("capped", (100_000_00,), 10_000_00, 0),
        # 90,000 are below the minimum: all of the match goes.
        ("minimum", (120_000_00,), 30_000_00, 60_000_00),
    ],
)
def test_return_takes_back_what_it_had_drawn(
    books: Engine,
    tmp_path: Path,
    method: str,
    given_minor: Sequence[int],
    back: int,
    repaid: int,
) -> None:
    _prepare(books, tmp_path, EVERY[method])
    gifts = _give(books, gift_cases.donor(books), *given_minor)
    _claim(books)
    cases.refund_later(books, gifts[-1], back)

    with database.reading(books) as session:
        (item,) = clawbacks.returned_after_claim(session)
        repayment = clawbacks.repayment_of(session, item)

    assert repayment.repay_minor == repaid


def test_supplement_after_a_clawback_does_not_pay_it_back_twice(
    books: Engine, tmp_path: Path
) -> None:
    _prepare(books, tmp_path, FLAT)
    who = gift_cases.donor(books)
    (first,) = _give(books, who, 90_000_00)
    claim = _claim(books)
    cases.submit(books, claim.id)
    _award(books, claim.id, 30_000_00)
    change = cases.refund_later(books, first, 30_000_00)
    later = FixedClock(instant=CLOCK.instant + timedelta(hours=2))
    with database.transaction(books) as session:
        clawbacks.claw_back(
            session, claim.id, first, change_id=change, repay_minor=10_000_00,
            notified_on=None, reason="按办法", actor=REVIEWER, clock=later,
        )  # fmt: skip
    _give(books, who, 60_000_00)

    second = _claim(books)

    assert second.matched_low == 20_000_00
    assert cases.findings(books) == []


def _award(engine: Engine, claim_id: int, minor: int) -> None:
    with database.transaction(engine) as session:
        awards.record_award(
            session,
            claim_id,
            NewAward(minor, date(2026, 11, 21), "下达通知", "测财教〔2026〕9号", Payee.UNIVERSITY),
            actor=PREPARER,
            clock=CLOCK,
        )


def test_scheme_that_became_smaller_claims_nothing_until_it_is_clawed_back(
    books: Engine, tmp_path: Path
) -> None:
    _prepare(books, tmp_path, MARGINAL)
    who = gift_cases.donor(books)
    _give(books, who, 90_000_00)
    _claim(books)
    cases.scheme(books, MARGINAL.replace('ratio: "1"}', 'ratio: "1/10"}'))
    _give(books, who, 30_000_00)

    draft = cases.compute(books)

    # All of 120,000 come to 20,000 now, and 90,000 are claimed: never negative, never final.
    assert (draft.matched_low, draft.matched_high) == (0, 0)
    assert "claim.overclaimed" in {item["parameter"] for item in computing.blockers_of(draft)}
    with refused("scheme_incomplete"):
        cases.freeze(books, draft.id)


_AMOUNTS = st.lists(st.integers(1_00, 120_000_00), min_size=1, max_size=3)


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(method=st.sampled_from(sorted(EVERY)), parts=st.lists(_AMOUNTS, min_size=2, max_size=3))
def test_parts_of_a_year_come_to_the_whole(
    databases: Databases,
    tmp_path_factory: pytest.TempPathFactory,
    method: str,
    parts: list[list[int]],
) -> None:
    """Whatever comes late and however it is cut up; what is too small waits for the rest."""
    with databases.prepared("sqlite", "books", factories.install_books) as books:
        _prepare(books, tmp_path_factory.mktemp("papers"), EVERY[method])
        who = gift_cases.donor(books)
        for amounts in parts:
            _give(books, who, *amounts)
            claim = cases.compute(books)
            if claim.eligible_count:
                cases.freeze(books, claim.id)

        assert _claimed(books) == _at_once(books)
