"""Pages of the office about donors' access: invitations, what was sent and taken, requests."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from foundation import database
from foundation.donors import service as donors
from foundation.donors.vault import Vault
from foundation.http import context
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import mark, translate
from foundation.http.lists import PageRequest
from foundation.mail import reading as outbox
from foundation.mail.web import STATES as MAIL_STATES
from foundation.portal import accounts, contact, entering, visits
from foundation.portal.models import Channel, RequestState
from foundation.portal.pages import REQUESTS, VISITS
from foundation.users import guard
from foundation.users import service as users
from foundation.users.permissions import Permission
from ledger.errors import DomainError
from receipts.models import RenderMark

blueprint = Blueprint("portal_office", __name__)
CHANNELS = {
    Channel.EMAIL: mark("邮件链接"),
    Channel.INVITATION: mark("邀请链接"),
    Channel.DOCUMENT: mark("文件编号"),
    Channel.ACCOUNT: mark("账号"),
}
MARKS = {RenderMark.ORIGINAL: mark("原件"), RenderMark.COPY: mark("副本")}
_MOST_MAILS = 20


@blueprint.get("/donors/<int:donor_id>/access")
@guard.requires(Permission.DONORS_READ)
def access(donor_id: int) -> str:
    """Show how a donor comes in, and what was sent and taken."""
    return _access(donor_id)


def _access(donor_id: int, *, link: str = "") -> str:
    with database.reading(services().engine) as session:
        donor = donors.get_donor(session, donor_id)
        about = f"donor:{donor_id}"
        mails = outbox.messages(
            session, PageRequest(limit=_MOST_MAILS), shows_secrets=False, about=about
        )
        return render_template(
            "portal/access.html",
            donor=donor,
            invitation=link,
            days=entering.INVITED_FOR.days,
            mails=mails.items,
            mail_states=MAIL_STATES,
            visits=visits.list_visits(session, donor_id=donor_id),
            visit_kinds=VISITS,
            channels=CHANNELS,
            marks=MARKS,
            requests=contact.list_requests(session, donor_id=donor_id),
            request_states=REQUESTS,
        )


@blueprint.post("/donors/<int:donor_id>/access/invite")
@guard.requires(Permission.DONORS_EDIT)
def invite(donor_id: int) -> str:
    """Make an invitation and show its link, once."""
    with database.transaction(services().engine) as session:
        donors.get_donor(session, donor_id)
        link = entering.invite(session, donor_id, public_url=_public_url(), **context.who())
    return _access(donor_id, link=link)


@blueprint.post("/donors/<int:donor_id>/access/send")
@guard.requires(Permission.DONORS_EDIT)
def send(donor_id: int) -> Response:
    """Send a link to the donor's own address."""
    with database.transaction(services().engine) as session:
        donors.get_donor(session, donor_id)
        entering.send_link(session, donor_id, public_url=_public_url(), **context.who())
    flash(translate("登录链接已排队发送"))
    return redirect(url_for("portal_office.access", donor_id=donor_id), 303)


@blueprint.post("/donors/<int:donor_id>/access/shut-out")
@guard.requires(Permission.DONORS_EDIT)
def shut_out(donor_id: int) -> Response:
    """End every session and link of a donor, when a mail went to the wrong person."""
    with database.transaction(services().engine) as session:
        donors.get_donor(session, donor_id)
        accounts.shut_out(session, donor_id, **context.who())
    flash(translate("该捐赠人的登录和未用链接均已失效"))
    return redirect(url_for("portal_office.access", donor_id=donor_id), 303)


@blueprint.get("/donors/requests")
@guard.requires(Permission.DONORS_READ)
def requests() -> str:
    """List what donors asked for, what waits first."""
    with database.reading(services().engine) as session:
        waiting = contact.list_requests(session, state=RequestState.OPEN)
        decided = [
            one for one in contact.list_requests(session) if one.state is not RequestState.OPEN
        ]
        return render_template(
            "portal/requests.html",
            waiting=waiting,
            decided=decided,
            names=contact.names(session, [*waiting, *decided]),
            request_states=REQUESTS,
        )


@blueprint.post("/donors/requests/<int:request_id>/accept")
@guard.requires(Permission.DONORS_EDIT)
def accept(request_id: int) -> Response:
    """Change the addresses as asked."""
    return _decide(request_id, is_accepted=True)


@blueprint.post("/donors/requests/<int:request_id>/decline")
@guard.requires(Permission.DONORS_EDIT)
def decline(request_id: int) -> Response:
    """Say why the addresses are not changed."""
    return _decide(request_id, is_accepted=False)


def _decide(request_id: int, *, is_accepted: bool) -> Response:
    with database.transaction(services().engine) as session:
        contact.decide(
            session,
            request_id,
            is_accepted=is_accepted,
            reason=request.form.get("reason", ""),
            vault=Vault.of(services().config.secret_key),
            **context.who(),
        )
    flash(translate("已处理捐赠人的请求"))
    return redirect(url_for("portal_office.requests"), 303)


@blueprint.route("/settings/users/<name>/donor", methods=["GET", "POST"])
@guard.requires(Permission.USERS_MANAGE)
def link_user(name: str) -> Any:
    """Say which donor an account of the role `donor` belongs to."""
    form = Form.of_request() if request.method == "POST" else Form.empty()
    if request.method == "POST":
        number = form.whole_number("donor", highest=10**15)
        try:
            form.text("donor")
            if not form.errors:
                with database.transaction(services().engine) as session:
                    accounts.link_user(session, name, number, **context.who())
                flash(translate("已关联捐赠人 {donor}", donor=number))
                return redirect(url_for("users.show", name=name), 303)
        except DomainError as error:
            form.refuse("donor", error)
    with database.reading(services().engine) as session:
        user = users.get_user(session, name)
        linked = accounts.linked_donor(session, user.id)
    page = render_template("portal/link_user.html", form=form, user=user, linked=linked)
    return page, 422 if form.errors else 200


def _public_url() -> str:
    return services().config.public_url
