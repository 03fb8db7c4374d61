"""Pages for administrators: the addresses that are told of events, and what they answered."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from foundation import database
from foundation.donors.vault import Vault
from foundation.http import context, forms
from foundation.http.context import services
from foundation.http.forms import Form
from foundation.http.languages import mark, translate
from foundation.users import guard
from foundation.users.permissions import Permission
from foundation.webhooks import service
from foundation.webhooks.events import EVENTS
from foundation.webhooks.models import WebhookState
from ledger.errors import DomainError, InvalidInput

blueprint = Blueprint("webhooks", __name__, url_prefix="/settings/webhooks")
STATES = {
    WebhookState.ACTIVE: (mark("启用"), "done"),
    WebhookState.PAUSED: (mark("暂停"), "alert"),
    WebhookState.ENDED: (mark("停用"), "muted"),
}
_PLACES = {"网址": "url", "事件": "events"}


@blueprint.route("", methods=["GET", "POST"])
@guard.requires(Permission.SETTINGS_EDIT)
def index() -> Any:
    """List the addresses, and add one."""
    if request.method == "GET":
        return _page(Form.empty())
    form = Form.of_request()
    chosen = request.form.getlist("events")
    url = form.text("url", longest=500)
    try:
        form.require_complete()
        with database.transaction(services().engine) as session:
            vault = Vault.of(services().config.secret_key)
            _, secret = service.add(session, url=url, events=chosen, vault=vault, **context.who())
    except forms.Incomplete:
        return _page(form, chosen), 422
    except InvalidInput as error:
        form.refuse(_PLACES.get(str(error.data.get("field", "")), ""), error)
        return _page(form, chosen), 422
    # Shown on this answer only: it is in no address, no cookie and no log.
    return _page(Form.empty(), secret=secret), 201


@blueprint.post("/<int:webhook_id>")
@guard.requires(Permission.SETTINGS_EDIT)
def change(webhook_id: int) -> Response:
    """Pause, resume or end an address."""
    asked = request.form.get("state", "")
    if asked not in list(WebhookState):
        raise InvalidInput(field="状态", reason="应从列表中选择")
    try:
        with database.transaction(services().engine) as session:
            service.change(session, webhook_id, WebhookState(asked), **context.who())
    except DomainError as error:
        flash(translate(error.describe()), "error")
    else:
        flash(translate("已更改通知地址"))
    return redirect(url_for("webhooks.index"), 303)


def _page(form: Form, chosen: list[str] | None = None, *, secret: str = "") -> str:
    with database.reading(services().engine) as session:
        found = [
            (webhook, service.attempts(session, webhook.id, limit=20))
            for webhook in service.list_webhooks(session)
        ]
        return render_template(
            "webhooks/index.html",
            webhooks=found,
            states=STATES,
            events=EVENTS,
            chosen=chosen or [],
            form=form,
            secret=secret,
        )
