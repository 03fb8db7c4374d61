"""Every case of the invented document, and of the published one where it is beside the project."""

import json
import re
from fractions import Fraction
from pathlib import Path

import pytest

from foundation.matching import cases
from foundation.matching.coverage import coverage

HERE = Path(__file__).parent
PUBLISHED = HERE.parents[3] / "shared" / "data" / "matching_cases.json"
INVENTED = json.loads((HERE / "invented_cases.json").read_text(encoding="utf-8"))
# Tables of amounts stand under `expect`, inputs and answers side by side.
BESIDE_ANSWERS = {"cases", "gift", "recognised_by_year", "awards_wan", "parts", "example"}
NUMBER = re.compile(r"-?\d+(\.\d+)?")


def differences(expected, found, place):
    """Compare what is expected with the answer; more in the answer is no difference."""
    if isinstance(expected, dict):
        if not isinstance(found, dict):
            return [f"{place}: {expected!r} expected, {found!r} found"]
        return [
            line
            for key, value in expected.items()
            for line in (
                differences(value, found[key], f"{place}.{key}")
                if key in found
                else [f"{place}.{key} is missing"]
            )
        ]
    if place.endswith("codes") and isinstance(expected, list):
        expected, found = sorted(expected), sorted(found)
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        return [
            line
            for index, value in enumerate(expected)
            for line in differences(value, found[index], f"{place}[{index}]")
        ]
    if all(isinstance(item, str) and NUMBER.fullmatch(item) for item in (expected, found)):
        expected, found = Fraction(expected), Fraction(found)
    return [] if expected == found else [f"{place}: {expected!r} expected, {found!r} found"]


def published():
    if not PUBLISHED.exists():
        pytest.skip("published registers are not beside the project")
    return json.loads(PUBLISHED.read_text(encoding="utf-8"))


def check(document):
    answers = cases.evaluate_cases(document)
    assert [item["id"] for item in answers] == [item["id"] for item in document["cases"]]
    found = [
        line
        for case, answer in zip(document["cases"], answers, strict=True)
        for line in differences(case["expect"], answer, case["id"])
    ]
    assert found == []


def test_every_invented_case_gives_what_it_expects():
    check(INVENTED)


def test_every_published_case_gives_what_it_expects():
    check(published())


def test_the_comparison_sees_a_wrong_amount_a_missing_key_and_a_wrong_code():
    expected = {"matched": "1.00", "gifts": {"g": {"codes": ["A", "B"]}}, "rows": [1, 2]}
    assert differences(expected, json.loads(json.dumps(expected)), "case") == []
    assert differences(expected, {**expected, "matched": "1.01"}, "case")
    assert differences(expected, {"matched": "1.0", "rows": [1, 2]}, "case")
    assert differences(expected, {**expected, "gifts": {"g": {"codes": ["A"]}}}, "case")
    assert differences(expected, {**expected, "rows": [1]}, "case")


def test_the_invented_cases_leave_no_primitive_code_or_result_untried():
    found = coverage(INVENTED)
    assert found.missing == ()
    assert "match: whole" in found.table()


def test_coverage_names_what_a_single_case_leaves_untried():
    one = {**INVENTED, "cases": INVENTED["cases"][:1]}
    missing = coverage(one).missing
    assert "match: whole" in missing
    assert "match: flat" not in missing
    assert "USE_FORBIDDEN" in missing


def test_every_answer_has_the_fixed_keys():
    for answer in cases.evaluate_cases(INVENTED):
        assert {"id", "status", "gifts", "recognised", "matched"} <= set(answer)


def test_the_answers_do_not_depend_on_what_is_expected():
    stripped = [
        {key: value for key, value in case.items() if key != "expect"}
        for case in INVENTED["cases"]
        if not BESIDE_ANSWERS & set(case["expect"])
    ]
    kept = {case["id"] for case in stripped}
    with_expectation = [answer for answer in cases.evaluate_cases(INVENTED) if answer["id"] in kept]
    assert cases.evaluate_cases({**INVENTED, "cases": stripped}) == with_expectation
