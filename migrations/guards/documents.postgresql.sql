CREATE FUNCTION bill_batch_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.written_off_on IS NOT NULL OR NEW.written_off_on IS NULL
       OR (NEW.id, NEW.medium, NEW.code, NEW.first_number, NEW.last_number, NEW.quantity,
           NEW.drawn_on, NEW.licence_number, NEW.keeper, NEW.created_by, NEW.created_at)
          IS DISTINCT FROM
          (OLD.id, OLD.medium, OLD.code, OLD.first_number, OLD.last_number, OLD.quantity,
           OLD.drawn_on, OLD.licence_number, OLD.keeper, OLD.created_by, OLD.created_at) THEN
        PERFORM guard_refuse('bill_batch_final');
    END IF;
    IF EXISTS (SELECT 1 FROM bill WHERE batch_id = NEW.id AND state = 'in_stock') THEN
        PERFORM guard_refuse('bill_batch_in_use');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER bill_batch_update BEFORE UPDATE ON bill_batch
FOR EACH ROW EXECUTE FUNCTION bill_batch_guard()
-- ;;
CREATE TRIGGER bill_batch_delete BEFORE DELETE ON bill_batch
FOR EACH ROW EXECUTE FUNCTION guard_always('bill_batch_final')
-- ;;
CREATE TRIGGER bill_batch_truncate BEFORE TRUNCATE ON bill_batch
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('bill_batch_final')
-- ;;
CREATE FUNCTION bill_insert_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM new_rows WHERE state <> 'in_stock') THEN
        PERFORM guard_refuse('bill_born_final');
    END IF;
    -- A write-off that runs at the same time waits for us, and we for it.
    PERFORM 1 FROM bill_batch WHERE id IN (SELECT batch_id FROM new_rows) ORDER BY id FOR SHARE;
    IF EXISTS (SELECT 1 FROM new_rows n WHERE NOT EXISTS (
               SELECT 1 FROM bill_batch b
               WHERE b.id = n.batch_id AND b.code = n.code AND b.written_off_on IS NULL
                 AND (b.first_number IS NULL OR (
                      LENGTH(n.number) = LENGTH(b.first_number)
                      AND n.number COLLATE "C" >= b.first_number COLLATE "C"
                      AND n.number COLLATE "C" <= b.last_number COLLATE "C")))) THEN
        PERFORM guard_refuse('bill_not_in_batch');
    END IF;
    RETURN NULL;
END $$
-- ;;
CREATE TRIGGER bill_insert AFTER INSERT ON bill REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION bill_insert_guard()
-- ;;
CREATE TRIGGER bill_key BEFORE UPDATE OF id, batch_id, code, number ON bill
FOR EACH ROW EXECUTE FUNCTION guard_always('bill_final')
-- ;;
CREATE TRIGGER bill_content BEFORE UPDATE OF colour, check_code, issued_on, payer_name, payer_kind, payer_code, amount_minor, remark, drawer, checker, reverses_id, skip_reason, recorded_by, recorded_at ON bill
FOR EACH ROW WHEN (OLD.state <> 'in_stock') EXECUTE FUNCTION guard_always('bill_final')
-- ;;
CREATE FUNCTION bill_state_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT ((OLD.state = 'in_stock' AND NEW.state IN ('issued', 'void', 'lost'))
            OR (OLD.state = 'issued' AND NEW.state IN ('void', 'lost', 'red'))) THEN
        PERFORM guard_refuse('bill_final');
    END IF;
    IF OLD.state = 'issued' AND NEW.state IN ('void', 'lost') AND EXISTS (
       SELECT 1 FROM bill_batch b WHERE b.id = OLD.batch_id
       AND (b.medium <> 'paper' OR b.written_off_on IS NOT NULL OR OLD.colour <> 'blue')) THEN
        PERFORM guard_refuse('bill_not_voidable');
    END IF;
    IF NEW.state = 'red' AND NOT EXISTS (
       SELECT 1 FROM bill r WHERE r.reverses_id = OLD.id AND r.state = 'issued'
       AND r.amount_minor = -OLD.amount_minor) THEN
        PERFORM guard_refuse('red_bill_missing');
    END IF;
    IF NEW.state = 'issued' AND NEW.colour = 'red' THEN
        -- The lock keeps the blue bill from being voided while it is taken back.
        PERFORM 1 FROM bill WHERE id = NEW.reverses_id FOR UPDATE;
        IF NOT EXISTS (SELECT 1 FROM bill b WHERE b.id = NEW.reverses_id AND b.state = 'issued'
                       AND b.colour = 'blue' AND b.amount_minor = -NEW.amount_minor) THEN
            PERFORM guard_refuse('red_bill_differs');
        END IF;
    END IF;
    IF NEW.state = 'issued' AND NEW.amount_minor IS DISTINCT FROM (
       SELECT SUM(l.amount_minor) FROM bill_line l WHERE l.bill_id = OLD.id) THEN
        PERFORM guard_refuse('bill_lines_differ');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER bill_state BEFORE UPDATE ON bill
