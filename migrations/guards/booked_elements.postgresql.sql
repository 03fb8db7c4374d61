CREATE FUNCTION booked_element_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM voucher_line l JOIN voucher v ON v.id = l.voucher_id
                   WHERE l.voucher_id = NEW.voucher_id AND l.line_no = NEW.line_no
                     AND l.amount_minor = NEW.amount_minor AND v.state = 'posted') THEN
        PERFORM guard_refuse('booked_element_line');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER booked_element_insert BEFORE INSERT ON booked_element
FOR EACH ROW EXECUTE FUNCTION booked_element_guard()
-- ;;
CREATE FUNCTION booked_element_update_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.voucher_id, NEW.line_no, NEW.amount_minor)
       IS DISTINCT FROM (OLD.voucher_id, OLD.line_no, OLD.amount_minor) THEN
        PERFORM guard_refuse('booked_element_line');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER booked_element_update BEFORE UPDATE ON booked_element
FOR EACH ROW EXECUTE FUNCTION booked_element_update_guard()
