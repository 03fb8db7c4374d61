"""Open the books of an organisation: facts, charts, policies, funds, accounts, people, periods.

Once, in one transaction; nothing is booked. Later changes are other services' business.
"""

import secrets
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.organisation import letterhead
from foundation.organisation.letterhead import LetterheadInput
from foundation.organisation.models import Organisation
from foundation.organisation.profiles import Profile, ProfileUser
from foundation.users import service as users
from foundation.users.models import Role
from ledger import accounts, funds, periods, policy, trail
from ledger.charts import loading
from ledger.clock import Clock
from ledger.errors import Conflict, InvalidInput, NotFound
from ledger.periods import FiscalYear, period_key, text_of
from ledger.vouchers import SYSTEM_ACTOR

ORGANISATION_ROW = 1


class AlreadyInitialised(Conflict):
    """The books of this database are open."""

    code = "already_initialised"
    message = "账簿已经初始化（{organisation}），不能再次初始化"


@dataclass(frozen=True, slots=True)
class NewUser:
    """A person who can sign in now, with the first password."""

    name: str
    role: str
    password: str


@dataclass(frozen=True, slots=True)
class Initialised:
    """What was opened."""

    organisation: str
    chart: str
    periods: tuple[str, ...]
    users: tuple[NewUser, ...]


def find_organisation(session: Session) -> Organisation | None:
    """Return the organisation, or None before the books are opened."""
    return session.execute(select(Organisation)).scalar_one_or_none()


def get_organisation(session: Session) -> Organisation:
    """Return the organisation. Raises NotFound before the books are opened."""
    organisation = find_organisation(session)
    if organisation is None:
        raise NotFound(what="机构资料", name="organisation")
    return organisation


def initialise(
    session: Session, profile: Profile, *, start: int | None, clock: Clock
) -> Initialised:
    """Open the books from the month `start` (default: January) to the current month.

    Raises AlreadyInitialised, InvalidInput for a month that has not begun, and whatever the
    ledger refuses of the profile.
    """
    existing = find_organisation(session)
    if existing is not None:
        raise AlreadyInitialised(organisation=existing.name)
    current = period_key(clock.today())
    first = start if start is not None else current // 100 * 100 + 1
    if first > current:
        raise InvalidInput(field="启用期间", reason=f"{text_of(first)} 还没有到")
    session.add(
        Organisation(
            id=ORGANISATION_ROW,
            name=profile.name,
            name_en=profile.name_en,
            credit_code=profile.credit_code,
            time_zone=profile.time_zone,
            is_demo=profile.is_demo,
            created_at=clock.now(),
        )
    )
    session.flush()
    trail.record(
        session,
        actor=SYSTEM_ACTOR,
        clock=clock,
        action="organisation.initialise",
        subject="organisation",
        detail={"name": profile.name, "demo": profile.is_demo},
    )
    if profile.letterhead:
        letterhead.change(
            session,
            LetterheadInput(**dict(profile.letterhead)),
            reason="初始化",
            actor=SYSTEM_ACTOR,
            clock=clock,
        )
    _open_books(session, profile, clock=clock)
    opened = periods.open_through(session, first, current, actor=SYSTEM_ACTOR, clock=clock)
    people = tuple(_add_user(session, user, clock=clock) for user in profile.users)
    year = session.get_one(FiscalYear, current // 100)
    # What stands before January is no month of its own.
    months = tuple(text_of(key) for key in opened if key % 100)
    return Initialised(profile.name, year.chart, months, people)


def _open_books(session: Session, profile: Profile, *, clock: Clock) -> None:
    policy.install(session, profile.policy, actor=SYSTEM_ACTOR, clock=clock)
    for chart in loading.list_charts():
        accounts.install_chart(session, chart.version, actor=SYSTEM_ACTOR, clock=clock)
    for account in profile.accounts:
        for version in account.charts:
            accounts.open_account(
                session,
                chart=version,
                code=account.code,
                name=account.name,
                flags=account.flags,
                actor=SYSTEM_ACTOR,
                clock=clock,
            )
    for fund in profile.funds:
        funds.open_fund(
            session,
            code=fund.code,
            name=fund.name,
            restriction=fund.restriction,
            actor=SYSTEM_ACTOR,
            clock=clock,
        )


def _add_user(session: Session, user: ProfileUser, *, clock: Clock) -> NewUser:
    password = user.password or secrets.token_urlsafe(12)
    users.add_user(
        session,
        name=user.name,
        display_name=user.display_name,
        role=user.role,
        password=password,
        expires_on=clock.today() + users.LONGEST_AUDIT if user.role is Role.AUDITOR else None,
        actor=SYSTEM_ACTOR,
        clock=clock,
    )
    return NewUser(user.name, user.role.value, password)
