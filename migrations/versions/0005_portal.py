"""The outbox of mail, and how donors come in."""

import sqlalchemy as sa
from alembic import op

from migrations import guarding

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "mail_message",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("key", sa.String(length=160), nullable=True),
        sa.Column("header_id", sa.String(length=32), nullable=False),
        sa.Column("to_address", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("about", sa.String(length=120), nullable=False),
        sa.Column("is_secret", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "sent",
                "failed",
                name="messagestate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(state = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_mail_message_sent_complete")
        ),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_mail_message_attempts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_message")),
        sa.UniqueConstraint("header_id", name=op.f("uq_mail_message_header_id")),
        sa.UniqueConstraint("key", name=op.f("uq_mail_message_key")),
    )
    op.create_index(op.f("ix_mail_message_about"), "mail_message", ["about"], unique=False)
    op.create_index(
        "ix_mail_message_waiting",
        "mail_message",
        ["try_at", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "mail_attempt",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("message_id", _KEY, nullable=False),
        sa.Column("header_id", sa.String(length=32), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "sent",
                "deferred",
                "refused",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["message_id"], ["mail_message.id"], name=op.f("fk_mail_attempt_message_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_attempt")),
    )
    op.create_index(
        op.f("ix_mail_attempt_message_id"), "mail_attempt", ["message_id"], unique=False
    )
    op.create_table(
        "donor_link",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("donor_id", _KEY, nullable=False),
        sa.Column(
            "channel",
            sa.Enum(
                "email",
                "invitation",
                "document",
                "account",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["donor_id"], ["donor.id"], name=op.f("fk_donor_link_donor_id")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_donor_link")),
    )
    op.create_index(op.f("ix_donor_link_donor_id"), "donor_link", ["donor_id"], unique=False)
    op.create_table(
        "donor_session",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("donor_id", _KEY, nullable=False),
        sa.Column("letter_id", _KEY, nullable=True),
        sa.Column(
            "channel",
            sa.Enum(
                "email",
                "invitation",
                "document",
                "account",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(channel = 'document') = (letter_id IS NOT NULL)", name=op.f("ck_donor_session_letter")
        ),
        sa.ForeignKeyConstraint(["donor_id"], ["donor.id"], name=op.f("fk_donor_session_donor_id")),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letter.id"], name=op.f("fk_donor_session_letter_id")
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_donor_session")),
    )
    op.create_index(op.f("ix_donor_session_donor_id"), "donor_session", ["donor_id"], unique=False)
    op.create_table(
        "donor_user",
        sa.Column("user_id", _KEY, nullable=False),
        sa.Column("donor_id", _KEY, nullable=False),
        sa.Column("linked_by", sa.String(length=64), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["donor_id"], ["donor.id"], name=op.f("fk_donor_user_donor_id")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_donor_user_user_id")
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_donor_user")),
    )
    op.create_index(op.f("ix_donor_user_donor_id"), "donor_user", ["donor_id"], unique=False)
    op.create_table(
        "donor_visit",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("donor_id", _KEY, nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "link_sent",
                "invited",
                "entered",
                "downloaded",
                "exported",
                name="visitkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "channel",
            sa.Enum(
                "email",
                "invitation",
                "document",
                "account",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("letter_id", _KEY, nullable=True),
        sa.Column("bill_file_id", _KEY, nullable=True),
        sa.Column(
            "mark",
            sa.Enum(
                "original",
                "copy",
                name="rendermark",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "kind <> 'downloaded' OR (digest IS NOT NULL AND (letter_id IS NULL) <> (bill_file_id IS NULL))",
            name=op.f("ck_donor_visit_download_complete"),
        ),
        sa.ForeignKeyConstraint(
            ["bill_file_id"], ["bill_file.id"], name=op.f("fk_donor_visit_bill_file_id")
        ),
        sa.ForeignKeyConstraint(["donor_id"], ["donor.id"], name=op.f("fk_donor_visit_donor_id")),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letter.id"], name=op.f("fk_donor_visit_letter_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_donor_visit")),
    )
    op.create_index(
        op.f("ix_donor_visit_donor_id_id"), "donor_visit", ["donor_id", "id"], unique=False
    )
    op.create_index(op.f("ix_donor_visit_letter_id"), "donor_visit", ["letter_id"], unique=False)
    op.create_table(
        "contact_request",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("donor_id", _KEY, nullable=False),
        sa.Column("email", sa.String(length=200), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "accepted",
                "declined",
                name="requeststate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state = 'open') = (decided_at IS NULL) AND (decided_at IS NULL) = (decided_by IS NULL)",
            name=op.f("ck_contact_request_decided_complete"),
        ),
        sa.ForeignKeyConstraint(
            ["donor_id"], ["donor.id"], name=op.f("fk_contact_request_donor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_request")),
    )
    op.create_index(
        op.f("ix_contact_request_donor_id"), "contact_request", ["donor_id"], unique=False
    )
    op.create_table(
        "publicity_consent",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("gift_id", _KEY, nullable=False),
        sa.Column("is_name_shown", sa.Boolean(), nullable=False),
        sa.Column("is_amount_shown", sa.Boolean(), nullable=False),
        sa.Column("display_name", sa.String(length=200), nullable=True),
        sa.Column("wording", sa.String(length=16), nullable=False),
        sa.Column("given_by", sa.String(length=64), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["gift_id"], ["gift.id"], name=op.f("fk_publicity_consent_gift_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publicity_consent")),
    )
    op.create_index(
        op.f("ix_publicity_consent_gift_id_id"),
        "publicity_consent",
        ["gift_id", "id"],
        unique=False,
    )
    guarding.install("portal")


def downgrade() -> None:
    guarding.remove("portal")
    op.drop_index(op.f("ix_publicity_consent_gift_id_id"), table_name="publicity_consent")
    op.drop_table("publicity_consent")
    op.drop_index(op.f("ix_contact_request_donor_id"), table_name="contact_request")
    op.drop_table("contact_request")
    op.drop_index(op.f("ix_donor_visit_letter_id"), table_name="donor_visit")
    op.drop_index(op.f("ix_donor_visit_donor_id_id"), table_name="donor_visit")
    op.drop_table("donor_visit")
    op.drop_index(op.f("ix_donor_user_donor_id"), table_name="donor_user")
    op.drop_table("donor_user")
    op.drop_index(op.f("ix_donor_session_donor_id"), table_name="donor_session")
    op.drop_table("donor_session")
    op.drop_index(op.f("ix_donor_link_donor_id"), table_name="donor_link")
    op.drop_table("donor_link")
    op.drop_index(op.f("ix_mail_attempt_message_id"), table_name="mail_attempt")
    op.drop_table("mail_attempt")
    op.drop_index(
        "ix_mail_message_waiting",
        table_name="mail_message",
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.drop_index(op.f("ix_mail_message_about"), table_name="mail_message")
    op.drop_table("mail_message")
