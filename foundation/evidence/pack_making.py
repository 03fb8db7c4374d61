"""The thread that makes a pack beside the pages, and says every few seconds that it lives.

It reads one snapshot and writes nothing but its own job; a process that is killed leaves a job
that falls silent, and a part of a file that is swept later.
"""

import logging
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from typing import BinaryIO, cast

from sqlalchemy.exc import DBAPIError

from foundation import database
from foundation.command_files import digest_of
from foundation.evidence import packs
from foundation.evidence.joined import Joined, PackQuestion
from foundation.evidence.packs import Made, PackNotFinal
from foundation.http.context import Services
from ledger.errors import DomainError

THREAD = "audit-pack"
_BEAT_SECONDS = 5.0
_FAILED = "生成失败，没有写入任何数据；请查看服务器日志后重试"
_logger = logging.getLogger("foundation.packs")


def launch(services: Services, joined: Joined, question: PackQuestion, *, actor: str) -> int:
    """Begin to make a pack and return the key of its job. Raises PackRunning."""
    years = question.last - question.first + 1
    with database.transaction(services.engine) as session:
        packs.sweep(session, data_dir=question.data_dir, clock=services.clock)
        job_id = packs.start(
            session,
            question.first,
            question.last,
            is_final=question.is_final,
            steps=joined.steps(years),
            actor=actor,
            clock=services.clock,
        )
    Thread(
        target=_work, args=(services, joined, question, job_id), name=THREAD, daemon=True
    ).start()
    return job_id


def write(
    services: Services,
    joined: Joined,
    question: PackQuestion,
    stream: BinaryIO,
    progress: Callable[[int], None] = lambda _: None,
) -> None:
    """Write a pack that nobody keeps a note of: what an auditor downloads."""
    with database.reading(services.engine) as session:
        joined.make(session, stream, question, services.clock, progress)


def _work(services: Services, joined: Joined, question: PackQuestion, job_id: int) -> None:
    pulse = _Pulse(services, job_id)
    pulse.start()
    problems: tuple[str, ...] = ()
    try:
        made = _make(services, joined, question, pulse)
        with database.transaction(services.engine) as session:
            packs.finish(session, job_id, made, clock=services.clock)
    except PackNotFinal as error:
        problems = error.obstacles
    except DomainError as error:
        problems = (error.describe(),)
    except Exception:
        problems = (_FAILED,)
        _logger.exception("making an audit pack failed")
    finally:
        pulse.stop()
    if problems:
        with database.transaction(services.engine) as session:
            packs.fail(session, job_id, problems)


def _make(services: Services, joined: Joined, question: PackQuestion, pulse: "_Pulse") -> Made:
    folder = question.data_dir / packs.FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".part-", delete=False) as part:
        path = Path(part.name)
        try:
            with database.reading(services.engine) as session:
                manifest = joined.make(
                    session, cast(BinaryIO, part), question, services.clock, pulse.advance
                )
            part.flush()
            os.fsync(part.fileno())
        except BaseException:
            path.unlink()
            raise
    digest, size = digest_of(path), path.stat().st_size
    path.replace(packs.path_of(question.data_dir, digest))
    return Made(digest, size, manifest)


class _Pulse:
    """Says every few seconds that a job lives and how far it is."""

    def __init__(self, services: Services, job_id: int) -> None:
        self._services, self._job_id, self._done = services, job_id, 0
        self._stopped = Event()
        self._thread = Thread(target=self._beat, name=f"{THREAD}-pulse", daemon=True)

    def start(self) -> None:
        """Begin to say it."""
        self._thread.start()

    def advance(self, count: int) -> None:
        """Note that the job went on."""
        self._done += count

    def stop(self) -> None:
        """Say nothing more."""
        self._stopped.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._stopped.wait(_BEAT_SECONDS):
            try:
                with database.transaction(self._services.engine) as session:
                    packs.heard(session, self._job_id, done=self._done, clock=self._services.clock)
            except DBAPIError as error:
                # The next beat may get through; a job that falls silent is shown as cut off.
                _logger.warning("a job could not be heard: %s", type(error).__name__)
