CREATE TRIGGER bank_account_update BEFORE UPDATE ON bank_account
WHEN NEW.id <> OLD.id OR NEW.code <> OLD.code
    OR ((NEW.begins_on IS NOT OLD.begins_on OR NEW.opening_minor IS NOT OLD.opening_minor)
        AND EXISTS (SELECT 1 FROM bank_reconciliation
                    WHERE bank_account_id = OLD.id AND state <> 'withdrawn'))
BEGIN
    SELECT RAISE(ABORT, 'guard:bank_account_final');
END
-- ;;
CREATE TRIGGER bank_account_delete BEFORE DELETE ON bank_account
BEGIN
    SELECT RAISE(ABORT, 'guard:bank_account_final');
END
-- ;;
CREATE TRIGGER bank_account_ledger_update BEFORE UPDATE ON bank_account_ledger
BEGIN
    SELECT RAISE(ABORT, 'guard:bank_account_final');
END
-- ;;
CREATE TRIGGER bank_account_ledger_delete BEFORE DELETE ON bank_account_ledger
BEGIN
    SELECT RAISE(ABORT, 'guard:bank_account_final');
END
-- ;;
CREATE TRIGGER bank_statement_update BEFORE UPDATE ON bank_statement
BEGIN
    SELECT RAISE(ABORT, 'guard:bank_statement_final');
END
-- ;;
CREATE TRIGGER bank_statement_delete BEFORE DELETE ON bank_statement
BEGIN
    SELECT RAISE(ABORT, 'guard:bank_statement_final');
END
-- ;;
CREATE TRIGGER bank_line_insert BEFORE INSERT ON bank_line
BEGIN
    SELECT RAISE(ABORT, 'guard:bank_month_reconciled')
    FROM bank_reconciliation
    WHERE bank_account_id = NEW.bank_account_id AND state <> 'withdrawn'
      AND period_id >= NEW.month;
    SELECT RAISE(ABORT, 'guard:bank_line_wrong_month')
    WHERE NEW.month <> CAST(strftime('%Y%m', NEW.booked_on) AS INTEGER);
END
-- ;;
CREATE TRIGGER bank_line_update BEFORE UPDATE ON bank_line
BEGIN
    SELECT RAISE(ABORT, 'guard:bank_line_final');
END
-- ;;
CREATE TRIGGER bank_line_delete BEFORE DELETE ON bank_line
BEGIN
    SELECT RAISE(ABORT, 'guard:bank_line_final');
END
-- ;;
CREATE TRIGGER bank_match_insert BEFORE INSERT ON bank_match
WHEN NEW.state <> 'building'
BEGIN
    SELECT RAISE(ABORT, 'guard:bank_match_born_sealed');
END
-- ;;
CREATE TRIGGER bank_match_update BEFORE UPDATE ON bank_match
WHEN NOT ((OLD.state = 'building' AND NEW.state = 'live')
          OR (OLD.state = 'live' AND NEW.state = 'undone'))
    OR NEW.id <> OLD.id OR NEW.bank_account_id <> OLD.bank_account_id
    OR NEW.origin <> OLD.origin OR NEW.score <> OLD.score OR NEW.reasons <> OLD.reasons
    OR NEW.settled_in <> OLD.settled_in OR NEW.made_by <> OLD.made_by
    OR NEW.made_at <> OLD.made_at
BEGIN
    SELECT RAISE(ABORT, 'guard:bank_match_final');
END
-- ;;
CREATE TRIGGER bank_match_settled BEFORE UPDATE ON bank_match
BEGIN
    SELECT RAISE(ABORT, 'guard:bank_month_reconciled')
    FROM bank_reconciliation
    WHERE bank_account_id = NEW.bank_account_id AND state <> 'withdrawn'
      AND period_id >= NEW.settled_in;
