CREATE FUNCTION bank_account_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.id <> OLD.id OR NEW.code <> OLD.code
       OR ((NEW.begins_on IS DISTINCT FROM OLD.begins_on
            OR NEW.opening_minor IS DISTINCT FROM OLD.opening_minor)
           AND EXISTS (SELECT 1 FROM bank_reconciliation
                       WHERE bank_account_id = OLD.id AND state <> 'withdrawn')) THEN
        PERFORM guard_refuse('bank_account_final');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER bank_account_update BEFORE UPDATE ON bank_account
FOR EACH ROW EXECUTE FUNCTION bank_account_guard()
-- ;;
CREATE TRIGGER bank_account_delete BEFORE DELETE ON bank_account
FOR EACH ROW EXECUTE FUNCTION guard_always('bank_account_final')
-- ;;
CREATE TRIGGER bank_account_ledger_change BEFORE UPDATE OR DELETE ON bank_account_ledger
FOR EACH ROW EXECUTE FUNCTION guard_always('bank_account_final')
-- ;;
CREATE TRIGGER bank_statement_change BEFORE UPDATE OR DELETE ON bank_statement
FOR EACH ROW EXECUTE FUNCTION guard_always('bank_statement_final')
-- ;;
CREATE FUNCTION bank_line_insert_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM bank_reconciliation r
               JOIN (SELECT bank_account_id, MIN(month) AS month FROM new_rows
                     GROUP BY bank_account_id) n ON n.bank_account_id = r.bank_account_id
               WHERE r.state <> 'withdrawn' AND r.period_id >= n.month) THEN
        PERFORM guard_refuse('bank_month_reconciled');
    END IF;
    IF EXISTS (SELECT 1 FROM new_rows
               WHERE month <> CAST(to_char(booked_on, 'YYYYMM') AS integer)) THEN
        PERFORM guard_refuse('bank_line_wrong_month');
    END IF;
    RETURN NULL;
END $$
-- ;;
CREATE TRIGGER bank_line_insert AFTER INSERT ON bank_line REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION bank_line_insert_guard()
-- ;;
CREATE TRIGGER bank_line_change BEFORE UPDATE OR DELETE ON bank_line
FOR EACH ROW EXECUTE FUNCTION guard_always('bank_line_final')
-- ;;
CREATE TRIGGER bank_line_truncate BEFORE TRUNCATE ON bank_line
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('bank_line_final')
-- ;;
CREATE FUNCTION bank_match_insert_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM new_rows WHERE state <> 'building') THEN
        PERFORM guard_refuse('bank_match_born_sealed');
    END IF;
    RETURN NULL;
END $$
-- ;;
CREATE TRIGGER bank_match_insert AFTER INSERT ON bank_match REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION bank_match_insert_guard()
-- ;;
CREATE FUNCTION bank_match_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT ((OLD.state = 'building' AND NEW.state = 'live')
            OR (OLD.state = 'live' AND NEW.state = 'undone'))
       OR NEW.id <> OLD.id OR NEW.bank_account_id <> OLD.bank_account_id
       OR NEW.origin <> OLD.origin OR NEW.score <> OLD.score OR NEW.reasons <> OLD.reasons
       OR NEW.settled_in <> OLD.settled_in OR NEW.made_by <> OLD.made_by
       OR NEW.made_at <> OLD.made_at THEN
        PERFORM guard_refuse('bank_match_final');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER bank_match_update BEFORE UPDATE ON bank_match
