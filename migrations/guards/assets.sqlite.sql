CREATE TRIGGER asset_card_update BEFORE UPDATE ON asset_card
BEGIN
    SELECT RAISE(ABORT, 'guard:asset_frozen')
    WHERE NEW.id IS NOT OLD.id
       OR NEW.number IS NOT OLD.number
       OR NEW.kind IS NOT OLD.kind
       OR NEW.acquired_on IS NOT OLD.acquired_on
       OR NEW.origin IS NOT OLD.origin
       OR NEW.gift_id IS NOT OLD.gift_id
       OR NEW.cost_minor IS NOT OLD.cost_minor
       OR NEW.residual_minor IS NOT OLD.residual_minor
       OR NEW.life_months IS NOT OLD.life_months
       OR NEW.charged_before_minor IS NOT OLD.charged_before_minor
       OR NEW.expense_tag IS NOT OLD.expense_tag
       OR NEW.fund_id IS NOT OLD.fund_id
       OR NEW.account_id IS NOT OLD.account_id
       OR NEW.created_by IS NOT OLD.created_by
       OR NEW.created_at IS NOT OLD.created_at;
END
-- ;;
CREATE TRIGGER stock_item_update BEFORE UPDATE ON stock_item
BEGIN
    SELECT RAISE(ABORT, 'guard:stock_frozen')
    WHERE NEW.id IS NOT OLD.id
       OR NEW.number IS NOT OLD.number
       OR NEW.is_agency IS NOT OLD.is_agency
       OR NEW.fund_id IS NOT OLD.fund_id
       OR NEW.account_id IS NOT OLD.account_id
       OR NEW.created_by IS NOT OLD.created_by
       OR NEW.created_at IS NOT OLD.created_at;
END
-- ;;
CREATE TRIGGER investment_update BEFORE UPDATE ON investment
BEGIN
    SELECT RAISE(ABORT, 'guard:investment_frozen')
    WHERE NEW.id IS NOT OLD.id
       OR NEW.number IS NOT OLD.number
       OR NEW.kind IS NOT OLD.kind
       OR NEW.fund_id IS NOT OLD.fund_id
       OR NEW.starts_on IS NOT OLD.starts_on
       OR NEW.resolution IS NOT OLD.resolution
       OR NEW.created_by IS NOT OLD.created_by
       OR NEW.created_at IS NOT OLD.created_at;
END
-- ;;
CREATE TRIGGER depreciation_run_insert BEFORE INSERT ON depreciation_run
BEGIN
    SELECT RAISE(ABORT, 'guard:depreciation_order')
    WHERE EXISTS (SELECT 1 FROM depreciation_run WHERE period_id > NEW.period_id);
    SELECT RAISE(ABORT, 'guard:depreciation_voucher')
    WHERE NEW.total_minor <> (
        SELECT COALESCE(SUM(CASE WHEN l.side = 1 THEN l.amount_minor ELSE 0 END), 0)
        FROM voucher_line l WHERE l.voucher_id = NEW.voucher_id);
END
-- ;;
CREATE TRIGGER depreciation_run_update BEFORE UPDATE ON depreciation_run
BEGIN
    SELECT RAISE(ABORT, 'guard:depreciation_final');
END
-- ;;
CREATE TRIGGER depreciation_run_delete BEFORE DELETE ON depreciation_run
BEGIN
    SELECT RAISE(ABORT, 'guard:depreciation_final')
    WHERE EXISTS (SELECT 1 FROM voucher v WHERE v.id = OLD.voucher_id AND v.state <> 'discarded'
                  AND NOT EXISTS (SELECT 1 FROM voucher r
                                  WHERE r.reverses_id = v.id AND r.state = 'posted'));
END
-- ;;
CREATE TRIGGER asset_disposal_update BEFORE UPDATE ON asset_disposal
BEGIN
    SELECT RAISE(ABORT, 'guard:disposal_final');
END
-- ;;
CREATE TRIGGER asset_disposal_delete BEFORE DELETE ON asset_disposal
BEGIN
    SELECT RAISE(ABORT, 'guard:disposal_final')
    WHERE EXISTS (SELECT 1 FROM voucher v WHERE v.id = OLD.voucher_id AND v.state <> 'discarded'
                  AND NOT EXISTS (SELECT 1 FROM voucher r
                                  WHERE r.reverses_id = v.id AND r.state = 'posted'));
