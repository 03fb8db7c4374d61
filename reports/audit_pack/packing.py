"""Write the pack: files by year, the chain of vouchers, the control totals, the manifest.

One consistent snapshot, streamed, so that memory does not grow with the books. The bytes depend
on the books alone: no time of printing, no order that could differ.
"""

import dataclasses
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, cast
from zipfile import ZipFile

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.zip_entries import entry
from ledger import chains
from ledger.clock import Clock
from ledger.money import to_text
from ledger.trail import TrailHead
from ledger.vouchers import Voucher
from reports import parameters
from reports.audit_pack.counting import Digesting, counted
from reports.audit_pack.definitions import FileDefinition
from reports.exporting import get as get_format
from reports.parameters import PERIOD, Parameters
from reports.statements import tabling
from reports.tables import Table

MANIFEST = "manifest.json"
VERIFIER = Path(__file__).parent / "verify_pack.py"


@dataclass(frozen=True, slots=True)
class Member:
    """One file of a pack; `sums` are texts with two decimals by the title of the column."""

    path: str
    period: str
    rows: int
    sums: dict[str, str]
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Built:
    """A file of the pack and what makes its table, anew for each format."""

    definition: FileDefinition
    make: Callable[[], Table]


@dataclass(slots=True)
class Pack:
    """A pack being written."""

    archive: ZipFile
    members: list[Member] = field(default_factory=list)

    def table(self, folder: str, built: Built, form: str, *, period: str) -> None:
        """Write a table in one format."""
        table, count = counted(built.make())
        path = f"{folder}/{built.definition.name}.{form}"
        with self._member(path) as stream:
            get_format(form).write(table, cast(BinaryIO, stream))
        self._note(path, period, stream, count.rows, count.sums)

    def front(self, table: Table, form: str) -> None:
        """Write a table about the pack itself, which stands before the years."""
        counted_table, count = counted(table)
        path = f"00_{table.title.zh}.{form}"
        with self._member(path) as stream:
            get_format(form).write(counted_table, cast(BinaryIO, stream))
        self._note(path, "", stream, count.rows, count.sums)

    def pour(self, path: str, write: Callable[[BinaryIO], int | None], *, period: str = "") -> None:
        """Write a file by a function, which may return how many rows it wrote."""
        with self._member(path) as stream:
            rows = write(cast(BinaryIO, stream))
        self._note(path, period, stream, rows or 0, {})

    @contextmanager
    def _member(self, path: str) -> Iterator[Digesting]:
        with self.archive.open(entry(path), "w", force_zip64=True) as opened:
            yield Digesting(opened)

    def _note(
        self, path: str, period: str, stream: Digesting, rows: int, sums: dict[str, int]
    ) -> None:
        texts = {title: to_text(minor) for title, minor in sums.items()}
        self.members.append(Member(path, period, rows, texts, stream.size, stream.sha256))


def year_parameters(session: Session, year: int, *, clock: Clock) -> Parameters:
    """Return the question "this whole year" with a heading that depends on the books alone."""
    found = parameters.resolve(
        session, (PERIOD, tabling.LAYOUT), {"period": str(year)}, clock=clock
    )
    heading = dataclasses.replace(found.heading, printed_at=last_posting(session, year))
    return dataclasses.replace(found, heading=heading)


def last_posting(session: Session, year: int) -> datetime:
    """Return when the last voucher up to a year was posted: the time that the papers carry."""
    found = session.execute(
        select(func.max(Voucher.posted_at)).where(Voucher.period_id <= year * 100 + 12)
    ).scalar()
    return found or datetime(year, 12, 31, tzinfo=UTC)


def write_chain(session: Session, first: int, last: int) -> Callable[[BinaryIO], int]:
    """Return what writes the sealed content of every voucher of some periods, a line each."""

    def write(stream: BinaryIO) -> int:
        rows = 0
        for voucher in chains.sealed(session, first, last):
            line = json.dumps(
                [voucher.period_id, voucher.word, voucher.number, voucher.digest, voucher.content],
                ensure_ascii=False,
            )
            stream.write(line.encode() + b"\n")
            rows += 1
        return rows

    return write


def manifest_of(
    session: Session,
    pack: Pack,
    *,
    organisation: str,
    years: Sequence[int],
    state: str,
    control_totals: Iterable[dict[str, Any]],
) -> dict[str, Any]:
    """Return the manifest: what is in the pack and what it must prove."""
    trail = session.execute(select(TrailHead.sequence, TrailHead.digest)).one_or_none()
    return {
        "format": 1,
        "organisation": organisation,
        "years": list(years),
        "state": state,
        "chain_head": chains.chain_head(session),
        "series": chains.series_heads(session),
        "trail": {"sequence": trail.sequence, "digest": trail.digest} if trail else None,
        "control_totals": list(control_totals),
        "files": [asdict(member) for member in pack.members],
    }
