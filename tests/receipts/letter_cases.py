"""Letters that the tests issue, of invented people, and what is then stored of them."""

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Row, select

from foundation import database
from ledger.clock import Clock
from receipts import letter_files, letters
from receipts.content import Draft
from receipts.letter_files import LetterFile
from receipts.letters import IssuedLetter
from receipts.models import Letter, LetterRender
from receipts.signing import DocumentSigner
from tests.factories import CLOCK, PREPARER, REVIEWER


class Interrupted(Exception):
    """Something else went wrong in the same transaction."""


VERIFY_AT = "https://foundation.example.org/verify/"


def issue(
    engine: Engine, *drafts: Draft, clock: Clock = CLOCK, is_interrupted: bool = False
) -> list[IssuedLetter]:
    """Issue drafts in a transaction of its own, which something else may undo."""
    with database.transaction(engine) as session:
        done = letters.issue(session, drafts, verify_at=VERIFY_AT, actor=PREPARER, clock=clock)
        if is_interrupted:
            raise Interrupted
    return done


def replace(
    engine: Engine, letter_id: int, draft: Draft, *, reason: str = "名称有误"
) -> IssuedLetter:
    """Issue a draft in the place of a letter."""
    with database.transaction(engine) as session:
        return letters.replace(
            session,
            letter_id,
            draft,
            reason=reason,
            verify_at=VERIFY_AT,
            actor=PREPARER,
            clock=CLOCK,
        )


def cancel(engine: Engine, letter_id: int, *, reason: str = "重复出具") -> None:
    """Cancel a letter."""
    with database.transaction(engine) as session:
        letters.cancel(session, letter_id, reason=reason, actor=REVIEWER, clock=CLOCK)


def stored(engine: Engine, letter_id: int) -> Row[Any]:
    """Return a letter as it is stored."""
    with database.reading(engine) as session:
        return session.execute(select(Letter.__table__).where(Letter.id == letter_id)).one()


def references(engine: Engine) -> list[str]:
    """Return the printed numbers of every letter, as they were issued."""
    with database.reading(engine) as session:
        return list(session.execute(select(Letter.reference).order_by(Letter.id)).scalars())


def renders(engine: Engine, letter_id: int) -> list[tuple[str, str]]:
    """Return mark and digest of every file that was made of a letter."""
    query = select(LetterRender.mark, LetterRender.digest).where(
        LetterRender.letter_id == letter_id
    )
    with database.reading(engine) as session:
        rows = session.execute(query.order_by(LetterRender.id))
        return [(row.mark.value, row.digest) for row in rows]


def made(
    engine: Engine,
    letter_id: int,
    folder: Path,
    *,
    what: str = "original",
    signer: DocumentSigner | None = None,
    clock: Clock = CLOCK,
) -> LetterFile:
    """Return the original, a copy, or what is handed out next."""
    act = getattr(letter_files, what)
    with database.transaction(engine) as session:
        found: LetterFile = act(
            session, letter_id, folder=folder, signer=signer, actor=PREPARER, clock=clock
        )
    return found
