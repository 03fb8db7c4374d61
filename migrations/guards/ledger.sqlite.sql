CREATE TRIGGER voucher_insert BEFORE INSERT ON voucher
BEGIN
    SELECT RAISE(ABORT, 'guard:voucher_born_final') WHERE NEW.state NOT IN ('draft', 'submitted');
    SELECT RAISE(ABORT, 'guard:period_closed')
    FROM period WHERE id = NEW.period_id AND state <> 'open';
END
-- ;;
CREATE TRIGGER voucher_final BEFORE UPDATE ON voucher
WHEN OLD.state IN ('posted', 'discarded') OR NEW.id <> OLD.id
BEGIN
    SELECT RAISE(ABORT, 'guard:voucher_final');
END
-- ;;
CREATE TRIGGER voucher_delete BEFORE DELETE ON voucher
BEGIN
    SELECT RAISE(ABORT, 'guard:voucher_deleted');
END
-- ;;
CREATE TRIGGER voucher_review BEFORE UPDATE ON voucher
WHEN NEW.state IN ('reviewed', 'posted')
BEGIN
    SELECT RAISE(ABORT, 'guard:voucher_self_review')
    FROM ledger_policy WHERE separation_required AND NEW.reviewed_by = NEW.prepared_by;
    SELECT RAISE(ABORT, 'guard:voucher_not_submitted') WHERE OLD.state = 'draft';
END
-- ;;
CREATE TRIGGER voucher_period BEFORE UPDATE ON voucher
WHEN NEW.state <> 'discarded'
BEGIN
    SELECT RAISE(ABORT, 'guard:period_closed')
    FROM period WHERE id = NEW.period_id AND state <> 'open';
END
-- ;;
CREATE TRIGGER voucher_seal AFTER UPDATE ON voucher
WHEN NEW.state = 'posted'
BEGIN
    SELECT RAISE(ABORT, 'guard:voucher_empty')
    WHERE (SELECT COUNT(*) FROM voucher_line WHERE voucher_id = NEW.id) < 2;
    SELECT RAISE(ABORT, 'guard:voucher_unbalanced')
    WHERE EXISTS (SELECT 1 FROM voucher_line WHERE voucher_id = NEW.id
                  GROUP BY fund_id HAVING SUM(amount_minor) <> 0);
    SELECT RAISE(ABORT, 'guard:voucher_wrong_period')
    WHERE (NEW.period_id % 100 <> 0 AND NEW.period_id <>
           CAST(strftime('%Y%m', NEW.booked_on) AS INTEGER))
       OR (NEW.period_id % 100 = 0 AND NEW.kind NOT IN ('opening', 'conversion'))
       OR EXISTS (SELECT 1 FROM voucher_line
                  WHERE voucher_id = NEW.id AND period_id <> NEW.period_id);
    SELECT RAISE(ABORT, 'guard:voucher_number_gap')
    WHERE NOT EXISTS (SELECT 1 FROM voucher_series WHERE period_id = NEW.period_id
                      AND word = NEW.word AND NEW.number <= last_number);
    SELECT RAISE(ABORT, 'guard:account_not_open')
    FROM voucher_line l
    JOIN account a ON a.id = l.account_id
    JOIN fiscal_year y ON y.year = NEW.period_id / 100
    WHERE l.voucher_id = NEW.id
      AND (NOT a.is_postable
           OR (a.closed_on <= NEW.booked_on AND NEW.kind NOT IN ('closing', 'conversion'))
           OR (a.chart <> y.chart AND NEW.kind <> 'conversion'));
    SELECT RAISE(ABORT, 'guard:fund_not_open')
    FROM voucher_line l JOIN fund f ON f.id = l.fund_id
    WHERE l.voucher_id = NEW.id
      AND ((f.closed_on <= NEW.booked_on AND NEW.kind NOT IN ('closing', 'conversion'))
           OR f.opened_on > NEW.booked_on);
    SELECT RAISE(ABORT, 'guard:source_document_missing')
    FROM ledger_policy
    WHERE attachments_required AND NEW.kind = 'ordinary' AND NEW.attachment_count = 0;
    SELECT RAISE(ABORT, 'guard:reversal_not_a_mirror')
    WHERE NEW.kind = 'reversal' AND (
        (SELECT COUNT(*) FROM voucher_line WHERE voucher_id = NEW.id)
        <> (SELECT COUNT(*) FROM voucher_line WHERE voucher_id = NEW.reverses_id)
        OR EXISTS (SELECT 1 FROM voucher WHERE id = NEW.reverses_id
                   AND (kind = 'reversal' OR state <> 'posted'))
        OR EXISTS (
            SELECT 1 FROM voucher_line l
            LEFT JOIN voucher_line o ON o.voucher_id = NEW.reverses_id AND o.line_no = l.line_no
            WHERE l.voucher_id = NEW.id AND (o.voucher_id IS NULL
                OR o.account_id <> l.account_id OR o.fund_id <> l.fund_id OR o.side <> l.side
                OR o.amount_minor <> -l.amount_minor)));
    INSERT INTO movement (period_id, account_id, fund_id, debit_minor, credit_minor)
    SELECT NEW.period_id, account_id, fund_id,
           SUM(CASE WHEN side = 1 THEN amount_minor ELSE 0 END),
           SUM(CASE WHEN side = -1 THEN -amount_minor ELSE 0 END)
    FROM voucher_line WHERE voucher_id = NEW.id
    GROUP BY account_id, fund_id
    ON CONFLICT (period_id, account_id, fund_id) DO UPDATE
    SET debit_minor = debit_minor + excluded.debit_minor,
        credit_minor = credit_minor + excluded.credit_minor;
