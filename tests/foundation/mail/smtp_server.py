"""A small mail server on this machine, for tests: it speaks enough SMTP and keeps what it gets."""

import base64
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass(slots=True)
class Manners:
    """How the server behaves."""

    offers_starttls: bool = False
    password: str = ""
    # What it says to a recipient, by address; everybody else is welcome.
    recipients: dict[str, str] = field(default_factory=dict)
    after_data: str = "250 kept"
    # It takes the message and hangs up instead of saying so.
    hangs_up_after_data: bool = False


class SmtpServer:
    """Listens on a free port; every connection has a thread."""

    def __init__(self, manners: Manners, *, tls: ssl.SSLContext | None, is_tls: bool) -> None:
        self.manners = manners
        self.received: list[bytes] = []
        self.arrived = threading.Event()
        self.sessions: list[list[str]] = []
        self._tls = tls
        self._is_tls = is_tls
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    @property
    def messages(self) -> list[EmailMessage]:
        """What was received, parsed."""
        return [
            message_from_bytes(raw, policy=policy.default)  # type: ignore[misc]
            for raw in self.received
        ]

    def close(self) -> None:
        """Stop listening."""
        # Closing alone does not wake the thread that waits for connections.
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        said: list[str] = []
        with self._lock:
            self.sessions.append(said)
        conversation = _Conversation(self, connection, said)
        try:
            if self._is_tls:
                conversation.upgrade()
            conversation.hold()
        except OSError:
            return  # the other side went away
        finally:
            conversation.end()

    def wrap(self, connection: socket.socket) -> socket.socket:
        """Begin TLS on a connection."""
        assert self._tls is not None
        return self._tls.wrap_socket(connection, server_side=True)

    def keep(self, raw: bytes) -> None:
        """Keep a message."""
        with self._lock:
            self.received.append(raw)
        self.arrived.set()


class _Conversation:
    """One connection, command by command."""

    def __init__(self, server: SmtpServer, connection: socket.socket, said: list[str]) -> None:
        self._server = server
        self._connection = connection
        self._said = said
        self._lines = connection.makefile("rb")
        self._has_recipient = False

    def upgrade(self) -> None:
        self._lines.close()
        self._connection = self._server.wrap(self._connection)
        self._lines = self._connection.makefile("rb")

    def end(self) -> None:
        self._lines.close()
        self._connection.close()

    def hold(self) -> None:
        self._say("220 ready")
        while line := self._lines.readline():
            text = line.decode("utf-8", "replace").strip()
            self._said.append(text)
            verb = text.upper().split(" ")[0].split(":")[0]
            act = getattr(self, f"_{verb.lower()}", None)
            if act is None:
                self._say("500 what?")
            elif act(text) is False:
                return

    def _say(self, *lines: str) -> None:
        for number, line in enumerate(lines, start=1):
            code, _, words = line.partition(" ")
            mark = " " if number == len(lines) else "-"
            self._connection.sendall(f"{code}{mark}{words}\r\n".encode())

    def _ehlo(self, _text: str) -> None:
        offers = ["250 hello", "250 SMTPUTF8", "250 8BITMIME"]
        manners = self._server.manners
        if manners.offers_starttls and not isinstance(self._connection, ssl.SSLSocket):
            offers.append("250 STARTTLS")
        if manners.password:
            offers.append("250 AUTH PLAIN")
        self._say(*offers)

    def _starttls(self, _text: str) -> None:
        self._say("220 go ahead")
        self.upgrade()

    def _auth(self, text: str) -> None:
        given = base64.b64decode(text.rsplit(maxsplit=1)[-1]).decode().split("\0")[-1]
        self._said[-1] = "AUTH"
        self._say("235 welcome" if given == self._server.manners.password else "535 wrong password")

    def _mail(self, _text: str) -> None:
        self._has_recipient = False
        self._say("250 from whom it may be")

    def _rcpt(self, text: str) -> None:
        address = text.partition("<")[2].partition(">")[0]
        answer = self._server.manners.recipients.get(address, "250 known")
        self._has_recipient = answer.startswith("2")
        self._say(answer)

    def _rset(self, _text: str) -> None:
        self._say("250 forgotten")

    def _data(self, _text: str) -> bool:
        self._say("354 go on")
        kept = []
        while (line := self._lines.readline()).rstrip(b"\r\n") != b".":
            if not line:
                return False
            kept.append(line[1:] if line.startswith(b"..") else line)
        if self._server.manners.after_data.startswith("2"):
            self._server.keep(b"".join(kept))
        if self._server.manners.hangs_up_after_data:
            return False
        self._say(self._server.manners.after_data)
        return True

    def _quit(self, _text: str) -> bool:
        self._say("221 bye")
        return False


@contextmanager
def running(
    manners: Manners | None = None, *, tls: ssl.SSLContext | None = None, is_tls: bool = False
) -> Iterator[SmtpServer]:
    """Run a server for as long as the block lasts."""
    server = SmtpServer(manners or Manners(), tls=tls, is_tls=is_tls)
    try:
        yield server
    finally:
        server.close()
