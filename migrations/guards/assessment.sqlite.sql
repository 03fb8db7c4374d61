CREATE TRIGGER assessment_rubric_update BEFORE UPDATE ON assessment_rubric
BEGIN
    SELECT RAISE(ABORT, 'guard:assessment_rubric_final');
END
-- ;;
CREATE TRIGGER assessment_rubric_delete BEFORE DELETE ON assessment_rubric
BEGIN
    SELECT RAISE(ABORT, 'guard:assessment_rubric_final');
END
-- ;;
CREATE TRIGGER assessment_choice_update BEFORE UPDATE ON assessment_choice
BEGIN
    SELECT RAISE(ABORT, 'guard:assessment_choice_final');
END
-- ;;
CREATE TRIGGER assessment_choice_delete BEFORE DELETE ON assessment_choice
BEGIN
    SELECT RAISE(ABORT, 'guard:assessment_choice_final');
END
-- ;;
CREATE TRIGGER assessment_score_update BEFORE UPDATE ON assessment_score
BEGIN
    SELECT RAISE(ABORT, 'guard:assessment_score_final');
END
-- ;;
CREATE TRIGGER assessment_score_delete BEFORE DELETE ON assessment_score
BEGIN
    SELECT RAISE(ABORT, 'guard:assessment_score_final');
END
-- ;;
CREATE TRIGGER assessment_confirmation_update BEFORE UPDATE ON assessment_confirmation
BEGIN
    SELECT RAISE(ABORT, 'guard:assessment_confirmation_final');
END
-- ;;
CREATE TRIGGER assessment_confirmation_delete BEFORE DELETE ON assessment_confirmation
BEGIN
    SELECT RAISE(ABORT, 'guard:assessment_confirmation_final');
END
-- ;;
CREATE TRIGGER assessment_run_update BEFORE UPDATE ON assessment_run
BEGIN
    SELECT RAISE(ABORT, 'guard:assessment_run_final');
END
-- ;;
CREATE TRIGGER assessment_run_delete BEFORE DELETE ON assessment_run
BEGIN
    SELECT RAISE(ABORT, 'guard:assessment_run_final');
END
-- ;;
CREATE TRIGGER assessment_confirmation_insert BEFORE INSERT ON assessment_confirmation
BEGIN
    SELECT RAISE(ABORT, 'guard:assessment_confirmed_by_scorer')
    FROM assessment_score WHERE id = NEW.score_id AND scored_by = NEW.confirmed_by;
END
-- ;;
CREATE TRIGGER assessment_paper_update BEFORE UPDATE ON assessment_paper
BEGIN
    SELECT RAISE(ABORT, 'guard:assessment_paper_final')
    WHERE OLD.ended_at IS NOT NULL
       OR NEW.id IS NOT OLD.id
       OR NEW.title IS NOT OLD.title
       OR NEW.slot IS NOT OLD.slot
       OR NEW.document_number IS NOT OLD.document_number
       OR NEW.issuer IS NOT OLD.issuer
       OR NEW.issued_on IS NOT OLD.issued_on
       OR NEW.valid_until IS NOT OLD.valid_until
       OR NEW.first_year IS NOT OLD.first_year
       OR NEW.last_year IS NOT OLD.last_year
       OR NEW.file_name IS NOT OLD.file_name
       OR NEW.media_type IS NOT OLD.media_type
       OR NEW.size IS NOT OLD.size
       OR NEW.digest IS NOT OLD.digest
       OR NEW.added_by IS NOT OLD.added_by
       OR NEW.added_at IS NOT OLD.added_at;
END
-- ;;
CREATE TRIGGER assessment_paper_delete BEFORE DELETE ON assessment_paper
BEGIN
    SELECT RAISE(ABORT, 'guard:assessment_paper_final');
END
-- ;;
CREATE TRIGGER assessment_task_update BEFORE UPDATE ON assessment_task
BEGIN
    SELECT RAISE(ABORT, 'guard:assessment_task_final')
    WHERE OLD.state <> 'task_open'
       OR NEW.id IS NOT OLD.id
       OR NEW.version IS NOT OLD.version
       OR NEW.last_year IS NOT OLD.last_year
       OR NEW.indicator IS NOT OLD.indicator
       OR NEW.title IS NOT OLD.title
       OR NEW.gap IS NOT OLD.gap
       OR NEW.duty IS NOT OLD.duty
       OR NEW.occurrence IS NOT OLD.occurrence
       OR NEW.created_by IS NOT OLD.created_by
       OR NEW.created_at IS NOT OLD.created_at;
END
-- ;;
CREATE TRIGGER assessment_task_delete BEFORE DELETE ON assessment_task
BEGIN
    SELECT RAISE(ABORT, 'guard:assessment_task_final');
END
