"""Settings from the environment, read once when the program starts.

The organisation's own facts are not here: they are data, edited by an administrator.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ledger.errors import InvalidInput

_WEAK_SECRETS = frozenset({"secret", "changeme", "change-me", "development", "dev", "password"})
_MIN_SECRET = 32


class BadSetting(InvalidInput):
    """A setting is missing or cannot be used."""

    code = "bad_setting"
    message = "环境变量 {name} 无效：{reason}"


@dataclass(frozen=True, slots=True)
class Config:
    """What the environment says."""

    data_dir: Path
    database_url: str
    secret_key: str
    port: int
    public_url: str
    smtp_url: str | None
    signing_key: Path | None
    signing_cert: Path | None
    # A time stamping service (RFC 3161) for signatures; without it they carry our own time.
    timestamp_url: str | None = None

    @property
    def is_secure(self) -> bool:
        """Whether people reach the service by https, so that cookies are kept to it."""
        return self.public_url.startswith("https://")


def read(environ: Mapping[str, str], *, demo: bool = False) -> Config:
    """Read the settings. Raises BadSetting; a weak SECRET_KEY is refused outside the demo."""
    data_dir = Path(environ.get("DATA_DIR") or "instance").resolve()
    port = environ.get("PORT") or "8000"
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise BadSetting(name="PORT", reason="应为 1 到 65535 的数字")
    return Config(
        data_dir=data_dir,
        database_url=environ.get("DATABASE_URL") or f"sqlite:///{data_dir / 'foundation.db'}",
        secret_key=_secret(environ.get("SECRET_KEY", ""), data_dir, demo=demo),
        port=int(port),
        public_url=(environ.get("PUBLIC_URL") or f"http://127.0.0.1:{port}").rstrip("/"),
        smtp_url=environ.get("SMTP_URL") or None,
        signing_key=_path(environ.get("SIGNING_KEY")),
        signing_cert=_path(environ.get("SIGNING_CERT")),
        timestamp_url=environ.get("TIMESTAMP_URL") or None,
    )


def _secret(value: str, data_dir: Path, *, demo: bool) -> str:
    if value:
        if len(value) < _MIN_SECRET or value.lower() in _WEAK_SECRETS or len(set(value)) < 8:
            raise BadSetting(
                name="SECRET_KEY",
                reason=f"至少 {_MIN_SECRET} 个字符的随机串，可用 "
                "python3 -c 'import secrets; print(secrets.token_urlsafe(48))' 生成",
            )
        return value
    kept = data_dir / "secret_key"
    if demo or kept.is_file():
        return _kept_secret(kept)
    raise BadSetting(name="SECRET_KEY", reason="未设置；演示以外的环境必须设置")


def _kept_secret(path: Path) -> str:
    """The demo keeps a random secret of its own beside its database."""
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48), encoding="ascii")
    return path.read_text(encoding="ascii").strip()


def _path(value: str | None) -> Path | None:
    return Path(value) if value else None
