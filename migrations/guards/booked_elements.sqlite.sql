CREATE TRIGGER booked_element_insert BEFORE INSERT ON booked_element
BEGIN
    SELECT RAISE(ABORT, 'guard:booked_element_line')
    WHERE NOT EXISTS (SELECT 1 FROM voucher_line l JOIN voucher v ON v.id = l.voucher_id
                      WHERE l.voucher_id = NEW.voucher_id AND l.line_no = NEW.line_no
                        AND l.amount_minor = NEW.amount_minor AND v.state = 'posted');
END
-- ;;
CREATE TRIGGER booked_element_update BEFORE UPDATE ON booked_element
BEGIN
    SELECT RAISE(ABORT, 'guard:booked_element_line')
    WHERE NEW.voucher_id <> OLD.voucher_id OR NEW.line_no <> OLD.line_no
       OR NEW.amount_minor <> OLD.amount_minor;
END