END
-- ;;
CREATE TRIGGER voucher_line_insert BEFORE INSERT ON voucher_line
BEGIN
    SELECT RAISE(ABORT, 'guard:voucher_line_sealed')
    FROM voucher WHERE id = NEW.voucher_id AND state NOT IN ('draft', 'submitted');
END
-- ;;
CREATE TRIGGER voucher_line_update BEFORE UPDATE ON voucher_line
BEGIN
    SELECT RAISE(ABORT, 'guard:voucher_line_sealed')
    FROM voucher WHERE id IN (OLD.voucher_id, NEW.voucher_id)
                   AND state NOT IN ('draft', 'submitted');
END
-- ;;
CREATE TRIGGER voucher_line_delete BEFORE DELETE ON voucher_line
BEGIN
    SELECT RAISE(ABORT, 'guard:voucher_line_sealed')
    FROM voucher WHERE id = OLD.voucher_id AND state NOT IN ('draft', 'submitted');
END
-- ;;
CREATE TRIGGER voucher_file_update BEFORE UPDATE ON voucher_file
BEGIN
    SELECT RAISE(ABORT, 'guard:voucher_file_final');
END
-- ;;
CREATE TRIGGER voucher_file_delete BEFORE DELETE ON voucher_file
BEGIN
    SELECT RAISE(ABORT, 'guard:voucher_file_final')
    FROM voucher WHERE id = OLD.voucher_id AND state IN ('reviewed', 'posted');
END
-- ;;
CREATE TRIGGER voucher_series_update BEFORE UPDATE ON voucher_series
WHEN NEW.last_number < OLD.last_number OR NEW.period_id <> OLD.period_id OR NEW.word <> OLD.word
BEGIN
    SELECT RAISE(ABORT, 'guard:voucher_series_rewound');
END
-- ;;
CREATE TRIGGER voucher_series_delete BEFORE DELETE ON voucher_series
BEGIN
    SELECT RAISE(ABORT, 'guard:voucher_series_rewound');
END
-- ;;
CREATE TRIGGER period_key BEFORE UPDATE ON period
WHEN NEW.id <> OLD.id OR NEW.year <> OLD.year OR NEW.month <> OLD.month
BEGIN
    SELECT RAISE(ABORT, 'guard:period_key');
