CREATE TRIGGER spending_request_insert BEFORE INSERT ON spending_request
FOR EACH ROW WHEN (NEW.state <> 'draft') EXECUTE FUNCTION guard_always('spending_step')
-- ;;
CREATE FUNCTION spending_request_content_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.requested_by, NEW.requested_at)
       IS DISTINCT FROM (OLD.id, OLD.requested_by, OLD.requested_at)
       OR (OLD.state <> 'draft' AND (
           (NEW.kind, NEW.payee_name, NEW.payee_account, NEW.counterparty_id, NEW.is_related,
            NEW.relation, NEW.summary, NEW.requested_on, NEW.total_minor, NEW.contract,
            NEW.procurement, NEW.resolution, NEW.approvals_needed)
           IS DISTINCT FROM
           (OLD.kind, OLD.payee_name, OLD.payee_account, OLD.counterparty_id, OLD.is_related,
            OLD.relation, OLD.summary, OLD.requested_on, OLD.total_minor, OLD.contract,
            OLD.procurement, OLD.resolution, OLD.approvals_needed)
           OR (NEW.round <> OLD.round AND NEW.state <> 'draft')))
       OR (OLD.state IN ('paid', 'booked') AND
           (NEW.account_id, NEW.paid_on, NEW.payment_reference, NEW.paid_by, NEW.paid_at,
            NEW.disclose_by)
           IS DISTINCT FROM
           (OLD.account_id, OLD.paid_on, OLD.payment_reference, OLD.paid_by, OLD.paid_at,
            OLD.disclose_by))
       OR (OLD.state = 'booked' AND NEW.state = 'booked' AND NEW.voucher_id <> OLD.voucher_id) THEN
        PERFORM guard_refuse('spending_frozen');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER spending_request_content BEFORE UPDATE ON spending_request
FOR EACH ROW EXECUTE FUNCTION spending_request_content_guard()
-- ;;
CREATE FUNCTION spending_request_step_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state || '>' || NEW.state NOT IN (
        'draft>submitted', 'draft>cancelled', 'submitted>approved', 'submitted>draft',
        'submitted>cancelled', 'approved>paid', 'approved>draft', 'approved>cancelled',
        'paid>booked', 'booked>paid') THEN
        PERFORM guard_refuse('spending_step');
    END IF;
    IF NEW.state = 'submitted' AND NEW.total_minor <> (
        SELECT COALESCE(SUM(amount_minor), 0) FROM spending_part WHERE request_id = NEW.id) THEN
        PERFORM guard_refuse('spending_parts');
    END IF;
    IF NEW.state = 'approved' AND NEW.approvals_needed > (
        SELECT COUNT(DISTINCT approved_by) FROM spending_approval
        WHERE request_id = NEW.id AND round = NEW.round AND verdict = 'approved'
          AND approved_by <> NEW.requested_by) THEN
        PERFORM guard_refuse('spending_unapproved');
    END IF;
    IF NEW.state = 'paid' AND OLD.state = 'approved' AND NEW.paid_by = NEW.requested_by THEN
        PERFORM guard_refuse('spending_duty');
    END IF;
    IF NEW.state = 'booked' AND NEW.total_minor <> (
        SELECT COALESCE(SUM(amount_minor) FILTER (WHERE side = 1), 0)
        FROM voucher_line WHERE voucher_id = NEW.voucher_id) THEN
        PERFORM guard_refuse('spending_voucher');
    END IF;
    IF OLD.state = 'booked' AND EXISTS (
        SELECT 1 FROM voucher v WHERE v.id = OLD.voucher_id AND v.state <> 'discarded'
          AND NOT EXISTS (SELECT 1 FROM voucher r
                          WHERE r.reverses_id = v.id AND r.state = 'posted')) THEN
        PERFORM guard_refuse('spending_voucher');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER spending_request_step BEFORE UPDATE OF state ON spending_request
FOR EACH ROW WHEN (NEW.state <> OLD.state) EXECUTE FUNCTION spending_request_step_guard()
-- ;;
CREATE TRIGGER spending_request_delete BEFORE DELETE ON spending_request
FOR EACH ROW EXECUTE FUNCTION guard_always('spending_kept')
-- ;;
CREATE TRIGGER spending_request_truncate BEFORE TRUNCATE ON spending_request
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('spending_kept')
-- ;;
CREATE FUNCTION spending_content_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- A submission that runs at the same time waits for us, and we for it.
    PERFORM 1 FROM spending_request
    WHERE id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.request_id END,
                 CASE WHEN TG_OP <> 'DELETE' THEN NEW.request_id END)
    ORDER BY id FOR SHARE;
    IF EXISTS (SELECT 1 FROM spending_request
               WHERE id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.request_id END,
                            CASE WHEN TG_OP <> 'DELETE' THEN NEW.request_id END)
                 AND state <> 'draft') THEN
        PERFORM guard_refuse('spending_frozen');
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$
-- ;;
CREATE TRIGGER spending_part_content BEFORE INSERT OR UPDATE OR DELETE ON spending_part
FOR EACH ROW EXECUTE FUNCTION spending_content_guard()
-- ;;
CREATE TRIGGER spending_part_truncate BEFORE TRUNCATE ON spending_part
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('spending_frozen')
-- ;;
CREATE TRIGGER spending_beneficiary_content BEFORE INSERT OR UPDATE OR DELETE ON spending_beneficiary
FOR EACH ROW EXECUTE FUNCTION spending_content_guard()
-- ;;
CREATE TRIGGER spending_beneficiary_truncate BEFORE TRUNCATE ON spending_beneficiary
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('spending_frozen')
-- ;;
CREATE FUNCTION spending_approval_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM spending_request WHERE id = NEW.request_id FOR SHARE;
    IF NEW.approved_by = (SELECT requested_by FROM spending_request WHERE id = NEW.request_id) THEN
        PERFORM guard_refuse('spending_self_approval');
    END IF;
    IF NOT EXISTS (SELECT 1 FROM spending_request r
                   WHERE r.id = NEW.request_id AND r.round = NEW.round
                     AND (r.state = 'submitted'
                          OR (r.state = 'approved' AND NEW.verdict = 'returned'))) THEN
        PERFORM guard_refuse('spending_step');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER spending_approval_insert BEFORE INSERT ON spending_approval
FOR EACH ROW EXECUTE FUNCTION spending_approval_guard()
-- ;;
CREATE TRIGGER spending_approval_change BEFORE UPDATE OR DELETE ON spending_approval
FOR EACH ROW EXECUTE FUNCTION guard_always('spending_approval_final')
-- ;;
CREATE TRIGGER spending_approval_truncate BEFORE TRUNCATE ON spending_approval
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('spending_approval_final')
