CREATE FUNCTION guard_refuse(text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'guard:%', $1 USING ERRCODE = 'LG001';
END $$
-- ;;
CREATE FUNCTION guard_always() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM guard_refuse(TG_ARGV[0]);
    RETURN NULL;
END $$
-- ;;
CREATE FUNCTION voucher_insert_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM new_rows WHERE state NOT IN ('draft', 'submitted')) THEN
        PERFORM guard_refuse('voucher_born_final');
    END IF;
    -- The share lock makes a close that runs at the same time wait for us, and us for it.
    PERFORM 1 FROM period WHERE id IN (SELECT period_id FROM new_rows) ORDER BY id FOR SHARE;
    IF EXISTS (SELECT 1 FROM period
               WHERE id IN (SELECT period_id FROM new_rows) AND state <> 'open') THEN
        PERFORM guard_refuse('period_closed');
    END IF;
    RETURN NULL;
END $$
-- ;;
CREATE TRIGGER voucher_insert AFTER INSERT ON voucher REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION voucher_insert_guard()
-- ;;
CREATE TRIGGER voucher_delete BEFORE DELETE ON voucher
FOR EACH ROW EXECUTE FUNCTION guard_always('voucher_deleted')
-- ;;
CREATE TRIGGER voucher_truncate BEFORE TRUNCATE ON voucher
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('voucher_deleted')
-- ;;
CREATE FUNCTION voucher_update_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    policy ledger_policy%ROWTYPE;
    problem text;
    any_posted boolean;
