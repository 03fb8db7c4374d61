"""Which duties were done, and the few facts of the organisation that their dates follow from."""

from datetime import date, datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ledger.orm import Base, Key


class DutyMark(Base):
    """One occurrence of a duty that somebody marked as done; taking it back is in the trail."""

    __tablename__ = "duty_mark"

    id: Mapped[Key]
    duty: Mapped[str] = mapped_column(String(64))
    # The year it fell due, or what a register calls its event.
    occurrence: Mapped[str] = mapped_column(String(40))
    done_on: Mapped[date]
    note: Mapped[str] = mapped_column(String(500))
    marked_by: Mapped[str] = mapped_column(String(64))
    marked_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("duty", "occurrence"),)


class DutyFact(Base):
    """A fact that duties depend on, such as the day a rating expires; the trail has older ones."""

    __tablename__ = "duty_fact"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str] = mapped_column(String(40))
    changed_by: Mapped[str] = mapped_column(String(64))
    changed_at: Mapped[datetime]