END
-- ;;
CREATE TRIGGER depreciation_line_insert BEFORE INSERT ON depreciation_line
BEGIN
    SELECT RAISE(ABORT, 'guard:depreciation_total')
    WHERE NEW.amount_minor + (SELECT COALESCE(SUM(amount_minor), 0) FROM depreciation_line
                           WHERE period_id = NEW.period_id)
        > (SELECT total_minor FROM depreciation_run WHERE period_id = NEW.period_id);
    SELECT RAISE(ABORT, 'guard:depreciation_too_much')
    WHERE NEW.amount_minor + (SELECT COALESCE(SUM(amount_minor), 0) FROM depreciation_line
                           WHERE card_id = NEW.card_id)
        > (SELECT cost_minor - residual_minor - charged_before_minor FROM asset_card
         WHERE id = NEW.card_id);
END
-- ;;
CREATE TRIGGER depreciation_line_update BEFORE UPDATE ON depreciation_line
BEGIN
    SELECT RAISE(ABORT, 'guard:depreciation_final');
END
-- ;;
CREATE TRIGGER depreciation_line_delete BEFORE DELETE ON depreciation_line
BEGIN
    SELECT RAISE(ABORT, 'guard:depreciation_final')
    WHERE EXISTS (SELECT 1 FROM voucher v WHERE v.id = (SELECT voucher_id FROM depreciation_run WHERE period_id = OLD.period_id) AND v.state <> 'discarded'
                  AND NOT EXISTS (SELECT 1 FROM voucher r
                                  WHERE r.reverses_id = v.id AND r.state = 'posted'));
END
-- ;;
CREATE TRIGGER stock_movement_insert BEFORE INSERT ON stock_movement
BEGIN
    SELECT RAISE(ABORT, 'guard:stock_below_zero')
    WHERE NEW.quantity + (SELECT COALESCE(SUM(quantity), 0) FROM stock_movement WHERE item_id = NEW.item_id) < 0
       OR NEW.value_minor + (SELECT COALESCE(SUM(value_minor), 0) FROM stock_movement WHERE item_id = NEW.item_id) < 0;
    SELECT RAISE(ABORT, 'guard:stock_undone')
    WHERE NEW.reverses_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM stock_movement o WHERE o.id = NEW.reverses_id AND o.item_id = NEW.item_id AND o.kind <> 'undone' AND o.quantity = -NEW.quantity AND o.value_minor = -NEW.value_minor
          AND NOT EXISTS (SELECT 1 FROM voucher v WHERE v.id = o.voucher_id AND v.state <> 'discarded'
                  AND NOT EXISTS (SELECT 1 FROM voucher r
                                  WHERE r.reverses_id = v.id AND r.state = 'posted')));
END
-- ;;
CREATE TRIGGER stock_movement_update BEFORE UPDATE ON stock_movement
BEGIN
    SELECT RAISE(ABORT, 'guard:stock_final');
END
-- ;;
CREATE TRIGGER stock_movement_delete BEFORE DELETE ON stock_movement
BEGIN
    SELECT RAISE(ABORT, 'guard:stock_final');
END
-- ;;
CREATE TRIGGER investment_movement_insert BEFORE INSERT ON investment_movement
BEGIN
    SELECT RAISE(ABORT, 'guard:investment_below_zero')
    WHERE NEW.value_minor + (SELECT COALESCE(SUM(value_minor), 0) FROM investment_movement WHERE investment_id = NEW.investment_id) < 0
       OR NEW.due_minor + (SELECT COALESCE(SUM(due_minor), 0) FROM investment_movement WHERE investment_id = NEW.investment_id) < 0;
    SELECT RAISE(ABORT, 'guard:investment_undone')
    WHERE NEW.reverses_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM investment_movement o WHERE o.id = NEW.reverses_id AND o.investment_id = NEW.investment_id AND o.kind <> 'undone' AND o.value_minor = -NEW.value_minor AND o.income_minor = -NEW.income_minor AND o.due_minor = -NEW.due_minor AND o.cash_minor = -NEW.cash_minor
          AND NOT EXISTS (SELECT 1 FROM voucher v WHERE v.id = o.voucher_id AND v.state <> 'discarded'
                  AND NOT EXISTS (SELECT 1 FROM voucher r
                                  WHERE r.reverses_id = v.id AND r.state = 'posted')));
END
-- ;;
CREATE TRIGGER investment_movement_update BEFORE UPDATE ON investment_movement
BEGIN
    SELECT RAISE(ABORT, 'guard:investment_final');
END
-- ;;
CREATE TRIGGER investment_movement_delete BEFORE DELETE ON investment_movement
BEGIN
    SELECT RAISE(ABORT, 'guard:investment_final');
END
