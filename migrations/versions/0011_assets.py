"""Registers: assets and their depreciation, donated goods, investments, goods held for others."""

import sqlalchemy as sa
from alembic import op

from migrations import guarding

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "investment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("product", sa.String(length=200), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "wealth_product",
                "long_term_bond",
                "equity",
                name="investmentkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("trustee", sa.String(length=200), nullable=False),
        sa.Column("licence", sa.String(length=200), nullable=False),
        sa.Column("risk", sa.String(length=40), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("matures_on", sa.Date(), nullable=True),
        sa.Column("fund_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "income_fund_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("resolution", sa.String(length=120), nullable=True),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number <> '' AND product <> ''", name=op.f("ck_investment_named")),
        sa.CheckConstraint(
            "matures_on IS NULL OR matures_on >= starts_on", name=op.f("ck_investment_in_order")
        ),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name="fk_investment_fund_id"),
        sa.ForeignKeyConstraint(
            ["income_fund_id"], ["fund.id"], name="fk_investment_income_fund_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_investment"),
        sa.UniqueConstraint("number", name="uq_investment_number"),
    )
    op.create_index("ix_investment_fund_id", "investment", ["fund_id"], unique=False)
    op.create_index("ix_investment_matures_on", "investment", ["matures_on"], unique=False)
    op.create_table(
        "stock_item",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.Column("is_agency", sa.Boolean(), nullable=False),
        sa.Column("recipient", sa.String(length=200), nullable=True),
        sa.Column("fund_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("custody", sa.String(length=200), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "number <> '' AND name <> '' AND unit <> ''", name=op.f("ck_stock_item_named")
        ),
        sa.CheckConstraint(
            "is_agency = (recipient IS NOT NULL)", name=op.f("ck_stock_item_agency_for_somebody")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_stock_item_account_id"),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name="fk_stock_item_fund_id"),
        sa.PrimaryKeyConstraint("id", name="pk_stock_item"),
        sa.UniqueConstraint("number", name="uq_stock_item_number"),
    )
    op.create_index("ix_stock_item_fund_id", "stock_item", ["fund_id"], unique=False)
    op.create_table(
        "depreciation_run",
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column(
            "voucher_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("total_minor > 0", name=op.f("ck_depreciation_run_total_positive")),
        sa.ForeignKeyConstraint(["period_id"], ["period.id"], name="fk_depreciation_run_period_id"),
        sa.ForeignKeyConstraint(
            ["voucher_id"], ["voucher.id"], name="fk_depreciation_run_voucher_id"
        ),
        sa.PrimaryKeyConstraint("period_id", name="pk_depreciation_run"),
        sa.UniqueConstraint("voucher_id", name="uq_depreciation_run_voucher_id"),
    )
    op.create_table(
        "asset_card",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "fixed",
                "intangible",
                name="assetkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("acquired_on", sa.Date(), nullable=False),
        sa.Column(
            "origin",
            sa.Enum(
                "bought",
                "donated",
                name="origin",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("gift_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("evidence", sa.String(length=200), nullable=False),
        sa.Column("cost_minor", sa.BigInteger(), nullable=False),
        sa.Column("residual_minor", sa.BigInteger(), nullable=False),
        sa.Column("life_months", sa.Integer(), nullable=False),
        sa.Column("charged_before_minor", sa.BigInteger(), nullable=False),
        sa.Column("expense_tag", sa.String(length=64), nullable=False),
        sa.Column("fund_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("used_by", sa.String(length=200), nullable=False),
        sa.Column("custody", sa.String(length=200), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(origin = 'donated') = (gift_id IS NOT NULL)",
            name=op.f("ck_asset_card_gift_of_donated"),
        ),
        sa.CheckConstraint(
            "number <> '' AND name <> '' AND evidence <> ''", name=op.f("ck_asset_card_named")
        ),
        sa.CheckConstraint("cost_minor > 0", name=op.f("ck_asset_card_cost_positive")),
        sa.CheckConstraint("life_months BETWEEN 1 AND 1200", name=op.f("ck_asset_card_life")),
        sa.CheckConstraint(
            "residual_minor >= 0 AND charged_before_minor >= 0 AND residual_minor + charged_before_minor <= cost_minor",
            name=op.f("ck_asset_card_charge_within_cost"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name="fk_asset_card_account_id"),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name="fk_asset_card_fund_id"),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name="fk_asset_card_gift_id"),
        sa.PrimaryKeyConstraint("id", name="pk_asset_card"),
        sa.UniqueConstraint("number", name="uq_asset_card_number"),
    )
    op.create_index("ix_asset_card_fund_id", "asset_card", ["fund_id"], unique=False)
    op.create_index("ix_asset_card_gift_id", "asset_card", ["gift_id"], unique=False)
    op.create_table(
        "investment_movement",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "investment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "kind",
            sa.Enum(
                "purchase",
                "donation",
                "yield",
                "income_due",
                "income_received",
                "redemption",
                "undone",
                name="investmentmove",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("moved_on", sa.Date(), nullable=False),
        sa.Column("value_minor", sa.BigInteger(), nullable=False),
        sa.Column("income_minor", sa.BigInteger(), nullable=False),
        sa.Column("due_minor", sa.BigInteger(), nullable=False),
        sa.Column("cash_minor", sa.BigInteger(), nullable=False),
        sa.Column("evidence", sa.String(length=200), nullable=False),
        sa.Column("gift_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "voucher_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "reverses_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(kind = 'undone') = (reverses_id IS NOT NULL)",
            name=op.f("ck_investment_movement_undone"),
        ),
        sa.CheckConstraint(
            "kind IN ('donation', 'undone') OR value_minor + due_minor + cash_minor = income_minor",
            name=op.f("ck_investment_movement_adds_up"),
        ),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name="fk_investment_movement_gift_id"),
        sa.ForeignKeyConstraint(
            ["investment_id"], ["investment.id"], name="fk_investment_movement_investment_id"
        ),
        sa.ForeignKeyConstraint(
            ["reverses_id"], ["investment_movement.id"], name="fk_investment_movement_reverses_id"
        ),
        sa.ForeignKeyConstraint(
            ["voucher_id"], ["voucher.id"], name="fk_investment_movement_voucher_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_investment_movement"),
    )
    op.create_index(
        "ix_investment_movement_gift_id", "investment_movement", ["gift_id"], unique=False
    )
    op.create_index(
        "ix_investment_movement_investment_id_moved_on",
        "investment_movement",
        ["investment_id", "moved_on"],
        unique=False,
    )
    op.create_index(
        "ix_investment_movement_voucher_id", "investment_movement", ["voucher_id"], unique=False
    )
    op.create_index(
        "uq_investment_movement_reverses_id",
        "investment_movement",
        ["reverses_id"],
        unique=True,
        sqlite_where=sa.text("reverses_id IS NOT NULL"),
        postgresql_where=sa.text("reverses_id IS NOT NULL"),
    )
    op.create_table(
        "stock_movement",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "receipt",
                "issue",
                "sale",
                "handover",
                "surplus",
                "shortage",
                "count",
                "undone",
                name="stockmove",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("moved_on", sa.Date(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("value_minor", sa.BigInteger(), nullable=False),
        sa.Column("proceeds_minor", sa.BigInteger(), nullable=False),
        sa.Column("party", sa.String(length=200), nullable=False),
        sa.Column("evidence", sa.String(length=200), nullable=False),
        sa.Column("gift_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "voucher_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "reverses_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(kind = 'undone') = (reverses_id IS NOT NULL)", name=op.f("ck_stock_movement_undone")
        ),
        sa.CheckConstraint(
            "kind = 'undone' OR (kind = 'count' AND quantity = 0 AND value_minor = 0) OR (kind IN ('receipt', 'surplus') AND quantity > 0 AND value_minor >= 0) OR (kind IN ('issue', 'sale', 'handover', 'shortage') AND quantity < 0 AND value_minor <= 0)",
            name=op.f("ck_stock_movement_direction"),
        ),
        sa.CheckConstraint(
            "proceeds_minor >= 0", name=op.f("ck_stock_movement_proceeds_not_negative")
        ),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name="fk_stock_movement_gift_id"),
        sa.ForeignKeyConstraint(["item_id"], ["stock_item.id"], name="fk_stock_movement_item_id"),
        sa.ForeignKeyConstraint(
            ["reverses_id"], ["stock_movement.id"], name="fk_stock_movement_reverses_id"
        ),
        sa.ForeignKeyConstraint(
            ["voucher_id"], ["voucher.id"], name="fk_stock_movement_voucher_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_stock_movement"),
    )
    op.create_index("ix_stock_movement_gift_id", "stock_movement", ["gift_id"], unique=False)
    op.create_index(
        "ix_stock_movement_item_id_moved_on",
        "stock_movement",
        ["item_id", "moved_on"],
        unique=False,
    )
    op.create_index("ix_stock_movement_voucher_id", "stock_movement", ["voucher_id"], unique=False)
    op.create_index(
        "uq_stock_movement_reverses_id",
        "stock_movement",
        ["reverses_id"],
        unique=True,
        sqlite_where=sa.text("reverses_id IS NOT NULL"),
        postgresql_where=sa.text("reverses_id IS NOT NULL"),
    )
    op.create_table(
        "asset_disposal",
        sa.Column("card_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("disposed_on", sa.Date(), nullable=False),
        sa.Column("proceeds_minor", sa.BigInteger(), nullable=False),
        sa.Column("charged_minor", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column(
            "voucher_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_asset_disposal_reasoned")),
        sa.CheckConstraint(
            "proceeds_minor >= 0 AND charged_minor >= 0",
            name=op.f("ck_asset_disposal_not_negative"),
        ),
        sa.ForeignKeyConstraint(["card_id"], ["asset_card.id"], name="fk_asset_disposal_card_id"),
        sa.ForeignKeyConstraint(
            ["voucher_id"], ["voucher.id"], name="fk_asset_disposal_voucher_id"
        ),
        sa.PrimaryKeyConstraint("card_id", name="pk_asset_disposal"),
        sa.UniqueConstraint("voucher_id", name="uq_asset_disposal_voucher_id"),
    )
    op.create_table(
        "depreciation_line",
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("card_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_depreciation_line_amount_positive")),
        sa.ForeignKeyConstraint(
            ["card_id"], ["asset_card.id"], name="fk_depreciation_line_card_id"
        ),
        sa.ForeignKeyConstraint(
            ["period_id"], ["depreciation_run.period_id"], name="fk_depreciation_line_period_id"
        ),
        sa.PrimaryKeyConstraint("period_id", "card_id", name="pk_depreciation_line"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_depreciation_line_card_id", "depreciation_line", ["card_id"], unique=False)
    guarding.install("assets")


def downgrade() -> None:
    guarding.remove("assets")
    op.drop_index("ix_depreciation_line_card_id", table_name="depreciation_line")
    op.drop_table("depreciation_line")
    op.drop_table("asset_disposal")
    op.drop_index(
        "uq_stock_movement_reverses_id",
        table_name="stock_movement",
        sqlite_where=sa.text("reverses_id IS NOT NULL"),
        postgresql_where=sa.text("reverses_id IS NOT NULL"),
    )
    op.drop_index("ix_stock_movement_voucher_id", table_name="stock_movement")
    op.drop_index("ix_stock_movement_item_id_moved_on", table_name="stock_movement")
    op.drop_index("ix_stock_movement_gift_id", table_name="stock_movement")
    op.drop_table("stock_movement")
    op.drop_index(
        "uq_investment_movement_reverses_id",
        table_name="investment_movement",
        sqlite_where=sa.text("reverses_id IS NOT NULL"),
        postgresql_where=sa.text("reverses_id IS NOT NULL"),
    )
    op.drop_index("ix_investment_movement_voucher_id", table_name="investment_movement")
    op.drop_index("ix_investment_movement_investment_id_moved_on", table_name="investment_movement")
    op.drop_index("ix_investment_movement_gift_id", table_name="investment_movement")
    op.drop_table("investment_movement")
    op.drop_index("ix_asset_card_gift_id", table_name="asset_card")
    op.drop_index("ix_asset_card_fund_id", table_name="asset_card")
    op.drop_table("asset_card")
    op.drop_table("depreciation_run")
    op.drop_index("ix_stock_item_fund_id", table_name="stock_item")
    op.drop_table("stock_item")
    op.drop_index("ix_investment_matures_on", table_name="investment")
    op.drop_index("ix_investment_fund_id", table_name="investment")
    op.drop_table("investment")
