CREATE TRIGGER bill_batch_update BEFORE UPDATE ON bill_batch
BEGIN
    SELECT RAISE(ABORT, 'guard:bill_batch_final')
    WHERE OLD.written_off_on IS NOT NULL OR NEW.written_off_on IS NULL
       OR NEW.id <> OLD.id OR NEW.medium <> OLD.medium OR NEW.code <> OLD.code
       OR NEW.first_number IS NOT OLD.first_number OR NEW.last_number IS NOT OLD.last_number
       OR NEW.quantity IS NOT OLD.quantity OR NEW.drawn_on <> OLD.drawn_on
       OR NEW.licence_number IS NOT OLD.licence_number OR NEW.keeper <> OLD.keeper
       OR NEW.created_by <> OLD.created_by OR NEW.created_at <> OLD.created_at;
    SELECT RAISE(ABORT, 'guard:bill_batch_in_use')
    FROM bill WHERE batch_id = NEW.id AND state = 'in_stock';
END
-- ;;
CREATE TRIGGER bill_batch_delete BEFORE DELETE ON bill_batch
BEGIN
    SELECT RAISE(ABORT, 'guard:bill_batch_final');
END
-- ;;
CREATE TRIGGER bill_insert BEFORE INSERT ON bill
BEGIN
    SELECT RAISE(ABORT, 'guard:bill_born_final') WHERE NEW.state <> 'in_stock';
    SELECT RAISE(ABORT, 'guard:bill_not_in_batch')
    WHERE NOT EXISTS (
        SELECT 1 FROM bill_batch b
        WHERE b.id = NEW.batch_id AND b.code = NEW.code AND b.written_off_on IS NULL
          AND (b.first_number IS NULL OR (
               LENGTH(NEW.number) = LENGTH(b.first_number)
               AND NEW.number BETWEEN b.first_number AND b.last_number)));
END
-- ;;
CREATE TRIGGER bill_key BEFORE UPDATE OF id, batch_id, code, number ON bill
BEGIN
    SELECT RAISE(ABORT, 'guard:bill_final');
END
-- ;;
CREATE TRIGGER bill_content BEFORE UPDATE OF colour, check_code, issued_on, payer_name, payer_kind, payer_code, amount_minor, remark, drawer, checker, reverses_id, skip_reason, recorded_by, recorded_at ON bill
WHEN OLD.state <> 'in_stock'
BEGIN
    SELECT RAISE(ABORT, 'guard:bill_final');
END
-- ;;
CREATE TRIGGER bill_state BEFORE UPDATE ON bill
BEGIN
    SELECT RAISE(ABORT, 'guard:bill_final')
    WHERE NOT ((OLD.state = 'in_stock' AND NEW.state IN ('issued', 'void', 'lost'))
               OR (OLD.state = 'issued' AND NEW.state IN ('void', 'lost', 'red')));
    SELECT RAISE(ABORT, 'guard:bill_not_voidable')
    FROM bill_batch b
    WHERE OLD.state = 'issued' AND NEW.state IN ('void', 'lost') AND b.id = OLD.batch_id
      AND (b.medium <> 'paper' OR b.written_off_on IS NOT NULL OR OLD.colour <> 'blue');
    SELECT RAISE(ABORT, 'guard:red_bill_missing')
    WHERE NEW.state = 'red' AND NOT EXISTS (
        SELECT 1 FROM bill r WHERE r.reverses_id = OLD.id AND r.state = 'issued'
          AND r.amount_minor = -OLD.amount_minor);
    SELECT RAISE(ABORT, 'guard:red_bill_differs')
    WHERE NEW.state = 'issued' AND NEW.colour = 'red' AND NOT EXISTS (
        SELECT 1 FROM bill b WHERE b.id = NEW.reverses_id AND b.state = 'issued'
          AND b.colour = 'blue' AND b.amount_minor = -NEW.amount_minor);
    SELECT RAISE(ABORT, 'guard:bill_lines_differ')
    WHERE NEW.state = 'issued' AND NEW.amount_minor IS NOT (
        SELECT SUM(l.amount_minor) FROM bill_line l WHERE l.bill_id = OLD.id);
END
-- ;;
CREATE TRIGGER bill_ended AFTER UPDATE ON bill
WHEN NEW.state IN ('void', 'red')
BEGIN
    UPDATE gift_bill SET is_live = 0 WHERE bill_id = NEW.id AND is_live;
END
-- ;;
CREATE TRIGGER bill_delete BEFORE DELETE ON bill
BEGIN
    SELECT RAISE(ABORT, 'guard:bill_final');
END
-- ;;
CREATE TRIGGER bill_line_insert BEFORE INSERT ON bill_line
BEGIN
    SELECT RAISE(ABORT, 'guard:bill_line_final')
    FROM bill WHERE id = NEW.bill_id AND state <> 'in_stock';
