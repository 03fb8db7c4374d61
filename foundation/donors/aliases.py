"""Which donor a key leads to, now that some were merged into others: conditions and look-ups."""

from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Exists, func, literal, select
from sqlalchemy.orm import Session

from foundation.donors.models import Donor, DonorMerge
from ledger.orm import BigKey


def kept_of(session: Session, donor_id: int) -> int:
    """Return the donor that a key leads to: itself unless it was merged."""
    kept = session.execute(
        select(DonorMerge.kept_id).where(
            DonorMerge.merged_id == donor_id, DonorMerge.undone_at.is_(None)
        )
    ).scalar()
    return donor_id if kept is None else int(kept)


def ids_of(session: Session, donor_id: int) -> list[int]:
    """Return every key under which the same donor gave: the one that was kept comes first."""
    first = kept_of(session, donor_id)
    aliases = session.execute(
        select(DonorMerge.merged_id)
        .where(DonorMerge.kept_id == first, DonorMerge.undone_at.is_(None))
        .order_by(DonorMerge.merged_id)
    ).scalars()
    return [first, *aliases]


def same_as(donor_id: int) -> CompoundSelect[Any]:
    """Select a donor's own key and those of the donors that were merged into it."""
    return select(literal(donor_id, BigKey)).union_all(
        select(DonorMerge.merged_id).where(
            DonorMerge.kept_id == donor_id, DonorMerge.undone_at.is_(None)
        )
    )


def is_alias() -> Exists:
    """The condition of a donor that was merged into another."""
    return (
        select(DonorMerge.id)
        .where(DonorMerge.merged_id == Donor.id, DonorMerge.undone_at.is_(None))
        .correlate(Donor)
        .exists()
    )


def led_to(column: Any) -> ColumnElement[int]:
    """Select the donor that a column of donor keys leads to, so that aliases count as one."""
    led = (
        select(DonorMerge.kept_id)
        .where(DonorMerge.merged_id == column, DonorMerge.undone_at.is_(None))
        .scalar_subquery()
    )
    return func.coalesce(led, column)
