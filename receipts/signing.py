"""Signatures on issued documents (PAdES baseline B, or T with a time stamp) and their check.

The signature is invisible: no picture of a seal, which anyone could lift. The signing key is an RSA
key of the organisation; an elliptic key would make the writer raise the file to PDF 2.0, which
archives do not take. The key stays loaded, because reading and checking it costs more than signing.

The time in the signature is the caller's. Without a time stamp of a third party it is a claim; what
proves the date of an issued document is its record.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from asn1crypto import cms, pem, x509  # type: ignore[import-untyped]
from cryptography import x509 as certificates
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import (
    IncrementalPdfFileWriter,
)
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.general import SigningError
from pyhanko.sign.timestamps import HTTPTimeStamper, TimeStamper, TimestampRequestError
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import (
    SignatureValidationError,
)
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore
from typing_extensions import override

from ledger.errors import Conflict, InvalidInput

_DIGEST = "sha256"
_FIELD = "Signature"
_SMALLEST_KEY_BITS = 2048
_DEVELOPMENT_YEARS = 10
# A damaged or hostile file makes the parser fail in ways that its own errors do not cover.
_DAMAGE = (
    PdfError,
    SigningError,
    SignatureValidationError,
    ArithmeticError,
    AttributeError,
    LookupError,
    NotImplementedError,
    RecursionError,
    TypeError,
    ValueError,
)


class UnusableKey(InvalidInput):
    """The signing key or certificate cannot be used for documents."""

    code = "unusable_signing_key"
    message = "签名密钥或证书不可用：{reason}"


class NotAPdf(InvalidInput):
    """The file is not a PDF that can be read."""

    code = "not_a_pdf"
    message = "文件不是可读取的PDF"


class NoTimeStamp(Conflict):
    """The third party that was asked for the time gave none; nothing is signed without it."""

    code = "no_time_stamp"
    message = "时间戳服务没有应答，文件未签署，请稍后重试"


class AlreadySigned(Conflict):
    """The file has a signature; issued bytes are signed once."""

    code = "already_signed"
    message = "文件已有电子签名，不得重复签署"


@dataclass(frozen=True, slots=True)
class Verification:
    """What the signature of a file says."""

    is_signed: bool
    is_intact: bool = False
    is_trusted: bool = False
    signed_by: str = ""
    signed_at: datetime | None = None
    content_digest: str = ""
    # What a third party says of the time, where one was asked.
    stamped_at: datetime | None = None

    @property
    def is_valid(self) -> bool:
        """Return whether the file is as it was signed, by a certificate that is trusted."""
        return self.is_signed and self.is_intact and self.is_trusted


@dataclass(frozen=True, slots=True)
class Identity:
    """A private key and its certificate with the chain above it, as PEM text."""

    key: bytes
    chain: bytes
    root: bytes


class DocumentSigner(signers.Signer):
    """A signer whose key is loaded once."""

    # Hexadecimal digits that a signature takes. It is always the same, and known after the first
    # one: reserving exactly that leaves no room in the file that the signature does not cover.
    bytes_reserved: int | None = None
    # Who is asked for the time; nobody unless the organisation wants it.
    timestamper: TimeStamper | None = None

    def __init__(self, key: rsa.RSAPrivateKey, chain: Sequence[Any]) -> None:
        self._key = key
        registry = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        # The signing certificate goes in by itself. The root is what the reader must have from
        # elsewhere; in the file it proves nothing.
        registry.register_multiple([each for each in chain[1:] if not each.self_issued])
        super().__init__(signing_cert=chain[0], cert_registry=registry, embed_roots=False)

    @override
    async def async_sign_raw(
        self, data: bytes, digest_algorithm: str, dry_run: bool = False
    ) -> bytes:
        """Sign what pyHanko asks for; it only ever asks for SHA-256 here."""
        return self._key.sign(data, padding.PKCS1v15(), hashes.SHA256())


class _DatedPdfSigner(signers.PdfSigner):
    """Takes the time from the caller; the stock one reads the machine's clock."""

    moment: datetime

    @override
    def init_signing_session(self, *args: Any, **options: Any) -> Any:
        session = super().init_signing_session(*args, **options)
        session.system_time = self.moment
        return session


