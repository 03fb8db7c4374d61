CREATE FUNCTION asset_card_units_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.units IS DISTINCT FROM OLD.units THEN
        PERFORM guard_refuse('asset_frozen');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER asset_card_units BEFORE UPDATE ON asset_card
FOR EACH ROW EXECUTE FUNCTION asset_card_units_guard()
-- ;;
CREATE FUNCTION investment_method_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.uses_equity_method IS DISTINCT FROM OLD.uses_equity_method THEN
        PERFORM guard_refuse('investment_frozen');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER investment_method BEFORE UPDATE ON investment
FOR EACH ROW EXECUTE FUNCTION investment_method_guard()
-- ;;
CREATE FUNCTION asset_change_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    card asset_card%ROWTYPE;
BEGIN
    SELECT * INTO card FROM asset_card WHERE id = NEW.card_id FOR UPDATE;
    IF NEW.units + (SELECT COALESCE(SUM(units), 0) FROM asset_change WHERE card_id = NEW.card_id) >= card.units
       OR NEW.cost_minor + (SELECT COALESCE(SUM(cost_minor), 0) FROM asset_change WHERE card_id = NEW.card_id) >= card.cost_minor
       OR NEW.impaired_minor + (SELECT COALESCE(SUM(impaired_minor), 0) FROM asset_change WHERE card_id = NEW.card_id)
          NOT BETWEEN 0 AND card.cost_minor THEN
        PERFORM guard_refuse('asset_change_too_much');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER asset_change_insert BEFORE INSERT ON asset_change
FOR EACH ROW EXECUTE FUNCTION asset_change_guard()
-- ;;
CREATE TRIGGER asset_change_update BEFORE UPDATE ON asset_change
FOR EACH ROW EXECUTE FUNCTION guard_always('asset_change_final')
-- ;;
CREATE FUNCTION asset_change_delete_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.voucher_id IS NULL
       OR EXISTS (SELECT 1 FROM voucher v WHERE v.id = OLD.voucher_id AND v.state <> 'discarded'
                  AND NOT EXISTS (SELECT 1 FROM voucher r
                                  WHERE r.reverses_id = v.id AND r.state = 'posted')) THEN
        PERFORM guard_refuse('asset_change_final');
    END IF;
    RETURN OLD;
END $$
-- ;;
CREATE TRIGGER asset_change_delete BEFORE DELETE ON asset_change
FOR EACH ROW EXECUTE FUNCTION asset_change_delete_guard()
-- ;;
CREATE TRIGGER asset_change_truncate BEFORE TRUNCATE ON asset_change
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('asset_change_final')
-- ;;
CREATE FUNCTION investment_impairment_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM investment WHERE id = NEW.investment_id FOR UPDATE;
    IF NEW.amount_minor + (SELECT COALESCE(SUM(amount_minor), 0) FROM investment_impairment WHERE investment_id = NEW.investment_id)
       NOT BETWEEN 0 AND (SELECT COALESCE(SUM(value_minor), 0) FROM investment_movement WHERE investment_id = NEW.investment_id) THEN
        PERFORM guard_refuse('impairment_too_much');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER investment_impairment_insert BEFORE INSERT ON investment_impairment
FOR EACH ROW EXECUTE FUNCTION investment_impairment_guard()
-- ;;
CREATE TRIGGER investment_impairment_update BEFORE UPDATE ON investment_impairment
FOR EACH ROW EXECUTE FUNCTION guard_always('impairment_final')
-- ;;
CREATE FUNCTION investment_impairment_delete_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM voucher v WHERE v.id = OLD.voucher_id AND v.state <> 'discarded'
                  AND NOT EXISTS (SELECT 1 FROM voucher r
                                  WHERE r.reverses_id = v.id AND r.state = 'posted')) THEN
        PERFORM guard_refuse('impairment_final');
    END IF;
    RETURN OLD;
END $$
-- ;;
CREATE TRIGGER investment_impairment_delete BEFORE DELETE ON investment_impairment
FOR EACH ROW EXECUTE FUNCTION investment_impairment_delete_guard()
-- ;;
CREATE TRIGGER investment_impairment_truncate BEFORE TRUNCATE ON investment_impairment
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('impairment_final')
-- ;;
CREATE TRIGGER investment_level_change BEFORE UPDATE OR DELETE ON investment_level
FOR EACH ROW EXECUTE FUNCTION guard_always('level_final')
-- ;;
CREATE TRIGGER investment_level_truncate BEFORE TRUNCATE ON investment_level
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('level_final')