BEGIN
    SELECT * INTO policy FROM ledger_policy;
    -- Few statements, because posting runs this for every voucher: each finds the first problem.
    SELECT MIN(CASE
               WHEN o.id IS NULL OR o.state IN ('posted', 'discarded') THEN '1 voucher_final'
               WHEN policy.separation_required AND n.state IN ('reviewed', 'posted')
                    AND n.reviewed_by = n.prepared_by THEN '2 voucher_self_review'
               WHEN n.state IN ('reviewed', 'posted') AND o.state = 'draft'
                    THEN '3 voucher_not_submitted'
           END), BOOL_OR(n.state = 'posted')
    INTO problem, any_posted
    FROM new_rows n LEFT JOIN old_rows o ON o.id = n.id;
    IF problem IS NOT NULL THEN
        PERFORM guard_refuse(split_part(problem, ' ', 2));
    END IF;
    IF EXISTS (SELECT 1 FROM (
                   SELECT state FROM period
                   WHERE id IN (SELECT period_id FROM new_rows WHERE state <> 'discarded')
                   ORDER BY id FOR SHARE) held
               WHERE held.state <> 'open') THEN
        PERFORM guard_refuse('period_closed');
    END IF;
    IF any_posted IS NOT TRUE THEN
        RETURN NULL;
    END IF;
    SELECT found.name INTO problem
    FROM new_rows n
    -- OFFSET keeps this a lookup by key per voucher, whatever the planner believes about a
    -- table that grew a moment ago.
    CROSS JOIN LATERAL (
        SELECT COUNT(*) AS line_count,
               COUNT(*) FILTER (WHERE l.period_id <> n.period_id) AS elsewhere,
               COUNT(*) FILTER (
                   WHERE NOT a.is_postable
                      OR (a.closed_on <= n.booked_on AND n.kind NOT IN ('closing', 'conversion'))
                      OR (n.kind <> 'conversion' AND a.chart <> (
                          SELECT y.chart FROM fiscal_year y WHERE y.year = n.period_id / 100))
               ) AS shut_accounts,
               COUNT(*) FILTER (
                   WHERE (f.closed_on <= n.booked_on AND n.kind NOT IN ('closing', 'conversion'))
                      OR f.opened_on > n.booked_on
               ) AS shut_funds
        FROM voucher_line l
        JOIN account a ON a.id = l.account_id
        JOIN fund f ON f.id = l.fund_id
        WHERE l.voucher_id = n.id OFFSET 0
    ) held
    CROSS JOIN LATERAL (
        SELECT CASE
            WHEN held.line_count < 2 THEN 'voucher_empty'
            WHEN EXISTS (SELECT 1 FROM voucher_line l WHERE l.voucher_id = n.id
                         GROUP BY l.fund_id HAVING SUM(l.amount_minor) <> 0)
                THEN 'voucher_unbalanced'
            WHEN held.elsewhere > 0
                 OR (n.period_id % 100 = 0 AND n.kind NOT IN ('opening', 'conversion'))
                 OR (n.period_id % 100 <> 0 AND n.period_id <>
                     EXTRACT(YEAR FROM n.booked_on)::int * 100
                     + EXTRACT(MONTH FROM n.booked_on)::int)
                THEN 'voucher_wrong_period'
            WHEN NOT EXISTS (SELECT 1 FROM voucher_series s WHERE s.period_id = n.period_id
                             AND s.word = n.word AND n.number <= s.last_number)
                THEN 'voucher_number_gap'
            WHEN held.shut_accounts > 0 THEN 'account_not_open'
            WHEN held.shut_funds > 0 THEN 'fund_not_open'
            WHEN policy.attachments_required AND n.kind = 'ordinary' AND n.attachment_count = 0
                THEN 'source_document_missing'
            WHEN n.kind = 'reversal' AND (
                held.line_count
                <> (SELECT COUNT(*) FROM voucher_line WHERE voucher_id = n.reverses_id)
                OR EXISTS (SELECT 1 FROM voucher WHERE id = n.reverses_id
                           AND (kind = 'reversal' OR state <> 'posted'))
                OR EXISTS (
                    SELECT 1 FROM voucher_line l
                    LEFT JOIN voucher_line o
                      ON o.voucher_id = n.reverses_id AND o.line_no = l.line_no
                    WHERE l.voucher_id = n.id AND (o.voucher_id IS NULL
                        OR o.account_id <> l.account_id OR o.fund_id <> l.fund_id
                        OR o.side <> l.side OR o.amount_minor <> -l.amount_minor)))
                THEN 'reversal_not_a_mirror'
        END AS name
    ) found
    WHERE n.state = 'posted' AND found.name IS NOT NULL
    LIMIT 1;
    IF problem IS NOT NULL THEN
        PERFORM guard_refuse(problem);
    END IF;
    -- One order of rows for everybody, so that two postings cannot wait for each other.
    INSERT INTO movement AS m (period_id, account_id, fund_id, debit_minor, credit_minor)
    SELECT n.period_id, l.account_id, l.fund_id,
           SUM(CASE WHEN l.side = 1 THEN l.amount_minor ELSE 0 END),
           SUM(CASE WHEN l.side = -1 THEN -l.amount_minor ELSE 0 END)
    FROM new_rows n
    -- OFFSET keeps this a lookup by key per voucher.
    CROSS JOIN LATERAL (SELECT * FROM voucher_line WHERE voucher_id = n.id OFFSET 0) l
    WHERE n.state = 'posted'
    GROUP BY n.period_id, l.account_id, l.fund_id
    ORDER BY n.period_id, l.account_id, l.fund_id
    ON CONFLICT (period_id, account_id, fund_id) DO UPDATE
    SET debit_minor = m.debit_minor + excluded.debit_minor,
        credit_minor = m.credit_minor + excluded.credit_minor;
    RETURN NULL;
END $$
-- ;;
CREATE TRIGGER voucher_update AFTER UPDATE ON voucher
REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION voucher_update_guard()
-- ;;
CREATE FUNCTION voucher_line_insert_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- A subquery per row, because it always uses the key: the planner has no idea how many rows
    -- a statement brings, and a join would read the whole table for each of them.
    IF EXISTS (SELECT 1 FROM (SELECT DISTINCT voucher_id FROM new_rows) n
               WHERE (SELECT v.state FROM voucher v WHERE v.id = n.voucher_id)
                     NOT IN ('draft', 'submitted')) THEN
        PERFORM guard_refuse('voucher_line_sealed');
    END IF;
    RETURN NULL;
