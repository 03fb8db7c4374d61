"""Claims, their lines, the gifts that they hold, and what the authority made of them.

A draft is computed again as often as wanted. From the moment it is frozen, a claim, its lines and
the decisions it used never change: guards of the database refuse it. A gift is held once per
scheme and year by the partial index of `claimed_gift`.
"""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from foundation.claims.kinds import ClaimState, Payee
from foundation.matching.results import GiftStatus, ResultStatus
from ledger.orm import Base, Digest, Key, Minor, Name, choice


class Claim(Base):
    """One claim under one version of a scheme; a later one of the same year is supplementary."""

    __tablename__ = "claim"

    id: Mapped[Key]
    scheme_id: Mapped[int] = mapped_column(ForeignKey("matching_scheme.id"))
    scheme_code: Mapped[str] = mapped_column(String(64))
    scheme_digest: Mapped[Digest]
    year: Mapped[int]
    # 0 is the first claim of the year, 1 and up are supplementary (补充申请).
    sequence: Mapped[int]
    state: Mapped[ClaimState] = mapped_column(choice(ClaimState))
    currency: Mapped[str] = mapped_column(String(3))
    result: Mapped[ResultStatus] = mapped_column(choice(ResultStatus))
    claimed_on: Mapped[date]
    # JSON: the facts of the claimant, what the lines add up to, and what keeps it provisional.
    claimant: Mapped[str]
    # The names of the facts that the lines list, in their order.
    fact_names: Mapped[str]
    totals: Mapped[str]
    blockers: Mapped[str]
    line_count: Mapped[int]
    eligible_count: Mapped[int]
    ineligible_count: Mapped[int]
    undecided_count: Mapped[int]
    recognised_low: Mapped[Minor]
    recognised_high: Mapped[int | None] = mapped_column(BigInteger)
    matched_low: Mapped[int | None] = mapped_column(BigInteger)
    matched_high: Mapped[int | None] = mapped_column(BigInteger)
    computed_by: Mapped[str] = mapped_column(String(64))
    computed_at: Mapped[datetime]
    frozen_by: Mapped[str | None] = mapped_column(String(64))
    frozen_at: Mapped[datetime | None]
    digest: Mapped[Digest | None]
    submitted_on: Mapped[date | None]
    submitted_to: Mapped[Name | None]
    submission_reference: Mapped[str | None] = mapped_column(String(120))
    submitted_by: Mapped[str | None] = mapped_column(String(64))
    ended_by: Mapped[str | None] = mapped_column(String(64))
    ended_at: Mapped[datetime | None]
    ended_reason: Mapped[str | None]

    __table_args__ = (
        UniqueConstraint("scheme_code", "year", "sequence"),
        CheckConstraint("year BETWEEN 1900 AND 9999 AND sequence >= 0", name="year"),
        CheckConstraint(
            "(state = 'draft') = (frozen_by IS NULL) AND (frozen_by IS NULL) = (frozen_at IS NULL)"
            " AND (frozen_by IS NULL) = (digest IS NULL)",
            name="frozen_complete",
        ),
        CheckConstraint("frozen_by <> computed_by", name="two_persons"),
        CheckConstraint(
            "state IN ('draft', 'frozen', 'withdrawn') OR submitted_on IS NOT NULL",
            name="submitted_complete",
        ),
        CheckConstraint(
            "(submitted_on IS NULL) = (submitted_by IS NULL)"
            " AND (submitted_on IS NULL) = (submitted_to IS NULL)",
            name="submission_complete",
        ),
        CheckConstraint(
            "(state = 'withdrawn') = (ended_at IS NOT NULL)"
            " AND (ended_at IS NULL) = (ended_by IS NULL)"
            " AND (ended_at IS NULL) = (ended_reason IS NULL)",
            name="ended_complete",
        ),
        Index(None, "scheme_id"),
        Index(
            "uq_claim_draft",
            "scheme_code",
            "year",
            unique=True,
            sqlite_where=text("state = 'draft'"),
            postgresql_where=text("state = 'draft'"),
        ),
    )


class ClaimLine(Base):
    """One gift in a claim: the facts as the books knew them, and what came of each rule.

    `marks` with the rules of the scheme version and these facts is the whole trace; see
    `foundation.claims.explaining`. Amounts of the match are whole fen and the exact rest.
    """

    __tablename__ = "claim_line"

    claim_id: Mapped[int] = mapped_column(ForeignKey("claim.id"), primary_key=True)
    gift_id: Mapped[int] = mapped_column(ForeignKey("gift.id"), primary_key=True)
    status: Mapped[GiftStatus] = mapped_column(choice(GiftStatus))
    counted_on: Mapped[date | None]
    # Gifts with the same key share a counting unit or a cap.
    group_key: Mapped[str | None] = mapped_column(String(160))
    amount_minor: Mapped[Minor]
    counted_low: Mapped[Minor]
    counted_high: Mapped[int | None] = mapped_column(BigInteger)
    low_minor: Mapped[int | None] = mapped_column(BigInteger)
    low_rest: Mapped[str | None] = mapped_column(String(48))
    high_minor: Mapped[int | None] = mapped_column(BigInteger)
    high_rest: Mapped[str | None] = mapped_column(String(48))
    codes: Mapped[str]
    questions: Mapped[str]
    cap_code: Mapped[str] = mapped_column(String(32))
    marks: Mapped[str]
    facts: Mapped[str]
    digest: Mapped[Digest]

    __table_args__ = (
        Index(
            "ix_claim_line_group",
            "claim_id",
            "group_key",
            sqlite_where=text("group_key IS NOT NULL"),
            postgresql_where=text("group_key IS NOT NULL"),
        ),
        Index(
            "ix_claim_line_open",
            "claim_id",
            "status",
            "gift_id",
            sqlite_where=text("status <> 'eligible'"),
            postgresql_where=text("status <> 'eligible'"),
        ),
        {"sqlite_with_rowid": False},
    )


