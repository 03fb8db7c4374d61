"""What raw SQL must not do to lines, files and counters of vouchers."""

from tests.migrations.statements import FILE, LINE
from tests.migrations.violations import Case

LINES = (
    Case(
        "add a line to a posted voucher",
        "voucher_line_sealed",
        LINE.format(key="posted", line=3),
        "voucher_line_insert",
        "voucher_line_insert",
    ),
    Case(
        "add a line to a reviewed voucher",
        "voucher_line_sealed",
        LINE.format(key="reviewed", line=3),
        "voucher_line_insert",
        "voucher_line_insert",
    ),
    Case(
        "change the amount of a posted line",
        "voucher_line_sealed",
        "UPDATE voucher_line SET amount_minor = amount_minor * 2 WHERE voucher_id = :posted",
        "voucher_line_update",
        "voucher_line_update",
    ),
    Case(
        "point a posted line at another account",
        "voucher_line_sealed",
        "UPDATE voucher_line SET account_id = :closed_account"
        " WHERE voucher_id = :posted AND line_no = 1",
        "voucher_line_update",
        "voucher_line_update",
    ),
    Case(
        "point posted lines at another fund",
        "voucher_line_sealed",
        "UPDATE voucher_line SET fund_id = :gen WHERE voucher_id = :posted",
        "voucher_line_update",
        "voucher_line_update",
    ),
    Case(
        "move a line of a draft into a posted voucher",
        "voucher_line_sealed",
        "UPDATE voucher_line SET voucher_id = :posted, line_no = 9"
        " WHERE voucher_id = :draft AND line_no = 1",
        "voucher_line_update",
        "voucher_line_update",
    ),
    Case(
        "move a posted line into a draft",
        "voucher_line_sealed",
        "UPDATE voucher_line SET voucher_id = :draft, line_no = 9"
        " WHERE voucher_id = :posted AND line_no = 1",
        "voucher_line_update",
        "voucher_line_update",
    ),
    Case(
        "delete a posted line",
        "voucher_line_sealed",
        "DELETE FROM voucher_line WHERE voucher_id = :posted AND line_no = 2",
        "voucher_line_delete",
        "voucher_line_delete",
    ),
    Case(
        "delete the lines of a discarded voucher",
        "voucher_line_sealed",
        "DELETE FROM voucher_line WHERE voucher_id = :discarded",
        "voucher_line_delete",
        "voucher_line_delete",
    ),
    Case(
        "empty the table of lines",
        "voucher_line_sealed",
        "TRUNCATE voucher_line CASCADE",
        postgresql="voucher_line_truncate",
    ),
    Case(
        "rename the file of a posted voucher",
        "voucher_file_final",
        "UPDATE voucher_file SET file_name = 'b.pdf' WHERE id = 901",
        "voucher_file_update",
        "voucher_file_update",
        (FILE.format(key="posted"),),
    ),
    Case(
        "change the file of a draft",
        "voucher_file_final",
        "UPDATE voucher_file SET voucher_id = :posted WHERE id = 901",
        "voucher_file_update",
        "voucher_file_update",
        (FILE.format(key="draft"),),
    ),
    Case(
        "delete the file of a posted voucher",
        "voucher_file_final",
        "DELETE FROM voucher_file WHERE id = 901",
        "voucher_file_delete",
        "voucher_file_delete",
        (FILE.format(key="posted"),),
    ),
    Case(
        "delete the file of a reviewed voucher",
        "voucher_file_final",
        "DELETE FROM voucher_file WHERE id = 901",
        "voucher_file_delete",
        "voucher_file_delete",
        (FILE.format(key="reviewed"),),
    ),
    Case(
        "empty the table of files",
        "voucher_file_final",
        "TRUNCATE voucher_file",
        postgresql="voucher_file_truncate",
    ),
    Case(
        "give a number twice by setting the counter back",
        "voucher_series_rewound",
        "UPDATE voucher_series SET last_number = last_number - 1 WHERE period_id = 202601",
        "voucher_series_update",
        "voucher_series_update",
    ),
    Case(
        "carry a counter into another month",
        "voucher_series_rewound",
        "UPDATE voucher_series SET period_id = 202603 WHERE period_id = 202601",
        "voucher_series_update",
        "voucher_series_update",
    ),
    Case(
        "carry a counter over to another word",
        "voucher_series_rewound",
        "UPDATE voucher_series SET word = '收' WHERE period_id = 202601",
        "voucher_series_update",
        "voucher_series_update",
    ),
    Case(
        "delete a counter",
        "voucher_series_rewound",
        "DELETE FROM voucher_series WHERE period_id = 202601",
        "voucher_series_delete",
        "voucher_series_delete",
    ),
    Case(
        "empty the table of counters",
        "voucher_series_rewound",
        "TRUNCATE voucher_series",
        postgresql="voucher_series_truncate",
    ),
)
