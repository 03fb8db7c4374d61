CREATE FUNCTION audit_query_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.closed_at IS NOT NULL OR NEW.closed_at IS NULL
       OR (NEW.id, NEW.year, NEW.number, NEW.topic, NEW.text, NEW.voucher_id, NEW.line_no,
           NEW.gift_id, NEW.asked_by, NEW.asked_on, NEW.fingerprint, NEW.recorded_by,
           NEW.recorded_at)
          IS DISTINCT FROM
          (OLD.id, OLD.year, OLD.number, OLD.topic, OLD.text, OLD.voucher_id, OLD.line_no,
           OLD.gift_id, OLD.asked_by, OLD.asked_on, OLD.fingerprint, OLD.recorded_by,
           OLD.recorded_at) THEN
        PERFORM guard_refuse('audit_query_final');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER audit_query_update BEFORE UPDATE ON audit_query
FOR EACH ROW EXECUTE FUNCTION audit_query_guard()
-- ;;
CREATE FUNCTION audit_answer_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM audit_query q
               WHERE q.id = NEW.query_id AND q.closed_at IS NOT NULL FOR SHARE) THEN
        PERFORM guard_refuse('audit_query_closed');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER audit_answer_insert BEFORE INSERT ON audit_answer
FOR EACH ROW EXECUTE FUNCTION audit_answer_guard()
-- ;;
CREATE TRIGGER audit_query_delete BEFORE DELETE ON audit_query
FOR EACH ROW EXECUTE FUNCTION guard_always('audit_query_final')
-- ;;
CREATE TRIGGER audit_query_truncate BEFORE TRUNCATE ON audit_query
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('audit_query_final')
-- ;;
CREATE TRIGGER audit_answer_update BEFORE UPDATE ON audit_answer
FOR EACH ROW EXECUTE FUNCTION guard_always('audit_answer_final')
-- ;;
CREATE TRIGGER audit_answer_delete BEFORE DELETE ON audit_answer
FOR EACH ROW EXECUTE FUNCTION guard_always('audit_answer_final')
-- ;;
CREATE TRIGGER audit_answer_truncate BEFORE TRUNCATE ON audit_answer
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('audit_answer_final')
-- ;;
CREATE TRIGGER audit_answer_file_update BEFORE UPDATE ON audit_answer_file
FOR EACH ROW EXECUTE FUNCTION guard_always('audit_paper_final')
-- ;;
CREATE TRIGGER audit_answer_file_delete BEFORE DELETE ON audit_answer_file
FOR EACH ROW EXECUTE FUNCTION guard_always('audit_paper_final')
-- ;;
CREATE TRIGGER audit_answer_file_truncate BEFORE TRUNCATE ON audit_answer_file
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('audit_paper_final')
-- ;;
CREATE TRIGGER access_log_update BEFORE UPDATE ON access_log
FOR EACH ROW EXECUTE FUNCTION guard_always('access_log_final')
-- ;;
CREATE TRIGGER access_log_delete BEFORE DELETE ON access_log
FOR EACH ROW EXECUTE FUNCTION guard_always('access_log_final')
-- ;;
CREATE TRIGGER access_log_truncate BEFORE TRUNCATE ON access_log
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('access_log_final')
