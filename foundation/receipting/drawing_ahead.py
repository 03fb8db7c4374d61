"""Draw a large batch of letters in several processes before it is given out.

Drawing and signing keep one core busy, so each core gets a process with every n-th set of letters.
A process keeps the sets that it finished; whatever it leaves, because it was killed or because
somebody else was first, the caller draws when the letters are given out. Nothing is shared between
the processes but the books, so none of them can hold up or harm another.
"""

import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import connection, get_context
from multiprocessing.connection import Connection
from typing import cast

from foundation import database
from foundation.config import Config
from foundation.receipting import drawing, signer
from foundation.receipting.drawing import Places
from ledger.clock import Clock
from ledger.errors import DomainError
from ledger.orm import chunks

# Below this a second process takes longer to start than it saves.
_WORTH_IT = 200


@dataclass(frozen=True, slots=True)
class Task:
    """What a process needs to know: the books by their URL, the settings, and who acts."""

    url: str
    config: Config
    organisation: str
    is_demo: bool
    actor: str
    clock: Clock


def process_count(letters: int, asked: int | None) -> int:
    """Return how many processes draw so many letters: as asked, or one for each core."""
    if asked is not None:
        return asked
    return (os.cpu_count() or 1) if letters >= _WORTH_IT else 1


def draw(task: Task, letter_ids: Sequence[int], *, processes: int) -> Iterator[int]:
    """Draw the originals; yield how many letters each step has finished."""
    context = get_context("spawn")  # threads and open connections do not survive a fork
    sets = list(chunks(letter_ids, drawing.CHUNK))
    pipes: list[Connection] = []
    workers = []
    try:
        for number in range(processes):
            reader, writer = context.Pipe(duplex=False)
            share = sets[number::processes]
            worker = context.Process(target=_work, args=(task, share, writer), daemon=True)
            worker.start()
            writer.close()  # so that the pipe ends with its process
            pipes.append(reader)
            workers.append(worker)
        while pipes:
            for ready in connection.wait(pipes):
                reader = cast(Connection, ready)
                try:
                    yield reader.recv()
                except EOFError:
                    pipes.remove(reader)
    finally:
        for worker in workers:
            worker.terminate()
            worker.join()


def _work(task: Task, share: Sequence[Sequence[int]], done: Connection) -> None:
    """Draw the sets of one process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the caller stops its processes
    engine = database.create(task.url)
    seal = signer.load(
        task.config,
        organisation=task.organisation,
        is_demo=task.is_demo,
        moment=task.clock.now(),
    )
    places = Places(
        reading=lambda: database.reading(engine),
        writing=lambda: database.transaction(engine),
        folder=task.config.data_dir,
    )
    with suppress(BrokenPipeError):  # the caller is gone
        for keys in share:
            with suppress(DomainError):  # the caller meets it again, and tells it
                drawing.keep(places, keys, seal=seal, actor=task.actor, clock=task.clock)
            done.send(len(keys))
