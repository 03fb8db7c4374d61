"""Evidence: checked uploads, explanations of control totals, audit packs and their making."""

import sqlalchemy as sa
from alembic import op

from migrations import guarding

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "audit_pack",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("first_year", sa.Integer(), nullable=False),
        sa.Column("last_year", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "final",
                name="packstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("file_count", sa.Integer(), nullable=False),
        sa.Column("chain_head", sa.String(length=64), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "first_year <= last_year AND last_year < first_year + 3",
            name=op.f("ck_audit_pack_years"),
        ),
        sa.CheckConstraint("size > 0 AND file_count > 0", name=op.f("ck_audit_pack_not_empty")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_pack")),
    )
    op.create_table(
        "control_explanation",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("period", sa.String(length=16), nullable=False),
        sa.Column("control", sa.String(length=8), nullable=False),
        sa.Column("left_value", sa.BigInteger(), nullable=False),
        sa.Column("right_value", sa.BigInteger(), nullable=False),
        sa.Column("gaps_digest", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("file_digest", sa.String(length=64), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.String(length=64), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=64), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_control_explanation_reasoned")),
        sa.CheckConstraint(
            "(approved_at IS NULL) = (approved_by IS NULL)",
            name=op.f("ck_control_explanation_approved_whole"),
        ),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_by IS NULL) AND (ended_at IS NULL) = (ended_reason IS NULL)",
            name=op.f("ck_control_explanation_ended_whole"),
        ),
        sa.CheckConstraint(
            "approved_by IS NULL OR approved_by <> made_by",
            name=op.f("ck_control_explanation_two_people"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_control_explanation")),
    )
    op.create_index(
        "uq_control_explanation_live",
        "control_explanation",
        ["period", "control"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "evidence_upload",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("slot", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("reference", sa.String(length=120), nullable=False),
        sa.Column("dated_on", sa.Date(), nullable=True),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("rows_digest", sa.String(length=64), nullable=False),
        sa.Column("uploaded_by", sa.String(length=64), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by", sa.String(length=64), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_by IS NULL) AND (ended_at IS NULL) = (ended_reason IS NULL)",
            name=op.f("ck_evidence_upload_ended_whole"),
        ),
        sa.CheckConstraint(
            "size > 0 AND row_count >= 0", name=op.f("ck_evidence_upload_not_empty")
        ),
        sa.CheckConstraint("year BETWEEN 1990 AND 2099", name=op.f("ck_evidence_upload_year")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_upload")),
    )
    op.create_index(op.f("ix_evidence_upload_year"), "evidence_upload", ["year"], unique=False)
    op.create_index(
        "uq_evidence_upload_live",
        "evidence_upload",
        ["kind", "year", "slot"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "evidence_waiver",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("waived_by", sa.String(length=64), nullable=False),
        sa.Column("waived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by", sa.String(length=64), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_evidence_waiver_reasoned")),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_by IS NULL) AND (ended_at IS NULL) = (ended_reason IS NULL)",
            name=op.f("ck_evidence_waiver_ended_whole"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_waiver")),
    )
    op.create_index(
        "uq_evidence_waiver_live",
        "evidence_waiver",
        ["kind", "year"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "evidence_row",
        sa.Column("upload_id", _KEY, nullable=False),
        sa.Column("line_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sheet", sa.Integer(), nullable=False),
        sa.Column("source_row", sa.Integer(), nullable=False),
        sa.Column("cells", sa.Text(), nullable=False),
        sa.CheckConstraint("line_no > 0 AND sheet > 0", name=op.f("ck_evidence_row_placed")),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["evidence_upload.id"], name=op.f("fk_evidence_row_upload_id")
        ),
        sa.PrimaryKeyConstraint("upload_id", "line_no", name=op.f("pk_evidence_row")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "pack_job",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("first_year", sa.Integer(), nullable=False),
        sa.Column("last_year", sa.Integer(), nullable=False),
        sa.Column(
            "wanted",
            sa.Enum(
                "draft",
                "final",
                name="packstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "running",
                "done",
                "failed",
                name="jobstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("done_steps", sa.Integer(), nullable=False),
        sa.Column("total_steps", sa.Integer(), nullable=False),
        sa.Column("problems", sa.Text(), nullable=False),
        sa.Column("started_by", sa.String(length=64), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pack_id", _KEY, nullable=True),
        sa.CheckConstraint(
            "(state = 'done') = (pack_id IS NOT NULL)", name=op.f("ck_pack_job_done_has_pack")
        ),
        sa.ForeignKeyConstraint(["pack_id"], ["audit_pack.id"], name=op.f("fk_pack_job_pack_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pack_job")),
    )
    op.create_index(op.f("ix_pack_job_pack_id"), "pack_job", ["pack_id"], unique=False)
    guarding.install("evidence")


def downgrade() -> None:
    guarding.remove("evidence")
    op.drop_index(op.f("ix_pack_job_pack_id"), table_name="pack_job")
    op.drop_table("pack_job")
    op.drop_table("evidence_row")
    op.drop_index(
        "uq_evidence_waiver_live",
        table_name="evidence_waiver",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_table("evidence_waiver")
    op.drop_index(
        "uq_evidence_upload_live",
        table_name="evidence_upload",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index(op.f("ix_evidence_upload_year"), table_name="evidence_upload")
    op.drop_table("evidence_upload")
    op.drop_index(
        "uq_control_explanation_live",
        table_name="control_explanation",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_table("control_explanation")
    op.drop_table("audit_pack")
