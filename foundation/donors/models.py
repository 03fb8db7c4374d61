"""Donors. Numbers that identify a person are stored encrypted, with a blind index beside them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ledger.orm import Base, Key, Name, choice


class DonorKind(StrEnum):
    """个人、单位、集体、匿名."""

    PERSON = "person"
    ORGANISATION = "organisation"
    GROUP = "group"
    ANONYMOUS = "anonymous"


class Donor(Base):
    """One donor. `dimension_id` is the value that lines of vouchers carry."""

    __tablename__ = "donor"

    id: Mapped[Key]
    dimension_id: Mapped[int] = mapped_column(ForeignKey("dimension.id"))
    kind: Mapped[DonorKind] = mapped_column(choice(DonorKind))
    name: Mapped[Name]
    # The name as it is compared (normalised), and as it is typed in pinyin.
    name_key: Mapped[Name]
    pinyin: Mapped[str] = mapped_column(String(400))
    initials: Mapped[str] = mapped_column(String(200))
    credit_code: Mapped[str | None] = mapped_column(String(18))
    id_number: Mapped[bytes | None] = mapped_column(LargeBinary)
    id_number_index: Mapped[str | None] = mapped_column(String(64))
    email: Mapped[str | None] = mapped_column(String(200))
    phone: Mapped[str | None] = mapped_column(String(40))
    note: Mapped[str | None]
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("dimension_id"),
        UniqueConstraint("credit_code"),
        Index(None, "name_key"),
        Index(None, "pinyin"),
        Index(None, "initials"),
        Index(None, "id_number_index"),
        CheckConstraint("name <> ''", name="named"),
    )
