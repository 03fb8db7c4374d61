"""What raw SQL must not do to periods, the trail, and the meaning of accounts and funds."""

from tests.migrations.violations import Case

REOPEN = (
    "UPDATE period SET state = 'open', closed_by = NULL, closed_at = NULL, digest = NULL"
    " WHERE id = {key}"
)
CLOSE = (
    "UPDATE period SET state = 'closed', closed_by = 'b', closed_at = :now, digest = :digest"
    " WHERE id = {key}"
)
ASK = (
    "INSERT INTO period_reopening (id, period_id, reason, requested_by, requested_at,"
    " approved_by, approved_at) VALUES (901, {key}, '补记', 'a', '{at}', {approved})"
)


APPROVED_IN_TIME = "'b', '2026-11-22 02:00:00.000000'"
PERIODS = (
    Case(
        "give a period another key",
        "period_key",
        "UPDATE period SET id = 202604, month = 4 WHERE id = 202603",
        "period_key",
        "period_update",
    ),
    Case(
        "delete a period",
        "period_key",
        "DELETE FROM period WHERE id = 202603",
        "period_delete",
        "period_delete",
    ),
    Case(
        "close a period in which vouchers wait",
        "period_has_waiting_vouchers",
        CLOSE.format(key=202601),
        "period_close",
        "period_update",
        (CLOSE.format(key=202600),),
    ),
    Case(
        "close a period before the one before it",
        "period_closed_out_of_order",
        CLOSE.format(key=202603),
        "period_close",
        "period_update",
    ),
    Case(
        "reopen a period without asking anybody",
        "period_reopening_not_approved",
        REOPEN.format(key=202512),
        "period_reopen",
        "period_update",
    ),
    Case(
        "reopen a period that nobody else approved",
        "period_reopening_not_approved",
        REOPEN.format(key=202512),
        "period_reopen",
        "period_update",
        (ASK.format(key=202512, at="2026-11-22 02:00:00.000000", approved="NULL, NULL"),),
    ),
    Case(
        "reopen a period with the approval of an earlier reopening",
        "period_reopening_not_approved",
        REOPEN.format(key=202512),
        "period_reopen",
        "period_update",
        (ASK.format(key=202512, at="2026-11-21 02:00:00.000000", approved=APPROVED_IN_TIME),),
    ),
    Case(
        "reopen a period that is not the last closed one",
        "period_not_the_last",
        REOPEN.format(key=202511),
        "period_reopen",
        "period_update",
        (ASK.format(key=202511, at="2026-11-22 02:00:00.000000", approved=APPROVED_IN_TIME),),
    ),
    Case(
        "reopen a period whose statements were issued",
        "period_statements_issued",
        REOPEN.format(key=202512),
        "period_reopen",
        "period_update",
        (
            ASK.format(key=202512, at="2026-11-22 02:00:00.000000", approved=APPROVED_IN_TIME),
            "UPDATE period SET statements_issued_at = :now WHERE id = 202512",
        ),
    ),
    Case(
        "change the digest of a closed period",
        "period_closed",
        "UPDATE period SET digest = :digest WHERE id = 202512",
        "period_closed_final",
        "period_update",
    ),
    Case(
        "say that somebody else closed a period",
        "period_closed",
        "UPDATE period SET closed_by = 'somebody' WHERE id = 202512",
        "period_closed_final",
        "period_update",
    ),
    Case(
        "say that a period was closed at another time",
        "period_closed",
        "UPDATE period SET closed_at = '2026-01-01 00:00:00.000000' WHERE id = 202512",
        "period_closed_final",
        "period_update",
    ),
    Case(
        "take issued statements back",
        "period_closed",
        "UPDATE period SET statements_issued_at = NULL WHERE id = 202512",
        "period_closed_final",
        "period_update",
        ("UPDATE period SET statements_issued_at = :now WHERE id = 202512",),
    ),
    Case(
        "change the reason of a request to reopen",
        "period_reopening_final",
        "UPDATE period_reopening SET reason = '别的' WHERE id = 901",
        "period_reopening_update",
        "period_reopening_update",
        (ASK.format(key=202512, at="2026-11-22 02:00:00.000000", approved="NULL, NULL"),),
    ),
    Case(
        "say that somebody else asked to reopen",
        "period_reopening_final",
        "UPDATE period_reopening SET requested_by = 'c' WHERE id = 901",
        "period_reopening_update",
        "period_reopening_update",
        (ASK.format(key=202512, at="2026-11-22 02:00:00.000000", approved="NULL, NULL"),),
    ),
    Case(
        "use an approval for another period",
        "period_reopening_final",
        "UPDATE period_reopening SET period_id = 202511 WHERE id = 901",
        "period_reopening_update",
        "period_reopening_update",
        (ASK.format(key=202512, at="2026-11-22 02:00:00.000000", approved=APPROVED_IN_TIME),),
    ),
    Case(
        "delete a request to reopen",
        "period_reopening_final",
        "DELETE FROM period_reopening WHERE id = 901",
        "period_reopening_delete",
        "period_reopening_delete",
        (ASK.format(key=202512, at="2026-11-22 02:00:00.000000", approved="NULL, NULL"),),
    ),
    Case(
        "empty the table of requests to reopen",
        "period_reopening_final",
        "TRUNCATE period_reopening",
        postgresql="period_reopening_truncate",
    ),
)

TRAIL = (
    Case(
        "change who did it",
        "trail_final",
        "UPDATE trail_record SET actor = 'somebody' WHERE sequence = 1",
        "trail_record_update",
        "trail_record_update",
    ),
    Case(
        "delete the last record",
        "trail_final",
        "DELETE FROM trail_record WHERE sequence = (SELECT MAX(sequence) FROM trail_record)",
        "trail_record_delete",
        "trail_record_delete",
    ),
    Case(
        "replace a record",
        "trail_final",
        "INSERT OR REPLACE INTO trail_record (sequence, at, actor, action, subject, digest)"
        " VALUES (1, :now, 'a', 'b', 'c', :digest)",
        sqlite="trail_record_delete",
    ),
    Case(
        "empty the trail",
        "trail_final",
        "TRUNCATE trail_record",
        postgresql="trail_record_truncate",
    ),
    Case(
        "set the head of the trail back",
        "trail_final",
        "UPDATE trail_head SET sequence = sequence - 1",
        "trail_head_update",
        "trail_head_update",
    ),
    Case(
        "delete the head of the trail",
        "trail_final",
        "DELETE FROM trail_head",
        "trail_head_delete",
        "trail_head_delete",
    ),
    Case(
        "empty the head of the trail",
        "trail_final",
        "TRUNCATE trail_head",
        postgresql="trail_head_truncate",
    ),
)

MEANINGS = (
    *(
        Case(
            f"change the {column} of an account that has lines",
            "account_meaning",
            f"UPDATE account SET {column} = {value} WHERE id = :bank",
            "account_meaning",
            "account_meaning",
        )
        for column, value in (
            ("chart", "'2004'"),
            ("code", "'100299'"),
            ("category", "'expense'"),
            ("side", "'credit'"),
            ("tag", "'cash_on_hand'"),
            ("restriction", "'restricted'"),
            ("parent_id", "NULL"),
        )
    ),
    Case(
        "change the code of a fund that has lines",
        "fund_meaning",
        "UPDATE fund SET code = 'OTHER' WHERE id = :schol",
        "fund_meaning",
        "fund_meaning",
    ),
    Case(
        "lift the restriction of a fund that has lines",
        "fund_meaning",
        "UPDATE fund SET restriction = 'none' WHERE id = :schol",
        "fund_meaning",
        "fund_meaning",
    ),
)
