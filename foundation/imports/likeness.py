"""Gifts that the books may have already, only told differently: typed by hand and in a register.

The same gift in two registers has one fingerprint. Somebody who types a gift from a bank notice
leaves the reference of the bank out, or types it where the register has none; then only donor,
day and amount agree. That is no proof, so such a row is imported and the person is told.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.gifts import standing
from foundation.gifts.kinds import ChangeKind
from foundation.gifts.models import Gift, reference
from foundation.imports.names import normalise_name
from foundation.imports.rows import RegisterRow

_What = tuple[date, int, str]


@dataclass(frozen=True, slots=True)
class ProbableDuplicate:
    """A row that agrees with a gift typed by hand in all but the reference of the bank."""

    row: int
    panel: int
    gift: str


@dataclass(slots=True)
class TypedGifts:
    """The gifts typed by hand on the days of a register; each is likened to one row only."""

    days: set[date] = field(default_factory=set)
    waiting: dict[tuple[_What, bool], list[str]] = field(default_factory=dict)

    def likened(self, session: Session, rows: Sequence[RegisterRow]) -> list[ProbableDuplicate]:
        """Return the gifts that new rows may be, the earliest first."""
        self._load(session, rows)
        return [found for row in rows if (found := self._like(row)) is not None]

    def _load(self, session: Session, rows: Sequence[RegisterRow]) -> None:
        """Read the gifts of days that were not asked for before."""
        days = {row.received_on for row in rows} - self.days
        if not days:
            return
        self.days |= days
        found = session.execute(
            select(
                Gift.id,
                Gift.received_on,
                Gift.amount_minor,
                Gift.donor_name,
                Gift.bank_reference,
            )
            .where(
                Gift.received_on.in_(sorted(days)),
                Gift.batch_id.is_(None),
                ~standing.ended(ChangeKind.CANCELLED),
            )
            .order_by(Gift.id.desc())
        )
        for row in found:
            what = (row.received_on, row.amount_minor, normalise_name(row.donor_name))
            named = self.waiting.setdefault((what, bool(row.bank_reference)), [])
            named.append(reference(row.id, row.received_on))

    def _like(self, row: RegisterRow) -> ProbableDuplicate | None:
        if not self.waiting:
            return None
        what = (row.received_on, row.amount_minor, normalise_name(row.donor))
        # Two references that differ are two gifts; the same, or none twice, is a fingerprint.
        named = self.waiting.get((what, not row.reference))
        return ProbableDuplicate(row.row, row.panel, named.pop()) if named else None
