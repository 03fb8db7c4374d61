CREATE FUNCTION bank_payment_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Two requests linked at the same time count each other.
    PERFORM 1 FROM bank_line WHERE id = NEW.bank_line_id FOR UPDATE;
    IF (SELECT -amount_minor FROM bank_line WHERE id = NEW.bank_line_id) < (
        SELECT SUM(total_minor) FROM spending_request
        WHERE id = NEW.request_id OR id IN (
            SELECT request_id FROM bank_payment WHERE bank_line_id = NEW.bank_line_id)) THEN
        PERFORM guard_refuse('bank_payment_exceeds');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER bank_payment_insert BEFORE INSERT ON bank_payment
FOR EACH ROW EXECUTE FUNCTION bank_payment_guard()
-- ;;
CREATE TRIGGER bank_payment_update BEFORE UPDATE ON bank_payment
FOR EACH ROW EXECUTE FUNCTION guard_always('bank_payment_final')
-- ;;
CREATE FUNCTION bank_payment_delete_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM bank_match_line
               WHERE bank_line_id = OLD.bank_line_id AND is_live) THEN
        PERFORM guard_refuse('bank_payment_final');
    END IF;
    RETURN OLD;
END $$
-- ;;
CREATE TRIGGER bank_payment_delete BEFORE DELETE ON bank_payment
FOR EACH ROW EXECUTE FUNCTION bank_payment_delete_guard()
-- ;;
CREATE TRIGGER bank_payment_truncate BEFORE TRUNCATE ON bank_payment
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('bank_payment_final')
