CREATE TRIGGER matching_scheme_update BEFORE UPDATE ON matching_scheme
BEGIN
    SELECT RAISE(ABORT, 'guard:scheme_version_final');
END
-- ;;
CREATE TRIGGER matching_scheme_delete BEFORE DELETE ON matching_scheme
BEGIN
    SELECT RAISE(ABORT, 'guard:scheme_version_final');
END
-- ;;
CREATE TRIGGER parameter_confirmation_update BEFORE UPDATE ON parameter_confirmation
WHEN OLD.state <> 'proposed'
    OR NEW.id <> OLD.id OR NEW.scheme_code <> OLD.scheme_code OR NEW.scheme_id <> OLD.scheme_id
    OR NEW.parameter <> OLD.parameter OR NEW.value <> OLD.value
    OR NEW.value_digest <> OLD.value_digest OR NEW.document_title <> OLD.document_title
    OR NEW.document_number <> OLD.document_number OR NEW.article <> OLD.article
    OR NEW.file_name <> OLD.file_name OR NEW.file_digest <> OLD.file_digest
    OR NEW.proposed_by <> OLD.proposed_by OR NEW.proposed_at <> OLD.proposed_at
BEGIN
    SELECT RAISE(ABORT, 'guard:confirmation_final');
END
-- ;;
CREATE TRIGGER parameter_confirmation_delete BEFORE DELETE ON parameter_confirmation
BEGIN
    SELECT RAISE(ABORT, 'guard:confirmation_final');
END
-- ;;
CREATE TRIGGER decision_update BEFORE UPDATE ON decision
BEGIN
    SELECT RAISE(ABORT, 'guard:decision_final');
END
-- ;;
CREATE TRIGGER decision_delete BEFORE DELETE ON decision
BEGIN
    SELECT RAISE(ABORT, 'guard:decision_final');
END
-- ;;
CREATE TRIGGER decision_insert BEFORE INSERT ON decision
WHEN NEW.supersedes_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM decision d WHERE d.id = NEW.supersedes_id
    AND d.scheme_code = NEW.scheme_code AND d.question = NEW.question
    AND d.gift_id IS NEW.gift_id AND d.fund_id IS NEW.fund_id AND d.claim_year IS NEW.claim_year)
BEGIN
    SELECT RAISE(ABORT, 'guard:decision_supersedes_another');
END
-- ;;
CREATE TRIGGER scheme_intake_update BEFORE UPDATE ON scheme_intake
WHEN OLD.state <> 'open'
BEGIN
    SELECT RAISE(ABORT, 'guard:intake_final');
END
-- ;;
CREATE TRIGGER scheme_intake_delete BEFORE DELETE ON scheme_intake
BEGIN
    SELECT RAISE(ABORT, 'guard:intake_final');
END
-- ;;
CREATE TRIGGER claim_insert BEFORE INSERT ON claim
WHEN NEW.state <> 'draft'
BEGIN
    SELECT RAISE(ABORT, 'guard:claim_born_frozen');
END
-- ;;
CREATE TRIGGER claim_update BEFORE UPDATE ON claim
WHEN OLD.state <> 'draft' AND (
    OLD.state = 'withdrawn' OR NEW.state IN ('draft')
    OR (OLD.state IN ('awarded', 'clawed_back') AND NEW.state NOT IN ('awarded', 'clawed_back'))
    OR NEW.id <> OLD.id OR NEW.scheme_id <> OLD.scheme_id OR NEW.scheme_code <> OLD.scheme_code
    OR NEW.scheme_digest <> OLD.scheme_digest OR NEW.year <> OLD.year
    OR NEW.sequence <> OLD.sequence OR NEW.currency <> OLD.currency OR NEW.result <> OLD.result
    OR NEW.claimed_on <> OLD.claimed_on OR NEW.claimant <> OLD.claimant
    OR NEW.fact_names <> OLD.fact_names OR NEW.totals <> OLD.totals
    OR NEW.blockers <> OLD.blockers
    OR NEW.line_count <> OLD.line_count OR NEW.eligible_count <> OLD.eligible_count
    OR NEW.ineligible_count <> OLD.ineligible_count
    OR NEW.undecided_count <> OLD.undecided_count OR NEW.recognised_low <> OLD.recognised_low
    OR NEW.recognised_high IS NOT OLD.recognised_high OR NEW.matched_low IS NOT OLD.matched_low
    OR NEW.matched_high IS NOT OLD.matched_high OR NEW.computed_by <> OLD.computed_by
    OR NEW.computed_at <> OLD.computed_at OR NEW.frozen_by IS NOT OLD.frozen_by
    OR NEW.frozen_at IS NOT OLD.frozen_at OR NEW.digest IS NOT OLD.digest
    OR (OLD.submitted_on IS NOT NULL AND (
        NEW.submitted_on IS NOT OLD.submitted_on OR NEW.submitted_to IS NOT OLD.submitted_to
        OR NEW.submission_reference IS NOT OLD.submission_reference
        OR NEW.submitted_by IS NOT OLD.submitted_by)))
BEGIN
    SELECT RAISE(ABORT, 'guard:claim_frozen');
END
-- ;;
CREATE TRIGGER claim_freeze BEFORE UPDATE ON claim
WHEN OLD.state = 'draft' AND NEW.state <> 'draft' AND (
    NEW.undecided_count <> 0 OR NEW.blockers <> '[]' OR NEW.state <> 'frozen'
    OR EXISTS (SELECT 1 FROM claim_line WHERE claim_id = NEW.id AND status = 'needs_decision'))
BEGIN
    SELECT RAISE(ABORT, 'guard:claim_not_final');
