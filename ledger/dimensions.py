"""Dimensions (辅助核算): what a line is about beside its account and its fund.

Donors, counterparties, projects and cash-flow items are values of one table, so that
subsidiary ledgers and the audit data interface read them alike (12号 第二十条（三）).
"""

from enum import StrEnum

from sqlalchemy import Index, String, UniqueConstraint, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from ledger import policy
from ledger.orm import Base, Key, Name, choice, reserve_ids


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
    found = session.execute(
        select(Dimension.code, Dimension.id).where(
            Dimension.kind == kind, Dimension.code.in_(sorted(values))
        )
    )
    ids: dict[str, int] = {row.code: row.id for row in found}
    missing = [code for code in values if code not in ids]
    if missing:
        connection = session.connection()
        table = Dimension.__table__
        new_ids = reserve_ids(connection, table, len(missing))  # type: ignore[arg-type]
        connection.execute(
            insert(Dimension),
            [
                {"id": key, "kind": kind, "code": code, "name": values[code]}
                for key, code in zip(new_ids, missing, strict=True)
            ],
        )
        ids.update(zip(missing, new_ids, strict=True))
        if kind is DimensionKind.CASH_FLOW_ITEM:
            policy.touch(session)
    return ids
