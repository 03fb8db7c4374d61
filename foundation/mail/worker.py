"""The thread beside the pages that sends what they queue. Without SMTP_URL there is none."""

import logging

from foundation import database
from foundation.background import Worker
from foundation.http.context import Services
from foundation.mail import sending, transport
from foundation.organisation.service import get_organisation

_logger = logging.getLogger("foundation.mail")


def start(services: Services) -> Worker | None:
    """Start the thread when SMTP_URL is set. Raises BadSetting for one that cannot be read."""
    if services.config.smtp_url is None:
        return None
    server = transport.parse(services.config.smtp_url, public_url=services.config.public_url)
    worker = Worker("mail", lambda: _send(services, server))
    worker.start()
    return worker


def _send(services: Services, server: transport.Server) -> None:
    engine, clock = services.engine, services.clock
    with database.reading(engine) as session:
        if not sending.is_any_due(session, clock=clock):
            return
        name = get_organisation(session).name
    run = sending.send_waiting(engine, server, name=name, clock=clock)
    # Counts only: whom mail goes to is in the outbox, not in the log.
    _logger.info("mail sent=%d failed=%d deferred=%d", run.sent, run.failed, run.deferred)
    if run.problem:
        _logger.warning("mail server: %s", run.problem)
