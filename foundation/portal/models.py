"""How donors come in, what was handed out to them, what they asked for, and what may be said.

Secrets are stored only as digests. The log of what donors did and the record of their consent are
never changed or deleted (migrations/guards/portal.*.sql).
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from ledger.orm import Base, Digest, Key, Name, choice
from receipts.models import RenderMark


class Channel(StrEnum):
    """How somebody came in: a link by mail, one from staff, a document in hand, an account."""

    EMAIL = "email"
    INVITATION = "invitation"
    DOCUMENT = "document"
    ACCOUNT = "account"


class VisitKind(StrEnum):
    """What is in the log of a donor's visits."""

    LINK_SENT = "link_sent"
    INVITED = "invited"
    ENTERED = "entered"
    DOWNLOADED = "downloaded"
    EXPORTED = "exported"


class RequestState(StrEnum):
    """待处理、已采纳、未采纳."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"


class DonorLink(Base):
    """A link that lets a donor in once. Only its digest is here."""

    __tablename__ = "donor_link"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    donor_id: Mapped[int] = mapped_column(ForeignKey("donor.id"))
    channel: Mapped[Channel] = mapped_column(choice(Channel))
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "donor_id"),)


class DonorSession(Base):
    """A donor's browser. With a letter it came in by that letter and sees nothing beyond it."""

    __tablename__ = "donor_session"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    donor_id: Mapped[int] = mapped_column(ForeignKey("donor.id"))
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("letter.id"))
    channel: Mapped[Channel] = mapped_column(choice(Channel))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]

    __table_args__ = (
        Index(None, "donor_id"),
        CheckConstraint("(channel = 'document') = (letter_id IS NOT NULL)", name="letter"),
    )


class DonorUser(Base):
    """A user of the role `donor`, and which donor that is."""

    __tablename__ = "donor_user"

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    donor_id: Mapped[int] = mapped_column(ForeignKey("donor.id"))
    linked_by: Mapped[str] = mapped_column(String(64))
    linked_at: Mapped[datetime]

    __table_args__ = (Index(None, "donor_id"),)


class DonorVisit(Base):
    """Something a donor did or was sent: when, by whom, and which file went out."""

    __tablename__ = "donor_visit"

    id: Mapped[Key]
    donor_id: Mapped[int] = mapped_column(ForeignKey("donor.id"))
    kind: Mapped[VisitKind] = mapped_column(choice(VisitKind))
    channel: Mapped[Channel] = mapped_column(choice(Channel))
    letter_id: Mapped[int | None] = mapped_column(ForeignKey("letter.id"))
    bill_file_id: Mapped[int | None] = mapped_column(ForeignKey("bill_file.id"))
    mark: Mapped[RenderMark | None] = mapped_column(choice(RenderMark))
    digest: Mapped[Digest | None]
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(64))

    __table_args__ = (
        Index(None, "donor_id", "id"),
        Index(None, "letter_id"),
        CheckConstraint(
            "kind <> 'downloaded' OR (digest IS NOT NULL"
            " AND (letter_id IS NULL) <> (bill_file_id IS NULL))",
            name="download_complete",
        ),
    )


class ContactRequest(Base):
    """What a donor wants changed about name and addresses; staff decides, because bills follow."""

    __tablename__ = "contact_request"

    id: Mapped[Key]
    donor_id: Mapped[int] = mapped_column(ForeignKey("donor.id"))
    email: Mapped[str | None] = mapped_column(String(200))
    phone: Mapped[str | None] = mapped_column(String(40))
    message: Mapped[str | None]
    state: Mapped[RequestState] = mapped_column(choice(RequestState))
    asked_at: Mapped[datetime]
    decided_by: Mapped[str | None] = mapped_column(String(64))
    decided_at: Mapped[datetime | None]
    reason: Mapped[str | None]

    __table_args__ = (
        Index(None, "donor_id"),
        CheckConstraint(
            "(state = 'open') = (decided_at IS NULL)"
            " AND (decided_at IS NULL) = (decided_by IS NULL)",
            name="decided_complete",
        ),
    )


class PublicityConsent(Base):
    """What may be published of one gift (慈善法 第八十二条). The last row counts; none is a no."""

    __tablename__ = "publicity_consent"

    id: Mapped[Key]
    gift_id: Mapped[int] = mapped_column(ForeignKey("gift.id"))
    is_name_shown: Mapped[bool]
    is_amount_shown: Mapped[bool]
    # The name as the donor wants it to be read; the registered one without it.
    display_name: Mapped[Name | None]
    # Which wording the donor agreed to.
    wording: Mapped[str] = mapped_column(String(16))
    given_by: Mapped[str] = mapped_column(String(64))
    given_at: Mapped[datetime]

    __table_args__ = (Index(None, "gift_id", "id"),)
