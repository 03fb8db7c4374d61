"""A thread beside the pages that does a piece of waiting work every few seconds."""

import logging
import threading
from collections.abc import Callable

from sqlalchemy.exc import DBAPIError

from ledger.errors import NotFound

_EVERY_SECONDS = 2.0


class Worker:
    """A thread that does its work every two seconds until it is told to stop."""

    def __init__(self, name: str, work: Callable[[], None]) -> None:
        self._do = work
        self._logger = logging.getLogger(f"foundation.{name}")
        self._stopped = threading.Event()
        # Work that is under way when the program ends is taken up again at the next start.
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def stop(self, *, timeout_seconds: float = 10) -> None:
        """End after the piece that is under way."""
        self._stopped.set()
        self._thread.join(timeout_seconds)

    def _work(self) -> None:
        while not self._stopped.wait(_EVERY_SECONDS):
            try:
                self._do()
            except (DBAPIError, NotFound) as error:
                # The database is away, or not open yet: what waits there keeps.
                self._logger.warning("work waits: %s", type(error).__name__)
