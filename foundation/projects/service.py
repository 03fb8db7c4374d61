"""Fund projects: what is said of a fund, its budget, its picture, and closing it.

The money, the restriction and the dates of booking are the ledger's and are not repeated here.
"""

import hashlib
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.funds import service as fund_service
from foundation.pledges.models import Instalment, Pledge
from foundation.projects import kinds
from foundation.projects.models import FundProject, ProjectBudget, ProjectPicture, Remainder
from ledger import funds, trail
from ledger.clock import Clock
from ledger.errors import Conflict, InvalidInput, NotFound
from ledger.funds import Fund, Restriction
from ledger.money import MAX_MINOR, to_text

MAX_PICTURE_BYTES = 400 * 1024
_PICTURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
_TEXTS = {
    "name_en": ("英文名称", 200),
    "purpose": ("用途", 2000),
    "steward": ("负责人", 120),
    "college": ("学院", 120),
    "spending_rule": ("使用办法", 2000),
    "fee_source": ("管理费依据", 200),
    "remainder_note": ("结余说明", 2000),
    "public_text": ("公开介绍", 4000),
    "public_text_en": ("英文介绍", 4000),
}


@dataclass(frozen=True, slots=True)
class ProjectInput:
    """What is said of a fund. Amounts are fen, the fee is in hundredths of a percent."""

    kind: str
    purpose: str
    remainder: Remainder = Remainder.AS_AGREED
    name_en: str = ""
    steward: str = ""
    college: str = ""
    target_minor: int | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    spending_rule: str = ""
    fee_basis_points: int | None = None
    fee_source: str = ""
    remainder_note: str = ""
    is_public: bool = False
    public_text: str = ""
    public_text_en: str = ""


def set_project(
    session: Session, code: str, entry: ProjectInput, *, actor: str, clock: Clock
) -> FundProject:
    """Say what a fund is for, for the first time or anew. Raises UnknownFund, InvalidInput."""
    fund = funds.get_fund(session, code)
    values = _checked(entry, fund)
    project = session.get(FundProject, fund.id)
    if project is None:
        project = FundProject(fund_id=fund.id, created_by=actor, created_at=clock.now(), **values)
        session.add(project)
        changed = ["*"]
    else:
        changed = sorted(name for name in values if getattr(project, name) != values[name])
        for name in changed:
            setattr(project, name, values[name])
    session.flush()
    if changed:
        _note(session, fund, "project.set", {"changed": changed}, actor, clock)
    return project


def get_project(session: Session, code: str) -> FundProject:
    """Return the project of a fund. Raises UnknownFund, NotFound when nothing was said yet."""
    fund = funds.get_fund(session, code)
    project = session.get(FundProject, fund.id)
    if project is None:
        raise NotFound(what="基金项目资料", name=code)
    return project


def find_project(session: Session, fund_id: int) -> FundProject | None:
    """Return the project of a fund, or None."""
    return session.get(FundProject, fund_id)


def set_budget(
    session: Session,
    code: str,
    year: int,
    amount_minor: int,
    *,
    actor: str,
    clock: Clock,
    resolution: str = "",
) -> ProjectBudget:
    """Set what a fund plans to spend in a year. Raises UnknownFund, NotFound, InvalidInput."""
    project = get_project(session, code)
    if not 1990 <= year <= 2200:
        raise InvalidInput(field="年度", reason="应为四位数的年份")
    if not 0 <= amount_minor <= MAX_MINOR:
        raise InvalidInput(field="预算", reason="不能为负数")
    if len(resolution.strip()) > 120:
        raise InvalidInput(field="决议", reason="最多 120 字")
    budget = session.get(ProjectBudget, (project.fund_id, year))
    before = None if budget is None else budget.amount_minor
    if budget is None:
        budget = ProjectBudget(fund_id=project.fund_id, year=year)
        session.add(budget)
    budget.amount_minor = amount_minor
    budget.resolution = resolution.strip() or None
    budget.set_by, budget.set_at = actor, clock.now()
    session.flush()
    detail = {
        "year": year,
        "before": None if before is None else to_text(before),
        "after": to_text(amount_minor),
    }
    _note(session, funds.get_fund(session, code), "project.budget", detail, actor, clock)
    return budget


def list_budgets(session: Session, fund_id: int) -> list[ProjectBudget]:
    """Return the budgets of a fund, the latest year first."""
    return list(
        session.execute(
            select(ProjectBudget)
            .where(ProjectBudget.fund_id == fund_id)
            .order_by(ProjectBudget.year.desc())
        ).scalars()
    )


