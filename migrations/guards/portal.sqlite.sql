CREATE TRIGGER mail_attempt_update BEFORE UPDATE ON mail_attempt
BEGIN
    SELECT RAISE(ABORT, 'guard:mail_attempt_final');
END
-- ;;
CREATE TRIGGER mail_attempt_delete BEFORE DELETE ON mail_attempt
BEGIN
    SELECT RAISE(ABORT, 'guard:mail_attempt_final');
END
-- ;;
CREATE TRIGGER donor_visit_update BEFORE UPDATE ON donor_visit
BEGIN
    SELECT RAISE(ABORT, 'guard:donor_visit_final');
END
-- ;;
CREATE TRIGGER donor_visit_delete BEFORE DELETE ON donor_visit
BEGIN
    SELECT RAISE(ABORT, 'guard:donor_visit_final');
END
-- ;;
CREATE TRIGGER publicity_consent_update BEFORE UPDATE ON publicity_consent
BEGIN
    SELECT RAISE(ABORT, 'guard:publicity_consent_final');
END
-- ;;
CREATE TRIGGER publicity_consent_delete BEFORE DELETE ON publicity_consent
BEGIN
    SELECT RAISE(ABORT, 'guard:publicity_consent_final');
END
-- ;;
CREATE TRIGGER donor_link_update BEFORE UPDATE ON donor_link
WHEN OLD.used_at IS NOT NULL OR NEW.digest <> OLD.digest OR NEW.donor_id <> OLD.donor_id
  OR NEW.channel <> OLD.channel OR NEW.created_by <> OLD.created_by
  OR NEW.created_at <> OLD.created_at OR NEW.expires_at > OLD.expires_at
BEGIN
    SELECT RAISE(ABORT, 'guard:donor_link_used');
END
