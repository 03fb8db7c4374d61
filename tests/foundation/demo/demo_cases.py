"""The demo foundation in a database, and on which days it is tried."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from foundation import database
from foundation.demo import loading, plan, story
from foundation.demo.loading import Loaded
from foundation.donors.vault import Vault
from foundation.organisation import profiles
from ledger.clock import FixedClock

TODAY = date(2026, 11, 22)
# The whole story under the old chart, a January, a first of the month, a leap day.
OTHER_DAYS = (date(2025, 6, 14), date(2026, 1, 9), date(2027, 2, 1), date(2028, 2, 29))
VAULT = Vault.of("a key for tests, 0123456789 and more")


def clock_of(today: date, *, hour: int = 2) -> FixedClock:
    """Return a clock that stands on a day; two hours UTC is ten in the morning in Wuhan."""
    return FixedClock(instant=datetime(today.year, today.month, today.day, hour, tzinfo=UTC))


def load(engine: Engine, today: date = TODAY, **given: Any) -> Loaded:
    """Load the demo foundation as it stands on a day."""
    clock = clock_of(today)
    with database.transaction(engine) as session:
        return loading.load(
            session,
            profiles.load(profiles.DEMO),
            story.tell(plan.read(), clock.today()),
            vault=VAULT,
            clock=clock,
            **given,
        )


def build(engine: Engine) -> None:
    """Load the demo foundation into a template of the test databases."""
    load(engine)


def environ(engine: Engine, folder: Path) -> dict[str, str]:
    """Return the settings with which the command line finds the database."""
    return {
        "DATABASE_URL": engine.url.render_as_string(hide_password=False),
        "DATA_DIR": str(folder),
        "PORT": "8123",
    }
