"""Recognition levels as dated facts of the organisation."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from ledger.orm import Base, Key, Minor, Name, choice


class Basis(StrEnum):
    """What a level is measured by: 历年累计、当年、筹款活动."""

    CUMULATIVE = "cumulative"
    YEARLY = "yearly"
    CAMPAIGN = "campaign"


class RecognitionLevel(Base):
    """A level from an amount on, in force from a day on until it is ended; never edited."""

    __tablename__ = "recognition_level"

    id: Mapped[Key]
    basis: Mapped[Basis] = mapped_column(choice(Basis))
    # Of one campaign; without one a level of this basis holds for every campaign.
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"))
    name: Mapped[Name]
    name_en: Mapped[Name | None]
    from_minor: Mapped[Minor]
    first_on: Mapped[date]
    last_on: Mapped[date | None]
    set_by: Mapped[str] = mapped_column(String(64))
    set_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("name <> ''", name="named"),
        CheckConstraint("from_minor > 0", name="from_positive"),
        CheckConstraint("campaign_id IS NULL OR basis = 'campaign'", name="of_campaign"),
        CheckConstraint("last_on IS NULL OR last_on >= first_on", name="in_order"),
        Index(None, "campaign_id"),
    )
