"""The day that a form offers: what a bookkeeper most likely means."""

from collections.abc import Mapping
from datetime import date, timedelta

from sqlalchemy.orm import Session

from foundation.http import frame
from foundation.http.context import services
from ledger.periods import period_key

# What an address may fill in, such as that of a line of the bank: field and how long it may be.
_FROM_ADDRESS = {
    "received_on": 10,
    "amount": 24,
    "account": 32,
    "bank_reference": 120,
    "note": 2000,
    "kind": 20,
    "method": 20,
}


def of_address(given: Mapping[str, str]) -> dict[str, str]:
    """Return what the address fills in; `donor_text` is a name that is not a donor yet."""
    values = {name: given[name][:most] for name, most in _FROM_ADDRESS.items() if name in given}
    if given.get("donor_text"):
        values |= {"donor": given["donor_text"][:200], "donor_id": ""}
    return values


def day_of(session: Session) -> date:
    """Return today, or the last day of the period in view when that is an earlier one."""
    today = services().clock.today()
    key = frame.period_in_view(session)
    if key is None or key >= period_key(today):
        return today
    year, month = key // 100, key % 100
    following = date(year + month // 12, month % 12 + 1, 1)
    return following - timedelta(days=1)
