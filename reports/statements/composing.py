"""Compose the statements of a period for issuing: one document, and the files to hand out.

The document is the same for the same books, whenever it is composed; what depends on the moment
(when, by whom, under which digest) stands only in the files.
"""

import dataclasses
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy.orm import Session

from foundation.statements.content import Content, Seal, StatementFile
from ledger import catalogue
from ledger.clock import Clock
from reports import exporting, registry
from reports.exporters import json
from reports.period_range import PeriodRange, parse_range
from reports.statements import layouts, tabling
from reports.statements.frame import Frame
from reports.tables import Heading, Label, State, Table, kept

REPORTS = ("balance_sheet", "activities", "cash_flows", "net_assets_changes", "notes")
_FORMATS = ("pdf", "xlsx")


def compose(session: Session, period: str, layout: str, clock: Clock) -> Content:
    """Return what would be issued. Raises InvalidInput or UnknownPeriod for a wrong period."""
    wanted = parse_range(period)
    version = layout
    if layout == "auto":
        version = layouts.layout_on(wanted.last_day).version
    tables = {
        name: kept(registry.run(session, name, _asked(name, wanted, version), clock=clock))
        for name in REPORTS
    }
    frame = Frame(session, catalogue.load(session), layouts.get_layout(version))
    equalities = frame.equalities(wanted.to_date.span)

    def files(seal: Seal) -> Iterable[StatementFile]:
        return _files(tables, seal)

    return Content(
        period=wanted.text,
        first=wanted.first,
        last=wanted.last,
        layout=version,
        document={
            "period": wanted.text,
            "layout": version,
            "statements": {name: _document(table) for name, table in tables.items()},
            "equalities": [
                {
                    "id": equality.id,
                    "left": equality.left_minor,
                    "beside": equality.beside_minor,
                    "right": equality.right_minor,
                }
                for equality in equalities
            ],
        },
        unequal=tuple(e.words.zh for e in equalities if not e.holds),
        files=files,
    )


def reclassifications() -> list[tuple[str, str]]:
    """Return the pairs of rows between which the layouts allow a reclassification."""
    return [(pair.source, pair.target) for pair in layouts.reclassifications()]


def titled_reclassifications() -> tuple[tuple[str, str, str], ...]:
    """Return the same with what people call them."""
    return tuple((pair.source, pair.target, pair.title.zh) for pair in layouts.reclassifications())


def _asked(name: str, period: PeriodRange, version: str) -> Mapping[str, str]:
    known = {parameter.name for parameter in registry.get(name).parameters}
    asked = {"period": period.text, tabling.LAYOUT.name: version}
    return {key: value for key, value in asked.items() if key in known}


def _document(table: Table) -> dict[str, Any]:
    found = json.document(table)
    del found["printed_at"]
    return found | {"state": State.FINAL.value}


def _files(tables: Mapping[str, Table], seal: Seal) -> Iterator[StatementFile]:
    for name, table in tables.items():
        sealed = sealed_table(table, seal)
        for form_name in _FORMATS:
            form = exporting.get(form_name)
            stream = io.BytesIO()
            form.write(sealed, stream)
            yield StatementFile(f"{name}.{form_name}", form.media_type, stream.getvalue())


def sealed_table(table: Table, seal: Seal) -> Table:
    """Return a table as it is issued: final, with the names and the digest at its foot."""
    names = seal.signers.legal_representative, seal.signers.accounting_head, seal.signers.preparer
    heading: Heading = dataclasses.replace(table.heading, state=State.FINAL)
    if table.form is None:
        return dataclasses.replace(table, heading=heading)
    labels: tuple[Label, ...] = tabling.SIGNATURES
    given = tuple(
        name or known for name, (_, known) in zip(names, table.form.signatures, strict=True)
    )
    form = dataclasses.replace(
        table.form,
        signatures=tuple(zip(labels, given, strict=True)),
        seal=_seal(seal),
    )
    return dataclasses.replace(table, heading=heading, form=form)


def _seal(seal: Seal) -> Label:
    day, head = seal.issued_at.date().isoformat(), seal.chain_head[:16]
    return Label(
        f"签发 {day}　摘要 {seal.digest}　凭证链 {head}",
        f"Issued {day}  digest {seal.digest}  chain {head}",
    )
