"""The documents: official bills, letters of our own, and which gift they cover."""

import sqlalchemy as sa
from alembic import op

from migrations import guarding

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bill_batch",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "medium",
            sa.Enum(
                "paper",
                "electronic",
                name="billmedium",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("first_number", sa.String(length=20), nullable=True),
        sa.Column("last_number", sa.String(length=20), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=True),
        sa.Column("drawn_on", sa.Date(), nullable=False),
        sa.Column("licence_number", sa.String(length=60), nullable=True),
        sa.Column("keeper", sa.String(length=64), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_off_on", sa.Date(), nullable=True),
        sa.Column("write_off_reference", sa.String(length=60), nullable=True),
        sa.Column("written_off_by", sa.String(length=64), nullable=True),
        sa.CheckConstraint(
            "medium <> 'paper' OR first_number IS NOT NULL",
            name=op.f("ck_bill_batch_paper_has_range"),
        ),
        sa.CheckConstraint(
            "(first_number IS NULL) = (last_number IS NULL) AND (first_number IS NULL) = (quantity IS NULL)",
            name=op.f("ck_bill_batch_range_complete"),
        ),
        sa.CheckConstraint(
            "(written_off_on IS NULL) = (write_off_reference IS NULL) AND (written_off_on IS NULL) = (written_off_by IS NULL)",
            name=op.f("ck_bill_batch_write_off_complete"),
        ),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_bill_batch_quantity_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bill_batch")),
    )
    op.create_index(
        op.f("ix_bill_batch_code_first_number"),
        "bill_batch",
        ["code", "first_number"],
        unique=False,
    )
    op.create_table(
        "letter",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "letter",
                "annual",
                "certificate",
                "tax_receipt",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by", sa.String(length=64), nullable=False),
        sa.Column("recipient_name", sa.String(length=200), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("verification_code", sa.String(length=26), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "issued",
                "replaced",
                "cancelled",
                name="letterstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "replaced_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("ended_reason", sa.Text(), nullable=True),
        sa.Column("ended_by", sa.String(length=64), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'issued') = (ended_at IS NULL) AND (ended_at IS NULL) = (ended_by IS NULL) AND (ended_at IS NULL) = (ended_reason IS NULL)",
            name=op.f("ck_letter_ended_complete"),
        ),
        sa.CheckConstraint(
            "(state = 'replaced') = (replaced_by_id IS NOT NULL)", name=op.f("ck_letter_replaced")
        ),
        sa.CheckConstraint("number > 0", name=op.f("ck_letter_number_positive")),
        sa.ForeignKeyConstraint(
            ["replaced_by_id"], ["letter.id"], name=op.f("fk_letter_replaced_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.UniqueConstraint("kind", "year", "number", name=op.f("uq_letter_kind_year_number")),
        sa.UniqueConstraint("reference", name=op.f("uq_letter_reference")),
        sa.UniqueConstraint("replaced_by_id", name=op.f("uq_letter_replaced_by_id")),
        sa.UniqueConstraint("verification_code", name=op.f("uq_letter_verification_code")),
    )
    op.create_index(op.f("ix_letter_digest"), "letter", ["digest"], unique=False)
    op.create_table(
        "letter_series",
        sa.Column(
            "kind",
            sa.Enum(
                "letter",
                "annual",
                "certificate",
                "tax_receipt",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "year", name=op.f("pk_letter_series")),
    )
    op.create_table(
        "bill",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column(
            "colour",
            sa.Enum(
                "blue",
                "red",
                name="billcolour",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "in_stock",
                "issued",
                "void",
                "lost",
                "red",
                name="billstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("check_code", sa.String(length=20), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("payer_name", sa.String(length=200), nullable=True),
        sa.Column(
            "payer_kind",
            sa.Enum(
                "person",
                "organisation",
                name="recipientkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("payer_code", sa.String(length=40), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("remark", sa.String(length=300), nullable=True),
        sa.Column("drawer", sa.String(length=60), nullable=True),
        sa.Column("checker", sa.String(length=60), nullable=True),
        sa.Column(
            "reverses_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("skip_reason", sa.String(length=200), nullable=True),
        sa.Column("recorded_by", sa.String(length=64), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ended_reason", sa.Text(), nullable=True),
        sa.Column("ended_by", sa.String(length=64), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(colour = 'red') = (reverses_id IS NOT NULL)", name=op.f("ck_bill_red_names_its_blue")
        ),
        sa.CheckConstraint(
            "(state IN ('void', 'lost', 'red')) = (ended_on IS NOT NULL) AND (ended_on IS NULL) = (ended_reason IS NULL) AND (ended_on IS NULL) = (ended_by IS NULL) AND (ended_on IS NULL) = (ended_at IS NULL)",
            name=op.f("ck_bill_ended_complete"),
        ),
        sa.CheckConstraint(
            "amount_minor IS NULL OR (colour = 'blue' AND amount_minor > 0) OR (colour = 'red' AND amount_minor < 0)",
            name=op.f("ck_bill_amount_sign"),
        ),
        sa.CheckConstraint("colour = 'blue' OR state = 'issued'", name=op.f("ck_bill_red_stays")),
        sa.CheckConstraint(
            "state <> 'in_stock' OR (colour = 'blue' AND issued_on IS NULL AND payer_name IS NULL AND amount_minor IS NULL AND reverses_id IS NULL AND recorded_by IS NULL)",
            name=op.f("ck_bill_stock_is_blank"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('issued', 'red') OR (issued_on IS NOT NULL AND payer_name IS NOT NULL AND payer_kind IS NOT NULL AND amount_minor IS NOT NULL AND recorded_by IS NOT NULL AND recorded_at IS NOT NULL)",
            name=op.f("ck_bill_issued_complete"),
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["bill_batch.id"], name=op.f("fk_bill_batch_id")),
        sa.ForeignKeyConstraint(["reverses_id"], ["bill.id"], name=op.f("fk_bill_reverses_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bill")),
        sa.UniqueConstraint("code", "number", name=op.f("uq_bill_code_number")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_bill_reverses_id")),
    )
    op.create_index(
        "ix_bill_in_stock",
        "bill",
        ["batch_id", "number"],
        unique=False,
        sqlite_where=sa.text("state = 'in_stock'"),
        postgresql_where=sa.text("state = 'in_stock'"),
    )
    op.create_index(op.f("ix_bill_issued_on_id"), "bill", ["issued_on", "id"], unique=False)
    op.create_table(
        "letter_render",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "letter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "mark",
            sa.Enum(
                "original",
                "copy",
                name="rendermark",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("rendered_by", sa.String(length=64), nullable=False),
        sa.Column("rendered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letter.id"], name=op.f("fk_letter_render_letter_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_render")),
    )
    op.create_index(op.f("ix_letter_render_digest"), "letter_render", ["digest"], unique=False)
    op.create_index(
        op.f("ix_letter_render_letter_id"), "letter_render", ["letter_id"], unique=False
    )
    op.create_index(
        "uq_letter_render_original",
        "letter_render",
        ["letter_id"],
        unique=True,
        sqlite_where=sa.text("mark = 'original'"),
        postgresql_where=sa.text("mark = 'original'"),
    )
    op.create_table(
        "bill_file",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("bill_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "pdf",
                "ofd",
                "xml",
                name="billfilekind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("added_by", sa.String(length=64), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["bill_id"], ["bill.id"], name=op.f("fk_bill_file_bill_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bill_file")),
        sa.UniqueConstraint("bill_id", "digest", name=op.f("uq_bill_file_bill_id_digest")),
    )
    op.create_index(op.f("ix_bill_file_digest"), "bill_file", ["digest"], unique=False)
    op.create_table(
        "bill_line",
        sa.Column("bill_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("line_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("item_code", sa.String(length=40), nullable=True),
        sa.Column("item_name", sa.String(length=200), nullable=False),
        sa.Column("unit", sa.String(length=20), nullable=True),
        sa.Column("quantity", sa.String(length=40), nullable=True),
        sa.Column("standard", sa.String(length=40), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_minor <> 0", name=op.f("ck_bill_line_amount_not_zero")),
        sa.ForeignKeyConstraint(["bill_id"], ["bill.id"], name=op.f("fk_bill_line_bill_id")),
        sa.PrimaryKeyConstraint("bill_id", "line_no", name=op.f("pk_bill_line")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "billing_particulars",
        sa.Column("gift_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=True),
        sa.Column(
            "payer_kind",
            sa.Enum(
                "person",
                "organisation",
                name="recipientkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("payer_code", sa.String(length=40), nullable=True),
        sa.Column("benefit", sa.String(length=200), nullable=True),
        sa.Column("waiver", sa.String(length=200), nullable=True),
        sa.Column("changed_by", sa.String(length=64), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(title IS NULL) = (payer_kind IS NULL)",
            name=op.f("ck_billing_particulars_title_has_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["gift_id"], ["gift.id"], name=op.f("fk_billing_particulars_gift_id")
        ),
        sa.PrimaryKeyConstraint("gift_id", name=op.f("pk_billing_particulars")),
    )
    op.create_table(
        "gift_bill",
        sa.Column("bill_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("gift_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("is_live", sa.Boolean(), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_gift_bill_amount_positive")),
        sa.ForeignKeyConstraint(["bill_id"], ["bill.id"], name=op.f("fk_gift_bill_bill_id")),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name=op.f("fk_gift_bill_gift_id")),
        sa.PrimaryKeyConstraint("bill_id", "gift_id", name=op.f("pk_gift_bill")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_gift_bill_gift_id"), "gift_bill", ["gift_id"], unique=False)
    op.create_index(
        "uq_gift_bill_live",
        "gift_bill",
        ["gift_id"],
        unique=True,
        sqlite_where=sa.text("is_live"),
        postgresql_where=sa.text("is_live"),
    )
    op.create_table(
        "gift_letter",
        sa.Column(
            "letter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("gift_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "letter",
                "annual",
                "certificate",
                "tax_receipt",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("is_live", sa.Boolean(), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_gift_letter_amount_positive")),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name=op.f("fk_gift_letter_gift_id")),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letter.id"], name=op.f("fk_gift_letter_letter_id")
        ),
        sa.PrimaryKeyConstraint("letter_id", "gift_id", name=op.f("pk_gift_letter")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_gift_letter_gift_id"), "gift_letter", ["gift_id"], unique=False)
    op.create_index(
        "uq_gift_letter_live",
        "gift_letter",
        ["gift_id", "kind"],
        unique=True,
        sqlite_where=sa.text("is_live"),
        postgresql_where=sa.text("is_live"),
    )
    guarding.install("documents")


def downgrade() -> None:
    guarding.remove("documents")
    op.drop_index(
        "uq_gift_letter_live",
        table_name="gift_letter",
        sqlite_where=sa.text("is_live"),
        postgresql_where=sa.text("is_live"),
    )
    op.drop_index(op.f("ix_gift_letter_gift_id"), table_name="gift_letter")
    op.drop_table("gift_letter")
    op.drop_index(
        "uq_gift_bill_live",
        table_name="gift_bill",
        sqlite_where=sa.text("is_live"),
        postgresql_where=sa.text("is_live"),
    )
    op.drop_index(op.f("ix_gift_bill_gift_id"), table_name="gift_bill")
    op.drop_table("gift_bill")
    op.drop_table("billing_particulars")
    op.drop_table("bill_line")
    op.drop_index(op.f("ix_bill_file_digest"), table_name="bill_file")
    op.drop_table("bill_file")
    op.drop_index(
        "uq_letter_render_original",
        table_name="letter_render",
        sqlite_where=sa.text("mark = 'original'"),
        postgresql_where=sa.text("mark = 'original'"),
    )
    op.drop_index(op.f("ix_letter_render_letter_id"), table_name="letter_render")
    op.drop_index(op.f("ix_letter_render_digest"), table_name="letter_render")
    op.drop_table("letter_render")
    op.drop_index(op.f("ix_bill_issued_on_id"), table_name="bill")
    op.drop_index(
        "ix_bill_in_stock",
        table_name="bill",
        sqlite_where=sa.text("state = 'in_stock'"),
        postgresql_where=sa.text("state = 'in_stock'"),
    )
    op.drop_table("bill")
    op.drop_table("letter_series")
    op.drop_index(op.f("ix_letter_digest"), table_name="letter")
    op.drop_table("letter")
    op.drop_index(op.f("ix_bill_batch_code_first_number"), table_name="bill_batch")
    op.drop_table("bill_batch")
