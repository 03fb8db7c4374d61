"""Profiles: what opens the books of an organisation, and what is refused of it."""

from importlib import resources
from pathlib import Path

import pytest

from foundation.organisation import profiles
from foundation.organisation.profiles import BadProfile
from foundation.users.models import Role
from ledger.funds import Restriction
from ledger.policy import ClosingFrequency, Policy

DEMO = resources.files("foundation.organisation.data").joinpath("demo.toml").read_text("utf-8")
REAL = "\n".join(line for line in DEMO.splitlines() if not line.startswith("password"))


def refusal(text: str, *, is_demo: bool = False) -> BadProfile:
    with pytest.raises(BadProfile) as caught:
        profiles.parse(text, file="x.toml", is_demo=is_demo)
    return caught.value


def test_demo_profile_has_what_the_contract_promises() -> None:
    profile = profiles.load("demo")
    assert profile.is_demo
    assert profile.policy == Policy(closing_frequency=ClosingFrequency.YEAR)
    assert [(fund.code, fund.restriction) for fund in profile.funds] == [("GEN", Restriction.NONE)]
    assert [(account.code, account.flags) for account in profile.accounts] == [
        ("100201", ""),
        ("100202", "agency"),
    ]
    assert {user.name: user.role for user in profile.users} == {
        "admin": Role.ADMINISTRATOR,
        "accountant": Role.ACCOUNTANT,
        "reviewer": Role.REVIEWER,
        "cashier": Role.CASHIER,
        "auditor": Role.AUDITOR,
    }


def test_profile_of_a_real_organisation_is_a_file(tmp_path: Path) -> None:
    path = tmp_path / "ours.toml"
    path.write_text(REAL.replace("示例大学", "云梦大学"), encoding="utf-8")
    profile = profiles.load(str(path))
    assert (profile.name, profile.is_demo) == ("云梦大学教育发展基金会", False)
    assert {user.password for user in profile.users} == {None}


def test_passwords_of_a_real_organisation_never_stand_in_a_file() -> None:
    error = refusal(DEMO)
    assert "password" in error.data["field"]


@pytest.mark.parametrize(
    ("before", "after", "field"),
    [
        ('name = "示例大学教育发展基金会"', "", "name"),
        ("53420000MJ000000X2", "53420000MJ000000X3", "credit_code"),
        ('time_zone = "Asia/Shanghai"', 'time_zone = "Asia/Wuhan"', "time_zone"),
        ("separation_required = true", "separation_required = 1", "separation_required"),
        ("separation_required = true", "separation = true", "separation"),
        ('closing_frequency = "year"', 'closing_frequency = "week"', "closing_frequency"),
        ('restriction = "none"', 'restriction = "free"', "restriction"),
        ('restriction = "none"', 'restriction = "purpose"', "[[fund]]"),
        ('charts = ["2004", "2024"]\nagency', 'charts = ["1998"]\nagency', "charts"),
        ('role = "auditor"', 'role = "donor"', "role"),
        ('name = "auditor"', 'name = "cashier"', "[[user]]"),
        ('role = "administrator"', 'role = "auditor"', "[[user]]"),
        ("[[fund]]", "[fund]", "fund"),
    ],
)
def test_every_mistake_is_named_by_its_place(before: str, after: str, field: str) -> None:
    assert before in REAL
    error = refusal(REAL.replace(before, after, 1))
    assert field in error.data["field"]
    assert "x.toml" in str(error)


def test_what_is_no_toml_is_refused() -> None:
    assert "TOML" in str(refusal("name = "))


def test_missing_file_and_wrong_encoding_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadProfile, match="不存在"):
        profiles.load(str(tmp_path / "none.toml"))
    path = tmp_path / "gbk.toml"
    path.write_bytes("名称".encode("gbk"))
    with pytest.raises(BadProfile, match="UTF-8"):
        profiles.load(str(path))
