"""Fund projects, agreements, pledges and campaigns; donors merged, related, and in classes."""

import sqlalchemy as sa
from alembic import op

from migrations import guarding

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# Searched by how they begin: ordered by bytes on PostgreSQL, whatever the database's language.
_BEGUN = (("name_key", 200), ("pinyin", 400), ("initials", 200), ("credit_code", 18), ("phone", 40))


def _collate(collation: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        for column, length in _BEGUN:
            op.execute(
                f"ALTER TABLE donor ALTER COLUMN {column} TYPE varchar({length})"
                f' COLLATE "{collation}"'
            )


def _index_grams() -> None:
    """Index every pair of letters in a name (PostgreSQL); no extension is needed for this."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION donor_grams(text) RETURNS text[]"
            " LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$"
            " SELECT array_agg(DISTINCT substr($1, i, 2))"
            " FROM generate_series(1, greatest(length($1) - 1, 1)) AS i $$"
        )
        op.execute("CREATE INDEX ix_donor_grams ON donor USING gin (donor_grams(name_key))")


def _forget_grams() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP INDEX ix_donor_grams")
        op.execute("DROP FUNCTION donor_grams(text)")


def upgrade() -> None:
    _collate("C")
    _index_grams()
    op.create_index(op.f("ix_donor_phone"), "donor", ["phone"], unique=False)
    op.create_table(
        "alumni_class",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("college", sa.String(length=120), nullable=False),
        sa.Column("class_name", sa.String(length=120), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("member_count", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "college <> '' AND class_name <> ''", name=op.f("ck_alumni_class_named")
        ),
        sa.CheckConstraint(
            "member_count IS NULL OR member_count > 0",
            name=op.f("ck_alumni_class_members_positive"),
        ),
        sa.CheckConstraint("year BETWEEN 1900 AND 2200", name=op.f("ck_alumni_class_year")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alumni_class")),
        sa.UniqueConstraint(
            "college", "class_name", "year", name=op.f("uq_alumni_class_college_class_name_year")
        ),
    )
    op.create_table(
        "campaign",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("target_minor", sa.BigInteger(), nullable=True),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("public_text", sa.Text(), nullable=True),
        sa.Column("public_text_en", sa.Text(), nullable=True),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("code <> '' AND name <> ''", name=op.f("ck_campaign_named")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_campaign_in_order")),
        sa.CheckConstraint(
            "target_minor IS NULL OR target_minor > 0", name=op.f("ck_campaign_target_positive")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        sa.UniqueConstraint("code", name=op.f("uq_campaign_code")),
    )
    op.create_table(
        "campaign_fund",
        sa.Column(
            "campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("fund_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_campaign_fund_campaign_id")
        ),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name=op.f("fk_campaign_fund_fund_id")),
        sa.PrimaryKeyConstraint("campaign_id", "fund_id", name=op.f("pk_campaign_fund")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_campaign_fund_fund_id"), "campaign_fund", ["fund_id"], unique=False)
    op.create_table(
        "fund_project",
        sa.Column("fund_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("steward", sa.String(length=120), nullable=True),
        sa.Column("college", sa.String(length=120), nullable=True),
        sa.Column("target_minor", sa.BigInteger(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("spending_rule", sa.Text(), nullable=True),
        sa.Column("fee_basis_points", sa.Integer(), nullable=True),
        sa.Column("fee_source", sa.String(length=200), nullable=True),
        sa.Column(
            "remainder",
            sa.Enum(
                "similar_purpose",
                "as_agreed",
                "return_to_donor",
                "unrestricted",
                name="remainder",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("remainder_note", sa.Text(), nullable=True),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("public_text", sa.Text(), nullable=True),
        sa.Column("public_text_en", sa.Text(), nullable=True),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("purpose <> ''", name=op.f("ck_fund_project_purposeful")),
        sa.CheckConstraint(
            "NOT is_public OR public_text IS NOT NULL", name=op.f("ck_fund_project_public_has_text")
        ),
        sa.CheckConstraint(
            "fee_basis_points IS NULL OR fee_basis_points BETWEEN 0 AND 10000",
            name=op.f("ck_fund_project_fee_share"),
        ),
        sa.CheckConstraint(
            "starts_on IS NULL OR ends_on IS NULL OR ends_on >= starts_on",
            name=op.f("ck_fund_project_in_order"),
        ),
        sa.CheckConstraint(
            "target_minor IS NULL OR target_minor > 0", name=op.f("ck_fund_project_target_positive")
        ),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name=op.f("fk_fund_project_fund_id")),
        sa.PrimaryKeyConstraint("fund_id", name=op.f("pk_fund_project")),
    )
    op.create_table(
        "agreement",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=120), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("donor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("donor_signatory", sa.String(length=120), nullable=True),
        sa.Column("foundation_signatory", sa.String(length=120), nullable=True),
        sa.Column("third_party", sa.String(length=200), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "signed",
                "ended",
                "cancelled",
                name="agreementstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("is_in_kind", sa.Boolean(), nullable=False),
        sa.Column("is_instalments", sa.Boolean(), nullable=False),
        sa.Column("is_construction", sa.Boolean(), nullable=False),
        sa.Column("is_overseas", sa.Boolean(), nullable=False),
        sa.Column("is_asked_by_donor", sa.Boolean(), nullable=False),
        sa.Column("delivery", sa.Text(), nullable=True),
        sa.Column("fee_basis_points", sa.Integer(), nullable=True),
        sa.Column("naming", sa.String(length=200), nullable=True),
        sa.Column("naming_approval", sa.String(length=200), nullable=True),
        sa.Column(
            "reporting",
            sa.Enum(
                "none",
                "yearly",
                "half_yearly",
                "at_end",
                name="reporting",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("may_pool", sa.Boolean(), nullable=True),
        sa.Column("has_return_benefit", sa.Boolean(), nullable=True),
        sa.Column("results_to_university", sa.Boolean(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "number <> '' AND title <> '' AND purpose <> ''", name=op.f("ck_agreement_named")
        ),
        sa.CheckConstraint(
            "state = 'draft' OR state = 'cancelled' OR signed_on IS NOT NULL",
            name=op.f("ck_agreement_signed_has_day"),
        ),
        sa.CheckConstraint(
            "amount_minor IS NULL OR amount_minor > 0", name=op.f("ck_agreement_amount_positive")
        ),
        sa.CheckConstraint(
            "ends_on IS NULL OR signed_on IS NULL OR ends_on >= signed_on",
            name=op.f("ck_agreement_in_order"),
        ),
        sa.CheckConstraint(
            "fee_basis_points IS NULL OR fee_basis_points BETWEEN 0 AND 10000",
            name=op.f("ck_agreement_fee_share"),
        ),
        sa.ForeignKeyConstraint(["donor_id"], ["donor.id"], name=op.f("fk_agreement_donor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
        sa.UniqueConstraint("number", name=op.f("uq_agreement_number")),
    )
    op.create_index(op.f("ix_agreement_donor_id"), "agreement", ["donor_id"], unique=False)
    op.create_table(
        "donor_class",
        sa.Column("donor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("class_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("added_by", sa.String(length=64), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["class_id"], ["alumni_class.id"], name=op.f("fk_donor_class_class_id")
        ),
        sa.ForeignKeyConstraint(["donor_id"], ["donor.id"], name=op.f("fk_donor_class_donor_id")),
        sa.PrimaryKeyConstraint("donor_id", "class_id", name=op.f("pk_donor_class")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_donor_class_class_id"), "donor_class", ["class_id"], unique=False)
    op.create_table(
        "donor_merge",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kept_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "merged_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("merged_by", sa.String(length=64), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_by", sa.String(length=64), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_donor_merge_reasoned")),
        sa.CheckConstraint(
            "(undone_by IS NULL) = (undone_at IS NULL) AND (undone_by IS NULL) = (undone_reason IS NULL)",
            name=op.f("ck_donor_merge_undone_complete"),
        ),
        sa.CheckConstraint("kept_id <> merged_id", name=op.f("ck_donor_merge_two_donors")),
        sa.ForeignKeyConstraint(["kept_id"], ["donor.id"], name=op.f("fk_donor_merge_kept_id")),
        sa.ForeignKeyConstraint(["merged_id"], ["donor.id"], name=op.f("fk_donor_merge_merged_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_donor_merge")),
    )
    op.create_index(op.f("ix_donor_merge_kept_id"), "donor_merge", ["kept_id"], unique=False)
    op.create_index(
        "uq_donor_merge_live",
        "donor_merge",
        ["merged_id"],
        unique=True,
        sqlite_where=sa.text("undone_at IS NULL"),
        postgresql_where=sa.text("undone_at IS NULL"),
    )
    op.create_table(
        "donor_relation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("donor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "related_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "kind",
            sa.Enum(
                "household",
                "employer",
                "legal_representative",
                "member",
                name="relationkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("donor_id <> related_id", name=op.f("ck_donor_relation_two_donors")),
        sa.ForeignKeyConstraint(
            ["donor_id"], ["donor.id"], name=op.f("fk_donor_relation_donor_id")
        ),
        sa.ForeignKeyConstraint(
            ["related_id"], ["donor.id"], name=op.f("fk_donor_relation_related_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_donor_relation")),
        sa.UniqueConstraint(
            "donor_id",
            "related_id",
            "kind",
            name=op.f("uq_donor_relation_donor_id_related_id_kind"),
        ),
    )
    op.create_index(
        op.f("ix_donor_relation_related_id"), "donor_relation", ["related_id"], unique=False
    )
    op.create_table(
        "project_budget",
        sa.Column("fund_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("resolution", sa.String(length=120), nullable=True),
        sa.Column("set_by", sa.String(length=64), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("ck_project_budget_not_negative")),
        sa.ForeignKeyConstraint(
            ["fund_id"], ["fund_project.fund_id"], name=op.f("fk_project_budget_fund_id")
        ),
        sa.PrimaryKeyConstraint("fund_id", "year", name=op.f("pk_project_budget")),
    )
    op.create_table(
        "project_picture",
        sa.Column("fund_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("description", sa.String(length=200), nullable=False),
        sa.Column("added_by", sa.String(length=64), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["fund_id"], ["fund_project.fund_id"], name=op.f("fk_project_picture_fund_id")
        ),
        sa.PrimaryKeyConstraint("fund_id", name=op.f("pk_project_picture")),
    )
    op.create_table(
        "agreement_change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "agreement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("changed_on", sa.Date(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("consented_by", sa.String(length=120), nullable=True),
        sa.Column("consented_on", sa.Date(), nullable=True),
        sa.Column("evidence", sa.String(length=200), nullable=True),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_agreement_change_reasoned")),
        sa.CheckConstraint(
            "(consented_by IS NULL) = (consented_on IS NULL)",
            name=op.f("ck_agreement_change_consent_complete"),
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreement.id"], name=op.f("fk_agreement_change_agreement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_change")),
    )
    op.create_index(
        op.f("ix_agreement_change_agreement_id"), "agreement_change", ["agreement_id"], unique=False
    )
    op.create_table(
        "agreement_file",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "agreement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("added_by", sa.String(length=64), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreement.id"], name=op.f("fk_agreement_file_agreement_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_file")),
        sa.UniqueConstraint(
            "agreement_id", "digest", name=op.f("uq_agreement_file_agreement_id_digest")
        ),
    )
    op.create_index(op.f("ix_agreement_file_digest"), "agreement_file", ["digest"], unique=False)
    op.create_table(
        "agreement_fund",
        sa.Column(
            "agreement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("fund_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "amount_minor IS NULL OR amount_minor > 0",
            name=op.f("ck_agreement_fund_amount_positive"),
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreement.id"], name=op.f("fk_agreement_fund_agreement_id")
        ),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name=op.f("fk_agreement_fund_fund_id")),
        sa.PrimaryKeyConstraint("agreement_id", "fund_id", name=op.f("pk_agreement_fund")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_agreement_fund_fund_id"), "agreement_fund", ["fund_id"], unique=False)
    op.create_table(
        "endowment",
        sa.Column(
            "principal_fund_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column(
            "income_fund_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "agreement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "principal_fund_id <> income_fund_id", name=op.f("ck_endowment_two_funds")
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreement.id"], name=op.f("fk_endowment_agreement_id")
        ),
        sa.ForeignKeyConstraint(
            ["income_fund_id"], ["fund.id"], name=op.f("fk_endowment_income_fund_id")
        ),
        sa.ForeignKeyConstraint(
            ["principal_fund_id"], ["fund.id"], name=op.f("fk_endowment_principal_fund_id")
        ),
        sa.PrimaryKeyConstraint("principal_fund_id", name=op.f("pk_endowment")),
        sa.UniqueConstraint("income_fund_id", name=op.f("uq_endowment_income_fund_id")),
    )
    op.create_table(
        "pledge",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("donor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("fund_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "agreement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column(
            "evidence",
            sa.Enum(
                "agreement",
                "letter",
                "oral",
                name="pledgeevidence",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("contact_email", sa.String(length=200), nullable=True),
        sa.Column("is_reminded", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_pledge_amount_positive")),
        sa.ForeignKeyConstraint(
            ["agreement_id"], ["agreement.id"], name=op.f("fk_pledge_agreement_id")
        ),
        sa.ForeignKeyConstraint(["donor_id"], ["donor.id"], name=op.f("fk_pledge_donor_id")),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name=op.f("fk_pledge_fund_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pledge")),
    )
    op.create_index(op.f("ix_pledge_agreement_id"), "pledge", ["agreement_id"], unique=False)
    op.create_index(op.f("ix_pledge_donor_id"), "pledge", ["donor_id"], unique=False)
    op.create_index(op.f("ix_pledge_fund_id"), "pledge", ["fund_id"], unique=False)
    op.create_table(
        "endowment_rule",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "principal_fund_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
        ),
        sa.Column("in_force_from", sa.Date(), nullable=False),
        sa.Column(
            "base",
            sa.Enum(
                "income",
                "net_assets",
                name="endowmentbase",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("spend_basis_points", sa.Integer(), nullable=False),
        sa.Column("reinvest_basis_points", sa.Integer(), nullable=False),
        sa.Column("years", sa.Integer(), nullable=False),
        sa.Column("resolution", sa.String(length=200), nullable=False),
        sa.Column("set_by", sa.String(length=64), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "base <> 'income' OR spend_basis_points + reinvest_basis_points <= 10000",
            name=op.f("ck_endowment_rule_no_more_than_income"),
        ),
        sa.CheckConstraint(
            "reinvest_basis_points BETWEEN 0 AND 10000",
            name=op.f("ck_endowment_rule_reinvest_share"),
        ),
        sa.CheckConstraint(
            "spend_basis_points BETWEEN 0 AND 10000", name=op.f("ck_endowment_rule_spend_share")
        ),
        sa.CheckConstraint("years BETWEEN 1 AND 10", name=op.f("ck_endowment_rule_years")),
        sa.ForeignKeyConstraint(
            ["principal_fund_id"],
            ["endowment.principal_fund_id"],
            name=op.f("fk_endowment_rule_principal_fund_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_endowment_rule")),
        sa.UniqueConstraint(
            "principal_fund_id",
            "in_force_from",
            name=op.f("uq_endowment_rule_principal_fund_id_in_force_from"),
        ),
    )
    op.create_table(
        "pledge_change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "pledge_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "kind",
            sa.Enum(
                "rescheduled",
                "written_off",
                "cancelled",
                "condition_met",
                name="pledgechangekind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("changed_on", sa.Date(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("requested_by", sa.String(length=64), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.String(length=64), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refused_by", sa.String(length=64), nullable=True),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "amount_minor >= 0 AND reason <> ''", name=op.f("ck_pledge_change_reasoned")
        ),
        sa.CheckConstraint(
            "(approved_by IS NULL) = (approved_at IS NULL)",
            name=op.f("ck_pledge_change_approval_complete"),
        ),
        sa.CheckConstraint(
            "(refused_by IS NULL) = (refused_at IS NULL)",
            name=op.f("ck_pledge_change_refusal_complete"),
        ),
        sa.CheckConstraint(
            "approved_by <> requested_by", name=op.f("ck_pledge_change_two_persons")
        ),
        sa.CheckConstraint(
            "approved_by IS NULL OR refused_by IS NULL", name=op.f("ck_pledge_change_one_answer")
        ),
        sa.ForeignKeyConstraint(
            ["pledge_id"], ["pledge.id"], name=op.f("fk_pledge_change_pledge_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pledge_change")),
    )
    op.create_index(
        op.f("ix_pledge_change_pledge_id"), "pledge_change", ["pledge_id"], unique=False
    )
    op.create_index(
        "uq_pledge_change_waiting",
        "pledge_change",
        ["pledge_id"],
        unique=True,
        sqlite_where=sa.text("kind = 'written_off' AND approved_by IS NULL AND refused_by IS NULL"),
        postgresql_where=sa.text(
            "kind = 'written_off' AND approved_by IS NULL AND refused_by IS NULL"
        ),
    )
    op.create_table(
        "instalment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "pledge_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("condition", sa.String(length=200), nullable=True),
        sa.Column("is_met", sa.Boolean(), nullable=False),
        sa.Column("open_minor", sa.BigInteger(), nullable=False),
        sa.Column("scheduled_on", sa.Date(), nullable=False),
        sa.Column("change_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_instalment_amount_positive")),
        sa.CheckConstraint(
            "is_met OR condition IS NOT NULL", name=op.f("ck_instalment_unconditional_is_met")
        ),
        sa.CheckConstraint(
            "open_minor BETWEEN 0 AND amount_minor", name=op.f("ck_instalment_open_within")
        ),
        sa.ForeignKeyConstraint(
            ["change_id"], ["pledge_change.id"], name=op.f("fk_instalment_change_id")
        ),
        sa.ForeignKeyConstraint(["pledge_id"], ["pledge.id"], name=op.f("fk_instalment_pledge_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instalment")),
        sa.UniqueConstraint("pledge_id", "number", name=op.f("uq_instalment_pledge_id_number")),
    )
    op.create_index(
        "ix_instalment_open",
        "instalment",
        ["due_on", "pledge_id", "open_minor", "is_met"],
        unique=False,
        sqlite_where=sa.text("open_minor > 0"),
        postgresql_where=sa.text("open_minor > 0"),
    )
    op.create_table(
        "instalment_reduction",
        sa.Column(
            "instalment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "change_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "amount_minor > 0", name=op.f("ck_instalment_reduction_amount_positive")
        ),
        sa.ForeignKeyConstraint(
            ["change_id"], ["pledge_change.id"], name=op.f("fk_instalment_reduction_change_id")
        ),
        sa.ForeignKeyConstraint(
            ["instalment_id"], ["instalment.id"], name=op.f("fk_instalment_reduction_instalment_id")
        ),
        sa.PrimaryKeyConstraint("instalment_id", "change_id", name=op.f("pk_instalment_reduction")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_instalment_reduction_change_id"),
        "instalment_reduction",
        ["change_id"],
        unique=False,
    )
    op.create_table(
        "pledge_payment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("gift_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "instalment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_minor <> 0", name=op.f("ck_pledge_payment_amount_not_zero")),
        sa.CheckConstraint(
            "amount_minor > 0 OR reason IS NOT NULL",
            name=op.f("ck_pledge_payment_release_reasoned"),
        ),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name=op.f("fk_pledge_payment_gift_id")),
        sa.ForeignKeyConstraint(
            ["instalment_id"], ["instalment.id"], name=op.f("fk_pledge_payment_instalment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pledge_payment")),
    )
    op.create_index(op.f("ix_pledge_payment_gift_id"), "pledge_payment", ["gift_id"], unique=False)
    op.create_index(
        op.f("ix_pledge_payment_instalment_id"), "pledge_payment", ["instalment_id"], unique=False
    )
    op.create_table(
        "pledge_reminder",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "instalment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("stage", sa.String(length=32), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("open_minor", sa.BigInteger(), nullable=False),
        sa.Column("sent_to", sa.String(length=200), nullable=True),
        sa.Column("mail_key", sa.String(length=120), nullable=True),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["instalment_id"], ["instalment.id"], name=op.f("fk_pledge_reminder_instalment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pledge_reminder")),
        sa.UniqueConstraint(
            "instalment_id", "stage", name=op.f("uq_pledge_reminder_instalment_id_stage")
        ),
    )

    guarding.install("projects")


def downgrade() -> None:
    guarding.remove("projects")
    op.drop_table("pledge_reminder")
    op.drop_table("pledge_payment")
    op.drop_table("instalment_reduction")
    op.drop_table("instalment")
    op.drop_table("pledge_change")
    op.drop_table("endowment_rule")
    op.drop_table("pledge")
    op.drop_table("endowment")
    op.drop_table("agreement_fund")
    op.drop_table("agreement_file")
    op.drop_table("agreement_change")
    op.drop_table("project_picture")
    op.drop_table("project_budget")
    op.drop_table("donor_relation")
    op.drop_table("donor_merge")
    op.drop_table("donor_class")
    op.drop_table("agreement")
    op.drop_table("fund_project")
    op.drop_table("campaign_fund")
    op.drop_table("campaign")
    op.drop_table("alumni_class")
    op.drop_index(op.f("ix_donor_phone"), table_name="donor")
    _forget_grams()
    _collate("default")
