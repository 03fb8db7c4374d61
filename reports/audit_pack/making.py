"""Make a pack: every file of every year, what proves them, and what is missing."""

import dataclasses
import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, BinaryIO
from zipfile import ZipFile

from sqlalchemy.orm import Session

from foundation.organisation.service import get_organisation
from foundation.zip_entries import entry
from ledger import catalogue
from ledger.clock import Clock
from ledger.errors import InvalidInput
from reports.audit_pack import packing, summary
from reports.audit_pack.definitions import FileDefinition, definitions
from reports.audit_pack.packing import Built, Pack
from reports.audit_pack.registry import FILES, SEVERAL, TABLES
from reports.parameters import Parameters
from reports.tables import Label, Table, kept
from reports.tie_outs import registry as tie_outs
from reports.tie_outs.report import document

MOST_YEARS = 3
_CHAIN = "chain.jsonl"
_VERIFIER = "verify_pack.py"

Progress = Callable[[int], None]


def make(
    session: Session,
    stream: BinaryIO,
    *,
    first: int,
    last: int,
    clock: Clock,
    earlier: Mapping[str, Any] | None = None,
    progress: Progress = lambda _: None,
) -> dict[str, Any]:
    """Write the pack of the years `first` to `last` and return its manifest.

    `earlier` is the manifest of a pack that was handed out before: then a dated list says what
    changed since.

    Raises InvalidInput for years that the books do not have, or more than three.
    """
    years = _years(session, first, last)
    with ZipFile(stream, "w", allowZip64=True) as archive:
        pack = Pack(archive)
        totals: list[dict[str, Any]] = []
        for year in years:
            asked = packing.year_parameters(session, year, clock=clock)
            _write_year(session, pack, asked, clock, progress)
            found = tie_outs.compute(session, asked)
            totals += [
                {"period": str(year), "explanation": "", **item}
                for item in document(found)["tie_outs"]
            ]
        front = packing.year_parameters(session, years[-1], clock=clock)
        listed = [
            summary.contents(front, list(pack.members)),
            summary.control_totals(front, totals),
        ]
        if earlier is not None:
            listed.append(summary.changes(session, front, earlier, list(pack.members)))
        for table in listed:
            for form in ("xlsx", "csv"):
                pack.front(table, form)
        pack.pour(_VERIFIER, lambda out: _copied(out, packing.VERIFIER.read_bytes()))
        manifest = packing.manifest_of(
            session,
            pack,
            organisation=get_organisation(session).name,
            years=years,
            state="draft",
            control_totals=totals,
        )
        text = json.dumps(manifest, ensure_ascii=False, indent=1)
        archive.writestr(entry(packing.MANIFEST), text)
    return manifest


def steps(years: int) -> int:
    """Return how often `progress` is called for so many years."""
    return years * (len(TABLES) + len(SEVERAL) + len(FILES) + 1)


def _years(session: Session, first: int, last: int) -> list[int]:
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
            built = Built(definition, partial(TABLES[number], session, asked))
            for form in definition.formats:
                pack.table(str(year), built, form, period=str(year))
            progress(1)
        elif number in SEVERAL:
            for name, table in SEVERAL[number](session, asked, clock):
                _write_kept(pack, definition, name, kept(table), str(year))
            progress(1)
        elif number in FILES:
            ending, pour = FILES[number]
            path = f"{year}/{definition.name}.{ending}"
            pack.pour(path, partial(pour, session, asked), period=str(year))
            progress(1)
    chain = packing.write_chain(session, year * 100, year * 100 + 12)
    pack.pour(f"{year}/{_CHAIN}", chain, period=str(year))
    progress(1)


def _write_kept(pack: Pack, definition: FileDefinition, name: str, table: Table, year: str) -> None:
    """Write a small table that is read once in every format, under a name of its own."""
    title = f"{definition.title.zh}_{name}" if name else definition.title.zh
    named = dataclasses.replace(definition, title=Label(title, definition.title.en))
    for form in definition.formats:
        pack.table(year, Built(named, lambda: table), form, period=year)


def _copied(stream: BinaryIO, content: bytes) -> None:
    stream.write(content)
