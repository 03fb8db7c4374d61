CREATE TRIGGER matching_scheme_change BEFORE UPDATE OR DELETE ON matching_scheme
FOR EACH ROW EXECUTE FUNCTION guard_always('scheme_version_final')
-- ;;
CREATE TRIGGER matching_scheme_truncate BEFORE TRUNCATE ON matching_scheme
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('scheme_version_final')
-- ;;
CREATE TRIGGER decision_change BEFORE UPDATE OR DELETE ON decision
FOR EACH ROW EXECUTE FUNCTION guard_always('decision_final')
-- ;;
CREATE TRIGGER decision_truncate BEFORE TRUNCATE ON decision
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('decision_final')
-- ;;
CREATE TRIGGER award_change BEFORE UPDATE OR DELETE ON award
FOR EACH ROW EXECUTE FUNCTION guard_always('award_final')
-- ;;
CREATE TRIGGER award_truncate BEFORE TRUNCATE ON award
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('award_final')
-- ;;
CREATE TRIGGER award_difference_change BEFORE UPDATE OR DELETE ON award_difference
FOR EACH ROW EXECUTE FUNCTION guard_always('award_difference_final')
-- ;;
CREATE TRIGGER award_difference_truncate BEFORE TRUNCATE ON award_difference
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('award_difference_final')
-- ;;
CREATE TRIGGER award_payment_change BEFORE UPDATE OR DELETE ON award_payment
FOR EACH ROW EXECUTE FUNCTION guard_always('award_payment_final')
-- ;;
CREATE TRIGGER award_payment_truncate BEFORE TRUNCATE ON award_payment
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('award_payment_final')
-- ;;
CREATE TRIGGER award_use_change BEFORE UPDATE OR DELETE ON award_use
FOR EACH ROW EXECUTE FUNCTION guard_always('award_use_final')
-- ;;
CREATE TRIGGER award_use_truncate BEFORE TRUNCATE ON award_use
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('award_use_final')
-- ;;
CREATE TRIGGER clawback_change BEFORE UPDATE OR DELETE ON clawback
FOR EACH ROW EXECUTE FUNCTION guard_always('clawback_final')
-- ;;
CREATE TRIGGER clawback_truncate BEFORE TRUNCATE ON clawback
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('clawback_final')
-- ;;
CREATE FUNCTION parameter_confirmation_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'proposed'
       OR (NEW.id, NEW.scheme_code, NEW.scheme_id, NEW.parameter, NEW.value, NEW.value_digest,
           NEW.document_title, NEW.document_number, NEW.article, NEW.file_name, NEW.file_digest,
           NEW.proposed_by, NEW.proposed_at)
       IS DISTINCT FROM
          (OLD.id, OLD.scheme_code, OLD.scheme_id, OLD.parameter, OLD.value, OLD.value_digest,
           OLD.document_title, OLD.document_number, OLD.article, OLD.file_name, OLD.file_digest,
           OLD.proposed_by, OLD.proposed_at) THEN
        PERFORM guard_refuse('confirmation_final');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER parameter_confirmation_update BEFORE UPDATE ON parameter_confirmation
FOR EACH ROW EXECUTE FUNCTION parameter_confirmation_guard()
-- ;;
CREATE TRIGGER parameter_confirmation_delete BEFORE DELETE ON parameter_confirmation
FOR EACH ROW EXECUTE FUNCTION guard_always('confirmation_final')
-- ;;
CREATE TRIGGER parameter_confirmation_truncate BEFORE TRUNCATE ON parameter_confirmation
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('confirmation_final')
-- ;;
CREATE FUNCTION decision_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.supersedes_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM decision d WHERE d.id = NEW.supersedes_id
        AND (d.scheme_code, d.question, d.gift_id, d.fund_id, d.claim_year) IS NOT DISTINCT FROM
            (NEW.scheme_code, NEW.question, NEW.gift_id, NEW.fund_id, NEW.claim_year)) THEN
        PERFORM guard_refuse('decision_supersedes_another');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER decision_insert BEFORE INSERT ON decision
FOR EACH ROW EXECUTE FUNCTION decision_guard()
-- ;;
CREATE FUNCTION scheme_intake_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'open' THEN
        PERFORM guard_refuse('intake_final');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER scheme_intake_update BEFORE UPDATE ON scheme_intake
