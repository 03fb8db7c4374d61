"""Uploaded registers, kept by their content between the steps of an import.

A file lies in `DATA_DIR/uploads` under the SHA-256 of its bytes, with its name beside it. It is
read again by every step, never sent back to anybody, and taken away when it is old: what stays
of an import is its batch, which keeps the digest.
"""

import hashlib
import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO

from ledger.errors import NotFound

FOLDER = "uploads"
KEPT_FOR = timedelta(days=3)
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_CHUNK = 1 << 20
_LONGEST_NAME = 200
# Enough of the end of a name that is too long to keep what kind of file it is.
_LONGEST_ENDING = 10


class UploadNotFound(NotFound):
    """The file was never uploaded, was refused, or is too old."""

    code = "upload_not_found"
    message = "要导入的文件不在服务器上，请重新上传"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was uploaded. `is_new` tells whether it was not there before."""

    digest: str
    name: str
    path: Path
    is_new: bool = False


def keep(data_dir: Path, stream: IO[bytes], name: str, *, now: datetime) -> Upload:
    """Store what a stream holds and return it; the same bytes are stored once."""
    folder = data_dir / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _sweep(folder, now)
    arriving = folder / f"{secrets.token_hex(8)}.part"
    arriving.touch(mode=0o600)
    digest = hashlib.sha256()
    try:
        with arriving.open("wb") as file:
            while chunk := stream.read(_CHUNK):
                digest.update(chunk)
                file.write(chunk)
        path = folder / digest.hexdigest()
        is_new = not path.exists()
        # In one step, so that nobody ever reads half a file.
        arriving.replace(path)
    finally:
        arriving.unlink(missing_ok=True)
    kept = Upload(digest.hexdigest(), clean_name(name), path, is_new)
    _beside(path).write_text(kept.name, encoding="utf-8")
    return kept


def find(data_dir: Path, digest: str) -> Upload:
    """Return an uploaded file. Raises UploadNotFound."""
    path = data_dir / FOLDER / digest
    if not _DIGEST.fullmatch(digest) or not path.is_file() or not _beside(path).is_file():
        raise UploadNotFound
    return Upload(digest, _beside(path).read_text(encoding="utf-8"), path)


def remove(upload: Upload) -> None:
    """Remove a file that cannot be imported; one that was there before stays."""
    if upload.is_new:
        upload.path.unlink(missing_ok=True)
        _beside(upload.path).unlink(missing_ok=True)


def clean_name(name: str) -> str:
    """Return the name of a file without folders and without what cannot be shown."""
    last = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C").strip()
    if len(shown) > _LONGEST_NAME:
        shown = shown[: _LONGEST_NAME - _LONGEST_ENDING] + shown[-_LONGEST_ENDING:]
    return shown or "未命名"


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.name")


def _sweep(folder: Path, now: datetime) -> None:
    oldest = (now - KEPT_FOR).timestamp()
    for path in folder.iterdir():
        if path.is_file() and path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
