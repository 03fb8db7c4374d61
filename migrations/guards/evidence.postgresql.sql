CREATE FUNCTION evidence_upload_update_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.ended_at IS NOT NULL
  OR NEW.id IS DISTINCT FROM OLD.id OR NEW.kind IS DISTINCT FROM OLD.kind
   OR NEW.year IS DISTINCT FROM OLD.year OR NEW.slot IS DISTINCT FROM OLD.slot
   OR NEW.title IS DISTINCT FROM OLD.title OR NEW.reference IS DISTINCT FROM OLD.reference
   OR NEW.dated_on IS DISTINCT FROM OLD.dated_on
   OR NEW.file_name IS DISTINCT FROM OLD.file_name
   OR NEW.media_type IS DISTINCT FROM OLD.media_type OR NEW.size IS DISTINCT FROM OLD.size
   OR NEW.digest IS DISTINCT FROM OLD.digest
   OR NEW.row_count IS DISTINCT FROM OLD.row_count
   OR NEW.rows_digest IS DISTINCT FROM OLD.rows_digest
   OR NEW.uploaded_by IS DISTINCT FROM OLD.uploaded_by
   OR NEW.uploaded_at IS DISTINCT FROM OLD.uploaded_at
    THEN
        PERFORM guard_refuse('evidence_final');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER evidence_upload_update BEFORE UPDATE ON evidence_upload
FOR EACH ROW EXECUTE FUNCTION evidence_upload_update_guard()
-- ;;
CREATE TRIGGER evidence_upload_delete BEFORE DELETE ON evidence_upload
FOR EACH ROW EXECUTE FUNCTION guard_always('evidence_final')
-- ;;
CREATE TRIGGER evidence_upload_truncate BEFORE TRUNCATE ON evidence_upload
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('evidence_final')
-- ;;
CREATE FUNCTION evidence_waiver_update_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.ended_at IS NOT NULL
  OR NEW.id IS DISTINCT FROM OLD.id OR NEW.kind IS DISTINCT FROM OLD.kind
   OR NEW.year IS DISTINCT FROM OLD.year OR NEW.reason IS DISTINCT FROM OLD.reason
   OR NEW.waived_by IS DISTINCT FROM OLD.waived_by
   OR NEW.waived_at IS DISTINCT FROM OLD.waived_at
    THEN
        PERFORM guard_refuse('evidence_final');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER evidence_waiver_update BEFORE UPDATE ON evidence_waiver
FOR EACH ROW EXECUTE FUNCTION evidence_waiver_update_guard()
-- ;;
CREATE TRIGGER evidence_waiver_delete BEFORE DELETE ON evidence_waiver
FOR EACH ROW EXECUTE FUNCTION guard_always('evidence_final')
-- ;;
CREATE TRIGGER evidence_waiver_truncate BEFORE TRUNCATE ON evidence_waiver
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('evidence_final')
-- ;;
CREATE FUNCTION control_explanation_update_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.ended_at IS NOT NULL
  OR NEW.id IS DISTINCT FROM OLD.id OR NEW.period IS DISTINCT FROM OLD.period
   OR NEW.control IS DISTINCT FROM OLD.control
   OR NEW.left_value IS DISTINCT FROM OLD.left_value
   OR NEW.right_value IS DISTINCT FROM OLD.right_value
   OR NEW.gaps_digest IS DISTINCT FROM OLD.gaps_digest
   OR NEW.reason IS DISTINCT FROM OLD.reason
   OR NEW.file_name IS DISTINCT FROM OLD.file_name
   OR NEW.media_type IS DISTINCT FROM OLD.media_type
   OR NEW.file_digest IS DISTINCT FROM OLD.file_digest
   OR NEW.made_by IS DISTINCT FROM OLD.made_by OR NEW.made_at IS DISTINCT FROM OLD.made_at
  OR (OLD.approved_at IS NOT NULL AND (NEW.approved_at IS DISTINCT FROM OLD.approved_at
      OR NEW.approved_by IS DISTINCT FROM OLD.approved_by))
    THEN
        PERFORM guard_refuse('explanation_final');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER control_explanation_update BEFORE UPDATE ON control_explanation
FOR EACH ROW EXECUTE FUNCTION control_explanation_update_guard()
-- ;;
CREATE TRIGGER control_explanation_delete BEFORE DELETE ON control_explanation
FOR EACH ROW EXECUTE FUNCTION guard_always('explanation_final')
-- ;;
CREATE TRIGGER control_explanation_truncate BEFORE TRUNCATE ON control_explanation
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('explanation_final')
-- ;;
CREATE TRIGGER evidence_row_update BEFORE UPDATE ON evidence_row
FOR EACH ROW EXECUTE FUNCTION guard_always('evidence_final')
-- ;;
CREATE TRIGGER evidence_row_delete BEFORE DELETE ON evidence_row
FOR EACH ROW EXECUTE FUNCTION guard_always('evidence_final')
-- ;;
CREATE TRIGGER evidence_row_truncate BEFORE TRUNCATE ON evidence_row
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('evidence_final')
-- ;;
CREATE TRIGGER audit_pack_update BEFORE UPDATE ON audit_pack
FOR EACH ROW EXECUTE FUNCTION guard_always('audit_pack_final')
-- ;;
CREATE TRIGGER audit_pack_delete BEFORE DELETE ON audit_pack
FOR EACH ROW EXECUTE FUNCTION guard_always('audit_pack_final')
-- ;;
CREATE TRIGGER audit_pack_truncate BEFORE TRUNCATE ON audit_pack
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('audit_pack_final')
-- ;;
CREATE FUNCTION evidence_row_insert_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM evidence_upload WHERE id = NEW.upload_id
               AND (NEW.line_no > row_count OR ended_at IS NOT NULL)) THEN
        PERFORM guard_refuse('evidence_row_beyond');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER evidence_row_insert BEFORE INSERT ON evidence_row
FOR EACH ROW EXECUTE FUNCTION evidence_row_insert_guard()
-- ;;
CREATE FUNCTION control_explanation_insert_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.approved_at IS NOT NULL THEN
        PERFORM guard_refuse('explanation_born_approved');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER control_explanation_insert BEFORE INSERT ON control_explanation
FOR EACH ROW EXECUTE FUNCTION control_explanation_insert_guard()