END
-- ;;
CREATE TRIGGER period_close BEFORE UPDATE ON period
WHEN OLD.state = 'open' AND NEW.state = 'closed'
BEGIN
    SELECT RAISE(ABORT, 'guard:period_has_waiting_vouchers')
    FROM voucher WHERE period_id = NEW.id AND state IN ('draft', 'submitted', 'reviewed');
    SELECT RAISE(ABORT, 'guard:period_closed_out_of_order')
    FROM period WHERE id < NEW.id AND state = 'open';
END
-- ;;
CREATE TRIGGER period_reopen BEFORE UPDATE ON period
WHEN OLD.state = 'closed' AND NEW.state = 'open'
BEGIN
    SELECT RAISE(ABORT, 'guard:period_statements_issued') WHERE OLD.statements_issued_at IS NOT NULL;
    SELECT RAISE(ABORT, 'guard:period_not_the_last')
    FROM period WHERE id > NEW.id AND state = 'closed';
    SELECT RAISE(ABORT, 'guard:period_reopening_not_approved')
    WHERE NOT EXISTS (SELECT 1 FROM period_reopening WHERE period_id = NEW.id
                      AND approved_by IS NOT NULL AND requested_at >= OLD.closed_at);
END
-- ;;
CREATE TRIGGER period_closed_final BEFORE UPDATE ON period
WHEN OLD.state = 'closed' AND NEW.state = 'closed'
     AND (NEW.closed_by IS NOT OLD.closed_by OR NEW.closed_at IS NOT OLD.closed_at
          OR NEW.digest IS NOT OLD.digest
          OR (OLD.statements_issued_at IS NOT NULL
              AND NEW.statements_issued_at IS NOT OLD.statements_issued_at))
BEGIN
    SELECT RAISE(ABORT, 'guard:period_closed');
END
-- ;;
CREATE TRIGGER period_delete BEFORE DELETE ON period
BEGIN
    SELECT RAISE(ABORT, 'guard:period_key');
END
-- ;;
CREATE TRIGGER period_reopening_update BEFORE UPDATE ON period_reopening
WHEN OLD.approved_by IS NOT NULL OR NEW.period_id <> OLD.period_id
     OR NEW.requested_by <> OLD.requested_by OR NEW.reason <> OLD.reason
BEGIN
    SELECT RAISE(ABORT, 'guard:period_reopening_final');
END
-- ;;
CREATE TRIGGER period_reopening_delete BEFORE DELETE ON period_reopening
BEGIN
    SELECT RAISE(ABORT, 'guard:period_reopening_final');
END
-- ;;
CREATE TRIGGER trail_record_update BEFORE UPDATE ON trail_record
BEGIN
    SELECT RAISE(ABORT, 'guard:trail_final');
END
-- ;;
CREATE TRIGGER trail_record_delete BEFORE DELETE ON trail_record
BEGIN
    SELECT RAISE(ABORT, 'guard:trail_final');
END
-- ;;
CREATE TRIGGER trail_head_update BEFORE UPDATE ON trail_head
WHEN NEW.sequence < OLD.sequence OR NEW.id <> OLD.id
BEGIN
    SELECT RAISE(ABORT, 'guard:trail_final');
END
-- ;;
CREATE TRIGGER trail_head_delete BEFORE DELETE ON trail_head
BEGIN
    SELECT RAISE(ABORT, 'guard:trail_final');
END
-- ;;
CREATE TRIGGER account_meaning BEFORE UPDATE ON account
WHEN (NEW.chart <> OLD.chart OR NEW.code <> OLD.code OR NEW.category <> OLD.category
      OR NEW.side <> OLD.side OR NEW.tag <> OLD.tag OR NEW.restriction <> OLD.restriction
      OR NEW.parent_id IS NOT OLD.parent_id)
     AND EXISTS (SELECT 1 FROM voucher_line WHERE account_id = OLD.id)
BEGIN
    SELECT RAISE(ABORT, 'guard:account_meaning');
END
-- ;;
CREATE TRIGGER fund_meaning BEFORE UPDATE ON fund
WHEN (NEW.code <> OLD.code OR NEW.restriction <> OLD.restriction)
     AND EXISTS (SELECT 1 FROM voucher_line WHERE fund_id = OLD.id)
BEGIN
    SELECT RAISE(ABORT, 'guard:fund_meaning');
END
