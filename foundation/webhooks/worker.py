"""The thread beside the pages that tells the addresses what happened."""

import logging

from foundation.background import Worker
from foundation.donors.vault import Vault
from foundation.http.context import Services
from foundation.webhooks import telling

_logger = logging.getLogger("foundation.webhooks")


def start(services: Services) -> Worker:
    """Start the thread."""
    vault = Vault.of(services.config.secret_key)

    def tell() -> None:
        run = telling.tell_waiting(services.engine, vault=vault, clock=services.clock)
        if run.delivered or run.failed:
            _logger.info("webhooks delivered=%d failed=%d", run.delivered, run.failed)

    worker = Worker("webhooks", tell)
    worker.start()
    return worker
