"""What somebody could do to the books behind their back, and which checks name it."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Harm:
    """What somebody did, and which checks name which rows because of it."""

    does: str
    statements: tuple[str, ...]
    found: dict[str, tuple[str, ...]] = field(default_factory=dict)


POSTED, NOVEMBER, DECEMBER = "记-202601-1 #{posted}", "#{november}", "#{december}"
SEALED = "记-2026-01-0001 #{posted}"
MOVED = "period 202601 account {bank} fund {schol}"

HARMS = (
    Harm(
        "change the amount of a posted line",
        (
            (
                "UPDATE voucher_line SET amount_minor = amount_minor + 1"
                " WHERE voucher_id = :posted AND line_no = 1"
            ),
        ),
        {"voucher_balanced": (POSTED,), "voucher_chain": (SEALED,), "movements_agree": (MOVED,)},
    ),
    Harm(
        "move a posted line to another fund",
        ("UPDATE voucher_line SET fund_id = :gen WHERE voucher_id = :posted AND line_no = 1",),
        {
            "voucher_balanced": (POSTED,),
            "voucher_chain": (SEALED,),
            "movements_agree": (MOVED, "period 202601 account {bank} fund {gen}"),
        },
    ),
    Harm(
        "delete the lines of a posted voucher",
        ("DELETE FROM voucher_line WHERE voucher_id = :posted",),
        {"voucher_two_lines": (POSTED,), "voucher_chain": (SEALED,), "movements_agree": (MOVED,)},
    ),
    Harm(
        "set the counter forward",
        ("UPDATE voucher_series SET last_number = last_number + 1 WHERE period_id = 202601",),
        {"numbers_gap_free": ("记-202601",)},
    ),
    Harm(
        "delete a counter",
        ("DELETE FROM voucher_series WHERE period_id = 202602",),
        {"numbers_gap_free": ("记-202602",), "voucher_chain": ("series 记-202602",)},
    ),
    Harm(
        "let the last voucher of a month vanish",
        (
            "DELETE FROM voucher_line WHERE voucher_id = :february",
            "DELETE FROM voucher WHERE id = :february",
        ),
        {
            "numbers_gap_free": ("记-202602",),
            "voucher_chain": ("series 记-202602",),
            "movements_agree": ("period 202602 account {bank} fund {schol}",),
        },
    ),
    Harm(
        "give a posted voucher another number",
        ("UPDATE voucher SET number = 50 WHERE id = :second",),
        {"numbers_gap_free": ("记-202601",), "voucher_chain": ("记-2026-01-0050 #{second}",)},
    ),
    Harm(
        "change the summary of a posted voucher",
        ("UPDATE voucher SET summary = '改过' WHERE id = :posted",),
        {"voucher_chain": (SEALED,)},
    ),
    Harm(
        "change the digest of a posted voucher",
        ("UPDATE voucher SET digest = :digest WHERE id = :second",),
        {"voucher_chain": ("记-2026-01-0002 #{second}", "记-2026-01-0003 #{reversed}")},
    ),
    Harm(
        "change the head of a series",
        ("UPDATE voucher_series SET head = :digest WHERE period_id = 202601",),
        {"voucher_chain": ("series 记-202601",)},
    ),
    Harm(
        "change the code of an account",
        ("UPDATE account SET code = '100299' WHERE id = :bank",),
        {"voucher_chain": (SEALED,)},
    ),
    Harm(
        "change the digest of the last closed period",
        ("UPDATE period SET digest = :digest WHERE id = 202512",),
        {"period_chain": ("period 202512",)},
    ),
    Harm(
        "change the digest of an earlier closed period",
        ("UPDATE period SET digest = :digest WHERE id = 202511",),
        {"period_chain": ("period 202511", "period 202512")},
    ),
    Harm(
        "change who did something",
        ("UPDATE trail_record SET actor = 'somebody' WHERE sequence = 1",),
        {"trail_chain": ("trail 1",)},
    ),
    Harm(
        "change why somebody did something",
        ("UPDATE trail_record SET reason = '别的' WHERE action = 'voucher.discard'",),
        {"trail_chain": ("trail ",)},
    ),
    Harm(
        "delete a record from the middle of the trail",
        ("DELETE FROM trail_record WHERE sequence = 2",),
        {"trail_chain": ("trail 2", "trail 3")},
    ),
    Harm(
        "delete the last record of the trail",
        ("DELETE FROM trail_record WHERE sequence = (SELECT MAX(sequence) FROM trail_record)",),
        {"trail_chain": ("trail head",)},
    ),
    Harm(
        "put a record at the end of the trail",
        (
            (
                "INSERT INTO trail_record (sequence, at, actor, action, subject, digest)"
                " SELECT sequence + 1, :now, 'a', 'b', 'c', :digest FROM trail_head"
            ),
        ),
        {"trail_chain": ("trail ", "trail head")},
    ),
    Harm(
        "delete the head of the trail",
        ("DELETE FROM trail_head",),
        {"trail_chain": ("trail head",)},
    ),
    Harm(
        "claim the review of the own voucher",
        ("UPDATE voucher SET prepared_by = reviewed_by WHERE id = :reviewed",),
        {"preparer_not_reviewer": ("记-202601-0 #{reviewed}",)},
    ),
    Harm(
        "claim to have prepared what one posted",
        ("UPDATE voucher SET prepared_by = reviewed_by WHERE id = :posted",),
        {"preparer_not_reviewer": (POSTED,), "voucher_chain": (SEALED,)},
    ),
    Harm(
        "move a line of a draft to another month",
        ("UPDATE voucher_line SET period_id = 202602 WHERE voucher_id = :draft",),
        {"voucher_in_its_period": ("#{draft}",)},
    ),
    Harm(
        "backdate a posted voucher into another month",
        ("UPDATE voucher SET booked_on = '2026-02-03' WHERE id = :posted",),
        {"voucher_in_its_period": (POSTED,), "voucher_chain": (SEALED,)},
    ),
    Harm(
        "put a draft into a closed period",
        (
            "UPDATE voucher SET period_id = 202512, booked_on = '2025-12-03' WHERE id = :draft",
            "UPDATE voucher_line SET period_id = 202512 WHERE voucher_id = :draft",
        ),
        {"closed_is_closed": ("记-202512-0 #{draft}",)},
    ),
    Harm(
        "post after the period was closed",
        ("UPDATE voucher SET posted_at = '2026-11-23 02:00:00.000000' WHERE id = :december",),
        {
            "closed_is_closed": (DECEMBER,),
            "voucher_chain": (DECEMBER,),
            "posted_in_trail": ("voucher #{december}",),
        },
    ),
    Harm(
        "open a period before a closed one",
        ("INSERT INTO period (id, year, month, state) VALUES (202510, 2025, 10, 'open')",),
        {"closed_in_order": ("period 202510",)},
    ),
    Harm(
        "change the amounts of a red copy",
        ("UPDATE voucher_line SET amount_minor = amount_minor * 2 WHERE voucher_id = :red",),
        {
            "reversal_mirrors": ("#{red}",),
            "voucher_chain": ("#{red}",),
            "movements_agree": (MOVED,),
        },
    ),
    Harm(
        "make a red copy of a red copy",
        ("UPDATE voucher SET kind = 'reversal', reverses_id = :red WHERE id = :second",),
        {"reversal_mirrors": ("#{second}",), "voucher_chain": ("#{second}",)},
    ),
    Harm(
        "change a movement",
        (
            (
                "UPDATE movement SET debit_minor = debit_minor + 7, credit_minor = credit_minor + 7"
                " WHERE period_id = 202601 AND account_id = :bank AND fund_id = :schol"
            ),
        ),
        {"movements_agree": (MOVED,)},
    ),
    Harm(
        "delete a movement",
        (
            (
                "DELETE FROM movement"
                " WHERE period_id = 202601 AND account_id = :bank AND fund_id = :schol"
            ),
        ),
        {"movements_agree": (MOVED,)},
    ),
    Harm(
        "make up a movement",
        ("INSERT INTO movement VALUES (202603, :bank, :schol, 5, 5)",),
        {"movements_agree": ("period 202603 account {bank} fund {schol}",)},
    ),
    Harm(
        "change the checkpoint of the last closed period",
        (
            (
                "UPDATE checkpoint SET debit_minor = debit_minor + 7"
                " WHERE period_id = 202512 AND account_id = :old_bank AND fund_id = :schol"
            ),
        ),
        {"checkpoints_agree": ("period 202512 account {old_bank} fund {schol}",)},
    ),
    Harm(
        "change the checkpoint of an earlier closed period",
        (
            (
                "UPDATE checkpoint SET credit_minor = credit_minor + 7"
                " WHERE period_id = 202511 AND account_id = :old_bank AND fund_id = :schol"
            ),
        ),
        {"checkpoints_agree": ("period 202511 account {old_bank} fund {schol}",)},
    ),
    Harm(
        "delete the checkpoints of a closed period",
        ("DELETE FROM checkpoint WHERE period_id = 202512",),
        {
            "checkpoints_agree": ("period 202512 account {old_bank} fund {schol}",),
            "fund_checkpoints_agree": ("period 202512 fund {schol}",),
        },
    ),
    Harm(
        "change the checkpoint of an account",
        ("UPDATE account_checkpoint SET debit_minor = debit_minor + 7 WHERE period_id = 202512",),
        {"checkpoints_agree": ("period 202512 account {old_bank}",)},
    ),
    Harm(
        "delete the checkpoint of an account",
        ("DELETE FROM account_checkpoint WHERE period_id = 202512 AND account_id = :old_bank",),
        {"checkpoints_agree": ("period 202512 account {old_bank}",)},
    ),
    Harm(
        "change the checkpoint of a fund",
        (
            (
                "UPDATE fund_checkpoint SET net_minor = net_minor + 7"
                " WHERE period_id = 202512 AND fund_id = :schol"
            ),
        ),
        {"fund_checkpoints_agree": ("period 202512 fund {schol}",)},
    ),
    Harm(
        "delete the checkpoint of a fund",
        ("DELETE FROM fund_checkpoint WHERE period_id = 202512 AND fund_id = :schol",),
        {"fund_checkpoints_agree": ("period 202512 fund {schol}",)},
    ),
    Harm(
        "call the own bank account that of somebody else",
        ("UPDATE account SET flags = 'cash agency' WHERE id = :bank",),
        {"agency_balanced": ("agency",)},
    ),
    Harm(
        "spend more of a fund than it holds",
        (
            (
                "UPDATE movement SET debit_minor = debit_minor + 100000000"
                " WHERE period_id = 202602 AND fund_id = :schol AND account_id <> :bank"
            ),
        ),
        {
            "restricted_not_overspent": ("fund SCHOL",),
            "movements_agree": ("period 202602 account ",),
        },
    ),
    Harm(
        "point a posted line at an account of another chart",
        (
            (
                "UPDATE voucher_line SET account_id = :old_bank"
                " WHERE voucher_id = :posted AND line_no = 1"
            ),
        ),
        {
            "chart_of_the_year": (POSTED,),
            "voucher_chain": (SEALED,),
            "movements_agree": (MOVED, "period 202601 account {old_bank} fund {schol}"),
        },
    ),
    Harm(
        "give a year another chart",
        ("UPDATE fiscal_year SET chart = '2004' WHERE year = 2026",),
        {"chart_of_the_year": (POSTED,)},
    ),
    Harm(
        "post in the name of somebody who left no record",
        ("UPDATE voucher SET posted_by = 'somebody' WHERE id = :posted",),
        {
            "posted_in_trail": ("voucher #{posted}", "actor somebody"),
            "voucher_chain": (SEALED,),
        },
    ),
    Harm(
        "let a record of a set name no vouchers",
        (
            (
                "UPDATE trail_record SET detail = '[]' WHERE action = 'voucher.post'"
                " AND subject = 'vouchers'"
            ),
        ),
        {"posted_in_trail": ("actor reviewer",), "trail_chain": ("trail ",)},
    ),
    Harm(
        "break the detail of a record",
        (
            (
                "UPDATE trail_record SET detail = 'broken' WHERE action = 'voucher.post'"
                " AND subject = 'vouchers'"
            ),
        ),
        {"posted_in_trail": ("actor reviewer",), "trail_chain": ("trail ",)},
    ),
    Harm(
        "take the source document away",
        ("UPDATE voucher SET attachment_count = 0 WHERE id = :posted",),
        {"source_documents": (POSTED,), "voucher_chain": (SEALED,)},
    ),
)
