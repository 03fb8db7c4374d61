"""Write the story into the books, through the services that people use and nothing else.

Everything happens in the transaction of the caller, so a load that is interrupted leaves
nothing. Each act is dated on its own day by a clock that stands there: the accountant prepares
vouchers on their day, the reviewer posts them in the middle and at the end of the month, and
closes a month when the next one is over.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from foundation.demo import assessing, bank, costs, deadlines, drafts, promises, registers, related
from foundation.demo.events import Correction, Event, Gift, Refund, Register, rows_of
from foundation.demo.months import Month
from foundation.demo.papers import Papers
from foundation.demo.recording import Recorder
from foundation.demo.story import Chapter, Story
from foundation.donors.models import Donor
from foundation.donors.vault import Vault
from foundation.gifts.models import Gift as StoredGift
from foundation.organisation import service as organisation
from foundation.organisation.profiles import Profile
from foundation.users import service as users
from foundation.users.models import Role
from ledger import catalogue, closing, conversion, dimensions, drafting, funds, periods, posting
from ledger.clock import Clock, FixedClock
from ledger.dimensions import DimensionKind
from ledger.errors import Conflict
from ledger.periods import Period
from ledger.vouchers import SYSTEM_ACTOR, Voucher, VoucherDraft, VoucherState

# People of the demo profile: who prepares, and who reviews, posts and closes.
ACCOUNTANT, REVIEWER, ADMINISTRATOR = "accountant", "reviewer", "admin"
_MIDDLE = 15
_PREPARED, _POSTED, _PAPERED, _CLOSED = time(9), time(17), time(17, 15), time(17, 30)
# Where the verification codes of a demo lead when nobody says another address.
_PUBLIC_URL = "http://127.0.0.1:8000"


class BooksNotEmpty(Conflict):
    """The demo needs books in which nothing was booked."""

    code = "books_not_empty"
    message = (
        "账簿中已有 {vouchers} 张凭证，不能载入演示数据；"
        "请用 DATABASE_URL 或 DATA_DIR 指定一个空的数据库"
    )


class NotDemoBooks(Conflict):
    """The books belong to a real organisation."""

    code = "not_demo_books"
    message = "“{organisation}”不是演示机构，不能载入演示数据"


class BooksBeginEarlier(Conflict):
    """Months before the story would stay open for ever."""

    code = "books_begin_earlier"
    message = "账簿从 {period} 开始，早于演示数据，不能载入"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the books hold after loading."""

    organisation: str
    first_period: str
    last_period: str
    donors: int
    gifts: int
    posted: int
    waiting: int


def load(
    session: Session,
    profile: Profile,
    told: Story,
    *,
    vault: Vault,
    clock: Clock,
    progress: Callable[[int], None] | None = None,
    public_url: str = _PUBLIC_URL,
    folder: Path | None = None,
) -> Loaded:
    """Open the books unless somebody has, and write the story into them.

    `folder` is where the files of bills are kept; without it there are none.

    Raises BooksNotEmpty, NotDemoBooks and BooksBeginEarlier.
    """
    _wait_for_others(session)
    _require_empty(session, told)
    papers = Papers(
        session,
        accountant=ACCOUNTANT,
        reviewer=REVIEWER,
        verify_at=f"{public_url}/verify/",
        folder=folder,
    )
    writer = _Writer(session, told, vault, clock, papers)
    writer.open_books(profile)
    chapters = told.chapters
    teller = bank.Teller(session, [chapter.month for chapter in chapters], vault=vault, clock=clock)
    for number, chapter in enumerate(chapters):
        is_current = number == len(chapters) - 1
        writer.write(chapter, is_current=is_current)
        if number and not is_current:
            teller.reconcile(chapters[number - 1].month, on=chapter.month.last_day)
            writer.close(chapters[number - 1].month, on=chapter.month.last_day)
        if progress is not None:
            progress(1)
    writer.leave_work()
    registers.keep(session, year=chapters[0].month.year, actor=ACCOUNTANT, clock=clock)
    costs.keep(
        session,
        year=chapters[0].month.year,
        accountant=ACCOUNTANT,
        reviewer=REVIEWER,
        clock=clock,
    )
    deadlines.keep(session, actor=ACCOUNTANT, clock=clock)
    _let_auditors_in(session, clock)
    promises.keep(session, year=chapters[0].month.year, actor=ACCOUNTANT, clock=clock)
    related.declare(session, vault=vault, actor=ACCOUNTANT, clock=clock)
    assessing.begin(
        session,
        administrator=ADMINISTRATOR,
        accountant=ACCOUNTANT,
        reviewer=REVIEWER,
        clock=clock,
        folder=folder,
    )
    teller.leave_work()
    return _loaded(session, told)


