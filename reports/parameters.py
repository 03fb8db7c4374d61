"""What a report may be asked, and the answer to "what was asked" in terms of the books.

A report declares its parameters as data. `resolve` turns the texts that a page, a program or a
command gives into a period, an account, a fund and so on, or refuses them by name.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from foundation.organisation.models import Organisation
from ledger import catalogue
from ledger.accounts import UnknownAccount
from ledger.catalogue import AccountInfo, Catalogue, FundInfo
from ledger.clock import Clock
from ledger.dimensions import Dimension, DimensionKind
from ledger.errors import InvalidInput, NotFound
from reports.period_range import PeriodRange, month_text, parse_range
from reports.tables import Heading, Label, State

NONE_GIVEN = "-"
"""Asks for the lines that carry no value of a dimension."""
_ON = frozenset({"1", "true", "yes", "on"})
_OFF = frozenset({"", "0", "false", "no", "off"})


class Answer(StrEnum):
    """What kind of answer a parameter takes."""

    PERIOD = "period"
    ACCOUNT = "account"
    FUND = "fund"
    DIMENSION = "dimension"
    """A donor, counterparty, project or cash-flow item; the parameter has the kind's name."""
    CHOICE = "choice"
    FLAG = "flag"
    TEXT = "text"
    """A code of the report's own, such as a row of a form."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One question that a report understands; the first choice is the default."""

    name: str
    title: Label
    answer: Answer
    choices: tuple[tuple[str, Label], ...] = ()


PERIOD = Parameter("period", Label("会计期间", "Period"), Answer.PERIOD)
ACCOUNT = Parameter("account", Label("科目", "Account"), Answer.ACCOUNT)
FUND = Parameter("fund", Label("基金", "Fund"), Answer.FUND)
DIMENSIONS = tuple(
    Parameter(kind.value, title, Answer.DIMENSION)
    for kind, title in (
        (DimensionKind.DONOR, Label("捐赠人", "Donor")),
        (DimensionKind.COUNTERPARTY, Label("往来单位", "Counterparty")),
        (DimensionKind.PROJECT, Label("项目", "Project")),
        (DimensionKind.CASH_FLOW_ITEM, Label("现金流量项目", "Cash-flow item")),
    )
)
"""Each also names the column of a line: `donor` is `donor_id`."""
CLOSING = Parameter(
    "closing",
    Label("结转凭证", "Closing vouchers"),
    Answer.CHOICE,
    (
        ("included", Label("包含", "Included")),
        ("excluded", Label("不含（结转前）", "Left out (before closing)")),
    ),
)


class UnknownDimension(NotFound):
    """No value of this dimension has this code or name."""

    code = "unknown_dimension"
    message = "没有编码或名称为“{value}”的{kind}"


@dataclass(frozen=True, slots=True)
class DimensionValue:
    """A value of a dimension; `id` is None when lines without any are asked for."""

    id: int | None
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Parameters:
    """What was asked, resolved. `given` is what was typed, for links to the same question."""

    period: PeriodRange
    heading: Heading
    known: Catalogue
    account: AccountInfo | None = None
    fund: FundInfo | None = None
    dimensions: Mapping[str, DimensionValue] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)

    def option(self, name: str) -> str:
        """Return the answer to a choice, or "1" and "" for a flag."""
        return self.options[name]

    @property
    def without_closing(self) -> bool:
        """Whether the generated closing vouchers are left out."""
        return self.options.get("closing") == "excluded"

    def before_closing(self) -> "Parameters":
        """The same question without the generated closing vouchers of the span."""
        return dataclasses.replace(self, options={**self.options, "closing": "excluded"})

    def at(self, period: PeriodRange) -> "Parameters":
        """The same question for another period; the heading stays."""
        return dataclasses.replace(self, period=period)

    @property
    def filters(self) -> dict[str, str]:
        """The filters as they were typed, for links that lead to a part of the same figures."""
        names = {"fund", "closing", *(parameter.name for parameter in DIMENSIONS)}
        return {name: value for name, value in self.given.items() if name in names}

    @property
    def subtitle(self) -> Label | None:
        """The filters in words, or None when there are none."""
        parts: list[tuple[Label, str]] = []
        if self.account is not None:
            parts.append((ACCOUNT.title, f"{self.account.code} {self.account.full_name}"))
        if self.fund is not None:
            parts.append((FUND.title, f"{self.fund.code} {self.fund.name}"))
        parts += [
            (parameter.title, self.dimensions[parameter.name].name)
            for parameter in DIMENSIONS
            if parameter.name in self.dimensions
        ]
        zh = "　".join(f"{title.zh}：{text}" for title, text in parts)
        en = "  ".join(f"{title.en}: {text}" for title, text in parts)
        if self.without_closing:
            zh, en = f"{zh}　结转前".strip(), f"{en}  before closing".strip()
        return Label(zh, en) if zh else None

    def account_text(self, account: AccountInfo, *, year: int | None = None) -> str:
        """Name an account so that `resolve` finds it again in the same year."""
        chart = chart_of(self.known, year or self.period.year)
        return account.code if account.chart == chart else f"{account.chart}:{account.code}"


