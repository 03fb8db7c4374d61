"""The accounting policies the ledger itself obeys, one row, changed by an administrator.

The sealing guard of the database reads the same row, so service and database never disagree.
Every change is in the trail (12号 第二十条（一）: choices of method are recorded).
"""

import secrets
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import CheckConstraint, String, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from ledger import trail
from ledger.clock import Clock
from ledger.orm import Base, choice

POLICY_ROW = 1
# Where a session holds its copy of the catalogue until something changes.
HELD = "ledger.catalogue"


class ClosingFrequency(StrEnum):
    """When income and expenses are closed to net assets."""

    MONTH = "month"
    YEAR = "year"


class LedgerPolicy(Base):
    """The one row of policies."""

    __tablename__ = "ledger_policy"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    separation_required: Mapped[bool]
    attachments_required: Mapped[bool]
    overspending_refused: Mapped[bool]
    closing_frequency: Mapped[ClosingFrequency] = mapped_column(choice(ClosingFrequency))
    # Changes whenever accounts, funds, periods or policies change: readers that keep a copy of
    # them in memory compare this token instead of reading everything again.
    catalogue_token: Mapped[str] = mapped_column(String(32))

    __table_args__ = (CheckConstraint(f"id = {POLICY_ROW}", name="one_row"),)


@dataclass(frozen=True, slots=True)
class Policy:
    """A frozen copy of the policies."""

    separation_required: bool = True
    attachments_required: bool = True
    overspending_refused: bool = True
    closing_frequency: ClosingFrequency = ClosingFrequency.YEAR


def touch(session: Session) -> None:
    """Tell readers that accounts, funds, periods or policies have changed.

    The token is random, never counted: a transaction that is rolled back must not leave a
    token behind that a later one could reuse for other contents.
    """
    session.info.pop(HELD, None)
    session.execute(
        update(LedgerPolicy)
        .where(LedgerPolicy.id == POLICY_ROW)
        .values(catalogue_token=secrets.token_hex(16))
        .execution_options(synchronize_session=False)
    )


def install(session: Session, policy: Policy, *, actor: str, clock: Clock) -> None:
    """Write the first policies of a new ledger."""
    session.add(
        LedgerPolicy(
            id=POLICY_ROW,
            separation_required=policy.separation_required,
            attachments_required=policy.attachments_required,
            overspending_refused=policy.overspending_refused,
            closing_frequency=policy.closing_frequency,
            catalogue_token=secrets.token_hex(16),
        )
    )
    session.flush()
    trail.record(session, actor=actor, clock=clock, action="policy.install", subject="policy")


def change(session: Session, policy: Policy, *, reason: str, actor: str, clock: Clock) -> None:
    """Replace the policies; the old and the new values go to the trail with the reason."""
    row = session.get_one(LedgerPolicy, POLICY_ROW)
    before = {name: str(getattr(row, name)) for name in Policy.__slots__}
    for name in Policy.__slots__:
        setattr(row, name, getattr(policy, name))
    session.flush()
    touch(session)
    after = {name: str(getattr(policy, name)) for name in Policy.__slots__}
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="policy.change",
        subject="policy",
        reason=reason,
        detail={"before": before, "after": after},
    )
