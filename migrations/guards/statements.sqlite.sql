CREATE TRIGGER voucher_statements AFTER UPDATE ON voucher
WHEN NEW.state = 'posted' AND OLD.state <> 'posted' AND NEW.period_id % 100 <> 0
BEGIN
    INSERT INTO statement_movement
        (period_id, kind, account_id, item_key, debit_minor, credit_minor)
    SELECT NEW.period_id, s.kind, s.account_id, 0, SUM(s.debit_minor), SUM(s.credit_minor)
    FROM (
        SELECT CASE
                WHEN NEW.kind = 'closing'
                     OR (SELECT kind FROM voucher WHERE id = NEW.reverses_id) = 'closing'
                    THEN 'closing'
                WHEN w.is_adjusting THEN 'adjustment'
                WHEN w.net_minor <> 0 THEN 'direct'
                WHEN w.restricted_minor
                     * CASE WHEN NEW.kind = 'reversal' THEN -1 ELSE 1 END > 0 THEN 'release'
                WHEN w.restricted_minor <> 0 THEN 'restriction'
                ELSE 'between'
            END AS kind, l.account_id,
            CASE WHEN l.side = 1 THEN l.amount_minor ELSE 0 END AS debit_minor,
            CASE WHEN l.side = -1 THEN -l.amount_minor ELSE 0 END AS credit_minor
        FROM voucher_line l
        JOIN account a ON a.id = l.account_id
        JOIN (
            SELECT MAX(b.tag = 'prior_period_adjustment') AS is_adjusting,
                   SUM(x.amount_minor) AS net_minor,
                   SUM(CASE WHEN b.tag = 'net_asset_restricted' THEN x.amount_minor ELSE 0 END)
                       AS restricted_minor
            FROM voucher_line x JOIN account b ON b.id = x.account_id
            WHERE x.voucher_id = NEW.id AND b.category = 'net_asset'
        ) w
        WHERE l.voucher_id = NEW.id
          AND (a.category = 'net_asset' OR NEW.kind = 'closing'
               OR (SELECT kind FROM voucher WHERE id = NEW.reverses_id) = 'closing')
    ) s
    WHERE true
    GROUP BY s.kind, s.account_id
    ON CONFLICT (period_id, kind, account_id, item_key) DO UPDATE
    SET debit_minor = debit_minor + excluded.debit_minor,
        credit_minor = credit_minor + excluded.credit_minor;
    INSERT INTO statement_movement
        (period_id, kind, account_id, item_key, debit_minor, credit_minor)
    SELECT NEW.period_id, 'cash', s.account_id, s.item_key, SUM(s.debit_minor), SUM(s.credit_minor)
    FROM (
        SELECT f.account_id,
               CASE WHEN f.is_cash THEN COALESCE(f.item, 0) ELSE 0 END AS item_key,
               CASE WHEN (f.side = 1) = f.is_cash THEN f.side * f.amount_minor ELSE 0 END
                   AS debit_minor,
               CASE WHEN (f.side = 1) = f.is_cash THEN 0 ELSE f.side * f.amount_minor END
                   AS credit_minor
        FROM (
            SELECT l.account_id, l.side, l.amount_minor, l.cash_flow_item_id AS item,
                   (' ' || a.flags || ' ' LIKE '% cash %' AND ' ' || a.flags || ' ' NOT LIKE '% agency %') AS is_cash
            FROM voucher_line l JOIN account a ON a.id = l.account_id
            WHERE l.voucher_id = NEW.id
        ) f
        JOIN (
            SELECT MAX(l.cash_flow_item_id IS NOT NULL) AS has_item,
                   SUM(l.amount_minor) AS cash_minor
            FROM voucher_line l JOIN account a ON a.id = l.account_id
            WHERE l.voucher_id = NEW.id
              AND ' ' || a.flags || ' ' LIKE '% cash %' AND ' ' || a.flags || ' ' NOT LIKE '% agency %'
        ) w
        WHERE (f.is_cash AND w.has_item) OR (NOT f.is_cash AND NOT w.has_item AND w.cash_minor <> 0)
    ) s
    WHERE true
    GROUP BY s.account_id, s.item_key
    ON CONFLICT (period_id, kind, account_id, item_key) DO UPDATE
    SET debit_minor = debit_minor + excluded.debit_minor,
        credit_minor = credit_minor + excluded.credit_minor;
END
-- ;;
CREATE TRIGGER period_reopen_issued BEFORE UPDATE ON period
WHEN OLD.state = 'closed' AND NEW.state = 'open'
BEGIN
    SELECT RAISE(ABORT, 'guard:statements_rest_on_period')
    FROM issued_statement WHERE OLD.id BETWEEN first_period_id AND last_period_id;
END
-- ;;
CREATE TRIGGER issued_statement_insert BEFORE INSERT ON issued_statement
BEGIN
    SELECT RAISE(ABORT, 'guard:statement_of_open_period')
    WHERE EXISTS (SELECT 1 FROM period WHERE id BETWEEN NEW.first_period_id
                  AND NEW.last_period_id AND state <> 'closed')
       OR NOT EXISTS (SELECT 1 FROM period WHERE id = NEW.last_period_id
                      AND statements_issued_at IS NOT NULL);
END
-- ;;
CREATE TRIGGER issued_statement_update BEFORE UPDATE ON issued_statement
BEGIN
    SELECT RAISE(ABORT, 'guard:issued_statement_final');
END
-- ;;
CREATE TRIGGER issued_statement_delete BEFORE DELETE ON issued_statement
BEGIN
    SELECT RAISE(ABORT, 'guard:issued_statement_final');
END
-- ;;
CREATE TRIGGER issued_file_update BEFORE UPDATE ON issued_statement_file
BEGIN
    SELECT RAISE(ABORT, 'guard:issued_statement_final');
END
-- ;;
CREATE TRIGGER issued_file_delete BEFORE DELETE ON issued_statement_file
BEGIN
    SELECT RAISE(ABORT, 'guard:issued_statement_final');
END
-- ;;
CREATE TRIGGER reclassification_insert BEFORE INSERT ON statement_reclassification
BEGIN
    SELECT RAISE(ABORT, 'guard:reclassification_after_issue')
    FROM period WHERE id = NEW.period_id AND statements_issued_at IS NOT NULL;
END
-- ;;
CREATE TRIGGER reclassification_update BEFORE UPDATE ON statement_reclassification
BEGIN
    SELECT RAISE(ABORT, 'guard:reclassification_final');
END
-- ;;
CREATE TRIGGER reclassification_delete BEFORE DELETE ON statement_reclassification
BEGIN
    SELECT RAISE(ABORT, 'guard:reclassification_final');
END
