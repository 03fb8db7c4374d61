"""Which gift is covered by which document, and what its bill has to say.

A link is live while its document stands; the guards of the database end it together with the
document. So one partial index says that a gift has at most one live bill and one live letter of
each kind, and nobody has to remember to look.
"""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from ledger.orm import Base, Key, Minor, choice
from receipts.content import Kind, RecipientKind


class GiftBill(Base):
    """The part of an official bill that speaks of one gift."""

    __tablename__ = "gift_bill"

    bill_id: Mapped[int] = mapped_column(ForeignKey("bill.id"), primary_key=True)
    gift_id: Mapped[int] = mapped_column(ForeignKey("gift.id"), primary_key=True)
    amount_minor: Mapped[Minor]
    is_live: Mapped[bool]

    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        Index(None, "gift_id"),
        Index(
            "uq_gift_bill_live",
            "gift_id",
            unique=True,
            sqlite_where=text("is_live"),
            postgresql_where=text("is_live"),
        ),
        {"sqlite_with_rowid": False},
    )


class GiftLetter(Base):
    """A gift that a letter of our own speaks of."""

    __tablename__ = "gift_letter"

    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"), primary_key=True)
    gift_id: Mapped[int] = mapped_column(ForeignKey("gift.id"), primary_key=True)
    kind: Mapped[Kind] = mapped_column(choice(Kind))
    amount_minor: Mapped[Minor]
    is_live: Mapped[bool]

    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        Index(None, "gift_id"),
        Index(
            "uq_gift_letter_live",
            "gift_id",
            "kind",
            unique=True,
            sqlite_where=text("is_live"),
            postgresql_where=text("is_live"),
        ),
        {"sqlite_with_rowid": False},
    )


class BillingParticulars(Base):
    """What the bill of one gift has to say, where that is not simply the donor's name (开票信息).

    The title (抬头) is what the donor confirmed; it need not be the name in our own register.
    A benefit in return makes the gift a sponsorship, for which no donation bill may be issued.
    """

    __tablename__ = "billing_particulars"

    gift_id: Mapped[int] = mapped_column(ForeignKey("gift.id"), primary_key=True)
    title: Mapped[str | None] = mapped_column(String(200))
    payer_kind: Mapped[RecipientKind | None] = mapped_column(choice(RecipientKind))
    payer_code: Mapped[str | None] = mapped_column(String(40))
    benefit: Mapped[str | None] = mapped_column(String(200))
    waiver: Mapped[str | None] = mapped_column(String(200))
    # For countries whose receipt says them: where the payer lives, and what the benefit is worth.
    payer_address: Mapped[str | None] = mapped_column(String(200))
    advantage_minor: Mapped[int | None] = mapped_column(BigInteger)
    changed_by: Mapped[str] = mapped_column(String(64))
    changed_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("(title IS NULL) = (payer_kind IS NULL)", name="title_has_kind"),
    )


class BillPrinter(Base):
    """A printer and how far it prints beside the place, for one paper form (套打).

    Tenths of a millimetre that the print is moved to the right and down.
    """

    __tablename__ = "bill_printer"

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(60))
    form: Mapped[str] = mapped_column(String(60))
    right_tenths: Mapped[int]
    down_tenths: Mapped[int]
    changed_by: Mapped[str] = mapped_column(String(64))
    changed_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("name", "form"),
        CheckConstraint(
            "right_tenths BETWEEN -300 AND 300 AND down_tenths BETWEEN -300 AND 300",
            name="offset_small",
        ),
    )
