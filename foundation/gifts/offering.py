"""The day that a form offers: what a bookkeeper most likely means."""

from datetime import date, timedelta

from sqlalchemy.orm import Session

from foundation.http import frame
from foundation.http.context import services
from ledger.periods import period_key


def day_of(session: Session) -> date:
    """Return today, or the last day of the period in view when that is an earlier one."""
    today = services().clock.today()
    key = frame.period_in_view(session)
    if key is None or key >= period_key(today):
        return today
    year, month = key // 100, key % 100
    following = date(year + month // 12, month % 12 + 1, 1)
    return following - timedelta(days=1)