FOR EACH ROW EXECUTE FUNCTION scheme_intake_guard()
-- ;;
CREATE TRIGGER scheme_intake_delete BEFORE DELETE ON scheme_intake
FOR EACH ROW EXECUTE FUNCTION guard_always('intake_final')
-- ;;
CREATE TRIGGER scheme_intake_truncate BEFORE TRUNCATE ON scheme_intake
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('intake_final')
-- ;;
CREATE FUNCTION claim_insert_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state <> 'draft' THEN
        PERFORM guard_refuse('claim_born_frozen');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER claim_insert BEFORE INSERT ON claim
FOR EACH ROW EXECUTE FUNCTION claim_insert_guard()
-- ;;
CREATE FUNCTION claim_update_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'draft' AND (
        OLD.state = 'withdrawn' OR NEW.state = 'draft'
        OR (OLD.state IN ('awarded', 'clawed_back') AND NEW.state NOT IN ('awarded', 'clawed_back'))
        OR (NEW.id, NEW.scheme_id, NEW.scheme_code, NEW.scheme_digest, NEW.year, NEW.sequence,
           NEW.currency, NEW.result, NEW.claimed_on, NEW.claimant, NEW.fact_names, NEW.totals,
           NEW.blockers, NEW.line_count, NEW.eligible_count, NEW.ineligible_count,
           NEW.undecided_count, NEW.recognised_low, NEW.recognised_high,
           NEW.matched_low, NEW.matched_high, NEW.computed_by, NEW.computed_at,
           NEW.frozen_by, NEW.frozen_at, NEW.digest)
        IS DISTINCT FROM
           (OLD.id, OLD.scheme_id, OLD.scheme_code, OLD.scheme_digest, OLD.year, OLD.sequence,
           OLD.currency, OLD.result, OLD.claimed_on, OLD.claimant, OLD.fact_names, OLD.totals,
           OLD.blockers, OLD.line_count, OLD.eligible_count, OLD.ineligible_count,
           OLD.undecided_count, OLD.recognised_low, OLD.recognised_high,
           OLD.matched_low, OLD.matched_high, OLD.computed_by, OLD.computed_at,
           OLD.frozen_by, OLD.frozen_at, OLD.digest)
        OR (OLD.submitted_on IS NOT NULL AND
           (NEW.submitted_on, NEW.submitted_to, NEW.submission_reference, NEW.submitted_by)
           IS DISTINCT FROM
           (OLD.submitted_on, OLD.submitted_to, OLD.submission_reference, OLD.submitted_by))) THEN
        PERFORM guard_refuse('claim_frozen');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER claim_update BEFORE UPDATE ON claim
FOR EACH ROW EXECUTE FUNCTION claim_update_guard()
-- ;;
CREATE FUNCTION claim_freeze_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'draft' AND NEW.state <> 'draft' AND (
        NEW.undecided_count <> 0 OR NEW.blockers <> '[]' OR NEW.state <> 'frozen'
        OR EXISTS (SELECT 1 FROM claim_line WHERE claim_id = NEW.id
                   AND status = 'needs_decision')) THEN
        PERFORM guard_refuse('claim_not_final');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER claim_freeze BEFORE UPDATE ON claim
FOR EACH ROW EXECUTE FUNCTION claim_freeze_guard()
-- ;;
CREATE FUNCTION claim_freeze_gifts_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'draft' AND NEW.state <> 'draft' AND (
        NEW.eligible_count <> (SELECT COUNT(*) FROM claimed_gift
                               WHERE claim_id = NEW.id AND is_live)
        OR NEW.line_count <> (SELECT COUNT(*) FROM claim_line WHERE claim_id = NEW.id)
        OR EXISTS (SELECT 1 FROM claimed_gift g
                   LEFT JOIN claim_line l ON l.claim_id = g.claim_id AND l.gift_id = g.gift_id
                   WHERE g.claim_id = NEW.id AND (l.status IS NULL OR l.status <> 'eligible'
                   OR g.scheme_code <> NEW.scheme_code OR g.year <> NEW.year))) THEN
        PERFORM guard_refuse('claim_gifts_differ');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER claim_freeze_gifts BEFORE UPDATE ON claim
