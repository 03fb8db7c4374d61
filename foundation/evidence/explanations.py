"""Why a control total does not hold: said by one person, approved by another, with the figures.

An explanation belongs to the two figures and the rows of the difference as they were when it was
written. When any of them changes it says nothing any more, and the total is red again. Figures
that do not tie are never changed to tie.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from sqlalchemy.orm import Session

from foundation.books import papers
from foundation.evidence import queries
from foundation.evidence.models import ControlExplanation
from foundation.evidence.refusals import NothingThere
from foundation.http.languages import mark
from foundation.imports.uploads import clean_name
from ledger import trail
from ledger.clock import Clock
from ledger.errors import Conflict, InvalidInput, NotAllowed, NotFound, Stale
from receipts import files

_REPLACED = "由后来的说明替代"


class Standing(StrEnum):
    """Whether an explanation explains: 已批准、待批准、数据已变."""

    HOLDS = "holds"
    WAITING = "waiting"
    OUTDATED = "outdated"


STANDINGS = {
    Standing.HOLDS: mark("已说明"),
    Standing.WAITING: mark("说明待批准"),
    Standing.OUTDATED: mark("说明已过时（数据已变）"),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """The sides of a control total of a period, and the rows in which they differ."""

    period: str
    control: str
    left: int
    right: int
    rows: tuple[tuple[str, int], ...] = ()

    @property
    def rows_digest(self) -> str:
        """Return the digest of the rows."""
        text = json.dumps([list(row) for row in self.rows], ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Explained:
    """The explanation of a control total, and whether it explains the figures as they are now."""

    id: int
    standing: Standing
    reason: str
    made_by: str
    made_at: datetime
    approved_by: str | None
    file_name: str

    @property
    def holds(self) -> bool:
        """Whether it was approved and the figures are still the same."""
        return self.standing is Standing.HOLDS

    @property
    def words(self) -> str:
        """The explanation as it stands in a note."""
        if self.holds:
            paper = f"；附件：{self.file_name}" if self.file_name else ""
            return f"说明：{self.reason}（{self.made_by} 说明，{self.approved_by} 批准{paper}）"
        return f"{STANDINGS[self.standing]}：{self.reason}"


class UnknownExplanation(NotFound):
    """There is no such explanation."""

    code = "unknown_explanation"
    message = "没有编号为 {explanation} 的差额说明"


class HoldsAlready(Conflict):
    """There is nothing to explain."""

    code = "control_holds"
    message = "{period} 年 {control} 相符或缺少资料，没有需要说明的差额"


def standing(explanation: ControlExplanation, now: Difference) -> Standing:
    """Tell whether an explanation explains the figures as they are now."""
    same = (
        explanation.left_value == now.left
        and explanation.right_value == now.right
        and explanation.gaps_digest == now.rows_digest
    )
    if not same:
        return Standing.OUTDATED
    return Standing.HOLDS if explanation.approved_at is not None else Standing.WAITING


def view(row: ControlExplanation, now: Difference) -> Explained:
    """Return an explanation beside the figures as they are now."""
    return Explained(
        row.id,
        standing(row, now),
        row.reason,
        row.made_by,
        row.made_at,
        row.approved_by,
        row.file_name,
    )


def explain(
    session: Session,
    now: Difference,
    *,
    reason: str,
    paper: tuple[str, bytes] | None = None,
    data_dir: Path,
    actor: str,
    clock: Clock,
) -> ControlExplanation:
    """Say why a control total differs; an earlier explanation of it ends.

    Raises InvalidInput without a reason or for a paper that is none.
    """
    if not reason.strip() or len(reason) > 2000:
        raise InvalidInput(field="说明", reason="请写明差额的原因，最多 2000 字")
    name, digest, media_type = "", "", ""
    if paper is not None:
        name = clean_name(paper[0])
        suffix = Path(name).suffix.lower()
        if suffix not in papers.MEDIA_TYPES:
            known = "、".join(sorted(papers.MEDIA_TYPES))
            raise InvalidInput(field="文件", reason=f"文件类型应为 {known}")
        if not 0 < len(paper[1]) <= papers.MAX_BYTES:
            raise InvalidInput(field="文件", reason=f"不能为空，最大 {papers.MAX_BYTES >> 20} MB")
        digest, media_type = files.store(data_dir, paper[1]), papers.MEDIA_TYPES[suffix]
    before = queries.find_explanation(session, now.period, now.control)
    if before is not None:
        _end(before, reason=_REPLACED, actor=actor, clock=clock)
        session.flush()
    made = ControlExplanation(
        period=now.period,
        control=now.control,
        left_value=now.left,
        right_value=now.right,
        gaps_digest=now.rows_digest,
        reason=reason.strip(),
        file_name=name,
        media_type=media_type,
        file_digest=digest,
        made_by=actor,
        made_at=clock.now(),
    )
    session.add(made)
    session.flush()
    detail = {"left": str(now.left), "right": str(now.right)}
    _note(session, "control.explain", made, made.reason, detail=detail, actor=actor, clock=clock)
    return made


def approve(
    session: Session, explanation_id: int, now: Difference | None, *, actor: str, clock: Clock
) -> ControlExplanation:
    """Approve an explanation of somebody else, as long as it explains the figures of now.

    Raises UnknownExplanation, NotAllowed for one's own, Stale when the figures changed, Conflict.
    """
    found = get_explanation(session, explanation_id)
    if found.ended_at is not None:
        raise NothingThere(what=f"{found.control} 的说明")
    if found.approved_at is not None:
        raise Conflict(reason=f"该说明已由 {found.approved_by} 批准")
    if found.made_by == actor:
        raise NotAllowed(reason="不能批准自己写的说明")
    if now is None or standing(found, now) is Standing.OUTDATED:
        raise Stale(what=f"{found.control} 的金额")
    found.approved_by, found.approved_at = actor, clock.now()
    session.flush()
    _note(session, "control.approve", found, "", detail={}, actor=actor, clock=clock)
    return found


def withdraw(
    session: Session, explanation_id: int, *, reason: str, actor: str, clock: Clock
) -> None:
    """End an explanation with a reason. Raises UnknownExplanation, NothingThere, InvalidInput."""
    found = get_explanation(session, explanation_id)
    if found.ended_at is not None:
        raise NothingThere(what=f"{found.control} 的说明")
    if not reason.strip():
        raise InvalidInput(field="原因", reason="请写明撤回的原因")
    _end(found, reason=reason.strip(), actor=actor, clock=clock)
    session.flush()
    _note(session, "control.withdraw", found, reason.strip(), detail={}, actor=actor, clock=clock)


def get_explanation(session: Session, explanation_id: int) -> ControlExplanation:
    """Return an explanation, ended or not. Raises UnknownExplanation."""
    found = session.get(ControlExplanation, explanation_id)
    if found is None:
        raise UnknownExplanation(explanation=explanation_id)
    return found


def _end(explanation: ControlExplanation, *, reason: str, actor: str, clock: Clock) -> None:
    explanation.ended_by, explanation.ended_at = actor, clock.now()
    explanation.ended_reason = reason


def _note(
    session: Session,
    action: str,
    explanation: ControlExplanation,
    reason: str,
    *,
    detail: dict[str, str],
    actor: str,
    clock: Clock,
) -> None:
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action=action,
        subject=f"control:{explanation.period}:{explanation.control}",
        reason=reason,
        detail={"id": str(explanation.id), **detail},
    )
