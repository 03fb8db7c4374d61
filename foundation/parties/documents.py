"""Related parties as JSON documents: the same for commands and the API. Numbers are masked."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from foundation.donors.vault import Vault
from foundation.parties import service
from foundation.parties.dealings import Dealing
from foundation.parties.importing import Imported
from foundation.parties.models import PartyRelation, number_of
from foundation.parties.queries import Target, View
from foundation.parties.suggesting import Suggestion


def of_party(view: View, vault: Vault, *, on: date) -> dict[str, Any]:
    """One party with its relations and links."""
    party = view.party
    return {
        "number": view.number,
        "name": party.name,
        "is_person": party.is_person,
        "credit_code": party.credit_code,
        "id_number_masked": service.masked_id_number(party, vault) or None,
        "is_related": view.is_related(on),
        "is_important": view.is_important(on),
        "relations": [_relation(one) for one in view.relations],
        "links": [_link(one) for one in view.live],
        "recorded_by": party.created_by,
        "recorded_at": party.created_at.isoformat(timespec="seconds"),
    }


def of_dealing(item: Dealing, names: Mapping[int, str]) -> dict[str, Any]:
    """What one voucher did with one party."""
    return {
        "party": number_of(item.party_id),
        "name": names[item.party_id],
        "kind": item.kind.value,
        "amount_minor": item.amount_minor,
        "voucher": item.voucher,
        "voucher_id": item.voucher_id,
        "booked_on": item.booked_on,
        "summary": item.summary,
        "is_important": item.is_important,
        "is_undone": item.is_undone,
        "decision": item.decision,
        "published_on": item.published_on,
        "place": item.place,
    }


def of_suggestion(item: Suggestion) -> dict[str, Any]:
    """Somebody who may be related."""
    return {
        "subject": item.subject,
        "ground": item.key,
        "name": item.name,
        "amount_minor": item.minor,
        "party": None if item.party is None else item.party.number,
        "relation": item.relation,
    }


def of_import(found: Imported) -> dict[str, Any]:
    """What an import did, or would do."""
    return {
        "rows": found.rows,
        "declared": found.declared,
        "related": found.related,
        "duplicates": found.duplicates,
        "rejected": [{"row": one.row, "reason": one.reason} for one in found.rejected],
    }


def _relation(one: PartyRelation) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind.value,
        "is_important": one.is_important,
        "relation": one.relation,
        "source": one.source,
        "valid_from": one.valid_from.isoformat(),
        "valid_until": None if one.valid_until is None else one.valid_until.isoformat(),
        "recorded_by": one.recorded_by,
        "withdrawn_reason": one.withdrawn_reason,
    }


def _link(target: Target) -> dict[str, Any]:
    link = target.link
    return {
        "id": link.id,
        "name": target.name,
        "donor": link.donor_id,
        "counterparty": link.counterparty_id,
        "investment": link.investment_id,
    }
