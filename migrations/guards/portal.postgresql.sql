CREATE TRIGGER mail_attempt_change BEFORE UPDATE OR DELETE ON mail_attempt
FOR EACH ROW EXECUTE FUNCTION guard_always('mail_attempt_final')
-- ;;
CREATE TRIGGER mail_attempt_truncate BEFORE TRUNCATE ON mail_attempt
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('mail_attempt_final')
-- ;;
CREATE TRIGGER donor_visit_change BEFORE UPDATE OR DELETE ON donor_visit
FOR EACH ROW EXECUTE FUNCTION guard_always('donor_visit_final')
-- ;;
CREATE TRIGGER donor_visit_truncate BEFORE TRUNCATE ON donor_visit
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('donor_visit_final')
-- ;;
CREATE TRIGGER publicity_consent_change BEFORE UPDATE OR DELETE ON publicity_consent
FOR EACH ROW EXECUTE FUNCTION guard_always('publicity_consent_final')
-- ;;
CREATE TRIGGER publicity_consent_truncate BEFORE TRUNCATE ON publicity_consent
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('publicity_consent_final')
-- ;;
CREATE TRIGGER donor_link_update BEFORE UPDATE ON donor_link
FOR EACH ROW WHEN (OLD.used_at IS NOT NULL OR NEW.digest <> OLD.digest
                   OR NEW.donor_id <> OLD.donor_id OR NEW.channel <> OLD.channel
                   OR NEW.created_by <> OLD.created_by OR NEW.created_at <> OLD.created_at
                   OR NEW.expires_at > OLD.expires_at)
EXECUTE FUNCTION guard_always('donor_link_used')
