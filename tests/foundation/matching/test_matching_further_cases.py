"""More claims under the shipped schemes, each computed by hand beside it.

They try what the published cases leave out: ranges, edges of days and classes, caps that begin
anew, refunds, decisions, and several reasons at once.
"""

import json
from pathlib import Path

import pytest

from foundation.matching import cases

HERE = Path(__file__).parent
DEFAULTS = json.loads((HERE / "invented_cases.json").read_text(encoding="utf-8"))["gift_defaults"]
SHANDONG = {"inst.owner": "shandong_province", "inst.public": True, "inst.kind": "undergraduate"}
ZHEJIANG = {"inst.owner": "zhejiang_province", "inst.kind": "undergraduate"}
RECEIPT = {"unit": "receipt"}


def case(scheme, *gifts, **more):
    named = {"claim_year": 2026, "default_received": "2025-06-15"} | more
    return {"id": "case", "scheme": scheme, "gifts": list(gifts), **named}


def gift(name, amount, **facts):
    return {"id": name, "amount": amount, **facts}


def evaluated(data):
    (answer,) = cases.evaluate_cases({"gift_defaults": DEFAULTS, "cases": [data]})
    return answer


def standing(answer):
    """Every gift's status with its codes."""
    return {
        name: (item["status"], *sorted(item.get("codes", ())))
        for name, item in answer["gifts"].items()
    }


def figures(answer, *names):
    return tuple(answer[name] for name in names)


def test_open_decision_gives_the_range_with_and_without_the_gift():
    # 200,000 are sure, 300,000 are open: 200,000 to 500,000 at 1:1.
    data = case(
        "cn-shandong-2017",
        gift("a", "200000.00"),
        gift("b", "300000.00", **{"gift.university_may_pool": None}),
        params=RECEIPT,
        claimant=SHANDONG,
    )
    answer = evaluated(data)
    assert standing(answer) == {"a": ("eligible",), "b": ("needs_decision", "RESTRICTED_USE")}
    assert figures(answer, "matched", "matched_min", "matched_max", "status") == (
        None, "200000.00", "500000.00", "needs_decision",
    )  # fmt: skip


def test_year_before_is_counted_by_bank_date_with_both_its_days():
    days = ("2024-12-31", "2025-01-01", "2025-12-31", "2026-01-01")
    gifts = [gift(day, "100000.00", received=day) for day in days]
    answer = evaluated(case("cn-shandong-2017", *gifts, params=RECEIPT, claimant=SHANDONG))
    assert [status[0] for status in standing(answer).values()] == [
        "ineligible", "eligible", "eligible", "ineligible",
    ]  # fmt: skip
    assert answer["matched"] == "200000.00"


def test_refund_counts_before_the_minimum():
    # 150,000 - 60,000 = 90,000, below 100,000; 150,000 - 50,000 is exactly enough.
    data = case(
        "cn-shandong-2017",
        gift("a", "150000.00", refunded="60000.00"),
        gift("b", "150000.00", refunded="50000.00"),
        params=RECEIPT,
        claimant=SHANDONG,
    )
    answer = evaluated(data)
    assert standing(answer) == {"a": ("ineligible", "BELOW_MINIMUM"), "b": ("eligible",)}
    assert figures(answer, "recognised", "matched") == ("100000.00", "100000.00")


def test_decided_refund_takes_the_place_of_what_the_books_say():
    # Decision 15: 150,000 less the 30,000 that a person found, not less the 60,000 of the books.
    data = case(
        "cn-shandong-2017",
        gift("a", "150000.00", refunded="60000.00"),
        params=RECEIPT,
        claimant=SHANDONG,
        decisions=[
            {"fact": "gift.refunded_amount", "gift": "a", "value": "30000.00", "reason": "退款函"}
        ],
    )
    assert figures(evaluated(data), "recognised", "matched") == ("120000.00", "120000.00")


def test_all_reasons_are_listed_and_not_the_first_alone():
    data = case(
        "cn-shandong-2017",
        gift(
            "a",
            "50000.00",
            **{
                "gift.asset_kind": "building",
                "gift.recipient_kind": "university",
                "gift.political_condition": True,
                "gift.source_lawful": False,
            },
        ),
        params=RECEIPT,
        claimant=SHANDONG,
    )
    assert standing(evaluated(data))["a"] == (
        "ineligible", "BELOW_MINIMUM", "NOT_CASH", "NOT_VIA_FOUNDATION", "POLITICAL_CONDITION",
        "SOURCE_NOT_LAWFUL",
    )  # fmt: skip


