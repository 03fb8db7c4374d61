"""Single parameters of a scheme can be settled; the scheme that is stored never changes."""

from fractions import Fraction

import pytest

from foundation.matching import catalogue, parameters
from foundation.matching.schemes import Assessed, Band, Cap, Flat, Marginal, Minimum, Unit, Whole
from ledger.errors import InvalidInput


def applied(scheme_id, **values):
    return parameters.applied(catalogue.get_scheme(scheme_id), values, path="p")


def refused(scheme_id, **values):
    with pytest.raises(InvalidInput) as caught:
        applied(scheme_id, **values)
    return caught.value.data["field"]


def test_the_stored_scheme_stays_as_it_is():
    before = catalogue.get_scheme("cn-shandong-2017")
    after = applied("cn-shandong-2017", unit="receipt")
    assert after.unit == Unit("receipt")
    assert before is catalogue.get_scheme("cn-shandong-2017")
    assert before.unit != after.unit


def test_what_is_no_parameter_is_left_alone():
    assert applied("cn-hubei", colour="red", unit=None) == catalogue.get_scheme("cn-hubei")


def test_a_minimum_may_be_an_amount_or_a_table():
    plain = applied("in-pku-fund", minimum="60000.00").minimum
    assert isinstance(plain, Minimum)
    assert plain.is_soft
    assert plain.classes[0].value_minor == 6_000_000
    table = applied("cn-hubei", minimum={"value": "1.00", "cmp": "gt"}).minimum
    assert isinstance(table, Minimum)
    assert not table.classes[0].is_inclusive
    assert refused("cn-hubei", minimum={"value": "1.00", "cmp": "above"}) == "p.minimum.cmp"
    assert refused("cn-hubei", minimum="some") == "p.minimum"


def test_a_ratio_stays_under_the_maximum_of_the_scheme():
    assert applied("cn-hubei", ratio="1.2").method == Flat(Fraction(6, 5), Fraction(6, 5))
    assert refused("cn-hubei", ratio="1.21") == "p.ratio"


def test_a_maximum_ratio_belongs_to_an_assessed_or_flat_match():
    assert applied("cn-guangxi-2021", max_ratio="0.8").method == Assessed(Fraction(4, 5))
    assert applied("cn-zhejiang-2019", max_ratio="0.8").method == Assessed(Fraction(4, 5))
    flat = applied("cn-shandong-2017", max_ratio="0.8").method
    assert flat == Flat(Fraction(1), Fraction(4, 5))
    assert refused("hk-mgs-8", max_ratio="1") == "p.max_ratio"


def test_scales_replace_the_method():
    bands = [{"upto": "100", "ratio": "1"}, {"upto": None, "ratio": "0.5"}]
    assert applied("cn-central-2009", bands=bands).method == Marginal(
        (Band(0, 10_000, Fraction(1)), Band(10_000, None, Fraction(1, 2)))
    )
    brackets = [{"from": "100", "to": None, "ratio": "0.5"}]
    assert applied("cn-central-2009", brackets=brackets).method == Whole(
        (Band(10_000, None, Fraction(1, 2)),)
    )
    overlapping = [{"upto": "100", "ratio": "1"}, {"upto": "90", "ratio": "0.5"}]
    assert refused("cn-central-2009", bands=overlapping) == "p.bands[1]"


def test_ratios_by_class_belong_to_a_match_by_class():
    method = applied("in-pku-fund", ratios={"true": "2", "false": "1"}).method
    assert dict(method.ratios) == {"true": 2, "false": 1}
    assert refused("in-pku-fund", ratios={"true": "two"}) == "p.ratios.true"
    assert refused("cn-hubei", ratios={"true": "2"}) == "p.ratios"


def test_the_lower_ratio_belongs_to_a_baseline():
    assert applied("ca-on-otss", ratio_below="1").method.ratio_below == 1
    assert refused("cn-hubei", ratio_below="1") == "p.ratio_below"


def test_a_cap_fills_the_unknown_one_or_becomes_the_claimants():
    known = Cap(("claimant",), "grant", 10_000)
    assert applied("uk-hefce-2008", cap="100.00").caps == (known,)
    assert applied("cn-shandong-2017", cap="100.00").caps == (known,)
    listed = [{"per": ["donor"], "of": "grant", "value": "1.00"}]
    assert applied("cn-shandong-2017", caps=listed).caps == (Cap(("donor",), "grant", 100),)
    assert refused("cn-shandong-2017", caps=[{"per": ["donor"]}]) == "p.caps[0].of"


def test_rounding_and_the_fiscal_year_may_be_set():
    rule = applied(
        "cn-hubei", rounding={"place": "1.00", "mode": "down", "at": "claimant"}
    ).rounding
    assert (rule.place_minor, rule.mode) == (100, "down")
    assert refused("cn-hubei", rounding={"mode": "nearest"}) == "p.rounding.mode"
    assert applied("cn-hubei", fiscal_year_starts="04-01").fiscal_year_starts == "04-01"
    assert refused("cn-hubei", fiscal_year_starts="4月") == "p.fiscal_year_starts"
