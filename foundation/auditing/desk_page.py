"""The auditor's desk: where everything is that an audit needs, for one period."""

from dataclasses import dataclass
from typing import Any

from flask import render_template, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation import database
from foundation.auditing import asking, queries
from foundation.auditing.queries import QueryState
from foundation.home import checking
from foundation.home.desk import Task
from foundation.http import context
from foundation.http.context import SignedIn, services
from foundation.http.forms import Form
from foundation.http.languages import mark
from foundation.http.navigation import link
from foundation.users import guard
from foundation.users.models import User
from foundation.users.permissions import Permission, allows
from ledger.errors import DomainError
from ledger.periods import Period, text_of


@dataclass(frozen=True, slots=True)
class Place:
    """One place to go to; `report` is asked for the period in view."""

    label: str
    endpoint: str
    report: str = ""


_GROUPS: tuple[tuple[str, tuple[Place, ...]], ...] = (
    (
        mark("会计报表"),
        (
            Place(mark("资产负债表"), "reports.show", "balance_sheet"),
            Place(mark("业务活动表"), "reports.show", "activities"),
            Place(mark("现金流量表"), "reports.show", "cash_flows"),
            Place(mark("报表附注"), "reports.show", "notes"),
            Place(mark("签发的报表"), "statements.index"),
        ),
    ),
    (
        mark("账簿"),
        (
            Place(mark("科目余额表"), "reports.show", "trial_balance"),
            Place(mark("总账"), "reports.show", "general_ledger"),
            Place(mark("明细账"), "reports.show", "subsidiary_ledger"),
            Place(mark("序时账"), "reports.show", "journal"),
            Place(mark("凭证"), "books.vouchers"),
            Place(mark("银行存款余额调节表"), "reports.show", "bank_reconciliation"),
        ),
    ),
    (
        mark("捐赠与支出"),
        (
            Place(mark("捐赠台账"), "reports.show", "donation_register"),
            Place(mark("票据台账"), "reports.show", "bill_register"),
            Place(mark("未开票捐赠"), "reports.show", "unreceipted_gifts"),
            Place(mark("基金变动表"), "reports.show", "fund_roll_forward"),
            Place(mark("捐赠协议"), "agreements.index"),
            Place(mark("支出申请"), "spending.index"),
        ),
    ),
    (
        mark("核对与资料"),
        (
            Place(mark("勾稽检查"), "reports.show", "tie_outs"),
            Place(mark("比例计算"), "reports.show", "spending_ratios"),
            Place(mark("勾稽与说明"), "controls.index"),
            Place(mark("评估资料"), "evidence.index"),
            Place(mark("评估资料包"), "packs.index"),
            Place(mark("账簿检查"), "home.checks"),
            Place(mark("全部报表"), "reports.index"),
        ),
    ),
)


def open_questions(session: Session, user: SignedIn) -> list[Task]:
    """Return what waits for an answer, once anybody has asked anything."""
    if not allows(user.role, Permission.AUDIT_ANSWER):
        return []
    counts = queries.counts(session)
    if not any(counts.values()):
        return []
    waiting = counts[QueryState.OPEN]
    return [Task(mark("待答复的审计询问"), waiting, None, "auditing.queries", {"state": "open"})]


@guard.requires(Permission.REPORTS_READ)
def index() -> Any:
    """Show the desk for a period."""
    form, status = Form.empty(request.args.to_dict()), 200
    user = context.require_user()
    with database.reading(services().engine) as session:
        text = ""
        try:
            text = asking.period_of(session, form.value("period").replace("\x00", "")).text
        except DomainError as error:
            form.refuse("period", error)
            status = error.status
        months = session.execute(
            select(Period.id).where(Period.month > 0).order_by(Period.id.desc())
        ).scalars()
        expires_on = session.get_one(User, user.user_id).expires_on
        today = services().clock.today()
        page = render_template(
            "auditing/desk.html",
            form=form,
            period=text,
            periods=_periods(list(months)),
            groups=_groups(text),
            counts=queries.counts(session),
            open_queries=queries.QueryFilter(state=QueryState.OPEN),
            check=checking.last(session),
            expires_on=expires_on,
            days_left=None if expires_on is None else (expires_on - today).days,
        )
    return page, status


def _periods(months: list[int]) -> list[str]:
    years = sorted({key // 100 for key in months}, reverse=True)
    return [*map(str, years), *map(text_of, months)]


def _groups(period: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the places that the application has, with their addresses."""
    found = []
    for title, places in _GROUPS:
        shown = []
        for place in places:
            given = {"report_id": place.report} if place.report else {}
            if place.report or place.endpoint == "books.vouchers":
                given |= {"period": period} if period else {}
            address = link(place.endpoint, **given)
            if address is not None:
                shown.append((place.label, address))
        if shown:
            found.append((title, shown))
    return found
