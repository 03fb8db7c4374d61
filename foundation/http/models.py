"""What requests leave behind: answers for repeated ones, and what people keep of lists."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ledger.orm import Base, Code, Digest, Key


class IdempotentAnswer(Base):
    """The answer that a POST with an Idempotency-Key got."""

    __tablename__ = "idempotent_answer"

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    request_digest: Mapped[Digest]
    status: Mapped[int]
    body: Mapped[str]
    created_at: Mapped[datetime]


class SavedFilter(Base):
    """A filter of a list that a person gave a name."""

    __tablename__ = "saved_filter"

    id: Mapped[Key]
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    listing: Mapped[Code]
    name: Mapped[str] = mapped_column(String(60))
    # The parameters of the address, in one fixed order.
    query: Mapped[str] = mapped_column(String(1000))
    created_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("user_id", "listing", "name"),)


class HiddenColumns(Base):
    """The columns of a list that a person does not want to see, with commas between them."""

    __tablename__ = "hidden_columns"

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    listing: Mapped[Code] = mapped_column(primary_key=True)
    columns: Mapped[str] = mapped_column(String(1000))
