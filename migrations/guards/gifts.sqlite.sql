CREATE TRIGGER gift_update BEFORE UPDATE ON gift
BEGIN
    SELECT RAISE(ABORT, 'guard:gift_final')
    FROM voucher
    WHERE id IN (OLD.voucher_id, NEW.voucher_id) AND state NOT IN ('draft', 'submitted');
END
-- ;;
CREATE TRIGGER gift_insert BEFORE INSERT ON gift
BEGIN
    SELECT RAISE(ABORT, 'guard:gift_final')
    FROM voucher WHERE id = NEW.voucher_id AND state NOT IN ('draft', 'submitted');
END
-- ;;
CREATE TRIGGER gift_delete BEFORE DELETE ON gift
BEGIN
    SELECT RAISE(ABORT, 'guard:gift_final');
END
-- ;;
CREATE TRIGGER gift_allocation_insert BEFORE INSERT ON gift_allocation
BEGIN
    SELECT RAISE(ABORT, 'guard:gift_final')
    FROM gift g JOIN voucher v ON v.id = g.voucher_id
    WHERE g.id = NEW.gift_id AND v.state NOT IN ('draft', 'submitted');
END
-- ;;
CREATE TRIGGER gift_allocation_update BEFORE UPDATE ON gift_allocation
BEGIN
    SELECT RAISE(ABORT, 'guard:gift_final')
    FROM gift g JOIN voucher v ON v.id = g.voucher_id
    WHERE g.id IN (OLD.gift_id, NEW.gift_id) AND v.state NOT IN ('draft', 'submitted');
END
-- ;;
CREATE TRIGGER gift_allocation_delete BEFORE DELETE ON gift_allocation
BEGIN
    SELECT RAISE(ABORT, 'guard:gift_final')
    FROM gift g JOIN voucher v ON v.id = g.voucher_id
    WHERE g.id = OLD.gift_id AND v.state NOT IN ('draft', 'submitted');
END
-- ;;
CREATE TRIGGER gift_change_update BEFORE UPDATE ON gift_change
BEGIN
    SELECT RAISE(ABORT, 'guard:gift_change_final');
END
-- ;;
CREATE TRIGGER gift_change_delete BEFORE DELETE ON gift_change
BEGIN
    SELECT RAISE(ABORT, 'guard:gift_change_final');
END
-- ;;
CREATE TRIGGER import_batch_update BEFORE UPDATE ON import_batch
BEGIN
    SELECT RAISE(ABORT, 'guard:import_batch_final');
END
-- ;;
CREATE TRIGGER import_batch_delete BEFORE DELETE ON import_batch
BEGIN
    SELECT RAISE(ABORT, 'guard:import_batch_final');
END
-- ;;
CREATE TRIGGER voucher_seal_gifts AFTER UPDATE ON voucher
WHEN NEW.state = 'posted' AND NEW.kind = 'ordinary' AND EXISTS (SELECT 1 FROM gift WHERE voucher_id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'guard:gift_not_allocated')
    FROM gift g WHERE g.voucher_id = NEW.id AND g.amount_minor <> COALESCE(
        (SELECT SUM(a.amount_minor) FROM gift_allocation a WHERE a.gift_id = g.id), 0);
    SELECT RAISE(ABORT, 'guard:gift_differs_from_lines')
    FROM (
        SELECT fund_id, amount_minor AS minor FROM voucher_line
        WHERE voucher_id = NEW.id AND side = 1
        UNION ALL
        SELECT a.fund_id, -a.amount_minor FROM gift g JOIN gift_allocation a ON a.gift_id = g.id
        WHERE g.voucher_id = NEW.id
    ) GROUP BY fund_id HAVING SUM(minor) <> 0;
    SELECT RAISE(ABORT, 'guard:gift_date_differs')
    FROM gift WHERE voucher_id = NEW.id AND received_on <> NEW.booked_on;
END
-- ;;
CREATE TRIGGER voucher_seal_gift_rule AFTER UPDATE ON voucher
WHEN NEW.state = 'posted' AND NEW.kind = 'ordinary' AND NEW.rule LIKE 'gift.%'
    AND NOT EXISTS (SELECT 1 FROM gift WHERE voucher_id = NEW.id)
BEGIN
    SELECT RAISE(ABORT, 'guard:gift_missing');
END
