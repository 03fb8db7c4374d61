"""The pack proves itself: with our service, and without it."""

import hashlib
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine

from foundation import cli
from reports.audit_pack import definitions, packing
from reports.cli import COMMANDS
from tests import factories
from tests.databases import DIALECTS, Databases
from tests.reports import book_cases

JOURNAL, CHAIN = "2026/04_凭证序时簿.csv", "2026/chain.jsonl"


def build(engine: Engine) -> None:
    """The books of the reports, and whose they are."""
    book_cases.build(engine)
    factories.install_organisation(engine)


def run(
    engine: Engine, out: Path, *options: str, first: str = "2025", last: str = "2026"
) -> dict[str, Any]:
    root = cli.build_cli(extra=COMMANDS, clock=factories.CLOCK)
    environ = {
        "DATABASE_URL": engine.url.render_as_string(hide_password=False),
        "DATA_DIR": str(out.parent),
    }
    years = ["--from", first, "--to", last]
    arguments = ["--json", "reports", "audit-pack", *years, "--out", str(out), *options]
    result = CliRunner().invoke(root, arguments, env=environ)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code in (0, 1), result.output
    answer: dict[str, Any] = json.loads(result.stdout)
    return answer


def make(databases: Databases, dialect: str, out: Path, **years: str) -> dict[str, Any]:
    with databases.prepared(dialect, "audit-pack", build) as engine:
        return run(engine, out, **years)


@pytest.fixture(scope="module")
def pack(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("pack") / "pack.zip"
    assert "error" not in make(databases, "sqlite", out)
    return out


def verify(path: Path) -> subprocess.CompletedProcess[str]:
    """Run the script that lies in the pack itself, with nothing but the standard library."""
    with zipfile.ZipFile(path) as archive:
        script = path.with_name("verify_pack.py")
        script.write_bytes(archive.read("verify_pack.py"))
    command = [sys.executable, "-I", str(script), str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def changed(pack: Path, name: str, change: Callable[[bytes], bytes], *, honest: bool) -> Path:
    """Copy the pack with one file changed; an honest liar also changes its digest."""
    out = pack.with_name("changed.zip")
    with zipfile.ZipFile(pack) as old, zipfile.ZipFile(out, "w") as new:
        content = {info.filename: old.read(info) for info in old.infolist()}
        assert change(content[name]) != content[name]
        content[name] = change(content[name])
        if honest:
            manifest = json.loads(content[packing.MANIFEST])
            for item in manifest["files"]:
                if item["path"] == name:
                    item["sha256"] = hashlib.sha256(content[name]).hexdigest()
                    item["size"] = len(content[name])
            content[packing.MANIFEST] = json.dumps(manifest).encode()
        for path, data in content.items():
            new.writestr(path, data)
    return out


def test_pack_that_was_not_touched_verifies(pack: Path) -> None:
    done = verify(pack)
    assert (done.returncode, "全部相符" in done.stdout) == (0, True), done.stdout


@pytest.mark.parametrize("dialect", DIALECTS)
def test_same_books_give_the_same_bytes(
    databases: Databases, pack: Path, tmp_path: Path, dialect: str
) -> None:
    again = tmp_path / "again.zip"
    make(databases, dialect, again)
    if dialect == "sqlite":
        assert again.read_bytes() == pack.read_bytes()
    assert verify(again).returncode == 0


@pytest.mark.parametrize(
    ("name", "change", "says"),
    [
        (JOURNAL, lambda data: data.replace(b"60000.00", b"61000.00"), "凭证链"),
        (JOURNAL, lambda data: data.replace(b"60000.00", b"61000.00", 1), "out of balance"),
        (JOURNAL, lambda data: b"\n".join(data.split(b"\n")[:-3]), "序时簿"),
        (CHAIN, lambda data: data.replace(b"6000000", b"6100000"), "摘要"),
        (
            CHAIN,
            lambda data: b"".join(data.splitlines(True)[:2] + data.splitlines(True)[3:]),
            "断号",
        ),
        ("2026/02_科目余额表.csv", lambda data: data.replace(b"60000.00", b"61000.00"), "合计"),
    ],
)
def test_change_is_found_although_its_digest_was_changed_too(
    pack: Path, name: str, change: Callable[[bytes], bytes], says: str
) -> None:
    done = verify(changed(pack, name, change, honest=True))
    assert done.returncode == 1
    assert says in done.stdout


def test_change_without_its_digest_is_found(pack: Path) -> None:
    done = verify(changed(pack, "2026/01_科目表.csv", lambda data: data + b"x\r\n", honest=False))
    assert (done.returncode, "摘要不符" in done.stdout) == (1, True)


def test_every_file_ends_with_its_total(pack: Path) -> None:
    with zipfile.ZipFile(pack) as archive:
        manifest = json.loads(archive.read(packing.MANIFEST))
        for item in manifest["files"]:
            if item["path"].endswith(".csv") and item["sums"]:
                text = archive.read(item["path"]).decode("utf-8-sig")
                assert text.count("\r\n") - 2 == item["rows"], item["path"]


def test_control_totals_are_in_the_manifest_for_every_year(pack: Path) -> None:
    with zipfile.ZipFile(pack) as archive:
        totals = json.loads(archive.read(packing.MANIFEST))["control_totals"]
    assert len(totals) == 2 * 36
    # What has no data is not said to hold.
    assert {item["holds"] for item in totals if item["left"] is None} == {None}


def test_columns_are_those_of_the_list_in_their_order(pack: Path) -> None:
    with zipfile.ZipFile(pack) as archive:
        for name in archive.namelist():
            year, _, file = name.partition("/")
            definition = definitions.definitions().get(file[:2])
            # A table of a form below such a file has the columns of its form.
            if definition is not None and definition.columns and file == f"{definition.name}.csv":
                head = archive.read(name).decode("utf-8-sig").splitlines()[0]
                assert head.split(",") == [column.title.zh for column in definition.columns], year


def test_later_pack_says_what_changed_since(
    databases: Databases, pack: Path, tmp_path: Path
) -> None:
    with databases.prepared("sqlite", "audit-pack", build) as engine:
        factories.post_gift(engine, minor=4_00, on=date(2026, 3, 9))
        same = run(engine, tmp_path / "later.zip", "--since", str(pack))
        assert "error" not in same, same
        junk = tmp_path / "junk.zip"
        junk.write_bytes(b"nothing")
        refused = run(engine, tmp_path / "never.zip", "--since", str(junk))
        assert refused["error"]["code"] == "not_a_pack"
    with zipfile.ZipFile(tmp_path / "later.zip") as archive:
        listed = archive.read("00_变更.csv").decode("utf-8-sig")
    assert "文件有变,2026/04_凭证序时簿.csv" in listed
    assert "2025/04_凭证序时簿.csv" not in listed
    assert "voucher.post" in listed
    assert verify(tmp_path / "later.zip").returncode == 0


@pytest.mark.parametrize(("first", "last"), [("2026", "2025"), ("2020", "2026"), ("2024", "2026")])
def test_years_that_cannot_be_packed_leave_no_file(
    databases: Databases, tmp_path: Path, first: str, last: str
) -> None:
    answer = make(databases, "sqlite", tmp_path / "pack.zip", first=first, last=last)
    assert answer["error"]["code"] == "invalid"
    assert list(tmp_path.iterdir()) == []


def test_every_file_of_the_list_is_defined_once() -> None:
    numbers = list(definitions.definitions())
    assert numbers == [f"{number:02d}" for number in range(1, 46)]
