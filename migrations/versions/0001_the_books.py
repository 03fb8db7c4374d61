"""The books, the people and the gifts, and the guards that keep them."""

import sqlalchemy as sa
from alembic import op

from migrations import guarding

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "chart",
        sa.Column("version", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("effective_to", sa.Date(), nullable=True),
        sa.Column("grade", sa.String(length=1), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_chart")),
    )
    op.create_table(
        "column_mapping",
        sa.Column("signature", sa.String(length=64), nullable=False),
        sa.Column("mapping", sa.Text(), nullable=False),
        sa.Column("saved_by", sa.String(length=64), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("signature", name=op.f("pk_column_mapping")),
    )
    op.create_table(
        "dimension",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "donor",
                "counterparty",
                "project",
                "cash_flow_item",
                name="dimensionkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dimension")),
        sa.UniqueConstraint("kind", "code", name=op.f("uq_dimension_kind_code")),
    )
    op.create_index(op.f("ix_dimension_kind_name"), "dimension", ["kind", "name"], unique=False)
    op.create_table(
        "fund",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "restriction",
            sa.Enum(
                "none",
                "purpose",
                "time",
                "permanent",
                name="restriction",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("opened_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.CheckConstraint("code <> '' AND name <> ''", name=op.f("ck_fund_named")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund")),
        sa.UniqueConstraint("code", name=op.f("uq_fund_code")),
    )
    op.create_table(
        "ledger_policy",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("separation_required", sa.Boolean(), nullable=False),
        sa.Column("attachments_required", sa.Boolean(), nullable=False),
        sa.Column("overspending_refused", sa.Boolean(), nullable=False),
        sa.Column(
            "closing_frequency",
            sa.Enum(
                "month",
                "year",
                name="closingfrequency",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("catalogue_token", sa.String(length=32), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_ledger_policy_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_policy")),
    )
    op.create_table(
        "organisation",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("credit_code", sa.String(length=18), nullable=False),
        sa.Column("time_zone", sa.String(length=48), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_organisation_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
    )
    op.create_table(
        "sign_in_failure",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_failure")),
    )
    op.create_index(
        op.f("ix_sign_in_failure_subject_at"), "sign_in_failure", ["subject", "at"], unique=False
    )
    op.create_table(
        "trail_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_trail_head_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trail_head")),
    )
    op.create_table(
        "trail_record",
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_trail_record")),
    )
    op.create_index(
        op.f("ix_trail_record_actor_sequence"), "trail_record", ["actor", "sequence"], unique=False
    )
    op.create_index(op.f("ix_trail_record_subject"), "trail_record", ["subject"], unique=False)
    op.create_table(
        "user_account",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("display_name", sa.String(length=200), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "administrator",
                "accountant",
                "reviewer",
                "cashier",
                "auditor",
                "donor",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
        sa.UniqueConstraint("name", name=op.f("uq_user_account_name")),
    )
    op.create_table(
        "account",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("chart", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("full_name", sa.String(length=200), nullable=False),
        sa.Column(
            "category",
            sa.Enum(
                "asset",
                "liability",
                "net_asset",
                "income",
                "expense",
                name="accountcategory",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "side",
            sa.Enum(
                "debit",
                "credit",
                name="balanceside",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("tag", sa.String(length=48), nullable=False),
        sa.Column("restriction", sa.String(length=16), nullable=False),
        sa.Column("flags", sa.String(length=120), nullable=False),
        sa.Column("grade", sa.String(length=1), nullable=False),
        sa.Column("is_own", sa.Boolean(), nullable=False),
        sa.Column("is_postable", sa.Boolean(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.CheckConstraint("code <> ''", name=op.f("ck_account_code_given")),
        sa.ForeignKeyConstraint(["chart"], ["chart.version"], name=op.f("fk_account_chart")),
        sa.ForeignKeyConstraint(["parent_id"], ["account.id"], name=op.f("fk_account_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("chart", "code", name=op.f("uq_account_chart_code")),
    )
    op.create_index(op.f("ix_account_parent_id"), "account", ["parent_id"], unique=False)
    op.create_table(
        "api_token",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_api_token_user_id")
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_api_token")),
    )
    op.create_index(op.f("ix_api_token_user_id"), "api_token", ["user_id"], unique=False)
    op.create_table(
        "donor",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "dimension_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "kind",
            sa.Enum(
                "person",
                "organisation",
                "group",
                "anonymous",
                name="donorkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_key", sa.String(length=200), nullable=False),
        sa.Column("pinyin", sa.String(length=400), nullable=False),
        sa.Column("initials", sa.String(length=200), nullable=False),
        sa.Column("credit_code", sa.String(length=18), nullable=True),
        sa.Column("id_number", sa.LargeBinary(), nullable=True),
        sa.Column("id_number_index", sa.String(length=64), nullable=True),
        sa.Column("email", sa.String(length=200), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_donor_named")),
        sa.ForeignKeyConstraint(
            ["dimension_id"], ["dimension.id"], name=op.f("fk_donor_dimension_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_donor")),
        sa.UniqueConstraint("credit_code", name=op.f("uq_donor_credit_code")),
        sa.UniqueConstraint("dimension_id", name=op.f("uq_donor_dimension_id")),
    )
    op.create_index(op.f("ix_donor_id_number_index"), "donor", ["id_number_index"], unique=False)
    op.create_index(op.f("ix_donor_initials"), "donor", ["initials"], unique=False)
    op.create_index(op.f("ix_donor_name_key"), "donor", ["name_key"], unique=False)
    op.create_index(op.f("ix_donor_pinyin"), "donor", ["pinyin"], unique=False)
    op.create_table(
        "fiscal_year",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("chart", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["chart"], ["chart.version"], name=op.f("fk_fiscal_year_chart")),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_fiscal_year")),
    )
    op.create_table(
        "idempotent_answer",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("request_digest", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_idempotent_answer_user_id")
        ),
        sa.PrimaryKeyConstraint("user_id", "key", name=op.f("pk_idempotent_answer")),
    )
    op.create_table(
        "import_batch",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("file_digest", sa.String(length=64), nullable=False),
        sa.Column("fund_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("account_code", sa.String(length=32), nullable=False),
        sa.Column("vouchers", sa.String(length=8), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("imported_count", sa.Integer(), nullable=False),
        sa.Column("duplicate_count", sa.Integer(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("stated_total_minor", sa.BigInteger(), nullable=True),
        sa.Column("difference_reason", sa.Text(), nullable=True),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("vouchers IN ('each', 'daily')", name=op.f("ck_import_batch_vouchers")),
        sa.CheckConstraint(
            "stated_total_minor IS NULL OR stated_total_minor = total_minor OR difference_reason IS NOT NULL",
            name=op.f("ck_import_batch_ties_or_is_explained"),
        ),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name=op.f("fk_import_batch_fund_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
    )
    op.create_index(
        op.f("ix_import_batch_file_digest"), "import_batch", ["file_digest"], unique=False
    )
    op.create_table(
        "user_session",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("csrf_secret", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_user_session_user_id")
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_user_session")),
    )
    op.create_index(op.f("ix_user_session_user_id"), "user_session", ["user_id"], unique=False)
    op.create_table(
        "period",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "closed",
                name="periodstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("closed_by", sa.String(length=64), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("statements_issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'closed') = (closed_by IS NOT NULL AND closed_at IS NOT NULL AND digest IS NOT NULL)",
            name=op.f("ck_period_closed_is_complete"),
        ),
        sa.CheckConstraint(
            "id = year * 100 + month AND month BETWEEN 0 AND 12", name=op.f("ck_period_key")
        ),
        sa.ForeignKeyConstraint(["year"], ["fiscal_year.year"], name=op.f("fk_period_year")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_period")),
    )
    op.create_table(
        "account_checkpoint",
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column(
            "account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("debit_minor", sa.BigInteger(), nullable=False),
        sa.Column("credit_minor", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_account_checkpoint_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["period_id"], ["period.id"], name=op.f("fk_account_checkpoint_period_id")
        ),
        sa.PrimaryKeyConstraint("period_id", "account_id", name=op.f("pk_account_checkpoint")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "checkpoint",
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column(
            "account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("fund_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("debit_minor", sa.BigInteger(), nullable=False),
        sa.Column("credit_minor", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_checkpoint_account_id")
        ),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name=op.f("fk_checkpoint_fund_id")),
        sa.ForeignKeyConstraint(["period_id"], ["period.id"], name=op.f("fk_checkpoint_period_id")),
        sa.PrimaryKeyConstraint("period_id", "account_id", "fund_id", name=op.f("pk_checkpoint")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_checkpoint_fund_id_period_id", "checkpoint", ["fund_id", "period_id"], unique=False
    )
    op.create_table(
        "fund_checkpoint",
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("fund_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("net_minor", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name=op.f("fk_fund_checkpoint_fund_id")),
        sa.ForeignKeyConstraint(
            ["period_id"], ["period.id"], name=op.f("fk_fund_checkpoint_period_id")
        ),
        sa.PrimaryKeyConstraint("period_id", "fund_id", name=op.f("pk_fund_checkpoint")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "movement",
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column(
            "account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("fund_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("debit_minor", sa.BigInteger(), nullable=False),
        sa.Column("credit_minor", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_movement_account_id")
        ),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name=op.f("fk_movement_fund_id")),
        sa.ForeignKeyConstraint(["period_id"], ["period.id"], name=op.f("fk_movement_period_id")),
        sa.PrimaryKeyConstraint("period_id", "account_id", "fund_id", name=op.f("pk_movement")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_movement_fund_id_period_id", "movement", ["fund_id", "period_id"], unique=False
    )
    op.create_table(
        "period_reopening",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("requested_by", sa.String(length=64), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.String(length=64), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(approved_by IS NULL) = (approved_at IS NULL)",
            name=op.f("ck_period_reopening_approval"),
        ),
        sa.CheckConstraint(
            "approved_by IS NULL OR approved_by <> requested_by",
            name=op.f("ck_period_reopening_two_persons"),
        ),
        sa.ForeignKeyConstraint(
            ["period_id"], ["period.id"], name=op.f("fk_period_reopening_period_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_period_reopening")),
    )
    op.create_index(
        "uq_period_reopening_pending",
        "period_reopening",
        ["period_id"],
        unique=True,
        sqlite_where=sa.text("approved_by IS NULL"),
        postgresql_where=sa.text("approved_by IS NULL"),
    )
    op.create_table(
        "voucher",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("word", sa.String(length=8), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "ordinary",
                "opening",
                "conversion",
                "transfer",
                "closing",
                "reversal",
                "correction",
                name="voucherkind",
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
                "reviewed",
                "posted",
                "discarded",
                name="voucherstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("summary", sa.String(length=300), nullable=False),
        sa.Column("attachment_count", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column(
            "reverses_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "corrects_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("prepared_by", sa.String(length=64), nullable=False),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reviewed_by", sa.String(length=64), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("posted_by", sa.String(length=64), nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.CheckConstraint(
            "(kind = 'reversal') = (reverses_id IS NOT NULL)", name=op.f("ck_voucher_reversal_link")
        ),
        sa.CheckConstraint(
            "(state = 'posted') = (number IS NOT NULL AND digest IS NOT NULL AND posted_by IS NOT NULL AND posted_at IS NOT NULL)",
            name=op.f("ck_voucher_posted_is_complete"),
        ),
        sa.CheckConstraint(
            "(state IN ('reviewed', 'posted')) = (reviewed_by IS NOT NULL)",
            name=op.f("ck_voucher_reviewer"),
        ),
        sa.CheckConstraint(
            "(reviewed_by IS NULL) = (reviewed_at IS NULL)", name=op.f("ck_voucher_reviewed_at")
        ),
        sa.CheckConstraint("attachment_count >= 0", name=op.f("ck_voucher_attachments")),
        sa.CheckConstraint("number IS NULL OR number > 0", name=op.f("ck_voucher_number_positive")),
        sa.ForeignKeyConstraint(
            ["corrects_id"], ["voucher.id"], name=op.f("fk_voucher_corrects_id")
        ),
        sa.ForeignKeyConstraint(["period_id"], ["period.id"], name=op.f("fk_voucher_period_id")),
        sa.ForeignKeyConstraint(
            ["reverses_id"], ["voucher.id"], name=op.f("fk_voucher_reverses_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voucher")),
        sa.UniqueConstraint(
            "period_id", "word", "number", name=op.f("uq_voucher_period_id_word_number")
        ),
    )
    op.create_index(
        "ix_voucher_corrects_id",
        "voucher",
        ["corrects_id"],
        unique=False,
        sqlite_where=sa.text("corrects_id IS NOT NULL"),
        postgresql_where=sa.text("corrects_id IS NOT NULL"),
    )
    op.create_index(
        "ix_voucher_waiting",
        "voucher",
        ["state", "booked_on"],
        unique=False,
        sqlite_where=sa.text("state IN ('draft', 'submitted', 'reviewed')"),
        postgresql_where=sa.text("state IN ('draft', 'submitted', 'reviewed')"),
    )
    op.create_index(
        "uq_voucher_reverses_id",
        "voucher",
        ["reverses_id"],
        unique=True,
        sqlite_where=sa.text("state <> 'discarded'"),
        postgresql_where=sa.text("state <> 'discarded'"),
    )
    op.create_table(
        "voucher_series",
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("word", sa.String(length=8), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["period_id"], ["period.id"], name=op.f("fk_voucher_series_period_id")
        ),
        sa.PrimaryKeyConstraint("period_id", "word", name=op.f("pk_voucher_series")),
    )
    op.create_table(
        "gift",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("donor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "cash",
                "conditional",
                "in_kind",
                "nominal",
                "service",
                "equity",
                "agency",
                name="giftkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "method",
            sa.Enum(
                "bank",
                "cash",
                "online",
                "cheque",
                "other",
                name="giftmethod",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column(
            "account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("original_minor", sa.BigInteger(), nullable=True),
        sa.Column("original_currency", sa.String(length=3), nullable=True),
        sa.Column("rate", sa.String(length=24), nullable=True),
        sa.Column("rate_on", sa.Date(), nullable=True),
        sa.Column("donor_name", sa.String(length=200), nullable=False),
        sa.Column("passed_on_by", sa.String(length=200), nullable=True),
        sa.Column("is_anonymous", sa.Boolean(), nullable=False),
        sa.Column("agreement", sa.String(length=120), nullable=True),
        sa.Column("bank_reference", sa.String(length=120), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("item", sa.String(length=200), nullable=True),
        sa.Column("quantity", sa.String(length=60), nullable=True),
        sa.Column("value_evidence", sa.String(length=200), nullable=True),
        sa.Column(
            "voucher_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("batch_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("batch_row", sa.Integer(), nullable=True),
        sa.Column("batch_panel", sa.Integer(), nullable=True),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(batch_id IS NULL) = (batch_row IS NULL) AND (batch_id IS NULL) = (batch_panel IS NULL)",
            name=op.f("ck_gift_batch_complete"),
        ),
        sa.CheckConstraint(
            "(original_currency IS NULL) = (original_minor IS NULL) AND (original_currency IS NULL) = (rate IS NULL)",
            name=op.f("ck_gift_original_complete"),
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_gift_amount_positive")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_gift_account_id")),
        sa.ForeignKeyConstraint(["batch_id"], ["import_batch.id"], name=op.f("fk_gift_batch_id")),
        sa.ForeignKeyConstraint(["donor_id"], ["donor.id"], name=op.f("fk_gift_donor_id")),
        sa.ForeignKeyConstraint(["voucher_id"], ["voucher.id"], name=op.f("fk_gift_voucher_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gift")),
    )
    op.create_index(op.f("ix_gift_donor_id"), "gift", ["donor_id"], unique=False)
    op.create_index(op.f("ix_gift_fingerprint"), "gift", ["fingerprint"], unique=False)
    op.create_index(op.f("ix_gift_received_on_id"), "gift", ["received_on", "id"], unique=False)
    op.create_index(op.f("ix_gift_voucher_id"), "gift", ["voucher_id"], unique=False)
    op.create_index(
        "uq_gift_batch_id_batch_row_batch_panel",
        "gift",
        ["batch_id", "batch_row", "batch_panel"],
        unique=True,
        sqlite_where=sa.text("batch_id IS NOT NULL"),
        postgresql_where=sa.text("batch_id IS NOT NULL"),
    )
    op.create_table(
        "voucher_file",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "voucher_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("added_by", sa.String(length=64), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["voucher_id"], ["voucher.id"], name=op.f("fk_voucher_file_voucher_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voucher_file")),
        sa.UniqueConstraint("voucher_id", "digest", name=op.f("uq_voucher_file_voucher_id_digest")),
    )
    op.create_table(
        "voucher_line",
        sa.Column(
            "voucher_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("line_no", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column(
            "account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("fund_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("side", sa.SmallInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("summary", sa.String(length=300), nullable=True),
        sa.Column("donor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "counterparty_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "project_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "cash_flow_item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.CheckConstraint("amount_minor <> 0", name=op.f("ck_voucher_line_amount_not_zero")),
        sa.CheckConstraint("side IN (1, -1)", name=op.f("ck_voucher_line_side")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_voucher_line_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["cash_flow_item_id"], ["dimension.id"], name=op.f("fk_voucher_line_cash_flow_item_id")
        ),
        sa.ForeignKeyConstraint(
            ["counterparty_id"], ["dimension.id"], name=op.f("fk_voucher_line_counterparty_id")
        ),
        sa.ForeignKeyConstraint(
            ["donor_id"], ["dimension.id"], name=op.f("fk_voucher_line_donor_id")
        ),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name=op.f("fk_voucher_line_fund_id")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["dimension.id"], name=op.f("fk_voucher_line_project_id")
        ),
        sa.ForeignKeyConstraint(
            ["voucher_id"], ["voucher.id"], name=op.f("fk_voucher_line_voucher_id")
        ),
        sa.ForeignKeyConstraint(
            ["period_id"], ["period.id"], name=op.f("fk_voucher_line_period_id")
        ),
        sa.PrimaryKeyConstraint("voucher_id", "line_no", name=op.f("pk_voucher_line")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_voucher_line_account_id_period_id",
        "voucher_line",
        ["account_id", "period_id"],
        unique=False,
    )
    op.create_index(
        "ix_voucher_line_counterparty_id",
        "voucher_line",
        ["counterparty_id"],
        unique=False,
        sqlite_where=sa.text("counterparty_id IS NOT NULL"),
        postgresql_where=sa.text("counterparty_id IS NOT NULL"),
    )
    op.create_index(
        "ix_voucher_line_donor_id",
        "voucher_line",
        ["donor_id"],
        unique=False,
        sqlite_where=sa.text("donor_id IS NOT NULL"),
        postgresql_where=sa.text("donor_id IS NOT NULL"),
    )
    op.create_index(
        "ix_voucher_line_fund_id_period_id", "voucher_line", ["fund_id", "period_id"], unique=False
    )
    op.create_table(
        "gift_allocation",
        sa.Column("gift_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("fund_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_gift_allocation_amount_positive")),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name=op.f("fk_gift_allocation_fund_id")),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name=op.f("fk_gift_allocation_gift_id")),
        sa.PrimaryKeyConstraint("gift_id", "fund_id", name=op.f("pk_gift_allocation")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_gift_allocation_fund_id"), "gift_allocation", ["fund_id"], unique=False
    )
    op.create_table(
        "gift_change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("gift_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "cancelled",
                "corrected",
                "refunded",
                name="changekind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "cause",
            sa.Enum(
                "external",
                "own",
                name="refundcause",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("changed_on", sa.Date(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "voucher_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "replaced_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(kind = 'refunded') = (cause IS NOT NULL)", name=op.f("ck_gift_change_cause")
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_gift_change_amount_positive")),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name=op.f("fk_gift_change_gift_id")),
        sa.ForeignKeyConstraint(
            ["replaced_by_id"], ["gift.id"], name=op.f("fk_gift_change_replaced_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["voucher_id"], ["voucher.id"], name=op.f("fk_gift_change_voucher_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gift_change")),
    )
    op.create_index(op.f("ix_gift_change_gift_id"), "gift_change", ["gift_id"], unique=False)
    op.create_index(
        "uq_gift_change_ended",
        "gift_change",
        ["gift_id"],
        unique=True,
        sqlite_where=sa.text("kind IN ('cancelled', 'corrected')"),
        postgresql_where=sa.text("kind IN ('cancelled', 'corrected')"),
    )

    op.execute(
        "INSERT INTO trail_head (id, sequence, digest) VALUES (1, 0, '897abbb178d59a98b5bbc2f51aa5ef612730a437bd717f8a5b344d8a747d987f')"
    )
    guarding.install("ledger")
    guarding.install("gifts")


def downgrade() -> None:
    guarding.remove("gifts")
    guarding.remove("ledger")
    op.drop_index(
        "uq_gift_change_ended",
        table_name="gift_change",
        sqlite_where=sa.text("kind IN ('cancelled', 'corrected')"),
        postgresql_where=sa.text("kind IN ('cancelled', 'corrected')"),
    )
    op.drop_index(op.f("ix_gift_change_gift_id"), table_name="gift_change")
    op.drop_table("gift_change")
    op.drop_index(op.f("ix_gift_allocation_fund_id"), table_name="gift_allocation")
    op.drop_table("gift_allocation")
    op.drop_index("ix_voucher_line_fund_id_period_id", table_name="voucher_line")
    op.drop_index(
        "ix_voucher_line_donor_id",
        table_name="voucher_line",
        sqlite_where=sa.text("donor_id IS NOT NULL"),
        postgresql_where=sa.text("donor_id IS NOT NULL"),
    )
    op.drop_index(
        "ix_voucher_line_counterparty_id",
        table_name="voucher_line",
        sqlite_where=sa.text("counterparty_id IS NOT NULL"),
        postgresql_where=sa.text("counterparty_id IS NOT NULL"),
    )
    op.drop_index("ix_voucher_line_account_id_period_id", table_name="voucher_line")
    op.drop_table("voucher_line")
    op.drop_table("voucher_file")
    op.drop_index(
        "uq_gift_batch_id_batch_row_batch_panel",
        table_name="gift",
        sqlite_where=sa.text("batch_id IS NOT NULL"),
        postgresql_where=sa.text("batch_id IS NOT NULL"),
    )
    op.drop_index(op.f("ix_gift_voucher_id"), table_name="gift")
    op.drop_index(op.f("ix_gift_received_on_id"), table_name="gift")
    op.drop_index(op.f("ix_gift_fingerprint"), table_name="gift")
    op.drop_index(op.f("ix_gift_donor_id"), table_name="gift")
    op.drop_table("gift")
    op.drop_table("voucher_series")
    op.drop_index(
        "uq_voucher_reverses_id",
        table_name="voucher",
        sqlite_where=sa.text("state <> 'discarded'"),
        postgresql_where=sa.text("state <> 'discarded'"),
    )
    op.drop_index(
        "ix_voucher_waiting",
        table_name="voucher",
        sqlite_where=sa.text("state IN ('draft', 'submitted', 'reviewed')"),
        postgresql_where=sa.text("state IN ('draft', 'submitted', 'reviewed')"),
    )
    op.drop_index(
        "ix_voucher_corrects_id",
        table_name="voucher",
        sqlite_where=sa.text("corrects_id IS NOT NULL"),
        postgresql_where=sa.text("corrects_id IS NOT NULL"),
    )
    op.drop_table("voucher")
    op.drop_index(
        "uq_period_reopening_pending",
        table_name="period_reopening",
        sqlite_where=sa.text("approved_by IS NULL"),
        postgresql_where=sa.text("approved_by IS NULL"),
    )
    op.drop_table("period_reopening")
    op.drop_index("ix_movement_fund_id_period_id", table_name="movement")
    op.drop_table("movement")
    op.drop_table("fund_checkpoint")
    op.drop_index("ix_checkpoint_fund_id_period_id", table_name="checkpoint")
    op.drop_table("checkpoint")
    op.drop_table("account_checkpoint")
    op.drop_table("period")
    op.drop_index(op.f("ix_user_session_user_id"), table_name="user_session")
    op.drop_table("user_session")
    op.drop_index(op.f("ix_import_batch_file_digest"), table_name="import_batch")
    op.drop_table("import_batch")
    op.drop_table("idempotent_answer")
    op.drop_table("fiscal_year")
    op.drop_index(op.f("ix_donor_pinyin"), table_name="donor")
    op.drop_index(op.f("ix_donor_name_key"), table_name="donor")
    op.drop_index(op.f("ix_donor_initials"), table_name="donor")
    op.drop_index(op.f("ix_donor_id_number_index"), table_name="donor")
    op.drop_table("donor")
    op.drop_index(op.f("ix_api_token_user_id"), table_name="api_token")
    op.drop_table("api_token")
    op.drop_index(op.f("ix_account_parent_id"), table_name="account")
    op.drop_table("account")
    op.drop_table("user_account")
    op.drop_index(op.f("ix_trail_record_subject"), table_name="trail_record")
    op.drop_index(op.f("ix_trail_record_actor_sequence"), table_name="trail_record")
    op.drop_table("trail_record")
    op.drop_table("trail_head")
    op.drop_index(op.f("ix_sign_in_failure_subject_at"), table_name="sign_in_failure")
    op.drop_table("sign_in_failure")
    op.drop_table("organisation")
    op.drop_table("ledger_policy")
    op.drop_table("fund")
    op.drop_index(op.f("ix_dimension_kind_name"), table_name="dimension")
    op.drop_table("dimension")
    op.drop_table("column_mapping")
    op.drop_table("chart")
