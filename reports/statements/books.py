"""What the statements read from the books, by meaning: tags, classes of net assets, cash items.

No line is read here: balances come from checkpoints and movements, and what those cannot tell
from `ledger.statement_movements`. All amounts are debit positive; of cash, what came in is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.statements.models import StatementReclassification
from ledger import balances, statement_movements
from ledger.balances import Span
from ledger.catalogue import AccountInfo, Catalogue
from ledger.charts.definitions import AccountCategory
from ledger.statement_movements import NO_ITEM, Moved, MovementKind
from reports.statements import layouts

UNRESTRICTED, RESTRICTED = "unrestricted", "restricted"
CLASSES = (UNRESTRICTED, RESTRICTED)
_AGENCY = "agency_asset"
_RESULTS = (AccountCategory.INCOME, AccountCategory.EXPENSE)
_CLAIMS = (AccountCategory.NET_ASSET, *_RESULTS)
_OTHER_ROWS = ("other_operating_received", "other_operating_paid")


@dataclass(frozen=True, slots=True)
class Source:
    """A part of a figure: an account, a cash-flow item where there is one, and the amount.

    `kind` is set for what does not come from the balance of the account.
    """

    account_id: int
    minor: int
    item_key: int = NO_ITEM
    kind: MovementKind | None = None


Sources = Mapping[str, tuple[Source, ...]]
"""The parts of a figure by the name that formulas use: a tag, or a word such as `release`."""


@dataclass(slots=True)
class Books:
    """The books of one session, each instant and each span read once."""

    session: Session
    known: Catalogue
    _balances: dict[int, dict[int, int]] = field(default_factory=dict)
    _moved: dict[Span, list[Moved]] = field(default_factory=dict)

    def balances_at(self, upto: int) -> dict[int, int]:
        """Return the balance of every account at the end of a month."""
        if upto not in self._balances:
            found = balances.balances_at(self.session, upto)
            self._balances[upto] = {account: minor for (account, _), minor in found.items()}
        return self._balances[upto]

    def moved(self, span: Span) -> list[Moved]:
        """Return what the statements alone keep, for a span."""
        if span not in self._moved:
            self._moved[span] = statement_movements.moved(self.session, span)
        return self._moved[span]

    def position(self, upto: int) -> Sources:
        """Return balances by tag, and net assets with what is not closed yet by class."""
        found: dict[str, list[Source]] = {}
        for account_id, minor in self.balances_at(upto).items():
            account = self.known.accounts[account_id]
            found.setdefault(position_name(account), []).append(Source(account_id, minor))
        return self._ordered(found)

    def activity(self, span: Span, *, releases_used: bool) -> dict[str, Sources]:
        """Return by class what income, expenses and net assets moved, before closing.

        With `releases_used` every expense is unrestricted and what was used of restricted money
        is released beside it (2004); without, restricted expenses have their column (2024).
        """
        found: dict[str, dict[str, list[Source]]] = {name: {} for name in CLASSES}
        for account_id, minor in self._results(span).items():
            account = self.known.accounts[account_id]
            kind, is_expense = class_of(account), account.category is AccountCategory.EXPENSE
            source = Source(account_id, minor)
            if is_expense and releases_used and kind == RESTRICTED:
                found[UNRESTRICTED].setdefault(account.tag, []).append(source)
                found[RESTRICTED].setdefault("release", []).append(source)
                given = Source(account_id, -minor)
                found[UNRESTRICTED].setdefault("release", []).append(given)
            else:
                found[kind].setdefault(account.tag, []).append(source)
        for row in self.moved(span):
            account = self.known.accounts[row.account_id]
            if row.kind in (MovementKind.CASH, MovementKind.CLOSING):
                continue
            part = Source(row.account_id, row.net_minor, kind=row.kind)
            found[class_of(account)].setdefault(row.kind.value, []).append(part)
        return {name: self._ordered(parts) for name, parts in found.items()}

    def cash(self, span: Span) -> Sources:
        """Return what came in and went out by row of the cash-flow statement, in positive."""
        names = {key: name for name, key in self.known.cash_flow_items.items()}
        items, opposites = layouts.cash_flow_items(), layouts.cash_flow_opposites()
        found: dict[str, list[Source]] = {}
        for row in self.moved(span):
            if row.kind is not MovementKind.CASH:
                continue
            if row.item_key == NO_ITEM:
                tag = self.known.accounts[row.account_id].tag
                rows = opposites.get(tag, _OTHER_ROWS)
            elif names.get(row.item_key, "") in items:
                rows = (items[names[row.item_key]],) * 2
            else:
                rows = _OTHER_ROWS
            parts = [(rows[0], row.debit_minor), (rows[1], -row.credit_minor)]
            if rows[0] == rows[1]:
                parts = [(rows[0], row.net_minor)]
            for code, minor in parts:
                if minor:
                    source = Source(row.account_id, minor, row.item_key, MovementKind.CASH)
                    found.setdefault(code, []).append(source)
        return self._ordered(found)

    def reclassified(self, upto: int) -> dict[tuple[str, str], int]:
        """Return what the balance sheet at the end of a month shows in another row."""
        # What stands before January is the end of the year before it.
        keys = (upto,) if upto % 100 else (upto, upto - 100 + 12)
        table = StatementReclassification
        rows = self.session.execute(
            select(table.from_row, table.to_row, table.amount_minor)
            .where(table.period_id.in_(keys))
            .order_by(table.id)
        )
        found: dict[tuple[str, str], int] = {}
        for row in rows:
            pair = (row.from_row, row.to_row)
            found[pair] = found.get(pair, 0) + row.amount_minor
        return found

    def _results(self, span: Span) -> dict[int, int]:
        """Return what income and expense accounts moved without the closing vouchers."""
        opening, closing = self.balances_at(span.first - 1), self.balances_at(span.last)
        found: dict[int, int] = {}
        for account_id in opening.keys() | closing.keys():
            found[account_id] = closing.get(account_id, 0) - opening.get(account_id, 0)
        for row in self.moved(span):
            if row.kind is MovementKind.CLOSING:
                found[row.account_id] = found.get(row.account_id, 0) - row.net_minor
        return {
            account_id: minor
            for account_id, minor in found.items()
            if minor and self.known.accounts[account_id].category in _RESULTS
        }

    def _ordered(self, found: Mapping[str, list[Source]]) -> Sources:
        def order(source: Source) -> tuple[str, str, int]:
            account = self.known.accounts[source.account_id]
            return account.code, account.chart, source.item_key

        return {name: tuple(sorted(parts, key=order)) for name, parts in found.items()}


def class_of(account: AccountInfo) -> str:
    """Return the class of net assets that an account raises or lowers."""
    return RESTRICTED if account.restriction == RESTRICTED else UNRESTRICTED


def position_name(account: AccountInfo) -> str:
    """Return what the balance of an account is called in the formulas of the balance sheet."""
    if account.category in _CLAIMS:
        return class_of(account)
    is_agency = account.category is AccountCategory.ASSET and "agency" in account.flags
    return _AGENCY if is_agency else account.tag


def total(sources: Iterable[Source]) -> int:
    """Add up the parts of a figure."""
    return sum(source.minor for source in sources)
