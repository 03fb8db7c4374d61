"""Publications as programs read them."""

from typing import Any

from foundation.disclosure.models import VersionState
from foundation.disclosure.queries import Publication


def of_publication(item: Publication) -> dict[str, Any]:
    """Return a version of an entry."""
    is_public = item.state is VersionState.PUBLISHED
    at = item.decided_at.isoformat(timespec="seconds") if item.decided_at and is_public else None
    return {
        "id": item.id,
        "kind": item.kind,
        "subject": item.subject,
        "number": item.number,
        "state": item.state.value,
        "title": item.title,
        "digest": item.digest,
        "correction": item.correction or None,
        "address": item.address or None,
        "prepared_by": item.prepared_by,
        "published_by": item.decided_by if is_public else None,
        "published_at": at,
    }