def budget_of(session: Session, fund_id: int, year: int) -> int | None:
    """Return what a fund plans to spend in a year, in fen, or None when nobody planned."""
    budget = session.get(ProjectBudget, (fund_id, year))
    return None if budget is None else budget.amount_minor


def set_picture(
    session: Session, code: str, content: bytes, *, description: str, actor: str, clock: Clock
) -> ProjectPicture:
    """Set the picture of a project. Raises UnknownFund, NotFound, InvalidInput.

    `description` is what people hear who cannot see it.
    """
    project = get_project(session, code)
    kind = next((kind for mark, kind in _PICTURES.items() if content.startswith(mark)), None)
    if kind is None:
        raise InvalidInput(field="图片", reason="应为 PNG 或 JPEG")
    if len(content) > MAX_PICTURE_BYTES:
        raise InvalidInput(field="图片", reason=f"最大 {MAX_PICTURE_BYTES // 1024} KB")
    if not 0 < len(description.strip()) <= 200:
        raise InvalidInput(field="图片说明", reason="请写明图片内容，最多 200 字")
    picture = session.get(ProjectPicture, project.fund_id)
    if picture is None:
        picture = ProjectPicture(fund_id=project.fund_id)
        session.add(picture)
    picture.media_type, picture.content = kind, content
    picture.digest = hashlib.sha256(content).hexdigest()
    picture.description = description.strip()
    picture.added_by, picture.added_at = actor, clock.now()
    session.flush()
    fund = funds.get_fund(session, code)
    _note(session, fund, "project.picture", {"digest": picture.digest}, actor, clock)
    return picture


def close_project(
    session: Session,
    code: str,
    *,
    closed_on: date,
    reason: str,
    actor: str,
    clock: Clock,
    remainder: Remainder | None = None,
) -> Fund:
    """Close the fund of a project and say what became of what was left, if that was not as planned.

    The remainder must have been booked before: the fund has to be empty. Raises UnknownFund,
    InvalidInput, and Conflict for a fund that holds money or is still promised some.
    """
    fund = funds.get_fund(session, code)
    promised = session.execute(
        select(Instalment.id)
        .join(Pledge, Pledge.id == Instalment.pledge_id)
        .where(Pledge.fund_id == fund.id, Instalment.open_minor > 0)
        .limit(1)
    ).first()
    if promised is not None:
        raise Conflict(reason=f"基金 {code} 还有待付的捐赠承诺，请先处理")
    closed = fund_service.close_fund(
        session, code, closed_on=closed_on, reason=reason, actor=actor, clock=clock
    )
    project = find_project(session, fund.id)
    if project is not None:
        project.remainder = remainder or project.remainder
        if project.ends_on is None:
            project.ends_on = max(closed_on, project.starts_on or closed_on)
        session.flush()
        detail = {"remainder": project.remainder.value}
        _note(session, fund, "project.close", detail, actor, clock)
    return closed


def _checked(entry: ProjectInput, fund: Fund) -> dict[str, Any]:
    values: dict[str, Any] = {item.name: getattr(entry, item.name) for item in fields(entry)}
    kinds.check(entry.kind)
    for name, (called, longest) in _TEXTS.items():
        text = str(values[name]).strip()
        if len(text) > longest or not all(c.isprintable() or c in "\n\r\t" for c in text):
            raise InvalidInput(field=called, reason=f"最多 {longest} 字，不能含有不能显示的字符")
        values[name] = text or None
    if values["purpose"] is None:
        raise InvalidInput(field="用途", reason="请写明用途")
    if entry.target_minor is not None and not 0 < entry.target_minor <= MAX_MINOR:
        raise InvalidInput(field="目标", reason="应大于零，不设目标时不填")
    fee = entry.fee_basis_points
    if fee is not None and not 0 <= fee <= 10000:
        raise InvalidInput(field="管理费比例", reason="应为 0 至 100")
    if entry.starts_on and entry.ends_on and entry.ends_on < entry.starts_on:
        raise InvalidInput(field="结束日期", reason="不能早于开始日期")
    if entry.is_public and values["public_text"] is None:
        raise InvalidInput(field="公开介绍", reason="公开的项目须有介绍")
    restricted = fund.restriction is not Restriction.NONE
    if restricted and entry.kind == "unrestricted":
        raise InvalidInput(field="类别", reason=f"{fund.code} 是限定性基金")
    return values


def _note(
    session: Session,
    fund: Fund,
    action: str,
    detail: dict[str, Any],
    actor: str,
    clock: Clock,
) -> None:
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action=action,
        subject=f"fund:{fund.code}",
        detail=detail,
    )
