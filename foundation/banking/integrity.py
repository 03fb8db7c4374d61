"""Proofs of the bank: statements that run on, matches that add up, months that were reconciled.

Each check is one of `ledger.integrity`; the `check` command runs these after those of the books.
The services and the guards of the database refuse what they look for.
"""

from ledger.integrity import Check

# A changed, lost or added line breaks the running balance; places that a person explained at
# the import are counted in the statements.
_RUNS_ON = """
SELECT 'bank_account ' || b.code, s.breaks || ' breaks in the balance, explained '
       || COALESCE((SELECT SUM(t.gap_count) FROM bank_statement t
                    WHERE t.bank_account_id = b.id), 0)
FROM (
    SELECT bank_account_id, COUNT(*) AS breaks FROM (
        SELECT bank_account_id, balance_minor - amount_minor AS opening,
               LAG(balance_minor) OVER (PARTITION BY bank_account_id
                                        ORDER BY booked_on, day_order, id) AS before
        FROM bank_line WHERE balance_minor IS NOT NULL) l
    WHERE l.opening <> l.before GROUP BY bank_account_id) s
JOIN bank_account b ON b.id = s.bank_account_id
WHERE s.breaks > COALESCE(
    (SELECT SUM(t.gap_count) FROM bank_statement t WHERE t.bank_account_id = b.id), 0)
"""

_STATEMENTS = """
SELECT 'bank_statement ' || s.id, 'says ' || s.imported_count || ' lines, holds ' || COUNT(l.id)
FROM bank_statement s LEFT JOIN bank_line l ON l.statement_id = s.id
GROUP BY s.id, s.imported_count HAVING COUNT(l.id) <> s.imported_count
UNION ALL
SELECT 'bank_line ' || l.id, 'stands in another account than its statement'
FROM bank_line l JOIN bank_statement s ON s.id = l.statement_id
WHERE s.bank_account_id <> l.bank_account_id
"""

_MATCHED = """
SELECT 'bank_match ' || s.match_id, 'the bank and the books differ by ' || SUM(s.minor)
FROM (
    SELECT m.match_id, l.amount_minor AS minor
    FROM bank_match_line m JOIN bank_line l ON l.id = m.bank_line_id
    UNION ALL
    SELECT m.match_id, -l.amount_minor
    FROM bank_match_voucher m
    JOIN voucher_line l ON l.voucher_id = m.voucher_id AND l.side = m.side
    JOIN bank_account_ledger b ON b.account_id = l.account_id
    WHERE b.bank_account_id = m.bank_account_id
) s JOIN bank_match m ON m.id = s.match_id
WHERE m.state = 'live'
GROUP BY s.match_id HAVING SUM(s.minor) <> 0
UNION ALL
SELECT 'bank_match ' || m.id, 'is ' || m.state || ' and a member of it is not'
FROM bank_match m
WHERE EXISTS (SELECT 1 FROM bank_match_line l
              WHERE l.match_id = m.id AND l.is_live <> (m.state = 'live'))
   OR EXISTS (SELECT 1 FROM bank_match_voucher v
              WHERE v.match_id = m.id AND v.is_live <> (m.state = 'live'))
UNION ALL
SELECT 'bank_match ' || m.id, 'voucher #' || v.id || ' is ' || v.state
FROM bank_match m
JOIN bank_match_voucher k ON k.match_id = m.id
JOIN voucher v ON v.id = k.voucher_id
WHERE m.state = 'live' AND v.state <> 'posted'
"""

_RECONCILED = """
SELECT 'bank_reconciliation ' || r.id, 'its items come to other figures'
FROM bank_reconciliation r
LEFT JOIN (
    SELECT reconciliation_id,
           SUM(CASE kind WHEN 'bank_received' THEN amount_minor ELSE 0 END) AS br,
           SUM(CASE kind WHEN 'bank_paid' THEN amount_minor ELSE 0 END) AS bp,
           SUM(CASE kind WHEN 'books_received' THEN amount_minor ELSE 0 END) AS kr,
           SUM(CASE kind WHEN 'books_paid' THEN amount_minor ELSE 0 END) AS kp
    FROM bank_reconciliation_item GROUP BY reconciliation_id) s ON s.reconciliation_id = r.id
WHERE COALESCE(s.br, 0) <> r.bank_received_minor OR COALESCE(s.bp, 0) <> r.bank_paid_minor
   OR COALESCE(s.kr, 0) <> r.books_received_minor OR COALESCE(s.kp, 0) <> r.books_paid_minor
UNION ALL
SELECT 'bank_reconciliation ' || r.id, 'was never finished'
FROM bank_reconciliation r WHERE r.state = 'building'
"""

_CLOSED = """
SELECT 'period ' || p.id, 'closed without a reviewed reconciliation of ' || b.code
FROM period p JOIN bank_account b ON b.required_from <= p.id
WHERE p.state = 'closed' AND p.month > 0 AND NOT EXISTS (
    SELECT 1 FROM bank_reconciliation r
    WHERE r.bank_account_id = b.id AND r.period_id = p.id AND r.state = 'reviewed')
"""

_PAYMENTS = """
SELECT 'bank_line ' || l.id, 'paid requests of another amount'
FROM bank_line l
JOIN bank_payment p ON p.bank_line_id = l.id
JOIN spending_request r ON r.id = p.request_id
GROUP BY l.id, l.amount_minor
HAVING SUM(r.total_minor) <> -l.amount_minor
UNION ALL
SELECT 'spending ' || r.id, 'has a bank line and was not paid'
FROM bank_payment p JOIN spending_request r ON r.id = p.request_id
WHERE r.state NOT IN ('paid', 'booked')
"""

CHECKS: tuple[Check, ...] = (
    Check("bank_statement_runs_on", "The balance of the bank follows line by line", _RUNS_ON),
    Check("bank_statement_complete", "A statement holds the lines it counted", _STATEMENTS),
    Check("bank_match_equal", "What is matched is the same money on both sides", _MATCHED),
    Check("bank_reconciliation_whole", "A reconciliation is the sum of its items", _RECONCILED),
    Check("bank_payment_whole", "A line paid what its requests asked for", _PAYMENTS),
    Check("bank_reconciled_before_close", "No month closes before its bank", _CLOSED),
)
