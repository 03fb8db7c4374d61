CREATE FUNCTION gift_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM voucher WHERE id = OLD.voucher_id
               AND state NOT IN ('draft', 'submitted')) THEN
        PERFORM guard_refuse('gift_final');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER gift_update BEFORE UPDATE ON gift FOR EACH ROW EXECUTE FUNCTION gift_guard()
-- ;;
CREATE FUNCTION gift_insert_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM new_rows n JOIN voucher v ON v.id = n.voucher_id
               WHERE v.state NOT IN ('draft', 'submitted')) THEN
        PERFORM guard_refuse('gift_final');
    END IF;
    RETURN NULL;
END $$
-- ;;
CREATE TRIGGER gift_insert AFTER INSERT ON gift REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION gift_insert_guard()
-- ;;
CREATE TRIGGER gift_delete BEFORE DELETE ON gift
FOR EACH ROW EXECUTE FUNCTION guard_always('gift_final')
-- ;;
CREATE TRIGGER gift_truncate BEFORE TRUNCATE ON gift
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('gift_final')
-- ;;
CREATE FUNCTION gift_allocation_insert_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM new_rows n JOIN gift g ON g.id = n.gift_id
               JOIN voucher v ON v.id = g.voucher_id
               WHERE v.state NOT IN ('draft', 'submitted')) THEN
        PERFORM guard_refuse('gift_final');
    END IF;
    RETURN NULL;
END $$
-- ;;
CREATE TRIGGER gift_allocation_insert AFTER INSERT ON gift_allocation
REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION gift_allocation_insert_guard()
-- ;;
CREATE FUNCTION gift_allocation_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM gift g JOIN voucher v ON v.id = g.voucher_id
               WHERE g.id = OLD.gift_id AND v.state NOT IN ('draft', 'submitted')) THEN
        PERFORM guard_refuse('gift_final');
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    IF EXISTS (SELECT 1 FROM gift g JOIN voucher v ON v.id = g.voucher_id
               WHERE g.id = NEW.gift_id AND v.state NOT IN ('draft', 'submitted')) THEN
        PERFORM guard_refuse('gift_final');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER gift_allocation_change BEFORE UPDATE OR DELETE ON gift_allocation
FOR EACH ROW EXECUTE FUNCTION gift_allocation_guard()
-- ;;
CREATE TRIGGER gift_allocation_truncate BEFORE TRUNCATE ON gift_allocation
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('gift_final')
-- ;;
CREATE TRIGGER gift_change_change BEFORE UPDATE OR DELETE ON gift_change
FOR EACH ROW EXECUTE FUNCTION guard_always('gift_change_final')
-- ;;
CREATE TRIGGER gift_change_truncate BEFORE TRUNCATE ON gift_change
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('gift_change_final')
-- ;;
CREATE TRIGGER import_batch_change BEFORE UPDATE OR DELETE ON import_batch
FOR EACH ROW EXECUTE FUNCTION guard_always('import_batch_final')
-- ;;
CREATE FUNCTION voucher_gift_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM new_rows n JOIN gift g ON g.voucher_id = n.id
                   WHERE n.state = 'posted' AND n.kind = 'ordinary') THEN
        RETURN NULL;
    END IF;
    IF EXISTS (SELECT 1 FROM new_rows n JOIN gift g ON g.voucher_id = n.id
               LEFT JOIN gift_allocation a ON a.gift_id = g.id
               WHERE n.state = 'posted' AND n.kind = 'ordinary'
               GROUP BY g.id, g.amount_minor
               HAVING g.amount_minor <> COALESCE(SUM(a.amount_minor), 0)) THEN
        PERFORM guard_refuse('gift_not_allocated');
    END IF;
    IF EXISTS (
        SELECT 1 FROM (
            SELECT n.id, l.fund_id, l.amount_minor AS minor
            FROM new_rows n JOIN voucher_line l ON l.voucher_id = n.id AND l.side = 1
            WHERE n.state = 'posted' AND n.kind = 'ordinary'
              AND EXISTS (SELECT 1 FROM gift g WHERE g.voucher_id = n.id)
            UNION ALL
            SELECT n.id, a.fund_id, -a.amount_minor
            FROM new_rows n JOIN gift g ON g.voucher_id = n.id
            JOIN gift_allocation a ON a.gift_id = g.id
            WHERE n.state = 'posted' AND n.kind = 'ordinary'
        ) s GROUP BY s.id, s.fund_id HAVING SUM(s.minor) <> 0) THEN
        PERFORM guard_refuse('gift_differs_from_lines');
    END IF;
    IF EXISTS (SELECT 1 FROM new_rows n JOIN gift g ON g.voucher_id = n.id
               WHERE n.state = 'posted' AND n.kind = 'ordinary'
                 AND g.received_on <> n.booked_on) THEN
        PERFORM guard_refuse('gift_date_differs');
    END IF;
    RETURN NULL;
END $$
-- ;;
CREATE TRIGGER voucher_update_gifts AFTER UPDATE ON voucher REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION voucher_gift_guard()
