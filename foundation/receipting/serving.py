"""Hand out the file of a letter inside a request: the one way for staff and donor pages alike.

    with database.transaction(services().engine) as session:
        content = serving.document_pdf(session, letter, serving.Mark.NEXT, actor="donor:17")

The first file that leaves the house is the original; it is drawn and signed once, and from then on
it is the same bytes for ever. Whatever is handed out after it is marked 副本, kept and logged. The
key is read from disk once for each application and stays loaded, because reading and checking it
costs more than signing.
"""

import threading
from enum import StrEnum
from typing import cast

from flask import current_app
from sqlalchemy.orm import Session

from foundation.http.context import services
from foundation.organisation.service import get_organisation
from foundation.receipting import signer
from foundation.receipting.signer import Seal
from receipts import letter_files
from receipts.letter_files import LetterFile
from receipts.models import Letter

_EXTENSION = "foundation.seal"
_loading = threading.Lock()


class Mark(StrEnum):
    """原件、副本、或者依次：首次为原件，其后为副本."""

    ORIGINAL = "original"
    COPY = "copy"
    NEXT = "next"


_ACTS = {
    Mark.ORIGINAL: letter_files.original,
    Mark.COPY: letter_files.copy,
    Mark.NEXT: letter_files.hand_out,
}


def document_pdf(session: Session, letter: Letter, mark: Mark = Mark.NEXT, *, actor: str) -> bytes:
    """Return the bytes of a letter's file; `session` writes, because what is made is logged.

    `ORIGINAL` is the same bytes every time; `COPY` is a new copy, marked with what became of the
    letter; `NEXT` is the original while there is none, then a copy. Raises TamperedContent,
    FileChanged.
    """
    return document_file(session, letter, mark, actor=actor).content


def document_file(
    session: Session, letter: Letter, mark: Mark = Mark.NEXT, *, actor: str
) -> LetterFile:
    """Return a letter's file with its name, mark and digest. Raises as `document_pdf`."""
    return _ACTS[mark](
        session,
        letter.id,
        folder=services().config.data_dir,
        signer=seal(session).signer,
        actor=actor,
        clock=services().clock,
    )


def seal(session: Session) -> Seal:
    """Return what signs and what is trusted, loaded once and kept by the application."""
    kept = current_app.extensions.get(_EXTENSION)
    if kept is None:
        with _loading:
            kept = current_app.extensions.get(_EXTENSION)
            if kept is None:
                organisation = get_organisation(session)
                kept = signer.load(
                    services().config,
                    organisation=organisation.name,
                    is_demo=organisation.is_demo,
                    moment=services().clock.now(),
                )
                current_app.extensions[_EXTENSION] = kept
    return cast(Seal, kept)


def verify_at() -> str:
    """Return the address that verification codes are put behind."""
    return f"{services().config.public_url}/verify/"
