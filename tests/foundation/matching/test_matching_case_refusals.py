"""A document of cases that cannot be read is refused with the place of the mistake."""

import copy
import json
from pathlib import Path

import pytest

from foundation.matching import cases
from ledger.errors import InvalidInput

DOCUMENT = json.loads((Path(__file__).parent / "invented_cases.json").read_text(encoding="utf-8"))


def refused(document):
    with pytest.raises(InvalidInput) as caught:
        cases.evaluate_cases(document)
    assert caught.value.describe()
    return caught.value.data["field"]


def with_case(case):
    return {**DOCUMENT, "cases": [case]}


def flat(**parts):
    case = copy.deepcopy(DOCUMENT["cases"][0])
    case.update(parts)
    return with_case(case)


@pytest.mark.parametrize("document", [None, [], "text", 7])
def test_no_document(document):
    assert refused(document) == "document"


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({**DOCUMENT, "cases": {}}, "cases"),
        ({**DOCUMENT, "cases": None}, "cases"),
        ({**DOCUMENT, "gift_defaults": []}, "gift_defaults"),
        ({**DOCUMENT, "mixins": []}, "mixins"),
        (with_case([]), "cases[0]"),
        (flat(scheme="nowhere"), "cases[0].scheme"),
        (flat(params=[]), "cases[0].params"),
        (flat(params={"unit": "heap"}), "cases[0].params.unit"),
        (flat(params={"bands": [{"upto": "10", "ratio": "x"}]}), "cases[0].params.bands[0].ratio"),
        (flat(params={"pool": "many"}), "cases[0].params.pool"),
        (flat(params={"scale": "1e3"}), "cases[0].params.scale"),
        (flat(claim_year="next"), "cases[0].claim_year"),
        (flat(claim_year=True), "cases[0].claim_year"),
        (flat(claimant=[]), "cases[0].claimant"),
        (flat(claimant={"inst.owner": ["a"]}), "cases[0].claimant.inst.owner"),
        (flat(gifts={}), "cases[0].gifts"),
        (flat(gifts=["a"]), "cases[0].gifts[0]"),
        (flat(gifts=[{"id": "a"}]), "cases[0].gifts[0].amount"),
        (flat(gifts=[{"id": "a", "amount": "1,00"}]), "cases[0].gifts[0].amount"),
        (flat(gifts=[{"id": "a", "amount": "1.005"}]), "cases[0].gifts[0].amount"),
        (flat(gifts=[{"id": "a", "amount": "-5"}]), "cases[0].gifts[0].amount"),
        (flat(gifts=[{"id": "a", "amount": "0"}]), "cases[0].gifts[0].amount"),
        (flat(gifts=[{"id": "a", "amount": None}]), "cases[0].gifts[0].amount"),
        (flat(gifts=[{"amount": "1", "received": "1.5.2025"}]), "cases[0].gifts[0].received"),
        (flat(gifts=[{"amount": "1", "received": "20250501"}]), "cases[0].gifts[0].received"),
        (flat(gifts=[{"amount": "1", "received": "2025-02-30"}]), "cases[0].gifts[0].received"),
        (flat(gifts=[{"amount": "1", "refunded": "2"}]), "cases[0].gifts[0].refunded"),
        (flat(gifts=[{"amount": "1", "proceeds": [{}]}]), "cases[0].gifts[0].proceeds[0]"),
        (flat(gifts=[{"id": "a", "amount": "1"}] * 2), "cases[0].a"),
        (flat(decisions={}), "cases[0].decisions"),
        (flat(decisions=[{"value": True}]), "cases[0].decisions[0]"),
    ],
)
def test_what_cannot_be_read_is_named_by_its_place(document, field):
    assert refused(document) == field


def test_a_floating_point_amount_is_refused():
    document = json.loads(json.dumps(flat()).replace('"100000.01"', "100000.01"))
    assert refused(document) == "cases[0].gifts[2].amount"


def test_a_floating_point_ratio_in_a_scheme_is_refused():
    document = copy.deepcopy(DOCUMENT)
    document["schemes"][1]["match"]["ratio"] = json.loads("0.5")
    assert refused(document) == "schemes[1].match.ratio"


def test_an_unknown_operator_in_a_scheme_is_refused():
    document = copy.deepcopy(DOCUMENT)
    document["schemes"][0]["gift_rules"][2]["reject_unless"]["op"] = "equals"
    assert refused(document) == "schemes[0].gift_rules[2].reject_unless.op"


def test_an_unknown_word_beside_the_grammar_does_not_stop_the_cases():
    document = copy.deepcopy(DOCUMENT)
    document["schemes"][0]["remark"] = "from the desk"
    assert cases.evaluate_cases(document) == cases.evaluate_cases(DOCUMENT)


def test_contradicting_decisions_are_refused():
    decisions = [
        {"fact": "gift.named", "gift": "a", "value": value, "reason": "有依据"}
        for value in (True, False)
    ]
    assert refused(flat(decisions=decisions)).startswith("cases[0].")


def test_a_number_fact_that_is_no_number_is_refused():
    document = with_case(
        {
            "id": "X", "scheme": "t-rules", "default_received": "2025-05-01",
            "gifts": [{"id": "a", "amount": "2000", "donor.annual_giving": "a lot"}],
        }
    )  # fmt: skip
    assert refused(document) == "cases[0].donor.annual_giving"


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"recognised_by_claimant": {}}, "cases[0].recognised_by_claimant"),
        ({"recognised_by_claimant": {"A": "0"}, "params": {"pool": "1"}}, "cases[0].weights"),
        ({"recognised_by_claimant": {"A": "x"}}, "cases[0].A"),
        ({"awards": ["1"]}, "cases[0].recognised"),
        ({"recognised": "1", "awards": 7}, "cases[0].awards"),
        ({"projects": "x"}, "cases[0].projects"),
        ({"proceeds": []}, "cases[0].proceeds"),
        ({"claims": [{"amount": "5"}]}, "cases[0].claims[0].on"),
        ({"cases": [{"tier": "1"}]}, "cases[0].cases"),
        ({"awards_wan": {"A": "12"}}, "cases[0].awards_wan.A"),
        ({"parts": "1"}, "cases[0].parts"),
        ({"uses": [7]}, "cases[0].uses[0]"),
    ],
)  # fmt: skip
def test_other_shapes_name_their_mistakes_too(parts, field):
    scheme = "t-share" if "recognised_by_claimant" in parts else "t-assessed"
    claimant = {"inst.level_coefficient": "1", "inst.category_coefficient": "1"}
    case = {"id": "X", "scheme": scheme, "claimant": claimant, **parts}
    assert refused(with_case(case)) == field


def test_a_document_without_schemes_uses_the_shipped_ones():
    document = {
        "cases": [
            {"id": "X", "scheme": "cn-hubei", "claimant": {"inst.owner": "hubei_province"},
             "recognised": "500.00"}
        ]
    }  # fmt: skip
    answer = cases.evaluate_cases(document)[0]
    assert (answer["status"], answer["matched"], answer["matched_max"]) == (
        "upper_bound",
        None,
        "600.00",
    )
