"""The integrity suite: every invariant of the books, checked again from the stored rows.

Each check is named, says what it proves, and yields one finding per offending row. The
services and the guards of the database refuse what these look for; a finding means that
somebody went around both. Errors fail a run, warnings only a strict one.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, func, select, text
from sqlalchemy.orm import Session

from ledger import chains
from ledger.trail import TrailRecord
from ledger.vouchers import Voucher, VoucherState


@dataclass(frozen=True, slots=True)
class Finding:
    """One row that breaks a rule."""

    check: str
    severity: str
    row: str
    detail: str


@dataclass(frozen=True, slots=True)
class Check:
    """A named rule and how to look for what breaks it.

    `find` yields (row, detail); it is either SQL with two text columns or a function.
    """

    name: str
    proves: str
    find: str | Callable[[Session], Iterable[tuple[str, str]]]
    severity: str = "error"


_LABEL = "v.word || '-' || v.period_id || '-' || COALESCE(v.number, 0) || ' #' || v.id"

_BALANCED = f"""
SELECT {_LABEL}, 'fund ' || f.code || ': ' || l.difference
FROM (SELECT voucher_id, fund_id, SUM(amount_minor) AS difference
      FROM voucher_line GROUP BY voucher_id, fund_id HAVING SUM(amount_minor) <> 0) l
JOIN voucher v ON v.id = l.voucher_id
JOIN fund f ON f.id = l.fund_id
WHERE v.state = 'posted'
"""

_TWO_LINES = f"""
SELECT {_LABEL}, COUNT(l.line_no) || ' lines'
FROM voucher v LEFT JOIN voucher_line l ON l.voucher_id = v.id
WHERE v.state = 'posted'
GROUP BY v.id, v.word, v.period_id, v.number HAVING COUNT(l.line_no) < 2
"""

_NUMBERS = """
SELECT s.word || '-' || s.period_id,
       'last ' || s.last_number || ', posted ' || COUNT(v.id) || ', highest '
       || COALESCE(MAX(v.number), 0)
FROM voucher_series s
LEFT JOIN voucher v ON v.period_id = s.period_id AND v.word = s.word AND v.state = 'posted'
GROUP BY s.word, s.period_id, s.last_number
HAVING COUNT(v.id) <> s.last_number OR COALESCE(MAX(v.number), 0) <> s.last_number
    OR COALESCE(MIN(v.number), 1) <> 1
UNION ALL
SELECT v.word || '-' || v.period_id, 'posted vouchers without a series: ' || COUNT(*)
FROM voucher v
WHERE v.state = 'posted' AND NOT EXISTS (
    SELECT 1 FROM voucher_series s WHERE s.period_id = v.period_id AND s.word = v.word)
GROUP BY v.word, v.period_id
"""

_REVIEWER = f"""
SELECT {_LABEL}, 'prepared and reviewed by ' || v.prepared_by
FROM voucher v
WHERE v.state IN ('reviewed', 'posted') AND v.prepared_by = v.reviewed_by
  AND EXISTS (SELECT 1 FROM ledger_policy WHERE separation_required)
"""

_PERIOD = f"""
SELECT {_LABEL}, 'dated ' || v.booked_on || ' in period ' || v.period_id
FROM voucher v
WHERE v.state = 'posted' AND v.period_id % 100 <> 0
  AND CAST(SUBSTR(CAST(v.booked_on AS TEXT), 1, 4) AS INTEGER) * 100
    + CAST(SUBSTR(CAST(v.booked_on AS TEXT), 6, 2) AS INTEGER) <> v.period_id
UNION ALL
SELECT {_LABEL}, 'line ' || l.line_no || ' says period ' || l.period_id
FROM voucher_line l JOIN voucher v ON v.id = l.voucher_id
WHERE l.period_id <> v.period_id
"""

_AFTER_CLOSE = f"""
SELECT {_LABEL}, 'posted at ' || v.posted_at || ', period closed at ' || p.closed_at
FROM voucher v JOIN period p ON p.id = v.period_id
WHERE v.state = 'posted' AND p.state = 'closed' AND v.posted_at > p.closed_at
UNION ALL
SELECT {_LABEL}, 'still ' || v.state || ' in a closed period'
FROM voucher v JOIN period p ON p.id = v.period_id
WHERE p.state = 'closed' AND v.state IN ('draft', 'submitted', 'reviewed')
"""

_CLOSED_ORDER = """
SELECT 'period ' || p.id, 'open before closed period ' || MAX(q.id)
FROM period p JOIN period q ON q.id > p.id AND q.state = 'closed'
WHERE p.state = 'open' GROUP BY p.id
"""

_REVERSALS = f"""
SELECT {_LABEL}, 'is not the mirror of voucher #' || v.reverses_id
FROM voucher v
WHERE v.kind = 'reversal' AND v.state = 'posted' AND (
    (SELECT COUNT(*) FROM voucher_line l WHERE l.voucher_id = v.id)
    <> (SELECT COUNT(*) FROM voucher_line o WHERE o.voucher_id = v.reverses_id)
    OR EXISTS (
        SELECT 1 FROM voucher_line l
        LEFT JOIN voucher_line o ON o.voucher_id = v.reverses_id AND o.line_no = l.line_no
        WHERE l.voucher_id = v.id AND (o.voucher_id IS NULL
            OR o.account_id <> l.account_id OR o.fund_id <> l.fund_id OR o.side <> l.side
            OR o.amount_minor <> -l.amount_minor)))