FOR EACH ROW EXECUTE FUNCTION bill_state_guard()
-- ;;
CREATE FUNCTION bill_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE gift_bill SET is_live = false WHERE bill_id = NEW.id AND is_live;
    RETURN NULL;
END $$
-- ;;
CREATE TRIGGER bill_ended AFTER UPDATE ON bill
FOR EACH ROW WHEN (NEW.state IN ('void', 'red')) EXECUTE FUNCTION bill_ended()
-- ;;
CREATE TRIGGER bill_delete BEFORE DELETE ON bill
FOR EACH ROW EXECUTE FUNCTION guard_always('bill_final')
-- ;;
CREATE TRIGGER bill_truncate BEFORE TRUNCATE ON bill
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('bill_final')
-- ;;
CREATE FUNCTION bill_line_insert_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM new_rows n
               WHERE (SELECT b.state FROM bill b WHERE b.id = n.bill_id) <> 'in_stock') THEN
        PERFORM guard_refuse('bill_line_final');
    END IF;
    RETURN NULL;
END $$
-- ;;
CREATE TRIGGER bill_line_insert AFTER INSERT ON bill_line REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION bill_line_insert_guard()
-- ;;
CREATE TRIGGER bill_line_change BEFORE UPDATE OR DELETE ON bill_line
FOR EACH ROW EXECUTE FUNCTION guard_always('bill_line_final')
-- ;;
CREATE TRIGGER bill_line_truncate BEFORE TRUNCATE ON bill_line
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('bill_line_final')
-- ;;
CREATE TRIGGER bill_file_change BEFORE UPDATE OR DELETE ON bill_file
FOR EACH ROW EXECUTE FUNCTION guard_always('bill_file_final')
-- ;;
CREATE TRIGGER bill_file_truncate BEFORE TRUNCATE ON bill_file
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('bill_file_final')
-- ;;
CREATE TRIGGER letter_series_update BEFORE UPDATE ON letter_series
FOR EACH ROW WHEN (NEW.last_number < OLD.last_number OR NEW.kind <> OLD.kind
                   OR NEW.year <> OLD.year)
EXECUTE FUNCTION guard_always('letter_series_rewound')
-- ;;
CREATE TRIGGER letter_series_delete BEFORE DELETE ON letter_series
FOR EACH ROW EXECUTE FUNCTION guard_always('letter_series_rewound')
-- ;;
CREATE TRIGGER letter_series_truncate BEFORE TRUNCATE ON letter_series
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('letter_series_rewound')
-- ;;
CREATE FUNCTION letter_insert_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM new_rows WHERE state <> 'issued') THEN
        PERFORM guard_refuse('letter_born_final');
    END IF;
    IF EXISTS (SELECT 1 FROM new_rows n WHERE NOT EXISTS (
               SELECT 1 FROM letter_series s WHERE s.kind = n.kind AND s.year = n.year
               AND n.number <= s.last_number)) THEN
        PERFORM guard_refuse('letter_number_gap');
    END IF;
    RETURN NULL;
END $$
-- ;;
CREATE TRIGGER letter_insert AFTER INSERT ON letter REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION letter_insert_guard()
-- ;;
CREATE TRIGGER letter_content BEFORE UPDATE OF id, kind, year, number, reference, issued_on, issued_at, issued_by, recipient_name, total_minor, content, digest, verification_code ON letter
FOR EACH ROW EXECUTE FUNCTION guard_always('letter_final')
-- ;;
CREATE FUNCTION letter_state_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'issued' OR NEW.state = 'issued' THEN
        PERFORM guard_refuse('letter_final');
    END IF;
    IF NEW.state = 'replaced' AND NOT EXISTS (
       SELECT 1 FROM letter r WHERE r.id = NEW.replaced_by_id AND r.id <> OLD.id
       AND r.kind = OLD.kind AND r.state = 'issued') THEN
        PERFORM guard_refuse('letter_replacement');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER letter_state BEFORE UPDATE ON letter
