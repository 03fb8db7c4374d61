"""Names of donors, and what a register says around them."""

import hashlib
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.imports import names, rows


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("李明", "李明"),
        ("  李明\t", "李明"),
        ("\xa0李明\u3000", "李明"),
        ("李　明", "李明"),
        ("李 小 明", "李小明"),
        ("李\u200b明\ufeff", "李明"),
        ("某公司（武汉）", "某公司(武汉)"),
        ("某公司 (武汉) 分公司", "某公司(武汉)分公司"),
        ("某公司【武汉】", "某公司(武汉)"),
        ("ＡＢＣ公司", "ABC公司"),
        ("John   Smith", "John Smith"),
        ("武汉某\n公司", "武汉某 公司"),
        ("阿依古丽·买买提", "阿依古丽·买买提"),
    ],
)
def test_equal_names_have_one_spelling(written: str, name: str) -> None:
    assert names.normalise_name(written) == name


@given(st.text(max_size=30))
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = names.normalise_name(text)

    assert names.normalise_name(once) == once


@pytest.mark.parametrize(
    "written",
    [
        "赵一鸣转来钱二毛捐款",
        "赵一鸣转来钱二毛",
        "赵一鸣转入钱二毛捐款",
        "赵一鸣转交钱二毛善款",
        "赵一鸣转钱二毛捐款",
        "赵一鸣代钱二毛捐",
        "赵一鸣代钱二毛捐款",
        "赵一鸣代为钱二毛捐赠",
        "赵一鸣（转钱二毛捐款）",
        "赵一鸣(代钱二毛)",
        "赵一鸣（代钱二毛捐）",
        "赵一鸣 代 钱二毛",
        "赵一鸣\u3000转\u3000钱二毛",
        "钱二毛（由赵一鸣代捐）",
        "钱二毛（赵一鸣转交）",
    ],
)
def test_donor_is_the_one_for_whom_the_money_was_passed_on(written: str) -> None:
    donor = names.read_donor(written)

    assert (donor.name, donor.passed_on_by) == ("钱二毛", "赵一鸣")


@pytest.mark.parametrize(
    "written",
    [
        "武汉现代汽车公司捐款",
        "时代出版集团捐款",
        "某某保险代理有限公司",
        "代小明",
        "王代军",
        "欧阳代军",
        "华中转运公司捐款",
        "中转物流公司捐款",
        "市人大代表联络处捐款",
        "当代教育研究会",
        "周转房管理中心捐款",
        "赵一鸣",
    ],
)
def test_name_with_such_a_character_inside_stays_whole(written: str) -> None:
    donor = names.read_donor(written)

    assert (donor.name, donor.passed_on_by) == (written, None)


@pytest.mark.parametrize(
    "written",
    [
        "匿名",
        "匿名捐赠者",
        "爱心人士",
        "无名氏",
        "某先生",
        "某女士",
        "热心市民",
        "不愿透露姓名",
        "佚名",
        "某校友",
    ],
)
def test_anonymous_donor_is_marked(written: str) -> None:
    assert names.read_donor(written).is_anonymous


@pytest.mark.parametrize("written", ["赵一鸣", "爱心人寿保险公司", "某某科技有限公司", "无锡公司"])
def test_named_donor_is_not_marked_anonymous(written: str) -> None:
    assert not names.read_donor(written).is_anonymous


@pytest.mark.parametrize("written", ["*一鸣", "赵**", "赵某", "赵某某", "赵先生", "赵xx"])
def test_name_that_identifies_nobody_is_marked(written: str) -> None:
    assert names.read_donor(written).is_masked


DAY = date(2020, 1, 22)


def test_fingerprint_is_the_documented_digest() -> None:
    covered = "gift 1\n2020-01-22\n李明\n10000"

    found = rows.fingerprint(DAY, "李明", 10000, "")

    assert found == hashlib.sha256(covered.encode()).hexdigest()


def test_fingerprint_is_of_the_normalised_name() -> None:
    one = rows.fingerprint(DAY, "某公司（武汉）", 10000, "")

    assert rows.fingerprint(DAY, " 某公司(武汉)\t", 10000, "") == one


def test_fingerprint_includes_a_reference_when_there_is_one() -> None:
    without = rows.fingerprint(DAY, "李明", 10000, "")
    one = rows.fingerprint(DAY, "李明", 10000, "AB 123")

    assert one != without
    assert one == rows.fingerprint(DAY, "李明", 10000, "ab123")
    assert one != rows.fingerprint(DAY, "李明", 10000, "AB124")


@given(
    first=st.tuples(st.dates(), st.text(max_size=8), st.integers(), st.text(max_size=8)),
    second=st.tuples(st.dates(), st.text(max_size=8), st.integers(), st.text(max_size=8)),
)
def test_different_gifts_have_different_fingerprints(
    first: tuple[date, str, int, str], second: tuple[date, str, int, str]
) -> None:
    def key(gift: tuple[date, str, int, str]) -> tuple[date, str, int, str]:
        reference = "".join(names.normalise_name(gift[3]).split()).upper()
        return gift[0], names.normalise_name(gift[1]), gift[2], reference

    same = key(first) == key(second)

    assert (rows.fingerprint(*first) == rows.fingerprint(*second)) == same
