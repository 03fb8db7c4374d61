"""Alumni, recognition levels, publications, and reports on the use of gifts."""

import sqlalchemy as sa
from alembic import op

from migrations import guarding

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alumni_list",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("added_count", sa.Integer(), nullable=False),
        sa.Column("imported_by", sa.String(length=64), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alumni_list")),
    )
    op.create_table(
        "disclosure_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind <> '' AND subject <> ''", name=op.f("ck_disclosure_entry_named")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disclosure_entry")),
        sa.UniqueConstraint("kind", "subject", name=op.f("uq_disclosure_entry_kind_subject")),
    )
    op.create_table(
        "alumnus",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("list_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("list_row", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_key", sa.String(length=200), nullable=False),
        sa.Column("student_number", sa.String(length=40), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("email", sa.String(length=200), nullable=True),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_alumnus_named")),
        sa.ForeignKeyConstraint(
            ["class_id"], ["alumni_class.id"], name=op.f("fk_alumnus_class_id")
        ),
        sa.ForeignKeyConstraint(["list_id"], ["alumni_list.id"], name=op.f("fk_alumnus_list_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alumnus")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_alumnus_fingerprint")),
    )
    op.create_index(op.f("ix_alumnus_class_id"), "alumnus", ["class_id"], unique=False)
    op.create_index(op.f("ix_alumnus_name_key"), "alumnus", ["name_key"], unique=False)
    op.create_table(
        "disclosure_version",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "prepared",
                "published",
                "declined",
                name="versionstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("correction", sa.Text(), nullable=True),
        sa.Column("duty", sa.String(length=64), nullable=True),
        sa.Column("occurrence", sa.String(length=40), nullable=True),
        sa.Column("address", sa.String(length=300), nullable=True),
        sa.Column("prepared_by", sa.String(length=64), nullable=False),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("declined_reason", sa.String(length=500), nullable=True),
        sa.CheckConstraint(
            "(state = 'declined') = (declined_reason IS NOT NULL)",
            name=op.f("ck_disclosure_version_declined_reasoned"),
        ),
        sa.CheckConstraint(
            "(state = 'prepared') = (decided_at IS NULL) AND (decided_at IS NULL) = (decided_by IS NULL)",
            name=op.f("ck_disclosure_version_decided_complete"),
        ),
        sa.CheckConstraint(
            "(state = 'published') = (number IS NOT NULL) AND (number IS NULL) = (address IS NULL)",
            name=op.f("ck_disclosure_version_published_complete"),
        ),
        sa.CheckConstraint(
            "(duty IS NULL) = (occurrence IS NULL)",
            name=op.f("ck_disclosure_version_duty_complete"),
        ),
        sa.CheckConstraint(
            "decided_by IS NULL OR decided_by <> prepared_by",
            name=op.f("ck_disclosure_version_two_people"),
        ),
        sa.CheckConstraint(
            "number IS NULL OR number = 1 OR correction IS NOT NULL",
            name=op.f("ck_disclosure_version_correction_explained"),
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["disclosure_entry.id"], name=op.f("fk_disclosure_version_entry_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disclosure_version")),
        sa.UniqueConstraint(
            "entry_id", "number", name=op.f("uq_disclosure_version_entry_id_number")
        ),
    )
    op.create_index(
        "uq_disclosure_version_waiting",
        "disclosure_version",
        ["entry_id"],
        unique=True,
        sqlite_where=sa.text("state = 'prepared'"),
        postgresql_where=sa.text("state = 'prepared'"),
    )
    op.create_table(
        "recognition_level",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "basis",
            sa.Enum(
                "cumulative",
                "yearly",
                "campaign",
                name="basis",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=True),
        sa.Column("from_minor", sa.BigInteger(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("set_by", sa.String(length=64), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "campaign_id IS NULL OR basis = 'campaign'",
            name=op.f("ck_recognition_level_of_campaign"),
        ),
        sa.CheckConstraint("name <> ''", name=op.f("ck_recognition_level_named")),
        sa.CheckConstraint("from_minor > 0", name=op.f("ck_recognition_level_from_positive")),
        sa.CheckConstraint(
            "last_on IS NULL OR last_on >= first_on", name=op.f("ck_recognition_level_in_order")
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_recognition_level_campaign_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recognition_level")),
    )
    op.create_index(
        op.f("ix_recognition_level_campaign_id"), "recognition_level", ["campaign_id"], unique=False
    )
    op.create_table(
        "alumnus_match",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "alumnus_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("donor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.String(length=200), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "proposed",
                "confirmed",
                "declined",
                name="matchstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'proposed') = (decided_at IS NULL) AND (decided_at IS NULL) = (decided_by IS NULL)",
            name=op.f("ck_alumnus_match_decided_complete"),
        ),
        sa.CheckConstraint("score BETWEEN 0 AND 100", name=op.f("ck_alumnus_match_score")),
        sa.ForeignKeyConstraint(
            ["alumnus_id"], ["alumnus.id"], name=op.f("fk_alumnus_match_alumnus_id")
        ),
        sa.ForeignKeyConstraint(["donor_id"], ["donor.id"], name=op.f("fk_alumnus_match_donor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alumnus_match")),
        sa.UniqueConstraint(
            "alumnus_id", "donor_id", name=op.f("uq_alumnus_match_alumnus_id_donor_id")
        ),
    )
    op.create_index(op.f("ix_alumnus_match_donor_id"), "alumnus_match", ["donor_id"], unique=False)
    op.create_index(
        op.f("ix_alumnus_match_state_score"), "alumnus_match", ["state", "score"], unique=False
    )
    op.create_index(
        "uq_alumnus_match_confirmed",
        "alumnus_match",
        ["alumnus_id"],
        unique=True,
        sqlite_where=sa.text("state = 'confirmed'"),
        postgresql_where=sa.text("state = 'confirmed'"),
    )
    op.create_table(
        "disclosure_file",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["disclosure_version.id"], name=op.f("fk_disclosure_file_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disclosure_file")),
        sa.UniqueConstraint("version_id", "name", name=op.f("uq_disclosure_file_version_id_name")),
    )
    op.create_table(
        "use_report",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("gift_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("through_on", sa.Date(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("file", sa.LargeBinary(), nullable=False),
        sa.Column("file_digest", sa.String(length=64), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_use_report_numbered")),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name=op.f("fk_use_report_gift_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_use_report")),
        sa.UniqueConstraint("gift_id", "number", name=op.f("uq_use_report_gift_id_number")),
    )
    op.create_table(
        "use_report_delivery",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "report_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "way",
            sa.Enum(
                "mailed",
                "downloaded",
                "handed",
                name="way",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.CheckConstraint(
            "(way = 'mailed') = (message_id IS NOT NULL)",
            name=op.f("ck_use_report_delivery_mailed"),
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["mail_message.id"], name=op.f("fk_use_report_delivery_message_id")
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["use_report.id"], name=op.f("fk_use_report_delivery_report_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_use_report_delivery")),
    )
    op.create_index(
        op.f("ix_use_report_delivery_report_id_id"),
        "use_report_delivery",
        ["report_id", "id"],
        unique=False,
    )
    guarding.install("public")


def downgrade() -> None:
    guarding.remove("public")
    op.drop_index(op.f("ix_use_report_delivery_report_id_id"), table_name="use_report_delivery")
    op.drop_table("use_report_delivery")
    op.drop_table("use_report")
    op.drop_table("disclosure_file")
    op.drop_index(
        "uq_alumnus_match_confirmed",
        table_name="alumnus_match",
        sqlite_where=sa.text("state = 'confirmed'"),
        postgresql_where=sa.text("state = 'confirmed'"),
    )
    op.drop_index(op.f("ix_alumnus_match_state_score"), table_name="alumnus_match")
    op.drop_index(op.f("ix_alumnus_match_donor_id"), table_name="alumnus_match")
    op.drop_table("alumnus_match")
    op.drop_index(op.f("ix_recognition_level_campaign_id"), table_name="recognition_level")
    op.drop_table("recognition_level")
    op.drop_index(
        "uq_disclosure_version_waiting",
        table_name="disclosure_version",
        sqlite_where=sa.text("state = 'prepared'"),
        postgresql_where=sa.text("state = 'prepared'"),
    )
    op.drop_table("disclosure_version")
    op.drop_index(op.f("ix_alumnus_name_key"), table_name="alumnus")
    op.drop_index(op.f("ix_alumnus_class_id"), table_name="alumnus")
    op.drop_table("alumnus")
    op.drop_table("disclosure_entry")
    op.drop_table("alumni_list")
