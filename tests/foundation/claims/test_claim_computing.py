"""A claim is computed from the books, and one changed decision changes what it must."""

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from sqlalchemy import Engine

from foundation import database
from foundation.claims import computing, explaining, lines, totals, worklist
from foundation.claims.models import Claim
from foundation.matching.results import ResultStatus
from tests.factories import CLOCK, PREPARER
from tests.foundation.claims import claim_cases as cases
from tests.foundation.donors import donor_cases
from tests.foundation.gifts import gift_cases
from tests.refusals import refused


def test_claim_recognises_and_matches_exactly(books: Engine, tmp_path: Path) -> None:
    claim, gifts = cases.ready(books, tmp_path, 120_000_00, 30_000_01, 9_999_99)

    assert cases.lines(books, claim.id) == {
        gifts[0].gift_id: "eligible",
        gifts[1].gift_id: "eligible",
        gifts[2].gift_id: "ineligible",
    }
    assert claim.recognised_low == claim.recognised_high == 150_000_01
    # A third of 15,000,001 fen, rounded once at the end.
    assert claim.matched_low == claim.matched_high == 50_000_00
    line = cases.line(books, claim.id, gifts[1].gift_id)
    assert lines.joined(line.low_minor, line.low_rest) == Fraction(30_000_01, 3)
    assert computing.blockers_of(claim) == []
    assert cases.findings(books) == []


def test_unknown_parameters_and_questions_keep_a_claim_provisional(books: Engine) -> None:
    cases.scheme(books)
    cases.posted(books)

    claim = cases.compute(books)

    assert (claim.eligible_count, claim.undecided_count) == (0, 1)
    assert claim.result is ResultStatus.NEEDS_DECISION
    assert (claim.recognised_low, claim.recognised_high) == (0, 120_000_00)
    states = {item["parameter"]: item["state"] for item in computing.blockers_of(claim)}
    assert states["match"] == "unconfirmed"
    assert states["gifts.open"] == "decision"


def test_gifts_that_are_undone_or_not_posted_are_in_no_claim(books: Engine, tmp_path: Path) -> None:
    claim, gifts = cases.ready(books, tmp_path, 120_000_00, 30_000_00)
    gift_cases.cancel(books, gifts[0].gift_id)
    gift_cases.recorded(books)

    again = cases.compute(books)

    assert again.id == claim.id
    assert set(cases.lines(books, claim.id)) == {gifts[1].gift_id}


def test_refund_reduces_what_counts(books: Engine, tmp_path: Path) -> None:
    _, gifts = cases.ready(books, tmp_path, 120_000_00)
    gift_cases.refund(books, gifts[0].gift_id, 20_000_00)

    claim = cases.compute(books)

    assert claim.recognised_low == 100_000_00


def test_decision_on_one_gift_goes_before_the_one_on_its_fund_and_year(
    books: Engine, tmp_path: Path
) -> None:
    _, gifts = cases.ready(books, tmp_path, 120_000_00, 30_000_00)
    fund = gift_cases.factories.fund_id(books, "SCHOL")
    cases.decide(books, "gift.university_may_pool", False, fund_id=fund)
    cases.decide(books, "gift.university_may_pool", True, gift_id=gifts[1].gift_id)

    claim = cases.compute(books)

    assert cases.lines(books, claim.id) == {
        gifts[0].gift_id: "ineligible",
        gifts[1].gift_id: "eligible",
    }


def test_decision_for_the_scheme_goes_before_one_for_every_scheme(
    books: Engine, tmp_path: Path
) -> None:
    _, gifts = cases.ready(books, tmp_path, 120_000_00)
    gift = gifts[0].gift_id
    cases.decide(books, "gift.university_may_pool", True, gift_id=gift, scheme_code="*")
    cases.decide(books, "gift.university_may_pool", False, gift_id=gift)

    claim = cases.compute(books)

    assert cases.lines(books, claim.id) == {gift: "ineligible"}


def test_changed_decision_gives_what_a_whole_computation_gives(
    books: Engine, tmp_path: Path
) -> None:
    claim, gifts = cases.ready(books, tmp_path, 120_000_00, 30_000_01, 70_000_00)
    gift = gifts[1].gift_id
    cases.decide(books, "gift.university_may_pool", False, gift_id=gift)

    with database.transaction(books) as session:
        changed = computing.reevaluate(session, claim.id, [gift], actor=PREPARER, clock=CLOCK)
        quick = session.get_one(Claim, claim.id)
        kept = (quick.totals, quick.recognised_low, quick.matched_low, quick.eligible_count)
    whole = cases.compute(books)

    assert changed == 1
    assert kept == (whole.totals, whole.recognised_low, whole.matched_low, whole.eligible_count)
    assert cases.lines(books, claim.id)[gift] == "ineligible"
    assert cases.findings(books) == []


UNIT = """
schemes:
  - scheme: cn-unit
    title: 按协议年度合并、按捐赠人封顶的测试办法
    doc: 测〔2025〕2号
    in_force: {from: "2025-01-01"}
    status: usable
    window: {date: gift.cash_received_on, period: previous_year}
    unit: {UNIT}
    gift_rules: [{code: RESTRICTED_USE, decide: gift.university_may_pool, expect: true}]
    minimum: {value: "100000.00", cmp: ge}
    match: {method: flat, ratio: "1/3"}
    {CAPS}
    src: [PLAN]
"""