FOR EACH ROW EXECUTE FUNCTION claim_freeze_gifts_guard()
-- ;;
CREATE FUNCTION claim_delete_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'draft' THEN
        PERFORM guard_refuse('claim_frozen');
    END IF;
    RETURN OLD;
END $$
-- ;;
CREATE TRIGGER claim_delete BEFORE DELETE ON claim
FOR EACH ROW EXECUTE FUNCTION claim_delete_guard()
-- ;;
CREATE TRIGGER claim_truncate BEFORE TRUNCATE ON claim
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('claim_frozen')
-- ;;
CREATE FUNCTION claim_line_insert_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM (SELECT DISTINCT claim_id FROM new_rows) n
               WHERE (SELECT c.state FROM claim c WHERE c.id = n.claim_id)
                     <> 'draft') THEN
        PERFORM guard_refuse('claim_line_frozen');
    END IF;
    RETURN NULL;
END $$
-- ;;
CREATE TRIGGER claim_line_insert AFTER INSERT ON claim_line
REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION claim_line_insert_guard()
-- ;;
CREATE FUNCTION claim_line_change_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM claim WHERE id = OLD.claim_id AND state <> 'draft') THEN
        PERFORM guard_refuse('claim_line_frozen');
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    IF EXISTS (SELECT 1 FROM claim WHERE id = NEW.claim_id AND state <> 'draft') THEN
        PERFORM guard_refuse('claim_line_frozen');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER claim_line_change BEFORE UPDATE OR DELETE ON claim_line
FOR EACH ROW EXECUTE FUNCTION claim_line_change_guard()
-- ;;
CREATE TRIGGER claim_line_truncate BEFORE TRUNCATE ON claim_line
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('claim_line_frozen')
-- ;;
CREATE FUNCTION claim_decision_insert_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM (SELECT DISTINCT claim_id FROM new_rows) n
               WHERE (SELECT c.state FROM claim c WHERE c.id = n.claim_id)
                     <> 'draft') THEN
        PERFORM guard_refuse('claim_decision_frozen');
    END IF;
    RETURN NULL;
END $$
-- ;;
CREATE TRIGGER claim_decision_insert AFTER INSERT ON claim_decision
REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION claim_decision_insert_guard()
-- ;;
CREATE FUNCTION claim_decision_change_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM claim WHERE id = OLD.claim_id AND state <> 'draft') THEN
        PERFORM guard_refuse('claim_decision_frozen');
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    IF EXISTS (SELECT 1 FROM claim WHERE id = NEW.claim_id AND state <> 'draft') THEN
        PERFORM guard_refuse('claim_decision_frozen');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER claim_decision_change BEFORE UPDATE OR DELETE ON claim_decision
FOR EACH ROW EXECUTE FUNCTION claim_decision_change_guard()
-- ;;
CREATE TRIGGER claim_decision_truncate BEFORE TRUNCATE ON claim_decision
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('claim_decision_frozen')
-- ;;
CREATE FUNCTION claimed_gift_insert_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM (SELECT DISTINCT claim_id FROM new_rows) n
               WHERE (SELECT c.state FROM claim c WHERE c.id = n.claim_id) <> 'draft') THEN
        PERFORM guard_refuse('claimed_gift_final');
    END IF;
    RETURN NULL;
END $$
-- ;;
CREATE TRIGGER claimed_gift_insert AFTER INSERT ON claimed_gift
REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION claimed_gift_insert_guard()
-- ;;
CREATE FUNCTION claimed_gift_update_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.is_live
       OR (NEW.claim_id, NEW.gift_id, NEW.scheme_code, NEW.year)
          IS DISTINCT FROM (OLD.claim_id, OLD.gift_id, OLD.scheme_code, OLD.year)
       OR NOT EXISTS (SELECT 1 FROM claim WHERE id = OLD.claim_id AND state = 'withdrawn') THEN
        PERFORM guard_refuse('claimed_gift_final');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER claimed_gift_update BEFORE UPDATE ON claimed_gift
FOR EACH ROW EXECUTE FUNCTION claimed_gift_update_guard()
-- ;;
CREATE TRIGGER claimed_gift_delete BEFORE DELETE ON claimed_gift
FOR EACH ROW EXECUTE FUNCTION guard_always('claimed_gift_final')
-- ;;
CREATE TRIGGER claimed_gift_truncate BEFORE TRUNCATE ON claimed_gift
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('claimed_gift_final')
