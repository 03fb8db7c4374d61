"""Pages of one pledge: recording it, seeing it, and every act on it."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation import database
from foundation.agreements.models import Agreement, AgreementState
from foundation.donors import aliases
from foundation.donors import service as donors
from foundation.gifts import service as gifts
from foundation.http import context, forms
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import translate
from foundation.pledges import changes, labels, paying, schedule_form, service, view
from foundation.pledges.models import PledgeEvidence
from foundation.pledges.service import PledgeInput
from foundation.users import guard
from foundation.users.permissions import Permission
from ledger import funds
from ledger.errors import DomainError
from ledger.trail import TrailRecord

# Where a refusal of the service is shown: the name it gives a field → the field of the form.
_PLACES = {
    "承诺金额": "amount",
    "承诺日期": "made_on",
    "捐赠协议": "agreement",
    "基金": "fund",
    "电子邮箱": "contact_email",
    "备注": "note",
    "分期": "lines",
    "分期金额": "lines",
    "到期日": "lines",
    "付款条件": "lines",
    "期数": "count",
}
_CODES = {
    "unknown_fund": "fund",
    "fund_closed": "fund",
    "not_found": "agreement",
    "unknown_donor": "donor",
    "schedule_differs": "lines",
}


@guard.requires(Permission.PLEDGES_RECORD)
def new() -> Any:
    """Record a pledge."""
    form = Form.of_request() if request.method == "POST" else _offered()
    if request.method == "POST":
        try:
            with database.transaction(services().engine) as session:
                made = service.record_pledge(session, _entry(form), **context.who())
        except forms.Incomplete:
            pass
        except DomainError as error:
            place = _PLACES.get(str(error.data.get("field", "")), _CODES.get(error.code, ""))
            form.refuse(place, error)
        else:
            flash(translate("已登记捐赠承诺 {pledge}", pledge=made.reference))
            return redirect(url_for("pledges.show", reference=made.reference), 303)
    with database.reading(services().engine) as session:
        page = render_template(
            "pledges/new.html",
            form=form,
            funds=[(fund.code, fund.name) for fund in _open_funds(session)],
            evidence=[(item.value, translate(word)) for item, word in labels.EVIDENCE.items()],
            every=[(item.value, translate(word)) for item, word in labels.EVERY.items()],
            agreements=_agreements(session, form.value("donor_id")),
        )
    return page, 422 if form.errors else 200


@guard.requires(Permission.GIFTS_READ)
def show(reference: str) -> str:
    """Show a pledge with its schedule, payments, changes and reminders."""
    return _show(reference, Form.empty(), "")


@guard.requires(Permission.PLEDGES_RECORD)
def pay(reference: str) -> Any:
    """Let a gift pay the pledge."""

    def act(session: Session, form: Form, key: int) -> str:
        named = form.text("gift", longest=40)
        form.require_complete()
        gift = gifts.find_key(session, named)
        paying.pay(session, gift, key, reason=form.value("reason"), **context.who())
        return translate("已抵付")

    return _act(reference, "pay", "gift", act)


@guard.requires(Permission.PLEDGES_RECORD)
def reschedule(reference: str) -> Any:
    """Replace what is open of the schedule."""

    def act(session: Session, form: Form, key: int) -> str:
        whole = sum(item.open_minor for item in service.instalments_of(session, key))
        due = schedule_form.read(form, whole)
        reason = form.text("reason", longest=500)
        form.require_complete()
        changes.reschedule(session, key, due, reason=reason, **context.who())
        return translate("已重新安排分期")

    return _act(reference, "reschedule", "lines", act)


@guard.requires(Permission.PLEDGES_RECORD)
def ask_write_off(reference: str) -> Any:
    """Ask for a write-off."""

    def act(session: Session, form: Form, key: int) -> str:
        amount = form.amount("amount", is_required=False)
        reason = form.text("reason", longest=500)
        form.require_complete()
        changes.request_write_off(session, key, reason=reason, amount_minor=amount, **context.who())
        return translate("已申请核销，等待另一人批准")

    return _act(reference, "write_off", "amount", act)


@guard.requires(Permission.PLEDGES_WRITE_OFF)
def approve(reference: str, change_id: int) -> Any:
    """Approve a write-off that somebody else asked for."""

    def act(session: Session, _form: Form, key: int) -> str:
        changes.require_of(session, key, change_id)
        changes.approve_write_off(session, change_id, **context.who())
        return translate("已批准核销")

    return _act(reference, "answer", "", act)


@guard.requires(Permission.PLEDGES_WRITE_OFF)
def refuse(reference: str, change_id: int) -> Any:
    """Refuse a write-off."""

    def act(session: Session, form: Form, key: int) -> str:
        reason = form.text("reason", longest=500)
        form.require_complete()
        changes.require_of(session, key, change_id)
        changes.refuse_write_off(session, change_id, reason=reason, **context.who())
        return translate("已退回核销申请")

    return _act(reference, "answer", "reason", act)


@guard.requires(Permission.PLEDGES_RECORD)
def cancel(reference: str) -> Any:
    """Cancel a pledge of which nothing was paid and nothing is due."""

    def act(session: Session, form: Form, key: int) -> str:
        reason = form.text("reason", longest=500)
        form.require_complete()
        changes.cancel(session, key, reason=reason, **context.who())
        return translate("已取消承诺")

    return _act(reference, "cancel", "reason", act)


@guard.requires(Permission.PLEDGES_RECORD)
def meet(reference: str, number: int) -> Any:
    """Note that the condition of an instalment is met."""

    def act(session: Session, form: Form, key: int) -> str:
        reason = form.text("reason", longest=500)
        form.require_complete()
        changes.meet_condition(session, key, number, reason=reason, **context.who())
        return translate("已登记条件满足")

    return _act(reference, f"meet-{number}", "reason", act)


def _act(reference: str, opened: str, place: str, act: Callable[[Session, Form, int], str]) -> Any:
    """Do one act on a pledge and go back to it, or show it again with what is wrong."""
    form = Form.of_request()
    status = 422
    try:
        with database.transaction(services().engine) as session:
            said = act(session, form, service.find_key(session, reference))
    except forms.Incomplete:
        pass
    except service.UnknownPledge:
        raise
    except DomainError as error:
        form.refuse(_PLACES.get(str(error.data.get("field", "")), place), error)
        status = error.status if error.status != 404 else 422
    else:
        flash(said)
        return redirect(url_for("pledges.show", reference=reference), 303)
    return _show(reference, form, opened), status


def _show(reference: str, form: Form, opened: str) -> str:
    today = services().clock.today()
    with database.reading(services().engine) as session:
        shown = view.get_view(session, reference, today=today)
        records = session.execute(
            select(TrailRecord)
            .where(TrailRecord.subject == service.subject(shown.row.id))
            .order_by(TrailRecord.sequence)
        ).scalars()
        return render_template(
            "pledges/show.html",
            pledge=shown,
            form=form,
            opened=opened,
            states=labels.STATES,
            evidence=labels.EVIDENCE,
            changes=labels.CHANGES,
            stages=labels.STAGES,
            acts=labels.ACTS,
            every=[(item.value, translate(word)) for item, word in labels.EVERY.items()],
            records=list(records),
            actor=context.require_user().actor,
        )


def _offered() -> Form:
    values = {"made_on": services().clock.today().isoformat(), "count": "1", "every": "year"}
    donor = request.args.get("donor", "")
    if donor.isascii() and donor.isdigit() and len(donor) <= 18:
        with database.reading(services().engine) as session:
            key = aliases.kept_of(session, int(donor))
            found = donors.get_donor(session, key)
            values |= {"donor": found.name, "donor_id": str(found.id)}
    return Form.empty(values)


def _entry(form: Form) -> PledgeInput:
    donor = form.value("donor_id")
    form.text("donor")
    if form.value("donor") and not (donor.isascii() and donor.isdigit() and len(donor) <= 18):
        form.refuse("donor", translate("请从列表中选择已登记的捐赠人"))
    amount = form.amount("amount")
    made_on = form.day("made_on")
    due = schedule_form.read(form, amount)
    evidence = form.choice("evidence", PledgeEvidence) or PledgeEvidence.LETTER
    fund = form.text("fund", longest=32)
    form.require_complete()
    assert amount is not None
    assert made_on is not None
    return PledgeInput(
        donor_id=int(donor),
        fund=fund.partition(" ")[0],
        made_on=made_on,
        amount_minor=amount,
        schedule=due,
        agreement=form.value("agreement"),
        evidence=evidence,
        contact_email=form.value("contact_email"),
        is_reminded=not form.is_checked("not_reminded"),
        note=form.value("note"),
    )


def _open_funds(session: Session) -> list[funds.Fund]:
    return [fund for fund in funds.list_funds(session) if fund.closed_on is None]


def _agreements(session: Session, donor: str) -> list[tuple[str, str]]:
    query = select(Agreement.number, Agreement.title).where(
        Agreement.state == AgreementState.SIGNED
    )
    if donor.isascii() and donor.isdigit() and len(donor) <= 18:
        query = query.where(Agreement.donor_id.in_(aliases.same_as(int(donor))))
    rows = session.execute(query.order_by(Agreement.number).limit(50))
    return [(row.number, row.title) for row in rows]
