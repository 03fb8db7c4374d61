"""Pages that say what a fund is for: its project, budget, picture and endowment rule."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from foundation import database
from foundation.agreements.entry_form import percent, percent_text
from foundation.http import context, forms
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import translate
from foundation.projects import endowments, kinds, labels, service
from foundation.projects.endowments import RuleInput
from foundation.projects.models import EndowmentBase, FundProject, Remainder
from foundation.projects.service import ProjectInput
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger import funds
from ledger.errors import DomainError
from ledger.funds import Restriction
from ledger.money import to_text

_TEXTS = (
    "name_en",
    "purpose",
    "steward",
    "college",
    "spending_rule",
    "fee_source",
    "remainder_note",
    "public_text",
    "public_text_en",
)
# Where a refusal of the service is shown: the name it gives a field → the field of the form.
_PLACES = {
    "英文名称": "name_en",
    "用途": "purpose",
    "负责人": "steward",
    "学院": "college",
    "使用办法": "spending_rule",
    "管理费依据": "fee_source",
    "管理费比例": "fee",
    "结余说明": "remainder_note",
    "公开介绍": "public_text",
    "英文介绍": "public_text_en",
    "目标": "target",
    "结束日期": "ends_on",
    "类别": "kind",
    "年度": "year",
    "预算": "amount",
    "决议": "resolution",
    "图片": "picture",
    "图片说明": "description",
    "分配比例": "spend",
    "转入本金比例": "reinvest",
    "平均年数": "years",
    "收益基金": "income",
    "捐赠协议": "agreement",
}


@guard.requires(Permission.FUNDS_OPEN)
def edit(code: str) -> Any:
    """Say what a fund is for."""
    with database.reading(services().engine) as session:
        fund = funds.get_fund(session, code)
        held = service.find_project(session, fund.id)
    form = Form.of_request() if request.method == "POST" else Form.empty(_values(held))
    if request.method == "POST":
        try:
            entry = _entry(form)
            with database.transaction(services().engine) as session:
                service.set_project(session, code, entry, **context.who())
        except forms.Incomplete:
            pass
        except DomainError as error:
            form.refuse(_PLACES.get(str(error.data.get("field", "")), ""), error)
        else:
            flash(translate("已保存"))
            return redirect(url_for("funds.show", code=code), 303)
    page = render_template(
        "projects/edit.html",
        form=form,
        fund=fund,
        kinds=[(kind.code, kind.of(context.language())) for kind in kinds.shipped().values()],
        remainders=[(item.value, translate(word)) for item, word in labels.REMAINDERS.items()],
    )
    return page, 422 if form.errors else 200


@guard.requires(Permission.FUNDS_OPEN)
def plan(code: str) -> Any:
    """Set the budget of a year, the picture, or the rule of an endowment."""
    form = Form.of_request() if request.method == "POST" else Form.empty(_offered())
    if request.method == "POST":
        act = _ACTS.get(form.value("act"), _budget)
        try:
            with database.transaction(services().engine) as session:
                act(session, form, code)
        except forms.Incomplete:
            pass
        except DomainError as error:
            form.refuse(_PLACES.get(str(error.data.get("field", "")), ""), error)
        else:
            flash(translate("已保存"))
            return redirect(url_for("projects.plan", code=code), 303)
    with database.reading(services().engine) as session:
        fund = funds.get_fund(session, code)
        held = endowments.find_endowment(session, fund.id)
        is_principal = fund.restriction is Restriction.PERMANENT
        page = render_template(
            "projects/plan.html",
            form=form,
            fund=fund,
            has_project=service.find_project(session, fund.id) is not None,
            budgets=service.list_budgets(session, fund.id),
            endowment=held,
            is_principal=is_principal,
            rules=endowments.list_rules(session, fund.id) if is_principal else [],
            bases=[(item.value, translate(word)) for item, word in labels.BASES.items()],
            base_words=labels.BASES,
            percent=percent_text,
            incomes=[
                (item.code, item.name)
                for item in funds.list_funds(session)
                if item.restriction is not Restriction.PERMANENT and item.closed_on is None
            ],
        )
    return page, 422 if form.errors else 200


def _entry(form: Form) -> ProjectInput:
    kind = form.text("kind", longest=32)
    form.text("purpose", longest=2000)
    target = form.amount("target", is_required=False)
    starts_on = form.day("starts_on", is_required=False)
    ends_on = form.day("ends_on", is_required=False)
    fee = percent(form, "fee")
    remainder = form.choice("remainder", Remainder) or Remainder.AS_AGREED
    form.require_complete()
    return ProjectInput(
        kind=kind,
        remainder=remainder,
        target_minor=target,
        starts_on=starts_on,
        ends_on=ends_on,
        fee_basis_points=fee,
        is_public=form.is_checked("is_public"),
        **{name: form.value(name) for name in _TEXTS},
    )


def _values(held: FundProject | None) -> dict[str, str]:
    if held is None:
        return {"remainder": Remainder.AS_AGREED.value}
    values = {name: getattr(held, name) or "" for name in _TEXTS}
    values |= {
        "kind": held.kind,
        "remainder": held.remainder.value,
        "target": "" if held.target_minor is None else to_text(held.target_minor),
        "starts_on": held.starts_on.isoformat() if held.starts_on else "",
        "ends_on": held.ends_on.isoformat() if held.ends_on else "",
        "fee": percent_text(held.fee_basis_points),
    }
    if held.is_public:
        values["is_public"] = "on"
    return values


def _budget(session: Session, form: Form, code: str) -> None:
    year = form.whole_number("year")
    amount = form.amount("amount")
    form.require_complete()
    assert amount is not None
    service.set_budget(
        session, code, year, amount, resolution=form.value("resolution"), **context.who()
    )


def _picture(session: Session, form: Form, code: str) -> None:
    sent = request.files.get("picture")
    description = form.text("description")
    if sent is None or not sent.filename:
        form.refuse("picture", translate("请选择文件"))
    form.require_complete()
    assert sent is not None
    service.set_picture(session, code, sent.read(), description=description, **context.who())


def _endowment(session: Session, form: Form, code: str) -> None:
    income = form.text("income", longest=32)
    since = form.day("since")
    form.require_complete()
    assert since is not None
    endowments.open_endowment(
        session,
        code,
        income.partition(" ")[0],
        since=since,
        agreement=form.value("agreement"),
        **context.who(),
    )


def _rule(session: Session, form: Form, code: str) -> None:
    day: date | None = form.day("in_force_from")
    base = form.choice("base", EndowmentBase)
    form.text("spend")
    spend, reinvest = percent(form, "spend"), percent(form, "reinvest")
    years = form.whole_number("years", default=1, highest=10)
    resolution = form.text("resolution")
    form.require_complete()
    assert day is not None
    assert base is not None
    entry = RuleInput(day, base, spend or 0, resolution, reinvest or 0, years)
    endowments.set_rule(session, code, entry, **context.who())


_ACTS: dict[str, Callable[[Session, Form, str], None]] = {
    "budget": _budget,
    "picture": _picture,
    "endowment": _endowment,
    "rule": _rule,
}


def _offered() -> dict[str, str]:
    today = services().clock.today()
    return {"year": str(today.year), "since": today.isoformat(), "base": "income", "years": "1"}
