"""Audit packs that were made, and the making of them while it runs.

What is in a pack stands above this package; here is what keeps it: a job says how far the making
is, and says so every few seconds. One that is silent was cut off, whatever its row says. The file
of a pack lies in `DATA_DIR/packs` under its digest; a draft is taken away when it is old, a final
one stays. The same books give the same bytes, so a lost file can be made again.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.evidence.models import AuditPack, JobState, PackJob, PackState
from ledger import trail
from ledger.clock import Clock
from ledger.errors import Conflict, NotFound

FOLDER = "packs"
# A job says every few seconds that it lives; after this long it does not any more.
SILENT_AFTER = timedelta(seconds=45)
_DRAFTS_KEPT_FOR = timedelta(days=7)
_MOST_LISTED = 30

Make = Callable[..., Mapping[str, Any]]
"""`make(session, stream, first=, last=, is_final=, clock=, data_dir=, progress=)` -> manifest."""


class PackNotFinal(Conflict):
    """Something keeps the pack from being final; `obstacles` is the whole list."""

    code = "pack_not_final"
    message = "资料包还不能定为正式，有 {count} 项须先处理：{listed}"

    def __init__(self, obstacles: Sequence[str]) -> None:
        self.obstacles = tuple(obstacles)
        listed = "；".join(obstacles)
        super().__init__(count=len(obstacles), listed=listed, obstacles=list(obstacles))


class PackRunning(Conflict):
    """Another pack is being made."""

    code = "pack_running"
    message = "{by} 正在生成 {years} 的资料包，请等它完成"


class UnknownPack(NotFound):
    """There is no such pack, or its file is gone."""

    code = "unknown_pack"
    message = "没有编号为 {pack} 的资料包，或其文件已清理；同样的账簿可以重新生成逐字节相同的文件"


class Progress(StrEnum):
    """How a job stands: 进行中、已完成、未完成、已中断."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Made:
    """A pack that was written: where it lies and what its manifest says."""

    digest: str
    size: int
    manifest: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class JobView:
    """A job as people see it."""

    id: int
    first_year: int
    last_year: int
    is_final: bool
    progress: Progress
    done_steps: int
    total_steps: int
    problems: tuple[str, ...]
    started_by: str
    started_at: datetime
    pack_id: int | None

    @property
    def percent(self) -> int:
        """How far it is, of a hundred."""
        return min(100, self.done_steps * 100 // max(1, self.total_steps))


def start(
    session: Session, first: int, last: int, *, is_final: bool, steps: int, actor: str, clock: Clock
) -> int:
    """Begin a job and return its key. Raises PackRunning while another one lives."""
    for job in list_jobs(session, clock=clock):
        if job.progress is Progress.RUNNING:
            raise PackRunning(by=job.started_by, years=f"{job.first_year}-{job.last_year}")
    made = PackJob(
        first_year=first,
        last_year=last,
        wanted=PackState.FINAL if is_final else PackState.DRAFT,
        state=JobState.RUNNING,
        done_steps=0,
        total_steps=steps,
        problems="[]",
        started_by=actor,
        started_at=clock.now(),
        heard_at=clock.now(),
    )
    session.add(made)
    session.flush()
    return made.id


def heard(session: Session, job_id: int, *, done: int, clock: Clock) -> None:
    """Note that a job lives and how far it is."""
    job = _job(session, job_id)
    if job.state is JobState.RUNNING:
        job.done_steps, job.heard_at = done, clock.now()


def fail(session: Session, job_id: int, problems: Sequence[str]) -> None:
    """End a job that made no pack."""
    job = _job(session, job_id)
    job.state, job.problems = JobState.FAILED, json.dumps(list(problems), ensure_ascii=False)


def finish(session: Session, job_id: int, made: Made, *, clock: Clock) -> AuditPack:
    """Keep the pack that a job made, and end the job."""
    job = _job(session, job_id)
    pack = keep(session, made, actor=job.started_by, clock=clock)
    job.state, job.pack_id, job.done_steps = JobState.DONE, pack.id, job.total_steps
    return pack


def keep(session: Session, made: Made, *, actor: str, clock: Clock) -> AuditPack:
    """Note that a pack was made: its digest, and the head of the chain beneath."""
    manifest = made.manifest
    years = manifest["years"]
    pack = AuditPack(
        first_year=years[0],
        last_year=years[-1],
        state=PackState(manifest["state"]),
        digest=made.digest,
        size=made.size,
        file_count=len(manifest["files"]),
        chain_head=manifest["chain_head"],
        made_by=actor,
        made_at=clock.now(),
    )
    session.add(pack)
    session.flush()
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action="pack.make",
        subject=f"pack:{years[0]}-{years[-1]}",
        detail={"state": pack.state.value, "digest": made.digest, "id": str(pack.id)},
    )
    return pack


def list_jobs(session: Session, *, clock: Clock) -> list[JobView]:
    """Return the last jobs, the latest first."""
    rows = session.execute(select(PackJob).order_by(PackJob.id.desc()).limit(_MOST_LISTED))
    return [_view(job, clock.now()) for job in rows.scalars()]


def get_pack(session: Session, pack_id: int) -> AuditPack:
    """Return a pack. Raises UnknownPack."""
    pack = session.get(AuditPack, pack_id)
    if pack is None:
        raise UnknownPack(pack=pack_id)
    return pack


def path_of(data_dir: Path, digest: str) -> Path:
    """Return where the file of a pack lies."""
    return data_dir / FOLDER / f"{digest}.zip"


def open_file(session: Session, pack_id: int, *, data_dir: Path) -> tuple[AuditPack, BinaryIO]:
    """Open the file of a pack. Raises UnknownPack."""
    pack = get_pack(session, pack_id)
    try:
        return pack, path_of(data_dir, pack.digest).open("rb")
    except OSError:
        raise UnknownPack(pack=pack_id) from None


def sweep(session: Session, *, data_dir: Path, clock: Clock) -> None:
    """Take away the files of old drafts, and what a cut-off making left behind."""
    folder = data_dir / FOLDER
    if not folder.is_dir():
        return
    final = set(
        session.execute(
            select(AuditPack.digest).where(AuditPack.state == PackState.FINAL).order_by("id")
        ).scalars()
    )
    oldest = (clock.now() - _DRAFTS_KEPT_FOR).timestamp()
    for path in sorted(folder.iterdir()):
        if path.stem not in final and path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)


def _job(session: Session, job_id: int) -> PackJob:
    job = session.get(PackJob, job_id)
    if job is None:
        raise UnknownPack(pack=job_id)
    return job


def _view(job: PackJob, now: datetime) -> JobView:
    progress = Progress(job.state.value)
    if progress is Progress.RUNNING and now - job.heard_at > SILENT_AFTER:
        progress = Progress.INTERRUPTED
    return JobView(
        job.id,
        job.first_year,
        job.last_year,
        job.wanted is PackState.FINAL,
        progress,
        job.done_steps,
        job.total_steps,
        tuple(json.loads(job.problems)),
        job.started_by,
        job.started_at,
        job.pack_id,
    )
