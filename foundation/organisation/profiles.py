"""Profiles: the file from which the books of an organisation are opened.

The format is TOML and documented in data/demo.toml. Reading is pure; every mistake is named by
its place in the file. A demo profile may carry passwords, a real one may not.
"""

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from foundation.donors import identity
from foundation.organisation import letterhead
from foundation.users.models import Role
from ledger.charts import loading
from ledger.errors import DomainError, InvalidInput
from ledger.funds import Restriction
from ledger.policy import ClosingFrequency, Policy

Word = TypeVar("Word", bound=StrEnum)
DEMO = "demo"
_STAFF = frozenset(Role) - {Role.DONOR}


class BadProfile(InvalidInput):
    """The profile says something that cannot be used."""

    code = "bad_profile"
    message = "机构资料文件 {file} 的 {field} 无效：{reason}"


@dataclass(frozen=True, slots=True)
class ProfileFund:
    """A fund to begin with."""

    code: str
    name: str
    restriction: Restriction


@dataclass(frozen=True, slots=True)
class ProfileAccount:
    """A detail account of the organisation's own."""

    code: str
    name: str
    charts: tuple[str, ...]
    flags: str


@dataclass(frozen=True, slots=True)
class ProfileUser:
    """A person; without a password a random one is made."""

    name: str
    display_name: str
    role: Role
    password: str | None


@dataclass(frozen=True, slots=True)
class Profile:
    """Everything an organisation begins with."""

    name: str
    name_en: str
    credit_code: str
    time_zone: str
    is_demo: bool
    policy: Policy
    funds: tuple[ProfileFund, ...]
    accounts: tuple[ProfileAccount, ...]
    users: tuple[ProfileUser, ...]
    # What documents say beside the name, by the names of `letterhead.LetterheadInput`.
    letterhead: tuple[tuple[str, str], ...] = ()


def load(name: str) -> Profile:
    """Return the profile `demo`, or the one in a file. Raises BadProfile."""
    if name == DEMO:
        text = resources.files(f"{__package__}.data").joinpath("demo.toml").read_text("utf-8")
        return parse(text, file="demo.toml", is_demo=True)
    path = Path(name)
    try:
        text = path.read_text(encoding="utf-8")
    except OSError:
        raise BadProfile(file=name, field="文件", reason="不存在或不能读取") from None
    except UnicodeDecodeError:
        raise BadProfile(file=name, field="文件", reason="应为 UTF-8 编码") from None
    return parse(text, file=path.name, is_demo=False)


