"""How a person read the columns of a statement, remembered by its headings.

Kept beside the mappings of registers, under a name of its own: the same headings mean one thing
to a register of gifts and another to a statement.
"""

import json
from itertools import islice

from sqlalchemy import delete
from sqlalchemy.orm import Session

from foundation.banking import recognition
from foundation.banking.columns import ROLE_NAMES
from foundation.banking.recognition import SEARCHED_ROWS, Mapping, Understanding
from foundation.imports import headers
from foundation.imports.models import ColumnMapping
from foundation.imports.reading import Source
from ledger import trail
from ledger.clock import Clock


def understand(
    session: Session,
    source: Source,
    *,
    sheet: str | None = None,
    mapping: Mapping | None = None,
    ignores_memory: bool = False,
) -> Understanding:
    """Understand a statement: as told, as remembered, else by its words. Raises a FileRefused."""
    if mapping is None and not ignores_memory:
        mapping = recall(session, source, sheet)
    return recognition.recognise(source, sheet=sheet, mapping=mapping)


def recall(session: Session, source: Source, sheet: str | None) -> Mapping | None:
    """Return the mapping remembered for a row of headings of the file, or None."""
    for name in [sheet] if sheet or not source.sheets else source.sheets:
        head = list(islice(source.rows(name), SEARCHED_ROWS))
        for number in range(1, len(head) + 1):
            mark = recognition.signature_of(headers.labels_at(head, number - 1))
            kept = session.get(ColumnMapping, mark) if mark else None
            if kept is not None:
                said = json.loads(kept.mapping)
                known = {role: at for role, at in said["columns"].items() if role in ROLE_NAMES}
                return Mapping(known, tuple(said["notes"]), number, name)
    return None


def remember(
    session: Session, signature: str, mapping: Mapping, *, actor: str, clock: Clock
) -> None:
    """Remember how a person read a row of headings, in place of what was known before."""
    if not signature:
        return
    said = {"columns": dict(sorted(mapping.columns.items())), "notes": list(mapping.notes)}
    text = json.dumps(said, separators=(",", ":"))
    kept = session.get(ColumnMapping, signature)
    if kept is not None and kept.mapping == text:
        return
    if kept is None:
        kept = ColumnMapping(signature=signature)
        session.add(kept)
    kept.mapping, kept.saved_by, kept.saved_at = text, actor, clock.now()
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="bank_mapping.save",
        subject=f"mapping:{signature[:16]}",
        detail=said,
    )


def forget(session: Session, signature: str, *, actor: str, clock: Clock) -> None:
    """Go back to recognising a row of headings by its words."""
    if not signature or session.get(ColumnMapping, signature) is None:
        return
    session.execute(delete(ColumnMapping).where(ColumnMapping.signature == signature))
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="bank_mapping.forget",
        subject=f"mapping:{signature[:16]}",
    )
