"""Everything leaves in one file and comes back the same, whichever database it came from."""

import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, text

from foundation import cli, database
from foundation.backup import commands, rows
from foundation.gifts import integrity as gift_integrity
from foundation.organisation import profiles
from foundation.organisation import service as organisation
from ledger import integrity
from tests import factories
from tests.databases import DIALECTS, Databases

SECRET = "a secret of thirty-two characters or more"
CHECKS = (*integrity.CHECKS, *gift_integrity.CHECKS)
Answer = dict[str, Any]


def build(engine: Engine) -> None:
    """Books with vouchers, a reversal (a row that points at its own table), and a donor."""
    with database.transaction(engine) as session:
        organisation.initialise(
            session, profiles.load(profiles.DEMO), start=202601, clock=factories.CLOCK
        )
    first = factories.post_gift(engine, fund="GEN", minor=500_00)
    factories.post_gift(engine, fund="GEN", minor=7_00)
    factories.post_reversal(engine, first, on=factories.SPENDING_DAY)


@pytest.fixture
def place(databases: Databases) -> Iterator[Callable[[str], Engine]]:
    """Give empty places to restore to."""
    opened = []

    def open_one(dialect: str) -> Engine:
        manager = databases.empty(dialect)
        opened.append(manager)
        return manager.__enter__()

    yield open_one
    for manager in opened:
        manager.__exit__(None, None, None)


def run(engine: Engine, data_dir: Path, *arguments: str, secret: str = SECRET) -> Answer:
    root = cli.build_cli(extra=commands.COMMANDS, clock=factories.CLOCK, checks=CHECKS)
    environ = {
        "DATABASE_URL": engine.url.render_as_string(hide_password=False),
        "DATA_DIR": str(data_dir),
        "SECRET_KEY": secret,
    }
    result = CliRunner().invoke(root, ["--json", *arguments], env=environ)
    assert result.exit_code in (0, 1), result.output
    found: Answer = json.loads(result.stdout)
    return found


def everything(engine: Engine) -> dict[str, list[bytes]]:
    with engine.connect() as connection:
        return {
            table.name: sorted(rows.read(connection, table)) for table in rows.tables(connection)
        }


@pytest.fixture
def kept(databases: Databases, tmp_path: Path) -> Iterator[tuple[Engine, Path, Path]]:
    """A database, its folder with one stored file, and a backup of both."""
    folder = tmp_path / "data"
    (folder / "files" / "ab").mkdir(parents=True)
    (folder / "files" / "ab" / "abcd").write_bytes(b"paper\x00")
    (folder / "secret_key").write_text("not for backups", encoding="ascii")
    with databases.prepared("sqlite", "backup", build) as engine:
        out = tmp_path / "books.backup"
        answer = run(engine, folder, "backup", str(out))
        assert "error" not in answer, answer
        yield engine, folder, out


@pytest.mark.parametrize("source", DIALECTS)
@pytest.mark.parametrize("target", DIALECTS)
def test_what_comes_back_is_what_left(
    databases: Databases, tmp_path: Path, place: Callable[[str], Engine], source: str, target: str
) -> None:
    with databases.prepared(source, "backup", build) as engine:
        backed_up = run(engine, tmp_path, "backup", str(tmp_path / "books.backup"))
        before = everything(engine)
    assert (backed_up["vouchers"], backed_up["gifts"]) == (3, 0)
    found = place(target)

    restored = run(found, tmp_path, "restore", str(tmp_path / "books.backup"))

    assert restored["sha256"] == backed_up["sha256"]
    assert restored["chain_head"] == backed_up["chain_head"]
    assert {name: len(part) for name, part in everything(found).items()} == {
        name: len(part) for name, part in before.items()
    }
    assert everything(found) == before
    assert run(found, tmp_path, "check")["findings"] == []
    # The guards stand again, and new rows get new keys.
    with pytest.raises(Exception, match="guard:"), database.transaction(found) as session:
        session.execute(text("UPDATE voucher SET summary = 'x' WHERE number = 1"))
    factories.post_gift(found, fund="GEN", minor=9_00)
    assert run(found, tmp_path, "check")["findings"] == []


def test_stored_files_come_back_and_secrets_do_not(
    kept: tuple[Engine, Path, Path], place: Callable[[str], Engine], tmp_path: Path
) -> None:
    new = tmp_path / "new"
    run(place("sqlite"), new, "restore", str(kept[2]))
    assert (new / "files" / "ab" / "abcd").read_bytes() == b"paper\x00"
    assert not (new / "secret_key").exists()
    assert kept[2].stat().st_mode & 0o077 == 0
    assert b"not for backups" not in kept[2].read_bytes()


def test_other_secret_is_said(
    kept: tuple[Engine, Path, Path], place: Callable[[str], Engine], tmp_path: Path
) -> None:
    root = cli.build_cli(extra=commands.COMMANDS, clock=factories.CLOCK)
    found = place("sqlite")
    environ = {
        "DATABASE_URL": str(found.url),
        "DATA_DIR": str(tmp_path),
        "SECRET_KEY": SECRET[::-1],
    }
    result = CliRunner().invoke(root, ["restore", str(kept[2])], env=environ)
    assert result.exit_code == 0
    assert "SECRET_KEY" in result.stderr


def test_books_are_never_overwritten(kept: tuple[Engine, Path, Path]) -> None:
    engine, folder, out = kept
    before = everything(engine)
    assert run(engine, folder, "restore", str(out))["error"]["code"] == "books_exist"
    assert everything(engine) == before


def rewritten(source: Path, name: str, change: Callable[[bytes], bytes]) -> Path:
    """Copy a backup with one member changed."""
    out = source.with_suffix(f".{abs(hash(change))}")
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            content = old.read(info)
            new.writestr(info, change(content) if info.filename == name else content)
    return out


CHANGES: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("tables/voucher_line.jsonl", lambda content: content.replace(b"50000", b"60000")),
    ("tables/voucher_line.jsonl", lambda content: content.split(b"\n", 1)[1]),
    ("tables/fund.jsonl", lambda content: content + b"[nonsense\n"),
    ("files/ab/abcd", lambda _: b"another paper"),
    ("manifest.json", lambda _: b"{}"),
    ("manifest.json", lambda content: content.replace(b'"chain_head": "', b'"chain_head": "0')),
    ("manifest.json", lambda content: content.replace(b"files/ab", b"files/../..")),
]


def test_backup_that_was_changed_or_cut_leaves_nothing(
    kept: tuple[Engine, Path, Path], place: Callable[[str], Engine], tmp_path: Path
) -> None:
    found, new = place("sqlite"), tmp_path / "new"
    cut = tmp_path / "cut"
    cut.write_bytes(kept[2].read_bytes()[:-200])
    for changed in (cut, *(rewritten(kept[2], name, change) for name, change in CHANGES)):
        assert run(found, new, "restore", str(changed))["error"]["code"] == "not_a_backup"
    assert not (tmp_path.parent / "abcd").exists()
    # And the whole one still goes in, so nothing stood in its way.
    assert run(found, new, "restore", str(kept[2]))["vouchers"] == 3
    assert run(found, new, "check")["findings"] == []
