"""Make a pack: every file of every year, what proves them, and what is missing.

A draft is made from whatever there is. A final one is refused while anything stands in its way
(see `readiness`), before a byte of it is written.
"""

import dataclasses
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import ZipFile

from sqlalchemy.orm import Session

from foundation.evidence.models import PackState
from foundation.evidence.packs import PackNotFinal
from foundation.organisation.service import get_organisation
from foundation.zip_entries import entry
from ledger import catalogue
from ledger.clock import Clock
from ledger.errors import InvalidInput
from ledger.integrity import Check
from reports.audit_pack import evidence_files, packing, readiness, summary
from reports.audit_pack.definitions import FileDefinition, definitions
from reports.audit_pack.packing import Built, Pack
from reports.audit_pack.registry import FILES, SEVERAL, TABLES
from reports.parameters import Parameters
from reports.tables import Label, Table
from reports.tie_outs import explaining
from reports.tie_outs import registry as tie_outs
from reports.tie_outs.report import document

MOST_YEARS = 3
_CHAIN = "chain.jsonl"
_VERIFIER = "verify_pack.py"

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which pack is made: its years, and whether it is to be final.

    `earlier` is the manifest of a pack that was handed out before: then a dated list says what
    changed since. `data_dir` is where the files lie that were handed in; `checks` are the
    integrity suite that a final pack must pass.
    """

    first: int
    last: int
    data_dir: Path
    is_final: bool = False
    checks: Sequence[Check] = ()
    earlier: Mapping[str, Any] | None = None


def make(
    session: Session,
    stream: BinaryIO,
    wanted: Wanted,
    *,
    clock: Clock,
    progress: Progress = lambda _: None,
) -> dict[str, Any]:
    """Write a pack and return its manifest.

    Raises InvalidInput for years that the books do not have, or more than three, and
    PackNotFinal with everything that keeps it from being final.
    """
    years = years_of(session, wanted.first, wanted.last)
    asked = {year: packing.year_parameters(session, year, clock=clock) for year in years}
    totals = [item for year in years for item in control_totals(session, asked[year])]
    progress(len(years))
    if wanted.is_final:
        obstacles = readiness.obstacles(session, years, totals, wanted.checks)
        if obstacles:
            raise PackNotFinal(obstacles)
    progress(1)
    state = PackState.FINAL if wanted.is_final else PackState.DRAFT
    with ZipFile(stream, "w", allowZip64=True) as archive:
        pack = Pack(archive)
        for year in years:
            _write_year(session, pack, asked[year], clock, progress)
            evidence_files.pour(session, pack, asked[year], wanted.data_dir)
            progress(1)
        front = asked[years[-1]]
        listed = [
            summary.contents(front, list(pack.members), state),
            summary.control_totals(front, totals),
            summary.handed_in(session, front, years),
        ]
        if wanted.earlier is not None:
            listed.append(summary.changes(session, front, wanted.earlier, list(pack.members)))
        for table in listed:
            pack.front(table)
        pack.pour(_VERIFIER, lambda out: _copied(out, packing.VERIFIER.read_bytes()))
        manifest = packing.manifest_of(
            session,
            pack,
            organisation=get_organisation(session).name,
            years=years,
            state=state,
            control_totals=totals,
        )
        text = json.dumps(manifest, ensure_ascii=False, indent=1)
        archive.writestr(entry(packing.MANIFEST), text)
    return manifest


def steps(years: int) -> int:
    """Return how far `progress` counts for so many years."""
    return years * (len(TABLES) + len(SEVERAL) + len(FILES) + 3) + 1


def control_totals(session: Session, asked: Parameters) -> list[dict[str, Any]]:
    """Return the control totals of a year with what was said about them."""
    found = tie_outs.compute(session, asked)
    known = explaining.explained(session, asked.period.text, found)
    return [{"period": asked.period.text, **item} for item in document(found, known)["tie_outs"]]


def years_of(session: Session, first: int, last: int) -> list[int]:
    """Return the years of a pack. Raises InvalidInput for what the books do not have."""
    if not first <= last < first + MOST_YEARS:
        raise InvalidInput(field="年度", reason=f"应为连续的一至{MOST_YEARS}个年度")
    known = {key // 100 for key in catalogue.load(session).periods}
    for year in range(first, last + 1):
        if year not in known:
            raise InvalidInput(field="年度", reason=f"{year} 年没有会计期间")
    return list(range(first, last + 1))


def _write_year(
    session: Session, pack: Pack, asked: Parameters, clock: Clock, progress: Progress
) -> None:
    year = asked.period.year
    for number, definition in definitions().items():
        if number in TABLES:
            built = Built(definition, TABLES[number](session, asked))
            pack.table(str(year), built, period=str(year))
            progress(1)
        elif number in SEVERAL:
            for name, table in SEVERAL[number](session, asked, clock):
                _write_named(pack, definition, name, table, str(year))
            progress(1)
        elif number in FILES:
            ending, pour = FILES[number]
            path = f"{year}/{definition.name}.{ending}"
            pack.pour(path, partial(pour, session, asked), period=str(year))
            progress(1)
    chain = packing.write_chain(session, year * 100, year * 100 + 12)
    pack.pour(f"{year}/{_CHAIN}", chain, period=str(year))
    progress(1)


def _write_named(
    pack: Pack, definition: FileDefinition, name: str, table: Table, year: str
) -> None:
    """Write a table under a name of its own."""
    title = f"{definition.title.zh}_{name}" if name else definition.title.zh
    named = dataclasses.replace(definition, title=Label(title, definition.title.en))
    pack.table(year, Built(named, table), period=year)


def _copied(stream: BinaryIO, content: bytes) -> None:
    stream.write(content)
