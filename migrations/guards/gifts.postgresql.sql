CREATE FUNCTION gift_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- The voucher it leaves and the one it goes to.
    IF EXISTS (SELECT 1 FROM voucher WHERE id IN (OLD.voucher_id, NEW.voucher_id)
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
    IF EXISTS (SELECT 1 FROM (SELECT DISTINCT voucher_id FROM new_rows) n
               WHERE (SELECT v.state FROM voucher v WHERE v.id = n.voucher_id)
                     NOT IN ('draft', 'submitted')) THEN
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
    IF EXISTS (SELECT 1 FROM new_rows n
               WHERE (SELECT v.state FROM voucher v WHERE v.id = (
                      SELECT g.voucher_id FROM gift g WHERE g.id = n.gift_id))
                     NOT IN ('draft', 'submitted')) THEN
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
DECLARE
    problem text;
BEGIN
    -- Subqueries per voucher: see the guard of the ledger for why there are no joins here.
    SELECT found.name INTO problem
    FROM new_rows n
    CROSS JOIN LATERAL (
        SELECT CASE
            WHEN EXISTS (SELECT 1 FROM gift g WHERE g.voucher_id = n.id AND g.amount_minor <>
                         COALESCE((SELECT SUM(a.amount_minor) FROM gift_allocation a
                                   WHERE a.gift_id = g.id), 0)) THEN 'gift_not_allocated'
            WHEN EXISTS (
                SELECT 1 FROM (
                    SELECT l.fund_id, l.amount_minor AS minor
                    FROM voucher_line l WHERE l.voucher_id = n.id AND l.side = 1
                    UNION ALL
                    SELECT a.fund_id, -a.amount_minor
                    FROM gift g JOIN gift_allocation a ON a.gift_id = g.id
                    WHERE g.voucher_id = n.id
                ) s GROUP BY s.fund_id HAVING SUM(s.minor) <> 0) THEN 'gift_differs_from_lines'
            WHEN EXISTS (SELECT 1 FROM gift g
                         WHERE g.voucher_id = n.id AND g.received_on <> n.booked_on)
                THEN 'gift_date_differs'
        END AS name
        WHERE EXISTS (SELECT 1 FROM gift g WHERE g.voucher_id = n.id)
        UNION ALL
        SELECT 'gift_missing'
        WHERE n.rule LIKE 'gift.%' AND NOT EXISTS (SELECT 1 FROM gift g WHERE g.voucher_id = n.id)
    ) found
    WHERE n.state = 'posted' AND n.kind = 'ordinary' AND found.name IS NOT NULL
    LIMIT 1;
    IF problem IS NOT NULL THEN
        PERFORM guard_refuse(problem);
    END IF;
    RETURN NULL;
END $$
-- ;;
CREATE TRIGGER voucher_update_gifts AFTER UPDATE ON voucher REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION voucher_gift_guard()
