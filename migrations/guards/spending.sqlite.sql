CREATE TRIGGER spending_request_insert BEFORE INSERT ON spending_request
BEGIN
    SELECT RAISE(ABORT, 'guard:spending_step') WHERE NEW.state <> 'draft';
END
-- ;;
CREATE TRIGGER spending_request_content BEFORE UPDATE ON spending_request
BEGIN
    SELECT RAISE(ABORT, 'guard:spending_frozen')
    WHERE NEW.id <> OLD.id OR NEW.requested_by <> OLD.requested_by
       OR NEW.requested_at <> OLD.requested_at
       OR (OLD.state <> 'draft' AND (
           NEW.kind <> OLD.kind OR NEW.payee_name <> OLD.payee_name
           OR NEW.payee_account IS NOT OLD.payee_account
           OR NEW.counterparty_id <> OLD.counterparty_id
           OR NEW.is_related <> OLD.is_related OR NEW.relation IS NOT OLD.relation
           OR NEW.summary <> OLD.summary OR NEW.requested_on <> OLD.requested_on
           OR NEW.total_minor <> OLD.total_minor OR NEW.contract IS NOT OLD.contract
           OR NEW.procurement IS NOT OLD.procurement OR NEW.resolution IS NOT OLD.resolution
           OR NEW.approvals_needed IS NOT OLD.approvals_needed
           OR (NEW.round <> OLD.round AND NEW.state <> 'draft')))
       OR (OLD.state IN ('paid', 'booked') AND (
           NEW.account_id IS NOT OLD.account_id OR NEW.paid_on IS NOT OLD.paid_on
           OR NEW.payment_reference IS NOT OLD.payment_reference
           OR NEW.paid_by IS NOT OLD.paid_by OR NEW.paid_at IS NOT OLD.paid_at
           OR NEW.disclose_by IS NOT OLD.disclose_by))
       OR (OLD.state = 'booked' AND NEW.state = 'booked' AND NEW.voucher_id <> OLD.voucher_id);
END
-- ;;
CREATE TRIGGER spending_request_step BEFORE UPDATE OF state ON spending_request
WHEN NEW.state <> OLD.state
BEGIN
    SELECT RAISE(ABORT, 'guard:spending_step')
    WHERE OLD.state || '>' || NEW.state NOT IN (
        'draft>submitted', 'draft>cancelled', 'submitted>approved', 'submitted>draft',
        'submitted>cancelled', 'approved>paid', 'approved>draft', 'approved>cancelled',
        'paid>booked', 'booked>paid');
    SELECT RAISE(ABORT, 'guard:spending_parts')
    WHERE NEW.state = 'submitted' AND NEW.total_minor <> (
        SELECT COALESCE(SUM(amount_minor), 0) FROM spending_part WHERE request_id = NEW.id);
    SELECT RAISE(ABORT, 'guard:spending_unapproved')
    WHERE NEW.state = 'approved' AND NEW.approvals_needed > (
        SELECT COUNT(DISTINCT approved_by) FROM spending_approval
        WHERE request_id = NEW.id AND round = NEW.round AND verdict = 'approved'
          AND approved_by <> NEW.requested_by);
    SELECT RAISE(ABORT, 'guard:spending_duty')
    WHERE NEW.state = 'paid' AND OLD.state = 'approved' AND NEW.paid_by = NEW.requested_by;
    SELECT RAISE(ABORT, 'guard:spending_voucher')
    WHERE NEW.state = 'booked' AND NEW.total_minor <> (
        SELECT COALESCE(SUM(CASE WHEN l.side = 1 THEN l.amount_minor ELSE 0 END), 0)
        FROM voucher_line l WHERE l.voucher_id = NEW.voucher_id);
    SELECT RAISE(ABORT, 'guard:spending_voucher')
    WHERE OLD.state = 'booked' AND EXISTS (
        SELECT 1 FROM voucher v WHERE v.id = OLD.voucher_id AND v.state <> 'discarded'
          AND NOT EXISTS (SELECT 1 FROM voucher r
                          WHERE r.reverses_id = v.id AND r.state = 'posted'));
END
-- ;;
CREATE TRIGGER spending_request_delete BEFORE DELETE ON spending_request
BEGIN
    SELECT RAISE(ABORT, 'guard:spending_kept');
END
-- ;;
CREATE TRIGGER spending_part_insert BEFORE INSERT ON spending_part
BEGIN
    SELECT RAISE(ABORT, 'guard:spending_frozen')
    WHERE (SELECT state FROM spending_request WHERE id = NEW.request_id) <> 'draft';
END
-- ;;
CREATE TRIGGER spending_part_update BEFORE UPDATE ON spending_part
BEGIN
    SELECT RAISE(ABORT, 'guard:spending_frozen')
    WHERE EXISTS (SELECT 1 FROM spending_request
                  WHERE id IN (OLD.request_id, NEW.request_id) AND state <> 'draft');
END
-- ;;
CREATE TRIGGER spending_part_delete BEFORE DELETE ON spending_part
BEGIN
    SELECT RAISE(ABORT, 'guard:spending_frozen')
    WHERE (SELECT state FROM spending_request WHERE id = OLD.request_id) <> 'draft';
END
-- ;;
CREATE TRIGGER spending_beneficiary_insert BEFORE INSERT ON spending_beneficiary
BEGIN
    SELECT RAISE(ABORT, 'guard:spending_frozen')
    WHERE (SELECT state FROM spending_request WHERE id = NEW.request_id) <> 'draft';
END
-- ;;
CREATE TRIGGER spending_beneficiary_update BEFORE UPDATE ON spending_beneficiary
BEGIN
    SELECT RAISE(ABORT, 'guard:spending_frozen')
    WHERE EXISTS (SELECT 1 FROM spending_request
                  WHERE id IN (OLD.request_id, NEW.request_id) AND state <> 'draft');
END
-- ;;
CREATE TRIGGER spending_beneficiary_delete BEFORE DELETE ON spending_beneficiary
BEGIN
    SELECT RAISE(ABORT, 'guard:spending_frozen')
    WHERE (SELECT state FROM spending_request WHERE id = OLD.request_id) <> 'draft';
END
-- ;;
CREATE TRIGGER spending_approval_insert BEFORE INSERT ON spending_approval
BEGIN
    SELECT RAISE(ABORT, 'guard:spending_self_approval')
    WHERE NEW.approved_by = (SELECT requested_by FROM spending_request WHERE id = NEW.request_id);
    SELECT RAISE(ABORT, 'guard:spending_step')
    WHERE NOT EXISTS (SELECT 1 FROM spending_request r
                      WHERE r.id = NEW.request_id AND r.round = NEW.round
                        AND (r.state = 'submitted'
                             OR (r.state = 'approved' AND NEW.verdict = 'returned')));
END
-- ;;
CREATE TRIGGER spending_approval_update BEFORE UPDATE ON spending_approval
BEGIN
    SELECT RAISE(ABORT, 'guard:spending_approval_final');
END
-- ;;
CREATE TRIGGER spending_approval_delete BEFORE DELETE ON spending_approval
BEGIN
    SELECT RAISE(ABORT, 'guard:spending_approval_final');
END
