"""Signatures: what is signed verifies, what was touched does not, and bad keys are refused."""

import io
import random
import subprocess
from datetime import UTC, datetime, timedelta
from shutil import which

import pytest
from asn1crypto import keys as asn1_keys
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pyhanko.sign.timestamps import DummyTimeStamper
from pypdf import PdfWriter

from receipts.content import digest
from receipts.rendering import render
from receipts.signing import (
    AlreadySigned,
    NotAPdf,
    NoTimeStamp,
    UnusableKey,
    ask_for_time,
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


def time_signer(identity):
    """A signer that asks an invented third party for the time."""
    authority = create_development_identity("示例时间戳服务", moment=MOMENT)
    signer = load_signer(identity.key, identity.chain)
    ours = load_signer(authority.key, authority.chain)
    key = serialization.load_pem_private_key(authority.key, password=None)
    der = key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    signer.timestamper = DummyTimeStamper(
        tsa_cert=ours.signing_cert,
        tsa_key=asn1_keys.PrivateKeyInfo.load(der),
        fixed_dt=MOMENT + timedelta(seconds=2),
    )
    return signer


def test_time_stamp_of_a_third_party_goes_in_where_it_is_wanted(identity, pdf):
    stamped = sign(pdf, time_signer(identity), moment=MOMENT, reason="出具确认函")
    result = verify(stamped, trusted=identity.root)

    assert result.is_valid
    assert result.stamped_at == MOMENT + timedelta(seconds=2)


def test_changed_byte_of_a_stamped_document_is_noticed(identity, pdf):
    stamped = sign(pdf, time_signer(identity), moment=MOMENT, reason="出具确认函")
    contents = stamped.rindex(b"/Contents <") + len(b"/Contents <")
    end = stamped.index(b">", contents)
    for place in (15, len(pdf) - 30, contents + 400, end - 1):
        broken = bytearray(stamped)
        broken[place] = ord("1") if broken[place] == ord("0") else ord("0")
        assert not is_valid(bytes(broken), identity)


def is_valid(pdf, identity):
    try:
        return verify(pdf, trusted=identity.root).is_valid
    except NotAPdf:
        return False


def test_nothing_is_signed_when_the_time_is_not_to_be_had(identity, pdf):
    # Nobody listens on this port of the machine itself.
    signer = ask_for_time(load_signer(identity.key, identity.chain), "http://127.0.0.1:9/time")

    with pytest.raises(NoTimeStamp):
        sign(pdf, signer, moment=MOMENT, reason="出具确认函")


@pytest.mark.skipif(which("pdfsig") is None, reason="pdfsig (poppler-utils) is not installed")
def test_poppler_accepts_the_signature(identity, signed, tmp_path):
    good, bad = tmp_path / "good.pdf", tmp_path / "bad.pdf"
    good.write_bytes(signed)
    broken = bytearray(signed)
    broken[600] ^= 1
    bad.write_bytes(broken)

    def said(path):
        done = subprocess.run(
            ["pdfsig", "-nocert", str(path)], capture_output=True, text=True, check=False
        )
        return done.stdout + done.stderr

    answer = said(good)
    assert "Signature is Valid." in answer
    assert "Total document signed" in answer
    assert "ETSI.CAdES.detached" in answer
    assert NAME in answer
    assert "Signature is Valid." not in said(bad)
