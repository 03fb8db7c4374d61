CREATE TRIGGER webhook_attempt_update BEFORE UPDATE ON webhook_attempt
BEGIN
    SELECT RAISE(ABORT, 'guard:webhook_attempt_final');
END
-- ;;
CREATE TRIGGER webhook_attempt_delete BEFORE DELETE ON webhook_attempt
BEGIN
    SELECT RAISE(ABORT, 'guard:webhook_attempt_final');
END