UNION ALL
SELECT {_LABEL}, 'reverses a reversal'
FROM voucher v JOIN voucher o ON o.id = v.reverses_id
WHERE o.kind = 'reversal' AND v.state = 'posted'
UNION ALL
SELECT {_LABEL}, 'voucher #' || v.reverses_id || ' is reversed twice'
FROM voucher v JOIN voucher o ON o.reverses_id = v.reverses_id AND o.id < v.id
WHERE v.state <> 'discarded' AND o.state <> 'discarded'
"""

_MOVEMENTS = """
SELECT 'period ' || s.period_id || ' account ' || s.account_id || ' fund ' || s.fund_id,
       'lines and movements differ by debit ' || SUM(s.debit) || ', credit ' || SUM(s.credit)
FROM (
    SELECT l.period_id, l.account_id, l.fund_id,
           SUM(CASE WHEN l.side = 1 THEN l.amount_minor ELSE 0 END) AS debit,
           SUM(CASE WHEN l.side = -1 THEN -l.amount_minor ELSE 0 END) AS credit
    FROM voucher_line l JOIN voucher v ON v.id = l.voucher_id
    WHERE v.state = 'posted'
    GROUP BY l.period_id, l.account_id, l.fund_id
    UNION ALL
    SELECT period_id, account_id, fund_id, -debit_minor, -credit_minor FROM movement
) s
GROUP BY s.period_id, s.account_id, s.fund_id
HAVING SUM(s.debit) <> 0 OR SUM(s.credit) <> 0
"""

# Each checkpoint is compared with the one before it and the movements between the two, so every
# closed period is proved and the work grows with the rows, not with rows times periods.
_CHECKPOINTS = """
WITH closed AS (
    SELECT p.id, COALESCE((SELECT MAX(q.id) FROM period q
                           WHERE q.state = 'closed' AND q.id < p.id), 0) AS previous
    FROM period p WHERE p.state = 'closed'
), part AS (
    SELECT period_id AS id, account_id, fund_id, debit_minor AS debit, credit_minor AS credit
    FROM checkpoint
    UNION ALL
    SELECT k.id, c.account_id, c.fund_id, -c.debit_minor, -c.credit_minor
    FROM closed k JOIN checkpoint c ON c.period_id = k.previous
    UNION ALL
    SELECT k.id, m.account_id, m.fund_id, -m.debit_minor, -m.credit_minor
    FROM closed k JOIN movement m ON m.period_id > k.previous AND m.period_id <= k.id
)
SELECT 'period ' || s.id || ' account ' || s.account_id || ' fund ' || s.fund_id,
       'checkpoint differs by debit ' || SUM(s.debit) || ', credit ' || SUM(s.credit)
FROM part s
GROUP BY s.id, s.account_id, s.fund_id HAVING SUM(s.debit) <> 0 OR SUM(s.credit) <> 0
UNION ALL
SELECT 'period ' || s.period_id || ' account ' || s.account_id,
       'account checkpoint differs by debit ' || SUM(s.debit) || ', credit ' || SUM(s.credit)
FROM (SELECT period_id, account_id, debit_minor AS debit, credit_minor AS credit
      FROM account_checkpoint
      UNION ALL
      SELECT period_id, account_id, -debit_minor, -credit_minor FROM checkpoint) s
GROUP BY s.period_id, s.account_id HAVING SUM(s.debit) <> 0 OR SUM(s.credit) <> 0
"""

_FUND_CHECKPOINTS = """
SELECT 'period ' || s.period_id || ' fund ' || s.fund_id,
       'fund checkpoint differs by ' || SUM(s.net)
FROM (SELECT period_id, fund_id, net_minor AS net FROM fund_checkpoint
      UNION ALL
      SELECT c.period_id, c.fund_id, c.debit_minor - c.credit_minor
      FROM checkpoint c JOIN account a ON a.id = c.account_id
      WHERE a.category IN ('net_asset', 'income', 'expense')) s
GROUP BY s.period_id, s.fund_id HAVING SUM(s.net) <> 0
"""

_AGENCY = """
SELECT 'agency', 'assets less liabilities: ' || s.difference
FROM (SELECT SUM(m.debit_minor - m.credit_minor) AS difference
      FROM movement m JOIN account a ON a.id = m.account_id
      WHERE a.tag IN ('agency_asset', 'agency_liability')
         OR ' ' || a.flags || ' ' LIKE '% agency %') s
WHERE s.difference <> 0
"""

_OVERSPENT = """
SELECT 'fund ' || f.code, 'holds ' || SUM(m.credit_minor - m.debit_minor)
FROM movement m JOIN account a ON a.id = m.account_id JOIN fund f ON f.id = m.fund_id
WHERE a.category IN ('net_asset', 'income', 'expense') AND f.restriction <> 'none'
  AND EXISTS (SELECT 1 FROM ledger_policy WHERE overspending_refused)
