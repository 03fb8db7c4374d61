"""What the pages of evidence are given: control totals, rows of statements, the making of packs."""

from collections.abc import Callable, Sequence
from typing import Any, BinaryIO

from sqlalchemy.orm import Session

from foundation.evidence.joined import ControlRow, Joined, PackQuestion, StatementRow
from ledger.clock import Clock
from ledger.integrity import Check
from reports.audit_pack import making, packing, readiness
from reports.audit_pack.making import Wanted
from reports.parameters import PERIOD, resolve
from reports.statements import tabling
from reports.tie_outs import audited, explaining
from reports.tie_outs import registry as tie_outs
from reports.tie_outs.definitions import TieOut

Checks = Callable[[PackQuestion], Sequence[Check]]


def joined(checks: Checks) -> Joined:
    """Return what `foundation.evidence` needs from here; `checks` are what a final pack passes."""

    def make(
        session: Session,
        stream: BinaryIO,
        asked: PackQuestion,
        clock: Clock,
        progress: Callable[[int], None],
    ) -> dict[str, Any]:
        wanted = Wanted(
            asked.first,
            asked.last,
            asked.data_dir,
            is_final=asked.is_final,
            checks=checks(asked) if asked.is_final else (),
        )
        return making.make(session, stream, wanted, clock=clock, progress=progress)

    return Joined(
        control_rows=control_rows,
        statement_rows=statement_rows,
        obstacles=obstacles,
        make=make,
        steps=making.steps,
    )


def control_rows(session: Session, period: str, clock: Clock) -> list[ControlRow]:
    """Return the control totals of a period with what was said about them."""
    asked = resolve(session, (PERIOD, tabling.LAYOUT), {"period": period}, clock=clock)
    found = tie_outs.compute(session, asked)
    known = explaining.explained(session, asked.period.text, found)
    return [_row(asked.period.text, one, known) for one in found]


def statement_rows(session: Session, year: int, clock: Clock) -> list[StatementRow]:
    """Return the rows of the statements of a year, for the figures of the audit report."""
    asked = packing.year_parameters(session, year, clock=clock)
    figures = audited.statement_figures(tabling.frame_of(session, asked), asked.period)
    return [StatementRow(statement, item, minor) for (statement, item), minor in figures.items()]


def obstacles(session: Session, first: int, last: int, clock: Clock) -> list[str]:
    """Return what keeps a pack from being final, without the integrity suite."""
    years = making.years_of(session, first, last)
    totals = [
        item
        for year in years
        for item in making.control_totals(
            session, packing.year_parameters(session, year, clock=clock)
        )
    ]
    return readiness.obstacles(session, years, totals, ())


def _row(period: str, one: TieOut, known: Any) -> ControlRow:
    sides = one.sides
    left, right = (sides.left, sides.right) if sides is not None else (None, None)
    gap = sides.left - sides.right if sides is not None else None
    return ControlRow(
        id=one.control.id,
        left_title=(one.control.left.zh, one.control.left.en),
        right_title=(one.control.right.zh, one.control.right.en),
        left=one.said(left) or "",
        right=one.said(right) or "",
        difference=one.said(gap) or "",
        holds=one.holds,
        note=one.note if sides is None else sides.note,
        gaps=tuple((item.words, one.said(item.minor) or "") for item in sides.gaps)
        if sides is not None
        else (),
        now=explaining.difference_of(period, one),
        explained=known.get(one.control.id),
    )
