"""What the tables of the annual report need beside the books. Nothing is changed, only followed."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from ledger.orm import Base, Key


class AnnualReportText(Base):
    """A text, and an amount where the form asks for one, in one place of one year's report.

    The last one counts.
    """

    __tablename__ = "annual_report_text"

    id: Mapped[Key]
    year: Mapped[int]
    place: Mapped[str] = mapped_column(String(60))
    words: Mapped[str] = mapped_column(String(2000))
    amount_minor: Mapped[int | None] = mapped_column(BigInteger)
    written_by: Mapped[str] = mapped_column(String(64))
    written_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("year BETWEEN 1900 AND 2200", name="year"),
        CheckConstraint("place <> ''", name="placed"),
        Index(None, "year", "place"),
    )


class DonorOrigin(Base):
    """Whether a donor is abroad (境外), and what says so. The last statement counts."""

    __tablename__ = "donor_origin"

    id: Mapped[Key]
    donor_id: Mapped[int] = mapped_column(ForeignKey("donor.id"))
    is_overseas: Mapped[bool]
    source: Mapped[str] = mapped_column(String(300))
    stated_by: Mapped[str] = mapped_column(String(64))
    stated_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("source <> ''", name="reasoned"),
        Index(None, "donor_id"),
    )
