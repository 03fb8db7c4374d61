CREATE TRIGGER disclosure_version_update BEFORE UPDATE ON disclosure_version
WHEN OLD.state <> 'prepared' OR NEW.entry_id <> OLD.entry_id OR NEW.title <> OLD.title
  OR NEW.content <> OLD.content OR NEW.digest <> OLD.digest
  OR NEW.prepared_by <> OLD.prepared_by OR NEW.prepared_at <> OLD.prepared_at
  OR NEW.correction IS NOT OLD.correction OR NEW.duty IS NOT OLD.duty
  OR NEW.occurrence IS NOT OLD.occurrence
BEGIN
    SELECT RAISE(ABORT, 'guard:disclosure_final');
END
-- ;;
CREATE TRIGGER disclosure_version_delete BEFORE DELETE ON disclosure_version
BEGIN
    SELECT RAISE(ABORT, 'guard:disclosure_final');
END
-- ;;
CREATE TRIGGER disclosure_file_insert BEFORE INSERT ON disclosure_file
BEGIN
    SELECT RAISE(ABORT, 'guard:disclosure_final')
    FROM disclosure_version WHERE id = NEW.version_id AND state <> 'prepared';
END
-- ;;
CREATE TRIGGER disclosure_file_update BEFORE UPDATE ON disclosure_file
BEGIN
    SELECT RAISE(ABORT, 'guard:disclosure_final');
END
-- ;;
CREATE TRIGGER disclosure_file_delete BEFORE DELETE ON disclosure_file
BEGIN
    SELECT RAISE(ABORT, 'guard:disclosure_final');
END
-- ;;
CREATE TRIGGER use_report_update BEFORE UPDATE ON use_report
BEGIN
    SELECT RAISE(ABORT, 'guard:use_report_final');
END
-- ;;
CREATE TRIGGER use_report_delete BEFORE DELETE ON use_report
BEGIN
    SELECT RAISE(ABORT, 'guard:use_report_final');
END
-- ;;
CREATE TRIGGER use_report_delivery_update BEFORE UPDATE ON use_report_delivery
BEGIN
    SELECT RAISE(ABORT, 'guard:use_report_final');
END
-- ;;
CREATE TRIGGER use_report_delivery_delete BEFORE DELETE ON use_report_delivery
BEGIN
    SELECT RAISE(ABORT, 'guard:use_report_final');
END
-- ;;
CREATE TRIGGER recognition_level_update BEFORE UPDATE ON recognition_level
WHEN OLD.last_on IS NOT NULL OR NEW.basis <> OLD.basis
  OR NEW.campaign_id IS NOT OLD.campaign_id OR NEW.name <> OLD.name
  OR NEW.name_en IS NOT OLD.name_en OR NEW.from_minor <> OLD.from_minor
  OR NEW.first_on <> OLD.first_on OR NEW.set_by <> OLD.set_by OR NEW.set_at <> OLD.set_at
BEGIN
    SELECT RAISE(ABORT, 'guard:recognition_level_final');
END
-- ;;
CREATE TRIGGER recognition_level_delete BEFORE DELETE ON recognition_level
BEGIN
    SELECT RAISE(ABORT, 'guard:recognition_level_final');
END
