CREATE TRIGGER evidence_upload_update BEFORE UPDATE ON evidence_upload
WHEN OLD.ended_at IS NOT NULL
  OR NEW.id IS NOT OLD.id OR NEW.kind IS NOT OLD.kind OR NEW.year IS NOT OLD.year
   OR NEW.slot IS NOT OLD.slot OR NEW.title IS NOT OLD.title
   OR NEW.reference IS NOT OLD.reference OR NEW.dated_on IS NOT OLD.dated_on
   OR NEW.file_name IS NOT OLD.file_name OR NEW.media_type IS NOT OLD.media_type
   OR NEW.size IS NOT OLD.size OR NEW.digest IS NOT OLD.digest
   OR NEW.row_count IS NOT OLD.row_count OR NEW.rows_digest IS NOT OLD.rows_digest
   OR NEW.uploaded_by IS NOT OLD.uploaded_by OR NEW.uploaded_at IS NOT OLD.uploaded_at
BEGIN
    SELECT RAISE(ABORT, 'guard:evidence_final');
END
-- ;;
CREATE TRIGGER evidence_upload_delete BEFORE DELETE ON evidence_upload
BEGIN
    SELECT RAISE(ABORT, 'guard:evidence_final');
END
-- ;;
CREATE TRIGGER evidence_waiver_update BEFORE UPDATE ON evidence_waiver
WHEN OLD.ended_at IS NOT NULL
  OR NEW.id IS NOT OLD.id OR NEW.kind IS NOT OLD.kind OR NEW.year IS NOT OLD.year
   OR NEW.reason IS NOT OLD.reason OR NEW.waived_by IS NOT OLD.waived_by
   OR NEW.waived_at IS NOT OLD.waived_at
BEGIN
    SELECT RAISE(ABORT, 'guard:evidence_final');
END
-- ;;
CREATE TRIGGER evidence_waiver_delete BEFORE DELETE ON evidence_waiver
BEGIN
    SELECT RAISE(ABORT, 'guard:evidence_final');
END
-- ;;
CREATE TRIGGER control_explanation_update BEFORE UPDATE ON control_explanation
WHEN OLD.ended_at IS NOT NULL
  OR NEW.id IS NOT OLD.id OR NEW.period IS NOT OLD.period OR NEW.control IS NOT OLD.control
   OR NEW.left_value IS NOT OLD.left_value OR NEW.right_value IS NOT OLD.right_value
   OR NEW.gaps_digest IS NOT OLD.gaps_digest OR NEW.reason IS NOT OLD.reason
   OR NEW.file_name IS NOT OLD.file_name OR NEW.media_type IS NOT OLD.media_type
   OR NEW.file_digest IS NOT OLD.file_digest OR NEW.made_by IS NOT OLD.made_by
   OR NEW.made_at IS NOT OLD.made_at
  OR (OLD.approved_at IS NOT NULL AND (NEW.approved_at IS NOT OLD.approved_at
      OR NEW.approved_by IS NOT OLD.approved_by))
BEGIN
    SELECT RAISE(ABORT, 'guard:explanation_final');
END
-- ;;
CREATE TRIGGER control_explanation_delete BEFORE DELETE ON control_explanation
BEGIN
    SELECT RAISE(ABORT, 'guard:explanation_final');
END
-- ;;
CREATE TRIGGER evidence_row_update BEFORE UPDATE ON evidence_row
BEGIN
    SELECT RAISE(ABORT, 'guard:evidence_final');
END
-- ;;
CREATE TRIGGER evidence_row_delete BEFORE DELETE ON evidence_row
BEGIN
    SELECT RAISE(ABORT, 'guard:evidence_final');
END
-- ;;
CREATE TRIGGER audit_pack_update BEFORE UPDATE ON audit_pack
BEGIN
    SELECT RAISE(ABORT, 'guard:audit_pack_final');
END
-- ;;
CREATE TRIGGER audit_pack_delete BEFORE DELETE ON audit_pack
BEGIN
    SELECT RAISE(ABORT, 'guard:audit_pack_final');
END
-- ;;
CREATE TRIGGER evidence_row_insert BEFORE INSERT ON evidence_row
BEGIN
    SELECT RAISE(ABORT, 'guard:evidence_row_beyond')
    FROM evidence_upload WHERE id = NEW.upload_id AND (NEW.line_no > row_count OR ended_at IS NOT NULL);
END
-- ;;
CREATE TRIGGER control_explanation_insert BEFORE INSERT ON control_explanation
WHEN NEW.approved_at IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'guard:explanation_born_approved');
END
