"""Every result explains itself, step by step, in Chinese and in English."""

from datetime import date

from foundation.matching import catalogue, eligibility, engine, plan
from foundation.matching.facts import Context, Decision, Gift
from foundation.matching.results import GiftStatus

CLAIMANT = {"inst.owner": "shandong_province", "inst.public": True, "inst.kind": "undergraduate"}
FACTS = {
    "gift.cash_received_on": date(2025, 6, 15),
    "gift.asset_kind": "cash",
    "gift.origin": "donation",
    "gift.recipient_kind": "foundation_registered",
    "gift.must_be_passed_on": False,
    "gift.beneficiary_related_to_donor": False,
    "gift.linked_to_enrolment": False,
    "gift.source_lawful": True,
    "gift.good_for_development": True,
    "gift.political_condition": False,
    "gift.purpose": "scholarship",
    "gift.named": False,
}


def evaluate(gifts, *decisions):
    return engine.evaluate(
        catalogue.get_scheme("cn-shandong-2017"),
        gifts,
        context=Context(claimant=CLAIMANT, claim_year=2026),
        decisions=[Decision("unit", "receipt", "电话确认"), *decisions],
    )


def sentences(result, language="zh"):
    return [catalogue.sentence_of(line, language=language) for line in result.trace]


def test_a_gift_is_explained_in_the_order_of_the_steps():
    result = evaluate([Gift(id="g1", amount_minor=20_000_000, facts=FACTS)]).gifts[0]
    steps = [line.step for line in result.trace]
    assert steps == sorted(steps)
    assert {3, 5, 6, 7, 8} <= set(steps)


def test_a_rejection_reads_with_clause_source_fact_and_reason():
    facts = {**FACTS, "gift.university_may_pool": False}
    result = evaluate([Gift(id="g1", amount_minor=20_000_000, facts=facts)]).gifts[0]
    chinese = next(text for text in sentences(result) if "RESTRICTED_USE" in text)
    for part in ("第四条 学校可统筹使用", "来源 S14", "学校可统筹使用为否", "不予认定", "指定用途"):
        assert part in chinese
    english = next(text for text in sentences(result, "en") if "RESTRICTED_USE" in text)
    for part in ("source S14", "the university may pool it: no", "rejected because designated use"):
        assert part in english


def test_a_decision_shows_its_reason():
    decision = Decision("gift.university_may_pool", True, "协议第三条写明由学校统筹", gift="g1")
    result = evaluate([Gift(id="g1", amount_minor=20_000_000, facts=FACTS)], decision).gifts[0]
    assert result.status is GiftStatus.ELIGIBLE
    assert any("协议第三条写明由学校统筹" in text for text in sentences(result))


def test_an_open_question_reads_as_open():
    result = evaluate([Gift(id="g1", amount_minor=20_000_000, facts=FACTS)]).gifts[0]
    assert any("学校可统筹使用为未知；待认定" in text for text in sentences(result))


def test_bank_and_bill_in_different_years_are_remarked():
    facts = {
        **FACTS,
        "gift.cash_received_on": date(2025, 12, 31),
        "receipt.issued_on": date(2026, 1, 4),
        "gift.university_may_pool": True,
    }
    result = evaluate([Gift(id="g1", amount_minor=20_000_000, facts=facts)]).gifts[0]
    assert result.status is GiftStatus.ELIGIBLE
    assert any("以银行到账日为准" in text for text in sentences(result))


def test_a_gift_below_the_minimum_names_the_minimum_and_the_unit():
    facts = {**FACTS, "gift.university_may_pool": True}
    result = evaluate([Gift(id="g1", amount_minor=9_999_999, facts=facts)]).gifts[0]
    text = next(text for text in sentences(result) if "BELOW_MINIMUM" in text)
    assert "最低额 100,000.00 CNY" in text
    assert "每笔到账" in text
    assert "第四条 单笔捐赠额在10万元以上(含10万元)，来源 S14" in text


def test_the_claim_is_explained_too():
    facts = {**FACTS, "gift.university_may_pool": True}
    result = evaluate([Gift(id="g1", amount_minor=20_000_000, facts=facts)])
    texts = sentences(result)
    assert texts[0].startswith("第1步办法版本")
    assert any("申请单位为公办为是" in text for text in texts)
    assert any("配比 200,000.00 CNY" in text for text in texts)
    assert any("四舍五入" in text for text in texts)


def test_a_refusal_of_the_claimant_names_its_facts():
    result = engine.evaluate(
        catalogue.get_scheme("cn-shandong-2017"),
        [],
        context=Context(claimant={**CLAIMANT, "inst.kind": "vocational"}, claim_year=2026),
    )
    assert any("不予认定" in text and "vocational" in text for text in sentences(result))


def test_every_rule_of_the_scheme_appears_in_the_trace_of_a_gift():
    compiled = plan.compile_plan(
        catalogue.get_scheme("cn-shandong-2017"), context=Context(claimant=CLAIMANT)
    )
    result = evaluate([Gift(id="g1", amount_minor=20_000_000, facts=FACTS)]).gifts[0]
    named = [line.rule for line in result.trace if line.step in (5, 6)]
    assert isinstance(compiled.gate, eligibility.Gate)
    assert named == [rule.rule.code for rule in compiled.gate.rules if rule.rule.is_law] + [
        rule.rule.code for rule in compiled.gate.rules if not rule.rule.is_law
    ]
