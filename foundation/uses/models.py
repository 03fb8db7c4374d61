"""Reports on the use of gifts as they went out, and the log of where they went."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ledger.orm import Base, Digest, Key, choice


class Way(StrEnum):
    """通知邮件、捐赠人下载、当面或邮寄交付."""

    MAILED = "mailed"
    DOWNLOADED = "downloaded"
    HANDED = "handed"


class UseReport(Base):
    """What was reported to the donor of one gift, up to a day; the next one is another row."""

    __tablename__ = "use_report"

    id: Mapped[Key]
    gift_id: Mapped[int] = mapped_column(ForeignKey("gift.id"))
    number: Mapped[int]
    through_on: Mapped[date]
    # Canonical JSON of what it says, and the file that was drawn from it.
    content: Mapped[str]
    digest: Mapped[Digest]
    file: Mapped[bytes] = mapped_column(LargeBinary)
    file_digest: Mapped[Digest]
    made_by: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("gift_id", "number"),
        CheckConstraint("number > 0", name="numbered"),
    )


class UseReportDelivery(Base):
    """One report that went to somebody: how, when, by whom."""

    __tablename__ = "use_report_delivery"

    id: Mapped[Key]
    report_id: Mapped[int] = mapped_column(ForeignKey("use_report.id"))
    way: Mapped[Way] = mapped_column(choice(Way))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("mail_message.id"))
    note: Mapped[str | None] = mapped_column(String(200))
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(64))

    __table_args__ = (
        CheckConstraint("(way = 'mailed') = (message_id IS NOT NULL)", name="mailed"),
        Index(None, "report_id", "id"),
    )
