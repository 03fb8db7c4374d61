"""The plan of the story as its data files have it. Amounts are yuan, as people would say them."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, TypeVar

from foundation.donors.models import DonorKind
from ledger import money
from ledger.funds import Restriction

T = TypeVar("T")
Day = tuple[int, int]
"""Month and day."""
ANONYMOUS = "匿名"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fund:
    """A fund; `opened` in the first year, None when it is as old as the books."""

    code: str
    name: str
    restriction: Restriction
    opened: Day | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What a fund has, or owes, when the books begin."""

    place: str
    fund: str
    yuan: int
    counterparty: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Giver:
    """An organisation or group that gives on one day of a year."""

    name: str
    fund: str
    day: Day
    yuan: int
    years: str
    credit_code: str = ""
    agreement: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Persons, what some of them give every month, and whose identity number is known."""

    names: tuple[str, ...]
    monthly_yuan: Mapping[str, int]
    id_number: Mapping[str, str]
    email: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """A single gift that is described one by one."""

    years: str
    day: Day
    donor: str
    fund: str
    yuan: int | str
    kind: str = "cash"
    method: str = "bank"
    place: str = "bank"
    expense: str = "programme_expense"
    until: str = ""
    split_fund: str = ""
    split_yuan: int = 0
    is_anonymous: bool = False
    item: str | None = None
    quantity: str | None = None
    evidence: str | None = None
    note: str | None = None
    recipient: str | None = None
    original: str = ""
    currency: str = ""
    rate: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakingBack:
    """A refund (with its cause) or a correction (`yuan` is what is right) of a marked gift."""

    years: str
    day: Day
    mark: str
    yuan: int
    reason: str
    cause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallGifts:
    """A register of small gifts that comes once a year."""

    month: int
    fund: str
    rows: int
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Season:
    """How many single gifts each month brings, and what they are like."""

    per_month: tuple[int, ...]
    anniversary: Mapping[str, Any]
    amounts: Mapping[str, Any]
    funds: Mapping[str, int]
    methods: Mapping[str, int]
    platform: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """What a fund pays in some months: a share of what it holds, or between two amounts."""

    fund: str
    months: tuple[int, ...]
    day: int
    step: int
    summary: str
    expense: str
    item: str
    share: int = 0
    most: int = 0
    low: int = 0
    high: int = 0
    counterparty: str = ""
    attachments: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """A voucher of one day of a year."""

    years: str
    day: Day
    rule: str
    summary: str
    taking: str
    giving: str
    fund: str
    yuan: int
    item: str = ""
    counterparty: str = ""
    attachments: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Investment:
    """A short-term investment; days are (year of the story, month, day)."""

    fund: str
    bought: tuple[int, int, int]
    redeemed: tuple[int, int, int]
    yuan: int
    basis_points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A fixed asset that loses value every month after `since` (year of the story, month)."""

    name: str
    fund: str
    expense: str
    monthly_yuan: int
    since: tuple[int, int]
    months: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A voucher that is not posted yet; without an expense it is only half written."""

    state: str
    summary: str
    expense: str
    yuan: int
    item: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything from which the story is told."""

    funds: tuple[Fund, ...]
    registration_yuan: int
    holdings: tuple[Holding, ...]
    organisations: tuple[Giver, ...]
    groups: tuple[Giver, ...]
    people: People
    season: Season
    registers: tuple[SmallGifts, ...]
    occasions: tuple[Occasion, ...]
    refunds: tuple[TakingBack, ...]
    corrections: tuple[TakingBack, ...]
    spending: tuple[Spending, ...]
    dated: tuple[Dated, ...]
    investments: tuple[Investment, ...]
    assets: tuple[Asset, ...]
    waiting: tuple[Waiting, ...]
    items: Mapping[str, str]
    tables: Mapping[str, Mapping[str, Any]]
    """The tables that stand alone: treasury, endowment, deposit, payroll, release, prior_period."""

    def is_restricted(self, fund: str) -> bool:
        """Tell whether a fund is restricted; GEN is not among the funds of the plan."""
        return any(one.code == fund for one in self.funds)

    def item(self, key: str) -> str:
        """Return the line of the cash-flow statement behind a short name."""
        return self.items[key] if key else ""


@cache
def read() -> Plan:
    """Read the plan from its files."""
    funds, donors, giving, spending = (
        _file(name) for name in ("funds", "donors", "giving", "spending")
    )
    return Plan(
        funds=tuple(
            _made(Fund, table | {"restriction": Restriction(table["restriction"])})
            for table in funds["fund"]
        ),
        registration_yuan=funds["opening"]["registration_yuan"],
        holdings=_all(Holding, funds["holding"]),
        organisations=_all(Giver, donors["organisation"]),
        groups=_all(Giver, donors["group"]),
        people=_made(People, donors["people"]),
        season=Season(
            per_month=tuple(giving["per_month"]),
            **{
                key: giving[key]
                for key in ("anniversary", "amounts", "funds", "methods", "platform")
            },
        ),
        registers=_all(SmallGifts, giving["register"]),
        occasions=_all(Occasion, giving["gift"]),
        refunds=_all(TakingBack, giving["refund"]),
        corrections=_all(TakingBack, giving["correction"]),
        spending=_all(Spending, spending["spending"]),
        dated=_all(Dated, spending["act"]),
        investments=_all(Investment, spending["investment"]),
        assets=_all(Asset, spending["asset"]),
        waiting=_all(Waiting, spending["waiting"]),
        items=spending["items"],
        tables={key: value for key, value in spending.items() if isinstance(value, dict)},
    )


def fen(yuan: int | str) -> int:
    """Return fen."""
    return money.parse(str(yuan))


def kind_of(plan: Plan, name: str) -> DonorKind:
    """Return what kind of donor somebody of the plan is."""
    if name == ANONYMOUS:
        return DonorKind.ANONYMOUS
    if name in plan.people.names:
        return DonorKind.PERSON
    if any(giver.name == name for giver in plan.organisations):
        return DonorKind.ORGANISATION
    return DonorKind.GROUP


def _file(name: str) -> dict[str, Any]:
    folder = resources.files(f"{__package__}.data")
    return tomllib.loads(folder.joinpath(f"{name}.toml").read_text("utf-8"))


def _all(kind: type[T], tables: list[dict[str, Any]]) -> tuple[T, ...]:
    return tuple(_made(kind, table) for table in tables)


def _made(kind: type[T], table: Mapping[str, Any]) -> T:
    values = {
        key: tuple(value) if isinstance(value, list) else value for key, value in table.items()
    }
    return kind(**values)