END
-- ;;
CREATE TRIGGER bank_match_seal AFTER UPDATE ON bank_match
WHEN NEW.state = 'live'
BEGIN
    SELECT RAISE(ABORT, 'guard:bank_match_other_account')
    WHERE EXISTS (SELECT 1 FROM bank_match_line m JOIN bank_line l ON l.id = m.bank_line_id
                  WHERE m.match_id = NEW.id AND l.bank_account_id <> NEW.bank_account_id)
       OR EXISTS (SELECT 1 FROM bank_match_voucher m
                  WHERE m.match_id = NEW.id AND m.bank_account_id <> NEW.bank_account_id);
    SELECT RAISE(ABORT, 'guard:bank_match_not_posted')
    FROM bank_match_voucher m JOIN voucher v ON v.id = m.voucher_id
    WHERE m.match_id = NEW.id AND v.state <> 'posted';
    SELECT RAISE(ABORT, 'guard:bank_match_differs')
    FROM bank_match_voucher m
    WHERE m.match_id = NEW.id AND m.amount_minor <> COALESCE((
        SELECT SUM(l.amount_minor) FROM voucher_line l
        JOIN bank_account_ledger b ON b.account_id = l.account_id
        WHERE l.voucher_id = m.voucher_id AND l.side = m.side
          AND b.bank_account_id = m.bank_account_id), 0);
    SELECT RAISE(ABORT, 'guard:bank_match_differs')
    WHERE COALESCE((SELECT SUM(l.amount_minor) FROM bank_match_line m
                    JOIN bank_line l ON l.id = m.bank_line_id WHERE m.match_id = NEW.id), 0)
       <> COALESCE((SELECT SUM(m.amount_minor) FROM bank_match_voucher m
                    WHERE m.match_id = NEW.id), 0)
       OR (SELECT COUNT(*) FROM bank_match_line WHERE match_id = NEW.id)
        + (SELECT COUNT(*) FROM bank_match_voucher WHERE match_id = NEW.id) < 2;
    SELECT RAISE(ABORT, 'guard:bank_match_settles_early')
    WHERE NEW.settled_in < COALESCE((SELECT MAX(l.month) FROM bank_match_line m
                    JOIN bank_line l ON l.id = m.bank_line_id WHERE m.match_id = NEW.id), 0)
       OR NEW.settled_in < COALESCE((SELECT MAX(v.period_id) FROM bank_match_voucher m
                    JOIN voucher v ON v.id = m.voucher_id WHERE m.match_id = NEW.id), 0);
END
-- ;;
CREATE TRIGGER bank_match_delete BEFORE DELETE ON bank_match
BEGIN
    SELECT RAISE(ABORT, 'guard:bank_match_final');
END
-- ;;
CREATE TRIGGER bank_match_line_insert BEFORE INSERT ON bank_match_line
BEGIN
    SELECT RAISE(ABORT, 'guard:bank_match_sealed')
    FROM bank_match WHERE id = NEW.match_id AND (state <> 'building' OR NOT NEW.is_live);
END
-- ;;
CREATE TRIGGER bank_match_line_update BEFORE UPDATE ON bank_match_line
BEGIN
    SELECT RAISE(ABORT, 'guard:bank_match_sealed')
    WHERE NEW.match_id <> OLD.match_id OR NEW.bank_line_id <> OLD.bank_line_id OR NEW.is_live
       OR NOT EXISTS (SELECT 1 FROM bank_match WHERE id = OLD.match_id AND state = 'undone');
END
-- ;;
CREATE TRIGGER bank_match_line_delete BEFORE DELETE ON bank_match_line
BEGIN
    SELECT RAISE(ABORT, 'guard:bank_match_sealed');
END
-- ;;
CREATE TRIGGER bank_match_voucher_insert BEFORE INSERT ON bank_match_voucher
BEGIN
    SELECT RAISE(ABORT, 'guard:bank_match_sealed')
    FROM bank_match WHERE id = NEW.match_id AND (state <> 'building' OR NOT NEW.is_live);
END
-- ;;
CREATE TRIGGER bank_match_voucher_update BEFORE UPDATE ON bank_match_voucher
BEGIN
    SELECT RAISE(ABORT, 'guard:bank_match_sealed')
    WHERE NEW.match_id <> OLD.match_id OR NEW.voucher_id <> OLD.voucher_id
       OR NEW.side <> OLD.side OR NEW.bank_account_id <> OLD.bank_account_id
       OR NEW.amount_minor <> OLD.amount_minor OR NEW.is_live
       OR NOT EXISTS (SELECT 1 FROM bank_match WHERE id = OLD.match_id AND state = 'undone');
END
-- ;;
CREATE TRIGGER bank_match_voucher_delete BEFORE DELETE ON bank_match_voucher
BEGIN
    SELECT RAISE(ABORT, 'guard:bank_match_sealed');
END
-- ;;
CREATE TRIGGER bank_reconciliation_insert BEFORE INSERT ON bank_reconciliation
WHEN NEW.state <> 'building'
BEGIN
    SELECT RAISE(ABORT, 'guard:bank_reconciliation_born_sealed');
