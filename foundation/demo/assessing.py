"""The assessment of the demo: a rubric, some papers, a few scores, and tasks to do soon.

The papers say that they are none. What the books say is left to be asked, on the page.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from foundation.assessment import choosing, papers, scoring, tasks
from foundation.assessment.choosing import Chosen
from foundation.assessment.models import Confirming
from foundation.assessment.papers import PaperInput
from foundation.assessment.tasks import TaskInput
from ledger.clock import Clock

_RUBRIC = "jiangsu-2.4"
_FOUNDING_MINOR = 200_000_000
_DAYS, _WEEK, _MONTH = timedelta(days=3), timedelta(days=7), timedelta(days=30)
_PAGE = b"%PDF-1.4\n% A file of the demo: it proves nothing.\n%%EOF\n"


@dataclass(frozen=True, slots=True)
class _Held:
    """A paper of the demo; `about_last_year` for those that speak of a year."""

    title: str
    slot: str
    issuer: str
    is_yearly: bool = False


_PAPERS = (
    _Held("会计核算与财务管理制度（演示）", "accounting_rules", "示例大学教育发展基金会"),
    _Held("财务岗位职责（演示）", "finance_posts", "示例大学教育发展基金会"),
    _Held("预算管理制度（演示）", "budget_rules", "示例大学教育发展基金会"),
    _Held("年度审计报告（演示）", "audit_report", "示例会计师事务所", is_yearly=True),
)
# Indicator, points, and whether the reviewer has confirmed them.
_SCORES = (("2.4.1.2", "3", True), ("2.4.2.2", "3", True), ("2.4.7.1", "2.5", False))


def begin(
    session: Session,
    *,
    administrator: str,
    accountant: str,
    reviewer: str,
    clock: Clock,
    folder: Path | None,
) -> None:
    """Choose the rubric for last year and this one, and leave the work half done."""
    today = clock.today()
    chosen = choosing.choose(
        session,
        _RUBRIC,
        first_year=today.year - 1,
        last_year=today.year,
        founding_minor=_FOUNDING_MINOR,
        reason="演示：尚未取得本省评分细则，先按江苏（南京）财务资产管理一节准备",
        actor=administrator,
        clock=clock,
    )
    if folder is not None:
        _keep_papers(session, folder, year=today.year - 1, actor=accountant, clock=clock)
    _score(session, chosen, accountant, reviewer, clock)
    _give_tasks(session, chosen, accountant, reviewer, clock)


def _keep_papers(session: Session, folder: Path, *, year: int, actor: str, clock: Clock) -> None:
    for held in _PAPERS:
        given = PaperInput(
            held.title,
            held.slot,
            issuer=held.issuer,
            issued_on=date(year + 1, 1, 8) if held.is_yearly else date(year, 1, 8),
            first_year=year if held.is_yearly else None,
        )
        papers.add(
            session,
            given,
            name=f"{held.slot}.pdf",
            content=_PAGE,
            data_dir=folder,
            actor=actor,
            clock=clock,
        )


def _score(session: Session, chosen: Chosen, accountant: str, reviewer: str, clock: Clock) -> None:
    for code, given, is_confirmed in _SCORES:
        row = scoring.score(
            session, chosen, code, given=given, note="演示", actor=accountant, clock=clock
        )
        if is_confirmed:
            scoring.confirm(
                session,
                chosen,
                code,
                seen=row.id,
                verdict=Confirming.CONFIRMED,
                note="",
                actor=reviewer,
                clock=clock,
            )


def _give_tasks(
    session: Session, chosen: Chosen, accountant: str, reviewer: str, clock: Clock
) -> None:
    today = clock.today()
    given = (
        TaskInput(
            "取得会计负责人职称证书（会计师、审计师以上）",
            accountant,
            today + _DAYS,
            "2.4.1.3",
            "paper:accountant_title",
        ),
        TaskInput(
            f"取得 {chosen.first_year} 年度的专项信息审核报告",
            accountant,
            today + _MONTH,
            "2.4.10.1",
            f"paper:special_report:{chosen.first_year}",
        ),
        TaskInput("复核自评：费用管理", reviewer, today + _WEEK, "2.4.7.1", "confirm"),
    )
    for task in given:
        tasks.create(session, chosen, task, actor=accountant, clock=clock)
