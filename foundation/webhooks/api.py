"""Addresses that are told of events, for programs: `/api/v1/webhooks`."""

from typing import Any

from flask import Blueprint
from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.donors.vault import Vault
from foundation.http import api, lists
from foundation.http.context import services
from foundation.http.lists import Page, PageRequest
from foundation.users import guard
from foundation.users.permissions import Permission
from foundation.webhooks import documents, service
from foundation.webhooks.models import Webhook, WebhookAttempt
from foundation.webhooks.schemas import (
    AttemptAnswer,
    CreatedWebhookAnswer,
    NewWebhook,
    WebhookAnswer,
    WebhookChange,
)

blueprint = Blueprint("webhooks_api", __name__, url_prefix=f"{api.PREFIX}/webhooks")


@blueprint.get("")
@guard.requires(Permission.SETTINGS_EDIT)
@api.endpoint(items=WebhookAnswer)
def list_webhooks(session: Session, *, page: PageRequest) -> Page[Any]:
    """List addresses in the order in which they were added."""
    found = lists.page(session, select(Webhook, Webhook.id), keys=[Webhook.id], request=page)
    return Page([documents.of_webhook(row.Webhook) for row in found.items], found.next)


@blueprint.post("")
@guard.requires(Permission.SETTINGS_EDIT)
@api.endpoint(body=NewWebhook, answer=CreatedWebhookAnswer, status=201)
def add_webhook(session: Session, *, body: dict[str, Any]) -> dict[str, Any]:
    """Add an address; the answer has the secret of its signatures, once."""
    vault = Vault.of(services().config.secret_key)
    webhook, secret = service.add(session, **body, vault=vault, **api.who())
    return documents.of_webhook(webhook) | {"secret": secret}


@blueprint.get("/<int:webhook_id>")
@guard.requires(Permission.SETTINGS_EDIT)
@api.endpoint(answer=WebhookAnswer)
def get_webhook(session: Session, webhook_id: int) -> dict[str, Any]:
    """Return an address."""
    return documents.of_webhook(service.get(session, webhook_id))


@blueprint.patch("/<int:webhook_id>")
@guard.requires(Permission.SETTINGS_EDIT)
@api.endpoint(body=WebhookChange, answer=WebhookAnswer)
def change_webhook(session: Session, webhook_id: int, *, body: dict[str, Any]) -> dict[str, Any]:
    """Pause, resume or end an address; resumed, it goes on where it stopped."""
    changed = service.change(session, webhook_id, body["state"], **api.who())
    return documents.of_webhook(changed)


@blueprint.get("/<int:webhook_id>/deliveries")
@guard.requires(Permission.SETTINGS_EDIT)
@api.endpoint(items=AttemptAnswer)
def list_deliveries(session: Session, webhook_id: int, *, page: PageRequest) -> Page[Any]:
    """List every attempt to tell an address, oldest first."""
    service.get(session, webhook_id)
    query = select(WebhookAttempt, WebhookAttempt.id).where(WebhookAttempt.webhook_id == webhook_id)
    found = lists.page(session, query, keys=[WebhookAttempt.id], request=page)
    return Page([documents.of_attempt(row.WebhookAttempt) for row in found.items], found.next)