@pytest.mark.parametrize("caps", ["", 'caps: [{per: [agreement], of: grant, value: "30000.00"}]'])
def test_instalments_that_count_together_change_together(books: Engine, caps: str) -> None:
    text = UNIT.replace("{UNIT}", "agreement_year").replace("{CAPS}", caps)
    cases.scheme(books, text)
    first = cases.posted(books, 60_000_00, agreement="XY-1")
    second = cases.posted(books, 60_000_00, agreement="XY-1", received_on=date(2026, 2, 3))
    other = cases.posted(books, 60_000_00, agreement="XY-2")
    for fact in cases.NO:
        cases.decide(books, fact, False, scheme_code="cn-unit")
    cases.decide(books, "gift.university_may_pool", True, scheme_code="cn-unit")
    claim = cases.compute(books, "cn-unit")
    assert cases.lines(books, claim.id) == {
        first.gift_id: "eligible",
        second.gift_id: "eligible",
        other.gift_id: "ineligible",
    }
    assert claim.matched_low == (30_000_00 if caps else 40_000_00)

    cases.decide(
        books, "gift.university_may_pool", False, scheme_code="cn-unit", gift_id=second.gift_id
    )
    with database.transaction(books) as session:
        computing.reevaluate(session, claim.id, [second.gift_id], actor=PREPARER, clock=CLOCK)
        kept = session.get_one(Claim, claim.id).totals

    # Alone the first instalment is below the minimum: it changed without a decision of its own.
    assert set(cases.lines(books, claim.id).values()) == {"ineligible"}
    assert totals.load(cases.compute(books, "cn-unit").totals) == totals.load(kept)


def test_trace_of_a_line_is_read_from_what_the_line_keeps(books: Engine, tmp_path: Path) -> None:
    claim, gifts = cases.ready(books, tmp_path, 120_000_00)

    with database.reading(books) as session:
        explained = explaining.explain_line(session, claim.id, gifts[0].gift_id)

    assert explained.is_reproduced
    pooled = next(step for step in explained.steps if step.rule == "RESTRICTED_USE")
    assert (pooled.outcome, pooled.clause, pooled.sources) == ("passed", "第六条", ("PLAN",))
    assert "学校可统筹使用为是" in pooled.zh
    assert "认定理由：按协议" in pooled.zh
    assert "the university may pool it: yes" in pooled.en


def test_work_list_says_what_is_missing_and_what_it_is_worth(books: Engine, tmp_path: Path) -> None:
    _, gifts = cases.ready(books, tmp_path, 8_000_00, 120_000_00)
    cases.decide(books, "gift.university_may_pool", None, gift_id=gifts[1].gift_id)
    cases.decide(
        books,
        "gift.university_may_pool",
        None,
        supersedes_id=1,
    )
    claim = cases.compute(books)

    with database.reading(books) as session:
        items = worklist.list_items(session, session.get_one(Claim, claim.id))
        sums = worklist.sums(session, session.get_one(Claim, claim.id))

    assert [item.stake_minor for item in items] == [120_000_00, 8_000_00]
    assert items[0].lacks[0].fact == "gift.university_may_pool"
    below = next(lack for lack in items[1].lacks if lack.code == "BELOW_MINIMUM")
    assert (below.shortfall_minor, below.clause) == (2_000_00, "第七条")
    assert {item.code: item.stake_minor for item in sums}["BELOW_MINIMUM"] == 8_000_00


def test_second_gift_of_one_bank_payment_is_marked(books: Engine, tmp_path: Path) -> None:
    cases.ready(books, tmp_path, 120_000_00)
    first = cases.posted(books, 50_000_00, bank_reference="BK-1")
    second = cases.posted(books, 50_000_00, bank_reference="BK-1")

    claim = cases.compute(books)

    assert cases.lines(books, claim.id)[first.gift_id] == "eligible"
    assert cases.line(books, claim.id, second.gift_id).codes == "DUPLICATE_CLAIM"
    assert cases.findings(books) == []


def test_names_of_payer_and_bill_come_from_the_books(books: Engine) -> None:
    gift = cases.posted(books, 50_000_00, bank_reference="BK-7", donor_name="长江实业有限公司")
    claim = cases.compute(books, "plan-one-to-one")

    facts = lines.facts_of(cases.line(books, claim.id, gift.gift_id).facts)

    assert facts["payment.payer"] == "长江实业有限公司"
    assert facts["donor.kind"] == donor_kind()
    assert "agreement.signatory" not in facts
    assert "receipt.payer" not in facts


def donor_kind() -> str:
    """What the credit code of the usual donor of the tests says that it is."""
    return {"91": "enterprise", "53": "foundation"}.get(
        donor_cases.given().credit_code[:2], "natural_person"
    )


def test_scheme_in_another_currency_is_not_computed(books: Engine) -> None:
    with refused("foreign_scheme"):
        cases.compute(books, "hk-mgs-8")


def test_unknown_scheme_is_refused(books: Engine) -> None:
    with refused("unknown_scheme"):
        cases.compute(books, "cn-nowhere")
