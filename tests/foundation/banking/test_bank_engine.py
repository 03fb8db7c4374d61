"""What the program matches by itself, and what it leaves to a person."""

import importlib.util
import sys
from collections import Counter
from datetime import date
from pathlib import Path
from types import ModuleType

from hypothesis import given
from hypothesis import strategies as st

from foundation.banking import engine, naming, scoring
from foundation.banking.scoring import BankItem, BookItem
from foundation.banking.sums import only_subset

DAY = date(2026, 3, 10)


def line(key: int, minor: int, name: str = "王敏", *, day: int = 10, **more: object) -> BankItem:
    return BankItem(key, DAY.replace(day=day), minor, name, **more)  # type: ignore[arg-type]


def book(key: int, minor: int, name: str = "王敏", *, day: int = 10, **more: object) -> BookItem:
    side = int(more.pop("side", 1 if minor > 0 else -1))  # type: ignore[call-overload]
    names = (name,) if name else ()
    return BookItem(key, side, DAY.replace(day=day), minor, names, **more)  # type: ignore[arg-type]


def pairs(lines: list[BankItem], books: list[BookItem]) -> dict[tuple[int, ...], set[int]]:
    found = engine.run(lines, books)
    return {one.lines: {key for key, _ in one.books} for one in found}


def test_same_amount_name_and_day_match_with_every_reason() -> None:
    (found,) = engine.run([line(1, 100_00)], [book(7, 100_00)])
    assert (found.lines, found.books, found.score) == ((1,), ((7, 1),), 90)
    assert [reason.code for reason in found.reasons] == ["amount", "name", "same_day"]


def test_colliding_amounts_go_to_their_own_names() -> None:
    lines = [line(1, 100_00, "王敏"), line(2, 100_00, "李强"), line(3, 100_00, "赵芳")]
    books = [book(7, 100_00, "李强"), book(8, 100_00, "赵芳"), book(9, 100_00, "王敏")]
    assert pairs(lines, books) == {(1,): {9}, (2,): {7}, (3,): {8}}


def test_amount_alone_is_not_enough() -> None:
    assert pairs([line(1, 100_00, "王敏")], [book(7, 100_00, "李强")]) == {}
    assert pairs([line(1, 100_00, "")], [book(7, 100_00, "李强")]) == {}


def test_names_cut_shortened_or_written_otherwise_still_match() -> None:
    whole = "武汉晨光建设股份有限公司"
    assert pairs([line(1, 5, "武汉晨光建设")], [book(7, 5, whole)]) == {(1,): {7}}
    assert pairs([line(1, 5, "張國華")], [book(7, 5, "张国华")]) == {(1,): {7}}
    assert naming.is_variant("武汉晨光建设股份", whole)
    assert not naming.is_variant("武汉晨光贸易有限公司", whole)


def test_remembered_payer_matches_the_donor() -> None:
    lines = [line(1, 100_00, "李强", donor_id=5)]
    books = [book(7, 100_00, "王敏", donors=frozenset({5}))]
    assert pairs(lines, books) == {(1,): {7}}


def test_reference_matches_across_names_and_weeks() -> None:
    lines = [line(1, 100_00, "", day=1, reference="SN20260301")]
    books = [book(7, 100_00, "李强", day=20, references=frozenset({"SN20260301"}))]
    assert pairs(lines, books) == {(1,): {7}}


def test_equal_gifts_of_one_donor_pair_in_order_of_days() -> None:
    lines = [line(1, 100_00, day=2), line(2, 100_00, day=3)]
    books = [book(7, 100_00, day=3), book(8, 100_00, day=4)]
    assert pairs(lines, books) == {(1,): {7}, (2,): {8}}


def test_one_line_between_two_equal_vouchers_is_left_to_a_person() -> None:
    assert pairs([line(1, 100_00, day=10)], [book(7, 100_00, day=9), book(8, 100_00, day=11)]) == {}


def test_one_payment_for_several_gifts_and_several_for_one() -> None:
    books = [book(7, 100_00), book(8, 250_00), book(9, 999_00)]
    assert pairs([line(1, 350_00)], books) == {(1,): {7, 8}}
    lines = [line(1, 60_00), line(2, 40_00), line(3, 15_00)]
    assert pairs(lines, [book(7, 100_00)]) == {(1, 2): {7}}


def test_sum_that_two_choices_reach_is_left_to_a_person() -> None:
    books = [book(7, 100_00), book(8, 200_00), book(9, 150_00, day=11), book(10, 150_00, day=12)]
    assert pairs([line(1, 300_00)], books) == {}


