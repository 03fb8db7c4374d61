"""The workspace of the assessment: rubrics, scores, papers, tasks, and what the books proved."""

import sqlalchemy as sa
from alembic import op

from migrations import guarding

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _create_rubrics()
    _create_scores()
    _create_papers()
    _create_tasks()
    guarding.install("assessment")


def _create_rubrics() -> None:
    op.create_table(
        "assessment_rubric",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("imported_by", sa.String(length=64), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_rubric")),
        sa.UniqueConstraint("version", name=op.f("uq_assessment_rubric_version")),
    )
    op.create_table(
        "assessment_choice",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("first_year", sa.Integer(), nullable=False),
        sa.Column("last_year", sa.Integer(), nullable=False),
        sa.Column("founding_minor", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("chosen_by", sa.String(length=64), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "founding_minor IS NULL OR founding_minor > 0",
            name=op.f("ck_assessment_choice_founding_positive"),
        ),
        sa.CheckConstraint(
            "last_year BETWEEN first_year AND first_year + 4",
            name=op.f("ck_assessment_choice_years"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_choice")),
    )
    op.create_table(
        "assessment_run",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("first_year", sa.Integer(), nullable=False),
        sa.Column("last_year", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("run_by", sa.String(length=64), nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_run")),
    )
    op.create_index(
        op.f("ix_assessment_run_version_last_year"),
        "assessment_run",
        ["version", "last_year"],
        unique=False,
    )


def _create_scores() -> None:
    op.create_table(
        "assessment_score",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("last_year", sa.Integer(), nullable=False),
        sa.Column("indicator", sa.String(length=40), nullable=False),
        sa.Column("points_hundredths", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("scored_by", sa.String(length=64), nullable=False),
        sa.Column("scored_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "points_hundredths IS NULL OR points_hundredths >= 0",
            name=op.f("ck_assessment_score_not_negative"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_score")),
    )
    op.create_index(
        op.f("ix_assessment_score_version_last_year_indicator"),
        "assessment_score",
        ["version", "last_year", "indicator"],
        unique=False,
    )
    op.create_table(
        "assessment_confirmation",
        sa.Column("score_id", _KEY, nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                "confirmed",
                "returned",
                name="confirming",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("confirmed_by", sa.String(length=64), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "verdict <> 'returned' OR note <> ''",
            name=op.f("ck_assessment_confirmation_return_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["score_id"], ["assessment_score.id"], name=op.f("fk_assessment_confirmation_score_id")
        ),
        sa.PrimaryKeyConstraint("score_id", name=op.f("pk_assessment_confirmation")),
    )


def _create_papers() -> None:
    op.create_table(
        "assessment_paper",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("slot", sa.String(length=64), nullable=False),
        sa.Column("document_number", sa.String(length=120), nullable=False),
        sa.Column("issuer", sa.String(length=200), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("first_year", sa.Integer(), nullable=True),
        sa.Column("last_year", sa.Integer(), nullable=True),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("added_by", sa.String(length=64), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_by_id", _KEY, nullable=True),
        sa.Column("ended_reason", sa.String(length=500), nullable=True),
        sa.Column("ended_by", sa.String(length=64), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("title <> ''", name=op.f("ck_assessment_paper_named")),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_by IS NULL) AND (ended_at IS NULL) = (ended_reason IS NULL) AND (superseded_by_id IS NULL OR ended_at IS NOT NULL)",
            name=op.f("ck_assessment_paper_ended_complete"),
        ),
        sa.CheckConstraint(
            "(first_year IS NULL) = (last_year IS NULL) AND (first_year IS NULL OR first_year <= last_year)",
            name=op.f("ck_assessment_paper_years"),
        ),
        sa.CheckConstraint(
            "valid_until IS NULL OR issued_on IS NULL OR valid_until >= issued_on",
            name=op.f("ck_assessment_paper_in_order"),
        ),
        sa.ForeignKeyConstraint(
            ["superseded_by_id"],
            ["assessment_paper.id"],
            name=op.f("fk_assessment_paper_superseded_by_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_paper")),
    )
    op.create_index(
        op.f("ix_assessment_paper_digest"), "assessment_paper", ["digest"], unique=False
    )
    op.create_index(op.f("ix_assessment_paper_slot"), "assessment_paper", ["slot"], unique=False)
    op.create_table(
        "assessment_paper_use",
        sa.Column("paper_id", _KEY, nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("indicator", sa.String(length=40), nullable=False),
        sa.Column("linked_by", sa.String(length=64), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["paper_id"], ["assessment_paper.id"], name=op.f("fk_assessment_paper_use_paper_id")
        ),
        sa.PrimaryKeyConstraint(
            "paper_id", "version", "indicator", name=op.f("pk_assessment_paper_use")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_assessment_paper_use_version_indicator"),
        "assessment_paper_use",
        ["version", "indicator"],
        unique=False,
    )


def _create_tasks() -> None:
    op.create_table(
        "assessment_task",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("last_year", sa.Integer(), nullable=False),
        sa.Column("indicator", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("gap", sa.String(length=120), nullable=False),
        sa.Column("assignee", sa.String(length=64), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("duty", sa.String(length=64), nullable=True),
        sa.Column("occurrence", sa.String(length=40), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "task_open",
                "task_done",
                "task_dropped",
                name="taskstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_by", sa.String(length=64), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'task_open') = (closed_at IS NULL) AND (closed_at IS NULL) = (closed_by IS NULL)",
            name=op.f("ck_assessment_task_closed_complete"),
        ),
        sa.CheckConstraint("title <> ''", name=op.f("ck_assessment_task_named")),
        sa.CheckConstraint(
            "(duty IS NULL) = (occurrence IS NULL)", name=op.f("ck_assessment_task_duty_complete")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_task")),
    )
    op.create_index(
        op.f("ix_assessment_task_assignee_state"),
        "assessment_task",
        ["assignee", "state"],
        unique=False,
    )
    op.create_index(
        op.f("ix_assessment_task_version_last_year_indicator"),
        "assessment_task",
        ["version", "last_year", "indicator"],
        unique=False,
    )


def downgrade() -> None:
    guarding.remove("assessment")
    for table in (
        "assessment_task",
        "assessment_paper_use",
        "assessment_paper",
        "assessment_confirmation",
        "assessment_score",
        "assessment_run",
        "assessment_choice",
        "assessment_rubric",
    ):
        op.drop_table(table)
