"""Addresses that are told of events, as JSON documents: the same for commands and the API."""

from typing import Any

from foundation.webhooks.models import Webhook, WebhookAttempt, WebhookState


def of_webhook(webhook: Webhook) -> dict[str, Any]:
    """Return an address for programs."""
    waits = webhook.state is WebhookState.ACTIVE and webhook.attempts > 0
    return {
        "id": webhook.id,
        "url": webhook.url,
        "events": webhook.events.split(),
        "state": webhook.state.value,
        "last_error": webhook.last_error,
        "next_try_at": webhook.try_at.isoformat(timespec="seconds") if waits else None,
        "created_by": webhook.created_by,
        "created_at": webhook.created_at.isoformat(timespec="seconds"),
    }


def of_attempt(attempt: WebhookAttempt) -> dict[str, Any]:
    """Return an attempt for programs."""
    return {
        "delivery": f"{attempt.webhook_id}-{attempt.sequence}",
        "event": attempt.event,
        "at": attempt.at,
        "status": attempt.status,
        "detail": attempt.detail,
        "delivered": attempt.is_delivered,
    }
