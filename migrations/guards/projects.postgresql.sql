CREATE TRIGGER pledge_update BEFORE UPDATE OF id, donor_id, fund_id, made_on, amount_minor, created_by, created_at ON pledge
FOR EACH ROW EXECUTE FUNCTION guard_always('pledge_final')
-- ;;
CREATE TRIGGER pledge_change_insert BEFORE INSERT ON pledge_change
FOR EACH ROW WHEN (NEW.kind = 'written_off' AND NEW.approved_by IS NOT NULL) EXECUTE FUNCTION guard_always('write_off_born_approved')
-- ;;
CREATE FUNCTION pledge_change_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.kind <> 'written_off' OR OLD.approved_by IS NOT NULL OR OLD.refused_by IS NOT NULL
       OR (NEW.id, NEW.pledge_id, NEW.kind, NEW.changed_on, NEW.amount_minor, NEW.reason,
           NEW.requested_by, NEW.requested_at)
          IS DISTINCT FROM
          (OLD.id, OLD.pledge_id, OLD.kind, OLD.changed_on, OLD.amount_minor, OLD.reason,
           OLD.requested_by, OLD.requested_at) THEN
        PERFORM guard_refuse('pledge_change_final');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER pledge_change_update BEFORE UPDATE ON pledge_change
FOR EACH ROW EXECUTE FUNCTION pledge_change_guard()
-- ;;
CREATE FUNCTION instalment_insert_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.open_minor <> NEW.amount_minor THEN
        PERFORM guard_refuse('instalment_open_differs');
    END IF;
    IF EXISTS (
        SELECT 1 FROM pledge p WHERE p.id = NEW.pledge_id AND p.amount_minor <
            (SELECT SUM(i.amount_minor) FROM instalment i WHERE i.pledge_id = p.id)
            - COALESCE((SELECT SUM(r.amount_minor) FROM pledge_change c
                        JOIN instalment_reduction r ON r.change_id = c.id
                        WHERE c.pledge_id = p.id AND c.kind = 'rescheduled'), 0)) THEN
        PERFORM guard_refuse('schedule_exceeds_pledge');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER instalment_insert AFTER INSERT ON instalment
FOR EACH ROW EXECUTE FUNCTION instalment_insert_guard()
-- ;;
CREATE FUNCTION instalment_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.pledge_id, NEW.number, NEW.due_on, NEW.amount_minor, NEW.condition,
        NEW.scheduled_on, NEW.change_id)
       IS DISTINCT FROM
       (OLD.id, OLD.pledge_id, OLD.number, OLD.due_on, OLD.amount_minor, OLD.condition,
        OLD.scheduled_on, OLD.change_id) OR (OLD.is_met AND NOT NEW.is_met) THEN
        PERFORM guard_refuse('instalment_final');
    END IF;
    IF NEW.open_minor <> NEW.amount_minor
        - COALESCE((SELECT SUM(amount_minor) FROM pledge_payment WHERE instalment_id = NEW.id), 0)
        - COALESCE((SELECT SUM(amount_minor) FROM instalment_reduction
                    WHERE instalment_id = NEW.id), 0) THEN
        PERFORM guard_refuse('instalment_open_differs');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER instalment_update BEFORE UPDATE ON instalment
FOR EACH ROW EXECUTE FUNCTION instalment_guard()
-- ;;
CREATE FUNCTION instalment_reduction_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM pledge_change c JOIN instalment i ON i.id = NEW.instalment_id
               WHERE c.id = NEW.change_id AND c.pledge_id <> i.pledge_id) THEN
        PERFORM guard_refuse('reduction_of_other_pledge');
    END IF;
    IF EXISTS (SELECT 1 FROM pledge_change
               WHERE id = NEW.change_id AND kind = 'written_off' AND approved_by IS NULL) THEN
        PERFORM guard_refuse('write_off_not_approved');
    END IF;
    IF EXISTS (
        SELECT 1 FROM instalment i WHERE i.id = NEW.instalment_id AND i.amount_minor <
            COALESCE((SELECT SUM(amount_minor) FROM pledge_payment WHERE instalment_id = i.id), 0)
            + (SELECT SUM(amount_minor) FROM instalment_reduction WHERE instalment_id = i.id)) THEN
        PERFORM guard_refuse('reduction_exceeds_instalment');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER instalment_reduction_insert AFTER INSERT ON instalment_reduction