END $$
-- ;;
CREATE TRIGGER voucher_line_insert AFTER INSERT ON voucher_line REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION voucher_line_insert_guard()
-- ;;
CREATE FUNCTION voucher_line_update_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- The lock makes a posting that runs at the same time wait for us, and us for it.
    PERFORM 1 FROM voucher WHERE id IN (OLD.voucher_id, NEW.voucher_id) ORDER BY id FOR SHARE;
    IF EXISTS (SELECT 1 FROM voucher WHERE id IN (OLD.voucher_id, NEW.voucher_id)
               AND state NOT IN ('draft', 'submitted')) THEN
        PERFORM guard_refuse('voucher_line_sealed');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER voucher_line_update BEFORE UPDATE ON voucher_line
FOR EACH ROW EXECUTE FUNCTION voucher_line_update_guard()
-- ;;
CREATE FUNCTION voucher_line_delete_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM voucher WHERE id = OLD.voucher_id FOR SHARE;
    IF EXISTS (SELECT 1 FROM voucher WHERE id = OLD.voucher_id
               AND state NOT IN ('draft', 'submitted')) THEN
        PERFORM guard_refuse('voucher_line_sealed');
    END IF;
    RETURN OLD;
END $$
-- ;;
CREATE TRIGGER voucher_line_delete BEFORE DELETE ON voucher_line
FOR EACH ROW EXECUTE FUNCTION voucher_line_delete_guard()
-- ;;
CREATE TRIGGER voucher_line_truncate BEFORE TRUNCATE ON voucher_line
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('voucher_line_sealed')
-- ;;
CREATE TRIGGER voucher_file_update BEFORE UPDATE ON voucher_file
FOR EACH ROW EXECUTE FUNCTION guard_always('voucher_file_final')
-- ;;
CREATE FUNCTION voucher_file_delete_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM voucher WHERE id = OLD.voucher_id
               AND state IN ('reviewed', 'posted')) THEN
        PERFORM guard_refuse('voucher_file_final');
    END IF;
    RETURN OLD;
END $$
-- ;;
CREATE TRIGGER voucher_file_delete BEFORE DELETE ON voucher_file
FOR EACH ROW EXECUTE FUNCTION voucher_file_delete_guard()
-- ;;
CREATE TRIGGER voucher_file_truncate BEFORE TRUNCATE ON voucher_file
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('voucher_file_final')
-- ;;
CREATE FUNCTION voucher_series_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.last_number < OLD.last_number OR NEW.period_id <> OLD.period_id
       OR NEW.word <> OLD.word THEN
        PERFORM guard_refuse('voucher_series_rewound');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER voucher_series_update BEFORE UPDATE ON voucher_series
FOR EACH ROW EXECUTE FUNCTION voucher_series_guard()
-- ;;
CREATE TRIGGER voucher_series_delete BEFORE DELETE ON voucher_series
FOR EACH ROW EXECUTE FUNCTION guard_always('voucher_series_rewound')
-- ;;
CREATE TRIGGER voucher_series_truncate BEFORE TRUNCATE ON voucher_series
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('voucher_series_rewound')
-- ;;
CREATE FUNCTION period_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.id <> OLD.id OR NEW.year <> OLD.year OR NEW.month <> OLD.month THEN
        PERFORM guard_refuse('period_key');
    END IF;
    IF OLD.state = 'open' AND NEW.state = 'closed' THEN
        IF EXISTS (SELECT 1 FROM voucher WHERE period_id = NEW.id
                   AND state IN ('draft', 'submitted', 'reviewed')) THEN
            PERFORM guard_refuse('period_has_waiting_vouchers');
        END IF;
        IF EXISTS (SELECT 1 FROM period WHERE id < NEW.id AND state = 'open') THEN
            PERFORM guard_refuse('period_closed_out_of_order');
        END IF;
    ELSIF OLD.state = 'closed' AND NEW.state = 'open' THEN
        IF OLD.statements_issued_at IS NOT NULL THEN
            PERFORM guard_refuse('period_statements_issued');
        END IF;
        IF EXISTS (SELECT 1 FROM period WHERE id > NEW.id AND state = 'closed') THEN
            PERFORM guard_refuse('period_not_the_last');
        END IF;
        IF NOT EXISTS (SELECT 1 FROM period_reopening WHERE period_id = NEW.id
                       AND approved_by IS NOT NULL AND requested_at >= OLD.closed_at) THEN
            PERFORM guard_refuse('period_reopening_not_approved');
        END IF;
    ELSIF OLD.state = 'closed' AND (
        NEW.closed_by IS DISTINCT FROM OLD.closed_by
        OR NEW.closed_at IS DISTINCT FROM OLD.closed_at
        OR NEW.digest IS DISTINCT FROM OLD.digest
        OR (OLD.statements_issued_at IS NOT NULL
            AND NEW.statements_issued_at IS DISTINCT FROM OLD.statements_issued_at)) THEN
        PERFORM guard_refuse('period_closed');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER period_update BEFORE UPDATE ON period