FOR EACH ROW EXECUTE FUNCTION letter_state_guard()
-- ;;
CREATE FUNCTION letter_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE gift_letter SET is_live = false WHERE letter_id = NEW.id AND is_live;
    RETURN NULL;
END $$
-- ;;
CREATE TRIGGER letter_ended AFTER UPDATE ON letter
FOR EACH ROW WHEN (NEW.state <> 'issued') EXECUTE FUNCTION letter_ended()
-- ;;
CREATE TRIGGER letter_delete BEFORE DELETE ON letter
FOR EACH ROW EXECUTE FUNCTION guard_always('letter_final')
-- ;;
CREATE TRIGGER letter_truncate BEFORE TRUNCATE ON letter
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('letter_final')
-- ;;
CREATE TRIGGER letter_render_change BEFORE UPDATE OR DELETE ON letter_render
FOR EACH ROW EXECUTE FUNCTION guard_always('letter_render_final')
-- ;;
CREATE TRIGGER letter_render_truncate BEFORE TRUNCATE ON letter_render
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('letter_render_final')
-- ;;
CREATE FUNCTION gift_left(bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
    -- What is left of a gift after its cancellation, correction and refunds.
    SELECT g.amount_minor - COALESCE((
        SELECT SUM(c.amount_minor) FROM gift_change c LEFT JOIN voucher v ON v.id = c.voucher_id
        WHERE c.gift_id = g.id AND (v.id IS NULL OR (v.state <> 'discarded' AND NOT EXISTS (
            SELECT 1 FROM voucher r WHERE r.reverses_id = v.id AND r.state = 'posted')))), 0)::bigint
    FROM gift g WHERE g.id = $1
$$
-- ;;
CREATE FUNCTION gift_bill_insert_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Whoever changes a gift or documents it holds its row: nobody sees half of the other's act.
    PERFORM 1 FROM gift WHERE id IN (SELECT gift_id FROM new_rows) ORDER BY id FOR UPDATE;
    PERFORM 1 FROM bill WHERE id IN (SELECT bill_id FROM new_rows) ORDER BY id FOR UPDATE;
    -- Subqueries per row: see the guard of the ledger for why there are no joins here.
    IF EXISTS (SELECT 1 FROM new_rows n WHERE NOT n.is_live OR NOT EXISTS (
               SELECT 1 FROM bill b
               WHERE b.id = n.bill_id AND b.state = 'issued' AND b.colour = 'blue')) THEN
        PERFORM guard_refuse('gift_bill_not_issued');
    END IF;
    IF EXISTS (SELECT 1 FROM new_rows n
               WHERE (SELECT v.state FROM voucher v WHERE v.id = (
                      SELECT g.voucher_id FROM gift g WHERE g.id = n.gift_id)) <> 'posted') THEN
        PERFORM guard_refuse('gift_not_posted');
    END IF;
    IF EXISTS (SELECT 1 FROM new_rows n WHERE n.amount_minor > gift_left(n.gift_id))
       OR EXISTS (SELECT 1 FROM (SELECT DISTINCT bill_id FROM new_rows) n
                  WHERE (SELECT b.amount_minor FROM bill b WHERE b.id = n.bill_id)
                        < (SELECT SUM(o.amount_minor) FROM gift_bill o
                           WHERE o.bill_id = n.bill_id)) THEN
        PERFORM guard_refuse('gift_bill_exceeds');
    END IF;
    RETURN NULL;
END $$
-- ;;
CREATE TRIGGER gift_bill_insert AFTER INSERT ON gift_bill REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION gift_bill_insert_guard()
-- ;;
CREATE FUNCTION gift_bill_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.bill_id, NEW.gift_id, NEW.amount_minor)
       IS DISTINCT FROM (OLD.bill_id, OLD.gift_id, OLD.amount_minor)
       OR NEW.is_live OR NOT OLD.is_live
       OR EXISTS (SELECT 1 FROM bill WHERE id = OLD.bill_id AND state NOT IN ('void', 'red')) THEN
        PERFORM guard_refuse('gift_bill_final');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER gift_bill_update BEFORE UPDATE ON gift_bill
