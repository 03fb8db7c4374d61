CREATE TRIGGER related_party_delete BEFORE DELETE ON related_party
BEGIN
    SELECT RAISE(ABORT, 'guard:party_kept');
END
-- ;;
CREATE TRIGGER related_party_relation_update BEFORE UPDATE ON related_party_relation
BEGIN
    SELECT RAISE(ABORT, 'guard:party_relation_final')
    WHERE OLD.withdrawn_at IS NOT NULL
       OR NEW.id <> OLD.id
       OR NEW.party_id <> OLD.party_id
       OR NEW.kind <> OLD.kind
       OR NEW.is_important <> OLD.is_important
       OR NEW.relation <> OLD.relation
       OR NEW.source <> OLD.source
       OR NEW.valid_from <> OLD.valid_from
       OR NEW.recorded_by <> OLD.recorded_by
       OR NEW.recorded_at <> OLD.recorded_at
       OR (OLD.valid_until IS NOT NULL AND NEW.valid_until IS NOT OLD.valid_until)
       OR (NEW.valid_until IS OLD.valid_until AND NEW.withdrawn_at IS NULL);
END
-- ;;
CREATE TRIGGER related_party_relation_delete BEFORE DELETE ON related_party_relation
BEGIN
    SELECT RAISE(ABORT, 'guard:party_relation_final');
END
-- ;;
CREATE TRIGGER related_party_link_update BEFORE UPDATE ON related_party_link
BEGIN
    SELECT RAISE(ABORT, 'guard:party_link_final')
    WHERE OLD.removed_at IS NOT NULL OR NEW.removed_at IS NULL
       OR NEW.id <> OLD.id OR NEW.party_id <> OLD.party_id
       OR NEW.donor_id IS NOT OLD.donor_id
       OR NEW.counterparty_id IS NOT OLD.counterparty_id
       OR NEW.investment_id IS NOT OLD.investment_id
       OR NEW.added_by <> OLD.added_by OR NEW.added_at <> OLD.added_at;
END
-- ;;
CREATE TRIGGER related_party_link_delete BEFORE DELETE ON related_party_link
BEGIN
    SELECT RAISE(ABORT, 'guard:party_link_final');
END
-- ;;
CREATE TRIGGER related_party_ruling_update BEFORE UPDATE ON related_party_ruling
BEGIN
    SELECT RAISE(ABORT, 'guard:party_ruling_final');
END
-- ;;
CREATE TRIGGER related_party_ruling_delete BEFORE DELETE ON related_party_ruling
BEGIN
    SELECT RAISE(ABORT, 'guard:party_ruling_final');
END
-- ;;
CREATE TRIGGER related_party_dismissal_update BEFORE UPDATE ON related_party_dismissal
BEGIN
    SELECT RAISE(ABORT, 'guard:party_dismissal_final');
END
-- ;;
CREATE TRIGGER related_party_dismissal_delete BEFORE DELETE ON related_party_dismissal
BEGIN
    SELECT RAISE(ABORT, 'guard:party_dismissal_final');
END
-- ;;
CREATE TRIGGER annual_report_text_update BEFORE UPDATE ON annual_report_text
BEGIN
    SELECT RAISE(ABORT, 'guard:annual_report_text_final');
END
-- ;;
CREATE TRIGGER annual_report_text_delete BEFORE DELETE ON annual_report_text
BEGIN
    SELECT RAISE(ABORT, 'guard:annual_report_text_final');
END
-- ;;
CREATE TRIGGER donor_origin_update BEFORE UPDATE ON donor_origin
BEGIN
    SELECT RAISE(ABORT, 'guard:donor_origin_final');
END
-- ;;
CREATE TRIGGER donor_origin_delete BEFORE DELETE ON donor_origin
BEGIN
    SELECT RAISE(ABORT, 'guard:donor_origin_final');
END
