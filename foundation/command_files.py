"""Files that commands write: whole or not at all, and their digests."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast


@contextmanager
def whole_file(out: Path) -> Iterator[BinaryIO]:
    """Write beside the file and move it there when it is complete."""
    with tempfile.NamedTemporaryFile(dir=out.parent, prefix=f".{out.name}-", delete=False) as part:
        try:
            yield cast(BinaryIO, part)
        except BaseException:
            Path(part.name).unlink()
            raise
    # The temporary file is private; what is exported gets the usual permissions.
    mask = os.umask(0)
    os.umask(mask)
    Path(part.name).chmod(0o666 & ~mask)
    Path(part.name).replace(out)


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file, however large."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
