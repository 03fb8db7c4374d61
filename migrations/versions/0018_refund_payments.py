"""A refund knows the voucher that pays it."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # In one statement: SQLite takes a foreign key only together with its column.
    key = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    op.execute(
        f"ALTER TABLE gift_change ADD COLUMN payment_voucher_id {key}"
        " CONSTRAINT fk_gift_change_payment_voucher_id_voucher REFERENCES voucher (id)"
    )


def downgrade() -> None:
    op.drop_column("gift_change", "payment_voucher_id")
