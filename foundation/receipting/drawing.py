"""Draw many letters: read some, draw and sign them outside any transaction, then keep them.

Drawing a page takes longer than everything else together, so no lock is held meanwhile, and a run
that is interrupted has kept whole letters and nothing half.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from foundation.receipting.signer import Seal
from ledger.clock import Clock
from ledger.orm import chunks
from receipts import files, letter_files
from receipts.letter_files import Frozen
from receipts.models import RenderMark

Opened = Callable[[], AbstractContextManager[Session]]
# Letters between two transactions: about two seconds of drawing.
CHUNK = 50


@dataclass(frozen=True, slots=True)
class Places:
    """Where to read and write: sessions, and the folder of files."""

    reading: Opened
    writing: Opened
    folder: Path


def originals(
    places: Places,
    letter_ids: Sequence[int],
    *,
    seal: Seal,
    actor: str,
    clock: Clock,
) -> Iterator[tuple[str, bytes]]:
    """Yield (file name, bytes) of every letter: its one original, drawn now if there is none."""
    for keys in chunks(letter_ids, CHUNK):
        for name, digest in keep(places, keys, seal=seal, actor=actor, clock=clock):
            yield name, files.read(places.folder, digest, name=name)


def keep(
    places: Places, letter_ids: Sequence[int], *, seal: Seal, actor: str, clock: Clock
) -> list[tuple[str, str]]:
    """Draw and keep the originals that are missing; return (file name, digest) of every one."""
    with places.reading() as session:
        letters = letter_files.frozen(session, letter_ids)
    digests = {letter.id: letter.original for letter in letters if letter.original}
    drawn = [(letter.id, _draw(letter, seal, clock)) for letter in letters if not letter.original]
    if drawn:
        with places.writing() as session:
            digests |= letter_files.keep_originals(
                session, drawn, folder=places.folder, actor=actor, clock=clock
            )
    return [(f"{letter.reference}.pdf", digests[letter.id]) for letter in letters]


def copies(
    places: Places,
    letter_ids: Sequence[int],
    *,
    seal: Seal,
    actor: str,
    clock: Clock,
) -> Iterator[tuple[str, bytes]]:
    """Yield (file name, bytes) of a new copy of every letter, each of them logged."""
    for key in letter_ids:
        with places.writing() as session:
            made = letter_files.copy(
                session,
                key,
                folder=places.folder,
                signer=seal.signer,
                actor=actor,
                clock=clock,
            )
        yield f"{made.reference}-copy.pdf", made.content


def _draw(letter: Frozen, seal: Seal, clock: Clock) -> bytes:
    return letter_files.draw(
        letter, mark=RenderMark.ORIGINAL, signer=seal.signer, moment=clock.now()
    )
