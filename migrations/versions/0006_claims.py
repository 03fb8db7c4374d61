"""Matching claims: schemes, confirmations, decisions, frozen claims, awards."""

import sqlalchemy as sa
from alembic import op

from migrations import guarding

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "matching_scheme",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column(
            "origin",
            sa.Enum(
                "shipped",
                "edited",
                "intake",
                name="schemeorigin",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "version > 0 AND code <> '' AND reason <> ''", name=op.f("ck_matching_scheme_named")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matching_scheme")),
        sa.UniqueConstraint("code", "version", name=op.f("uq_matching_scheme_code_version")),
    )
    op.create_table(
        "claim",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "scheme_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("scheme_code", sa.String(length=64), nullable=False),
        sa.Column("scheme_digest", sa.String(length=64), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "frozen",
                "submitted",
                "awarded",
                "clawed_back",
                "withdrawn",
                name="claimstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column(
            "result",
            sa.Enum(
                "computed",
                "share_of_pool",
                "upper_bound",
                "not_computable",
                "needs_decision",
                "partial",
                "refused",
                name="resultstatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("claimed_on", sa.Date(), nullable=False),
        sa.Column("claimant", sa.Text(), nullable=False),
        sa.Column("fact_names", sa.Text(), nullable=False),
        sa.Column("totals", sa.Text(), nullable=False),
        sa.Column("blockers", sa.Text(), nullable=False),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.Column("eligible_count", sa.Integer(), nullable=False),
        sa.Column("ineligible_count", sa.Integer(), nullable=False),
        sa.Column("undecided_count", sa.Integer(), nullable=False),
        sa.Column("recognised_low", sa.BigInteger(), nullable=False),
        sa.Column("recognised_high", sa.BigInteger(), nullable=True),
        sa.Column("matched_low", sa.BigInteger(), nullable=True),
        sa.Column("matched_high", sa.BigInteger(), nullable=True),
        sa.Column("computed_by", sa.String(length=64), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("frozen_by", sa.String(length=64), nullable=True),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("submitted_on", sa.Date(), nullable=True),
        sa.Column("submitted_to", sa.String(length=200), nullable=True),
        sa.Column("submission_reference", sa.String(length=120), nullable=True),
        sa.Column("submitted_by", sa.String(length=64), nullable=True),
        sa.Column("ended_by", sa.String(length=64), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state = 'draft') = (frozen_by IS NULL) AND (frozen_by IS NULL) = (frozen_at IS NULL) AND (frozen_by IS NULL) = (digest IS NULL)",
            name=op.f("ck_claim_frozen_complete"),
        ),
        sa.CheckConstraint(
            "(state = 'withdrawn') = (ended_at IS NOT NULL) AND (ended_at IS NULL) = (ended_by IS NULL) AND (ended_at IS NULL) = (ended_reason IS NULL)",
            name=op.f("ck_claim_ended_complete"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'frozen', 'withdrawn') OR submitted_on IS NOT NULL",
            name=op.f("ck_claim_submitted_complete"),
        ),
        sa.CheckConstraint(
            "(submitted_on IS NULL) = (submitted_by IS NULL) AND (submitted_on IS NULL) = (submitted_to IS NULL)",
            name=op.f("ck_claim_submission_complete"),
        ),
        sa.CheckConstraint("frozen_by <> computed_by", name=op.f("ck_claim_two_persons")),
        sa.CheckConstraint(
            "year BETWEEN 1900 AND 9999 AND sequence >= 0", name=op.f("ck_claim_year")
        ),
        sa.ForeignKeyConstraint(
            ["scheme_id"], ["matching_scheme.id"], name=op.f("fk_claim_scheme_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim")),
        sa.UniqueConstraint(
            "scheme_code", "year", "sequence", name=op.f("uq_claim_scheme_code_year_sequence")
        ),
    )
    op.create_index(op.f("ix_claim_scheme_id"), "claim", ["scheme_id"], unique=False)
    op.create_index(
        "uq_claim_draft",
        "claim",
        ["scheme_code", "year"],
        unique=True,
        sqlite_where=sa.text("state = 'draft'"),
        postgresql_where=sa.text("state = 'draft'"),
    )
    op.create_table(
        "parameter_confirmation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("scheme_code", sa.String(length=64), nullable=False),
        sa.Column(
            "scheme_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("parameter", sa.String(length=160), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("value_digest", sa.String(length=64), nullable=False),
        sa.Column("document_title", sa.String(length=200), nullable=False),
        sa.Column("document_number", sa.String(length=120), nullable=False),
        sa.Column("article", sa.String(length=120), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("file_digest", sa.String(length=64), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "proposed",
                "confirmed",
                "refused",
                name="confirmationstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("proposed_by", sa.String(length=64), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_by", sa.String(length=64), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'proposed') = (answered_by IS NULL) AND (answered_by IS NULL) = (answered_at IS NULL)",
            name=op.f("ck_parameter_confirmation_answer_complete"),
        ),
        sa.CheckConstraint(
            "document_title <> '' AND document_number <> '' AND article <> '' AND file_name <> ''",
            name=op.f("ck_parameter_confirmation_document_named"),
        ),
        sa.CheckConstraint(
            "answered_by <> proposed_by", name=op.f("ck_parameter_confirmation_two_persons")
        ),
        sa.ForeignKeyConstraint(
            ["scheme_id"], ["matching_scheme.id"], name=op.f("fk_parameter_confirmation_scheme_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parameter_confirmation")),
    )
    op.create_index(
        op.f("ix_parameter_confirmation_scheme_id"),
        "parameter_confirmation",
        ["scheme_id"],
        unique=False,
    )
    op.create_index(
        "uq_parameter_confirmation_standing",
        "parameter_confirmation",
        ["scheme_code", "parameter", "value_digest"],
        unique=True,
        sqlite_where=sa.text("state <> 'refused'"),
        postgresql_where=sa.text("state <> 'refused'"),
    )
    op.create_table(
        "scheme_intake",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("scheme_code", sa.String(length=64), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("document_title", sa.String(length=200), nullable=False),
        sa.Column("document_number", sa.String(length=120), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=True),
        sa.Column("file_digest", sa.String(length=64), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "confirmed",
                "replaced",
                name="intakestate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("filled_by", sa.String(length=64), nullable=False),
        sa.Column("filled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.String(length=64), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("scheme_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint(
            "(state = 'confirmed') = (confirmed_by IS NOT NULL) AND (confirmed_by IS NULL) = (confirmed_at IS NULL) AND (confirmed_by IS NULL) = (scheme_id IS NULL)",
            name=op.f("ck_scheme_intake_confirmation_complete"),
        ),
        sa.CheckConstraint(
            "(file_name IS NULL) = (file_digest IS NULL)",
            name=op.f("ck_scheme_intake_file_complete"),
        ),
        sa.CheckConstraint("confirmed_by <> filled_by", name=op.f("ck_scheme_intake_two_persons")),
        sa.ForeignKeyConstraint(
            ["scheme_id"], ["matching_scheme.id"], name=op.f("fk_scheme_intake_scheme_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scheme_intake")),
    )
    op.create_index(
        "uq_scheme_intake_open",
        "scheme_intake",
        ["scheme_code"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "award",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("claim_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("awarded_on", sa.Date(), nullable=False),
        sa.Column("document_title", sa.String(length=200), nullable=False),
        sa.Column("document_number", sa.String(length=120), nullable=False),
        sa.Column(
            "payee",
            sa.Enum(
                "foundation",
                "university",
                name="payee",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("verdict", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("recorded_by", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "verdict = 'consistent' OR reason IS NOT NULL", name=op.f("ck_award_excess_reasoned")
        ),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("ck_award_not_negative")),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name=op.f("fk_award_claim_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award")),
        sa.UniqueConstraint("claim_id", name=op.f("uq_award_claim_id")),
    )
    op.create_table(
        "award_difference",
        sa.Column("award_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("line_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "amount_minor <> 0 AND reason <> ''", name=op.f("ck_award_difference_reasoned")
        ),
        sa.ForeignKeyConstraint(
            ["award_id"], ["award.id"], name=op.f("fk_award_difference_award_id")
        ),
        sa.PrimaryKeyConstraint("award_id", "line_no", name=op.f("pk_award_difference")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "award_use",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("award_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("used_on", sa.Date(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("verdict", sa.String(length=64), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_award_use_amount_positive")),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_award_use_award_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award_use")),
    )
    op.create_index(op.f("ix_award_use_award_id"), "award_use", ["award_id"], unique=False)
    op.create_table(
        "award_payment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("award_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column(
            "voucher_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("recorded_by", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_award_payment_amount_positive")),
        sa.CheckConstraint(
            "voucher_id IS NOT NULL OR note IS NOT NULL",
            name=op.f("ck_award_payment_booked_or_noted"),
        ),
        sa.ForeignKeyConstraint(["award_id"], ["award.id"], name=op.f("fk_award_payment_award_id")),
        sa.ForeignKeyConstraint(
            ["voucher_id"], ["voucher.id"], name=op.f("fk_award_payment_voucher_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award_payment")),
    )
    op.create_index(op.f("ix_award_payment_award_id"), "award_payment", ["award_id"], unique=False)
    op.create_index(
        op.f("ix_award_payment_voucher_id"), "award_payment", ["voucher_id"], unique=False
    )
    op.create_table(
        "claim_line",
        sa.Column("claim_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("gift_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "eligible",
                "ineligible",
                "needs_decision",
                name="giftstatus",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("counted_on", sa.Date(), nullable=True),
        sa.Column("group_key", sa.String(length=160), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("counted_low", sa.BigInteger(), nullable=False),
        sa.Column("counted_high", sa.BigInteger(), nullable=True),
        sa.Column("low_minor", sa.BigInteger(), nullable=True),
        sa.Column("low_rest", sa.String(length=48), nullable=True),
        sa.Column("high_minor", sa.BigInteger(), nullable=True),
        sa.Column("high_rest", sa.String(length=48), nullable=True),
        sa.Column("codes", sa.Text(), nullable=False),
        sa.Column("questions", sa.Text(), nullable=False),
        sa.Column("cap_code", sa.String(length=32), nullable=False),
        sa.Column("marks", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name=op.f("fk_claim_line_claim_id")),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name=op.f("fk_claim_line_gift_id")),
        sa.PrimaryKeyConstraint("claim_id", "gift_id", name=op.f("pk_claim_line")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_claim_line_group",
        "claim_line",
        ["claim_id", "group_key"],
        unique=False,
        sqlite_where=sa.text("group_key IS NOT NULL"),
        postgresql_where=sa.text("group_key IS NOT NULL"),
    )
    op.create_index(
        "ix_claim_line_open",
        "claim_line",
        ["claim_id", "status", "gift_id"],
        unique=False,
        sqlite_where=sa.text("status <> 'eligible'"),
        postgresql_where=sa.text("status <> 'eligible'"),
    )
    op.create_table(
        "claimed_gift",
        sa.Column("claim_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("gift_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("scheme_code", sa.String(length=64), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("is_live", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name=op.f("fk_claimed_gift_claim_id")),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name=op.f("fk_claimed_gift_gift_id")),
        sa.PrimaryKeyConstraint("claim_id", "gift_id", name=op.f("pk_claimed_gift")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_claimed_gift_gift_id"), "claimed_gift", ["gift_id"], unique=False)
    op.create_index(
        "uq_claimed_gift_live",
        "claimed_gift",
        ["scheme_code", "year", "gift_id"],
        unique=True,
        sqlite_where=sa.text("is_live"),
        postgresql_where=sa.text("is_live"),
    )
    op.create_table(
        "decision",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("scheme_code", sa.String(length=64), nullable=False),
        sa.Column("gift_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("fund_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("claim_year", sa.Integer(), nullable=True),
        sa.Column("question", sa.String(length=120), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=True),
        sa.Column("file_digest", sa.String(length=64), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("decided_by", sa.String(length=64), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "supersedes_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.CheckConstraint(
            "reason <> '' AND question <> '' AND scheme_code <> ''",
            name=op.f("ck_decision_reasoned"),
        ),
        sa.CheckConstraint(
            "(file_name IS NULL) = (file_digest IS NULL)", name=op.f("ck_decision_file_complete")
        ),
        sa.CheckConstraint(
            "(gift_id IS NOT NULL AND fund_id IS NULL AND claim_year IS NULL) OR (gift_id IS NULL AND fund_id IS NOT NULL AND claim_year IS NULL) OR (gift_id IS NULL AND fund_id IS NULL AND claim_year IS NOT NULL)",
            name=op.f("ck_decision_one_scope"),
        ),
        sa.ForeignKeyConstraint(["fund_id"], ["fund.id"], name=op.f("fk_decision_fund_id")),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name=op.f("fk_decision_gift_id")),
        sa.ForeignKeyConstraint(
            ["supersedes_id"], ["decision.id"], name=op.f("fk_decision_supersedes_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint("supersedes_id", name=op.f("uq_decision_supersedes_id")),
    )
    op.create_index(op.f("ix_decision_claim_year"), "decision", ["claim_year"], unique=False)
    op.create_index(op.f("ix_decision_fund_id"), "decision", ["fund_id"], unique=False)
    op.create_index(op.f("ix_decision_gift_id"), "decision", ["gift_id"], unique=False)
    op.create_index(
        "uq_decision_first_of_fund",
        "decision",
        ["scheme_code", "fund_id", "question"],
        unique=True,
        sqlite_where=sa.text("supersedes_id IS NULL AND fund_id IS NOT NULL"),
        postgresql_where=sa.text("supersedes_id IS NULL AND fund_id IS NOT NULL"),
    )
    op.create_index(
        "uq_decision_first_of_gift",
        "decision",
        ["scheme_code", "gift_id", "question"],
        unique=True,
        sqlite_where=sa.text("supersedes_id IS NULL AND gift_id IS NOT NULL"),
        postgresql_where=sa.text("supersedes_id IS NULL AND gift_id IS NOT NULL"),
    )
    op.create_index(
        "uq_decision_first_of_year",
        "decision",
        ["scheme_code", "claim_year", "question"],
        unique=True,
        sqlite_where=sa.text("supersedes_id IS NULL AND claim_year IS NOT NULL"),
        postgresql_where=sa.text("supersedes_id IS NULL AND claim_year IS NOT NULL"),
    )
    op.create_table(
        "claim_decision",
        sa.Column("claim_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "decision_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["claim_id"], ["claim.id"], name=op.f("fk_claim_decision_claim_id")
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.id"], name=op.f("fk_claim_decision_decision_id")
        ),
        sa.PrimaryKeyConstraint("claim_id", "decision_id", name=op.f("pk_claim_decision")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_claim_decision_decision_id"), "claim_decision", ["decision_id"], unique=False
    )
    op.create_table(
        "clawback",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("claim_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("gift_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "gift_change_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("returned_minor", sa.BigInteger(), nullable=False),
        sa.Column("repay_minor", sa.BigInteger(), nullable=False),
        sa.Column("notify_by", sa.Date(), nullable=True),
        sa.Column("notified_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_clawback_reasoned")),
        sa.CheckConstraint(
            "returned_minor > 0 AND repay_minor >= 0", name=op.f("ck_clawback_amounts")
        ),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name=op.f("fk_clawback_claim_id")),
        sa.ForeignKeyConstraint(
            ["gift_change_id"], ["gift_change.id"], name=op.f("fk_clawback_gift_change_id")
        ),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name=op.f("fk_clawback_gift_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clawback")),
    )
    op.create_index(op.f("ix_clawback_claim_id"), "clawback", ["claim_id"], unique=False)
    op.create_index(op.f("ix_clawback_gift_id"), "clawback", ["gift_id"], unique=False)
    op.create_index(
        "uq_clawback_gift_change_id",
        "clawback",
        ["claim_id", "gift_change_id"],
        unique=True,
        sqlite_where=sa.text("gift_change_id IS NOT NULL"),
        postgresql_where=sa.text("gift_change_id IS NOT NULL"),
    )

    guarding.install("claims")


def downgrade() -> None:
    guarding.remove("claims")
    op.drop_index(
        "uq_clawback_gift_change_id",
        table_name="clawback",
        sqlite_where=sa.text("gift_change_id IS NOT NULL"),
        postgresql_where=sa.text("gift_change_id IS NOT NULL"),
    )
    op.drop_index(op.f("ix_clawback_gift_id"), table_name="clawback")
    op.drop_index(op.f("ix_clawback_claim_id"), table_name="clawback")
    op.drop_table("clawback")
    op.drop_index(op.f("ix_claim_decision_decision_id"), table_name="claim_decision")
    op.drop_table("claim_decision")
    op.drop_index(
        "uq_decision_first_of_year",
        table_name="decision",
        sqlite_where=sa.text("supersedes_id IS NULL AND claim_year IS NOT NULL"),
        postgresql_where=sa.text("supersedes_id IS NULL AND claim_year IS NOT NULL"),
    )
    op.drop_index(
        "uq_decision_first_of_gift",
        table_name="decision",
        sqlite_where=sa.text("supersedes_id IS NULL AND gift_id IS NOT NULL"),
        postgresql_where=sa.text("supersedes_id IS NULL AND gift_id IS NOT NULL"),
    )
    op.drop_index(
        "uq_decision_first_of_fund",
        table_name="decision",
        sqlite_where=sa.text("supersedes_id IS NULL AND fund_id IS NOT NULL"),
        postgresql_where=sa.text("supersedes_id IS NULL AND fund_id IS NOT NULL"),
    )
    op.drop_index(op.f("ix_decision_gift_id"), table_name="decision")
    op.drop_index(op.f("ix_decision_fund_id"), table_name="decision")
    op.drop_index(op.f("ix_decision_claim_year"), table_name="decision")
    op.drop_table("decision")
    op.drop_index(
        "uq_claimed_gift_live",
        table_name="claimed_gift",
        sqlite_where=sa.text("is_live"),
        postgresql_where=sa.text("is_live"),
    )
    op.drop_index(op.f("ix_claimed_gift_gift_id"), table_name="claimed_gift")
    op.drop_table("claimed_gift")
    op.drop_index(
        "ix_claim_line_open",
        table_name="claim_line",
        sqlite_where=sa.text("status <> 'eligible'"),
        postgresql_where=sa.text("status <> 'eligible'"),
    )
    op.drop_index(
        "ix_claim_line_group",
        table_name="claim_line",
        sqlite_where=sa.text("group_key IS NOT NULL"),
        postgresql_where=sa.text("group_key IS NOT NULL"),
    )
    op.drop_table("claim_line")
    op.drop_index(op.f("ix_award_payment_voucher_id"), table_name="award_payment")
    op.drop_index(op.f("ix_award_payment_award_id"), table_name="award_payment")
    op.drop_table("award_payment")
    op.drop_index(op.f("ix_award_use_award_id"), table_name="award_use")
    op.drop_table("award_use")
    op.drop_table("award_difference")
    op.drop_table("award")
    op.drop_index(
        "uq_scheme_intake_open",
        table_name="scheme_intake",
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.drop_table("scheme_intake")
    op.drop_index(
        "uq_parameter_confirmation_standing",
        table_name="parameter_confirmation",
        sqlite_where=sa.text("state <> 'refused'"),
        postgresql_where=sa.text("state <> 'refused'"),
    )
    op.drop_index(op.f("ix_parameter_confirmation_scheme_id"), table_name="parameter_confirmation")
    op.drop_table("parameter_confirmation")
    op.drop_index(
        "uq_claim_draft",
        table_name="claim",
        sqlite_where=sa.text("state = 'draft'"),
        postgresql_where=sa.text("state = 'draft'"),
    )
    op.drop_index(op.f("ix_claim_scheme_id"), table_name="claim")
    op.drop_table("claim")
    op.drop_table("matching_scheme")