def test_undecided_unit_leaves_instalments_open():
    # Each 60,000 fails alone and passes as one agreement of a year: 0 to 120,000.
    data = case(
        "cn-shandong-2017",
        gift("a", "60000.00", agreement="A1"),
        gift("b", "60000.00", agreement="A1"),
        gift("c", "60000.00", agreement="A2"),
        claimant=SHANDONG,
    )
    answer = evaluated(data)
    assert standing(answer) == {
        "a": ("needs_decision", "BELOW_MINIMUM"),
        "b": ("needs_decision", "BELOW_MINIMUM"),
        "c": ("ineligible", "BELOW_MINIMUM"),
    }
    assert figures(answer, "matched_min", "matched_max") == ("0.00", "120000.00")


def test_private_university_claims_nothing():
    answer = evaluated(
        case(
            "cn-shandong-2017",
            gift("a", "300000.00"),
            params=RECEIPT,
            claimant={**SHANDONG, "inst.public": False},
        )
    )
    assert figures(answer, "status", "matched") == ("refused", "0.00")


def test_gift_that_another_version_governs_is_left_out():
    # Decision 16: b is claimed under the rule that came after.
    data = case(
        "cn-shandong-2017",
        gift("a", "300000.00"),
        gift("b", "400000.00"),
        params=RECEIPT,
        claimant=SHANDONG,
        decisions=[
            {
                "fact": "scheme.version",
                "gift": "b",
                "value": "cn-shandong-multichannel",
                "reason": "到账时新办法已施行",
            },
            {
                "fact": "scheme.version",
                "gift": "a",
                "value": "cn-shandong-2017",
                "reason": "到账时新办法未施行",
            },
        ],
    )
    answer = evaluated(data)
    assert standing(answer) == {"a": ("eligible",), "b": ("ineligible", "OTHER_VERSION")}
    assert answer["matched"] == "300000.00"


def test_names_agree_by_a_recorded_decision_and_not_by_likeness():
    facts = {"payment.payer": "甲公司武汉分公司"}
    data = case(
        "cn-zhejiang-2019",
        gift("a", "500000.00", **facts),
        gift("b", "500000.00", **facts),
        gift("c", "500000.00", **{"gift.project_name": "", "gift.political_condition": True}),
        claimant=ZHEJIANG,
        decisions=[
            {"fact": "gift.names_agree", "gift": "b", "value": True, "reason": "分公司代付，附函"}
        ],
    )
    answer = evaluated(data)
    assert standing(answer) == {
        "a": ("ineligible", "NAME_MISMATCH"),
        "b": ("eligible",),
        "c": ("ineligible", "NO_PROJECT_NAME", "POLITICAL_CONDITION"),
    }
    assert figures(answer, "recognised", "status") == ("500000.00", "not_computable")


def test_designated_use_asks_only_where_the_purpose_is_a_designated_one():
    data = case(
        "cn-zhejiang-2025-draft",
        gift("a", "500000.00", **{"gift.purpose": "scholarship"}),
        gift("b", "500000.00", **{"gift.purpose": "other_designated", "gift.designated_use": None}),
        gift("c", "500000.00", **{"gift.designated_use": None}),
        gift("d", "500000.00", **{"gift.origin": "cooperative_education"}),
        claimant=ZHEJIANG,
    )
    answer = evaluated(data)
    assert standing(answer) == {
        "a": ("ineligible", "RESTRICTED_USE"),
        "b": ("needs_decision", "RESTRICTED_USE"),
        "c": ("eligible",),
        "d": ("ineligible", "COOPERATIVE_EDUCATION"),
    }
    assert figures(answer, "recognised_min", "recognised_max") == ("500000.00", "1000000.00")


@pytest.mark.parametrize(
    ("region", "kind", "status"),
    [
        ("east", "normal", "eligible"),
        ("east", "ethnic", "eligible"),
        ("west", "comprehensive", "eligible"),
        ("east", "comprehensive", "ineligible"),
        # Whether it belongs to 「民族、师范等」 is decision 13.
        ("east", None, "needs_decision"),
    ],
)
def test_lower_minimum_of_central_universities_goes_by_class(region, kind, status):
    answer = evaluated(
        case(
            "cn-central-2018",
            gift("a", "10000.00"),
            params=RECEIPT,
            claimant={"inst.owner": "central", "inst.region": region, "inst.type": kind},
        )
    )
    assert standing(answer)["a"][0] == status