def load_signer(key: bytes, chain: bytes, *, password: bytes | None = None) -> DocumentSigner:
    """Load key and certificates (PEM; the signing certificate first); keep the result.

    Raises UnusableKey when they cannot be read, do not belong together, or are no RSA pair of at
    least 2048 bits.
    """
    try:
        private = serialization.load_pem_private_key(key, password=password)
        first = certificates.load_pem_x509_certificates(chain)[0]
    except (ValueError, TypeError, IndexError, UnsupportedAlgorithm):
        raise UnusableKey(reason="无法读取，请检查格式和口令") from None
    if not isinstance(private, rsa.RSAPrivateKey) or private.key_size < _SMALLEST_KEY_BITS:
        raise UnusableKey(reason=f"应为不少于{_SMALLEST_KEY_BITS}位的RSA密钥")
    if first.public_key() != private.public_key():
        raise UnusableKey(reason="证书与密钥不匹配")
    return DocumentSigner(private, _certificates_of(chain))


def ask_for_time(signer: DocumentSigner, url: str) -> DocumentSigner:
    """Let every signature carry the time stamp of a third party (RFC 3161); return the signer."""
    signer.timestamper = HTTPTimeStamper(url)
    return signer


def sign(pdf: bytes, signer: DocumentSigner, *, moment: datetime, reason: str) -> bytes:
    """Return the file with an invisible signature added to it; the bytes before stay as they are.

    Raises NotAPdf, AlreadySigned for a file that has a signature, and NoTimeStamp when the third
    party that was asked for the time does not answer.
    """
    if _open(pdf).embedded_signatures:
        raise AlreadySigned
    if signer.timestamper is not None:
        # The size of a time stamp is not ours to know, so that some room is left over.
        return _stamped(pdf, signer, moment=moment, reason=reason)
    if signer.bytes_reserved is None:
        draft = _signed(pdf, signer, moment=moment, reason=reason)
        signer.bytes_reserved = 2 * len(_der_of(_open(draft).embedded_signatures[0]))
    return _signed(pdf, signer, moment=moment, reason=reason)


def _stamped(pdf: bytes, signer: DocumentSigner, *, moment: datetime, reason: str) -> bytes:
    try:
        return _signed(pdf, signer, moment=moment, reason=reason)
    except (TimestampRequestError, OSError):
        raise NoTimeStamp from None


def _signed(pdf: bytes, signer: DocumentSigner, *, moment: datetime, reason: str) -> bytes:
    metadata = signers.PdfSignatureMetadata(
        field_name=_FIELD,
        md_algorithm=_DIGEST,
        subfilter=fields.SigSeedSubFilter.PADES,
        reason=reason,
    )
    pdf_signer = _DatedPdfSigner(metadata, signer=signer, timestamper=signer.timestamper)
    pdf_signer.moment = moment
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    signed = pdf_signer.sign_pdf(writer, bytes_reserved=signer.bytes_reserved)
    return bytes(signed.getbuffer())


def verify(pdf: bytes, *, trusted: bytes) -> Verification:
    """Check the signature of a file against the trusted certificates (PEM).

    A file with anything added after the signature is not intact. Certificates are judged at the
    time that the signature claims, without asking anybody over the network. Raises NotAPdf.
    """
    reader = _open(pdf)
    digest = _content_digest(reader)
    if not reader.embedded_signatures:
        return Verification(is_signed=False, content_digest=digest)
    signature = reader.embedded_signatures[0]
    roots = _certificates_of(trusted) if trusted else []
    try:
        signed_at = signature.self_reported_timestamp
        context = ValidationContext(trust_roots=roots, moment=signed_at, allow_fetching=False)
        status = validate_pdf_signature(signature, context)
        is_whole = _covers_all(pdf, reader, signature, status)
    except _DAMAGE:
        return Verification(is_signed=True)
    return Verification(
        is_signed=True,
        is_intact=bool(status.intact and status.valid and is_whole),
        is_trusted=bool(status.trusted),
        signed_by=_name_of(signature.signer_cert),
        signed_at=signed_at,
        content_digest=digest,
        stamped_at=_time_of(status),
    )


