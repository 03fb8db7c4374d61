CREATE TRIGGER cost_key_insert BEFORE INSERT ON cost_key
BEGIN
    SELECT RAISE(ABORT, 'guard:cost_key_step') WHERE NEW.state <> 'draft';
END
-- ;;
CREATE TRIGGER cost_key_content BEFORE UPDATE ON cost_key
BEGIN
    SELECT RAISE(ABORT, 'guard:cost_key_frozen')
    WHERE NEW.id <> OLD.id OR NEW.code <> OLD.code OR NEW.version <> OLD.version
       OR NEW.prepared_by <> OLD.prepared_by OR NEW.prepared_at <> OLD.prepared_at
       OR (OLD.state <> 'draft' AND (
           NEW.name <> OLD.name OR NEW.basis <> OLD.basis OR NEW.fund_id <> OLD.fund_id
           OR NEW.charitable_element <> OLD.charitable_element
           OR NEW.management_element <> OLD.management_element
           OR NEW.valid_from <> OLD.valid_from OR NEW.denominator IS NOT OLD.denominator
           OR NEW.paper <> OLD.paper OR NEW.approved_by IS NOT OLD.approved_by
           OR NEW.approved_at IS NOT OLD.approved_at));
END
-- ;;
CREATE TRIGGER cost_key_step BEFORE UPDATE OF state ON cost_key
WHEN NEW.state <> OLD.state
BEGIN
    SELECT RAISE(ABORT, 'guard:cost_key_step')
    WHERE OLD.state || '>' || NEW.state NOT IN (
        'draft>approved', 'draft>retired', 'approved>retired');
    SELECT RAISE(ABORT, 'guard:cost_key_shares')
    WHERE NEW.state = 'approved' AND (
        NOT EXISTS (SELECT 1 FROM cost_source WHERE key_id = NEW.id)
        OR (NEW.denominator IS NOT NULL AND NEW.denominator <> (
            SELECT COALESCE(SUM(numerator), 0) FROM cost_share WHERE key_id = NEW.id)));
END
-- ;;
CREATE TRIGGER cost_key_delete BEFORE DELETE ON cost_key
BEGIN
    SELECT RAISE(ABORT, 'guard:cost_key_kept');
END
-- ;;
CREATE TRIGGER cost_source_insert BEFORE INSERT ON cost_source
BEGIN
    SELECT RAISE(ABORT, 'guard:cost_key_frozen')
    WHERE (SELECT state FROM cost_key WHERE id = NEW.key_id) <> 'draft';
END
-- ;;
CREATE TRIGGER cost_source_update BEFORE UPDATE ON cost_source
BEGIN
    SELECT RAISE(ABORT, 'guard:cost_key_frozen')
    WHERE EXISTS (SELECT 1 FROM cost_key
                  WHERE id IN (OLD.key_id, NEW.key_id) AND state <> 'draft');
END
-- ;;
CREATE TRIGGER cost_source_delete BEFORE DELETE ON cost_source
BEGIN
    SELECT RAISE(ABORT, 'guard:cost_key_frozen')
    WHERE (SELECT state FROM cost_key WHERE id = OLD.key_id) <> 'draft';
END
-- ;;
CREATE TRIGGER cost_share_insert BEFORE INSERT ON cost_share
BEGIN
    SELECT RAISE(ABORT, 'guard:cost_key_frozen')
    WHERE (SELECT state FROM cost_key WHERE id = NEW.key_id) <> 'draft';
END
-- ;;
CREATE TRIGGER cost_share_update BEFORE UPDATE ON cost_share
BEGIN
    SELECT RAISE(ABORT, 'guard:cost_key_frozen')
    WHERE EXISTS (SELECT 1 FROM cost_key
                  WHERE id IN (OLD.key_id, NEW.key_id) AND state <> 'draft');
END
-- ;;
CREATE TRIGGER cost_share_delete BEFORE DELETE ON cost_share
BEGIN
    SELECT RAISE(ABORT, 'guard:cost_key_frozen')
    WHERE (SELECT state FROM cost_key WHERE id = OLD.key_id) <> 'draft';
END
-- ;;
CREATE TRIGGER time_sheet_insert BEFORE INSERT ON time_sheet
BEGIN
    SELECT RAISE(ABORT, 'guard:time_sheet_used')
    WHERE EXISTS (SELECT 1 FROM cost_month m
                  JOIN cost_run r ON r.id = m.run_id JOIN cost_key k ON k.id = r.key_id
                  WHERE m.period_id = NEW.period_id AND k.basis = 'staff_time');
