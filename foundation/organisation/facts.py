"""Changing the organisation's own facts: each change has a reason and leaves the old values."""

from sqlalchemy.orm import Session

from foundation.donors import identity
from foundation.organisation.service import get_organisation
from ledger import trail
from ledger.clock import Clock
from ledger.errors import InvalidInput


def change(
    session: Session,
    *,
    name: str,
    name_en: str,
    credit_code: str,
    reason: str,
    actor: str,
    clock: Clock,
) -> None:
    """Replace the facts; the old and the new ones go to the trail with the reason."""
    organisation = get_organisation(session)
    if not name.strip():
        raise InvalidInput(field="机构名称", reason="不能为空")
    after = {
        "name": name.strip(),
        "name_en": name_en.strip(),
        "credit_code": identity.check_credit_code(credit_code),
    }
    before = {field: getattr(organisation, field) for field in after}
    for field, value in after.items():
        setattr(organisation, field, value)
    session.flush()
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="organisation.change",
        subject="organisation",
        reason=reason,
        detail={"before": before, "after": after},
    )
