CREATE TRIGGER tax_qualification_update BEFORE UPDATE ON tax_qualification
BEGIN
    SELECT RAISE(ABORT, 'guard:tax_qualification_final')
    WHERE OLD.withdrawn_at IS NOT NULL OR NEW.withdrawn_at IS NULL
       OR NEW.id <> OLD.id OR NEW.standing <> OLD.standing
       OR NEW.first_on <> OLD.first_on OR NEW.last_on <> OLD.last_on
       OR NEW.document_number <> OLD.document_number
       OR NEW.document_address IS NOT OLD.document_address
       OR NEW.published_on <> OLD.published_on
       OR NEW.recorded_by <> OLD.recorded_by OR NEW.recorded_at <> OLD.recorded_at;
END
-- ;;
CREATE TRIGGER tax_qualification_delete BEFORE DELETE ON tax_qualification
BEGIN
    SELECT RAISE(ABORT, 'guard:tax_qualification_final');
END
-- ;;
CREATE TRIGGER letterhead_delete BEFORE DELETE ON letterhead
BEGIN
    SELECT RAISE(ABORT, 'guard:letterhead_kept');
END
