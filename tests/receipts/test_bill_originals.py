"""The finance department's own files of a bill: kept and given back byte for byte."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from foundation import database
from ledger.integrity import run
from receipts import bill_files, files, integrity
from receipts.models import BillFileKind
from tests.factories import CLOCK, PREPARER
from tests.receipts import bill_cases
from tests.refusals import refused

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3 official bytes \x00\xff"
OFD = b"PK\x03\x04 official bytes"
XML = b"\xef\xbb\xbf<?xml version='1.0'?><EInvoice/>"


@pytest.fixture
def bill_id(engine: Engine) -> int:
    bill_cases.draw(engine)
    return bill_cases.record(engine, bill_cases.bill())[0].id


def attach(engine: Engine, key: int, folder: Path, name: str, content: bytes) -> int:
    with database.transaction(engine) as session:
        return bill_files.attach(
            session, key, name=name, content=content, folder=folder, actor=PREPARER, clock=CLOCK
        )


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("票据.pdf", PDF, BillFileKind.PDF),
        ("票据.OFD", OFD, BillFileKind.OFD),
        ("票据.xml", XML, BillFileKind.XML),
    ],
)
def test_file_comes_back_as_it_went_in(
    engine: Engine, bill_id: int, tmp_path: Path, name: str, content: bytes, kind: BillFileKind
) -> None:
    key = attach(engine, bill_id, tmp_path, name, content)

    with database.reading(engine) as session:
        found = bill_files.read(session, key, folder=tmp_path)
        assert [file.id for file in bill_files.list_files(session, bill_id)] == [key]
    assert (found.content, found.kind, found.name) == (content, kind, name)


@pytest.mark.parametrize(
    ("name", "content", "saying"),
    [
        ("票据.exe", PDF, "PDF、OFD"),
        ("票据", PDF, "PDF、OFD"),
        ("票据.pdf", OFD, "类型不符"),
        ("票据.ofd", PDF, "类型不符"),
        ("票据.xml", PDF, "类型不符"),
        ("票据.pdf", b"", "不能为空"),
    ],
)
def test_file_that_is_no_bill_is_refused(
    engine: Engine, bill_id: int, tmp_path: Path, name: str, content: bytes, saying: str
) -> None:
    with refused("invalid", saying):
        attach(engine, bill_id, tmp_path, name, content)
    assert not (tmp_path / "files").exists()


def test_file_beyond_all_size_is_refused(engine: Engine, bill_id: int, tmp_path: Path) -> None:
    with refused("invalid", "20 MB"):
        attach(engine, bill_id, tmp_path, "a.pdf", PDF + b" " * bill_files.MAX_BYTES)


def test_path_in_a_name_goes_nowhere(engine: Engine, bill_id: int, tmp_path: Path) -> None:
    attach(engine, bill_id, tmp_path, "..\\..\\etc/票据.pdf", PDF)

    with database.reading(engine) as session:
        (file,) = bill_files.list_files(session, bill_id)
    assert file.file_name == "票据.pdf"


def test_same_file_is_attached_once(engine: Engine, bill_id: int, tmp_path: Path) -> None:
    attach(engine, bill_id, tmp_path, "票据.pdf", PDF)

    with refused("conflict", "内容相同"):
        attach(engine, bill_id, tmp_path, "另存.pdf", PDF)


def test_lost_or_changed_file_is_named_by_the_check(
    engine: Engine, bill_id: int, tmp_path: Path
) -> None:
    kept = attach(engine, bill_id, tmp_path, "票据.pdf", PDF)
    changed = attach(engine, bill_id, tmp_path, "票据.ofd", OFD)
    check = integrity.file_check(tmp_path)
    with database.reading(engine) as session:
        assert list(run(session, [check])) == []
    files.path_of(tmp_path, files.digest_of(OFD)).write_bytes(OFD + b"!")

    with database.reading(engine) as session:
        (finding,) = run(session, [check])
        with refused("document_file_changed", "票据.ofd"):
            bill_files.read(session, changed, folder=tmp_path)
        assert bill_files.read(session, kept, folder=tmp_path).content == PDF
        with refused("not_found", "4711"):
            bill_files.read(session, 4711, folder=tmp_path)
    assert (finding.check, finding.row) == ("document_files", f"bill_file {changed}")