def test_hubei_is_never_final_and_says_what_is_missing():
    data = case(
        "cn-hubei", gift("a", "1000000.00"), claimant={"inst.owner": "hubei_province"},
        finalise=True,
    )  # fmt: skip
    answer = evaluated(data)
    assert figures(answer, "status", "code", "matched") == ("refused", "SCHEME_INCOMPLETE", None)
    assert {"minimum", "document number", "bands below 120%"} <= set(answer["missing"])


def test_guangdong_shows_at_most_one_to_one():
    answer = evaluated(
        case(
            "cn-guangdong-2023",
            gift("a", "1234567.89"),
            gift("b", "1000.00"),
            gift("c", "5000.00", **{"gift.linked_to_enrolment": True}),
            claimant={"inst.owner": "guangdong_province", "inst.public": True},
        )
    )
    # No minimum was seen: 1,234,567.89 + 1,000.00; enrolment money never counts.
    assert figures(answer, "recognised", "matched", "matched_max", "status") == (
        "1235567.89", None, "1235567.89", "upper_bound",
    )  # fmt: skip
    assert standing(answer)["c"] == ("ineligible", "ENROLMENT_LINKED")


def test_fujian_divides_the_pool_by_recognised_income():
    # 20,000,000 x 6,100,000 / 122,000,000 = 1,000,000; the 99,999.99 are below the minimum.
    answer = evaluated(
        case(
            "cn-fujian-2020",
            gift("a", "6100000.00"),
            gift("b", "99999.99"),
            params={"unit": "receipt", "pool": "20000000.00", "recognised_total": "122000000.00"},
            claimant={"inst.owner": "fujian_province"},
        )
    )
    assert standing(answer) == {"a": ("eligible",), "b": ("ineligible", "BELOW_MINIMUM")}
    assert answer["matched"] == "1000000.00"


def test_hainan_takes_things_and_shares_but_nothing_of_affiliates():
    data = case(
        "cn-hainan",
        gift("a", "200000.00", **{"gift.asset_kind": "equipment"}),
        gift("b", "200000.00", **{"gift.asset_kind": "stock", "donor.country": "US"}),
        gift("c", "200000.00", **{"donor.relation": "invested"}),
        gift("d", "200000.00", **{"gift.recipient_kind": "alumni_association"}),
        gift("e", "200000.00", received=None),
        claimant={"inst.owner": "hainan_province", "inst.public": True},
    )
    answer = evaluated(data)
    assert standing(answer) == {
        "a": ("eligible",),
        "b": ("eligible",),
        "c": ("ineligible", "DONOR_AFFILIATE"),
        "d": ("ineligible", "RECIPIENT_NOT_VALID"),
        "e": ("ineligible", "NOT_RECEIVED"),
    }
    assert answer["recognised"] == "400000.00"


def test_cap_of_one_donor_and_project_is_used_up_in_the_order_of_receipt():
    alumni = {"gift.purpose": "chair", "donor.is_alumni": True, "donor.id": "D1"}
    data = case(
        "in-pku-fund",
        gift("a", "700000.00", received="2010-03-01", project="P1", **alumni),
        gift("b", "600000.00", received="2010-04-01", project="P1", **alumni),
        gift("c", "100000.00", received="2010-05-01", project="P1", **alumni),
        gift("d", "100000.00", received="2010-05-02", project="P2", **alumni),
        params={"unit": "project"},
        claimant={"claimant.kind": "institute"},
    )
    answer = evaluated(data)
    # 700,000 + 300,000 of 600,000 + nothing; another project has a cap of its own: 100,000.
    assert answer["matched"] == "1100000.00"
    drawn = [answer["matched_by_gift"][name] for name in "abcd"]
    assert drawn == ["700000.00", "300000.00", "0.00", "100000.00"]


def test_soft_minimum_asks_and_a_decision_lets_it_pass():
    facts = {"gift.purpose": "bursary", "project": "P1", "received": "2010-03-01"}
    named = {"params": {"unit": "project"}, "claimant": {"claimant.kind": "school"}}
    asked = evaluated(case("in-pku-fund", gift("a", "40000.00", **facts), **named))
    assert standing(asked)["a"] == ("needs_decision", "BELOW_MINIMUM")
    # Not an alumnus: half of 40,000.
    decided = evaluated(
        case(
            "in-pku-fund",
            gift("a", "40000.00", **facts),
            **named,
            decisions=[
                {"fact": "gift.below_minimum_accepted", "gift": "a", "value": True,
                 "reason": "理事会同意"}
            ],
        )
    )  # fmt: skip
    assert figures(decided, "matched", "status") == ("20000.00", "computed")


