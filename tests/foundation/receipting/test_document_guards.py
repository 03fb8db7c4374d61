"""Every guard of the documents refuses what it is there for, also to raw SQL."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import Engine, Table, text
from sqlalchemy.exc import DBAPIError

from ledger.orm import guard_name
from receipts.models import Bill, Letter
from tests.databases import DIALECTS, Databases
from tests.foundation.receipting import guarded_documents
from tests.migrations.violations import Case, documented, guard_of, refusal, run

BATCH = (
    "UPDATE bill_batch SET written_off_on = '2026-03-01', write_off_reference = 'x',"
    " written_off_by = 'b' WHERE id = :{key}"
)
BORN = (
    "INSERT INTO bill (id, batch_id, code, number, colour, state{more}) VALUES"
    " (9001, :batch, '{code}', '{number}', 'blue', '{state}'{values})"
)
CONTENT = (
    ", issued_on, payer_name, payer_kind, amount_minor, recorded_by, recorded_at",
    ", '2026-03-10', '林晓舟', 'person', 100, 'a', :now",
)
SEAL = (
    "UPDATE bill SET state = 'issued', colour = '{colour}', reverses_id = {blue}, issued_on ="
    " '2026-03-10', payer_name = '林晓舟', payer_kind = 'person', amount_minor = {minor},"
    " recorded_by = 'a', recorded_at = :now WHERE id = :{key}"
)
END = (
    "UPDATE bill SET state = '{state}', ended_on = '2026-03-10', ended_reason = 'x',"
    " ended_by = 'b', ended_at = :now WHERE id = :{key}"
)
LINE = (
    "INSERT INTO bill_line (bill_id, line_no, item_name, amount_minor) VALUES"
    " (:{key}, {no}, '捐赠', {minor})"
)
LETTER = (
    "INSERT INTO letter (id, kind, year, number, reference, issued_on, issued_at, issued_by,"
    " recipient_name, total_minor, content, digest, verification_code, state{more}) VALUES"
    " (9001, 'letter', 2026, {number}, 'QR-2026-009001', '2026-11-22', :now, 'a', '林晓舟', 1,"
    " '{{}}', :digest, 'abcdefghijklmnopqrstuvwxyz', '{state}'{values})"
)
LETTER_ENDED = (", ended_at, ended_by, ended_reason", ", :now, 'b', 'x'")
CANCEL = (
    "UPDATE letter SET state = 'cancelled', ended_at = :now, ended_by = 'b', ended_reason = 'x'"
    " WHERE id = :{key}"
)
REPLACE = (
    "UPDATE letter SET state = 'replaced', replaced_by_id = :{by}, ended_at = :now,"
    " ended_by = 'b', ended_reason = 'x' WHERE id = :{key}"
)
COVER = (
    "INSERT INTO gift_bill (bill_id, gift_id, amount_minor, is_live) VALUES"
    " (:{bill}, :{gift}, {minor}, {live})"
)
SPEAK = (
    "INSERT INTO gift_letter (letter_id, gift_id, kind, amount_minor, is_live) VALUES"
    " (:{letter}, :{gift}, '{kind}', {minor}, {live})"
)
FILE = (
    "INSERT INTO bill_file (id, bill_id, kind, file_name, size, digest, added_by, added_at)"
    " VALUES (901, :bill1, 'pdf', 'a.pdf', 1, :digest, 'a', :now)"
)
RENDER = (
    "INSERT INTO letter_render (id, letter_id, mark, digest, size, rendered_by, rendered_at)"
    " VALUES (901, :live, 'original', :digest, 1, 'a', :now)"
)
CHANGE = (
    "INSERT INTO gift_change (id, gift_id, kind, cause, changed_on, amount_minor, reason,"
    " created_by, created_at) VALUES (901, :{gift}, 'refunded', 'own', '2026-03-10', 1, 'x', 'a',"
    " :now)"
)
REVERSAL = (
    "INSERT INTO voucher (id, period_id, word, booked_on, kind, state, summary, attachment_count,"
    " rule, total_minor, prepared_by, prepared_at, version, reverses_id) VALUES (9001, 202602,"
    " '记', '2026-02-10', 'reversal', 'submitted', '红冲', 0, 'raw', 1, 'a', :now, 1, :{voucher})"
)


def both(does: str, guard: str, statement: str, trigger: str, *setup: str) -> Case:
    """A case whose trigger has one name in both databases."""
    return Case(does, guard, statement, trigger, trigger, setup)


def never(table: str, guard: str, statement: str, *setup: str) -> tuple[Case, ...]:
    """Rows that are neither updated nor deleted nor truncated."""
    return (
        Case(
            f"update {table}",
            guard,
            statement,
            f"{table}_update",
            f"{table}_change",
            setup,
        ),
        Case(
            f"delete {table}",
            guard,
            f"DELETE FROM {table}",
            f"{table}_delete",
            f"{table}_change",
            setup,
        ),
        truncated(table, guard),
    )


def truncated(table: str, guard: str) -> Case:
    return Case(f"empty {table}", guard, f"TRUNCATE {table} CASCADE", "", f"{table}_truncate")


BILLS = (
    both("rename the code of a batch", "bill_batch_final",
         "UPDATE bill_batch SET code = '1' WHERE id = :batch", "bill_batch_update"),
    both("write a batch off and widen it", "bill_batch_final",
         BATCH.format(key="batch").replace("SET", "SET quantity = 99,"), "bill_batch_update"),
    both("write off a batch with blank numbers", "bill_batch_in_use",
         BATCH.format(key="batch"), "bill_batch_update"),
    both("delete a batch", "bill_batch_final", "DELETE FROM bill_batch", "bill_batch_delete"),
    truncated("bill_batch", "bill_batch_final"),
    both("insert a bill that is issued", "bill_born_final",
         BORN.format(code="42050126", number="0000000099", state="issued", more=CONTENT[0],
                     values=CONTENT[1]), "bill_insert"),
    both("insert a number that was not drawn", "bill_not_in_batch",
         BORN.format(code="42050126", number="0000000099", state="in_stock", more="", values=""),
         "bill_insert"),
    both("insert a number of another width", "bill_not_in_batch",
         BORN.format(code="42050126", number="05", state="in_stock", more="", values=""),
         "bill_insert"),
    both("insert a number of another code", "bill_not_in_batch",
         BORN.format(code="42050127", number="0000000005", state="in_stock", more="", values=""),
         "bill_insert"),
    both("renumber a blank bill", "bill_final",
         END.format(state="void", key="bill5").replace("SET", "SET number = '0000000077',"),
         "bill_key"),
    both("renumber an issued bill", "bill_final",
         END.format(state="void", key="paper101").replace("SET", "SET code = '1',"), "bill_key"),
    both("move a number to another batch", "bill_final",
         END.format(state="void", key="bill5").replace("SET", "SET batch_id = :paper_batch,"),
         "bill_key"),
    *(
        both(f"write {column} of an issued bill", "bill_final",
             f"UPDATE bill SET {column} = {column}, state = 'void', ended_on = '2026-03-10',"
             " ended_reason = 'x', ended_by = 'b', ended_at = :now WHERE id = :paper101",
             "bill_content")
        for column in ("amount_minor", "payer_name", "issued_on", "check_code", "remark",
                       "payer_code", "colour", "reverses_id", "recorded_by", "drawer")
    ),
    both("take an issued bill back into the stock", "bill_final",
         "UPDATE bill SET state = 'in_stock' WHERE id = :bill1", "bill_state"),
    both("bring a void number back", "bill_final",
         "UPDATE bill SET state = 'in_stock', ended_on = NULL, ended_reason = NULL,"
         " ended_by = NULL, ended_at = NULL WHERE id = :paper102", "bill_state"),
    both("let a bill that was taken back stand again", "bill_final",
         "UPDATE bill SET state = 'issued', ended_on = NULL, ended_reason = NULL,"
         " ended_by = NULL, ended_at = NULL WHERE id = :bill2", "bill_state"),
    both("rewrite the reason of a void number", "bill_final",
         "UPDATE bill SET ended_reason = 'y' WHERE id = :paper102", "bill_state"),
    both("void an electronic bill", "bill_not_voidable",
         END.format(state="void", key="bill1"), "bill_state"),
    both("lose an electronic bill", "bill_not_voidable",
         END.format(state="lost", key="bill1"), "bill_state"),
    both("take a bill back without a red one", "red_bill_missing",
         END.format(state="red", key="bill1"), "bill_state"),
    both("issue a red bill of another amount", "red_bill_differs",
         SEAL.format(colour="red", blue=":bill1", minor="-5", key="bill5"), "bill_state",
         LINE.format(key="bill5", no=1, minor=-5)),
    both("issue a red bill for a blank number", "red_bill_differs",
         SEAL.format(colour="red", blue=":bill6", minor="-:minor", key="bill5"), "bill_state",
         LINE.format(key="bill5", no=1, minor="-:minor")),
    both("issue a bill without lines", "bill_lines_differ",
         SEAL.format(colour="blue", blue="NULL", minor="100", key="bill5"), "bill_state"),
    both("issue a bill whose lines are less", "bill_lines_differ",
         SEAL.format(colour="blue", blue="NULL", minor="100", key="bill5"), "bill_state",
         LINE.format(key="bill5", no=1, minor=99)),
    both("delete an issued bill", "bill_final", "DELETE FROM bill WHERE id = :bill4",
         "bill_delete"),
    both("delete a blank number", "bill_final", "DELETE FROM bill WHERE id = :bill5",
         "bill_delete"),
    truncated("bill", "bill_final"),
    both("add a line to an issued bill", "bill_line_final",
         LINE.format(key="bill1", no=2, minor=5), "bill_line_insert"),
    *never("bill_line", "bill_line_final", "UPDATE bill_line SET amount_minor = 1"),
    *never("bill_file", "bill_file_final", "UPDATE bill_file SET digest = 'x'", FILE),
)  # fmt: skip
LETTERS = (
    both("turn a series back", "letter_series_rewound",
         "UPDATE letter_series SET last_number = last_number - 1", "letter_series_update"),
    both("rename a series", "letter_series_rewound",
         "UPDATE letter_series SET year = 2025 WHERE kind = 'letter'", "letter_series_update"),
    both("delete a series", "letter_series_rewound", "DELETE FROM letter_series",
         "letter_series_delete"),
    truncated("letter_series", "letter_series_rewound"),
    both("insert a letter that is cancelled", "letter_born_final",
         LETTER.format(number=4, state="cancelled", more=LETTER_ENDED[0],
                       values=LETTER_ENDED[1]), "letter_insert",
         "UPDATE letter_series SET last_number = last_number + 1"),
    both("insert a letter past the series", "letter_number_gap",
         LETTER.format(number=9, state="issued", more="", values=""), "letter_insert"),
    both("insert a letter of a year without a series", "letter_number_gap",
         LETTER.format(number=1, state="issued", more="", values="").replace(
             "'letter', 2026", "'letter', 2025"), "letter_insert"),
    *(
        both(f"write {column} of a letter", "letter_final",
             CANCEL.format(key="live").replace("SET", f"SET {column} = {column},"),
             "letter_content")
        for column in ("id", "kind", "year", "number", "reference", "issued_on", "issued_at",
                       "issued_by", "recipient_name", "total_minor", "content", "digest",
                       "verification_code")
    ),
    both("let a replaced letter stand again", "letter_final",
         "UPDATE letter SET state = 'issued', replaced_by_id = NULL, ended_at = NULL,"
         " ended_by = NULL, ended_reason = NULL WHERE id = :replaced", "letter_state"),
    both("cancel a replaced letter", "letter_final",
         CANCEL.format(key="replaced").replace("SET", "SET replaced_by_id = NULL,"),
         "letter_state"),
    both("rewrite the reason of a replaced letter", "letter_final",
         "UPDATE letter SET ended_reason = 'y' WHERE id = :replaced", "letter_state"),
    both("replace a letter by a certificate", "letter_replacement",
         REPLACE.format(key="live", by="certificate"), "letter_state"),
    both("replace a letter by itself", "letter_replacement",
         REPLACE.format(key="live", by="live"), "letter_state"),
    both("delete a letter", "letter_final", "DELETE FROM letter WHERE id = :live",
         "letter_delete"),
    truncated("letter", "letter_final"),
    *never("letter_render", "letter_render_final", "UPDATE letter_render SET digest = 'x'",
           RENDER),
)  # fmt: skip
LINKS = (
    both("cover a gift by a blank bill", "gift_bill_not_issued",
         COVER.format(bill="bill5", gift="gift2", minor="1", live="TRUE"), "gift_bill_insert"),
    both("cover a gift by a red bill", "gift_bill_not_issued",
         COVER.format(bill="bill3", gift="gift2", minor="1", live="TRUE"), "gift_bill_insert"),
    both("cover a gift by a bill that was taken back", "gift_bill_not_issued",
         COVER.format(bill="bill2", gift="gift2", minor="1", live="TRUE"), "gift_bill_insert"),
    both("cover a gift by a link that is not live", "gift_bill_not_issued",
         COVER.format(bill="bill4", gift="gift2", minor="1", live="FALSE"), "gift_bill_insert"),
    both("cover an unposted gift", "gift_not_posted",
         COVER.format(bill="bill4", gift="gift3", minor="1", live="TRUE"), "gift_bill_insert"),
    both("cover more than was received", "gift_bill_exceeds",
         COVER.format(bill="bill4", gift="gift2", minor=":minor + 1", live="TRUE"),
         "gift_bill_insert"),
    both("cover more than is left after a refund", "gift_bill_exceeds",
         COVER.format(bill="bill4", gift="gift2", minor=":minor", live="TRUE"),
         "gift_bill_insert", CHANGE.format(gift="gift2")),
    both("cover more gifts than the bill says", "gift_bill_exceeds",
         COVER.format(bill="bill1", gift="gift2", minor="1", live="TRUE"), "gift_bill_insert"),
    both("change the amount of a link", "gift_bill_final",
         "UPDATE gift_bill SET amount_minor = 1 WHERE gift_id = :gift1", "gift_bill_update"),
    both("end the link of a bill that stands", "gift_bill_final",
         "UPDATE gift_bill SET is_live = FALSE WHERE gift_id = :gift1", "gift_bill_update"),
    both("make the link of a bill that was taken back live", "gift_bill_final",
         "UPDATE gift_bill SET is_live = TRUE WHERE gift_id = :gift4", "gift_bill_update"),
    both("delete a link to a bill", "gift_bill_final", "DELETE FROM gift_bill",
         "gift_bill_delete"),
    truncated("gift_bill", "gift_bill_final"),
    both("speak of a gift by a replaced letter", "gift_letter_not_issued",
         SPEAK.format(letter="replaced", gift="gift2", kind="letter", minor="1", live="TRUE"),
         "gift_letter_insert"),
    both("speak of a gift as another kind", "gift_letter_not_issued",
         SPEAK.format(letter="live", gift="gift2", kind="annual", minor="1", live="TRUE"),
         "gift_letter_insert"),
    both("speak of a gift by a link that is not live", "gift_letter_not_issued",
         SPEAK.format(letter="live", gift="gift2", kind="letter", minor="1", live="FALSE"),
         "gift_letter_insert"),
    both("speak of an unposted gift", "gift_not_posted",
         SPEAK.format(letter="live", gift="gift3", kind="letter", minor="1", live="TRUE"),
         "gift_letter_insert"),
    both("speak of more than was received", "gift_letter_exceeds",
         SPEAK.format(letter="live", gift="gift2", kind="letter", minor=":minor + 1",
                      live="TRUE"), "gift_letter_insert"),
    both("change the amount of a letter's link", "gift_letter_final",
         "UPDATE gift_letter SET amount_minor = 1 WHERE gift_id = :gift1", "gift_letter_update"),
    both("end the link of a letter that stands", "gift_letter_final",
         "UPDATE gift_letter SET is_live = FALSE WHERE gift_id = :gift1", "gift_letter_update"),
    both("make the link of a replaced letter live", "gift_letter_final",
         "UPDATE gift_letter SET is_live = TRUE WHERE letter_id = :replaced",
         "gift_letter_update"),
    both("delete a link to a letter", "gift_letter_final", "DELETE FROM gift_letter",
         "gift_letter_delete"),
    truncated("gift_letter", "gift_letter_final"),
    Case("change the title of a billed gift", "billing_particulars_final",
         "UPDATE billing_particulars SET title = 'x' WHERE gift_id = :gift1",
         "billing_particulars_update", "billing_particulars_insert"),
    Case("move particulars to another gift", "billing_particulars_final",
         "UPDATE billing_particulars SET gift_id = :gift2 WHERE gift_id = :gift4",
         "billing_particulars_update", "billing_particulars_insert"),
    both("add particulars to a billed gift", "billing_particulars_final",
         "INSERT INTO billing_particulars (gift_id, benefit, changed_by, changed_at)"
         " VALUES (:gift5, 'x', 'a', :now)", "billing_particulars_insert"),
    both("delete particulars", "billing_particulars_final", "DELETE FROM billing_particulars",
         "billing_particulars_delete"),
    truncated("billing_particulars", "billing_particulars_final"),
    both("refund a gift that has documents", "gift_has_document", CHANGE.format(gift="gift1"),
         "gift_change_documents"),
    both("refund a gift that has a letter", "gift_has_document", CHANGE.format(gift="gift6"),
         "gift_change_documents"),
    both("reverse a gift that has documents", "gift_has_document",
         REVERSAL.format(voucher="voucher1"), "voucher_reversal_documents"),
)  # fmt: skip
CASES = (*BILLS, *LETTERS, *LINKS)
# Triggers that refuse nothing: they end the links of a document that ends.
WORKING = {"bill_ended", "letter_ended"}


@dataclass(frozen=True, slots=True)
class Guarded:
    """The documents of guarded_documents on one database."""

    engine: Engine
    names: dict[str, object]

    @property
    def dialect(self) -> str:
        return self.engine.dialect.name


@pytest.fixture(scope="module", params=DIALECTS)
def guarded(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Guarded]:
    """Documents that no test changes: whatever is tried is undone."""
    with databases.prepared(request.param, "documented", guarded_documents.build) as engine:
        yield Guarded(engine, guarded_documents.names(engine))


@pytest.mark.parametrize("case", CASES, ids=[case.does for case in CASES])
def test_raw_sql_is_refused_by_its_guard_and_by_nothing_else(guarded: Guarded, case: Case) -> None:
    trigger = case.trigger(guarded.dialect)
    if not trigger:
        # The statement exists in the other database only; the names say which.
        assert case.trigger("sqlite") or case.trigger("postgresql")
        return
    assert guard_of(guarded.engine, case, guarded.names) == case.guard
    # Without the trigger the same statement gets past it: it is this guard that refuses.
    assert guard_of(guarded.engine, case, guarded.names, dropped=trigger) != case.guard


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_guard_of_the_documents_has_a_violation(dialect: str) -> None:
    tried = {case.trigger(dialect) for case in CASES} - {""}
    assert tried | WORKING == {trigger for trigger, _ in documented(dialect, ["documents"])}


def test_both_databases_have_the_same_guard_names() -> None:
    said = {
        dialect: {case.guard for case in CASES if case.trigger(dialect)} for dialect in DIALECTS
    }
    assert said["sqlite"] == said["postgresql"]


@pytest.mark.parametrize(
    ("table", "key", "guard"),
    [(Bill.__table__, "bill1", "bill_final"), (Letter.__table__, "live", "letter_final")],
    ids=["bill", "letter"],
)
def test_no_column_of_a_document_can_be_written(
    guarded: Guarded, table: Table, key: str, guard: str
) -> None:
    for column in table.columns:
        same = f"UPDATE {table.name} SET {column.name} = {column.name} WHERE id = :{key}"
        assert guard_of(guarded.engine, Case("write", guard, same), guarded.names) == guard, column


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        (COVER.format(bill="bill4", gift="gift1", minor="1", live="TRUE"), "gift_bill"),
        (
            SPEAK.format(letter="successor", gift="gift1", kind="letter", minor="1", live="TRUE"),
            "gift_letter",
        ),
        (
            BORN.format(code="42050126", number="0000000001", state="in_stock", more="", values=""),
            "bill",
        ),
        (
            LETTER.format(number=3, state="issued", more="", values=""),
            "letter",
        ),
        (
            "UPDATE bill SET state = 'issued' WHERE id = :bill5",
            "ck_bill_issued_complete",
        ),
        ("UPDATE bill SET amount_minor = 5 WHERE id = :bill5", "bill"),
    ],
)
def test_constraints_hold_what_is_unique_and_whole(
    guarded: Guarded, statement: str, constraint: str
) -> None:
    said = refusal(guarded.engine, statement, guarded.names)
    assert constraint in said


@pytest.mark.parametrize(
    "statement",
    [
        END.format(state="void", key="paper101"),
        END.format(state="lost", key="paper103"),
        CANCEL.format(key="live"),
        COVER.format(bill="bill4", gift="gift2", minor=":minor", live="TRUE"),
        CHANGE.format(gift="gift2"),
        CHANGE.format(gift="gift4"),
        REVERSAL.format(voucher="voucher2"),
        LINE.format(key="bill5", no=1, minor=100),
        "UPDATE billing_particulars SET title = 'x' WHERE gift_id = :gift4",
        FILE,
        RENDER,
    ],
)
def test_what_the_rules_allow_is_not_refused(guarded: Guarded, statement: str) -> None:
    allowed = Case("do what is allowed", "", statement)
    assert guard_of(guarded.engine, allowed, guarded.names) == ""


@pytest.mark.parametrize(
    ("statement", "query"),
    [
        (
            END.format(state="void", key="paper101"),
            "SELECT is_live FROM gift_bill WHERE bill_id = :paper101",
        ),
        (CANCEL.format(key="live"), "SELECT is_live FROM gift_letter WHERE letter_id = :live"),
    ],
)
def test_link_ends_with_its_document(guarded: Guarded, statement: str, query: str) -> None:
    with guarded.engine.connect() as connection, connection.begin() as transaction:
        run(connection, statement, guarded.names)
        names = {name: guarded.names[name] for name in ("paper101", "live") if name in query}
        assert [bool(row[0]) for row in connection.execute(text(query), names)] == [False]
        transaction.rollback()


def test_document_and_change_of_a_gift_wait_for_each_other(databases: Databases) -> None:
    """On PostgreSQL neither sees half of the other's act."""
    with databases.prepared("postgresql", "documented", guarded_documents.build) as engine:
        names = guarded_documents.names(engine)
        with engine.connect() as first, engine.connect() as second:
            run(first, COVER.format(bill="bill4", gift="gift2", minor="1", live="TRUE"), names)
            second.execute(text("SET LOCAL lock_timeout = '50ms'"))
            with pytest.raises(DBAPIError, match="lock timeout"):
                run(second, CHANGE.format(gift="gift2"), names)
            second.rollback()
            first.commit()
            with pytest.raises(DBAPIError) as caught:
                run(second, CHANGE.format(gift="gift2"), names)
            assert guard_name(caught.value) == "gift_has_document"
            second.rollback()
