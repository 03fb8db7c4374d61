"""Signatures: what is signed verifies, what was touched does not, and bad keys are refused."""

import io
import random
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pypdf import PdfWriter

from receipts.content import digest
from receipts.rendering import render
from receipts.signing import (
    AlreadySigned,
    NotAPdf,
    UnusableKey,
    create_development_identity,
    load_signer,
    sign,
    verify,
)

MOMENT = datetime(2027, 1, 5, 3, 0, tzinfo=UTC)
NAME = "江汉示例大学教育发展基金会"


@pytest.fixture(scope="module")
def identity():
    return create_development_identity(NAME, moment=MOMENT)


@pytest.fixture(scope="module")
def pdf(documents):
    return render(documents.content())


@pytest.fixture(scope="module")
def signed(identity, pdf):
    return sign(pdf, load_signer(identity.key, identity.chain), moment=MOMENT, reason="出具确认函")


def pem_of(key, password=None):
    encryption = (
        serialization.BestAvailableEncryption(password)
        if password
        else serialization.NoEncryption()
    )
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption
    )


def test_signed_document_is_valid_and_names_the_organisation(documents, identity, signed):
    result = verify(signed, trusted=identity.root)
    assert result.is_valid
    assert result.signed_by == NAME
    assert result.signed_at == MOMENT
    assert result.content_digest == digest(documents.content())


def test_signature_only_adds_to_the_file(pdf, signed):
    assert signed.startswith(pdf)
    assert b"/ETSI.CAdES.detached" in signed[len(pdf) :]


def test_unsigned_document_is_not_valid(documents, identity, pdf):
    result = verify(pdf, trusted=identity.root)
    assert (result.is_signed, result.is_valid) == (False, False)
    assert result.content_digest == digest(documents.content())


@pytest.mark.parametrize("place", [20, 1500, 10_000])
def test_changed_byte_breaks_the_signature(identity, signed, place):
    changed = bytearray(signed)
    changed[place] ^= 1
    try:
        result = verify(bytes(changed), trusted=identity.root)
    except NotAPdf:
        return
    assert not result.is_valid


def test_anything_added_after_the_signature_breaks_it(identity, signed):
    assert not verify(signed + b"\n% more\n", trusted=identity.root).is_valid


@pytest.mark.parametrize("part", ["header", "digest", "value"])
def test_damaged_signature_is_not_valid(identity, pdf, signed, part):
    begin = signed.index(b"/Contents <", len(pdf)) + len(b"/Contents <")
    end = signed.index(b">", begin)
    # The digest of the document stands behind the identifier of the attribute message-digest.
    digest_at = signed.lower().index(b"06092a864886f70d010904", begin) + 40
    place = {"header": begin + 2, "digest": digest_at, "value": end - 20}[part]
    damaged = signed[:place] + (b"1" if signed[place : place + 1] == b"0" else b"0")
    damaged += signed[place + 1 :]
    try:
        result = verify(damaged, trusted=identity.root)
    except NotAPdf:
        return
    assert not result.is_valid


def test_no_changed_byte_goes_unnoticed(identity, pdf, signed):
    begin = signed.index(b"/Contents <", len(pdf)) + len(b"/Contents <")
    end = signed.index(b">", begin)
    parts = [
        range(len(pdf)),
        range(len(pdf), begin),
        range(begin + 140, begin + 1700),  # the certificate
        range(end - 480, end),  # the signature itself
        range(end, len(signed)),
    ]
    for part in parts:
        for place in random.Random(7).sample(part, 15):
            changed = bytearray(signed)
            changed[place] = ord("1") if changed[place] != ord("1") else ord("2")
            try:
                result = verify(bytes(changed), trusted=identity.root)
            except NotAPdf:
                continue
            assert not result.is_valid, place


def test_signature_leaves_no_room_that_it_does_not_cover(identity, pdf, signed):
    begin = signed.index(b"/Contents <", len(pdf)) + len(b"/Contents <")
    assert not signed[begin : signed.index(b">", begin)].endswith(b"0" * 16)
    signer = load_signer(identity.key, identity.chain)
    first, second = (sign(pdf, signer, moment=MOMENT, reason="出具确认函") for _ in range(2))
    assert len(first) == len(second) == len(signed)


def test_file_of_somebody_else_names_no_content(identity):
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    for keywords in (None, "annual report"):
        if keywords:
            writer.add_metadata({"/Keywords": keywords})
        target = io.BytesIO()
        writer.write(target)
        result = verify(target.getvalue(), trusted=identity.root)
        assert (result.is_signed, result.content_digest) == (False, "")


def test_certificate_of_somebody_else_is_not_trusted(signed):
    other = create_development_identity("另一家示例基金会", moment=MOMENT)
    result = verify(signed, trusted=other.root)
    assert result.is_intact
    assert not result.is_trusted
    assert not result.is_valid


def test_signature_outside_the_life_of_the_certificate_is_not_trusted(identity, pdf):
    signer = load_signer(identity.key, identity.chain)
    early = sign(pdf, signer, moment=MOMENT - timedelta(days=30), reason="出具确认函")
    assert not verify(early, trusted=identity.root).is_valid


def test_signed_document_is_not_signed_again(identity, signed):
    with pytest.raises(AlreadySigned):
        sign(signed, load_signer(identity.key, identity.chain), moment=MOMENT, reason="再次")


@pytest.mark.parametrize("data", [b"", b"hello", b"%PDF-1.7\n", b"%PDF-1.7\n%%EOF", b"\x00" * 2000])
def test_what_is_no_pdf_is_refused(identity, data):
    with pytest.raises(NotAPdf):
        verify(data, trusted=identity.root)
    with pytest.raises(NotAPdf):
        sign(data, load_signer(identity.key, identity.chain), moment=MOMENT, reason="出具")


def test_torn_document_is_refused_or_not_valid(identity, signed):
    for length in range(1, len(signed), len(signed) // 12):
        try:
            result = verify(signed[:length], trusted=identity.root)
        except NotAPdf:
            continue
        assert not result.is_valid


def test_key_with_password_is_loaded(identity):
    key = serialization.load_pem_private_key(identity.key, password=None)
    locked = pem_of(key, b"secret")
    assert load_signer(locked, identity.chain, password=b"secret").signing_cert is not None
    for password in (None, b"wrong"):
        with pytest.raises(UnusableKey):
            load_signer(locked, identity.chain, password=password)


def test_key_that_does_not_fit_is_refused(identity):
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    with pytest.raises(UnusableKey, match="不匹配"):
        load_signer(pem_of(other), identity.chain)


def test_short_or_elliptic_key_is_refused(identity):
    for key in (
        rsa.generate_private_key(public_exponent=65537, key_size=1024),
        ec.generate_private_key(ec.SECP256R1()),
    ):
        with pytest.raises(UnusableKey, match="RSA"):
            load_signer(pem_of(key), identity.chain)


@pytest.mark.parametrize(("key", "chain"), [(b"", b""), (b"x", b"y"), (None, b"")])
def test_unreadable_key_or_certificate_is_refused(identity, key, chain):
    with pytest.raises(UnusableKey):
        load_signer(identity.key if key is None else key, chain)


def test_unreadable_trust_list_is_refused(signed):
    with pytest.raises(UnusableKey):
        verify(signed, trusted=b"no certificate")
