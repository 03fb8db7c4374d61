"""What each fund holds while the story is told, so that nobody spends what is not there."""

from collections.abc import Iterable

from foundation.demo.events import BANK, EXPENSES, INCOME, NET_ASSETS, Row

CLAIMS = EXPENSES | INCOME | NET_ASSETS


class Purses:
    """Balances by place and fund, debit positive."""

    def __init__(self, balances: dict[tuple[str, str], int] | None = None) -> None:
        self._balances = dict(balances or {})

    def copy(self) -> "Purses":
        """Return purses of their own with the same contents."""
        return Purses(self._balances)

    def add(self, rows: Iterable[Row]) -> None:
        """Book rows."""
        for row in rows:
            pair = (row.place, row.fund)
            self._balances[pair] = self._balances.get(pair, 0) + row.minor

    def burden(self, rows: Iterable[Row]) -> None:
        """Book only what makes a fund or its money less: plans rely on nothing still to come."""
        self.add(
            row
            for row in rows
            if (row.place == BANK and row.minor < 0) or (row.place in CLAIMS and row.minor > 0)
        )

    def of(self, place: str, fund: str) -> int:
        """Return the balance of one place in one fund."""
        return self._balances.get((place, fund), 0)

    def cash(self, fund: str | None = None) -> int:
        """Return the money of a fund in the bank, or of all of them."""
        return self._sum({BANK}, fund)

    def net(self, fund: str) -> int:
        """Return what a fund holds: net assets, income and expense together."""
        return -self._sum(CLAIMS, fund)

    def free(self, fund: str) -> int:
        """Return what a fund may spend: what it holds, as far as that is money."""
        return max(min(self.net(fund), self.cash(fund)), 0)

    def _sum(self, places: Iterable[str], fund: str | None) -> int:
        wanted = set(places)
        return sum(
            minor
            for (place, code), minor in self._balances.items()
            if place in wanted and fund in (None, code)
        )
