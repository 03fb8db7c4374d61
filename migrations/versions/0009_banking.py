"""Bank statements, their matching and the reconciliation."""

import sqlalchemy as sa
from alembic import op

from migrations import guarding

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bank_account",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("bank", sa.String(length=100), nullable=True),
        sa.Column("number", sa.String(length=40), nullable=True),
        sa.Column("begins_on", sa.Date(), nullable=True),
        sa.Column("opening_minor", sa.BigInteger(), nullable=True),
        sa.Column("required_from", sa.Integer(), nullable=True),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(begins_on IS NULL) = (opening_minor IS NULL)",
            name=op.f("ck_bank_account_opening_complete"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_account")),
        sa.UniqueConstraint("code", name=op.f("uq_bank_account_code")),
    )
    op.create_table(
        "bank_match",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "bank_account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "state",
            sa.Enum(
                "building",
                "live",
                "undone",
                name="matchstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "origin",
            sa.Enum(
                "automatic",
                "accepted",
                "manual",
                name="matchorigin",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("settled_in", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_by", sa.String(length=64), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state = 'undone') = (undone_at IS NOT NULL) AND (undone_at IS NULL) = (undone_by IS NULL) AND (undone_at IS NULL) = (undone_reason IS NULL)",
            name=op.f("ck_bank_match_undone_complete"),
        ),
        sa.ForeignKeyConstraint(
            ["bank_account_id"], ["bank_account.id"], name=op.f("fk_bank_match_bank_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_match")),
    )
    op.create_index(
        op.f("ix_bank_match_bank_account_id_settled_in"),
        "bank_match",
        ["bank_account_id", "settled_in"],
        unique=False,
    )
    op.create_table(
        "bank_statement",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "bank_account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("file_digest", sa.String(length=64), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("opening_minor", sa.BigInteger(), nullable=False),
        sa.Column("closing_minor", sa.BigInteger(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("imported_count", sa.Integer(), nullable=False),
        sa.Column("duplicate_count", sa.Integer(), nullable=False),
        sa.Column("received_minor", sa.BigInteger(), nullable=False),
        sa.Column("paid_minor", sa.BigInteger(), nullable=False),
        sa.Column("gap_count", sa.Integer(), nullable=False),
        sa.Column("gap_reason", sa.Text(), nullable=True),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("first_on <= last_on", name=op.f("ck_bank_statement_days")),
        sa.CheckConstraint(
            "gap_count = 0 OR gap_reason IS NOT NULL",
            name=op.f("ck_bank_statement_ties_or_is_explained"),
        ),
        sa.ForeignKeyConstraint(
            ["bank_account_id"], ["bank_account.id"], name=op.f("fk_bank_statement_bank_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_statement")),
    )
    op.create_index(
        op.f("ix_bank_statement_bank_account_id_first_on"),
        "bank_statement",
        ["bank_account_id", "first_on"],
        unique=False,
    )
    op.create_index(
        op.f("ix_bank_statement_file_digest"), "bank_statement", ["file_digest"], unique=False
    )
    op.create_table(
        "bank_account_ledger",
        sa.Column(
            "account_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "bank_account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_bank_account_ledger_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["bank_account_id"],
            ["bank_account.id"],
            name=op.f("fk_bank_account_ledger_bank_account_id"),
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_bank_account_ledger")),
    )
    op.create_index(
        op.f("ix_bank_account_ledger_bank_account_id"),
        "bank_account_ledger",
        ["bank_account_id"],
        unique=False,
    )
    op.create_table(
        "bank_line",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "bank_account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "statement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("row_no", sa.Integer(), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("day_order", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("balance_minor", sa.BigInteger(), nullable=True),
        sa.Column("reference", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("account_masked", sa.String(length=64), nullable=False),
        sa.Column("account_mark", sa.String(length=64), nullable=False),
        sa.Column("summary", sa.String(length=300), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.CheckConstraint("amount_minor <> 0", name=op.f("ck_bank_line_amount_not_zero")),
        sa.ForeignKeyConstraint(
            ["bank_account_id"], ["bank_account.id"], name=op.f("fk_bank_line_bank_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["bank_statement.id"], name=op.f("fk_bank_line_statement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_line")),
        sa.UniqueConstraint(
            "bank_account_id", "fingerprint", name=op.f("uq_bank_line_bank_account_id_fingerprint")
        ),
    )
    op.create_index(
        op.f("ix_bank_line_bank_account_id_booked_on_day_order_id"),
        "bank_line",
        ["bank_account_id", "booked_on", "day_order", "id"],
        unique=False,
    )
    op.create_index(op.f("ix_bank_line_statement_id"), "bank_line", ["statement_id"], unique=False)
    op.create_table(
        "bank_payer",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_key", sa.String(length=200), nullable=False),
        sa.Column("account_mark", sa.String(length=64), nullable=False),
        sa.Column("donor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("match_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("forgotten_by", sa.String(length=64), nullable=True),
        sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "name_key <> '' OR account_mark <> ''", name=op.f("ck_bank_payer_known_by_something")
        ),
        sa.ForeignKeyConstraint(["donor_id"], ["donor.id"], name=op.f("fk_bank_payer_donor_id")),
        sa.ForeignKeyConstraint(
            ["match_id"], ["bank_match.id"], name=op.f("fk_bank_payer_match_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_payer")),
    )
    op.create_index(op.f("ix_bank_payer_donor_id"), "bank_payer", ["donor_id"], unique=False)
    op.create_index(
        "uq_bank_payer_live",
        "bank_payer",
        ["name_key", "account_mark"],
        unique=True,
        sqlite_where=sa.text("forgotten_at IS NULL"),
        postgresql_where=sa.text("forgotten_at IS NULL"),
    )
    op.create_table(
        "bank_match_line",
        sa.Column("match_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "bank_line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("is_live", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["bank_line_id"], ["bank_line.id"], name=op.f("fk_bank_match_line_bank_line_id")
        ),
        sa.ForeignKeyConstraint(
            ["match_id"], ["bank_match.id"], name=op.f("fk_bank_match_line_match_id")
        ),
        sa.PrimaryKeyConstraint("match_id", "bank_line_id", name=op.f("pk_bank_match_line")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "uq_bank_match_line_live",
        "bank_match_line",
        ["bank_line_id"],
        unique=True,
        sqlite_where=sa.text("is_live"),
        postgresql_where=sa.text("is_live"),
    )
    op.create_table(
        "bank_reconciliation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "bank_account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "building",
                "prepared",
                "reviewed",
                "withdrawn",
                name="reconciliationstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("books_minor", sa.BigInteger(), nullable=False),
        sa.Column("bank_minor", sa.BigInteger(), nullable=False),
        sa.Column("bank_received_minor", sa.BigInteger(), nullable=False),
        sa.Column("bank_paid_minor", sa.BigInteger(), nullable=False),
        sa.Column("books_received_minor", sa.BigInteger(), nullable=False),
        sa.Column("books_paid_minor", sa.BigInteger(), nullable=False),
        sa.Column("difference_minor", sa.BigInteger(), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=True),
        sa.Column("statement_through", sa.Date(), nullable=False),
        sa.Column("prepared_by", sa.String(length=64), nullable=False),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reviewed_by", sa.String(length=64), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=64), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_at IS NOT NULL) AND (withdrawn_at IS NULL) = (withdrawn_by IS NULL) AND (withdrawn_at IS NULL) = (withdrawn_reason IS NULL)",
            name=op.f("ck_bank_reconciliation_withdrawn_complete"),
        ),
        sa.CheckConstraint(
            "state <> 'reviewed' OR reviewed_by IS NOT NULL",
            name=op.f("ck_bank_reconciliation_reviewed"),
        ),
        sa.CheckConstraint(
            "(reviewed_by IS NULL) = (reviewed_at IS NULL)",
            name=op.f("ck_bank_reconciliation_review_complete"),
        ),
        sa.CheckConstraint(
            "difference_minor = 0 OR explanation IS NOT NULL",
            name=op.f("ck_bank_reconciliation_ties_or_is_explained"),
        ),
        sa.CheckConstraint(
            "difference_minor = books_minor + bank_received_minor - bank_paid_minor - bank_minor - books_received_minor + books_paid_minor",
            name=op.f("ck_bank_reconciliation_adds_up"),
        ),
        sa.CheckConstraint(
            "reviewed_by IS NULL OR reviewed_by <> prepared_by",
            name=op.f("ck_bank_reconciliation_two_persons"),
        ),
        sa.ForeignKeyConstraint(
            ["bank_account_id"],
            ["bank_account.id"],
            name=op.f("fk_bank_reconciliation_bank_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["period_id"], ["period.id"], name=op.f("fk_bank_reconciliation_period_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_reconciliation")),
    )
    op.create_index(
        "uq_bank_reconciliation_live",
        "bank_reconciliation",
        ["bank_account_id", "period_id"],
        unique=True,
        sqlite_where=sa.text("state <> 'withdrawn'"),
        postgresql_where=sa.text("state <> 'withdrawn'"),
    )
    op.create_table(
        "bank_match_voucher",
        sa.Column("match_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "voucher_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("side", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "bank_account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("is_live", sa.Boolean(), nullable=False),
        sa.CheckConstraint("side IN (1, -1)", name=op.f("ck_bank_match_voucher_side")),
        sa.ForeignKeyConstraint(
            ["bank_account_id"],
            ["bank_account.id"],
            name=op.f("fk_bank_match_voucher_bank_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["match_id"], ["bank_match.id"], name=op.f("fk_bank_match_voucher_match_id")
        ),
        sa.ForeignKeyConstraint(
            ["voucher_id"], ["voucher.id"], name=op.f("fk_bank_match_voucher_voucher_id")
        ),
        sa.PrimaryKeyConstraint(
            "match_id", "voucher_id", "side", name=op.f("pk_bank_match_voucher")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "uq_bank_match_voucher_live",
        "bank_match_voucher",
        ["voucher_id", "side", "bank_account_id"],
        unique=True,
        sqlite_where=sa.text("is_live"),
        postgresql_where=sa.text("is_live"),
    )
    op.create_table(
        "bank_reconciliation_item",
        sa.Column(
            "reconciliation_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("item_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "bank_received",
                "bank_paid",
                "books_received",
                "books_paid",
                name="itemkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column(
            "bank_line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "voucher_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("side", sa.SmallInteger(), nullable=True),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.CheckConstraint(
            "(bank_line_id IS NULL) <> (voucher_id IS NULL) AND (voucher_id IS NULL) = (side IS NULL)",
            name=op.f("ck_bank_reconciliation_item_one_source"),
        ),
        sa.CheckConstraint(
            "amount_minor > 0", name=op.f("ck_bank_reconciliation_item_amount_positive")
        ),
        sa.ForeignKeyConstraint(
            ["bank_line_id"],
            ["bank_line.id"],
            name=op.f("fk_bank_reconciliation_item_bank_line_id"),
        ),
        sa.ForeignKeyConstraint(
            ["reconciliation_id"],
            ["bank_reconciliation.id"],
            name=op.f("fk_bank_reconciliation_item_reconciliation_id"),
        ),
        sa.ForeignKeyConstraint(
            ["voucher_id"], ["voucher.id"], name=op.f("fk_bank_reconciliation_item_voucher_id")
        ),
        sa.PrimaryKeyConstraint(
            "reconciliation_id", "item_no", name=op.f("pk_bank_reconciliation_item")
        ),
        sqlite_with_rowid=False,
    )
    guarding.install("banking")


def downgrade() -> None:
    guarding.remove("banking")

    op.drop_table("bank_reconciliation_item")
    op.drop_index(
        "uq_bank_match_voucher_live",
        table_name="bank_match_voucher",
        sqlite_where=sa.text("is_live"),
        postgresql_where=sa.text("is_live"),
    )
    op.drop_table("bank_match_voucher")
    op.drop_index(
        "uq_bank_reconciliation_live",
        table_name="bank_reconciliation",
        sqlite_where=sa.text("state <> 'withdrawn'"),
        postgresql_where=sa.text("state <> 'withdrawn'"),
    )
    op.drop_table("bank_reconciliation")
    op.drop_index(
        "uq_bank_match_line_live",
        table_name="bank_match_line",
        sqlite_where=sa.text("is_live"),
        postgresql_where=sa.text("is_live"),
    )
    op.drop_table("bank_match_line")
    op.drop_index(
        "uq_bank_payer_live",
        table_name="bank_payer",
        sqlite_where=sa.text("forgotten_at IS NULL"),
        postgresql_where=sa.text("forgotten_at IS NULL"),
    )
    op.drop_index(op.f("ix_bank_payer_donor_id"), table_name="bank_payer")
    op.drop_table("bank_payer")
    op.drop_index(op.f("ix_bank_line_statement_id"), table_name="bank_line")
    op.drop_index(
        op.f("ix_bank_line_bank_account_id_booked_on_day_order_id"), table_name="bank_line"
    )
    op.drop_table("bank_line")
    op.drop_index(op.f("ix_bank_account_ledger_bank_account_id"), table_name="bank_account_ledger")
    op.drop_table("bank_account_ledger")
    op.drop_index(op.f("ix_bank_statement_file_digest"), table_name="bank_statement")
    op.drop_index(op.f("ix_bank_statement_bank_account_id_first_on"), table_name="bank_statement")
    op.drop_table("bank_statement")
    op.drop_index(op.f("ix_bank_match_bank_account_id_settled_in"), table_name="bank_match")
    op.drop_table("bank_match")
    op.drop_table("bank_account")