GROUP BY f.code HAVING SUM(m.credit_minor - m.debit_minor) < 0
"""

_CHARTS = f"""
SELECT {_LABEL}, 'line ' || l.line_no || ' uses account ' || a.code || ' of chart ' || a.chart
FROM voucher_line l
JOIN account a ON a.id = l.account_id
JOIN voucher v ON v.id = l.voucher_id
JOIN fiscal_year y ON y.year = l.period_id / 100
WHERE v.state = 'posted' AND v.kind <> 'conversion' AND a.chart <> y.chart
"""

_ATTACHMENTS = f"""
SELECT {_LABEL}, 'no source document'
FROM voucher v
WHERE v.state = 'posted' AND v.kind = 'ordinary' AND v.attachment_count = 0
  AND EXISTS (SELECT 1 FROM ledger_policy WHERE attachments_required)
"""

_POSTED_AFTER_RECORDS = """
SELECT 'voucher #' || v.id, 'posted without a record in the trail'
FROM voucher v
LEFT JOIN (SELECT actor, MAX(at) AS at FROM trail_record
           WHERE action = 'voucher.post' GROUP BY actor) t ON t.actor = v.posted_by
WHERE v.state = 'posted' AND (t.at IS NULL OR t.at < v.posted_at)
"""


def _posted_in_trail(session: Session) -> Iterator[tuple[str, str]]:
    """Yield vouchers posted after the poster's last record, and posters with too few records."""
    connection = session.connection()
    yield from _select(connection, _POSTED_AFTER_RECORDS)
    recorded: dict[str, int] = {}
    for actor, subject, detail in connection.execute(
        select(TrailRecord.actor, TrailRecord.subject, TrailRecord.detail)
        .where(TrailRecord.action == "voucher.post")
        .execution_options(yield_per=2000)
    ):
        count = 1 if subject.startswith("voucher:") else _count(detail)
        recorded[actor] = recorded.get(actor, 0) + count
    posted = (
        select(Voucher.posted_by, func.count())
        .where(Voucher.state == VoucherState.POSTED)
        .group_by(Voucher.posted_by)
        .order_by(Voucher.posted_by)
    )
    for poster, count in connection.execute(posted):
        if count > recorded.get(str(poster), 0):
            yield f"actor {poster}", f"posted {count}, recorded {recorded.get(str(poster), 0)}"


def _count(detail: str | None) -> int:
    """Return how many vouchers a record of a set names; a broken one names none."""
    try:
        return int(json.loads(detail or "{}").get("count", 0))
    except (ValueError, TypeError, AttributeError):
        return 0


CHECKS: tuple[Check, ...] = (
    Check("voucher_balanced", "Every posted voucher balances within each fund", _BALANCED),
    Check("voucher_two_lines", "Every posted voucher has two lines or more", _TWO_LINES),
    Check("numbers_gap_free", "Numbers run from 1 without gaps or repeats", _NUMBERS),
    Check("voucher_chain", "No byte of a posted voucher has changed", chains.broken_vouchers),
    Check("period_chain", "Closed periods keep the heads of their series", chains.broken_periods),
    Check("trail_chain", "No record of the trail has changed or vanished", chains.broken_trail),
    Check("preparer_not_reviewer", "Nobody reviewed the own voucher", _REVIEWER),
    Check("voucher_in_its_period", "Vouchers and lines stand in the month of their date", _PERIOD),
    Check("closed_is_closed", "Nothing entered a closed period", _AFTER_CLOSE),
    Check("closed_in_order", "Periods are closed in order", _CLOSED_ORDER),
    Check("reversal_mirrors", "A reversal mirrors its original, once", _REVERSALS),
    Check("movements_agree", "Movements equal the posted lines", _MOVEMENTS),
    Check("checkpoints_agree", "Checkpoints equal the movements before them", _CHECKPOINTS),
    Check("fund_checkpoints_agree", "Fund checkpoints equal their accounts", _FUND_CHECKPOINTS),
    Check("agency_balanced", "Agency assets equal agency liabilities", _AGENCY),
    Check("restricted_not_overspent", "No restricted fund is below zero", _OVERSPENT),
    Check("chart_of_the_year", "Lines use the chart of their year", _CHARTS),
    Check("posted_in_trail", "Whoever posted left a record", _posted_in_trail),
    Check("source_documents", "Ordinary vouchers have a source document", _ATTACHMENTS, "warning"),
)


def run(session: Session, checks: Iterable[Check] = CHECKS) -> Iterator[Finding]:
    """Run checks and yield what they find, in their order."""
    connection = session.connection()
    for check in checks:
        rows = (
            _select(connection, check.find) if isinstance(check.find, str) else check.find(session)
        )
        for row, detail in rows:
            yield Finding(check.name, check.severity, row, detail)


def _select(connection: Connection, statement: str) -> Iterator[tuple[str, str]]:
    for row in connection.execute(text(statement)):
        yield str(row[0]), str(row[1])
