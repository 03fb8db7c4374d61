"""The state of the books in one strip: tiles that features put there.

A tile is one line in TILES (or, for packages above this one, `add` when the application is put
together): a function that reads what it needs and returns a Tile, or None when there is nothing
to say to this person. It runs on every visit of the desk, so it must cost a few milliseconds.

    def tile(session: Session, viewer: Viewer) -> Tile | None: ...

The order is that of the list: what holds the books together first, then what is owed to others.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from flask import Flask, current_app, has_app_context
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.books.reading import WAITING
from foundation.home import checking
from foundation.http.formats import amount
from foundation.http.languages import translate
from foundation.users.models import Role
from foundation.users.permissions import Permission, allows
from ledger import periods
from ledger.periods import Movement, Period, PeriodState
from ledger.vouchers import Voucher

_EXTENSION = "foundation.tiles"
# After so many days somebody should look whether the books still hold.
_CHECK_DAYS = 31
# Months in a row that may be open before closing is behind.
_OPEN_MONTHS = 2


class TileState(StrEnum):
    """How a tile stands; its words say it too."""

    GOOD = "good"
    ATTENTION = "attention"
    ALARM = "alarm"


@dataclass(frozen=True, slots=True)
class Viewer:
    """For whom the strip is drawn, on which day, and the year of the period in view."""

    role: Role
    actor: str
    today: date
    year: int

    def may(self, permission: Permission) -> bool:
        """Tell whether the person may do something."""
        return allows(self.role, permission)


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure of the strip, in the reader's language; its page is `endpoint`."""

    label: str
    figure: str
    state: TileState = TileState.GOOD
    note: str = ""
    endpoint: str = ""
    arguments: dict[str, str] = field(default_factory=dict)


TileMaker = Callable[[Session, Viewer], Tile | None]


def add(app: Flask, *makers: TileMaker) -> None:
    """Add tiles of a package that this one does not know, such as the reports."""
    app.extensions.setdefault(_EXTENSION, []).extend(makers)


def read(session: Session, viewer: Viewer) -> list[Tile]:
    """Return the tiles of a person."""
    added = current_app.extensions.get(_EXTENSION, ()) if has_app_context() else ()
    tiles = (make(session, viewer) for make in (*TILES, *added))
    return [tile for tile in tiles if tile is not None]


def balance_tile(session: Session, viewer: Viewer) -> Tile | None:
    """Whether the debits of the year equal its credits."""
    if not viewer.may(Permission.BOOKS_READ):
        return None
    debit, credit = session.execute(
        select(
            func.coalesce(func.sum(Movement.debit_minor), 0),
            func.coalesce(func.sum(Movement.credit_minor), 0),
        ).where(Movement.period_id.between(viewer.year * 100 + 1, viewer.year * 100 + 12))
    ).one()
    holds = debit == credit
    return Tile(
        label=translate("{year} 年发生额", year=viewer.year),
        figure=amount(int(debit), zero="0.00"),
        state=TileState.GOOD if holds else TileState.ALARM,
        note=translate("借贷平衡") if holds else translate("借贷不平衡"),
        endpoint="reports.show",
        arguments={"report_id": "trial_balance"},
    )


def check_tile(session: Session, viewer: Viewer) -> Tile | None:
    """What the last run of the integrity suite found, and how old it is."""
    if not viewer.may(Permission.BOOKS_READ):
        return None
    label = translate("账簿检查")
    run = checking.last(session)
    if run is None:
        return Tile(label, translate("尚未检查"), TileState.ATTENTION, endpoint="home.checks")
    age = (viewer.today - run.run_at.date()).days
    if run.errors:
        state = TileState.ALARM
    else:
        state = TileState.ATTENTION if run.warnings or age > _CHECK_DAYS else TileState.GOOD
    figure = translate("{count} 处问题", count=run.count) if run.count else translate("未发现问题")
    when = translate("{days} 天前", days=age) if age > 0 else translate("今天检查")
    return Tile(label, figure, state, note=when, endpoint="home.checks")


def periods_tile(session: Session, viewer: Viewer) -> Tile | None:
    """Which months can still be booked in."""
    if not viewer.may(Permission.BOOKS_READ):
        return None
    label = translate("可记账期间")
    first, last, count = session.execute(
        select(func.min(Period.id), func.max(Period.id), func.count()).where(
            Period.state == PeriodState.OPEN, Period.month > 0
        )
    ).one()
    if not count:
        return Tile(label, translate("无"), TileState.ATTENTION, endpoint="books.periods")
    span = periods.text_of(first)
    if last != first:
        span = f"{span} – {periods.text_of(last)}"
    closed = periods.last_closed_period(session)
    note = (
        translate("最近结账 {period}", period=periods.text_of(closed))
        if closed
        else translate("尚未结账")
    )
    state = TileState.ATTENTION if count > _OPEN_MONTHS else TileState.GOOD
    return Tile(label, span, state, note=note, endpoint="books.periods")


def unposted_tile(session: Session, viewer: Viewer) -> Tile | None:
    """Vouchers that are on their way and not in any balance yet."""
    if not viewer.may(Permission.BOOKS_READ):
        return None
    count, oldest = session.execute(
        select(func.count(), func.min(Voucher.booked_on)).where(WAITING)
    ).one()
    return Tile(
        label=translate("未记账凭证"),
        figure=str(count),
        state=TileState.ATTENTION if count else TileState.GOOD,
        note=translate("最早 {day}", day=oldest) if count else "",
        endpoint="books.vouchers",
        arguments={"period": "all", "state": "waiting"},
    )


# Everything in the strip that belongs to this package, one line each.
TILES: tuple[TileMaker, ...] = (
    balance_tile,
    check_tile,
    periods_tile,
    unposted_tile,
)
