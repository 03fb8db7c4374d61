"""Look at a register before it is imported: what it would do, row by row, writing nothing."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import ARRAY, Text, any_, func, literal, select
from sqlalchemy.orm import Session

from foundation.gifts import standing
from foundation.gifts.kinds import ChangeKind
from foundation.gifts.models import Gift
from foundation.imports.likeness import ProbableDuplicate, TypedGifts
from foundation.imports.recognition import Understanding
from foundation.imports.rows import NotAGift, Reason, RegisterRow, RejectedRow, fingerprint
from ledger import catalogue
from ledger.catalogue import Catalogue
from ledger.clock import Clock
from ledger.drafting import open_period_for
from ledger.errors import InvalidInput
from ledger.money import MAX_MINOR, AmountTooLarge, to_text
from ledger.orm import chunks
from ledger.periods import PeriodClosed, UnknownPeriod

CHUNK = 2000
LONGEST_REFERENCE = 120
_LISTED = 1000
Progress = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """Where the gifts of a register go."""

    fund_code: str
    account_code: str
    daily: bool = False
    difference_reason: str | None = None


@dataclass(slots=True)
class Examination:
    """What the first pass found. Amounts are fen; rows are numbered as a spreadsheet shows."""

    row_count: int = 0
    total_minor: int = 0
    new_minor: int = 0
    stated_minor: int | None = None
    stated_row: int | None = None
    duplicates: set[tuple[int, int]] = field(default_factory=set)
    # New all the same; whoever imports them looks at them first.
    probable: list[ProbableDuplicate] = field(default_factory=list)
    rejected: list[RejectedRow] = field(default_factory=list)
    rejected_count: int = 0
    skipped: list[NotAGift] = field(default_factory=list)
    skipped_counts: Counter[Reason] = field(default_factory=Counter)
    per_day: dict[date, tuple[int, int]] = field(default_factory=dict)
    sample: list[RegisterRow] = field(default_factory=list)

    def skip(self, row: NotAGift) -> None:
        """Keep a row that is no gift, for the preview."""
        self.skipped_counts[row.reason] += 1
        if len(self.skipped) < _LISTED:
            self.skipped.append(row)

    def reject(self, row: RejectedRow) -> None:
        """Keep a row that cannot be imported."""
        self.rejected_count += 1
        if len(self.rejected) < _LISTED:
            self.rejected.append(row)

    @property
    def new_count(self) -> int:
        return self.row_count - len(self.duplicates)

    @property
    def ties(self) -> bool | None:
        """Whether the rows add up to the stated total; None when none is stated."""
        return None if self.stated_minor is None else self.stated_minor == self.total_minor


def examine(
    session: Session,
    understanding: Understanding,
    request: ImportRequest,
    *,
    clock: Clock,
    progress: Progress | None = None,
) -> Examination:
    """Read every row and find out what an import would do; writes nothing.

    Raises UnknownFund, UnknownAccount or InvalidInput for the account in a row's year, and
    InvalidInput when the books cannot hold the total.
    """
    known = catalogue.load(session)
    known.fund(request.fund_code)
    found = Examination()
    seen: dict[str, int] = {}
    typed = TypedGifts()
    days: dict[date, str] = {}
    for chunk in chunks(understanding.rows(), CHUNK):
        rows = []
        for outcome in chunk:
            if isinstance(outcome, NotAGift):
                found.skip(outcome)
            elif isinstance(outcome, RejectedRow):
                found.reject(outcome)
            elif problem := (
                _text_problem(outcome) or _day_problem(known, outcome, request, days, clock)
            ):
                found.reject(problem)
            else:
                rows.append(outcome)
        new = _count(session, found, rows, seen)
        found.probable += typed.likened(session, new)
        if progress is not None:
            progress("examine", len(chunk))
    if found.total_minor > MAX_MINOR:
        raise AmountTooLarge(text=to_text(found.total_minor))
    stated = understanding.stated_total
    if stated is not None:
        found.stated_minor, found.stated_row = stated.amount_minor, stated.row
    return found


def _day_problem(
    known: Catalogue,
    row: RegisterRow,
    request: ImportRequest,
    days: dict[date, str],
    clock: Clock,
) -> RejectedRow | None:
    """Check the period and the account of a row's date, once per date."""
    expected = days.get(row.received_on)
    if expected is None:
        expected = _expected_of(known, row.received_on, request, clock)
        days[row.received_on] = expected
    if not expected:
        return None
    return RejectedRow(row.row, "date", row.received_on.isoformat(), expected, "period")


