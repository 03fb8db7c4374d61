CREATE TRIGGER assessment_rubric_update BEFORE UPDATE ON assessment_rubric
FOR EACH ROW EXECUTE FUNCTION guard_always('assessment_rubric_final')
-- ;;
CREATE TRIGGER assessment_rubric_delete BEFORE DELETE ON assessment_rubric
FOR EACH ROW EXECUTE FUNCTION guard_always('assessment_rubric_final')
-- ;;
CREATE TRIGGER assessment_rubric_truncate BEFORE TRUNCATE ON assessment_rubric
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('assessment_rubric_final')
-- ;;
CREATE TRIGGER assessment_choice_update BEFORE UPDATE ON assessment_choice
FOR EACH ROW EXECUTE FUNCTION guard_always('assessment_choice_final')
-- ;;
CREATE TRIGGER assessment_choice_delete BEFORE DELETE ON assessment_choice
FOR EACH ROW EXECUTE FUNCTION guard_always('assessment_choice_final')
-- ;;
CREATE TRIGGER assessment_choice_truncate BEFORE TRUNCATE ON assessment_choice
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('assessment_choice_final')
-- ;;
CREATE TRIGGER assessment_score_update BEFORE UPDATE ON assessment_score
FOR EACH ROW EXECUTE FUNCTION guard_always('assessment_score_final')
-- ;;
CREATE TRIGGER assessment_score_delete BEFORE DELETE ON assessment_score
FOR EACH ROW EXECUTE FUNCTION guard_always('assessment_score_final')
-- ;;
CREATE TRIGGER assessment_score_truncate BEFORE TRUNCATE ON assessment_score
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('assessment_score_final')
-- ;;
CREATE TRIGGER assessment_confirmation_update BEFORE UPDATE ON assessment_confirmation
FOR EACH ROW EXECUTE FUNCTION guard_always('assessment_confirmation_final')
-- ;;
CREATE TRIGGER assessment_confirmation_delete BEFORE DELETE ON assessment_confirmation
FOR EACH ROW EXECUTE FUNCTION guard_always('assessment_confirmation_final')
-- ;;
CREATE TRIGGER assessment_confirmation_truncate BEFORE TRUNCATE ON assessment_confirmation
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('assessment_confirmation_final')
-- ;;
CREATE TRIGGER assessment_run_update BEFORE UPDATE ON assessment_run
FOR EACH ROW EXECUTE FUNCTION guard_always('assessment_run_final')
-- ;;
CREATE TRIGGER assessment_run_delete BEFORE DELETE ON assessment_run
FOR EACH ROW EXECUTE FUNCTION guard_always('assessment_run_final')
-- ;;
CREATE TRIGGER assessment_run_truncate BEFORE TRUNCATE ON assessment_run
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('assessment_run_final')
-- ;;
CREATE FUNCTION assessment_confirmation_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM assessment_score
               WHERE id = NEW.score_id AND scored_by = NEW.confirmed_by) THEN
        PERFORM guard_refuse('assessment_confirmed_by_scorer');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER assessment_confirmation_insert BEFORE INSERT ON assessment_confirmation
FOR EACH ROW EXECUTE FUNCTION assessment_confirmation_guard()
-- ;;
CREATE TRIGGER assessment_paper_update BEFORE UPDATE ON assessment_paper
FOR EACH ROW WHEN (
    OLD.ended_at IS NOT NULL
    OR NEW.id IS DISTINCT FROM OLD.id
    OR NEW.title IS DISTINCT FROM OLD.title
    OR NEW.slot IS DISTINCT FROM OLD.slot
    OR NEW.document_number IS DISTINCT FROM OLD.document_number
    OR NEW.issuer IS DISTINCT FROM OLD.issuer
    OR NEW.issued_on IS DISTINCT FROM OLD.issued_on
    OR NEW.valid_until IS DISTINCT FROM OLD.valid_until
    OR NEW.first_year IS DISTINCT FROM OLD.first_year
    OR NEW.last_year IS DISTINCT FROM OLD.last_year
    OR NEW.file_name IS DISTINCT FROM OLD.file_name
    OR NEW.media_type IS DISTINCT FROM OLD.media_type
    OR NEW.size IS DISTINCT FROM OLD.size
    OR NEW.digest IS DISTINCT FROM OLD.digest
    OR NEW.added_by IS DISTINCT FROM OLD.added_by
    OR NEW.added_at IS DISTINCT FROM OLD.added_at)
EXECUTE FUNCTION guard_always('assessment_paper_final')
-- ;;
CREATE TRIGGER assessment_paper_delete BEFORE DELETE ON assessment_paper
FOR EACH ROW EXECUTE FUNCTION guard_always('assessment_paper_final')
-- ;;
CREATE TRIGGER assessment_paper_truncate BEFORE TRUNCATE ON assessment_paper
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('assessment_paper_final')
-- ;;
CREATE TRIGGER assessment_task_update BEFORE UPDATE ON assessment_task
FOR EACH ROW WHEN (
    OLD.state <> 'task_open'
    OR NEW.id IS DISTINCT FROM OLD.id
    OR NEW.version IS DISTINCT FROM OLD.version
    OR NEW.last_year IS DISTINCT FROM OLD.last_year
    OR NEW.indicator IS DISTINCT FROM OLD.indicator
    OR NEW.title IS DISTINCT FROM OLD.title
    OR NEW.gap IS DISTINCT FROM OLD.gap
    OR NEW.duty IS DISTINCT FROM OLD.duty
    OR NEW.occurrence IS DISTINCT FROM OLD.occurrence
    OR NEW.created_by IS DISTINCT FROM OLD.created_by
    OR NEW.created_at IS DISTINCT FROM OLD.created_at)
EXECUTE FUNCTION guard_always('assessment_task_final')
-- ;;
CREATE TRIGGER assessment_task_delete BEFORE DELETE ON assessment_task
FOR EACH ROW EXECUTE FUNCTION guard_always('assessment_task_final')
-- ;;
CREATE TRIGGER assessment_task_truncate BEFORE TRUNCATE ON assessment_task
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('assessment_task_final')