FOR EACH ROW EXECUTE FUNCTION period_guard()
-- ;;
CREATE TRIGGER period_delete BEFORE DELETE ON period
FOR EACH ROW EXECUTE FUNCTION guard_always('period_key')
-- ;;
CREATE FUNCTION period_reopening_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.approved_by IS NOT NULL OR NEW.period_id <> OLD.period_id
       OR NEW.requested_by <> OLD.requested_by OR NEW.reason <> OLD.reason THEN
        PERFORM guard_refuse('period_reopening_final');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER period_reopening_update BEFORE UPDATE ON period_reopening
FOR EACH ROW EXECUTE FUNCTION period_reopening_guard()
-- ;;
CREATE TRIGGER period_reopening_delete BEFORE DELETE ON period_reopening
FOR EACH ROW EXECUTE FUNCTION guard_always('period_reopening_final')
-- ;;
CREATE TRIGGER period_reopening_truncate BEFORE TRUNCATE ON period_reopening
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('period_reopening_final')
-- ;;
CREATE TRIGGER trail_record_update BEFORE UPDATE ON trail_record
FOR EACH ROW EXECUTE FUNCTION guard_always('trail_final')
-- ;;
CREATE TRIGGER trail_record_delete BEFORE DELETE ON trail_record
FOR EACH ROW EXECUTE FUNCTION guard_always('trail_final')
-- ;;
CREATE TRIGGER trail_record_truncate BEFORE TRUNCATE ON trail_record
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('trail_final')
-- ;;
CREATE FUNCTION trail_head_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.sequence < OLD.sequence OR NEW.id <> OLD.id THEN
        PERFORM guard_refuse('trail_final');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER trail_head_update BEFORE UPDATE ON trail_head
FOR EACH ROW EXECUTE FUNCTION trail_head_guard()
-- ;;
CREATE TRIGGER trail_head_delete BEFORE DELETE ON trail_head
FOR EACH ROW EXECUTE FUNCTION guard_always('trail_final')
-- ;;
CREATE TRIGGER trail_head_truncate BEFORE TRUNCATE ON trail_head
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('trail_final')
-- ;;
CREATE FUNCTION account_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.chart, NEW.code, NEW.category, NEW.side, NEW.tag, NEW.restriction, NEW.parent_id)
       IS DISTINCT FROM
       (OLD.chart, OLD.code, OLD.category, OLD.side, OLD.tag, OLD.restriction, OLD.parent_id)
       AND EXISTS (SELECT 1 FROM voucher_line WHERE account_id = OLD.id) THEN
        PERFORM guard_refuse('account_meaning');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER account_meaning BEFORE UPDATE ON account
FOR EACH ROW EXECUTE FUNCTION account_guard()
-- ;;
CREATE FUNCTION fund_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.code <> OLD.code OR NEW.restriction <> OLD.restriction)
       AND EXISTS (SELECT 1 FROM voucher_line WHERE fund_id = OLD.id) THEN
        PERFORM guard_refuse('fund_meaning');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER fund_meaning BEFORE UPDATE ON fund
FOR EACH ROW EXECUTE FUNCTION fund_guard()
