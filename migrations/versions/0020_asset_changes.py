"""Changes of assets, impairment of investments, the level of a major one, services noted only."""

import sqlalchemy as sa
from alembic import op

from migrations import guarding

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column(
        "asset_card", sa.Column("units", sa.Integer(), server_default=sa.text("1"), nullable=False)
    )
    op.add_column(
        "investment",
        sa.Column(
            "uses_equity_method", sa.Boolean(), server_default=sa.text("false"), nullable=False
        ),
    )
    _create_asset_change()
    op.create_table(
        "investment_impairment",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("investment_id", _KEY, nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("evidence", sa.String(length=200), nullable=False),
        sa.Column("voucher_id", _KEY, nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_minor <> 0", name=op.f("ck_investment_impairment_amount")),
        sa.ForeignKeyConstraint(
            ["investment_id"], ["investment.id"], name="fk_investment_impairment_investment_id"
        ),
        sa.ForeignKeyConstraint(
            ["voucher_id"], ["voucher.id"], name="fk_investment_impairment_voucher_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_investment_impairment"),
        sa.UniqueConstraint("voucher_id", name="uq_investment_impairment_voucher_id"),
    )
    op.create_index(
        "ix_investment_impairment_investment_id", "investment_impairment", ["investment_id"]
    )
    op.create_table(
        "investment_level",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("from_minor", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("from_minor >= 0", name=op.f("ck_investment_level_not_negative")),
        sa.CheckConstraint("source <> ''", name=op.f("ck_investment_level_sourced")),
        sa.PrimaryKeyConstraint("id", name="pk_investment_level"),
    )
    op.create_table(
        "service_note",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("served_on", sa.Date(), nullable=False),
        sa.Column("donor_name", sa.String(length=200), nullable=False),
        sa.Column("service", sa.String(length=300), nullable=False),
        sa.Column("extent", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_reason", sa.String(length=300), nullable=True),
        sa.CheckConstraint(
            "donor_name <> '' AND service <> '' AND reason <> ''",
            name=op.f("ck_service_note_named"),
        ),
        sa.PrimaryKeyConstraint("id", name="pk_service_note"),
    )
    op.create_index("ix_service_note_served_on", "service_note", ["served_on"])
    guarding.install("asset_changes")


def _create_asset_change() -> None:
    op.create_table(
        "asset_change",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("card_id", _KEY, nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "improvement",
                "impairment",
                "part_disposed",
                name="assetchangekind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("changed_on", sa.Date(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("cost_minor", sa.BigInteger(), nullable=False),
        sa.Column("charged_minor", sa.BigInteger(), nullable=False),
        sa.Column("impaired_minor", sa.BigInteger(), nullable=False),
        sa.Column("proceeds_minor", sa.BigInteger(), nullable=False),
        sa.Column("improvement_id", _KEY, nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("evidence", sa.String(length=200), nullable=False),
        sa.Column("voucher_id", _KEY, nullable=True),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(kind = 'improvement') = (improvement_id IS NOT NULL)"
            " AND (kind = 'improvement') = (voucher_id IS NULL)",
            name=op.f("ck_asset_change_booked"),
        ),
        sa.CheckConstraint(
            "(kind = 'improvement' AND units = 0 AND cost_minor = 0 AND charged_minor = 0"
            " AND impaired_minor = 0 AND proceeds_minor = 0)"
            " OR (kind = 'impairment' AND units = 0 AND cost_minor = 0 AND charged_minor = 0"
            " AND impaired_minor > 0 AND proceeds_minor = 0)"
            " OR (kind = 'part_disposed' AND units > 0 AND cost_minor > 0 AND charged_minor >= 0"
            " AND impaired_minor <= 0 AND proceeds_minor >= 0)",
            name=op.f("ck_asset_change_figures"),
        ),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_asset_change_reasoned")),
        sa.ForeignKeyConstraint(["card_id"], ["asset_card.id"], name="fk_asset_change_card_id"),
        sa.ForeignKeyConstraint(
            ["improvement_id"], ["asset_card.id"], name="fk_asset_change_improvement_id"
        ),
        sa.ForeignKeyConstraint(["voucher_id"], ["voucher.id"], name="fk_asset_change_voucher_id"),
        sa.PrimaryKeyConstraint("id", name="pk_asset_change"),
        sa.UniqueConstraint("improvement_id", name="uq_asset_change_improvement_id"),
        sa.UniqueConstraint("voucher_id", name="uq_asset_change_voucher_id"),
    )
    op.create_index("ix_asset_change_card_id", "asset_change", ["card_id"])


def downgrade() -> None:
    guarding.remove("asset_changes")
    op.drop_index("ix_service_note_served_on", table_name="service_note")
    op.drop_table("service_note")
    op.drop_table("investment_level")
    op.drop_index("ix_investment_impairment_investment_id", table_name="investment_impairment")
    op.drop_table("investment_impairment")
    op.drop_index("ix_asset_change_card_id", table_name="asset_change")
    op.drop_table("asset_change")
    op.drop_column("investment", "uses_equity_method")
    op.drop_column("asset_card", "units")
