"""What people do on the page of a related party and on that of the suggestions."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for
from sqlalchemy.orm import Session

from foundation import database
from foundation.duties import service as duties
from foundation.http import context, forms
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import translate
from foundation.parties import dealings, linking, pages, queries, service, suggesting
from foundation.parties.models import DealingKind, number_of
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger.errors import DomainError

_PLACES = {
    "关联方": "name",
    "名称": "name",
    "关联关系": "relation",
    "依据文件": "source",
    "起始日期": "valid_from",
    "终止日期": "valid_until",
    "完成日期": "published_on",
    "决策文件": "decision",
    "原因": "reason",
}


@guard.requires(Permission.EVIDENCE_EDIT)
def relate(number: str) -> Any:
    """State one more relation."""

    def act(session: Session, form: Form, key: int) -> str:
        relation = pages.read_relation(form)
        form.require_complete()
        assert relation is not None
        service.relate(session, key, relation, **context.who())
        return translate("已登记关联关系")

    return _act(number, "relate", act)


@guard.requires(Permission.EVIDENCE_EDIT)
def end(number: str, relation_id: int) -> Any:
    """Say until when a relation lasted."""

    def act(session: Session, form: Form, key: int) -> str:
        until, reason = form.day("valid_until"), form.text("reason", longest=500)
        form.require_complete()
        assert until is not None
        service.end(session, key, relation_id, until=until, reason=reason, **context.who())
        return translate("已登记终止日期")

    return _act(number, f"end-{relation_id}", act)


@guard.requires(Permission.EVIDENCE_EDIT)
def withdraw(number: str, relation_id: int) -> Any:
    """Take back a relation that was stated by mistake."""

    def act(session: Session, form: Form, key: int) -> str:
        reason = form.text("reason", longest=500)
        form.require_complete()
        service.withdraw(session, key, relation_id, reason=reason, **context.who())
        return translate("已撤回关联关系")

    return _act(number, f"withdraw-{relation_id}", act)


@guard.requires(Permission.EVIDENCE_EDIT)
def rename(number: str) -> Any:
    """Give a party its new name."""

    def act(session: Session, form: Form, key: int) -> str:
        name, reason = form.text("name"), form.text("reason", longest=500)
        form.require_complete()
        service.rename(session, key, name, reason=reason, **context.who())
        return translate("已更名，原名称留在操作日志中")

    return _act(number, "rename", act)


@guard.requires(Permission.EVIDENCE_EDIT)
def link(number: str) -> Any:
    """Say that a donor, a payee or an investment is this party."""

    def act(session: Session, form: Form, key: int) -> str:
        kind, text = form.text("target_kind"), form.text("target")
        form.require_complete()
        linking.link(session, key, linking.find_target(session, kind, text), **context.who())
        return translate("已建立对应")

    return _act(number, "link", act)


@guard.requires(Permission.EVIDENCE_EDIT)
def unlink(number: str, link_id: int) -> Any:
    """Say that a link was wrong."""

    def act(session: Session, form: Form, key: int) -> str:
        reason = form.text("reason", longest=500)
        form.require_complete()
        linking.unlink(session, key, link_id, reason=reason, **context.who())
        return translate("已取消对应")

    return _act(number, f"unlink-{link_id}", act)


@guard.requires(Permission.EVIDENCE_EDIT)
def rule(number: str, voucher_id: int) -> Any:
    """Decide what the dealing in a voucher is, and name the paper behind it."""

    def act(session: Session, form: Form, key: int) -> str:
        kind = form.choice("kind", DealingKind, is_required=False)
        decision = form.text("decision", is_required=False)
        reason = form.text("reason", longest=500)
        form.require_complete()
        service.rule(
            session,
            key,
            voucher_id,
            kind=kind,
            decision=decision,
            reason=reason,
            **context.who(),
        )
        return translate("已保存认定")

    return _act(number, f"rule-{voucher_id}", act)


@guard.requires(Permission.EVIDENCE_EDIT)
def publish(number: str) -> Any:
    """Note when and where the dealings in some vouchers were published, all or none."""

    def act(session: Session, form: Form, key: int) -> str:
        day = form.day("published_on")
        place = form.text("place", is_required=False, longest=500)
        chosen = [int(one) for one in request.form.getlist("voucher") if one.isdecimal()]
        if not chosen:
            form.refuse("", translate("请选择已公开的凭证"))
        form.require_complete()
        assert day is not None
        for voucher_id in dict.fromkeys(chosen):
            occurrence = dealings.occurrence_of(voucher_id, key)
            duties.mark_done(
                session, dealings.DUTY, occurrence, done_on=day, note=place, **context.who()
            )
        return translate("已登记公开日期")

    return _act(number, "publish", act)


@guard.requires(Permission.EVIDENCE_EDIT)
def accept(subject: str) -> Any:
    """Take a suggestion: link it to its party, or go on to declare one."""
    ground = request.form.get("ground", "")
    with database.transaction(services().engine) as session:
        item = suggesting.find(session, subject, ground, today=services().clock.today())
        if item.party is not None:
            linking.link(session, item.party.id, item.target, **context.who())
            flash(translate("已建立对应"))
            return redirect(url_for("parties.show", number=item.party.number), 303)
    is_donor = item.target.donor_id is not None
    return redirect(
        url_for(
            "parties.new",
            name=item.name,
            kind="main_donor" if is_donor else "",
            relation=item.relation,
            target_kind="donor" if is_donor else "counterparty",
            target=f"D{item.target.donor_id:07d}" if is_donor else item.name,
        ),
        303,
    )


@guard.requires(Permission.EVIDENCE_EDIT)
def dismiss(subject: str) -> Any:
    """Say that somebody who was suggested is not related."""
    form = Form.of_request()
    reason = form.text("reason", longest=500)
    try:
        form.require_complete()
        with database.transaction(services().engine) as session:
            suggesting.dismiss(
                session, subject, form.value("ground"), reason=reason, **context.who()
            )
    except forms.Incomplete:
        return pages.render_suggested(form, subject), 422
    flash(translate("已记录为非关联方"))
    return redirect(url_for("parties.suggested"), 303)


def _act(number: str, opened: str, act: Callable[[Session, Form, int], str]) -> Any:
    """Do one act and go back to the party, or show it again with what is wrong."""
    form = Form.of_request()
    key = queries.key_of(number)
    status = 422
    try:
        with database.transaction(services().engine) as session:
            queries.get(session, key)
            said = act(session, form, key)
    except forms.Incomplete:
        pass
    except queries.UnknownParty:
        raise
    except DomainError as error:
        form.refuse(_PLACES.get(str(error.data.get("field", "")), ""), error)
        status = error.status if error.status != 404 else 422
    else:
        flash(said)
        year = request.values.get("year") or None
        return redirect(url_for("parties.show", number=number_of(key), year=year), 303)
    return pages.render_party(number, form, opened), status
