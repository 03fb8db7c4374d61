CREATE TRIGGER related_party_delete BEFORE DELETE ON related_party
FOR EACH ROW EXECUTE FUNCTION guard_always('party_kept')
-- ;;
CREATE TRIGGER related_party_truncate BEFORE TRUNCATE ON related_party
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('party_kept')
-- ;;
CREATE FUNCTION related_party_relation_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.withdrawn_at IS NOT NULL
       OR (NEW.id, NEW.party_id, NEW.kind, NEW.is_important, NEW.relation, NEW.source,
           NEW.valid_from, NEW.recorded_by, NEW.recorded_at)
          IS DISTINCT FROM
          (OLD.id, OLD.party_id, OLD.kind, OLD.is_important, OLD.relation, OLD.source,
           OLD.valid_from, OLD.recorded_by, OLD.recorded_at)
       OR (OLD.valid_until IS NOT NULL AND NEW.valid_until IS DISTINCT FROM OLD.valid_until)
       OR (NEW.valid_until IS NOT DISTINCT FROM OLD.valid_until AND NEW.withdrawn_at IS NULL) THEN
        PERFORM guard_refuse('party_relation_final');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER related_party_relation_update BEFORE UPDATE ON related_party_relation
FOR EACH ROW EXECUTE FUNCTION related_party_relation_guard()
-- ;;
CREATE TRIGGER related_party_relation_delete BEFORE DELETE ON related_party_relation
FOR EACH ROW EXECUTE FUNCTION guard_always('party_relation_final')
-- ;;
CREATE TRIGGER related_party_relation_truncate BEFORE TRUNCATE ON related_party_relation
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('party_relation_final')
-- ;;
CREATE FUNCTION related_party_link_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.removed_at IS NOT NULL OR NEW.removed_at IS NULL
       OR (NEW.id, NEW.party_id, NEW.donor_id, NEW.counterparty_id, NEW.investment_id,
           NEW.added_by, NEW.added_at)
          IS DISTINCT FROM
          (OLD.id, OLD.party_id, OLD.donor_id, OLD.counterparty_id, OLD.investment_id,
           OLD.added_by, OLD.added_at) THEN
        PERFORM guard_refuse('party_link_final');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER related_party_link_update BEFORE UPDATE ON related_party_link
FOR EACH ROW EXECUTE FUNCTION related_party_link_guard()
-- ;;
CREATE TRIGGER related_party_link_delete BEFORE DELETE ON related_party_link
FOR EACH ROW EXECUTE FUNCTION guard_always('party_link_final')
-- ;;
CREATE TRIGGER related_party_link_truncate BEFORE TRUNCATE ON related_party_link
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('party_link_final')
-- ;;
CREATE TRIGGER related_party_ruling_change BEFORE UPDATE OR DELETE ON related_party_ruling
FOR EACH ROW EXECUTE FUNCTION guard_always('party_ruling_final')
-- ;;
CREATE TRIGGER related_party_ruling_truncate BEFORE TRUNCATE ON related_party_ruling
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('party_ruling_final')
-- ;;
CREATE TRIGGER related_party_dismissal_change BEFORE UPDATE OR DELETE ON related_party_dismissal
FOR EACH ROW EXECUTE FUNCTION guard_always('party_dismissal_final')
-- ;;
CREATE TRIGGER related_party_dismissal_truncate BEFORE TRUNCATE ON related_party_dismissal
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('party_dismissal_final')
-- ;;
CREATE TRIGGER annual_report_text_change BEFORE UPDATE OR DELETE ON annual_report_text
FOR EACH ROW EXECUTE FUNCTION guard_always('annual_report_text_final')
-- ;;
CREATE TRIGGER annual_report_text_truncate BEFORE TRUNCATE ON annual_report_text
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('annual_report_text_final')
-- ;;
CREATE TRIGGER donor_origin_change BEFORE UPDATE OR DELETE ON donor_origin
FOR EACH ROW EXECUTE FUNCTION guard_always('donor_origin_final')
-- ;;
CREATE TRIGGER donor_origin_truncate BEFORE TRUNCATE ON donor_origin
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('donor_origin_final')