class ClaimDecision(Base):
    """A decision that a claim used."""

    __tablename__ = "claim_decision"

    claim_id: Mapped[int] = mapped_column(ForeignKey("claim.id"), primary_key=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("decision.id"), primary_key=True)

    __table_args__ = (Index(None, "decision_id"), {"sqlite_with_rowid": False})


class ClaimedGift(Base):
    """A gift that a claim holds; live until the claim is withdrawn."""

    __tablename__ = "claimed_gift"

    claim_id: Mapped[int] = mapped_column(ForeignKey("claim.id"), primary_key=True)
    gift_id: Mapped[int] = mapped_column(ForeignKey("gift.id"), primary_key=True)
    scheme_code: Mapped[str] = mapped_column(String(64))
    year: Mapped[int]
    is_live: Mapped[bool]

    __table_args__ = (
        Index(
            "uq_claimed_gift_live",
            "scheme_code",
            "year",
            "gift_id",
            unique=True,
            sqlite_where=text("is_live"),
            postgresql_where=text("is_live"),
        ),
        Index(None, "gift_id"),
        {"sqlite_with_rowid": False},
    )


class Award(Base):
    """The official award of a claim, as the authority published it; never recomputed."""

    __tablename__ = "award"

    id: Mapped[Key]
    claim_id: Mapped[int] = mapped_column(ForeignKey("claim.id"))
    amount_minor: Mapped[Minor]
    awarded_on: Mapped[date]
    document_title: Mapped[Name]
    document_number: Mapped[str] = mapped_column(String(120))
    payee: Mapped[Payee] = mapped_column(choice(Payee))
    # What the check against the scheme said, and why the award stands nevertheless.
    verdict: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str | None]
    recorded_by: Mapped[str] = mapped_column(String(64))
    recorded_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("claim_id"),
        CheckConstraint("amount_minor >= 0", name="not_negative"),
        CheckConstraint("verdict = 'consistent' OR reason IS NOT NULL", name="excess_reasoned"),
    )


class AwardDifference(Base):
    """One reason why the award is not what was computed; together they are the difference."""

    __tablename__ = "award_difference"

    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"), primary_key=True)
    line_no: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    amount_minor: Mapped[Minor]
    reason: Mapped[str]

    __table_args__ = (
        CheckConstraint("amount_minor <> 0 AND reason <> ''", name="reasoned"),
        {"sqlite_with_rowid": False},
    )


class AwardPayment(Base):
    """Money of an award that came: booked here with its voucher, or noted at the university."""

    __tablename__ = "award_payment"

    id: Mapped[Key]
    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"))
    received_on: Mapped[date]
    amount_minor: Mapped[Minor]
    voucher_id: Mapped[int | None] = mapped_column(ForeignKey("voucher.id"))
    note: Mapped[str | None]
    recorded_by: Mapped[str] = mapped_column(String(64))
    recorded_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        CheckConstraint("voucher_id IS NOT NULL OR note IS NOT NULL", name="booked_or_noted"),
        Index(None, "award_id"),
        Index(None, "voucher_id"),
    )


class AwardUse(Base):
    """What the money of an award was used for."""

    __tablename__ = "award_use"

    id: Mapped[Key]
    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"))
    used_on: Mapped[date]
    amount_minor: Mapped[Minor]
    purpose: Mapped[Name]
    verdict: Mapped[str] = mapped_column(String(64))
    evidence: Mapped[str]
    recorded_by: Mapped[str] = mapped_column(String(64))
    recorded_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount_positive"),
        Index(None, "award_id"),
    )


class Clawback(Base):
    """What follows when a claimed gift goes back: what is repaid, and until when to say so."""

    __tablename__ = "clawback"

    id: Mapped[Key]
    claim_id: Mapped[int] = mapped_column(ForeignKey("claim.id"))
    gift_id: Mapped[int] = mapped_column(ForeignKey("gift.id"))
    gift_change_id: Mapped[int | None] = mapped_column(ForeignKey("gift_change.id"))
    returned_minor: Mapped[Minor]
    repay_minor: Mapped[Minor]
    notify_by: Mapped[date | None]
    notified_on: Mapped[date | None]
    reason: Mapped[str]
    recorded_by: Mapped[str] = mapped_column(String(64))
    recorded_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("returned_minor > 0 AND repay_minor >= 0", name="amounts"),
        CheckConstraint("reason <> ''", name="reasoned"),
        Index(None, "claim_id"),
        Index(None, "gift_id"),
        Index(
            "uq_clawback_gift_change_id",
            "claim_id",
            "gift_change_id",
            unique=True,
            sqlite_where=text("gift_change_id IS NOT NULL"),
            postgresql_where=text("gift_change_id IS NOT NULL"),
        ),
    )
