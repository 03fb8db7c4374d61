"""The chains of digests cover every byte of what is final, and cannot be made right in secret."""

from sqlalchemy import Connection, Engine, text, update
from sqlalchemy.orm import Session

from foundation import database
from ledger import chains, integrity
from ledger.numbering import genesis
from ledger.sealing import LINE_FIELDS, VOUCHER_FIELDS, digest
from ledger.vouchers import Voucher, VoucherSeries
from tests import factories
from tests.databases import Databases
from tests.ledger.harming import Stored, harmed, rows_by_check
from tests.migrations import guarded_books

CHANGED = {
    "period_id": "202603",
    "word": "'收'",
    "number": "77",
    "booked_on": "'2026-01-16'",
    "kind": "'transfer'",
    "summary": "'改过'",
    "attachment_count": "2",
    "rule": "'other'",
    "reverses_id": ":second, kind = 'reversal'",
    "corrects_id": ":second",
    "reason": "'因为'",
    "prepared_by": "'x'",
    "reviewed_by": "'x'",
    "posted_by": "'x'",
    "posted_at": "'2026-11-22 02:00:00.000001'",
}
CHANGED_LINE = {
    "line_no": "9",
    "account_id": ":closed_account",
    "fund_id": ":gen",
    "side": "-side",
    "amount_minor": "amount_minor + 1",
    "summary": "'改过'",
    "donor_id": "9001",
    "counterparty_id": "9001",
    "project_id": "9001",
    "cash_flow_item_id": "9001",
}
DIMENSION = "INSERT INTO dimension (id, kind, code, name) VALUES (9001, 'donor', 'D', '甲')"


def chain_names(stored: Stored, *statements: str) -> bool:
    """Tell whether the chain names the voucher that was posted first in January."""
    with harmed(stored, *statements) as session:
        wanted = f"#{stored.names['posted']}"
        return any(row.endswith(wanted) for row, _ in chains.broken_vouchers(session))


def test_chain_covers_every_field_of_a_voucher(stored: Stored) -> None:
    assert set(CHANGED) == set(VOUCHER_FIELDS) - {"id"}
    for name, value in CHANGED.items():
        change = f"UPDATE voucher SET {name} = {value} WHERE id = :posted"
        assert chain_names(stored, change), name


def test_chain_covers_every_field_of_a_line(stored: Stored) -> None:
    assert set(CHANGED_LINE) == set(LINE_FIELDS)
    for name, value in CHANGED_LINE.items():
        change = (
            f"UPDATE voucher_line SET {name} = {value} WHERE voucher_id = :posted AND line_no = 2"
        )
        assert chain_names(stored, DIMENSION, change), name


def test_chain_covers_added_and_removed_lines(stored: Stored) -> None:
    added = (
        "INSERT INTO voucher_line (voucher_id, line_no, period_id, account_id, fund_id, side,"
        " amount_minor) VALUES (:posted, 3, 202601, :bank, :schol, 1, 5)"
    )
    removed = "DELETE FROM voucher_line WHERE voucher_id = :posted AND line_no = 2"
    assert chain_names(stored, added)
    assert chain_names(stored, removed)
    assert not chain_names(stored)


def test_value_that_is_no_date_is_a_finding_not_a_failure(databases: Databases) -> None:
    """SQLite keeps any text in a date column."""
    with databases.prepared("sqlite", "guarded", guarded_books.build) as engine:
        stored = Stored(engine, guarded_books.names(engine))
        assert chain_names(stored, "UPDATE voucher SET booked_on = '去年' WHERE id = :posted")
        assert chain_names(stored, "UPDATE voucher SET posted_at = '昨天' WHERE id = :posted")


def forge(connection: Connection, session: Session, voucher_id: object) -> None:
    """Change the last voucher of a series and make its own chain right again."""
    stored = {values[0]: (values, lines) for values, lines, _ in chains._sealed_vouchers(session)}
    values, lines = stored[voucher_id]
    period_id, word, number = values[1:4]
    previous = connection.execute(
        text(
            "SELECT digest FROM voucher WHERE period_id = :period AND word = :word"
            " AND number = :number"
        ),
        {"period": period_id, "word": word, "number": number - 1},
    ).scalar()
    values[VOUCHER_FIELDS.index("summary")] = "改过"
    forged = digest(previous or genesis(period_id, word), values, lines)
    connection.execute(
        update(Voucher).where(Voucher.id == voucher_id).values(summary="改过", digest=forged)
    )
    connection.execute(
        update(VoucherSeries)
        .where(VoucherSeries.period_id == period_id, VoucherSeries.word == word)
        .values(head=forged)
    )


def test_forged_chain_of_a_closed_month_is_found_by_the_chain_of_periods(stored: Stored) -> None:
    with harmed(stored) as session:
        closing = session.execute(
            text("SELECT id FROM voucher WHERE period_id = 202512 ORDER BY number DESC LIMIT 1")
        ).scalar()
        forge(session.connection(), session, closing)
        found = rows_by_check(list(integrity.run(session)))
    assert found == {"period_chain": ["period 202512"]}


def test_forged_chain_of_an_open_month_is_found_by_the_digest_kept_outside(
    stored: Stored,
) -> None:
    with database.reading(stored.engine) as session:
        kept = chains.chain_head(session)
    with harmed(stored) as session:
        forge(session.connection(), session, stored.names["february"])
        assert list(integrity.run(session)) == []
        assert chains.chain_head(session) != kept


def test_digest_kept_outside_changes_with_every_posting(books: Engine) -> None:
    def head() -> str:
        with database.reading(books) as session:
            return chains.chain_head(session)

    heads = {head()}
    for _ in range(3):
        factories.post_gift(books)
        heads.add(head())
    assert len(heads) == 4
