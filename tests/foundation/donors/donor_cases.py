"""Donors that the tests record: invented, with numbers that belong to nobody."""

from typing import Any

from sqlalchemy import Engine

from foundation import database
from foundation.donors import service
from foundation.donors.models import DonorKind
from foundation.donors.service import DonorInput, DonorRef
from foundation.donors.vault import Vault
from tests import factories

SECRET = "a secret of the tests, long enough for a key"
VAULT = Vault.of(SECRET)
CREDIT_CODE, OTHER_CREDIT_CODE = "91420100MA4K00000Q", "91420100MA4K00001U"
ID_NUMBER, OTHER_ID_NUMBER = "99000020000108007X", "990000199002280019"
COMPANY = DonorInput("东湖启明科技有限公司", DonorKind.ORGANISATION)
PERSON = DonorInput("林晓舟", DonorKind.PERSON)


def given(**changes: Any) -> DonorInput:
    """Return the particulars of a donor that are valid unless changed."""
    values: dict[str, Any] = {"name": PERSON.name, "kind": PERSON.kind} | changes
    return DonorInput(**values)


def record(
    engine: Engine, entry: DonorInput = COMPANY, *, actor: str = factories.PREPARER
) -> DonorRef:
    """Record a donor."""
    with database.transaction(engine) as session:
        return service.record_donor(session, entry, vault=VAULT, actor=actor, clock=factories.CLOCK)
