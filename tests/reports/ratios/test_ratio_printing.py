"""How ratios print: half up, two decimals, zeros dropped; never the other way round."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.ratios import printing


@pytest.mark.parametrize(
    ("percent", "printed"),
    [
        ("30.2587", "30.26"),
        ("5.8", "5.8"),
        ("30.2", "30.2"),
        ("0", "0"),
        ("0.004", "0"),
        ("0.005", "0.01"),
        ("10.005", "10.01"),
        ("10.0049999", "10"),
        ("7.996", "8"),
        ("100", "100"),
        ("120", "120"),
        ("-0.004", "0"),
        ("-2.345", "-2.35"),
    ],
)
def test_form_rounds_half_up_and_drops_zeros(percent: str, printed: str) -> None:
    assert printing.as_form(Fraction(percent) / 100) == printed


def test_a_ratio_without_value_prints_blank() -> None:
    assert printing.as_form(None) == ""
    assert printing.beside_verdict(None) == ""
    assert printing.exact(None) is None


def test_four_decimals_stand_beside_a_verdict_with_their_zeros() -> None:
    assert printing.beside_verdict(Fraction("0.10581")) == "10.5810"
    assert printing.beside_verdict(Fraction(0)) == "0.0000"
    assert printing.beside_verdict(Fraction("0.07996")) == "7.9960"


@pytest.mark.parametrize(
    ("share", "printed"), [("0.06", "6"), ("0.7", "70"), ("0.125", "12.5"), ("0.12345", "12.345")]
)
def test_a_limit_prints_in_full(share: str, printed: str) -> None:
    assert printing.share(Fraction(share)) == printed


@given(st.fractions(min_value=-10, max_value=1000))
def test_printing_is_never_further_off_than_half_a_hundredth(ratio: Fraction) -> None:
    printed = Fraction(printing.as_form(ratio))
    assert abs(printed - ratio * 100) <= Fraction(1, 200)


@given(st.fractions(min_value=0, max_value=1000))
def test_the_exact_fraction_reads_back(ratio: Fraction) -> None:
    exact = printing.exact(ratio)
    assert exact is not None
    assert Fraction(exact) == ratio
