"""Tie-outs of pledges with what they are made of: instalments, payments, gifts and changes."""

from ledger.integrity import Check

_PLEDGE = "'pledge ' || p.id"

_SCHEDULED = f"""
SELECT {_PLEDGE}, 'promised ' || p.amount_minor || ', scheduled '
       || (s.minor - COALESCE(m.minor, 0))
FROM pledge p
JOIN (SELECT pledge_id, SUM(amount_minor) AS minor FROM instalment GROUP BY pledge_id) s
  ON s.pledge_id = p.id
LEFT JOIN (SELECT c.pledge_id, SUM(r.amount_minor) AS minor FROM pledge_change c
           JOIN instalment_reduction r ON r.change_id = c.id
           WHERE c.kind = 'rescheduled' GROUP BY c.pledge_id) m ON m.pledge_id = p.id
WHERE s.minor - COALESCE(m.minor, 0) <> p.amount_minor
UNION ALL
SELECT {_PLEDGE}, 'has no instalment' FROM pledge p
WHERE NOT EXISTS (SELECT 1 FROM instalment i WHERE i.pledge_id = p.id)
"""

_OPEN = """
SELECT 'instalment ' || i.id, 'open ' || i.open_minor || ', by its rows '
       || (i.amount_minor - COALESCE(y.minor, 0) - COALESCE(r.minor, 0))
FROM instalment i
LEFT JOIN (SELECT instalment_id, SUM(amount_minor) AS minor FROM pledge_payment
           GROUP BY instalment_id) y ON y.instalment_id = i.id
LEFT JOIN (SELECT instalment_id, SUM(amount_minor) AS minor FROM instalment_reduction
           GROUP BY instalment_id) r ON r.instalment_id = i.id
WHERE i.open_minor <> i.amount_minor - COALESCE(y.minor, 0) - COALESCE(r.minor, 0)
"""

_MONEY_ONCE = """
SELECT 'gift ' || s.gift_id, 'pays ' || s.minor || ' on pledges of fund ' || f.code || ', gave '
       || COALESCE(a.amount_minor, 0)
FROM (SELECT y.gift_id, p.fund_id, SUM(y.amount_minor) AS minor
      FROM pledge_payment y JOIN instalment i ON i.id = y.instalment_id
      JOIN pledge p ON p.id = i.pledge_id GROUP BY y.gift_id, p.fund_id) s
JOIN fund f ON f.id = s.fund_id
LEFT JOIN gift_allocation a ON a.gift_id = s.gift_id AND a.fund_id = s.fund_id
WHERE s.minor > COALESCE(a.amount_minor, 0)
"""

_GIFTS_STAND = """
SELECT 'gift ' || s.gift_id, 'pays ' || s.minor || ' on pledges and is discarded'
FROM (SELECT gift_id, SUM(amount_minor) AS minor FROM pledge_payment GROUP BY gift_id) s
JOIN gift g ON g.id = s.gift_id JOIN voucher v ON v.id = g.voucher_id
WHERE s.minor > 0 AND v.state = 'discarded'
"""

_REDUCED = """
SELECT 'pledge change ' || c.id, c.kind || ' of ' || c.amount_minor || ', took off '
       || COALESCE(SUM(r.amount_minor), 0)
FROM pledge_change c LEFT JOIN instalment_reduction r ON r.change_id = c.id
WHERE c.kind IN ('rescheduled', 'cancelled')
GROUP BY c.id, c.kind, c.amount_minor HAVING COALESCE(SUM(r.amount_minor), 0) <> c.amount_minor
UNION ALL
SELECT 'pledge change ' || c.id, 'written off without a second person'
FROM pledge_change c
WHERE c.kind = 'written_off' AND (c.approved_by IS NULL OR c.approved_by = c.requested_by)
  AND EXISTS (SELECT 1 FROM instalment_reduction r WHERE r.change_id = c.id)
"""

_OF_AGREEMENT = """
SELECT 'pledge ' || p.id, 'is for a fund that agreement ' || a.number || ' does not name'
FROM pledge p JOIN agreement a ON a.id = p.agreement_id
WHERE NOT EXISTS (SELECT 1 FROM agreement_fund f
                  WHERE f.agreement_id = a.id AND f.fund_id = p.fund_id)
"""

CHECKS: tuple[Check, ...] = (
    Check("pledge_scheduled", "The instalments of every pledge add up to it", _SCHEDULED),
    Check("instalment_open", "What is open is what was not paid and not given up", _OPEN),
    Check("pledge_money_once", "The money of a gift pays pledges once", _MONEY_ONCE),
    Check("pledge_gift_stands", "What pays a pledge is a gift that stands", _GIFTS_STAND),
    Check("pledge_reduced", "Changes took off what they say, write-offs by two", _REDUCED),
    Check("pledge_of_agreement", "Pledges are for funds that their agreement names", _OF_AGREEMENT),
)
