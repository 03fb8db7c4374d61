"""Related parties, why they are related and from when to when, and what was decided about them.

Nothing here is edited: a relation is ended or withdrawn with a reason and stated anew, a link is
removed and stays readable, a ruling is followed by another. The guards `parties` of the database
hold that. The parties' names may change; the trail has the earlier ones.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from ledger.orm import Base, Key, Name, choice


class RelationKind(StrEnum):
    """发起人、主要捐赠人、理事主要来源单位、被投资方、其他控制、共同控制或重大影响."""

    FOUNDER = "founder"
    MAIN_DONOR = "main_donor"
    BOARD_SOURCE = "board_source"
    INVESTEE = "investee"
    INFLUENCE = "influence"


class DealingKind(StrEnum):
    """The six kinds of events that 民政部令第81号 第十四条 names."""

    DONATION = "donation"
    GRANT = "grant"
    JOINT_INVESTMENT = "joint_investment"
    ENTRUSTED_INVESTMENT = "entrusted_investment"
    TRADE = "trade"
    OTHER_FLOW = "other_flow"


class Party(Base):
    """One related party. Numbers that identify a person are stored as donors' are."""

    __tablename__ = "related_party"

    id: Mapped[Key]
    name: Mapped[Name]
    name_key: Mapped[Name]
    is_person: Mapped[bool]
    credit_code: Mapped[str | None] = mapped_column(String(18), unique=True)
    id_number: Mapped[bytes | None] = mapped_column(LargeBinary)
    id_number_index: Mapped[str | None] = mapped_column(String(64))
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("name <> ''", name="named"),
        CheckConstraint(
            "(is_person OR id_number IS NULL) AND (NOT is_person OR credit_code IS NULL)",
            name="number_fits",
        ),
        CheckConstraint("(id_number IS NULL) = (id_number_index IS NULL)", name="indexed"),
        Index(None, "name_key"),
        Index(
            "uq_related_party_id_number_index",
            "id_number_index",
            unique=True,
            sqlite_where=text("id_number_index IS NOT NULL"),
            postgresql_where=text("id_number_index IS NOT NULL"),
        ),
    )


class PartyRelation(Base):
    """Why a party is related, from when to when, and which paper says so."""

    __tablename__ = "related_party_relation"

    id: Mapped[Key]
    party_id: Mapped[int] = mapped_column(ForeignKey("related_party.id"))
    kind: Mapped[RelationKind] = mapped_column(choice(RelationKind))
    is_important: Mapped[bool]
    relation: Mapped[str] = mapped_column(String(300))
    source: Mapped[str] = mapped_column(String(300))
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    recorded_by: Mapped[str] = mapped_column(String(64))
    recorded_at: Mapped[datetime]
    withdrawn_reason: Mapped[str | None] = mapped_column(String(500))
    withdrawn_by: Mapped[str | None] = mapped_column(String(64))
    withdrawn_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("relation <> '' AND source <> ''", name="reasoned"),
        CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name="in_order"),
        CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by IS NULL)"
            " AND (withdrawn_at IS NULL) = (withdrawn_reason IS NULL)",
            name="withdrawal_complete",
        ),
        Index(None, "party_id"),
    )


class PartyLink(Base):
    """What in the other registers is this party: a donor, a payee, or an investment."""

    __tablename__ = "related_party_link"

    id: Mapped[Key]
    party_id: Mapped[int] = mapped_column(ForeignKey("related_party.id"))
    donor_id: Mapped[int | None] = mapped_column(ForeignKey("donor.id"))
    counterparty_id: Mapped[int | None] = mapped_column(ForeignKey("dimension.id"))
    investment_id: Mapped[int | None] = mapped_column(ForeignKey("investment.id"))
    added_by: Mapped[str] = mapped_column(String(64))
    added_at: Mapped[datetime]
    removed_reason: Mapped[str | None] = mapped_column(String(500))
    removed_by: Mapped[str | None] = mapped_column(String(64))
    removed_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint(
            "(donor_id IS NOT NULL AND counterparty_id IS NULL AND investment_id IS NULL)"
            " OR (donor_id IS NULL AND counterparty_id IS NOT NULL AND investment_id IS NULL)"
            " OR (donor_id IS NULL AND counterparty_id IS NULL AND investment_id IS NOT NULL)",
            name="one_target",
        ),
        CheckConstraint(
            "(removed_at IS NULL) = (removed_by IS NULL)"
            " AND (removed_at IS NULL) = (removed_reason IS NULL)",
            name="removal_complete",
        ),
        Index(None, "party_id"),
        *(
            Index(
                f"uq_related_party_link_{column}",
                column,
                unique=True,
                sqlite_where=text("removed_at IS NULL"),
                postgresql_where=text("removed_at IS NULL"),
            )
            for column in ("donor_id", "counterparty_id", "investment_id")
        ),
    )


class PartyRuling(Base):
    """What a person decided about the dealing in one voucher: its kind, the paper behind it.

    The last ruling counts; the earlier ones stay.
    """

    __tablename__ = "related_party_ruling"

    id: Mapped[Key]
    party_id: Mapped[int] = mapped_column(ForeignKey("related_party.id"))
    voucher_id: Mapped[int] = mapped_column(ForeignKey("voucher.id"))
    kind: Mapped[DealingKind | None] = mapped_column(choice(DealingKind))
    decision: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(String(500))
    ruled_by: Mapped[str] = mapped_column(String(64))
    ruled_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("kind IS NOT NULL OR decision <> ''", name="says_something"),
        CheckConstraint("reason <> ''", name="reasoned"),
        Index(None, "party_id", "voucher_id"),
        Index(None, "voucher_id"),
    )


class PartyDismissal(Base):
    """A suggestion that somebody looked at and found unrelated, on one ground."""

    __tablename__ = "related_party_dismissal"

    id: Mapped[Key]
    donor_id: Mapped[int | None] = mapped_column(ForeignKey("donor.id"))
    counterparty_id: Mapped[int | None] = mapped_column(ForeignKey("dimension.id"))
    # Why it was suggested, such as `main_donor:2026`: another ground suggests it anew.
    ground: Mapped[str] = mapped_column(String(60))
    reason: Mapped[str] = mapped_column(String(500))
    dismissed_by: Mapped[str] = mapped_column(String(64))
    dismissed_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("(donor_id IS NULL) <> (counterparty_id IS NULL)", name="one_subject"),
        CheckConstraint("reason <> '' AND ground <> ''", name="reasoned"),
        Index(None, "donor_id"),
        Index(None, "counterparty_id"),
    )


def number_of(party_id: int) -> str:
    """Write the number that people use: `R0012`."""
    return f"R{party_id:04d}"
