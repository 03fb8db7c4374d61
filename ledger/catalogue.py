"""Accounts, funds, periods and policies in memory, for checking many lines without a query each.

The copy is shared by all sessions of an engine and read again when the token in the policy row
has changed. The guards of the database check the same things once more at posting, so a copy
that goes stale in the middle of a transaction cannot let a wrong line through.
"""

from dataclasses import dataclass
from datetime import date
from weakref import WeakKeyDictionary

from sqlalchemy import Pool, select
from sqlalchemy.orm import Session

from ledger import policy
from ledger.accounts import Account, UnknownAccount
from ledger.charts.definitions import AccountCategory, BalanceSide
from ledger.dimensions import Dimension, DimensionKind
from ledger.errors import Conflict
from ledger.funds import Fund, Restriction, UnknownFund
from ledger.orm import Prepared, connection_of
from ledger.periods import FiscalYear, Period, PeriodState, UnknownPeriod, text_of
from ledger.policy import ClosingFrequency, LedgerPolicy, Policy


@dataclass(frozen=True, slots=True)
class AccountInfo:
    """What the ledger needs to know of an account."""

    id: int
    chart: str
    code: str
    full_name: str
    category: AccountCategory
    side: BalanceSide
    tag: str
    restriction: str
    flags: frozenset[str]
    is_postable: bool
    closed_on: date | None
    parent_id: int | None


@dataclass(frozen=True, slots=True)
class FundInfo:
    """What the ledger needs to know of a fund."""

    id: int
    code: str
    name: str
    restriction: Restriction
    opened_on: date | None
    closed_on: date | None


@dataclass(frozen=True, slots=True)
class PeriodInfo:
    """A period and the chart of its year."""

    id: int
    state: PeriodState
    chart: str


@dataclass(frozen=True, slots=True)
class Codes:
    """What accounts and funds are called in a digest: by chart and code, never by key."""

    accounts: dict[int, tuple[str, str]]
    funds: dict[int, str]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """One consistent copy."""

    token: str
    policy: Policy
    accounts: dict[int, AccountInfo]
    account_ids: dict[tuple[str, str], int]
    funds: dict[int, FundInfo]
    fund_ids: dict[str, int]
    periods: dict[int, PeriodInfo]
    cash_flow_items: dict[str, int]
    codes: Codes

    def account(self, chart: str, code: str) -> AccountInfo:
        """Return the account of a chart by code. Raises UnknownAccount."""
        found = self.account_ids.get((chart, code))
        if found is None:
            raise UnknownAccount(chart=chart, account=code)
        return self.accounts[found]

    def tagged(self, chart: str, tag: str, restriction: str = "") -> AccountInfo:
        """Return the first postable account of a chart with this tag (and restriction)."""
        for info in self.accounts.values():
            if (
                info.chart == chart
                and info.tag == tag
                and info.is_postable
                and info.closed_on is None
                and (not restriction or info.restriction in ("", restriction))
            ):
                return info
        raise UnknownAccount(chart=chart, account=f"{tag} {restriction}".strip())

    def fund(self, code: str) -> FundInfo:
        """Return the fund by code. Raises UnknownFund."""
        found = self.fund_ids.get(code)
        if found is None:
            raise UnknownFund(fund=code)
        return self.funds[found]

    def period(self, key: int) -> PeriodInfo:
        """Return the period. Raises UnknownPeriod."""
        found = self.periods.get(key)
        if found is None:
            raise UnknownPeriod(period=text_of(key))
        return found


class BooksNotInstalled(Conflict):
    """The database has a schema but no books yet."""

    code = "books_not_installed"
    message = "账簿尚未初始化，请先运行 foundation init"


# Keyed by the pool: the options of a reading session make another engine on the same pool.
_copies: WeakKeyDictionary[Pool, Catalogue] = WeakKeyDictionary()


_POLICY = Prepared(
    lambda _: select(
        LedgerPolicy.separation_required,
        LedgerPolicy.attachments_required,
        LedgerPolicy.overspending_refused,
        LedgerPolicy.closing_frequency,
        LedgerPolicy.catalogue_token,
    )
)


def load(session: Session) -> Catalogue:
    """Return the catalogue, reading it again only when something has changed.

    Raises BooksNotInstalled for a database without books.
    """
    held = session.info.get(policy.HELD)
    if isinstance(held, Catalogue):
        return held
    connection = connection_of(session)
    row = _POLICY.run(connection).fetchone()
    if row is None:
        raise BooksNotInstalled
    separation, attachments, overspending, frequency, token = row
    pool = connection.engine.pool
    copy = _copies.get(pool)
    if copy is None or copy.token != token:
        policies = Policy(
            bool(separation), bool(attachments), bool(overspending), ClosingFrequency(frequency)
        )
        copy = _read(session, token, policies)
        _copies[pool] = copy
    session.info[policy.HELD] = copy
    return copy


def _read(session: Session, token: str, policies: Policy) -> Catalogue:
    connection = session.connection()
    accounts = {
        row.id: AccountInfo(
            row.id,
            row.chart,
            row.code,
            row.full_name,
            row.category,
            row.side,
            row.tag,
            row.restriction,
            frozenset(row.flags.split()),
            row.is_postable,
            row.closed_on,
            row.parent_id,
        )
        for row in connection.execute(select(Account.__table__).order_by("chart", "code"))
    }
    funds = {
        row.id: FundInfo(row.id, row.code, row.name, row.restriction, row.opened_on, row.closed_on)
        for row in connection.execute(select(Fund.__table__).order_by("code"))
    }
    periods = {
        row.id: PeriodInfo(row.id, row.state, row.chart)
        for row in connection.execute(
            select(Period.id, Period.state, FiscalYear.chart)
            .join(FiscalYear, FiscalYear.year == Period.year)
            .order_by(Period.id)
        )
    }
    return Catalogue(
        token,
        policies,
        accounts,
        {(info.chart, info.code): info.id for info in accounts.values()},
        funds,
        {info.code: info.id for info in funds.values()},
        periods,
        {
            row.name: row.id
            for row in connection.execute(
                select(Dimension.name, Dimension.id).where(
                    Dimension.kind == DimensionKind.CASH_FLOW_ITEM
                )
            )
        },
        Codes(
            {key: (info.chart, info.code) for key, info in accounts.items()},
            {key: info.code for key, info in funds.items()},
        ),
    )
