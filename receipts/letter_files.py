"""The file of a letter: made once from the frozen content, then the same bytes for ever.

The original is the document. Whoever needs it again gets the same bytes; what is printed anew for
somebody is a copy and says so (副本), and says also when the letter no longer stands. Every file
that was made is in the log with its digest, so that any of them can be recognised later.

Drawing and signing take no database, so that many letters are drawn between two transactions:
`frozen` reads, `draw` works, `keep_originals` writes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from ledger import trail
from ledger.clock import Clock
from ledger.orm import chunks
from receipts import files, rendering, signing
from receipts.content import from_json
from receipts.letters import UnknownLetter
from receipts.models import Letter, LetterRender, LetterState, RenderMark
from receipts.pdf.fonts import FontSet
from receipts.pdf.frame import Status
from receipts.signing import DocumentSigner

MEDIA_TYPE = "application/pdf"
_REASON = "出具文件"
_CHUNK = 500
_STATUS = {
    LetterState.ISSUED: Status.ISSUED,
    LetterState.REPLACED: Status.REPLACED,
    LetterState.CANCELLED: Status.VOID,
}


@dataclass(frozen=True, slots=True)
class Frozen:
    """What drawing a letter needs of it; `original` is the digest of its file, if it has one."""

    id: int
    reference: str
    content: str
    digest: str
    state: LetterState
    replaced_by: str
    original: str | None


@dataclass(frozen=True, slots=True)
class LetterFile:
    """A file of a letter that is handed out."""

    letter_id: int
    reference: str
    mark: RenderMark
    digest: str
    content: bytes

    @property
    def name(self) -> str:
        """The name to give the file; it says nothing of the donor."""
        return f"{self.reference}.pdf"


def frozen(session: Session, letter_ids: Sequence[int]) -> list[Frozen]:
    """Return what drawing needs, in the order of the keys. Raises UnknownLetter."""
    successor = aliased(Letter)
    found: dict[int, Frozen] = {}
    for part in chunks(letter_ids, _CHUNK):
        rows = session.execute(
            select(
                Letter.id,
                Letter.reference,
                Letter.content,
                Letter.digest,
                Letter.state,
                successor.reference,
                LetterRender.digest,
            )
            .outerjoin(successor, successor.id == Letter.replaced_by_id)
            .outerjoin(
                LetterRender,
                (LetterRender.letter_id == Letter.id) & (LetterRender.mark == RenderMark.ORIGINAL),
            )
            .where(Letter.id.in_(part))
            .order_by(Letter.id)
        )
        for key, reference, content, digest, state, replaced_by, original in rows:
            found[key] = Frozen(key, reference, content, digest, state, replaced_by or "", original)
    for key in letter_ids:
        if key not in found:
            raise UnknownLetter(letter=key)
    return [found[key] for key in letter_ids]


def draw(
    letter: Frozen,
    *,
    mark: RenderMark,
    signer: DocumentSigner | None,
    moment: datetime,
    fonts: FontSet | None = None,
) -> bytes:
    """Draw a letter and sign it, when there is a key. Raises TamperedContent.

    An original shows the letter as it was issued, whatever became of it since.
    """
    content = from_json(letter.content, expected_digest=letter.digest)
    if mark is RenderMark.ORIGINAL:
        pdf = rendering.render(content, fonts=fonts)
    else:
        pdf = rendering.render(
            content,
            copy=True,
            status=_STATUS[letter.state],
            replaced_by=letter.replaced_by,
            fonts=fonts,
        )
    if signer is None:
        return pdf
    return signing.sign(pdf, signer, moment=moment, reason=_REASON)


def keep_originals(
    session: Session,
    drawn: Sequence[tuple[int, bytes]],
    *,
    folder: Path,
    actor: str,
    clock: Clock,
) -> dict[int, str]:
    """Store originals and return the digest of each letter's; one that was there first stays."""
    kept: dict[int, str] = {}
    for part in chunks(sorted(key for key, _ in drawn), _CHUNK):
        # Two people may have drawn the same letter: the second one gets the file of the first.
        held = select(Letter.id).where(Letter.id.in_(part)).order_by(Letter.id).with_for_update()
        session.execute(held).all()
        rows = session.execute(
            select(LetterRender.letter_id, LetterRender.digest)
            .where(LetterRender.letter_id.in_(part), LetterRender.mark == RenderMark.ORIGINAL)
            .order_by(LetterRender.letter_id)
        )
        kept |= {row.letter_id: row.digest for row in rows}
    for key, content in drawn:
        if key in kept:
            continue
        kept[key] = files.store(folder, content)
        session.add(_logged(key, RenderMark.ORIGINAL, content, actor=actor, clock=clock))
    session.flush()
    return kept


def original(
    session: Session,
    letter_id: int,
    *,
    folder: Path,
    signer: DocumentSigner | None,
    actor: str,
    clock: Clock,
) -> LetterFile:
    """Return the file of a letter: made at the first call, the same bytes ever after.

    Raises UnknownLetter, TamperedContent, FileChanged.
    """
    (letter,) = frozen(session, [letter_id])
    digest = letter.original
    if digest is None:
        drawn = draw(letter, mark=RenderMark.ORIGINAL, signer=signer, moment=clock.now())
        kept = keep_originals(
            session, [(letter_id, drawn)], folder=folder, actor=actor, clock=clock
        )
        digest = kept[letter_id]
    content = files.read(folder, digest, name=f"{letter.reference}.pdf")
    return LetterFile(letter_id, letter.reference, RenderMark.ORIGINAL, digest, content)


def copy(
    session: Session,
    letter_id: int,
    *,
    folder: Path,
    signer: DocumentSigner | None,
    actor: str,
    clock: Clock,
) -> LetterFile:
    """Make a copy, marked as one and with what became of the letter; every copy is logged."""
    (letter,) = frozen(session, [letter_id])
    content = draw(letter, mark=RenderMark.COPY, signer=signer, moment=clock.now())
    digest = files.store(folder, content)
    session.add(_logged(letter_id, RenderMark.COPY, content, actor=actor, clock=clock))
    session.flush()
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="letter.copy",
        subject=f"letter:{letter_id}",
        detail={"digest": digest},
    )
    return LetterFile(letter_id, letter.reference, RenderMark.COPY, digest, content)


def hand_out(
    session: Session,
    letter_id: int,
    *,
    folder: Path,
    signer: DocumentSigner | None,
    actor: str,
    clock: Clock,
) -> LetterFile:
    """Hand a letter to somebody: the original while it stands and was never made, else a copy."""
    (letter,) = frozen(session, [letter_id])
    is_first = letter.original is None and letter.state is LetterState.ISSUED
    make = original if is_first else copy
    return make(session, letter_id, folder=folder, signer=signer, actor=actor, clock=clock)


def _logged(
    letter_id: int, mark: RenderMark, content: bytes, *, actor: str, clock: Clock
) -> LetterRender:
    return LetterRender(
        letter_id=letter_id,
        mark=mark,
        digest=files.digest_of(content),
        size=len(content),
        rendered_by=actor,
        rendered_at=clock.now(),
    )
