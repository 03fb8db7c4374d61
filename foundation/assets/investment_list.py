"""Lists of investments: what each is worth now, what it earned, and when it falls due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from foundation.assets.change_models import InvestmentImpairment
from foundation.assets.models import Investment, InvestmentKind, InvestmentMove, InvestmentMovement
from foundation.http import lists
from foundation.http.lists import Page, PageRequest
from ledger.funds import Fund

DEFAULT_SORT = "number"
SUMS = ("value", "impaired", "carrying", "income", "due")
# From so many days before it matures an investment is shown as falling due.
SOON_DAYS = 30
STATES = ("overdue", "due_soon", "held", "ended")
_NEVER = date(9999, 12, 31)
_KEYS: dict[str, Any] = {
    "number": Investment.number,
    "product": Investment.product,
    "starts_on": Investment.starts_on,
    "matures_on": func.coalesce(Investment.matures_on, _NEVER).label("sort_matures_on"),
}


@dataclass(frozen=True, slots=True)
class InvestmentFilter:
    """What a list is narrowed to; empty fields narrow nothing."""

    text: str = ""
    kind: InvestmentKind | None = None
    fund: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class InvestmentLine:
    """An investment in a list, as its register has it now."""

    id: int
    number: str
    product: str
    kind: InvestmentKind
    trustee: str
    risk: str
    starts_on: date
    matures_on: date | None
    fund: str
    resolution: str | None
    cost_minor: int
    value_minor: int
    income_minor: int
    due_minor: int
    impaired_minor: int
    state: str
    address: str = ""

    @property
    def carrying_minor(self) -> int:
        """账面价值."""
        return self.value_minor - self.impaired_minor


def search(
    session: Session, wanted: InvestmentFilter, request: PageRequest, *, today: date
) -> Page[InvestmentLine]:
    """Return one part of a list. Raises BadCursor."""
    key = _KEYS[request.column or DEFAULT_SORT]
    keys = [key] if key is Investment.number else [key, Investment.number]
    query = _selected(wanted, today).add_columns(*keys)
    rows = lists.page(session, query, keys=keys, request=request)
    return Page([_line(row, today) for row in rows.items], rows.next)


def everything(
    session: Session, wanted: InvestmentFilter, *, today: date
) -> Sequence[InvestmentLine]:
    """Return the whole list by number."""
    query = _selected(wanted, today).order_by(Investment.number)
    return [_line(row, today) for row in session.execute(query)]


def get_line(session: Session, key: int, *, today: date) -> InvestmentLine:
    """Return one investment as a list shows it."""
    query = _selected(InvestmentFilter(), today).where(Investment.id == key)
    return _line(session.execute(query).one(), today)


def add_up(rows: Sequence[InvestmentLine]) -> dict[str, int]:
    """Return the sums of a list."""
    return {
        "value": sum(row.value_minor for row in rows),
        "impaired": sum(row.impaired_minor for row in rows),
        "carrying": sum(row.carrying_minor for row in rows),
        "income": sum(row.income_minor for row in rows),
        "due": sum(row.due_minor for row in rows),
    }


def _selected(wanted: InvestmentFilter, today: date) -> Any:
    move = InvestmentMovement
    bought = move.kind.in_((InvestmentMove.PURCHASE, InvestmentMove.DONATION))
    undone = select(move.reverses_id).where(move.reverses_id.is_not(None))
    return (
        select(
            Investment,
            Fund.code,
            _sum(move, move.value_minor, bought, move.id.not_in(undone)).label("cost"),
            _sum(move, move.value_minor).label("value"),
            _sum(move, move.income_minor).label("income"),
            _sum(move, move.due_minor).label("due"),
            _sum(InvestmentImpairment, InvestmentImpairment.amount_minor).label("impaired"),
        )
        .join(Fund, Fund.id == Investment.fund_id)
        .where(*_conditions(wanted, today))
    )


def _sum(table: Any, column: Any, *conditions: ColumnElement[bool]) -> Any:
    return (
        select(func.coalesce(func.sum(column), 0))
        .where(table.investment_id == Investment.id, *conditions)
        .correlate(Investment)
        .scalar_subquery()
    )


def _conditions(wanted: InvestmentFilter, today: date) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    typed = wanted.text.replace("\x00", "").strip()
    if typed:
        columns = (
            Investment.number,
            Investment.product,
            Investment.trustee,
            Investment.resolution,
        )
        found.append(or_(*(column.contains(typed, autoescape=True) for column in columns)))
    if wanted.kind is not None:
        found.append(Investment.kind == wanted.kind)
    if wanted.fund:
        found.append(Fund.code == wanted.fund)
    if wanted.state:
        found.append(_in_state(wanted.state, today))
    return found


def _in_state(state: str, today: date) -> ColumnElement[bool]:
    """The condition of a state; the same cases in the same order as `_state`."""
    held = _sum(InvestmentMovement, InvestmentMovement.value_minor) > 0
    matures = func.coalesce(Investment.matures_on, _NEVER)
    soon = today + timedelta(days=SOON_DAYS)
    conditions: dict[str, ColumnElement[bool]] = {
        "ended": ~held,
        "overdue": held & (matures < today),
        "due_soon": held & matures.between(today, soon),
        "held": held & (matures > soon),
    }
    return conditions[state]


def _state(value_minor: int, matures_on: date | None, today: date) -> str:
    if value_minor <= 0:
        return "ended"
    matures = matures_on or _NEVER
    if matures < today:
        return "overdue"
    return "due_soon" if matures <= today + timedelta(days=SOON_DAYS) else "held"


def _line(row: Any, today: date) -> InvestmentLine:
    one: Investment = row[0]
    return InvestmentLine(
        id=one.id,
        number=one.number,
        product=one.product,
        kind=one.kind,
        trustee=one.trustee,
        risk=one.risk,
        starts_on=one.starts_on,
        matures_on=one.matures_on,
        fund=row.code,
        resolution=one.resolution,
        cost_minor=int(row.cost),
        value_minor=int(row.value),
        income_minor=int(row.income),
        due_minor=int(row.due),
        impaired_minor=int(row.impaired),
        state=_state(int(row.value), one.matures_on, today),
    )
