"""Hand messages to the mail server that SMTP_URL names.

    smtp://user:password@mail.example.org:587   STARTTLS; without it no password is sent
    smtps://user:password@mail.example.org      TLS from the start (port 465)
    …?from=office@example.org                   the sender, else the user or no-reply@PUBLIC_URL
    …?starttls=never                            only for a server on this machine

Nothing is known here of the database.
"""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.errors import HeaderParseError
from email.header import Header
from email.headerregistry import Address
from email.message import Message
from email.mime.text import MIMEText
from email.utils import format_datetime, formataddr
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from foundation.config import BadSetting

_PORTS = {"smtp": 25, "smtps": 465}
_SUBMISSION = 587
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_TIMEOUT_SECONDS = 30
_PERMANENT = 500


class Unreachable(Exception):
    """The server cannot be used at all now: no connection, no encryption, wrong password."""


class Refused(Exception):
    """The server does not take this message, now or (`is_final`) ever."""

    def __init__(self, said: str, *, is_final: bool) -> None:
        self.is_final = is_final
        super().__init__(said)


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server, and who writes."""

    host: str
    port: int
    is_tls: bool
    wants_starttls: bool
    needs_starttls: bool
    user: str
    password: str
    sender: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as it goes to the server."""

    header_id: str
    to_address: str
    subject: str
    body: str
    written_at: datetime


def parse(url: str, *, public_url: str) -> Server:
    """Read SMTP_URL. Raises BadSetting; the password is in no message."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadSetting(name="SMTP_URL", reason="端口或主机不正确") from None
    if parts.scheme not in _PORTS or not parts.hostname:
        raise BadSetting(name="SMTP_URL", reason="应写作 smtp://主机:端口 或 smtps://主机:端口")
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    if unknown := options.keys() - {"from", "starttls"}:
        raise BadSetting(name="SMTP_URL", reason=f"没有 {min(unknown)} 这一项")
    starttls = options.get("starttls", "auto")
    if starttls not in ("auto", "always", "never"):
        raise BadSetting(name="SMTP_URL", reason="starttls 应为 auto、always 或 never")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    is_local = parts.hostname in _LOCAL
    is_tls = parts.scheme == "smtps"
    if starttls == "never" and password and not is_tls and not is_local:
        raise BadSetting(name="SMTP_URL", reason="不加密的连接不能发送密码")
    default = _SUBMISSION if parts.scheme == "smtp" and user else _PORTS[parts.scheme]
    return Server(
        host=parts.hostname,
        port=port or default,
        is_tls=is_tls,
        wants_starttls=not is_tls and starttls != "never",
        needs_starttls=not is_tls
        and (starttls == "always" or (bool(password) and not is_local and starttls == "auto")),
        user=user,
        password=password,
        sender=_sender(options.get("from", ""), user, public_url),
    )


def _sender(given: str, user: str, public_url: str) -> str:
    host = urlsplit(public_url).hostname or "localhost"
    chosen = given or (user if "@" in user else f"no-reply@{host}")
    try:
        address = Address(addr_spec=chosen).addr_spec
    except (HeaderParseError, ValueError, IndexError):
        raise BadSetting(name="SMTP_URL", reason="from 应为邮箱地址") from None
    return address


@contextmanager
def connected(server: Server) -> Iterator[smtplib.SMTP]:
    """Open a connection for several messages. Raises Unreachable."""
    try:
        connection = _open(server)
    except (OSError, smtplib.SMTPException) as error:
        raise Unreachable(_said(error)) from error
    try:
        yield connection
    finally:
        # The last message was answered; whether the server hears us go does not matter.
        try:
            connection.quit()
        except (OSError, smtplib.SMTPException):
            connection.close()


def _open(server: Server) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if server.is_tls:
        opened: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, timeout=_TIMEOUT_SECONDS, context=context
        )
    else:
        opened = smtplib.SMTP(server.host, server.port, timeout=_TIMEOUT_SECONDS)
    try:
        _secure(opened, server, context)
    except (OSError, smtplib.SMTPException):
        opened.close()
        raise
    return opened


def _secure(opened: smtplib.SMTP, server: Server, context: ssl.SSLContext) -> None:
    opened.ehlo_or_helo_if_needed()
    if server.wants_starttls and opened.has_extn("starttls"):
        opened.starttls(context=context)
        opened.ehlo()
    elif server.needs_starttls:
        raise smtplib.SMTPNotSupportedError("STARTTLS is not offered")
    if server.user:
        opened.login(server.user, server.password)


def hand_over(connection: smtplib.SMTP, server: Server, letter: Letter, *, name: str) -> None:
    """Give one message to the server; `name` is the organisation's. Raises Refused, Unreachable."""
    message = compose(server, letter, name=name)
    try:
        connection.send_message(message, from_addr=server.sender, to_addrs=[letter.to_address])
    except smtplib.SMTPRecipientsRefused as error:
        code, said = error.recipients[letter.to_address]
        raise Refused(_text(code, said), is_final=code >= _PERMANENT) from error
    except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
        said_whole = _text(error.smtp_code, error.smtp_error)
        raise Refused(said_whole, is_final=error.smtp_code >= _PERMANENT) from error
    except smtplib.SMTPNotSupportedError as error:
        raise Refused(_said(error), is_final=True) from error
    except (OSError, smtplib.SMTPException) as error:
        raise Unreachable(_said(error)) from error


def compose(server: Server, letter: Letter, *, name: str) -> Message:
    """Write the message as it travels.

    By the older classes of the library: the newer ones lose blanks of long Chinese subjects.
    """
    domain = server.sender.rpartition("@")[2]
    # The library takes a Header for a value; its type hints know only strings.
    message: Any = MIMEText(letter.body, "plain", "utf-8")
    message["From"] = formataddr((" ".join(name.split()), server.sender), charset="utf-8")
    message["To"] = letter.to_address
    message["Subject"] = Header(letter.subject, "utf-8")
    message["Date"] = format_datetime(letter.written_at)
    message["Message-ID"] = f"<{letter.header_id}@{domain}>"
    # Nobody's holiday notice answers a machine.
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = "zh-CN, en"
    written: Message = message
    return written


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _text(error.smtp_code, error.smtp_error)
    return f"{type(error).__name__}: {error}"[:300]


def _text(code: int, said: bytes | str) -> str:
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return f"{code} {' '.join(words.split())}"[:300]