FOR EACH ROW EXECUTE FUNCTION instalment_reduction_guard()
-- ;;
CREATE FUNCTION pledge_payment_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Two payments at once would each see only their own: the gift is locked first.
    PERFORM 1 FROM gift WHERE id = NEW.gift_id FOR UPDATE;
    IF NEW.amount_minor > 0 AND EXISTS (
        SELECT 1 FROM gift_change c
        WHERE c.gift_id = NEW.gift_id AND c.kind IN ('cancelled', 'corrected') AND NOT EXISTS (
            SELECT 1 FROM voucher v WHERE v.id = c.voucher_id
              AND (v.state = 'discarded' OR EXISTS (
                   SELECT 1 FROM voucher r WHERE r.reverses_id = v.id AND r.state = 'posted')))) THEN
        PERFORM guard_refuse('payment_of_ended_gift');
    END IF;
    IF 0 > (SELECT SUM(amount_minor) FROM pledge_payment
            WHERE gift_id = NEW.gift_id AND instalment_id = NEW.instalment_id) THEN
        PERFORM guard_refuse('payment_below_zero');
    END IF;
    IF EXISTS (
        SELECT 1 FROM instalment n JOIN pledge q ON q.id = n.pledge_id
        WHERE n.id = NEW.instalment_id AND
            (SELECT SUM(y.amount_minor) FROM pledge_payment y
             JOIN instalment i ON i.id = y.instalment_id JOIN pledge p ON p.id = i.pledge_id
             WHERE y.gift_id = NEW.gift_id AND p.fund_id = q.fund_id)
            > COALESCE((SELECT a.amount_minor FROM gift_allocation a
                        WHERE a.gift_id = NEW.gift_id AND a.fund_id = q.fund_id), 0)) THEN
        PERFORM guard_refuse('payment_exceeds_gift');
    END IF;
    IF EXISTS (
        SELECT 1 FROM instalment i WHERE i.id = NEW.instalment_id AND i.amount_minor <
            (SELECT SUM(amount_minor) FROM pledge_payment WHERE instalment_id = i.id)
            + COALESCE((SELECT SUM(amount_minor) FROM instalment_reduction
                        WHERE instalment_id = i.id), 0)) THEN
        PERFORM guard_refuse('payment_exceeds_instalment');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER pledge_payment_insert AFTER INSERT ON pledge_payment
FOR EACH ROW EXECUTE FUNCTION pledge_payment_guard()
-- ;;
CREATE FUNCTION agreement_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.number, NEW.donor_id, NEW.signed_on) IS DISTINCT FROM
       (OLD.id, OLD.number, OLD.donor_id, OLD.signed_on)
       OR NEW.state = 'draft' OR OLD.state = 'cancelled' THEN
        PERFORM guard_refuse('agreement_final');
    END IF;
    IF (NEW.purpose, NEW.amount_minor, NEW.fee_basis_points, NEW.naming) IS DISTINCT FROM
       (OLD.purpose, OLD.amount_minor, OLD.fee_basis_points, OLD.naming)
       AND NOT EXISTS (SELECT 1 FROM agreement_change
                       WHERE agreement_id = OLD.id AND consented_by IS NOT NULL) THEN
        PERFORM guard_refuse('agreement_change_missing');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER agreement_update BEFORE UPDATE ON agreement
