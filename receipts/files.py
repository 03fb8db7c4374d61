"""Files of documents, byte for byte under their digest.

A file lies in FOLDER/files/ab/abcd…; the same content is stored once. It is written before the
transaction commits and never deleted, so a row always finds its file; one that is left over from a
transaction that was undone harms nobody.
"""

import hashlib
import os
import secrets
from pathlib import Path

from ledger.errors import Conflict


class FileChanged(Conflict):
    """What lies in the archive is not what was stored, or is not there."""

    code = "document_file_changed"
    message = "文件“{name}”与入档时的摘要不符或已丢失，请从备份恢复"


def digest_of(content: bytes) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def path_of(folder: Path, digest: str) -> Path:
    """Return where the file with this digest lies."""
    return folder / "files" / digest[:2] / digest


def store(folder: Path, content: bytes) -> str:
    """Write a file so that it is there whole or not at all, and return its digest."""
    digest = digest_of(content)
    path = path_of(folder, digest)
    if path.is_file() and path.stat().st_size == len(content):
        return digest
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with unfinished.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    return digest


def read(folder: Path, digest: str, *, name: str) -> bytes:
    """Return a stored file, checked against its digest. Raises FileChanged."""
    try:
        content = path_of(folder, digest).read_bytes()
    except OSError:
        raise FileChanged(name=name) from None
    if digest_of(content) != digest:
        raise FileChanged(name=name)
    return content
