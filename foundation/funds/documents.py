"""Funds as JSON documents: the same for commands and the API."""

from typing import Any

from foundation.funds.service import FundBalance
from ledger.money import to_text


def of_fund(held: FundBalance) -> dict[str, Any]:
    """A fund and what it holds."""
    fund = held.fund
    return {
        "code": fund.code,
        "name": fund.name,
        "restriction": fund.restriction.value,
        "opened_on": None if fund.opened_on is None else fund.opened_on.isoformat(),
        "closed_on": None if fund.closed_on is None else fund.closed_on.isoformat(),
        "balance": to_text(held.net_minor),
    }
