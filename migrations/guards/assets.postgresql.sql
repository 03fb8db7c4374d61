CREATE TRIGGER asset_card_update BEFORE UPDATE ON asset_card
FOR EACH ROW WHEN (
    NEW.id IS DISTINCT FROM OLD.id
    OR NEW.number IS DISTINCT FROM OLD.number
    OR NEW.kind IS DISTINCT FROM OLD.kind
    OR NEW.acquired_on IS DISTINCT FROM OLD.acquired_on
    OR NEW.origin IS DISTINCT FROM OLD.origin
    OR NEW.gift_id IS DISTINCT FROM OLD.gift_id
    OR NEW.cost_minor IS DISTINCT FROM OLD.cost_minor
    OR NEW.residual_minor IS DISTINCT FROM OLD.residual_minor
    OR NEW.life_months IS DISTINCT FROM OLD.life_months
    OR NEW.charged_before_minor IS DISTINCT FROM OLD.charged_before_minor
    OR NEW.expense_tag IS DISTINCT FROM OLD.expense_tag
    OR NEW.fund_id IS DISTINCT FROM OLD.fund_id
    OR NEW.account_id IS DISTINCT FROM OLD.account_id
    OR NEW.created_by IS DISTINCT FROM OLD.created_by
    OR NEW.created_at IS DISTINCT FROM OLD.created_at)
EXECUTE FUNCTION guard_always('asset_frozen')
-- ;;
CREATE TRIGGER stock_item_update BEFORE UPDATE ON stock_item
FOR EACH ROW WHEN (
    NEW.id IS DISTINCT FROM OLD.id
    OR NEW.number IS DISTINCT FROM OLD.number
    OR NEW.is_agency IS DISTINCT FROM OLD.is_agency
    OR NEW.fund_id IS DISTINCT FROM OLD.fund_id
    OR NEW.account_id IS DISTINCT FROM OLD.account_id
    OR NEW.created_by IS DISTINCT FROM OLD.created_by
    OR NEW.created_at IS DISTINCT FROM OLD.created_at)
EXECUTE FUNCTION guard_always('stock_frozen')
-- ;;
CREATE TRIGGER investment_update BEFORE UPDATE ON investment
FOR EACH ROW WHEN (
    NEW.id IS DISTINCT FROM OLD.id
    OR NEW.number IS DISTINCT FROM OLD.number
    OR NEW.kind IS DISTINCT FROM OLD.kind
    OR NEW.fund_id IS DISTINCT FROM OLD.fund_id
    OR NEW.starts_on IS DISTINCT FROM OLD.starts_on
    OR NEW.resolution IS DISTINCT FROM OLD.resolution
    OR NEW.created_by IS DISTINCT FROM OLD.created_by
    OR NEW.created_at IS DISTINCT FROM OLD.created_at)
EXECUTE FUNCTION guard_always('investment_frozen')
-- ;;
CREATE FUNCTION depreciation_run_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM depreciation_run WHERE period_id > NEW.period_id) THEN
        PERFORM guard_refuse('depreciation_order');
    END IF;
    IF NEW.total_minor <> (
        SELECT COALESCE(SUM(amount_minor) FILTER (WHERE side = 1), 0)
        FROM voucher_line WHERE voucher_id = NEW.voucher_id) THEN
        PERFORM guard_refuse('depreciation_voucher');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER depreciation_run_insert BEFORE INSERT ON depreciation_run
FOR EACH ROW EXECUTE FUNCTION depreciation_run_guard()
-- ;;
CREATE TRIGGER depreciation_run_update BEFORE UPDATE ON depreciation_run
FOR EACH ROW EXECUTE FUNCTION guard_always('depreciation_final')
-- ;;
CREATE FUNCTION depreciation_run_delete_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM voucher v WHERE v.id = OLD.voucher_id AND v.state <> 'discarded'
                  AND NOT EXISTS (SELECT 1 FROM voucher r
                                  WHERE r.reverses_id = v.id AND r.state = 'posted')) THEN
        PERFORM guard_refuse('depreciation_final');
    END IF;
    RETURN OLD;
END $$
-- ;;
CREATE TRIGGER depreciation_run_delete BEFORE DELETE ON depreciation_run
FOR EACH ROW EXECUTE FUNCTION depreciation_run_delete_guard()
-- ;;
CREATE TRIGGER asset_disposal_update BEFORE UPDATE ON asset_disposal
FOR EACH ROW EXECUTE FUNCTION guard_always('disposal_final')
-- ;;
CREATE FUNCTION asset_disposal_delete_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM voucher v WHERE v.id = OLD.voucher_id AND v.state <> 'discarded'
                  AND NOT EXISTS (SELECT 1 FROM voucher r
                                  WHERE r.reverses_id = v.id AND r.state = 'posted')) THEN
        PERFORM guard_refuse('disposal_final');
    END IF;
    RETURN OLD;
