"""Runs of the integrity suite that were kept, so that the desk can say how old the last is."""

from datetime import datetime

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from ledger.orm import Base, Digest, Key


class CheckRun(Base):
    """One run: when, by whom, over what, and the first of its findings as JSON."""

    __tablename__ = "check_run"

    id: Mapped[Key]
    run_at: Mapped[datetime]
    # Nobody, when the command line ran it without a name.
    run_by: Mapped[str | None] = mapped_column(String(64))
    check_count: Mapped[int]
    voucher_count: Mapped[int] = mapped_column(BigInteger)
    error_count: Mapped[int]
    warning_count: Mapped[int]
    chain_head: Mapped[Digest]
    findings: Mapped[str]