def test_hong_kong_counts_new_gifts_inside_the_round():
    data = case(
        "hk-mgs-4",
        gift("a", "50000000", received="2008-01-01"),
        gift("b", "10000000", received="2009-02-28"),
        gift("c", "10000000", received="2009-03-01"),
        gift("d", "10000000", received="2008-06-01", **{"gift.is_new_donation": False}),
    )
    answer = evaluated(data)
    # 60,000,000: the first 45,000,000 in full and half of 15,000,000.
    assert answer["matched"] == "52500000.00"
    assert standing(answer)["c"] == standing(answer)["d"] == ("ineligible", "NOT_IN_CLAIM_YEAR")


def test_third_tier_pays_a_third_and_leaves_out_great_trusts():
    data = case(
        "uk-hefce-2008",
        gift("a", "100000.01", received="2009-01-01"),
        gift("b", "100000.00", received="2009-01-01",
             **{"donor.kind": "trust", "donor.annual_giving": "60000001"}),
        gift("c", "100000.00", received="2009-01-01",
             **{"donor.kind": "trust", "donor.annual_giving": "60000000"}),
        gift("d", "100000.00", received="2009-01-01", **{"gift.origin_external": False}),
        claimant={"inst.kind": "english_hei", "inst.in_ross_case_survey": True, "inst.tier": "3"},
    )  # fmt: skip
    answer = evaluated(data)
    assert standing(answer) == {
        "a": ("eligible",),
        "b": ("ineligible", "EXCLUDED_DONOR"),
        "c": ("eligible",),
        "d": ("ineligible", "NOT_EXTERNAL"),
    }
    # 200,000.01 / 3 = 66,666.67; the caps were not seen, so it is a bound.
    assert figures(answer, "recognised", "matched_max", "status") == (
        "200000.01", "66666.67", "upper_bound",
    )  # fmt: skip


def test_university_outside_the_survey_is_out_of_scope():
    claimant = {"inst.kind": "english_hei", "inst.in_ross_case_survey": False, "inst.tier": "1"}
    answer = evaluated(
        case("uk-hefce-2008", gift("a", "1000.00", received="2009-01-01"), claimant=claimant)
    )
    assert figures(answer, "status", "claimant") == ("refused", "CLAIMANT_OUT_OF_SCOPE")


def test_florida_matches_a_gift_with_at_most_three_million_a_year():
    data = case(
        "us-fl-major-gifts",
        gift("a", "4000000", received="2009-01-10"),
        gift("b", "600000", received="2009-01-10", **{"gift.purpose": "athletics"}),
        gift("c", "600000", received="2009-01-10", **{"gift.endowed": False}),
        gift("d", "600000", received="2009-01-10"),
    )
    answer = evaluated(data)
    assert standing(answer)["b"] == ("ineligible", "PURPOSE_NOT_ELIGIBLE")
    assert standing(answer)["c"] == ("ineligible", "NOT_ENDOWED")
    # 4,000,000 at 1.00 meets the cap of 3,000,000; 600,000 at 0.70 is 420,000.
    assert answer["matched"] == "3420000.00"


def test_texas_cap_of_one_source_begins_anew_with_the_fiscal_year():
    research = {"gift.purpose": "research_program"}
    data = case(
        "us-tx-trip",
        gift("a", "8000000", received="2024-03-01", **{"donor.id": "D1"}, **research),
        gift("b", "4000000", received="2024-06-01", **{"donor.id": "D1"}, **research),
        gift("c", "4000000", received="2024-09-01", **{"donor.id": "D1"}, **research),
        gift("d", "4000000", received="2024-06-01", **{"donor.id": "D2", "gift.origin": "contract"},
             **research),
        gift("e", "4000000", received="2024-06-01",
             **{"donor.id": "D3", "donor.kind": "government"}, **research),
        claimant={"inst.class": "emerging_research_university"},
    )  # fmt: skip
    answer = evaluated(data)
    assert standing(answer)["d"] == ("ineligible", "CONTRACT_NOT_GIFT")
    assert standing(answer)["e"] == ("ineligible", "GOVERNMENT_MONEY")
    # 8m, then 2m of 4m under the cap of 10m, then 4m in the year that begins on 1 September.
    assert answer["matched"] == "14000000.00"


