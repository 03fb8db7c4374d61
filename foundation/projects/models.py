"""Fund projects one-to-one on the funds of the ledger, endowments, and campaigns."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from ledger.orm import Base, Code, Digest, Key, Minor, Name, choice


class Remainder(StrEnum):
    """What happens to money that is left when a project ends (慈善法 第五十八条)."""

    SIMILAR_PURPOSE = "similar_purpose"
    AS_AGREED = "as_agreed"
    RETURN_TO_DONOR = "return_to_donor"
    UNRESTRICTED = "unrestricted"


class EndowmentBase(StrEnum):
    """What the yearly distribution of an endowment is measured by."""

    INCOME = "income"
    NET_ASSETS = "net_assets"


class FundProject(Base):
    """What donors see of a fund. The money, the restriction and the dates are the ledger's."""

    __tablename__ = "fund_project"

    fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"), primary_key=True)
    # A code of `data/kinds.toml`.
    kind: Mapped[Code]
    name_en: Mapped[Name | None]
    purpose: Mapped[str]
    steward: Mapped[str | None] = mapped_column(String(120))
    college: Mapped[str | None] = mapped_column(String(120))
    target_minor: Mapped[int | None] = mapped_column(BigInteger)
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    spending_rule: Mapped[str | None]
    # The most that may be taken for management, in hundredths of a percent, and where it stands.
    fee_basis_points: Mapped[int | None]
    fee_source: Mapped[str | None] = mapped_column(String(200))
    remainder: Mapped[Remainder] = mapped_column(choice(Remainder))
    remainder_note: Mapped[str | None]
    is_public: Mapped[bool]
    public_text: Mapped[str | None]
    public_text_en: Mapped[str | None]
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("purpose <> ''", name="purposeful"),
        CheckConstraint("target_minor IS NULL OR target_minor > 0", name="target_positive"),
        CheckConstraint(
            "fee_basis_points IS NULL OR fee_basis_points BETWEEN 0 AND 10000", name="fee_share"
        ),
        CheckConstraint(
            "starts_on IS NULL OR ends_on IS NULL OR ends_on >= starts_on", name="in_order"
        ),
        CheckConstraint("NOT is_public OR public_text IS NOT NULL", name="public_has_text"),
    )


class ProjectBudget(Base):
    """What a fund plans to spend in a year, and who resolved it."""

    __tablename__ = "project_budget"

    fund_id: Mapped[int] = mapped_column(ForeignKey("fund_project.fund_id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    amount_minor: Mapped[Minor]
    resolution: Mapped[str | None] = mapped_column(String(120))
    set_by: Mapped[str] = mapped_column(String(64))
    set_at: Mapped[datetime]

    __table_args__ = (CheckConstraint("amount_minor >= 0", name="not_negative"),)


class ProjectPicture(Base):
    """The picture of a project on public pages; kept small, so it is kept with the books."""

    __tablename__ = "project_picture"

    fund_id: Mapped[int] = mapped_column(ForeignKey("fund_project.fund_id"), primary_key=True)
    media_type: Mapped[str] = mapped_column(String(40))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[Digest]
    description: Mapped[Name]
    added_by: Mapped[str] = mapped_column(String(64))
    added_at: Mapped[datetime]


class Endowment(Base):
    """Principal and income of one endowment: two funds of one agreement."""

    __tablename__ = "endowment"

    principal_fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"), primary_key=True)
    income_fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"))
    agreement_id: Mapped[int | None] = mapped_column(ForeignKey("agreement.id"))
    since: Mapped[date]
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("income_fund_id"),
        CheckConstraint("principal_fund_id <> income_fund_id", name="two_funds"),
    )


class EndowmentRule(Base):
    """How much of an endowment may be given out in a year, from a date on. Never edited."""

    __tablename__ = "endowment_rule"

    id: Mapped[Key]
    principal_fund_id: Mapped[int] = mapped_column(ForeignKey("endowment.principal_fund_id"))
    in_force_from: Mapped[date]
    base: Mapped[EndowmentBase] = mapped_column(choice(EndowmentBase))
    # The share that may be given out, and of income the share that is added to the principal.
    spend_basis_points: Mapped[int]
    reinvest_basis_points: Mapped[int]
    # Over how many years ends the net assets are averaged.
    years: Mapped[int]
    resolution: Mapped[Name]
    set_by: Mapped[str] = mapped_column(String(64))
    set_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("principal_fund_id", "in_force_from"),
        CheckConstraint("spend_basis_points BETWEEN 0 AND 10000", name="spend_share"),
        CheckConstraint("reinvest_basis_points BETWEEN 0 AND 10000", name="reinvest_share"),
        CheckConstraint(
            "base <> 'income' OR spend_basis_points + reinvest_basis_points <= 10000",
            name="no_more_than_income",
        ),
        CheckConstraint("years BETWEEN 1 AND 10", name="years"),
    )


class Campaign(Base):
    """A campaign over many funds, such as an anniversary."""

    __tablename__ = "campaign"

    id: Mapped[Key]
    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[Name]
    name_en: Mapped[Name | None]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    target_minor: Mapped[int | None] = mapped_column(BigInteger)
    is_public: Mapped[bool]
    public_text: Mapped[str | None]
    public_text_en: Mapped[str | None]
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("code <> '' AND name <> ''", name="named"),
        CheckConstraint("ends_on >= starts_on", name="in_order"),
        CheckConstraint("target_minor IS NULL OR target_minor > 0", name="target_positive"),
    )


class CampaignFund(Base):
    """A fund that a campaign raises money for."""

    __tablename__ = "campaign_fund"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"), primary_key=True)

    __table_args__ = (Index(None, "fund_id"), {"sqlite_with_rowid": False})
