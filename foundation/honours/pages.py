"""Pages of the office: the honour roll with who is left out, levels, and consents on paper."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from foundation import database
from foundation.donors import service as donors
from foundation.gifts.service import UnknownGift
from foundation.honours import consenting, labels, levels, queries
from foundation.honours.levels import LevelInput
from foundation.honours.models import Basis
from foundation.honours.queries import RollScope
from foundation.http import context, forms, navigation
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import translate
from foundation.portal.consents import Consent
from foundation.projects import campaigns
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger.errors import DomainError

_SHOWN = 200


def scope_of(values: Any) -> RollScope:
    """Read a scope out of an address: `scope` is a year, a campaign (`c:CODE`), or all."""
    text = values.get("scope", "").strip()
    year = text if text.isascii() and text.isdigit() and len(text) == 4 else ""
    return RollScope(
        year=int(year) if year else None,
        campaign=text.removeprefix("c:")[:32] if text.startswith("c:") else "",
        college=values.get("college", "").strip()[:120],
        class_name=values.get("class", "").strip()[:120],
    )


@guard.requires(Permission.DONORS_READ)
def show() -> str:
    """Show the roll as it is published, and who is left out and why."""
    return _roll(Form.empty())


@guard.requires(Permission.DONORS_EDIT)
def set_level() -> Any:
    """Set a recognition level."""
    form = Form.of_request()
    basis = form.choice("basis", Basis)
    name = form.text("name", longest=60)
    amount, first_on = form.amount("from"), form.day("first_on")
    try:
        form.require_complete()
        assert basis is not None
        assert amount is not None
        assert first_on is not None
        entry = LevelInput(
            basis, name, amount, first_on, form.value("name_en"), form.value("campaign")
        )
        with database.transaction(services().engine) as session:
            levels.set_level(session, entry, **context.who())
    except forms.Incomplete:
        return _roll(form), 422
    except DomainError as error:
        form.refuse("", error)
        return _roll(form), error.status
    flash(translate("已设置等级"))
    return redirect(url_for("honours.show", _anchor="levels"), 303)


@guard.requires(Permission.DONORS_EDIT)
def end_level(level_id: int) -> Any:
    """End a recognition level."""
    form = Form.of_request()
    last_on = form.day("last_on")
    try:
        form.require_complete()
        assert last_on is not None
        with database.transaction(services().engine) as session:
            levels.end_level(session, level_id, last_on=last_on, **context.who())
    except forms.Incomplete:
        return _roll(form), 422
    except DomainError as error:
        form.refuse("", error)
        return _roll(form), error.status
    flash(translate("已停用等级"))
    return redirect(url_for("honours.show", _anchor="levels"), 303)


@guard.requires(Permission.DONORS_READ)
def consents(donor_id: int) -> str:
    """Show what a donor agreed to, gift by gift."""
    return _consents(donor_id, Form.empty())


@guard.requires(Permission.DONORS_EDIT)
def record_consent(donor_id: int) -> Any:
    """Record what a donor agreed to on paper for the chosen gifts."""
    form = Form.of_request()
    evidence = form.text("evidence", longest=200)
    chosen = [int(key) for key in request.form.getlist("gift") if key.isdigit() and len(key) < 19]
    if not chosen:
        form.refuse("gift", translate("请选择捐赠"))
    consent = Consent(
        is_name_shown=form.is_checked("name"),
        is_amount_shown=form.is_checked("amount"),
        display_name=form.value("display_name"),
    )
    try:
        form.require_complete()
        with database.transaction(services().engine) as session:
            donors.get_donor(session, donor_id)
            own = {row.gift_id for row in consenting.of_donor(session, donor_id)}
            for key in chosen:
                if key not in own:
                    raise UnknownGift(gift=key)
                consenting.record_paper(session, key, consent, evidence=evidence, **context.who())
    except forms.Incomplete:
        return _consents(donor_id, form), 422
    except DomainError as error:
        form.refuse("", error)
        return _consents(donor_id, form), error.status
    flash(translate("已登记公示意愿"))
    return redirect(url_for("honours.consents", donor_id=donor_id), 303)


def _consents(donor_id: int, form: Form) -> str:
    with database.reading(services().engine) as session:
        return render_template(
            "honours/consents.html",
            donor=donors.get_donor(session, donor_id),
            rows=consenting.of_donor(session, donor_id),
            form=form,
        )


def _roll(form: Form) -> str:
    scope = scope_of(request.args)
    today = services().clock.today()
    with database.reading(services().engine) as session:
        found = queries.read(session, scope, today=today)
        known = campaigns.list_campaigns(session)
        offered = [("", translate("历年累计"))]
        offered += [
            (str(year), translate("{year} 年", year=year)) for year in queries.years(session)
        ]
        offered += [(f"c:{item.code}", item.name) for item in known]
        return render_template(
            "honours/roll.html",
            roll=found,
            scope=scope,
            chosen=request.args.get("scope", ""),
            offered=offered,
            colleges=queries.colleges(session),
            levels=levels.list_levels(session),
            campaigns=[(item.code, item.name) for item in known],
            left_out=found.left_out[:_SHOWN],
            more=max(0, len(found.left_out) - _SHOWN),
            bases=labels.BASES,
            reasons=labels.REASONS,
            form=form,
            today=today,
            export=_export(scope),
        )


def _export(scope: RollScope) -> str | None:
    """Return the report of this roll, where the application has reports."""
    values = {"span": "all"} if scope.year is None else {"period": str(scope.year)}
    values |= {"campaign": scope.campaign, "college": scope.college, "class": scope.class_name}
    chosen = {name: value for name, value in values.items() if value}
    return navigation.link("reports.show", report_id="honour_roll", **chosen)