FOR EACH ROW EXECUTE FUNCTION bank_match_guard()
-- ;;
CREATE FUNCTION bank_match_seal_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    problem text;
BEGIN
    IF EXISTS (SELECT 1 FROM bank_reconciliation r
               JOIN (SELECT bank_account_id, MIN(settled_in) AS settled_in FROM new_rows
                     GROUP BY bank_account_id) n ON n.bank_account_id = r.bank_account_id
               WHERE r.state <> 'withdrawn' AND r.period_id >= n.settled_in) THEN
        PERFORM guard_refuse('bank_month_reconciled');
    END IF;
    -- Subqueries per match: see the guard of the ledger for why there are no joins here.
    SELECT found.name INTO problem
    FROM new_rows n
    CROSS JOIN LATERAL (
        SELECT COUNT(*) AS lines, COALESCE(SUM(l.amount_minor), 0) AS minor, MAX(l.month) AS month,
               COUNT(*) FILTER (WHERE l.bank_account_id <> n.bank_account_id) AS elsewhere
        FROM bank_match_line m JOIN bank_line l ON l.id = m.bank_line_id
        WHERE m.match_id = n.id) bank
    CROSS JOIN LATERAL (
        SELECT COUNT(*) AS sides, COALESCE(SUM(m.amount_minor), 0) AS minor,
               MAX(v.period_id) AS month,
               COUNT(*) FILTER (WHERE m.bank_account_id <> n.bank_account_id) AS elsewhere,
               COUNT(*) FILTER (WHERE v.state <> 'posted') AS waiting,
               COUNT(*) FILTER (WHERE m.amount_minor <> COALESCE((
                   SELECT SUM(l.amount_minor) FROM voucher_line l
                   WHERE l.voucher_id = m.voucher_id AND l.side = m.side
                     AND (SELECT b.bank_account_id FROM bank_account_ledger b
                          WHERE b.account_id = l.account_id) = m.bank_account_id), 0)) AS changed
        FROM bank_match_voucher m JOIN voucher v ON v.id = m.voucher_id
        WHERE m.match_id = n.id) books
    CROSS JOIN LATERAL (
        SELECT CASE
            WHEN bank.elsewhere + books.elsewhere > 0 THEN 'bank_match_other_account'
            WHEN books.waiting > 0 THEN 'bank_match_not_posted'
            WHEN books.changed > 0 OR bank.minor <> books.minor
                OR bank.lines + books.sides < 2 THEN 'bank_match_differs'
            WHEN n.settled_in < GREATEST(bank.month, books.month) THEN 'bank_match_settles_early'
        END AS name) found
    WHERE n.state = 'live' AND found.name IS NOT NULL
    LIMIT 1;
    IF problem IS NOT NULL THEN
        PERFORM guard_refuse(problem);
    END IF;
    RETURN NULL;
END $$
-- ;;
CREATE TRIGGER bank_match_seal AFTER UPDATE ON bank_match REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION bank_match_seal_guard()
-- ;;
CREATE TRIGGER bank_match_delete BEFORE DELETE ON bank_match
FOR EACH ROW EXECUTE FUNCTION guard_always('bank_match_final')
-- ;;
CREATE TRIGGER bank_match_truncate BEFORE TRUNCATE ON bank_match
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('bank_match_final')
-- ;;
CREATE FUNCTION bank_match_member_insert_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM new_rows n
               WHERE NOT n.is_live OR (SELECT m.state FROM bank_match m WHERE m.id = n.match_id)
                     <> 'building') THEN
        PERFORM guard_refuse('bank_match_sealed');
    END IF;
    RETURN NULL;
END $$
-- ;;
CREATE TRIGGER bank_match_line_insert AFTER INSERT ON bank_match_line
REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION bank_match_member_insert_guard()
-- ;;
CREATE FUNCTION bank_match_line_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.match_id <> OLD.match_id OR NEW.bank_line_id <> OLD.bank_line_id OR NEW.is_live
       OR NOT EXISTS (SELECT 1 FROM bank_match WHERE id = OLD.match_id AND state = 'undone') THEN
        PERFORM guard_refuse('bank_match_sealed');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER bank_match_line_update BEFORE UPDATE ON bank_match_line
FOR EACH ROW EXECUTE FUNCTION bank_match_line_guard()
-- ;;
CREATE TRIGGER bank_match_line_delete BEFORE DELETE ON bank_match_line
FOR EACH ROW EXECUTE FUNCTION guard_always('bank_match_sealed')
-- ;;
CREATE TRIGGER bank_match_voucher_insert AFTER INSERT ON bank_match_voucher
REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION bank_match_member_insert_guard()
-- ;;
CREATE FUNCTION bank_match_voucher_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.match_id <> OLD.match_id OR NEW.voucher_id <> OLD.voucher_id OR NEW.side <> OLD.side
       OR NEW.bank_account_id <> OLD.bank_account_id OR NEW.amount_minor <> OLD.amount_minor
       OR NEW.is_live
       OR NOT EXISTS (SELECT 1 FROM bank_match WHERE id = OLD.match_id AND state = 'undone') THEN
        PERFORM guard_refuse('bank_match_sealed');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER bank_match_voucher_update BEFORE UPDATE ON bank_match_voucher
FOR EACH ROW EXECUTE FUNCTION bank_match_voucher_guard()
-- ;;
CREATE TRIGGER bank_match_voucher_delete BEFORE DELETE ON bank_match_voucher
FOR EACH ROW EXECUTE FUNCTION guard_always('bank_match_sealed')
-- ;;
CREATE FUNCTION bank_reconciliation_insert_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state <> 'building' THEN
        PERFORM guard_refuse('bank_reconciliation_born_sealed');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER bank_reconciliation_insert BEFORE INSERT ON bank_reconciliation
