CREATE TRIGGER cost_key_insert BEFORE INSERT ON cost_key
FOR EACH ROW WHEN (NEW.state <> 'draft') EXECUTE FUNCTION guard_always('cost_key_step')
-- ;;
CREATE FUNCTION cost_key_content_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.code, NEW.version, NEW.prepared_by, NEW.prepared_at)
       IS DISTINCT FROM (OLD.id, OLD.code, OLD.version, OLD.prepared_by, OLD.prepared_at)
       OR (OLD.state <> 'draft' AND
           (NEW.name, NEW.basis, NEW.fund_id, NEW.charitable_element, NEW.management_element,
            NEW.valid_from, NEW.denominator, NEW.paper, NEW.approved_by, NEW.approved_at)
           IS DISTINCT FROM
           (OLD.name, OLD.basis, OLD.fund_id, OLD.charitable_element, OLD.management_element,
            OLD.valid_from, OLD.denominator, OLD.paper, OLD.approved_by, OLD.approved_at)) THEN
        PERFORM guard_refuse('cost_key_frozen');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER cost_key_content BEFORE UPDATE ON cost_key
FOR EACH ROW EXECUTE FUNCTION cost_key_content_guard()
-- ;;
CREATE FUNCTION cost_key_step_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state || '>' || NEW.state NOT IN (
        'draft>approved', 'draft>retired', 'approved>retired') THEN
        PERFORM guard_refuse('cost_key_step');
    END IF;
    IF NEW.state = 'approved' AND (
        NOT EXISTS (SELECT 1 FROM cost_source WHERE key_id = NEW.id)
        OR (NEW.denominator IS NOT NULL AND NEW.denominator <> (
            SELECT COALESCE(SUM(numerator), 0) FROM cost_share WHERE key_id = NEW.id))) THEN
        PERFORM guard_refuse('cost_key_shares');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER cost_key_step BEFORE UPDATE OF state ON cost_key
FOR EACH ROW WHEN (NEW.state <> OLD.state) EXECUTE FUNCTION cost_key_step_guard()
-- ;;
CREATE TRIGGER cost_key_delete BEFORE DELETE ON cost_key
FOR EACH ROW EXECUTE FUNCTION guard_always('cost_key_kept')
-- ;;
CREATE TRIGGER cost_key_truncate BEFORE TRUNCATE ON cost_key
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('cost_key_kept')
-- ;;
CREATE FUNCTION cost_key_parts_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- An approval that runs at the same time waits for us, and we for it.
    PERFORM 1 FROM cost_key
    WHERE id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.key_id END,
                 CASE WHEN TG_OP <> 'DELETE' THEN NEW.key_id END)
    ORDER BY id FOR SHARE;
    IF EXISTS (SELECT 1 FROM cost_key
               WHERE id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.key_id END,
                            CASE WHEN TG_OP <> 'DELETE' THEN NEW.key_id END)
                 AND state <> 'draft') THEN
        PERFORM guard_refuse('cost_key_frozen');
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$
-- ;;
CREATE TRIGGER cost_source_content BEFORE INSERT OR UPDATE OR DELETE ON cost_source
FOR EACH ROW EXECUTE FUNCTION cost_key_parts_guard()
-- ;;
CREATE TRIGGER cost_source_truncate BEFORE TRUNCATE ON cost_source
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('cost_key_frozen')
-- ;;
CREATE TRIGGER cost_share_content BEFORE INSERT OR UPDATE OR DELETE ON cost_share
FOR EACH ROW EXECUTE FUNCTION cost_key_parts_guard()
-- ;;
CREATE TRIGGER cost_share_truncate BEFORE TRUNCATE ON cost_share
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('cost_key_frozen')
-- ;;
CREATE FUNCTION time_sheet_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM cost_month m
               JOIN cost_run r ON r.id = m.run_id JOIN cost_key k ON k.id = r.key_id
               WHERE m.period_id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.period_id END,
                                     CASE WHEN TG_OP <> 'DELETE' THEN NEW.period_id END)
                 AND k.basis = 'staff_time') THEN
        PERFORM guard_refuse('time_sheet_used');
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$
-- ;;
CREATE TRIGGER time_sheet_content BEFORE INSERT OR UPDATE OR DELETE ON time_sheet
FOR EACH ROW EXECUTE FUNCTION time_sheet_guard()
-- ;;
CREATE TRIGGER time_sheet_truncate BEFORE TRUNCATE ON time_sheet
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('time_sheet_used')
-- ;;
CREATE FUNCTION cost_run_insert_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM cost_key WHERE id = NEW.key_id FOR SHARE;
    IF NEW.state <> 'booked'
       OR (SELECT state FROM cost_key WHERE id = NEW.key_id) <> 'approved' THEN
        PERFORM guard_refuse('cost_run_key');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER cost_run_insert BEFORE INSERT ON cost_run
