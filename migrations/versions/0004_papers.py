"""Printing on paper forms, tax qualification, and what the pages of documents keep."""

import sqlalchemy as sa
from alembic import op

from migrations import guarding

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "letterhead",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("profile", sa.String(length=20), nullable=False),
        sa.Column("address", sa.String(length=160), nullable=False),
        sa.Column("telephone", sa.String(length=160), nullable=False),
        sa.Column("email", sa.String(length=160), nullable=False),
        sa.Column("website", sa.String(length=160), nullable=False),
        sa.Column("signatory", sa.String(length=60), nullable=False),
        sa.Column("place", sa.String(length=60), nullable=False),
        sa.Column("letter_words", sa.String(length=600), nullable=False),
        sa.Column("statement_words", sa.String(length=600), nullable=False),
        sa.Column("certificate_words", sa.String(length=600), nullable=False),
        sa.Column("changed_by", sa.String(length=64), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_letterhead_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letterhead")),
    )
    op.create_table(
        "tax_qualification",
        sa.Column("id", _KEY, nullable=False),
        sa.Column(
            "standing",
            sa.Enum(
                "qualified",
                "cancelled",
                name="standing",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("document_number", sa.String(length=120), nullable=False),
        sa.Column("document_address", sa.String(length=300), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_reason", sa.String(length=500), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=64), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("first_on <= last_on", name=op.f("ck_tax_qualification_period")),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by IS NULL)"
            " AND (withdrawn_at IS NULL) = (withdrawn_reason IS NULL)",
            name=op.f("ck_tax_qualification_withdrawal_complete"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tax_qualification")),
    )
    op.create_table(
        "bill_printer",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("form", sa.String(length=60), nullable=False),
        sa.Column("right_tenths", sa.Integer(), nullable=False),
        sa.Column("down_tenths", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.String(length=64), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "right_tenths BETWEEN -300 AND 300 AND down_tenths BETWEEN -300 AND 300",
            name=op.f("ck_bill_printer_offset_small"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bill_printer")),
        sa.UniqueConstraint("name", "form", name=op.f("uq_bill_printer_name_form")),
    )
    op.add_column(
        "billing_particulars", sa.Column("payer_address", sa.String(length=200), nullable=True)
    )
    op.add_column(
        "billing_particulars", sa.Column("advantage_minor", sa.BigInteger(), nullable=True)
    )
    guarding.install("papers")


def downgrade() -> None:
    guarding.remove("papers")
    op.drop_column("billing_particulars", "advantage_minor")
    op.drop_column("billing_particulars", "payer_address")
    op.drop_table("bill_printer")
    op.drop_table("tax_qualification")
    op.drop_table("letterhead")
