CREATE TRIGGER asset_card_units BEFORE UPDATE OF units ON asset_card
BEGIN
    SELECT RAISE(ABORT, 'guard:asset_frozen') WHERE NEW.units IS NOT OLD.units;
END
-- ;;
CREATE TRIGGER investment_method BEFORE UPDATE OF uses_equity_method ON investment
BEGIN
    SELECT RAISE(ABORT, 'guard:investment_frozen')
    WHERE NEW.uses_equity_method IS NOT OLD.uses_equity_method;
END
-- ;;
CREATE TRIGGER asset_change_insert BEFORE INSERT ON asset_change
BEGIN
    SELECT RAISE(ABORT, 'guard:asset_change_too_much')
    WHERE NEW.units + (SELECT COALESCE(SUM(units), 0) FROM asset_change WHERE card_id = NEW.card_id)
        >= (SELECT units FROM asset_card WHERE id = NEW.card_id)
       OR NEW.cost_minor + (SELECT COALESCE(SUM(cost_minor), 0) FROM asset_change WHERE card_id = NEW.card_id)
        >= (SELECT cost_minor FROM asset_card WHERE id = NEW.card_id)
       OR NEW.impaired_minor + (SELECT COALESCE(SUM(impaired_minor), 0) FROM asset_change WHERE card_id = NEW.card_id)
        NOT BETWEEN 0 AND (SELECT cost_minor FROM asset_card WHERE id = NEW.card_id);
END
-- ;;
CREATE TRIGGER asset_change_update BEFORE UPDATE ON asset_change
BEGIN
    SELECT RAISE(ABORT, 'guard:asset_change_final');
END
-- ;;
CREATE TRIGGER asset_change_delete BEFORE DELETE ON asset_change
BEGIN
    SELECT RAISE(ABORT, 'guard:asset_change_final')
    WHERE OLD.voucher_id IS NULL
       OR EXISTS (SELECT 1 FROM voucher v WHERE v.id = OLD.voucher_id AND v.state <> 'discarded'
                  AND NOT EXISTS (SELECT 1 FROM voucher r
                                  WHERE r.reverses_id = v.id AND r.state = 'posted'));
END
-- ;;
CREATE TRIGGER investment_impairment_insert BEFORE INSERT ON investment_impairment
BEGIN
    SELECT RAISE(ABORT, 'guard:impairment_too_much')
    WHERE NEW.amount_minor + (SELECT COALESCE(SUM(amount_minor), 0) FROM investment_impairment WHERE investment_id = NEW.investment_id)
        NOT BETWEEN 0 AND (SELECT COALESCE(SUM(value_minor), 0) FROM investment_movement WHERE investment_id = NEW.investment_id);
END
-- ;;
CREATE TRIGGER investment_impairment_update BEFORE UPDATE ON investment_impairment
BEGIN
    SELECT RAISE(ABORT, 'guard:impairment_final');
END
-- ;;
CREATE TRIGGER investment_impairment_delete BEFORE DELETE ON investment_impairment
BEGIN
    SELECT RAISE(ABORT, 'guard:impairment_final')
    WHERE EXISTS (SELECT 1 FROM voucher v WHERE v.id = OLD.voucher_id AND v.state <> 'discarded'
                  AND NOT EXISTS (SELECT 1 FROM voucher r
                                  WHERE r.reverses_id = v.id AND r.state = 'posted'));
END
-- ;;
CREATE TRIGGER investment_level_update BEFORE UPDATE ON investment_level
BEGIN
    SELECT RAISE(ABORT, 'guard:level_final');
END
-- ;;
CREATE TRIGGER investment_level_delete BEFORE DELETE ON investment_level
BEGIN
    SELECT RAISE(ABORT, 'guard:level_final');
END
