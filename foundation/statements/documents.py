"""Issued statements as JSON documents: the same for commands and the API."""

from typing import Any

from foundation.statements.service import IssuedView


def of_issued(issued: IssuedView) -> dict[str, Any]:
    """Return an issued statement for programs."""
    return {
        "id": issued.id,
        "period": issued.period,
        "layout": issued.layout,
        "sha256": issued.digest,
        "chain_head": issued.chain_head,
        "legal_representative": issued.signers.legal_representative,
        "accounting_head": issued.signers.accounting_head,
        "preparer": issued.signers.preparer,
        "issued_by": issued.issued_by,
        "issued_at": issued.issued_at.isoformat(timespec="seconds"),
        "files": list(issued.files),
    }
