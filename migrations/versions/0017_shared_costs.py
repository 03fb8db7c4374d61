"""Shared costs; which line of the bank paid which request; elements of costs booked directly."""

import sqlalchemy as sa
from alembic import op

from migrations import guarding

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cost_key",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "basis",
            sa.Enum(
                "staff_time",
                "area",
                "direct_cost",
                "fixed",
                name="basis",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("fund_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("charitable_element", sa.String(length=32), nullable=False),
        sa.Column("management_element", sa.String(length=32), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("denominator", sa.BigInteger(), nullable=True),
        sa.Column("paper", sa.String(length=200), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "approved",
                "retired",
                name="keystate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("prepared_by", sa.String(length=64), nullable=False),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.String(length=64), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(approved_by IS NULL) = (approved_at IS NULL) AND (state <> 'draft' OR approved_by IS NULL) AND (state <> 'approved' OR approved_by IS NOT NULL)",
            name=op.f("ck_cost_key_approved"),
        ),
        sa.CheckConstraint(
            "(basis IN ('area', 'fixed')) = (denominator IS NOT NULL)",
            name=op.f("ck_cost_key_stated_shares"),
        ),
        sa.CheckConstraint("paper <> '' AND name <> ''", name=op.f("ck_cost_key_named")),
        sa.CheckConstraint(
            "approved_by IS NULL OR approved_by <> prepared_by", name=op.f("ck_cost_key_two_people")
        ),
        sa.CheckConstraint(
            "denominator IS NULL OR denominator > 0", name=op.f("ck_cost_key_denominator")
        ),
        sa.CheckConstraint("version > 0", name=op.f("ck_cost_key_version")),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name=op.f("fk_cost_key_fund_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cost_key")),
        sa.UniqueConstraint("code", "version", name=op.f("uq_cost_key_code_version")),
    )
    op.create_index(
        "uq_cost_key_code_valid_from",
        "cost_key",
        ["code", "valid_from"],
        unique=True,
        sqlite_where=sa.text("state = 'approved'"),
        postgresql_where=sa.text("state = 'approved'"),
    )
    op.create_table(
        "cost_source",
        sa.Column("key_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("line_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("element", sa.String(length=32), nullable=True),
        sa.CheckConstraint(
            "(account_id IS NULL) <> (element IS NULL)", name=op.f("ck_cost_source_one_of_two")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_cost_source_account_id")
        ),
        sa.ForeignKeyConstraint(["key_id"], ["cost_key.id"], name=op.f("fk_cost_source_key_id")),
        sa.PrimaryKeyConstraint("key_id", "line_no", name=op.f("pk_cost_source")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "cost_share",
        sa.Column("key_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("line_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "function",
            sa.Enum(
                "charitable",
                "other",
                "management",
                "fundraising",
                name="function",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("fund_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("numerator", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "numerator IS NULL OR numerator > 0", name=op.f("ck_cost_share_numerator")
        ),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name=op.f("fk_cost_share_fund_id")),
        sa.ForeignKeyConstraint(["key_id"], ["cost_key.id"], name=op.f("fk_cost_share_key_id")),
        sa.PrimaryKeyConstraint("key_id", "line_no", name=op.f("pk_cost_share")),
        sa.UniqueConstraint(
            "key_id", "function", "fund_id", name=op.f("uq_cost_share_key_id_function_fund_id")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "time_sheet",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column(
            "function",
            sa.Enum(
                "charitable",
                "other",
                "management",
                "fundraising",
                name="function",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("fund_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("basis_points", sa.Integer(), nullable=False),
        sa.Column("entered_by", sa.String(length=64), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("person <> ''", name=op.f("ck_time_sheet_person")),
        sa.CheckConstraint("basis_points BETWEEN 1 AND 10000", name=op.f("ck_time_sheet_share")),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name=op.f("fk_time_sheet_fund_id")),
        sa.ForeignKeyConstraint(["period_id"], ["period.id"], name=op.f("fk_time_sheet_period_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_time_sheet")),
        sa.UniqueConstraint(
            "period_id",
            "person",
            "function",
            "fund_id",
            name=op.f("uq_time_sheet_period_id_person_function_fund_id"),
        ),
    )
    op.create_table(
        "cost_run",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("first_period_id", sa.Integer(), nullable=False),
        sa.Column("last_period_id", sa.Integer(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column(
            "held_in_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "voucher_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "state",
            sa.Enum(
                "booked",
                "undone",
                name="runstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_by", sa.String(length=64), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'undone') = (undone_by IS NOT NULL) AND (undone_by IS NULL) = (undone_at IS NULL)",
            name=op.f("ck_cost_run_undone"),
        ),
        sa.CheckConstraint("first_period_id <= last_period_id", name=op.f("ck_cost_run_in_order")),
        sa.CheckConstraint("total_minor > 0", name=op.f("ck_cost_run_total_positive")),
        sa.ForeignKeyConstraint(
            ["first_period_id"], ["period.id"], name=op.f("fk_cost_run_first_period_id")
        ),
        sa.ForeignKeyConstraint(
            ["held_in_id"], ["account.id"], name=op.f("fk_cost_run_held_in_id")
        ),
        sa.ForeignKeyConstraint(["key_id"], ["cost_key.id"], name=op.f("fk_cost_run_key_id")),
        sa.ForeignKeyConstraint(
            ["last_period_id"], ["period.id"], name=op.f("fk_cost_run_last_period_id")
        ),
        sa.ForeignKeyConstraint(
            ["voucher_id"], ["voucher.id"], name=op.f("fk_cost_run_voucher_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cost_run")),
        sa.UniqueConstraint("voucher_id", name=op.f("uq_cost_run_voucher_id")),
    )
    op.create_index(op.f("ix_cost_run_key_id"), "cost_run", ["key_id"], unique=False)
    op.create_table(
        "cost_month",
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["period_id"], ["period.id"], name=op.f("fk_cost_month_period_id")),
        sa.ForeignKeyConstraint(["run_id"], ["cost_run.id"], name=op.f("fk_cost_month_run_id")),
        sa.PrimaryKeyConstraint("code", "period_id", name=op.f("pk_cost_month")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_cost_month_run_id"), "cost_month", ["run_id"], unique=False)
    op.create_table(
        "cost_line",
        sa.Column("run_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("line_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "source_account_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("source_element", sa.String(length=32), nullable=True),
        sa.Column(
            "function",
            sa.Enum(
                "charitable",
                "other",
                "management",
                "fundraising",
                name="function",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("element", sa.String(length=32), nullable=False),
        sa.Column(
            "wanted_fund_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("fund_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_cost_line_amount_positive")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_cost_line_account_id")
        ),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name=op.f("fk_cost_line_fund_id")),
        sa.ForeignKeyConstraint(["run_id"], ["cost_run.id"], name=op.f("fk_cost_line_run_id")),
        sa.ForeignKeyConstraint(
            ["source_account_id"], ["account.id"], name=op.f("fk_cost_line_source_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["wanted_fund_id"], ["fund.id"], name=op.f("fk_cost_line_wanted_fund_id")
        ),
        sa.PrimaryKeyConstraint("run_id", "line_no", name=op.f("pk_cost_line")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_cost_line_fund_id"), "cost_line", ["fund_id"], unique=False)
    op.create_table(
        "bank_payment",
        sa.Column(
            "request_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column(
            "bank_line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("linked_by", sa.String(length=64), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["bank_line_id"], ["bank_line.id"], name=op.f("fk_bank_payment_bank_line_id")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["spending_request.id"], name=op.f("fk_bank_payment_request_id")
        ),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_bank_payment")),
    )
    op.create_index(
        op.f("ix_bank_payment_bank_line_id"), "bank_payment", ["bank_line_id"], unique=False
    )
    op.create_table(
        "booked_element",
        sa.Column(
            "voucher_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("line_no", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("element", sa.String(length=32), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("noted_by", sa.String(length=64), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["voucher_id", "line_no"],
            ["voucher_line.voucher_id", "voucher_line.line_no"],
            name=op.f("fk_booked_element_voucher_id_line_no"),
        ),
        sa.PrimaryKeyConstraint("voucher_id", "line_no", name=op.f("pk_booked_element")),
        sqlite_with_rowid=False,
    )
    guarding.install("shared_costs")
    guarding.install("bank_payments")
    guarding.install("booked_elements")


def downgrade() -> None:
    guarding.remove("booked_elements")
    guarding.remove("bank_payments")
    guarding.remove("shared_costs")
    op.drop_table("booked_element")
    op.drop_index("ix_bank_payment_bank_line_id", table_name="bank_payment")
    op.drop_table("bank_payment")
    op.drop_index("ix_cost_line_fund_id", table_name="cost_line")
    op.drop_table("cost_line")
    op.drop_index("ix_cost_month_run_id", table_name="cost_month")
    op.drop_table("cost_month")
    op.drop_index("ix_cost_run_key_id", table_name="cost_run")
    op.drop_table("cost_run")
    op.drop_table("time_sheet")
    op.drop_table("cost_share")
    op.drop_table("cost_source")
    op.drop_index("uq_cost_key_code_valid_from", table_name="cost_key")
    op.drop_table("cost_key")
