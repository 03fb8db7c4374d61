"""Pieces of raw SQL that several violations are made of."""

TAKE_NUMBERS = "UPDATE voucher_series SET last_number = last_number + 20 WHERE period_id >= 202601"
POINT_LINE = "UPDATE voucher_line SET {change} WHERE voucher_id = :submitted AND line_no = 1"
POINT_BOTH = "UPDATE voucher_line SET {change} WHERE voucher_id = :submitted"
FILE = (
    "INSERT INTO voucher_file (id, voucher_id, file_name, media_type, size, digest, added_by,"
    " added_at) VALUES (901, :{key}, 'a.pdf', 'application/pdf', 1, :digest, 'a', :now)"
)
LINE = (
    "INSERT INTO voucher_line (voucher_id, line_no, period_id, account_id, fund_id, side,"
    " amount_minor) VALUES (:{key}, {line}, 202601, :bank, :schol, 1, 100)"
)
SEAL = (
    "UPDATE voucher SET state = 'posted', number = {number}, digest = :digest,"
    " reviewed_by = 'b', reviewed_at = :now, posted_by = 'b', posted_at = :now WHERE id = :{key}"
)


def seal(key: str = "submitted", number: str = "12") -> str:
    """Write the statement that seals a voucher of guarded_books."""
    return SEAL.format(key=key, number=number)
