CREATE TRIGGER webhook_attempt_change BEFORE UPDATE OR DELETE ON webhook_attempt
FOR EACH ROW EXECUTE FUNCTION guard_always('webhook_attempt_final')
-- ;;
CREATE TRIGGER webhook_attempt_truncate BEFORE TRUNCATE ON webhook_attempt
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('webhook_attempt_final')
