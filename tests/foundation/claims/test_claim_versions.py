"""Which version of a scheme governs a gift is asked, decided, and then obeyed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from foundation.claims import computing
from tests import factories
from tests.databases import Databases
from tests.foundation.claims import claim_cases as cases
from tests.refusals import refused
from tests.serving import Browser

LATER = cases.TEXT.replace("scheme: cn-test\n", "scheme: cn-test-2026\n").replace(
    '{from: "2025-01-01"}', "{from: UNKNOWN}"
)


@pytest.fixture
def books(databases: Databases) -> Iterator[Engine]:
    with databases.prepared("sqlite", "books", factories.install_books) as engine:
        yield engine


def asked(engine: Engine, folder: Path) -> tuple[list[str], list[int]]:
    """Two versions of one scheme; give what is missing, and the gifts."""
    claim, gifts = cases.ready(engine, folder, 120_000_00, 30_000_00)
    assert computing.blockers_of(claim) == []
    cases.scheme(engine, LATER)
    missing = [item["parameter"] for item in computing.blockers_of(cases.compute(engine))]
    return missing, [gift.gift_id for gift in gifts]


def test_second_version_keeps_a_claim_provisional_until_somebody_decides(
    books: Engine, tmp_path: Path
) -> None:
    missing, _ = asked(books, tmp_path)
    assert missing == ["scheme.version"]

    cases.decide(books, "scheme.version", cases.CODE, scheme_code="*", claim_year=cases.YEAR)

    claim = cases.compute(books)
    assert computing.blockers_of(claim) == []
    assert (claim.eligible_count, claim.matched_low) == (2, 50_000_00)


def test_gift_under_the_other_version_is_left_out_and_says_so(
    books: Engine, tmp_path: Path
) -> None:
    _, gifts = asked(books, tmp_path)
    cases.decide(books, "scheme.version", cases.CODE, scheme_code="*", claim_year=cases.YEAR)
    cases.decide(books, "scheme.version", "cn-test-2026", scheme_code="*", gift_id=gifts[1])

    claim = cases.compute(books)

    assert cases.lines(books, claim.id) == {gifts[0]: "eligible", gifts[1]: "ineligible"}
    assert cases.line(books, claim.id, gifts[1]).codes == "OTHER_VERSION"
    cases.freeze(books, claim.id)
    assert cases.findings(books) == []


def test_decision_on_one_family_leaves_other_schemes_alone(books: Engine, tmp_path: Path) -> None:
    _, gifts = asked(books, tmp_path)
    cases.decide(books, "scheme.version", "cn-central-2018", scheme_code="*", gift_id=gifts[0])
    cases.decide(books, "scheme.version", cases.CODE, scheme_code=cases.CODE)

    assert cases.compute(books).eligible_count == 2


@pytest.mark.parametrize(
    ("answer", "scheme_code"), [("no-such-scheme", "*"), ("cn-hubei", cases.CODE)]
)
def test_version_that_is_none_of_the_scheme_is_refused(
    books: Engine, answer: str, scheme_code: str
) -> None:
    cases.scheme(books)
    with refused("invalid"):
        cases.decide(
            books, "scheme.version", answer, scheme_code=scheme_code, claim_year=cases.YEAR
        )


def test_version_is_decided_on_the_page(desk: Engine, accountant: Browser, tmp_path: Path) -> None:
    asked(desk, tmp_path)
    claim = cases.compute(desk)
    assert "认定适用的版本" in accountant.get(f"/matching/claims/{claim.id}").text
    form = accountant.get("/matching/decisions?question=scheme.version&year=2027").text
    assert '<option value="scheme.version" selected>16. 适用的办法版本' in form
    assert '<option value="cn-test-2026">' in form

    fields = {
        "question": "scheme.version", "answer": cases.CODE, "year": str(cases.YEAR),
        "scheme": "*", "reason": "到账时新办法未施行",
    }  # fmt: skip
    wrong = accountant.post("/matching/decisions/new", fields | {"answer": "cn-none"})
    assert (wrong.status_code, "没有编号为" in wrong.text) == (422, True)
    assert accountant.post("/matching/decisions/new", fields).status_code == 303
    assert "认定适用的版本" not in accountant.get(f"/matching/claims/{claim.id}").text
    assert accountant.get(f"/matching/claims/{claim.id}").status_code == 200
