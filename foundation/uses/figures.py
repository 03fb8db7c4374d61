"""What became of a gift, from the books: what each of its funds had, spent and on what.

Money in a fund has no name on it. So a gift's part in the spending is its share of everything the
fund could spend from the month of the gift on: what was there before, and what came since. A gift
that is all a fund had is reported to the fen; the share never exceeds the gift.
"""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from foundation.disclosure import purposes
from ledger import balances


@dataclass(frozen=True, slots=True)
class FundUse:
    """A fund from the month of the gift to the month of the report."""

    opening_minor: int
    received_minor: int
    spent_minor: int
    closing_minor: int
    # On what, the greatest first.
    spending: tuple[tuple[str, int], ...]

    @property
    def available_minor(self) -> int:
        """Everything that could be spent in these months."""
        return self.opening_minor + self.received_minor

    def share_of(self, gift_minor: int) -> int:
        """Return the part of the spending that is borne by a gift of the fund."""
        if self.available_minor <= 0 or self.spent_minor <= 0:
            return 0
        return min(gift_minor, self.spent_minor * gift_minor // self.available_minor)


def read(session: Session, fund_id: int, *, first: int, last: int) -> FundUse:
    """Return a fund from one month to another (`202603`), before generated closing vouchers."""
    income, spent = purposes.income_and_spending(session, first=first, last=last, fund_id=fund_id)
    spending = {name: minor for name, minor in spent.get(fund_id, {}).items() if minor}
    opening = balances.fund_nets(session, first - 1).get(fund_id, 0)
    closing = balances.fund_nets(session, last).get(fund_id, 0)
    return FundUse(
        opening_minor=opening,
        received_minor=income.get(fund_id, 0),
        spent_minor=sum(spending.values()),
        closing_minor=closing,
        spending=tuple(sorted(spending.items(), key=lambda item: (-item[1], item[0]))),
    )
