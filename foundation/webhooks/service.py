"""Add, pause, resume and end the addresses that are told of events."""

import secrets
from collections.abc import Collection
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.donors.vault import Vault
from foundation.webhooks.events import EVENTS
from foundation.webhooks.models import Webhook, WebhookAttempt, WebhookState
from ledger import trail
from ledger.clock import Clock
from ledger.errors import Conflict, InvalidInput, NotFound
from ledger.trail import TrailHead

_LONGEST_URL = 500
_NEAR = {"localhost", "127.0.0.1", "::1"}
_SECRET_BYTES = 32


class UnknownWebhook(NotFound):
    """There is no such address."""

    code = "unknown_webhook"
    message = "没有编号为 {webhook} 的通知地址"


class WebhookEnded(Conflict):
    """The address was ended; it stays in the log and is never used again."""

    code = "webhook_ended"
    message = "通知地址 {webhook} 已停用，请新增一个"


def add(
    session: Session,
    *,
    url: str,
    events: Collection[str],
    vault: Vault,
    actor: str,
    clock: Clock,
) -> tuple[Webhook, str]:
    """Add an address; return it with the secret of its signatures, which is shown only now.

    It is told of what happens from now on. Raises InvalidInput.
    """
    url = url.strip()
    _check(url)
    unknown = sorted(set(events) - set(EVENTS))
    if unknown or not events:
        raise InvalidInput(field="事件", reason="应从事件清单中至少选一种")
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    now = clock.now()
    webhook = Webhook(
        url=url,
        events=" ".join(name for name in EVENTS if name in events),
        sealed_secret=vault.seal(secret, url),
        state=WebhookState.ACTIVE,
        told_to=session.execute(select(TrailHead.sequence)).scalar_one(),
        attempts=0,
        try_at=now,
        created_by=actor,
        created_at=now,
    )
    session.add(webhook)
    session.flush()
    _note(session, webhook, "webhook.add", actor=actor, clock=clock)
    return webhook, secret


def get(session: Session, webhook_id: int) -> Webhook:
    """Return an address. Raises UnknownWebhook."""
    webhook = session.get(Webhook, webhook_id)
    if webhook is None:
        raise UnknownWebhook(webhook=webhook_id)
    return webhook


def list_webhooks(session: Session) -> list[Webhook]:
    """Return the addresses in use, then those that were ended, each by number."""
    found = session.execute(select(Webhook).order_by(Webhook.id)).scalars().all()
    return sorted(found, key=lambda each: each.state is WebhookState.ENDED)


def attempts(session: Session, webhook_id: int, *, limit: int = 50) -> list[WebhookAttempt]:
    """Return the last attempts to tell an address, newest first."""
    query = (
        select(WebhookAttempt)
        .where(WebhookAttempt.webhook_id == webhook_id)
        .order_by(WebhookAttempt.id.desc())
        .limit(limit)
    )
    return list(session.execute(query).scalars())


def change(
    session: Session, webhook_id: int, state: WebhookState, *, actor: str, clock: Clock
) -> Webhook:
    """Pause, resume or end an address; resumed, it goes on where it stopped.

    Raises UnknownWebhook, WebhookEnded.
    """
    webhook = get(session, webhook_id)
    session.refresh(webhook, with_for_update=True)
    if webhook.state is WebhookState.ENDED:
        raise WebhookEnded(webhook=webhook_id)
    webhook.state = state
    webhook.attempts, webhook.try_at, webhook.held_until = 0, clock.now(), None
    _note(session, webhook, f"webhook.{state.value}", actor=actor, clock=clock)
    return webhook


def _check(url: str) -> None:
    """Refuse what is no address of a service, or would carry events over the open net."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
        parts.port  # noqa: B018 - raises for a port that is none
    except ValueError:
        raise InvalidInput(field="网址", reason="不是有效的网址") from None
    if not host or len(url) > _LONGEST_URL or not url.isascii() or any(c.isspace() for c in url):
        raise InvalidInput(field="网址", reason="不是有效的网址")
    if parts.username is not None or parts.fragment:
        raise InvalidInput(field="网址", reason="不能含用户名、密码或 # 之后的部分")
    if parts.scheme != "https" and not (parts.scheme == "http" and host in _NEAR):
        raise InvalidInput(field="网址", reason="应以 https:// 开头（本机地址可用 http://）")


def _note(session: Session, webhook: Webhook, action: str, *, actor: str, clock: Clock) -> None:
    trail.record(
        session,
        actor=actor,
        clock=clock,
        action=action,
        subject=f"webhook:{webhook.id}",
        detail={"url": webhook.url, "events": webhook.events},
    )
