"""Write the pack: files by year, the chain of vouchers, the control totals, the manifest.

One consistent snapshot, streamed, so that memory does not grow with the books. The bytes depend
on the books alone: no time of printing, no order that could differ.
"""

import dataclasses
import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, cast
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.evidence.models import PackState
from foundation.zip_entries import entry
from ledger import chains
from ledger.clock import Clock
from ledger.money import to_text
from ledger.trail import TrailHead
from ledger.vouchers import Voucher
from reports import parameters
from reports.audit_pack.counting import Count, Digesting, counted
from reports.audit_pack.definitions import FileDefinition
from reports.exporters import csv
from reports.exporting import get as get_format
from reports.parameters import PERIOD, Parameters
from reports.statements import tabling
from reports.tables import Label, Row, Table, kept

MANIFEST = "manifest.json"
VERIFIER = Path(__file__).parent / "verify_pack.py"
STATE_WORDS = {
    PackState.DRAFT: Label("草稿", "Draft"),
    PackState.FINAL: Label("正式", "Final"),
}
# What is kept in memory of a csv that waits; the rest of it goes to disk.
_IN_MEMORY = 4 * 1024 * 1024
_PIECE = 256 * 1024


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
    """A file of the pack and its table, whose rows are read once for all of its formats."""

    definition: FileDefinition
    table: Table


@dataclass(slots=True)
class Pack:
    """A pack being written."""

    archive: ZipFile
    members: list[Member] = field(default_factory=list)

    def table(self, folder: str, built: Built, *, period: str) -> None:
        """Write a table in every format that its file has."""
        path = f"{folder}/{built.definition.name}"
        self._write(path, built.table, built.definition.formats, period)

    def front(self, table: Table) -> None:
        """Write a table about the pack itself, which stands before the years."""
        self._write(f"00_{table.title.zh}", table, ("xlsx", "csv"), "")

    def pour(self, path: str, write: Callable[[BinaryIO], int | None], *, period: str = "") -> None:
        """Write a file by a function, which may return how many rows it wrote."""
        with self._member(path) as stream:
            rows = write(cast(BinaryIO, stream))
        self._note(path, period, stream, rows or 0, {})

    def _write(self, path: str, table: Table, formats: Sequence[str], period: str) -> None:
        """Write a table in its formats; only a workbook with a csv beside it can be long."""
        if set(formats) == {"xlsx", "csv"}:
            self._write_both(path, table, period)
            return
        if len(formats) > 1:
            table = kept(table)
        for form in formats:
            read, count = counted(table)
            self._one(path, form, read, period, count)

    def _write_both(self, path: str, table: Table, period: str) -> None:
        """Write a workbook and a csv from one reading of the rows.

        A zip takes one file at a time, so the csv waits beside it while the workbook is made.
        """
        table, count = counted(table)
        with SpooledTemporaryFile(max_size=_IN_MEMORY) as beside:
            text = csv.Writer(table, beside)
            self._one(path, "xlsx", _told(table, text), period, count)
            text.finish()
            with self._member(f"{path}.csv") as stream:
                beside.seek(0)
                shutil.copyfileobj(beside, cast(BinaryIO, stream), _PIECE)
            self._note(f"{path}.csv", period, stream, count.rows, count.sums)

    def _one(self, path: str, form: str, table: Table, period: str, count: Count) -> None:
        with self._member(f"{path}.{form}") as stream:
            get_format(form).write(table, cast(BinaryIO, stream))
        self._note(f"{path}.{form}", period, stream, count.rows, count.sums)

    @contextmanager
    def _member(self, path: str) -> Iterator[Digesting]:
        # A workbook is a zip already.
        how = ZIP_STORED if path.endswith((".xlsx", ".zip")) else ZIP_DEFLATED
        with self.archive.open(entry(path, how), "w", force_zip64=True) as opened:
            stream = Digesting(opened)
            try:
                yield stream
            except BaseException:
                stream.forget()
                raise
            stream.flush()

    def _note(
        self, path: str, period: str, stream: Digesting, rows: int, sums: dict[str, int]
    ) -> None:
        texts = {title: to_text(minor) for title, minor in sums.items()}
        self.members.append(Member(path, period, rows, texts, stream.size, stream.sha256))


def _told(table: Table, text: csv.Writer) -> Table:
    """Return the table whose rows are written as text while somebody else reads them."""

    def rows() -> Iterator[Row]:
        for row in table.rows:
            text.add(row)
            yield row

    return dataclasses.replace(table, rows=rows())


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
    state: PackState,
    control_totals: Iterable[dict[str, Any]],
) -> dict[str, Any]:
    """Return the manifest: what is in the pack and what it must prove."""
    trail = session.execute(select(TrailHead.sequence, TrailHead.digest)).one_or_none()
    return {
        "format": 1,
        "organisation": organisation,
        "years": list(years),
        "state": state.value,
        "state_title": STATE_WORDS[state].zh,
        "chain_head": chains.chain_head(session),
        "series": chains.series_heads(session),
        "trail": {"sequence": trail.sequence, "digest": trail.digest} if trail else None,
        "control_totals": list(control_totals),
        "files": [asdict(member) for member in pack.members],
    }