def create_development_identity(organisation: str, *, moment: datetime) -> Identity:
    """Make a key with a certificate of its own small authority, for demonstration and tests.

    Nobody else trusts it: for real documents the organisation gets a certificate from a licensed
    authority.
    """
    root_key = rsa.generate_private_key(public_exponent=65537, key_size=_SMALLEST_KEY_BITS)
    key = rsa.generate_private_key(public_exponent=65537, key_size=_SMALLEST_KEY_BITS)
    root_name = _subject(organisation, "development authority")
    root = _certificate(root_name, root_name, root_key, root_key, moment=moment, is_authority=True)
    name = _subject(organisation, organisation)
    own = _certificate(name, root_name, key, root_key, moment=moment, is_authority=False)
    root_pem = root.public_bytes(serialization.Encoding.PEM)
    return Identity(
        key=key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
        chain=own.public_bytes(serialization.Encoding.PEM) + root_pem,
        root=root_pem,
    )


def _subject(organisation: str, common_name: str) -> certificates.Name:
    return certificates.Name(
        [
            certificates.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            certificates.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _certificate(
    subject: certificates.Name,
    issuer: certificates.Name,
    key: rsa.RSAPrivateKey,
    issuer_key: rsa.RSAPrivateKey,
    *,
    moment: datetime,
    is_authority: bool,
) -> certificates.Certificate:
    usage = certificates.KeyUsage(
        digital_signature=not is_authority,
        content_commitment=not is_authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_authority,
        crl_sign=is_authority,
        encipher_only=False,
        decipher_only=False,
    )
    builder = (
        certificates.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(certificates.random_serial_number())
        .not_valid_before(moment - timedelta(days=1))
        .not_valid_after(moment + timedelta(days=365 * _DEVELOPMENT_YEARS))
        .add_extension(certificates.BasicConstraints(is_authority, None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(
            certificates.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
        )
        .add_extension(
            certificates.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()),
            critical=False,
        )
    )
    return builder.sign(issuer_key, hashes.SHA256())


def _certificates_of(text: bytes) -> list[Any]:
    try:
        return [x509.Certificate.load(der) for _, _, der in pem.unarmor(text, multiple=True)]
    except ValueError:
        raise UnusableKey(reason="无法读取证书") from None


def _open(pdf: bytes) -> Any:
    try:
        reader = PdfFileReader(io.BytesIO(pdf))
        # Signatures are looked for at once: a damaged file often breaks only here.
        _ = reader.embedded_signatures
    except _DAMAGE:
        raise NotAPdf from None
    return reader


def _der_of(signature: Any) -> bytes:
    """Return the signature itself, without what was reserved beyond it."""
    return bytes(cms.ContentInfo.load(bytes(signature.pkcs7_content)).dump())


def _covers_all(pdf: bytes, reader: Any, signature: Any, status: Any) -> bool:
    """Tell whether the one signature covers the file, and its own place holds nothing else."""
    _, before, after, _ = (int(each) for each in signature.byte_range)
    written = pdf[before + 1 : after - 1]
    said = _der_of(signature).hex().upper().encode("ascii")
    return (
        len(reader.embedded_signatures) == 1
        and status.coverage is SignatureCoverageLevel.ENTIRE_FILE
        and written.startswith(said)
        and not written[len(said) :].strip(b"0")
    )


def _time_of(status: Any) -> datetime | None:
    """Return the time of a time stamp that fits the signature."""
    stamp = status.timestamp_validity
    if stamp is None or not (stamp.intact and stamp.valid):
        return None
    time: datetime = stamp.timestamp
    return time


def _content_digest(reader: Any) -> str:
    """Return the digest of the content that the document names about itself."""
    try:
        keywords = str(reader.trailer["/Info"]["/Keywords"])
    except _DAMAGE:
        return ""
    scheme, _, digest = keywords.partition(":")
    return digest if scheme == "sha256" else ""


def _name_of(certificate: Any) -> str:
    names = certificate.subject.native
    return str(names.get("organization_name") or names.get("common_name") or "")
