"""Tables of the documents: the stock of official bills, and the letters of our own.

An official bill is the finance department's; it is recorded here, never made. A letter is ours:
its number, its frozen content and the file that was handed out. Neither is ever edited or deleted;
the guards of the database hold that against raw SQL too (migrations/guards/documents.*.sql).

Gifts are not known here. What covers which gift is written above, in foundation.receipting.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.orm import Mapped, mapped_column

from ledger.orm import Base, Digest, Key, Minor, Name, choice
from receipts.content import Kind, RecipientKind


class BillMedium(StrEnum):
    """纸质、电子."""

    PAPER = "paper"
    ELECTRONIC = "electronic"


class BillColour(StrEnum):
    """蓝字、红字. A red bill takes a blue one back: same amount, negative, a number of its own."""

    BLUE = "blue"
    RED = "red"


class BillState(StrEnum):
    """库存、已开具、作废、遗失、已冲红. `RED` is a blue bill that a red one took back."""

    IN_STOCK = "in_stock"
    ISSUED = "issued"
    VOID = "void"
    LOST = "lost"
    RED = "red"


# How people call the states.
BILL_STATE_NAMES = {
    BillState.IN_STOCK: "库存",
    BillState.ISSUED: "已开具",
    BillState.VOID: "作废",
    BillState.LOST: "遗失",
    BillState.RED: "已冲红",
}


class BillFileKind(StrEnum):
    """The forms in which the finance department hands out an electronic bill."""

    PDF = "pdf"
    OFD = "ofd"
    XML = "xml"


class LetterState(StrEnum):
    """有效、已更换、已作废."""

    ISSUED = "issued"
    REPLACED = "replaced"
    CANCELLED = "cancelled"


LETTER_STATE_NAMES = {
    LetterState.ISSUED: "有效",
    LetterState.REPLACED: "已更换",
    LetterState.CANCELLED: "已作废",
}


class RenderMark(StrEnum):
    """原件、副本."""

    ORIGINAL = "original"
    COPY = "copy"


class BillBatch(Base):
    """Numbers drawn from the finance department (领用); without a range it assigns them itself."""

    __tablename__ = "bill_batch"

    id: Mapped[Key]
    medium: Mapped[BillMedium] = mapped_column(choice(BillMedium))
    code: Mapped[str] = mapped_column(String(20))
    first_number: Mapped[str | None] = mapped_column(String(20))
    last_number: Mapped[str | None] = mapped_column(String(20))
    quantity: Mapped[int | None]
    drawn_on: Mapped[date]
    licence_number: Mapped[str | None] = mapped_column(String(60))
    keeper: Mapped[str] = mapped_column(String(64))
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    # 核销: the finance department has inspected the numbers of the batch.
    written_off_on: Mapped[date | None]
    write_off_reference: Mapped[str | None] = mapped_column(String(60))
    written_off_by: Mapped[str | None] = mapped_column(String(64))

    __table_args__ = (
        CheckConstraint(
            "(first_number IS NULL) = (last_number IS NULL)"
            " AND (first_number IS NULL) = (quantity IS NULL)",
            name="range_complete",
        ),
        CheckConstraint("medium <> 'paper' OR first_number IS NOT NULL", name="paper_has_range"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint(
            "(written_off_on IS NULL) = (write_off_reference IS NULL)"
            " AND (written_off_on IS NULL) = (written_off_by IS NULL)",
            name="write_off_complete",
        ),
        Index(None, "code", "first_number"),
    )


class Bill(Base):
    """One number of the official bills, from the stock to the end; numbers keep their zeros."""

    __tablename__ = "bill"

    id: Mapped[Key]
    batch_id: Mapped[int] = mapped_column(ForeignKey("bill_batch.id"))
    code: Mapped[str] = mapped_column(String(20))
    number: Mapped[str] = mapped_column(String(20))
    colour: Mapped[BillColour] = mapped_column(choice(BillColour))
    state: Mapped[BillState] = mapped_column(choice(BillState))
    check_code: Mapped[str | None] = mapped_column(String(20))
    issued_on: Mapped[date | None]
    payer_name: Mapped[str | None] = mapped_column(String(200))
    payer_kind: Mapped[RecipientKind | None] = mapped_column(choice(RecipientKind))
    # The credit code of an organisation; the identity number of a person is never kept here.
    payer_code: Mapped[str | None] = mapped_column(String(40))
    # Negative on a red bill.
    amount_minor: Mapped[int | None] = mapped_column(BigInteger)
    remark: Mapped[str | None] = mapped_column(String(300))
    drawer: Mapped[str | None] = mapped_column(String(60))
    checker: Mapped[str | None] = mapped_column(String(60))
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("bill.id"))
    # Why a lower paper number was left in the stock.
    skip_reason: Mapped[str | None] = mapped_column(String(200))
    recorded_by: Mapped[str | None] = mapped_column(String(64))
    recorded_at: Mapped[datetime | None]
    ended_on: Mapped[date | None]
    ended_reason: Mapped[str | None]
    ended_by: Mapped[str | None] = mapped_column(String(64))
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        Unique("code", "number"),
        Unique("reverses_id"),
        CheckConstraint(
            "state NOT IN ('issued', 'red') OR (issued_on IS NOT NULL AND payer_name IS NOT NULL"
            " AND payer_kind IS NOT NULL AND amount_minor IS NOT NULL AND recorded_by IS NOT NULL"
            " AND recorded_at IS NOT NULL)",
            name="issued_complete",
        ),
        CheckConstraint(
            "state <> 'in_stock' OR (colour = 'blue' AND issued_on IS NULL AND payer_name IS NULL"
            " AND amount_minor IS NULL AND reverses_id IS NULL AND recorded_by IS NULL)",
            name="stock_is_blank",
        ),
        CheckConstraint(
            "(state IN ('void', 'lost', 'red')) = (ended_on IS NOT NULL)"
            " AND (ended_on IS NULL) = (ended_reason IS NULL)"
            " AND (ended_on IS NULL) = (ended_by IS NULL)"
            " AND (ended_on IS NULL) = (ended_at IS NULL)",
            name="ended_complete",
        ),
        CheckConstraint(
            "amount_minor IS NULL OR (colour = 'blue' AND amount_minor > 0)"
            " OR (colour = 'red' AND amount_minor < 0)",
            name="amount_sign",
        ),
        CheckConstraint("(colour = 'red') = (reverses_id IS NOT NULL)", name="red_names_its_blue"),
        CheckConstraint("colour = 'blue' OR state = 'issued'", name="red_stays"),
        Index(None, "issued_on", "id"),
        Index(
            "ix_bill_in_stock",
            "batch_id",
            "number",
            sqlite_where=text("state = 'in_stock'"),
            postgresql_where=text("state = 'in_stock'"),
        ),
    )


class BillLine(Base):
    """An item line of an official bill, as it is printed there."""

    __tablename__ = "bill_line"

    bill_id: Mapped[int] = mapped_column(ForeignKey("bill.id"), primary_key=True)
    line_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    item_code: Mapped[str | None] = mapped_column(String(40))
    item_name: Mapped[Name]
    unit: Mapped[str | None] = mapped_column(String(20))
    quantity: Mapped[str | None] = mapped_column(String(40))
    standard: Mapped[str | None] = mapped_column(String(40))
    amount_minor: Mapped[Minor]

    __table_args__ = (
        CheckConstraint("amount_minor <> 0", name="amount_not_zero"),
        {"sqlite_with_rowid": False},
    )


class BillFile(Base):
    """The finance department's own file of a bill, byte for byte under its digest."""

    __tablename__ = "bill_file"

    id: Mapped[Key]
    bill_id: Mapped[int] = mapped_column(ForeignKey("bill.id"))
    kind: Mapped[BillFileKind] = mapped_column(choice(BillFileKind))
    file_name: Mapped[Name]
    size: Mapped[int]
    digest: Mapped[Digest]
    added_by: Mapped[str] = mapped_column(String(64))
    added_at: Mapped[datetime]

    __table_args__ = (Unique("bill_id", "digest"), Index(None, "digest"))


