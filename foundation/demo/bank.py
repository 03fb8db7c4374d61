"""The bank of the story: statements of its last months, made from the books and matched to them.

The cashier imports each month, the program matches, a person decides about the rest, and two
persons reconcile before the month is closed. The last month waits for the second of them, and
the present one keeps lines that nobody has decided about.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from foundation.banking import accounts, importing, items, matches, recognition, reconciling
from foundation.banking.accounts import Account
from foundation.banking.examining import StatementRequest
from foundation.banking.scoring import BookItem
from foundation.demo.months import Month
from foundation.donors.vault import Vault
from foundation.imports import reading
from ledger import balances
from ledger.clock import Clock, FixedClock
from ledger.money import to_text

CODE = "100201"
CASHIER, REVIEWER = "cashier", "reviewer"
_MONTHS = 4
_WORKED, _REVIEWED = time(17, 20), time(17, 25)
_HEADINGS = "交易日期,摘要,收入金额,支出金额,账户余额,对方户名,对方账号,交易流水号,附言"
# What the bank did by itself this month, and what nobody has recorded yet: day, summary, fen,
# name. The names are invented.
_PAYER = "方若溪"
_UNKNOWN = (
    (2, "捐款", 1_000_00, "校友程一鸣"),
    (3, "手续费", -15_00, ""),
    (5, "转账", 20_000_00, "武汉启航教育咨询有限公司"),
)


@dataclass(frozen=True, slots=True)
class _Printed:
    """A line as the bank prints it."""

    on: date
    summary: str
    minor: int
    name: str
    number: str


class Teller:
    """Brings the bank's side of one month after another, in the order of the story."""

    def __init__(
        self, session: Session, months: Sequence[Month], *, vault: Vault, clock: Clock
    ) -> None:
        self._session = session
        self._months = [month for month in months if month.index][-_MONTHS:]
        self._vault = vault
        self._clock = clock
        self._balance: int | None = None

    def reconcile(self, month: Month, *, on: date) -> None:
        """Import, match and reconcile a month that is about to be closed, by two persons."""
        if month not in self._months:
            return
        account = self._bring(month, month.last_day, self._at(on, _WORKED))
        self._prepare(account, month, self._at(on, _WORKED))
        reviewed_at = self._at(on, _REVIEWED)
        reconciling.review(self._session, account, month.key, actor=REVIEWER, clock=reviewed_at)

    def leave_work(self) -> None:
        """Leave the last month for the second person, and lines of this month for everybody."""
        today = self._clock.today()
        for month in self._months[-2:]:
            is_over = month.last_day < today
            account = self._bring(month, min(month.last_day, today), self._clock)
            if is_over:
                self._prepare(account, month, self._clock)

    def _bring(self, month: Month, end: date, clock: Clock) -> Account:
        session = self._session
        account = accounts.ensure(session, CODE, actor=CASHIER, clock=clock)
        if self._balance is None:
            self._balance = balances.account_balance(session, account.ledger_ids, month.key - 1)
        is_over = end == month.last_day
        lines = _lines(session, account, month, end, is_over=is_over)
        if lines:
            _import(session, month, lines, self._balance, vault=self._vault, clock=clock, end=end)
            self._balance += sum(line.minor for line in lines)
            account = accounts.get_account(session, CODE)
            matches.match_automatically(session, account, actor=CASHIER, clock=clock)
        return account

    def _prepare(self, account: Account, month: Month, clock: Clock) -> None:
        if account.begins_on is None:
            return
        _match_rest(self._session, account, month, clock=clock)
        reconciling.prepare(
            self._session, account, month.key, explanation="", actor=CASHIER, clock=clock
        )

    def _at(self, day: date, moment: time) -> Clock:
        """A clock that stands on a day, but never later than now."""
        instant = datetime.combine(day, moment, tzinfo=ZoneInfo(self._clock.zone))
        return FixedClock(self._clock.zone, min(instant.astimezone(UTC), self._clock.now()))


def _lines(
    session: Session, account: Account, month: Month, end: date, *, is_over: bool
) -> list[_Printed]:
    """What the bank prints for a month: what the books have, and for the present one some more."""
    books = items.book_items(session, account, first=month.day(1), last=end)
    lines = [_printed(book) for book in books]
    if not is_over:
        lines = _paid_by_another(lines)
        lines += [
            _Printed(month.day(day), summary, minor, name, f"{month.key}99{day:04d}")
            for day, summary, minor, name in _UNKNOWN
            if month.day(day) <= end
        ]
    return sorted(lines, key=lambda line: (line.on, line.number))


def _paid_by_another(lines: list[_Printed]) -> list[_Printed]:
    """Let somebody else pay the last gift: the program asks, and a person remembers the payer."""
    for place in range(len(lines) - 1, -1, -1):
        line = lines[place]
        if line.minor > 0 and line.name:
            paid = replace(line, name=_PAYER, number=f"{line.on:%Y%m%d}998877")
            return [*lines[:place], paid, *lines[place + 1 :]]
    return lines


def _printed(book: BookItem) -> _Printed:
    name = book.names[0] if book.names else ""
    reference = min(book.references, default=f"{book.on:%Y%m%d}{book.voucher_id:06d}")
    summary = "利息" if book.rule.startswith("interest") else "转账"
    return _Printed(book.on, summary, book.amount, name, reference)


def _import(
    session: Session,
    month: Month,
    lines: Sequence[_Printed],
    opening: int,
    *,
    vault: Vault,
    clock: Clock,
    end: date,
) -> None:
    rows, balance = [_HEADINGS], opening
    for line in lines:
        balance += line.minor
        received = to_text(line.minor) if line.minor > 0 else ""
        paid = to_text(-line.minor) if line.minor < 0 else ""
        rows.append(
            f"{line.on.isoformat()},{line.summary},{received},{paid},{to_text(balance)},"
            f"{line.name},,{line.number},"
        )
    name = f"对账单 {month.key // 100}-{month.key % 100:02d}.csv"
    source = reading.open_register("\n".join(rows).encode(), name)
    importing.import_statement(
        session,
        recognition.recognise(source),
        StatementRequest(account_code=CODE, through=end),
        vault=vault,
        actor=CASHIER,
        clock=clock,
    )


def _match_rest(session: Session, account: Account, month: Month, *, clock: Clock) -> None:
    """Decide what the program left open: the same amount on the same day, one against one."""
    lines = [line for line in items.bank_items(session, account) if line.on >= month.day(1)]
    books = items.book_items(session, account, first=month.day(1), last=month.last_day)
    left = {book.key: book for book in books}
    for line in lines:
        found = next(
            (b for b in left.values() if b.amount == line.amount and b.on == line.on), None
        )
        if found is not None:
            del left[found.key]
            matches.match_by_hand(
                session,
                account,
                [line.id],
                [found.key],
                actor=CASHIER,
                clock=clock,
                remember=False,
            )
