"""勾稽表: the control totals of a period as a table, and as the document that programs read."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from foundation.evidence.explanations import Explained
from reports.parameters import Parameters
from reports.tables import Column, Kind, Label, Row, Table, Term
from reports.tie_outs import explaining, registry
from reports.tie_outs.definitions import TieOut

ID = "tie_outs"
TITLE = Label("勾稽表", "Tie-outs")
COLUMNS = (
    Column("id", Label("编号", "Id"), Kind.CODE, 6),
    Column("left_title", Label("左项", "Left"), width=30),
    Column("left", Label("左金额", "Left amount"), Kind.CODE, 17),
    Column("right_title", Label("右项", "Right"), width=30),
    Column("right", Label("右金额", "Right amount"), Kind.CODE, 17),
    Column("difference", Label("差额", "Difference"), Kind.CODE, 15),
    Column("holds", Label("结论", "Verdict"), width=8),
    Column("note", Label("说明", "Note"), width=40),
)
VERDICTS = {
    True: Term("holds", Label("相符", "Holds")),
    False: Term("differs", Label("不符", "Differs")),
    None: Term("missing", Label("缺少资料", "Data missing")),
}


def run(session: Session, parameters: Parameters) -> Table:
    """Return the control totals of a period."""
    found = registry.compute(session, parameters)
    known = explaining.explained(session, parameters.period.text, found)
    counted = {verdict: sum(t.holds is verdict for t in found) for verdict in VERDICTS}
    return Table(
        id=ID,
        title=TITLE,
        columns=COLUMNS,
        rows=tuple(_row(tie_out, known) for tie_out in found),
        heading=parameters.heading,
        notes=(
            Label(
                f"共 {len(found)} 项：相符 {counted[True]}，不符 {counted[False]}，"
                f"缺少资料 {counted[None]}。缺少资料的不作结论。",
                f"{len(found)} in all: {counted[True]} hold, {counted[False]} differ,"
                f" {counted[None]} lack data and are not judged.",
            ),
        ),
    )


def _row(tie_out: TieOut, known: Mapping[str, Explained]) -> Row:
    sides = tie_out.sides
    difference = sides.left - sides.right if sides is not None else None
    return Row(
        (
            tie_out.control.id,
            tie_out.control.left,
            tie_out.said(sides.left if sides is not None else None),
            tie_out.control.right,
            tie_out.said(sides.right if sides is not None else None),
            tie_out.said(difference),
            VERDICTS[tie_out.holds],
            explaining.note(tie_out, known),
        )
    )


def document(
    found: Iterable[TieOut], known: Mapping[str, Explained] | None = None
) -> dict[str, Any]:
    """Return the control totals as programs read them, with the explanations that are known."""
    return {"tie_outs": [_item(tie_out, known or {}) for tie_out in found]}


def _item(tie_out: TieOut, known: Mapping[str, Explained]) -> dict[str, Any]:
    said = known.get(tie_out.control.id)
    sides, control = tie_out.sides, tie_out.control
    left, right = (sides.left, sides.right) if sides is not None else (None, None)
    difference = sides.left - sides.right if sides is not None else None
    return {
        "id": control.id,
        "left": tie_out.said(left),
        "right": tie_out.said(right),
        "difference": tie_out.said(difference),
        "holds": tie_out.holds,
        "note": explaining.note(tie_out, known),
        # Only an approved one about these very figures explains; see `foundation.evidence`.
        "explanation": said.reason if said is not None and said.holds else "",
        "explanation_state": said.standing.value if said is not None else "",
        "left_title": control.left.zh,
        "right_title": control.right.zh,
        "gaps": [
            {"row": gap.words, "difference": tie_out.said(gap.minor)}
            for gap in (sides.gaps if sides is not None else ())
        ],
    }
