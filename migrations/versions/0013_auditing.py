"""The auditor's desk: questions with their answers, and the log of what auditors opened."""

import sqlalchemy as sa
from alembic import op

from migrations import guarding

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# An auditor's account has a last day from now on; one without any gets the usual 90 days.
_LAST_DAY = {
    "sqlite": "date('now', '+90 days')",
    "postgresql": "CURRENT_DATE + 90",
}


def upgrade() -> None:
    op.create_table(
        "access_log",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("method", sa.String(length=8), nullable=False),
        sa.Column("endpoint", sa.String(length=100), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_log")),
    )
    op.create_index(op.f("ix_access_log_at"), "access_log", ["at"])
    op.create_index(op.f("ix_access_log_actor_at"), "access_log", ["actor", "at"])
    _create_queries()
    _create_answers()
    last_day = _LAST_DAY[op.get_bind().dialect.name]
    op.execute(
        f"UPDATE user_account SET expires_on = {last_day}"
        " WHERE role = 'auditor' AND expires_on IS NULL"
    )
    guarding.install("auditing")


def _create_queries() -> None:
    op.create_table(
        "audit_query",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("voucher_id", _KEY, nullable=True),
        sa.Column("line_no", sa.SmallInteger(), nullable=True),
        sa.Column("gift_id", _KEY, nullable=True),
        sa.Column("asked_by", sa.String(length=200), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("recorded_by", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_by", sa.String(length=64), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "topic <> '' AND text <> '' AND asked_by <> ''", name=op.f("ck_audit_query_complete")
        ),
        sa.CheckConstraint("number > 0", name=op.f("ck_audit_query_number_positive")),
        sa.CheckConstraint(
            "line_no IS NULL OR voucher_id IS NOT NULL", name=op.f("ck_audit_query_line_of_voucher")
        ),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (closed_by IS NULL)", name=op.f("ck_audit_query_closed")
        ),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name=op.f("fk_audit_query_gift_id")),
        sa.ForeignKeyConstraint(
            ["voucher_id"], ["voucher.id"], name=op.f("fk_audit_query_voucher_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_query")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_audit_query_fingerprint")),
        sa.UniqueConstraint("year", "number", name=op.f("uq_audit_query_year_number")),
    )
    op.create_index(op.f("ix_audit_query_voucher_id"), "audit_query", ["voucher_id"])
    op.create_index(op.f("ix_audit_query_gift_id"), "audit_query", ["gift_id"])


def _create_answers() -> None:
    op.create_table(
        "audit_answer",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("query_id", _KEY, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.String(length=64), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("text <> ''", name=op.f("ck_audit_answer_complete")),
        sa.ForeignKeyConstraint(
            ["query_id"], ["audit_query.id"], name=op.f("fk_audit_answer_query_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_answer")),
    )
    op.create_index(op.f("ix_audit_answer_query_id"), "audit_answer", ["query_id"])
    op.create_table(
        "audit_answer_file",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("answer_id", _KEY, nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["answer_id"], ["audit_answer.id"], name=op.f("fk_audit_answer_file_answer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_answer_file")),
        sa.UniqueConstraint(
            "answer_id", "digest", name=op.f("uq_audit_answer_file_answer_id_digest")
        ),
    )


def downgrade() -> None:
    guarding.remove("auditing")
    for table in ("audit_answer_file", "audit_answer", "audit_query", "access_log"):
        op.drop_table(table)
