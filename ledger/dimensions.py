"""Dimensions (辅助核算): what a line is about beside its account and its fund.

Donors, counterparties, projects and cash-flow items are values of one table, so that
subsidiary ledgers and the audit data interface read them alike (12号 第二十条（三）).
"""

from enum import StrEnum

from sqlalchemy import Index, String, UniqueConstraint, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from ledger import policy
from ledger.orm import Base, Key, Name, choice


class DimensionKind(StrEnum):
    """The archive a value belongs to."""

    DONOR = "donor"
    COUNTERPARTY = "counterparty"
    PROJECT = "project"
    CASH_FLOW_ITEM = "cash_flow_item"


class Dimension(Base):
    """One value of one archive."""

    __tablename__ = "dimension"

    id: Mapped[Key]
    kind: Mapped[DimensionKind] = mapped_column(choice(DimensionKind))
    code: Mapped[str] = mapped_column(String(64))
    name: Mapped[Name]

    __table_args__ = (UniqueConstraint("kind", "code"), Index(None, "kind", "name"))


def ensure(session: Session, kind: DimensionKind, values: dict[str, str]) -> dict[str, int]:
    """Return the ids of values given as code → name, adding those that are missing."""
    if not values:
        return {}
    ids = _find(session, kind, sorted(values))
    missing = sorted(code for code in values if code not in ids)
    if missing:
        connection = session.connection()
        dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
        # Somebody else may add the same value at this moment; theirs is as good as ours.
        connection.execute(
            dialect.insert(Dimension).on_conflict_do_nothing(index_elements=["kind", "code"]),
            [{"kind": kind, "code": code, "name": values[code]} for code in missing],
        )
        ids |= _find(session, kind, missing)
        if kind is DimensionKind.CASH_FLOW_ITEM:
            policy.touch(session)
    return ids


def _find(session: Session, kind: DimensionKind, codes: list[str]) -> dict[str, int]:
    rows = session.connection().execute(
        select(Dimension.code, Dimension.id).where(
            Dimension.kind == kind, Dimension.code.in_(codes)
        )
    )
    return {row.code: row.id for row in rows}
