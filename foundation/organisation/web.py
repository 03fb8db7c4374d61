"""Settings: the organisation's own facts and the accounting policies, with their history."""

from dataclasses import fields as fields_of
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation import database
from foundation.http import context, forms
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import mark, translate
from foundation.organisation import facts, paper_pages, service
from foundation.organisation.models import Organisation
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger import policy
from ledger.errors import DomainError, InvalidInput
from ledger.policy import ClosingFrequency, LedgerPolicy, Policy
from ledger.trail import TrailRecord

blueprint = Blueprint("organisation", __name__)
_RULES = ("separation_required", "attachments_required", "overspending_refused")
_HISTORY = 20
_ACTIONS = {
    "organisation.initialise": mark("初始化账簿"),
    "organisation.change": mark("更改机构资料"),
    "policy.install": mark("设定会计政策"),
    "policy.change": mark("更改会计政策"),
    "letterhead.change": mark("更改信笺"),
    "qualification.record": mark("登记税前扣除资格"),
    "qualification.withdraw": mark("撤回税前扣除资格"),
}


@blueprint.get("/settings")
@guard.requires(Permission.SETTINGS_EDIT)
def settings() -> str:
    """The facts and policies as they are."""
    return _page(None)


for _rule, _endpoint, _view, _methods in paper_pages.RULES:
    blueprint.add_url_rule(_rule, _endpoint, _view, methods=list(_methods))


def _page(form: Form | None) -> str:
    with database.reading(services().engine) as session:
        return render_template(
            "organisation/settings.html",
            form=_form_of(session) if form is None else form,
            has_organisation=session.get(Organisation, 1) is not None,
            has_books=session.get(LedgerPolicy, policy.POLICY_ROW) is not None,
            history=_history(session),
            actions=_ACTIONS,
        )


def _form_of(session: Session) -> Form:
    organisation = session.get(Organisation, 1)
    rules = session.get(LedgerPolicy, policy.POLICY_ROW)
    values: dict[str, str] = {}
    if organisation is not None:
        values |= {
            "name": organisation.name,
            "name_en": organisation.name_en,
            "credit_code": organisation.credit_code,
        }
    if rules is not None:
        values |= {name: "on" for name in _RULES if getattr(rules, name)}
        values["closing_frequency"] = rules.closing_frequency.value
    return Form.empty(values)


def _history(session: Session) -> list[TrailRecord]:
    query = (
        select(TrailRecord)
        .where(TrailRecord.subject.in_(("policy", "organisation")))
        .order_by(TrailRecord.sequence.desc())
        .limit(_HISTORY)
    )
    return list(session.execute(query).scalars())


@blueprint.post("/settings")
@guard.requires(Permission.SETTINGS_EDIT)
def change() -> Any:
    """Change facts and policies, with a reason."""
    form = Form.of_request()
    reason = form.text("reason", longest=500)
    try:
        with database.transaction(services().engine) as session:
            _change(session, form, reason)
    except forms.Incomplete:
        return _page(form), 422
    except DomainError as error:
        form.refuse("credit_code" if isinstance(error, InvalidInput) else "", error)
        return _page(form), 422
    flash(translate("设置已保存"))
    return redirect(url_for("organisation.settings"), 303)


def _change(session: Session, form: Form, reason: str) -> None:
    typed, rules = _facts(session, form), _rules(session, form)
    form.require_complete()
    actor, clock = context.require_user().actor, services().clock
    if typed is not None:
        name, name_en, credit_code = typed
        facts.change(
            session,
            name=name,
            name_en=name_en,
            credit_code=credit_code,
            reason=reason,
            actor=actor,
            clock=clock,
        )
    if rules is not None:
        policy.change(session, rules, reason=reason, actor=actor, clock=clock)


def _facts(session: Session, form: Form) -> tuple[str, str, str] | None:
    """Return the facts as typed, or None when they did not change."""
    organisation = service.find_organisation(session)
    if organisation is None:
        return None
    typed = (
        form.text("name"),
        form.text("name_en", is_required=False),
        form.text("credit_code", longest=18),
    )
    kept = (organisation.name, organisation.name_en, organisation.credit_code)
    return None if typed == kept else typed


def _rules(session: Session, form: Form) -> Policy | None:
    """Return the policies as ticked, or None when they did not change."""
    kept = session.get(LedgerPolicy, policy.POLICY_ROW)
    frequency = form.choice("closing_frequency", ClosingFrequency)
    if kept is None or frequency is None:
        return None
    ticked = {name: form.is_checked(name) for name in _RULES}
    rules = Policy(**ticked, closing_frequency=frequency)
    same = all(
        getattr(kept, field.name) == getattr(rules, field.name) for field in fields_of(rules)
    )
    return None if same else rules
