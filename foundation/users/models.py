"""Users, their sessions and their tokens. Secrets are stored only as digests."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ledger.orm import Base, Digest, Key, Name, choice


class Role(StrEnum):
    """What a person is here for (see `permissions`)."""

    ADMINISTRATOR = "administrator"
    ACCOUNTANT = "accountant"
    REVIEWER = "reviewer"
    CASHIER = "cashier"
    AUDITOR = "auditor"
    DONOR = "donor"


class User(Base):
    """A person who may sign in. The name is the actor in vouchers and trail, and never changes."""

    __tablename__ = "user_account"

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(64))
    display_name: Mapped[Name]
    role: Mapped[Role] = mapped_column(choice(Role))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(8))
    is_active: Mapped[bool]
    expires_on: Mapped[date | None]
    created_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("name"),)


class UserSession(Base):
    """A signed-in browser: the cookie holds the secret, the table its digest."""

    __tablename__ = "user_session"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    csrf_secret: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]

    __table_args__ = (Index(None, "user_id"),)


class ApiToken(Base):
    """A token for programs; it has the permissions of its user's role, never more."""

    __tablename__ = "api_token"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    label: Mapped[Name]
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    __table_args__ = (Index(None, "user_id"),)


class SignInFailure(Base):
    """A failed sign-in, kept for throttling by name and by address (both as digests)."""

    __tablename__ = "sign_in_failure"

    id: Mapped[Key]
    subject: Mapped[Digest]
    at: Mapped[datetime]

    __table_args__ = (Index(None, "subject", "at"),)
