"""Which cost element a line of programme costs is that no request, run or register booked."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from ledger.orm import Base, BigKey, Code, Minor


class BookedElement(Base):
    """The element of one line of a voucher. Saying it again replaces it; the trail keeps both."""

    __tablename__ = "booked_element"

    voucher_id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=False)
    line_no: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    element: Mapped[Code]
    # The amount of the line, as it was when somebody looked at it.
    amount_minor: Mapped[Minor]
    noted_by: Mapped[str] = mapped_column(String(64))
    noted_at: Mapped[datetime]

    __table_args__ = (
        ForeignKeyConstraint(
            ["voucher_id", "line_no"], ["voucher_line.voucher_id", "voucher_line.line_no"]
        ),
        {"sqlite_with_rowid": False},
    )
