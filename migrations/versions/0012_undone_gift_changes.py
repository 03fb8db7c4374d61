"""A cancelled or corrected gift may stand again while its red voucher is not posted."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_ENDED = "kind IN ('cancelled', 'corrected')"
_OVER = f"{_ENDED} AND voucher_id IS NULL"


def upgrade() -> None:
    op.drop_index("uq_gift_change_ended", table_name="gift_change")
    op.create_index(
        "uq_gift_change_over",
        "gift_change",
        ["gift_id"],
        unique=True,
        sqlite_where=sa.text(_OVER),
        postgresql_where=sa.text(_OVER),
    )


def downgrade() -> None:
    # Books in which a gift was ended a second time cannot go back: the index refuses them.
    op.drop_index("uq_gift_change_over", table_name="gift_change")
    op.create_index(
        "uq_gift_change_ended",
        "gift_change",
        ["gift_id"],
        unique=True,
        sqlite_where=sa.text(_ENDED),
        postgresql_where=sa.text(_ENDED),
    )
