"""Samples of real books: the population ties, and the sample is the same on every database."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import Engine

from foundation import database
from foundation.auditing import drawing, evidence, plans, populations
from foundation.auditing.drawing import Drawn, Item, Keeper
from foundation.auditing.sampling import Method
from ledger.balances import Span
from tests import factories
from tests.databases import DIALECTS, Databases
from tests.factories import BANK, cr, dr
from tests.foundation.gifts import gift_cases
from tests.refusals import refused

YEAR = Span(202600, 202612)


def build(engine: Engine) -> None:
    """Thirty vouchers in two words over three months, one of them undone in red, and a closing."""
    factories.install_books(engine)
    drafts = [
        factories.voucher(
            engine,
            dr(BANK, "SCHOL", 100_00 * number),
            cr("410102", "SCHOL", 100_00 * number),
            on=date(2026, 1 + number % 3, 1 + number % 25),
            summary=f"第 {number} 笔",
            word="收" if number % 4 == 0 else "记",
        )
        for number in range(1, 31)
    ]
    keys = factories.book(engine, *drafts)
    factories.post_reversal(engine, keys[3], on=date(2026, 3, 20))
    factories.close_periods(engine, 202511, 202512)


@pytest.fixture(scope="module", params=DIALECTS)
def sampled(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Engine]:
    with databases.prepared(request.param, "sampled", build) as engine:
        yield engine


def drawn(
    engine: Engine, given: dict[str, str] | None = None, *, span: Span = YEAR, **more: str
) -> tuple[Drawn, list[Item]]:
    with database.reading(engine) as session:
        plan = plans.read(session, (given or {}) | more, period="2026", span=span)
        found = drawing.draw(session, plan)
        return found, drawing.items(session, found)


def test_population_is_what_the_books_have(sampled: Engine) -> None:
    found, _ = drawn(sampled)

    assert found.sample.count == 62
    # Thirty vouchers and the red copy of the fourth, each on both sides.
    assert found.debit_minor == found.credit_minor == 46_500_00 - 400_00
    assert found.sample.total_minor == 2 * (46_500_00 + 400_00)
    assert found.red_count == 2
    assert found.ties is True


def test_part_of_the_population_ties_too(sampled: Engine) -> None:
    found, items = drawn(sampled, account=BANK, side="debit", fund="SCHOL", method="random")

    assert found.ties is True
    assert found.credit_minor == 0
    assert {item.account_code for item in items} == {BANK}
    assert all(item.debit_minor is not None for item in items)


def test_population_that_lost_a_line_does_not_tie(sampled: Engine) -> None:
    with database.reading(sampled) as session:
        plan = plans.read(session, {}, period="2026", span=YEAR)
        whole = drawing.draw(session, plan)
        said = populations.control(session, plan)
    assert said is not None
    assert (said.debit_minor, said.credit_minor) == (whole.debit_minor, whole.credit_minor)
    short = Drawn(
        plan=plan,
        sample=whole.sample,
        keys=whole.keys,
        debit_minor=whole.debit_minor - 1,
        credit_minor=whole.credit_minor,
        red_count=0,
        control=said,
    )
    assert short.ties is False


def test_sample_is_the_same_on_both_databases(databases: Databases) -> None:
    questions: tuple[dict[str, str], ...] = (
        {"method": "units", "size": "7", "seed": "种子"},
        {"method": "random", "size": "9", "seed": "种子"},
        {"method": "bands", "bands": "1000:2, 2000:3, *:全部", "seed": "种子"},
        {"method": "groups", "size": "2", "seed": "种子"},
        {"method": "random", "population": "vouchers", "size": "5", "seed": "种子"},
    )
    answers = []
    for dialect in DIALECTS:
        with databases.prepared(dialect, "sampled", build) as engine:
            answers.append(
                [
                    [(item.key, item.selected) for item in drawn(engine, given)[1]]
                    for given in questions
                ]
            )

    assert answers[0] == answers[1]
    assert all(answers[0])


def test_vouchers_and_threshold(sampled: Engine) -> None:
    found, items = drawn(sampled, population="vouchers", method="threshold", least="2800")

    assert sorted(item.selected.amount_minor for item in items) == [2_800_00, 2_900_00, 3_000_00]
    assert all(item.selected.is_certain for item in items)
    assert found.sample.count == 31
    assert found.ties is None


def test_opening_and_closing_vouchers_are_left_out_unless_wanted(databases: Databases) -> None:
    def closed(engine: Engine) -> None:
        factories.install_books(engine)
        factories.book(engine, factories.opening_voucher(engine, year=2025))
        factories.post_gift(engine, on=date(2025, 12, 5))
        factories.close_periods(engine, 202511, 202512)

    with databases.prepared("sqlite", "sampled-closed", closed) as engine:
        year = Span(202500, 202512)
        without, _ = drawn(engine, span=year)
        with_closing, _ = drawn(engine, span=year, closing="included")

    assert without.ties is True
    assert with_closing.ties is True
    assert without.sample.count == 2
    assert with_closing.sample.count > without.sample.count


def test_gifts_that_no_longer_stand_are_not_drawn(books: Engine) -> None:
    kept = gift_cases.posted(books, minor=500_00)
    gone = gift_cases.posted(books, minor=700_00)
    gift_cases.cancel(books, gone.gift_id)
    gift_cases.recorded(books, minor=900_00)

    found, items = drawn(books, population="gifts", method="random")

    assert [item.gift_id for item in items] == [kept.gift_id]
    assert found.sample.total_minor == 500_00
    with database.reading(books) as session:
        behind = evidence.gather(session, items[0].voucher_id, gift_id=kept.gift_id)
    assert [gift.id for gift in behind.gifts] == [kept.gift_id]
    assert evidence.NO_BILL in behind.missing
    assert evidence.NO_FILES in behind.missing
    assert evidence.NO_BANK not in behind.missing


def test_sample_is_kept_until_the_books_change(databases: Databases) -> None:
    keeper = Keeper()
    with databases.prepared("sqlite", "sampled", build) as engine:
        with database.reading(engine) as session:
            plan = plans.read(session, {}, period="2026", span=YEAR)
            first = keeper.draw(session, plan)
            assert keeper.draw(session, plan) is first
        factories.post_gift(engine)
        with database.reading(engine) as session:
            assert keeper.draw(session, plan).sample.count == first.sample.count + 2


def test_item_beyond_the_sample_is_not_found(sampled: Engine) -> None:
    found, items = drawn(sampled, method="random", size="3")

    assert [item.number for item in items] == [1, 2, 3]
    for number in (0, 4, -1):
        with refused("not_in_sample"):
            drawing.place_of(found, number)


@pytest.mark.parametrize(
    ("given", "code", "saying"),
    [
        ({"population": "cats"}, "invalid", "总体"),
        ({"method": "guess"}, "invalid", "抽样方法"),
        ({"method": "random", "size": "0"}, "invalid", "样本量"),
        ({"method": "random", "size": "1e3"}, "invalid", "样本量"),
        ({"method": "random", "size": "99999999999999999999"}, "invalid", "样本量"),
        ({"method": "random", "seed": "x" * 65}, "invalid", "随机种子"),
        ({"method": "random", "seed": "a|b"}, "invalid", "随机种子"),
        ({"method": "threshold", "least": "-5"}, "invalid", "金额起点"),
        ({"method": "threshold", "least": "much"}, "invalid_amount", ""),
        ({"method": "bands"}, "invalid", "金额分层"),
        ({"method": "bands", "bands": "1000"}, "invalid", "金额分层"),
        ({"method": "bands", "bands": "2000:3, 1000:2"}, "invalid", "从小到大"),
        ({"method": "bands", "bands": "*:3, 1000:2"}, "invalid", "最后一层"),
        ({"method": "units", "tolerable": "0"}, "invalid", "可容忍错报"),
        ({"method": "units", "confidence": "94"}, "invalid", "置信水平"),
        ({"method": "groups", "population": "gifts"}, "invalid", "分录"),
        ({"population": "vouchers", "account": "1002"}, "invalid", "分录"),
        ({"account": "9999"}, "unknown_account", ""),
        ({"fund": "NONE"}, "unknown_fund", ""),
    ],
)
def test_what_cannot_be_drawn_is_refused_by_name(
    sampled: Engine, given: dict[str, str], code: str, saying: str
) -> None:
    if sampled.dialect.name != "sqlite":
        return
    with refused(code, saying):
        drawn(sampled, given)


def test_full_width_signs_and_units_are_read() -> None:
    bands = plans._bands("1万：5，10万：10，*：全部")

    assert [(band.upto_minor, band.size) for band in bands] == [
        (10_000_00, 5),
        (100_000_00, 10),
        (None, None),
    ]


def test_tolerable_misstatement_sets_the_interval(sampled: Engine) -> None:
    found, _ = drawn(sampled, method="units", tolerable="9000", confidence="95")

    assert found.plan.method is Method.UNITS
    assert found.sample.interval_minor == 3_000_00