FOR EACH ROW EXECUTE FUNCTION gift_bill_guard()
-- ;;
CREATE TRIGGER gift_bill_delete BEFORE DELETE ON gift_bill
FOR EACH ROW EXECUTE FUNCTION guard_always('gift_bill_final')
-- ;;
CREATE TRIGGER gift_bill_truncate BEFORE TRUNCATE ON gift_bill
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('gift_bill_final')
-- ;;
CREATE FUNCTION gift_letter_insert_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM gift WHERE id IN (SELECT gift_id FROM new_rows) ORDER BY id FOR UPDATE;
    IF EXISTS (SELECT 1 FROM new_rows n WHERE NOT n.is_live OR NOT EXISTS (
               SELECT 1 FROM letter t
               WHERE t.id = n.letter_id AND t.state = 'issued' AND t.kind = n.kind)) THEN
        PERFORM guard_refuse('gift_letter_not_issued');
    END IF;
    IF EXISTS (SELECT 1 FROM new_rows n
               WHERE (SELECT v.state FROM voucher v WHERE v.id = (
                      SELECT g.voucher_id FROM gift g WHERE g.id = n.gift_id)) <> 'posted') THEN
        PERFORM guard_refuse('gift_not_posted');
    END IF;
    IF EXISTS (SELECT 1 FROM new_rows n WHERE n.amount_minor > gift_left(n.gift_id)) THEN
        PERFORM guard_refuse('gift_letter_exceeds');
    END IF;
    RETURN NULL;
END $$
-- ;;
CREATE TRIGGER gift_letter_insert AFTER INSERT ON gift_letter REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION gift_letter_insert_guard()
-- ;;
CREATE FUNCTION gift_letter_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.letter_id, NEW.gift_id, NEW.kind, NEW.amount_minor)
       IS DISTINCT FROM (OLD.letter_id, OLD.gift_id, OLD.kind, OLD.amount_minor)
       OR NEW.is_live OR NOT OLD.is_live
       OR EXISTS (SELECT 1 FROM letter WHERE id = OLD.letter_id AND state = 'issued') THEN
        PERFORM guard_refuse('gift_letter_final');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER gift_letter_update BEFORE UPDATE ON gift_letter
FOR EACH ROW EXECUTE FUNCTION gift_letter_guard()
-- ;;
CREATE TRIGGER gift_letter_delete BEFORE DELETE ON gift_letter
FOR EACH ROW EXECUTE FUNCTION guard_always('gift_letter_final')
-- ;;
CREATE TRIGGER gift_letter_truncate BEFORE TRUNCATE ON gift_letter
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('gift_letter_final')
-- ;;
CREATE FUNCTION billing_particulars_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM gift WHERE id = NEW.gift_id FOR UPDATE;
    IF EXISTS (SELECT 1 FROM gift_bill WHERE gift_id = NEW.gift_id AND is_live)
       OR (TG_OP = 'UPDATE' AND NEW.gift_id <> OLD.gift_id) THEN
        PERFORM guard_refuse('billing_particulars_final');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER billing_particulars_insert BEFORE INSERT OR UPDATE ON billing_particulars
FOR EACH ROW EXECUTE FUNCTION billing_particulars_guard()
-- ;;
CREATE TRIGGER billing_particulars_delete BEFORE DELETE ON billing_particulars
FOR EACH ROW EXECUTE FUNCTION guard_always('billing_particulars_final')
-- ;;
CREATE TRIGGER billing_particulars_truncate BEFORE TRUNCATE ON billing_particulars
FOR EACH STATEMENT EXECUTE FUNCTION guard_always('billing_particulars_final')
-- ;;
CREATE FUNCTION gift_documented(bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT 1 FROM gift_bill WHERE gift_id = $1 AND is_live)
        OR EXISTS (SELECT 1 FROM gift_letter WHERE gift_id = $1 AND is_live
                   AND kind <> 'certificate')
$$
-- ;;
CREATE FUNCTION gift_change_documents() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM gift WHERE id = NEW.gift_id FOR UPDATE;
    IF gift_documented(NEW.gift_id) THEN
        PERFORM guard_refuse('gift_has_document');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER gift_change_documents BEFORE INSERT ON gift_change
FOR EACH ROW EXECUTE FUNCTION gift_change_documents()
-- ;;
CREATE FUNCTION voucher_reversal_documents() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM gift WHERE voucher_id = NEW.reverses_id ORDER BY id FOR UPDATE;
    IF EXISTS (SELECT 1 FROM gift g
               WHERE g.voucher_id = NEW.reverses_id AND gift_documented(g.id)) THEN
        PERFORM guard_refuse('gift_has_document');
    END IF;
    RETURN NEW;
END $$
-- ;;
CREATE TRIGGER voucher_reversal_documents BEFORE INSERT ON voucher
FOR EACH ROW WHEN (NEW.kind = 'reversal') EXECUTE FUNCTION voucher_reversal_documents()
