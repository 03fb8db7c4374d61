"""What people keep for themselves: saved filters and columns; checks that were run; duties."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "saved_filter",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("user_id", _KEY, nullable=False),
        sa.Column("listing", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("query", sa.String(length=1000), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_saved_filter_user_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filter")),
        sa.UniqueConstraint(
            "user_id", "listing", "name", name=op.f("uq_saved_filter_user_id_listing_name")
        ),
    )
    op.create_table(
        "hidden_columns",
        sa.Column("user_id", _KEY, nullable=False),
        sa.Column("listing", sa.String(length=32), nullable=False),
        sa.Column("columns", sa.String(length=1000), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_hidden_columns_user_id")
        ),
        sa.PrimaryKeyConstraint("user_id", "listing", name=op.f("pk_hidden_columns")),
    )
    op.create_table(
        "check_run",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("run_by", sa.String(length=64), nullable=True),
        sa.Column("check_count", sa.Integer(), nullable=False),
        sa.Column("voucher_count", sa.BigInteger(), nullable=False),
        sa.Column("error_count", sa.Integer(), nullable=False),
        sa.Column("warning_count", sa.Integer(), nullable=False),
        sa.Column("chain_head", sa.String(length=64), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_run")),
    )
    op.create_table(
        "duty_mark",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("duty", sa.String(length=64), nullable=False),
        sa.Column("occurrence", sa.String(length=40), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("marked_by", sa.String(length=64), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_mark")),
        sa.UniqueConstraint("duty", "occurrence", name=op.f("uq_duty_mark_duty_occurrence")),
    )
    op.create_table(
        "duty_fact",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.String(length=40), nullable=False),
        sa.Column("changed_by", sa.String(length=64), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_duty_fact")),
    )


def downgrade() -> None:
    for table in ("duty_fact", "duty_mark", "check_run", "hidden_columns", "saved_filter"):
        op.drop_table(table)