def _text_problem(row: RegisterRow) -> RejectedRow | None:
    if len(row.reference) > LONGEST_REFERENCE:
        expected = f"不超过 {LONGEST_REFERENCE} 个字的流水号"
        return RejectedRow(row.row, "reference", row.reference[:60], expected, "too_long")
    return None


def _expected_of(known: Catalogue, day: date, request: ImportRequest, clock: Clock) -> str:
    """Return what date would be right instead, or nothing when this one is."""
    if day > clock.today():
        return "不晚于今天的日期"
    try:
        period = open_period_for(known, day)
    except (PeriodClosed, UnknownPeriod) as error:
        return f"已开启且未结账的会计期间（{error}）"
    account = known.account(period.chart, request.account_code)
    if "cash" not in account.flags or not account.is_postable or "agency" in account.flags:
        raise InvalidInput(
            field="收款科目", reason=f"{account.code} 不是可记录捐赠的现金或银行存款科目"
        )
    if account.closed_on is not None and day >= account.closed_on:
        return f"科目 {account.code} 停用（{account.closed_on.isoformat()}）以前的日期"
    fund = known.fund(request.fund_code)
    if fund.closed_on is not None and day >= fund.closed_on:
        return f"基金 {fund.code} 关闭（{fund.closed_on.isoformat()}）以前的日期"
    if fund.opened_on is not None and day < fund.opened_on:
        return f"基金 {fund.code} 设立（{fund.opened_on.isoformat()}）以后的日期"
    return ""


def _count(
    session: Session, found: Examination, rows: list[RegisterRow], seen: dict[str, int]
) -> list[RegisterRow]:
    """Add rows to the totals, mark those that the books have already, and return the new ones."""
    new = []
    prints = [fingerprint_of(row) for row in rows]
    present = count_in_books(session, sorted(set(prints)))
    for row, mark in zip(rows, prints, strict=True):
        found.row_count += 1
        found.total_minor += row.amount_minor
        in_books = present.get(mark, 0)
        if in_books:
            seen[mark] = seen.get(mark, 0) + 1
            if seen[mark] <= in_books:
                found.duplicates.add((row.row, row.panel))
                continue
        new.append(row)
        found.new_minor += row.amount_minor
        count, amount = found.per_day.get(row.received_on, (0, 0))
        found.per_day[row.received_on] = (count + 1, amount + row.amount_minor)
        if len(found.sample) < 20:
            found.sample.append(row)
    return new


def fingerprint_of(row: RegisterRow) -> str:
    return fingerprint(row.received_on, row.donor, row.amount_minor, row.reference)


def count_in_books(session: Session, prints: list[str]) -> dict[str, int]:
    """How many gifts the books hold for each fingerprint.

    A cancelled gift may come again; a corrected one may not: its register still has the row
    as it was, and the gift that replaced it is in the books.
    """
    if not prints:
        return {}
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        wanted = Gift.fingerprint == any_(literal(prints, ARRAY(Text)))
    else:
        wanted = Gift.fingerprint.in_(prints)
    rows = connection.execute(
        select(Gift.fingerprint, func.count())
        .where(wanted, ~standing.ended(ChangeKind.CANCELLED))
        .group_by(Gift.fingerprint)
    )
    return {row[0]: row[1] for row in rows}
