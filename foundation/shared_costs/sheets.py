"""Time sheets: for whom each person worked in a month, written once for everybody in the month."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from foundation.shared_costs import steps
from foundation.shared_costs.models import Basis, CostKey, CostMonth, CostRun, Function, TimeSheet
from ledger import catalogue
from ledger.clock import Clock
from ledger.errors import Conflict, InvalidInput
from ledger.funds import Restriction
from ledger.periods import text_of

WHOLE = 10_000


@dataclass(frozen=True, slots=True)
class SheetRow:
    """What part of a person's month was for one fund and function, in hundredths of a percent."""

    person: str
    function: Function
    fund: str
    basis_points: int


class SheetUsed(Conflict):
    """Costs of the month were allocated by it."""

    code = "time_sheet_used"
    message = "{period} 的共同费用已按工时分配，须先撤回该次分配"


def save_sheet(
    session: Session, period: int, rows: Sequence[SheetRow], *, actor: str, clock: Clock
) -> int:
    """Write the sheet of a month in place of what was there; return how many people it has.

    Raises InvalidInput for a person whose parts are not 100 %, UnknownFund, UnknownPeriod,
    SheetUsed.
    """
    known = catalogue.load(session)
    known.period(period)
    _require_unused(session, period)
    sums: dict[str, int] = {}
    seen: set[tuple[str, Function, str]] = set()
    for row in rows:
        person = row.person.strip()
        if not person or len(person) > 40 or not 0 < row.basis_points <= WHOLE:
            raise InvalidInput(field="工时", reason="每行应有人员代码和大于零的比例")
        if (person, row.function, row.fund) in seen:
            raise InvalidInput(field="工时", reason=f"{person} 的同一基金同一职能出现多次")
        if known.fund(row.fund).restriction is Restriction.PERMANENT:
            raise InvalidInput(field="工时", reason=f"留本基金“{row.fund}”的本金不能负担费用")
        seen.add((person, row.function, row.fund))
        sums[person] = sums.get(person, 0) + row.basis_points
    for person, total in sums.items():
        if total != WHOLE:
            text = f"{total // 100}.{total % 100:02d}%"
            raise InvalidInput(field="工时", reason=f"{person} 的比例合计为 {text}，应为 100%")
    session.execute(delete(TimeSheet).where(TimeSheet.period_id == period))
    session.add_all(
        TimeSheet(
            period_id=period,
            person=row.person.strip(),
            function=row.function,
            fund_id=known.fund(row.fund).id,
            basis_points=row.basis_points,
            entered_by=actor,
            entered_at=clock.now(),
        )
        for row in rows
    )
    session.flush()
    steps.note(
        session,
        "time_sheet",
        f"time_sheet:{period}",
        actor=actor,
        clock=clock,
        people=len(sums),
        rows=len(rows),
    )
    return len(sums)


def _require_unused(session: Session, period: int) -> None:
    used = (
        select(CostMonth.run_id)
        .join(CostRun, CostRun.id == CostMonth.run_id)
        .join(CostKey, CostKey.id == CostRun.key_id)
        .where(CostMonth.period_id == period, CostKey.basis == Basis.STAFF_TIME)
    )
    if session.execute(used).first() is not None:
        raise SheetUsed(period=text_of(period))


def weights(session: Session, first: int, last: int) -> dict[tuple[Function, int], int]:
    """Return what was worked for each function and fund in some months, all people together."""
    rows = session.execute(
        select(TimeSheet.function, TimeSheet.fund_id, func.sum(TimeSheet.basis_points))
        .where(TimeSheet.period_id.between(first, last))
        .group_by(TimeSheet.function, TimeSheet.fund_id)
        .order_by(TimeSheet.function, TimeSheet.fund_id)
    )
    return {(function, fund): int(points) for function, fund, points in rows}
