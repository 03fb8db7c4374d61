"""Tie-outs of gifts: what was received, how it was allocated, and what the ledger says.

Each check is one of `ledger.integrity`; the `check` command runs these after those of the
books. The services and the guards of the database refuse what they look for.
"""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.gifts.models import Gift, reference
from foundation.imports.rows import fingerprint
from ledger.integrity import Check

_GIFT = "'gift ' || g.id"
_BATCH = 5000
# Said twice so that SQLite takes the index of reversals, which leaves out the discarded.
_STANDS = "r.state = 'posted' AND r.state <> 'discarded'"

_ALLOCATED = f"""
SELECT {_GIFT}, 'received ' || g.amount_minor || ', allocated ' || COALESCE(SUM(a.amount_minor), 0)
FROM gift g LEFT JOIN gift_allocation a ON a.gift_id = g.id
GROUP BY g.id, g.amount_minor HAVING COALESCE(SUM(a.amount_minor), 0) <> g.amount_minor
"""

_LINES = """
SELECT 'voucher #' || s.voucher_id || ' fund ' || f.code,
       'debit lines and allocations differ by ' || SUM(s.minor)
FROM (
    SELECT l.voucher_id, l.fund_id, l.amount_minor AS minor
    FROM voucher_line l JOIN voucher v ON v.id = l.voucher_id
    WHERE l.side = 1 AND v.state IN ('submitted', 'reviewed', 'posted')
      AND EXISTS (SELECT 1 FROM gift g WHERE g.voucher_id = v.id)
    UNION ALL
    SELECT g.voucher_id, a.fund_id, -a.amount_minor
    FROM gift g JOIN gift_allocation a ON a.gift_id = g.id JOIN voucher v ON v.id = g.voucher_id
    WHERE v.state IN ('submitted', 'reviewed', 'posted')
) s JOIN fund f ON f.id = s.fund_id
GROUP BY s.voucher_id, f.code HAVING SUM(s.minor) <> 0
"""

_PLACE = f"""
SELECT {_GIFT}, 'received on ' || g.received_on || ', voucher of ' || v.booked_on
FROM gift g JOIN voucher v ON v.id = g.voucher_id
WHERE g.received_on <> v.booked_on AND v.state IN ('submitted', 'reviewed', 'posted')
UNION ALL
SELECT {_GIFT}, 'its account is not debited in voucher #' || g.voucher_id
FROM gift g JOIN voucher v ON v.id = g.voucher_id
WHERE v.state IN ('submitted', 'reviewed', 'posted') AND NOT EXISTS (
    SELECT 1 FROM voucher_line l
    WHERE l.voucher_id = g.voucher_id AND l.account_id = g.account_id AND l.side = 1)
"""

_GIFT_OF_VOUCHER = """
SELECT 'voucher #' || v.id, 'posted by rule ' || v.rule || ' and no gift stands behind it'
FROM voucher v
WHERE v.state = 'posted' AND v.kind = 'ordinary' AND v.rule LIKE 'gift.%'
  AND NOT EXISTS (SELECT 1 FROM gift g WHERE g.voucher_id = v.id)
"""

# An end whose red voucher was discarded ended nothing.
_ENDS = """c.kind IN ('cancelled', 'corrected') AND (c.voucher_id IS NULL OR EXISTS (
    SELECT 1 FROM voucher w WHERE w.id = c.voucher_id AND w.state <> 'discarded'))"""

_ENDED = f"""
SELECT {_GIFT}, 'its voucher #' || v.id || ' is ' || CASE v.state
       WHEN 'discarded' THEN 'discarded' ELSE 'reversed' END || ' and the gift still stands'
FROM gift g JOIN voucher v ON v.id = g.voucher_id
WHERE (v.state = 'discarded' OR EXISTS (
        SELECT 1 FROM voucher r WHERE r.reverses_id = v.id AND {_STANDS}))
  AND NOT EXISTS (SELECT 1 FROM gift_change c WHERE c.gift_id = g.id AND {_ENDS})
UNION ALL
SELECT {_GIFT}, c.kind || ' and voucher #' || v.id || ' still stands'
FROM gift g JOIN voucher v ON v.id = g.voucher_id
JOIN gift_change c ON c.gift_id = g.id AND {_ENDS}
WHERE v.state <> 'discarded' AND NOT EXISTS (
    SELECT 1 FROM voucher r
    WHERE r.id = c.voucher_id AND r.reverses_id = v.id AND r.state <> 'discarded')
"""

