"""Files 38 and 39: the tables of the annual report, and where they differ from the books."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from ledger.clock import Clock
from reports.annual import differences as computed
from reports.annual import report
from reports.audit_pack import evidence_files
from reports.audit_pack.definitions import filled
from reports.parameters import Parameters
from reports.tables import Table

# What stands in the pack under a number of its own.
_ELSEWHERE = frozenset({"annual_differences", "pack_24", "pack_25"})


def annual_tables(
    session: Session, parameters: Parameters, _clock: Clock
) -> Iterator[tuple[str, Table]]:
    """38 年报财务表: all of them in one list, and each under its name."""
    yield "", filled("38", parameters, report.rows(session, parameters))
    for name, table in report.several(session, parameters):
        if table.id not in _ELSEWHERE:
            yield name, table


def differences(
    session: Session, parameters: Parameters, clock: Clock
) -> Iterator[tuple[str, Table]]:
    """39 年报与账面差异说明: what was handed in, and what the books say by themselves."""
    yield from evidence_files.differences(session, parameters, clock)
    yield "由账面得出", computed.table(session, parameters)
