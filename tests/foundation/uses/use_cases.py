"""Gifts of which a part was spent, for tests of the reports to their donors."""

from datetime import date
from typing import Any

from sqlalchemy import Engine

from foundation import database
from foundation.uses import service
from tests import factories, serving
from tests.factories import CLOCK, PREPARER
from tests.foundation.disclosure import disclosure_cases
from tests.foundation.honours import honour_cases
from tests.foundation.parties import party_cases

END = date(2026, 3, 31)
MAIL = "lin@example.org"


def build(engine: Engine) -> None:
    """A fund with two gifts of 60 and 40 thousand, of which 25 thousand were spent."""
    serving.open_books(engine)
    factories.install_organisation(engine)
    first = honour_cases.donor(engine, name="林晓舟", email=MAIL)
    second = honour_cases.donor(engine, name="周知秋")
    honour_cases.give(engine, first, 60_000_00)
    honour_cases.give(engine, second, 40_000_00)
    third = honour_cases.donor(engine, name="陆行远")
    honour_cases.give(engine, third, 9_000_00, allocations=(("LAB", 9_000_00),))
    honour_cases.give(engine, third, 30_000_00, allocations=(("GEN", 30_000_00),))
    disclosure_cases.pay(
        engine,
        party_cases.UNIVERSITY,
        disclosure_cases.SpendingKind.SCHOLARSHIP,
        "grant",
        25_000_00,
        fund="SCHOL",
        beneficiaries=(
            disclosure_cases.BeneficiaryInput("S001", disclosure_cases.STUDENT, 25_000_00),
        ),
    )


def make(engine: Engine, gift_id: int = 1, *, through: date = END, **changes: Any) -> int:
    with database.transaction(engine) as session:
        return service.make(
            session, gift_id, through=through, actor=PREPARER, clock=CLOCK, **changes
        ).id