END
-- ;;
CREATE TRIGGER time_sheet_update BEFORE UPDATE ON time_sheet
BEGIN
    SELECT RAISE(ABORT, 'guard:time_sheet_used')
    WHERE EXISTS (SELECT 1 FROM cost_month m
                  JOIN cost_run r ON r.id = m.run_id JOIN cost_key k ON k.id = r.key_id
                  WHERE m.period_id IN (OLD.period_id, NEW.period_id)
                    AND k.basis = 'staff_time');
END
-- ;;
CREATE TRIGGER time_sheet_delete BEFORE DELETE ON time_sheet
BEGIN
    SELECT RAISE(ABORT, 'guard:time_sheet_used')
    WHERE EXISTS (SELECT 1 FROM cost_month m
                  JOIN cost_run r ON r.id = m.run_id JOIN cost_key k ON k.id = r.key_id
                  WHERE m.period_id = OLD.period_id AND k.basis = 'staff_time');
END
-- ;;
CREATE TRIGGER cost_run_insert BEFORE INSERT ON cost_run
BEGIN
    SELECT RAISE(ABORT, 'guard:cost_run_key')
    WHERE NEW.state <> 'booked'
       OR (SELECT state FROM cost_key WHERE id = NEW.key_id) <> 'approved';
END
-- ;;
CREATE TRIGGER cost_run_update BEFORE UPDATE ON cost_run
BEGIN
    SELECT RAISE(ABORT, 'guard:cost_run_final')
    WHERE OLD.state <> 'booked' OR NEW.state <> 'undone'
       OR NEW.id <> OLD.id OR NEW.key_id <> OLD.key_id
       OR NEW.first_period_id <> OLD.first_period_id
       OR NEW.last_period_id <> OLD.last_period_id
       OR NEW.total_minor <> OLD.total_minor OR NEW.held_in_id <> OLD.held_in_id
       OR NEW.voucher_id <> OLD.voucher_id OR NEW.created_by <> OLD.created_by
       OR NEW.created_at <> OLD.created_at;
    SELECT RAISE(ABORT, 'guard:cost_run_voucher')
    WHERE EXISTS (SELECT 1 FROM voucher v
                  WHERE v.id = OLD.voucher_id AND v.state <> 'discarded'
                    AND NOT EXISTS (SELECT 1 FROM voucher r
                                    WHERE r.reverses_id = v.id AND r.state = 'posted'));
END
-- ;;
CREATE TRIGGER cost_run_delete BEFORE DELETE ON cost_run
BEGIN
    SELECT RAISE(ABORT, 'guard:cost_run_final');
END
-- ;;
CREATE TRIGGER cost_month_insert BEFORE INSERT ON cost_month
BEGIN
    SELECT RAISE(ABORT, 'guard:cost_month_run')
    WHERE NOT EXISTS (SELECT 1 FROM cost_run r JOIN cost_key k ON k.id = r.key_id
                      WHERE r.id = NEW.run_id AND k.code = NEW.code AND r.state = 'booked'
                        AND NEW.period_id BETWEEN r.first_period_id AND r.last_period_id);
END
-- ;;
CREATE TRIGGER cost_month_update BEFORE UPDATE ON cost_month
BEGIN
    SELECT RAISE(ABORT, 'guard:cost_month_run');
END
-- ;;
CREATE TRIGGER cost_month_delete BEFORE DELETE ON cost_month
BEGIN
    SELECT RAISE(ABORT, 'guard:cost_month_run')
    WHERE (SELECT state FROM cost_run WHERE id = OLD.run_id) <> 'undone';
END
-- ;;
CREATE TRIGGER cost_line_insert BEFORE INSERT ON cost_line
BEGIN
    SELECT RAISE(ABORT, 'guard:cost_line_exceeds')
    FROM cost_run WHERE id = NEW.run_id AND total_minor < NEW.amount_minor + (
        SELECT COALESCE(SUM(amount_minor), 0) FROM cost_line WHERE run_id = NEW.run_id);
END
-- ;;
CREATE TRIGGER cost_line_update BEFORE UPDATE ON cost_line
BEGIN
    SELECT RAISE(ABORT, 'guard:cost_run_final');
END
-- ;;
CREATE TRIGGER cost_line_delete BEFORE DELETE ON cost_line
BEGIN
    SELECT RAISE(ABORT, 'guard:cost_run_final');
END