END
-- ;;
CREATE TRIGGER bill_line_update BEFORE UPDATE ON bill_line
BEGIN
    SELECT RAISE(ABORT, 'guard:bill_line_final');
END
-- ;;
CREATE TRIGGER bill_line_delete BEFORE DELETE ON bill_line
BEGIN
    SELECT RAISE(ABORT, 'guard:bill_line_final');
END
-- ;;
CREATE TRIGGER bill_file_update BEFORE UPDATE ON bill_file
BEGIN
    SELECT RAISE(ABORT, 'guard:bill_file_final');
END
-- ;;
CREATE TRIGGER bill_file_delete BEFORE DELETE ON bill_file
BEGIN
    SELECT RAISE(ABORT, 'guard:bill_file_final');
END
-- ;;
CREATE TRIGGER letter_series_update BEFORE UPDATE ON letter_series
WHEN NEW.last_number < OLD.last_number OR NEW.kind <> OLD.kind OR NEW.year <> OLD.year
BEGIN
    SELECT RAISE(ABORT, 'guard:letter_series_rewound');
END
-- ;;
CREATE TRIGGER letter_series_delete BEFORE DELETE ON letter_series
BEGIN
    SELECT RAISE(ABORT, 'guard:letter_series_rewound');
END
-- ;;
CREATE TRIGGER letter_insert BEFORE INSERT ON letter
BEGIN
    SELECT RAISE(ABORT, 'guard:letter_born_final') WHERE NEW.state <> 'issued';
    SELECT RAISE(ABORT, 'guard:letter_number_gap')
    WHERE NOT EXISTS (SELECT 1 FROM letter_series s WHERE s.kind = NEW.kind
                      AND s.year = NEW.year AND NEW.number <= s.last_number);
END
-- ;;
CREATE TRIGGER letter_content BEFORE UPDATE OF id, kind, year, number, reference, issued_on, issued_at, issued_by, recipient_name, total_minor, content, digest, verification_code ON letter
BEGIN
    SELECT RAISE(ABORT, 'guard:letter_final');
END
-- ;;
CREATE TRIGGER letter_state BEFORE UPDATE ON letter
BEGIN
    SELECT RAISE(ABORT, 'guard:letter_final')
    WHERE OLD.state <> 'issued' OR NEW.state = 'issued';
    SELECT RAISE(ABORT, 'guard:letter_replacement')
    WHERE NEW.state = 'replaced' AND NOT EXISTS (
        SELECT 1 FROM letter r WHERE r.id = NEW.replaced_by_id AND r.id <> OLD.id
          AND r.kind = OLD.kind AND r.state = 'issued');
END
-- ;;
CREATE TRIGGER letter_ended AFTER UPDATE ON letter
WHEN NEW.state <> 'issued'
BEGIN
    UPDATE gift_letter SET is_live = 0 WHERE letter_id = NEW.id AND is_live;
END
-- ;;
CREATE TRIGGER letter_delete BEFORE DELETE ON letter
BEGIN
    SELECT RAISE(ABORT, 'guard:letter_final');
END
-- ;;
CREATE TRIGGER letter_render_update BEFORE UPDATE ON letter_render
BEGIN
    SELECT RAISE(ABORT, 'guard:letter_render_final');
END
-- ;;
CREATE TRIGGER letter_render_delete BEFORE DELETE ON letter_render
BEGIN
    SELECT RAISE(ABORT, 'guard:letter_render_final');
END
-- ;;
CREATE TRIGGER gift_bill_insert BEFORE INSERT ON gift_bill
BEGIN
    SELECT RAISE(ABORT, 'guard:gift_bill_not_issued')
    WHERE NOT NEW.is_live OR NOT EXISTS (
        SELECT 1 FROM bill b WHERE b.id = NEW.bill_id AND b.state = 'issued' AND b.colour = 'blue');
    SELECT RAISE(ABORT, 'guard:gift_not_posted')
    FROM gift g JOIN voucher v ON v.id = g.voucher_id
    WHERE g.id = NEW.gift_id AND v.state <> 'posted';
    SELECT RAISE(ABORT, 'guard:gift_bill_exceeds')
    FROM gift g
    WHERE g.id = NEW.gift_id AND NEW.amount_minor > g.amount_minor - COALESCE((
        SELECT SUM(c.amount_minor) FROM gift_change c LEFT JOIN voucher v ON v.id = c.voucher_id
        WHERE c.gift_id = g.id AND (v.id IS NULL OR (v.state <> 'discarded' AND NOT EXISTS (
            SELECT 1 FROM voucher r WHERE r.reverses_id = v.id AND r.state = 'posted')))), 0);
    SELECT RAISE(ABORT, 'guard:gift_bill_exceeds')
    FROM bill b
    WHERE b.id = NEW.bill_id AND b.amount_minor < NEW.amount_minor + COALESCE((
        SELECT SUM(o.amount_minor) FROM gift_bill o WHERE o.bill_id = b.id), 0);