FOR EACH ROW EXECUTE FUNCTION cost_run_insert_guard()
-- ;;
CREATE FUNCTION cost_run_update_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'booked' OR NEW.state <> 'undone'
       OR (NEW.id, NEW.key_id, NEW.first_period_id, NEW.last_period_id, NEW.total_minor,
           NEW.held_in_id, NEW.voucher_id, NEW.created_by, NEW.created_at)
          IS DISTINCT FROM
          (OLD.id, OLD.key_id, OLD.first_period_id, OLD.last_period_id, OLD.total_minor,
           OLD.held_in_id, OLD.voucher_id, OLD.created_by, OLD.created_at) THEN
        PERFORM guard_refuse('cost_run_final');
    END IF;
    IF EXISTS (SELECT 1 FROM voucher v
               WHERE v.id = OLD.voucher_id AND v.state <> 'discarded'
                 AND NOT EXISTS (SELECT 1 FROM voucher r
                                 WHERE r.reverses_id = v.id AND r.state = 'posted')) THEN
        PERFORM guard_refuse('cost_run_voucher');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER cost_run_update BEFORE UPDATE ON cost_run
FOR EACH ROW EXECUTE FUNCTION cost_run_update_guard()
-- ;;
CREATE TRIGGER cost_run_delete BEFORE DELETE ON cost_run
FOR EACH ROW EXECUTE FUNCTION guard_always('cost_run_final')
-- ;;
CREATE TRIGGER cost_run_truncate BEFORE TRUNCATE ON cost_run
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('cost_run_final')
-- ;;
CREATE FUNCTION cost_month_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE'
       OR (TG_OP = 'INSERT' AND NOT EXISTS (
           SELECT 1 FROM cost_run r JOIN cost_key k ON k.id = r.key_id
           WHERE r.id = NEW.run_id AND k.code = NEW.code AND r.state = 'booked'
             AND NEW.period_id BETWEEN r.first_period_id AND r.last_period_id))
       OR (TG_OP = 'DELETE'
           AND (SELECT state FROM cost_run WHERE id = OLD.run_id) <> 'undone') THEN
        PERFORM guard_refuse('cost_month_run');
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$
-- ;;
CREATE TRIGGER cost_month_change BEFORE INSERT OR UPDATE OR DELETE ON cost_month
FOR EACH ROW EXECUTE FUNCTION cost_month_guard()
-- ;;
CREATE TRIGGER cost_month_truncate BEFORE TRUNCATE ON cost_month
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('cost_month_run')
-- ;;
CREATE FUNCTION cost_line_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT total_minor FROM cost_run WHERE id = NEW.run_id) < NEW.amount_minor + (
        SELECT COALESCE(SUM(amount_minor), 0) FROM cost_line WHERE run_id = NEW.run_id) THEN
        PERFORM guard_refuse('cost_line_exceeds');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER cost_line_insert BEFORE INSERT ON cost_line
FOR EACH ROW EXECUTE FUNCTION cost_line_guard()
-- ;;
CREATE TRIGGER cost_line_change BEFORE UPDATE OR DELETE ON cost_line
FOR EACH ROW EXECUTE FUNCTION guard_always('cost_run_final')
-- ;;
CREATE TRIGGER cost_line_truncate BEFORE TRUNCATE ON cost_line
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('cost_run_final')