END $$
-- ;;
CREATE TRIGGER asset_disposal_delete BEFORE DELETE ON asset_disposal
FOR EACH ROW EXECUTE FUNCTION asset_disposal_delete_guard()
-- ;;
CREATE TRIGGER asset_disposal_truncate BEFORE TRUNCATE ON asset_disposal
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('disposal_final')
-- ;;
CREATE FUNCTION depreciation_line_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM asset_card WHERE id = NEW.card_id FOR UPDATE;
    IF NEW.amount_minor + (SELECT COALESCE(SUM(amount_minor), 0) FROM depreciation_line
                           WHERE period_id = NEW.period_id)
        > (SELECT total_minor FROM depreciation_run WHERE period_id = NEW.period_id) THEN
        PERFORM guard_refuse('depreciation_total');
    END IF;
    IF NEW.amount_minor + (SELECT COALESCE(SUM(amount_minor), 0) FROM depreciation_line
                           WHERE card_id = NEW.card_id)
        > (SELECT cost_minor - residual_minor - charged_before_minor FROM asset_card
         WHERE id = NEW.card_id) THEN
        PERFORM guard_refuse('depreciation_too_much');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER depreciation_line_insert BEFORE INSERT ON depreciation_line
FOR EACH ROW EXECUTE FUNCTION depreciation_line_guard()
-- ;;
CREATE TRIGGER depreciation_line_update BEFORE UPDATE ON depreciation_line
FOR EACH ROW EXECUTE FUNCTION guard_always('depreciation_final')
-- ;;
CREATE FUNCTION depreciation_line_delete_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM voucher v WHERE v.id = (SELECT voucher_id FROM depreciation_run WHERE period_id = OLD.period_id) AND v.state <> 'discarded'
                  AND NOT EXISTS (SELECT 1 FROM voucher r
                                  WHERE r.reverses_id = v.id AND r.state = 'posted')) THEN
        PERFORM guard_refuse('depreciation_final');
    END IF;
    RETURN OLD;
END $$
-- ;;
CREATE TRIGGER depreciation_line_delete BEFORE DELETE ON depreciation_line
FOR EACH ROW EXECUTE FUNCTION depreciation_line_delete_guard()
-- ;;
CREATE TRIGGER depreciation_line_truncate BEFORE TRUNCATE ON depreciation_line
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('depreciation_final')
-- ;;
CREATE FUNCTION stock_movement_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM stock_item WHERE id = NEW.item_id FOR UPDATE;
    IF NEW.quantity + (SELECT COALESCE(SUM(quantity), 0) FROM stock_movement WHERE item_id = NEW.item_id) < 0
       OR NEW.value_minor + (SELECT COALESCE(SUM(value_minor), 0) FROM stock_movement WHERE item_id = NEW.item_id) < 0 THEN
        PERFORM guard_refuse('stock_below_zero');
    END IF;
    IF NEW.reverses_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM stock_movement o WHERE o.id = NEW.reverses_id AND o.item_id = NEW.item_id AND o.kind <> 'undone' AND o.quantity = -NEW.quantity AND o.value_minor = -NEW.value_minor
          AND NOT EXISTS (SELECT 1 FROM voucher v WHERE v.id = o.voucher_id AND v.state <> 'discarded'
                  AND NOT EXISTS (SELECT 1 FROM voucher r
                                  WHERE r.reverses_id = v.id AND r.state = 'posted'))) THEN
        PERFORM guard_refuse('stock_undone');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER stock_movement_insert BEFORE INSERT ON stock_movement
FOR EACH ROW EXECUTE FUNCTION stock_movement_guard()
-- ;;
CREATE TRIGGER stock_movement_change BEFORE UPDATE OR DELETE ON stock_movement
FOR EACH ROW EXECUTE FUNCTION guard_always('stock_final')
-- ;;
CREATE TRIGGER stock_movement_truncate BEFORE TRUNCATE ON stock_movement
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('stock_final')
-- ;;
CREATE FUNCTION investment_movement_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM investment WHERE id = NEW.investment_id FOR UPDATE;
    IF NEW.value_minor + (SELECT COALESCE(SUM(value_minor), 0) FROM investment_movement WHERE investment_id = NEW.investment_id) < 0
       OR NEW.due_minor + (SELECT COALESCE(SUM(due_minor), 0) FROM investment_movement WHERE investment_id = NEW.investment_id) < 0 THEN
        PERFORM guard_refuse('investment_below_zero');
    END IF;
    IF NEW.reverses_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM investment_movement o WHERE o.id = NEW.reverses_id AND o.investment_id = NEW.investment_id AND o.kind <> 'undone' AND o.value_minor = -NEW.value_minor AND o.income_minor = -NEW.income_minor AND o.due_minor = -NEW.due_minor AND o.cash_minor = -NEW.cash_minor
          AND NOT EXISTS (SELECT 1 FROM voucher v WHERE v.id = o.voucher_id AND v.state <> 'discarded'
                  AND NOT EXISTS (SELECT 1 FROM voucher r
                                  WHERE r.reverses_id = v.id AND r.state = 'posted'))) THEN
        PERFORM guard_refuse('investment_undone');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER investment_movement_insert BEFORE INSERT ON investment_movement
FOR EACH ROW EXECUTE FUNCTION investment_movement_guard()
-- ;;
CREATE TRIGGER investment_movement_change BEFORE UPDATE OR DELETE ON investment_movement
FOR EACH ROW EXECUTE FUNCTION guard_always('investment_final')
-- ;;
CREATE TRIGGER investment_movement_truncate BEFORE TRUNCATE ON investment_movement
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('investment_final')
