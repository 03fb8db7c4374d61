"""The organisation's own facts: one row, changed by an administrator, history in the trail."""

from datetime import datetime

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from ledger.orm import Base, Name


class Organisation(Base):
    """Whose books these are."""

    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[Name]
    name_en: Mapped[Name]
    credit_code: Mapped[str] = mapped_column(String(18))
    time_zone: Mapped[str] = mapped_column(String(48))
    is_demo: Mapped[bool]
    created_at: Mapped[datetime]

    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)
