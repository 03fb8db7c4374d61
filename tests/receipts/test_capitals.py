"""Amounts in capital characters: each rule of the two regulations, and what must be refused."""

import csv
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ledger import money
from ledger.errors import InvalidInput
from ledger.money import InvalidAmount
from receipts.capitals import MAX_FEN, InvalidCapitals, from_capitals, to_capitals

PUBLISHED = Path(__file__).parents[3] / "shared" / "data" / "rmb_capitals.csv"

AMOUNTS = st.one_of(
    st.integers(min_value=1, max_value=MAX_FEN),
    # Amounts of a few non-zero digits: this is where the rules about 零 are.
    st.lists(st.tuples(st.integers(0, 13), st.integers(1, 9)), min_size=1, max_size=4).map(
        lambda places: sum({place: digit * 10**place for place, digit in places}.values())
    ),
)


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        # The printed examples of 附一 四, with 整 after 角 as 第五十二条 demands.
        ("1409.50", "壹仟肆佰零玖元伍角整"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("1680.32", "壹仟陆佰捌拾元零叁角贰分"),
        ("107000.53", "壹拾万柒仟元零伍角叁分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        # Endings.
        ("8.00", "捌元整"),
        ("8.30", "捌元叁角整"),
        ("8.37", "捌元叁角柒分"),
        # Nothing before 角 or 分 when there is no 元.
        ("0.10", "壹角整"),
        ("0.01", "壹分"),
        ("0.12", "壹角贰分"),
        # Ten is always 壹拾.
        ("15.00", "壹拾伍元整"),
        ("150000.00", "壹拾伍万元整"),
        ("1000000000.00", "壹拾亿元整"),
        # Zeros within and between sections.
        ("1001.00", "壹仟零壹元整"),
        ("10001000.00", "壹仟万壹仟元整"),
        ("100001000.00", "壹亿零壹仟元整"),
        ("100000001.00", "壹亿零壹元整"),
        ("101000000.00", "壹亿零壹佰万元整"),
        ("110005000.00", "壹亿壹仟万伍仟元整"),
        ("200000000000.07", "贰仟亿元零柒分"),
        ("300400500060.00", "叁仟零肆亿零伍拾万零陆拾元整"),
        ("999999999999.99", "玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
    ],
)
def test_amount_is_written_as_the_regulations_say(amount, expected):
    assert to_capitals(money.parse(amount)) == expected
    assert from_capitals(expected) == money.parse(amount)


def test_every_published_vector_is_written_and_read():
    if not PUBLISHED.exists():
        pytest.skip("published vectors are not beside the project")
    with PUBLISHED.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 30
    assert [(row["amount"], to_capitals(money.parse(row["amount"]))) for row in rows] == [
        (row["amount"], row["uppercase"]) for row in rows
    ]
    for row in rows:
        minor = money.parse(row["amount"])
        assert from_capitals(row["uppercase"]) == minor
        _, other_form, permitted = row["source"].partition("other permitted form ")
        if other_form:
            assert from_capitals(permitted) == minor


@given(AMOUNTS)
@example(1)
@example(MAX_FEN)
def test_what_is_written_reads_back_exactly(minor):
    assert from_capitals(to_capitals(minor)) == minor


@given(AMOUNTS)
def test_written_form_never_breaks_a_rule(minor):
    text = to_capitals(minor)
    assert "零零" not in text
    assert not text.startswith("零")
    assert not any(f"零{unit}" in text for unit in "拾佰仟万亿元角分整")
    assert text.endswith("整") == (minor % 10 == 0)
    assert ("元" in text) == (minor >= 100)


@given(AMOUNTS, AMOUNTS)
def test_two_amounts_never_share_a_form(one, other):
    assert (to_capitals(one) == to_capitals(other)) == (one == other)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("人民币壹佰元整", "100.00"),
        ("人民幣壹佰元整", "100.00"),
        ("壹佰圆整", "100.00"),
        ("壹佰圓正", "100.00"),
        ("壹佰元正", "100.00"),
        ("貳億零陸萬圓整", "200060000.00"),
        ("叄元伍角", "3.50"),
        ("壹仟肆佰零玖元伍角", "1409.50"),
        ("壹仟陆佰捌拾元叁角贰分", "1680.32"),
        ("壹拾万零柒仟元伍角叁分", "107000.53"),
        ("壹拾万零柒仟元零伍角叁分", "107000.53"),
        ("壹拾万柒仟元伍角叁分", "107000.53"),
        ("壹仟万零壹仟元整", "10001000.00"),
        ("壹亿伍仟元整", "100005000.00"),
        ("壹拾亿零伍仟万元整", "1050000000.00"),
        (" 壹佰元整\n", "100.00"),
    ],
)
def test_every_permitted_variant_is_read(text, amount):
    assert from_capitals(text) == money.parse(amount)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "人民币",
        "100元整",
        "一百元整",
        "廿元整",
        "念元整",
        "两佰元整",
        "壹佰块整",
        "伍毛",
        "另伍分",
        "壹佰〇壹元整",
        "壹佰零壹圆人民币",
        "人民币 壹佰元整",
        "人民币人民币壹佰元整",
        "壹佰 元整",
        # The wording of an amount that is clear, but not permitted.
        "壹佰元",
        "壹佰",
        "拾元整",
        "拾万元整",
        "壹佰元伍分整",
        "壹佰元伍分",
        "壹佰壹元整",
        "壹佰零零壹元整",
        "壹万零柒仟元整",
        "壹佰元零伍角零伍分",
        "壹仟零佰零拾元整",
        "零元伍角整",
        "零元整",
        "整",
        "壹元整整",
        "壹万元壹万元整",
        "伍分壹元",
        "壹万亿元整",
        "（负数）壹佰元整",
        "壹佰元整。",
        "玖" * 10_000,
    ],
)
def test_forbidden_or_broken_text_is_refused(text):
    with pytest.raises(InvalidCapitals) as refused:
        from_capitals(text)
    assert refused.value.code == "invalid_capitals"
    assert refused.value.status == 422


def test_refusal_names_the_right_wording():
    with pytest.raises(InvalidCapitals, match="应写作“壹拾伍万元整”"):
        from_capitals("拾伍万元整")


def test_refusal_names_the_forbidden_character():
    with pytest.raises(InvalidCapitals, match="不得使用“〇”"):
        from_capitals("壹佰〇壹元整")


@given(st.text(alphabet="零壹贰叁肆伍陆柒捌玖拾佰仟万亿元角分整正圆人民币", max_size=30))
def test_any_text_is_read_exactly_or_refused(text):
    try:
        minor = from_capitals(text)
    except InvalidInput:
        return
    assert from_capitals(to_capitals(minor)) == minor


@pytest.mark.parametrize("minor", [0, -1, MAX_FEN + 1, True, None, "100"])
def test_what_is_not_an_amount_is_not_written(minor):
    with pytest.raises(InvalidAmount):
        to_capitals(minor)
