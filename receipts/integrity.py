"""What must hold of the documents, checked again from the stored rows.

Each check is one of `ledger.integrity`; the `check` command runs these after those of the books.
The services and the guards of the database refuse what they look for.
"""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from ledger.errors import InvalidInput
from ledger.integrity import Check
from receipts import files, letter_numbers
from receipts.content import from_json
from receipts.models import BillFile, Letter, LetterRender

_BATCH = 1000
_BILL = "'bill ' || b.code || ' ' || b.number"

_NUMBERS = """
SELECT 'series ' || s.kind || ' ' || s.year,
       'last number ' || s.last_number || ', letters ' || COUNT(l.id)
       || ', highest ' || COALESCE(MAX(l.number), 0)
FROM letter_series s LEFT JOIN letter l ON l.kind = s.kind AND l.year = s.year
GROUP BY s.kind, s.year, s.last_number
HAVING COUNT(l.id) <> s.last_number OR COALESCE(MAX(l.number), 0) <> s.last_number
    OR COUNT(DISTINCT l.number) <> COUNT(l.id)
UNION ALL
SELECT 'letter ' || l.reference, 'stands in no series'
FROM letter l
WHERE NOT EXISTS (SELECT 1 FROM letter_series s WHERE s.kind = l.kind AND s.year = l.year)
"""

_REPLACED = """
SELECT 'letter ' || l.reference, 'replaced by letter ' || COALESCE(r.reference, 'none')
FROM letter l LEFT JOIN letter r ON r.id = l.replaced_by_id
WHERE (l.state = 'replaced') <> (l.replaced_by_id IS NOT NULL)
   OR (l.state = 'replaced' AND (r.id IS NULL OR r.kind <> l.kind OR r.id <= l.id))
"""

_RED = f"""
SELECT {_BILL}, 'red bill ' || r.amount_minor || ', blue bill ' || b.amount_minor
       || ' in state ' || b.state
FROM bill r JOIN bill b ON b.id = r.reverses_id
WHERE r.colour <> 'red' OR b.colour <> 'blue' OR b.state <> 'red'
   OR r.amount_minor <> -b.amount_minor OR r.state <> 'issued'
UNION ALL
SELECT {_BILL}, 'taken back, and no red bill names it'
FROM bill b
WHERE b.state = 'red' AND NOT EXISTS (SELECT 1 FROM bill r WHERE r.reverses_id = b.id)
UNION ALL
SELECT {_BILL}, 'red, and names no blue bill'
FROM bill b WHERE b.colour = 'red' AND b.reverses_id IS NULL
"""

_LINES = f"""
SELECT {_BILL}, 'amount ' || COALESCE(b.amount_minor, 0) || ', lines '
       || COALESCE(SUM(l.amount_minor), 0)
FROM bill b LEFT JOIN bill_line l ON l.bill_id = b.id
GROUP BY b.id, b.code, b.number, b.amount_minor
HAVING COALESCE(SUM(l.amount_minor), 0) <> COALESCE(b.amount_minor, 0)
"""

_STOCK = f"""
SELECT 'bill batch ' || t.id, 'drew ' || t.quantity || ', has ' || COUNT(b.id) || ' numbers'
FROM bill_batch t LEFT JOIN bill b ON b.batch_id = t.id
WHERE t.quantity IS NOT NULL
GROUP BY t.id, t.quantity HAVING COUNT(b.id) <> t.quantity
UNION ALL
SELECT {_BILL}, 'is not of batch ' || t.id
FROM bill b JOIN bill_batch t ON t.id = b.batch_id
WHERE b.code <> t.code OR (t.first_number IS NOT NULL AND (
    LENGTH(b.number) <> LENGTH(t.first_number)
    OR b.number < t.first_number OR b.number > t.last_number))
UNION ALL
SELECT 'bill batch ' || t.id, 'written off with ' || COUNT(b.id) || ' blank numbers'
FROM bill_batch t JOIN bill b ON b.batch_id = t.id AND b.state = 'in_stock'
WHERE t.written_off_on IS NOT NULL
GROUP BY t.id
"""

_USED_ONCE = """
SELECT 'bill ' || b.code || ' ' || b.number, COUNT(*) || ' times in the register'
FROM bill b GROUP BY b.code, b.number HAVING COUNT(*) > 1
"""

_ORIGINALS = """
SELECT 'letter ' || l.reference, COUNT(*) || ' originals'
FROM letter_render r JOIN letter l ON l.id = r.letter_id
WHERE r.mark = 'original' GROUP BY l.reference HAVING COUNT(*) > 1
"""


def _contents(session: Session) -> Iterator[tuple[str, str]]:
    """Yield letters whose content is not what was frozen, or differs from their columns."""
    replaced = aliased(Letter)
    rows = session.connection().execute(
        select(
            Letter.kind,
            Letter.year,
            Letter.number,
            Letter.reference,
            Letter.issued_on,
            Letter.recipient_name,
            Letter.total_minor,
            Letter.verification_code,
            Letter.content,
            Letter.digest,
            replaced.reference.label("replaces"),
        )
        .outerjoin(replaced, replaced.replaced_by_id == Letter.id)
        .order_by(Letter.id)
        .execution_options(yield_per=_BATCH)
    )
    for row in rows:
        name = f"letter {row.reference}"
        if sha256(row.content.encode()).hexdigest() != row.digest:
            yield name, "content differs from the digest"
            continue
        try:
            content = from_json(row.content)
        except InvalidInput:
            yield name, "content cannot be read"
            continue
        number = letter_numbers.reference(row.kind, row.year, row.number)
        said = (
            content.draft.kind,
            content.number,
            content.number,
            content.issued_on,
            content.draft.recipient.name,
            sum(gift.amount_minor for gift in content.draft.gifts),
            content.verify_url[-len(row.verification_code) :],
            content.replaces,
        )
        stored = (
            row.kind,
            number,
            row.reference,
            row.issued_on,
            row.recipient_name,
            row.total_minor,
            row.verification_code,
            row.replaces or "",
        )
        if said != stored:
            yield name, "content and register differ"


CHECKS: tuple[Check, ...] = (
    Check("letter_numbers_gap_free", "Letters run from 1 without gaps or repeats", _NUMBERS),
    Check("letter_content", "No byte of an issued letter has changed", _contents),
    Check("letter_replaced", "A replaced letter names its successor", _REPLACED),
    Check("letter_original", "A letter has one original", _ORIGINALS),
    Check("red_bill_mirrors", "A red bill takes back the whole of one blue bill", _RED),
    Check("bill_lines_agree", "The lines of a bill add up to it", _LINES),
    Check("bill_numbers_complete", "Every number drawn is in the register", _STOCK),
    Check("bill_number_once", "A number of a bill is used once", _USED_ONCE),
)


def file_check(folder: Path) -> Check:
    """Return the check of the archive in a folder: every file is there, byte for byte."""

    def broken(session: Session) -> Iterator[tuple[str, str]]:
        connection = session.connection()
        for table, owner in ((LetterRender, LetterRender.letter_id), (BillFile, BillFile.bill_id)):
            rows = connection.execute(
                select(table.id, owner.label("owner"), table.digest)
                .order_by(table.id)
                .execution_options(yield_per=_BATCH)
            )
            for row in rows:
                try:
                    files.read(folder, row.digest, name=row.digest)
                except files.FileChanged:
                    yield f"{table.__tablename__} {row.id}", f"file {row.digest} changed or missing"

    return Check("document_files", "Every file of a document is as it was stored", broken)
