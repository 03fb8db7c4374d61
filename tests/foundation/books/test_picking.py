"""A few letters find what is meant: a code, a name, or the initials of its pinyin."""

import pytest

from foundation.books.picking import Choice, NotPicked, pick, spell

CHOICES = [
    Choice(code, name, *spell(name))
    for code, name in (
        ("1001", "现金"),
        ("100201", "银行存款—基本户"),
        ("100202", "银行存款—受托代理资产"),
        ("530101", "管理费用—非限定性费用"),
        ("510101", "业务活动成本—非限定性费用"),
    )
]


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("1001", "1001"),
        ("100201", "100201"),
        ("100201 银行存款—基本户", "100201"),
        ("银行存款—基本户", "100201"),
        ("基本户", "100201"),
        ("现", "1001"),
        ("XJ", "1001"),
        ("xianjin", "1001"),
        ("glfy", "530101"),
        ("yhckjbh", "100201"),
        ("yinhangcunkuanj", "100201"),
        ("管理", "530101"),
        ("53", "530101"),
        (" 1001 ", "1001"),
    ],
)
def test_what_people_type_finds_the_account(typed: str, code: str) -> None:
    assert pick(typed, CHOICES, field="科目").code == code


def test_what_fits_nothing_is_refused() -> None:
    with pytest.raises(NotPicked, match="不存在"):
        pick("9999", CHOICES, field="科目")


@pytest.mark.parametrize("typed", ["1002", "银行存款", "非限定性费用", "yhck"])
def test_what_fits_several_names_them(typed: str) -> None:
    with pytest.raises(NotPicked, match="不止一个：") as caught:
        pick(typed, CHOICES, field="科目")
    assert "100201" in str(caught.value) or "530101" in str(caught.value)
