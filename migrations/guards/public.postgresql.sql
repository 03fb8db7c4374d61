CREATE TRIGGER disclosure_version_update BEFORE UPDATE ON disclosure_version
FOR EACH ROW WHEN (OLD.state <> 'prepared' OR NEW.entry_id <> OLD.entry_id
                   OR NEW.title <> OLD.title OR NEW.content <> OLD.content
                   OR NEW.digest <> OLD.digest OR NEW.prepared_by <> OLD.prepared_by
                   OR NEW.prepared_at <> OLD.prepared_at
                   OR NEW.correction IS DISTINCT FROM OLD.correction
                   OR NEW.duty IS DISTINCT FROM OLD.duty
                   OR NEW.occurrence IS DISTINCT FROM OLD.occurrence)
EXECUTE FUNCTION guard_always('disclosure_final')
-- ;;
CREATE TRIGGER disclosure_version_delete BEFORE DELETE ON disclosure_version
FOR EACH ROW EXECUTE FUNCTION guard_always('disclosure_final')
-- ;;
CREATE TRIGGER disclosure_version_truncate BEFORE TRUNCATE ON disclosure_version
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('disclosure_final')
-- ;;
CREATE FUNCTION disclosure_file_insert_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- The lock makes a publication that runs at the same time wait for us, and us for it.
    PERFORM 1 FROM disclosure_version WHERE id = NEW.version_id FOR SHARE;
    IF EXISTS (SELECT 1 FROM disclosure_version WHERE id = NEW.version_id
               AND state <> 'prepared') THEN
        PERFORM guard_refuse('disclosure_final');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER disclosure_file_insert BEFORE INSERT ON disclosure_file
FOR EACH ROW EXECUTE FUNCTION disclosure_file_insert_guard()
-- ;;
CREATE TRIGGER disclosure_file_change BEFORE UPDATE OR DELETE ON disclosure_file
FOR EACH ROW EXECUTE FUNCTION guard_always('disclosure_final')
-- ;;
CREATE TRIGGER disclosure_file_truncate BEFORE TRUNCATE ON disclosure_file
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('disclosure_final')
-- ;;
CREATE TRIGGER use_report_change BEFORE UPDATE OR DELETE ON use_report
FOR EACH ROW EXECUTE FUNCTION guard_always('use_report_final')
-- ;;
CREATE TRIGGER use_report_truncate BEFORE TRUNCATE ON use_report
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('use_report_final')
-- ;;
CREATE TRIGGER use_report_delivery_change BEFORE UPDATE OR DELETE ON use_report_delivery
FOR EACH ROW EXECUTE FUNCTION guard_always('use_report_final')
-- ;;
CREATE TRIGGER use_report_delivery_truncate BEFORE TRUNCATE ON use_report_delivery
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('use_report_final')
-- ;;
CREATE TRIGGER recognition_level_update BEFORE UPDATE ON recognition_level
FOR EACH ROW WHEN (OLD.last_on IS NOT NULL OR NEW.basis <> OLD.basis
                   OR NEW.campaign_id IS DISTINCT FROM OLD.campaign_id
                   OR NEW.name <> OLD.name OR NEW.name_en IS DISTINCT FROM OLD.name_en
                   OR NEW.from_minor <> OLD.from_minor OR NEW.first_on <> OLD.first_on
                   OR NEW.set_by <> OLD.set_by OR NEW.set_at <> OLD.set_at)
EXECUTE FUNCTION guard_always('recognition_level_final')
-- ;;
CREATE TRIGGER recognition_level_delete BEFORE DELETE ON recognition_level
FOR EACH ROW EXECUTE FUNCTION guard_always('recognition_level_final')
-- ;;
CREATE TRIGGER recognition_level_truncate BEFORE TRUNCATE ON recognition_level
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('recognition_level_final')