def _let_auditors_in(session: Session, clock: Clock) -> None:
    """The accounts were added when the story began; the auditor is to see its end."""
    for user in users.list_users(session):
        if user.role is Role.AUDITOR:
            users.set_expiry(
                session,
                user.name,
                clock.today() + users.LONGEST_AUDIT,
                reason="演示数据已载入",
                actor=SYSTEM_ACTOR,
                clock=clock,
            )


def _wait_for_others(session: Session) -> None:
    """Two loads at once would both find nothing; SQLite has one writer anyway."""
    if session.connection().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE organisation IN SHARE ROW EXCLUSIVE MODE"))


def _require_empty(session: Session, told: Story) -> None:
    found = organisation.find_organisation(session)
    if found is not None and not found.is_demo:
        raise NotDemoBooks(organisation=found.name)
    count = session.execute(select(func.count()).select_from(Voucher)).scalar_one()
    if count:
        raise BooksNotEmpty(vouchers=count)
    earliest = session.execute(select(func.min(Period.id)).where(Period.month > 0)).scalar()
    if earliest is not None and earliest < told.chapters[0].month.key:
        raise BooksBeginEarlier(period=periods.text_of(earliest))


class _Writer:
    """Writes one month after another."""

    def __init__(
        self, session: Session, told: Story, vault: Vault, clock: Clock, papers: Papers
    ) -> None:
        self._session = session
        self._told = told
        self._clock = clock
        self._papers = papers
        self._recorder = Recorder(session, told.plan, vault, papers, actor=ACCOUNTANT)
        self._names: dict[str, int] = {}

    def open_books(self, profile: Profile) -> None:
        """Begin on the first day of the story: profile, funds, opening balances."""
        session, month = self._session, self._told.chapters[0].month
        begin = month.day(1)
        clock = self._at(begin, _PREPARED)
        if organisation.find_organisation(session) is None:
            organisation.initialise(session, profile, start=month.key, clock=clock)
        self._open_month(month)
        self._names = self._ensure_names()
        voucher = drafts.opening(catalogue.load(session), begin, self._told.opening, self._names)
        self._prepare([voucher], begin)
        self._post(begin)

    def write(self, chapter: Chapter, *, is_current: bool) -> None:
        """Write a month: everything of one gone by is posted, of this one what is old enough."""
        month = chapter.month
        if month.index:
            self._open_month(month)
        if month.number == 1:
            self._papers.begin_year(month, self._at(month.day(1), _PAPERED))
        stops = [month.day(_MIDDLE), month.last_day]
        if is_current:
            stops = [self._told.posted_through]
        events = chapter.events
        for stop in stops:
            until = sum(1 for event in events if event.on <= stop)
            self._write_days(events[:until])
            events = events[until:]
            if stop >= month.day(1):
                self._post(stop)
        self._write_days(events)
        if not is_current:
            self._papers.end_month(month, self._at(month.last_day, _PAPERED))

    def close(self, month: Month, *, on: date) -> None:
        """Close a month; after a year, carry the balances over where the chart changes."""
        session = self._session
        closing.close(session, month.key, actor=REVIEWER, clock=self._at(on, _CLOSED))
        year = month.year + 1
        following = Month(year, 1, month.first_year)
        if month.number == 12 and following.chart != month.chart:
            clock = self._at(on, _CLOSED, minutes=10)
            conversion.convert(session, year, actor=ACCOUNTANT, clock=clock)
            self._post(on, at=_CLOSED, minutes=20)

    def leave_work(self) -> None:
        """Leave drafts, submitted and reviewed vouchers on the desks of today."""
        session = self._session
        on_the_way = posting.list_waiting(session, VoucherState.SUBMITTED)
        reviewed = on_the_way[: len(on_the_way) // 3]
        known = catalogue.load(session)
        for waiting in self._told.pending:
            (key,) = drafting.draft(
                session,
                [drafts.act(known, waiting.act, self._names)],
                actor=ACCOUNTANT,
                clock=self._clock,
                complete=waiting.state is not VoucherState.DRAFT,
            )
            if waiting.state is VoucherState.REVIEWED:
                reviewed.append(key)
        posting.review(session, reviewed, actor=REVIEWER, clock=self._clock).require()

    def _open_month(self, month: Month) -> None:
        clock = self._at(month.day(1), _PREPARED)
        periods.open_through(self._session, month.key, month.key, actor=ACCOUNTANT, clock=clock)
        for fund in self._told.plan.funds:
            if month.index != (fund.opened[0] - 1 if fund.opened else 0):
                continue
            funds.open_fund(
                self._session,
                code=fund.code,
                name=fund.name,
                restriction=fund.restriction,
                opened_on=month.day(fund.opened[1]) if fund.opened else None,
                actor=ACCOUNTANT,
                clock=clock,
            )

    def _ensure_names(self) -> dict[str, int]:
        """Return the keys of every counterparty and cash-flow item of the story, by name."""
        told = self._told
        events: list[Event] = [event for chapter in told.chapters for event in chapter.events]
        rows = [row for event in events for row in rows_of(event)] + list(told.opening)
        parties = {row.counterparty for row in rows} - {""}
        found = {}
        for kind, names in (
            (DimensionKind.COUNTERPARTY, parties),
            (DimensionKind.CASH_FLOW_ITEM, set(told.plan.items.values())),
        ):
            found.update(
                dimensions.ensure(self._session, kind, {name: name for name in sorted(names)})
            )
        return found

    def _write_days(self, events: Sequence[Event]) -> None:
        for day, group in groupby(events, key=lambda event: event.on):
            known = catalogue.load(self._session)
            booked: list[VoucherDraft] = []
            for number, event in enumerate(group):
                if isinstance(event, Gift | Register | Refund | Correction):
                    self._recorder.record(event, self._at(day, _PREPARED, minutes=5 * number))
                else:
                    booked += drafts.drafts_of(known, event, self._names)
            self._prepare(booked, day)

    def _prepare(self, booked: Sequence[VoucherDraft], day: date) -> None:
        if booked:
            clock = self._at(day, _PREPARED, minutes=300)
            drafting.draft(self._session, booked, actor=ACCOUNTANT, clock=clock)

    def _post(self, day: date, *, at: time = _POSTED, minutes: int = 0) -> None:
        keys = posting.list_waiting(self._session, VoucherState.SUBMITTED)
        clock = self._at(day, at, minutes=minutes)
        posting.post(self._session, keys, actor=REVIEWER, clock=clock, reviewing=True).require()

    def _at(self, day: date, moment: time, *, minutes: int = 0) -> Clock:
        """Return a clock that stands on a day of the story, but never later than now."""
        zone = ZoneInfo(self._clock.zone)
        instant = datetime.combine(day, moment, tzinfo=zone) + timedelta(minutes=minutes)
        return FixedClock(self._clock.zone, min(instant.astimezone(UTC), self._clock.now()))


def _loaded(session: Session, told: Story) -> Loaded:
    def count(query: object) -> int:
        return int(session.execute(query).scalar_one())  # type: ignore[call-overload]

    posted = Voucher.state == VoucherState.POSTED
    return Loaded(
        organisation=organisation.get_organisation(session).name,
        first_period=periods.text_of(told.chapters[0].month.key),
        last_period=periods.text_of(told.chapters[-1].month.key),
        donors=count(select(func.count()).select_from(Donor)),
        gifts=count(select(func.count()).select_from(StoredGift)),
        posted=count(select(func.count()).select_from(Voucher).where(posted)),
        waiting=count(select(func.count()).select_from(Voucher).where(~posted)),
    )