FOR EACH ROW EXECUTE FUNCTION bank_reconciliation_insert_guard()
-- ;;
CREATE FUNCTION bank_reconciliation_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT ((OLD.state = 'building' AND NEW.state = 'prepared')
            OR (OLD.state = 'prepared' AND NEW.state IN ('reviewed', 'withdrawn'))
            OR (OLD.state = 'reviewed' AND NEW.state = 'withdrawn'))
       OR NEW.id <> OLD.id OR NEW.bank_account_id <> OLD.bank_account_id
       OR NEW.period_id <> OLD.period_id OR NEW.books_minor <> OLD.books_minor
       OR NEW.bank_minor <> OLD.bank_minor OR NEW.bank_received_minor <> OLD.bank_received_minor
       OR NEW.bank_paid_minor <> OLD.bank_paid_minor
       OR NEW.books_received_minor <> OLD.books_received_minor
       OR NEW.books_paid_minor <> OLD.books_paid_minor
       OR NEW.difference_minor <> OLD.difference_minor
       OR NEW.explanation IS DISTINCT FROM OLD.explanation
       OR NEW.statement_through <> OLD.statement_through
       OR NEW.prepared_by <> OLD.prepared_by OR NEW.prepared_at <> OLD.prepared_at
       OR (OLD.state = 'reviewed' AND (NEW.reviewed_by IS DISTINCT FROM OLD.reviewed_by
                                       OR NEW.reviewed_at IS DISTINCT FROM OLD.reviewed_at)) THEN
        PERFORM guard_refuse('bank_reconciliation_final');
    END IF;
    IF NEW.state = 'withdrawn' THEN
        IF OLD.state = 'reviewed' AND EXISTS (
            SELECT 1 FROM period WHERE id = OLD.period_id AND state = 'closed') THEN
            PERFORM guard_refuse('bank_reconciliation_closed');
        END IF;
        IF EXISTS (SELECT 1 FROM bank_reconciliation
                   WHERE bank_account_id = OLD.bank_account_id AND state <> 'withdrawn'
                     AND period_id > OLD.period_id) THEN
            PERFORM guard_refuse('bank_month_reconciled');
        END IF;
    END IF;
    IF NEW.state = 'prepared' AND EXISTS (
        SELECT 1 FROM (
            SELECT COALESCE(SUM(amount_minor) FILTER (WHERE kind = 'bank_received'), 0) AS br,
                   COALESCE(SUM(amount_minor) FILTER (WHERE kind = 'bank_paid'), 0) AS bp,
                   COALESCE(SUM(amount_minor) FILTER (WHERE kind = 'books_received'), 0) AS kr,
                   COALESCE(SUM(amount_minor) FILTER (WHERE kind = 'books_paid'), 0) AS kp
            FROM bank_reconciliation_item WHERE reconciliation_id = NEW.id) s
        WHERE s.br <> NEW.bank_received_minor OR s.bp <> NEW.bank_paid_minor
           OR s.kr <> NEW.books_received_minor OR s.kp <> NEW.books_paid_minor) THEN
        PERFORM guard_refuse('bank_reconciliation_differs');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER bank_reconciliation_update BEFORE UPDATE ON bank_reconciliation
FOR EACH ROW EXECUTE FUNCTION bank_reconciliation_guard()
-- ;;
CREATE TRIGGER bank_reconciliation_delete BEFORE DELETE ON bank_reconciliation
FOR EACH ROW EXECUTE FUNCTION guard_always('bank_reconciliation_final')
-- ;;
CREATE FUNCTION bank_reconciliation_item_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM bank_reconciliation
               WHERE id = NEW.reconciliation_id AND state <> 'building') THEN
        PERFORM guard_refuse('bank_reconciliation_final');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER bank_reconciliation_item_insert BEFORE INSERT ON bank_reconciliation_item
FOR EACH ROW EXECUTE FUNCTION bank_reconciliation_item_guard()
-- ;;
CREATE TRIGGER bank_reconciliation_item_change BEFORE UPDATE OR DELETE ON bank_reconciliation_item
FOR EACH ROW EXECUTE FUNCTION guard_always('bank_reconciliation_final')
-- ;;
CREATE FUNCTION period_close_bank_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'open' AND NEW.state = 'closed' AND NEW.month > 0 AND EXISTS (
        SELECT 1 FROM bank_account b
        WHERE b.required_from <= NEW.id AND NOT EXISTS (
            SELECT 1 FROM bank_reconciliation r
            WHERE r.bank_account_id = b.id AND r.period_id = NEW.id
              AND r.state = 'reviewed')) THEN
        PERFORM guard_refuse('bank_not_reconciled');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER period_update_bank BEFORE UPDATE ON period
FOR EACH ROW EXECUTE FUNCTION period_close_bank_guard()
