"""Encryption of numbers that identify a person, and the blind index to find them again.

AES-256-GCM with the record's key as associated data, so that a ciphertext moved to another
row does not open; HMAC-SHA256 for equality search. Keys are derived from SECRET_KEY; the first
byte names the key generation, for a later rotation.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.errors import Conflict

_GENERATION = b"\x01"
_NONCE_BYTES = 12


class Unreadable(Conflict):
    """The stored number does not open with the present key."""

    code = "identity_unreadable"
    message = "证件号码无法解密，请确认 SECRET_KEY 未被更换"


@dataclass(frozen=True, slots=True)
class Vault:
    """The keys for one database."""

    encryption_key: bytes
    index_key: bytes

    @classmethod
    def of(cls, secret: str) -> "Vault":
        """Derive the keys from the service's secret."""

        def derive(purpose: bytes) -> bytes:
            return hmac.new(secret.encode(), purpose, hashlib.sha256).digest()

        return cls(derive(b"identity encryption 1"), derive(b"identity index 1"))

    def seal(self, number: str, subject: str) -> bytes:
        """Encrypt a number for the record that `subject` names."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = AESGCM(self.encryption_key).encrypt(nonce, number.encode(), subject.encode())
        return _GENERATION + nonce + sealed

    def open(self, sealed: bytes, subject: str) -> str:
        """Decrypt a number. Raises Unreadable."""
        nonce, body = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        try:
            return AESGCM(self.encryption_key).decrypt(nonce, body, subject.encode()).decode()
        except (InvalidTag, ValueError):
            raise Unreadable from None

    def index(self, number: str) -> str:
        """Return the blind index by which equal numbers are found."""
        return hmac.new(self.index_key, number.encode(), hashlib.sha256).hexdigest()
