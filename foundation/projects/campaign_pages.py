"""Pages for campaigns: their figures, participation by class and college, and editing one."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from foundation import database
from foundation.http import context, forms
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import translate
from foundation.projects import campaigns, charts
from foundation.projects.campaigns import CampaignInput
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger import funds
from ledger.errors import DomainError
from ledger.money import to_text

_PLACES = {
    "编码": "code",
    "名称": "name",
    "英文名称": "name_en",
    "公开介绍": "public_text",
    "英文介绍": "public_text_en",
    "结束日期": "ends_on",
    "目标": "target",
    "基金": "funds",
}


@guard.requires(Permission.BOOKS_READ)
def index() -> str:
    """List campaigns with how they stand."""
    with database.reading(services().engine) as session:
        found = [campaigns.read(session, item) for item in campaigns.list_campaigns(session)]
        return render_template("projects/campaigns.html", campaigns=found)


@guard.requires(Permission.BOOKS_READ)
def show(code: str) -> str:
    """Show a campaign with its funds and participation."""
    with database.reading(services().engine) as session:
        campaign = campaigns.get_campaign(session, code)
        figures = campaigns.read(session, campaign)
        return render_template(
            "projects/campaign.html",
            figures=figures,
            classes=campaigns.by_class(session, campaign),
            colleges=campaigns.by_college(session, campaign),
            chart=charts.bars([(fund.code, minor, 0) for fund, minor in figures.by_fund]),
        )


@guard.requires(Permission.FUNDS_OPEN)
def edit(code: str = "") -> Any:
    """Record a campaign, or change one."""
    form = Form.of_request() if request.method == "POST" else _form(code)
    if request.method == "POST":
        if code:
            form.values["code"] = code
        try:
            entry = _entry(form)
            with database.transaction(services().engine) as session:
                if not code and campaigns.find_campaign(session, entry.code) is not None:
                    form.refuse("code", translate("此编码已有筹款活动"))
                    form.require_complete()
                campaigns.set_campaign(session, entry, **context.who())
        except forms.Incomplete:
            pass
        except DomainError as error:
            place = "funds" if error.code == "unknown_fund" else ""
            form.refuse(_PLACES.get(str(error.data.get("field", "")), place), error)
        else:
            flash(translate("已保存"))
            return redirect(url_for("projects.campaign", code=entry.code), 303)
    with database.reading(services().engine) as session:
        page = render_template(
            "projects/campaign_edit.html",
            form=form,
            code=code,
            funds=[(f.code, f.name) for f in funds.list_funds(session) if f.closed_on is None],
            chosen=form.value("funds").split(),
        )
    return page, 422 if form.errors else 200


def _form(code: str) -> Form:
    if not code:
        return Form.empty()
    with database.reading(services().engine) as session:
        held = campaigns.get_campaign(session, code)
        figures = campaigns.read(session, held)
    values = {
        "code": held.code,
        "name": held.name,
        "name_en": held.name_en or "",
        "starts_on": held.starts_on.isoformat(),
        "ends_on": held.ends_on.isoformat(),
        "target": "" if held.target_minor is None else to_text(held.target_minor),
        "public_text": held.public_text or "",
        "public_text_en": held.public_text_en or "",
        "funds": " ".join(fund.code for fund in figures.funds),
    }
    return Form.empty(values | ({"is_public": "on"} if held.is_public else {}))


def _entry(form: Form) -> CampaignInput:
    form.values["funds"] = " ".join(request.form.getlist("funds"))
    code, name = form.text("code", longest=32), form.text("name")
    starts_on, ends_on = form.day("starts_on"), form.day("ends_on")
    target = form.amount("target", is_required=False)
    form.text("funds", longest=4000)
    form.require_complete()
    assert starts_on is not None
    assert ends_on is not None
    return CampaignInput(
        code=code,
        name=name,
        starts_on=starts_on,
        ends_on=ends_on,
        funds=tuple(form.value("funds").split()),
        name_en=form.value("name_en"),
        target_minor=target,
        is_public=form.is_checked("is_public"),
        public_text=form.value("public_text"),
        public_text_en=form.value("public_text_en"),
    )