class LetterSeries(Base):
    """The last number of a kind and year; its row is locked while numbers are given."""

    __tablename__ = "letter_series"

    kind: Mapped[Kind] = mapped_column(choice(Kind), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last_number: Mapped[int]


class Letter(Base):
    """A document of our own, frozen when it was issued."""

    __tablename__ = "letter"

    id: Mapped[Key]
    kind: Mapped[Kind] = mapped_column(choice(Kind))
    year: Mapped[int]
    number: Mapped[int]
    # The number as it is printed.
    reference: Mapped[str] = mapped_column(String(40))
    issued_on: Mapped[date]
    issued_at: Mapped[datetime]
    issued_by: Mapped[str] = mapped_column(String(64))
    recipient_name: Mapped[Name]
    total_minor: Mapped[Minor]
    content: Mapped[str]
    digest: Mapped[Digest]
    verification_code: Mapped[str] = mapped_column(String(26))
    state: Mapped[LetterState] = mapped_column(choice(LetterState))
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("letter.id"))
    ended_reason: Mapped[str | None]
    ended_by: Mapped[str | None] = mapped_column(String(64))
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        Unique("kind", "year", "number"),
        Unique("reference"),
        Unique("verification_code"),
        Unique("replaced_by_id"),
        CheckConstraint("number > 0", name="number_positive"),
        CheckConstraint(
            "(state = 'issued') = (ended_at IS NULL) AND (ended_at IS NULL) = (ended_by IS NULL)"
            " AND (ended_at IS NULL) = (ended_reason IS NULL)",
            name="ended_complete",
        ),
        CheckConstraint("(state = 'replaced') = (replaced_by_id IS NOT NULL)", name="replaced"),
        Index(None, "digest"),
    )


class LetterRender(Base):
    """A file that was made of a letter: the original once, and every copy."""

    __tablename__ = "letter_render"

    id: Mapped[Key]
    letter_id: Mapped[int] = mapped_column(ForeignKey("letter.id"))
    mark: Mapped[RenderMark] = mapped_column(choice(RenderMark))
    digest: Mapped[Digest]
    size: Mapped[int]
    rendered_by: Mapped[str] = mapped_column(String(64))
    rendered_at: Mapped[datetime]

    __table_args__ = (
        Index(None, "letter_id"),
        Index(None, "digest"),
        Index(
            "uq_letter_render_original",
            "letter_id",
            unique=True,
            sqlite_where=text("mark = 'original'"),
            postgresql_where=text("mark = 'original'"),
        ),
    )
