"""Requests to spend, their approvals and payments; registers of things, equity, investments."""

import sqlalchemy as sa
from alembic import op

from migrations import guarding

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "spending_request",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "grant",
                "scholarship",
                "purchase",
                "staff",
                "expense",
                name="spendingkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "submitted",
                "approved",
                "paid",
                "booked",
                "cancelled",
                name="spendingstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("payee_name", sa.String(length=200), nullable=False),
        sa.Column("payee_account", sa.String(length=60), nullable=True),
        sa.Column(
            "counterparty_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("is_related", sa.Boolean(), nullable=False),
        sa.Column("relation", sa.String(length=200), nullable=True),
        sa.Column("summary", sa.String(length=300), nullable=False),
        sa.Column("requested_on", sa.Date(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("contract", sa.String(length=120), nullable=True),
        sa.Column(
            "procurement",
            sa.Enum(
                "tender",
                "comparison",
                "direct",
                name="procurementmethod",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("resolution", sa.String(length=120), nullable=True),
        sa.Column("approvals_needed", sa.Integer(), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("requested_by", sa.String(length=64), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("payment_reference", sa.String(length=120), nullable=True),
        sa.Column("paid_by", sa.String(length=64), nullable=True),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disclose_by", sa.Date(), nullable=True),
        sa.Column(
            "voucher_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("cancelled_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state = 'booked') = (voucher_id IS NOT NULL)",
            name=op.f("ck_spending_request_booked_voucher"),
        ),
        sa.CheckConstraint(
            "(state = 'cancelled') = (cancelled_reason IS NOT NULL)",
            name=op.f("ck_spending_request_cancelled"),
        ),
        sa.CheckConstraint(
            "(state IN ('paid', 'booked')) = (paid_on IS NOT NULL AND paid_by IS NOT NULL AND paid_at IS NOT NULL AND account_id IS NOT NULL)",
            name=op.f("ck_spending_request_paid_complete"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'cancelled') OR approvals_needed > 0",
            name=op.f("ck_spending_request_approvals_known"),
        ),
        sa.CheckConstraint(
            "is_related = (relation IS NOT NULL)", name=op.f("ck_spending_request_relation_named")
        ),
        sa.CheckConstraint("total_minor > 0", name=op.f("ck_spending_request_total_positive")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_spending_request_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["counterparty_id"], ["dimension.id"], name=op.f("fk_spending_request_counterparty_id")
        ),
        sa.ForeignKeyConstraint(
            ["voucher_id"], ["voucher.id"], name=op.f("fk_spending_request_voucher_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spending_request")),
    )
    op.create_index(
        "ix_spending_request_counterparty_id", "spending_request", ["counterparty_id"], unique=False
    )
    op.create_index(
        "ix_spending_request_state", "spending_request", ["state", "requested_on"], unique=False
    )
    op.create_index(
        "uq_spending_request_voucher_id",
        "spending_request",
        ["voucher_id"],
        unique=True,
        sqlite_where=sa.text("voucher_id IS NOT NULL"),
        postgresql_where=sa.text("voucher_id IS NOT NULL"),
    )
    op.create_table(
        "spending_part",
        sa.Column(
            "request_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("line_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("fund_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("element", sa.String(length=32), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_spending_part_amount_positive")),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name=op.f("fk_spending_part_fund_id")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["spending_request.id"], name=op.f("fk_spending_part_request_id")
        ),
        sa.PrimaryKeyConstraint("request_id", "line_no", name=op.f("pk_spending_part")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_spending_part_fund_id", "spending_part", ["fund_id"], unique=False)
    op.create_table(
        "spending_approval",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "request_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                "approved",
                "returned",
                name="verdict",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("approved_by", sa.String(length=64), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["spending_request.id"], name=op.f("fk_spending_approval_request_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spending_approval")),
        sa.UniqueConstraint(
            "request_id",
            "round",
            "approved_by",
            name=op.f("uq_spending_approval_request_id_round_approved_by"),
        ),
    )
    op.create_table(
        "spending_beneficiary",
        sa.Column(
            "request_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("line_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("unit", sa.String(length=120), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "amount_minor > 0", name=op.f("ck_spending_beneficiary_amount_positive")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["spending_request.id"], name=op.f("fk_spending_beneficiary_request_id")
        ),
        sa.PrimaryKeyConstraint("request_id", "line_no", name=op.f("pk_spending_beneficiary")),
        sa.UniqueConstraint(
            "request_id", "code", name=op.f("uq_spending_beneficiary_request_id_code")
        ),
        sqlite_with_rowid=False,
    )
    guarding.install("spending")


def downgrade() -> None:
    guarding.remove("spending")
    op.drop_table("spending_beneficiary")
    op.drop_table("spending_approval")
    op.drop_index("ix_spending_part_fund_id", table_name="spending_part")
    op.drop_table("spending_part")
    op.drop_index("uq_spending_request_voucher_id", table_name="spending_request")
    op.drop_index("ix_spending_request_state", table_name="spending_request")
    op.drop_index("ix_spending_request_counterparty_id", table_name="spending_request")
    op.drop_table("spending_request")