def test_voucher_of_a_day_matches_all_lines_of_the_day() -> None:
    lines = [line(1, 10_00, "甲先生"), line(2, 20_00, "乙女士"), line(3, 5_00, "丙", day=11)]
    assert pairs(lines, [book(7, 30_00, "")]) == {(1, 2): {7}}


def test_interest_and_fees_match_by_their_words() -> None:
    lines = [line(1, 123_45, "", text="结息"), line(2, -10_00, "", text="手续费")]
    books = [
        book(7, 123_45, "", day=12, rule="interest.deposit"),
        book(8, -10_00, "", text="支付银行手续费"),
    ]
    assert pairs(lines, books) == {(1,): {7}, (2,): {8}}


def test_voucher_and_its_red_copy_cancel_when_the_bank_paid_once() -> None:
    books = [
        book(7, 100_00, day=10),
        book(8, -100_00, day=12, side=1, reverses_id=7),
        book(9, 100_00, day=12),
    ]
    found = engine.run([line(1, 100_00)], books)
    assert {(one.lines, one.books) for one in found} == {
        ((), ((7, 1), (8, 1))),
        ((1,), ((9, 1),)),
    }


def test_payment_returned_by_the_bank_cancels() -> None:
    lines = [line(1, -50_00, "李强"), line(2, 50_00, "李强", day=12, text="退汇")]
    assert pairs(lines, []) == {(1, 2): set()}


def test_reasons_are_kept_and_read_back() -> None:
    reasons = scoring.explain(line(1, 5, day=12), book(7, 5), alone=True)
    assert scoring.of_json([reason.as_json() for reason in reasons]) == reasons
    assert {reason.code for reason in reasons} <= set(scoring.WORDS)


def measured() -> ModuleType:
    """The generator of the benchmark, which is not on the path of the tests."""
    path = Path(__file__).parents[3] / "benchmarks" / "bank_truth.py"
    spec = importlib.util.spec_from_file_location("bank_truth", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["bank_truth"] = module
    spec.loader.exec_module(module)
    return module


def test_generated_statement_reaches_the_precision_that_is_promised() -> None:
    bank_truth = measured()
    truth = bank_truth.generate(3000, seed=3, first=date(2026, 1, 1))
    looks = {item.number: item.look for item in truth.books}
    wanted = {item.number: Counter(looks[key] for key in item.books) for item in truth.lines}
    lines, books = bank_truth.items(truth)
    found = engine.run(lines, books)
    judged = [
        Counter(looks[key] for key, _ in one.books) == wanted[number]
        for one in found
        for number in one.lines
    ]
    assert sum(judged) >= 0.99 * len(judged)
    assert sum(judged) >= 0.9 * sum(1 for counted in wanted.values() if counted)
    # Nothing is used twice.
    assert len({number for one in found for number in one.lines}) == len(judged)
    sides = [key for one in found for key in one.books]
    assert len(set(sides)) == len(sides)


@given(st.lists(st.integers(1, 60), min_size=2, max_size=9), st.integers(2, 200))
def test_subset_adds_up_and_is_the_only_one(amounts: list[int], wanted: int) -> None:
    found = only_subset(amounts, wanted)
    values = {
        tuple(sorted(amounts[i] for i in range(len(amounts)) if bits >> i & 1))
        for bits in range(1, 1 << len(amounts))
        if bits.bit_count() <= 6
        and sum(amounts[i] for i in range(len(amounts)) if bits >> i & 1) == wanted
    }
    if found is not None:
        assert sum(amounts[i] for i in found) == wanted
        assert len(found) >= 2
        assert {several for several in values if len(several) >= 2} == {
            tuple(sorted(amounts[i] for i in found))
        }
    elif len(values) == 1:
        assert len(next(iter(values))) == 1


@given(
    st.lists(st.tuples(st.integers(1, 3), st.integers(1, 28), st.sampled_from("甲乙丙"))),
    st.lists(st.tuples(st.integers(1, 3), st.integers(1, 28), st.sampled_from("甲乙丙"))),
)
def test_proposals_always_add_up_and_use_nothing_twice(
    lines: list[tuple[int, int, str]], books: list[tuple[int, int, str]]
) -> None:
    bank = [line(i, minor, name * 2, day=day) for i, (minor, day, name) in enumerate(lines)]
    kept = [book(i, minor, name * 2, day=day) for i, (minor, day, name) in enumerate(books)]
    found = engine.run(bank, kept)
    for one in found:
        received = sum(bank[i].amount for i in one.lines)
        assert received == sum(kept[key].amount for key, _ in one.books)
        assert one.score >= scoring.AUTOMATIC
    used = [i for one in found for i in one.lines]
    assert len(set(used)) == len(used)
