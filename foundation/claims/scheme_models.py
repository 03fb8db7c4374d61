"""Scheme versions, what was confirmed of them, and what persons decided: rows that never change.

A scheme is changed by adding a version; a decision by one that supersedes it. Guards of the
database refuse every other way.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from foundation.claims.kinds import ConfirmationState, IntakeState, SchemeOrigin
from ledger.orm import Base, Digest, Key, Name, choice


class MatchingScheme(Base):
    """One version of one scheme. `content` is complete: it needs no file of the program."""

    __tablename__ = "matching_scheme"

    id: Mapped[Key]
    code: Mapped[str] = mapped_column(String(64))
    version: Mapped[int]
    title: Mapped[Name]
    origin: Mapped[SchemeOrigin] = mapped_column(choice(SchemeOrigin))
    # What was typed, and the canonical JSON of the scheme with every rule block that it uses.
    text: Mapped[str]
    content: Mapped[str]
    digest: Mapped[Digest]
    reason: Mapped[str]
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("code", "version"),
        CheckConstraint("version > 0 AND code <> '' AND reason <> ''", name="named"),
    )


class ParameterConfirmation(Base):
    """A parameter compared with the official document by one person, confirmed by another.

    It speaks of a value: a later version with the same value need not be compared again.
    """

    __tablename__ = "parameter_confirmation"

    id: Mapped[Key]
    scheme_code: Mapped[str] = mapped_column(String(64))
    scheme_id: Mapped[int] = mapped_column(ForeignKey("matching_scheme.id"))
    parameter: Mapped[str] = mapped_column(String(160))
    value: Mapped[str]
    value_digest: Mapped[Digest]
    document_title: Mapped[Name]
    document_number: Mapped[str] = mapped_column(String(120))
    article: Mapped[str] = mapped_column(String(120))
    file_name: Mapped[Name]
    file_digest: Mapped[Digest]
    state: Mapped[ConfirmationState] = mapped_column(choice(ConfirmationState))
    proposed_by: Mapped[str] = mapped_column(String(64))
    proposed_at: Mapped[datetime]
    answered_by: Mapped[str | None] = mapped_column(String(64))
    answered_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("answered_by <> proposed_by", name="two_persons"),
        CheckConstraint(
            "(state = 'proposed') = (answered_by IS NULL)"
            " AND (answered_by IS NULL) = (answered_at IS NULL)",
            name="answer_complete",
        ),
        CheckConstraint(
            "document_title <> '' AND document_number <> '' AND article <> '' AND file_name <> ''",
            name="document_named",
        ),
        Index(None, "scheme_id"),
        Index(
            "uq_parameter_confirmation_standing",
            "scheme_code",
            "parameter",
            "value_digest",
            unique=True,
            sqlite_where=text("state <> 'refused'"),
            postgresql_where=text("state <> 'refused'"),
        ),
    )


# A decision for every scheme has this in place of a scheme's code.
EVERY_SCHEME = "*"


class Decision(Base):
    """A person's answer to what the texts leave open (认定): dated, reasoned, never edited.

    It speaks of one gift, of every gift of one fund, or of a whole claim (all gifts of a claim
    year, a fact of the claimant, a parameter of the scheme). `answer` is JSON; null opens the
    question again.
    """

    __tablename__ = "decision"

    id: Mapped[Key]
    scheme_code: Mapped[str] = mapped_column(String(64))
    gift_id: Mapped[int | None] = mapped_column(ForeignKey("gift.id"))
    fund_id: Mapped[int | None] = mapped_column(ForeignKey("fund.id"))
    claim_year: Mapped[int | None]
    question: Mapped[str] = mapped_column(String(120))
    answer: Mapped[str]
    reason: Mapped[str]
    evidence: Mapped[str]
    file_name: Mapped[Name | None]
    file_digest: Mapped[Digest | None]
    decided_on: Mapped[date]
    decided_by: Mapped[str] = mapped_column(String(64))
    decided_at: Mapped[datetime]
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("decision.id"))

    __table_args__ = (
        UniqueConstraint("supersedes_id"),
        CheckConstraint("reason <> '' AND question <> '' AND scheme_code <> ''", name="reasoned"),
        CheckConstraint("(file_name IS NULL) = (file_digest IS NULL)", name="file_complete"),
        CheckConstraint(
            "(gift_id IS NOT NULL AND fund_id IS NULL AND claim_year IS NULL)"
            " OR (gift_id IS NULL AND fund_id IS NOT NULL AND claim_year IS NULL)"
            " OR (gift_id IS NULL AND fund_id IS NULL AND claim_year IS NOT NULL)",
            name="one_scope",
        ),
        *(
            Index(
                f"uq_decision_first_of_{name}",
                "scheme_code",
                column,
                "question",
                unique=True,
                sqlite_where=text(f"supersedes_id IS NULL AND {column} IS NOT NULL"),
                postgresql_where=text(f"supersedes_id IS NULL AND {column} IS NOT NULL"),
            )
            for name, column in (("gift", "gift_id"), ("fund", "fund_id"), ("year", "claim_year"))
        ),
        Index(None, "gift_id"),
        Index(None, "fund_id"),
        Index(None, "claim_year"),
    )


class SchemeIntake(Base):
    """The questionnaire for a scheme's document, filled in by one person, confirmed by another."""

    __tablename__ = "scheme_intake"

    id: Mapped[Key]
    scheme_code: Mapped[str] = mapped_column(String(64))
    # JSON: the answers, and of each the article it was read in.
    answers: Mapped[str]
    document_title: Mapped[Name]
    document_number: Mapped[str] = mapped_column(String(120))
    file_name: Mapped[Name | None]
    file_digest: Mapped[Digest | None]
    state: Mapped[IntakeState] = mapped_column(choice(IntakeState))
    filled_by: Mapped[str] = mapped_column(String(64))
    filled_at: Mapped[datetime]
    confirmed_by: Mapped[str | None] = mapped_column(String(64))
    confirmed_at: Mapped[datetime | None]
    scheme_id: Mapped[int | None] = mapped_column(ForeignKey("matching_scheme.id"))

    __table_args__ = (
        CheckConstraint("confirmed_by <> filled_by", name="two_persons"),
        CheckConstraint(
            "(state = 'confirmed') = (confirmed_by IS NOT NULL)"
            " AND (confirmed_by IS NULL) = (confirmed_at IS NULL)"
            " AND (confirmed_by IS NULL) = (scheme_id IS NULL)",
            name="confirmation_complete",
        ),
        CheckConstraint("(file_name IS NULL) = (file_digest IS NULL)", name="file_complete"),
        Index(
            "uq_scheme_intake_open",
            "scheme_code",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )
