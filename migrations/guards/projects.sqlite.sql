CREATE TRIGGER pledge_update BEFORE UPDATE OF id, donor_id, fund_id, made_on, amount_minor, created_by, created_at ON pledge
BEGIN
    SELECT RAISE(ABORT, 'guard:pledge_final');
END
-- ;;
CREATE TRIGGER pledge_delete BEFORE DELETE ON pledge
BEGIN
    SELECT RAISE(ABORT, 'guard:pledge_final');
END
-- ;;
CREATE TRIGGER pledge_change_insert BEFORE INSERT ON pledge_change
WHEN NEW.kind = 'written_off' AND NEW.approved_by IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'guard:write_off_born_approved');
END
-- ;;
CREATE TRIGGER pledge_change_update BEFORE UPDATE ON pledge_change
BEGIN
    SELECT RAISE(ABORT, 'guard:pledge_change_final')
    WHERE OLD.kind <> 'written_off' OR OLD.approved_by IS NOT NULL OR OLD.refused_by IS NOT NULL
       OR NEW.id <> OLD.id OR NEW.pledge_id <> OLD.pledge_id OR NEW.kind <> OLD.kind
       OR NEW.changed_on <> OLD.changed_on OR NEW.amount_minor <> OLD.amount_minor
       OR NEW.reason <> OLD.reason OR NEW.requested_by <> OLD.requested_by
       OR NEW.requested_at <> OLD.requested_at;
END
-- ;;
CREATE TRIGGER pledge_change_delete BEFORE DELETE ON pledge_change
BEGIN
    SELECT RAISE(ABORT, 'guard:pledge_change_final');
END
-- ;;
CREATE TRIGGER instalment_insert AFTER INSERT ON instalment
BEGIN
    SELECT RAISE(ABORT, 'guard:instalment_open_differs') WHERE NEW.open_minor <> NEW.amount_minor;
    SELECT RAISE(ABORT, 'guard:schedule_exceeds_pledge')
    FROM pledge p WHERE p.id = NEW.pledge_id AND p.amount_minor <
        (SELECT SUM(i.amount_minor) FROM instalment i WHERE i.pledge_id = p.id)
        - COALESCE((SELECT SUM(r.amount_minor) FROM pledge_change c
                    JOIN instalment_reduction r ON r.change_id = c.id
                    WHERE c.pledge_id = p.id AND c.kind = 'rescheduled'), 0);
END
-- ;;
CREATE TRIGGER instalment_update BEFORE UPDATE ON instalment
BEGIN
    SELECT RAISE(ABORT, 'guard:instalment_final')
    WHERE NEW.id <> OLD.id OR NEW.pledge_id <> OLD.pledge_id OR NEW.number <> OLD.number
       OR NEW.due_on <> OLD.due_on OR NEW.amount_minor <> OLD.amount_minor
       OR NEW.condition IS NOT OLD.condition OR NEW.scheduled_on <> OLD.scheduled_on
       OR NEW.change_id IS NOT OLD.change_id OR (OLD.is_met AND NOT NEW.is_met);
    SELECT RAISE(ABORT, 'guard:instalment_open_differs')
    WHERE NEW.open_minor <> NEW.amount_minor
        - COALESCE((SELECT SUM(amount_minor) FROM pledge_payment WHERE instalment_id = NEW.id), 0)
        - COALESCE((SELECT SUM(amount_minor) FROM instalment_reduction
                    WHERE instalment_id = NEW.id), 0);
END
-- ;;
CREATE TRIGGER instalment_delete BEFORE DELETE ON instalment
BEGIN
    SELECT RAISE(ABORT, 'guard:instalment_final');
END
-- ;;
CREATE TRIGGER instalment_reduction_insert AFTER INSERT ON instalment_reduction
BEGIN
    SELECT RAISE(ABORT, 'guard:reduction_of_other_pledge')
    FROM pledge_change c JOIN instalment i ON i.id = NEW.instalment_id
    WHERE c.id = NEW.change_id AND c.pledge_id <> i.pledge_id;
    SELECT RAISE(ABORT, 'guard:write_off_not_approved')
    FROM pledge_change
    WHERE id = NEW.change_id AND kind = 'written_off' AND approved_by IS NULL;
    SELECT RAISE(ABORT, 'guard:reduction_exceeds_instalment')
    FROM instalment i WHERE i.id = NEW.instalment_id AND i.amount_minor <
        COALESCE((SELECT SUM(amount_minor) FROM pledge_payment WHERE instalment_id = i.id), 0)
        + (SELECT SUM(amount_minor) FROM instalment_reduction WHERE instalment_id = i.id);
END
-- ;;
CREATE TRIGGER instalment_reduction_update BEFORE UPDATE ON instalment_reduction
BEGIN
    SELECT RAISE(ABORT, 'guard:reduction_final');
END
-- ;;
CREATE TRIGGER instalment_reduction_delete BEFORE DELETE ON instalment_reduction
BEGIN
    SELECT RAISE(ABORT, 'guard:reduction_final');
END
-- ;;
CREATE TRIGGER pledge_payment_insert AFTER INSERT ON pledge_payment
BEGIN
    SELECT RAISE(ABORT, 'guard:payment_of_ended_gift')
    FROM gift_change c
    WHERE NEW.amount_minor > 0 AND c.gift_id = NEW.gift_id
      AND c.kind IN ('cancelled', 'corrected') AND NOT EXISTS (
          SELECT 1 FROM voucher v WHERE v.id = c.voucher_id AND (v.state = 'discarded' OR EXISTS (
              SELECT 1 FROM voucher r WHERE r.reverses_id = v.id AND r.state = 'posted')));
    SELECT RAISE(ABORT, 'guard:payment_below_zero')
    WHERE 0 > (SELECT SUM(amount_minor) FROM pledge_payment
               WHERE gift_id = NEW.gift_id AND instalment_id = NEW.instalment_id);
    SELECT RAISE(ABORT, 'guard:payment_exceeds_gift')
    FROM instalment n JOIN pledge q ON q.id = n.pledge_id
    WHERE n.id = NEW.instalment_id AND
        (SELECT SUM(y.amount_minor) FROM pledge_payment y
         JOIN instalment i ON i.id = y.instalment_id JOIN pledge p ON p.id = i.pledge_id
         WHERE y.gift_id = NEW.gift_id AND p.fund_id = q.fund_id)
        > COALESCE((SELECT a.amount_minor FROM gift_allocation a
                    WHERE a.gift_id = NEW.gift_id AND a.fund_id = q.fund_id), 0);
    SELECT RAISE(ABORT, 'guard:payment_exceeds_instalment')
    FROM instalment i WHERE i.id = NEW.instalment_id AND i.amount_minor <
        (SELECT SUM(amount_minor) FROM pledge_payment WHERE instalment_id = i.id)
        + COALESCE((SELECT SUM(amount_minor) FROM instalment_reduction
                    WHERE instalment_id = i.id), 0);
END
-- ;;
CREATE TRIGGER pledge_payment_update BEFORE UPDATE ON pledge_payment
BEGIN
    SELECT RAISE(ABORT, 'guard:payment_final');
END
-- ;;
CREATE TRIGGER pledge_payment_delete BEFORE DELETE ON pledge_payment
BEGIN
    SELECT RAISE(ABORT, 'guard:payment_final');
END
-- ;;
CREATE TRIGGER pledge_reminder_update BEFORE UPDATE ON pledge_reminder
BEGIN
    SELECT RAISE(ABORT, 'guard:reminder_final');
END
-- ;;
CREATE TRIGGER pledge_reminder_delete BEFORE DELETE ON pledge_reminder
BEGIN
    SELECT RAISE(ABORT, 'guard:reminder_final');
END
-- ;;
CREATE TRIGGER agreement_update BEFORE UPDATE ON agreement
WHEN OLD.state <> 'draft'
BEGIN
    SELECT RAISE(ABORT, 'guard:agreement_final')
    WHERE NEW.id <> OLD.id OR NEW.number <> OLD.number OR NEW.donor_id <> OLD.donor_id
       OR NEW.signed_on IS NOT OLD.signed_on OR NEW.state = 'draft' OR OLD.state = 'cancelled';
    SELECT RAISE(ABORT, 'guard:agreement_change_missing')
    WHERE (NEW.purpose <> OLD.purpose OR NEW.amount_minor IS NOT OLD.amount_minor
           OR NEW.fee_basis_points IS NOT OLD.fee_basis_points OR NEW.naming IS NOT OLD.naming)
      AND NOT EXISTS (SELECT 1 FROM agreement_change
                      WHERE agreement_id = OLD.id AND consented_by IS NOT NULL);
END
-- ;;
CREATE TRIGGER agreement_delete BEFORE DELETE ON agreement
BEGIN
    SELECT RAISE(ABORT, 'guard:agreement_final');
END
-- ;;
CREATE TRIGGER agreement_change_update BEFORE UPDATE ON agreement_change
BEGIN
    SELECT RAISE(ABORT, 'guard:agreement_change_final');
END
-- ;;
CREATE TRIGGER agreement_change_delete BEFORE DELETE ON agreement_change
BEGIN
    SELECT RAISE(ABORT, 'guard:agreement_change_final');
END
-- ;;
CREATE TRIGGER agreement_file_update BEFORE UPDATE ON agreement_file
BEGIN
    SELECT RAISE(ABORT, 'guard:agreement_file_final');
END
-- ;;
CREATE TRIGGER agreement_file_delete BEFORE DELETE ON agreement_file
BEGIN
    SELECT RAISE(ABORT, 'guard:agreement_file_final');
END
-- ;;
CREATE TRIGGER endowment_insert BEFORE INSERT ON endowment
BEGIN
    SELECT RAISE(ABORT, 'guard:endowment_restriction')
    WHERE NOT EXISTS (SELECT 1 FROM fund
                      WHERE id = NEW.principal_fund_id AND restriction = 'permanent')
       OR EXISTS (SELECT 1 FROM fund WHERE id = NEW.income_fund_id AND restriction = 'permanent');
END
-- ;;
CREATE TRIGGER endowment_update BEFORE UPDATE ON endowment
BEGIN
    SELECT RAISE(ABORT, 'guard:endowment_final');
END
-- ;;
CREATE TRIGGER endowment_delete BEFORE DELETE ON endowment
BEGIN
    SELECT RAISE(ABORT, 'guard:endowment_final');
END
-- ;;
CREATE TRIGGER endowment_rule_update BEFORE UPDATE ON endowment_rule
BEGIN
    SELECT RAISE(ABORT, 'guard:endowment_rule_final');
END
-- ;;
CREATE TRIGGER endowment_rule_delete BEFORE DELETE ON endowment_rule
BEGIN
    SELECT RAISE(ABORT, 'guard:endowment_rule_final');
END
-- ;;
CREATE TRIGGER voucher_seal_principal AFTER UPDATE ON voucher
WHEN NEW.state = 'posted' AND NEW.kind = 'ordinary' AND NEW.rule NOT LIKE 'refund.%' AND EXISTS (SELECT 1 FROM endowment)
BEGIN
    SELECT RAISE(ABORT, 'guard:principal_spent')
    FROM voucher_line l JOIN account a ON a.id = l.account_id
    WHERE l.voucher_id = NEW.id AND l.amount_minor > 0 AND a.category = 'expense'
      AND a.tag IN ('programme_expense', 'management_expense', 'fundraising_expense')
      AND l.fund_id IN (SELECT principal_fund_id FROM endowment);
END
-- ;;
CREATE TRIGGER donor_merge_insert BEFORE INSERT ON donor_merge
BEGIN
    SELECT RAISE(ABORT, 'guard:donor_merge_chain')
    FROM donor_merge
    WHERE undone_at IS NULL AND (merged_id = NEW.kept_id OR kept_id = NEW.merged_id);
END
-- ;;
CREATE TRIGGER donor_merge_update BEFORE UPDATE ON donor_merge
BEGIN
    SELECT RAISE(ABORT, 'guard:donor_merge_final')
    WHERE OLD.undone_at IS NOT NULL OR NEW.undone_at IS NULL
       OR NEW.id <> OLD.id OR NEW.kept_id <> OLD.kept_id OR NEW.merged_id <> OLD.merged_id
       OR NEW.reason <> OLD.reason OR NEW.merged_by <> OLD.merged_by
       OR NEW.merged_at <> OLD.merged_at;
END
-- ;;
CREATE TRIGGER donor_merge_delete BEFORE DELETE ON donor_merge
BEGIN
    SELECT RAISE(ABORT, 'guard:donor_merge_final');
END