def parse(text: str, *, file: str, is_demo: bool) -> Profile:
    """Read a profile. Raises BadProfile."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadProfile(file=file, field="格式", reason=f"不是有效的 TOML（{error}）") from None
    whole = _Table(file, "", data)
    facts = whole.table("organisation")
    profile = Profile(
        name=facts.text("name"),
        name_en=facts.text("name_en"),
        credit_code=_credit_code(facts),
        time_zone=_time_zone(facts),
        is_demo=is_demo,
        policy=_policy(whole.table("policies")),
        funds=tuple(_fund(table) for table in whole.tables("fund")),
        accounts=tuple(_account(table) for table in whole.tables("account")),
        users=tuple(_user(table, is_demo=is_demo) for table in whole.tables("user")),
        letterhead=_letterhead(whole),
    )
    facts.finish()
    whole.finish()
    _check_whole(whole, profile)
    return profile


class _Table:
    """A table of the file that names what is missing, wrong or unknown in it."""

    def __init__(self, file: str, where: str, data: dict[str, Any]) -> None:
        self._file = file
        self._where = where
        self._data = data
        self._read: set[str] = set()

    def error(self, key: str, reason: str) -> BadProfile:
        return BadProfile(file=self._file, field=f"{self._where}{key}", reason=reason)

    def get(self, key: str, kind: type, expected: str, default: Any = None) -> Any:
        self._read.add(key)
        value = self._data.get(key, default)
        if type(value) is not kind:
            raise self.error(key, f"应为{expected}" if key in self._data else "缺少此项")
        return value

    def has(self, key: str) -> bool:
        return key in self._data

    def text(self, key: str) -> str:
        value: str = self.get(key, str, "文字").strip()
        if not value or len(value) > 200:
            raise self.error(key, "不能为空，最多 200 字")
        return value

    def word(self, key: str, kind: type[Word]) -> Word:
        value = self.text(key)
        if value not in list(kind):
            raise self.error(key, "应为 " + "、".join(kind) + " 之一")
        return kind(value)

    def table(self, key: str) -> "_Table":
        return _Table(self._file, f"[{key}] ", self.get(key, dict, "一节"))

    def tables(self, key: str) -> list["_Table"]:
        found = self.get(key, list, "列表", default=[])
        for number, data in enumerate(found, start=1):
            if not isinstance(data, dict):
                raise self.error(key, f"第 {number} 项应写作 [[{key}]]")
        return [
            _Table(self._file, f"[[{key}]] 第{number}项 ", data)
            for number, data in enumerate(found, start=1)
        ]

    def finish(self) -> None:
        """Refuse keys that nobody reads: a misspelt policy must not be silently ignored."""
        for key in sorted(self._data.keys() - self._read):
            raise self.error(key, "没有这一项")


def _credit_code(facts: _Table) -> str:
    try:
        return identity.check_credit_code(facts.text("credit_code"))
    except identity.WrongNumber as error:
        raise facts.error("credit_code", error.data["reason"]) from None


def _time_zone(facts: _Table) -> str:
    zone = facts.text("time_zone")
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise facts.error("time_zone", "应为 Asia/Shanghai 这样的时区名称") from None
    return zone


def _policy(table: _Table) -> Policy:
    policy = Policy(
        separation_required=table.get("separation_required", bool, " true 或 false"),
        attachments_required=table.get("attachments_required", bool, " true 或 false"),
        overspending_refused=table.get("overspending_refused", bool, " true 或 false"),
        closing_frequency=table.word("closing_frequency", ClosingFrequency),
    )
    table.finish()
    return policy


def _fund(table: _Table) -> ProfileFund:
    fund = ProfileFund(
        table.text("code"), table.text("name"), table.word("restriction", Restriction)
    )
    table.finish()
    return fund


def _account(table: _Table) -> ProfileAccount:
    charts = tuple(table.get("charts", list, "科目表列表"))
    for chart in charts:
        try:
            loading.load_chart(chart)
        except DomainError as error:
            raise table.error("charts", str(error)) from None
    flags = "agency" if table.get("agency", bool, " true 或 false", default=False) else ""
    account = ProfileAccount(table.text("code"), table.text("name"), charts, flags)
    table.finish()
    return account


def _letterhead(whole: _Table) -> tuple[tuple[str, str], ...]:
    if not whole.has("letterhead"):
        return ()
    table = whole.table("letterhead")
    found = tuple((name, table.text(name)) for name in letterhead.NAMES if table.has(name))
    table.finish()
    return found


def _user(table: _Table, *, is_demo: bool) -> ProfileUser:
    name, role = table.text("name"), table.word("role", Role)
    if len(name) > 64:
        raise table.error("name", "最多 64 字")
    if role not in _STAFF:
        raise table.error("role", "捐赠人在捐赠人档案中开户")
    password = table.text("password") if is_demo else None
    user = ProfileUser(name, table.text("display_name"), role, password)
    table.finish()
    return user


def _check_whole(whole: _Table, profile: Profile) -> None:
    if not any(fund.restriction is Restriction.NONE for fund in profile.funds):
        raise whole.error("[[fund]]", '至少应有一个非限定基金（restriction = "none"）')
    names = [user.name for user in profile.users]
    if len(set(names)) != len(names):
        raise whole.error("[[user]]", "用户名重复")
    if Role.ADMINISTRATOR not in {user.role for user in profile.users}:
        raise whole.error("[[user]]", '至少应有一名管理员（role = "administrator"）')
