"""Finding donors by what people type, guessing their kind, and noticing likeness."""

import pytest
from sqlalchemy import Engine

from foundation import database
from foundation.donors import finding, particulars, pinyin
from foundation.donors.models import DonorKind
from foundation.donors.service import DonorInput
from tests.foundation.donors.donor_cases import (
    CREDIT_CODE,
    ID_NUMBER,
    VAULT,
    given,
    record,
)


@pytest.fixture
def donors(books: Engine) -> Engine:
    record(
        books, DonorInput("东湖启明科技有限公司", DonorKind.ORGANISATION, credit_code=CREDIT_CODE)
    )
    record(books, given(name="林晓舟", id_number=ID_NUMBER))
    record(books, given(name="林小舟"))
    record(books, given(name="Maria O'Neill"))
    record(books, given(name="100%纯爱心社", kind=DonorKind.GROUP))
    return books


def found(engine: Engine, text: str, *, limit: int = 20) -> list[str]:
    with database.reading(engine) as session:
        return [donor.name for donor in finding.search(session, text, limit=limit)]


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("东湖", ["东湖启明科技有限公司"]),
        ("启明科技", ["东湖启明科技有限公司"]),
        ("donghu", ["东湖启明科技有限公司"]),
        ("DHQM", ["东湖启明科技有限公司"]),
        ("91420100ma4k", ["东湖启明科技有限公司"]),
        (CREDIT_CODE, ["东湖启明科技有限公司"]),
        ("linxiaozhou", ["林小舟", "林晓舟"]),
        ("lxz", ["林小舟", "林晓舟"]),
        ("林　晓", ["林晓舟"]),
        ("maria", ["Maria O'Neill"]),
        ("o'neill", ["Maria O'Neill"]),
        ("100%", ["100%纯爱心社"]),
        ("%", []),
        ("_", []),
        ("不存在", []),
        ("", []),
        ("  ", []),
        ("\U0010ffff", []),
    ],
)
def test_donors_are_found_by_name_pinyin_initials_and_code(
    donors: Engine, typed: str, names: list[str]
) -> None:
    assert found(donors, typed) == names


def test_names_that_begin_so_come_before_names_that_contain_it(books: Engine) -> None:
    for name in ("南校友小组", "校友志愿队"):
        record(books, given(name=name))

    assert found(books, "校友") == ["校友志愿队", "南校友小组"]


def test_no_more_are_found_than_asked_for(donors: Engine) -> None:
    assert len(found(donors, "lxz", limit=1)) == 1


def alike(engine: Engine, entry: DonorInput) -> list[tuple[str, str]]:
    with database.reading(engine) as session:
        return [
            (item.donor.name, item.why) for item in finding.likenesses(session, entry, vault=VAULT)
        ]


def test_likeness_says_why_and_the_surest_comes_first(donors: Engine) -> None:
    assert alike(donors, given(name="林晓洲", id_number=ID_NUMBER)) == [
        ("林晓舟", "证件号码相同"),
        ("林小舟", "读音相同"),
    ]
    assert alike(donors, given(name="林小舟")) == [("林小舟", "名称相同"), ("林晓舟", "读音相同")]
    assert alike(donors, given(name="改名后的公司", credit_code=CREDIT_CODE)) == [
        ("东湖启明科技有限公司", "信用代码相同")
    ]


def test_new_donor_is_like_nobody(donors: Engine) -> None:
    assert alike(donors, given(name="周知秋")) == []


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("东湖启明科技有限公司", DonorKind.ORGANISATION),
        ("某某大学校友总会", DonorKind.ORGANISATION),
        ("Example Holdings Ltd", DonorKind.ORGANISATION),
        ("林晓舟", DonorKind.PERSON),
        ("2003级土木三班", DonorKind.GROUP),
        ("财务部全体员工", DonorKind.GROUP),
        ("北京校友会", DonorKind.ORGANISATION),
        ("Maria O'Neill", DonorKind.PERSON),
    ],
)
def test_kind_is_guessed_from_the_name(name: str, kind: DonorKind) -> None:
    assert particulars.guess_kind(name) is kind


def test_anonymous_is_a_kind_of_its_own() -> None:
    assert particulars.guess_kind("某公司", is_anonymous=True) is DonorKind.ANONYMOUS


@pytest.mark.parametrize(
    ("name", "spelled", "initials"),
    [
        ("林晓舟", "linxiaozhou", "lxz"),
        ("吕绿", "lvlv", "ll"),
        ("A股 爱好者", "aguaihaozhe", "agahz"),
        ("", "", ""),
        ("甲" * 200, ("jia" * 200)[:400], "j" * 200),
    ],
)
def test_names_are_spelled_in_pinyin(name: str, spelled: str, initials: str) -> None:
    assert pinyin.spell(name) == (spelled, initials)


@pytest.mark.parametrize(
    ("name", "is_person", "initials"),
    [
        ("曾凌霄", True, "zlx"),
        ("曾凌霄", False, "clx"),
        ("单玉", True, "sy"),
        ("单位联合会", True, "dwlhh"),
        ("曾", True, "c"),
    ],
)
def test_family_names_are_read_as_names(name: str, is_person: bool, initials: str) -> None:
    assert pinyin.spell(name, is_person=is_person)[1] == initials


def test_person_is_found_by_the_reading_of_the_family_name(books: Engine) -> None:
    record(books, given(name="曾凌霄"))
    record(books, given(name="曾氏基金会", kind=DonorKind.ORGANISATION))

    assert found(books, "zlx") == ["曾凌霄"]
    assert alike(books, given(name="增凌霄")) == [("曾凌霄", "读音相同")]