FOR EACH ROW WHEN (OLD.state <> 'draft') EXECUTE FUNCTION agreement_guard()
-- ;;
CREATE FUNCTION endowment_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM fund
                   WHERE id = NEW.principal_fund_id AND restriction = 'permanent')
       OR EXISTS (SELECT 1 FROM fund WHERE id = NEW.income_fund_id AND restriction = 'permanent') THEN
        PERFORM guard_refuse('endowment_restriction');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER endowment_insert BEFORE INSERT ON endowment
FOR EACH ROW EXECUTE FUNCTION endowment_guard()
-- ;;
CREATE FUNCTION voucher_principal_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM endowment) THEN
        RETURN NULL;
    END IF;
    IF EXISTS (
        SELECT 1 FROM new_rows n
        WHERE n.state = 'posted' AND n.kind = 'ordinary' AND n.rule NOT LIKE 'refund.%'
          AND EXISTS (
              SELECT 1 FROM voucher_line l
              WHERE l.voucher_id = n.id AND l.amount_minor > 0
                AND l.fund_id IN (SELECT principal_fund_id FROM endowment)
                AND EXISTS (SELECT 1 FROM account a
                            WHERE a.id = l.account_id AND a.category = 'expense'
                              AND a.tag IN ('programme_expense', 'management_expense',
                                            'fundraising_expense')))) THEN
        PERFORM guard_refuse('principal_spent');
    END IF;
    RETURN NULL;
END $$
-- ;;
CREATE TRIGGER voucher_update_principal AFTER UPDATE ON voucher REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION voucher_principal_guard()
-- ;;
CREATE FUNCTION donor_merge_insert_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- One merge at a time: two at once could make a chain that neither sees.
    PERFORM pg_advisory_xact_lock(hashtext('donor merge'));
    IF EXISTS (
        SELECT 1 FROM donor_merge
        WHERE undone_at IS NULL AND (merged_id = NEW.kept_id OR kept_id = NEW.merged_id)) THEN
        PERFORM guard_refuse('donor_merge_chain');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER donor_merge_insert BEFORE INSERT ON donor_merge
FOR EACH ROW EXECUTE FUNCTION donor_merge_insert_guard()
-- ;;
CREATE FUNCTION donor_merge_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.undone_at IS NOT NULL OR NEW.undone_at IS NULL
       OR (NEW.id, NEW.kept_id, NEW.merged_id, NEW.reason, NEW.merged_by, NEW.merged_at)
          IS DISTINCT FROM
          (OLD.id, OLD.kept_id, OLD.merged_id, OLD.reason, OLD.merged_by, OLD.merged_at) THEN
        PERFORM guard_refuse('donor_merge_final');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER donor_merge_update BEFORE UPDATE ON donor_merge
