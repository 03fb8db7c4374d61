"""The mail server that SMTP_URL names: encrypted where there is a password, or not at all."""

import ssl
from datetime import UTC, datetime, timedelta
from email import message_from_string, policy
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from foundation.config import BadSetting
from foundation.mail import transport
from foundation.mail.transport import Letter, Unreachable
from tests.foundation.mail import smtp_server
from tests.foundation.mail.mail_cases import NAME, PUBLIC_URL, server
from tests.foundation.mail.smtp_server import Manners

LETTER = Letter("0" * 32, "lin@example.org", "主题", "正文", datetime(2026, 11, 22, tzinfo=UTC))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and certificate for localhost in one file; it is its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime(2020, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=36500))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def hand_over(url: str) -> None:
    chosen = transport.parse(url, public_url=PUBLIC_URL)
    with transport.connected(chosen) as connection:
        transport.hand_over(connection, chosen, LETTER, name=NAME)


def test_url_says_everything() -> None:
    found = transport.parse(
        "smtps://office%40example.org:p%3Aw@mail.example.org", public_url=PUBLIC_URL
    )
    assert (found.host, found.port, found.is_tls) == ("mail.example.org", 465, True)
    assert (found.user, found.password) == ("office@example.org", "p:w")
    assert found.sender == "office@example.org"
    plain = transport.parse("smtp://mail.example.org?from=a@b.example", public_url=PUBLIC_URL)
    assert (plain.port, plain.sender) == (25, "a@b.example")
    assert (plain.wants_starttls, plain.needs_starttls) == (True, False)
    named = transport.parse("smtp://me:secret@mail.example.org", public_url=PUBLIC_URL)
    assert (named.port, named.needs_starttls) == (587, True)
    assert named.sender == "no-reply@foundation.example.org"


@pytest.mark.parametrize(
    "url",
    [
        "http://mail.example.org",
        "smtp://",
        "smtp://mail.example.org:notaport",
        "smtp://mail.example.org?starttls=maybe",
        "smtp://mail.example.org?form=a@b.example",
        "smtp://mail.example.org?from=nobody",
        "smtp://me:secret@mail.example.org?starttls=never",
        "mail.example.org",
    ],
)
def test_url_that_cannot_be_used_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(BadSetting) as caught:
        transport.parse(url, public_url=PUBLIC_URL)
    assert "secret" not in caught.value.describe()


def test_password_is_not_sent_without_encryption() -> None:
    with smtp_server.running(Manners(password="secret")) as found:
        url = f"smtp://me:secret@localhost:{found.port}?starttls=always"
        with pytest.raises(Unreachable, match="STARTTLS"):
            hand_over(url)
        assert not any("AUTH" in line for line in found.sessions[0])


def test_starttls_protects_the_password(
    tls: ssl.SSLContext, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    manners = Manners(offers_starttls=True, password="secret")
    with smtp_server.running(manners, tls=tls) as found:
        hand_over(f"smtp://me:secret@localhost:{found.port}")
        (said,) = found.sessions
        assert said.index("STARTTLS") < said.index("AUTH")
        assert len(found.received) == 1
        with pytest.raises(Unreachable, match="535"):
            hand_over(f"smtp://me:wrong@localhost:{found.port}")


def test_tls_from_the_start(
    tls: ssl.SSLContext, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with smtp_server.running(Manners(password="secret"), tls=tls, is_tls=True) as found:
        hand_over(f"smtps://me:secret@localhost:{found.port}")
        assert len(found.received) == 1


def test_certificate_that_nobody_trusts_is_refused(tls: ssl.SSLContext) -> None:
    manners = Manners(offers_starttls=True, password="secret")
    with smtp_server.running(manners, tls=tls) as found:
        with pytest.raises(Unreachable, match=r"(?i)certificate"):
            hand_over(f"smtp://me:secret@localhost:{found.port}")
        assert found.received == []


def test_name_with_a_line_break_forges_no_header() -> None:
    message = transport.compose(server(25), LETTER, name="示例\r\nBcc: all@example.org")

    written = message_from_string(message.as_string(), policy=policy.default)
    assert written["Bcc"] is None
    assert written["From"].addresses[0].display_name == "示例 Bcc: all@example.org"
