"""What stands around every page: the organisation, the period in view, the menu, the person."""

from dataclasses import dataclass
from datetime import datetime

from flask import Flask, request
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation import database
from foundation.http import context, languages, navigation
from foundation.http.context import SignedIn
from foundation.http.navigation import MenuItem
from foundation.organisation.models import Organisation
from foundation.users.models import Role
from foundation.users.permissions import Permission, allows
from ledger import periods
from ledger.periods import Period, PeriodState

PERIOD_COOKIE = "period"


@dataclass(frozen=True, slots=True)
class PeriodInView:
    """The period that pages show when nothing else is asked for."""

    id: int
    state: PeriodState


@dataclass(frozen=True, slots=True)
class Frame:
    """Everything the page around the content needs."""

    organisation: str
    is_demo: bool
    period: PeriodInView | None
    periods: tuple[int, ...]
    person: SignedIn | None
    menu: tuple[MenuItem, ...]
    is_auditor: bool
    language: str
    other_language: str
    html_language: str
    now: datetime


def install(app: Flask) -> None:
    """Give templates `frame()` and the few questions they ask while they are written."""
    app.jinja_env.globals.update(frame=frame, link=navigation.link, may=may)


def may(permission: str) -> bool:
    """Tell whether the person may do something, to show or leave out a button."""
    user = context.current_user()
    return user is not None and allows(user.role, Permission(permission))


def frame() -> Frame:
    """Read what stands around the page; called once by the base template."""
    user = context.current_user()
    language = context.language()
    other = languages.ENGLISH if language == languages.CHINESE else languages.CHINESE
    reads_books = user is not None and allows(user.role, Permission.BOOKS_READ)
    with database.reading(context.services().engine) as session:
        organisation = session.get(Organisation, 1)
        name = _name(organisation, language)
        is_demo = organisation is not None and organisation.is_demo
        keys = _keys(session) if reads_books else ()
        period = _period(session) if reads_books else None
    return Frame(
        organisation=name,
        is_demo=is_demo,
        period=period,
        periods=keys,
        person=user,
        menu=tuple(navigation.menu(user.role)) if user else (),
        is_auditor=user is not None and user.role is Role.AUDITOR,
        language=language,
        other_language=other,
        html_language=languages.HTML_CODES[language],
        now=context.services().clock.now(),
    )


def period_in_view(session: Session) -> int | None:
    """Return the key of the period in view, or None in books without periods."""
    period = _period(session)
    return None if period is None else period.id


def _name(organisation: Organisation | None, language: str) -> str:
    if organisation is None:
        return languages.translate("基金会账务")
    if language == languages.ENGLISH and organisation.name_en:
        return organisation.name_en
    return organisation.name


def _keys(session: Session) -> tuple[int, ...]:
    query = select(Period.id).where(Period.month > 0).order_by(Period.id.desc())
    return tuple(session.execute(query).scalars())


def _period(session: Session) -> PeriodInView | None:
    """The period that was chosen, else this month, else the last one that is open or exists."""
    chosen = request.cookies.get(PERIOD_COOKIE, "")
    period = session.get(Period, int(chosen)) if len(chosen) == 6 and chosen.isdecimal() else None
    if period is None:
        today = periods.period_key(context.services().clock.today())
        period = session.get(Period, today) or _last(session, PeriodState.OPEN) or _last(session)
    return None if period is None else PeriodInView(period.id, period.state)


def _last(session: Session, state: PeriodState | None = None) -> Period | None:
    query = select(func.max(Period.id)).where(Period.month > 0)
    if state is not None:
        query = query.where(Period.state == state)
    key = session.execute(query).scalar()
    return None if key is None else session.get(Period, key)