END
-- ;;
CREATE TRIGGER bank_reconciliation_update BEFORE UPDATE ON bank_reconciliation
WHEN NOT ((OLD.state = 'building' AND NEW.state = 'prepared')
          OR (OLD.state = 'prepared' AND NEW.state IN ('reviewed', 'withdrawn'))
          OR (OLD.state = 'reviewed' AND NEW.state = 'withdrawn'))
    OR NEW.id <> OLD.id OR NEW.bank_account_id <> OLD.bank_account_id
    OR NEW.period_id <> OLD.period_id OR NEW.books_minor <> OLD.books_minor
    OR NEW.bank_minor <> OLD.bank_minor OR NEW.bank_received_minor <> OLD.bank_received_minor
    OR NEW.bank_paid_minor <> OLD.bank_paid_minor
    OR NEW.books_received_minor <> OLD.books_received_minor
    OR NEW.books_paid_minor <> OLD.books_paid_minor
    OR NEW.difference_minor <> OLD.difference_minor
    OR NEW.explanation IS NOT OLD.explanation
    OR NEW.statement_through <> OLD.statement_through
    OR NEW.prepared_by <> OLD.prepared_by OR NEW.prepared_at <> OLD.prepared_at
    OR (OLD.state = 'reviewed' AND (NEW.reviewed_by IS NOT OLD.reviewed_by
                                    OR NEW.reviewed_at IS NOT OLD.reviewed_at))
BEGIN
    SELECT RAISE(ABORT, 'guard:bank_reconciliation_final');
END
-- ;;
CREATE TRIGGER bank_reconciliation_seal AFTER UPDATE ON bank_reconciliation
WHEN NEW.state = 'prepared'
BEGIN
    SELECT RAISE(ABORT, 'guard:bank_reconciliation_differs')
    FROM (SELECT COALESCE(SUM(CASE kind WHEN 'bank_received' THEN amount_minor END), 0) AS br,
                 COALESCE(SUM(CASE kind WHEN 'bank_paid' THEN amount_minor END), 0) AS bp,
                 COALESCE(SUM(CASE kind WHEN 'books_received' THEN amount_minor END), 0) AS kr,
                 COALESCE(SUM(CASE kind WHEN 'books_paid' THEN amount_minor END), 0) AS kp
          FROM bank_reconciliation_item WHERE reconciliation_id = NEW.id) s
    WHERE s.br <> NEW.bank_received_minor OR s.bp <> NEW.bank_paid_minor
       OR s.kr <> NEW.books_received_minor OR s.kp <> NEW.books_paid_minor;
END
-- ;;
CREATE TRIGGER bank_reconciliation_withdraw BEFORE UPDATE ON bank_reconciliation
WHEN NEW.state = 'withdrawn'
BEGIN
    SELECT RAISE(ABORT, 'guard:bank_reconciliation_closed')
    FROM period WHERE id = OLD.period_id AND state = 'closed' AND OLD.state = 'reviewed';
    SELECT RAISE(ABORT, 'guard:bank_month_reconciled')
    FROM bank_reconciliation
    WHERE bank_account_id = OLD.bank_account_id AND state <> 'withdrawn'
      AND period_id > OLD.period_id;
END
-- ;;
CREATE TRIGGER bank_reconciliation_delete BEFORE DELETE ON bank_reconciliation
BEGIN
    SELECT RAISE(ABORT, 'guard:bank_reconciliation_final');
END
-- ;;
CREATE TRIGGER bank_reconciliation_item_insert BEFORE INSERT ON bank_reconciliation_item
BEGIN
    SELECT RAISE(ABORT, 'guard:bank_reconciliation_final')
    FROM bank_reconciliation WHERE id = NEW.reconciliation_id AND state <> 'building';
END
-- ;;
CREATE TRIGGER bank_reconciliation_item_update BEFORE UPDATE ON bank_reconciliation_item
BEGIN
    SELECT RAISE(ABORT, 'guard:bank_reconciliation_final');
END
-- ;;
CREATE TRIGGER bank_reconciliation_item_delete BEFORE DELETE ON bank_reconciliation_item
BEGIN
    SELECT RAISE(ABORT, 'guard:bank_reconciliation_final');
END
-- ;;
CREATE TRIGGER period_close_bank BEFORE UPDATE ON period
WHEN OLD.state = 'open' AND NEW.state = 'closed' AND NEW.month > 0
BEGIN
    SELECT RAISE(ABORT, 'guard:bank_not_reconciled')
    FROM bank_account b
    WHERE b.required_from <= NEW.id AND NOT EXISTS (
        SELECT 1 FROM bank_reconciliation r
        WHERE r.bank_account_id = b.id AND r.period_id = NEW.id AND r.state = 'reviewed');
END
