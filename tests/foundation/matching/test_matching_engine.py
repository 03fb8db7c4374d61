"""The engine on its own types: ranges, decisions, streams, units, and refusals."""

import dataclasses
from datetime import date
from fractions import Fraction

import pytest

from foundation.matching import catalogue, engine, plan, summary
from foundation.matching.facts import Context, Decision, Gift
from foundation.matching.results import GiftStatus, ResultStatus
from foundation.matching.schemes import (
    Band,
    Cap,
    Flat,
    Marginal,
    Minimum,
    MinimumClass,
    Scheme,
    SchemeStatus,
    Unit,
    Window,
)
from ledger.errors import InvalidInput

DAY = date(2025, 6, 15)


def scheme(**parts):
    built = {
        "id": "t",
        "title": "演练",
        "status": SchemeStatus.USABLE,
        "doc": "演练〔2025〕1号",
        "family": "t",
        "in_force_from": date(2025, 1, 1),
        "unit": Unit("receipt"),
        "method": Flat(Fraction(1, 3)),
        "minimum": Minimum((MinimumClass(1000, is_inclusive=True),)),
        **parts,
    }
    return Scheme(**built)


def gift(name, amount, *, day=DAY, **parts):
    facts = {"gift.cash_received_on": day, **parts.pop("facts", {})}
    return Gift(id=name, amount_minor=amount, facts=facts, **parts)


def test_thirds_are_rounded_once_at_the_claimant():
    result = engine.evaluate(scheme(), [gift("a", 1000), gift("b", 1000), gift("c", 1000)])
    assert result.matched_minor == 1000
    assert [item.matched_min for item in result.gifts] == [Fraction(1000, 3)] * 3


def test_results_come_back_in_the_order_of_the_gifts():
    gifts = [gift("b", 2000, day=date(2025, 9, 1)), gift("a", 2000)]
    assert [item.gift for item in engine.evaluate(scheme(), gifts).gifts] == ["b", "a"]


def test_a_gift_given_twice_is_refused():
    with pytest.raises(InvalidInput):
        engine.evaluate(scheme(), [gift("a", 1000), gift("a", 2000)])


def test_a_gift_of_nothing_is_refused():
    with pytest.raises(InvalidInput):
        gift("a", 0)
    with pytest.raises(InvalidInput):
        gift("a", 100, refunded_minor=101)
    with pytest.raises(InvalidInput):
        gift("a", 100, realised_minor=-1)


def test_a_decision_needs_a_reason():
    with pytest.raises(InvalidInput):
        Decision(fact="gift.named", value=True, reason="  ")


def test_two_live_decisions_may_not_disagree():
    one = Decision(fact="gift.named", value=True, reason="甲", gift="a", id="1")
    other = Decision(fact="gift.named", value=False, reason="乙", gift="a", id="2")
    with pytest.raises(InvalidInput):
        engine.evaluate(scheme(), [gift("a", 1000)], decisions=[one, other])
    newer = dataclasses.replace(other, supersedes="1")
    result = engine.evaluate(scheme(), [gift("a", 1000)], decisions=[one, newer])
    assert result.decisions == (newer,)


def test_a_decision_about_a_parameter_that_cannot_be_is_refused():
    with pytest.raises(InvalidInput) as caught:
        engine.evaluate(
            scheme(), [gift("a", 1000)], decisions=[Decision("unit", "heap", "没有依据")]
        )
    assert caught.value.data["field"] == "decision.unit"


def test_the_claimant_must_be_named_for_a_final_claim():
    hubei = catalogue.get_scheme("cn-shandong-2017")
    result = engine.evaluate(hubei, [])
    assert "claimant" in {item.state for item in result.blockers}


def test_missing_money_and_missing_knowledge_are_two_things():
    window = Window("gift.cash_received_on", period="previous_year")
    context = Context(claim_year=2026)
    pledge = gift("a", 5000, day=None)
    unknown = Gift(id="b", amount_minor=5000, facts={})
    result = engine.evaluate(scheme(window=window), [pledge, unknown], context=context)
    assert [item.status for item in result.gifts] == [
        GiftStatus.INELIGIBLE,
        GiftStatus.NEEDS_DECISION,
    ]
    assert result.gifts[0].codes == ("NOT_RECEIVED",)
    assert result.gifts[1].questions[0].fact == "gift.cash_received_on"
    assert (result.recognised_min, result.recognised_max) == (0, 5000)


