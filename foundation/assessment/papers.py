"""Papers that prove what the books cannot: kept byte for byte, superseded, never deleted.

A paper lies in a place (such as 年度审计报告) and serves every indicator that asks for it; it can
also be pointed at any other indicator by hand.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from foundation.assessment import paper_kinds, shipped
from foundation.assessment.choosing import Chosen
from foundation.assessment.models import AssessmentPaper, AssessmentPaperUse
from foundation.assessment.rubrics import Indicator
from foundation.assessment.scoring import get_indicator
from ledger import trail
from ledger.clock import Clock
from ledger.errors import Conflict, InvalidInput, NotFound
from ledger.integrity import Check
from receipts import files

_FIRST_YEAR, _LAST_YEAR = 1980, 2100


class UnknownPaper(NotFound):
    """No paper has this key."""

    code = "unknown_paper"
    message = "找不到证据材料 {paper}"


@dataclass(frozen=True, slots=True)
class PaperInput:
    """What a person says of a paper."""

    title: str
    slot: str = ""
    document_number: str = ""
    issuer: str = ""
    issued_on: date | None = None
    valid_until: date | None = None
    first_year: int | None = None
    last_year: int | None = None


def add(
    session: Session,
    given: PaperInput,
    *,
    name: str,
    content: bytes,
    data_dir: Path,
    actor: str,
    clock: Clock,
    supersedes: int | None = None,
) -> AssessmentPaper:
    """Keep a paper, perhaps in the place of an older one.

    Raises InvalidInput for what it is or says, Conflict when the same bytes lie in the same place.
    """
    _check(given)
    cleaned, media_type = paper_kinds.check(name, content)
    digest = files.digest_of(content)
    same = select(AssessmentPaper.id).where(
        AssessmentPaper.digest == digest,
        AssessmentPaper.slot == given.slot,
        AssessmentPaper.ended_at.is_(None),
    )
    if session.execute(same).first() is not None:
        raise Conflict(reason="此处已有内容相同的材料")
    older = None if supersedes is None else _live(session, supersedes)
    files.store(data_dir, content)
    paper = _row(given, cleaned, media_type, content)
    paper.added_by, paper.added_at = actor, clock.now()
    session.add(paper)
    session.flush()
    detail = {"title": paper.title, "slot": paper.slot, "digest": digest}
    _note(session, "assessment.paper", paper, actor=actor, clock=clock, detail=detail)
    if older is not None:
        _move_uses(session, older, paper)
        older.superseded_by_id = paper.id
        _end(session, older, reason="由新材料替换", actor=actor, clock=clock)
    return paper


def withdraw(session: Session, paper_id: int, *, reason: str, actor: str, clock: Clock) -> None:
    """Take a paper out that should not be there. Raises UnknownPaper, Conflict, InvalidInput."""
    if not reason.strip():
        raise InvalidInput(field="原因", reason="不能为空")
    _end(session, _live(session, paper_id), reason=reason.strip()[:500], actor=actor, clock=clock)


def link(
    session: Session, chosen: Chosen, paper_id: int, code: str, *, actor: str, clock: Clock
) -> None:
    """Point a paper at an indicator. Raises UnknownPaper, UnknownIndicator, Conflict."""
    get_indicator(chosen, code)
    paper = _live(session, paper_id)
    key = (paper.id, chosen.rubric.version, code)
    if session.get(AssessmentPaperUse, key) is not None:
        raise Conflict(reason="该指标已引用此材料")
    session.add(
        AssessmentPaperUse(
            paper_id=paper.id,
            version=chosen.rubric.version,
            indicator=code,
            linked_by=actor,
            linked_at=clock.now(),
        )
    )
    session.flush()
    detail = {"indicator": code, "version": chosen.rubric.version}
    _note(session, "assessment.link", paper, actor=actor, clock=clock, detail=detail)


def unlink(
    session: Session, chosen: Chosen, paper_id: int, code: str, *, actor: str, clock: Clock
) -> None:
    """No longer point a paper at an indicator. Raises UnknownPaper."""
    use = session.get(AssessmentPaperUse, (paper_id, chosen.rubric.version, code))
    paper = session.get(AssessmentPaper, paper_id)
    if use is None or paper is None:
        raise UnknownPaper(paper=paper_id)
    session.execute(
        delete(AssessmentPaperUse).where(
            AssessmentPaperUse.paper_id == paper_id,
            AssessmentPaperUse.version == chosen.rubric.version,
            AssessmentPaperUse.indicator == code,
        )
    )
    detail = {"indicator": code, "version": chosen.rubric.version}
    _note(session, "assessment.unlink", paper, actor=actor, clock=clock, detail=detail)


def list_papers(session: Session) -> list[AssessmentPaper]:
    """Return every paper, also those that ended, the latest first."""
    return list(
        session.execute(select(AssessmentPaper).order_by(AssessmentPaper.id.desc())).scalars()
    )


def list_uses(session: Session, chosen: Chosen) -> dict[str, set[int]]:
    """Return which papers were pointed at which indicator by hand."""
    rows = session.execute(
        select(AssessmentPaperUse.indicator, AssessmentPaperUse.paper_id)
        .where(AssessmentPaperUse.version == chosen.rubric.version)
        .order_by(AssessmentPaperUse.indicator, AssessmentPaperUse.paper_id)
    )
    found: dict[str, set[int]] = {}
    for code, paper_id in rows:
        found.setdefault(code, set()).add(paper_id)
    return found


def serving(
    indicator: Indicator, every: Iterable[AssessmentPaper], uses: Iterable[int]
) -> list[AssessmentPaper]:
    """Return the papers of an indicator, also those that ended."""
    linked = frozenset(uses)
    return [
        paper for paper in every if paper.slot in indicator.evidence.slots or paper.id in linked
    ]


def read(session: Session, paper_id: int, *, data_dir: Path) -> tuple[AssessmentPaper, bytes]:
    """Return a paper and its content, checked against its digest.

    Raises UnknownPaper, or FileChanged of `receipts.files`.
    """
    paper = session.get(AssessmentPaper, paper_id)
    if paper is None:
        raise UnknownPaper(paper=paper_id)
    return paper, files.read(data_dir, paper.digest, name=paper.file_name)


def file_check(data_dir: Path) -> Check:
    """Return the check of a folder: every paper is there, byte for byte."""

    def broken(session: Session) -> Iterator[tuple[str, str]]:
        rows = session.connection().execute(
            select(AssessmentPaper.id, AssessmentPaper.digest, AssessmentPaper.file_name).order_by(
                AssessmentPaper.id
            )
        )
        for row in rows:
            try:
                files.read(data_dir, row.digest, name=row.file_name)
            except files.FileChanged:
                yield f"assessment paper {row.id}", f"file {row.digest} changed or missing"

    return Check("assessment_files", "Every paper of the assessment is as it was stored", broken)


def _row(given: PaperInput, name: str, media_type: str, content: bytes) -> AssessmentPaper:
    return AssessmentPaper(
        title=given.title.strip(),
        slot=given.slot,
        document_number=given.document_number.strip(),
        issuer=given.issuer.strip(),
        issued_on=given.issued_on,
        valid_until=given.valid_until,
        first_year=given.first_year,
        last_year=given.last_year if given.last_year is not None else given.first_year,
        file_name=name,
        media_type=media_type,
        size=len(content),
        digest=files.digest_of(content),
    )


def _check(given: PaperInput) -> None:
    if not given.title.strip():
        raise InvalidInput(field="材料名称", reason="不能为空")
    if given.slot and given.slot not in shipped.slots():
        raise InvalidInput(field="材料类别", reason="请从列表中选择")
    for field, text, longest in (
        ("材料名称", given.title, 200),
        ("文号", given.document_number, 120),
        ("出具单位", given.issuer, 200),
    ):
        if len(text) > longest:
            raise InvalidInput(field=field, reason=f"最多 {longest} 个字符")
    if given.issued_on and given.valid_until and given.valid_until < given.issued_on:
        raise InvalidInput(field="有效期至", reason="不能早于出具日期")
    first, last = given.first_year, given.last_year
    if first is None and last is not None:
        raise InvalidInput(field="所属年度", reason="缺少起始年度")
    for year in (first, last):
        if year is not None and not _FIRST_YEAR <= year <= _LAST_YEAR:
            raise InvalidInput(field="所属年度", reason="应为四位年份")
    if first is not None and last is not None and last < first:
        raise InvalidInput(field="所属年度", reason="起始年度不能晚于截止年度")


def _live(session: Session, paper_id: int) -> AssessmentPaper:
    paper = session.get(AssessmentPaper, paper_id)
    if paper is None:
        raise UnknownPaper(paper=paper_id)
    if paper.ended_at is not None:
        raise Conflict(reason="该材料已被替换或撤回")
    return paper


def _move_uses(session: Session, older: AssessmentPaper, paper: AssessmentPaper) -> None:
    """What pointed at the old paper points at the new one as well."""
    uses = session.execute(
        select(AssessmentPaperUse)
        .where(AssessmentPaperUse.paper_id == older.id)
        .order_by(AssessmentPaperUse.version, AssessmentPaperUse.indicator)
    ).scalars()
    session.add_all(
        AssessmentPaperUse(
            paper_id=paper.id,
            version=use.version,
            indicator=use.indicator,
            linked_by=paper.added_by,
            linked_at=paper.added_at,
        )
        for use in list(uses)
    )


def _end(
    session: Session, paper: AssessmentPaper, *, reason: str, actor: str, clock: Clock
) -> None:
    paper.ended_reason, paper.ended_by, paper.ended_at = reason, actor, clock.now()
    session.flush()
    replaced = paper.superseded_by_id
    detail = {"superseded_by": replaced} if replaced is not None else None
    _note(
        session,
        "assessment.paper_end",
        paper,
        actor=actor,
        clock=clock,
        reason=reason,
        detail=detail,
    )


def _note(
    session: Session,
    action: str,
    paper: AssessmentPaper,
    *,
    actor: str,
    clock: Clock,
    reason: str | None = None,
    detail: Mapping[str, object] | None = None,
) -> None:
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action=action,
        subject=f"assessment-paper:{paper.id}",
        reason=reason,
        detail=detail,
    )
