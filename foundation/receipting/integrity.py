"""Tie-outs of documents and gifts: what is covered, how often, and for how much.

Each check is one of `ledger.integrity`; the `check` command runs these after those of the gifts.
The services and the guards of the database refuse what they look for.
"""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.gifts.models import Gift, reference
from foundation.receipting.models import GiftLetter
from ledger.errors import InvalidInput
from ledger.integrity import Check
from ledger.money import BOOK_CURRENCY
from receipts.content import from_json
from receipts.models import Letter

_BATCH = 1000

# What is left of a gift after changes that were not withdrawn.
_LEFT = """(g.amount_minor - COALESCE((
    SELECT SUM(c.amount_minor) FROM gift_change c LEFT JOIN voucher v ON v.id = c.voucher_id
    WHERE c.gift_id = g.id AND (v.id IS NULL OR (v.state <> 'discarded' AND NOT EXISTS (
        SELECT 1 FROM voucher r WHERE r.reverses_id = v.id AND r.state = 'posted')))), 0))"""

_LIVE_BILLS = f"""
SELECT 'gift ' || g.id, 'live bills ' || s.minor || ', left of the gift ' || {_LEFT}
FROM (SELECT k.gift_id, SUM(k.amount_minor) AS minor
      FROM gift_bill k JOIN bill b ON b.id = k.bill_id
      WHERE b.state IN ('issued', 'lost') AND b.colour = 'blue' GROUP BY k.gift_id) s
JOIN gift g ON g.id = s.gift_id
WHERE s.minor > {_LEFT}
UNION ALL
SELECT 'gift ' || k.gift_id, COUNT(*) || ' live bills'
FROM gift_bill k JOIN bill b ON b.id = k.bill_id
WHERE b.state IN ('issued', 'lost') GROUP BY k.gift_id HAVING COUNT(*) > 1
"""

_BILL_AMOUNTS = """
SELECT 'bill ' || b.code || ' ' || b.number,
       'amount ' || b.amount_minor || ', gifts ' || SUM(k.amount_minor)
FROM bill b JOIN gift_bill k ON k.bill_id = b.id
GROUP BY b.id, b.code, b.number, b.amount_minor, b.colour
HAVING SUM(k.amount_minor) <> b.amount_minor OR b.colour <> 'blue'
"""

_LIVENESS = """
SELECT 'gift ' || k.gift_id, 'bill ' || b.code || ' ' || b.number || ' is ' || b.state
       || ', its link ' || CASE WHEN k.is_live THEN 'live' ELSE 'ended' END
FROM gift_bill k JOIN bill b ON b.id = k.bill_id
WHERE k.is_live <> (b.state IN ('issued', 'lost'))
UNION ALL
SELECT 'gift ' || k.gift_id, 'letter ' || l.reference || ' is ' || l.state
       || ', its link ' || CASE WHEN k.is_live THEN 'live' ELSE 'ended' END
FROM gift_letter k JOIN letter l ON l.id = k.letter_id
WHERE k.is_live <> (l.state = 'issued')
"""

_POSTED = """
SELECT 'gift ' || g.id, 'has a bill and is not posted'
FROM gift g JOIN voucher v ON v.id = g.voucher_id
WHERE v.state <> 'posted' AND EXISTS (SELECT 1 FROM gift_bill k WHERE k.gift_id = g.id)
UNION ALL
SELECT 'gift ' || g.id, 'has a letter and is not posted'
FROM gift g JOIN voucher v ON v.id = g.voucher_id
WHERE v.state <> 'posted' AND EXISTS (SELECT 1 FROM gift_letter k WHERE k.gift_id = g.id)
"""

# An end whose red voucher was discarded ended nothing.
_ENDS = """c.kind IN ('cancelled', 'corrected') AND (c.voucher_id IS NULL OR EXISTS (
    SELECT 1 FROM voucher w WHERE w.id = c.voucher_id AND w.state <> 'discarded'))"""

_ENDED = f"""
SELECT 'gift ' || g.id, 'was ' || c.kind || ' and its bill still stands'
FROM gift g JOIN gift_change c ON c.gift_id = g.id AND {_ENDS}
WHERE EXISTS (SELECT 1 FROM gift_bill k WHERE k.gift_id = g.id AND k.is_live)
UNION ALL
SELECT 'gift ' || g.id, 'was ' || c.kind || ' and its letter still stands'
FROM gift g JOIN gift_change c ON c.gift_id = g.id AND {_ENDS}
WHERE EXISTS (SELECT 1 FROM gift_letter k
              WHERE k.gift_id = g.id AND k.is_live AND k.kind <> 'certificate')
"""

_UNASSIGNED = """
SELECT 'bill ' || b.code || ' ' || b.number, 'covers no gift'
FROM bill b
WHERE b.state IN ('issued', 'lost') AND b.colour = 'blue' AND b.amount_minor IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM gift_bill k WHERE k.bill_id = b.id)
"""


def _letters(session: Session) -> Iterator[tuple[str, str]]:
    """Yield letters whose gifts, as they say them, are not those that they are linked to."""
    connection = session.connection()
    linked: dict[int, dict[str, int]] = {}
    rows = connection.execute(
        select(GiftLetter.letter_id, Gift.id, Gift.received_on, GiftLetter.amount_minor)
        .join(Gift, Gift.id == GiftLetter.gift_id)
        .order_by(GiftLetter.letter_id, Gift.id)
        .execution_options(yield_per=_BATCH)
    )
    for letter_id, gift_id, received_on, minor in rows:
        linked.setdefault(letter_id, {})[reference(gift_id, received_on)] = minor
    letters = connection.execute(
        select(Letter.id, Letter.reference, Letter.content)
        .order_by(Letter.id)
        .execution_options(yield_per=_BATCH)
    )
    for row in letters:
        try:
            gifts = from_json(row.content).draft.gifts
        except InvalidInput:
            continue  # The check of the contents names it.
        known = linked.get(row.id, {})
        # A document in another currency says other figures than the books.
        said = {
            gift.reference: gift.amount_minor
            if gift.currency == BOOK_CURRENCY
            else known.get(gift.reference)
            for gift in gifts
        }
        if known != said:
            yield f"letter {row.reference}", "says other gifts than it is linked to"


CHECKS: tuple[Check, ...] = (
    Check("bills_within_received", "Live bills never exceed what was received", _LIVE_BILLS),
    Check("bill_covers_its_amount", "The gifts of a bill add up to it", _BILL_AMOUNTS),
    Check("documents_live", "A link is live while its document stands", _LIVENESS),
    Check("documented_is_posted", "Only posted gifts have documents", _POSTED),
    Check("documented_stands", "A gift that ended has no document that binds", _ENDED),
    Check("letter_gifts", "A letter is linked to the gifts that it says", _letters),
    Check("bill_without_gift", "Every bill is assigned to a gift", _UNASSIGNED, "warning"),
)
