"""The thread beside the pages that sends what they queue. Without SMTP_URL there is none."""

import logging
import threading

from sqlalchemy.exc import DBAPIError

from foundation import database
from foundation.http.context import Services
from foundation.mail import sending, transport
from foundation.organisation.service import get_organisation
from ledger.errors import NotFound

_logger = logging.getLogger("foundation.mail")
_EVERY_SECONDS = 2.0


class Worker:
    """A thread that looks into the outbox every two seconds until it is told to stop."""

    def __init__(self, services: Services, server: transport.Server) -> None:
        self._services = services
        self._server = server
        self._stopped = threading.Event()
        # A message that is being handed over when the program ends goes again at the next start.
        self._thread = threading.Thread(target=self._work, name="mail", daemon=True)

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def stop(self, *, timeout_seconds: float = 10) -> None:
        """End after the message that is being handed over."""
        self._stopped.set()
        self._thread.join(timeout_seconds)

    def _work(self) -> None:
        while not self._stopped.wait(_EVERY_SECONDS):
            try:
                self._send()
            except (DBAPIError, NotFound) as error:
                # The database is away, or not open yet: what waits there keeps.
                _logger.warning("mail waits: %s", type(error).__name__)

    def _send(self) -> None:
        engine, clock = self._services.engine, self._services.clock
        with database.reading(engine) as session:
            if not sending.is_any_due(session, clock=clock):
                return
            name = get_organisation(session).name
        run = sending.send_waiting(engine, self._server, name=name, clock=clock)
        # Counts only: whom mail goes to is in the outbox, not in the log.
        _logger.info("mail sent=%d failed=%d deferred=%d", run.sent, run.failed, run.deferred)
        if run.problem:
            _logger.warning("mail server: %s", run.problem)


def start(services: Services) -> Worker | None:
    """Start the thread when SMTP_URL is set. Raises BadSetting for one that cannot be read."""
    if services.config.smtp_url is None:
        return None
    server = transport.parse(services.config.smtp_url, public_url=services.config.public_url)
    worker = Worker(services, server)
    worker.start()
    return worker
