"""What `check` looks for in shared costs: parts that are not the whole, keys nobody approved."""

from ledger.integrity import Check

_TOTALS = """
SELECT 'cost_run ' || r.id, 'its lines do not add up to what was allocated'
FROM cost_run r
WHERE r.total_minor <> (SELECT COALESCE(SUM(l.amount_minor), 0) FROM cost_line l
                        WHERE l.run_id = r.id)
ORDER BY r.id
"""
_VOUCHERS = """
SELECT 'cost_run ' || r.id, 'its voucher charges a fund with another amount'
FROM cost_run r
JOIN cost_key k ON k.id = r.key_id
JOIN cost_line l ON l.run_id = r.id
WHERE r.state = 'booked' AND l.fund_id <> k.fund_id
GROUP BY r.id, r.voucher_id, l.fund_id, l.account_id
HAVING SUM(l.amount_minor) <> (
    SELECT COALESCE(SUM(v.amount_minor), 0) FROM voucher_line v
    WHERE v.voucher_id = r.voucher_id AND v.fund_id = l.fund_id AND v.account_id = l.account_id)
ORDER BY r.id
"""
_MONTHS = """
SELECT 'cost_run ' || r.id, 'does not cover exactly its months'
FROM cost_run r
WHERE (CASE WHEN r.state = 'booked' THEN r.last_period_id - r.first_period_id + 1 ELSE 0 END)
      <> (SELECT COUNT(*) FROM cost_month m WHERE m.run_id = r.id)
ORDER BY r.id
"""
_KEYS = """
SELECT 'cost_key ' || k.id, 'its shares are not exactly one'
FROM cost_key k
WHERE k.state <> 'draft' AND k.denominator IS NOT NULL AND k.approved_by IS NOT NULL
  AND k.denominator <> (SELECT COALESCE(SUM(s.numerator), 0) FROM cost_share s
                        WHERE s.key_id = k.id)
ORDER BY k.id
"""

CHECKS = (
    Check("shared_cost_totals", "What was allocated is what there was", _TOTALS),
    Check("shared_cost_vouchers", "A run and its voucher charge the same", _VOUCHERS),
    Check("shared_cost_months", "Every month of a standing run is taken once", _MONTHS),
    Check("shared_cost_keys", "The shares of a key are exactly one", _KEYS),
)