def chart_of(known: Catalogue, year: int) -> str:
    """Return the chart that a year is kept under, or "" for a year the books do not have."""
    return next((info.chart for key, info in known.periods.items() if key // 100 == year), "")


def resolve(
    session: Session, declared: Sequence[Parameter], given: Mapping[str, str], *, clock: Clock
) -> Parameters:
    """Turn what was typed into what it means; the latest month of the books is the default.

    Raises InvalidInput for a parameter that the report does not have or cannot read,
    UnknownPeriod, UnknownAccount, UnknownFund or UnknownDimension.
    """
    names = {parameter.name for parameter in declared}
    for name in given:
        if name not in names:
            raise InvalidInput(field=name[:40], reason="此报表没有这个参数")
    known = catalogue.load(session)
    typed = {name: value.strip() for name, value in given.items() if value.strip()}
    period = parse_range(typed["period"]) if "period" in typed else _default(known, clock)
    return Parameters(
        period=period,
        heading=_heading(session, known, period, clock),
        known=known,
        account=_account(known, period, typed["account"]) if "account" in typed else None,
        fund=known.fund(typed["fund"]) if "fund" in typed else None,
        dimensions={
            parameter.name: _dimension(session, parameter, typed[parameter.name])
            for parameter in DIMENSIONS
            if parameter.name in typed
        },
        options={
            parameter.name: _option(parameter, typed.get(parameter.name, ""))
            for parameter in declared
            if parameter.answer in (Answer.CHOICE, Answer.FLAG, Answer.TEXT)
        },
        given=typed,
    )


def _default(known: Catalogue, clock: Clock) -> PeriodRange:
    today = clock.today()
    current = today.year * 100 + today.month
    months = [key for key in known.periods if key % 100]
    past = [key for key in months if key <= current]
    # Books without any month refuse the current one by name, in `_heading`.
    return parse_range(month_text(max(past, default=min(months, default=current))))


def _heading(session: Session, known: Catalogue, period: PeriodRange, clock: Clock) -> Heading:
    kept = [known.periods[key] for key in period.months if key in known.periods]
    if not kept:
        known.period(period.first)  # raises UnknownPeriod
    # Months before the books began are not missing; months to come are.
    final = kept[-1].id == period.last and all(info.state.value == "closed" for info in kept)
    row = session.execute(select(Organisation)).scalar_one_or_none()
    return Heading(
        organisation=Label(row.name, row.name_en or row.name) if row else Label("", ""),
        period=period.text,
        period_title=period.title,
        state=State.FINAL if final else State.DRAFT,
        printed_at=clock.now().astimezone(ZoneInfo(clock.zone)),
    )


def _account(known: Catalogue, period: PeriodRange, text: str) -> AccountInfo:
    chart, colon, code = text.rpartition(":")
    found = chart if colon else chart_of(known, period.year)
    if not found:
        raise UnknownAccount(chart=str(period.year), account=text)
    return known.account(found, code)


def _dimension(session: Session, parameter: Parameter, text: str) -> DimensionValue:
    kind, title = DimensionKind(parameter.name), parameter.title.zh
    if text == NONE_GIVEN:
        return DimensionValue(None, NONE_GIVEN, "（未指定）")
    rows = session.execute(
        select(Dimension.id, Dimension.code, Dimension.name)
        .where(Dimension.kind == kind, or_(Dimension.code == text, Dimension.name == text))
        .order_by(Dimension.code)
        .limit(20)
    ).all()
    exact = [row for row in rows if row.code == text] or rows
    if not exact:
        raise UnknownDimension(value=text, kind=title)
    if len(exact) > 1:
        codes = "、".join(row.code for row in exact[:5])
        raise InvalidInput(field=title, reason=f"有多个名为“{text}”，请用编码：{codes}")
    return DimensionValue(exact[0].id, exact[0].code, exact[0].name)


def _option(parameter: Parameter, text: str) -> str:
    if parameter.answer is Answer.TEXT:
        return text
    if parameter.answer is Answer.FLAG:
        lowered = text.lower()
        if lowered not in _ON | _OFF:
            raise InvalidInput(field=parameter.title.zh, reason="应为 1 或 0")
        return "1" if lowered in _ON else ""
    codes = [code for code, _ in parameter.choices]
    if not text:
        return codes[0]
    if text not in codes:
        raise InvalidInput(field=parameter.title.zh, reason=f"应为 {'、'.join(codes)} 之一")
    return text
