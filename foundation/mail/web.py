"""The outbox for administrators: what waits, what was sent to whom when, what failed and why."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from foundation import database
from foundation.http import context, lists
from foundation.http.context import services
from foundation.http.languages import mark, translate
from foundation.mail import reading, service
from foundation.mail.models import MessageState, Outcome
from foundation.organisation.service import find_organisation
from foundation.users import guard
from foundation.users.permissions import Permission

blueprint = Blueprint("mail", __name__, url_prefix="/settings/mail")
STATES = {
    MessageState.WAITING: (mark("待发送"), "waiting"),
    MessageState.SENT: (mark("已发送"), "done"),
    MessageState.FAILED: (mark("未能发送"), "alert"),
}
OUTCOMES = {
    Outcome.SENT: mark("已交给邮件服务器"),
    Outcome.DEFERRED: mark("暂缓，稍后再试"),
    Outcome.REFUSED: mark("被拒绝，不再尝试"),
}


@blueprint.get("")
@guard.requires(Permission.SETTINGS_EDIT)
def index() -> str:
    """Show the outbox."""
    asked = request.args.get("state", "")
    state = MessageState(asked) if asked in list(MessageState) else None
    with database.reading(services().engine) as session:
        organisation = find_organisation(session)
        is_demo = organisation is not None and organisation.is_demo
        page = reading.messages(session, lists.of_request(), shows_secrets=is_demo, state=state)
        counts = reading.counts(session)
        return render_template(
            "mail/index.html",
            messages=page.items,
            next=page.next,
            filters=[
                (translate(word), each.value, counts[each]) for each, (word, _) in STATES.items()
            ],
            states=STATES,
            outcomes=OUTCOMES,
            has_server=services().config.smtp_url is not None,
            is_demo=is_demo,
        )


@blueprint.post("/<int:message_id>/resend")
@guard.requires(Permission.SETTINGS_EDIT)
def resend(message_id: int) -> Response:
    """Send a message once more."""
    actor = context.require_user().actor
    with database.transaction(services().engine) as session:
        service.resend(session, message_id, actor=actor, clock=services().clock)
    flash(translate("已重新排队，等待发送"))
    return redirect(url_for("mail.index"), 303)
