"""What raw SQL must not do to a voucher: be born final, change, vanish, skip a state."""

from tests.migrations.statements import TAKE_NUMBERS, seal
from tests.migrations.violations import Case

INSERT_VOUCHER = (
    "INSERT INTO voucher (id, period_id, word, number, booked_on, kind, state, summary,"
    " attachment_count, rule, total_minor, prepared_by, prepared_at, reviewed_by, reviewed_at,"
    " posted_by, posted_at, digest, version) VALUES"
)
BORN = (
    "(9001, {period}, '记', {number}, '{day}', 'ordinary', '{state}', '直接写入', 1, 'raw', 100,"
    " 'a', :now, {rest}, 1)"
)
NOT_POSTED = "NULL, NULL, NULL, NULL, NULL"
AS_POSTED = "'b', :now, 'b', :now, :digest"


VOUCHERS = (
    Case(
        "insert a posted voucher",
        "voucher_born_final",
        f"{INSERT_VOUCHER} "
        + BORN.format(period=202601, number=99, day="2026-01-05", state="posted", rest=AS_POSTED),
        "voucher_insert",
        "voucher_insert",
    ),
    Case(
        "insert a reviewed voucher",
        "voucher_born_final",
        f"{INSERT_VOUCHER} "
        + BORN.format(
            period=202601,
            number="NULL",
            day="2026-01-05",
            state="reviewed",
            rest="'b', :now, NULL, NULL, NULL",
        ),
        "voucher_insert",
        "voucher_insert",
    ),
    Case(
        "insert a draft into a closed period",
        "period_closed",
        f"{INSERT_VOUCHER} "
        + BORN.format(
            period=202511, number="NULL", day="2025-11-05", state="draft", rest=NOT_POSTED
        ),
        "voucher_insert",
        "voucher_insert",
    ),
    Case(
        "backdate a posted voucher",
        "voucher_final",
        "UPDATE voucher SET booked_on = '2026-01-01' WHERE id = :posted",
        "voucher_final",
        "voucher_update",
    ),
    Case(
        "take a posted voucher back to draft",
        "voucher_final",
        "UPDATE voucher SET state = 'draft', number = NULL, digest = NULL, reviewed_by = NULL,"
        " reviewed_at = NULL, posted_by = NULL, posted_at = NULL WHERE id = :posted",
        "voucher_final",
        "voucher_update",
    ),
    Case(
        "give posted vouchers other numbers",
        "voucher_final",
        "UPDATE voucher SET number = number + 100 WHERE state = 'posted' AND id = :second",
        "voucher_final",
        "voucher_update",
    ),
    Case(
        "move a posted voucher to another period",
        "voucher_final",
        "UPDATE voucher SET period_id = 202603 WHERE id = :posted",
        "voucher_final",
        "voucher_update",
    ),
    Case(
        "bring a discarded voucher back",
        "voucher_final",
        "UPDATE voucher SET state = 'draft' WHERE id = :discarded",
        "voucher_final",
        "voucher_update",
    ),
    Case(
        "give a voucher another key",
        "voucher_final",
        "UPDATE voucher SET id = 9002 WHERE id = :draft",
        "voucher_final",
        "voucher_update",
        setup=("DELETE FROM voucher_line WHERE voucher_id = :draft",),
    ),
    Case(
        "delete a posted voucher",
        "voucher_deleted",
        "DELETE FROM voucher WHERE id = :posted",
        "voucher_delete",
        "voucher_delete",
    ),
    Case(
        "delete a draft",
        "voucher_deleted",
        "DELETE FROM voucher WHERE id = :draft",
        "voucher_delete",
        "voucher_delete",
        setup=("DELETE FROM voucher_line WHERE voucher_id = :draft",),
    ),
    Case(
        "replace a posted voucher",
        "voucher_deleted",
        f"{INSERT_VOUCHER.replace('INSERT', 'INSERT OR REPLACE')} "
        + BORN.replace("(9001", "(:posted").format(
            period=202601, number="NULL", day="2026-01-05", state="draft", rest=NOT_POSTED
        ),
        sqlite="voucher_delete",
    ),
    Case(
        "empty the table of vouchers",
        "voucher_deleted",
        "TRUNCATE voucher CASCADE",
        postgresql="voucher_truncate",
        setup=(
            "DROP TRIGGER voucher_line_truncate ON voucher_line",
            "DROP TRIGGER voucher_file_truncate ON voucher_file",
        ),
    ),
    Case(
        "review the own voucher",
        "voucher_self_review",
        "UPDATE voucher SET state = 'reviewed', reviewed_by = prepared_by, reviewed_at = :now"
        " WHERE id = :submitted",
        "voucher_review",
        "voucher_update",
    ),
    Case(
        "post the own voucher",
        "voucher_self_review",
        seal().replace("reviewed_by = 'b'", "reviewed_by = prepared_by"),
        "voucher_review",
        "voucher_update",
        (TAKE_NUMBERS,),
    ),
    Case(
        "claim to have prepared what one reviewed",
        "voucher_self_review",
        "UPDATE voucher SET prepared_by = reviewed_by WHERE id = :reviewed",
        "voucher_review",
        "voucher_update",
    ),
    Case(
        "review a draft",
        "voucher_not_submitted",
        "UPDATE voucher SET state = 'reviewed', reviewed_by = 'b', reviewed_at = :now"
        " WHERE id = :draft",
        "voucher_review",
        "voucher_update",
    ),
    Case(
        "post a draft",
        "voucher_not_submitted",
        seal("draft"),
        "voucher_review",
        "voucher_update",
        (TAKE_NUMBERS,),
    ),
    Case(
        "move a draft into a closed period",
        "period_closed",
        "UPDATE voucher SET period_id = 202511, booked_on = '2025-11-05' WHERE id = :draft",
        "voucher_period",
        "voucher_update",
    ),
    Case(
        "post into a closed period",
        "period_closed",
        seal().replace("SET state", "SET period_id = 202511, booked_on = '2025-11-05', state"),
        "voucher_period",
        "voucher_update",
        (TAKE_NUMBERS,),
    ),
)
