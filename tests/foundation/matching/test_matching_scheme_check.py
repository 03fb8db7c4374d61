"""The check of a scheme file explains each mistake, with its line, in two languages."""

import json
from pathlib import Path

import pytest

from foundation.matching import catalogue
from ledger.errors import InvalidInput

GOOD = """\
sources:
  D1: {what: 演练办法}
schemes:
  - scheme: t-one
    title: 演练办法
    family: t
    doc: 演练〔2025〕1号
    in_force: {from: "2025-01-01", to: "2025-12-31"}
    status: usable
    grade: B
    claimant: {fact: inst.public, op: eq, value: true}
    window: {date: gift.cash_received_on, period: previous_year}
    unit: receipt
    gift_rules:
      - {use: cn.cash_received, clause: 第三条}
      - code: RESTRICTED_USE
        decide: gift.university_may_pool
        expect: true
    minimum: {value: "100000.00", cmp: ge}
    match:
      method: marginal
      bands:
        - {upto: "1000000.00", ratio: "1"}
        - {upto: "2000000.00", ratio: "1/2"}
        - {upto: null, ratio: "0.1"}
    caps: [{per: [donor, year], of: grant, value: "500000.00"}]
    pool: {period: year, amount: {"2026": "10000000.00"}, rule: prorata}
    rounding: {place: "0.01", mode: half_up, at: claimant}
    src: [D1]
  - scheme: t-two
    title: 演练办法(修订)
    family: t
    in_force: {from: "2026-01-01"}
    status: partial
    match: {method: UNKNOWN}
    src: [D1]
"""


# Few lines, billions of parts: each list holds the one before it nine times.
BOMB = "a0: &a0 [x]\n" + "".join(
    f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]\n" for i in range(1, 10)
)


def problems_after(old, new):
    assert old in GOOD
    text = GOOD.replace(old, new, 1)
    return catalogue.check_scheme_text(text, "t.yaml")


def line_of(piece):
    return next(i for i, line in enumerate(GOOD.splitlines(), start=1) if piece in line)


def test_a_good_file_has_no_problems():
    assert catalogue.check_scheme_text(GOOD, "t.yaml") == ()


def test_a_good_file_loads():
    one, two = catalogue.load_scheme_text(GOOD, "t.yaml")
    assert (one.id, two.id) == ("t-one", "t-two")
    assert one.gift_rules[0].is_law
    assert {rule.clause for rule in one.gift_rules if rule.block == "cn.cash_received"} == {
        "第三条"
    }


@pytest.mark.parametrize(
    ("old", "new", "field", "said"),
    [
        ('ratio: "1/2"', "ratio: 0.5", "match.bands[1].ratio", "浮点数 0.5"),
        ('value: "100000.00"', "value: 100000.00", "minimum.value", "浮点数"),
        ('ratio: "0.1"', 'ratio: "ten"', "match.bands[2].ratio", "不是比例"),
        ('ratio: "0.1"', 'ratio: "1/0"', "match.bands[2].ratio", "分母"),
        ('ratio: "0.1"', 'ratio: "-1"', "match.bands[2].ratio", "不是比例"),
        ('"500000.00"', '"5 000"', "caps[0].value", "金额"),
        ('"500000.00"', '"-1"', "caps[0].value", "负数"),
        ("fact: inst.public", "fact: inst.publik", "claimant.fact", "未知的事实“inst.publik”"),
        ("fact: inst.public", "fact: public", "claimant.fact", "不是事实的名称"),
        ("op: eq, value: true}", "op: equals, value: true}", "claimant.op", "未知的运算符“equals”"),
        ("op: eq, value: true}", "op: eq, value: yes-sir}", "claimant.value", "true 或 false"),
        ("op: eq, value: true}", "op: in, value: true}", "claimant.value", "列表"),
        ("op: eq, value: true}", "op: gt, value: true}", "claimant.value", "数字或日期"),
        ("op: eq, value: true}", "op: present, value: true}", "claimant.value", "不带 value"),
        ("op: eq, value: true}", "op: eq}", "claimant.value", "缺少 value"),
        ("period: previous_year", "period: last_year", "window.period", "不在允许的值之内"),
        ("unit: receipt", "unit: bill", "unit", "不在允许的值之内"),
        ("unit: receipt", "unit: {kind: bundle}", "unit.within_days", "缺少"),
        ("use: cn.cash_received", "use: cn.cash", "gift_rules[0].use", "没有名为“cn.cash”"),
        ("code: RESTRICTED_USE", "code: RESTRICTED", "gift_rules[1].code", "未知的原因代码"),
        ("decide: gift.university_may_pool", "reason: none", "gift_rules[1]", "有且只有"),
        ("expect: true", "expect: maybe", "gift_rules[1].expect", "true 或 false"),
        ("cmp: ge", "cmp: more", "minimum.cmp", "不在允许的值之内"),
        ("method: marginal", "method: sliding", "match.method", "不在允许的值之内"),
        ("method: marginal", "method: flat", "match.ratio", "缺少“ratio”"),
        ('{upto: "2000000.00"', '{upto: "900000.00"', "match.bands[1]", "重叠"),
        ('{upto: "2000000.00"', '{from: "900000.00", upto: "2000000.00"', "match.bands[1]", "重叠"),
        ('{upto: "20', '{from: "1100000.00", upto: "20', "match.bands[1]", "空档"),
        ('{upto: "1000000.00"', "{upto: null", "match.bands[0]", "只有最后一档"),
        ("per: [donor, year]", "per: [donor, week]", "caps[0].per[1]", "不在允许的值之内"),
        ("per: [donor, year]", "per: donor", "caps[0].per", "列表"),
        ("of: grant", "of: claim", "caps[0].of", "不在允许的值之内"),
        ("rule: prorata", "rule: lottery", "pool.rule", "不在允许的值之内"),
        ('"2026": "10', '"26": "10', "pool.amount.26", "年份"),
        ("mode: half_up", "mode: nearest", "rounding.mode", "不在允许的值之内"),
        ("    grade: B", "    grade: Z", "grade", "不在允许的值之内"),
        ("    status: usable", "    status: good", "status", "不在允许的值之内"),
        ("    title: 演练办法\n", "", "title", "缺少title"),
        ("    src: [D1]\n", "", "src", "缺少来源"),
        ("    src: [D1]\n", "    src: [D9]\n", "src", "不在来源表中"),
        ("    unit: receipt", "    unit: receipt\n    until: never", "until", "未知的键“until”"),
        ("    unit: receipt", "    unit: receipt\n    unit: gift", "unit", "重复"),
        ('to: "2025-12-31"', 'to: "2024-12-31"', "in_force.to", "早于"),
        ('from: "2025-01-01"', "from: soon", "in_force.from", "日期或年份"),
    ],
)  # fmt: skip
def test_each_mistake_is_explained_at_its_place(old, new, field, said):
    problems = problems_after(old, new)
    named = [item for item in problems if item.field == f"schemes[0].{field}"]
    assert named, problems
    assert said in named[0].message_zh
    assert not set("，。；：、“”") & set(named[0].message_en)
    assert named[0].line >= 1