END
-- ;;
CREATE TRIGGER claim_freeze_gifts BEFORE UPDATE ON claim
WHEN OLD.state = 'draft' AND NEW.state <> 'draft' AND (
    NEW.eligible_count <> (SELECT COUNT(*) FROM claimed_gift
                           WHERE claim_id = NEW.id AND is_live)
    OR NEW.line_count <> (SELECT COUNT(*) FROM claim_line WHERE claim_id = NEW.id)
    OR EXISTS (SELECT 1 FROM claimed_gift g
               LEFT JOIN claim_line l ON l.claim_id = g.claim_id AND l.gift_id = g.gift_id
               WHERE g.claim_id = NEW.id AND (l.status IS NULL OR l.status <> 'eligible'
               OR g.scheme_code <> NEW.scheme_code OR g.year <> NEW.year)))
BEGIN
    SELECT RAISE(ABORT, 'guard:claim_gifts_differ');
END
-- ;;
CREATE TRIGGER claim_delete BEFORE DELETE ON claim
WHEN OLD.state <> 'draft'
BEGIN
    SELECT RAISE(ABORT, 'guard:claim_frozen');
END
-- ;;
CREATE TRIGGER claim_line_insert BEFORE INSERT ON claim_line
BEGIN
    SELECT RAISE(ABORT, 'guard:claim_line_frozen')
    FROM claim WHERE id = NEW.claim_id AND state <> 'draft';
END
-- ;;
CREATE TRIGGER claim_line_update BEFORE UPDATE ON claim_line
BEGIN
    SELECT RAISE(ABORT, 'guard:claim_line_frozen')
    FROM claim WHERE id IN (OLD.claim_id, NEW.claim_id) AND state <> 'draft';
END
-- ;;
CREATE TRIGGER claim_line_delete BEFORE DELETE ON claim_line
BEGIN
    SELECT RAISE(ABORT, 'guard:claim_line_frozen')
    FROM claim WHERE id = OLD.claim_id AND state <> 'draft';
END
-- ;;
CREATE TRIGGER claim_decision_insert BEFORE INSERT ON claim_decision
BEGIN
    SELECT RAISE(ABORT, 'guard:claim_decision_frozen')
    FROM claim WHERE id = NEW.claim_id AND state <> 'draft';
END
-- ;;
CREATE TRIGGER claim_decision_update BEFORE UPDATE ON claim_decision
BEGIN
    SELECT RAISE(ABORT, 'guard:claim_decision_frozen');
END
-- ;;
CREATE TRIGGER claim_decision_delete BEFORE DELETE ON claim_decision
BEGIN
    SELECT RAISE(ABORT, 'guard:claim_decision_frozen')
    FROM claim WHERE id = OLD.claim_id AND state <> 'draft';
END
-- ;;
CREATE TRIGGER claimed_gift_insert BEFORE INSERT ON claimed_gift
BEGIN
    SELECT RAISE(ABORT, 'guard:claimed_gift_final')
    FROM claim WHERE id = NEW.claim_id AND state <> 'draft';
END
-- ;;
CREATE TRIGGER claimed_gift_update BEFORE UPDATE ON claimed_gift
WHEN NEW.is_live OR NEW.claim_id <> OLD.claim_id OR NEW.gift_id <> OLD.gift_id
    OR NEW.scheme_code <> OLD.scheme_code OR NEW.year <> OLD.year
    OR NOT EXISTS (SELECT 1 FROM claim WHERE id = OLD.claim_id AND state = 'withdrawn')
BEGIN
    SELECT RAISE(ABORT, 'guard:claimed_gift_final');
END
-- ;;
CREATE TRIGGER claimed_gift_delete BEFORE DELETE ON claimed_gift
BEGIN
    SELECT RAISE(ABORT, 'guard:claimed_gift_final');
END
-- ;;
CREATE TRIGGER award_update BEFORE UPDATE ON award
BEGIN
    SELECT RAISE(ABORT, 'guard:award_final');
END
-- ;;
CREATE TRIGGER award_delete BEFORE DELETE ON award
BEGIN
    SELECT RAISE(ABORT, 'guard:award_final');
END
-- ;;
CREATE TRIGGER award_difference_update BEFORE UPDATE ON award_difference
BEGIN
    SELECT RAISE(ABORT, 'guard:award_difference_final');
END
-- ;;
CREATE TRIGGER award_difference_delete BEFORE DELETE ON award_difference
BEGIN
    SELECT RAISE(ABORT, 'guard:award_difference_final');
END
-- ;;
CREATE TRIGGER award_payment_update BEFORE UPDATE ON award_payment
BEGIN
    SELECT RAISE(ABORT, 'guard:award_payment_final');
END
-- ;;
CREATE TRIGGER award_payment_delete BEFORE DELETE ON award_payment
BEGIN
    SELECT RAISE(ABORT, 'guard:award_payment_final');
END
-- ;;
CREATE TRIGGER award_use_update BEFORE UPDATE ON award_use
BEGIN
    SELECT RAISE(ABORT, 'guard:award_use_final');
END
-- ;;
CREATE TRIGGER award_use_delete BEFORE DELETE ON award_use
BEGIN
    SELECT RAISE(ABORT, 'guard:award_use_final');
END
-- ;;
CREATE TRIGGER clawback_update BEFORE UPDATE ON clawback
BEGIN
    SELECT RAISE(ABORT, 'guard:clawback_final');
END
-- ;;
CREATE TRIGGER clawback_delete BEFORE DELETE ON clawback
BEGIN
    SELECT RAISE(ABORT, 'guard:clawback_final');
END
