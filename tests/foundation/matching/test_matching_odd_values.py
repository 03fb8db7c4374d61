"""Whatever stands in a scheme or a case, the answer is a result or a refusal that names a place."""

import copy
import json
from pathlib import Path

import pytest

from foundation.matching import cases, catalogue
from ledger.errors import InvalidInput

DOCUMENT = json.loads((Path(__file__).parent / "invented_cases.json").read_text(encoding="utf-8"))
ODD = (None, True, -1, "UNKNOWN", "", [None], {"x": {}})


def places(data, path=()):
    if path:
        yield path
    items = data.items() if isinstance(data, dict) else enumerate(data)
    for key, value in items:
        if isinstance(value, dict | list):
            yield from places(value, (*path, key))
        else:
            yield (*path, key)


def changed(data, path, value):
    copied = copy.deepcopy(data)
    target = copied
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = value
    return copied


def outcome(document):
    try:
        return json.dumps(cases.evaluate_cases(document))
    except InvalidInput as error:
        return str(error.data["field"]) and error.describe()


@pytest.mark.parametrize("index", range(len(DOCUMENT["schemes"])))
def test_any_part_of_a_scheme_may_be_odd(index):
    scheme = DOCUMENT["schemes"][index]
    tried = [case for case in DOCUMENT["cases"] if case["scheme"] == scheme["scheme"]][:2]
    for number, path in enumerate(places(scheme)):
        odd = ODD[number % len(ODD)]
        document = {**DOCUMENT, "schemes": [changed(scheme, path, odd)], "cases": tried}
        assert outcome(document)
        text = json.dumps({"mixins": DOCUMENT["mixins"], "schemes": document["schemes"]})
        assert isinstance(catalogue.check_scheme_text(text, "odd.json"), tuple)


@pytest.mark.parametrize("case", DOCUMENT["cases"], ids=lambda case: case["id"])
def test_any_part_of_a_case_may_be_odd(case):
    scheme = [item for item in DOCUMENT["schemes"] if item["scheme"] == case["scheme"]]
    for number, path in enumerate(places(case)):
        odd = ODD[number % len(ODD)]
        assert outcome({**DOCUMENT, "schemes": scheme, "cases": [changed(case, path, odd)]})