def test_the_line_is_the_line_of_the_mistake():
    problem = problems_after('ratio: "1/2"', "ratio: 0.5")[0]
    assert problem.line == line_of('"1/2"')
    problem = problems_after("op: eq, value: true}", "op: equals, value: true}")[0]
    assert problem.line == line_of("inst.public")


def test_every_mistake_is_listed_and_not_only_the_first():
    text = (
        GOOD.replace("op: eq,", "op: is,")
        .replace('"1/2"', "0.5")
        .replace("at: claimant", "at: end")
    )
    assert len(catalogue.check_scheme_text(text, "t.yaml")) == 3


def test_versions_of_one_scheme_may_not_overlap():
    problems = problems_after('from: "2026-01-01"', 'from: "2025-12-31"')
    assert [item.field for item in problems] == ["schemes[1].in_force"]
    assert "t-one" in problems[0].message_zh
    assert problems[0].line == line_of('from: "2026-01-01"')


def test_an_open_version_overlaps_its_successor_unless_it_says_that_it_ends():
    opened = GOOD.replace(', to: "2025-12-31"', "")
    assert [item.field for item in catalogue.check_scheme_text(opened, "t.yaml")] == [
        "schemes[1].in_force"
    ]
    closed = opened.replace("    family: t\n", "    family: t\n    superseded_by: t-two\n", 1)
    assert catalogue.check_scheme_text(closed, "t.yaml") == ()


def test_one_id_twice_without_dates_is_a_mistake():
    text = GOOD.replace("t-two", "t-one").replace('    in_force: {from: "2026-01-01"}\n', "")
    assert [item.field for item in catalogue.check_scheme_text(text, "t.yaml")] == [
        "schemes[1].scheme"
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "空的"),
        ("schemes: [", "格式错误"),
        ("- 3", "应为一份办法"),
        ("just words", "应为办法"),
        ("schemes: {}", "列表"),
        ("schemes: [{? [a] : b}]", "键必须是文字"),
        ("[" * 60 + "]" * 60, "嵌套过深"),
        (BOMB, "文件过大"),
    ],
)  # fmt: skip
def test_what_is_no_scheme_file_is_said_in_one_line(text, said):
    problems = catalogue.check_scheme_text(text, "t.yaml")
    assert any(said in item.message_zh for item in problems), problems


def test_json_is_checked_too_with_its_lines():
    data = {
        "scheme": "t",
        "title": "演练",
        "status": "usable",
        "src": ["S14"],
        "match": {"method": "flat", "ratio": "1"},
    }
    text = json.dumps(data, indent="\t", ensure_ascii=False)
    assert catalogue.check_scheme_text(text, "t.json") == ()
    wrong = text.replace('"ratio": "1"', '"ratio": 1.5')
    (problem,) = catalogue.check_scheme_text(wrong, "t.json")
    assert (problem.line, problem.field) == (10, "match.ratio")


def test_the_invented_document_has_no_problems():
    path = Path(__file__).parent / "invented_cases.json"
    assert catalogue.check_scheme_text(path.read_text(encoding="utf-8"), path.name) == ()


def test_loading_refuses_the_first_mistake_with_file_and_line():
    text = GOOD.replace('"1/2"', "0.5")
    with pytest.raises(InvalidInput) as caught:
        catalogue.load_scheme_text(text, "t.yaml")
    line = line_of('"1/2"')
    place = f"t.yaml:{line} schemes[0].match.bands[1].ratio"
    assert caught.value.data["field"] == place


def test_loading_refuses_even_a_word_that_the_grammar_does_not_know():
    with pytest.raises(InvalidInput):
        catalogue.load_scheme_text(
            GOOD.replace("    unit: receipt", "    unit: receipt\n    x: 1"), "t.yaml"
        )
