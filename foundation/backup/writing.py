"""Write the backup: one zip with a manifest, the rows of every table, and the stored files.

One snapshot of the database. The files beside it are written before the rows that name them and
never change, so they are read after the snapshot was taken and none can be missing.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from foundation.backup import rows
from foundation.gifts.models import Gift
from foundation.zip_entries import entry
from ledger import chains
from ledger.vouchers import Voucher, VoucherState

FORMAT = 1
MANIFEST = "manifest.json"
FILES = "files"

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Member:
    """One table or file of a backup; `columns` is empty for a file."""

    name: str
    rows: int
    sha256: str
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds, and what must come out again."""

    format: int
    revision: str
    organisation: str
    taken_at: str
    vouchers: int
    gifts: int
    chain_head: str
    # Says whether a secret is the one that opens the identity numbers, and nothing more of it.
    secret_check: str
    tables: tuple[Member, ...]
    files: tuple[Member, ...]

    def to_json(self) -> bytes:
        """Write it."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1).encode()

    @classmethod
    def of(cls, document: dict[str, Any]) -> "Manifest":
        """Read it."""
        parts = {
            name: tuple(Member(**{**item, "columns": tuple(item["columns"])}) for item in value)
            for name, value in document.items()
            if name in ("tables", "files")
        }
        return cls(**{**document, **parts})


def secret_check(secret: str) -> str:
    """Return what tells one SECRET_KEY from another without giving it away."""
    return hmac.new(secret.encode(), b"backup check 1", hashlib.sha256).hexdigest()


def write(
    session: Session,
    stream: BinaryIO,
    *,
    data_dir: Path,
    secret: str,
    organisation: str,
    taken_at: str,
    progress: Progress = lambda _: None,
) -> Manifest:
    """Write the backup of one snapshot and return what it holds."""
    connection = session.connection()
    with ZipFile(stream, "w", allowZip64=True) as archive:
        members = []
        for table in rows.tables(connection):
            members.append(_table(connection, archive, table))
            progress(1)
        kept = tuple(
            _file(archive, path, f"{FILES}/{path.relative_to(data_dir / FILES).as_posix()}")
            for path in _files(data_dir / FILES)
        )
        manifest = Manifest(
            format=FORMAT,
            revision=MigrationContext.configure(connection).get_current_revision() or "",
            organisation=organisation,
            taken_at=taken_at,
            vouchers=session.query(Voucher).where(Voucher.state == VoucherState.POSTED).count(),
            gifts=session.query(Gift).count(),
            chain_head=chains.chain_head(session),
            secret_check=secret_check(secret),
            tables=tuple(members),
            files=kept,
        )
        archive.writestr(entry(MANIFEST, ZIP_DEFLATED), manifest.to_json())
    return manifest


def _table(connection: Connection, archive: ZipFile, table: Any) -> Member:
    columns = tuple(column.name for column in table.columns)
    count, digest = _poured(archive, f"tables/{table.name}.jsonl", rows.read(connection, table))
    return Member(table.name, count, digest, columns)


def _poured(archive: ZipFile, name: str, lines: Iterable[bytes]) -> tuple[int, str]:
    digest, count = hashlib.sha256(), 0
    with archive.open(entry(name, ZIP_DEFLATED), "w", force_zip64=True) as member:
        for line in lines:
            member.write(line)
            digest.update(line)
            count += 1
    return count, digest.hexdigest()


def _file(archive: ZipFile, path: Path, name: str) -> Member:
    content = path.read_bytes()
    # Stored papers are PDF and pictures; packing them again takes time and saves nothing.
    archive.writestr(entry(name, ZIP_STORED), content)
    return Member(name, 1, hashlib.sha256(content).hexdigest())


def _files(folder: Path) -> list[Path]:
    found = folder.rglob("*") if folder.is_dir() else iter(())
    return sorted(path for path in found if path.is_file() and not path.name.startswith("."))
