"""Which line of a bank statement paid which spending request."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from ledger.orm import Base


class BankPayment(Base):
    """The line that paid a request; one line may pay several. Taken back, never changed."""

    __tablename__ = "bank_payment"

    request_id: Mapped[int] = mapped_column(
        ForeignKey("spending_request.id"), primary_key=True, autoincrement=False
    )
    bank_line_id: Mapped[int] = mapped_column(ForeignKey("bank_line.id"))
    linked_by: Mapped[str] = mapped_column(String(64))
    linked_at: Mapped[datetime]

    __table_args__ = (Index(None, "bank_line_id"),)