def test_norway_pays_a_quarter_of_each_large_gift():
    facts = {
        "donor.kind": "natural_person", "gift.purpose": "long_term_basic_research",
        "received": "2019-05-01",
    }  # fmt: skip
    # (3,000,000.01 + 5,000,001.00) / 4 = 2,000,000.2525, rounded once.
    answer = evaluated(
        case(
            "no-gaveforsterkning", gift("a", "3000000.01", **facts), gift("b", "5000001", **facts),
            params=RECEIPT,
        )
    )  # fmt: skip
    assert answer["matched"] == "2000000.25"


def test_ontario_at_exactly_a_thousand_a_student_is_one_to_one():
    rows = [
        {"endowment_per_student": "1000", "raised": "500000"},
        {"endowment_per_student": "999.99", "raised": "500000", "baseline": "500000"},
        {"endowment_per_student": "999.99", "raised": "500000.50", "baseline": "500000"},
    ]
    answer = evaluated({"id": "case", "scheme": "ca-on-otss", "expect": {"cases": rows}})
    # Nothing is above a baseline that is just reached; half a dollar above it draws 1.50.
    assert answer["cases"][0]["matched"] == "500000.00"
    assert [row["matched_on_excess"] for row in answer["cases"][1:]] == ["0.00", "1.50"]


def test_singapore_pays_by_the_name_of_the_university():
    for name, matched in (("SMU", "150000.00"), ("SUTD", "300000.00")):
        answer = evaluated(
            case("sg-au-endowment", gift("a", "100000", received="2015-01-01"),
                 claimant={"inst.name": name})
        )  # fmt: skip
        assert answer["matched"] == matched


def test_employees_limit_begins_anew_each_calendar_year():
    facts = {"donor.id": "E1"}
    data = case(
        "corp-ideal",
        gift("a", "450", received="2024-12-30", **facts),
        gift("b", "300", received="2025-01-02", **facts),
        gift("c", "250", received="2025-06-01", **facts),
        gift("d", "50", received="2025-07-01", **facts),
        params=RECEIPT,
    )
    del data["claim_year"]
    answer = evaluated(data)
    # 450; then 300 + 200 of 250; then nothing.
    drawn = [answer["matched_by_gift"][name] for name in "abcd"]
    assert drawn == ["450.00", "300.00", "200.00", "0.00"]


@pytest.mark.parametrize(
    ("scheme", "claimant", "is_inside"),
    [
        ("cn-shenzhen", {"inst.campus_city": "shenzhen"}, True),
        ("cn-shenzhen", {"inst.campus_city": "guangzhou"}, False),
        ("cn-taizhou-2019", {"inst.name": "台州学院"}, True),
        ("cn-taizhou-2019", {"inst.name": "台州某学院"}, False),
        ("cn-hangzhou-2021", {"inst.owner": "hangzhou_city"}, True),
        ("cn-guangxi-2021",
         {"inst.owner": "guangxi", "inst.kind": "undergraduate", "inst.public": True}, True),
        ("cn-central-2009", {"inst.owner": "central", "inst.kind": "independent_college"}, False),
        ("cn-hubei", {"inst.owner": "hubei_province"}, True),
        ("cn-hubei", {"inst.owner": "wuhan_city"}, False),
    ],
)  # fmt: skip
def test_scope_of_every_other_scheme(scheme, claimant, is_inside):
    answer = evaluated(case(scheme, gift("a", "300000.00"), claimant=claimant))
    assert (answer["status"] == "refused") is not is_inside
    if is_inside:
        assert standing(answer)["a"][0] in ("eligible", "needs_decision")


def test_coefficients_multiply_before_the_pool_is_shared():
    # 10,000,000 x 1.2 x 0.8 = 9,600,000 of 96,000,000: a tenth of the pool of 5,000,000.
    data = case(
        "cn-shandong-multichannel",
        gift("a", "10000000.00"),
        params={"pool": "5000000.00", "recognised_total": "96000000.00"},
        claimant={"inst.level_coefficient": "1.2", "inst.category_coefficient": "0.8"},
    )
    assert evaluated(data)["matched"] == "500000.00"


def test_plain_planning_scheme_matches_what_came():
    answer = evaluated(
        case(
            "plan-one-to-one",
            gift("a", "12345.67"),
            gift("b", "0.01"),
            gift("c", "99.00", received=None),
        )
    )
    assert answer["matched"] == "12345.68"
    assert standing(answer)["c"] == ("ineligible", "NOT_RECEIVED")
