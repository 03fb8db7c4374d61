"""Awards and money that the tests record."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from foundation import database
from foundation.claims import awards
from foundation.claims.awards import NewAward
from foundation.claims.kinds import Payee
from tests.factories import CLOCK, PREPARER
from tests.foundation.claims import claim_cases as cases

AWARD = NewAward(
    amount_minor=50_000_00,
    awarded_on=date(2026, 11, 21),
    document_title="关于下达配比资金的通知",
    document_number="测财教〔2026〕88号",
    payee=Payee.UNIVERSITY,
)


def award(engine: Engine, claim_id: int, **changes: Any) -> int:
    """Record an award."""
    with database.transaction(engine) as session:
        return awards.record_award(
            session, claim_id, replace(AWARD, **changes), actor=PREPARER, clock=CLOCK
        )


def awarded(engine: Engine, folder: Path, **changes: Any) -> int:
    """Give a claim of 150,000.00 and a third of it as its award."""
    claim, _ = cases.frozen(engine, folder)
    cases.submit(engine, claim.id)
    award(engine, claim.id, **changes)
    return claim.id


def receive(engine: Engine, claim_id: int, minor: int, **given: Any) -> int | None:
    """Record money of an award."""
    values: dict[str, Any] = {"received_on": date(2026, 11, 22), "note": "入账通知 12"} | given
    with database.transaction(engine) as session:
        return awards.receive(
            session, claim_id, amount_minor=minor, actor=PREPARER, clock=CLOCK, **values
        )
