"""What raw SQL must not seal."""

from tests.migrations.statements import LINE, POINT_BOTH, POINT_LINE, TAKE_NUMBERS, seal
from tests.migrations.violations import Case


def sealing(
    does: str, guard: str, *setup: str, key: str = "submitted", statement: str = ""
) -> Case:
    """A seal by raw SQL that is refused because of what was done before."""
    return Case(
        does,
        guard,
        statement or seal(key),
        "voucher_seal",
        "voucher_update",
        (TAKE_NUMBERS, *setup),
    )


SEALS = (
    sealing(
        "seal a voucher without lines",
        "voucher_empty",
        "DELETE FROM voucher_line WHERE voucher_id = :submitted",
    ),
    sealing(
        "seal a voucher of one line",
        "voucher_empty",
        "DELETE FROM voucher_line WHERE voucher_id = :submitted AND line_no = 2",
    ),
    sealing(
        "seal an unbalanced voucher",
        "voucher_unbalanced",
        POINT_LINE.format(change="amount_minor = amount_minor + 1"),
    ),
    sealing(
        "seal a voucher that balances in total but not within its funds",
        "voucher_unbalanced",
        POINT_LINE.format(change="fund_id = :gen"),
    ),
    sealing(
        "seal a voucher in another month than its date",
        "voucher_wrong_period",
        "UPDATE voucher SET booked_on = '2026-02-01' WHERE id = :submitted",
    ),
    sealing(
        "seal an ordinary voucher before January",
        "voucher_wrong_period",
        POINT_BOTH.format(change="period_id = 202600"),
        "UPDATE voucher SET period_id = 202600, booked_on = '2026-01-01' WHERE id = :submitted",
        "INSERT INTO voucher_series (period_id, word, last_number, head)"
        " SELECT 202600, '试', 20, :digest",
        "UPDATE voucher SET word = '试' WHERE id = :submitted",
    ),
    sealing(
        "seal lines of another month",
        "voucher_wrong_period",
        POINT_LINE.format(change="period_id = 202602"),
    ),
    Case(
        "seal under a number that was not taken",
        "voucher_number_gap",
        seal(number="99"),
        "voucher_seal",
        "voucher_update",
    ),
    sealing(
        "seal under a word without a series",
        "voucher_number_gap",
        "UPDATE voucher SET word = '新' WHERE id = :submitted",
    ),
    sealing(
        "seal a line on an account with details",
        "account_not_open",
        POINT_LINE.format(change="account_id = :bank_heading"),
    ),
    sealing(
        "seal a line on a closed account",
        "account_not_open",
        POINT_LINE.format(change="account_id = :closed_account"),
    ),
    sealing(
        "seal a line on an account of another chart",
        "account_not_open",
        POINT_LINE.format(change="account_id = :old_bank"),
    ),
    sealing(
        "seal lines of a closed fund",
        "fund_not_open",
        POINT_BOTH.format(change="fund_id = :endow"),
    ),
    sealing(
        "seal lines of a fund that opens later",
        "fund_not_open",
        POINT_BOTH.format(change="fund_id = :gen"),
        "UPDATE fund SET opened_on = '2026-02-01' WHERE id = :gen",
    ),
    sealing(
        "seal an ordinary voucher without a source document",
        "source_document_missing",
        "UPDATE voucher SET attachment_count = 0 WHERE id = :submitted",
    ),
    sealing(
        "seal a red copy of other amounts",
        "reversal_not_a_mirror",
        "UPDATE voucher_line SET amount_minor = amount_minor * 2 WHERE voucher_id = :red_submitted",
        key="red_submitted",
    ),
    sealing(
        "seal a red copy on the other side",
        "reversal_not_a_mirror",
        "UPDATE voucher_line SET side = -side WHERE voucher_id = :red_submitted",
        key="red_submitted",
    ),
    sealing(
        "seal a red copy with more lines",
        "reversal_not_a_mirror",
        LINE.format(key="red_submitted", line=3).replace("202601", "202602"),
        LINE.format(key="red_submitted", line=4)
        .replace("202601", "202602")
        .replace("1, 100", "1, -100"),
        key="red_submitted",
    ),
    sealing(
        "seal a red copy of a red copy",
        "reversal_not_a_mirror",
        "UPDATE voucher SET reverses_id = NULL, kind = 'ordinary', state = 'submitted'"
        " WHERE id = :red_submitted",
        "UPDATE voucher SET kind = 'reversal', reverses_id = :red_submitted WHERE id = :submitted",
    ),
)