_CHANGES = f"""
SELECT {_GIFT}, 'taken back ' || SUM(c.amount_minor) || ' of ' || g.amount_minor
FROM gift g JOIN gift_change c ON c.gift_id = g.id LEFT JOIN voucher v ON v.id = c.voucher_id
WHERE v.id IS NULL OR (v.state <> 'discarded' AND NOT EXISTS (
    SELECT 1 FROM voucher r WHERE r.reverses_id = v.id AND {_STANDS}))
GROUP BY g.id, g.amount_minor HAVING SUM(c.amount_minor) > g.amount_minor
UNION ALL
SELECT 'gift ' || c.gift_id, 'refund of ' || c.amount_minor || ', voucher #' || c.voucher_id
       || ' owes ' || COALESCE(SUM(-l.amount_minor), 0)
FROM gift_change c LEFT JOIN voucher_line l ON l.voucher_id = c.voucher_id AND l.side = -1
WHERE c.kind = 'refunded'
GROUP BY c.id, c.gift_id, c.amount_minor, c.voucher_id
HAVING COALESCE(SUM(-l.amount_minor), 0) <> c.amount_minor
"""

_REPLACED = f"""
SELECT 'gift ' || c.gift_id, CASE WHEN c.kind = 'corrected' THEN 'corrected by no gift'
       ELSE c.kind || ' and replaced by gift ' || c.replaced_by_id END
FROM gift_change c
WHERE (c.kind = 'corrected') <> (c.replaced_by_id IS NOT NULL)
UNION ALL
SELECT {_GIFT}, 'stands again beside gift ' || n.id || ' that was recorded in its place'
FROM gift_change k JOIN voucher u ON u.id = k.voucher_id AND u.state = 'discarded'
JOIN gift g ON g.id = k.gift_id JOIN gift n ON n.id = k.replaced_by_id
JOIN voucher v ON v.id = n.voucher_id AND v.state <> 'discarded'
WHERE k.kind = 'corrected'
  AND NOT EXISTS (SELECT 1 FROM gift_change c WHERE c.gift_id = n.id AND {_ENDS})
"""

_BATCHES = """
SELECT 'batch ' || b.id, 'says ' || b.imported_count || ' gifts, holds ' || COUNT(g.id)
FROM import_batch b LEFT JOIN gift g ON g.batch_id = b.id
GROUP BY b.id, b.imported_count HAVING COUNT(g.id) <> b.imported_count
UNION ALL
SELECT 'batch ' || b.id, 'total ' || b.total_minor || ', gifts ' || COALESCE(SUM(g.amount_minor), 0)
FROM import_batch b LEFT JOIN gift g ON g.batch_id = b.id
WHERE b.duplicate_count = 0
GROUP BY b.id, b.total_minor HAVING COALESCE(SUM(g.amount_minor), 0) <> b.total_minor
"""


def _fingerprints(session: Session) -> Iterator[tuple[str, str]]:
    """Yield gifts whose fingerprint is not that of what is stored."""
    rows = session.connection().execute(
        select(
            Gift.id,
            Gift.received_on,
            Gift.donor_name,
            Gift.amount_minor,
            Gift.bank_reference,
            Gift.fingerprint,
        )
        .order_by(Gift.id)
        .execution_options(yield_per=_BATCH)
    )
    for row in rows:
        mark = fingerprint(
            row.received_on, row.donor_name, row.amount_minor, row.bank_reference or ""
        )
        if mark != row.fingerprint:
            name = reference(row.id, row.received_on)
            yield f"gift {row.id}", f"{name} differs from its fingerprint"


CHECKS: tuple[Check, ...] = (
    Check("gift_allocated", "The allocations of every gift add up to it", _ALLOCATED),
    Check("gift_in_ledger", "Allocations equal the debit lines, voucher by fund", _LINES),
    Check("gift_in_place", "A gift has the date and the account of its voucher", _PLACE),
    Check("gift_of_voucher", "Every posted gift voucher has its gift", _GIFT_OF_VOUCHER),
    Check("gift_ended", "A gift ends when its voucher is undone, and only then", _ENDED),
    Check("gift_changes_covered", "No more is taken back than was given", _CHANGES),
    Check(
        "gift_replaced", "A corrected gift is replaced by another one, and stands for it", _REPLACED
    ),
    Check("gift_fingerprint", "Fingerprints are those of the stored gifts", _fingerprints),
    Check("import_batch_complete", "A batch holds the gifts it counted", _BATCHES),
)