END
-- ;;
CREATE TRIGGER gift_bill_update BEFORE UPDATE ON gift_bill
BEGIN
    SELECT RAISE(ABORT, 'guard:gift_bill_final')
    WHERE NEW.bill_id <> OLD.bill_id OR NEW.gift_id <> OLD.gift_id
       OR NEW.amount_minor <> OLD.amount_minor OR NEW.is_live OR NOT OLD.is_live
       OR EXISTS (SELECT 1 FROM bill WHERE id = OLD.bill_id AND state NOT IN ('void', 'red'));
END
-- ;;
CREATE TRIGGER gift_bill_delete BEFORE DELETE ON gift_bill
BEGIN
    SELECT RAISE(ABORT, 'guard:gift_bill_final');
END
-- ;;
CREATE TRIGGER gift_letter_insert BEFORE INSERT ON gift_letter
BEGIN
    SELECT RAISE(ABORT, 'guard:gift_letter_not_issued')
    WHERE NOT NEW.is_live OR NOT EXISTS (
        SELECT 1 FROM letter t
        WHERE t.id = NEW.letter_id AND t.state = 'issued' AND t.kind = NEW.kind);
    SELECT RAISE(ABORT, 'guard:gift_not_posted')
    FROM gift g JOIN voucher v ON v.id = g.voucher_id
    WHERE g.id = NEW.gift_id AND v.state <> 'posted';
    SELECT RAISE(ABORT, 'guard:gift_letter_exceeds')
    FROM gift g
    WHERE g.id = NEW.gift_id AND NEW.amount_minor > g.amount_minor - COALESCE((
        SELECT SUM(c.amount_minor) FROM gift_change c LEFT JOIN voucher v ON v.id = c.voucher_id
        WHERE c.gift_id = g.id AND (v.id IS NULL OR (v.state <> 'discarded' AND NOT EXISTS (
            SELECT 1 FROM voucher r WHERE r.reverses_id = v.id AND r.state = 'posted')))), 0);
END
-- ;;
CREATE TRIGGER gift_letter_update BEFORE UPDATE ON gift_letter
BEGIN
    SELECT RAISE(ABORT, 'guard:gift_letter_final')
    WHERE NEW.letter_id <> OLD.letter_id OR NEW.gift_id <> OLD.gift_id OR NEW.kind <> OLD.kind
       OR NEW.amount_minor <> OLD.amount_minor OR NEW.is_live OR NOT OLD.is_live
       OR EXISTS (SELECT 1 FROM letter WHERE id = OLD.letter_id AND state = 'issued');
END
-- ;;
CREATE TRIGGER gift_letter_delete BEFORE DELETE ON gift_letter
BEGIN
    SELECT RAISE(ABORT, 'guard:gift_letter_final');
END
-- ;;
CREATE TRIGGER billing_particulars_insert BEFORE INSERT ON billing_particulars
BEGIN
    SELECT RAISE(ABORT, 'guard:billing_particulars_final')
    FROM gift_bill WHERE gift_id = NEW.gift_id AND is_live;
END
-- ;;
CREATE TRIGGER billing_particulars_update BEFORE UPDATE ON billing_particulars
BEGIN
    SELECT RAISE(ABORT, 'guard:billing_particulars_final')
    WHERE NEW.gift_id <> OLD.gift_id
       OR EXISTS (SELECT 1 FROM gift_bill WHERE gift_id = OLD.gift_id AND is_live);
END
-- ;;
CREATE TRIGGER billing_particulars_delete BEFORE DELETE ON billing_particulars
BEGIN
    SELECT RAISE(ABORT, 'guard:billing_particulars_final');
END
-- ;;
CREATE TRIGGER gift_change_documents BEFORE INSERT ON gift_change
BEGIN
    SELECT RAISE(ABORT, 'guard:gift_has_document')
    WHERE EXISTS (SELECT 1 FROM gift_bill WHERE gift_id = NEW.gift_id AND is_live)
       OR EXISTS (SELECT 1 FROM gift_letter WHERE gift_id = NEW.gift_id AND is_live
                  AND kind <> 'certificate');
END
-- ;;
CREATE TRIGGER voucher_reversal_documents BEFORE INSERT ON voucher
WHEN NEW.kind = 'reversal'
BEGIN
    SELECT RAISE(ABORT, 'guard:gift_has_document')
    FROM gift g
    WHERE g.voucher_id = NEW.reverses_id
      AND (EXISTS (SELECT 1 FROM gift_bill b WHERE b.gift_id = g.id AND b.is_live)
           OR EXISTS (SELECT 1 FROM gift_letter t WHERE t.gift_id = g.id AND t.is_live
                      AND t.kind <> 'certificate'));
END