def test_an_unknown_minimum_makes_a_computed_match_a_bound():
    unread = catalogue.get_scheme("cn-hubei").minimum
    result = engine.evaluate(scheme(minimum=unread), [gift("a", 900)])
    assert result.status is ResultStatus.UPPER_BOUND
    assert (result.matched_min, result.matched_max) == (0, 300)
    assert "minimum" in result.missing


def test_a_minimum_that_excludes_its_edge():
    strict = Minimum((MinimumClass(1000, is_inclusive=False),))
    result = engine.evaluate(scheme(minimum=strict), [gift("a", 1000), gift("b", 1001)])
    assert [item.status for item in result.gifts] == [GiftStatus.INELIGIBLE, GiftStatus.ELIGIBLE]


@pytest.mark.parametrize(
    ("kind", "parts", "recognised"),
    [
        ("receipt", {}, 0),
        ("agreement", {"agreement": "X"}, 1200),
        ("agreement_year", {"agreement": "X"}, 0),
        ("project", {"project": "X"}, 1200),
        ("project_year", {"project": "X"}, 0),
        ("donor", {"facts": {"donor.id": "X"}}, 1200),
        ("donor_year", {"facts": {"donor.id": "X"}}, 0),
        ("claimant_total", {}, 1200),
        ("claimant_year", {}, 0),
        ("agreement", {}, 0),
        ("donor", {}, 0),
    ],
)
def test_what_counts_as_one_gift(kind, parts, recognised):
    gifts = [gift("a", 600, **dict(parts)), gift("b", 600, day=date(2026, 1, 2), **dict(parts))]
    result = engine.evaluate(scheme(unit=Unit(kind)), gifts)
    assert result.recognised_minor == recognised


def test_a_refused_instalment_does_not_help_its_sisters():
    gifts = [
        gift("a", 600, agreement="X"),
        gift("b", 600, agreement="X", facts={"gift.already_claimed": True}),
    ]
    result = engine.evaluate(scheme(unit=Unit("agreement")), gifts)
    assert [item.codes for item in result.gifts] == [("BELOW_MINIMUM",), ("DUPLICATE_CLAIM",)]


def test_caps_are_used_up_in_the_order_of_receipt_and_not_of_the_list():
    capped = scheme(
        method=Flat(Fraction(1)),
        minimum=None,
        caps=(Cap(("donor", "calendar_year"), "grant", 500),),
    )
    gifts = [
        gift("late", 400, day=date(2025, 9, 1), facts={"donor.id": "D"}),
        gift("early", 300, day=date(2025, 2, 1), facts={"donor.id": "D"}),
        gift("next", 400, day=date(2026, 1, 1), facts={"donor.id": "D"}),
        gift("other", 900, day=date(2025, 2, 1), facts={"donor.id": "E"}),
    ]
    result = engine.evaluate(capped, gifts)
    assert {item.gift: item.matched_min for item in result.gifts} == {
        "late": 200,
        "early": 300,
        "next": 400,
        "other": 500,
    }
    assert result.matched_minor == 1400


def test_what_one_cap_refuses_is_not_drawn_from_another():
    caps = (Cap(("donor",), "grant", 100), Cap(("scheme",), "grant", 250))
    capped = scheme(method=Flat(Fraction(1)), minimum=None, caps=caps)
    gifts = [gift(name, 1000, facts={"donor.id": name}) for name in "abc"]
    result = engine.evaluate(capped, gifts)
    assert [item.matched_min for item in result.gifts] == [100, 100, 50]
    assert result.gifts[2].cap_code == "CAP_PARTLY_USED"


def test_an_open_gift_before_a_capped_one_gives_a_range_that_holds_both():
    capped = scheme(
        method=Flat(Fraction(1)),
        minimum=None,
        caps=(Cap(("claimant",), "grant", 500),),
        window=Window("gift.cash_received_on", period="previous_year"),
    )
    gifts = [Gift(id="open", amount_minor=400, facts={}), gift("sure", 300)]
    result = engine.evaluate(capped, gifts, context=Context(claim_year=2026))
    assert result.status is ResultStatus.NEEDS_DECISION
    assert (result.matched_min, result.matched_max) == (300, 500)


