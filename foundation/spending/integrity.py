"""What `check` looks for in spending: payments without approval, vouchers that differ."""

from ledger.integrity import Check

_WITHOUT_APPROVAL = """
SELECT 'spending ' || r.id, 'was paid with fewer approvals than it needs'
FROM spending_request r
WHERE r.state IN ('approved', 'paid', 'booked') AND r.approvals_needed > (
    SELECT COUNT(DISTINCT a.approved_by) FROM spending_approval a
    WHERE a.request_id = r.id AND a.round = r.round AND a.verdict = 'approved'
      AND a.approved_by <> r.requested_by)
ORDER BY r.id
"""
_SELF_APPROVED = """
SELECT 'spending ' || r.id, 'was judged or paid by the one who asked'
FROM spending_request r
WHERE r.paid_by = r.requested_by OR EXISTS (
    SELECT 1 FROM spending_approval a
    WHERE a.request_id = r.id AND a.approved_by = r.requested_by)
ORDER BY r.id
"""
_PARTS = """
SELECT 'spending ' || r.id, 'its parts or beneficiaries do not add up to its total'
FROM spending_request r
WHERE r.state <> 'draft' AND (
    r.total_minor <> (SELECT COALESCE(SUM(p.amount_minor), 0) FROM spending_part p
                      WHERE p.request_id = r.id)
    OR r.total_minor <> COALESCE((SELECT SUM(b.amount_minor) FROM spending_beneficiary b
                                  WHERE b.request_id = r.id), r.total_minor))
ORDER BY r.id
"""
_VOUCHER = """
SELECT 'spending ' || r.id, 'its voucher has another amount'
FROM spending_request r
WHERE r.state = 'booked' AND r.total_minor <> (
    SELECT COALESCE(SUM(CASE WHEN l.side = 1 THEN l.amount_minor ELSE 0 END), 0)
    FROM voucher_line l WHERE l.voucher_id = r.voucher_id)
ORDER BY r.id
"""

_ELEMENTS = """
SELECT 'voucher ' || e.voucher_id, 'its element was noted with another amount'
FROM booked_element e
LEFT JOIN voucher_line l ON l.voucher_id = e.voucher_id AND l.line_no = e.line_no
WHERE l.amount_minor IS NULL OR l.amount_minor <> e.amount_minor
ORDER BY e.voucher_id
"""

CHECKS = (
    Check("spending_approved", "What was paid was approved", _WITHOUT_APPROVAL),
    Check("spending_duties", "Nobody approves or pays the own request", _SELF_APPROVED),
    Check("spending_parts", "A request is the sum of its parts", _PARTS),
    Check("spending_elements", "An element is of the line it names", _ELEMENTS),
    Check("spending_voucher", "A request and its voucher have one amount", _VOUCHER),
)
