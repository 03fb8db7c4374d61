"""Lines without a fund get one, so that every voucher balances within each fund."""

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from foundation.books.fund_filling import BRIDGE, Given, Part, fill


def parts(*lines: tuple[int, str | None], default: str = "GEN") -> list[tuple[int, str, int]]:
    filled = fill([Given(minor, fund) for minor, fund in lines], default=default)
    return [(part.line, part.fund, part.amount_minor) for part in filled]


def test_one_fund_takes_the_lines_without_one() -> None:
    assert parts((500, None), (-500, "SCHOL")) == [(0, "SCHOL", 500), (1, "SCHOL", -500)]


def test_without_any_fund_the_unrestricted_one_takes_all() -> None:
    assert parts((500, None), (-500, None)) == [(0, "GEN", 500), (1, "GEN", -500)]


def test_line_is_divided_between_the_funds_it_concerns() -> None:
    assert parts((26_400, "GEN"), (50_000, "EQUIP"), (-76_400, None)) == [
        (0, "GEN", 26_400),
        (1, "EQUIP", 50_000),
        (2, "GEN", -26_400),
        (2, "EQUIP", -50_000),
    ]


def test_line_of_exactly_the_amount_is_preferred() -> None:
    assert parts((900, None), (400, None), (-400, "ENDOW"), (-900, "GEN")) == [
        (0, "GEN", 900),
        (1, "ENDOW", 400),
        (2, "ENDOW", -400),
        (3, "GEN", -900),
    ]


def test_exact_match_goes_before_a_need_that_would_cut_into_it() -> None:
    filled = parts((400, None), (900, None), (-300, "A"), (-400, "B"), (-600, "GEN"))
    assert filled[:3] == [(0, "B", 400), (1, "GEN", 600), (1, "A", 300)]


def test_line_that_holds_enough_is_preferred_to_several_small_ones() -> None:
    filled = parts((5, None), (3200, None), (-1500, "SCHOL"), (-1705, "GEN"))
    assert filled[:3] == [(0, "GEN", 5), (1, "GEN", 1700), (1, "SCHOL", 1500)]


def test_several_lines_serve_a_need_that_none_can_alone() -> None:
    filled = parts((5, None), (8, None), (-10, "SCHOL"), (-3, "GEN"))
    assert filled[:3] == [(0, "SCHOL", 5), (1, "GEN", 3), (1, "SCHOL", 5)]


def test_money_of_others_is_divided_last() -> None:
    lines = [
        Given(500, None, is_agency=True),
        Given(700, None),
        Given(-500, "A"),
        Given(-700, "GEN"),
    ]
    filled = fill(lines, default="GEN")
    assert filled[0] == Part(0, "A", 500)  # it fits exactly
    lines = [
        Given(900, None, is_agency=True),
        Given(700, None),
        Given(-600, "A"),
        Given(-1000, "GEN"),
    ]
    assert fill(lines, default="GEN")[0] == Part(0, "GEN", 900)


def test_transfer_between_funds_is_bridged_by_a_pair() -> None:
    assert parts((600, "LAB"), (-600, "GEN")) == [
        (0, "LAB", 600),
        (1, "GEN", -600),
        (BRIDGE, "GEN", 600),
        (BRIDGE, "LAB", -600),
    ]


def test_red_lines_are_divided_like_others() -> None:
    assert parts((-100, None), (60, "A"), (40, "B"))[:2] == [(0, "A", -60), (0, "B", -40)]


FUNDS = ("GEN", "A", "B", "C")
AMOUNTS = st.integers(-10_000, 10_000).filter(bool)
LINES = st.lists(st.tuples(AMOUNTS, st.sampled_from([None, *FUNDS])), min_size=1, max_size=12)


@given(LINES, st.sampled_from([None, *FUNDS]))
def test_filled_vouchers_balance_and_keep_every_amount(
    lines: list[tuple[int, str | None]], last: str | None
) -> None:
    rest = -sum(minor for minor, _ in lines)
    balanced = [*lines, (rest, last)] if rest else lines
    filled = fill([Given(minor, fund) for minor, fund in balanced], default="GEN")
    by_fund: dict[str, int] = defaultdict(int)
    by_line: dict[int, int] = defaultdict(int)
    for part in filled:
        assert part.amount_minor != 0
        by_fund[part.fund] += part.amount_minor
        by_line[part.line] += part.amount_minor
        if part.line != BRIDGE and balanced[part.line][1] is not None:
            assert part.fund == balanced[part.line][1]
    assert set(by_fund.values()) <= {0}
    assert by_line.pop(BRIDGE, 0) == 0
    assert dict(by_line) == {i: minor for i, (minor, _) in enumerate(balanced)}


@given(LINES)
def test_the_same_lines_give_the_same_funds(lines: list[tuple[int, str | None]]) -> None:
    balanced = [Given(minor, fund) for minor, fund in lines]
    assert fill(balanced, default="GEN") == fill(list(balanced), default="GEN")