def test_a_slice_without_a_ratio_is_only_missed_when_it_is_reached():
    unread = catalogue.get_scheme("cn-hubei").minimum
    bands = Marginal((Band(0, 1000, Fraction(1)), Band(1000, None, unread)))
    sliced = scheme(method=bands, minimum=None)
    assert engine.evaluate(sliced, [gift("a", 1000)]).matched_minor == 1000
    above = engine.evaluate(sliced, [gift("a", 1001)])
    assert above.status is ResultStatus.PARTIAL
    assert above.matched_minor is None


def stream_of(made, gifts, *, context):
    compiled = plan.compile_plan(made, context=context)
    totals = plan.new_totals(compiled)
    results = list(engine.evaluate_gifts(compiled, gifts, totals=totals))
    return results, summary.summarise(compiled, totals)


@pytest.mark.parametrize("kind", ["receipt", "agreement_year", "project", "bundle"])
def test_a_stream_gives_what_the_list_gives(kind):
    unit = Unit(kind, same=("donor",), within_days=3) if kind == "bundle" else Unit(kind)
    made = scheme(unit=unit)
    gifts = [
        gift(
            f"g{index}",
            300 + 97 * index % 1100,
            day=date(2025, 1, 1 + index % 28),
            agreement=f"A{index % 7}",
            project=f"P{index % 5}",
            facts={"donor.id": f"D{index % 4}"},
        )
        for index in range(60)
    ]
    gifts.sort(key=lambda item: item.facts["gift.cash_received_on"])
    whole = engine.evaluate(made, gifts, with_trace=False)
    results, summed = stream_of(made, gifts, context=Context())
    assert {item.gift: item for item in results} == {item.gift: item for item in whole.gifts}
    assert summed.recognised_minor == whole.recognised_minor
    assert summed.matched_minor == whole.matched_minor
    one_shot, again = stream_of(made, iter(gifts), context=Context())
    assert one_shot == results
    assert again.matched_minor == summed.matched_minor


def test_a_stream_with_open_gifts_stays_provisional():
    made = scheme(window=Window("gift.cash_received_on", period="previous_year"))
    gifts = [Gift(id="open", amount_minor=4000, facts={}), gift("sure", 3000)]
    _, result = stream_of(made, gifts, context=Context(claim_year=2026))
    assert result.status is ResultStatus.NEEDS_DECISION
    assert (result.matched_min, result.matched_max) == (1000, 2333)
    assert "decision" in {item.state for item in result.blockers}


def test_a_stream_out_of_order_is_refused_where_a_cap_could_tell():
    capped = scheme(caps=(Cap(("claimant",), "grant", 100),))
    gifts = [gift("a", 2000, day=date(2025, 9, 1)), gift("b", 2000)]
    with pytest.raises(InvalidInput):
        list(engine.evaluate_gifts(capped, gifts))
    assert len(list(engine.evaluate_gifts(scheme(), gifts))) == 2


def test_an_excluded_asset_is_not_cash_where_the_scheme_lists_assets():
    listed = scheme(assets_allowed=("cash", "in_kind"))
    gifts = [
        gift("a", 2000, facts={"gift.asset_kind": "artwork"}),
        gift("b", 2000, facts={"gift.asset_kind": "stock"}),
    ]
    result = engine.evaluate(listed, gifts)
    assert [item.codes for item in result.gifts] == [(), ("NOT_CASH",)]


def test_shares_sold_under_a_scheme_without_a_basis_count_at_what_they_brought():
    sold = gift("a", 5000, realised_minor=4200, facts={"gift.realised_on": DAY})
    assert engine.evaluate(scheme(), [sold]).recognised_minor == 4200


def test_donations_that_are_not_new_are_outside_the_window():
    window = Window("gift.cash_received_on", new_donations_only=True)
    old = gift("a", 5000, facts={"gift.is_new_donation": False})
    result = engine.evaluate(scheme(window=window), [old, gift("b", 5000)])
    assert [item.codes for item in result.gifts] == [("NOT_IN_CLAIM_YEAR",), ()]
