"""Tell the addresses: claim one, hand the next event over, note what came of it.

Nothing leaves inside a transaction. A worker that dies between handing over and noting leaves a
claim that runs out, and the event goes again with the same number: rather twice than never. The
body is signed with its time, so that a receiver can refuse what somebody else sent or replayed.
"""

import hashlib
import hmac
import json
import urllib.request
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError

from sqlalchemy import Engine, or_, select, update
from sqlalchemy.orm import Session

from foundation import database
from foundation.donors.vault import Unreadable, Vault
from foundation.webhooks.events import EVENT_OF_ACT, EVENTS
from foundation.webhooks.models import Webhook, WebhookAttempt, WebhookState
from ledger.clock import Clock
from ledger.trail import TrailHead, TrailRecord

# How long after the first, second… failure an event is tried again; then the address is paused.
BACKOFF = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=20),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(hours=12),
    timedelta(hours=24),
)
CLAIM = timedelta(minutes=2)
_TIMEOUT_SECONDS = 10
# An address that wants nothing of so many records is moved past them, so that they are read once.
_STRIDE = 1000
_LONGEST_DETAIL = 300


@dataclass(frozen=True, slots=True)
class Claimed:
    """An event that this worker has for a while."""

    webhook_id: int
    url: str
    secret: str
    held_until: datetime
    attempts: int
    sequence: int
    event: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Run:
    """What one run did."""

    delivered: int = 0
    failed: int = 0


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the event to an address that nobody entered."""

    def redirect_request(self, *_: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirects)


def tell_waiting(engine: Engine, *, vault: Vault, clock: Clock, limit: int = 500) -> Run:
    """Tell every address what it is due, in the order of the trail."""
    delivered = failed = 0
    for _ in range(limit):
        claimed = claim(engine, vault=vault, clock=clock)
        if claimed is None:
            break
        status, detail = hand_over(claimed, clock=clock)
        is_delivered = status is not None and HTTPStatus(200) <= status < HTTPStatus(300)
        note(engine, claimed, status, detail, is_delivered=is_delivered, clock=clock)
        delivered += is_delivered
        failed += not is_delivered
    return Run(delivered, failed)


def claim(engine: Engine, *, vault: Vault, clock: Clock) -> Claimed | None:
    """Take the next event of an address that is due, or None."""
    now = clock.now()
    due = (
        Webhook.state == WebhookState.ACTIVE,
        Webhook.try_at <= now,
        or_(Webhook.held_until.is_(None), Webhook.held_until <= now),
    )
    with database.reading(engine) as session:
        ready = list(session.execute(select(Webhook).where(*due).order_by(Webhook.id)).scalars())
        waiting = [each.id for each in ready if _next(session, each) is not None]
        head = session.execute(select(TrailHead.sequence)).scalar_one() if ready else 0
        behind = [
            each.id for each in ready if each.id not in waiting and head - each.told_to > _STRIDE
        ]
    if behind:
        with database.transaction(engine) as session:
            session.execute(
                update(Webhook)
                .where(Webhook.id.in_(behind), Webhook.told_to < head, *due)
                .values(told_to=head)
            )
    if not waiting:
        return None
    with database.transaction(engine) as session:
        webhook = session.execute(
            select(Webhook)
            .where(Webhook.id.in_(waiting), *due)
            .order_by(Webhook.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).scalar_one_or_none()
        record = None if webhook is None else _next(session, webhook)
        if webhook is None or record is None:
            return None
        try:
            secret = vault.open(webhook.sealed_secret, webhook.url)
        except Unreadable as error:
            # Nothing can be signed before the key is back; resumed, it goes on from here.
            webhook.state, webhook.last_error = WebhookState.PAUSED, error.describe()
            return None
        webhook.held_until = now + CLAIM
        webhook.attempts += 1
        session.flush()
        event = EVENT_OF_ACT[record.action]
        return Claimed(
            webhook_id=webhook.id,
            url=webhook.url,
            secret=secret,
            held_until=webhook.held_until,
            attempts=webhook.attempts,
            sequence=record.sequence,
            event=event,
            body=_body(record, event),
        )


def hand_over(claimed: Claimed, *, clock: Clock) -> tuple[int | None, str]:
    """Send an event; return what was answered, or None and why there was no answer."""
    moment = str(int(clock.now().timestamp()))
    request = urllib.request.Request(
        claimed.url,
        data=claimed.body,
        method="POST",
        headers={
            "Content-Type": "application/json",
            "User-Agent": "foundation-webhooks",
            "Foundation-Event": claimed.event,
            "Foundation-Delivery": f"{claimed.webhook_id}-{claimed.sequence}",
            "Foundation-Signature": f"t={moment},v1={sign(claimed.secret, moment, claimed.body)}",
        },
    )
    try:
        with _OPENER.open(request, timeout=_TIMEOUT_SECONDS) as answer:
            return answer.status, ""
    except HTTPError as error:
        with error:
            return error.code, str(error.reason)
    except (URLError, HTTPException, OSError) as error:
        return None, str(getattr(error, "reason", error)) or type(error).__name__


def sign(secret: str, moment: str, body: bytes) -> str:
    """Return the signature of a body sent at a moment (Unix seconds): HMAC-SHA256, hexadecimal."""
    return hmac.new(secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()


def note(
    engine: Engine,
    claimed: Claimed,
    status: int | None,
    detail: str,
    *,
    is_delivered: bool,
    clock: Clock,
) -> None:
    """Write down what came of an attempt; whoever lost the claim changes nothing but the log."""
    now = clock.now()
    said = detail[:_LONGEST_DETAIL] or None
    values: dict[str, object] = {"held_until": None}
    if is_delivered:
        values |= {"told_to": claimed.sequence, "attempts": 0, "try_at": now, "last_error": None}
    else:
        values["last_error"] = f"{status or ''} {said or ''}".strip()[:_LONGEST_DETAIL]
        if claimed.attempts > len(BACKOFF):
            values["state"] = WebhookState.PAUSED
        else:
            values["try_at"] = now + BACKOFF[claimed.attempts - 1]
    with database.transaction(engine) as session:
        session.add(
            WebhookAttempt(
                webhook_id=claimed.webhook_id,
                sequence=claimed.sequence,
                event=claimed.event,
                at=now,
                status=status,
                detail=said,
                is_delivered=is_delivered,
            )
        )
        held = (Webhook.id == claimed.webhook_id, Webhook.held_until == claimed.held_until)
        session.execute(update(Webhook).where(*held).values(values))


def _next(session: Session, webhook: Webhook) -> TrailRecord | None:
    acts = [EVENTS[event][0] for event in webhook.events.split()]
    query = (
        select(TrailRecord)
        .where(TrailRecord.sequence > webhook.told_to, TrailRecord.action.in_(acts))
        .order_by(TrailRecord.sequence)
        .limit(1)
    )
    return session.execute(query).scalar_one_or_none()


def _body(record: TrailRecord, event: str) -> bytes:
    document = {
        "event": event,
        "subject": record.subject,
        "sequence": record.sequence,
        "at": record.at.isoformat(timespec="seconds"),
    }
    return json.dumps(document).encode()
