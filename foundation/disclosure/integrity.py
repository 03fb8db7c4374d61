"""What was published is what was frozen: every digest is recomputed."""

import hashlib
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.disclosure.content import digest_of
from foundation.disclosure.models import DisclosureFile, DisclosureVersion
from ledger.integrity import Check


def _changed(session: Session) -> Iterator[tuple[str, str]]:
    versions = (
        select(DisclosureVersion).order_by(DisclosureVersion.id).execution_options(yield_per=100)
    )
    for version in session.execute(versions).scalars():
        if digest_of(version.content) != version.digest:
            yield f"publication {version.id}", "its content does not have its digest"
    files = select(DisclosureFile).order_by(DisclosureFile.id).execution_options(yield_per=5)
    for file in session.execute(files).scalars():
        if hashlib.sha256(file.data).hexdigest() != file.digest:
            yield f"publication file {file.id}", "its bytes do not have its digest"


CHECKS: tuple[Check, ...] = (
    Check("publications_unchanged", "No publication or published file has changed", _changed),
)
