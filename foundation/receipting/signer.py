"""The key that documents are signed with, and the certificates that signatures are judged by.

SIGNING_KEY and SIGNING_CERT name PEM files, TIMESTAMP_URL the service that is asked for the time of
every signature, where the organisation wants one. A demo without a key keeps one of its own beside
its database, which nobody else trusts; without a key outside the demo, documents are not signed,
and their record alone proves them.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from foundation.config import BadSetting, Config
from receipts import signing
from receipts.signing import DocumentSigner, Identity

_FOLDER = "signing"
_KEY, _CHAIN, _ROOT = "key.pem", "chain.pem", "root.pem"


@dataclass(frozen=True, slots=True)
class Seal:
    """What signs and what is trusted; both are None without a key."""

    signer: DocumentSigner | None = None
    trusted: bytes | None = None


def load(config: Config, *, organisation: str, is_demo: bool, moment: datetime) -> Seal:
    """Load the key once and keep the result. Raises BadSetting, UnusableKey."""
    if config.signing_key is None and config.signing_cert is None:
        if not is_demo:
            return Seal()
        identity = _kept(config.data_dir / _FOLDER, organisation, moment)
        return Seal(_signer(config, identity.key, identity.chain), identity.root)
    key = _read("SIGNING_KEY", config.signing_key)
    chain = _read("SIGNING_CERT", config.signing_cert)
    return Seal(_signer(config, key, chain), chain)


def _signer(config: Config, key: bytes, chain: bytes) -> DocumentSigner:
    signer = signing.load_signer(key, chain)
    if config.timestamp_url is None:
        return signer
    return signing.ask_for_time(signer, config.timestamp_url)


def _read(name: str, path: Path | None) -> bytes:
    if path is None:
        raise BadSetting(name=name, reason="SIGNING_KEY 和 SIGNING_CERT 应同时设置")
    try:
        return path.read_bytes()
    except OSError:
        raise BadSetting(name=name, reason="文件不能读取") from None


def _kept(folder: Path, organisation: str, moment: datetime) -> Identity:
    """Return the demo's own key, made at the first call."""
    if not (folder / _ROOT).is_file():
        made = signing.create_development_identity(organisation, moment=moment)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name, content in ((_KEY, made.key), (_CHAIN, made.chain), (_ROOT, made.root)):
            # The root last: only a whole set counts as one.
            unfinished = folder / f"{name}.new"
            unfinished.touch(mode=0o600)
            unfinished.write_bytes(content)
            unfinished.replace(folder / name)
    return Identity(
        key=(folder / _KEY).read_bytes(),
        chain=(folder / _CHAIN).read_bytes(),
        root=(folder / _ROOT).read_bytes(),
    )
