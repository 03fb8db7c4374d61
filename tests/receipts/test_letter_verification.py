"""The public check: genuine, replaced, cancelled, altered, unknown; names stay masked."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import Engine

from foundation import database
from receipts import rendering, signing, verification
from receipts.content import Kind, RecipientKind
from receipts.signing import DocumentSigner
from receipts.verification import Verdict, VerdictStatus
from tests.factories import CLOCK
from tests.receipts import letter_cases


@pytest.fixture(scope="module")
def sealed() -> tuple[DocumentSigner, bytes]:
    identity = signing.create_development_identity("江汉示例基金会", moment=CLOCK.now())
    return signing.load_signer(identity.key, identity.chain), identity.root


def by_code(engine: Engine, code: str, number: str = "") -> Verdict:
    with database.reading(engine) as session:
        return verification.by_code(session, code, number=number)


def by_file(engine: Engine, pdf: bytes, trusted: bytes | None = None) -> Verdict:
    with database.reading(engine) as session:
        return verification.by_file(session, pdf, trusted=trusted)


def test_genuine_letter_is_found_by_its_code(engine: Engine, documents: SimpleNamespace) -> None:
    (issued,) = letter_cases.issue(engine, documents.draft())
    code = letter_cases.stored(engine, issued.id).verification_code
    typed = f" {code[:13].upper()}-{code[13:]} "

    for verdict in (
        by_code(engine, code),
        by_code(engine, typed),
        by_code(engine, typed, "qr-2026-000001"),
    ):
        assert verdict.status is VerdictStatus.GENUINE
        assert verdict.is_valid
        assert verdict.number == "QR-2026-000001"
        assert verdict.kind is Kind.LETTER
        assert verdict.issuer == documents.issuer.name
        assert (verdict.recipient, verdict.total_minor) == ("陈**", issued.total_minor)


@pytest.mark.parametrize("number", ["", "QR-2026-000001", "QR-2026-000002", "nonsense"])
@pytest.mark.parametrize("code", ["", "a" * 26, "ä" * 26, "%", "' OR 1=1 --"])
def test_number_without_its_code_tells_nothing(
    engine: Engine, documents: SimpleNamespace, number: str, code: str
) -> None:
    letter_cases.issue(engine, documents.draft())

    assert by_code(engine, code, number) == Verdict(VerdictStatus.UNKNOWN)


def test_code_of_another_letter_does_not_open_a_number(
    engine: Engine, documents: SimpleNamespace
) -> None:
    first, second = letter_cases.issue(engine, documents.draft(), documents.draft())
    code = letter_cases.stored(engine, first.id).verification_code

    assert by_code(engine, code, second.reference).status is VerdictStatus.UNKNOWN


def test_replaced_and_cancelled_letters_say_so(engine: Engine, documents: SimpleNamespace) -> None:
    old, other = letter_cases.issue(engine, documents.draft(), documents.draft())
    new = letter_cases.replace(engine, old.id, documents.draft())
    letter_cases.cancel(engine, other.id)

    replaced = by_code(engine, letter_cases.stored(engine, old.id).verification_code)
    cancelled = by_code(engine, letter_cases.stored(engine, other.id).verification_code)
    assert (replaced.status, replaced.replaced_by) == (VerdictStatus.REPLACED, new.reference)
    assert (cancelled.status, cancelled.replaced_by) == (VerdictStatus.CANCELLED, "")
    assert not replaced.is_valid
    assert not cancelled.is_valid
    assert cancelled.ended_on == CLOCK.now()


def test_certificate_is_checked_without_an_amount(
    engine: Engine, documents: SimpleNamespace
) -> None:
    (issued,) = letter_cases.issue(engine, documents.draft(Kind.CERTIFICATE))
    verdict = by_code(engine, letter_cases.stored(engine, issued.id).verification_code)

    assert (verdict.status, verdict.total_minor) == (VerdictStatus.GENUINE, 0)


def test_file_that_left_the_house_is_genuine(
    engine: Engine,
    documents: SimpleNamespace,
    tmp_path: Path,
    sealed: tuple[DocumentSigner, bytes],
) -> None:
    signer, root = sealed
    (issued,) = letter_cases.issue(engine, documents.draft())
    original = letter_cases.made(engine, issued.id, tmp_path, signer=signer).content
    copy = letter_cases.made(engine, issued.id, tmp_path, signer=signer, what="copy").content

    verdict = by_file(engine, original, root)
    assert (verdict.status, verdict.signed_by) == (VerdictStatus.GENUINE, "江汉示例基金会")
    assert (verdict.signed_at, verdict.is_copy) == (CLOCK.now(), False)
    assert by_file(engine, copy, root).is_copy
    letter_cases.cancel(engine, issued.id)
    assert by_file(engine, original, root).status is VerdictStatus.CANCELLED


def test_signature_of_somebody_else_is_not_named(
    engine: Engine,
    documents: SimpleNamespace,
    tmp_path: Path,
    sealed: tuple[DocumentSigner, bytes],
) -> None:
    (issued,) = letter_cases.issue(engine, documents.draft())
    original = letter_cases.made(engine, issued.id, tmp_path, signer=sealed[0]).content
    other = signing.create_development_identity("别的机构", moment=CLOCK.now())

    for trusted in (other.root, None):
        verdict = by_file(engine, original, trusted)
        # Our record proves the file; the signature alone would not.
        assert (verdict.status, verdict.signed_by) == (VerdictStatus.GENUINE, "")


def test_unsigned_file_is_proved_by_the_record(
    engine: Engine, documents: SimpleNamespace, tmp_path: Path
) -> None:
    (issued,) = letter_cases.issue(engine, documents.draft())
    original = letter_cases.made(engine, issued.id, tmp_path).content

    assert by_file(engine, original).status is VerdictStatus.GENUINE


@pytest.mark.parametrize("where", ["front", "middle", "end", "appended"])
@pytest.mark.parametrize("is_signed", [True, False])
def test_altered_file_is_never_genuine(
    engine: Engine,
    documents: SimpleNamespace,
    tmp_path: Path,
    sealed: tuple[DocumentSigner, bytes],
    where: str,
    *,
    is_signed: bool,
) -> None:
    signer, root = sealed
    (issued,) = letter_cases.issue(engine, documents.draft())
    original = letter_cases.made(
        engine, issued.id, tmp_path, signer=signer if is_signed else None
    ).content
    place = {"front": 12, "middle": len(original) // 2, "end": len(original) - 3}.get(where, 0)
    altered = (
        original + b"\n"
        if where == "appended"
        else original[:place] + bytes([original[place] ^ 1]) + original[place + 1 :]
    )

    verdict = by_file(engine, altered, root)
    assert verdict.status in (VerdictStatus.ALTERED, VerdictStatus.UNKNOWN)
    assert (verdict.is_valid, verdict.recipient, verdict.signed_by) == (False, "", "")
    if where == "appended":
        assert (verdict.status, verdict.number) == (VerdictStatus.ALTERED, issued.reference)


def test_forged_file_of_our_own_making_is_not_genuine(
    engine: Engine, documents: SimpleNamespace, tmp_path: Path
) -> None:
    (issued,) = letter_cases.issue(engine, documents.draft())
    letter_cases.made(engine, issued.id, tmp_path)
    forged = rendering.render(documents.content(issued={"number": issued.reference}))

    assert by_file(engine, forged) == Verdict(VerdictStatus.UNKNOWN)


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"hello", b"PK\x03\x04" * 100])
def test_file_that_is_no_letter_is_unknown(engine: Engine, content: bytes) -> None:
    assert by_file(engine, content) == Verdict(VerdictStatus.UNKNOWN)


@pytest.mark.parametrize(
    ("name", "kind", "shown"),
    [
        ("陈明澈", RecipientKind.PERSON, "陈**"),
        ("陈", RecipientKind.PERSON, "陈*"),
        ("Zoë Exemple", RecipientKind.PERSON, "Z***"),
        ("东湖启明科技有限公司", RecipientKind.ORGANISATION, "东湖***公司"),
        ("校友会", RecipientKind.ORGANISATION, "校***"),
    ],
)
def test_names_are_masked(name: str, kind: RecipientKind, shown: str) -> None:
    assert verification.masked(name, kind) == shown
