"""Donors as JSON documents: the same for commands and the API. Identity numbers are masked."""

from collections.abc import Sequence
from typing import Any

from foundation.donors import service
from foundation.donors.finding import Likeness
from foundation.donors.models import Donor
from foundation.donors.vault import Vault


def of_donor(
    donor: Donor,
    vault: Vault,
    *,
    similar: Sequence[Likeness] = (),
    merged_into: int | None = None,
) -> dict[str, Any]:
    """A donor; `similar` are others that may be the same."""
    return {
        "id": donor.id,
        "name": donor.name,
        "kind": donor.kind.value,
        "credit_code": donor.credit_code,
        "id_number_masked": service.masked_id_number(donor, vault) or None,
        "email": donor.email,
        "phone": donor.phone,
        "note": donor.note,
        "merged_into": merged_into,
        "recorded_by": donor.created_by,
        "recorded_at": donor.created_at.isoformat(timespec="seconds"),
        "similar": [
            {"id": item.donor.id, "name": item.donor.name, "why": item.why} for item in similar
        ],
    }
