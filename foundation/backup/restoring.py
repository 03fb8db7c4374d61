"""Bring a backup back into an empty database, of either kind, and prove that it is the same.

The guards refuse rows that are already posted, so they stand aside while the rows come in and
are put back in the same transaction; then the digests, the counts and the head of the chain must
be those of the manifest, or nothing has happened.
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO
from zipfile import BadZipFile, ZipFile

from sqlalchemy import Connection, Engine, Table, delete, func, inspect, select, text
from sqlalchemy.orm import Session

from foundation import database
from foundation.backup import rows
from foundation.backup.writing import FILES, FORMAT, MANIFEST, Manifest, Member, Progress
from ledger import chains
from ledger.errors import Conflict, InvalidInput
from ledger.orm import bulk_insert, is_postgresql

_CHUNK = 5000


class NotABackup(InvalidInput):
    """The file is no backup of ours, or was changed or cut short."""

    code = "not_a_backup"
    message = "文件不是完整的备份：{reason}"


class BooksExist(Conflict):
    """There is something in this database already."""

    code = "books_exist"
    message = "数据库中已有数据，备份只能恢复到空的数据库；请换一个 DATABASE_URL 或 DATA_DIR"


def restore(
    engine: Engine, stream: BinaryIO, *, data_dir: Path, progress: Progress = lambda _: None
) -> Manifest:
    """Restore a backup: schema, rows, files. Raises NotABackup, BooksExist; then nothing changed.

    Stored files are put in place first, under their digests, where nothing refers to them yet.
    """
    try:
        with ZipFile(stream) as archive:
            manifest = _manifest(archive)
            _refuse_books(engine)
            for member in manifest.files:
                _put_file(archive, member, data_dir)
            database.upgrade(engine, manifest.revision)
            with database.transaction(engine) as session:
                _load(session, archive, manifest, progress)
    except (BadZipFile, KeyError, json.JSONDecodeError, UnicodeDecodeError) as error:
        raise NotABackup(reason=str(error)) from error
    database.upgrade(engine)
    return manifest


def _manifest(archive: ZipFile) -> Manifest:
    document = json.loads(archive.read(MANIFEST))
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise NotABackup(reason="格式版本不同")
    try:
        return Manifest.of(document)
    except TypeError as error:
        raise NotABackup(reason=str(error)) from error


def _refuse_books(engine: Engine) -> None:
    with engine.connect() as connection:
        if not inspect(connection).has_table("organisation"):
            return
        if connection.execute(text("SELECT count(*) FROM organisation")).scalar_one():
            raise BooksExist


def _put_file(archive: ZipFile, member: Member, data_dir: Path) -> None:
    place = PurePosixPath(member.name)
    if place.is_absolute() or ".." in place.parts or place.parts[:1] != (FILES,):
        raise NotABackup(reason=member.name)
    content = archive.read(member.name)
    if hashlib.sha256(content).hexdigest() != member.sha256:
        raise NotABackup(reason=f"{member.name} 与清单的摘要不符")
    path = data_dir / member.name
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f".{path.name}.new")
        unfinished.write_bytes(content)
        unfinished.replace(path)


def _load(session: Session, archive: ZipFile, manifest: Manifest, progress: Progress) -> None:
    connection = session.connection()
    found = {table.name: table for table in rows.tables(connection)}
    missing = {member.name for member in manifest.tables} ^ found.keys()
    if missing:
        raise NotABackup(reason=f"数据表不同：{'、'.join(sorted(missing))}")
    with _guards_aside(connection, list(found.values())):
        # What the migrations put there themselves comes back with the backup.
        for table in reversed(found.values()):
            connection.execute(delete(table))
        for name, table in found.items():
            member = next(item for item in manifest.tables if item.name == name)
            _load_table(connection, archive, member, table)
            progress(1)
    if is_postgresql(connection):
        _set_sequences(connection, list(found.values()))
    if chains.chain_head(session) != manifest.chain_head:
        raise NotABackup(reason="凭证链的末端与清单不符")


def _load_table(connection: Connection, archive: ZipFile, member: Member, table: Table) -> None:
    digest, count = hashlib.sha256(), 0

    def lines() -> Iterator[bytes]:
        nonlocal count
        with archive.open(f"tables/{member.name}.jsonl") as stream:
            for line in stream:
                digest.update(line)
                count += 1
                yield line

    parsed = rows.parse(lines(), table, member.columns)
    for part in _by_reference(parsed, table, member.columns):
        bulk_insert(connection, table, member.columns, part)
    if (count, digest.hexdigest()) != (member.rows, member.sha256):
        raise NotABackup(reason=f"数据表 {member.name} 与清单不符")


def _by_reference(
    parsed: Iterator[list[Any]], table: Table, columns: tuple[str, ...]
) -> Iterator[list[list[Any]]]:
    """Yield rows in sets of which none refers to a row of the same table that comes later."""
    own = [columns.index(name) for name in rows.own_references(table)]
    key = columns.index(next(iter(table.primary_key.columns)).name)
    waiting: list[list[Any]] = []
    part: list[list[Any]] = []
    done: set[Any] = set()
    for row in parsed:
        if any(row[place] is not None for place in own):
            waiting.append(row)
            continue
        part.append(row)
        if own:
            done.add(row[key])
        if len(part) == _CHUNK:
            yield part
            part = []
    yield part
    while waiting:
        ready = [r for r in waiting if all(r[p] is None or r[p] in done for p in own)]
        if not ready:
            raise NotABackup(reason=f"数据表 {table.name} 的行互相指向")
        yield ready
        done |= {row[key] for row in ready}
        waiting = [row for row in waiting if row[key] not in done]


@contextmanager
def _guards_aside(connection: Connection, tables: list[Table]) -> Iterator[None]:
    """Take the triggers away and put them back; an error undoes the whole transaction."""
    if is_postgresql(connection):
        for table in tables:
            connection.execute(text(f'ALTER TABLE "{table.name}" DISABLE TRIGGER USER'))
        yield
        for table in tables:
            connection.execute(text(f'ALTER TABLE "{table.name}" ENABLE TRIGGER USER'))
        return
    triggers = connection.execute(
        text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name")
    ).all()
    for name, _ in triggers:
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
    yield
    for _, statement in triggers:
        connection.exec_driver_sql(statement)


def _set_sequences(connection: Connection, tables: list[Table]) -> None:
    for table in tables:
        for column in table.primary_key.columns:
            sequence = connection.execute(
                text("SELECT pg_get_serial_sequence(:table, :column)"),
                {"table": table.name, "column": column.name},
            ).scalar()
            highest = connection.execute(select(func.max(column))).scalar()
            if sequence is not None and highest is not None:
                connection.execute(
                    text("SELECT setval(CAST(:sequence AS regclass), :highest)"),
                    {"sequence": sequence, "highest": highest},
                )
