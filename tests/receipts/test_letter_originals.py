"""The file of a letter: made once, the same bytes for ever; copies say that they are copies."""

import io
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from pypdf import PdfReader
from sqlalchemy import Engine

from foundation import database
from ledger.clock import FixedClock
from receipts import files, letter_files, signing
from receipts.models import RenderMark
from receipts.signing import DocumentSigner
from tests.factories import CLOCK, PREPARER
from tests.receipts import letter_cases
from tests.refusals import refused
from tests.threads import together

LATER = FixedClock(instant=datetime(2027, 5, 1, tzinfo=UTC))


@pytest.fixture(scope="module")
def signer() -> DocumentSigner:
    identity = signing.create_development_identity("示例基金会", moment=CLOCK.now())
    return signing.load_signer(identity.key, identity.chain)


def words(pdf: bytes) -> str:
    return "".join(
        "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split()
    )


def test_original_is_made_once_and_then_stays(
    engine: Engine, documents: SimpleNamespace, tmp_path: Path, signer: DocumentSigner
) -> None:
    (issued,) = letter_cases.issue(engine, documents.draft())
    first = letter_cases.made(engine, issued.id, tmp_path, signer=signer)
    again = letter_cases.made(engine, issued.id, tmp_path, signer=signer, clock=LATER)

    assert first == again
    assert first.name == "QR-2026-000001.pdf"
    assert files.path_of(tmp_path, first.digest).read_bytes() == first.content
    assert letter_cases.renders(engine, issued.id) == [("original", first.digest)]
    assert "副本" not in words(first.content)


def test_original_of_a_letter_that_ended_is_still_the_same_file(
    engine: Engine, documents: SimpleNamespace, tmp_path: Path
) -> None:
    (issued,) = letter_cases.issue(engine, documents.draft())
    first = letter_cases.made(engine, issued.id, tmp_path)
    letter_cases.cancel(engine, issued.id)

    assert letter_cases.made(engine, issued.id, tmp_path).content == first.content


def test_copy_is_marked_and_logged(
    engine: Engine, documents: SimpleNamespace, tmp_path: Path
) -> None:
    (issued,) = letter_cases.issue(engine, documents.draft())
    copy = letter_cases.made(engine, issued.id, tmp_path, what="copy")

    assert "副本" in words(copy.content)
    assert copy.mark is RenderMark.COPY
    assert letter_cases.renders(engine, issued.id) == [("copy", copy.digest)]


def test_copy_says_what_became_of_the_letter(
    engine: Engine, documents: SimpleNamespace, tmp_path: Path
) -> None:
    old, other = letter_cases.issue(engine, documents.draft(), documents.draft())
    new = letter_cases.replace(engine, old.id, documents.draft())
    letter_cases.cancel(engine, other.id)

    replaced = words(letter_cases.made(engine, old.id, tmp_path, what="copy").content)
    cancelled = words(letter_cases.made(engine, other.id, tmp_path, what="copy").content)
    assert "已更换" in replaced
    assert new.reference in replaced
    assert "已作废" in cancelled


def test_first_hand_out_is_the_original_and_the_next_a_copy(
    engine: Engine, documents: SimpleNamespace, tmp_path: Path
) -> None:
    (issued,) = letter_cases.issue(engine, documents.draft())
    marks = [
        letter_cases.made(engine, issued.id, tmp_path, what="hand_out").mark.value for _ in range(3)
    ]

    assert marks == ["original", "copy", "copy"]
    assert [mark for mark, _ in letter_cases.renders(engine, issued.id)] == marks


def test_letter_that_ended_is_handed_out_as_a_marked_copy_only(
    engine: Engine, documents: SimpleNamespace, tmp_path: Path
) -> None:
    (issued,) = letter_cases.issue(engine, documents.draft())
    letter_cases.cancel(engine, issued.id)

    handed = letter_cases.made(engine, issued.id, tmp_path, what="hand_out")
    assert handed.mark is RenderMark.COPY
    assert "已作废" in words(handed.content)


def test_two_people_who_ask_first_get_the_same_file(
    engine: Engine, documents: SimpleNamespace, tmp_path: Path, signer: DocumentSigner
) -> None:
    (issued,) = letter_cases.issue(engine, documents.draft())
    clocks = [FixedClock(instant=datetime(2026, 11, day, tzinfo=UTC)) for day in (23, 24, 25)]
    done = together(
        [
            lambda clock=clock: (
                letter_cases.made(engine, issued.id, tmp_path, signer=signer, clock=clock).digest
            )
            for clock in clocks
        ]
    )

    assert len(set(done)) == 1
    assert letter_cases.renders(engine, issued.id) == [("original", done[0])]


def test_many_letters_are_drawn_between_two_transactions(
    engine: Engine, documents: SimpleNamespace, tmp_path: Path
) -> None:
    issued = letter_cases.issue(engine, *(documents.draft() for _ in range(3)))
    keys = [each.id for each in issued]
    with database.reading(engine) as session:
        frozen = letter_files.frozen(session, keys)
    drawn = [
        (
            each.id,
            letter_files.draw(each, mark=RenderMark.ORIGINAL, signer=None, moment=CLOCK.now()),
        )
        for each in frozen
    ]
    first = letter_cases.made(engine, keys[0], tmp_path, clock=LATER)
    with database.transaction(engine) as session:
        kept = letter_files.keep_originals(
            session, drawn, folder=tmp_path, actor=PREPARER, clock=CLOCK
        )

    assert kept[keys[0]] == first.digest
    assert [len(letter_cases.renders(engine, key)) for key in keys] == [1, 1, 1]
    with database.reading(engine) as session:
        assert [each.original for each in letter_files.frozen(session, keys)] == [
            kept[key] for key in keys
        ]


@pytest.mark.parametrize("harm", ["altered", "missing"])
def test_file_that_changed_in_the_archive_is_never_handed_out(
    engine: Engine, documents: SimpleNamespace, tmp_path: Path, harm: str
) -> None:
    (issued,) = letter_cases.issue(engine, documents.draft())
    digest = letter_cases.made(engine, issued.id, tmp_path).digest
    path = files.path_of(tmp_path, digest)
    if harm == "altered":
        path.write_bytes(path.read_bytes().replace(b"1", b"2", 1))
    else:
        path.unlink()

    with refused("document_file_changed", "QR-2026-000001.pdf"):
        letter_cases.made(engine, issued.id, tmp_path)


def test_unknown_letter_has_no_file(engine: Engine, tmp_path: Path) -> None:
    with refused("unknown_letter", "4711"):
        letter_cases.made(engine, 4711, tmp_path)


def test_same_content_is_stored_once(tmp_path: Path) -> None:
    one, two = files.store(tmp_path, b"abc"), files.store(tmp_path, b"abc")

    assert one == two
    assert files.read(tmp_path, one, name="x") == b"abc"
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [one]
