CREATE TRIGGER bank_payment_insert BEFORE INSERT ON bank_payment
BEGIN
    SELECT RAISE(ABORT, 'guard:bank_payment_exceeds')
    WHERE (SELECT -amount_minor FROM bank_line WHERE id = NEW.bank_line_id) < (
        SELECT SUM(total_minor) FROM spending_request
        WHERE id = NEW.request_id OR id IN (
            SELECT request_id FROM bank_payment WHERE bank_line_id = NEW.bank_line_id));
END
-- ;;
CREATE TRIGGER bank_payment_update BEFORE UPDATE ON bank_payment
BEGIN
    SELECT RAISE(ABORT, 'guard:bank_payment_final');
END
-- ;;
CREATE TRIGGER bank_payment_delete BEFORE DELETE ON bank_payment
BEGIN
    SELECT RAISE(ABORT, 'guard:bank_payment_final')
    WHERE EXISTS (SELECT 1 FROM bank_match_line
                  WHERE bank_line_id = OLD.bank_line_id AND is_live);
END
