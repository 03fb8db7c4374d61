"""Which version of a scheme governs a gift.

Rules change between gift, claim and award, and few texts say what happens to gifts on the way.
Where more than one version may govern, a person decides; nothing here guesses.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from foundation.matching.schemes import Scheme
from ledger.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Governing:
    """The version that governs, or the candidates among which a person must choose."""

    scheme: Scheme | None
    candidates: tuple[Scheme, ...]

    @property
    def needs_decision(self) -> bool:
        """Whether a person must choose."""
        return self.scheme is None and len(self.candidates) > 1


def may_be_in_force(scheme: Scheme, *, among: Sequence[Scheme], on: date) -> bool:
    """Whether a version may be in force on a day. Dates that nobody knows rule nothing out."""
    if scheme.in_force_from is not None and on < scheme.in_force_from:
        return False
    if scheme.in_force_to is not None:
        return on <= scheme.in_force_to
    successor = next((item for item in among if item.id == scheme.superseded_by), None)
    begins = successor.in_force_from if successor else None
    return begins is None or on < begins


def governing(
    versions: Sequence[Scheme], *, received_on: date, claimed_on: date, decided: str = ""
) -> Governing:
    """Find the version for a gift received on one day and claimed on another.

    `decided` is the id that a person chose, with a reason kept elsewhere. Raises InvalidInput
    when it names a version that is not among the candidates.
    """
    candidates = tuple(
        scheme
        for scheme in versions
        if may_be_in_force(scheme, among=versions, on=received_on)
        or may_be_in_force(scheme, among=versions, on=claimed_on)
    )
    if decided:
        chosen = next((scheme for scheme in candidates if scheme.id == decided), None)
        if chosen is None:
            raise InvalidInput(field="scheme", reason=f"“{decided}”在这两个日期都不适用")
        return Governing(scheme=chosen, candidates=candidates)
    return Governing(scheme=candidates[0] if len(candidates) == 1 else None, candidates=candidates)
