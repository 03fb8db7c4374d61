CREATE FUNCTION voucher_statements_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM new_rows WHERE state = 'posted' AND period_id % 100 <> 0) THEN
        RETURN NULL;
    END IF;
    -- OFFSET keeps each of these a lookup by key, whatever the planner believes about a table
    -- that grew a moment ago. One order of rows for everybody, so that two postings cannot wait
    -- for each other.
    INSERT INTO statement_movement AS m
        (period_id, kind, account_id, item_key, debit_minor, credit_minor)
    WITH line AS MATERIALIZED (
        SELECT n.id, n.period_id, l.account_id, l.side, l.amount_minor, l.cash_flow_item_id AS item,
               a.category, a.tag, ' ' || a.flags || ' ' LIKE '% cash %' AND ' ' || a.flags || ' ' NOT LIKE '% agency %' AS is_cash,
               n.kind = 'closing' OR COALESCE(o.kind = 'closing', false) AS is_closing,
               CASE WHEN n.kind = 'reversal' THEN -1 ELSE 1 END AS direction
        FROM new_rows n
        CROSS JOIN LATERAL (SELECT * FROM voucher_line WHERE voucher_id = n.id OFFSET 0) l
        CROSS JOIN LATERAL (
            SELECT category, tag, flags FROM account WHERE id = l.account_id OFFSET 0) a
        LEFT JOIN LATERAL (
            SELECT kind FROM voucher WHERE id = n.reverses_id OFFSET 0) o ON true
        WHERE n.state = 'posted' AND n.period_id % 100 <> 0
    ), fact AS MATERIALIZED (
        SELECT line.*,
               COALESCE(BOOL_OR(is_cash AND item IS NOT NULL) OVER whole, false) AS has_item,
               SUM(amount_minor) FILTER (WHERE is_cash) OVER whole AS cash_minor,
               BOOL_OR(tag = 'prior_period_adjustment') OVER whole AS is_adjusting,
               SUM(amount_minor) FILTER (WHERE category = 'net_asset') OVER whole AS net_minor,
               COALESCE(SUM(amount_minor) FILTER (WHERE tag = 'net_asset_restricted')
                        OVER whole, 0) AS restricted_minor
        FROM line WINDOW whole AS (PARTITION BY id)
    ), meaning AS (
        SELECT period_id, account_id, 0 AS item_key, true AS as_printed, side,
               amount_minor,
               CASE
                   WHEN is_closing THEN 'closing'
                   WHEN is_adjusting THEN 'adjustment'
                   WHEN net_minor <> 0 THEN 'direct'
                   WHEN restricted_minor * direction > 0 THEN 'release'
                   WHEN restricted_minor <> 0 THEN 'restriction'
                   ELSE 'between'
               END AS kind
        FROM fact WHERE is_closing OR category = 'net_asset'
        UNION ALL
        SELECT period_id, account_id, CASE WHEN is_cash THEN COALESCE(item, 0) ELSE 0 END,
               is_cash, side, amount_minor, 'cash'
        FROM fact WHERE (is_cash AND has_item) OR (NOT is_cash AND NOT has_item AND cash_minor <> 0)
    )
    SELECT period_id, kind, account_id, item_key,
           SUM(CASE WHEN (side = 1) = as_printed THEN side * amount_minor ELSE 0 END),
           SUM(CASE WHEN (side = 1) = as_printed THEN 0 ELSE side * amount_minor END)
    FROM meaning
    GROUP BY period_id, kind, account_id, item_key
    ORDER BY period_id, kind, account_id, item_key
    ON CONFLICT (period_id, kind, account_id, item_key) DO UPDATE
    SET debit_minor = m.debit_minor + excluded.debit_minor,
        credit_minor = m.credit_minor + excluded.credit_minor;
    RETURN NULL;
END $$
-- ;;
CREATE TRIGGER voucher_update_statements AFTER UPDATE ON voucher
REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION voucher_statements_guard()
-- ;;
CREATE FUNCTION period_reopen_issued_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'closed' AND NEW.state = 'open' AND EXISTS (
        SELECT 1 FROM issued_statement WHERE OLD.id BETWEEN first_period_id AND last_period_id)
    THEN
        PERFORM guard_refuse('statements_rest_on_period');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER period_reopen_issued BEFORE UPDATE ON period
FOR EACH ROW EXECUTE FUNCTION period_reopen_issued_guard()
-- ;;
CREATE FUNCTION issued_statement_insert_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- The lock makes a reopening that runs at the same time wait for us, and us for it.
    PERFORM 1 FROM period WHERE id BETWEEN NEW.first_period_id AND NEW.last_period_id
    ORDER BY id FOR SHARE;
    IF EXISTS (SELECT 1 FROM period WHERE id BETWEEN NEW.first_period_id AND NEW.last_period_id
               AND state <> 'closed')
       OR NOT EXISTS (SELECT 1 FROM period WHERE id = NEW.last_period_id
                      AND statements_issued_at IS NOT NULL) THEN
        PERFORM guard_refuse('statement_of_open_period');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER issued_statement_insert BEFORE INSERT ON issued_statement
FOR EACH ROW EXECUTE FUNCTION issued_statement_insert_guard()
-- ;;
CREATE TRIGGER issued_statement_update BEFORE UPDATE ON issued_statement
FOR EACH ROW EXECUTE FUNCTION guard_always('issued_statement_final')
-- ;;
CREATE TRIGGER issued_statement_delete BEFORE DELETE ON issued_statement
FOR EACH ROW EXECUTE FUNCTION guard_always('issued_statement_final')
-- ;;
CREATE TRIGGER issued_statement_truncate BEFORE TRUNCATE ON issued_statement
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('issued_statement_final')
-- ;;
CREATE TRIGGER issued_file_update BEFORE UPDATE ON issued_statement_file
FOR EACH ROW EXECUTE FUNCTION guard_always('issued_statement_final')
-- ;;
CREATE TRIGGER issued_file_delete BEFORE DELETE ON issued_statement_file
FOR EACH ROW EXECUTE FUNCTION guard_always('issued_statement_final')
-- ;;
CREATE TRIGGER issued_file_truncate BEFORE TRUNCATE ON issued_statement_file
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('issued_statement_final')
-- ;;
CREATE FUNCTION reclassification_insert_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM period WHERE id = NEW.period_id
               AND statements_issued_at IS NOT NULL) THEN
        PERFORM guard_refuse('reclassification_after_issue');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER reclassification_insert BEFORE INSERT ON statement_reclassification
FOR EACH ROW EXECUTE FUNCTION reclassification_insert_guard()
-- ;;
CREATE TRIGGER reclassification_update BEFORE UPDATE ON statement_reclassification
FOR EACH ROW EXECUTE FUNCTION guard_always('reclassification_final')
-- ;;
CREATE TRIGGER reclassification_delete BEFORE DELETE ON statement_reclassification
FOR EACH ROW EXECUTE FUNCTION guard_always('reclassification_final')
-- ;;
CREATE TRIGGER reclassification_truncate BEFORE TRUNCATE ON statement_reclassification
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('reclassification_final')
