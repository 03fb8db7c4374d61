CREATE FUNCTION tax_qualification_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.withdrawn_at IS NOT NULL OR NEW.withdrawn_at IS NULL
       OR (NEW.id, NEW.standing, NEW.first_on, NEW.last_on, NEW.document_number,
           NEW.document_address, NEW.published_on, NEW.recorded_by, NEW.recorded_at)
          IS DISTINCT FROM
          (OLD.id, OLD.standing, OLD.first_on, OLD.last_on, OLD.document_number,
           OLD.document_address, OLD.published_on, OLD.recorded_by, OLD.recorded_at) THEN
        PERFORM guard_refuse('tax_qualification_final');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER tax_qualification_update BEFORE UPDATE ON tax_qualification
FOR EACH ROW EXECUTE FUNCTION tax_qualification_guard()
-- ;;
CREATE TRIGGER tax_qualification_delete BEFORE DELETE ON tax_qualification
FOR EACH ROW EXECUTE FUNCTION guard_always('tax_qualification_final')
-- ;;
CREATE TRIGGER tax_qualification_truncate BEFORE TRUNCATE ON tax_qualification
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('tax_qualification_final')
-- ;;
CREATE TRIGGER letterhead_delete BEFORE DELETE ON letterhead
FOR EACH ROW EXECUTE FUNCTION guard_always('letterhead_kept')
-- ;;
CREATE TRIGGER letterhead_truncate BEFORE TRUNCATE ON letterhead
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('letterhead_kept')