FOR EACH ROW EXECUTE FUNCTION donor_merge_guard()
-- ;;
CREATE TRIGGER pledge_delete BEFORE DELETE ON pledge
FOR EACH ROW EXECUTE FUNCTION guard_always('pledge_final')
-- ;;
CREATE TRIGGER pledge_truncate BEFORE TRUNCATE ON pledge
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('pledge_final')
-- ;;
CREATE TRIGGER pledge_change_delete BEFORE DELETE ON pledge_change
FOR EACH ROW EXECUTE FUNCTION guard_always('pledge_change_final')
-- ;;
CREATE TRIGGER pledge_change_truncate BEFORE TRUNCATE ON pledge_change
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('pledge_change_final')
-- ;;
CREATE TRIGGER instalment_delete BEFORE DELETE ON instalment
FOR EACH ROW EXECUTE FUNCTION guard_always('instalment_final')
-- ;;
CREATE TRIGGER instalment_truncate BEFORE TRUNCATE ON instalment
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('instalment_final')
-- ;;
CREATE TRIGGER instalment_reduction_update BEFORE UPDATE ON instalment_reduction
FOR EACH ROW EXECUTE FUNCTION guard_always('reduction_final')
-- ;;
CREATE TRIGGER instalment_reduction_delete BEFORE DELETE ON instalment_reduction
FOR EACH ROW EXECUTE FUNCTION guard_always('reduction_final')
-- ;;
CREATE TRIGGER instalment_reduction_truncate BEFORE TRUNCATE ON instalment_reduction
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('reduction_final')
-- ;;
CREATE TRIGGER pledge_payment_update BEFORE UPDATE ON pledge_payment
FOR EACH ROW EXECUTE FUNCTION guard_always('payment_final')
-- ;;
CREATE TRIGGER pledge_payment_delete BEFORE DELETE ON pledge_payment
FOR EACH ROW EXECUTE FUNCTION guard_always('payment_final')
-- ;;
CREATE TRIGGER pledge_payment_truncate BEFORE TRUNCATE ON pledge_payment
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('payment_final')
-- ;;
CREATE TRIGGER pledge_reminder_update BEFORE UPDATE ON pledge_reminder
FOR EACH ROW EXECUTE FUNCTION guard_always('reminder_final')
-- ;;
CREATE TRIGGER pledge_reminder_delete BEFORE DELETE ON pledge_reminder
FOR EACH ROW EXECUTE FUNCTION guard_always('reminder_final')
-- ;;
CREATE TRIGGER pledge_reminder_truncate BEFORE TRUNCATE ON pledge_reminder
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('reminder_final')
-- ;;
CREATE TRIGGER agreement_delete BEFORE DELETE ON agreement
FOR EACH ROW EXECUTE FUNCTION guard_always('agreement_final')
-- ;;
CREATE TRIGGER agreement_truncate BEFORE TRUNCATE ON agreement
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('agreement_final')
-- ;;
CREATE TRIGGER agreement_change_update BEFORE UPDATE ON agreement_change
FOR EACH ROW EXECUTE FUNCTION guard_always('agreement_change_final')
-- ;;
CREATE TRIGGER agreement_change_delete BEFORE DELETE ON agreement_change
FOR EACH ROW EXECUTE FUNCTION guard_always('agreement_change_final')
-- ;;
CREATE TRIGGER agreement_change_truncate BEFORE TRUNCATE ON agreement_change
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('agreement_change_final')
-- ;;
CREATE TRIGGER agreement_file_update BEFORE UPDATE ON agreement_file
FOR EACH ROW EXECUTE FUNCTION guard_always('agreement_file_final')
-- ;;
CREATE TRIGGER agreement_file_delete BEFORE DELETE ON agreement_file
FOR EACH ROW EXECUTE FUNCTION guard_always('agreement_file_final')
-- ;;
CREATE TRIGGER agreement_file_truncate BEFORE TRUNCATE ON agreement_file
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('agreement_file_final')
-- ;;
CREATE TRIGGER endowment_update BEFORE UPDATE ON endowment
FOR EACH ROW EXECUTE FUNCTION guard_always('endowment_final')
-- ;;
CREATE TRIGGER endowment_delete BEFORE DELETE ON endowment
FOR EACH ROW EXECUTE FUNCTION guard_always('endowment_final')
-- ;;
CREATE TRIGGER endowment_truncate BEFORE TRUNCATE ON endowment
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('endowment_final')
-- ;;
CREATE TRIGGER endowment_rule_update BEFORE UPDATE ON endowment_rule
FOR EACH ROW EXECUTE FUNCTION guard_always('endowment_rule_final')
-- ;;
CREATE TRIGGER endowment_rule_delete BEFORE DELETE ON endowment_rule
FOR EACH ROW EXECUTE FUNCTION guard_always('endowment_rule_final')
-- ;;
CREATE TRIGGER endowment_rule_truncate BEFORE TRUNCATE ON endowment_rule
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('endowment_rule_final')
-- ;;
CREATE TRIGGER donor_merge_delete BEFORE DELETE ON donor_merge
FOR EACH ROW EXECUTE FUNCTION guard_always('donor_merge_final')
-- ;;
CREATE TRIGGER donor_merge_truncate BEFORE TRUNCATE ON donor_merge
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('donor_merge_final')
