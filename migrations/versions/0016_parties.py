"""Related parties, why and since when; rulings, dismissals; texts of the annual report."""

import sqlalchemy as sa
from alembic import op

from migrations import guarding

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "annual_report_text",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=60), nullable=False),
        sa.Column("words", sa.String(length=2000), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("written_by", sa.String(length=64), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("place <> ''", name=op.f("ck_annual_report_text_placed")),
        sa.CheckConstraint("year BETWEEN 1900 AND 2200", name=op.f("ck_annual_report_text_year")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_annual_report_text")),
    )
    op.create_index(
        op.f("ix_annual_report_text_year_place"),
        "annual_report_text",
        ["year", "place"],
        unique=False,
    )
    op.create_table(
        "related_party",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_key", sa.String(length=200), nullable=False),
        sa.Column("is_person", sa.Boolean(), nullable=False),
        sa.Column("credit_code", sa.String(length=18), nullable=True),
        sa.Column("id_number", sa.LargeBinary(), nullable=True),
        sa.Column("id_number_index", sa.String(length=64), nullable=True),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_related_party_named")),
        sa.CheckConstraint(
            "(id_number IS NULL) = (id_number_index IS NULL)", name=op.f("ck_related_party_indexed")
        ),
        sa.CheckConstraint(
            "(is_person OR id_number IS NULL) AND (NOT is_person OR credit_code IS NULL)",
            name=op.f("ck_related_party_number_fits"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_related_party")),
        sa.UniqueConstraint("credit_code", name=op.f("uq_related_party_credit_code")),
    )
    op.create_index(op.f("ix_related_party_name_key"), "related_party", ["name_key"], unique=False)
    op.create_index(
        "uq_related_party_id_number_index",
        "related_party",
        ["id_number_index"],
        unique=True,
        sqlite_where=sa.text("id_number_index IS NOT NULL"),
        postgresql_where=sa.text("id_number_index IS NOT NULL"),
    )
    op.create_table(
        "related_party_relation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("party_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "founder",
                "main_donor",
                "board_source",
                "investee",
                "influence",
                name="relationkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("is_important", sa.Boolean(), nullable=False),
        sa.Column("relation", sa.String(length=300), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("recorded_by", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_reason", sa.String(length=500), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=64), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "relation <> '' AND source <> ''", name=op.f("ck_related_party_relation_reasoned")
        ),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by IS NULL) AND (withdrawn_at IS NULL) = (withdrawn_reason IS NULL)",
            name=op.f("ck_related_party_relation_withdrawal_complete"),
        ),
        sa.CheckConstraint(
            "valid_until IS NULL OR valid_until >= valid_from",
            name=op.f("ck_related_party_relation_in_order"),
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["related_party.id"], name=op.f("fk_related_party_relation_party_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_related_party_relation")),
    )
    op.create_index(
        op.f("ix_related_party_relation_party_id"),
        "related_party_relation",
        ["party_id"],
        unique=False,
    )
    op.create_table(
        "donor_origin",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("donor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("is_overseas", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("stated_by", sa.String(length=64), nullable=False),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("source <> ''", name=op.f("ck_donor_origin_reasoned")),
        sa.ForeignKeyConstraint(["donor_id"], ["donor.id"], name=op.f("fk_donor_origin_donor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_donor_origin")),
    )
    op.create_index(op.f("ix_donor_origin_donor_id"), "donor_origin", ["donor_id"], unique=False)
    op.create_table(
        "related_party_dismissal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("donor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "counterparty_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("ground", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("dismissed_by", sa.String(length=64), nullable=False),
        sa.Column("dismissed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "reason <> '' AND ground <> ''", name=op.f("ck_related_party_dismissal_reasoned")
        ),
        sa.CheckConstraint(
            "(donor_id IS NULL) <> (counterparty_id IS NULL)",
            name=op.f("ck_related_party_dismissal_one_subject"),
        ),
        sa.ForeignKeyConstraint(
            ["counterparty_id"],
            ["dimension.id"],
            name=op.f("fk_related_party_dismissal_counterparty_id"),
        ),
        sa.ForeignKeyConstraint(
            ["donor_id"], ["donor.id"], name=op.f("fk_related_party_dismissal_donor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_related_party_dismissal")),
    )
    op.create_index(
        op.f("ix_related_party_dismissal_counterparty_id"),
        "related_party_dismissal",
        ["counterparty_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_related_party_dismissal_donor_id"),
        "related_party_dismissal",
        ["donor_id"],
        unique=False,
    )
    op.create_table(
        "related_party_link",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("party_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("donor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "counterparty_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "investment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("added_by", sa.String(length=64), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_reason", sa.String(length=500), nullable=True),
        sa.Column("removed_by", sa.String(length=64), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(donor_id IS NOT NULL AND counterparty_id IS NULL AND investment_id IS NULL) OR (donor_id IS NULL AND counterparty_id IS NOT NULL AND investment_id IS NULL) OR (donor_id IS NULL AND counterparty_id IS NULL AND investment_id IS NOT NULL)",
            name=op.f("ck_related_party_link_one_target"),
        ),
        sa.CheckConstraint(
            "(removed_at IS NULL) = (removed_by IS NULL) AND (removed_at IS NULL) = (removed_reason IS NULL)",
            name=op.f("ck_related_party_link_removal_complete"),
        ),
        sa.ForeignKeyConstraint(
            ["counterparty_id"],
            ["dimension.id"],
            name=op.f("fk_related_party_link_counterparty_id"),
        ),
        sa.ForeignKeyConstraint(
            ["donor_id"], ["donor.id"], name=op.f("fk_related_party_link_donor_id")
        ),
        sa.ForeignKeyConstraint(
            ["investment_id"], ["investment.id"], name=op.f("fk_related_party_link_investment_id")
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["related_party.id"], name=op.f("fk_related_party_link_party_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_related_party_link")),
    )
    op.create_index(
        op.f("ix_related_party_link_party_id"), "related_party_link", ["party_id"], unique=False
    )
    op.create_index(
        "uq_related_party_link_counterparty_id",
        "related_party_link",
        ["counterparty_id"],
        unique=True,
        sqlite_where=sa.text("removed_at IS NULL"),
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.create_index(
        "uq_related_party_link_donor_id",
        "related_party_link",
        ["donor_id"],
        unique=True,
        sqlite_where=sa.text("removed_at IS NULL"),
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.create_index(
        "uq_related_party_link_investment_id",
        "related_party_link",
        ["investment_id"],
        unique=True,
        sqlite_where=sa.text("removed_at IS NULL"),
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.create_table(
        "related_party_ruling",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("party_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "voucher_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "kind",
            sa.Enum(
                "donation",
                "grant",
                "joint_investment",
                "entrusted_investment",
                "trade",
                "other_flow",
                name="dealingkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("decision", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("ruled_by", sa.String(length=64), nullable=False),
        sa.Column("ruled_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IS NOT NULL OR decision <> ''",
            name=op.f("ck_related_party_ruling_says_something"),
        ),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_related_party_ruling_reasoned")),
        sa.ForeignKeyConstraint(
            ["party_id"], ["related_party.id"], name=op.f("fk_related_party_ruling_party_id")
        ),
        sa.ForeignKeyConstraint(
            ["voucher_id"], ["voucher.id"], name=op.f("fk_related_party_ruling_voucher_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_related_party_ruling")),
    )
    op.create_index(
        op.f("ix_related_party_ruling_party_id_voucher_id"),
        "related_party_ruling",
        ["party_id", "voucher_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_related_party_ruling_voucher_id"),
        "related_party_ruling",
        ["voucher_id"],
        unique=False,
    )
    guarding.install("parties")


def downgrade() -> None:
    guarding.remove("parties")
    op.drop_index(op.f("ix_related_party_ruling_voucher_id"), table_name="related_party_ruling")
    op.drop_index(
        op.f("ix_related_party_ruling_party_id_voucher_id"), table_name="related_party_ruling"
    )
    op.drop_table("related_party_ruling")
    op.drop_index(
        "uq_related_party_link_investment_id",
        table_name="related_party_link",
        sqlite_where=sa.text("removed_at IS NULL"),
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.drop_index(
        "uq_related_party_link_donor_id",
        table_name="related_party_link",
        sqlite_where=sa.text("removed_at IS NULL"),
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.drop_index(
        "uq_related_party_link_counterparty_id",
        table_name="related_party_link",
        sqlite_where=sa.text("removed_at IS NULL"),
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.drop_index(op.f("ix_related_party_link_party_id"), table_name="related_party_link")
    op.drop_table("related_party_link")
    op.drop_index(op.f("ix_related_party_dismissal_donor_id"), table_name="related_party_dismissal")
    op.drop_index(
        op.f("ix_related_party_dismissal_counterparty_id"), table_name="related_party_dismissal"
    )
    op.drop_table("related_party_dismissal")
    op.drop_index(op.f("ix_donor_origin_donor_id"), table_name="donor_origin")
    op.drop_table("donor_origin")
    op.drop_index(op.f("ix_related_party_relation_party_id"), table_name="related_party_relation")
    op.drop_table("related_party_relation")
    op.drop_index(
        "uq_related_party_id_number_index",
        table_name="related_party",
        sqlite_where=sa.text("id_number_index IS NOT NULL"),
        postgresql_where=sa.text("id_number_index IS NOT NULL"),
    )
    op.drop_index(op.f("ix_related_party_name_key"), table_name="related_party")
    op.drop_table("related_party")
    op.drop_index(op.f("ix_annual_report_text_year_place"), table_name="annual_report_text")
    op.drop_table("annual_report_text")
