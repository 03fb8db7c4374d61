CREATE TRIGGER audit_query_update BEFORE UPDATE ON audit_query
BEGIN
    SELECT RAISE(ABORT, 'guard:audit_query_final')
    WHERE OLD.closed_at IS NOT NULL OR NEW.closed_at IS NULL
       OR NEW.id <> OLD.id OR NEW.year <> OLD.year OR NEW.number <> OLD.number
       OR NEW.topic <> OLD.topic OR NEW.text <> OLD.text
       OR NEW.voucher_id IS NOT OLD.voucher_id OR NEW.line_no IS NOT OLD.line_no
       OR NEW.gift_id IS NOT OLD.gift_id
       OR NEW.asked_by <> OLD.asked_by OR NEW.asked_on <> OLD.asked_on
       OR NEW.fingerprint <> OLD.fingerprint
       OR NEW.recorded_by <> OLD.recorded_by OR NEW.recorded_at <> OLD.recorded_at;
END
-- ;;
CREATE TRIGGER audit_answer_insert BEFORE INSERT ON audit_answer
BEGIN
    SELECT RAISE(ABORT, 'guard:audit_query_closed')
    WHERE EXISTS (SELECT 1 FROM audit_query
                  WHERE id = NEW.query_id AND closed_at IS NOT NULL);
END
-- ;;
CREATE TRIGGER audit_query_delete BEFORE DELETE ON audit_query
BEGIN
    SELECT RAISE(ABORT, 'guard:audit_query_final');
END
-- ;;
CREATE TRIGGER audit_answer_update BEFORE UPDATE ON audit_answer
BEGIN
    SELECT RAISE(ABORT, 'guard:audit_answer_final');
END
-- ;;
CREATE TRIGGER audit_answer_delete BEFORE DELETE ON audit_answer
BEGIN
    SELECT RAISE(ABORT, 'guard:audit_answer_final');
END
-- ;;
CREATE TRIGGER audit_answer_file_update BEFORE UPDATE ON audit_answer_file
BEGIN
    SELECT RAISE(ABORT, 'guard:audit_paper_final');
END
-- ;;
CREATE TRIGGER audit_answer_file_delete BEFORE DELETE ON audit_answer_file
BEGIN
    SELECT RAISE(ABORT, 'guard:audit_paper_final');
END
-- ;;
CREATE TRIGGER access_log_update BEFORE UPDATE ON access_log
BEGIN
    SELECT RAISE(ABORT, 'guard:access_log_final');
END
-- ;;
CREATE TRIGGER access_log_delete BEFORE DELETE ON access_log
BEGIN
    SELECT RAISE(ABORT, 'guard:access_log_final');
END
