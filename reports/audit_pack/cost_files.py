"""File 36: the shared costs of the year and how they were allocated."""

from sqlalchemy.orm import Session

from reports import shared_costs
from reports.audit_pack.definitions import filled
from reports.parameters import Parameters
from reports.tables import Row, Table


def allocations(session: Session, parameters: Parameters) -> Table:
    """36 共同费用分配表: each source of each run whose voucher is posted."""
    runs = shared_costs.posted_runs(session, parameters)
    rows = [
        Row(
            (
                f"{row.months.text} {words}",
                sum(part.values()),
                f"{shared_costs.BASES[row.key.basis].zh}（{row.key.code} 第 {row.key.version} 版）",
                *part.values(),
            )
        )
        for row, words, part in shared_costs.by_source(session, runs)
    ]
    return filled("36", parameters, rows)
